"""The list as lines: sort order, grouping, group headers with their texts, and task ids in the store's order.

Sort order and grouping are stored in the settings, but not filters: after a restart, hidden tasks would look lost.
"""

from __future__ import annotations

from collections.abc import Collection

from runway_desktop.catalog.labels import model_label
from runway_desktop.domain.library import Entries, GroupBy, GroupSummary, Listing, SortKey
from runway_desktop.domain.task import State, TaskId
from runway_desktop.services.settings import Settings
from runway_desktop.texts import Text, _, enumerated
from runway_desktop.usecases.words import units
from runway_desktop.values import Struct

MANY = 5000
"""If a new query has more lines than this, the list model is reset instead of diffed."""
_ORDER = "list.order"
_NAMELESS = {
    GroupBy.BATCH: Text("Single tasks"),
    GroupBy.MODEL: Text("Model not known"),
    GroupBy.PROJECT: Text("No project"),
    GroupBy.PROMPT: Text("Prompts with one take"),
}
"""Title of the group without a key."""


class GroupLine(Struct, frozen=True):
    """The header of a group."""

    key: str


Line = GroupLine | TaskId
"""A task's line is only its id, so that a hundred thousand lines stay small."""


def lines_of(entries: Entries, collapsed: Collection[str]) -> list[Line]:
    """Headers before their members, without the members of collapsed groups."""
    if not entries.groups:
        return list(entries.ids)
    found: list[Line] = []
    for key, start, end in entries.runs():
        found.append(GroupLine(key))
        if key not in collapsed:
            found += entries.ids[start:end]
    return found


def kept_order(settings: Settings) -> Listing:
    """All tasks, with the stored sort order and grouping; defaults if what is stored is invalid."""
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
    """Progress of running tasks, 0 to 1: a small bar each."""
    is_warning: bool = False
    button: str = ""
    sign: str = ""
    """Icon of the button that holds the group."""

    @property
    def spoken(self) -> str:
        fold = _("collapsed") if self.is_folded else _("expanded")
        return enumerated((self.title, self.holds, fold))


def group_words(
    summary: GroupSummary, grouping: GroupBy, now: float, left: tuple[float, float] | None, *, is_folded: bool
) -> GroupWords:
    """`left`: seconds until its last running task is done, as a range; None if unknown."""
    costs = [units.credits_in_words(summary.credits)] if summary.credits else []
    if left is not None:
        costs.append(_("about {time} left", time=units.span(*left)))
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
        return str(_NAMELESS[grouping])
    if grouping is GroupBy.MODEL:
        return model_label(summary.key)
    # Until its sums are loaded there is only a key, which means nothing to users.
    return (summary.title or summary.key or _("Others")) if summary.total else ""


def _holds(summary: GroupSummary) -> str:
    """ "8 tasks · 3 saved · 3 live · 1 queued · 1 needs attention"; empty until loaded."""
    if not summary.total:
        return ""
    states = summary.by_state
    live = sum(amount for state, amount in states.items() if state.is_live)
    waiting = sum(amount for state, amount in states.items() if state.is_local)
    trouble = sum(states.get(state, 0) for state in (State.FAILED, State.UNCERTAIN, State.GONE))
    saved = summary.saved - summary.missing
    parts = (
        (Text("{n} task", "{n} tasks"), summary.total),
        (Text("{n} saved", "{n} saved"), saved),
        (Text("{n} missing", "{n} missing"), summary.missing),
        (Text("{n} live", "{n} live"), live),
        (Text("{n} queued", "{n} queued"), waiting),
        (Text("{n} needs attention", "{n} need attention"), trouble),
    )
    return " · ".join(str(said.of(amount)) for said, amount in parts if amount)
