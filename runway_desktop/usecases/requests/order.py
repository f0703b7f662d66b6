"""The order behind the send button, and the button's text: what it does, the price, why it is disabled. Pure."""

from __future__ import annotations

from runway_desktop.catalog import Pair
from runway_desktop.domain.caps import HeldBack
from runway_desktop.domain.cast import Cast
from runway_desktop.domain.prices import OpenPrice, PriceSum
from runway_desktop.domain.task import MemberId, Request, TaskId
from runway_desktop.domain.workflows.runs import WORKFLOW
from runway_desktop.services.library import expansion
from runway_desktop.services.money.pricing import Price
from runway_desktop.texts import _, in_turn, ngettext, npgettext, pgettext
from runway_desktop.usecases.casting import cast_request, with_escapes
from runway_desktop.usecases.words.account import open_words, price_detail, priced
from runway_desktop.usecases.words.holds import over_title, over_words, raise_words
from runway_desktop.values import Struct

from .choices import PriceOf, open_price
from .draft import first_of, requests_of


class Order(Struct, frozen=True, kw_only=True):
    pair: Pair
    request: Request
    """As written, with braces."""
    editing: TaskId | None = None
    """The held task to replace, instead of creating one."""
    approves: bool = False
    """That task is a client's request, which this approves."""
    parent: TaskId | None = None
    project: str = ""
    raising: HeldBack | None = None
    """The cap to raise after storing it."""
    cast: Cast | None = None
    """The members that its prompt can name; None before they were read."""
    settled: tuple[str, ...] = ()
    """As in `domain.cast.mentions`."""

    @property
    def amount(self) -> int:
        """How many tasks it makes, even if too many to send."""
        is_one = self.editing is not None or self.pair.prompt_field is None
        return 1 if is_one else expansion.count(self.request.prompt)

    def requests(self) -> list[Request]:
        """One request for each task to be made, with the cast in it."""
        return [request for request, _ in self.with_cast()]

    def with_cast(self) -> list[tuple[Request, tuple[MemberId, ...]]]:
        """Those requests, each with the members that it names."""
        is_one = self.editing is not None
        as_written = [self.request] if is_one else requests_of(self.pair, self.request)
        return [self._with_cast(one) for one in as_written]

    @property
    def first(self) -> Request:
        """The first of them: its price is shown."""
        one = self.request if self.editing is not None else first_of(self.pair, self.request)
        return self._with_cast(one)[0]

    @property
    def for_sheet(self) -> Request:
        """As written, with a backslash before each name that is text: a sheet does not know what is settled."""
        return with_escapes(self.pair, self.request, self.cast, self.settled)

    def _with_cast(self, request: Request) -> tuple[Request, tuple[MemberId, ...]]:
        return cast_request(self.pair, request, self.cast, self.settled)


class KeptInQueue(Struct, frozen=True):
    """The tasks that a cap or the balance blocks: the limit of the first (`held`), their number, those for which the
    balance does not suffice, what is sent now if there are such tasks, and what else would be sent if that cap were
    raised."""

    held: HeldBack
    tasks: int
    unpaid: frozenset[TaskId] = frozenset()
    now: PriceSum | None = None
    freed: PriceSum | None = None


class Button(Struct, frozen=True):
    """State of the send button. `reasons` are sentences that say why it is disabled."""

    text: str
    price: str
    reasons: tuple[str, ...]
    detail: str = ""
    """The price in dollars, and its source."""
    note: str = ""
    """Text next to it: why the last press sent nothing, or which tasks would be queued."""
    raising: str = ""
    """Text of the button that raises the cap, such as "Raise today's cap to 2,600"; empty if no cap blocks."""


