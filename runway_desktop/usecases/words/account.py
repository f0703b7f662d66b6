"""Texts of the account: connection, key, activity, balance and prices. Pure."""

from __future__ import annotations

import re

from runway_desktop.catalog.labels import model_label
from runway_desktop.domain.account import Connectivity, KeySource, KeyStatus, Link, Organization
from runway_desktop.domain.events import DownloadsCounted
from runway_desktop.domain.prices import OpenPrice
from runway_desktop.domain.task import State, Task
from runway_desktop.services.money.pricing import Price, PriceBasis
from runway_desktop.texts import Text, _, in_turn, ngettext, pgettext
from runway_desktop.values import Struct

from . import units
from .states import Tone

KEY_BEGIN = "key_"
KEY_DIGITS = 128


def connection_words(connection: Connectivity, now: float) -> tuple[str, Tone]:
    match connection.link:
        case Link.CONNECTED:
            at = connection.last_answer_at
            asked = _("refreshed {ago}", ago=_age(at, now)) if at else ""
            return " · ".join(filter(None, (_("Connected"), asked))), Tone.GOOD
        case Link.OFFLINE:
            return _with_next_try(_("Offline"), connection, now), Tone.WARN
        case Link.TROUBLED:
            said = str(connection.message) or _("Runway is having trouble.")
            return _with_next_try(said, connection, now), Tone.WARN
        case Link.NO_KEY:
            return _("No key"), Tone.WARN
        case Link.KEY_REFUSED:
            return _with_next_try(_("Runway didn't accept the key"), connection, now), Tone.BAD
        case Link.IDLE:
            return _("Not connected yet"), Tone.PLAIN


def _age(at: float, now: float) -> str:
    """In steps of ten seconds: a minute of "just now" would hide that a server does not answer, and a text that changes
    each second is painted each second."""
    seconds = max(0, int(now - at)) // 10 * 10
    return _("{n} s ago", n=seconds) if 0 < seconds < 60 else units.ago(at, now)


def _with_next_try(said: str, connection: Connectivity, now: float) -> str:
    if connection.next_try_at is None or connection.next_try_at <= now:
        return said
    return " · ".join((said, _("next try in {n} s", n=round(connection.next_try_at - now))))


def key_words(key: KeyStatus) -> str:
    """The key in use, for the profile's button."""
    match key.source:
        case KeySource.DEMO:
            return _("Demo")
        case KeySource.NONE:
            return _("No key")
        case _:
            return _("Key …{ending}", ending=key.ending) if key.ending else _("Key")


def key_source_words(key: KeyStatus) -> str:
    """Where the key is kept."""
    match key.source:
        case KeySource.DEMO:
            return _("A demo: Runway is simulated on this computer. Nothing is charged.")
        case KeySource.KEYCHAIN:
            return _("The key is kept in {keychain}.", keychain=key.store_name)
        case KeySource.MEMORY:
            return str(key.problem) or _("The key is kept for this session only.")
        case KeySource.ENVIRONMENT:
            return _("The key comes from {variable}.", variable="RUNWAYML_API_SECRET")
        case KeySource.NONE:
            return str(key.problem) or _("There is no key yet.")


def balance_words(organization: Organization | None, spent_since: float = 0.0) -> str:
    """The balance as Runway reported it, or an approximate one if credits were spent since."""
    if organization is None:
        return _("– credits")
    if spent_since <= 0:
        return units.credits_in_words(organization.balance)
    return units.about_credits(max(0, round(organization.balance - spent_since)), exact=False)


def balance_detail(organization: Organization | None, spent_since: float, now: float) -> str:
    """How old the balance is, and how an approximate one is computed; empty if it is not known."""
    if organization is None:
        return ""
    balance, age = units.credits_in_words(organization.balance), units.ago(organization.asked_at, now)
    if spent_since <= 0:
        return _("Runway reported {balance} {age}.", balance=balance, age=age)
    spent = units.credits_in_words(round(spent_since))
    return _("Runway reported {balance} {age}; about {spent} spent since.", balance=balance, age=age, spent=spent)


def left_today_words(organization: Organization | None, model: str) -> str:
    """What remains of a model's daily limit; empty if unknown."""
    left = organization.left_today(model) if organization is not None else None
    if left is None:
        return ""
    return ngettext(
        "{n} generation left today for {model}",
        "{n} generations left today for {model}",
        left,
        model=model_label(model),
    )


