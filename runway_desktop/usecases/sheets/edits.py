"""What a person does to a sheet, as steps that can be taken back. Values; the model carries them out.

A step names rows by their number, never by their place, so that it stays true whatever was inserted meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runway_desktop.services.library.expansion import Axis

from .rows import SheetRow

Place = tuple[int, str]
"""Number of a row, key of a column."""


@dataclass(frozen=True, slots=True)
class Write:
    """Cells and what they were and are; None is blank."""

    words: str
    before: Mapping[Place, Any]
    after: Mapping[Place, Any]


@dataclass(frozen=True, slots=True)
class Insert:
    """`at`: the place of the first, from 0."""

    words: str
    at: int
    rows: Sequence[SheetRow]
    cells: Write | None = None
    """Cells that were written with it, in one step."""


@dataclass(frozen=True, slots=True)
class Remove:
    """`rows` with the places that they had, first to last."""

    words: str
    rows: Sequence[tuple[int, SheetRow]]


@dataclass(frozen=True, slots=True)
class SetAxes:
    words: str
    before: tuple[Axis, ...]
    after: tuple[Axis, ...]


Edit = Write | Insert | Remove | SetAxes
