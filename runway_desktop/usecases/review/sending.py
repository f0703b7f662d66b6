"""Writes a round of review: makes the copies, the page, and keeps what was sent. Nothing is sent by the program.

Copies are made smaller by the person's ffmpeg where it is found; else they are taken as they are, without our request
in them. Loop's thread; StoreError, DiskError and NotPossible pass.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from itertools import count
from pathlib import Path
from uuid import uuid4

from msgspec import convert

from runway_desktop.desktop import ffmpeg
from runway_desktop.domain.errors import DiskError, NotPossible
from runway_desktop.domain.filenames import numbered, safe_name
from runway_desktop.domain.library import Document, Row
from runway_desktop.domain.media import Media, format_by_name
from runway_desktop.domain.review import Round, SentClip
from runway_desktop.domain.task import Output, TaskId
from runway_desktop.services.disk.disk_steps import rename_exclusively, sha256_of
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.disk.disk_words import spoken_for
from runway_desktop.services.engine import Engine
from runway_desktop.services.exchange.progress import Progress
from runway_desktop.services.media.media_facts import probe
from runway_desktop.services.results import embedding
from runway_desktop.texts import Text, _
from runway_desktop.usecases.shots import Shots
from runway_desktop.values import Struct, as_json, field, replace

from .page import PageClip, PageHead, page

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
    """A result to be sent. `mime`: empty if the format is not known. `plays`: on a phone, as it is."""

    row: Row
    output: Output
    take: int
    name: str
    size: int
    mime: str
    plays: bool
    is_signed: bool
    """It has a maker's content credentials."""


class Survey(Struct, frozen=True, kw_only=True):
    """What a round would hold. `missing`: results without a file here. `can_shrink`: ffmpeg is there."""

    project: str
    number: int
    clips: tuple[Going, ...]
    missing: int
    can_shrink: bool

    @property
    def title(self) -> str:
        return _("{project}, round {number}", project=self.project, number=self.number)

    @property
    def size(self) -> int:
        """Bytes of the page, if the clips are taken as they are."""
        return round(sum(clip.size for clip in self.clips) * _BASE64)


class Wish(Struct, frozen=True, kw_only=True):
    folder: Path
    title: str
    sender: str = ""
    language: str = "en"
    shrinks: bool = True


class Sent(Struct, frozen=True, kw_only=True):
    """`path`: the page. `left`: which clips are not in it, or not smaller; sentences."""

    path: Path
    round: Round
    size: int
    left: tuple[Text | str, ...] = ()

    @property
    def is_folder(self) -> bool:
        return self.size > MOST_INSIDE


class Sending:
    def __init__(self, engine: Engine, shots: Shots) -> None:
        self._engine = engine
        self._shots = shots

    async def rounds(self, project: str) -> list[Round]:
        """Of a project, latest first."""
        found = await self._engine.library.documents(Document.ROUND, project)
        return sorted(map(read_round, found), key=lambda one: -one.number)

    async def save(self, one: Round) -> None:
        text, now = json.dumps(as_json(one)), self._engine.clock.now()
        await self._engine.library.save_document(Document.ROUND, one.id, one.project, now, text)

    async def survey(self, task_ids: Sequence[TaskId], *, keeps_order: bool = False) -> Survey:
        """In the order of their shots, or as given. NotPossible without a project, with several, and without a file."""
        chosen = set(task_ids)
        rows = await self._engine.library.rows(task_ids)
        projects = {row.task.project for row in rows}
        if len(projects) != 1 or "" in projects:
            raise NotPossible(Text("A review is of one project. Select takes of one project."))
        project = projects.pop()
        found, missing = [], 0
        for shot in await self._shots.of_project(project):
            numbers: dict[object, int] = {}
            for take in shot.takes:
                number = numbers[take.place] = numbers.get(take.place, 0) + 1
                if take.row.task.id not in chosen:
                    continue
                here = [one for one in take.row.outputs if one.is_here]
                missing += not here
                found += [(take.row, one, number) for one in here]
        if keeps_order:
            found.sort(key=lambda one: task_ids.index(one[0].task.id))
        shown = [(row.task.shot, one.media) for row, one, _number in found]
        clips = []
        for row, one, number in found[:MOST_CLIPS]:
            alone = bool(row.task.shot) and shown.count((row.task.shot, one.media)) == 1
            name = _name(row, one, number, is_alone=alone)
            clips.append(await in_worker(None, _going, row, one, number, name))
        if not clips:
            raise NotPossible(Text("None of these takes has a file here."))
        number = 1 + max((one.number for one in await self.rounds(project)), default=0)
        return Survey(project=project, number=number, clips=tuple(clips), missing=missing,
                      can_shrink=bool(ffmpeg.found()))  # fmt: skip

    async def send(self, survey: Survey, wish: Wish, progress: Progress) -> Sent:
        """`ffmpeg.Stopped` if the person stopped it: nothing is left then."""
        loop, now, round_id = asyncio.get_running_loop(), self._engine.clock.now(), uuid4().hex
        head = PageHead(round_id=round_id, title=wish.title, sender=wish.sender, sent_at=now, language=wish.language)

        def goes_on(done: int) -> bool:
            """In the worker."""
            loop.call_soon_threadsafe(progress.report, done, len(survey.clips))
            return not progress.is_stopped

        written = await in_worker(None, _write, survey, wish, head, goes_on)
        clips = tuple(sent_clip(clip, copy.sha256) for clip, copy in written.copies)
        one = Round(
            id=round_id, project=survey.project, number=survey.number, title=wish.title, sent_at=now, clips=clips
        )
        await self.save(one)
        return Sent(path=written.path, round=one, size=written.size, left=tuple(written.left))


