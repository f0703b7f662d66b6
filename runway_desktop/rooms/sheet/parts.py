"""Parts of the sheet's window around its cells: the bars of fixes and of the cap, the fill handle, row numbers. GUI
thread only."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHeaderView, QRubberBand, QTableView, QWidget

from runway_desktop.rooms.sheet.model.sheet import Sheet
from runway_desktop.rooms.sheet.model.summary import SheetSummary
from runway_desktop.texts import _, in_turn
from runway_desktop.ui.building import hbox, push_button, timer, viewport_of
from runway_desktop.ui.labels import announce, say, words
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.usecases.sheets.mending import Fix
from runway_desktop.usecases.words import units

_HANDLE = GRID
_AFTER_MS = 120
"""Debounce while typing."""
_BAR = QSize(30 * GRID, GRID)


class FixBar(QFrame):
    """Bar with the most common error of the rows, and a button that fixes it in all of them."""

    rows_wanted = Signal(int, str)
    """First row with the error, and the key of its column."""

    def __init__(self, sheet: Sheet, theme: Theme, is_editing: Callable[[], bool], parent: QWidget) -> None:
        """`is_editing`: whether a cell is being edited; then the layout must not change."""
        super().__init__(parent)
        self._sheet = sheet
        self._is_editing = is_editing
        self._theme = theme
        self._fix: Fix | None = None
        self.setProperty("box", True)
        self.setAccessibleName(_("Suggested fix"))
        self._icon = words(self, wrap=False)
        self._text = words(self)
        show = push_button(self, _("Show rows"), self._show_rows, kind="flat")
        self._apply = push_button(self, _("Fix"), sheet.apply_fix)
        hbox(self._icon, (self._text, 1), show, self._apply, on=self, margins=(GRID + GRID // 2, GRID, GRID, GRID))
        self._soon = timer(self, _AFTER_MS, self._look)
        sheet.model.counted.connect(self._soon.start)
        sheet.model.busy_changed.connect(self._soon.start)
        sheet.sending.changed.connect(self._soon.start)
        FollowsTheme(theme, self, self._restyle)
        self.hide()
        self._soon.start()

    def _look(self) -> None:
        if self._is_editing():
            self._soon.start()
            return
        fix = self._sheet.fix
        if fix == self._fix:
            return
        if fix is not None and (self._fix is None or fix.problem != self._fix.problem):
            announce(self, fix.problem)
        self._fix = fix
        self.setVisible(fix is not None)
        if fix is None:
            return
        over = self._sheet.outlook.over_cap(fix.credits or 0.0)
        cap = _("That is {credits} over today's cap.", credits=units.credits_in_words(over)) if over else ""
        say(self._text, str(in_turn(fix.problem, cap)), "warn" if over else "")
        self._apply.setText("   ".join(part for part in (fix.label, fix.price) if part))
        self._apply.setAccessibleName(
            _("{action}, {price}", action=fix.label, price=fix.price) if fix.price else fix.label
        )
        self._apply.setToolTip(_("You can undo this. Nothing is sent."))

    def _show_rows(self) -> None:
        if self._fix is not None:
            self.rows_wanted.emit(self._fix.row, self._fix.key)

    def _restyle(self) -> None:
        side = 2 * GRID + GRID // 4
        self._icon.setPixmap(self._theme.icon("mdi6.alert-outline", Role.WARN).pixmap(side, side))
        self._icon.setAlignment(Qt.AlignmentFlag.AlignVCenter)


class CapBar(QWidget):
    """Line below the table: today's cap as a bar, with what is spent, what the ready rows add, and what is left."""

    def __init__(self, outlook: SheetSummary, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._outlook = outlook
        self._bar = _Bar(theme, self)
        self._text = words(self, tone="muted")
        hbox(words(self, _("Today's cap"), "muted", wrap=False), self._bar, (self._text, 1), on=self)
        outlook.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        cap = self._outlook.cap
        self.setVisible(cap is not None)
        if cap is not None:
            self._bar.show_shares(cap.spent / cap.limit, cap.ready / cap.limit)
            say(self._text, cap.words, "warn" if cap.over else "muted")


class _Bar(QWidget):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._spent = self._ready = 0.0
        self.setFixedSize(_BAR)
        theme.changed.connect(self.update)

    def show_shares(self, spent: float, ready: float) -> None:
        """Shares of the cap, from 0 on."""
        self._spent = min(1.0, spent)
        self._ready = min(1.0 - self._spent, ready)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            painter.translate(self.width(), 0)
            painter.scale(-1, 1)
        whole = QRectF(self.rect())
        both = QRectF(0, 0, whole.width() * (self._spent + self._ready), whole.height())
        painter.fillRect(whole, self._theme.color(Role.HOVER))
        painter.fillRect(both, self._theme.color(Role.ACCENT))
        painter.setOpacity(0.5)
        painter.fillRect(QRectF(0, 0, whole.width() * self._spent, whole.height()), self._theme.color(Role.HOVER))


class FillHandle(QWidget):
    """The square at the corner of the selection; dragged down it fills the cells below, as Ctrl+D does."""

    dragged_to = Signal(int)
    """Row of the drop, below the selection."""

    def __init__(self, table: QTableView, theme: Theme, area: Callable[[], QRect]) -> None:
        """`area` returns the selection's rectangle in the viewport, empty if it cannot be filled."""
        super().__init__(table.viewport())
        self._table = table
        self._theme = theme
        self._area = area
        self._band: QRubberBand | None = None
        self.setFixedSize(_HANDLE, _HANDLE)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setToolTip(_("Drag down to fill rows (Ctrl+D)"))
        self.setAccessibleName(_("Fill down"))
        self.hide()
        for bar in (table.verticalScrollBar(), table.horizontalScrollBar()):
            bar.valueChanged.connect(self.place)
        table.selectionModel().selectionChanged.connect(self.place)
        table.horizontalHeader().sectionResized.connect(self.place)

    def place(self, *_: object) -> None:
        """Moves to the corner of the selection."""
        area = self._area()
        end = area.bottomLeft() if self._table.isRightToLeft() else area.bottomRight()
        corner = end - QPoint(_HANDLE // 2, _HANDLE // 2)
        self.setVisible(not area.isEmpty() and viewport_of(self._table).rect().contains(corner))
        self.move(corner)
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.color(Role.SURFACE))
        painter.fillRect(self.rect().adjusted(1, 1, -1, -1), self._theme.color(Role.ACCENT))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._band = QRubberBand(QRubberBand.Shape.Rectangle, viewport_of(self._table))
            self._stretch(self._row_at(event))
            self._band.show()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._band is not None:
            row = self._row_at(event)
            self._table.scrollTo(self._table.model().index(row, self._table.currentIndex().column()))
            self._stretch(row)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._band is not None:
            self._band.hide()
            self._band.deleteLater()
            self._band = None
            self.dragged_to.emit(self._row_at(event))

    def _row_at(self, event: QMouseEvent) -> int:
        at = self.mapTo(viewport_of(self._table), event.position().toPoint())
        row = self._table.rowAt(max(0, min(at.y(), viewport_of(self._table).height() - 1)))
        return row if row >= 0 else self._table.model().rowCount() - 1

    def _stretch(self, row: int) -> None:
        area = self._area()
        last = self._table.visualRect(self._table.model().index(row, self._table.currentIndex().column()))
        if self._band is not None:
            self._band.setGeometry(area.united(QRect(area.left(), last.top(), area.width(), last.height())))


class RowNumbers(QHeaderView):
    """Vertical header that measures only the last number, the widest. QHeaderView measures two hundred rows after each
    insertion."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self.setSectionsClickable(True)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setHighlightSections(False)
        self.setAccessibleName(_("Row numbers"))

    def sizeHint(self) -> QSize:
        last = self.count() - 1
        return self.sectionSizeFromContents(last) if last >= 0 else super().sizeHint()
