"""Names of the cast in a prompt, replaced by what they stand for: files in the inputs that the model takes, tags where
it has tags, words where it takes no file. Pure; any thread.

The one expansion of composer, sheet, command line, agents and steps. It is done once, when a request is stored: a
stored request is never expanded again, so that it means the same after a member changed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from runway_desktop.catalog import (
    AssetItem,
    Catalog,
    Field,
    FieldKind,
    Pair,
    asset_items,
    asset_value,
    assets_in,
    idle_reason,
    prompt_of,
    starting_values,
)
from runway_desktop.catalog.assets import NUMBERED, REFERENCE, TAG, capacity
from runway_desktop.domain.cast import Cast, Member, MemberFile, MemberKind, Mention, as_text, mentions, name_key
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import MemberId, Request, Task
from runway_desktop.texts import Text, _, enumerated, in_turn, listed
from runway_desktop.usecases.words.cast import AMOUNTS, held_words
from runway_desktop.values import Struct, replace

_SHARES: Mapping[Media, Text] = MappingProxyType(
    {
        Media.IMAGE: Text("{n} of {most} picture", "{n} of {most} pictures"),
        Media.VIDEO: Text("{n} of {most} clip", "{n} of {most} clips"),
        Media.AUDIO: Text("the voice"),
    }
)

_NONE: Mapping[Media, Text] = MappingProxyType(
    {Media.IMAGE: Text("no picture"), Media.VIDEO: Text("no clip"), Media.AUDIO: Text("no voice")}
)


class Use(Struct, frozen=True):
    """A file of a member as an input: its field, and its index there."""

    member: Member
    field: str
    number: int
    file: MemberFile


class Casting(Struct, frozen=True, kw_only=True):
    """A request's values with the cast in it. `members` in the order of their names in the prompt. `unknown`: names
    after an @ that stay text."""

    values: dict[str, Any]
    members: tuple[Member, ...] = ()
    uses: tuple[Use, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[MemberId, ...]:
        return tuple(member.id for member in self.members)

    @property
    def in_words(self) -> tuple[Member, ...]:
        """Those that are in it by name and words alone."""
        return tuple(member for member in self.members if all(use.member is not member for use in self.uses))

    def left_out(self, member: Member) -> list[MemberFile]:
        """Files for which the model has no place."""
        used = [use.file for use in self.uses if use.member is member]
        return [file for file in member.all_files if file not in used]


def cast_into(pair: Pair, values: Mapping[str, Any], cast: Cast | None, settled: Sequence[str] = ()) -> Casting:
    """Expands the names in the prompt of `values`, which are wire values, perhaps invalid ones. An @ after a backslash
    stays, without the backslash. `settled`: as in `domain.cast.mentions`."""
    field = pair.prompt_field
    prompt = values.get(field.name) if field is not None else None
    if field is None or not isinstance(prompt, str):
        return Casting(values=dict(values))
    found = names_in(pair, values, cast, settled)
    members = tuple({one.member.id: one.member for one in found if one.member is not None}.values())
    unknown = tuple(dict.fromkeys(one.name for one in found if one.member is None))
    if not members:
        return Casting(values={**values, field.name: _without_escapes(prompt)}, unknown=unknown)
    places = _Places(pair, values, members)
    casting = Casting(values=places.values, members=members, uses=tuple(places.uses), unknown=unknown)
    casting.values[field.name] = _written(prompt, found, places.names, casting.in_words)
    return casting


def names_in(pair: Pair, values: Mapping[str, Any], cast: Cast | None, settled: Sequence[str] = ()) -> list[Mention]:
    """The names in the prompt of `values`; none without a cast. `settled` as above."""
    field = pair.prompt_field
    prompt = values.get(field.name) if field is not None else None
    if cast is None or not cast.members or not isinstance(prompt, str) or "@" not in prompt:
        return []
    return mentions(prompt, cast, tags_in(pair, values), settled)


def cast_request(
    pair: Pair, request: Request, cast: Cast | None, settled: Sequence[str] = ()
) -> tuple[Request, tuple[MemberId, ...]]:
    """A request as it is stored, and the members in it: those that it names, and those whose files it had already, as
    a copy of a stored request has."""
    casting = cast_into(pair, request.values, cast, settled)
    files = [asset.uri for asset in assets_in(pair, request.values) if asset.uri.startswith("file:")]
    known = [cast.of_files[uri] for uri in files if uri in cast.of_files] if cast is not None and files else []
    if casting.values != request.values:
        request = replace(request, values=casting.values, prompt=prompt_of(pair, casting.values))
    return request, tuple(dict.fromkeys((*casting.ids, *known)))


def with_escapes(pair: Pair, request: Request, cast: Cast | None, settled: Sequence[str]) -> Request:
    """The same with a backslash before each name of its prompt that is `settled`, which means the same without them."""
    field = pair.prompt_field
    if field is None or not settled:
        return request
    prompt, tags = request.prompt, tags_in(pair, request.values)
    named = mentions(prompt, cast or Cast(), tags, settled)
    for one in reversed(mentions(prompt, cast or Cast(), tags)):
        if one not in named:
            prompt = f"{prompt[: one.start]}\\{prompt[one.start :]}"
    return replace(request, values={**request.values, field.name: prompt}, prompt=prompt)


def as_asked(task: Task, members: Sequence[Member], catalog: Catalog) -> str:
    """The prompt of a stored task, to be typed: with the names of those `members` that it has as an `@` again, for
    another request that they are in, too. Other names are text. A member whose name changed since is found by a tag
    alone."""
    request = task.request
    prompt, pair = request.prompt, catalog.pair(request.endpoint, request.model)
    items = [
        (field, number, item)
        for field in (pair.asset_fields if pair is not None and task.cast else ())
        for number, item in enumerate(asset_items(field, request.values.get(field.name)), start=1)
    ]
    for member in members:
        if member.id not in task.cast:
            continue
        uris = {file.uri for file in member.all_files}
        tags = [
            f"@{item.extra[TAG]}" if item.extra.get(TAG) else f"@{NUMBERED[field.name]}{number}"
            for field, number, item in items
            if item.uri in uris and (item.extra.get(TAG) or field.name in NUMBERED)
        ]
        described = f"{member.name} ({member.words})"
        for said in (*tags, described, member.name):
            # Other scripts write no blank around a name.
            begin, end = (r'(?a:(?<![\w@"]))', r"(?a:(?!\w))") if said.isascii() else ('(?<!@")', "")
            begin = "" if said in tags else begin
            known = re.sub(f"{begin}{re.escape(said)}{end}", f'@"{member.name}"'.replace("\\", r"\\"), prompt)
            is_found, prompt = known != prompt, known
            if is_found and said is not described:
                break
    return as_text(prompt, {f'"{name_key(member.name)}"' for member in members if member.id in task.cast})


def casting_words(pair: Pair, casting: Casting) -> str:
    """What the names in a prompt fill, and what is left out: "@Maya fills 4 of 9 pictures and the voice. Nothing left
    out."; empty without members."""
    said: list[Text | str] = []
    for member in casting.members:
        name = f"@{member.name}"
        if member in casting.in_words:
            said.append(
                _("{name} is told by name and words.", name=name)
                if member.words
                else _("{name} is told by name only.", name=name)
            )
        else:
            said.append(_("{name} fills {parts}.", name=name, parts=listed(_shares(pair, casting, member))))
        if left := casting.left_out(member):
            said.append(_("Left out of {name}: {parts}.", name=name, parts=held_words(left)))
    if casting.uses and not any(map(casting.left_out, casting.members)):
        said.append(_("Nothing left out."))
    return str(in_turn(*said))


