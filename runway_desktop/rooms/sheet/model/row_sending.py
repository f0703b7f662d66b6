"""Sends ready rows: selects rows, asks before storing, stores in portions.

The sheet is locked while its rows are stored, so what is sent is what it shows. The task ids of the rows are saved with
the sheet before the first task is stored: after a crash, no row that is already paid for is offered again. GUI thread
only.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import aclosing
from functools import partial
from itertools import chain

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.domain.task import BatchId, TaskId
from runway_desktop.services.library.sheets import SentTask
from runway_desktop.services.supervised import Runner
from runway_desktop.services.tasks.submission import Ask, NewTask, Origin, Prepared, TaskSource
from runway_desktop.texts import _, in_turn, ngettext
from runway_desktop.usecases.sending.questions import question_for
from runway_desktop.usecases.sending.sending import NotAnswered, steps_of
from runway_desktop.usecases.sheets.columns import PROJECT, SHOT
from runway_desktop.usecases.sheets.row_tasks import Following
from runway_desktop.usecases.sheets.rows import BLANK, SheetRow
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.viewmodels.model import Model

from .model import SheetModel


class RowSending(Model):
    sent = Signal(object)
    """A tuple of task ids, now in the queue."""
    question_wanted = Signal(object, object)
    """A Question to answer before the rows are stored, and the callback for yes."""
    said = Signal(str)
    """Why a press sent nothing."""
    troubled = Signal(str)
    changed = Signal()
    """Storing began or ended."""
    ended = Signal()
    """Storing has ended, with or without error: the sheet should be saved."""

    def __init__(
        self,
        cases: UseCases,
        runner: Runner,
        model: SheetModel,
        following: Following,
        keep: Callable[[], Awaitable[None]],
        parent: QObject | None = None,
    ) -> None:
        """`keep` saves the sheet, including `planned`."""
        super().__init__(cases, runner, parent)
        self._model = model
        self._following = following
        self._keep = keep
        self._sheet = object()
        """Identity of this sheet in the check for repeats."""
        self.batch_id: BatchId | None = None
        """Batch of all tasks of this sheet, once the first are stored."""
        self.batch_name = ""
        self.planned: dict[int, tuple[SentTask, ...]] = {}
        """Tasks of rows that are being stored, by row number."""

    def chosen(self, most: int | None = None, positions: Iterable[int] | None = None) -> list[SheetRow]:
        """Rows to send: ready ones, limited to `most`, or to those at `places`."""
        rows = self._model.rows
        wanted = rows if positions is None else [rows[position] for position in sorted(set(positions))]
        return [row for row in wanted if not row.sent and row.check is not None and row.check.is_ready][:most]

    def ready(self) -> list[NewTask]:
        return [task for row in self.chosen() for task in self._tasks(row)]

    def send(self, rows: Sequence[SheetRow]) -> None:
        """Stores these rows in the queue, or asks first: `sent` or `question_wanted` follows."""
        self._lock(True)
        self._runner(self._ask_or_store(rows), "send a sheet's rows", failed=self._failed)

    def _confirm(self, prepared: Prepared, rows: dict[int, tuple[SentTask, ...]]) -> None:
        self._lock(True)
        self._runner(self._store(prepared, rows, prepared.asks), "store a sheet's rows", failed=self._failed)

    def _lock(self, locked: bool) -> None:
        self._model.is_locked = locked
        self.changed.emit()

    async def _ask_or_store(self, rows: Sequence[SheetRow]) -> None:
        made = {row.number: tuple(self._tasks(row)) for row in rows}
        # Same origin for all rows: an immediate second press is probably accidental.
        origin = Origin(TaskSource.SHEET, self._sheet)
        new = list(chain.from_iterable(made.values()))
        steps = steps_of(len(tasks) for tasks in made.values())
        prepared = await self._cases.sending.prepare_many(new, origin, batch_name=self.batch_name, steps=steps)
        if Ask.REPEAT in prepared.asks:
            self._lock(False)
            self.said.emit(_("Just sent. Press again to send more."))
            return
        asked = [row.check.identity for row in rows if row.check is not None]
        if again := self._cases.sending.guard.repeats(asked, self._sheet):
            self._lock(False)
            self.said.emit(
                ngettext(
                    "{n} row was just sent from another sheet. Press again to send it anyway.",
                    "{n} rows were just sent from another sheet. Press again to send them anyway.",
                    again,
                )
            )
            return
        sent = {
            row.number: tuple(
                SentTask(task.id, words) for task, words in zip(made[row.number], row.check.labels, strict=True)
            )
            for row in rows
            if row.check is not None
        }
        await self._store(prepared, sent, ())

    def _tasks(self, row: SheetRow) -> Iterable[NewTask]:
        check = row.check or BLANK
        for request, cast in zip(check.requests, check.casts, strict=True):
            yield NewTask(
                request=request,
                cast=cast,
                project=str(row.cells.get(PROJECT) or self._model.checker.project),
                shot=str(row.cells.get(SHOT) or ""),
                batch_id=self.batch_id,
            )

    async def _store(self, prepared: Prepared, rows: dict[int, tuple[SentTask, ...]], answers: Collection[Ask]) -> None:
        ids: list[TaskId] = []
        self.planned = dict(rows)
        try:
            self._cases.sending.check(prepared, answers)
            await self._keep()
            # Closed explicitly: the event loop in use does not close async generators itself.
            portions = self._cases.sending.portions(prepared, answers, lambda: self._model.moved)
            async with aclosing(portions):
                async for some in portions:
                    ids += some
                    await self._stored(some)
        except NotAnswered as error:
            self.planned = {}
            asked = question_for(error.prepared, self._cases.settings.confirm_above)
            self.question_wanted.emit(asked, partial(self._confirm, error.prepared, rows))
        except RunwayDesktopError:
            # Portions are atomic, so the rest was not stored.
            self.planned = {}
            raise
        finally:
            self._lock(False)
            if ids:
                self.sent.emit(tuple(ids))
            self._model.counted.emit()
            self.ended.emit()

    async def _stored(self, ids: Sequence[TaskId]) -> None:
        if self.batch_id is None:
            first = await self._cases.tasks.task(ids[0])
            self.batch_id = first.batch_id if first is not None else None
        here = set(ids)
        sent = {number: tasks for number, tasks in self.planned.items() if tasks and tasks[0].task_id in here}
        for number, tasks in sent.items():
            self._following.link(number, tasks)
            del self.planned[number]
        asked = [row.check.identity for row in self._model.rows if row.number in sent and row.check is not None]
        self._cases.sending.guard.note_rows(asked, self._sheet)
        self._model.mark_sent(sent)
        await self._following.learn(ids)

    def _failed(self, error: RunwayDesktopError) -> None:
        self._lock(False)
        self.troubled.emit(str(in_turn(_("The remaining rows couldn't be saved and weren't sent."), error.in_words())))
