"""The cast: characters, props and styles by name, with the files and words that stand for them in a request. Pure.

A member is named in a prompt as `@Maya` or `@"Old Ben"`; `usecases/casting.py` replaces the name by what it stands for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from runway_desktop.values import Struct, replace

from .media import Media
from .task import MemberId

LONGEST_NAME = 60
"""Letters of a member's name."""


class MemberKind(StrEnum):
    """The values are stored and must not change."""

    CHARACTER = "character"
    PROP = "prop"
    STYLE = "style"


class MemberFile(Struct, frozen=True, kw_only=True):
    """A file of a member, in the profile's folder of the cast. `path` is absolute; stored relative to the profile."""

    path: str
    media: Media
    sha256: str

    @property
    def uri(self) -> str:
        return Path(self.path).as_uri()


class Member(Struct, frozen=True, kw_only=True):
    id: MemberId
    kind: MemberKind
    name: str
    words: str = ""
    """For models that take none of its files."""
    files: tuple[MemberFile, ...] = ()
    """Pictures and clips; the first ones are used where a model takes fewer."""
    voice: MemberFile | None = None
    removed_at: float | None = None
    """When it was removed, in Unix seconds. Its tasks keep its name."""

    @property
    def written(self) -> str:
        """Its name as a prompt has it after the @."""
        return f'"{self.name}"' if " " in self.name and _QUOTED.fullmatch(f'"{self.name}"') else self.name

    @property
    def face(self) -> MemberFile | None:
        """The file that stands for it in lists: its first picture, else its first clip."""
        return next((file for file in self.files if file.media.kind.is_picture), next(iter(self.files), None))

    @property
    def all_files(self) -> tuple[MemberFile, ...]:
        return self.files if self.voice is None else (*self.files, self.voice)

    def with_files(self, changed: Callable[[MemberFile], MemberFile]) -> Member:
        """The same with each file changed."""
        return replace(self, files=tuple(map(changed, self.files)), voice=self.voice and changed(self.voice))


class DesignedVoice(Struct, frozen=True, kw_only=True):
    """A sound that Runway made of `words`, from which a voice can be chosen. `url` is a link to it for a day, `file`
    what was saved of it."""

    words: str
    url: str
    file: MemberFile | None = None


class Mention(Struct, frozen=True):
    """An `@` in a prompt from `start` to `end`, with the name as written. `member` is None for an unknown name."""

    start: int
    end: int
    name: str
    member: Member | None


class Cast:
    """The members that prompts can name, found by the beginning of a text."""

    def __init__(self, members: Iterable[Member] = ()) -> None:
        self.members = tuple(member for member in members if member.removed_at is None)
        self._by_name: dict[str, Member] = {}
        for member in self.members:
            self._by_name.setdefault(name_key(member.name), member)
        # Decomposed, a letter may be several characters.
        self._longest = max((len(unicodedata.normalize("NFD", member.name)) for member in self.members), default=0)

    @cached_property
    def of_files(self) -> dict[str, MemberId]:
        """The member of each file, by its URI."""
        return {file.uri: member.id for member in reversed(self.members) for file in member.all_files}

    def with_copies(self, copies: Mapping[str, str]) -> Cast:
        """The same with other files for some: their URIs, and the paths of copies that a model takes instead."""

        def copied(file: MemberFile) -> MemberFile:
            return replace(file, path=copies[file.uri]) if file.uri in copies else file

        return Cast(member.with_files(copied) for member in self.members)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(member.name for member in self.members)

    def named(self, name: str) -> Member | None:
        return self._by_name.get(name_key(name))

    def beginning_with(self, text: str) -> list[Member]:
        """The members of whose names a word begins so; those whose first word does come first."""
        key = name_key(text)
        found = [(name.startswith(key), member) for name, member in self._by_name.items() if f" {key}" in f" {name}"]
        return [member for is_first in (True, False) for first, member in found if first is is_first]

    def at_start(self, text: str) -> tuple[Member, int] | None:
        """The member with the longest name that `text` begins with, and where the name ends; a word's end is not
        needed, since many languages write none."""
        for end in range(min(len(text), self._longest), 0, -1):
            # A letter is not separated from its accents.
            if not (end < len(text) and unicodedata.combining(text[end])):
                member = self._by_name.get(name_key(text[:end])) if not text[end - 1].isspace() else None
                if member is not None:
                    return member, end
        return None