class Fill(Struct, frozen=True):
    """What a model takes of a member, in words. `in_words`: no file of it."""

    words: str
    in_words: bool


def fill_of(pair: Pair, member: Member) -> Fill:
    """ "3 of 4 pictures, no voice", "Picture 1 as first frame, the voice", "Words only"."""
    prompt = pair.prompt_field
    if prompt is None:
        return Fill(_("Takes no prompt"), in_words=True)
    values = {**starting_values(pair), prompt.name: f"@{member.written}"}
    casting = cast_into(pair, values, Cast([member]))
    if not casting.uses:
        return Fill(_("Words only") if member.words else _("Name only"), in_words=True)
    parts: list[object] = []
    files = [file.media for file in member.all_files]
    frames = {field.name for field in pair.asset_fields if field.positions and field.required}
    for media in (one for one in AMOUNTS if one in files):
        uses = [use for use in casting.uses if use.file.media is media]
        taken, there = len(uses), files.count(media)
        if taken == 1 and uses[0].field in frames:
            parts.append(_("Picture 1 as first frame"))
        elif 0 < taken < there:
            parts.append(_SHARES[media].of(there).with_(n=taken, most=there))
        else:
            parts.append(AMOUNTS[media].of(taken) if taken else _NONE[media])
    return Fill(enumerated(parts), in_words=False)


def _shares(pair: Pair, casting: Casting, member: Member) -> list[Text]:
    """ "4 of 9 pictures", "the voice": of the places of each field, those that the member's files take."""
    found = []
    for media in AMOUNTS:
        for field in pair.asset_fields:
            uses = [use for use in casting.uses if use.member is member and use.field == field.name]
            if amount := sum(use.file.media is media for use in uses):
                most = capacity(field)
                found.append((_SHARES if most > 1 else AMOUNTS)[media].of(most).with_(n=amount, most=most))
    return found


_FOR_KIND = {
    "characterImage": MemberKind.CHARACTER,
    "image": MemberKind.PROP,
    "productImage": MemberKind.PROP,
    "productImages": MemberKind.PROP,
    "styleImages": MemberKind.STYLE,
}
"""Fields of recipes that are for one kind of member."""


