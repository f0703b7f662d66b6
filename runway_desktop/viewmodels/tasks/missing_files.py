"""What the person does about files that are missing, were changed outside, or went to the bin: looking for them,
showing where they are, fetching them again, keeping a change, and taking a deletion back. And about tasks that Runway,
or the key in use, did not know: asking once more.

The window asks for files and folders and shows how a search goes; this decides and commands the engine. One search at a
time: another one takes its place, and what was found stays found. GUI thread only.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.errors import NotSeen, NotThere, RunwayDesktopError
from runway_desktop.domain.events import Notice
from runway_desktop.domain.task import State
from runway_desktop.usecases.commands.offers import TaskCommand, concerned
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.files import other_question, progress_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runway_desktop.domain.library import Row
    from runway_desktop.domain.task import Output, TaskId
    from runway_desktop.services.engine import Engine
    from runway_desktop.services.results.relinking import Chosen, Progress, Relinked
    from runway_desktop.services.results.trash import TrashReport
    from runway_desktop.services.supervised import Runner

MOST_SAID = 3
"""Sentences told one by one."""

VERBS = frozenset(
    {
        TaskCommand.FETCH_AGAIN,
        TaskCommand.REFRESH,
        TaskCommand.LOOK_FOR,
        TaskCommand.LOOK_IN,
        TaskCommand.CHOOSE_FILE,
        TaskCommand.KEEP_CHANGE,
        TaskCommand.FETCH_ORIGINAL,
        TaskCommand.PUT_BACK,
        TaskCommand.DELETE_FILE,
    }
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A missing file of which the person may know where it is: `path` is where it was."""

    task_id: TaskId
    index: int
    path: Path


@dataclass(frozen=True, slots=True)
class Searching:
    """How a search goes, in words."""

    headline: str
    detail: str


