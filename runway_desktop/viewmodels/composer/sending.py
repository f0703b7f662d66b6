"""From the press of the button to the lane: what the button says, the question before a dear sending, the storing.

What is sent is named at the press: whatever is taken up while it is being stored changes nothing of it. The request
stays in the composer for the next take, so a second press in a row is held back once, and that is said. GUI thread
only; nothing here blocks.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from runway_desktop.domain.task import Request
from runway_desktop.services.money.pricing import Price
from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.question import Question
from runway_desktop.usecases.requests.order import Button, Kept, Order, button_of, too_soon_words
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.values import replace
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.model import Model

if TYPE_CHECKING:
    from runway_desktop.services.tasks.submission import Prepared

_HELD_MS = 500
_NOTE_MS = 8_000
"""How long it is said why a press sent nothing."""


class ComposerSending(Model):
    changed = Signal()
    """The storing began or ended, or there is another note."""
    question_wanted = Signal(object, object)
    """A Question to answer before the request is stored, and what its answer yes calls."""
    stored = Signal(object, object)
    """An Order, and the tuple of its task ids, which are in the lane."""

    def __init__(self, cases: UseCases, bridge: Bridge, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self._last: tuple[Request, str] | None = None
        """The request that was sent last, as it was written, and its project."""
        self.is_storing = False
        self.note = ""
        """Why the last press sent nothing; empty when it did, or something was edited since."""
        self._kept: tuple[tuple[Price | None, int, str], Kept | None] | None = None
        """What a cap keeps of what is being written, and by what it was looked for."""
        self._kept_end = QTimer(self, singleShot=True, interval=_HELD_MS)
        self._kept_end.timeout.connect(self._look_again)
        for moved in (bridge.tasks_added, bridge.tasks_touched, bridge.organization_changed, bridge.settings_changed):
            moved.connect(self._queue_moved)
        self._note_end = QTimer(self, singleShot=True, interval=_NOTE_MS)
        self._note_end.timeout.connect(self._note_is_old)

    def is_another(self, request: Request, project: str) -> bool:
        """Whether the same was sent last: a press makes another take of it."""
        return self._last == (request, project)

    def recall(self, request: Request, project: str) -> None:
        """This is what was sent last, before the program ended."""
        self._last = (request, project)

    def drop_note(self) -> None:
        """Something was edited: what was said of the last press does not hold any more. Emits nothing."""
        self.note = ""
        self._note_end.stop()

    def button(self, order: Order, reasons: tuple[str, ...]) -> Button:
        if self.is_storing:
            reasons = ("It is being stored.",)
        kept = self._kept_of(order) if not reasons else None
        is_another = self.is_another(order.request, order.project)
        return button_of(order, self._cases.pricing.price, kept, reasons, self.note, is_another=is_another)

    def _kept_of(self, order: Order) -> Kept | None:
        """What a cap or the balance keeps of the order in the queue. Looked for when the price changes, and a moment
        after the queue or a cap did: all that waits is priced for it."""
        if order.editing is not None:
            return None
        key = (self._cases.pricing.price(order.request), order.amount, order.project)
        if self._kept is None or self._kept[0] != key:
            self._kept = (key, self._cases.orders.kept(order))
        return self._kept[1]

    def raise_and_send(self, order: Order) -> None:
        """The same as `send`, and the cap that keeps it is raised as soon as it is stored."""
        kept = self._kept[1] if self._kept is not None else None
        if kept is not None:
            self.send(replace(order, raising=kept.held))

    def send(self, order: Order) -> None:
        """Stores it in the lane, or asks first; then `stored` or `question_wanted` follows. One at a time: the caller
        looks at `is_storing`."""
        # What the button said at the press: that this is queued, and why. An edit is asked about.
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
        if self._kept is not None and not self._kept_end.isActive():
            self._kept_end.start()

    def _look_again(self) -> None:
        self._kept = None
        self.changed.emit()

    def _note_is_old(self) -> None:
        self.drop_note()
        self.changed.emit()
