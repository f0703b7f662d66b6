"""The cut of a project: what plays, what the person changes of it, and its exports.

Each change is stored at once and returns the cut before it, for its undo. In and out of a take, picks and notes of
takes are judgments (`Judging`), with their own undo. Loop's thread; StoreError passes, DiskError for files.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from enum import StrEnum
from functools import partial
from pathlib import Path

from msgspec import convert

from runway_desktop.catalog.labels import model_label
from runway_desktop.desktop import ffmpeg
from runway_desktop.domain.errors import NotPossible
from runway_desktop.domain.film.cut import Cut, FileCard, GapReason, Sound
from runway_desktop.domain.library import Document, asked_seconds
from runway_desktop.domain.media import Media
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.engine import Engine
from runway_desktop.services.exchange.cut.cut_files import CutForm, Exported
from runway_desktop.services.exchange.cut.references import Editor
from runway_desktop.services.exchange.progress import Progress
from runway_desktop.services.library.sheets import DamagedSheet, SheetContent
from runway_desktop.services.media.contact_sheet import Tile
from runway_desktop.texts import Text
from runway_desktop.usecases.sheets.columns import PROJECT, SHOT
from runway_desktop.usecases.shots import Shots
from runway_desktop.usecases.words.units import credits_in_words
from runway_desktop.values import as_json, replace

from .playing import CutCard, CutView, PlannedShot, view_of

NOTHING_PICKED = Text("Nothing is picked in this project.")
NO_FFMPEG = Text("One film needs ffmpeg, which is not installed.")
_NO_MEDIA = Text("“{name}” is no clip, picture or sound.")
_NO_CLIP = Text("“{name}” is a sound. It belongs into the lane of sound.")
_NO_SOUND = Text("“{name}” is no sound.")


class Told(StrEnum):
    """What a sheet tells of a take only if the person wants it. The values are options of a command."""

    PROMPT = "prompt"
    MODEL = "model"
    COST = "cost"


class Cuts:
    def __init__(self, engine: Engine, shots: Callable[[], Shots]) -> None:
        self._engine = engine
        self._shots = shots
        self._turn = asyncio.Lock()
        """Held from reading a cut until it is stored."""
        self._sheets: dict[tuple[str, float], SheetContent] = {}
        """Those with rows to send, as they were at a time: they may be large, and a cut is opened often."""

    async def open(self, project: str) -> CutView:
        """The cut as it is now; one that was never changed has the order of the sheet."""
        cut, shots = await self._cut(project), await self._shots().of_project(project)
        return view_of(cut, shots, await self._planned(project))

    async def change(self, project: str, edit: Callable[[Cut], Cut]) -> Cut:
        """Stores `edit(cut)`: rate, gaps, notes, gain. Returns the cut before."""
        async with self._turn:
            before = await self._cut(project)
            await self._save(edit(before))
            return before

    async def move(self, view: CutView, card_id: str, before: str | None) -> Cut:
        """Puts a card before another one, or at the end. Notes of the cut keep their time."""
        order = _order(view, [card_id], before)
        return await self.change(view.cut.project, lambda cut: replace(cut, order=order))

    async def set_length(self, project: str, card_id: str, seconds: float) -> Cut:
        """Of a still or a gap."""
        return await self.change(project, lambda cut: replace(cut, lengths={**cut.lengths, card_id: seconds}))

    async def add_files(self, view: CutView, paths: Sequence[Path], before: str | None = None) -> Cut:
        """Files from outside as cards, before another card or at the end; they stay where they are. All or none:
        NotPossible names the first that is no clip or picture."""
        new = tuple([await self._card(path) for path in paths])
        order = _order(view, [file.id for file in new], before)
        return await self.change(view.cut.project, lambda cut: replace(cut, files=(*cut.files, *new), order=order))

    async def trim_file(self, card: CutCard, project: str, start: float, end: float) -> Cut:
        """In and out of a file from outside, in seconds."""

        def trimmed(file: FileCard) -> FileCard:
            return replace(file, start=start, end=end) if file.id == card.id else file

        return await self.change(project, lambda cut: replace(cut, files=tuple(map(trimmed, cut.files))))

    async def remove_file(self, project: str, card_id: str) -> Cut:
        """Takes a file from outside out of the cut; the file stays."""
        return await self.change(
            project, lambda cut: replace(cut, files=tuple(file for file in cut.files if file.id != card_id))
        )

    async def set_sound(self, project: str, path: Path | None, gain_db: float = 0.0) -> Cut:
        """The lane of sound, from the cut's beginning; None: none. NotPossible for a file without sound."""
        sound = None
        if path is not None:
            facts = await self._engine.cut_files.facts(path)
            if facts is None or not (facts.media is Media.AUDIO or facts.has_sound):
                raise NotPossible(_NO_SOUND.with_(name=path.name))
            digest = await self._engine.cut_files.digest(path)
            sound = Sound(path=str(path), sha256=digest, duration=facts.duration or 0.0, gain_db=gain_db)
        return await self.change(project, lambda cut: replace(cut, sound=sound))

    async def export(
        self,
        view: CutView,
        form: CutForm,
        target: Path,
        editor: Editor = Editor.RESOLVE,
        progress: Progress | None = None,
        told: Collection[Told] = (),
    ) -> Exported:
        """Writes the cut to a file of this name, or of the next free one; of `CutForm.FOLDER` it is a folder that is
        made. A contact sheet has frame and shot of each card, and of its take only what is `told`: it goes to clients.
        NotPossible if nothing plays, without ffmpeg for a film, or if a sheet cannot be drawn; DiskError."""
        files = self._engine.cut_files
        timeline = await files.known(view.timeline)
        gaps = tuple(item for item in timeline.items if item.gap is not None)
        if not any(item.path for item in timeline.playing):
            if any(item.gap is GapReason.MISSING for item in gaps):
                raise NotPossible(
                    Text("No file of this cut is where it was."), advice=Text("Find the files again first.")
                )
            raise NotPossible(NOTHING_PICKED, advice=Text("Pick a take of a shot: it plays in the cut."))
        program = await in_worker(None, ffmpeg.found) if form is CutForm.MP4 else ""
        if form is CutForm.MP4 and not program:
            raise NotPossible(NO_FFMPEG, advice=Text("Install ffmpeg, or export for an editor."))
        run = partial(ffmpeg.run, program)
        tiles = [tile_of(card, number, told) for number, card in enumerate(view.cards, 1)]
        try:
            done = await files.export(timeline, form, target, editor, run, tiles, progress or Progress())
        except ffmpeg.Stopped:
            done = Exported()
        return replace(done, gaps=gaps)

    async def can_film(self) -> bool:
        """Whether ffmpeg is there, which makes the one film."""
        return bool(await in_worker(None, ffmpeg.found))

    async def _planned(self, project: str) -> list[PlannedShot]:
        """Shots of rows that were not sent yet; a damaged sheet has none."""
        contents: dict[tuple[str, float], SheetContent] = {}
        for kept in (await self._engine.library.counts()).unsent:
            key = (kept.id, kept.changed_at)
            with suppress(DamagedSheet):
                if key in self._sheets:
                    contents[key] = self._sheets[key]
                elif (sheet := await self._engine.sheets.open(kept.id)) is not None:
                    contents[key] = await self._engine.sheets.content(sheet)
        self._sheets = contents
        return [
            PlannedShot(
                shot, asked_seconds(replace(sheet.composed, values={**sheet.composed.values, **row.cells})), key[0]
            )
            for key, sheet in contents.items()
            for row in sheet.rows
            if not row.sent and (shot := row.cells.get(SHOT)) and (row.cells.get(PROJECT) or sheet.project) == project
        ]

    async def _card(self, path: Path) -> FileCard:
        from uuid import uuid4

        files = self._engine.cut_files
        facts = await files.facts(path)
        if facts is None or facts.media not in (Media.VIDEO, Media.IMAGE):
            is_sound = facts is not None and facts.media is Media.AUDIO
            raise NotPossible((_NO_CLIP if is_sound else _NO_MEDIA).with_(name=path.name))
        return FileCard(
            id=uuid4().hex, path=str(path), sha256=await files.digest(path), media=facts.media,
            duration=facts.duration or 0.0, width=facts.width or 0,
            height=facts.height or 0, has_sound=facts.has_sound,
        )  # fmt: skip

    async def _cut(self, project: str) -> Cut:
        [text] = await self._engine.library.documents(Document.CUT, project) or [""]
        return convert(json.loads(text), Cut) if text else Cut(project=project)

    async def _save(self, cut: Cut) -> None:
        text = json.dumps(as_json(cut))
        await self._engine.library.save_document(Document.CUT, cut.project, cut.project, self._engine.clock.now(), text)


def _order(view: CutView, moved: Sequence[str], before: str | None) -> tuple[str, ...]:
    """The cards with these before another one, or at the end."""
    order = [card.id for card in view.cards if card.id not in moved]
    at = order.index(before) if before in order else len(order)
    return (*order[:at], *moved, *order[at:])


def tile_of(card: CutCard, number: int, told: Collection[Told]) -> Tile:
    """`number` names a take without shot and title: its name may be the beginning of its prompt."""
    item, task = card.item, card.take.row.task if card.take is not None else None
    path = str(item.path) if item.path is not None else ""
    pictures = [path if item.is_still else "", card.output.poster if card.output is not None else ""]
    name, lines = item.shot or (item.name if task is None else task.title) or f"{number}", list[str]()
    if task is not None:
        made = [model_label(task.request.model)] if Told.MODEL in told else []
        if Told.COST in told and task.cost_credits is not None:
            made.append(credits_in_words(task.cost_credits))
        lines = [" ".join(task.request.prompt.split()) if Told.PROMPT in told else "", " · ".join(made)]
    return Tile(
        name=name, pictures=tuple(filter(None, pictures)), clip="" if item.is_still else path, at=item.start,
        lines=tuple(filter(None, lines)),
    )  # fmt: skip
