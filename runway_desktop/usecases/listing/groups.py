"""What the header of a group says. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from runway_desktop.domain.library import GroupBy, GroupSummary
from runway_desktop.domain.task import State
from runway_desktop.usecases.words import units

_NAMELESS = {
    GroupBy.BATCH: "Single tasks",
    GroupBy.MODEL: "Model not known",
    GroupBy.PROJECT: "No project",
    GroupBy.PROMPT: "Prompts with a single take",
}
"""What the group without a key is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupWords:
    """What the header of a group shows."""

    title: str
    holds: str = ""
    """ "8 tasks · 3 saved"."""
    costs: str = ""
    """ "480 credits · about 3 min left"."""
    is_folded: bool = False

    @property
    def spoken(self) -> str:
        return f"{self.title}, {self.holds}, {'collapsed' if self.is_folded else 'expanded'}"


def group_words(
    summary: GroupSummary, grouping: GroupBy, now: float, left: tuple[float, float] | None, *, is_folded: bool
) -> GroupWords:
    """`left`: seconds until its last running task is done, as a range; None while nobody knows."""
    costs = [units.credits_in_words(summary.credits)] if summary.credits else []
    if left is not None:
        costs.append(f"about {units.span(*left)} left")
    return GroupWords(
        title=group_title(summary, grouping, now),
        holds=_holds(summary),
        costs=" · ".join(costs),
        is_folded=is_folded,
    )


def group_title(summary: GroupSummary, grouping: GroupBy, now: float) -> str:
    if grouping is GroupBy.DAY and summary.key:
        return units.day_in_words(summary.key, now)
    if grouping in _NAMELESS and not summary.key:
        return _NAMELESS[grouping]
    # While its sums are on their way there is only a key, which says nothing.
    return (summary.title or summary.key or "Others") if summary.total else ""


def _holds(summary: GroupSummary) -> str:
    """ "8 tasks · 3 saved · 3 live · 1 waiting here · 1 needs attention"; empty while it is not known."""
    if not summary.total:
        return ""
    states = summary.by_state
    live = sum(amount for state, amount in states.items() if state.is_live)
    waiting = sum(amount for state, amount in states.items() if state.is_local)
    trouble = sum(states.get(state, 0) for state in (State.FAILED, State.UNCERTAIN, State.GONE))
    saved = summary.saved - summary.missing
    parts = [
        units.count(summary.total, "task"),
        f"{saved:,} saved" if saved else "",
        f"{summary.missing:,} missing" if summary.missing else "",
        f"{live:,} live" if live else "",
        f"{waiting:,} waiting here" if waiting else "",
        f"{trouble:,} {'needs' if trouble == 1 else 'need'} attention" if trouble else "",
    ]
    return " · ".join(part for part in parts if part)
