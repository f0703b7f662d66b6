"""Field, position and tag of each input of a draft.

Changes the draft and calls `moved` after each change. Not thread-safe; does not block.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from runway_desktop.catalog import Catalog, Field, is_left_out
from runway_desktop.catalog.assets import NUMBERED, REFERENCE, TAG, assigned
from runway_desktop.domain.cast import Member, name_key
from runway_desktop.domain.inputs import AssetDrop
from runway_desktop.domain.media import Media
from runway_desktop.texts import _
from runway_desktop.usecases.words.cast import KIND_WORDS
from runway_desktop.values import Struct, replace

from .draft import RequestDraft
from .input_item import InputItem, local_path, position_label

CONTINUES = "image_to_video"


class WayToUse(Struct, frozen=True):
    """A use of a result: as input of an endpoint; with `last_frame`, a clip's last frame instead of the clip."""

    endpoint: str
    text: str
    last_frame: bool = False


def ways_to_use(media: Media, catalog: Catalog) -> list[WayToUse]:
    """Most likely first; empty if no endpoint accepts the kind."""
    fitting = catalog.endpoints_taking(frozenset({media}), has_prompt=False)
    found = [WayToUse(endpoint.name, endpoint.label) for endpoint in fitting]
    if media.kind.has_frames and catalog.endpoint(CONTINUES) is not None:
        found.insert(0, WayToUse(CONTINUES, _("Last frame as first frame"), last_frame=True))
    return found


class Name(Struct, frozen=True):
    """A name for the prompt. `untagged`: the input that gets this tag if the name is selected; `member`: whose name it
    is."""

    word: str
    """Without the @."""
    meaning: str
    untagged: InputItem | None = None
    member: Member | None = None


