"""Lineage in the details pane: sources → this task → results made from it, and its takes below.

A thumbnail opens its task; opened by key, the focus stays in the strip. If nothing was made from a result yet, a button
offers what could be. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from runway_desktop.domain.task import TaskId
from runway_desktop.texts import _
from runway_desktop.ui.building import push_button, vbox
from runway_desktop.ui.flow_layout import FlowLayout
from runway_desktop.ui.labels import words
from runway_desktop.ui.tab_group import OneStop
from runway_desktop.ui.tasks.posters import PosterCache
from runway_desktop.ui.theme import FollowsTheme, Role, Theme
from runway_desktop.usecases.listing.lineage import Family, Node
from runway_desktop.viewmodels.tasks.details import LineageModel

from .thumb import SIZE, Thumb

MOST_TAKES = 12


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
