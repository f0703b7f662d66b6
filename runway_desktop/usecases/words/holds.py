"""Why a held task is not sent: its own hold, a cap, or the state of the lane. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from runway_desktop.domain.caps import Cap, HeldBack, Kept, LaneCode, LaneReason, Limit
from runway_desktop.domain.events import CapRaised
from runway_desktop.domain.failures import ReasonCode
from runway_desktop.domain.prices import PriceSum
from runway_desktop.domain.task import Hold, HoldCode
from runway_desktop.texts import Text, _, in_turn
from runway_desktop.usecases.words.failures import cause_words
from runway_desktop.values import Struct

from . import units
from .clients import client_name

_WORDS: Mapping[HoldCode, Text] = {
    HoldCode.ITS_TURN: Text(""),
    HoldCode.REFUSED: Text(""),
    HoldCode.EXPIRED: Text(""),
    HoldCode.WAITS_FOR_PERSON: Text("Held until you release it."),
    HoldCode.RESTORED: Text("Restored from a backup. It may have been sent after the backup was made."),
    HoldCode.COPIED: Text("This profile's folder was copied or put back, so this may have been sent already."),
    HoldCode.OTHER_KEY: Text(
        "Queued with another key. It is sent when that key is back; release it to send it with the current one."
    ),
    HoldCode.APPROVAL: Text("Requested by {program}. Approve it to send it."),
    HoldCode.ROUTER_GONE: Text("Its router no longer exists at Runway. Edit it to choose another model."),
    HoldCode.CREDITS: Text("The balance didn't cover it when it was ordered. Release it to send it."),
    HoldCode.NO_COST: Text(
        "The last run of this version ended without telling its cost. Release it to run it at an unknown price."
    ),
    HoldCode.WHEN_CREDITS: Text("Sent as soon as the balance covers it."),
    HoldCode.NOT_PREPARED: Text(
        "This task could not be prepared. Try “Send next”; if that fails, copy the support details."
    ),
    HoldCode.FILE_CHANGED: Text("An input file has changed since. Edit the task to send it with the new version."),
    HoldCode.FILE_MISSING: Text("An input file is missing. Find it, put it back, or edit the task and choose another."),
    HoldCode.FILE_UNREADABLE: Text("An input file can't be read. Check it, or edit the task and choose another."),
    HoldCode.FILE_EMPTY: Text("An input file is empty. Edit the task and choose another file."),
}
_NAMED: Mapping[HoldCode, Text] = {
    HoldCode.FILE_CHANGED: Text("“{file}” has changed since. Edit the task to send it with the new version."),
    HoldCode.FILE_MISSING: Text("“{file}” is missing. Find it, put it back, or edit the task and choose another."),
    HoldCode.FILE_UNREADABLE: Text("“{file}” can't be read. Check it, or edit the task and choose another."),
    HoldCode.FILE_EMPTY: Text("“{file}” is empty. Edit the task and choose another file."),
}
"""Where the name of the file is known."""
_SHORT: Mapping[HoldCode, Text] = {
    HoldCode.ITS_TURN: Text(""),
    HoldCode.WAITS_FOR_PERSON: Text("until released"),
    HoldCode.RESTORED: Text("Restored from a backup"),
    HoldCode.COPIED: Text("Profile was copied"),
    HoldCode.OTHER_KEY: Text("Queued with another key"),
    HoldCode.ROUTER_GONE: Text("Router no longer exists"),
    HoldCode.CREDITS: Text("Waits for credits"),
    HoldCode.NO_COST: Text("Price still unknown"),
    HoldCode.WHEN_CREDITS: Text("When the balance allows"),
    HoldCode.ASK_PERSON: Text("May have been sent"),
    HoldCode.UPLOAD_FAILED: Text("Upload failed"),
    HoldCode.NOT_PREPARED: Text("Not prepared"),
    HoldCode.FILE_CHANGED: Text("Input file changed"),
    HoldCode.FILE_MISSING: Text("Input file missing"),
    HoldCode.FILE_UNREADABLE: Text("Input file unreadable"),
    HoldCode.FILE_EMPTY: Text("Input file is empty"),
}


def hold_words(hold: Hold) -> str:
    """Why a task is held, for the details; empty if it only waits for its turn, or is not held any more."""
    match hold.code:
        case HoldCode.ASK_PERSON:
            why = cause_words(hold.cause) or _("The reason is not known to this version.")
            return str(in_turn(_("Not sent automatically, because it may have been sent already."), why))
        case HoldCode.UPLOAD_FAILED:
            return str(in_turn(_("The upload failed."), cause_words(hold.cause)))
        case HoldCode.NOT_SENT:
            return cause_words(hold.cause) or _("It could not be sent. Retrying automatically.")
        case HoldCode.FILE_UNREADABLE if said := cause_words(hold.cause):
            return said
        case code if hold.file and code in _NAMED:
            return str(_NAMED[code].with_(file=hold.file))
        case code:
            return str(_WORDS[code].with_(program=asker(hold)))


def kept_words(kept: Kept) -> str:
    """What keeps a queued task, in a sentence or a few words; empty if it is just its turn. Retried by itself, it says
    what keeps it now: the connection may be back."""
    if kept.is_by_hold:
        return hold_words(kept.hold)
    return lane_words(kept.lane) or (_("Retrying") if kept.hold.is_by_connection else "")


def hold_short(hold: Hold) -> str:
    """The same in a few words, for the list's narrow column."""
    match hold.code:
        case HoldCode.APPROVAL | HoldCode.REFUSED | HoldCode.EXPIRED:
            return asker(hold)
        case HoldCode.NOT_SENT:
            return cause_words(hold.cause) or _("Retrying")
        case code:
            return str(_SHORT[code])


