"""Inputs inside a request: where each URI is, whether it is valid, and how to replace it.

Values are wire JSON. A URI is `https://…`, `runway://…`, `data:…`, or `file:///…` before it is sent. Pure: no file is
opened, no link fetched; sizes and formats of local files are checked where the files are read. Any thread.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from runway_desktop.domain.media import MEGABYTE, Delivery, Media, largest
from runway_desktop.texts import _, pgettext
from runway_desktop.values import Struct
from runway_desktop.values import field as factory_field

from .model import Field, FieldKind, Pair, Variant

Path = tuple[str | int, ...]
LONGEST_LINK = 2_048
"""Characters."""
TAG = "tag"
"""Member of an input that names it for the prompt."""
NUMBERED: Mapping[str, str] = {"referenceAudios": "Audio"}
"""Fields whose inputs the model itself names by a word and a number."""
REFERENCE = "reference"
"""The position that any number of inputs may have."""
_MANY = 16
"""Capacity of a list for which the catalog states none."""


class AssetRef(Struct, frozen=True, kw_only=True):
    """One URI in a request's values. `media` is its kind if the request states it, else the kinds that the field
    accepts."""

    path: Path  # to the URI text itself: ("promptImage", 0, "uri")
    uri: str
    media: frozenset[Media]
    field: Field  # the field that contains it, possibly nested


class AssetItem(Struct, frozen=True, kw_only=True):
    """One input of an asset field, independent of its wire form. `extra` has its further members."""

    uri: str
    media: Media = Media.OTHER
    position: str | None = None
    extra: Mapping[str, object] = factory_field(default_factory=dict)


def assets_in(pair: Pair, values: Mapping[str, object]) -> tuple[AssetRef, ...]:
    """Every URI in `values`, in the order of the fields, nested ones included."""
    return tuple(_assets(pair.fields, values, ()))


def with_assets(values: Mapping[str, object], replacements: Mapping[Path, str]) -> dict[str, object]:
    """A copy of `values` with the texts at the given paths replaced. Raises KeyError for a path that does not exist."""
    copied = {key: copy_of(value) for key, value in values.items()}
    for path, uri in replacements.items():
        container: object = copied
        for step in path[:-1]:
            container = _step(container, step, path)
        _step(container, path[-1], path)
        container[path[-1]] = uri  # type: ignore[index]  # `_step` has checked that it exists
    return copied


def asset_items(field: Field, value: object) -> tuple[AssetItem, ...]:
    """The inputs in an asset field's value, in any of its wire forms."""
    if value is None or value == "":
        return ()
    entries = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    return tuple(item for entry in entries if (item := _item(field, entry)) is not None)


def asset_value(field: Field, items: Sequence[AssetItem]) -> object:
    """The wire value for these inputs; None if there are none. If the field needs positions, they are assigned in
    order."""
    if not items:
        return None
    if field.kind is FieldKind.ASSET:
        return _entry(field, items[0], None)
    if field.bare and len(items) == 1 and not items[0].extra and items[0].position in (None, *field.positions[:1]):
        return items[0].uri
    positions = assigned(field, [item.position for item in items])
    return [_entry(field, item, position) for item, position in zip(items, positions, strict=True)]


def assigned(field: Field, given: Sequence[str | None]) -> list[str | None]:
    """The position of each input: where the field needs one, the free ones in order."""
    if not field.position_required:
        return list(given)
    free = iter([position for position in field.positions if position not in given])
    rest = REFERENCE if REFERENCE in field.positions else None
    return [position or next(free, rest) for position in given]


def capacity(field: Field) -> int:
    """How many inputs a field can hold."""
    if field.kind is FieldKind.ASSET:
        return 1
    if field.max_length is not None:
        return field.max_length
    return len(field.positions) if field.positions and REFERENCE not in field.positions else _MANY


def uri_problem(uri: str, field: Field, *, local_files: bool = True) -> str | None:
    """Why Runway would refuse `uri` in this field, as a sentence; None if it is valid."""
    scheme = uri.partition(":")[0].casefold()
    match scheme:
        case "https":
            return link_problem(uri)
        case "http":
            return _("The link begins with http://. Runway only accepts links that begin with https://.")
        case "runway" if re.fullmatch(r"runway://\S+", uri):
            return None
        case "runway":
            return _("The upload's address is incomplete. Add the file again.")
        case "data":
            return _data_problem(uri, field)
        case "file" if uri.startswith("file:///") and len(uri) > len("file:///"):
            return None if local_files else _("The file is on this computer and must be uploaded first.")
        case "file":
            return _("The file's address is incomplete. Add the file again.")
        case _:
            return _("“{text}” is neither a file nor a link that begins with https://.", text=_short(uri))


def link_problem(link: str) -> str | None:
    """Why Runway would refuse this https link, as a sentence; None if it is valid. It is not fetched."""
    if len(link) > LONGEST_LINK:
        return _("The link is {n} characters long. Runway accepts up to {most}.", n=len(link), most=LONGEST_LINK)
    if re.search(r"\s", link):
        return _("The link contains a space. Copy it again, or write each space as %20.")
    try:
        parts = urlsplit(link)
        host, __ = parts.hostname or "", parts.port
    except ValueError:
        return _("The link can't be read. Copy it again.")
    if not host:
        return _("The link has no domain name. Copy it again.")
    if _is_address(host):
        return _("The link uses the address {host}. Runway only accepts links with a domain name.", host=host)
    if "." not in host.strip("."):
        return _("{host} is only known in this network. Runway only accepts public domain names.", host=host)
    if parts.username is not None:
        return _("The link contains a user name. Runway only accepts links that anyone can open.")
    return None


