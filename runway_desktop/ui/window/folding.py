"""Splitter whose outer panes fold, by double click, click or key, or by themselves where the window is too narrow. A
handle remains to unfold them. Folded panes are not in the tab order. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSplitter, QSplitterHandle, QWidget

from runway_desktop.ui.theme import GRID, Role, Theme
from runway_desktop.usecases.words.plain import tip

STRIP = 2 * GRID
"""Width of the handle of a folded pane."""
COMFORT = 76 * GRID
"""Width of the middle pane below which the first pane folds by itself. The last one stays until the minimum."""


class FoldingSplitter(QSplitter):
    """Three panes, of which the first and last fold. `first_widths` are theirs in a new profile."""

    FOLDING = (0, 2)

    def __init__(self, theme: Theme, panes: tuple[QWidget, QWidget, QWidget], first_widths: tuple[int, int]) -> None:
        super().__init__(Qt.Orientation.Horizontal, handleWidth=1)
        self._theme = theme
        self._widths = dict(zip(self.FOLDING, first_widths, strict=True))
        """Last unfolded width of each pane that folds."""
        self._without_room: set[int] = set()
        """Panes that folded by themselves, and unfold in a wider window."""
        self._kept_open: int | None = None
        """Pane that was unfolded by hand although the middle pane is narrow then."""
        for pane in panes:
            self.addWidget(pane)
        self.setCollapsible(1, False)
        self.splitterMoved.connect(lambda _position, handle: self._moved(0 if handle == 1 else 2))

    def createHandle(self) -> QSplitterHandle:
        return FoldHandle(self._theme, self)

    def is_folded(self, position: int) -> bool:
        return self.sizes()[position] == 0

    def toggle(self, position: int) -> None:
        """Folds a pane, or restores its former width; then the other pane folds if there is no space for both."""
        by_hand = self._folded() - self._without_room - {position}
        if self.is_folded(position):
            self._kept_open = position
        else:
            self._kept_open = None
            by_hand.add(position)
        self._without_room = self._crowded(by_hand)
        self._fold(by_hand | self._without_room)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Folds panes that have no space, and unfolds those that folded only for that reason."""
        super().resizeEvent(event)
        by_hand = self._folded() - self._without_room
        kept, self._kept_open = self._kept_open, None
        without_room = self._crowded(by_hand)
        if without_room and kept is not None:
            self._kept_open = kept
            without_room = self._crowded(by_hand)
        changed = without_room != self._without_room
        self._without_room = without_room
        self._share(by_hand | without_room)
        if changed:
            self._show_folded()

    def _folded(self) -> set[int]:
        return {pane for pane in self.FOLDING if self.is_folded(pane)}

    def _crowded(self, folded: set[int]) -> set[int]:
        """The panes to fold so that the middle one has its space, if `folded` are folded anyway."""
        least = self.widget(1).minimumWidth()
        needs = {one: self.widget(one).minimumWidth() + 1 for one in self.FOLDING}
        order: tuple[tuple[int, int], ...] = ((0, COMFORT), (2, least))
        if self._kept_open is None:
            needs[0] = self._widths[0] + 1
        else:
            order = ((2 - self._kept_open, least),)
        found: set[int] = set()
        for pane, wanted in order:
            taken = sum(STRIP if one in folded | found else need for one, need in needs.items())
            if pane not in folded and self.width() - taken < wanted:
                found.add(pane)
        return found

    def _fold(self, folded: set[int]) -> None:
        """Folds exactly these panes."""
        self._share(folded)
        self._show_folded()

    def _share(self, folded: set[int]) -> None:
        """Gives each other pane its own width, or less where the middle one has too little."""
        handles = sum(STRIP if pane in folded else self.handleWidth() for pane in self.FOLDING)
        room = self.width() - handles
        sizes = [0, 0, 0]
        for pane in (one for one in self.FOLDING if one not in folded):
            sizes[pane] = self._widths[pane]
        over = sum(sizes) + max(COMFORT, self.widget(1).minimumWidth()) - room
        for pane in (2, 0):
            spare = min(max(0, over), max(0, sizes[pane] - self.widget(pane).minimumWidth()))
            sizes[pane] -= spare
            over -= spare
        # The exact remainder: otherwise QSplitter distributes the difference over all panes.
        sizes[1] = room - sizes[0] - sizes[2]
        self._show_handles(sizes)
        self.setSizes(sizes)

    def open_widths(self) -> str:
        """Widths to store in addition to the splitter's state, then the panes that folded by themselves."""
        return " ".join(map(str, (*self._widths.values(), *self._without_room)))

    def restore_widths(self, kept: str) -> None:
        """Restores stored widths; call after restoring the splitter's state."""
        words = [int(word) for word in kept.split() if word.isdecimal()]
        if len(words) >= len(self.FOLDING) and all(words[:2]):
            self._widths = dict(zip(self.FOLDING, words, strict=False))
            self._without_room = {one for one in words[2:] if one in self.FOLDING}
        self._show_folded()

    def tell_keys(self, said: Callable[[int], str]) -> None:
        """`said` returns the tool tip of a pane's handle."""
        for pane_index in self.FOLDING:
            self.handle(max(1, pane_index)).setToolTip(tip(said(pane_index)))
            self.handle(max(1, pane_index)).setAccessibleName(said(pane_index))

    def _show_handles(self, sizes: list[int]) -> None:
        for pane_index in self.FOLDING:
            handle = self.handle(max(1, pane_index))
            if isinstance(handle, FoldHandle):
                handle.show_folded(pane_index if sizes[pane_index] == 0 else None)

    def _moved(self, pane: int) -> None:
        """Only a width that the user chose is kept: a small window makes panes narrower for a time."""
        if self.sizes()[pane] > 0:
            self._widths[pane] = self.sizes()[pane]
        self._show_folded()

    def _show_folded(self) -> None:
        self._show_handles(self.sizes())
        for pane_index in self.FOLDING:
            folded = self.is_folded(pane_index)
            content = self.widget(pane_index).layout()
            for number in range(content.count()):
                inner = content.itemAt(number).widget()
                if inner is not None:
                    inner.setVisible(not folded)
        self.refresh()


class FoldHandle(QSplitterHandle):
    """Line between two panes; a strip with an arrow if one is folded."""

    def __init__(self, theme: Theme, splitter: FoldingSplitter) -> None:
        super().__init__(Qt.Orientation.Horizontal, splitter)
        self._theme = theme
        self._splitter = splitter
        self._folded: int | None = None

    def show_folded(self, position: int | None) -> None:
        """Sets the pane that is folded at this handle, or None."""
        if position != self._folded:
            self._folded = position
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(STRIP, STRIP) if self._folded is not None else super().sizeHint()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._splitter.toggle(self._pane())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if self._folded is not None and self.rect().contains(event.position().toPoint()):
            # A single click unfolds; the second click of a double click finds it unfolded.
            self._splitter.toggle(self._folded)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._folded is None:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.fillRect(self.contentsRect(), self._theme.color(Role.HOVER if self.underMouse() else Role.WINDOW))
        points_right = (self._folded == 0) is not self.isRightToLeft()
        name = "mdi6.chevron-right" if points_right else "mdi6.chevron-left"
        middle = self.contentsRect().center()
        box = QRect(middle.x() - GRID + 1, middle.y() - GRID, STRIP, STRIP)
        self._theme.icon(name, Role.TEXT if self.underMouse() else Role.MUTED).paint(painter, box)

    def _pane(self) -> int:
        splitter = self._splitter
        return 0 if splitter.handle(1) is self else 2
