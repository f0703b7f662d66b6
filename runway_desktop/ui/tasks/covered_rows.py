"""Scrolling past what covers the foot of a list, so that nothing of the list itself moves when it comes. GUI thread."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QTableView

DOWN = frozenset({Qt.Key.Key_End, Qt.Key.Key_Down, Qt.Key.Key_PageDown})
"""Keys that lead to what may be covered."""


def free_height(height: int, covered: int, least: int) -> int:
    """What is not covered of a view of this height, but `least` at any rate: its top never scrolls away from it."""
    return min(height, max(height - covered, least))


@contextmanager
def past_the_end(view: QTableView, covered: int) -> Iterator[None]:
    """Around Qt's own reckoning of what can be scrolled to: adds `covered` pixels to its end.

    Qt's range is taken back before anyone hears of it: else what is past the end would be scrolled away from, and a bar
    that is only needed for what is covered would come and go without end.
    """
    bar, header = view.verticalScrollBar(), view.verticalHeader()
    before = (bar.maximum(), bar.value())
    blocked = QSignalBlocker(bar)
    yield
    bar.setMaximum(before[0])
    bar.setValue(before[1])
    blocked.unblock()
    free = free_height(view.viewport().height(), covered, header.defaultSectionSize())
    bar.setRange(0, max(0, header.length() - free))
    header.setOffset(bar.value())