def asker(hold: Hold) -> str:
    """The client that requested a task which waits for approval."""
    return client_name(hold.client) if hold.client else _("Another program")


_LANE: Mapping[LaneCode, Text] = {
    LaneCode.CLOSING: Text("Closing"),
    LaneCode.PAUSED: Text("Paused"),
    LaneCode.LOCKED: Text("Paused"),
    LaneCode.NO_ANSWERS: Text("Paused: no answers"),
    LaneCode.NO_KEY: Text("No key"),
    LaneCode.KEY_REFUSED: Text("Key refused"),
    LaneCode.OFFLINE: Text("Offline"),
    LaneCode.UNWRITABLE: Text("Database not writable"),
    LaneCode.UNSETTLED: Text("Checking the last request"),
    LaneCode.NO_SLOT: Text("{used} of {limit} slots in use"),
    LaneCode.DAY_USED_UP: Text("Daily limit reached"),
    LaneCode.FIRST_COST: Text("Waits for the first cost"),
}


def lane_words(reason: LaneReason | None) -> str:
    """Why the lane sends nothing, for the list's column; empty if there is no reason."""
    if reason is None:
        return ""
    match reason.code:
        case LaneCode.ERROR if reason.retry_at is not None and _is_limited(reason):
            # Translators: at this time sending is tried again. At most 25 letters, as everything in the status column.
            return _("Rate limit until {time}", time=units.exact_time(reason.retry_at))
        case LaneCode.ERROR:
            return cause_words(reason.cause) or _("Retrying after an error")
        case LaneCode.HELD_BACK:
            return cap_sentence(reason.held) if reason.held is not None else ""
        case code:
            return str(_LANE[code].with_(used=reason.amount, limit=reason.limit))


def _is_limited(reason: LaneReason) -> bool:
    return reason.cause is not None and reason.cause.code is ReasonCode.SLOW_DOWN


class _CapWords(Struct, frozen=True, kw_only=True):
    """What is said of a cap. Only the person's own can be raised."""

    short: Text
    reached: Text
    too_low: Text
    """What is queued before would use it up."""
    over: Text
    over_by: Text
    left: Text
    raises: Text = Text("")
    raises_and_sends: Text = Text("")
    raised: Text = Text("")
    lowered: Text = Text("")


_CAPS: Mapping[Cap, _CapWords] = {
    Cap.SENDING: _CapWords(
        short=Text("Over the task cap"),
        reached=Text("Over the cap of {most} for a single task"),
        too_low=Text("Over the cap of {most} for a single task"),
        over=Text("Over the cap of {most} for a single task"),
        over_by=Text("{over} over the cap of {most} for a single task"),
        left=Text("at most {credits} each"),
        raises=Text("Raise the task cap to {cap}"),
        raises_and_sends=Text("Raise the task cap to {cap} and send {n}"),
        raised=Text("Task cap raised to {credits}."),
        lowered=Text("Task cap is {credits} again."),
    ),
    Cap.BALANCE: _CapWords(
        short=Text("Balance too low"),
        reached=Text("Balance too low: {left} left"),
        too_low=Text("Balance too low: {left} left, {coming} queued before"),
        over=Text("Over the balance of {most}"),
        over_by=Text("{over} over the balance of {most}"),
        left=Text("{credits} left"),
    ),
    Cap.DAY: _CapWords(
        short=Text("Daily cap reached"),
        reached=Text("Daily cap reached: {spent} of {most} spent"),
        too_low=Text("Daily cap too low: {spent} of {most} spent, {coming} queued before"),
        over=Text("Over today's cap of {most}"),
        over_by=Text("{over} over today's cap of {most}"),
        left=Text("{credits} left today"),
        raises=Text("Raise today's cap to {cap}"),
        raises_and_sends=Text("Raise today's cap to {cap} and send {n}"),
        raised=Text("Today's cap raised to {credits}."),
        lowered=Text("Today's cap is {credits} again."),
    ),
    Cap.MONTH: _CapWords(
        short=Text("Monthly cap reached"),
        reached=Text("Monthly cap reached: {spent} of {most} spent"),
        too_low=Text("Monthly cap too low: {spent} of {most} spent, {coming} queued before"),
        over=Text("Over this month's cap of {most}"),
        over_by=Text("{over} over this month's cap of {most}"),
        left=Text("{credits} left this month"),
        raises=Text("Raise this month's cap to {cap}"),
        raises_and_sends=Text("Raise this month's cap to {cap} and send {n}"),
        raised=Text("This month's cap raised to {credits}."),
        lowered=Text("This month's cap is {credits} again."),
    ),
    Cap.PROJECT: _CapWords(
        short=Text("Project cap reached"),
        reached=Text("Cap of “{project}” reached: {spent} of {most} spent"),
        too_low=Text("Cap of “{project}” too low: {spent} of {most} spent, {coming} queued before"),
        over=Text("Over the cap of {most} for “{project}”"),
        over_by=Text("{over} over the cap of {most} for “{project}”"),
        left=Text("{credits} left"),
        raises=Text("Raise the project's cap to {cap}"),
        raises_and_sends=Text("Raise the project's cap to {cap} and send {n}"),
        raised=Text("Cap of “{project}” raised to {credits}."),
        lowered=Text("Cap of “{project}” is {credits} again."),
    ),
}


