"""A fake tray icon for systems without a tray."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QMenu


class SilentIcon(QObject):
    """What stands in for the system's icon, and keeps what it would show."""

    activated = Signal(object)
    messageClicked = Signal()

    def __init__(self, _: QIcon, parent: QObject) -> None:
        super().__init__(parent)
        self.said: list[tuple[str, str]] = []
        self.has_tray = True
        self.tip = ""
        self.visible = False

    def isSystemTrayAvailable(self) -> bool:
        return self.has_tray

    def setContextMenu(self, menu: QMenu) -> None:
        self.menu = menu

    def setToolTip(self, text: str) -> None:
        self.tip = text

    def toolTip(self) -> str:
        return self.tip

    def show(self) -> None:
        self.visible = True

    def hide(self) -> None:
        self.visible = False

    def showMessage(self, title: str, text: str, *_: Any) -> None:
        self.said.append((title, text))
