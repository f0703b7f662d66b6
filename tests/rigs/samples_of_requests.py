"""Valid requests for any pair, made from the catalog: the smallest that is allowed, and one with everything in it.

Used by tests of the catalog, the simulator and the client. Values are wire JSON without the model; inputs are https
links and uploads, which need no file.
"""

from __future__ import annotations

from collections.abc import Mapping

from runway_desktop.catalog import AssetItem, Field, FieldKind, Pair, asset_value
from runway_desktop.domain.media import Media

LINKS = {
    Media.IMAGE: "https://media.example.com/still.png",
    Media.VIDEO: "https://media.example.com/clip.mp4",
    Media.AUDIO: "https://media.example.com/sound.mp3",
}
UPLOAD = "runway://0f2d4a1c-6f0e-4b7a-9f5e-2f6c1d3b4a59"
_PATTERNS = {"#[0-9A-Fa-f]{6}": "#1A2B3C", "[A-Za-z][A-Za-z0-9_]*": "subject_1"}
_LIST_LENGTH = 2  # of lists whose greatest length is not known


def smallest(pair: Pair) -> dict[str, object]:
    """Only what the pair requires, each value as small as allowed."""
    values = {field.name: _least(field) for field in pair.fields if field.required}
    return {name: value for name, value in values.items() if _applies(pair, values, name)}


def fullest(pair: Pair, form: int = 0) -> dict[str, object]:
    """Every setting and input at once, lists and texts at their limits.

    `form` picks among the forms of objects that have several, and among the media kinds of inputs. Fields that must be
    sent by themselves are left out.
    """
    values = {field.name: _most(field, form) for field in pair.fields if not field.alone}
    for field in pair.fields:
        if field.only_when is not None and not (other := pair.field(field.only_when[0])).required:
            values[other.name] = field.only_when[1][0]
        if field.sums_to is not None and isinstance(items := values[field.name], list):
            share, rest = divmod(int(str(values[field.sums_to])), len(items))
            values[field.name] = [{**one, "duration": share + (rest if one is items[-1] else 0)} for one in items]
    return {name: value for name, value in values.items() if _applies(pair, values, name)}


def _applies(pair: Pair, values: Mapping[str, object], name: str) -> bool:
    field = pair.field(name)
    return field is None or field.only_when is None or values.get(field.only_when[0]) in field.only_when[1]


def _least(field: Field) -> object:
    match field.kind:
        case FieldKind.PROMPT | FieldKind.TEXT:
            return _PATTERNS.get(field.pattern or "") or "a" * max(1, field.min_length or 1)
        case FieldKind.CHOICE:
            return field.choices[0]
        case FieldKind.INTEGER | FieldKind.NUMBER:
            return field.minimum if field.minimum is not None else 5
        case FieldKind.SWITCH:
            return False
        case FieldKind.ASSET | FieldKind.ASSETS:
            return asset_value(field, [_item(field, 0, 0)] * max(1, field.min_length or 1))
        case FieldKind.OBJECT:
            return _object(field, 0, least=True)
        case FieldKind.OBJECTS:
            return [_object(field, 0, least=True)]
        case FieldKind.TEXTS:
            return [_PATTERNS.get(field.pattern or "", "a")]
        case FieldKind.UNKNOWN:
            return {}


def _most(field: Field, form: int) -> object:
    match field.kind:
        case FieldKind.PROMPT | FieldKind.TEXT:
            return _PATTERNS.get(field.pattern or "") or "a" * (field.max_length or 40)
        case FieldKind.CHOICE:
            return field.choices[-1 - form % len(field.choices)]
        case FieldKind.INTEGER | FieldKind.NUMBER:
            if form % 2 and field.choices:
                return field.choices[0]
            return field.maximum if field.maximum is not None else 5
        case FieldKind.SWITCH:
            return True
        case FieldKind.ASSET:
            return asset_value(field, [_item(field, form, 0, full=True)])
        case FieldKind.ASSETS:
            return asset_value(field, [_item(field, form, place, full=True) for place in range(_count(field))])
        case FieldKind.OBJECT:
            return _object(field, form)
        case FieldKind.OBJECTS:
            return [_object(field, form + place) for place in range(_count(field))]
        case FieldKind.TEXTS:
            return [_PATTERNS.get(field.pattern or "", "a")] * _count(field)
        case FieldKind.UNKNOWN:
            return {"any": ["thing", 1, True]}


def _count(field: Field) -> int:
    if field.position_required:
        return len(field.positions)
    return field.max_length or _LIST_LENGTH


def _object(field: Field, form: int, *, least: bool = False) -> Mapping[str, object]:
    values: dict[str, object] = {}
    fields = field.fields
    if field.variants:
        variant = field.variants[form % len(field.variants)]
        fields = variant.fields
        if field.tag_key is not None:
            values[field.tag_key] = variant.tag
    for inner in fields:
        if not least:
            values[inner.name] = _most(inner, form)
        elif inner.required:
            values[inner.name] = _least(inner)
    return values


def _item(field: Field, form: int, place: int, *, full: bool = False) -> AssetItem:
    kinds = sorted(field.media)
    media = kinds[form % len(kinds)]
    position = field.positions[place] if full and place < len(field.positions) else None
    extra: dict[str, object] = {inner.name: _most(inner, form) for inner in field.fields if full}
    if "tag" in extra:
        extra["tag"] = f"subject_{place}"
    if "subject" in extra:
        extra["subject"] = "human" if place < 5 else "object"
    uri = UPLOAD if place % 2 else f"{LINKS[media]}?n={place}"
    return AssetItem(uri=uri, media=media, position=position, extra=extra)
