"""What probably became of a sending without an answer, as sentences: observations and conclusion. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from runway_desktop.domain.task import Evidence
from runway_desktop.services.tasks.uncertainty import Ground, counted_of, verdict

from . import units

_CANNOT_TELL = "so this cannot tell whether it was made."
_TOO_EARLY = ". A slow server may still make it, so this cannot tell yet whether it was made."
_MEANS: Mapping[Ground, str] = {
    Ground.COUNTED: ": it was probably made.",
    Ground.COUNTED_NOT_CHARGED: ": it was probably made. It does not seem to be charged yet.",
    Ground.NOT_COUNTED: ": it was probably not made.",
    Ground.NOT_COUNTED_BUT_CHARGED: f". The count says that it was not made, the balance that it was, {_CANNOT_TELL}",
    Ground.TOO_EARLY: _TOO_EARLY,
    Ground.COUNTED_TOO_MUCH: f". Something else uses this key at the same time, {_CANNOT_TELL}",
    Ground.COUNTED_TOO_LITTLE: f". Tasks of yesterday left the count meanwhile, {_CANNOT_TELL}",
    Ground.NOTHING_TO_COMPARE: f"The day's count and the balance could not be compared, {_CANNOT_TELL}",
    Ground.NO_PRICE: f". What it would cost is not known, {_CANNOT_TELL}",
    Ground.BALANCE_IN_DOUBT: f". Other tasks moved the balance too, {_CANNOT_TELL}",
    Ground.CHARGED: ", which is what it would cost: it was probably made.",
    Ground.NOT_CHARGED: ": it was probably not made. The day's count is not known, so be careful.",
    Ground.OTHER_SUM: f". That does not fit its price, {_CANNOT_TELL}",
}
"""The conclusion for each ground."""


def verdict_words(evidence: Evidence) -> str:
    found = verdict(evidence)
    if found.ground is Ground.OTHERS_IN_DOUBT:
        others = units.count(evidence.doubtful, "other task")
        means = f". {others} may be counted in it or not, {_CANNOT_TELL}"
    else:
        means = _MEANS[found.ground]
    between = evidence.accepted_between
    seen = ""
    if found.counted is not None:
        seen = f"The {count_words(evidence)}"
        if found.spent is not None:
            seen += f"{',' if between else ''} and {_credits_moved(found.spent)}"
    elif found.spent is not None:
        moved = _credits_moved(found.spent)
        seen = moved[:1].upper() + moved[1:] + (f" while {_other_tasks(between)} sent" if between else "")
    return seen + means


def count_words(evidence: Evidence) -> str:
    """Change of the day's count, with the same words everywhere: "day's count moved by 3, of which 2 are other tasks".
    Empty if unknown."""
    counted, others = counted_of(evidence), evidence.accepted_between
    if counted is None:
        return ""
    seen = f"day's count {_moved(counted)}"
    if not others or evidence.doubtful:
        return seen
    if counted < others:
        return f"{seen}, although {_other_tasks(others)} sent meanwhile"
    return f"{seen}, of which {others} {units.plural(others, 'is another task', 'are other tasks')}"


def _moved(counted: int) -> str:
    if counted == 0:
        return "did not move"
    return f"moved by {counted}" if counted > 0 else f"fell by {-counted}"


def _other_tasks(amount: int) -> str:
    return units.count(amount, "other task was", "other tasks were")


def _credits_moved(spent: float) -> str:
    amount = units.credits_in_words(abs(spent))
    if amount == units.credits_in_words(0):
        return "no credits left the balance"
    return f"{amount} left the balance" if spent > 0 else f"{amount} came back to the balance"
