"""Texts of the account: connection, key, activity, balance and prices. Pure."""

from __future__ import annotations

import re

from runway_desktop.catalog.labels import model_label
from runway_desktop.domain.account import Connectivity, KeySource, KeyStatus, Link, Organization
from runway_desktop.domain.events import DownloadsCounted
from runway_desktop.domain.task import State, Task
from runway_desktop.services.money.pricing import OpenPrice, Price, PriceBasis
from runway_desktop.values import Struct

from . import units
from .states import Tone

KEY_BEGIN = "key_"
KEY_DIGITS = 128


def connection_words(connection: Connectivity, now: float) -> tuple[str, Tone]:
    match connection.link:
        case Link.CONNECTED:
            asked = f" · refreshed {units.ago(connection.last_answer_at, now)}" if connection.last_answer_at else ""
            return f"Connected{asked}", Tone.GOOD
        case Link.OFFLINE:
            return f"Offline{_next_try(connection, now)}", Tone.WARN
        case Link.TROUBLED:
            said = connection.message or "Runway is having trouble."
            return f"{said}{_next_try(connection, now)}", Tone.WARN
        case Link.NO_KEY:
            return "No key", Tone.WARN
        case Link.KEY_REFUSED:
            return f"Runway did not accept the key{_next_try(connection, now)}", Tone.BAD
        case Link.IDLE:
            return "Not connected yet", Tone.PLAIN


def _next_try(connection: Connectivity, now: float) -> str:
    if connection.next_try_at is None or connection.next_try_at <= now:
        return ""
    return f" · next try in {connection.next_try_at - now:.0f} s"


def key_words(key: KeyStatus) -> str:
    """The key in use, for the profile's button."""
    match key.source:
        case KeySource.DEMO:
            return "Demo"
        case KeySource.NONE:
            return "No key"
        case _:
            return f"Key …{key.ending}" if key.ending else "Key"


def key_source_words(key: KeyStatus) -> str:
    """Where the key is kept."""
    match key.source:
        case KeySource.DEMO:
            return "The demo: a simulated Runway on this computer. Nothing is charged."
        case KeySource.KEYCHAIN:
            return f"The key is kept in {key.store_name}."
        case KeySource.MEMORY:
            return str(key.problem) or "The key is kept for this session only."
        case KeySource.ENVIRONMENT:
            return "The key comes from RUNWAYML_API_SECRET."
        case KeySource.NONE:
            return str(key.problem) or "There is no key yet."


def balance_words(organization: Organization | None, spent_since: float = 0.0) -> str:
    """The balance as Runway reported it, or an approximate one if credits were spent since."""
    if organization is None:
        return f"{units.DASH} credits"
    if spent_since <= 0:
        return units.credits_in_words(organization.balance)
    return f"about {units.credits_in_words(max(0, round(organization.balance - spent_since)))}"


def balance_detail(organization: Organization | None, spent_since: float) -> str:
    """How an approximate balance is computed; empty if it is Runway's own figure."""
    if organization is None or spent_since <= 0:
        return ""
    said = units.credits_in_words(organization.balance)
    return f"Runway said {said}; about {units.credits_in_words(round(spent_since))} were spent since."


def left_today_words(organization: Organization | None, model: str) -> str:
    """What remains of a model's daily limit; empty if unknown."""
    left = organization.left_today(model) if organization is not None else None
    return f"{units.count(left, 'generation')} left today for {model_label(model)}" if left is not None else ""


def waiting_words(amount: int, until_sent: tuple[float, float] | None) -> str:
    """Number of tasks not sent yet, and the range of seconds until all are sent; empty if there are none."""
    if not amount:
        return ""
    about = f" · about {units.span(*until_sent)}" if until_sent is not None else ""
    return f"{amount:,} queued{about}"


class Going(Struct, frozen=True):
    """What the program is doing."""

    text: str = ""
    """In a few words: "Sending 2 · saving 3"."""
    figure: str = ""
    """Transfer rate: "48 MB/s"."""
    is_sending: bool = False
    lines: tuple[tuple[str, str], ...] = ()
    """In full, one line for each activity, with its figure."""
    at_runway: str = ""
    """What Runway is working on."""


NO_GOING = Going()
NOTHING_GOES_ON = "No activity"


