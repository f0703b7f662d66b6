"""What probably became of a sending without an answer, as sentences: observations and conclusion. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from runway_desktop.domain.task import Evidence
from runway_desktop.domain.workflows.routing import RouterSeen
from runway_desktop.services.tasks.uncertainty import Ground, Lookup, counted_of, verdict
from runway_desktop.texts import Text, _, in_turn, listed, ngettext

from . import units

_MEANS: Mapping[Ground, Text] = {
    Ground.COUNTED: Text("It was probably created."),
    Ground.COUNTED_NOT_CHARGED: Text("It was probably created, but doesn't seem to be charged yet."),
    Ground.NOT_COUNTED: Text("It was probably not created."),
    Ground.NOT_COUNTED_BUT_CHARGED: Text("Count and balance disagree, so this can't tell whether it was created."),
    Ground.TOO_EARLY: Text("A slow server may still create it, so it's too early to tell."),
    Ground.COUNTED_TOO_MUCH: Text(
        "Something else uses this key at the same time, so this can't tell whether it was created."
    ),
    Ground.COUNTED_TOO_LITTLE: Text(
        "Yesterday's tasks left the count meanwhile, so this can't tell whether it was created."
    ),
    Ground.NOTHING_TO_COMPARE: Text(
        "Today's count and the balance couldn't be compared, so this can't tell whether it was created."
    ),
    Ground.NO_PRICE: Text("Its price isn't known, so this can't tell whether it was created."),
    Ground.BALANCE_IN_DOUBT: Text("Other tasks changed the balance too, so this can't tell whether it was created."),
    Ground.CHARGED: Text("That fits its price, so it was probably created."),
    Ground.NOT_CHARGED: Text("It was probably not created. Today's count isn't known, so be careful."),
    Ground.OTHER_SUM: Text("That doesn't fit its price, so this can't tell whether it was created."),
    Ground.OTHERS_IN_DOUBT: Text(
        "{n} other task may be in the count or not, so this can't tell whether it was created.",
        "{n} other tasks may be in the count or not, so this can't tell whether it was created.",
    ),
}
"""The conclusion for each ground."""


_LOOKUPS: Mapping[Lookup, Text] = {
    Lookup.FOUND: Text("The router's list has it."),
    Lookup.NONE: Text("The router's list has no new request, so it was probably not created."),
    Lookup.SEVERAL: Text("The router's list has several new requests, and one of them may be this task: {ids}"),
    Lookup.OTHERS: Text(
        "The router's list has a new request, but others use this router too. It may be this task: {ids}"
    ),
    Lookup.UNFIT: Text("The router's list has a new request, but its model or price may not fit: {ids}"),
    Lookup.CUT: Text("The router's list was cut off, so this can't tell which request is this task."),
    Lookup.NO_CLOCK: Text("The router's list wasn't read before, so this request may be older: {ids}"),
    Lookup.UNREAD: Text("The router's list couldn't be read."),
    Lookup.GONE: Text("The router no longer exists, so its list can't be read."),
    Lookup.UNDONE: Text("You said that this request is another one: {ids}"),
}


def _of_router(seen: RouterSeen | None) -> str:
    """What the router's list says."""
    if seen is None or not seen.verdict:
        return ""
    ids = listed([one.remote_id for one in seen.found])
    return str(_LOOKUPS[Lookup(seen.verdict)].with_(ids=ids))


def verdict_words(evidence: Evidence) -> str:
    """What was seen, and what it means, after what the router's list says."""
    return _of_router(evidence.router) or _counts_and_balance(evidence)


def _counts_and_balance(evidence: Evidence) -> str:
    """What was seen, and what it means: "Today's count rose by 1 and the balance fell by 70, so it was probably
    created."."""
    found = verdict(evidence)
    spent, others = found.spent, evidence.accepted_between
    if found.ground is Ground.COUNTED and spent is not None and spent > 0 and found.counted and not others:
        return _(
            "Today's count rose by {count} and the balance fell by {credits}, so it was probably created.",
            count=found.counted,
            credits=units.number(spent),
        )
    counted = _counted(evidence) if found.counted is not None else ""
    balance = _balance(spent) if spent is not None else ""
    between = ngettext(
        "{n} other task was sent meanwhile.", "{n} other tasks were sent meanwhile.", others
    ) if others and not evidence.doubtful and (counted or balance) else ""  # fmt: skip
    return str(in_turn(counted, balance, between, _MEANS[found.ground].of(evidence.doubtful)))


def _counted(evidence: Evidence) -> str:
    """Change of the day's count."""
    counted = counted_of(evidence)
    if not counted:
        return _("Today's count didn't change.") if counted == 0 else ""
    if counted > 0:
        return _("Today's count rose by {count}.", count=counted)
    return _("Today's count fell by {count}.", count=-counted)


def _balance(spent: float) -> str:
    if round(abs(spent), 2) == 0:
        return _("The balance didn't change.")
    if spent > 0:
        return _("The balance fell by {credits}.", credits=units.number(spent))
    return _("The balance rose by {credits}.", credits=units.number(-spent))