def button_of(
    order: Order,
    priced: PriceOf,
    kept: KeptInQueue | None,
    reasons: tuple[str, ...],
    note: str = "",
    *,
    is_another: bool = False,
) -> Button:
    """`kept`: tasks that a cap or the balance blocks. `is_another`: the same was already sent."""
    if order.editing is not None and not order.approves:
        return Button(_("Save changes"), "", reasons, note=note)
    amount, raising = order.amount, ""
    price = priced(first := order.first, None)
    between = open_price(order.pair, first, priced) if price is None else None
    if order.approves:
        return Button(
            ngettext("Approve", "Approve {n}", 1), price_words(price, 1, between), reasons, price_detail(price), note
        )
    text = ngettext("Generate", "Generate {n}", amount)
    if is_run := order.pair.endpoint == WORKFLOW:
        text = ngettext("Run", "Run {n} times", amount)
    if kept is not None:
        text, raising = kept_text(kept, amount), raise_words(kept.held, kept.freed)
        note = note or str(in_turn(_over_words(kept.held, amount), _stays_words(kept, amount)))
        amount = kept.now.amount if kept.now is not None else amount
    elif is_another and not is_run:
        text = ngettext("Generate another", "Generate {n} more", amount)
    # Of what waits for credits, the button asks no price.
    said, detail = price_words(price, amount, between) if amount else "", price_detail(price)
    if is_run and price is None:
        said, detail = said and _("price known at the end"), _("Runway names no price of a run before its end.")
    return Button(text, said, reasons, detail, note, raising)


def kept_text(found: KeptInQueue, amount: int) -> str:
    """Text of the button if some tasks stay queued: "Send 4, queue 2", or "Queue 6"; "Send 4, keep 2" if these wait for
    credits, and with both, "Send 4, queue 1, keep 1"."""
    kept, unpaid = min(found.tasks, amount), len(found.unpaid)
    if unpaid:
        sent, queued = amount - kept, max(0, kept - unpaid)
        if sent and queued:
            return _("Send {sent}, queue {queued}, keep {kept}", sent=sent, queued=queued, kept=unpaid)
        if queued:
            return _("Queue {queued}, keep {kept}", queued=queued, kept=unpaid)
        if sent:
            return _("Send {sent}, keep {kept}", sent=sent, kept=unpaid)
        return npgettext("verb", "Keep for later", "Keep {n} for later", amount)
    if kept < amount:
        return _("Send {sent}, queue {kept}", sent=amount - kept, kept=kept)
    return npgettext("verb", "Queue", "Queue {n}", amount)


def _over_words(held: HeldBack, amount: int) -> str:
    # Translators: a sentence of words such as "58 over today's cap of 2,100".
    return pgettext("sentence", "{words}.", words=over_words(held) if amount == 1 else over_title([held]))


def _stays_words(found: KeptInQueue, amount: int) -> str:
    kept, unpaid = found.tasks, len(found.unpaid)
    if unpaid:
        waits = ngettext(
            "{n} task waits for credits until you release it.",
            "{n} tasks wait for credits until you release them.",
            unpaid,
        )
        capped = ngettext("A cap keeps {n} in the queue.", "A cap keeps {n} in the queue.", kept - unpaid)
        return str(in_turn(waits, capped if kept > unpaid else ""))
    if kept < amount:
        return ngettext(
            "{kept} of {n} task stays in the queue.", "{kept} of {n} tasks stay in the queue.", amount, kept=kept
        )
    return ngettext("It stays in the queue.", "They stay in the queue.", amount)


def too_soon_words(amount: int, *, has_seed: bool = False) -> str:
    """Why a second press right after the first sends nothing. The same seed gives "similar results" (Runway's API
    reference), seldom wanted for a second take."""
    said = ngettext("Just sent. Press again for another take.", "Just sent. Press again for {n} more.", amount)
    return str(in_turn(said, _("The same seed gives a similar result.") if has_seed else ""))


def price_words(price: Price | None, amount: int = 1, between: OpenPrice | None = None) -> str:
    """The button's price: exact, "about", a range, or not known in advance."""
    if price is None:
        if between is None:
            return _("price shown after sending")
        return ngettext("{price}", "{price} each", amount, price=open_words(between))
    return priced(price.credits * amount, price)
