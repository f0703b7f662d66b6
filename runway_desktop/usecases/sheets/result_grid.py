"""Results of a sheet as a grid: the position of each task from its choices of braces and axes. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from runway_desktop.domain.task import TaskId
from runway_desktop.values import Struct


class Grid(Struct, frozen=True):
    """`tasks` by row and column."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    tasks: dict[tuple[int, int], TaskId]


def grid_of(sent: Sequence[tuple[str, Sequence[tuple[TaskId, tuple[str, ...]]]]]) -> Grid:
    """The grid of rows' prompts and the tasks made from each, with their labels. The last varying dimension becomes the
    columns, all others the rows."""
    entries = [(task, (prompt, *labels)) for prompt, tasks in sent for task, labels in tasks]
    deep = max((len(labels) for _, labels in entries), default=0)
    # Rows with fewer choices than others get empty labels.
    padded = [(task, labels + ("",) * (deep - len(labels))) for task, labels in entries]
    differing = [at for at in range(deep) if len({labels[at] for _, labels in padded}) > 1]
    # Prefer a dimension in which every row has a value: rows without a brace have none in its dimension.
    whole = [at for at in differing[1 if differing[:1] == [0] else 0 :] if all(labels[at] for _, labels in padded)]
    others = [at for at in differing if at > 0]
    across = whole[-1] if whole else others[-1] if others else None
    down = [at for at in differing if at != across] or [0]
    rows: dict[tuple[str, ...], int] = {}
    columns: dict[str, int] = {}
    tasks: dict[tuple[int, int], TaskId] = {}
    for task, labels in padded:
        row = rows.setdefault(tuple(labels[at] for at in down) if labels else ("",), len(rows))
        column = columns.setdefault(labels[across] if across is not None else "", len(columns))
        # Rows with the same request are placed below each other.
        while (row, column) in tasks:
            row = rows.setdefault((*tuple(labels[at] for at in down), str(len(rows))), len(rows))
        tasks[row, column] = task
    titles = tuple(" · ".join(part for part in key[: len(down)] if part) for key in rows)
    return Grid(titles, tuple(columns), tasks)
