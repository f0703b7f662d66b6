"""The list as lines: how it is sorted and grouped, its group headers with what they say, and task ids in the order that
the store gave.

Sorting and grouping are kept in the settings. Filters are not: a list that hides tasks at the next start would look as
if they were lost.
"""

from __future__ import annotations

from collections.abc import Collection

from runway_desktop.domain.library import Entries, GroupBy, GroupSummary, Listing, SortKey
from runway_desktop.domain.task import State, TaskId
from runway_desktop.services.settings import Settings
from runway_desktop.usecases.words import units
from runway_desktop.values import Struct

MANY = 5000
"""Of a new question with more lines than this, the list begins anew instead of telling each line's way."""
_ORDER = "list.order"
_NAMELESS = {
    GroupBy.BATCH: "Single tasks",
    GroupBy.MODEL: "Model not known",
    GroupBy.PROJECT: "No project",
    GroupBy.PROMPT: "Prompts with a single take",
}
"""What the group without a key is called."""


class GroupLine(Struct, frozen=True):
    """The header of a group."""

    key: str


Line = GroupLine | TaskId
"""A task's line is just its id: a hundred thousand of them stay small."""


def lines_of(entries: Entries, collapsed: Collection[str]) -> list[Line]:
    """Headers before their members; members of a collapsed group are left out."""
    if not entries.groups:
        return list(entries.ids)
    found: list[Line] = []
    for key, start, end in entries.runs():
        found.append(GroupLine(key))
        if key not in collapsed:
            found += entries.ids[start:end]
    return found


def kept_order(settings: Settings) -> Listing:
    """Everything, sorted and grouped as the last time; as usual where what is stored makes no sense."""
    stored, usual = settings.get(_ORDER, {}), Listing()
    try:
        return Listing(
            sort=SortKey(stored.get("sort", usual.sort)),
            descending=bool(stored.get("descending", usual.descending)),
            group=GroupBy(stored.get("group", usual.group)),
        )
    except (AttributeError, ValueError):
        return usual


def keep_order(settings: Settings, listing: Listing) -> None:
    kept = {"sort": listing.sort.value, "descending": listing.descending, "group": listing.group.value}
    settings.set(_ORDER, kept)


class GroupWords(Struct, frozen=True, kw_only=True):
    """What the header of a group shows."""

    title: str
    holds: str = ""
    """ "8 tasks · 3 saved"."""
    costs: str = ""
    """ "480 credits · about 3 min left"."""
    is_folded: bool = False
    progress: tuple[float, ...] = ()
    """Of what runs, 0 to 1: a small bar each."""
    is_warning: bool = False
    button: str = ""
    """What can be done about the group at once."""
    sign: str = ""
    """Icon of the button that holds or releases the group."""

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
    """ "8 tasks · 3 saved · 3 live · 1 queued · 1 needs attention"; empty while it is not known."""
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
        f"{waiting:,} queued" if waiting else "",
        units.count(trouble, "needs attention", "need attention") if trouble else "",
    ]
    return " · ".join(part for part in parts if part)
