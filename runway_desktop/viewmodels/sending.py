"""From the press of the button to the lane: what the button says, the question before a dear sending, the storing.

What is sent is named at the press: whatever is taken up while it is being stored changes nothing of it. GUI thread
only; nothing here blocks.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.task import Request, TaskId
from runway_desktop.services.engine import Engine
from runway_desktop.services.pricing import Price

from . import wording
from .money import price_detail, sending_question
from .offers import Question
from .runner import Runner
from .sheet.keeping import batch_name, keep_as_sheet


@dataclass(frozen=True, slots=True)
class Button:
    """What the send button says and may. `reasons` says why not, each a sentence."""

    text: str
    price: str
    reasons: tuple[str, ...]
    detail: str = ""
    """The price in dollars, and where it comes from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What one press asks for."""

    request: Request
    """As it was written, with its braces."""
    requests: tuple[Request, ...]
    """One for each task."""
    editing: TaskId | None = None
    """The held task that becomes this, instead of a new one."""
    parent: TaskId | None = None
    project: str = ""


class Sending(QObject):
    changed = Signal()
    """The storing began or ended."""
    stored = Signal(object, object)
    """An Order, and the tuple of its task ids, which are in the lane."""

    def __init__(self, engine: Engine, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._runner = runner
        self.is_storing = False

    def question(self, price: Price | None, amount: int) -> Question | None:
        """What to ask before `amount` tasks of this price are stored; None when nothing must be asked."""
        if price is None:
            return None
        return sending_question(self._engine.settings.confirm_above, amount, price.credits * amount, exact=price.exact)

    def store(self, order: Order) -> None:
        """Puts it into the lane; `stored` follows. One at a time: the caller looks at `is_storing`."""
        self.is_storing = True
        self.changed.emit()
        self._runner(self._store(order), "store request")

    async def _store(self, order: Order) -> None:
        submission, amount = self._engine.submission, len(order.requests)
        try:
            if order.editing is not None:
                await submission.edit_held(order.editing, order.request)
                ids: tuple[TaskId, ...] = (order.editing,)
            else:
                name = batch_name(order.request.prompt) if amount > 1 else ""
                ids = await submission.submit(
                    order.requests, batch_name=name, project=order.project, parent_id=order.parent
                )
                if amount > 1:
                    await keep_as_sheet(self._engine, order.request, ids, order.project)
        finally:
            self.is_storing = False
            self.changed.emit()
        self.stored.emit(order, ids)


def button_for(*, amount: int, price: Price | None, reasons: tuple[str, ...], is_edit: bool) -> Button:
    if is_edit:
        return Button("Save changes", "", reasons)
    text = "Generate" if amount == 1 else f"Generate {amount:,}"
    return Button(text, price_words(price, amount), reasons, price_detail(price))


def price_words(price: Price | None, amount: int = 1) -> str:
    """What the button says of money: exact, "about", or that it is not known before."""
    if price is None:
        return "price shown after sending"
    said = wording.credits_in_words(price.credits * amount)
    return said if price.exact else f"about {said}"
