"""Runs commands on tasks for keys, menus and buttons, and accepts dropped, pasted or typed data. `usecases.commands`
implements the commands; their reports become signals and notices here.

The window asks questions and opens windows. GUI thread only.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.caps import Kept
from runway_desktop.domain.events import CapRaised, Notice
from runway_desktop.domain.inputs import AssetDrop, last_frame
from runway_desktop.domain.library import Row
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Request, Task, TaskId
from runway_desktop.services.supervised import Runner
from runway_desktop.texts import _
from runway_desktop.usecases.commands.handing_on import ADD_TO_CAST
from runway_desktop.usecases.commands.results import saved_paths
from runway_desktop.usecases.commands.task_command import (
    NOTHING,
    ComposerDraft,
    Given,
    Prompt,
    Report,
    TaskCommand,
    Use,
)
from runway_desktop.usecases.question import Question
from runway_desktop.usecases.requests.input_fields import CONTINUES, WayToUse, ways_to_use
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words.files import looking_words, search_words
from runway_desktop.usecases.words.queue import no_undo
from runway_desktop.values import replace
from runway_desktop.viewmodels.composer.composer import Composer
from runway_desktop.viewmodels.composer.input_actions import InputMending
from runway_desktop.viewmodels.first_opening import FirstOpenings
from runway_desktop.viewmodels.model import Model

from .judging import JudgingModel

if TYPE_CHECKING:
    from runway_desktop.services.tasks.outlook import Outlook

MOST_SAID = 3
"""Maximum number of sentences; beyond it, only the number."""

_TAKING_IN = "runway_desktop.viewmodels.tasks.taking_in"
"""Imported when something is first dropped or pasted."""


class TaskCommands(Model):
    written = Signal()
    """A task's request was loaded into the composer: focus it."""
    model_wanted = Signal()
    """A request was loaded: open the chooser of models."""
    sheet_wanted = Signal(object)
    """A Gathered with several drafts, to open as a sheet."""
    show_wanted = Signal(object)
    """Task ids to select and scroll to."""
    open_wanted = Signal(object)
    """Task id to show in the large view."""
    undo_offered = Signal(str, object, object)
    """A sentence (empty if the list itself shows the change), the TaskCommand, and the argument for `undo`: ids, or
    former queue positions."""
    acted = Signal(str, object)
    """A sentence about an act, and the function that undoes it."""
    done_for_good = Signal(str)
    """What undo says of a command that was carried out and has none."""
    back_wanted = Signal(object)
    """Ids of tasks that an undo brought back, to show them where one is."""
    next_offered = Signal(str, object, object)
    """A sentence about a failure, the TaskCommand to try next, and its rows."""
    path_wanted = Signal(object, object, object)
    """A TaskCommand, its rows, and the Wanted path: run the command again with it."""
    answer_wanted = Signal(object, object, object, object)
    """A TaskCommand, its rows, the given path, and a Question: on yes, run the command again with the path and
    `anyway`."""
    searching = Signal(object)
    """A Searching during a search for missing files; None at its end."""
    settings_offered = Signal(str, object)
    """A sentence, and the Request stored in a dropped result."""
    export_wanted = Signal(object)
    """Ids of tasks to export."""
    review_wanted = Signal(object)
    """Ids of tasks to send for review."""
    brought = Signal(object, object)
    """TaskIds, or the path of a folder of results not in the list; and the function that uses them as prompts or inputs
    instead."""
    restore_wanted = Signal(object)
    """Path of a dropped backup, to show in the window that restores it."""
    release_wanted = Signal(object)
    """Paths about to be moved: the preview must close them."""
    text_copied = Signal(str, str, str)
    """Text, notice, and its details."""
    files_copied = Signal(object, str)
    """Paths."""
    picture_wanted = Signal(object)
    """A Row whose shown picture or frame to copy."""
    selection_wanted = Signal(object)
    """Paths of files to select in the system's file manager."""
    folder_wanted = Signal(object)
    """Folder to open instead, because the file in it is gone."""
    system_wanted = Signal(object)
    """Paths to open with the system's default programs."""

    def __init__(self, cases: UseCases, composer: Composer, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self._composer = composer
        self._search: asyncio.Task[Any] | None = None
        self.carried: dict[Path, Request] = {}
        """Requests stored in inputs, by path; kept after their notice has gone."""
        self._holds_looks = False
        self._before_eyes: tuple[TaskId, ...] = ()
        self.openings = FirstOpenings(self)
        """Lazy imports of all rooms."""
        self.judging = JudgingModel(cases, runner, self)
        self.inputs = InputMending(cases, composer, runner, self)
        """Actions on the composer's inputs."""
        self.use_as_input = UseAsInput(cases, composer, runner, self)
        self.use_as_input.put.connect(self.report_put)

    def tell(self, message: str, detail: str = "", *, problem: bool = False) -> None:
        self._cases.bus.tell(Notice(message, detail, is_problem=problem))

    def note_seen(self, remote_ids: Sequence[str]) -> None:
        """The person has seen that no task has these Runway ids."""
        self._runner(self._cases.note_seen(remote_ids), "note that ids were seen")

    def show_log(self) -> None:
        self.selection_wanted.emit([self._cases.log])

    def take(
        self,
        *,
        paths: Sequence[Path] = (),
        urls: Sequence[str] = (),
        text: str = "",
        to_field: str = "",
        at: int | None = None,
        are_results: bool = False,
    ) -> None:
        """Accepts data dropped, pasted or named on the command line. `to_field`: inputs go to that field, the first one
        replacing input `at` if given. `are_results`: from this window, to be used as inputs and not imported."""
        self.openings.open(
            _TAKING_IN, lambda: self._taking_in.take(paths, urls, text, to_field, at, are_results=are_results)
        )

    @cached_property
    def _taking_in(self) -> Any:
        return sys.modules[_TAKING_IN].TakingIn(self._cases, self._composer, self._runner, self)

    def text(self, command: TaskCommand, rows: Sequence[Row]) -> str:
        return self._cases.commands.text(command, rows)

    def question(self, command: TaskCommand, rows: Sequence[Row]) -> Question | None:
        """Question before a command. Pass its `prepared` along after yes."""
        return self._cases.commands.question(command, rows)

    def prompt(self, command: TaskCommand, rows: Sequence[Row]) -> Prompt | None:
        return self._cases.commands.prompt(command, rows)

    def carry_out(self, command: TaskCommand, rows: Sequence[Row], given: Given = NOTHING) -> None:
        """Runs a command on these rows, after its question or input."""
        if not rows and not command.takes_none:
            return
        if command.moves_files:
            self.release_wanted.emit(saved_paths(rows))
        if command.searches(given):
            self.stop_search()
            self.searching.emit(looking_words())
            given = replace(given, progress=lambda said: self.searching.emit(search_words(said)))
            self._search = self._run(command, rows, given, self._look_for(command, rows, given))
        else:
            self._run(command, rows, given, self._cases.commands.do(command, rows, given))

    def report_put(self, put: Any) -> None:
        """Tells what was put into the cast, with undo. `put`: a Put, whose module is imported with the first one."""
        report = Report(said=put.said, before=put.before, problems=put.problems)
        self._report(ADD_TO_CAST, (), NOTHING, report)

    def undo(self, command: TaskCommand, what: Any) -> None:
        """Undoes what `undo_offered` offered."""

        def report(report: Report) -> None:
            if report.show:
                self.back_wanted.emit(list(report.show))
            self._report(command, (), NOTHING, replace(report, show=(), changed=()))

        self._runner(self._cases.commands.undo(command, what), command.id, done=report)

    def outlook_if_moved(self, task_ids: Sequence[TaskId], before: TaskId | None) -> Outlook:
        return self._cases.queue.outlook_if_moved(task_ids, before)

    def queued(self) -> list[Row]:
        return self._cases.commands.queued()

    def stop_search(self) -> None:
        """Stops the search for missing files; those found stay found."""
        if self._search is not None:
            self._search.cancel()
            self._search = None
            self.searching.emit(None)

    def pause(self, paused: bool) -> None:
        lane = self._cases.queue
        self._runner(lane.pause() if paused else lane.resume(), "pause sending" if paused else "resume sending")

    def raise_cap(self, kept: Kept) -> None:
        self._runner(self._cases.raise_cap(kept), "raise a cap")

    def lower_cap(self, raised: CapRaised) -> bool:
        return self._cases.budget.lower_cap(raised)

    def undo_found(self, before: Task) -> None:
        """Makes a task uncertain again that was found in its router's list."""
        self._runner(self._cases.adoption.undo_found(before), "undo that a task was found")

    def look_at(self, task_ids: Sequence[TaskId]) -> None:
        """Sets the visible tasks: they are polled more often, and their files are checked."""
        self._before_eyes = tuple(task_ids)
        if not self._holds_looks:
            self._cases.poller.look_at(task_ids)
            self._cases.integrity.look_at(task_ids)

    def hold_looks(self) -> None:
        """Suspends `look_at` until `begin_looking`, so that poller and file checks are not imported around the first
        paint."""
        self._holds_looks = True

    def begin_looking(self) -> None:
        self._holds_looks = False
        self.look_at(self._before_eyes)

    def look_around(self) -> None:
        """Call when the window is activated: checks files for external changes, and reads the balance, which other
        programs or profiles with this account may have changed. Suspended at start, when a check follows anyway."""
        if not self._holds_looks:
            self._cases.integrity.look_around()
            self._cases.account.want_refresh(within=0.0)

    def ask_now(self) -> None:
        """Polls all open tasks and the balance now."""
        self._cases.poller.ask_now()
        self._runner(self._cases.account.try_now(), "refresh balance")

    def _run(
        self, command: TaskCommand, rows: Sequence[Row], given: Given, work: Coroutine[Any, Any, Report]
    ) -> asyncio.Task[Any]:
        return self._runner(work, command.id, done=partial(self._report, command, rows, given))

    def _report(self, command: TaskCommand, rows: Sequence[Row], given: Given, report: Report) -> None:
        for message in report.problems[:MOST_SAID]:
            self.tell(str(message), problem=True)
        if before := report.stood or report.before or list(report.undo):
            self.undo_offered.emit(str(report.said), command, before)
        elif report.offers is not None:
            self.next_offered.emit(str(report.said), report.offers, rows)
        elif report.said and not report.text:
            self.tell(str(report.said), report.detail)
        if report.changed and command.undo is None:
            self.done_for_good.emit(str(no_undo(command.name, command.instead)))
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
        if report.reviews is not None:
            self.review_wanted.emit(report.reviews)
        if report.draft is not None:
            self._write(report.draft)
        if report.sheet is not None:
            self.sheet_wanted.emit(report.sheet)
        self._hand_on(report)

    async def _look_for(self, command: TaskCommand, rows: Sequence[Row], given: Given) -> Report:
        """Runs a search; a new one replaces it."""
        this = asyncio.current_task()
        try:
            return await self._cases.commands.do(command, rows, given)
        finally:
            if self._search in (this, None):
                self._search = None
                self.searching.emit(None)

    def _write(self, draft: ComposerDraft) -> None:
        """Loads a request into the composer."""
        self._composer.load(draft.request, editing=draft.editing, parent=draft.parent, new_seed=draft.new_seed)
        if draft.refusals:
            self._composer.show_refusals(draft.refusals)
        self.written.emit()
        if draft.asks_model:
            self.model_wanted.emit()

    def _hand_on(self, report: Report) -> None:
        """Emits the signals for a report's text, pictures and files."""
        if report.text and report.use is None:
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
                self.files_copied.emit(paths, report.text)


class UseAsInput(Model):
    """Uses a result as an input: endpoints that accept its kind, and a clip's last frame as the next clip's first.

    The result goes into the composer, with an endpoint and model that accept it; nothing is sent. The window decodes
    the frame.
    """

    frame_wanted = Signal(object)
    """Path of a clip: decode its last frame, then call `keep_last_frame` or `frame_failed`."""
    placed = Signal()
    """The composer holds the input now."""
    put = Signal(object)
    """A Put: a frame is in the cast."""

    def __init__(self, cases: UseCases, composer: Composer, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self._composer = composer

    def ways(self, media: Media) -> list[WayToUse]:
        """Possible uses, most likely first; empty if no endpoint accepts the kind."""
        return ways_to_use(media, self._cases.catalog)

    def take(self, way: WayToUse, path: Path, media: Media) -> None:
        """Puts a result into the composer, by its absolute path."""
        if way.last_frame:
            self.frame_wanted.emit(path)
        else:
            self._runner(self._place(way.endpoint, path, media), "use as input")

    def keep_last_frame(self, clip: Path, out: float | None, png: bytes) -> None:
        """`out`: of the clip, in seconds; None: its end."""
        self._runner(self._use_frame(clip, png, last_frame(out), CONTINUES), "use last frame")

    def keep_frame(self, clip: Path, seconds: float, way: WayToUse, png: bytes) -> None:
        self._runner(self._use_frame(clip, png, f"frame at {seconds:.2f} s", way.endpoint), "use frame")

    def put_into_cast(self, clip: Path, seconds: float, name: str, png: bytes) -> None:
        """Adds a frame to the member with this name."""
        work = self._cases.cast_files.put_frame(clip, png, f"frame at {seconds:.2f} s", name)
        self._runner(work, "add frame to cast", done=self.put.emit)

    def frame_failed(self, reason: str) -> None:
        self._cases.bus.tell(Notice(reason, is_problem=True))

    async def _use_frame(self, clip: Path, png: bytes, words: str, endpoint: str) -> None:
        frame = await self._cases.input_fixer.keep_frame(clip, png, words)
        await self._place(endpoint, frame, Media.IMAGE)

    async def _place(self, endpoint: str, path: Path, media: Media) -> None:
        uri = path.as_uri()
        found = (await self._cases.intake.look([uri])).get(uri)
        if found is None or found.facts is None:
            reason = found.problem if found is not None else ""
            self._cases.bus.tell(
                Notice(reason or _("“{file}” cannot be used as an input.", file=path.name), is_problem=True)
            )
            return
        self._choose(endpoint, media)
        self._composer.taking.add(
            [AssetDrop(uri=found.uri or uri, path=path, media=found.media, facts=found.facts, findings=())]
        )
        self.placed.emit()

    def _choose(self, endpoint: str, kind: Media) -> None:
        """Switches to the endpoint, with its last used model if that accepts the kind, else with the first that
        does."""
        self._composer.choose_endpoint(endpoint, for_input=True)
        if self._takes(self._composer.pair.model, endpoint, kind):
            return
        known = self._cases.catalog.endpoint(endpoint)
        fitting = (model for model in (known.models if known is not None else ()) if self._takes(model, endpoint, kind))
        model = next(fitting, None)
        if model is not None:
            self._composer.choose(endpoint, model, for_input=True)

    def _takes(self, model: str, endpoint: str, kind: Media) -> bool:
        pair = self._cases.catalog.pair(endpoint, model)
        return pair is not None and any(kind in field.media for field in pair.asset_fields)