def going_words(sending: int, downloads: DownloadsCounted, link: Link, moving: str = "", live: int = 0) -> Going:
    """`moving` is the text of a library move; empty if there is none. `live`: number of tasks at Runway."""
    at_runway = f"Generating {units.count(live, 'task')}" if live else ""
    running, waiting = downloads.running, downloads.waiting
    figure = units.speed(downloads.speed) if running and downloads.speed else ""
    until = "until Runway can be reached" if link is Link.OFFLINE else "to be saved"
    lines = [
        (f"Sending {units.count(sending, 'task')}", "") if sending else None,
        (f"Saving {units.count(running, 'result')}", figure) if running else None,
        (f"{units.count(waiting, 'result waits', 'results wait')} {until}", "") if waiting else None,
        (moving, "") if moving else None,
        (at_runway, "") if at_runway else None,
    ]
    parts = [
        f"Sending {sending:,}" if sending else "",
        f"Saving {running:,}" if running else "",
        f"{waiting:,} to be saved" if waiting and not running else "",
        moving,
    ]
    said = [part for part in parts if part]
    text = " · ".join([*said[:1], *(f"{part[0].lower()}{part[1:]}" for part in said[1:])])
    return Going(text, figure, sending > 0, tuple(line for line in lines if line is not None), at_runway)


def today_words(spent: float, cap: float | None) -> str:
    """ "Today 640 of 1,500 credits"; without a cap "Today 640 credits"; empty without both."""
    if cap is not None:
        return cap_words("Today", spent, cap)
    return f"Today {units.credits_in_words(round(spent, 1))}" if spent else ""


def cap_words(period: str, spent: float, cap: float | None) -> str:
    """Usage of a cap: "This month 640 of 20,000 credits"; empty without one."""
    return f"{period} {units.number(round(spent, 1))} of {units.credits_in_words(cap)}" if cap is not None else ""


def about(*prices: Price) -> str:
    """Prefix for the sum of these prices: nothing if exact, else "about " or "at least "."""
    if any(price.at_least for price in prices):
        return "at least "
    return "" if all(price.exact for price in prices) else "about "


def open_words(found: OpenPrice) -> str:
    """ "about 160 to 320 credits", "about 40 credits a second"."""
    least, most, unit = found.least, found.most, " a second" if found.a_second else ""
    if found.a_second and most < 1:
        least, most, unit = 60 * least, 60 * most, " a minute"
    said = f"{units.number(least)} to " if least < most else ""
    return f"about {said}{units.credits_in_words(most)}{unit}"


def price_detail(price: Price | None) -> str:
    """A price in dollars with its source, as in "$0.60. What Runway estimated for a request like this."."""
    if price is None:
        return "Runway has not estimated a request like this yet."
    return f"{about(price).capitalize()}{units.dollars(price.credits)}. {price_source(price)}".strip()


def price_source(price: Price) -> str:
    """The source of a price; empty if unknown."""
    match price.basis:
        case PriceBasis.UNKNOWN:
            return ""
        case PriceBasis.ESTIMATED:
            return "What Runway estimated for a request like this."
        case PriceBasis.ESTIMATED_ALIKE:
            return "What Runway estimated for the last one like it."
        case PriceBasis.WORKED_OUT:
            return "Worked out from what Runway estimated for others of this model."
        case PriceBasis.PUBLISHED:
            who = ("Published", "Reported by a third party", "Reported by two third parties")[price.reports]
            return f"{who}: {'; '.join(price.sources)}."


def cost_in_words(task: Task) -> str:
    """The actual cost compared with the estimate, with the reason for a difference; empty while there is no cost."""
    actual, estimate = task.cost_credits, task.estimated_credits
    if actual is None:
        return ""
    said = units.credits_in_words(actual)
    if estimate is not None:
        why = f": {_difference(task, actual, estimate)}" if estimate != actual else ""
        said += f" (estimated {units.number(estimate)}{why})"
    return f"{said} · {units.dollars(actual)}"


def _difference(task: Task, actual: float, estimate: float) -> str:
    match task.state:
        case State.FAILED if actual == 0:
            return "given back, because it failed"
        case State.FAILED if task.failure is not None and task.failure.is_moderation:
            return "charged all the same, because moderation refused it"
        case State.FAILED:
            return "charged for what was made before it failed"
        case State.CANCELLED if actual == 0:
            return "nothing charged, because it was canceled in time"
        case State.CANCELLED:
            return "charged for what was made before it was canceled"
        case _ if actual < estimate:
            return "an estimate is the most that a task may cost"
        case _:
            return "more than estimated; Runway's support can say why"


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
        return f"A key begins with {KEY_BEGIN}. This is something else."
    digits = text.removeprefix(KEY_BEGIN)
    if not re.fullmatch(r"[0-9a-f]*", digits):
        return f"After {KEY_BEGIN} a key has only the digits 0–9 and the small letters a–f."
    if len(digits) < KEY_DIGITS:
        return f"A key has {KEY_DIGITS} digits after {KEY_BEGIN}; here are {len(digits)}. Part of it may be missing."
    return f"A key has {KEY_DIGITS} digits after {KEY_BEGIN}; here are {len(digits)}. It may have been pasted twice."