def read_round(text: str) -> Round:
    return convert(json.loads(text), Round)


def sent_clip(clip: Going, sha256: str) -> SentClip:
    task = clip.row.task
    return SentClip(
        task_id=task.id, index=clip.output.index, sha256=sha256, shot=task.shot, take=clip.take, pick=task.pick,
        picked_at=task.picked_at,
    )  # fmt: skip


def _name(row: Row, output: Output, take: int, *, is_alone: bool) -> str:
    shot = row.task.shot
    name = shot if is_alone else _("{shot}, take {number}", shot=shot, number=take) if shot else _("Take {n}", n=take)
    return f"{name} ({output.index + 1})" if len(row.outputs) > 1 else name


def _going(row: Row, output: Output, take: int, name: str) -> Going:
    """Blocks; raises DiskError."""
    path = Path(output.path)
    facts, form = probe(path), format_by_name(path.name)
    with spoken_for(path.parent), path.open("rb") as file:
        is_signed = embedding.has_credentials(file)
    return Going(
        row=row, output=output, take=take, name=name, size=path.stat().st_size, is_signed=is_signed,
        mime=form.mimes[0] if form is not None else "",
        plays=facts is not None and facts.format in _PLAYED and facts.codec in _CODECS,
    )  # fmt: skip


class _Written(Struct, kw_only=True):
    path: Path = Path()
    size: int = 0
    copies: list[tuple[Going, PageClip]] = field(default_factory=list)
    left: list[Text | str] = field(default_factory=list)


def _write(survey: Survey, wish: Wish, head: PageHead, goes_on: Callable[[int], bool]) -> _Written:
    """Blocks. What is not finished lies in a folder that is removed."""
    came = _Written()
    with spoken_for(wish.folder):
        wish.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".review-", dir=wish.folder) as made:
            for at, clip in enumerate(survey.clips):
                try:
                    copy = _copied(clip, Path(made), wish, partial(goes_on, at), came.left)
                except (OSError, DiskError, embedding.NotEmbedded):
                    came.left.append(Text("“{name}” could not be copied and is not in it.").with_(name=clip.name))
                else:
                    came.copies.append((clip, copy))
            if not came.copies:
                raise NotPossible(came.left[0])
            copies = [copy for _clip, copy in came.copies]
            came.size = round(sum(copy.path.stat().st_size for copy in copies) * _BASE64)
            draft = Path(made, "page")
            if came.size > MOST_INSIDE:
                draft.mkdir()
                copies = [_beside(copy, draft) for copy in copies]
            with (draft / "index.html" if draft.is_dir() else draft).open("w", encoding="utf-8") as file:
                file.writelines(page(head, copies))
            came.path = _named(draft, wish.folder, safe_name(wish.title) or "review")
    return came


def _copied(clip: Going, folder: Path, wish: Wish, goes_on: Callable[[], bool], left: list[Text | str]) -> PageClip:
    """The original where a smaller one would be larger. Raises `ffmpeg.Stopped`, OSError, DiskError, NotEmbedded."""
    source, program = Path(clip.output.path), ffmpeg.found()
    path, mime = folder / f"{len(os.listdir(folder))}{source.suffix.lower()}", clip.mime
    if not goes_on():
        raise ffmpeg.Stopped
    shutil.copyfile(source, path)
    digest = sha256_of(path)
    embedding.remove(path)
    if wish.shrinks and program and clip.output.media is Media.VIDEO:
        smaller = path.with_name(f"{path.stem}-720.mp4")
        try:
            ffmpeg.run(program, ["-i", f"file:{path}", *_SMALLER, str(smaller)], lambda _: goes_on())
        except NotPossible:
            left.append(Text("“{name}” could not be made smaller.").with_(name=clip.name))
        else:
            if not clip.plays or smaller.stat().st_size < path.stat().st_size:
                path, mime = smaller, "video/mp4"
    output, trim = clip.output, clip.row.task.trim(clip.output.index)
    return PageClip(
        name=clip.name, sha256=digest, path=path, media=output.media, mime=mime, duration=output.duration,
        start=trim.start if trim is not None else None, end=trim.end if trim is not None else None,
    )  # fmt: skip


def _beside(copy: PageClip, folder: Path) -> PageClip:
    clips = folder / "clips"
    clips.mkdir(exist_ok=True)
    name = f"{len(os.listdir(clips)) + 1:03} {safe_name(copy.name, max_bytes=80)}{copy.path.suffix}"
    return replace(copy, path=copy.path.rename(clips / name), beside=name)


def _named(draft: Path, folder: Path, title: str) -> Path:
    """Gives the first free name; nothing is overwritten. The path of the page."""
    name = title if draft.is_dir() else f"{title}.html"
    for number in count(1):
        path = folder / numbered(name, number)
        with suppress(FileExistsError):
            if not draft.is_dir():
                rename_exclusively(draft, path)
                return path
            path.mkdir()
            for part in list(draft.iterdir()):
                part.rename(path / part.name)
            return path / "index.html"
    raise AssertionError("There is always a next number")
