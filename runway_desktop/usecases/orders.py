"""Orders of the composer: which tasks a cap would block, and storing them; several tasks are also kept as a sheet of
one row, which can be opened and shown as a grid.

`send` raises as `usecases.sending` says. Loop's thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.domain.events import Notice
from runway_desktop.domain.library import KeptSheet, new_sheet_id
from runway_desktop.domain.prices import addresses_in
from runway_desktop.domain.task import Task, TaskId
from runway_desktop.services.engine import Engine
from runway_desktop.services.library.expansion import expansions
from runway_desktop.services.library.sheets import KeptRow, SentTask, SheetContent, write, write_row
from runway_desktop.services.tasks.submission import Ask, Edit, NewTask, Origin, Prepared, TaskSource
from runway_desktop.texts import ngettext
from runway_desktop.usecases.question import Question
from runway_desktop.usecases.requests.order import KeptInQueue, Order
from runway_desktop.usecases.sending.questions import question_for
from runway_desktop.usecases.sending.sending import NotAnswered, TaskSender
from runway_desktop.usecases.sheets.cells import cells_of
from runway_desktop.values import replace

_TOLD = frozenset({Ask.OVER_CAP, Ask.LOW_BALANCE})
_LONGEST_NAME = 48


class Orders:
    def __init__(self, engine: Engine, sending: Callable[[], TaskSender]) -> None:
        self._engine = engine
        self._sending = sending

    def kept(self, order: Order) -> KeptInQueue | None:
        """The tasks of an order that a cap or the balance would block in the queue. For an edit, None: a question is
        asked instead."""
        return self._sending().kept(_tasks_of(order), with_freed=True) if order.editing is None else None

    async def prepare(self, order: Order) -> Prepared:
        if order.cast is None:
            order = replace(order, cast=await self._engine.cast.load())
        origin = Origin(TaskSource.COMPOSER, (order.request, order.project))
        if order.editing is not None:
            [(request, cast)] = order.with_cast()
            return await self._sending().prepare_edit(order.editing, request, origin, cast)
        name = batch_name(order.request.prompt) if order.amount > 1 else ""
        new = _tasks_of(order)
        parent = await self._engine.ledger.task(order.parent) if order.parent is not None else None
        if parent is not None and parent.project == order.project:
            new = [_beside(parent, one) for one in new]
        return self._sending().prepare(new, origin, batch_name=name)

    async def send(
        self, order: Order, prepared: Prepared, *, is_answered: bool = False, was_told: bool = False
    ) -> tuple[TaskId, ...] | Question:
        """Stores the order in the lane and raises its cap; several tasks are also kept as a sheet. Or returns the
        question to answer first. The edit of a client's request is stored and then released. `is_answered`: the
        question was answered with yes. `was_told`: the button said that a cap or the balance blocks it."""
        engine, answers = self._engine, prepared.asks if is_answered else _TOLD if was_told else ()
        try:
            ids = await self._sending().send(prepared, answers)
        except NotAnswered as error:
            question = question_for(error.prepared, engine.settings.confirm_above, is_raised=order.raising is not None)
            if question is None:
                raise
            return question
        if order.raising is not None:
            await engine.queue_acts.raise_cap(order.raising)
        if order.approves and isinstance(prepared.intent, Edit):
            # The edited request is still held; releasing it asks at its present price.
            task = await engine.ledger.task(prepared.intent.task.id)
            release = self._sending().prepare_release([task] if task is not None else [], is_next=False)
            return await self.send(order, release)
        if len(ids) > 1:
            try:
                await keep_as_sheet(engine, order, ids)
            except RunwayDesktopError as error:
                # Not raised: the tasks are stored, and it must not look as if they were not sent.
                said = ngettext(
                    "{n} task is queued, but its sheet wasn't saved.",
                    "{n} tasks are queued, but their sheet wasn't saved.",
                    len(ids),
                )
                engine.bus.tell(Notice(said, error.in_words()))
        return ids


def _tasks_of(order: Order) -> list[NewTask]:
    return [
        NewTask(request=request, project=order.project, parent_id=order.parent, cast=cast)
        for request, cast in order.with_cast()
    ]


def _beside(parent: Task, new: NewTask) -> NewTask:
    """An edited request is another take of its shot; of its step too, while it goes on from the same files."""
    new = replace(new, shot=parent.shot)
    files, now = (
        {uri for value in one.values.values() for uri in addresses_in(value)} for one in (parent.request, new.request)
    )
    is_same = parent.request.endpoint == new.request.endpoint and files == now
    return replace(new, step=parent.step, made_of=parent.made_of) if is_same else new


def batch_name(prompt: str) -> str:
    words = " ".join(prompt.split())
    return words if len(words) <= _LONGEST_NAME else f"{words[: _LONGEST_NAME - 1].rstrip()}…"


async def keep_as_sheet(engine: Engine, order: Order, task_ids: Sequence[TaskId]) -> None:
    """Stores the order of these tasks, which are the expansions of its prompt, as a sheet."""
    request = order.for_sheet
    batch_id = next((row.task.batch_id for row in await engine.library.rows(task_ids[:1])), None)
    if batch_id is None:
        return
    cells = cells_of(request, order.pair)
    texts = expansions(order.request.prompt)
    sent = tuple(SentTask(task_id, found.choices) for task_id, found in zip(task_ids, texts, strict=False))
    name = batch_name(order.request.prompt)
    content = SheetContent(name=name, composed=request, project=order.project)
    text = write(content, [write_row(KeptRow(cells=cells, sent=sent))])
    kept = KeptSheet(id=new_sheet_id(), name=name, changed_at=engine.clock.now(), rows=1, batch_id=batch_id, text=text)
    await engine.sheets.keep(kept)
