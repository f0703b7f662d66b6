"""The files of a cut: what they are, and exports of it. A file that exists is never replaced: the next free name is
taken. Loop's thread; the work is done in workers. Raises DiskError."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from enum import StrEnum
from functools import partial
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
from runway_desktop.services.media.contact_sheet import Tile, drawn
from runway_desktop.services.media.media_facts import probe
from runway_desktop.texts import Text
from runway_desktop.values import Struct, replace

from .edl import edl, marker_edl
from .fcp7 import fcp7
from .film import Run, make_film
from .otio import otio
from .references import Editor


class CutForm(StrEnum):
    """What a cut is written as."""

    OTIO = "otio"
    FCP7 = "fcp7"
    EDL = "edl"
    """With a second list for its notes."""
    MP4 = "mp4"
    """One film."""
    CONTACT_SHEET = "contact_sheet"
    """A PDF, or a PNG for each page."""
    FOLDER = "folder"
    """The first three in a new folder that can be moved, with copies of the clips."""


class Exported(Struct, frozen=True, kw_only=True):
    """`paths`: the files that were written, the one that was asked for first; none if it was stopped. `gaps`: what does
    not play in them, also because its file is missing."""

    paths: tuple[Path, ...] = ()
    gaps: tuple[TimelineItem, ...] = ()


Told = Callable[[int, int], bool]
"""In the worker: how much of how much is done. Says whether to go on."""
Writer = Callable[[Timeline, PurePath, Editor], bytes]
_WRITERS: Mapping[CutForm, Mapping[str, Writer]] = {
    CutForm.OTIO: {".otio": otio},
    CutForm.FCP7: {".xml": fcp7},
    CutForm.EDL: {".edl": edl, ".markers.edl": marker_edl},
}
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
        """With length, size and sound of each file as its header says; what has no file any more is a gap. DiskError
        if the lane of sound has none."""
        return await in_worker(self._workers, _known, timeline)

    async def export(
        self, timeline: Timeline, form: CutForm, target: Path, editor: Editor, run: Run, tiles: Sequence[Tile],
        progress: Progress,
    ) -> Exported:  # fmt: skip
        """`timeline`: of `known`. `run` makes the film, `tiles` are those of a contact sheet. NotPossible if a sheet
        cannot be drawn; what `run` raises when it is stopped or fails: nothing is left then. Canceled, it is
        stopped."""
        loop = asyncio.get_running_loop()

        def told(done: int, total: int) -> bool:
            loop.call_soon_threadsafe(progress.report, done, total)
            return not progress.is_stopped

        match form:
            case CutForm.MP4:
                work = partial(_film, timeline, target, run, told)
            case CutForm.CONTACT_SHEET:
                work = partial(_sheet, timeline.name, tiles, target)
            case CutForm.FOLDER:
                work = partial(_folder, timeline, target, editor, self._space, told)
            case _:
                work = partial(_write, timeline, form, target, editor)
        try:
            return Exported(paths=await in_worker(self._workers, work))
        except asyncio.CancelledError:
            progress.stop()
            raise


def _folder(timeline: Timeline, target: Path, editor: Editor, space: DiskSpace, told: Told) -> tuple[Path, ...]:
    """In a worker. Stopped, the clips that were copied stay."""
    folder, names, sound = new_folder(target), Names(beside=False), timeline.sound
    wanted = {str(item.path): _plain_name(item, n) for n, item in enumerate(timeline.playing, 1) if item.path}
    if sound is not None:
        wanted.setdefault(sound.path, f"sound{Path(sound.path).suffix.lower()}")
    copies = dict[str, Path]()
    for number, (path, name) in enumerate(wanted.items()):
        if not told(number, len(wanted)):
            return ()
        copies[path] = put_whole(Path(path), folder / name, names, space).path
    timeline = replace(
        timeline,
        items=tuple(replace(item, path=copies.get(str(item.path), item.path)) for item in timeline.items),
        sound=replace(sound, path=str(copies[sound.path])) if sound is not None else None,
    )
    return tuple(path for form in _WRITERS for path in _write(timeline, form, folder / folder.name, editor))


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
    if timeline.sound is not None:
        probe(Path(timeline.sound.path))
    return replace(timeline, items=tuple(map(_known_item, timeline.items)))


def _known_item(item: TimelineItem) -> TimelineItem:
    try:
        facts = probe(item.path) if item.path is not None else None
    except DiskError:
        return replace(item, path=None, gap=GapReason.MISSING, marks=())
    if facts is None:
        return item
    return replace(
        item, has_sound=facts.has_sound, duration=0.0 if item.is_still else facts.duration or item.duration,
        size=(facts.width or item.size[0], facts.height or item.size[1]),
    )  # fmt: skip


def new_folder(wanted: Path) -> Path:
    """Makes a folder of this name or of the next free one. In a worker."""
    with spoken_for(wanted.parent):
        wanted.parent.mkdir(parents=True, exist_ok=True)
        [folder] = free_paths(wanted.with_name(safe_name(wanted.name) or "cut"), [""])
        folder.mkdir()
    return folder


def _write(timeline: Timeline, form: CutForm, target: Path, editor: Editor) -> tuple[Path, ...]:
    """In a worker."""
    written = {ending: write(timeline, target.parent, editor) for ending, write in _WRITERS[form].items()}
    return _put(target, {ending: content for ending, content in written.items() if content})


def _sheet(title: str, tiles: Sequence[Tile], target: Path) -> tuple[Path, ...]:
    """In a worker."""
    ending = ".png" if target.suffix.lower() == ".png" else ".pdf"
    pages = drawn(title, tiles, is_pdf=ending == ".pdf").files
    return _put(target, {f"-{page:02}{ending}" if page > 1 else ending: file for page, file in enumerate(pages, 1)})


def _put(target: Path, contents: Mapping[str, bytes]) -> tuple[Path, ...]:
    """In a worker. `contents`: by what follows the name."""
    with spoken_for(target.parent, needed=sum(map(len, contents.values()))):
        paths = free_paths(target, list(contents))
        for path, content in zip(paths, contents.values(), strict=True):
            draft = path.with_name(f"{path.name}.part")
            write_new(draft, content, private.USUAL_FILE)
            rename_exclusively(draft, path)
    return paths


def _film(timeline: Timeline, target: Path, run: Run, told: Told) -> tuple[Path, ...]:
    """In a worker."""
    with spoken_for(target.parent):
        [path] = free_paths(target, [".mp4"])
        make_film(timeline, path, run, lambda frames: told(frames, timeline.frames))
    return (path,)


def free_paths(target: Path, endings: Sequence[str]) -> tuple[Path, ...]:
    """The first names with these endings that no file has, of the same number."""
    stem = target.stem if target.suffix.lower() in endings else target.name
    for number in count(1):
        paths = tuple(target.with_name(numbered(stem, number) + ending) for ending in endings)
        if not any(os.path.lexists(path) for path in paths):
            return paths
    raise AssertionError("There is always a next number")
