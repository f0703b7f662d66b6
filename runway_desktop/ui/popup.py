"""A small window over the one it belongs to: a click elsewhere closes it, and it is deleted when it is closed. GUI
thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame, QWidget


class Popup(QFrame):
    def __init__(self, title: str, parent: QWidget) -> None:
        """`title` is its name for screen readers."""
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setProperty("pane", "raised")
        self.setAccessibleName(title)

    def show_at(self, at: QPoint, beside: QWidget) -> None:
        """Shows it at a global position, or as near to it as keeps it whole on the screen of `beside`."""
        screen = beside.screen().availableGeometry()
        at.setX(max(screen.left(), min(at.x(), screen.right() - self.width())))
        at.setY(max(screen.top(), min(at.y(), screen.bottom() - self.height())))
        self.move(at)
        self.show()

    def show_beside(self, widget: QWidget, gap: int = 2, *, above: bool = True) -> None:
        """Shows it above the widget, or below it; on the other side where there is no room on the screen."""
        screen = widget.screen().availableGeometry()
        over = widget.mapToGlobal(QPoint(0, -self.height() - gap))
        under = widget.mapToGlobal(QPoint(0, widget.height() + gap))
        is_over = over.y() >= screen.top() if above else under.y() + self.height() > screen.bottom()
        self.show_at(over if is_over else under, widget)
