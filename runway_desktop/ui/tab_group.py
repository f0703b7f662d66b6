"""Groups similar buttons into one Tab stop: Tab focuses the last used one; Left, Right, Home and End move inside. GUI
thread only.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

_KEYS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End)
_TABBED = {
    Qt.FocusPolicy.TabFocus: Qt.FocusPolicy.NoFocus,
    Qt.FocusPolicy.StrongFocus: Qt.FocusPolicy.ClickFocus,
    Qt.FocusPolicy.WheelFocus: Qt.FocusPolicy.ClickFocus,
}
"""Focus policies with Tab, and their counterparts without."""


class OneStop(QObject):
    def __init__(self, parent: QWidget, widgets: Sequence[QWidget] = ()) -> None:
        super().__init__(parent)
        self._parent = parent
        self._widgets: list[QWidget] = []
        self._policies: dict[QWidget, Qt.FocusPolicy] = {}
        self._last: QObject | None = None
        """The widget that had the focus last."""
        self.hold(widgets)

    def hold(self, widgets: Sequence[QWidget]) -> None:
        """Replaces the widgets, in their order; the former ones may be deleted already."""
        self._widgets = list(widgets)
        self._policies = {widget: widget.focusPolicy() for widget in widgets}
        for widget in widgets:
            widget.installEventFilter(self)
        self._last = next((widget for widget in widgets if widget.hasFocus()), None)
        self._choose(self._last)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(watched, QWidget) or watched not in self._policies:
            return False
        match event.type():
            case QEvent.Type.ShortcutOverride if isinstance(event, QKeyEvent) and self._is_ours(event):
                event.accept()
                return True
            case QEvent.Type.KeyPress if isinstance(event, QKeyEvent) and self._is_ours(event):
                self._go(watched, Qt.Key(event.key()))
                return True
            case QEvent.Type.FocusIn:
                self._last = watched
                self._choose(watched)
            case QEvent.Type.EnabledChange | QEvent.Type.HideToParent | QEvent.Type.ShowToParent:
                self._choose(self._last)
            case _:
                pass
        return False

    @staticmethod
    def _is_ours(event: QKeyEvent) -> bool:
        return event.key() in _KEYS and event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        )

    def _go(self, here: QObject, key: Qt.Key) -> None:
        usable = [one for one in self._widgets if one is here or (self._policies[one] in _TABBED and _can_be_used(one))]
        if self._parent.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            key = {Qt.Key.Key_Left: Qt.Key.Key_Right, Qt.Key.Key_Right: Qt.Key.Key_Left}.get(key, key)
        at = next(position for position, one in enumerate(usable) if one is here)
        last = len(usable) - 1
        to = {
            Qt.Key.Key_Left: max(0, at - 1),
            Qt.Key.Key_Right: min(last, at + 1),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }[key]
        usable[to].setFocus(Qt.FocusReason.OtherFocusReason)

    def _choose(self, wanted: QObject | None) -> None:
        """Makes this widget the Tab stop, or else the first that is usable."""
        tabbed = [one for one in self._widgets if self._policies[one] in _TABBED]
        usable = [one for one in tabbed if _can_be_used(one)] or tabbed
        stop = next((one for one in usable if one is wanted), usable[0] if usable else None)
        for one in tabbed:
            policy = self._policies[one]
            becomes = policy if one is stop else _TABBED[policy]
            if one.focusPolicy() != becomes:
                one.setFocusPolicy(becomes)


def _can_be_used(widget: QWidget) -> bool:
    return widget.isEnabled() and not widget.isHidden()
