"""Decides whether an unanswered sending made a task. Pure: evidence in, a verdict out; `usecases.words.uncertain` has
the words.

Runway cannot be asked about such a sending. Two numbers change when a task is made: the model's count of the day, and
(then or at the task's end) the balance. Neither is proof: another program may use the same key, the count is of a
rolling day, and failed tasks are refunded. So a verdict states its certainty.

After "probably not made" people send the task again, and pay twice if that is wrong. So it is said only if nothing
known contradicts it; everything else is "cannot tell".
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from enum import Enum, StrEnum, auto

from runway_desktop.domain.task import Evidence
from runway_desktop.domain.workflows.routing import RequestList, RoutedRequest, RouterSeen
from runway_desktop.services.clock import LATE, LONGEST_CREATE
from runway_desktop.values import Struct, replace

TIME_SLACK = 2.0
"""Seconds by which times of the server may be off: its answers tell theirs in whole seconds, and may be a second
old."""
OTHERS_WITHIN = 3_600.0
"""Seconds before a create in which a request of someone else shows that others use the router."""


class Likelihood(StrEnum):
    MADE = "probably made"
    NOT_MADE = "probably not made"
    UNKNOWN = "cannot tell"


class Ground(Enum):
    """What a verdict is based on: first the grounds of the day's count, then those of the balance alone."""

    OTHERS_IN_DOUBT = auto()
    """The count may or may not include other tasks."""
    COUNTED = auto()
    COUNTED_NOT_CHARGED = auto()
    NOT_COUNTED = auto()
    NOT_COUNTED_BUT_CHARGED = auto()
    TOO_EARLY = auto()
    """A slow server may still make it."""
    COUNTED_TOO_MUCH = auto()
    """Another program uses the key."""
    COUNTED_TOO_LITTLE = auto()
    """Yesterday's tasks left the count."""

    NOTHING_TO_COMPARE = auto()
    NO_PRICE = auto()
    BALANCE_IN_DOUBT = auto()
    """Other tasks changed the balance."""
    CHARGED = auto()
    NOT_CHARGED = auto()
    OTHER_SUM = auto()
    """The change of the balance does not match the price."""


_TOLD = {
    Ground.COUNTED: Likelihood.MADE,
    Ground.COUNTED_NOT_CHARGED: Likelihood.MADE,
    Ground.CHARGED: Likelihood.MADE,
    Ground.NOT_COUNTED: Likelihood.NOT_MADE,
    Ground.NOT_CHARGED: Likelihood.NOT_MADE,
}


class SendingVerdict(Struct, frozen=True):
    """Whether an uncertain sending was made. `counted`: change of the day's count. `spent`: credits that left the
    balance. None: unknown or meaningless."""

    ground: Ground
    counted: int | None
    spent: float | None

    @property
    def likelihood(self) -> Likelihood:
        return _TOLD.get(self.ground, Likelihood.UNKNOWN)


def verdict(evidence: Evidence) -> SendingVerdict:
    """Weighs counts and balance before and after. The count decides if known; the balance confirms or contradicts
    it."""
    counted = counted_of(evidence)
    spent = _spent(evidence)
    if counted is None:
        return SendingVerdict(_by_balance(evidence, spent), None, spent)
    unexplained = counted - evidence.accepted_between
    if evidence.doubtful:
        return SendingVerdict(Ground.OTHERS_IN_DOUBT, counted, None)
    if evidence.is_balance_doubtful and not _supports(evidence, spent, unexplained):
        spent = None
    return SendingVerdict(_by_count(evidence, unexplained, spent), counted, spent)


class Lookup(StrEnum):
    """What a router's list says of a request that got no answer. Values are stored and must not change."""

    FOUND = "found"
    """It has exactly one new entry, which fits, and nobody else uses the router."""
    NONE = "none"
    SEVERAL = "several"
    OTHERS = "others"
    """One fits, but others use the router."""
    UNFIT = "unfit"
    """It is not known whether the only new one fits."""
    CUT = "cut"
    """Part of the list is missing."""
    NO_CLOCK = "no clock"
    """The list was not read before, or tells no time: it is not known what is new."""
    UNREAD = "unread"
    GONE = "gone"
    """The router does not exist any more."""
    UNDONE = "undone"
    """The person undid that it was found."""