def cap_short(held: HeldBack) -> str:
    """A short form for narrow places."""
    return str(_CAPS[held.limit.cap].short)


def cap_sentence(held: HeldBack) -> str:
    """The cap or balance that blocks a task: "Daily cap reached: 780 of 800 spent; the next task costs 60."."""
    reached = _reached(held.limit)
    if held.price is None:
        return _("{reached}; the price of the next task is not known.", reached=reached)
    price = units.number(held.price)
    if held.exact:
        # Translators: {reached} is a phrase such as "Daily cap reached: 780 of 800 spent".
        return _("{reached}; the next task costs {price}.", reached=reached, price=price)
    return _("{reached}; the next task costs about {price}.", reached=reached, price=price)


def _reached(limit: Limit) -> str:
    spent, most, coming = units.number(limit.spent), units.number(limit.limit), units.number(limit.coming)
    words = _CAPS[limit.cap]
    said = words.too_low if limit.coming else words.reached
    return str(said.with_(spent=spent, most=most, left=most, coming=coming, project=limit.project))


def over_words(held: HeldBack) -> str:
    """By how much a request exceeds which limit: "58 over today's cap of 2,100"."""
    limit = held.limit
    if held.over is None:
        return _over(limit)
    over, most = units.number(round(held.over, 1)), units.number(limit.limit)
    return str(_CAPS[limit.cap].over_by.with_(over=over, most=most, project=limit.project))


def over_title(reasons: Sequence[HeldBack]) -> str:
    """Which limit tasks exceed: "Over today's cap of 2,100"."""
    limits = {(held.limit.cap, held.limit.project) for held in reasons}
    if len(limits) != 1:
        return _("Over a cap or the balance") if (Cap.BALANCE, "") in limits else _("Over a cap")
    limit = reasons[0].limit
    return _("Over the balance") if limit.cap is Cap.BALANCE else _over(limit)


def _over(limit: Limit) -> str:
    return str(_CAPS[limit.cap].over.with_(most=units.number(limit.limit), project=limit.project))


def left_words(held: HeldBack) -> str:
    """What is left of the limit: "20 credits left today"."""
    limit = held.limit
    left = limit.limit if limit.cap is Cap.SENDING else max(0.0, limit.left)
    return str(_CAPS[limit.cap].left.with_(credits=units.credits_in_words(left)))


def raise_words(held: HeldBack, freed: PriceSum | None = None) -> str:
    """Text of the button that raises the cap, with what would be sent; empty if there is no cap to raise."""
    if held.raised is None:
        return ""
    words, cap = _CAPS[held.limit.cap], units.number(held.raised)
    if freed is None or not freed.amount:
        return str(words.raises.with_(cap=cap))
    return f"{words.raises_and_sends.with_(cap=cap, n=freed.amount)} · {cost_words(freed)}"


def raised_words(raised: CapRaised) -> str:
    credits = units.credits_in_words(raised.after)
    return str(_CAPS[raised.cap].raised.with_(credits=credits, project=raised.project))


def raised_short(raised: CapRaised) -> str:
    """The same for the pill: which cap it was is known to who raised it."""
    return _("Cap raised to {n}", n=raised.after)


def lowered_words(raised: CapRaised, *, is_done: bool) -> str:
    """The result of undoing a raise."""
    if not is_done:
        return _("Cap not lowered: it was changed since.")
    credits = units.credits_in_words(raised.before)
    return str(_CAPS[raised.cap].lowered.with_(credits=credits, project=raised.project))


def cost_words(of: PriceSum) -> str:
    """ "about 780 credits"."""
    if of.unknown == of.amount:
        return _("price not known")
    return units.about_credits(of.credits, exact=of.exact, at_least=bool(of.unknown) or of.at_least, at_most=of.at_most)
