"""What one press of the send button asks for: one task, or one for each text that the prompt's braces stand for. What
the button says of it, what a cap keeps of it, and storing it with the sheet that several tasks are kept as.

`send` raises as `usecases.sending` says. Loop's thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from runway_desktop.catalog import Pair
from runway_desktop.domain.caps import HeldBack
from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.domain.events import Notice
from runway_desktop.domain.task import Request, TaskId
from runway_desktop.services.engine import Engine
from runway_desktop.services.library import expansion
from runway_desktop.services.money.pricing import OpenPrice, Price
from runway_desktop.usecases.requests.findings import requests_of
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.account import about, open_words, price_detail
from runway_desktop.usecases.words.holds import over_words, raise_words
from runway_desktop.values import Struct

if TYPE_CHECKING:
    from runway_desktop.services.tasks.submission import Ask, NewTask, Prepared
    from runway_desktop.usecases.sending.sending import Kept, Sending


class Order(Struct, frozen=True, kw_only=True):
    pair: Pair
    request: Request
    """As it was written, with its braces."""
    editing: TaskId | None = None
    """The held task that becomes this, instead of a new one."""
    parent: TaskId | None = None
    project: str = ""
    raising: HeldBack | None = None
    """The cap that is raised once it is stored."""

    @property
    def amount(self) -> int:
        """How many tasks it makes, also where they are too many to be sent."""
        is_one = self.editing is not None or self.pair.prompt_field is None
        return 1 if is_one else expansion.count(self.request.prompt)

    def requests(self) -> list[Request]:
        """One for each task."""
        return [self.request] if self.editing is not None else requests_of(self.pair, self.request)

    def new(self) -> list[NewTask]:
        from runway_desktop.services.tasks.submission import NewTask

        return [NewTask(request=one, project=self.project, parent_id=self.parent) for one in self.requests()]


class Button(Struct, frozen=True):
    """What the send button says and may. `reasons` says why not, each a sentence."""

    text: str
    price: str
    reasons: tuple[str, ...]
    detail: str = ""
    """The price in dollars, and where it comes from."""
    note: str = ""
    """What to say beside it: why the last press sent nothing, or what a press would not send yet."""
    raising: str = ""
    """The button that makes room for it, such as "Raise today's cap to 2,600"; empty where nothing is in the way."""


class Orders:
    def __init__(self, engine: Engine, sending: Callable[[], Sending]) -> None:
        self._engine = engine
        self._sending = sending

    def button(
        self, order: Order, kept: Kept | None, reasons: tuple[str, ...], note: str = "", *, is_another: bool = False
    ) -> Button:
        """What the button says. `kept`: what a cap or the balance keeps of it. `is_another`: the same was sent before,
        and would be made once more."""
        if order.editing is not None:
            return Button("Save changes", "", reasons, note=note)
        priced, amount, raising = self._engine.pricing.price, order.amount, ""
        price = priced(order.request)
        between: OpenPrice | None = None
        if price is None:
            from runway_desktop.usecases.requests.open_price import open_price

            between = open_price(order.pair, order.request, priced)
        text = units.plural(amount, "Generate", f"Generate {amount:,}")
        if kept is not None:
            text, raising = kept_text(kept.tasks, amount), raise_words(kept.held, kept.freed)
            note = note or f"{over_words(kept.held, is_one=amount == 1)}: {waits_words(kept, amount)}."
        elif is_another:
            text = units.plural(amount, "Generate another", f"Generate {amount:,} more")
        return Button(text, price_words(price, amount, between), reasons, price_detail(price), note, raising)

    def kept(self, order: Order) -> Kept | None:
        """What a cap or the balance keeps of it in the queue. An edit is asked about instead."""
        return self._sending().kept(order.new(), with_freed=True) if order.editing is None else None

    async def prepare(self, order: Order) -> Prepared:
        from runway_desktop.services.tasks.submission import Door, Origin
        from runway_desktop.usecases.sheets.keeping import batch_name

        origin = Origin(Door.COMPOSER, (order.request, order.project))
        if order.editing is not None:
            return await self._sending().prepare_edit(order.editing, order.request, origin)
        name = batch_name(order.request.prompt) if order.amount > 1 else ""
        return self._sending().prepare(order.new(), origin, batch_name=name)

    async def send(self, order: Order, prepared: Prepared, answers: Collection[Ask] = ()) -> tuple[TaskId, ...]:
        """Stores it in the lane, raises its cap, and keeps several tasks as a sheet too."""
        from runway_desktop.usecases.sheets.keeping import keep_as_sheet

        engine, ids = self._engine, await self._sending().send(prepared, answers)
        if order.raising is not None:
            engine.budget.raise_cap(order.raising)
        if len(ids) > 1:
            try:
                await keep_as_sheet(engine.library, engine.clock, order.pair, order.request, ids, order.project)
            except RunwayDesktopError as error:
                # The tasks are stored by now: it must not look as if they were not sent.
                said = f"The {len(ids):,} tasks are stored, but not the sheet they came from."
                engine.bus.tell(Notice(said, error.in_words()))
        return ids


def kept_text(kept: int, amount: int) -> str:
    """The button of tasks of which so many wait in the queue: "Send 4, queue 2", or "Queue 6"."""
    if kept < amount:
        return f"Send {amount - kept:,}, queue {kept:,}"
    return units.plural(amount, "Queue", f"Queue {amount:,}")


def waits_words(kept: Kept, amount: int) -> str:
    if kept.tasks < amount:
        return f"{kept.tasks:,} of {amount:,} wait in the queue"
    return units.plural(amount, "it waits in the queue", "they wait in the queue")


def too_soon_words(amount: int, *, has_seed: bool = False) -> str:
    """Why a press that repeats what was just sent sends nothing. A seed makes "similar results" (Runway's API
    reference), which a second take is seldom meant to be."""
    said = units.plural(
        amount,
        "Just sent. Press again to make another take.",
        f"Just sent. Press again to make {amount:,} more.",
    )
    return f"{said} With the same seed it will look much the same." if has_seed else said


def price_words(price: Price | None, amount: int = 1, between: OpenPrice | None = None) -> str:
    """What the button says of money: exact, "about", a range, or that it is not known before."""
    if price is None:
        return f"{open_words(between)}{' each' if amount > 1 else ''}" if between else "price shown after sending"
    return f"{about(price)}{units.credits_in_words(price.credits * amount)}"