def look_up(
    seen: RouterSeen,
    after: RequestList,
    sent_at: float,
    ours: Collection[str],
    fits: Callable[[RoutedRequest], bool | None],
    *,
    is_alone: bool,
) -> RouterSeen:
    """Compares a router's list with what was there before a create.

    `sent_at`: Unix seconds of this clock. `ours`: Runway's ids of the tasks that are known here. `fits`: None if that
    cannot be told. `is_alone`: no other sending through the router may be among the entries. A wrong FOUND would hide a
    paid task, so everything else is left to the person.
    """
    begin = sent_at + (seen.ahead or 0.0) - TIME_SLACK
    end = begin + LONGEST_CREATE + LATE + 2 * TIME_SLACK
    others = [one for one in after.requests if not one.remote_id or one.remote_id not in ours]
    new = [one for one in others if begin <= one.at <= end and one.id not in seen.known]
    candidates = {one.remote_id: one for one in new if one.remote_id and fits(one) is not False}
    strangers = [one for one in others if one.remote_id and begin - OTHERS_WITHIN <= one.at <= end]
    strangers = [one for one in (*strangers, *new) if one.remote_id not in candidates]
    found = tuple(candidates.values())
    if not found:
        # Without the server's clock, "nothing new" proves nothing.
        unsure = Lookup.CUT if not after.is_whole else Lookup.UNREAD if seen.ahead is None else None
        ground = unsure or Lookup.NONE
    elif len(found) > 1:
        ground = Lookup.SEVERAL
    elif not after.is_whole:
        ground = Lookup.CUT
    elif seen.ahead is None:
        ground = Lookup.NO_CLOCK
    elif strangers or not is_alone:
        ground = Lookup.OTHERS
    else:
        ground = Lookup.FOUND if fits(found[0]) else Lookup.UNFIT
    return replace(seen, found=found, verdict=ground.value)


def counted_of(evidence: Evidence) -> int | None:
    """Change of the day's count; None if unknown."""
    if evidence.daily_before is None or evidence.daily_after is None:
        return None
    return evidence.daily_after - evidence.daily_before


def _by_count(evidence: Evidence, unexplained: int, spent: float | None) -> Ground:
    if unexplained == 1:
        is_charged = not evidence.price or spent is None or spent >= evidence.charged_between + 0.5 * evidence.price
        return Ground.COUNTED if is_charged else Ground.COUNTED_NOT_CHARGED
    if unexplained == 0:
        if evidence.price and spent is not None and _fits(spent, evidence.charged_between + evidence.price):
            return Ground.NOT_COUNTED_BUT_CHARGED
        return Ground.TOO_EARLY if evidence.is_early else Ground.NOT_COUNTED
    return Ground.COUNTED_TOO_MUCH if unexplained > 1 else Ground.COUNTED_TOO_LITTLE


def _by_balance(evidence: Evidence, spent: float | None) -> Ground:
    if spent is None:
        return Ground.NOTHING_TO_COMPARE
    if not evidence.price:
        return Ground.NO_PRICE
    if evidence.is_balance_doubtful:
        return Ground.BALANCE_IN_DOUBT
    if _fits(spent, evidence.charged_between + evidence.price):
        return Ground.CHARGED
    if _fits(spent, evidence.charged_between):
        return Ground.TOO_EARLY if evidence.is_early else Ground.NOT_CHARGED
    return Ground.OTHER_SUM


def _spent(evidence: Evidence) -> float | None:
    if evidence.balance_before is None or evidence.balance_after is None:
        return None
    return evidence.balance_before - evidence.balance_after


def _supports(evidence: Evidence, spent: float | None, unexplained: int) -> bool:
    """Whether the balance confirms the count."""
    made = (evidence.price or 0.0) if unexplained == 1 else 0.0
    return spent is not None and _fits(spent, evidence.charged_between + made)


def _fits(spent: float, expected: float) -> bool:
    """Prices are estimates (upper bounds), so a difference of a tenth still fits."""
    return abs(spent - expected) <= max(0.5, 0.1 * abs(expected))
