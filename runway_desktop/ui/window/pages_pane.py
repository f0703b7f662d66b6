"""The left pane: list of states, pages, projects, tags, searches and batches with counts. The selection stays while
counts change. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from functools import partial

from PySide6.QtCore import QAbstractItemModel, QPoint, QRect, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFontMetrics,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QStyle, QStyleOptionViewItem, QWidget
from shiboken6 import isValid

from runway_desktop.texts import _, number
from runway_desktop.ui.building import line_edit, viewport_of
from runway_desktop.ui.labels import PlainLabel
from runway_desktop.ui.lifted_rows import has_rows, take_copy
from runway_desktop.ui.painting import RIGHT, Index, ItemDelegate
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.usecases.searching.pages import NEW_PROJECT, PaneEntry
from runway_desktop.usecases.words.plain import tip
from runway_desktop.viewmodels.tasks.pages import Pages

_DIMMED = 0.45
_ENTRY = Qt.ItemDataRole.UserRole + 1


class Taking(Enum):
    """Whether an entry accepts the dragged rows."""

    YES = auto()
    NO = auto()
    """Says why after a drop."""


class _EntryDelegate(ItemDelegate):
    named = Signal(object, str)
    """A PaneEntry, and its new name."""
    takes: Callable[[PaneEntry], Taking] | None = None
    """Set during a drag of rows."""
    over = -1
    """Row under the dragging pointer."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        entry: PaneEntry = index.data(_ENTRY)
        height = QFontMetrics(option.font).height() + GRID + GRID // 2
        return QSize(80, height + GRID if entry.heading else height)

    def paint_item(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry: PaneEntry = index.data(_ENTRY)
        rect = option.rect.adjusted(GRID, 0, -GRID, 0)
        takes = self.takes(entry) if self.takes is not None and not entry.heading else None
        if self.takes is not None and takes is not Taking.YES:
            painter.setOpacity(_DIMMED)
        if entry.heading:
            self.heading(painter, self.placed(rect.adjusted(GRID, GRID, 0, -2)), entry.title)
            return
        selected = self.ground(painter, option, rect, 5)
        if option.state & QStyle.StateFlag.State_HasFocus and option.widget is not None and option.widget.hasFocus():
            painter.setPen(self._theme.color(Role.ACCENT))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        if takes is Taking.YES:
            painter.setPen(self._theme.color(Role.ACCENT))
            painter.setBrush(self._theme.color(Role.SELECTED if index.row() == self.over else Role.SURFACE))
            painter.drawRoundedRect(rect.adjusted(0, 1, -1, -2), 5, 5)
        left = rect.left() + GRID
        if entry.icon:
            side = QFontMetrics(option.font).height()
            square = QRect(left, rect.center().y() - side // 2 + 1, side, side)
            self.icon(painter, self.placed(square), entry.icon, Role.TEXT if selected else Role.MUTED)
            left += side + GRID
        count = number(entry.count) if entry.count is not None else ""
        figures = self._theme.tabular(option.font)
        used = (
            self.text(painter, self.placed(rect.adjusted(0, 0, -GRID, 0)), count, figures, Role.FAINT, RIGHT) + 2 * GRID
        )
        room = QRect(left, rect.top(), rect.right() - left - used, rect.height())
        self.text(painter, self.placed(room), entry.title, option.font, Role.TEXT)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        return line_edit(parent, _("New name"))

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        if isinstance(editor, QLineEdit):
            editor.setText(index.data(_ENTRY).title)
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        entry: PaneEntry = index.data(_ENTRY)
        if isinstance(editor, QLineEdit) and editor.text().strip() not in ("", entry.title):
            self.named.emit(entry, editor.text())

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        height = editor.sizeHint().height()
        editor.setGeometry(option.rect.adjusted(GRID, 0, -GRID, 0).x(), 0, option.rect.width() - 2 * GRID, height)
        editor.move(editor.x(), option.rect.center().y() - height // 2)


class PagesPane(QListWidget):
    chosen = Signal(object)
    """Filter of the entry."""
    search_chosen = Signal(object)
    """A SavedSearch."""
    named = Signal(object, str)
    """A PaneEntry, and its new name."""
    menu_wanted = Signal(object, QPoint)
    """An Entry, and a global position."""
    sheet_chosen = Signal(str)
    """Id of a stored sheet to open."""
    rows_dropped = Signal(object)
    """Entry on which rows were dropped; None: remove them."""
    rows_over = Signal(object)
    """Entry under the dragged rows; None: no entry."""
    new_project_wanted = Signal()
    room_chosen = Signal(str)
    """Id of the page's room."""

    def __init__(self, pages: Pages, theme: Theme) -> None:
        super().__init__()
        self._pages = pages
        self._before_room = ""
        """Key of the list that was open before the page."""
        self.setAccessibleName(_("Sidebar"))
        self._delegate = _EntryDelegate(theme, self)
        self._delegate.named.connect(self.named)
        self.setItemDelegate(self._delegate)
        # Connected after QListWidget's own handler: an editor that loses the focus before it closes would commit even
        # on Escape.
        self._delegate.closeEditor.connect(lambda *_: self._name_written())
        self.setEditTriggers(QListWidget.EditTrigger.NoEditTriggers)
        self._wrote_from: QWidget | None = None
        """Widget that had the focus before a name was edited, to restore it."""
        self.setAcceptDrops(True)
        self._remove = _RemoveArea(theme, self)
        self._remove.dropped.connect(lambda: self.rows_dropped.emit(None))
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setStyleSheet("padding-top: 8px;")
        pages.changed.connect(self._show)
        self._show()
        self.setCurrentRow(0)
        self.currentItemChanged.connect(self._moved)
        FollowsTheme(theme, self, lambda: viewport_of(self).update())

    def light(self, takes: Callable[[PaneEntry], Taking] | None, removing: str = "") -> None:
        """Marks entries that accept the dragged rows, and shows the remove target; None ends that."""
        self._delegate.takes, self._delegate.over = takes, -1
        self._remove.show_words(removing if takes is not None else "")
        viewport_of(self).update()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.dragMoveEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Accepts rows over every entry, so that an entry that rejects them can say why after the drop."""
        if self._delegate.takes is None or not has_rows(event.mimeData()):
            event.ignore()
            return
        take_copy(event)
        self._hold_over(self.itemAt(event.position().toPoint()))

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._hold_over(None)

    def dropEvent(self, event: QDropEvent) -> None:
        item = self.itemAt(event.position().toPoint())
        self._hold_over(None)
        if item is not None and not item.data(_ENTRY).heading:
            take_copy(event)
            self.rows_dropped.emit(item.data(_ENTRY))

    def _hold_over(self, item: QListWidgetItem | None) -> None:
        row = self.row(item) if item is not None else -1
        if row != self._delegate.over:
            self._delegate.over = row
            viewport_of(self).update()
            self.rows_over.emit(item.data(_ENTRY) if item is not None else None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._remove.place()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A right click opens the menu without a change of the current entry."""
        if event.button() is not Qt.MouseButton.RightButton:
            super().mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        item = self.itemAt(event.pos())
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            item = self.currentItem()
        entry: PaneEntry | None = item.data(_ENTRY) if item is not None else None
        if entry is not None and not entry.heading:
            self.menu_wanted.emit(entry, event.globalPos())

    def choose(self, key: str) -> None:
        """Opens an entry by key, if it exists."""
        for row in range(self.count()):
            if self.item(row).data(_ENTRY).key == key:
                self.setCurrentRow(row)

    @property
    def current_entry(self) -> PaneEntry | None:
        current = self.currentItem()
        return current.data(_ENTRY) if current is not None else None

    def edit_name(self, key: str) -> None:
        """Edits the name of an entry in place. Escape keeps the old name."""
        for row in range(self.count()):
            item = self.item(row)
            if item.data(_ENTRY).key == key:
                self._wrote_from = self.window().focusWidget()
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
                self.scrollToItem(item)
                self.editItem(item)
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)

    def _name_written(self) -> None:
        before, self._wrote_from = self._wrote_from, None
        if before is not None and isValid(before):
            before.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def wanted_width(self) -> int:
        """Width that shows the titles of all pages whole, with their counts."""
        titles = [entry.title for entry in self._pages.entries() if entry.icon]
        return max(map(self.fontMetrics().horizontalAdvance, titles), default=0) + 12 * GRID

    def show_all(self) -> None:
        """Makes the entry of all tasks current. Emits no signal."""
        with QSignalBlocker(self):
            self.setCurrentRow(0)

    @property
    def current_room(self) -> str:
        """Id of the current page's room; empty for a list of tasks."""
        current = self.currentItem()
        return current.data(_ENTRY).room if current is not None else ""

    def show_room(self, room_id: str) -> None:
        """Makes a page's entry current; with an empty id, the entry before the page. Emits no signal."""
        if room_id == self.current_room:
            return
        keys = [self.item(row).data(_ENTRY).key for row in range(self.count())]
        if room_id and not self.current_room:
            self._before_room = keys[self.currentRow()]
        wanted = f"page {room_id}" if room_id else self._before_room
        with QSignalBlocker(self):
            self.setCurrentRow(keys.index(wanted) if wanted in keys else 0)

    def _show(self) -> None:
        """Updates entries in place if their keys are the same, which keeps selection, focus and scroll position."""
        entries = self._pages.entries()
        keys = [entry.key for entry in entries]
        if [self.item(row).data(_ENTRY).key for row in range(self.count())] == keys:
            for row, entry in enumerate(entries):
                self._fill(self.item(row), entry)
            return
        current = self.currentItem().data(_ENTRY).key if self.currentItem() else keys[0]
        scroll = self.verticalScrollBar().value()
        # The open page may have another name.
        kept = current if current in keys else self._pages.open_key
        with QSignalBlocker(self):
            self.clear()
            for entry in entries:
                item = QListWidgetItem()
                self._fill(item, entry)
                self.addItem(item)
            self.setCurrentRow(keys.index(kept) if kept in keys else 0)
        self.verticalScrollBar().setValue(scroll)
        if kept not in keys:
            self._moved()

    @staticmethod
    def _fill(item: QListWidgetItem, entry: PaneEntry) -> None:
        item.setData(_ENTRY, entry)
        spoken = _("{page}, {n}", page=entry.title, n=entry.count) if entry.count is not None else entry.title
        item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)
        item.setToolTip(tip(entry.title) if len(entry.title) > 20 else "")
        if entry.heading:
            item.setFlags(Qt.ItemFlag.NoItemFlags)

    def _moved(self, current: QListWidgetItem | None = None, before: QListWidgetItem | None = None) -> None:
        item = self.currentItem()
        entry: PaneEntry | None = item.data(_ENTRY) if item is not None else None
        if entry is not None and (entry.sheet_id or entry.room == NEW_PROJECT):
            # They open in their own window, so the current entry stays.
            with QSignalBlocker(self):
                self.setCurrentRow(self.row(before) if before is not None else 0)
            if entry.sheet_id:
                self.sheet_chosen.emit(entry.sheet_id)
            else:
                self.new_project_wanted.emit()
        elif entry is not None and entry.room:
            left: PaneEntry | None = before.data(_ENTRY) if before is not None else None
            if left is not None and not left.room:
                self._before_room = left.key
            self.room_chosen.emit(entry.room)
        elif entry is not None and entry.search is not None:
            self.search_chosen.emit(entry.search)
        elif entry is not None and entry.filter is not None:
            self.chosen.emit(entry.filter)


class _RemoveArea(PlainLabel):
    """Drop target to remove rows, below the entries during a drag. It overlays the list, so nothing moves."""

    dropped = Signal()

    def __init__(self, theme: Theme, parent: QListWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._is_over = False
        self.setAcceptDrops(True)
        self.hide()

    def show_words(self, words: str) -> None:
        self.setText(words)
        self.setAccessibleName(words)
        self.place()
        self.setVisible(bool(words))
        self.raise_()

    def place(self) -> None:
        around = self.parentWidget().rect()
        height = QFontMetrics(self.font()).height() + 2 * GRID
        self.setGeometry(GRID, around.bottom() - height - GRID, around.width() - 2 * GRID, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._theme.color(Role.ACCENT))
        painter.setBrush(self._theme.color(Role.SELECTED if self._is_over else Role.SURFACE))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        side = QFontMetrics(self.font()).height()
        icon = self._theme.icon("mdi6.delete-outline", Role.TEXT).pixmap(side, side)
        place = partial(QStyle.visualRect, self.layoutDirection(), self.rect())
        painter.drawPixmap(place(QRect(GRID, (self.height() - side) // 2, side, side)), icon)
        painter.setPen(self._theme.color(Role.TEXT))
        painter.drawText(
            place(self.rect().adjusted(2 * GRID + side, 0, 0, 0)), Qt.AlignmentFlag.AlignVCenter, self.text()
        )
        painter.end()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if has_rows(event.mimeData()):
            take_copy(event)
            self._hold(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._hold(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._hold(False)
        take_copy(event)
        self.dropped.emit()

    def _hold(self, is_over: bool) -> None:
        self._is_over = is_over
        self.update()