class MissingFiles(QObject):
    searching = Signal(object)
    """A Searching while one goes on; None when it has ended."""
    folder_wanted = Signal(object, object)
    """Task ids whose files are to be looked for, and the folder to begin at. Answer with `look_for`."""
    file_wanted = Signal(object, object)
    """A Wanted, and the folder to begin at. Answer with `choose`."""
    other_chosen = Signal(object, object, object)
    """A Wanted, the path of another file that was shown, and the Question to ask before `choose` anyway."""
    not_found = Signal(str, object)
    """A sentence, and the ids of tasks whose files may be looked for in another folder."""
    undo_offered = Signal(str, object)
    """A sentence, and the ids of tasks whose files went to the bin. Answer with `put_back`."""

    def __init__(self, engine: Engine, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._runner = runner
        self._search: asyncio.Task[Any] | None = None

    def carry_out(self, verb: TaskCommand, rows: Sequence[Row]) -> None:
        """One of `VERBS` on these rows, after whatever had to be asked was answered."""
        meant = concerned(verb, rows)
        ids = [row.task.id for row in meant]
        match verb:
            case TaskCommand.FETCH_AGAIN:
                self._runner(self._fetch_again(ids), "fetch again")
            case TaskCommand.REFRESH:
                self._runner(self._refresh(meant), "refresh")
            case TaskCommand.FETCH_ORIGINAL:
                self._runner(self._fetch_again(ids, changed=True), "fetch original")
            case TaskCommand.LOOK_FOR:
                self.look_for(ids)
            case TaskCommand.LOOK_IN:
                self.ask_for_folder(ids)
            case TaskCommand.CHOOSE_FILE if meant:
                self._runner(self._ask_for_file(meant[0]), "ask for file")
            case TaskCommand.KEEP_CHANGE:
                self._runner(self._engine.relinking.keep_changes(ids), "keep changes", done=self._kept)
            case TaskCommand.DELETE_FILE:
                self._runner(self._engine.trash.throw(ids), "delete files", done=self._deleted)
            case TaskCommand.PUT_BACK:
                self.put_back(ids)

    def look_for(self, task_ids: Sequence[TaskId], folder: Path | None = None) -> None:
        """In the library and where they were; or in that folder alone."""
        self.stop()
        self.searching.emit(Searching("Looking for missing files…", ""))
        self._search = self._runner(self._look_for(tuple(task_ids), folder), "look for files")

    def ask_for_folder(self, task_ids: Sequence[TaskId]) -> None:
        """The person is to choose where to look."""
        self._runner(self._ask_for_folder(tuple(task_ids)), "ask for folder")

    def stop(self) -> None:
        """Gives a search up. What it found stays found."""
        if self._search is not None:
            self._search.cancel()
            self._search = None
            self.searching.emit(None)

    def choose(self, wanted: Wanted, path: Path, *, anyway: bool = False) -> None:
        """The person shows where a file is."""

        def told(chosen: Chosen) -> None:
            if chosen.is_other:
                self.other_chosen.emit(wanted, path, other_question(wanted.path.name, path))
            elif len(chosen.outputs) > 1:
                self._tell(f"{path.name} is back, and {len(chosen.outputs) - 1:,} more that had moved with it.")

        work = self._engine.relinking.choose(wanted.task_id, wanted.index, path, anyway=anyway)
        self._runner(work, "choose file", done=told)

    def put_back(self, task_ids: Sequence[TaskId]) -> None:
        """Undoes a deletion."""
        self._runner(self._engine.trash.put_back(list(task_ids)), "put files back", done=self._is_back)

    async def _ask_for_folder(self, task_ids: Sequence[TaskId]) -> None:
        rows = await self._engine.library.rows(task_ids)
        missing = [output for row in rows for output in row.outputs if output.is_missing]
        if missing:
            self.folder_wanted.emit(task_ids, await self._engine.library.folder_of(missing[0]))

    async def _ask_for_file(self, row: Row) -> None:
        output = next(output for output in row.outputs if output.is_missing)
        near = await self._engine.library.folder_of(output)
        self.file_wanted.emit(Wanted(row.task.id, output.index, Path(output.path)), near)

    async def _look_for(self, task_ids: Sequence[TaskId], folder: Path | None) -> None:
        def progress(said: Progress) -> None:
            headline = f"Looking for {units.count(said.asked, 'missing file')}…"
            self.searching.emit(Searching(headline, progress_words(said)))

        this = asyncio.current_task()
        try:
            found = await self._engine.relinking.look_for(task_ids, folder, progress)
        finally:
            if self._search is this or self._search is None:
                self._search = None
                self.searching.emit(None)
        self._found(found, task_ids, folder)

    def _found(self, found: Relinked, task_ids: Sequence[TaskId], folder: Path | None) -> None:
        asked = set(task_ids)
        of_these = sum(output.task_id in asked for output in found.outputs)
        more = len(found.outputs) - of_these
        along = f", and {more:,} more that had moved with {'it' if of_these == 1 else 'them'}" if more else ""
        if not found.missing:
            said = f"Found {units.count(of_these, 'file')}" if of_these else "The files are there again"
            self._tell(f"{said}{along}.")
            return
        where = f"in {folder}" if folder is not None else "in the library, nor where they were"
        if of_these:
            total = of_these + found.missing
            self.not_found.emit(f"Found {of_these:,} of {total:,} files{along}. The others are not {where}.", task_ids)
        elif found.missing == 1:
            where = where.replace("they were", "it was")
            self.not_found.emit(f"The file was not found {where}.", task_ids)
        else:
            self.not_found.emit(f"None of the {found.missing:,} files were found {where}.", task_ids)

    async def _fetch_again(self, task_ids: Sequence[TaskId], *, changed: bool = False) -> None:
        """What Runway keeps no longer is told of together and keeps nobody from asking for the others; nor does what
        this key cannot see."""
        gone: list[RunwayDesktopError] = []
        unseen: dict[str, None] = {}
        for task_id in task_ids:
            try:
                await self._engine.downloads.fetch_again(task_id, changed=changed)
            except NotThere as error:
                gone.append(error)
            except NotSeen as error:
                unseen[error.in_words()] = None
        for message in unseen:
            self._tell(message, problem=True)
        if len(gone) == 1:
            self._tell(gone[0].in_words(), problem=True)
        elif gone:
            self._tell(f"Runway does not keep {len(gone):,} of these results any more.", problem=True)

    async def _refresh(self, rows: Sequence[Row]) -> None:
        await self._engine.submission.ask_again([row.task.id for row in rows])
        await self._fetch_again([row.task.id for row in rows if row.task.state is State.SUCCEEDED])

    def _kept(self, outputs: Sequence[Output]) -> None:
        if len(outputs) > 1:
            self._tell(f"{len(outputs):,} changes kept.")

    def _deleted(self, report: TrashReport) -> None:
        self._say(report)
        if not report.files:
            return
        said = f"{units.count(report.files, 'file')} moved to the bin."
        if report.can_undo:
            self.undo_offered.emit(said, list(report.done))
        else:
            it = "it" if report.files == 1 else "them"
            self._tell(f"{said} Put {it} back from there to have {it} here again.")

    def _is_back(self, report: TrashReport) -> None:
        self._say(report)
        if report.files:
            self._tell(f"{units.count(report.files, 'file')} put back from the bin.")

    def _say(self, report: TrashReport) -> None:
        for message in tuple(dict.fromkeys(report.failed.values()))[:MOST_SAID]:
            self._tell(message, problem=True)

    def _tell(self, message: str, *, problem: bool = False) -> None:
        self._engine.bus.tell(Notice(message, is_problem=problem))
