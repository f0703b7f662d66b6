"""Why a held task is not sent: its own hold, a cap, or the state of the lane. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from runway_desktop.domain.caps import Cap, HeldBack, LaneCode, LaneReason, Limit
from runway_desktop.domain.events import CapRaised
from runway_desktop.domain.failures import ReasonCode
from runway_desktop.domain.moments import local_time
from runway_desktop.domain.task import Hold, HoldCode
from runway_desktop.services.money.pricing import PriceSum
from runway_desktop.usecases.words.failures import cause_words

from . import units
from .clients import client_name

_OF_CONNECTION = frozenset(
    {
        ReasonCode.NOT_REACHED,
        ReasonCode.NO_REPLY,
        ReasonCode.BAD_REPLY,
        ReasonCode.KEY_REFUSED,
        ReasonCode.SLOW_DOWN,
        ReasonCode.SERVER_TROUBLE,
    }
)


def is_by_connection(hold: Hold) -> bool:
    """Whether a task is held by an earlier failure of the connection, which may be over."""
    return hold.code is HoldCode.NOT_SENT and hold.cause is not None and hold.cause.code in _OF_CONNECTION


def hold_words(hold: Hold) -> str:
    """Why a task is held, for list and details; empty if it only waits for its turn."""
    match hold.code:
        case HoldCode.ITS_TURN:
            return ""
        case HoldCode.WAITS_FOR_PERSON:
            return "Not counted until released."
        case HoldCode.RESTORED:
            return "Restored from a backup; it may have been sent after the backup was made."
        case HoldCode.COPIED:
            return "This profile's folder seems to have been copied or put back; this may have been sent already."
        case HoldCode.OTHER_KEY:
            return "Queued with another key. Release it to send it with the one in use."
        case HoldCode.APPROVAL:
            return f"Asked for by {asker(hold)}. Approve it to send it."
        case HoldCode.ASK_PERSON:
            why = cause_words(hold.cause) or "The reason is not known to this version."
            return f"Not sent automatically: it may have been sent already. {why}"
        case HoldCode.FILE_CHANGED:
            return f"{_file(hold)} was changed after this was asked for. Edit the task to send it as it is now."
        case HoldCode.FILE_MISSING:
            return f"{_file(hold)} is no longer there. Find it, put it back, or edit the task and choose another."
        case HoldCode.FILE_UNREADABLE:
            said = cause_words(hold.cause)
            return said or f"{_file(hold)} cannot be read. Check it, or edit the task and choose another."
        case HoldCode.FILE_EMPTY:
            return f"{_file(hold)} is empty. Edit the task and choose another file."
        case HoldCode.UPLOAD_FAILED:
            return f"The upload did not work. {cause_words(hold.cause)}".strip()
        case HoldCode.NOT_SENT:
            return cause_words(hold.cause) or "It could not be sent. It is tried again."
        case HoldCode.NOT_PREPARED:
            return (
                "The program made a mistake while preparing this. Send it next to try again; if that fails, copy the "
                "support details."
            )


def hold_short(hold: Hold) -> str:
    """The same in a few words, for the list's narrow column."""
    match hold.code:
        case HoldCode.ITS_TURN:
            return ""
        case HoldCode.WAITS_FOR_PERSON:
            return "until released"
        case HoldCode.RESTORED:
            return "Restored from a backup"
        case HoldCode.COPIED:
            return "Profile was copied"
        case HoldCode.OTHER_KEY:
            return "Queued with another key"
        case HoldCode.APPROVAL:
            return asker(hold)
        case HoldCode.ASK_PERSON:
            return "May have been sent"
        case HoldCode.FILE_CHANGED:
            return "Input file changed"
        case HoldCode.FILE_MISSING:
            return "Input file missing"
        case HoldCode.FILE_UNREADABLE:
            return "Input file unreadable"
        case HoldCode.FILE_EMPTY:
            return "Input file is empty"
        case HoldCode.UPLOAD_FAILED:
            return "Upload failed"
        case HoldCode.NOT_SENT:
            return cause_words(hold.cause) or "Retrying"
        case HoldCode.NOT_PREPARED:
            return "Not prepared"


def asker(hold: Hold) -> str:
    """The client that requested a task which waits for approval."""
    return client_name(hold.client) if hold.client else "another program"


def _file(hold: Hold) -> str:
    return f"“{hold.file}”" if hold.file else "A file"


def lane_words(reason: LaneReason | None) -> str:
    """Why the lane sends nothing, for the list's column; empty if there is no reason."""
    if reason is None:
        return ""
    match reason.code:
        case LaneCode.CLOSING:
            return "Closing"
        case LaneCode.PAUSED:
            return "Paused"
        case LaneCode.NO_ANSWERS:
            return "Paused: no answers"
        case LaneCode.NO_KEY:
            return "No key"
        case LaneCode.KEY_REFUSED:
            return "Key refused"
        case LaneCode.OFFLINE:
            return "Offline"
        case LaneCode.ERROR if reason.retry_at is not None and _is_limited(reason):
            return f"Rate limit until {local_time(reason.retry_at):%H:%M:%S}"
        case LaneCode.ERROR:
            return cause_words(reason.cause) or "Retrying after an error"
        case LaneCode.UNWRITABLE:
            return "Database not writable"
        case LaneCode.UNSETTLED:
            return "Checking the last request"
        case LaneCode.NO_SLOT:
            return f"{reason.amount} of {reason.limit} slots in use"
        case LaneCode.DAY_USED_UP:
            return "Daily limit reached"
        case LaneCode.HELD_BACK:
            return f"{cap_reason(reason.held)}." if reason.held is not None else ""