def name_key(name: str) -> str:
    """Equal for names that are the same to people."""
    return unicodedata.normalize("NFC", name).casefold()


_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]+`", re.DOTALL)
_WORD = re.compile(r"[^\W\d]\w*")
_QUOTED = re.compile(r'["“„«]([^"“”„«»\n]+)["”“»]')
_BEGUN = re.compile(r'["“„«]?([^"“”„«»\n]*)\Z')
_MAIL = frozenset("._%+-@\\")


def mentions(prompt: str, cast: Cast, tags: frozenset[str] = frozenset(), settled: Sequence[str] = ()) -> list[Mention]:
    """The names after an `@` in a prompt, in order: members, and unknown ones. Not what is text: an `@` in a mail
    address, in code or after a backslash, a tag of the request (`tags`, folded), and what is `settled`: folded texts
    that names of an earlier prompt begin with."""
    found = []
    for start in _ats(prompt):
        rest = prompt[start + 1 :]
        quoted = _QUOTED.match(rest)
        word = _WORD.match(rest)
        if word is not None and word.group().casefold() in tags:
            continue
        if quoted is not None:
            name = quoted.group(1)
            mention = Mention(start, start + 1 + quoted.end(), name, cast.named(" ".join(name.split())))
        elif (known := cast.at_start(rest)) is not None:
            mention = Mention(start, start + 1 + known[1], rest[: known[1]], known[0])
        elif word is not None:
            mention = Mention(start, start + 1 + word.end(), word.group(), None)
        else:
            continue
        key = name_key(prompt[start + 1 : mention.end])
        if not any(one.startswith(key) for one in settled):
            found.append(mention)
    return found


def begun_name(text: str) -> str | None:
    """What is typed of a name at the end of a text: all that follows its last @, without an opening quote. None if no
    name is being typed."""
    at = max(_ats(text), default=-1)
    found = _BEGUN.match(text, at + 1) if at >= 0 else None
    return found.group(1) if found is not None and len(text) - at <= LONGEST_NAME else None


def settled_names(prompt: str) -> tuple[str, ...]:
    """What follows each `@` of a prompt that was stored: its names stay text, also those of later members."""
    return tuple(dict.fromkeys(name_key(prompt[at + 1 : at + 1 + LONGEST_NAME]) for at in _ats(prompt)))


def as_text(prompt: str, but: Container[str] = ()) -> str:
    """A prompt that was stored, to be typed: with a backslash before each @, so that what follows stays text when a
    member of that name is added later. `but`: tags and quoted names, folded, which stay as they are."""
    for at in reversed([*_ats(prompt)]):
        found = _QUOTED.match(prompt, at + 1) or _WORD.match(prompt, at + 1)
        if prompt[at + 1 : at + 2].strip() and (found is None or name_key(found.group()) not in but):
            prompt = f"{prompt[:at]}\\{prompt[at:]}"
    return prompt


def _ats(prompt: str) -> Iterator[int]:
    at = prompt.find("@")
    code = [found.span() for found in _CODE.finditer(prompt)] if at >= 0 and "`" in prompt else []
    while at >= 0:
        before = prompt[at - 1 : at]
        # Chinese and Japanese write no blank before a name.
        is_inside = before.isalnum() and unicodedata.east_asian_width(before) not in "WF"
        if not (is_inside or before in _MAIL or any(start <= at < end for start, end in code)):
            yield at
        at = prompt.find("@", at + 1)


def new_member_id() -> MemberId:
    from uuid import uuid4

    return MemberId(uuid4().hex)
