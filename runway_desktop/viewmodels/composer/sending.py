"""Sends the composer's request: text of the button, question before an expensive sending, storing in the queue.

The order is fixed at the press; later edits do not change it. The request stays in the composer for another take, so an
immediate second press is blocked once, with a note. GUI thread only; nothing blocks.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.task import Request, TaskId
from runway_desktop.services.money.pricing import Price
from runway_desktop.services.supervised import Runner
from runway_desktop.texts import _
from runway_desktop.usecases.question import Question
from runway_desktop.usecases.requests.order import Button, KeptInQueue, Order, button_of, too_soon_words
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.values import replace
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.model import Model, Soon

if TYPE_CHECKING:
    from runway_desktop.services.tasks.submission import Prepared

_HELD_MS = 500
_NOTE_MS = 8_000
"""Display time of the note."""


class ComposerSending(Model):
    changed = Signal()
    """Storing began or ended, or the note changed."""
    question_wanted = Signal(object, object)
    """A Question to answer before the request is stored, and the callback for yes."""
    begun = Signal()
    """The draft has to be kept: its task is stored next."""
    stored = Signal(object, object)
    """An Order, and the tuple of its task ids, now in the queue."""

    def __init__(self, cases: UseCases, bridge: Bridge, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self._last: tuple[Request, str] | None = None
        """The last request sent, as written, and its project."""
        self._stored_as: tuple[tuple[Request, str], TaskId] | None = None
        """The last request to be stored, its project and its first task."""
        self.is_storing = False
        self.note = ""
        """Why the last press sent nothing; cleared by the next sending or edit."""
        self._kept: tuple[tuple[Price | None, int, str], KeptInQueue | None] | None = None
        """What holds the current order back (cap or balance), with the key for which it was computed."""
        self._kept_end = Soon(self, _HELD_MS, self._look_again)
        for moved in (bridge.tasks_added, bridge.tasks_touched, bridge.organization_changed, bridge.settings_changed):
            moved.connect(self._queue_moved)
        self._note_end = Soon(self, _NOTE_MS, self._note_is_old)

    def is_another(self, request: Request, project: str) -> bool:
        """Whether the same request was sent last, so that a press makes another take."""
        return self._last == (request, project)

    def stored_as(self, request: Request, project: str) -> TaskId | None:
        """The task that this request was last to be stored as; None if it was not."""
        known = self._stored_as
        return known[1] if known is not None and known[0] == (request, project) else None

    def recall(self, request: Request, project: str, stored_as: TaskId | None) -> None:
        """Restores the last request sent in the previous run. `stored_as`: it was sent if the list has this task."""
        self._last = (request, project)
        if stored_as is not None:
            # Until that is known, a press would not be the first.
            self._runner(self._look_for(stored_as, self._last), "look whether the draft was sent")

    async def _look_for(self, task_id: TaskId, sent: tuple[Request, str]) -> None:
        if await self._cases.tasks.task(task_id) is None and self._last == sent:
            self._last = None
            self.changed.emit()

    def drop_note(self) -> None:
        """Clears the note after an edit. Emits nothing."""
        self.note = ""
        self._note_end.stop()

    def button(self, order: Order, reasons: tuple[str, ...]) -> Button:
        if self.is_storing:
            reasons = (_("Saving the task…"),)
        kept = self._kept_of(order) if not reasons else None
        is_another = self.is_another(order.request, order.project)
        return button_of(order, self._cases.pricing.price, kept, reasons, self.note, is_another=is_another)

    def _kept_of(self, order: Order) -> KeptInQueue | None:
        """What holds the order back: a cap or the balance. Recomputed when the price changes, and shortly after the
        queue or a cap changes, since it prices all queued tasks."""
        if order.editing is not None:
            return None
        key = (self._cases.pricing.price(order.first), order.amount, order.project)
        if self._kept is None or self._kept[0] != key:
            self._kept = (key, self._cases.orders.kept(order))
        return self._kept[1]

    def raise_and_send(self, order: Order) -> None:
        """`send`, and raises the cap that holds the order back once it is stored."""
        kept = self._kept[1] if self._kept is not None else None
        if kept is not None:
            self.send(replace(order, raising=kept.held))

    def send(self, order: Order) -> None:
        """Stores the order, or asks first: `stored` or `question_wanted` follows. The caller must check
        `is_storing`."""
        # Whether the button said that it will be held back. An edit always asks.
        kept = self._kept[1] if self._kept is not None and order.editing is None else None
        self._begin()
        self._runner(self._ask_or_store(order, was_told=kept is not None), "send request")

    def _confirm(self, order: Order, answered: Question) -> None:
        if answered.prepared is not None:
            self._begin()
            self._runner(self._store(order, answered.prepared, is_answered=True), "store request")

    def _begin(self) -> None:
        self.is_storing = True
        self.drop_note()
        self.changed.emit()

    async def _ask_or_store(self, order: Order, *, was_told: bool) -> None:
        try:
            prepared = await self._cases.orders.prepare(order)
            if prepared.is_repeat:
                self.note = too_soon_words(order.amount, has_seed="seed" in order.request.values)
                self._note_end.start()
                return
            await self._store(order, prepared, was_told=was_told)
        finally:
            self.is_storing = False
            self.changed.emit()

    async def _store(
        self, order: Order, prepared: Prepared, *, is_answered: bool = False, was_told: bool = False
    ) -> None:
        try:
            if prepared.first is not None:
                self._stored_as = (order.request, order.project), prepared.first
                self.begun.emit()
                await self._cases.settings.flush()
            came = await self._cases.orders.send(order, prepared, is_answered=is_answered, was_told=was_told)
        finally:
            self.is_storing = False
            self.changed.emit()
        if isinstance(came, Question):
            self.question_wanted.emit(came, partial(self._confirm, order, came))
            return
        self._last = (order.request, order.project)
        if order.raising is not None:
            self._look_again()
        self.stored.emit(order, came)

    def _queue_moved(self, _: object) -> None:
        if self._kept is not None:
            self._kept_end.begin()

    def _look_again(self) -> None:
        self._kept = None
        self.changed.emit()

    def _note_is_old(self) -> None:
        self.drop_note()
        self.changed.emit()
