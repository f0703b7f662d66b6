"""Edits of a sheet as steps that can be undone, and paths of files that moved. The model applies the steps.

A step names rows by their number, not by their position, so that it stays valid after insertions.
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
"""Number of a row, key of a column."""
Values = Mapping[CellKey, Any]
"""Cells with what is, or was, in them; None is blank."""


class Write(Struct, frozen=True):
    """Cells and what they were and are."""

    words: str
    before: Values
    after: Values


class Insert(Struct, frozen=True):
    """`at`: the place of the first, from 0. The rows have in them what they came with."""

    words: str
    at: int
    rows: Sequence[SheetRow]
    cells: Write | None = None
    """Cells of other rows that were written with it, in one step."""


class Remove(Struct, frozen=True):
    """`rows` with the places that they had, first to last."""

    words: str
    rows: Sequence[tuple[int, SheetRow]]


class SetAxes(Struct, frozen=True):
    words: str
    before: tuple[Axis, ...]
    after: tuple[Axis, ...]


Edit = Write | Insert | Remove | SetAxes


def writing(rows: Mapping[int, SheetRow], columns: Columns, after: Values, words: str) -> Write | None:
    """The step that writes these cells of these rows, without those that change nothing or that may not be written;
    None where nothing is left."""
    before = {
        (number, key): rows[number].cells.get(key)
        for number, key in after
        if number in rows and not rows[number].sent and columns.column(key).is_cell
    }
    moved = {cell_key: after[cell_key] for cell_key in before if before[cell_key] != after[cell_key]}
    return Write(words, {cell_key: before[cell_key] for cell_key in moved}, moved) if moved else None


def follow_moves(row: SheetRow, moved: Mapping[str, str]) -> bool:
    """Names the files of a row where they are now, by their URIs, old to new. False where none of them moved."""
    after = {key: with_moved_files(value, moved) for key, value in row.cells.items()}
    news = {key: value for key, value in after.items() if value is not row.cells[key]}
    if news:
        row.cells.update(news)
        row.text = ""
    return bool(news)


def axes_after(axes: tuple[Axis, ...], moved: Mapping[str, str]) -> tuple[Axis, ...]:
    """The axes with their files where they are now."""
    now = tuple((axis, with_moved_files(axis.values, moved)) for axis in axes)
    return tuple(axis if values is axis.values else replace(axis, values=tuple(values)) for axis, values in now)
