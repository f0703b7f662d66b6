"""Changes of a task between two updates of the list, and which parts of the list they affect. Pure."""

from __future__ import annotations

from runway_desktop.domain.library import Filter, GroupBy, Listing, Page, SortKey
from runway_desktop.domain.permissions import waits_for_approval
from runway_desktop.domain.task import Output, State, Task
from runway_desktop.values import Struct, field, replace


class Touch(Struct):
    """All changes of one task since the last update; filled by the bridge."""

    task: Task | None = None
    before: Task | None = None
    states: list[State] = field(default_factory=list)
    outputs: dict[int, Output] = field(default_factory=dict)
    received: dict[int, tuple[int, int | None]] = field(default_factory=dict)
    uploaded: float | None = None


def moves(touch: Touch, listing: Listing) -> bool:
    """Whether the changes can affect which tasks are listed, or their order."""
    if touch.outputs and _OF_OUTPUTS & _pages(listing.filter):
        return True
    if touch.task is None or touch.before is None:
        return False
    if Page.SUGGESTED in _pages(listing.filter):
        return True
    before, after = touch.before, touch.task
    if before.removed_at != after.removed_at or before.batch_id != after.batch_id:
        return True
    if touch.states and (listing.filter.page is not Page.ALL or listing.filter.states or listing.sort is SortKey.STATE):
        return True
    is_asked = waits_for_approval(before) is not waits_for_approval(after)
    if is_asked and Page.WAITING_HERE in _pages(listing.filter):
        return True
    if listing.sort is SortKey.COST and before.credits != after.credits:
        return True
    if _judged(before) != _judged(after) and (listing.sort in _JUDGED or listing.filter != Filter()):
        return True
    if before.project != after.project and listing.group is GroupBy.PROJECT:
        return True
    return before.title != after.title or (before.request is not after.request and before.request != after.request)


_OF_OUTPUTS = frozenset({Page.NOT_SAVED, Page.SAVED, Page.NEEDS_ATTENTION, Page.MISSING, Page.CHANGED})
_JUDGED = (SortKey.RATING, SortKey.TAGS, SortKey.PROJECT, SortKey.SHOT)


def _pages(wanted: Filter) -> frozenset[Page]:
    return frozenset({wanted.page, *wanted.pages, *wanted.without.pages})


def _judged(task: Task) -> tuple[object, ...]:
    return (task.rating, task.pick, task.tags, task.project, task.shot, task.note)


def counts(touch: Touch) -> bool:
    """Whether the changes can affect a group's sums: states, saved results, credits."""
    if touch.states or touch.outputs:
        return True
    return touch.task is not None and touch.before is not None and touch.task.credits != touch.before.credits


def recounts(touch: Touch) -> bool:
    """Whether the changes can affect how many tasks a page or search has: progress does not."""
    if touch.states or touch.outputs:
        return True
    before, after = touch.before, touch.task
    if after is None or before is None:
        return after is not None
    if before is after:
        # It was suggested.
        return True
    return replace(before, **{name: getattr(after, name) for name in _OF_THE_WAY}) != after


def has_new_price(touch: Touch) -> bool:
    """Whether Runway has sent an estimate since."""
    before = touch.before.estimated_credits if touch.before is not None else None
    return touch.task is not None and touch.task.estimated_credits != before


_OF_THE_WAY = ("asked_at", "progress", "remote_status")


def merged(outputs: tuple[Output, ...], changed: dict[int, Output]) -> tuple[Output, ...]:
    if not changed:
        return outputs
    by_index = {output.index: output for output in outputs} | changed
    return tuple(by_index[index] for index in sorted(by_index))
