"""What can be done with keys in a window, read from its own actions and shortcuts, and searched. GUI thread only."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from runway_desktop.ui.theme import GRID

from .words import tip, words


class ShortcutsDialog(QDialog):
    """`extra` names keys that views handle themselves: what they do, and the keys as they are shown."""

    def __init__(self, window: QWidget, extra: Iterable[tuple[str, str]] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent or window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Keyboard shortcuts")
        self.setAccessibleName("Keyboard shortcuts")
        self.resize(64 * GRID, 68 * GRID)
        self._search = QLineEdit(self, placeholderText="Search for a deed or a key", clearButtonEnabled=True)
        self._search.setAccessibleName("Search shortcuts")
        self._search.textChanged.connect(self._filter)
        self._search.installEventFilter(self)
        self._list = QTreeWidget(self, columnCount=2)
        self._list.setHeaderLabels(["What", "Keys"])
        self._list.setAccessibleName("Shortcuts")
        self._list.setRootIsDecorated(False)
        self._list.setProperty("kind", "lines")
        self._list.setUniformRowHeights(True)
        self._list.setSortingEnabled(False)
        header = self._list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._nothing = words(self, "No shortcut has these words.", "muted")
        self._nothing.hide()
        close = QPushButton("Close", self)
        close.setAutoDefault(False)
        close.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        layout.setSpacing(GRID)
        layout.addWidget(self._search)
        layout.addWidget(self._nothing)
        layout.addWidget(self._list, 1)
        layout.addLayout(row)
        for what, keys in sorted({*shortcuts_of(window), *extra}, key=lambda pair: pair[0].casefold()):
            item = QTreeWidgetItem([what, keys])
            item.setToolTip(0, tip(what))
            item.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{what}: {keys}")
            self._list.addTopLevelItem(item)
        self._search.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
                self._list.keyPressEvent(event)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                return True
        return super().eventFilter(watched, event)

    def _filter(self, text: str) -> None:
        wanted = text.casefold().split()
        shown = 0
        for number in range(self._list.topLevelItemCount()):
            item = self._list.topLevelItem(number)
            said = f"{item.text(0)} {item.text(1)}".casefold()
            fits = all(word in said for word in wanted)
            item.setHidden(not fits)
            shown += fits
        self._nothing.setVisible(not shown)


def shortcuts_of(window: QWidget) -> list[tuple[str, str]]:
    """What each shortcut of a window does, and its keys in the system's own writing. An action says it by its text, a
    bare shortcut by its "what's this"."""
    found: dict[str, list[str]] = {}
    for action in {*window.findChildren(QAction), *window.actions()}:
        text = plain(action.text() or action.toolTip())
        if text and action.shortcuts():
            found.setdefault(text, []).extend(map(_native, action.shortcuts()))
    for shortcut in window.findChildren(QShortcut):
        text = plain(shortcut.whatsThis())
        if text:
            found.setdefault(text, []).extend(map(_native, shortcut.keys()))
    return [(what, ", ".join(dict.fromkeys(filter(None, keys)))) for what, keys in found.items()]


def plain(text: str) -> str:
    """A menu's text without its mnemonic marks and dots."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&").removesuffix("…").strip()


def _native(keys: QKeySequence) -> str:
    return keys.toString(QKeySequence.SequenceFormat.NativeText)
