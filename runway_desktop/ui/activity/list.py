"""Popup list of the activity pill: running work, notices that need an answer (with their buttons), and recent acts with
*Undo*. Refreshes itself while open. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QPushButton, QWidget

from runway_desktop.texts import _, pgettext
from runway_desktop.ui.building import STRETCH, KeyPopup, hbox, line, push_button, scroll_area, tool_button, vbox
from runway_desktop.ui.labels import strong, words
from runway_desktop.ui.theme import GRID, Role, Theme
from runway_desktop.usecases.activity import Action, ActivityEntry, ActivityKind
from runway_desktop.usecases.words import units
from runway_desktop.viewmodels.activity.activity import Activity

WIDTH = 54 * GRID
_FRAME = GRID
"""Height of the popup's own frame."""
_OF_WINDOW = 0.7
"""Maximum share of the window's height."""


class ActivityList(KeyPopup):
    def __init__(self, activity: Activity, theme: Theme, parent: QWidget) -> None:
        super().__init__(_("Activity"), parent)
        self.setProperty("popup", True)
        self._activity = activity
        self._theme = theme
        self._below: QWidget | None = None
        self._content = QWidget()
        self._area = scroll_area(self, self._content)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        vbox(self._area, on=self)
        self.setFixedWidth(WIDTH)
        activity.list_changed.connect(self._fill)
        self._fill()

    def open_below(self, widget: QWidget) -> None:
        self._below = widget
        self._fit()
        self.show_beside(widget, above=False)
        self._focus_first()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Escape | Qt.Key.Key_F6:
                self.close()
            case Qt.Key.Key_Down:
                self.focusNextPrevChild(True)
            case Qt.Key.Key_Up:
                self.focusNextPrevChild(False)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                focus = self.focusWidget()
                if isinstance(focus, QAbstractButton):
                    focus.click()
            case _:
                super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self._activity.list_changed.disconnect(self._fill)
        self._activity.read()

    def _fill(self) -> None:
        """Rebuilds the rows and restores the keyboard focus."""
        listed = self._activity.listed
        focus = self.focusWidget()
        had = focus.objectName() if focus is not None and self._content.isAncestorOf(focus) else None
        # Replaced as one widget: rows added to a visible widget one by one appear only after another pass of the event
        # loop.
        self._area.takeWidget().deleteLater()
        self._content = QWidget()
        self._rows = vbox(on=self._content, margins=(2 * GRID, GRID, 2 * GRID, GRID + GRID // 2), spacing=0)
        if listed.going.lines or listed.going_on:
            self._head(_("Now"))
            for text, figure in listed.going.lines:
                self._rows.addWidget(self._line(text, figure))
            self._add(listed.going_on)
        if listed.waiting:
            self._head(_("Waiting for you"))
            self._add(listed.waiting)
        if listed.recent:
            self._head(_("Recent"))
            self._add(listed.recent)
        if listed.is_empty:
            self._rows.addWidget(words(self._content, _("No activity yet."), "muted"))
        self._area.setWidget(self._content)
        if self.isVisible():
            self._fit()
            if had is not None:
                again = next((one for one in self._buttons() if one.objectName() == had), None)
                if again is not None:
                    again.setFocus(Qt.FocusReason.OtherFocusReason)
                else:
                    self._focus_first()

    def _head(self, text: str) -> None:
        label = strong(words(self._content, text, "faint", wrap=False))
        label.setFont(self._theme.small_font())
        label.setContentsMargins(0, GRID + GRID // 2 if self._rows.count() else 2, 0, GRID // 2)
        self._rows.addWidget(label)

    def _add(self, entries: Sequence[ActivityEntry]) -> None:
        for number, entry in enumerate(entries):
            if number:
                self._rows.addWidget(line(self._content))
            self._rows.addWidget(self._row(entry))

    def _line(self, text: str, figure: str) -> QWidget:
        row = QWidget(self._content)
        said = words(row, figure, "muted", wrap=False)
        said.setFont(self._theme.tabular(self._theme.small_font()))
        hbox((words(row, text), 1), said, on=row, margins=(0, 5, 0, 5))
        return row

    def _row(self, entry: ActivityEntry) -> QFrame:
        """One row. A single button stands at its right end; several, or those of a notice, stand below the text."""
        row = QFrame(self._content)
        row.setAccessibleName(entry.message)
        row.setAccessibleDescription(entry.detail)
        told = words(row, entry.message, "" if entry.kind is not ActivityKind.SAID else "muted")
        told.setMinimumWidth(1)
        texts = vbox(told, spacing=2)
        if entry.detail:
            small = words(row, entry.detail, "faint")
            small.setFont(self._theme.small_font())
            small.setMinimumWidth(1)
            small.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            texts.addWidget(small)
        is_waiting = entry.kind is ActivityKind.WAITS
        buttons = [self._button(entry, action, row) for action in entry.actions]
        is_beside = len(buttons) == 1 and not is_waiting
        top = Qt.AlignmentFlag.AlignTop
        parts = hbox((texts, 1), spacing=GRID)
        whole = vbox(parts, on=row, margins=(0, 6, 0, 6), spacing=2)
        if buttons and not is_beside:
            whole.addLayout(hbox(*buttons, STRETCH, margins=(0, GRID // 2, 0, 0)))
        if is_waiting:
            close = tool_button(
                row, kind="flat", tip=pgettext("notice", "Dismiss"), spoken=_("Dismiss: {notice}", notice=entry.message)
            )
            close.setIcon(self._theme.icon("mdi6.close", Role.MUTED))
            close.setObjectName(f"{entry.number} dismiss")
            close.clicked.connect(lambda: self._activity.end(entry.number))
            parts.addWidget(close, 0, top)
        elif entry.kind is not ActivityKind.GOES_ON:
            at = words(row, units.ago(entry.clock_time, self._activity.now()), "faint", wrap=False)
            at.setFont(self._theme.tabular(self._theme.small_font()))
            parts.addWidget(at, 0, Qt.AlignmentFlag.AlignVCenter)
        if is_beside:
            parts.addWidget(buttons[0], 0, Qt.AlignmentFlag.AlignVCenter)
        return row

    def _button(self, entry: ActivityEntry, action: Action, row: QWidget) -> QPushButton:
        made = push_button(row, action.text, lambda: self._take(entry, action))
        made.setObjectName(f"{entry.number} {action.text}")
        made.setAccessibleDescription(entry.message)
        return made

    def _take(self, entry: ActivityEntry, action: Action) -> None:
        """Closes the list, except after *Undo*: the next act may be undone too."""
        if entry.kind is not ActivityKind.ACT:
            self.close()
        self._activity.take(entry, action)

    def _buttons(self) -> list[QAbstractButton]:
        return [one for one in self._content.findChildren(QAbstractButton) if one.isVisibleTo(self)]

    def _focus_first(self) -> None:
        """Focuses the first button: notices come before acts."""
        buttons = self._buttons()
        first = next(iter(buttons), None)
        (first or self).setFocus(Qt.FocusReason.PopupFocusReason)

    def _fit(self) -> None:
        """Fits the height to the content, up to `_OF_WINDOW` of the window."""
        self._content.layout().activate()
        height = self._content.heightForWidth(WIDTH - 2) if self._content.hasHeightForWidth() else 0
        height = max(height, self._content.sizeHint().height() if not height else 0) + _FRAME
        window = self.parentWidget().window()
        self.setFixedHeight(min(height, round(window.height() * _OF_WINDOW)))
        if self._below is not None and self.isVisible():
            corner = self._below.mapToGlobal(QPoint(0, self._below.height() + 2))
            self.show_at(corner, self._below)
