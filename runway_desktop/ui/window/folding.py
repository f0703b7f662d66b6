"""Splitter whose outer panes fold; a handle remains to unfold them by double click, click or key. Folded panes are not
in the tab order. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSplitter, QSplitterHandle, QWidget

from runway_desktop.ui.theme import GRID, Role, Theme
from runway_desktop.usecases.words.plain import tip

STRIP = 2 * GRID
"""Width of the handle of a folded pane."""


class FoldingSplitter(QSplitter):
    """Three panes, of which the first and last fold. `first_widths` are theirs in a new profile."""

    FOLDING = (0, 2)

    def __init__(self, theme: Theme, panes: tuple[QWidget, QWidget, QWidget], first_widths: tuple[int, int]) -> None:
        super().__init__(Qt.Orientation.Horizontal, handleWidth=1)
        self._theme = theme
        self._widths = dict(zip(self.FOLDING, first_widths, strict=True))
        """Last unfolded width of each pane that folds."""
        for pane in panes:
            self.addWidget(pane)
        self.setCollapsible(1, False)
        self.splitterMoved.connect(lambda *_: self._moved())

    def createHandle(self) -> QSplitterHandle:
        return FoldHandle(self._theme, self)

    def is_folded(self, position: int) -> bool:
        return self.sizes()[position] == 0

    def toggle(self, position: int) -> None:
        """Folds a pane, or restores its former width."""
        self._note()
        sizes = self.sizes()
        sizes[position] = self._widths[position] if sizes[position] == 0 else 0
        handles = sum(STRIP if sizes[one] == 0 else self.handleWidth() for one in self.FOLDING)
        # The exact remainder: otherwise QSplitter distributes the difference over all panes.
        sizes[1] = self.width() - sizes[0] - sizes[2] - handles
        self._show_handles(sizes)
        self.setSizes(sizes)
        self._moved()

    def open_widths(self) -> str:
        """Widths to store in addition to the splitter's state."""
        self._note()
        return " ".join(str(width) for width in self._widths.values())

    def restore_widths(self, kept: str) -> None:
        """Restores stored widths; call after restoring the splitter's state."""
        words = kept.split()
        if len(words) == len(self.FOLDING) and all(word.isdecimal() and int(word) > 0 for word in words):
            self._widths = dict(zip(self.FOLDING, map(int, words), strict=True))
        self._moved()

    def tell_keys(self, said: Callable[[int], str]) -> None:
        """`said` returns the tool tip of a pane's handle."""
        for pane_index in self.FOLDING:
            self.handle(max(1, pane_index)).setToolTip(tip(said(pane_index)))
            self.handle(max(1, pane_index)).setAccessibleName(said(pane_index))

    def _note(self) -> None:
        sizes = self.sizes()
        self._widths |= {pane_index: sizes[pane_index] for pane_index in self.FOLDING if sizes[pane_index] > 0}

    def _show_handles(self, sizes: list[int]) -> None:
        for pane_index in self.FOLDING:
            handle = self.handle(max(1, pane_index))
            if isinstance(handle, FoldHandle):
                handle.show_folded(pane_index if sizes[pane_index] == 0 else None)

    def _moved(self) -> None:
        self._note()
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
        name = "mdi6.chevron-right" if self._folded == 0 else "mdi6.chevron-left"
        middle = self.contentsRect().center()
        box = QRect(middle.x() - GRID + 1, middle.y() - GRID, STRIP, STRIP)
        self._theme.icon(name, Role.TEXT if self.underMouse() else Role.MUTED).paint(painter, box)

    def _pane(self) -> int:
        splitter = self._splitter
        return 0 if splitter.handle(1) is self else 2
