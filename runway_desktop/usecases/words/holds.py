"""Why a held task is not sent: its own hold, a cap, or the state of the lane. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from runway_desktop.domain.caps import Cap, HeldBack, LaneCode, LaneReason, Limit
from runway_desktop.domain.events import CapRaised
from runway_desktop.domain.failures import ReasonCode
from runway_desktop.domain.task import Hold, HoldCode
from runway_desktop.services.money.pricing import PriceSum
from runway_desktop.texts import _, in_turn
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
    """Why a task is held, for the details; empty if it only waits for its turn, or is not held any more."""
    match hold.code:
        case HoldCode.ITS_TURN | HoldCode.REFUSED | HoldCode.EXPIRED:
            return ""
        case HoldCode.WAITS_FOR_PERSON:
            return _("Held until you release it.")
        case HoldCode.RESTORED:
            return _("Restored from a backup. It may have been sent after the backup was made.")
        case HoldCode.COPIED:
            return _("This profile's folder was copied or put back, so this may have been sent already.")
        case HoldCode.OTHER_KEY:
            return _(
                "Queued with another key. It is sent when that key is back; release it to send it with the current one."
            )
        case HoldCode.APPROVAL:
            return _("Requested by {program}. Approve it to send it.", program=asker(hold))
        case HoldCode.CREDITS | HoldCode.WHEN_CREDITS:
            is_agreed = hold.code is HoldCode.WHEN_CREDITS
            released = _("The balance didn't cover it when it was ordered. Release it to send it.")
            return _("Sent as soon as the balance covers it.") if is_agreed else released
        case HoldCode.ASK_PERSON:
            why = cause_words(hold.cause) or _("The reason is not known to this version.")
            return str(in_turn(_("Not sent automatically, because it may have been sent already."), why))
        case HoldCode.UPLOAD_FAILED:
            return str(in_turn(_("The upload failed."), cause_words(hold.cause)))
        case HoldCode.NOT_SENT:
            return cause_words(hold.cause) or _("It could not be sent. Retrying automatically.")
        case HoldCode.NOT_PREPARED:
            return _("This task could not be prepared. Try “Send next”; if that fails, copy the support details.")
        case HoldCode.FILE_UNREADABLE if said := cause_words(hold.cause):
            return said
        case _ if hold.file:
            return _named_file_words(hold)
        case _:
            return _file_words(hold.code)


def _named_file_words(hold: Hold) -> str:
    match hold.code:
        case HoldCode.FILE_CHANGED:
            return _("“{file}” has changed since. Edit the task to send it with the new version.", file=hold.file)
        case HoldCode.FILE_MISSING:
            return _("“{file}” is missing. Find it, put it back, or edit the task and choose another.", file=hold.file)
        case HoldCode.FILE_UNREADABLE:
            return _("“{file}” can't be read. Check it, or edit the task and choose another.", file=hold.file)
        case _:
            return _("“{file}” is empty. Edit the task and choose another file.", file=hold.file)


def _file_words(code: HoldCode) -> str:
    match code:
        case HoldCode.FILE_CHANGED:
            return _("An input file has changed since. Edit the task to send it with the new version.")
        case HoldCode.FILE_MISSING:
            return _("An input file is missing. Find it, put it back, or edit the task and choose another.")
        case HoldCode.FILE_UNREADABLE:
            return _("An input file can't be read. Check it, or edit the task and choose another.")
        case _:
            return _("An input file is empty. Edit the task and choose another file.")


def hold_short(hold: Hold) -> str:
    """The same in a few words, for the list's narrow column."""
    match hold.code:
        case HoldCode.ITS_TURN:
            return ""
        case HoldCode.WAITS_FOR_PERSON:
            return _("until released")
        case HoldCode.RESTORED:
            return _("Restored from a backup")
        case HoldCode.COPIED:
            return _("Profile was copied")
        case HoldCode.OTHER_KEY:
            return _("Queued with another key")
        case HoldCode.APPROVAL | HoldCode.REFUSED | HoldCode.EXPIRED:
            return asker(hold)
        case HoldCode.CREDITS | HoldCode.WHEN_CREDITS:
            return _("Waits for credits") if hold.code is HoldCode.CREDITS else _("When the balance allows")
        case HoldCode.ASK_PERSON:
            return _("May have been sent")
        case HoldCode.UPLOAD_FAILED:
            return _("Upload failed")
        case HoldCode.NOT_SENT:
            return cause_words(hold.cause) or _("Retrying")
        case HoldCode.NOT_PREPARED:
            return _("Not prepared")
        case _:
            return _file_short(hold.code)


