"""What the person does to tasks and with things dropped, pasted or typed: each deed in one place, whatever key,
menu or button asked.

The window asks questions and shows windows; the desk decides and commands the engine. GUI thread only.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.domain.events import Notice
from runway_desktop.usecases.commands.offers import TaskCommand, concerned, question, together
from runway_desktop.usecases.question import Question
from runway_desktop.usecases.sending.questions import sending_question
from runway_desktop.usecases.sending.repeat_guard import JustSent
from runway_desktop.usecases.words import units
from runway_desktop.viewmodels.composer.inputs import InputMending

from .clipboard import VERBS as HANDED
from .clipboard import Clipboard
from .judging import JudgingModel
from .missing_files import VERBS as OF_FILES
from .missing_files import MissingFiles
from .use_as_input import UseAsInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runway_desktop.domain.caps import HeldBack
    from runway_desktop.domain.library import Row
    from runway_desktop.domain.task import Request, TaskId
    from runway_desktop.services.engine import Engine
    from runway_desktop.services.intake import AssetDrop, Gathered
    from runway_desktop.services.supervised import Runner
    from runway_desktop.services.tasks.actions import CancelReport, DeleteReport
    from runway_desktop.services.tasks.missing_inputs import PutBack
    from runway_desktop.viewmodels.composer.composer import Composer

MOST_SAID = 3
"""Sentences told one by one; of the rest only the number."""


class TaskCommands(QObject):
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
    undo_offered = Signal(str, object)
    """A sentence, and the ids to restore."""
    file_wanted = Signal(object)
    """Path of a file that is not there any more: the person knows where it is now. Answer with `file_found`."""
    other_file_found = Signal(object, object)
    """Where a file was, and what was shown in its place, which is not the same file: ask, then `file_found` anyway."""
    settings_offered = Signal(str, object)
    """A sentence, and the Request that a dropped result carries inside."""
    export_wanted = Signal(object)
    """Ids of the tasks to be exported."""
    ids_brought = Signal(object, str, object)
    """Paths, or a text, that are a record of task ids; and what takes them in as anything else."""
    results_brought = Signal(object, object)
    """Path of a folder of results that are not in the list; and what takes it in as anything else."""
    release_wanted = Signal(object)
    """Paths that are about to be moved away: the preview must let go of them."""

    def __init__(self, engine: Engine, composer: Composer, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._composer = composer
        self._runner = runner
        self._just_sent = JustSent(engine.clock)
        self._carried: dict[Path, Request] = {}
        self.judging = JudgingModel(engine, runner, self)
        self.inputs = InputMending(engine, composer, runner, self)
        """What can be done with each input of the composer."""
        self.use_as_input = UseAsInput(engine, composer, runner, self)
        """What a result can become."""
        self.handing = Clipboard(engine, runner, self)
        """What is copied, shown in its folder, opened elsewhere."""
        self.missing_files = MissingFiles(engine, runner, self)
        """What is done about files that are missing, changed, or in the bin."""

    def tell(self, message: str, detail: str = "", *, problem: bool = False) -> None:
        self._engine.bus.tell(Notice(message, detail, is_problem=problem))

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
        work = self._take(tuple(paths), tuple(urls), text, html, to_field, at, are_results=are_results)
        self._runner(work, "take in")

    def question(self, verb: TaskCommand, rows: Sequence[Row]) -> Question | None:
        """What must be asked first; None when nothing can be lost or spent that the person wants to be asked about."""
        if verb is TaskCommand.CANCEL and not self._engine.settings.ask_before_cancel:
            return None
        if verb in _AGAIN:
            return together(question(verb, rows), self._again_question(concerned(verb, rows)))
        return question(verb, rows)

    def known_ids(self) -> tuple[str, ...]:
        """Ids of tasks that Runway accepted and that are not in the list, latest first: one of them may be that of an
        uncertain task."""
        ids = self._engine.accepted_ids
        return tuple(entry.remote_id for entry in reversed(ids.left)) if ids is not None else ()

    def carry_out(self, verb: TaskCommand, rows: Sequence[Row], *, text: str = "") -> None:
        """One verb on these rows, after whatever had to be asked was answered. `text` is a typed id or title."""
        if not rows:
            return
        if verb is TaskCommand.OPEN:
            self.open_wanted.emit(rows[0].task.id)
        elif verb is TaskCommand.EXPORT:
            self.export_wanted.emit([row.task.id for row in rows])
        elif verb is TaskCommand.COPY_SUPPORT:
            self.copy_support(rows)
        elif verb in HANDED:
            self._engine.integrity.look_at([row.task.id for row in rows])
            self.handing.carry_out(verb, rows)
        elif verb in OF_FILES:
            if verb is TaskCommand.DELETE_FILE:
                self.release_wanted.emit(_saved_paths(rows))
            self.missing_files.carry_out(verb, rows)
        elif verb in _WRITES:
            self._write(verb, rows[0])
        else:
            self._act(verb, rows, text)

    def _write(self, verb: TaskCommand, row: Row) -> None:
        """Puts a task's request into the composer."""
        task = row.task
        match verb:
            case TaskCommand.EDIT_AND_SEND:
                self._composer.load(task.request, parent=task.id)
                self._composer.show_refusals({str(said.path[0]): said.message for said in task.refusals if said.path})
            case TaskCommand.NEW_SEED:
                self._composer.load(task.request, parent=task.id, new_seed=True)
            case TaskCommand.OTHER_MODEL:
                self._composer.load(task.request, parent=task.id)
            case TaskCommand.EDIT_HELD:
                self._composer.load(task.request, editing=task.id)
        self.written.emit()
        if verb is TaskCommand.OTHER_MODEL:
            self.model_wanted.emit()

    def _act(self, verb: TaskCommand, rows: Sequence[Row], text: str) -> None:
        """Changes tasks here or at Runway."""
        engine, first = self._engine, rows[0].task.id
        ids = [row.task.id for row in concerned(verb, rows)]
        match verb:
            case TaskCommand.RETRY | TaskCommand.SAME if self._just_sent.is_too_soon(ids):
                self.tell(f"Just sent again. Choose “{_AGAIN[verb]}” once more if you want another.")
            case TaskCommand.RETRY | TaskCommand.SAME:
                self._just_sent.note(ids)
                self._runner(self._retry(ids), "retry")
            case TaskCommand.FIND_FILE:
                self._runner(self._find_file(first), "find file")
            case TaskCommand.SEND_NEXT:
                self._runner(engine.lane.send_next(ids), "send next")
            case TaskCommand.SEND_AGAIN:
                sending = engine.submission.send_again(first)
                self._runner(sending, "send again", done=lambda new: self.show_wanted.emit([new]))
            case TaskCommand.ADOPT_ID:
                self._runner(engine.submission.settle_with(first, text), "adopt for uncertain")
            case TaskCommand.LET_GO:
                self._runner(engine.submission.let_go(first), "let go")
            case TaskCommand.RENAME:
                self._runner(engine.verbs.rename(first, text), "rename")
            case TaskCommand.CANCEL | TaskCommand.DO_NOT_SEND:
                self._runner(self._cancel(ids), "cancel")
            case TaskCommand.DELETE_REMOTELY:
                self._runner(engine.verbs.delete_remotely(ids), "delete remotely", done=self._report)
            case TaskCommand.REMOVE:
                self._runner(self._remove(ids), "remove from list")

    def copy_support(self, rows: Sequence[Row], *, include_prompt: bool = False) -> None:
        """Puts what Runway's support needs on the clipboard, without secret, and without prompt unless chosen."""
        self._runner(self._copy_support([row.task.id for row in rows], include_prompt), "support details")

    def file_found(self, old: Path, new: Path, *, anyway: bool = False) -> None:
        """The file that was `old` is `new` now. Every task that waits for it gets it, and its siblings with it."""

        def told(put_back: PutBack) -> None:
            if put_back.is_other:
                self.other_file_found.emit(old, new)
            else:
                files, tasks = units.count(put_back.files, "file"), units.count(len(put_back.tasks), "task")
                self.tell(f"Found {files} for {tasks}.")

        self._runner(self._engine.missing_inputs.put_back(old, new, anyway=anyway), "put file back", done=told)

    def restore(self, task_ids: Sequence[TaskId]) -> None:
        """Undo of *Remove from list*."""
        self._runner(
            self._engine.verbs.restore(task_ids), "restore", done=lambda _: self.show_wanted.emit(list(task_ids))
        )

    def pause(self, paused: bool) -> None:
        lane = self._engine.lane
        self._runner(lane.pause() if paused else lane.resume(), "pause sending" if paused else "resume sending")

    def raise_cap(self, held: HeldBack) -> None:
        """Raises the cap that holds tasks back so far that the first of them may go."""
        self._engine.budget.raise_cap(held)

    def look_at(self, task_ids: Sequence[TaskId]) -> None:
        """What is before the person's eyes is asked for more closely, so that its progress moves, and its files are
        looked for."""
        self._engine.poller.look_at(task_ids)
        self._engine.integrity.look_at(task_ids)

    def look_around(self) -> None:
        """The window is used again: files may have been moved or changed meanwhile."""
        self._engine.integrity.look_around()

    def ask_now(self) -> None:
        """Asks for all open tasks and the balance at once, as the person pressed refresh."""
        self._engine.poller.ask_now()
        self._runner(self._engine.account.refresh(), "refresh balance")

    async def _take(
        self,
        paths: tuple[Path, ...],
        urls: tuple[str, ...],
        text: str,
        html: str,
        to_field: str,
        at: int | None,
        *,
        are_results: bool,
    ) -> None:
        renewal = self._engine.renewal
        if renewal is not None and len(paths) == 1 and await renewal.is_catalog(paths[0]):
            self.tell((await renewal.renew(paths[0])).in_words(), "Preferences → Runway goes back to the built-in one.")
            return
        if not (are_results or urls or to_field) and await self._is_for_import(paths, text, html):
            return
        await self._gather(paths, urls, text, html, to_field, at, are_results=are_results)

    async def _is_for_import(self, paths: tuple[Path, ...], text: str, html: str) -> bool:
        """Whether a preview of an import was asked for, in place of taking it in as prompts or inputs."""

        def otherwise() -> None:
            self._runner(self._gather(paths, (), text, html, "", None, are_results=False), "take in")

        from runway_desktop.services.exchange import Brought

        match await self._engine.exchange.recognize(paths, text):
            case Brought.IDS:
                self.ids_brought.emit(paths, text, otherwise)
            case Brought.RESULTS:
                self.results_brought.emit(paths[0], otherwise)
            case Brought.NOTHING:
                return False
        return True

    async def _gather(
        self,
        paths: tuple[Path, ...],
        urls: tuple[str, ...],
        text: str,
        html: str,
        to_field: str,
        at: int | None,
        *,
        are_results: bool,
    ) -> None:
        pair = self._composer.pair
        gathered = await self._engine.intake.gather(
            paths=paths, urls=urls, text=text, html=html, prefer=(pair.endpoint, pair.model)
        )
        self.receive(gathered, to_field, at, are_results=are_results)

    def receive(
        self, gathered: Gathered, to_field: str = "", at: int | None = None, *, are_results: bool = False
    ) -> None:
        """Sends each part where it belongs: ids to the list, inputs to the composer, prompts to the composer or
        a sheet."""
        if gathered.is_empty:
            self.tell("There was nothing in it that could be used.", problem=True)
            return
        if gathered.remote_ids:
            self._runner(self._adopt(gathered.remote_ids), "adopt")
        if gathered.restored is not None:
            self._composer.load(gathered.restored)
            self.tell("The settings of that result are in the composer.")
        if gathered.is_folder and len(gathered.assets) > 1 and not to_field:
            # A folder of pictures is a row for each; one picture is an input of the composer.
            self.sheet_wanted.emit(gathered)
            return
        self._give_inputs(gathered.assets, to_field, at)
        if not are_results:
            self._offer_settings(gathered.assets)
        prompt = _lone_prompt(gathered)
        if prompt:
            self._composer.set_prompt(prompt)
        elif gathered.drafts:
            self.sheet_wanted.emit(gathered)
        else:
            self._tell_findings([finding.message for finding in gathered.findings])

    def _offer_settings(self, assets: Sequence[AssetDrop]) -> None:
        """A result of ours is an input like any other; that it knows how it was made is worth a button."""
        made = {drop.path: drop.made_by for drop in assets if drop.path is not None and drop.made_by is not None}
        self._carried |= made
        if len(made) == 1:
            [(path, request)] = made.items()
            self.settings_offered.emit(f"{path.name} was made with this program.", request)

    def carried_settings(self, path: Path | None) -> Request | None:
        """The settings inside an input that was taken in here, beyond the life of the notice that offered them."""
        return self._carried.get(path) if path is not None else None

    def take_settings(self, request: Request) -> None:
        """Puts the settings that a result carries into the composer."""
        self._composer.load(request)

    def _give_inputs(self, assets: Sequence[AssetDrop], to_field: str, at: int | None) -> None:
        """A file that is known but does not fit goes along: what is wrong, and what helps, is said at its tile."""
        usable = [drop for drop in assets if not drop.findings or drop.facts is not None]
        self._tell_findings([drop.findings[0].message for drop in assets if drop not in usable])
        if to_field:
            if at is not None and usable:
                self._composer.taking.replace(to_field, at, usable.pop(0))
            for drop in usable:
                self._composer.taking.add_to(to_field, drop)
        elif usable:
            self._composer.taking.add(usable)

    def _tell_findings(self, messages: Sequence[str]) -> None:
        for message in messages[:MOST_SAID]:
            self.tell(message, problem=True)
        if len(messages) > MOST_SAID:
            self.tell(f"{len(messages) - MOST_SAID:,} more could not be used.", problem=True)

    async def _adopt(self, remote_ids: Sequence[str]) -> None:
        adoption = await self._engine.submission.adopt(remote_ids)
        if adoption.added:
            self.tell(
                units.count(len(adoption.added), "task added. It is checked now.", "tasks added. They are checked now.")
            )
        if adoption.known:
            self.tell(
                units.count(len(adoption.known), "task was in the list already.", "tasks were in the list already.")
            )
        self._tell_findings(
            [
                f"“{word[:60]}” is no task id. A task id looks like 17f20503-6c24-4c16-946b-35dbbce2af2f."
                for word in adoption.bad
            ]
        )
        self.show_wanted.emit([*adoption.added, *adoption.known])

    def _again_question(self, rows: Sequence[Row]) -> Question | None:
        """What to ask before these are paid for once more."""
        prices = [self._engine.pricing.price(row.task.request) for row in rows]
        known = [price for price in prices if price is not None]
        return sending_question(
            self._engine.settings.confirm_above,
            len(rows),
            sum(price.credits for price in known),
            exact=all(price.exact for price in known),
            unknown=len(rows) - len(known),
        )

    async def _retry(self, task_ids: Sequence[TaskId]) -> None:
        try:
            made = await self._engine.submission.retry_all(task_ids)
        except RunwayDesktopError:
            self._just_sent.forget()
            raise
        self._just_sent.note(list(task_ids))
        self.show_wanted.emit(list(made))

    async def _find_file(self, task_id: TaskId) -> None:
        missing = await self._engine.missing_inputs.missing(task_id)
        if missing:
            self.file_wanted.emit(missing[0])
        else:
            self.tell("The file is there again.")
            await self._engine.lane.send_next([task_id])

    async def _cancel(self, task_ids: Sequence[TaskId]) -> None:
        report = await self._engine.verbs.cancel(task_ids)
        if report.kept:
            self.tell(f"{units.count(len(report.kept), 'task')} had finished in the meantime: kept, and saved.")
        self._report(report)

    async def _remove(self, task_ids: Sequence[TaskId]) -> None:
        await self._engine.verbs.remove(task_ids)
        if task_ids:
            self.undo_offered.emit(
                f"{units.count(len(task_ids), 'task')} removed from the list. Files stay.", list(task_ids)
            )

    async def _copy_support(self, task_ids: Sequence[TaskId], include_prompt: bool) -> None:
        from runway_desktop.usecases.words.support import support_details

        texts = []
        for task_id in task_ids:
            details = await self._engine.library.details(task_id)
            if details is not None:
                texts.append(support_details(details.row.task, details.ledger, include_prompt=include_prompt))
        self.handing.copy("\n\n".join(texts), "Support details copied.")

    def _report(self, report: CancelReport | DeleteReport) -> None:
        """Says what a verb could not do, a sentence each."""
        for message in tuple(dict.fromkeys(report.failed.values()))[:MOST_SAID]:
            self.tell(message, problem=True)


_AGAIN = {TaskCommand.RETRY: "Retry", TaskCommand.SAME: "Same again"}
_WRITES = frozenset({TaskCommand.EDIT_AND_SEND, TaskCommand.NEW_SEED, TaskCommand.OTHER_MODEL, TaskCommand.EDIT_HELD})


def _lone_prompt(gathered: Gathered) -> str:
    """The text of a drop that is one prompt and nothing else; empty for everything that wants a look first."""
    if len(gathered.drafts) != 1 or gathered.findings:
        return ""
    draft = gathered.drafts[0]
    names = set(draft.values)
    if draft.findings or draft.endpoint or draft.model or draft.project or len(names) != 1 or names - _PROMPTS:
        return ""
    return next((value for value in draft.values.values() if isinstance(value, str)), "")


_PROMPTS = frozenset({"promptText", "text", "prompt"})


def _saved_paths(rows: Sequence[Row]) -> list[Path]:
    return [Path(output.path) for row in rows for output in row.outputs if output.is_here]
