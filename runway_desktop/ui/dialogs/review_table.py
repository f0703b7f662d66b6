"""The table of a review: rows that can be left out with Space, prompts that are edited in place. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QHelpEvent, QKeyEvent, QPainter, QPalette, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QPlainTextEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QWidget,
)

from runway_desktop.ui.theme import GRID, Role, Theme
from runway_desktop.viewmodels.review import TONE_ROLE, WRONG_ROLE, ReviewModel
from runway_desktop.viewmodels.review_cells import Column
from runway_desktop.viewmodels.state_words import Tone

from .words import tip

_ROLES = {Tone.GOOD: Role.GOOD, Tone.WARN: Role.WARN, Tone.BAD: Role.BAD, Tone.BUSY: Role.ACCENT}
_WIDTHS = {Column.NUMBER: 9, Column.MODEL: 15, Column.SETTINGS: 22, Column.CREDITS: 9, Column.STATE: 30}
"""In units of the grid; the prompt takes the rest."""
EDITOR_LINES = 4

Index = QModelIndex | QPersistentModelIndex


class ReviewTable(QTableView):
    def __init__(self, model: ReviewModel, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Rows")
        self.setModel(model)
        self._delegate = ReviewDelegate(theme, self)
        self.setItemDelegate(self._delegate)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.DoubleClicked | triggers.EditKeyPressed | triggers.SelectedClicked)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setCornerButtonEnabled(False)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(max(4 * GRID, self.fontMetrics().height() + 2 * GRID))
        columns = self.horizontalHeader()
        columns.setHighlightSections(False)
        columns.setMinimumSectionSize(5 * GRID)
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, width * GRID)
        columns.setSectionResizeMode(Column.PROMPT, QHeaderView.ResizeMode.Stretch)
        if model.rowCount():
            self.setCurrentIndex(model.index(0, Column.PROMPT))

    def finish_editing(self) -> None:
        """Keeps what is being typed and closes its editor."""
        if self.state() is QAbstractItemView.State.EditingState and self._delegate.editor is not None:
            self._delegate.keep(self._delegate.editor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        current = self.currentIndex()
        if event.key() == Qt.Key.Key_Space and current.isValid() and not event.modifiers():
            self._turn_over([index.row() for index in self.selectionModel().selectedRows()] or [current.row()])
        elif (
            event.key() in (Qt.Key.Key_F2, Qt.Key.Key_Return, Qt.Key.Key_Enter)
            and current.isValid()
            and not event.modifiers()
        ):
            prompt = current.siblingAtColumn(Column.PROMPT)
            if prompt.flags() & Qt.ItemFlag.ItemIsEditable:
                self.setCurrentIndex(prompt)
                self.edit(prompt)
        else:
            super().keyPressEvent(event)

    def _turn_over(self, rows: list[int]) -> None:
        """Leaves all of them out if the first is in, else takes all in."""
        model = self.model()
        first = model.index(rows[0], Column.NUMBER).data(Qt.ItemDataRole.CheckStateRole)
        turned = Qt.CheckState.Unchecked if Qt.CheckState(first) is Qt.CheckState.Checked else Qt.CheckState.Checked
        for row in rows:
            model.setData(model.index(row, Column.NUMBER), turned, Qt.ItemDataRole.CheckStateRole)


class ReviewDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.editor: QWidget | None = None
        """The last one that was opened."""
        theme.changed.connect(self._repaint)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, self._theme.color(Role.SELECTED))
        inner = QStyleOptionViewItem(option)
        inner.rect = _inside(option.rect)
        super().paint(painter, inner, index)
        if index.data(WRONG_ROLE):
            painter.save()
            painter.setPen(QPen(self._theme.color(Role.BAD), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))
            painter.restore()

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        tone = index.data(TONE_ROLE)
        role = _ROLES.get(tone, Role.TEXT)
        if role is Role.TEXT and index.column() in (Column.NUMBER, Column.SETTINGS):
            role = Role.MUTED
        color, ground = self._theme.color(role), self._theme.color(Role.SELECTED)
        for which in (QPalette.ColorRole.Text, QPalette.ColorRole.HighlightedText):
            option.palette.setColor(which, color)
        option.palette.setColor(QPalette.ColorRole.Highlight, ground)
        if index.column() in (Column.NUMBER, Column.CREDITS):
            option.font = Theme.tabular(option.font)

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        inner = QStyleOptionViewItem(option)
        inner.rect = _inside(option.rect)
        return super().editorEvent(event, model, inner, index)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = QPlainTextEdit(parent)
        editor.setAccessibleName("Prompt")
        editor.setTabChangesFocus(True)
        editor.setToolTip("Return keeps the change, Shift+Return begins a new line, Escape drops it.")
        self.editor = editor
        editor.destroyed.connect(self._forget)
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        if isinstance(editor, QPlainTextEdit):
            editor.setPlainText(index.data(Qt.ItemDataRole.EditRole))
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        if isinstance(editor, QPlainTextEdit):
            model.setData(index, editor.toPlainText(), Qt.ItemDataRole.EditRole)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """A few lines high, kept inside the table."""
        height = editor.fontMetrics().lineSpacing() * EDITOR_LINES + 2 * GRID
        place = QRect(option.rect.left(), option.rect.top(), option.rect.width(), height)
        inside = editor.parentWidget().rect()
        place.moveTop(max(inside.top(), min(place.top(), inside.bottom() - height)))
        editor.setGeometry(place)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            isinstance(watched, QPlainTextEdit)
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
        ):
            plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain:
                self.keep(watched)
                return True
        return super().eventFilter(watched, event)

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """Prompts hold signs that a tool tip would take for markup."""
        if event.type() != QEvent.Type.ToolTip:
            return super().helpEvent(event, view, option, index)
        QToolTip.showText(event.globalPos(), tip(index.data(Qt.ItemDataRole.ToolTipRole) or ""), view)
        return True

    def keep(self, editor: QWidget) -> None:
        self.commitData.emit(editor)
        self.closeEditor.emit(editor, QStyledItemDelegate.EndEditHint.NoHint)

    def _forget(self) -> None:
        self.editor = None

    def _repaint(self) -> None:
        view = self.parent()
        if isinstance(view, QAbstractItemView):
            view.viewport().update()


def _inside(cell: QRect) -> QRect:
    """Text begins where the heading's does."""
    return cell.adjusted(GRID // 2, 0, -GRID // 2, 0)
