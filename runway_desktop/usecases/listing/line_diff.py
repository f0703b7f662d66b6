"""Difference of two ordered lists in as few model signals as possible, so that views keep selection, focus and scroll
position. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from runway_desktop.values import Struct

Item = TypeVar("Item")


class LineRemoval(Struct, frozen=True):
    """Removes lines first..last (inclusive). Indexes are those at the time of the step."""

    first: int
    last: int


class Insertion(Struct, Generic[Item], frozen=True):
    """Inserts these lines at `first`."""

    first: int
    items: tuple[Item, ...]


class Rearrangement(Struct, Generic[Item], frozen=True):
    """Reorders the same lines: one layout change instead of many moves."""

    items: tuple[Item, ...]


MOST_STEPS = 64
"""With more runs than this, a few steps over the whole list are cheaper for the view than many single ones."""

_STRETCH = 512
_SHORT = 1000
"""Up to so many items, each is searched for directly."""


def steps(old: Sequence[Item], new: Sequence[Item]) -> list[LineRemoval | Insertion[Item] | Rearrangement[Item]]:
    """The steps from `old` to `new`, whose items are unique: removals from the back, then insertions from the front. If
    remaining lines change their order, or there are very many runs: removed lines are moved to the end first, and new
    lines are added at the end and then moved."""
    before, after = _alike(old, new)
    if before == len(old) == len(new):
        return []
    if before or after:
        inner = _steps(old[before : len(old) - after], new[before : len(new) - after])
        if not any(isinstance(step, Rearrangement) for step in inner):
            return [_moved(step, before) for step in inner]
        # A reordering needs the whole list.
    return _steps(old, new)


def _steps(old: Sequence[Item], new: Sequence[Item]) -> list[LineRemoval | Insertion[Item] | Rearrangement[Item]]:
    if len(old) <= _SHORT:
        added = _added(old, new)
        if added is not None:
            return list(added)
    known, wanted = set(old), set(new)
    staying = [item for item in new if item in known]
    if [item for item in old if item in wanted] == staying:
        removals = [LineRemoval(first, last) for first, last in reversed(_runs([item not in wanted for item in old]))]
        coming = _runs([item not in known for item in new])
        if len(removals) + len(coming) <= MOST_STEPS:
            return [*removals, *(Insertion(first, tuple(new[first : last + 1])) for first, last in coming)]
    return _over_the_whole(list(old), list(new), staying, known, wanted)


def _added(old: Sequence[Item], new: Sequence[Item]) -> list[Insertion[Item]] | None:
    """The steps if lines are only inserted, in few places; otherwise None. This is the usual case after the first part
    of an answer is completed, which may be a thousand times longer."""
    found: list[Insertion[Item]] = []
    position = 0
    for item in old:
        try:
            next_position = new.index(item, position)
        except ValueError:
            return None
        if next_position > position:
            found.append(Insertion(position, tuple(new[position:next_position])))
            if len(found) > MOST_STEPS:
                return None
        position = next_position + 1
    if position < len(new):
        found.append(Insertion(position, tuple(new[position:])))
    return found


def _alike(old: Sequence[Item], new: Sequence[Item]) -> tuple[int, int]:
    """Lengths of the common prefix and of the common suffix of the rest. Compares whole slices, since usually only a
    few of a hundred thousand lines differ."""
    most = min(len(old), len(new))
    before = 0
    while before < most and old[before : before + _STRETCH] == new[before : before + _STRETCH]:
        before = min(before + _STRETCH, most)
    while before < most and old[before] == new[before]:
        before += 1
    after, most = 0, most - before
    while after + _STRETCH <= most and (
        old[len(old) - after - _STRETCH : len(old) - after] == new[len(new) - after - _STRETCH : len(new) - after]
    ):
        after += _STRETCH
    while after < most and old[len(old) - after - 1] == new[len(new) - after - 1]:
        after += 1
    return before, after


def _moved(
    step: LineRemoval | Insertion[Item] | Rearrangement[Item], by: int
) -> LineRemoval | Insertion[Item] | Rearrangement[Item]:
    match step:
        case LineRemoval(first, last):
            return LineRemoval(first + by, last + by)
        case Insertion(first, items):
            return Insertion(first + by, items)
        case _:
            return step


def _over_the_whole(
    old: list[Item], new: list[Item], staying: list[Item], known: set[Item], wanted: set[Item]
) -> list[LineRemoval | Insertion[Item] | Rearrangement[Item]]:
    found: list[LineRemoval | Insertion[Item] | Rearrangement[Item]] = []
    leaving = [item for item in old if item not in wanted]
    coming = [item for item in new if item not in known]
    if old != [*staying, *leaving]:
        found.append(Rearrangement((*staying, *leaving)))
    if leaving:
        found.append(LineRemoval(len(staying), len(old) - 1))
    if coming:
        found.append(Insertion(len(staying), tuple(coming)))
    if new != [*staying, *coming]:
        found.append(Rearrangement(tuple(new)))
    return found


def _runs(flags: Sequence[bool]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    start: int | None = None
    for position, flag in enumerate(flags):
        if flag and start is None:
            start = position
        elif not flag and start is not None:
            found.append((start, position - 1))
            start = None
    if start is not None:
        found.append((start, len(flags) - 1))
    return found
