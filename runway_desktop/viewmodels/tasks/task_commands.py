"""Commands for selected tasks, whatever key, menu or button gave them, and things dropped, pasted or typed. What a
command does, `usecases.commands` knows; its report becomes signals and notices here.

The window asks questions and shows windows. GUI thread only.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.caps import HeldBack
from runway_desktop.domain.events import CapRaised, Notice
from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Request, TaskId
from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.commands.results import saved_paths
from runway_desktop.usecases.commands.task_command import NOTHING, Draft, Given, Prompt, Report, TaskCommand, Use
from runway_desktop.usecases.question import Question
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words.files import Searching, search_words
from runway_desktop.values import replace
from runway_desktop.viewmodels.composer.composer import Composer
from runway_desktop.viewmodels.composer.inputs import InputMending
from runway_desktop.viewmodels.first_opening import FirstOpenings
from runway_desktop.viewmodels.model import Model

from .judging import JudgingModel
from .use_as_input import UseAsInput

if TYPE_CHECKING:
    from runway_desktop.services.tasks.outlook import Outlook

MOST_SAID = 3
"""Sentences told one by one; of the rest only the number."""

_TAKING_IN = "runway_desktop.viewmodels.tasks.taking_in"
"""Imported when something is first dropped or pasted."""


class TaskCommands(Model):
    written = Signal()
    """A task's request is in the composer: the keyboard goes there."""
    model_wanted = Signal()
    """The request is in the composer; its model is to be chosen."""
    sheet_wanted = Signal(object)
    """A Gathered with several drafts: the person looks at them before anything is stored."""
    show_wanted = Signal(object)
    """Task ids to select and scroll to."""
    open_wanted = Signal(object)
    """A task id whose result is to be shown large."""
    undo_offered = Signal(str, object, object)
    """A sentence, empty where the list itself shows what was done; the TaskCommand that was carried out; and what to
    give to `undo`: ids, or where queued tasks stood."""
    next_offered = Signal(str, object, object)
    """A sentence of what did not come out, the TaskCommand that may be tried next, and its rows."""
    path_wanted = Signal(object, object, object)
    """A TaskCommand, its rows, and the Wanted that must be named: give the command again with its path."""
    answer_wanted = Signal(object, object, object, object)
    """A TaskCommand, its rows, the path that was given, and a Question: if it is answered with yes, give the command
    again with the path, `anyway`."""
    searching = Signal(object)
    """A Searching while missing files are looked for; None when that has ended."""
    settings_offered = Signal(str, object)
    """A sentence, and the Request that a dropped result carries inside."""
    export_wanted = Signal(object)
    """Ids of the tasks to be exported."""
    brought = Signal(object, object)
    """TaskIds, or the path of a folder of results that are not in the list; and what takes it in as anything else."""
    release_wanted = Signal(object)
    """Paths that are about to be moved away: the preview must let go of them."""
    text_copied = Signal(str, str, str)
    """The text, the sentence that tells of it, and small print."""
    files_copied = Signal(object)
    """Paths."""
    picture_wanted = Signal(object)
    """A Row whose shown picture, or shown frame, is to be copied."""
    selection_wanted = Signal(object)
    """Paths of files to point at in the system's file manager."""
    folder_wanted = Signal(object)
    """Path of a folder to open, where what lay in it is gone."""
    system_wanted = Signal(object)
    """Paths to open with the system's own program for them."""

    def __init__(self, cases: UseCases, composer: Composer, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self._composer = composer
        self._search: asyncio.Task[Any] | None = None
        self.carried: dict[Path, Request] = {}
        """The settings inside inputs that were taken in here, beyond the life of the notice that offered them."""
        self._holds_looks = False
        self._before_eyes: tuple[TaskId, ...] = ()
        self.openings = FirstOpenings(self)
        """Of all that the window opens for the first time."""
        self.judging = JudgingModel(cases, runner, self)
        self.inputs = InputMending(cases, composer, runner, self)
        """What can be done with each input of the composer."""
        self.use_as_input = UseAsInput(cases, composer, runner, self)
        """What a result can become."""

    def tell(self, message: str, detail: str = "", *, problem: bool = False) -> None:
        self._cases.bus.tell(Notice(message, detail, is_problem=problem))

    def take(
        self,
        *,
        paths: Sequence[Path] = (),
        urls: Sequence[str] = (),
        text: str = "",
        html: str = "",
        to_field: str = "",
        at: int | None = None,
        are_results: bool = False,
    ) -> None:
        """Everything that was dropped, pasted or named on the command line. `to_field`: inputs go to that field of
        the composer; the first in the place of its input `at`, if one is named. `are_results`: taken from this very
        window, to be used and not to be restored."""
        self.openings.open(
            _TAKING_IN, lambda: self._taking_in.take(paths, urls, text, html, to_field, at, are_results=are_results)
        )

    @cached_property
    def _taking_in(self) -> Any:
        return sys.modules[_TAKING_IN].TakingIn(self._cases, self._composer, self._runner, self)

    def question(self, command: TaskCommand, rows: Sequence[Row]) -> Question | None:
        """What must be asked first. What it has `prepared` is given with the command after the answer yes."""
        return self._cases.commands.question(command, rows)

    def prompt(self, command: TaskCommand, rows: Sequence[Row]) -> Prompt | None:
        """What must be typed first."""
        return self._cases.commands.prompt(command, rows)

    def carry_out(self, command: TaskCommand, rows: Sequence[Row], given: Given = NOTHING) -> None:
        """One command for these rows, after whatever had to be asked was answered."""
        if not rows and not command.takes_none:
            return
        if command.moves_files:
            self.release_wanted.emit(saved_paths(rows))
        if command.searches(given):
            self.stop_search()
            self.searching.emit(Searching())
            given = replace(given, progress=lambda said: self.searching.emit(search_words(said)))
            self._search = self._run(command, rows, given, self._look_for(command, rows, given))
        else:
            self._run(command, rows, given, self._cases.commands.do(command, rows, given))

    def undo(self, command: TaskCommand, what: Any) -> None:
        """Undoes what was offered by `undo_offered`."""
        self._run(command, (), NOTHING, self._cases.commands.undo(command, what))

    def outlook_if_moved(self, task_ids: Sequence[TaskId], before: TaskId | None) -> Outlook:
        """How the queue would stand if these tasks stood before another one; None: at the end."""
        return self._cases.queue.outlook_if_moved(task_ids, before)

    def queued(self) -> list[Row]:
        """All that is queued here, in the order in which it is sent."""
        return self._cases.commands.queued()

    def stop_search(self) -> None:
        """Ends the search for missing files. What it found stays found."""
        if self._search is not None:
            self._search.cancel()
            self._search = None
            self.searching.emit(None)

    def pause(self, paused: bool) -> None:
        lane = self._cases.queue
        self._runner(lane.pause() if paused else lane.resume(), "pause sending" if paused else "resume sending")

    def raise_cap(self, held: HeldBack) -> None:
        """Raises the cap that holds tasks back so far that all that wait for it may go."""
        self._cases.budget.raise_cap(held)

    def lower_cap(self, raised: CapRaised) -> bool:
        """Undoes a raise. False: the cap was changed since, and stays as it is."""
        return self._cases.budget.lower_cap(raised)

    def look_at(self, task_ids: Sequence[TaskId]) -> None:
        """What is before the person's eyes is asked for more closely, so that its progress moves, and its files are
        looked for."""
        self._before_eyes = tuple(task_ids)
        if not self._holds_looks:
            self._cases.poller.look_at(task_ids)
            self._cases.integrity.look_at(task_ids)

    def hold_looks(self) -> None:
        """Until `begin_looking`: what asks and looks is not imported before the window is painted, nor right after."""
        self._holds_looks = True

    def begin_looking(self) -> None:
        self._holds_looks = False
        self.look_at(self._before_eyes)

    def look_around(self) -> None:
        """The window is used again: files may have been moved or changed meanwhile. Of a window that has just opened
        they are looked for anyhow, once what looks for them is imported."""
        if not self._holds_looks:
            self._cases.integrity.look_around()

    def ask_now(self) -> None:
        """Asks for all open tasks and the balance at once, as the person pressed refresh."""
        self._cases.poller.ask_now()
        self._runner(self._cases.account.try_now(), "refresh balance")

    def _run(
        self, command: TaskCommand, rows: Sequence[Row], given: Given, work: Coroutine[Any, Any, Report]
    ) -> asyncio.Task[Any]:
        return self._runner(work, command.id, done=partial(self._report, command, rows, given))

    def _report(self, command: TaskCommand, rows: Sequence[Row], given: Given, report: Report) -> None:
        for message in report.problems[:MOST_SAID]:
            self.tell(str(message), problem=True)
        if report.undo or report.stood:
            self.undo_offered.emit(str(report.said), command, report.stood or list(report.undo))
        elif report.offers is not None:
            self.next_offered.emit(str(report.said), report.offers, rows)
        elif report.said and not report.text:
            self.tell(str(report.said), report.detail)
        if report.wants is not None:
            self.path_wanted.emit(command, rows, report.wants)
        if report.asks is not None:
            self.answer_wanted.emit(command, rows, given.path, report.asks)
        if report.show:
            self.show_wanted.emit(list(report.show))
        if report.opens is not None:
            self.open_wanted.emit(report.opens)
        if report.exports is not None:
            self.export_wanted.emit(list(report.exports))
        if report.draft is not None:
            self._write(report.draft)
        self._hand_on(report)

    async def _look_for(self, command: TaskCommand, rows: Sequence[Row], given: Given) -> Report:
        """One search at a time: another one takes its place."""
        this = asyncio.current_task()
        try:
            return await self._cases.commands.do(command, rows, given)
        finally:
            if self._search in (this, None):
                self._search = None
                self.searching.emit(None)

    def _write(self, draft: Draft) -> None:
        """Puts a request into the composer."""
        self._composer.load(draft.request, editing=draft.editing, parent=draft.parent, new_seed=draft.new_seed)
        if draft.refusals:
            self._composer.show_refusals(draft.refusals)
        self.written.emit()
        if draft.asks_model:
            self.model_wanted.emit()

    def _hand_on(self, report: Report) -> None:
        """What a command gave that leaves the window."""
        if report.text:
            self.text_copied.emit(report.text, str(report.said), report.detail)
        if report.picture_of is not None:
            self.picture_wanted.emit(report.picture_of)
        paths = list(report.paths)
        match report.use:
            case Use.SHOW if paths:
                self.selection_wanted.emit(paths)
            case Use.SHOW if report.folder is not None:
                self.folder_wanted.emit(report.folder)
            case Use.OPEN if paths:
                self.system_wanted.emit(paths)
            case Use.COPY if paths:
                self.files_copied.emit(paths)
