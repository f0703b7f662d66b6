"""Paints a group's header across list or grid: fold, title, what is in it, what it cost and how long it still takes.
GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen

from runway_desktop.domain.library import GroupSummary
from runway_desktop.ui.theme import GRID, Role, Theme
from runway_desktop.viewmodels import wording
from runway_desktop.viewmodels.task_cells import Roles, group_words
from runway_desktop.viewmodels.task_list import TaskListModel

from .sides import Sides

_SIDE = 2 * GRID
_GAP = GRID + GRID // 2


class GroupHeader:
    def __init__(self, model: TaskListModel, theme: Theme) -> None:
        self._model = model
        self._theme = theme

    def height(self) -> int:
        return QFontMetrics(self._theme.strong_font()).height() + _GAP

    def paint(
        self, painter: QPainter, rect: QRect, index: QModelIndex, direction: Qt.LayoutDirection, *, current: bool
    ) -> None:
        color, sides, summary = self._theme.color, Sides(direction, rect), index.data(Roles.GROUP)
        painter.fillRect(rect, color(Role.RAISED))
        painter.setPen(QPen(color(Role.BORDER), 1))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if current:
            painter.setPen(QPen(color(Role.ACCENT), 1))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        if not isinstance(summary, GroupSummary):
            return
        folded = "mdi6.chevron-left" if sides.is_mirrored else "mdi6.chevron-right"
        arrow = folded if index.data(Roles.COLLAPSED) else "mdi6.chevron-down"
        place = QRect(rect.left() + GRID, rect.center().y() - _SIDE // 2, _SIDE, _SIDE)
        self._theme.icon(arrow, Role.MUTED).paint(painter, sides.place(place))
        space = rect.adjusted(GRID + _SIDE + GRID // 2, 0, -2 * GRID, -1)
        self._words(painter, space, sides, summary, index.data(Roles.GROUP_LEFT))

    def _words(
        self,
        painter: QPainter,
        space: QRect,
        sides: Sides,
        summary: GroupSummary,
        seconds_left: tuple[float, float] | None,
    ) -> None:
        strong, small = self._theme.strong_font(), self._theme.small_font()
        end = wording.credits_in_words(summary.credits) if summary.credits else ""
        if seconds_left is not None:
            end = " · ".join(part for part in (end, f"about {wording.span(*seconds_left)} left") if part)
        painter.setFont(self._theme.tabular(small))
        painter.setPen(self._theme.color(Role.MUTED))
        sides.line(painter, space, end, at_end=True)
        room = space.width() - painter.fontMetrics().horizontalAdvance(end) - 2 * GRID
        title = QFontMetrics(strong).elidedText(
            self._model.group_title(summary), Qt.TextElideMode.ElideMiddle, max(60, room // 2)
        )
        painter.setFont(strong)
        painter.setPen(self._theme.color(Role.TEXT))
        sides.line(painter, space, title)
        used = QFontMetrics(strong).horizontalAdvance(title) + _GAP
        painter.setFont(small)
        painter.setPen(self._theme.color(Role.MUTED))
        sides.line(
            painter, QRect(space.left() + used, space.top(), max(0, room - used), space.height()), group_words(summary)
        )
