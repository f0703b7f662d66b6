"""Lazy imports for rooms on first opening, in steps between passes of the event loop. In one step the window would
freeze for 0.1 s or more. GUI thread only.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject

from runway_desktop.services.lazy_imports import leaves_first
from runway_desktop.viewmodels.model import Soon

LINES_A_TURN = 300
"""Lines of source per step: a few milliseconds."""


Wish = tuple[Callable[..., object], tuple[object, ...]]


class FirstOpenings(QObject):
    """Imports entry modules on demand; pending calls run once their module is imported."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wishes: dict[str, list[Wish]] = {}
        self._walk: Iterator[int] | None = None
        self._is_over = False
        self._turns = Soon(self, 0, self._turn)

    def open(self, entry: str, does: Callable[..., object], *given: object) -> None:
        """Calls `does` once the module `entry` is imported: immediately if it is, else from a plain slot. Equal calls
        are merged, so that two key presses open one window. A failed import goes to `sys.excepthook` and drops its
        calls."""
        wish = (does, given)
        if self._is_over:
            return
        if entry in self._wishes:
            self._wishes[entry] = [*(one for one in self._wishes[entry] if one != wish), wish]
        elif entry in sys.modules:
            does(*given)
        else:
            self._wishes[entry] = [wish]
            self._turns.start()

    def end(self) -> None:
        """Call when the program closes: drops pending calls and ignores new ones."""
        self._is_over = True
        self._wishes.clear()

    def _turn(self) -> None:
        entry = next(iter(self._wishes), None)
        if entry is None:
            return
        try:
            if entry in sys.modules:
                # One call per pass, so that an exception does not affect the others.
                (does, given), *others = self._wishes.pop(entry)
                if others:
                    self._wishes[entry] = others
                does(*given)
            else:
                self._import_some(entry)
        finally:
            if self._wishes:
                self._turns.start()

    def _import_some(self, entry: str) -> None:
        self._walk = self._walk or leaves_first(entry)
        lines = 0
        try:
            while lines < LINES_A_TURN:
                lines += next(self._walk)
        except StopIteration:
            self._walk = None
        except BaseException:
            self._walk = None
            self._wishes.pop(entry, None)
            raise
