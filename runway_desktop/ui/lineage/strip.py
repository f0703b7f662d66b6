"""Lineage in the details pane: sources → this task → results made from it, and its takes below.

A thumbnail opens its task, and its file can be dragged out; opened by key, the focus stays in the strip. If nothing was
made from a result yet, a button offers what could be. Pictures come from the window's poster cache at paint time. GUI
thread only.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QApplication, QPushButton, QSizePolicy, QWidget

from runway_desktop.domain.task import TaskId
from runway_desktop.texts import _
from runway_desktop.ui.building import push_button, vbox
from runway_desktop.ui.flow_layout import FlowLayout
from runway_desktop.ui.labels import words
from runway_desktop.ui.painting import rounded, square_in
from runway_desktop.ui.sharing.drag import start_drag
from runway_desktop.ui.tab_group import OneStop
from runway_desktop.ui.tasks.posters import PosterCache
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.usecases.commands.drag_payload import DragPayload
from runway_desktop.usecases.listing.takes import Family, Node
from runway_desktop.usecases.words.plain import tip
from runway_desktop.viewmodels.tasks.details import LineageModel

MOST_TAKES = 12
SIZE = QSize(7 * GRID, 5 * GRID)
_RADIUS = 4.0


class LineageStrip(QWidget):
    task_wanted = Signal(object)
    """Task id to open."""
    use_as_input_wanted = Signal(QWidget)
    """The button at which to offer what can be made from the result."""

    def __init__(self, model: LineageModel, theme: Theme, posters: PosterCache, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._theme = theme
        self._posters = posters
        self._ways: tuple[str, ...] = ()
        self._way: QPushButton | None = None
        self._shown: object = None
        self._walked = False
        """A thumbnail was opened by key, and its task is not shown yet."""
        self._takes_head = words(self, _("Takes"), "faint", wrap=False)
        self._tree_head = words(self, _("Made from"), "faint", wrap=False)
        self._tree, self._takes = QWidget(self), QWidget(self)
        self._tree_row, self._takes_row = FlowLayout(self._tree), FlowLayout(self._takes)
        self._stop = OneStop(self)
        vbox(self._tree_head, self._tree, self._takes_head, self._takes, on=self)
        model.changed.connect(self.refresh)
        posters.ready.connect(self._repaint)
        FollowsTheme(theme, self, self._again)

    def offer(self, ways: Sequence[str]) -> None:
        """Sets what could be made from the result, in words; empty without a result."""
        if tuple(ways) != self._ways:
            self._ways = tuple(ways)
            self.refresh()

    @property
    def _arrow(self) -> str:
        return "←" if self.isRightToLeft() else "→"

    def thumbs(self) -> list[Thumb]:
        """All visible thumbnails in order."""
        items = [row.itemAt(number) for row in (self._tree_row, self._takes_row) for number in range(row.count())]
        return [thumb for item in items if item is not None and isinstance(thumb := item.widget(), Thumb)]

    def refresh(self) -> None:
        """Rebuilds the thumbnails if the family or the offer changed."""
        model = self._model
        family = model.family
        if family is None and model.task_id is not None and self._walked:
            # The family is still loading: keep the pressed thumbnail, which has the focus.
            return
        shown = (family, self._ways)
        if shown == self._shown:
            return
        self._shown = shown
        held = next((thumb.node.task_id for thumb in self.thumbs() if thumb.hasFocus()), None)
        holds_way = self._way is not None and self._way.hasFocus()
        self._way = None
        before = [*_taken_from(self._tree_row), *_taken_from(self._takes_row)]
        has_tree = family is not None and bool(family.above or family.below or self._ways)
        if has_tree and family is not None:
            self._tree_head.setText(
                _("Made from") if family.above else _("Made into") if family.below else _("Use this result")
            )
            self._put_tree(family)
        takes = family.takes if family is not None else ()
        for number, node in enumerate(takes[-MOST_TAKES:], start=max(1, len(takes) - MOST_TAKES + 1)):
            self._put(self._takes_row, node, number=str(number))
        for widget, visible in (
            (self._tree_head, has_tree),
            (self._tree, has_tree),
            (self._takes_head, bool(takes)),
            (self._takes, bool(takes)),
        ):
            widget.setVisible(visible)
        self.setVisible(has_tree or bool(takes))
        self._stop.hold(self.thumbs())
        self._stay(held)
        if holds_way and self._way is not None:
            self._way.setFocus(Qt.FocusReason.OtherFocusReason)
        for widget in before:
            widget.hide()
            widget.deleteLater()
        self.updateGeometry()

    def _walk(self, task_id: TaskId, thumb: Thumb) -> None:
        self._walked = thumb.hasFocus()
        self.task_wanted.emit(task_id)

    def _stay(self, held: TaskId | None) -> None:
        """Restores the focus: after opening by key to the thumbnail of the current task, else to that of `held`, since
        a family may load in several steps."""
        walked, self._walked = self._walked, False
        goal = self._model.task_id if walked else held
        thumb = next((thumb for thumb in self.thumbs() if thumb.node.task_id == goal), None) if goal else None
        if thumb is not None:
            thumb.setFocus(Qt.FocusReason.OtherFocusReason)

    def _put_tree(self, family: Family) -> None:
        for generation in family.above:
            for node in generation:
                self._put(self._tree_row, node)
            self._put_arrow()
        if family.above or family.below:
            self._put(self._tree_row, family.this, here=True)
        for generation in family.below:
            self._put_arrow()
            for node in generation:
                self._put(self._tree_row, node)
        if self._ways and not family.below:
            self._put_way()

    def _put(self, row: FlowLayout, node: Node, *, number: str = "", here: bool = False) -> None:
        here = here or (node.task_id is not None and node.task_id == self._model.task_id)
        thumb = Thumb(node, self._theme, self._posters, self._tree, number=number, here=here)
        if node.task_id is not None and not here:
            thumb.clicked.connect(lambda _=False, task_id=node.task_id: self._walk(task_id, thumb))
        thumb.setVisible(True)
        row.addWidget(thumb)

    def _put_arrow(self) -> None:
        arrow = words(self._tree, self._arrow, "faint", wrap=False)
        arrow.setAccessibleName(_("made into"))
        arrow.setAlignment(Qt.AlignmentFlag.AlignCenter)
        arrow.setFixedHeight(SIZE.height())
        arrow.setVisible(True)
        self._tree_row.addWidget(arrow)

    def _put_way(self) -> None:
        """Button with the most likely offer; its menu has the others."""
        said = f"{self._arrow}  {self._ways[0]}…"
        button = self._way = push_button(self._tree, said, kind="flat", spoken=_("Use this result"))
        color = self._theme.color(Role.FAINT).name()
        button.setStyleSheet(
            f"QPushButton {{ padding: 0 4px; color: {color}; text-align: left; min-height: {SIZE.height() - 2}px; }}"
        )
        button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        button.clicked.connect(lambda _=False: self.use_as_input_wanted.emit(button))
        button.setVisible(True)
        self._tree_row.addWidget(button)

    def _again(self) -> None:
        self._shown = None
        self.refresh()

    def _repaint(self) -> None:
        for thumb in self.thumbs():
            thumb.update()


def _taken_from(row: FlowLayout) -> list[QWidget]:
    """Empties the row and returns its widgets."""
    items = [row.takeAt(0) for _ in range(row.count())]
    return [widget for item in items if item is not None and (widget := item.widget()) is not None]


class Thumb(QAbstractButton):
    def __init__(
        self, node: Node, theme: Theme, posters: PosterCache, parent: QWidget, *, number: str = "", here: bool = False
    ) -> None:
        super().__init__(parent)
        self.node = node
        self._theme = theme
        self._posters = posters
        self._number = number
        self._pressed_at: QPoint | None = None
        self.is_here = here
        """Whether it is the task that is shown."""
        self.setFixedSize(SIZE)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        leads = node.task_id is not None and not here
        # Not by click: the focus stays in the list or at the player.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if leads else Qt.FocusPolicy.NoFocus)
        if leads:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        words = ": ".join(part for part in (node.relation, node.title) if part)
        self.setAccessibleName(_("{task}, current task", task=words) if here else words)
        self.setToolTip(tip("\n".join(part for part in (node.relation, node.title) if part)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed_at = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed_at is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        moved = event.position().toPoint() - self._pressed_at
        if moved.manhattanLength() >= QApplication.startDragDistance():
            # A drag is not a click.
            self._pressed_at = None
            self.setDown(False)
            paths = (Path(self.node.path),) if self.node.path else ()
            start_drag(self, self._theme, DragPayload(paths=paths, poster=self.node.picture))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Right)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.save()
        painter.setClipPath(rounded(area, _RADIUS))
        painter.fillRect(area, self._theme.color(Role.HOVER))
        self._paint_picture(painter, area)
        if self._number:
            self._paint_number(painter, area)
        painter.restore()
        self._paint_edge(painter, area)

    def _paint_picture(self, painter: QPainter, area: QRectF) -> None:
        ratio = self.devicePixelRatioF()
        # Requested at twice the size, because it is cropped to fill the thumbnail.
        picture = self._posters.picture(self.node.picture, SIZE * 2, ratio) if self.node.picture else None
        if picture is None:
            icon = self.node.media.kind.icon
            self._theme.icon(icon, Role.MUTED).paint(painter, square_in(area, 2.5 * GRID))
            return
        width, height = picture.width(), picture.height()
        scale = max(area.width() / width, area.height() / height)
        shown = QRectF(0, 0, area.width() / scale, area.height() / scale)
        shown.moveCenter(QRectF(0, 0, width, height).center())
        painter.drawPixmap(area, picture, shown)

    def _paint_number(self, painter: QPainter, area: QRectF) -> None:
        painter.setFont(self._theme.small_font())
        metrics = painter.fontMetrics()
        width = metrics.horizontalAdvance(self._number) + GRID
        box = QRectF(area.right() - width, area.bottom() - metrics.height(), width, metrics.height())
        painter.setOpacity(0.75)
        painter.fillRect(box, Qt.GlobalColor.black)
        painter.setOpacity(1.0)
        painter.setPen(Qt.GlobalColor.white)
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), self._number)

    def _paint_edge(self, painter: QPainter, area: QRectF) -> None:
        lively = self.hasFocus() or (self.underMouse() and self.focusPolicy() is not Qt.FocusPolicy.NoFocus)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.is_here or lively:
            painter.setPen(QPen(self._theme.color(Role.ACCENT), 2))
        else:
            painter.setPen(QPen(self._theme.color(Role.BORDER), 1))
        painter.drawRoundedRect(area, _RADIUS, _RADIUS)