def _data_problem(uri: str, field: Field) -> str | None:
    if not re.match(r"data:[\w.+-]+/[\w.+-]+(?:;[\w.+-]+=[\w.+-]+)*;base64,[A-Za-z0-9+/]", uri[:256]):
        return _("The embedded file is damaged. Add the file again.")
    media = Media(uri.removeprefix("data:").partition("/")[0].casefold())
    if media not in field.media:
        return _("The embedded file must be a {kind}.", kind=media_in_words(field.media))
    limit = largest(media, Delivery.DATA, field.data_uri_megabytes)
    if len(uri) > limit:
        return _("The embedded file is larger than {most} MB. Upload it instead.", most=limit // MEGABYTE)
    return None


def media_in_words(media: frozenset[Media]) -> str:
    """ "picture or clip" """
    return any_of([str(kind.kind.word) for kind in Media if kind in media] or [str(Media.OTHER.kind.word)])


def any_of(words: Sequence[str]) -> str:
    """ "a, b or c"."""
    if not words:
        return _("nothing")
    before = words[0]
    for word in words[1:-1]:
        before = pgettext("list", "{before}, {next}", before=before, next=word)
    if len(words) == 1:
        return before
    # Translators: the last two of a list of possible values.
    return pgettext("end of a list", "{before} or {last}", before=before, last=words[-1])


def variant_of(field: Field, value: Mapping[str, object]) -> Variant | None:
    """The variant of a tagged object that `value` has; None if it has none."""
    for variant in field.variants:
        if value.get(field.tag_key) == variant.tag if field.tag_key is not None else variant.tag in value:
            return variant
    return None


def _assets(fields: Sequence[Field], values: Mapping[str, object], path: Path) -> Iterator[AssetRef]:
    for field in fields:
        value = values.get(field.name)
        if value is None:
            continue
        here = (*path, field.name)
        if field.is_asset:
            if isinstance(value, Sequence) and not isinstance(value, str):
                for position, entry in enumerate(value):
                    yield from _asset(field, entry, (*here, position))
            else:
                yield from _asset(field, value, here)
        elif field.kind is FieldKind.OBJECT:
            yield from _inside(field, value, here)
        elif field.kind is FieldKind.OBJECTS and isinstance(value, Sequence):
            for position, entry in enumerate(value):
                yield from _inside(field, entry, (*here, position))


def _inside(field: Field, value: object, path: Path) -> Iterator[AssetRef]:
    if isinstance(value, Mapping):
        variant = variant_of(field, value)
        yield from _assets(variant.fields if variant else field.fields, value, path)


def _asset(field: Field, entry: object, path: Path) -> Iterator[AssetRef]:
    item = _item(field, entry)
    if item is not None:
        if not isinstance(entry, str):
            path = (*path, str(field.uri_key))
        media = frozenset({item.media}) if item.media is not Media.OTHER else field.media
        yield AssetRef(path=path, uri=item.uri, media=media, field=field)


def _item(field: Field, entry: object) -> AssetItem | None:
    if isinstance(entry, str):
        return AssetItem(uri=entry)
    if not isinstance(entry, Mapping) or field.uri_key is None:
        return None
    uri = entry.get(field.uri_key)
    if not isinstance(uri, str) or not uri:
        return None
    position = entry.get(field.position_key) if field.position_key else None
    tag = entry.get(field.tag_key) if field.tag_key else None
    own = {field.uri_key, field.position_key, field.tag_key}
    return AssetItem(
        uri=uri,
        media=next((kind for kind, word in field.tags.items() if word == tag), Media.OTHER),
        position=position if isinstance(position, str) else None,
        extra={key: value for key, value in entry.items() if key not in own},
    )


def _entry(field: Field, item: AssetItem, position: str | None) -> object:
    if field.uri_key is None:
        return item.uri
    entry: dict[str, object] = {}
    if field.tag_key is not None and field.tags:
        media = item.media if item.media in field.tags else next(iter(field.tags))
        entry[field.tag_key] = field.tags[media]
    entry[field.uri_key] = item.uri
    if position is not None and field.position_key is not None:
        entry[field.position_key] = position
    return {**entry, **item.extra}


def _is_address(host: str) -> bool:
    """Whether a host is an IP address, in any notation that resolvers accept."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return bool(re.fullmatch(r"(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+))*\.?", host))
    return True


def copy_of(value: object) -> object:
    """A deep copy of JSON."""
    if isinstance(value, Mapping):
        return {key: copy_of(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [copy_of(inner) for inner in value]
    return value


def _step(container: object, step: str | int, path: Path) -> object:
    try:
        if isinstance(container, str):
            raise KeyError(path)
        return container[step]  # type: ignore[index]
    except (KeyError, IndexError, TypeError):
        raise KeyError(path) from None


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"
