"""The activity pill: a status widget with the current or last activity and *Undo*, and its popup list: running work,
notices that need an answer, and recent acts. The pill grows for what is new, as far as there is room beside it. GUI
thread only.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QCloseEvent, QEnterEvent, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QPushButton, QSizePolicy, QWidget

from runway_desktop.texts import _, ngettext, pgettext
from runway_desktop.ui.building import STRETCH, KeyPopup, hbox, line, push_button, scroll_area, tool_button, vbox
from runway_desktop.ui.commands.everywhere import UNDO
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.labels import announce, put, words
from runway_desktop.ui.tasks.text_cache import Sides
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.usecases.activity import Action, ActivityEntry, ActivityKind, Shown, Sign
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.plain import tip
from runway_desktop.viewmodels.activity.activity import Activity

WIDTH = 37 * GRID
NARROW = 27 * GRID
"""Width in a window narrower than `_WIDE`; the key of *Undo* is left out."""
_WIDE = 160 * GRID
NARROWEST = 19 * GRID
_MOST = 62 * GRID
_LEAST = 120 * GRID
"""In a window narrower than this, the pill is `NARROWEST`."""
_HEIGHT = 30
_ICON = 18
_TEXT_LEFT = 11 + _ICON + GRID
_SMALL_ICON = 14
_ICONS = {
    Sign.NOTHING: ("mdi6.circle-outline", Role.FAINT),
    Sign.SAID: ("mdi6.information-outline", Role.MUTED),
    Sign.ACT: ("mdi6.check", Role.GOOD),
    Sign.GOES_ON: ("mdi6.progress-clock", Role.ACCENT),
    Sign.SENDING: ("mdi6.progress-upload", Role.ACCENT),
    Sign.SAVING: ("mdi6.progress-download", Role.ACCENT),
    Sign.GESTURE: ("mdi6.cursor-move", Role.ACCENT),
    Sign.WAITS: ("mdi6.bell-outline", Role.ACCENT),
    Sign.PROBLEM: ("mdi6.alert-circle-outline", Role.WARN),
}
_SENTENCES = (Sign.SAID, Sign.ACT, Sign.WAITS, Sign.PROBLEM)
LIST_WIDTH = 54 * GRID
_FRAME = GRID
"""Height of the list's own frame."""
_OF_WINDOW = 0.7
"""Maximum share of the window's height."""


class Pill(QWidget):
    def __init__(self, activity: Activity, theme: Theme, keys: Keys, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._activity = activity
        self._theme = theme
        self._keys = keys
        self._list: ActivityList | None = None
        self.setProperty("kind", "pill")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_HEIGHT)
        self._usual = WIDTH
        self.face = Face(theme, self)
        self.face.clicked.connect(self.open)
        self._action = push_button(self, "", self._take, kind="link")
        self._key = words(self, tone="faint", wrap=False, font=theme.small_font())
        self._chevron = Chevron(theme, self)
        self._chevron.clicked.connect(self.open)
        hbox((self.face, 1), self._action, self._key, self._chevron, on=self, spacing=0)
        self.fit(_WIDE)
        activity.changed.connect(self._show)
        activity.said.connect(self._announce)
        keys.changed.connect(self._show)
        FollowsTheme(theme, self, self._show)

    def fit(self, width: int) -> None:
        """Sets the usual width for a window of this width."""
        self._usual = WIDTH if width >= _WIDE else NARROW if width >= _LEAST else NARROWEST
        self.setMinimumWidth(self._usual)
        self._show()

    def sizeHint(self) -> QSize:
        """Wider for a new sentence only: progress of running work must not move the widgets beside the pill."""
        is_new = self._activity.shown.sign in _SENTENCES
        wanted = self.face.wanted_width() + self._beside() if is_new else 0
        return QSize(max(self._usual, min(wanted, _MOST)), _HEIGHT)

    def _beside(self) -> int:
        # Before it is shown, its style has not been applied to its size.
        self._action.ensurePolished()
        return sum(one.sizeHint().width() for one in (self._action, self._chevron) if not one.isHidden())

    def open(self) -> None:
        """Opens the list below the pill and gives it the focus."""
        if self._list is None:
            self._list = opened = ActivityList(self._activity, self._theme, self)
            opened.destroyed.connect(self._closed)
            opened.open_below(self)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._activity.hold(True)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._activity.hold(False)
        super().leaveEvent(event)

    def _closed(self) -> None:
        self._list = None

    def _take(self) -> None:
        shown = self._activity.shown
        if shown.entry is not None and shown.action is not None:
            self.face.setFocus(Qt.FocusReason.OtherFocusReason)
            self._activity.take(shown.entry, shown.action)

    def _show(self) -> None:
        shown = self._activity.shown
        action = shown.action
        self._action.setVisible(action is not None)
        self._action.setText(action.text if action is not None else "")
        self._action.setAccessibleDescription(shown.whole)
        is_next = shown.entry is not None and shown.entry == self._activity.undoable
        key = self._keys.cap(UNDO) if is_next and action is not None else ""
        self._key.setText(key)
        self.face.show_it(shown)
        self._chevron.show_it(shown)
        # The text has priority over the key.
        room = WIDTH - self._beside() - self._key.sizeHint().width()
        self._key.setVisible(bool(key) and self._usual == WIDTH and self.face.wanted_width() <= room)
        self.updateGeometry()
        put(self, "waits", "problem" if shown.has_problem else "answer" if shown.waiting else "")

    def _announce(self, sentence: str, urgent: bool) -> None:
        if self.isVisible():
            announce(self, sentence, urgent=urgent)


