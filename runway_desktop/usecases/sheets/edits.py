"""Edits of a sheet as undoable steps, and updates for moved files. The model applies the steps.

A step identifies rows by number, not by index, so that it stays valid after insertions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from runway_desktop.domain.inputs import with_moved_files
from runway_desktop.services.library.expansion import Axis
from runway_desktop.values import Struct, replace

from .columns import Columns
from .rows import SheetRow

CellKey = tuple[int, str]
"""Row number and column key."""
Values = Mapping[CellKey, Any]
"""Cells with their values; None is blank."""


class Write(Struct, frozen=True):
    """A change of cells, with old and new values."""

    words: str
    before: Values
    after: Values


class Insert(Struct, frozen=True):
    """`at`: index of the first new row."""

    words: str
    at: int
    rows: Sequence[SheetRow]
    cells: Write | None = None
    """Changes of other rows in the same step."""


class Remove(Struct, frozen=True):
    """`rows` with their former indexes, in order."""

    words: str
    rows: Sequence[tuple[int, SheetRow]]


class SetAxes(Struct, frozen=True):
    words: str
    before: tuple[Axis, ...]
    after: tuple[Axis, ...]


Edit = Write | Insert | Remove | SetAxes


def writing(rows: Mapping[int, SheetRow], columns: Columns, after: Values, words: str) -> Write | None:
    """The step that writes these cells, without unchanged and read-only ones; None if none is left."""
    before = {
        (number, key): rows[number].cells.get(key)
        for number, key in after
        if number in rows and not rows[number].sent and columns.column(key).is_cell
    }
    moved = {cell_key: after[cell_key] for cell_key in before if before[cell_key] != after[cell_key]}
    return Write(words, {cell_key: before[cell_key] for cell_key in moved}, moved) if moved else None


def follow_moves(row: SheetRow, moved: Mapping[str, str]) -> bool:
    """Updates the row's URIs of moved files, old to new. False if there are none."""
    after = {key: with_moved_files(value, moved) for key, value in row.cells.items()}
    news = {key: value for key, value in after.items() if value is not row.cells[key]}
    if news:
        row.cells.update(news)
        row.text = ""
    return bool(news)


def axes_after(axes: tuple[Axis, ...], moved: Mapping[str, str]) -> tuple[Axis, ...]:
    """The axes with updated URIs of moved files."""
    now = tuple((axis, with_moved_files(axis.values, moved)) for axis in axes)
    return tuple(axis if values is axis.values else replace(axis, values=tuple(values)) for axis, values in now)