def waiting_words(amount: int, until_sent: tuple[float, float] | None) -> str:
    """Number of tasks not sent yet, and the range of seconds until all are sent; empty if there are none."""
    if not amount:
        return ""
    about = _("about {time}", time=units.span(*until_sent)) if until_sent is not None else ""
    return " · ".join(filter(None, (ngettext("{n} queued", "{n} queued", amount), about)))


class Going(Struct, frozen=True):
    """Summary of the running work."""

    text: str = ""
    """In a few words: "Sending 2 · Saving 3"."""
    figure: str = ""
    """Transfer rate: "48 MB/s"."""
    is_sending: bool = False
    lines: tuple[tuple[str, str], ...] = ()
    """In full, one line for each activity, with its figure."""
    at_runway: str = ""
    """What Runway is working on."""


NO_GOING = Going()
NOTHING_GOES_ON = Text("No activity")


def going_words(sending: int, downloads: DownloadsCounted, link: Link, moving: str = "", live: int = 0) -> Going:
    """`moving` is the text of a library move; empty if there is none. `live`: number of tasks at Runway."""
    at_runway = ngettext("Generating {n} task", "Generating {n} tasks", live) if live else ""
    running, waiting = downloads.running, downloads.waiting
    figure = units.speed(downloads.speed) if running and downloads.speed else ""
    waits = Text("{n} result waiting to be saved", "{n} results waiting to be saved")
    if link is Link.OFFLINE:
        waits = Text("{n} result waiting for the connection", "{n} results waiting for the connection")
    lines = [
        (ngettext("Sending {n} task", "Sending {n} tasks", sending), "") if sending else None,
        (ngettext("Saving {n} result", "Saving {n} results", running), figure) if running else None,
        (str(waits.of(waiting)), "") if waiting else None,
        (moving, "") if moving else None,
        (at_runway, "") if at_runway else None,
    ]
    parts = [
        ngettext("Sending {n}", "Sending {n}", sending) if sending else "",
        ngettext("Saving {n}", "Saving {n}", running) if running else "",
        ngettext("{n} to save", "{n} to save", waiting) if waiting and not running else "",
        moving,
    ]
    text = " · ".join(filter(None, parts))
    return Going(text, figure, sending > 0, tuple(line for line in lines if line is not None), at_runway)


def today_words(spent: float, cap: float | None) -> str:
    """ "Today 640 of 1,500 credits"; without a cap "Today 640 credits"; empty without both."""
    spent = round(spent, 1)
    if cap is not None:
        return _("Today {spent} of {cap}", spent=units.number(spent), cap=units.credits_in_words(cap))
    return _("Today {credits}", credits=units.credits_in_words(spent)) if spent else ""


def month_words(spent: float, cap: float | None) -> str:
    """Usage of the month's cap: "This month 640 of 20,000 credits"; empty without one."""
    if cap is None:
        return ""
    return _("This month {spent} of {cap}", spent=units.number(round(spent, 1)), cap=units.credits_in_words(cap))


def priced(credits: float, *prices: Price) -> str:
    """A sum of these prices: "60 credits", "about 60 credits", "at least 60 credits"."""
    exact, at_least = all(price.exact for price in prices), any(price.at_least for price in prices)
    at_most = any(price.at_most for price in prices)
    return units.about_credits(credits, exact=exact, at_least=at_least, at_most=at_most)


def open_words(found: OpenPrice) -> str:
    """ "about 160 to 320 credits", "about 40 credits a second"."""
    least, most, is_slow = found.least, found.most, found.a_second and found.most < 1
    if is_slow:
        least, most = 60 * least, 60 * most
    low, high, is_range = units.number(least), units.credits_in_words(most), least < most
    if is_slow:
        if is_range:
            return _("about {low} to {high} a minute", low=low, high=high)
        return _("about {credits} a minute", credits=high)
    if found.a_second:
        if is_range:
            return _("about {low} to {high} a second", low=low, high=high)
        return _("about {credits} a second", credits=high)
    return _("about {low} to {high}", low=low, high=high) if is_range else _("about {credits}", credits=high)