def _file_short(code: HoldCode) -> str:
    match code:
        case HoldCode.FILE_CHANGED:
            return _("Input file changed")
        case HoldCode.FILE_MISSING:
            return _("Input file missing")
        case HoldCode.FILE_UNREADABLE:
            return _("Input file unreadable")
        case _:
            return _("Input file is empty")


def asker(hold: Hold) -> str:
    """The client that requested a task which waits for approval."""
    return client_name(hold.client) if hold.client else _("Another program")


def lane_words(reason: LaneReason | None) -> str:
    """Why the lane sends nothing, for the list's column; empty if there is no reason."""
    if reason is None:
        return ""
    match reason.code:
        case LaneCode.CLOSING:
            return _("Closing")
        case LaneCode.PAUSED | LaneCode.LOCKED:
            return _("Paused")
        case LaneCode.NO_ANSWERS:
            return _("Paused: no answers")
        case LaneCode.NO_KEY:
            return _("No key")
        case LaneCode.KEY_REFUSED:
            return _("Key refused")
        case LaneCode.OFFLINE:
            return _("Offline")
        case LaneCode.ERROR if reason.retry_at is not None and _is_limited(reason):
            # Translators: at this time sending is tried again. At most 25 letters, as everything in the status column.
            return _("Rate limit until {time}", time=units.exact_time(reason.retry_at))
        case LaneCode.ERROR:
            return cause_words(reason.cause) or _("Retrying after an error")
        case LaneCode.UNWRITABLE:
            return _("Database not writable")
        case LaneCode.UNSETTLED:
            return _("Checking the last request")
        case LaneCode.NO_SLOT:
            return _("{used} of {limit} slots in use", used=reason.amount, limit=reason.limit)
        case LaneCode.DAY_USED_UP:
            return _("Daily limit reached")
        case LaneCode.HELD_BACK:
            return cap_sentence(reason.held) if reason.held is not None else ""


def _is_limited(reason: LaneReason) -> bool:
    return reason.cause is not None and reason.cause.code is ReasonCode.SLOW_DOWN


def cap_short(held: HeldBack) -> str:
    """A short form for narrow places."""
    match held.limit.cap:
        case Cap.SENDING:
            return _("Over the task cap")
        case Cap.BALANCE:
            return _("Balance too low")
        case Cap.DAY:
            return _("Daily cap reached")
        case Cap.MONTH:
            return _("Monthly cap reached")
        case Cap.PROJECT:
            return _("Project cap reached")


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
    match limit.cap:
        case Cap.SENDING:
            return _("Over the cap of {most} for a single task", most=most)
        case Cap.BALANCE if limit.coming:
            return _("Balance too low: {left} left, {coming} queued before", left=most, coming=coming)
        case Cap.BALANCE:
            return _("Balance too low: {left} left", left=most)
        case Cap.DAY if limit.coming:
            return _(
                "Daily cap too low: {spent} of {most} spent, {coming} queued before",
                spent=spent, most=most, coming=coming,
            )  # fmt: skip
        case Cap.DAY:
            return _("Daily cap reached: {spent} of {most} spent", spent=spent, most=most)
        case Cap.MONTH if limit.coming:
            return _(
                "Monthly cap too low: {spent} of {most} spent, {coming} queued before",
                spent=spent, most=most, coming=coming,
            )  # fmt: skip
        case Cap.MONTH:
            return _("Monthly cap reached: {spent} of {most} spent", spent=spent, most=most)
        case Cap.PROJECT if limit.coming:
            return _(
                "Cap of “{project}” too low: {spent} of {most} spent, {coming} queued before",
                project=limit.project, spent=spent, most=most, coming=coming,
            )  # fmt: skip
        case Cap.PROJECT:
            return _(
                "Cap of “{project}” reached: {spent} of {most} spent", project=limit.project, spent=spent, most=most
            )


def over_words(held: HeldBack) -> str:
    """By how much a request exceeds which limit: "58 over today's cap of 2,100"."""
    if held.over is None:
        return _over(held.limit)
    over, most = units.number(round(held.over, 1)), units.number(held.limit.limit)
    match held.limit.cap:
        case Cap.SENDING:
            return _("{over} over the cap of {most} for a single task", over=over, most=most)
        case Cap.BALANCE:
            return _("{over} over the balance of {most}", over=over, most=most)
        case Cap.DAY:
            return _("{over} over today's cap of {most}", over=over, most=most)
        case Cap.MONTH:
            return _("{over} over this month's cap of {most}", over=over, most=most)
        case Cap.PROJECT:
            return _("{over} over the cap of {most} for “{project}”", over=over, most=most, project=held.limit.project)


