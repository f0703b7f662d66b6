"""What probably became of a sending that got no answer. Pure: evidence in, a verdict in words out.

Nothing at Runway can be asked about such a sending. Two numbers move when a task is made: the model's count for the
day, and (then or at the task's end) the balance. Neither is proof: another program may use the same key, a count is of
a rolling day, and credits come back for failed tasks. So the words always say how sure they are.

Whoever reads "probably not made" sends the task again, and pays twice where that is wrong. It is said only where
nothing that this program knows of stands against it; all else is "cannot tell".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from runway_desktop.domain.task import Evidence


class Likelihood(StrEnum):
    MADE = "probably made"
    NOT_MADE = "probably not made"
    UNKNOWN = "cannot tell"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an uncertain sending was made, as far as can be told."""

    likelihood: Likelihood
    words: str
    """Sentences for the person: what was seen, and what it means."""


def verdict(evidence: Evidence) -> Verdict:
    """Weighs counts and balance before and after. The count decides where it is known; the balance supports or doubts
    it."""
    counted = _counted(evidence)
    spent = _spent(evidence)
    if counted is None:
        return _by_balance(evidence, spent)
    unexplained = counted - evidence.accepted_between
    seen = f"The {count_words(evidence)}"
    if evidence.doubtful:
        others = "1 other task" if evidence.doubtful == 1 else f"{evidence.doubtful} other tasks"
        return _cannot_tell(f"{seen}. {others} may be counted in it or not, so this cannot tell whether it was made.")
    if evidence.is_balance_doubtful and not _supports(evidence, spent, unexplained):
        spent = None
    if spent is not None:
        seen += f"{',' if evidence.accepted_between else ''} and {_credits_moved(spent)}"
    if unexplained == 1:
        if evidence.price and spent is not None and spent < evidence.charged_between + 0.5 * evidence.price:
            return Verdict(Likelihood.MADE, f"{seen}: it was probably made. It does not seem to be charged yet.")
        return Verdict(Likelihood.MADE, f"{seen}: it was probably made.")
    if unexplained == 0:
        if evidence.price and spent is not None and _fits(spent, evidence.charged_between + evidence.price):
            return _cannot_tell(
                f"{seen}. The count says that it was not made, the balance that it was: nobody can tell."
            )
        if evidence.is_early:
            return _cannot_tell(
                f"{seen}. A slow server may still make it, so this cannot tell yet whether it was made."
            )
        return Verdict(Likelihood.NOT_MADE, f"{seen}: it was probably not made.")
    if unexplained > 1:
        return _cannot_tell(
            f"{seen}. Something else uses this key at the same time, so this cannot tell whether it was made."
        )
    return _cannot_tell(
        f"{seen}. Tasks of yesterday left the count meanwhile, so this cannot tell whether it was made."
    )


def count_words(evidence: Evidence) -> str:
    """What the count did, in the same words wherever it is told: "day's count moved by 3, of which 2 are other tasks".
    Empty where it is not known."""
    counted, others = _counted(evidence), evidence.accepted_between
    if counted is None:
        return ""
    seen = f"day's count {_moved(counted)}"
    if not others or evidence.doubtful:
        return seen
    if counted < others:
        return f"{seen}, although {_other_tasks(others)} sent meanwhile"
    return f"{seen}, of which {others} {'is another task' if others == 1 else 'are other tasks'}"


def _moved(counted: int) -> str:
    if counted == 0:
        return "did not move"
    return f"moved by {counted}" if counted > 0 else f"fell by {-counted}"


def _by_balance(evidence: Evidence, spent: float | None) -> Verdict:
    if spent is None:
        return _cannot_tell(
            "The day's count and the balance could not be compared, so nobody can tell whether it was made."
        )
    others = evidence.accepted_between
    seen = _capital(_credits_moved(spent)) + (f" while {_other_tasks(others)} sent" if others else "")
    if not evidence.price:
        return _cannot_tell(f"{seen}. What it would cost is not known, so this cannot tell whether it was made.")
    if evidence.is_balance_doubtful:
        return _cannot_tell(f"{seen}. Other tasks moved the balance too, so this cannot tell whether it was made.")
    if _fits(spent, evidence.charged_between + evidence.price):
        return Verdict(Likelihood.MADE, f"{seen}, which is what it would cost: it was probably made.")
    if _fits(spent, evidence.charged_between) and evidence.is_early:
        return _cannot_tell(f"{seen}. A slow server may still make it, so this cannot tell yet whether it was made.")
    if _fits(spent, evidence.charged_between):
        return Verdict(
            Likelihood.NOT_MADE, f"{seen}: it was probably not made. The day's count is not known, so be careful."
        )
    return _cannot_tell(f"{seen}. That does not fit its price, so this cannot tell whether it was made.")


def _cannot_tell(words: str) -> Verdict:
    return Verdict(Likelihood.UNKNOWN, words)


def _counted(evidence: Evidence) -> int | None:
    if evidence.daily_before is None or evidence.daily_after is None:
        return None
    return evidence.daily_after - evidence.daily_before


def _spent(evidence: Evidence) -> float | None:
    if evidence.balance_before is None or evidence.balance_after is None:
        return None
    return evidence.balance_before - evidence.balance_after


def _supports(evidence: Evidence, spent: float | None, unexplained: int) -> bool:
    """Whether the balance did just what the count says."""
    made = (evidence.price or 0.0) if unexplained == 1 else 0.0
    return spent is not None and _fits(spent, evidence.charged_between + made)


def _other_tasks(amount: int) -> str:
    return "1 other task was" if amount == 1 else f"{amount} other tasks were"


def _fits(spent: float, expected: float) -> bool:
    """Prices are estimates (the most that may be charged), so a tenth either way still fits."""
    return abs(spent - expected) <= max(0.5, 0.1 * abs(expected))


def _credits_moved(spent: float) -> str:
    amount = f"{abs(spent):,.2f}".rstrip("0").rstrip(".")
    credits = "1 credit" if amount == "1" else f"{amount} credits"
    if amount == "0":
        return "no credits left the balance"
    return f"{credits} left the balance" if spent > 0 else f"{credits} came back to the balance"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
