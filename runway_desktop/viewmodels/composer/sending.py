"""From the press of the button to the lane: what the button says, the question before a dear sending, the storing.

What is sent is named at the press: whatever is taken up while it is being stored changes nothing of it. The request
stays in the composer for the next take, so a second press in a row is held back once, and that is said. GUI thread
only; nothing here blocks.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.domain.events import Notice
from runway_desktop.domain.task import Request, TaskId
from runway_desktop.services.engine import Engine
from runway_desktop.services.money.pricing import Price
from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.question import Question
from runway_desktop.usecases.sending.questions import sending_question
from runway_desktop.usecases.sending.repeat_guard import JustSent
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.account import price_detail

_NOTE_MS = 8_000
"""How long it is said why a press sent nothing."""


@dataclass(frozen=True, slots=True)
class Button:
    """What the send button says and may. `reasons` says why not, each a sentence."""

    text: str
    price: str
    reasons: tuple[str, ...]
    detail: str = ""
    """The price in dollars, and where it comes from."""
    note: str = ""
    """What to say beside it: why the last press sent nothing."""


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
    """The storing began or ended, or there is another note."""
    stored = Signal(object, object)
    """An Order, and the tuple of its task ids, which are in the lane."""

    def __init__(self, engine: Engine, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._runner = runner
        self._just_sent = JustSent(engine.clock)
        self.is_storing = False
        self.note = ""
        """Why the last press sent nothing; empty when it did, or something was edited since."""
        self._note_end = QTimer(self, singleShot=True, interval=_NOTE_MS)
        self._note_end.timeout.connect(self._note_is_old)

    def is_another(self, request: Request, project: str) -> bool:
        """Whether the same was sent last: a press makes another take of it."""
        return self._just_sent.is_another((request, project))

    def holds_back(self, request: Request, project: str, amount: int) -> bool:
        """Whether a press now only repeats the one before; then the note says so."""
        if not self._just_sent.is_too_soon((request, project)):
            return False
        self.note = too_soon_words(amount, has_seed="seed" in request.values)
        self._note_end.start()
        self.changed.emit()
        return True

    def recall(self, request: Request, project: str) -> None:
        """This is what was sent last, before the program ended."""
        self._just_sent.recall((request, project))

    def drop_note(self) -> None:
        """Something was edited: what was said of the last press does not hold any more. Tells nobody."""
        self.note = ""
        self._note_end.stop()

    def question(self, price: Price | None, amount: int) -> Question | None:
        """What to ask before `amount` tasks of this price are stored; None when nothing must be asked."""
        if price is None:
            return None
        return sending_question(self._engine.settings.confirm_above, amount, price.credits * amount, exact=price.exact)

    def store(self, order: Order) -> None:
        """Puts it into the lane; `stored` follows. One at a time: the caller looks at `is_storing`."""
        self.is_storing = True
        self.drop_note()
        self.changed.emit()
        self._runner(self._store(order), "store request")

    async def _store(self, order: Order) -> None:
        submission, amount = self._engine.submission, len(order.requests)
        try:
            if order.editing is not None:
                await submission.edit_held(order.editing, order.request)
                ids: tuple[TaskId, ...] = (order.editing,)
            else:
                from runway_desktop.usecases.sheets.keeping import batch_name

                name = batch_name(order.request.prompt) if amount > 1 else ""
                ids = await submission.submit(
                    order.requests, batch_name=name, project=order.project, parent_id=order.parent
                )
                if amount > 1:
                    await self._keep_as_sheet(order, ids)
        finally:
            self.is_storing = False
            self.changed.emit()
        self._just_sent.note((order.request, order.project))
        self.stored.emit(order, ids)

    async def _keep_as_sheet(self, order: Order, ids: tuple[TaskId, ...]) -> None:
        """The tasks are stored by now: that their sheet is not must not look as if they were not sent."""
        try:
            from runway_desktop.usecases.sheets.keeping import keep_as_sheet

            await keep_as_sheet(self._engine, order.request, ids, order.project)
        except RunwayDesktopError as error:
            self._engine.bus.tell(
                Notice(f"The {len(ids):,} tasks are stored, but not the sheet they came from.", error.in_words())
            )

    def _note_is_old(self) -> None:
        self.drop_note()
        self.changed.emit()


def button_for(
    *,
    amount: int,
    price: Price | None,
    reasons: tuple[str, ...],
    is_edit: bool,
    is_another: bool = False,
    note: str = "",
) -> Button:
    """`is_another`: the same was sent before, and would be made once more."""
    if is_edit:
        return Button("Save changes", "", reasons, note=note)
    if is_another:
        text = "Generate another" if amount == 1 else f"Generate {amount:,} more"
    else:
        text = "Generate" if amount == 1 else f"Generate {amount:,}"
    return Button(text, price_words(price, amount), reasons, price_detail(price), note)


def too_soon_words(amount: int, *, has_seed: bool = False) -> str:
    """Why a press that repeats what was just sent sends nothing. A seed makes "similar results" (Runway's API
    reference), which a second take is seldom meant to be."""
    said = f"Just sent. Press again to make {'another take' if amount == 1 else f'{amount:,} more'}."
    return f"{said} With the same seed it will look much the same." if has_seed else said


def price_words(price: Price | None, amount: int = 1) -> str:
    """What the button says of money: exact, "about", or that it is not known before."""
    if price is None:
        return "price shown after sending"
    said = units.credits_in_words(price.credits * amount)
    return said if price.exact else f"about {said}"
