"""The files of a cut: what they are, and exports of it. A file that exists is never replaced: the next free name is
taken. Loop's thread; the work is done in workers. Raises DiskError, and NotPossible without ffmpeg for a film."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from enum import StrEnum
from itertools import count
from pathlib import Path, PurePath

from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.filenames import numbered, safe_name
from runway_desktop.domain.film.cut import GapReason, Timeline, TimelineItem
from runway_desktop.domain.inputs import MediaFacts
from runway_desktop.services.disk import private
from runway_desktop.services.disk.disk_space import DiskSpace
from runway_desktop.services.disk.disk_steps import rename_exclusively, sha256_of, write_new
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.disk.disk_words import spoken_for, worded
from runway_desktop.services.exchange.progress import Progress
from runway_desktop.services.exchange.whole_copy import Names, put_whole
from runway_desktop.services.media.media_facts import probe
from runway_desktop.texts import Text
from runway_desktop.values import Struct, replace

from .otio import otio
from .references import Editor


class CutForm(StrEnum):
    """What a cut is written as."""

    OTIO = "otio"
    FOLDER = "folder"
    """All of them in a new folder that can be moved, with copies of the clips."""


class Exported(Struct, frozen=True, kw_only=True):
    """`paths`: the files that were written, the one that was asked for first; none if it was stopped. `copied`: clips
    beside it. `gaps`: of shots that play black or are left out."""

    paths: tuple[Path, ...] = ()
    copied: int = 0
    gaps: int = 0
    is_stopped: bool = False


Writer = Callable[[Timeline, PurePath, Editor], bytes]
_OTIO: Mapping[str, Writer] = {".otio": otio}
_WRITERS: Mapping[CutForm, Mapping[str, Writer]] = {CutForm.OTIO: _OTIO, CutForm.FOLDER: _OTIO}
"""What each form writes, by what follows the name."""


class CutFiles:
    def __init__(self, workers: Executor, space: DiskSpace) -> None:
        self._workers = workers
        self._space = space

    async def facts(self, path: Path) -> MediaFacts | None:
        return await in_worker(self._workers, probe, path)

    async def digest(self, path: Path) -> str:
        return await in_worker(self._workers, _digest, path)

    async def known(self, timeline: Timeline) -> Timeline:
        """With rate and sound of each file as its header says; what has no file any more is a gap."""
        return await in_worker(self._workers, _known, timeline)

    async def export(
        self, timeline: Timeline, form: CutForm, target: Path, editor: Editor, progress: Progress
    ) -> Exported:
        """`timeline`: of `known`."""
        copied = 0
        if form is CutForm.FOLDER:
            folder = await in_worker(self._workers, _new_folder, target)
            timeline, copied = await self._with_copies(timeline, folder, progress)
            target = folder / folder.name
        if progress.is_stopped:
            return Exported(copied=copied, is_stopped=True)
        gaps = sum(item.gap is not None for item in timeline.items)
        paths = await in_worker(self._workers, _write, timeline, form, target, editor)
        return Exported(paths=paths, copied=copied, gaps=gaps)

    async def _with_copies(self, timeline: Timeline, folder: Path, progress: Progress) -> tuple[Timeline, int]:
        names, copies = Names(beside=False), dict[str, Path]()
        sound = timeline.sound
        wanted = {str(item.path): _plain_name(item, n) for n, item in enumerate(timeline.playing, 1) if item.path}
        if sound is not None:
            wanted.setdefault(sound.path, f"sound{Path(sound.path).suffix.lower()}")
        for number, (path, name) in enumerate(wanted.items(), 1):
            if progress.is_stopped:
                break
            put = await in_worker(self._workers, put_whole, Path(path), folder / name, names, self._space)
            copies[path] = put.path
            progress.report(number, len(wanted))
        items = tuple(replace(item, path=copies.get(str(item.path), item.path)) for item in timeline.items)
        if sound is not None:
            sound = replace(sound, path=str(copies.get(sound.path, sound.path)))
        return replace(timeline, items=items, sound=sound), len(copies)


def _plain_name(item: TimelineItem, number: int) -> str:
    """Of letters that need no escape in any form of a path: editors disagree about the others."""
    path = item.path or Path()
    name = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in item.shot or path.stem)
    return f"{number:03}_{name[:40].strip('_') or 'clip'}{path.suffix.lower()}"


def _digest(path: Path) -> str:
    with worded(Text("“{file}” cannot be read.").with_(file=path.name)):
        return sha256_of(path)


def _known(timeline: Timeline) -> Timeline:
    """In a worker."""

    def known(item: TimelineItem) -> TimelineItem:
        if item.path is None:
            return item
        try:
            facts = probe(item.path)
        except DiskError:
            return replace(item, path=None, gap=GapReason.MISSING, marks=())
        if facts is None:
            return item
        return replace(
            item, fps=facts.frame_rate or item.fps, has_sound=facts.has_sound,
            duration=0.0 if item.is_still else facts.duration or item.duration,
            size=(facts.width or item.size[0], facts.height or item.size[1]),
        )  # fmt: skip

    return replace(timeline, items=tuple(map(known, timeline.items)))


def _new_folder(wanted: Path) -> Path:
    """In a worker."""
    with spoken_for(wanted.parent):
        wanted.parent.mkdir(parents=True, exist_ok=True)
        for number in count(1):
            folder = wanted.with_name(numbered(safe_name(wanted.name) or "cut", number))
            try:
                folder.mkdir()
            except FileExistsError:
                continue
            return folder
    raise AssertionError("There is always a next number")


def _write(timeline: Timeline, form: CutForm, target: Path, editor: Editor) -> tuple[Path, ...]:
    """In a worker. All files of a form have the same number."""
    contents = {ending: write(timeline, target.parent, editor) for ending, write in _WRITERS[form].items()}
    stem = target.name if target.suffix.lower() != f".{form}" else target.stem
    with spoken_for(target.parent, needed=sum(map(len, contents.values()))):
        for number in count(1):
            paths = {ending: target.with_name(numbered(stem, number) + ending) for ending in contents}
            if not any(os.path.lexists(path) for path in paths.values()):
                break
        for ending, path in paths.items():
            draft = path.with_name(f"{path.name}.part")
            write_new(draft, contents[ending], private.USUAL_FILE)
            rename_exclusively(draft, path)
    return tuple(paths.values())
