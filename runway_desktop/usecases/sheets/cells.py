"""Conversion of cell contents between text, cell value and wire value. Pure; raises nothing for entered text.

Inputs are stored as a list of `{"uri": …}` with their other wire members, so that they fit any model's wire form. A
word that is no valid path or link stays as entered and is reported by the checks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from runway_desktop.catalog import (
    AssetItem,
    Field,
    FieldKind,
    Pair,
    asset_items,
    asset_value,
    is_left_out,
    value_from_text,
    value_in_words,
)
from runway_desktop.catalog.labels import choice_label, endpoint_label, model_label
from runway_desktop.domain.inputs import path_of
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Request
from runway_desktop.texts import _, number

from .columns import ENDPOINT, MODEL, PROMPT

BETWEEN = " | "
"""Separates several inputs of one cell."""
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_STRUCTURED = (FieldKind.OBJECT, FieldKind.OBJECTS, FieldKind.UNKNOWN)


def value_of(field: Field | None, text: str, beside: str = "") -> Any:
    """Parses an entered or pasted text; None if blank. `beside` is the folder for relative paths."""
    words = text.strip()
    if not words:
        return None
    if field is None:
        return words
    if field.is_asset:
        return inputs_of_text(words, beside)
    if field.kind in _STRUCTURED:
        return _structured(field, words)
    return value_from_text(field, text)


def text_of(value: Any) -> str:
    """The text that parses to the same value: for editing, copying and export."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if is_inputs(value):
        return BETWEEN.join(path_of(item["uri"]) or item["uri"] for item in value)
    if isinstance(value, Mapping | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def shown(key: str, value: Any) -> str:
    """One line for display."""
    if value is None:
        return ""
    if key == MODEL:
        return model_label(str(value))
    if key == ENDPOINT:
        return endpoint_label(str(value))
    if is_inputs(value):
        return ", ".join(name_of(item["uri"]) for item in value)
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return ", ".join(value)
    if isinstance(value, Mapping | list):
        return _gist(value)
    if isinstance(value, str) and not value.isspace() and "\n" in value:
        return " ".join(value.split())
    if isinstance(value, str):
        return choice_label(key, value) if key != "ratio" and key[:1] != "@" and _is_word(value) else value
    return number(value) if isinstance(value, float) else value_in_words(value)


def shown_in(field: Field | None, key: str, value: Any) -> str:
    """Like `shown`, with the unit for fields in seconds: "5 s"."""
    said = shown(key, value)
    is_length = field is not None and field.unit == "s" and isinstance(value, int | float) and said
    return _("{n} s", n=said) if is_length and not isinstance(value, bool) else said


def is_inputs(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) and "uri" in item for item in value)


def inputs_of_text(text: str, beside: str) -> list[dict[str, Any]]:
    pieces = [piece.strip().strip('"') for line in text.split("\n") for piece in line.split("|")]
    return [{"uri": address_of(piece, beside)} for piece in pieces if piece]


def cells_of(request: Request, pair: Pair | None) -> dict[str, Any]:
    """A row's cells for a request; `pair` is its own, None if the catalog has none."""
    cells: dict[str, Any] = {PROMPT: request.prompt, ENDPOINT: request.endpoint, MODEL: request.model}
    for field in () if pair is None else pair.fields:
        value = request.values.get(field.name)
        if value is not None and field.kind is not FieldKind.PROMPT:
            cells[field.name] = inputs_of_wire(field, value) if field.is_asset else value
    return cells


def inputs_of_wire(field: Field, value: Any) -> Any:
    """A wire value's inputs in the cells' form; the value itself if it has none."""
    items = asset_items(field, value)
    if not items:
        return value
    return [
        {
            "uri": item.uri,
            **({"position": item.position} if item.position else {}),
            **({"media": item.media.value} if item.media is not Media.OTHER else {}),
            **({"extra": dict(item.extra)} if item.extra else {}),
        }
        for item in items
    ]


def wire_of(field: Field, value: Any) -> Any:
    if not field.is_asset or not is_inputs(value):
        return value
    items = [
        AssetItem(
            uri=str(item["uri"]),
            media=_media(item, field),
            position=item.get("position") if item.get("position") in field.positions else None,
            extra=item.get("extra", {}),
        )
        for item in value
    ]
    return asset_value(field, items)


def address_of(words: str, beside: str) -> str:
    """An absolute path as a file URI; any other text as it is. Relative paths are resolved in `beside` if given."""
    if _SCHEME.match(words) and not re.match(r"[A-Za-z]:[\\/]", words):
        return words
    try:
        path = Path(words).expanduser()
        if not path.is_absolute() and beside:
            path = Path(beside) / Path(words.replace("\\", "/"))
        return path.as_uri() if path.is_absolute() and not words.startswith(("//", "\\\\")) else words
    except (RuntimeError, ValueError):
        return words


def name_of(address: str) -> str:
    path = path_of(address)
    return Path(path).name if path else PurePosixPath(address.split("?", maxsplit=1)[0]).name or address


def addresses_in(value: Any) -> Sequence[str]:
    return [str(item["uri"]) for item in value] if is_inputs(value) else ()


def _media(item: Mapping[str, Any], field: Field) -> Media:
    known = Media(str(item.get("media")))
    if known is Media.OTHER and len(field.media) == 1:
        return next(iter(field.media))
    return known if known in field.media else Media.OTHER


def _structured(field: Field, words: str) -> Any:
    """Parsed JSON, or the value of a named preset such as a voice."""
    if words[:1] in ("{", "["):
        try:
            return json.loads(words)
        except (ValueError, RecursionError):
            return words
    for variant in field.variants:
        for inner in variant.fields:
            choice = value_from_text(inner, words) if inner.kind is FieldKind.CHOICE else None
            if choice is not None and choice in inner.choices and field.tag_key is not None:
                return {field.tag_key: variant.tag, inner.name: choice}
    return words


def _gist(value: Any) -> str:
    """The scalars of a nested value, which distinguish it from others."""
    if isinstance(value, Mapping):
        return " · ".join(said for name, part in value.items() if name != "type" and (said := _gist(part)))
    if isinstance(value, list):
        return " · ".join(said for part in value if (said := _gist(part)))
    return "" if is_left_out(value) else value_in_words(value)


def _is_word(value: str) -> bool:
    return len(value) <= 32 and not any(map(str.isspace, value))
