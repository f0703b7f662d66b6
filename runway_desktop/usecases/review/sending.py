"""Writes a round of review: makes the copies, the page, and keeps what was sent. Nothing is sent by the program.

Copies are made smaller by the person's ffmpeg where it is found; else they are taken as they are, without our request
in them. Loop's thread; StoreError, DiskError and NotPossible pass.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from functools import partial
from pathlib import Path
from uuid import uuid4

from msgspec import convert

from runway_desktop.catalog.labels import node_label
from runway_desktop.desktop import ffmpeg
from runway_desktop.domain.errors import NotPossible, StoreError
from runway_desktop.domain.filenames import safe_name
from runway_desktop.domain.library import Document, Filed, Row
from runway_desktop.domain.media import Media, format_by_name
from runway_desktop.domain.review import Round, SentClip
from runway_desktop.domain.task import Output, TaskId
from runway_desktop.services.disk.disk_steps import rename_exclusively, sha256_of, work_folder
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.disk.disk_words import spoken_for
from runway_desktop.services.engine import Engine
from runway_desktop.services.exchange.cut.cut_files import free_paths, new_folder
from runway_desktop.services.exchange.progress import Progress
from runway_desktop.services.media.media_facts import probe
from runway_desktop.services.results import embedding
from runway_desktop.texts import Text, _
from runway_desktop.usecases.shots import Shots
from runway_desktop.values import Struct, as_json, replace

from .page import PageClip, Wish, page
from .words import take_words

MOST_INSIDE = 50_000_000
"""Bytes of a page with its clips. Of more, browsers show nothing for a minute."""
MOST_CLIPS = 400
_BASE64 = 4 / 3
_SMALLER = (
    "-map", "0:v:0", "-map", "0:a:0?", "-map_metadata", "-1", "-vf",
    r"scale=trunc(iw*min(1\,720/min(iw\,ih))/2)*2:trunc(ih*min(1\,720/min(iw\,ih))/2)*2,setsar=1",
    "-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-pix_fmt", "yuv420p",
    "-c:a", "aac", "-b:a", "128k", "-movflags", "+faststart",
)  # fmt: skip
"""The shorter side has at most 720 pixels."""
_PLAYED = frozenset({"MP4", "MOV", "M4A", "MP3", "WAV", "FLAC", "PNG", "JPEG", "WebP", "GIF", "SVG"})
"""Formats that phones show."""
_CODECS = frozenset({"", "H.264", "HEVC"})


class Going(Struct, frozen=True, kw_only=True):
    """A result to be sent: what was sent, if it is, and its file as it is. `plays`: on a phone."""

    sent: SentClip
    clip: PageClip
    size: int
    plays: bool
    is_signed: bool
    """It has a maker's content credentials."""


class Survey(Struct, frozen=True, kw_only=True):
    """What a round would hold. `missing`: results without a file here; `left_out`: those above `MOST_CLIPS`.
    `can_shrink`: ffmpeg is there."""

    project: str
    number: int
    clips: tuple[Going, ...]
    missing: int
    left_out: int = 0
    can_shrink: bool

    @property
    def title(self) -> str:
        return _("{project}, round {number}", project=self.project, number=self.number)

    @property
    def size(self) -> int:
        """Bytes of the page, if the clips are taken as they are."""
        return round(sum(clip.size for clip in self.clips) * _BASE64)


class Sent(Struct, frozen=True, kw_only=True):
    """`path`: the page, with so many clips. `left`: which clips are not in it, or not smaller; sentences."""

    path: Path
    clips: tuple[SentClip, ...]
    size: int
    left: tuple[Text | str, ...] = ()


class Sending:
    def __init__(self, engine: Engine, shots: Shots) -> None:
        self._engine = engine
        self._shots = shots

    async def rounds(self, project: str) -> list[Round]:
        """Of a project, latest first."""
        found = await self._engine.library.documents(Document.ROUND, project)
        return sorted(await in_worker(None, read_rounds, found), key=lambda one: -one.number)

    def filed(self, one: Round) -> Filed:
        return Document.ROUND, one.id, one.project, self._engine.clock.now(), json.dumps(as_json(one))

    async def save(self, one: Round) -> None:
        await self._engine.library.save_document(*self.filed(one))

    async def survey(self, task_ids: Sequence[TaskId], *, keeps_order: bool = False) -> Survey:
        """In the order of their shots, or as given. NotPossible without a project, with several, and without a file."""
        chosen = set(task_ids)
        rows = await self._engine.library.rows(task_ids)
        projects = {row.task.project for row in rows}
        if len(projects) != 1 or "" in projects:
            raise NotPossible(Text("A review is of one project. Select takes of one project."))
        [project] = projects
        found: list[tuple[Row, Output, int]] = []
        for shot in await self._shots.of_project(project):
            for take in shot.takes:
                if take.row.task.id in chosen:
                    found += [(take.row, one, take.number) for one in take.row.outputs if one.is_here]
        if keeps_order:
            found.sort(key=lambda one: task_ids.index(one[0].task.id))
        if not found:
            raise NotPossible(Text("None of these takes has a file here."))
        shown = Counter((row.task.shot, one.media) for row, one, _number in found)
        clips = [
            await in_worker(None, _going, row, one, number, shown[row.task.shot, one.media] == 1)
            for row, one, number in found[:MOST_CLIPS]
        ]
        number = 1 + max((one.number for one in await self.rounds(project)), default=0)
        missing = len(rows) - len({row.task.id for row, *_ in found})
        return Survey(
            project=project, number=number, clips=tuple(clips), missing=missing,
            left_out=len(found) - len(clips), can_shrink=bool(ffmpeg.found()),
        )  # fmt: skip

    async def send(self, survey: Survey, wish: Wish, progress: Progress) -> Sent | None:
        """None if the person stopped it: nothing is left then."""
        loop, now, round_id = asyncio.get_running_loop(), self._engine.clock.now(), uuid4().hex

        def goes_on(done: int) -> bool:
            """In the worker."""
            loop.call_soon_threadsafe(progress.report, done, len(survey.clips))
            return not progress.is_stopped

        steps = _written(survey, wish, round_id, now, goes_on)
        try:
            sent: Sent = await in_worker(None, next, steps)
        except ffmpeg.Stopped:
            return None
        one = Round(
            id=round_id, project=survey.project, number=survey.number, title=wish.title, sent_at=now, clips=sent.clips
        )
        # First the round: an answer to a page without one could never be read.
        try:
            await self.save(one)
        except StoreError:
            await in_worker(None, steps.close)
            raise
        await in_worker(None, next, steps, None)
        return sent


