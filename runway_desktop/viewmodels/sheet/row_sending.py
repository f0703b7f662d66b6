"""From ready rows to held tasks: which rows, the question before a dear sending, the storing in portions.

The sheet is locked while its rows are being stored: what is sent is what stood there. Which tasks its rows will be is
kept with the sheet before the first of them is stored, so that a program that dies in between never offers a row again
that is paid for already. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.domain.task import BatchId, Request, TaskId, new_task_id
from runway_desktop.services.engine import Engine
from runway_desktop.services.library.sheets import SentTask
from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.question import Question
from runway_desktop.usecases.sending.questions import sending_question
from runway_desktop.usecases.sending.repeat_guard import JustSent
from runway_desktop.usecases.sheets.columns import PROJECT, SHOT
from runway_desktop.usecases.sheets.rows import SheetRow

from .model import SheetModel
from .row_tasks import Following

SUBMITTED_AT_ONCE = 60
"""Tasks of one transaction: a few milliseconds of the loop, then others have a turn."""

_ROWS = "rows"


class RowSending(QObject):
    sent = Signal(object)
    """A tuple of task ids, stored in the lane."""
    troubled = Signal(str)
    changed = Signal()
    """The storing began or ended."""
    ended = Signal()
    """Rows were stored, or could not be: the sheet should be kept as it is now."""

    def __init__(
        self,
        engine: Engine,
        runner: Runner,
        model: SheetModel,
        following: Following,
        keep: Callable[[], Awaitable[None]],
        parent: QObject | None = None,
    ) -> None:
        """`keep` writes the sheet, with what is `planned`."""
        super().__init__(parent)
        self._engine = engine
        self._runner = runner
        self._model = model
        self._following = following
        self._keep = keep
        self._just_sent = JustSent(engine.clock)
        self.batch_id: BatchId | None = None
        """Of all tasks of this sheet, once the first are stored."""
        self.batch_name = ""
        self.project = ""
        """Of rows that name none."""
        self.planned: dict[int, tuple[SentTask, ...]] = {}
        """The tasks of rows that are being stored, by the row's number."""

    @property
    def too_soon(self) -> str:
        """Why a press now is more likely one too many; empty else. What it would send are other rows than before."""
        return "Just sent. Press again to send more." if self._just_sent.is_too_soon(_ROWS) else ""

    def chosen(self, most: int | None = None, places: Iterable[int] | None = None) -> list[SheetRow]:
        """The rows that would be sent: the first `most` ready ones, or those at `places`, or all."""
        rows = self._model.rows
        wanted = rows if places is None else [rows[place] for place in sorted(set(places))]
        return [row for row in wanted if not row.sent and row.check is not None and row.check.is_ready][:most]

    def question(self, rows: Sequence[SheetRow]) -> Question | None:
        """What to ask before these are sent: they cost more than the person spends without a question."""
        checks = [row.check for row in rows if row.check is not None]
        amount = sum(len(check.requests) for check in checks)
        priced = sum(check.priced for check in checks)
        return sending_question(
            self._engine.settings.confirm_above,
            amount,
            sum(check.credits for check in checks),
            exact=all(check.exact for check in checks),
            unknown=amount - priced,
        )

    def send(self, rows: Sequence[SheetRow]) -> None:
        """Stores these rows in the lane."""
        self._lock(True)
        self._runner(self._send(rows), "store a sheet's rows", failed=self._failed)

    def _lock(self, locked: bool) -> None:
        self._model.is_locked = locked
        self.changed.emit()

    async def _send(self, rows: Sequence[SheetRow]) -> None:
        """Rows of one project after the other, all in one batch."""
        leaving = [_leaving(row, self.project) for row in rows if row.check is not None]
        by_project: dict[str, list[_Leaving]] = {}
        for one in leaving:
            by_project.setdefault(one.project, []).append(one)
        ids: list[TaskId] = []
        try:
            self.planned = {one.number: one.tasks for one in leaving}
            await self._keep()
            for project, group in by_project.items():
                for some in _portions(group):
                    ids += await self._store(some, project)
        except RunwayDesktopError:
            # Each portion is stored whole or not at all: what is left was not.
            self.planned = {}
            raise
        finally:
            self._lock(False)
            if ids:
                self._just_sent.note(_ROWS)
                self.sent.emit(tuple(ids))
            self._model.counted.emit()
            self.ended.emit()

    async def _store(self, rows: Sequence[_Leaving], project: str) -> tuple[TaskId, ...]:
        made = await self._engine.submission.submit(
            [self._where_now(request) for row in rows for request in row.requests],
            batch_name=self.batch_name,
            project=project,
            into=self.batch_id,
            shots=[row.shot for row in rows for _ in row.requests],
            ids=[task.task_id for row in rows for task in row.tasks],
        )
        if self.batch_id is None and made:
            first = await self._engine.ledger.task(made[0])
            self.batch_id = first.batch_id if first is not None else None
        sent = {row.number: row.tasks for row in rows}
        for number, tasks in sent.items():
            self._following.link(number, tasks)
            del self.planned[number]
        self._model.mark_sent(sent)
        await self._following.learn(made)
        return made

    def _where_now(self, request: Request) -> Request:
        """A file may be moved while the rows before it are stored."""
        return replace(request, values=self._model.where_now(request.values))

    def _failed(self, error: RunwayDesktopError) -> None:
        self._lock(False)
        self.troubled.emit(f"The rows that are left could not be stored and were not sent. {error.in_words()}")


@dataclass(frozen=True, slots=True)
class _Leaving:
    """A row as it stood when it was sent."""

    number: int
    requests: tuple[Request, ...]
    tasks: tuple[SentTask, ...]
    project: str
    shot: str


def _leaving(row: SheetRow, project: str) -> _Leaving:
    requests, labels = (row.check.requests, row.check.labels) if row.check is not None else ((), ())
    return _Leaving(
        row.number,
        requests,
        tuple(SentTask(new_task_id(), words) for words in labels),
        str(row.cells.get(PROJECT) or project),
        str(row.cells.get(SHOT) or ""),
    )


def _portions(rows: Sequence[_Leaving]) -> Iterable[list[_Leaving]]:
    some: list[_Leaving] = []
    amount = 0
    for row in rows:
        some.append(row)
        amount += len(row.requests)
        if amount >= SUBMITTED_AT_ONCE:
            yield some
            some, amount = [], 0
    if some:
        yield some