class InputFields:
    def __init__(self, draft: RequestDraft, moved: Callable[[], None]) -> None:
        self._draft = draft
        self._moved = moved

    def fields_for(self, item: InputItem) -> list[Field]:
        """The fields that accept this input, its present one included."""
        drop = self._as_drop(item)
        return [
            field
            for field in self._draft.pair.asset_fields
            if field.name == item.field or self._draft.has_room(field, drop)
        ]

    def move_to(self, item: InputItem, name: str) -> None:
        field = self._draft.pair.field(name)
        if field is None or name == item.field or not self._draft.has_room(field, self._as_drop(item)):
            return
        own = self._draft.assets.get(item.field, [])
        if not 0 <= item.number < len(own):
            return
        moved = own.pop(item.number)
        members = {inner.name for inner in field.fields}
        extra = {key: value for key, value in moved.extra.items() if key in members}
        self._draft.assets.setdefault(name, []).append(replace(moved, position=None, extra=extra))
        self._changed()

    def positions(self, item: InputItem) -> list[tuple[str | None, str]]:
        """The positions that it can have, with labels; empty if there is no choice."""
        field = self._draft.pair.field(item.field)
        if field is None or len(field.positions) < 2:
            return []
        words: list[tuple[str | None, str]] = [(position, position_label(position)) for position in field.positions]
        is_whole = field.required or REFERENCE in field.positions
        return words if is_whole else [*words, (None, _("Reference only"))]

    def position(self, item: InputItem) -> str | None:
        """Its position, explicit or implied by its index."""
        field = self._draft.pair.field(item.field)
        return self._positions_of(field)[item.number] if field is not None else None

    def set_position(self, item: InputItem, position: str | None) -> None:
        """Sets its position; the input that had it gets the position that becomes free."""
        field = self._draft.pair.field(item.field)
        if field is None or position == self.position(item):
            return
        now = self._positions_of(field)
        if position not in (None, REFERENCE) and position in now:
            now[now.index(position)] = now[item.number]
        now[item.number] = position
        items = self._draft.assets[field.name]
        self._draft.assets[field.name] = [replace(one, position=chosen) for one, chosen in zip(items, now, strict=True)]
        self._changed()

    def details(self, item: InputItem) -> tuple[Field, ...]:
        """Further fields of the input: its tag, what it shows."""
        field = self._draft.pair.field(item.field)
        return field.fields if field is not None else ()

    def detail(self, item: InputItem, name: str) -> Any:
        items = self._draft.assets.get(item.field, [])
        return items[item.number].extra.get(name) if 0 <= item.number < len(items) else None

    def set_detail(self, item: InputItem, name: str, value: Any) -> None:
        """None or "" removes it."""
        items = self._draft.assets.get(item.field, [])
        if not 0 <= item.number < len(items) or self.detail(item, name) == value:
            return
        extra = {key: kept for key, kept in items[item.number].extra.items() if key != name}
        if not is_left_out(value):
            extra[name] = value
        items[item.number] = replace(items[item.number], extra=extra)
        self._changed()

    def names(self) -> list[Name]:
        """Names for @ in the prompt: existing tags, and tags for inputs that can get one."""
        found: list[Name] = []
        taken = {
            tag
            for items in self._draft.assets.values()
            for item in items
            if isinstance(tag := item.extra.get(TAG), str)
        }
        for item in self._draft.inputs():
            tag = self.detail(item, TAG)
            if isinstance(tag, str) and tag:
                found.append(Name(tag, item.name))
            elif any(field.name == TAG for field in self.details(item)):
                free = next(tag for number in range(1, 10_000) if (tag := f"img{number}") not in taken)
                taken.add(free)
                found.append(Name(free, _("{name}, gets this tag", name=item.name), item))
            elif item.field in NUMBERED:
                found.append(Name(f"{NUMBERED[item.field]}{item.number + 1}", item.name))
        return found

    def names_for(self, begun: str, most: int) -> list[Name]:
        """The names to offer for what is typed after an @: those of inputs, then the cast's, up to `most` of them."""
        key = name_key(begun)
        found = [name for name in self.names() if name.word.casefold().startswith(key)]
        members = self._draft.cast.beginning_with(begun) if self._draft.cast is not None else []
        found += [Name(one.written, str(KIND_WORDS[one.kind]), member=one) for one in members[: most - len(found)]]
        return found[:most]

    def is_whole(self, name: Name, prompt: str, end: int) -> bool:
        """Whether the prompt has the whole name before index `end`, and means it."""
        if name.member is None:
            return name.untagged is None and prompt[:end].endswith(f"@{name.word}")
        return any(one.end == end and one.member is name.member for one in self._draft.names_in(prompt))

    def take(self, name: Name) -> None:
        """The person chose this name for the prompt: its input gets the tag; a member's is no text any more."""
        if name.untagged is not None:
            self.set_detail(name.untagged, TAG, name.word)
        elif name.member is not None:
            self._draft.name_member(name.word)
            self._moved()

    def unknown_names(self, prompt: str) -> list[str]:
        """Names after an @ in the prompt that no input has; empty if the model has no tags."""
        if not any(inner.name == TAG for field in self._draft.pair.asset_fields for inner in field.fields):
            return []
        known = {one.word.casefold() for one in self.names() if one.untagged is None}
        said = re.findall(r"(?<![\w@])@([A-Za-z][A-Za-z0-9_]*)", prompt)
        return [name for name in dict.fromkeys(said) if name.casefold() not in known]

    def _positions_of(self, field: Field) -> list[str | None]:
        items = self._draft.assets.get(field.name, [])
        given: list[str | None] = [item.position for item in items]
        if field.bare and field.positions and given == [None]:
            return [field.positions[0]]
        return assigned(field, given)

    def _as_drop(self, item: InputItem) -> AssetDrop:
        return AssetDrop(uri=item.uri, path=local_path(item.uri), media=item.media, facts=item.facts, findings=())

    def _changed(self) -> None:
        self._draft.touched()
        self._moved()