def over_title(reasons: Sequence[HeldBack]) -> str:
    """Which limit tasks exceed: "Over today's cap of 2,100"."""
    limits = {(held.limit.cap, held.limit.project) for held in reasons}
    if len(limits) != 1:
        return _("Over a cap or the balance") if (Cap.BALANCE, "") in limits else _("Over a cap")
    limit = reasons[0].limit
    return _("Over the balance") if limit.cap is Cap.BALANCE else _over(limit)


def _over(limit: Limit) -> str:
    most = units.number(limit.limit)
    match limit.cap:
        case Cap.SENDING:
            return _("Over the cap of {most} for a single task", most=most)
        case Cap.BALANCE:
            return _("Over the balance of {most}", most=most)
        case Cap.DAY:
            return _("Over today's cap of {most}", most=most)
        case Cap.MONTH:
            return _("Over this month's cap of {most}", most=most)
        case Cap.PROJECT:
            return _("Over the cap of {most} for “{project}”", most=most, project=limit.project)


def left_words(held: HeldBack) -> str:
    """What is left of the limit: "20 credits left today"."""
    left = units.credits_in_words(max(0.0, held.limit.left))
    match held.limit.cap:
        case Cap.SENDING:
            return _("at most {credits} each", credits=units.credits_in_words(held.limit.limit))
        case Cap.DAY:
            return _("{credits} left today", credits=left)
        case Cap.MONTH:
            return _("{credits} left this month", credits=left)
        case Cap.PROJECT | Cap.BALANCE:
            return _("{credits} left", credits=left)


def raise_words(held: HeldBack, freed: PriceSum | None = None) -> str:
    """Text of the button that raises the cap, with what would be sent; empty if there is no cap to raise."""
    if held.raised is None:
        return ""
    cap, is_freeing = units.number(held.raised), freed is not None and bool(freed.amount)
    match held.limit.cap:
        case Cap.SENDING if is_freeing:
            said = _("Raise the task cap to {cap} and send {n}", cap=cap, n=freed.amount if freed else 0)
        case Cap.SENDING:
            said = _("Raise the task cap to {cap}", cap=cap)
        case Cap.DAY if is_freeing:
            said = _("Raise today's cap to {cap} and send {n}", cap=cap, n=freed.amount if freed else 0)
        case Cap.DAY:
            said = _("Raise today's cap to {cap}", cap=cap)
        case Cap.MONTH if is_freeing:
            said = _("Raise this month's cap to {cap} and send {n}", cap=cap, n=freed.amount if freed else 0)
        case Cap.MONTH:
            said = _("Raise this month's cap to {cap}", cap=cap)
        case _ if is_freeing:
            said = _("Raise the project's cap to {cap} and send {n}", cap=cap, n=freed.amount if freed else 0)
        case _:
            said = _("Raise the project's cap to {cap}", cap=cap)
    return f"{said} · {cost_words(freed)}" if freed is not None and is_freeing else said


def raised_words(raised: CapRaised) -> str:
    after = units.credits_in_words(raised.after)
    match raised.cap:
        case Cap.SENDING:
            return _("Task cap raised to {credits}.", credits=after)
        case Cap.DAY:
            return _("Today's cap raised to {credits}.", credits=after)
        case Cap.MONTH:
            return _("This month's cap raised to {credits}.", credits=after)
        case Cap.PROJECT | Cap.BALANCE:
            return _("Cap of “{project}” raised to {credits}.", project=raised.project, credits=after)


def raised_short(raised: CapRaised) -> str:
    """The same for the pill: which cap it was is known to who raised it."""
    return _("Cap raised to {n}", n=raised.after)


def lowered_words(raised: CapRaised, *, is_done: bool) -> str:
    """The result of undoing a raise."""
    before = units.credits_in_words(raised.before)
    if not is_done:
        return _("Cap not lowered: it was changed since.")
    match raised.cap:
        case Cap.SENDING:
            return _("Task cap is {credits} again.", credits=before)
        case Cap.DAY:
            return _("Today's cap is {credits} again.", credits=before)
        case Cap.MONTH:
            return _("This month's cap is {credits} again.", credits=before)
        case Cap.PROJECT | Cap.BALANCE:
            return _("Cap of “{project}” is {credits} again.", project=raised.project, credits=before)


def cost_words(of: PriceSum) -> str:
    """ "about 780 credits"."""
    if of.unknown == of.amount:
        return _("price not known")
    return units.about_credits(of.credits, exact=of.exact, at_least=bool(of.unknown) or of.at_least)
