"""Puts files into members of the cast: dropped and chosen ones, results, frames of clips. Loop's thread only. Raises
NotPossible, DiskError, StoreError; a file that cannot be used is a problem of the answer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from runway_desktop.domain.cast import Cast, Member, MemberFile, MemberKind, new_member_id
from runway_desktop.domain.media import Media
from runway_desktop.services.engine import Engine
from runway_desktop.texts import Text
from runway_desktop.usecases.words.cast import KIND_WORDS, held_words
from runway_desktop.values import Struct, replace

LONGEST_VOICE = 30.0
"""Seconds. Models take reference sounds of 0.5 to 30 s."""
SHORTEST_VOICE = 0.5
_NOT_USABLE = Text("“{file}” is no picture, clip or sound that can be used.")
_ADDED = Text("Added to @{name}: {parts}.")
_TOO_SHORT = Text("“{file}” is too short for a voice, which has half a second at least.")
_TOO_LONG = Text("“{file}” is {n} s long, and a voice has at most {most} s.")
_THERE = Text("@{name} has that already.")


class LongSound(Struct, frozen=True):
    """A sound that is too long for a voice. `length` in seconds."""

    path: Path
    length: float

    @property
    def words(self) -> Text:
        return _TOO_LONG.with_(file=self.path.name, n=round(self.length), most=round(LONGEST_VOICE))

    def start(self, text: str) -> float | None:
        """The second that a person typed, if a part can begin there."""
        try:
            start = float(text.replace(",", "."))
        except ValueError:
            return None
        return start if 0 <= start <= self.length - SHORTEST_VOICE else None


class Put(Struct, frozen=True):
    """`said`: what was done. `before`: the member to save for undo; None if nothing changed. `long`: it was not added,
    but a part of it can be, by `put_part`."""

    member: Member
    said: Text
    before: Member | None = None
    problems: tuple[Text | str, ...] = ()
    long: LongSound | None = None


def new_member(cast: Cast, kind: MemberKind, name: str = "") -> Member:
    """A member that is not saved yet; without a name, "Character 2"."""
    base, number = str(KIND_WORDS[kind]), 1
    while not name:
        tried = f"{base} {number}" if number > 1 else base
        name, number = "" if cast.named(tried) else tried, number + 1
    return Member(id=new_member_id(), kind=kind, name=name)


class CastFiles:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def put_under(self, name: str, paths: Sequence[Path]) -> Put:
        """Adds files to the member with this name, with or without an @; without one, to a new character."""
        cast = await self._engine.cast.load()
        name = name.strip().removeprefix("@").strip("\"'“”„«» ")
        return await self.put(cast.named(name) or new_member(cast, MemberKind.CHARACTER, name), paths)

    async def put(self, member: Member, paths: Sequence[Path]) -> Put:
        """Adds pictures and clips at the end; a sound becomes the voice."""
        keeper = self._engine.cast
        files, voice, problems, long = list(member.files), member.voice, [], None
        looks = await self._engine.intake.look([path.as_uri() for path in paths])
        for path in paths:
            found = looks[path.as_uri()]
            media = found.facts.media if found.facts is not None else Media.OTHER
            if media is Media.OTHER:
                problems.append(found.said or _NOT_USABLE.with_(file=path.name))
                continue
            length = found.facts.duration if found.facts is not None and media is Media.AUDIO else None
            if length is not None and length < SHORTEST_VOICE:
                problems.append(_TOO_SHORT.with_(file=path.name))
                continue
            if length is not None and length > LONGEST_VOICE:
                long = LongSound(path, length)
                continue
            kept = await keeper.keep(path, media)
            if media is Media.AUDIO:
                voice = kept
            elif all(one.sha256 != kept.sha256 for one in files):
                files.append(kept)
        after = replace(member, files=tuple(files), voice=voice)
        added = [one for one in after.all_files if one not in member.all_files]
        if not added and paths:
            said = Text("") if problems or long else _THERE.with_(name=member.name)
            return Put(member, said, None, tuple(problems), long)
        return replace(await self._saved(after, added), problems=tuple(problems), long=long)

    async def put_part(self, member: Member, sound: LongSound, start: float, wav: bytes) -> Put:
        """A part of a sound becomes the voice. `wav`: the part from second `start` on, as a file."""
        keeper = self._engine.cast
        voice = await keeper.keep_content(f"{sound.path.stem} {start:g} s.wav", wav, Media.AUDIO)
        return await self._saved(replace(await keeper.member(member.id) or member, voice=voice), [voice])

    async def put_frame(self, clip: Path, png: bytes, words: str, name: str) -> Put:
        """Adds a frame of a clip to the member with this name. `words` name the frame ("frame at 2.4 s")."""
        return await self.put_under(name, [await self._engine.input_fixer.keep_frame(clip, png, words)])

    async def _saved(self, member: Member, added: Sequence[MemberFile]) -> Put:
        before = await self._engine.cast.save(member) or replace(member, removed_at=self._engine.clock.now())
        said = _ADDED.with_(name=member.name, parts=held_words(added)) if added else Text("")
        return Put(member, said, before)
