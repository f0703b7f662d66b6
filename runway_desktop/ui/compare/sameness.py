"""Whether two pictures are the same, pixel for pixel: measured on a worker, told when it is known. GUI thread only, but
for `same_pixels`.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from runway_desktop.ui.media.picture import Picture
from runway_desktop.ui.media.workers import Workers

_BAND = 4 * 1024 * 1024
"""Bytes that are compared at once: between two bands other threads have their turn."""


class Sameness(QObject):
    known = Signal(bool)
    """Of the two that were looked at last; false as well while it is not known."""

    def __init__(self, workers: Workers, parent: QObject) -> None:
        super().__init__(parent)
        self._workers = workers
        self._pair: tuple[Picture, Picture] | None = None

    def look(self, first: Picture | None, second: Picture | None) -> None:
        """Measures these two, once. Nothing is said of what is not read yet, nor of what is shown less than exactly."""
        if first is None or second is None or not (first.is_exact and second.is_exact):
            self.forget()
        elif self._pair is None or self._pair[0] is not first or self._pair[1] is not second:
            self._pair = pair = (first, second)
            self.known.emit(False)
            self._workers.run(partial(same_pixels, first.levels[0], second.levels[0]), partial(self._tell, pair))

    def forget(self) -> None:
        """Neither is looked at any more: they are not kept in memory for it."""
        self._pair = None
        self.known.emit(False)

    def _tell(self, pair: tuple[Picture, Picture], same: bool) -> None:
        if pair is self._pair:
            self.known.emit(same)


def same_pixels(first: QImage, second: QImage) -> bool:
    """Of two sizes never. Color and transparency count, how they are stored does not. Any thread, but the
    GUI's, which it would hold up."""
    if first.isNull() or first.size() != second.size():
        return False
    deep = max(first.depth(), second.depth()) > 32
    way = QImage.Format.Format_RGBA64 if deep else QImage.Format.Format_ARGB32
    # Held by names: their bytes are theirs.
    first, second = first.convertToFormat(way), second.convertToFormat(way)
    one, other = first.constBits(), second.constBits()
    return len(one) == len(other) and all(
        bytes(one[at : at + _BAND]) == bytes(other[at : at + _BAND]) for at in range(0, len(one), _BAND)
    )
