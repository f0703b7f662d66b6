"""The same view, alone on the screen: the body of the preview moves into a window of its own and back, nothing is
loaded anew.

Esc, F11 or closing the window leaves. GUI thread.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QWidget

from runway_desktop.ui.building import vbox
from runway_desktop.ui.theme import Role, Theme


class FullScreenWindow(QWidget):
    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._theme = theme
        self._layout = vbox(on=self)
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        escape.activated.connect(self.close)
        theme.changed.connect(self.update)

    def take(self, body: QWidget, title: str) -> None:
        self.setWindowTitle(title)
        self._layout.addWidget(body)
        body.show()
        self.showFullScreen()
        self.activateWindow()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), self._theme.color(Role.WINDOW))

    def closeEvent(self, event: QCloseEvent) -> None:
        event.accept()
        self.left.emit()
