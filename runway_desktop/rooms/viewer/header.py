"""Header of the viewer: where one came from, the current take, activity, and its buttons. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from runway_desktop.domain.task import Pick
from runway_desktop.texts import _
from runway_desktop.ui.activity.pill import Pill
from runway_desktop.ui.building import STRETCH, hbox, push_button, tool_button
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.labels import words
from runway_desktop.ui.media.commands import FULL_SCREEN
from runway_desktop.ui.tasks.commands import COMPARE_SO_MANY, COMPARE_TAKES
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.usecases.commands.command import LARGE
from runway_desktop.usecases.listing.takes import Shot
from runway_desktop.usecases.words.plain import caption, tip
from runway_desktop.viewmodels.activity.activity import Activity

from .model import ViewerModel
from .room import CLOSE, DETAILS
from .side import name_with_key


class Header(QWidget):
    back_wanted = Signal()
    pane_wanted = Signal()
    full_screen_wanted = Signal()

    def __init__(self, model: ViewerModel, activity: Activity, theme: Theme, keys: Keys, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self._theme = theme
        self._keys = keys
        self.setProperty("pane", "bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._back = push_button(self, "", self.back_wanted, kind="flat", spoken=CLOSE.name)
        self._where = words(self, tone="muted", wrap=False)
        self._take = words(self, wrap=False)
        self._dots = Dots(theme, self)
        self.pill = Pill(activity, theme, keys, self)
        self._before = tool_button(self, lambda: model.move_line(-1), side=18, kind="flat", spoken=_("Previous task"))
        self._position = words(self, tone="muted", wrap=False)
        self._next = tool_button(self, lambda: model.move_line(1), side=18, kind="flat", spoken=_("Next task"))
        self._compare = push_button(self, "", model.compare)
        self._pane = tool_button(self, self.pane_wanted, side=18, kind="flat", spoken=_("Details"), checkable=True)
        self._full = tool_button(self, self.full_screen_wanted, side=18, kind="flat", spoken=_("Full screen"))
        margins = (GRID, GRID, GRID + GRID // 2, GRID)
        left = (self._back, self._where, self._take, self._dots)
        right = (self._before, self._position, self._next, GRID, self._compare, self._pane, self._full)
        self._can_compare = False
        self._row = hbox(*left, STRETCH, self.pill, STRETCH, *right, on=self, margins=margins, spacing=GRID)
        for button in self.findChildren(QAbstractButton):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        keys.changed.connect(self._restyle)
        FollowsTheme(theme, self, self._restyle)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.pill.fit(self.width())
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def _fit(self) -> None:
        """Hides parts that do not fit, first those also visible elsewhere."""
        giving = (self._where, self._dots, self._position, self._compare)
        one = self._model.is_one
        for part in (*giving, self._before, self._next, self._pane):
            part.setVisible(one and (part is not self._compare or self._can_compare))
        self._where.setVisible(True)
        for part in giving:
            # A notice that makes the pill wider takes no button away.
            if self._row.sizeHint().width() - self.pill.sizeHint().width() + self.pill.minimumWidth() <= self.width():
                return
            part.hide()

    def show_pane(self, on: bool) -> None:
        self._pane.setChecked(on)
        self._pane.setIcon(self._theme.icon("mdi6.information-outline", Role.ACCENT if on else Role.MUTED))

    def show_take(self) -> None:
        model = self._model
        came_from = LARGE.title if model.comes_from_one and not model.is_one else model.back or model.came_from
        left = self._back.fontMetrics().elidedText(str(came_from), Qt.TextElideMode.ElideRight, 20 * GRID)
        self._back.setText(f"{caption(left)}  {self._keys.words(CLOSE)}")
        self._back.setToolTip(tip(str(came_from)))
        self._back.setAccessibleName(model.back or CLOSE.name)
        row, shot = model.row, model.shot
        where = ""
        if not model.is_one:
            self._take.setText(model.judged_words())
        elif row is not None and shot is not None:
            where = f"{row.task.project} · {shot.title}" if row.task.project else shot.title
            self._take.setText(_("Take {number} of {count}", number=model.take, count=len(shot.rows)))
            self._dots.show_shot(shot, model.take)
            at, of = model.position()
            self._position.setText(_("{number} of {count}", number=at, count=of) if at else "")
            name_with_key(self._compare, str(COMPARE_SO_MANY.of(model.comparable)), self._keys.words(COMPARE_TAKES))
            self._can_compare = model.comparable > 1
        self._where.setText(self._where.fontMetrics().elidedText(where, Qt.TextElideMode.ElideRight, 28 * GRID))
        self._where.setToolTip(tip(where))
        self._fit()

    def _restyle(self) -> None:
        theme, keys = self._theme, self._keys
        self._take.setFont(theme.strong_font())
        self._position.setFont(theme.tabular(self._position.font()))
        mirrored = self.isRightToLeft()
        before, after = "mdi6.chevron-left", "mdi6.chevron-right"
        self._back.setIcon(theme.icon("mdi6.arrow-right" if mirrored else "mdi6.arrow-left", Role.TEXT))
        self._before.setIcon(theme.icon(after if mirrored else before, Role.TEXT))
        self._next.setIcon(theme.icon(before if mirrored else after, Role.TEXT))
        self._compare.setIcon(theme.icon("mdi6.compare", Role.TEXT))
        self._pane.setToolTip(keys.tip(DETAILS))
        self._full.setIcon(theme.icon("mdi6.fullscreen", Role.TEXT))
        self._full.setToolTip(keys.tip(FULL_SCREEN))
        self.show_pane(self._pane.isChecked())
        self.show_take()


class Dots(QWidget):
    """Takes of a shot as short bars, colored by judgment; the current one is wider."""

    MOST = 12

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._bars: list[tuple[Role, bool]] = []

    def show_shot(self, shot: Shot, take: int) -> None:
        roles = {Pick.PICK: Role.GOOD, Pick.REJECT: Role.BAD}
        self._bars = [
            (
                Role.ACCENT
                if number == take
                else roles.get(row.task.pick, Role.MUTED if row.task.rating else Role.BORDER),
                number == take,
            )
            for number, row in enumerate(shot.rows[: self.MOST], start=1)
        ]
        self.setFixedWidth(sum(16 if wide else 8 for _, wide in self._bars) + 4 * len(self._bars))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self.width(), 2 * GRID)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        x = 0.0
        for role, wide in self._bars:
            width = 16 if wide else 8
            painter.setBrush(self._theme.color(role))
            painter.drawRoundedRect(QRectF(x, self.height() / 2 - 2, width, 4), 2, 2)
            x += width + 4
