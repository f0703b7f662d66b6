"""The lazy border: what a first opening needs is imported in turns of the event loop, so that the window stays usable.
All at once it would stand still for a tenth of a second or more. GUI thread only.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, QTimer

from runway_desktop.services.lazy_imports import leaves_first

LINES_A_TURN = 300
"""Importing so many takes a few milliseconds."""


class FirstOpenings(QObject):
    """Imports what is opened for the first time. A wish is carried out once its entry module is there."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wishes: dict[str, list[tuple[Callable[[], object], bool]]] = {}
        self._walk: Iterator[int] | None = None
        self._is_over = False
        self._turns = QTimer(self, singleShot=True, interval=0)
        self._turns.timeout.connect(self._turn)

    def open(self, entry: str, wish: Callable[[], object], *, each: bool = False) -> None:
        """Calls `wish` once the module `entry` is imported: at once if it is, else in a plain slot. Of what is wished
        until then only the latest is done, so that a key pressed twice opens one window, and all with `each`. An
        import that fails goes to `sys.excepthook`, and the wishes for it are dropped."""
        if self._is_over:
            return
        if entry in self._wishes:
            before = self._wishes[entry]
            self._wishes[entry] = [*(one for one in before if each or one[1]), (wish, each)]
        elif entry in sys.modules:
            wish()
        else:
            self._wishes[entry] = [(wish, each)]
            self._turns.start()

    def end(self) -> None:
        """The program closes: nothing is opened any more."""
        self._is_over = True
        self._wishes.clear()

    def _turn(self) -> None:
        entry = next(iter(self._wishes), None)
        if entry is None:
            return
        try:
            if entry in sys.modules:
                self._grant_first(entry)
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

    def _grant_first(self, entry: str) -> None:
        """One in each turn: what it raises takes none of the others along."""
        (wish, _), *others = self._wishes.pop(entry)
        if others:
            self._wishes[entry] = others
        wish()
