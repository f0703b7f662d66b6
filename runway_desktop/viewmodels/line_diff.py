"""How one ordered list becomes another with the fewest structural signals, so that selection, focus and scroll
survive. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Removal:
    """Lines first..last (inclusive) leave. Positions are those at the moment when the step is carried out."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Insertion:
    """new[first..last] of the final list stand at first..last after the step."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Rearrangement:
    """The survivors changed their order: one layout change instead of many moves."""


Step = Removal | Insertion | Rearrangement

MOST_STEPS = 64
"""Above this many runs one layout change is cheaper for the view than the single steps."""


def steps(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Step]:
    """The steps from `old` to `new`: removals from the back, then insertions from the front; or one Rearrangement.
    Items are unique."""
    if old == new:
        return []
    staying, coming = set(new), set(old)
    if [item for item in old if item in staying] != [item for item in new if item in coming]:
        return [Rearrangement()]
    removals = [Removal(first, last) for first, last in reversed(_runs([item not in staying for item in old]))]
    insertions = [Insertion(first, last) for first, last in _runs([item not in coming for item in new])]
    found: list[Step] = [*removals, *insertions]
    return found if len(found) <= MOST_STEPS else [Rearrangement()]


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
