"""An input of a request as the composer shows it: kind, name, purpose. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from runway_desktop.catalog import AssetItem, Field
from runway_desktop.catalog.assets import REFERENCE, assigned, capacity
from runway_desktop.catalog.input_files import mends_for
from runway_desktop.domain.inputs import AssetDrop, MediaFacts, path_of
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import MemberId
from runway_desktop.texts import Text, _
from runway_desktop.values import Struct


class InputItem(Struct, frozen=True, kw_only=True):
    """One input as the composer shows it. `number` is its index in its field."""

    field: str
    number: int
    uri: str
    media: Media
    label: str
    """Its purpose: "First frame", "Reference"."""
    facts: MediaFacts | None
    problem: str
    tag: str = ""
    """Its name in the prompt, without the @."""
    member: MemberId | None = None
    """The member of the cast whose file it is, named in the prompt; it cannot be changed by itself."""

    @property
    def path(self) -> Path | None:
        return local_path(self.uri)

    @property
    def name(self) -> str:
        found = self.path
        return found.name if found else self.uri.rsplit("/", 1)[-1][:60] or self.uri


_POSITIONS = {
    "first": Text("First frame"),
    "middle": Text("Middle frame"),
    "last": Text("Last frame"),
    REFERENCE: Text("Reference"),
    "source": Text("Source clip"),
}


def position_label(position: str) -> str:
    """The purpose of an input at a position of the wire: "First frame"."""
    return str(_POSITIONS.get(position) or _("Frame: {position}", position=position.replace("_", " ")))


def label_of(field: Field, number: int, item: AssetItem) -> str:
    """The purpose of the input with this index."""
    position = item.position or assigned(field, [None] * (number + 1))[number]
    if field.positions and position is None and number == 0 and field.bare:
        position = field.positions[0]
    if position:
        return position_label(position)
    # Translators: the label of one input of several: "Reference 2".
    return str(field.label) if capacity(field) == 1 else _("{field} {n}", field=field.label, n=number + 1)


def may_hold(field: Field, drop: AssetDrop) -> bool:
    """Whether the field accepts an input of this kind, as it is or converted."""
    mendable = drop.facts is not None and bool(mends_for(drop.facts, field))
    return field.is_asset and (drop.media in (Media.OTHER, *field.media) or mendable)


def media_in(field: Field | None, item: AssetItem, facts: MediaFacts | None) -> Media:
    """Its kind as read from the file, else as stated, else the only kind that its field accepts."""
    known = facts.media if facts is not None else item.media
    if known is Media.OTHER and field is not None and len(field.media) == 1:
        return next(iter(field.media))
    return known


def local_path(uri: str) -> Path | None:
    """The file's path; None if the URI is no file of this machine."""
    path = path_of(uri)
    return Path(path) if path else None


def short_name(uri: str) -> str:
    path = local_path(uri)
    return path.name if path else uri.rsplit("/", 1)[-1][:40]


def label_at(field: Field, value: object, field_path: tuple[str | int, ...]) -> str:
    """An input's name as in the composer: "First frame", "Reference 2"."""
    number = field_path[1] if len(field_path) > 1 and isinstance(field_path[1], int) else 0
    item = value[number] if isinstance(value, list | tuple) and number < len(value) else value
    position = item.get(field.position_key) if isinstance(item, Mapping) and field.position_key else None
    return label_of(field, number, AssetItem(uri="", position=str(position) if position else None))