class Face(QAbstractButton):
    """The pill's text, as a button that opens the list."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown = Shown()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)

    def show_it(self, shown: Shown) -> None:
        self._shown = shown
        name = _("Activity: {what}", what=shown.whole)
        if shown.waiting:
            name = ngettext(
                "Activity: {what} · {n} notice waits",
                "Activity: {what} · {n} notices wait",
                shown.waiting,
                what=shown.whole,
            )
        if name != self.accessibleName():
            self.setAccessibleName(name)
            self.setToolTip(tip(shown.whole))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(0, _HEIGHT)

    def wanted_width(self) -> int:
        """Width in which the text is not cut, with a little more for rounding."""
        metrics = QFontMetrics(self._theme.tabular(self.font()))
        return _TEXT_LEFT + metrics.horizontalAdvance(self._shown.text) + GRID

    def paintEvent(self, event: QPaintEvent) -> None:
        shown, theme = self._shown, self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus():
            painter.setPen(QPen(theme.color(Role.ACCENT), 1))
            painter.drawRoundedRect(self.rect().adjusted(3, 3, -1, -4), 11, 11)
        name, role = _ICONS[shown.sign]
        sides = Sides(self.layoutDirection(), self.rect())
        theme.icon(name, role).paint(painter, sides.place(QRect(11, (self.height() - _ICON) // 2, _ICON, _ICON)))
        right = self.width() - GRID // 2
        left = _TEXT_LEFT
        wanted = self.wanted_width() - left + GRID
        if shown.hint:
            # The text has priority over the hint; list and accessible name have both in full.
            font = theme.tabular(theme.small_font())
            room = max(0, min(QFontMetrics(font).horizontalAdvance(shown.hint) + 2, right - left - wanted))
            painter.setFont(font)
            painter.setPen(theme.color(Role.MUTED))
            box = sides.place(QRect(right - room, 0, room, self.height()))
            hint = QFontMetrics(font).elidedText(shown.hint, Qt.TextElideMode.ElideRight, room)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, hint)
            right -= room + GRID
        painter.setFont(theme.tabular(self.font()))
        painter.setPen(theme.color(Role.FAINT if shown.sign is Sign.NOTHING else Role.TEXT))
        text = painter.fontMetrics().elidedText(shown.text, Qt.TextElideMode.ElideRight, right - left)
        box = sides.place(QRect(left, 0, right - left, self.height()))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)


class Chevron(QAbstractButton):
    """Arrow of the list with the number of unanswered notices. Mouse only: the face has the focus and the accessible
    name."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._waiting = 0
        self._role = Role.ACCENT
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(_("Show activity"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def show_it(self, shown: Shown) -> None:
        # No number if the pill already shows the only notice.
        waiting = 0 if shown.sign in (Sign.WAITS, Sign.PROBLEM) and shown.waiting == 1 else shown.waiting
        self._role = Role.WARN if shown.has_problem else Role.ACCENT
        if waiting != self._waiting:
            self._waiting = waiting
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        number = units.number(self._waiting)
        wider = self.fontMetrics().horizontalAdvance(number) + _SMALL_ICON + 6 if self._waiting else 0
        return QSize(3 * GRID + 4 + wider, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, middle = self._theme, self.height() // 2
        icon = theme.icon("mdi6.chevron-down", Role.TEXT if self.underMouse() else Role.MUTED)
        sides = Sides(self.layoutDirection(), self.rect())
        icon.paint(painter, sides.place(QRect(self.width() - 24, middle - 8, 16, 16)))
        if self._waiting:
            sign = QRect(2, middle - _SMALL_ICON // 2, _SMALL_ICON, _SMALL_ICON)
            name = _ICONS[Sign.PROBLEM if self._role is Role.WARN else Sign.WAITS][0]
            theme.icon(name, self._role).paint(painter, sides.place(sign))
            painter.setPen(theme.color(self._role))
            box = QRect(QPoint(sign.right() + 4, 0), QSize(self.width(), self.height()))
            painter.drawText(sides.place(box), Qt.AlignmentFlag.AlignVCenter, units.number(self._waiting))


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
        self.setFixedWidth(LIST_WIDTH)
        activity.list_changed.connect(self._fill)
        self._fill()

    def open_below(self, widget: QWidget) -> None:
        self._below = widget
        self._fit()
        self.show_beside(widget, above=False)
        self._focus_first()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_F6:
                self.close()
            case Qt.Key.Key_Down:
                self.focusNextPrevChild(True)
            case Qt.Key.Key_Up:
                self.focusNextPrevChild(False)
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
        label = words(self._content, text, "faint", wrap=False, font=self._theme.small_font())
        label.setContentsMargins(0, GRID + GRID // 2 if self._rows.count() else 2, 0, GRID // 2)
        self._rows.addWidget(label)

    def _add(self, entries: Sequence[ActivityEntry]) -> None:
        for number, entry in enumerate(entries):
            if number:
                self._rows.addWidget(line(self._content))
            self._rows.addWidget(self._row(entry))

    def _line(self, text: str, figure: str) -> QWidget:
        row = QWidget(self._content)
        said = words(row, figure, "muted", wrap=False, font=self._theme.tabular(self._theme.small_font()))
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
            small = words(row, entry.detail, "faint", font=self._theme.small_font())
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
            at = words(
                row,
                units.ago(entry.clock_time, self._activity.now()),
                "faint",
                wrap=False,
                font=self._theme.tabular(self._theme.small_font()),
            )
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
        height = self._content.heightForWidth(LIST_WIDTH - 2) if self._content.hasHeightForWidth() else 0
        height = max(height, self._content.sizeHint().height() if not height else 0) + _FRAME
        window = self.parentWidget().window()
        self.setFixedHeight(min(height, round(window.height() * _OF_WINDOW)))
        if self._below is not None and self.isVisible():
            corner = self._below.mapToGlobal(QPoint(0, self._below.height() + 2))
            self.show_at(corner, self._below)