class _Places:
    """The inputs of a request, filled with files of members."""

    def __init__(self, pair: Pair, values: Mapping[str, Any], members: Sequence[Member]) -> None:
        self.values = dict(values)
        self.uses: list[Use] = []
        self._members = members
        self.names: dict[MemberId, str] = {}
        """Names in the prompt that the model knows."""
        self._taken = set(tags_in(pair, values))
        self._placed = {_FOR_KIND.get(name) for name in pair.names}
        fields = [field for field in pair.asset_fields if _may_hold_cast(field)]
        # Required inputs first, lists before single ones; sounds last, since some are sent only with pictures.
        fields.sort(key=lambda one: (Media.AUDIO in one.media, not one.required, one.kind is FieldKind.ASSET))
        for field in fields:
            if not idle_reason(pair, self.values, field):
                self._fill(field)

    def _fill(self, field: Field) -> None:
        items = list(asset_items(field, self.values.get(field.name)))
        is_placed = bool(field.positions) and field.required
        # A member stands at the beginning of a clip at most, and only where nothing was chosen for it.
        free = (0 if items else 1) if is_placed else capacity(field) - len(items)
        if free <= 0:
            return
        place = field.positions[0] if is_placed else REFERENCE if REFERENCE in field.positions else None
        inner = next((one for one in field.fields if one.name == TAG), None)
        for member, file in self._in_turn(field, free):
            extra = {TAG: self._tag(inner, member)} if inner is not None else {}
            if field.name in NUMBERED:
                self.names.setdefault(member.id, f"@{NUMBERED[field.name]}{len(items) + 1}")
            self.uses.append(Use(member, field.name, len(items), file))
            items.append(AssetItem(uri=file.uri, media=file.media, position=place, extra=extra))
        if items:
            value = asset_value(field, items)
            # A bare address is the first frame.
            bare = isinstance(value, str) and field.kind is FieldKind.ASSETS and not is_placed
            self.values[field.name] = [{field.uri_key: value}] if bare and field.uri_key else value

    def _in_turn(self, field: Field, free: int) -> Iterator[tuple[Member, MemberFile]]:
        """Files for the free places of a field, shared fairly: each member's first, then each one's second. A required
        field for one kind of member takes another if there is none, and no field is for that one."""
        used, members = {id(use.file) for use in self.uses}, self._members
        if field.name in _FOR_KIND:
            own = [member for member in members if member.kind is _FOR_KIND[field.name]]
            members = own or [one for one in members if field.required and one.kind not in self._placed]
        left = [
            (member, [file for file in member.all_files if file.media in field.media and id(file) not in used])
            for member in members
        ]
        while free and any(files for _, files in left):
            for member, files in left:
                if files and free:
                    free -= 1
                    yield member, files.pop(0)

    def _tag(self, field: Field, member: Member) -> str:
        """A tag that no other input of the request has; the member's first one is its name in the prompt."""
        longest, base = field.max_length or 16, _plain(member, field.min_length or 1)
        numbered = (base[:longest], *(f"{base[: longest - len(str(n))]}{n}" for n in range(2, 10_000)))
        tag = next(one for one in numbered if one.casefold() not in self._taken)
        self._taken.add(tag.casefold())
        self.names.setdefault(member.id, f"@{tag}")
        return tag


def _may_hold_cast(field: Field) -> bool:
    """Not an optional single picture, which is a mask."""
    return field.kind is FieldKind.ASSETS or field.required or Media.AUDIO in field.media


def tags_in(pair: Pair, values: Mapping[str, Any]) -> frozenset[str]:
    """The names that the prompt has for the request's own inputs, folded."""
    found = set()
    for field in pair.asset_fields:
        items = asset_items(field, values.get(field.name))
        found |= {str(item.extra[TAG]).casefold() for item in items if item.extra.get(TAG)}
        if field.name in NUMBERED:
            found |= {f"{NUMBERED[field.name]}{n}".casefold() for n in range(1, len(items) + 1)}
    return frozenset(found)


def _plain(member: Member, least: int) -> str:
    """Its name in the letters that a tag may have: A–Z, digits and _, a letter first."""
    name = unicodedata.normalize("NFKD", member.name).encode("ascii", "ignore").decode()
    plain = re.sub(r"^[^A-Za-z]+", "", re.sub(r"\W+", "_", name)).rstrip("_")
    return plain if len(plain) >= least else f"{plain}_{member.kind.value}".lstrip("_")


def _written(prompt: str, found: Sequence[Mention], names: Mapping[MemberId, str], in_words: Sequence[Member]) -> str:
    """The prompt with each name replaced; words follow the first mention of those `in_words`."""
    parts, end, left = [], 0, list(in_words)
    for one in found:
        if (member := one.member) is None:
            continue
        said = names.get(member.id, member.name)
        if member in left:
            left.remove(member)
            said = f"{said} ({member.words})" if member.words else said
        # A tag would take up the letters that follow it.
        gap = " " if said.startswith("@") and re.match(r"\w", prompt[one.end :]) else ""
        parts += [prompt[end : one.start], said, gap]
        end = one.end
    return _without_escapes("".join([*parts, prompt[end:]]))


def _without_escapes(prompt: str) -> str:
    return prompt.replace("\\@", "@")