def price_detail(price: Price | None) -> str:
    """A price in dollars with its source, as in "$0.60. Runway's estimate for a request like this."."""
    if price is None:
        return _("Runway hasn't estimated a request like this yet.")
    dollars = units.dollars(price.credits)
    if price.at_least:
        said = _("At least {dollars}.", dollars=dollars)
    elif price.at_most:
        said = _("Up to {dollars}.", dollars=dollars)
    elif price.exact:
        said = pgettext("sentence", "{words}.", words=dollars)
    else:
        said = _("About {dollars}.", dollars=dollars)
    return str(in_turn(said, price_source(price)))


def price_source(price: Price) -> str:
    match price.basis:
        case PriceBasis.UNKNOWN:
            return ""
        case PriceBasis.ESTIMATED:
            return _("Runway's estimate for a request like this.")
        case PriceBasis.ESTIMATED_ALIKE:
            return _("Runway's estimate for the last request like this.")
        case PriceBasis.WORKED_OUT:
            return _("Calculated from Runway's estimates for this model.")
        case PriceBasis.EARLIER_RUNS:
            return _("From its earlier runs. Runway names no price before the end.")
        case PriceBasis.CEILING:
            return _("The most that the router allows.")
        case PriceBasis.PUBLISHED:
            return str(_PUBLISHED[price.reports].with_(sources="; ".join(price.sources)))


def cost_in_words(task: Task) -> str:
    """The actual cost compared with the estimate, with the reason for a difference; empty while there is no cost."""
    actual, estimate = task.cost_credits, task.estimated_credits
    if actual is None:
        return ""
    credits = units.credits_in_words(actual)
    said = credits if estimate in (None, actual) else _compared(task, credits, actual, estimate or 0.0)
    return " · ".join((said, units.dollars(actual)))


def _compared(task: Task, credits: str, actual: float, estimate: float) -> str:
    estimated = units.number(estimate)
    match task.state:
        case State.FAILED if actual == 0:
            return _("{credits} ({estimated} refunded)", credits=credits, estimated=estimated)
        case State.FAILED if task.failure is not None and task.failure.is_moderation:
            return _("{credits} (refused by moderation, not refunded)", credits=credits)
        case State.FAILED:
            return _("{credits} of {estimated} (failed midway)", credits=credits, estimated=estimated)
        case State.CANCELLED if actual == 0:
            return _("{credits} (canceled in time, {estimated} not charged)", credits=credits, estimated=estimated)
        case State.CANCELLED:
            return _("{credits} of {estimated} (canceled midway)", credits=credits, estimated=estimated)
        case _ if actual < estimate:
            return _("{credits} (estimated at most {estimated})", credits=credits, estimated=estimated)
        case _:
            return _(
                "{credits} (estimated {estimated}; ask Runway's support why)", credits=credits, estimated=estimated
            )


_PUBLISHED = (
    Text("Published: {sources}."),
    Text("Reported by a third party: {sources}."),
    Text("Reported by two third parties: {sources}."),
)


def cleaned_key(text: str) -> str:
    """The key without blanks, line ends and quotation marks added by copying."""
    return "".join(text.split()).strip("\"'“”`")


def key_problem(text: str) -> str:
    """Why a key has an invalid form, as a sentence; empty for a valid or empty text, or the beginning of a key."""
    if not text or re.fullmatch(rf"{KEY_BEGIN}[0-9a-f]{{{KEY_DIGITS}}}", text):
        return ""
    if not text.startswith(KEY_BEGIN):
        if KEY_BEGIN.startswith(text):
            return ""
        return _("A key begins with {begin}. This is something else.", begin=KEY_BEGIN)
    digits = text.removeprefix(KEY_BEGIN)
    if not re.fullmatch(r"[0-9a-f]*", digits):
        return _("After {begin} a key has only the digits 0–9 and the letters a–f.", begin=KEY_BEGIN)
    if len(digits) < KEY_DIGITS:
        said = Text("A key has {all} digits after {begin}; this one has {n}. Part of it may be missing.")
    else:
        said = Text("A key has {all} digits after {begin}; this one has {n}. It may have been pasted twice.")
    return str(said.with_(all=KEY_DIGITS, begin=KEY_BEGIN, n=len(digits)))
