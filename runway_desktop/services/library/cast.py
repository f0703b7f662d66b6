"""Keeps the cast: its members in memory, their files in the profile's folder.

A file is copied there once, by its content, so that it survives the original. Members are read on first use. Loop's
thread only; disk work in the executor. Raises NotPossible for a name that cannot be, DiskError, StoreError.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
from concurrent.futures import Executor
from io import BytesIO
from pathlib import Path

from runway_desktop.domain.cast import LONGEST_NAME, Cast, Member, MemberFile, name_key
from runway_desktop.domain.errors import NotPossible
from runway_desktop.domain.events import CastChanged
from runway_desktop.domain.filenames import safe_name
from runway_desktop.domain.media import Media
from runway_desktop.domain.profiles import Profile, cleaned
from runway_desktop.domain.task import MemberId
from runway_desktop.services.bus import Bus
from runway_desktop.services.disk import private
from runway_desktop.services.disk.disk_steps import draft_of
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.disk.disk_words import file_hash, worded
from runway_desktop.services.ports import Clock, Store
from runway_desktop.texts import Text
from runway_desktop.values import replace

_HOME_DIGITS = 16
_LONGEST_STEM = 80
"""Bytes of a file name without its ending."""


class CastKeeper:
    """`now`: the members that prompts can name; empty until `load` has read them."""

    def __init__(self, store: Store, bus: Bus, clock: Clock, profile: Profile, executor: Executor) -> None:
        self.now = Cast()
        self._store = store
        self._bus = bus
        self._clock = clock
        self._profile = profile
        self._executor = executor
        self._members: dict[MemberId, Member] = {}
        self._is_read = False
        self._reading = asyncio.Lock()

    async def load(self) -> Cast:
        """Reads the members, unless they were read; `CastChanged` follows."""
        async with self._reading:
            if not self._is_read:
                folder = self._profile.folder
                found = await self._store.members()
                absolute = [one.with_files(lambda file: replace(file, path=str(folder / file.path))) for one in found]
                self._members = {member.id: member for member in absolute}
                self._is_read = True
                self._tell()
        return self.now

    async def member(self, member_id: MemberId) -> Member | None:
        """Removed ones too: their tasks keep their names."""
        await self.load()
        return self._members.get(member_id)

    async def save(self, member: Member) -> Member | None:
        """Adds or changes a member. Returns what it was before; saving that undoes the change."""
        await self.load()
        member = replace(member, name=cleaned(member.name))
        if member.removed_at is None:
            self._check_name(member)
        folder = self._profile.folder
        kept = member.with_files(lambda file: replace(file, path=Path(file.path).relative_to(folder).as_posix()))
        await self._store.save_member(kept, self._clock.now())
        before = self._members.get(member.id)
        self._members[member.id] = member
        self._tell()
        return before

    async def remove(self, member_id: MemberId) -> Member | None:
        """Removes a member; its files stay, since stored requests name them. Returns it as it was, for undo; None for
        an unknown one."""
        member = await self.member(member_id)
        return None if member is None else await self.save(replace(member, removed_at=self._clock.now()))

    async def keep(self, path: Path, media: Media) -> MemberFile:
        """Copies a file into the profile, unless its content is there."""
        return await in_worker(self._executor, _kept, self._profile.cast, path.name, path, media)

    async def keep_content(self, name: str, content: bytes, media: Media) -> MemberFile:
        """The same for bytes; `name` with its ending."""
        return await in_worker(self._executor, _kept, self._profile.cast, name, content, media)

    def _check_name(self, member: Member) -> None:
        if not member.name:
            raise NotPossible(Text("Enter a name."))
        if len(member.name) > LONGEST_NAME:
            raise NotPossible(Text("A name has at most {n} letters.").with_(n=LONGEST_NAME))
        other = self.now.named(member.name)
        if other is not None and other.id != member.id:
            raise NotPossible(Text("“{name}” is in the cast already.").with_(name=other.name))

    def _tell(self) -> None:
        self.now = Cast(sorted(self._members.values(), key=lambda member: name_key(member.name)))
        self._bus.tell(CastChanged(self.now))


def _kept(folder: Path, name: str, content: Path | bytes, media: Media) -> MemberFile:
    """In a worker."""
    digest = file_hash(content) if isinstance(content, Path) else hashlib.sha256(content).hexdigest()
    home = folder / digest[:_HOME_DIGITS]
    with worded(Text("“{file}” cannot be copied.").with_(file=name), Text("Check whether the disk is full.")):
        private.make_folder(home)
        kept = next((file for file in sorted(home.iterdir()) if file.suffix != ".part"), None)
        if kept is None:
            stem, ending = os.path.splitext(name)
            kept = home / f"{safe_name(stem, max_bytes=_LONGEST_STEM) or 'file'}{ending.lower()}"
            reading = content.open("rb") if isinstance(content, Path) else BytesIO(content)
            with reading, draft_of(kept) as draft, open(draft, "wb", opener=private.opener) as writing:
                shutil.copyfileobj(reading, writing)
                writing.flush()
                os.fsync(writing.fileno())
    return MemberFile(path=str(kept), media=media, sha256=digest)