def read_rounds(texts: Sequence[str]) -> list[Round]:
    """With many answers, tenths of a second."""
    return [convert(json.loads(text), Round) for text in texts]


def _going(row: Row, output: Output, take: int, is_alone: bool) -> Going:
    """`is_alone`: no other take of its shot is sent. Blocks; raises DiskError."""
    task, path = row.task, Path(output.path)
    facts, form, trim = probe(path), format_by_name(path.name), task.trim(output.index)
    with spoken_for(path.parent), path.open("rb") as file:
        is_signed, size = embedding.has_credentials(file), path.stat().st_size
    sent = SentClip(task_id=task.id, index=output.index, sha256=output.sha256, shot=task.shot, take=take)
    name: Text | str = task.shot if is_alone and task.shot else take_words(sent)
    if len(row.outputs) > 1:
        number = node_label(task.request.model, task.node(output.index)) or output.index + 1
        name = Text("{name} ({number})").with_(name=name, number=number)
    clip = PageClip(
        name=name, sha256=output.sha256, path=path,
        media=output.media, mime=form.mimes[0] if form is not None else "", duration=output.duration,
        start=trim.start if trim is not None else None, end=trim.end if trim is not None else None,
    )  # fmt: skip
    plays = facts is not None and facts.format in _PLAYED and facts.codec in _CODECS
    return Going(sent=sent, clip=clip, size=size, plays=plays, is_signed=is_signed)


def _written(
    survey: Survey, wish: Wish, round_id: str, at: float, goes_on: Callable[[int], bool]
) -> Generator[Sent, None, None]:
    """The page gets its name after what is sent was taken from here. Blocks. What is not finished lies in a folder that
    is removed."""
    copies: list[PageClip] = []
    sent: list[SentClip] = []
    left: list[Text | str] = []
    with spoken_for(wish.folder):
        wish.folder.mkdir(parents=True, exist_ok=True)
        with work_folder(wish.folder) as made:
            for number, clip in enumerate(survey.clips):
                try:
                    copy = _copied(clip, made, wish, partial(goes_on, number), left)
                except (FileNotFoundError, embedding.NotEmbedded):
                    left.append(Text("“{name}” could not be copied and is not in it.").with_(name=clip.clip.name))
                else:
                    copies.append(copy)
                    sent.append(replace(clip.sent, sha256=copy.sha256))
            if not copies:
                raise NotPossible(left[0])
            size = round(sum(copy.path.stat().st_size for copy in copies) * _BASE64)
            draft, target = made / "page", wish.folder / (safe_name(wish.title) or "review")
            if size > MOST_INSIDE:
                target = new_folder(target)
                copies = [_beside(copy, target / "clips") for copy in copies]
            with draft.open("w", encoding="utf-8") as file:
                file.writelines(page(wish, round_id, at, copies))
            [path] = [target / "index.html"] if size > MOST_INSIDE else free_paths(target, [".html"])
            yield Sent(path=path, clips=tuple(sent), size=size, left=tuple(left))
            rename_exclusively(draft, path)


def _copied(going: Going, folder: Path, wish: Wish, goes_on: Callable[[], bool], left: list[Text | str]) -> PageClip:
    """The original where a smaller one would be larger. Raises `ffmpeg.Stopped`, OSError, NotEmbedded."""
    clip, program = going.clip, ffmpeg.found()
    path = folder / f"{len(os.listdir(folder))}{clip.path.suffix.lower()}"
    if not goes_on():
        raise ffmpeg.Stopped
    shutil.copyfile(clip.path, path)
    copy = replace(clip, path=path, sha256=sha256_of(path))
    embedding.remove(path)
    if wish.shrinks and program and clip.media is Media.VIDEO:
        smaller = path.with_name(f"{path.stem}-720.mp4")
        try:
            ffmpeg.run(program, ["-i", f"file:{path}", *_SMALLER, str(smaller)], lambda _: goes_on())
        except NotPossible:
            left.append(Text("“{name}” could not be made smaller.").with_(name=clip.name))
        else:
            if not going.plays or smaller.stat().st_size < path.stat().st_size:
                return replace(copy, path=smaller, mime="video/mp4")
    return copy


def _beside(copy: PageClip, folder: Path) -> PageClip:
    folder.mkdir(exist_ok=True)
    name = f"{len(os.listdir(folder)) + 1:03} {safe_name(str(copy.name), max_bytes=80)}{copy.path.suffix}"
    return replace(copy, path=copy.path.rename(folder / name), beside=name)