def _is_limited(reason: LaneReason) -> bool:
    return reason.cause is not None and reason.cause.code is ReasonCode.SLOW_DOWN


def cap_sentence(held: HeldBack) -> str:
    return f"Waiting: {cap_reason(held)}."


def cap_short(held: HeldBack) -> str:
    """A short form for narrow places."""
    match held.limit.cap:
        case Cap.SENDING:
            return "Costs more than a sending may"
        case Cap.BALANCE:
            return "Balance too low"
        case Cap.DAY:
            return "Today's cap is reached"
        case Cap.MONTH:
            return "This month's cap is reached"
        case Cap.PROJECT:
            return "A project's cap is reached"


def cap_reason(held: HeldBack) -> str:
    """The cap or balance that blocks a task, without a full stop."""
    limit, most = held.limit, units.credits_in_words(held.limit.limit)
    before = f"{units.number(limit.coming)} queued before, " if limit.coming else ""
    match limit.cap:
        case Cap.SENDING:
            return f"a single task may cost {most} at most ({_this_one(held)})"
        case Cap.BALANCE:
            return f"the balance is too low ({most} left, {before}{_this_one(held)})"
        case Cap.DAY | Cap.MONTH | Cap.PROJECT:
            state = "is not enough" if limit.coming else "is reached"
            return f"{_limit_words(limit, most)} {state} ({units.number(limit.spent)} spent, {before}{_this_one(held)})"


def over_words(held: HeldBack, *, is_one: bool = True) -> str:
    """Which limit a request would exceed: "58 over today's cap of 2,100". For several tasks without the amount."""
    said = f"over {_limit_words(held.limit)}"
    if is_one and held.over is not None:
        return f"{units.number(round(held.over, 1))} {said}"
    return said[0].upper() + said[1:]


def over_title(reasons: Sequence[HeldBack]) -> str:
    """Header of the group of blocked tasks: "Over today's cap of 2,100"."""
    if len({(held.limit.cap, held.limit.project) for held in reasons}) != 1:
        return "Over a cap"
    limit = reasons[0].limit
    return "Over the balance" if limit.cap is Cap.BALANCE else f"Over {_limit_words(limit)}"


def _limit_words(limit: Limit, most: str = "") -> str:
    """ "today's cap of 2,100"."""
    most = most or units.number(limit.limit)
    match limit.cap:
        case Cap.SENDING:
            return f"the {most} that a single task may cost"
        case Cap.BALANCE:
            return f"the balance of {most}"
        case Cap.DAY:
            return f"today's cap of {most}"
        case Cap.MONTH:
            return f"this month's cap of {most}"
        case Cap.PROJECT:
            return f"the cap of {most} for “{limit.project}”"


def left_words(held: HeldBack) -> str:
    """What is left of the limit: "20 credits left today"."""
    left = units.credits_in_words(max(0.0, held.limit.left))
    match held.limit.cap:
        case Cap.SENDING:
            return f"at most {units.credits_in_words(held.limit.limit)} each"
        case Cap.DAY:
            return f"{left} left today"
        case Cap.MONTH:
            return f"{left} left this month"
        case Cap.PROJECT | Cap.BALANCE:
            return f"{left} left"


def raise_words(held: HeldBack, freed: PriceSum | None = None) -> str:
    """Text of the button that raises the cap, with what would be sent; empty if there is no cap to raise."""
    if held.raised is None:
        return ""
    match held.limit.cap:
        case Cap.SENDING:
            said = f"Allow {units.credits_in_words(held.raised)} a task"
        case Cap.DAY:
            said = f"Raise today's cap to {units.number(held.raised)}"
        case Cap.MONTH:
            said = f"Raise this month's cap to {units.number(held.raised)}"
        case _:
            said = f"Raise the project's cap to {units.number(held.raised)}"
    return f"{said} and send {freed.amount:,} · {cost_words(freed)}" if freed is not None and freed.amount else said


def raised_words(raised: CapRaised) -> str:
    return f"Cap raised. {_whose(raised)} is {units.credits_in_words(raised.after)}."


def lowered_words(raised: CapRaised, *, is_done: bool) -> str:
    """The result of undoing a raise."""
    if is_done:
        return f"Cap lowered. {_whose(raised)} is {units.credits_in_words(raised.before)} again."
    return f"Cap not lowered. {_whose(raised)} was changed since."


def _whose(raised: CapRaised) -> str:
    match raised.cap:
        case Cap.SENDING:
            return "The cap of a single task"
        case Cap.DAY:
            return "Today's cap"
        case Cap.MONTH:
            return "This month's cap"
        case Cap.PROJECT | Cap.BALANCE:
            return f"The cap for “{raised.project}”"


def cost_words(of: PriceSum) -> str:
    """ "about 780 credits"."""
    if of.unknown == of.amount:
        return "price not known"
    said = units.credits_in_words(of.credits)
    return f"at least {said}" if of.unknown or of.at_least else said if of.exact else f"about {said}"


def _this_one(held: HeldBack) -> str:
    if held.price is None:
        return "the price of this one is not known"
    return f"this one is {units.number(held.price)}" if held.exact else f"this one is about {units.number(held.price)}"
