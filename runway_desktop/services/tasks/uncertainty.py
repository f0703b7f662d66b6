"""What probably became of a sending that got no answer. Pure: evidence in, a verdict out, which
`usecases.words.uncertain` says in words.

Nothing at Runway can be asked about such a sending. Two numbers move when a task is made: the model's count for the
day, and (then or at the task's end) the balance. Neither is proof: another program may use the same key, a count is of
a rolling day, and credits come back for failed tasks. So a verdict says how sure it is.

Whoever reads "probably not made" sends the task again, and pays twice where that is wrong. It is said only where
nothing that this program knows of stands against it; all else is "cannot tell".
"""

from __future__ import annotations

from enum import Enum, StrEnum, auto

from runway_desktop.domain.task import Evidence
from runway_desktop.values import Struct


class Likelihood(StrEnum):
    MADE = "probably made"
    NOT_MADE = "probably not made"
    UNKNOWN = "cannot tell"


class Ground(Enum):
    """What a verdict rests on: first those of the day's count, then those of the balance alone."""

    OTHERS_IN_DOUBT = auto()
    """Other tasks may be in the count or not."""
    COUNTED = auto()
    COUNTED_NOT_CHARGED = auto()
    NOT_COUNTED = auto()
    NOT_COUNTED_BUT_CHARGED = auto()
    TOO_EARLY = auto()
    """A slow server may still make it."""
    COUNTED_TOO_MUCH = auto()
    """Something else uses the key."""
    COUNTED_TOO_LITTLE = auto()
    """Tasks of yesterday left the count."""

    NOTHING_TO_COMPARE = auto()
    NO_PRICE = auto()
    BALANCE_IN_DOUBT = auto()
    """Other tasks moved the balance."""
    CHARGED = auto()
    NOT_CHARGED = auto()
    OTHER_SUM = auto()
    """What left the balance does not fit the price."""


_TOLD = {
    Ground.COUNTED: Likelihood.MADE,
    Ground.COUNTED_NOT_CHARGED: Likelihood.MADE,
    Ground.CHARGED: Likelihood.MADE,
    Ground.NOT_COUNTED: Likelihood.NOT_MADE,
    Ground.NOT_CHARGED: Likelihood.NOT_MADE,
}


class Verdict(Struct, frozen=True):
    """Whether an uncertain sending was made, as far as can be told. `counted` is how the day's count moved, `spent` how
    many credits left the balance; None where that is not known, or says nothing."""

    ground: Ground
    counted: int | None
    spent: float | None

    @property
    def likelihood(self) -> Likelihood:
        return _TOLD.get(self.ground, Likelihood.UNKNOWN)


def verdict(evidence: Evidence) -> Verdict:
    """Weighs counts and balance before and after. The count decides where it is known; the balance supports or doubts
    it."""
    counted = counted_of(evidence)
    spent = _spent(evidence)
    if counted is None:
        return Verdict(_by_balance(evidence, spent), None, spent)
    unexplained = counted - evidence.accepted_between
    if evidence.doubtful:
        return Verdict(Ground.OTHERS_IN_DOUBT, counted, None)
    if evidence.is_balance_doubtful and not _supports(evidence, spent, unexplained):
        spent = None
    return Verdict(_by_count(evidence, unexplained, spent), counted, spent)


def counted_of(evidence: Evidence) -> int | None:
    """How the day's count moved; None where that is not known."""
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
    """Whether the balance did just what the count says."""
    made = (evidence.price or 0.0) if unexplained == 1 else 0.0
    return spent is not None and _fits(spent, evidence.charged_between + made)


def _fits(spent: float, expected: float) -> bool:
    """Prices are estimates (the most that may be charged), so a tenth either way still fits."""
    return abs(spent - expected) <= max(0.5, 0.1 * abs(expected))
