"""Layout of the window (left pane, list with composer, preview with details, bars), its storage, and the tab order.

Creates and owns the panes, without connecting them. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QByteArray, QObject, QPoint, QSize, Qt
from PySide6.QtWidgets import QAbstractItemView, QScrollArea, QSplitter, QStackedWidget, QWidget

from runway_desktop.domain.task import TaskId
from runway_desktop.ui.building import Item, line, vbox
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.composer.composer_pane import ComposerPane
from runway_desktop.ui.room import PageContent
from runway_desktop.ui.search.search_line import SearchLine
from runway_desktop.ui.tasks.grid import GridView
from runway_desktop.ui.tasks.posters import PosterCache
from runway_desktop.ui.tasks.view import TaskView
from runway_desktop.ui.theme import GRID, Theme
from runway_desktop.viewmodels.models import Models
from runway_desktop.viewmodels.tasks.task_list import TaskListModel

from .bars import StatusLine, TopBar, ViewsBar
from .commands import DETAILS, LEFT_PANE
from .details_pane import DetailsPane
from .folding import FoldingSplitter
from .list_pane import ListAndGrid, ListPane
from .pages_pane import PagesPane

_SPLITTER, _STAGE, _COLUMNS, _GRID = "window.splitter", "window.stage", "list.columns.10", "list.grid"
_WIDTHS = "window.widths"
FIRST_WIDTHS = (208, 812, 418)
"""Widths of the columns in a new profile."""
LEAST_MIDDLE = 48 * GRID
_TABBED = (Qt.FocusPolicy.TabFocus, Qt.FocusPolicy.StrongFocus, Qt.FocusPolicy.WheelFocus)
_LINE = 12
"""Maximum vertical distance in pixels between centers of widgets on one line."""
STAGE_HEIGHT = 290
"""Height in a new profile: a clip of 16:9 in the right pane with its controls."""


class Overlay(QWidget):
    """An overlay over the panes."""

    def leave(self) -> None:
        raise NotImplementedError


class Workspace(QWidget):
    def __init__(self, m: Models, theme: Theme, keys: Keys) -> None:
        super().__init__()
        self._memory = m.memory
        self.posters = PosterCache(self)
        self.view = TaskView(m.rows, theme, self.posters)
        self._came_back = SelectionRestore(self.view)
        self.grid = GridView(m.rows, self.view.selectionModel(), theme, self.posters)
        for one in (self.view, self.grid):
            FirstResults(one, m.rows)
        self.views = ListAndGrid(self.view, self.grid)
        self.search = SearchLine(m.filter, theme, keys)
        self.top = TopBar(m.status, m.pages, self.search, theme, keys, m.profiles, m.activity)
        self.pages = PagesPane(m.pages, theme)
        self.views_bar = ViewsBar(m.pages, m.filter, theme)
        self.list = ListPane(self.views, m.rows, m.filter, m.pages, theme, keys)
        self.composer = ComposerPane(m.composer, m.task_commands, theme, keys, self.posters)
        self.overlay: Overlay | None = None
        self.page: PageContent | None = None
        """The page shown instead of the list."""
        self._folded_for_view = False
        self._middle = QStackedWidget()
        self._middle.addWidget(self.list)
        self.details = DetailsPane(m.details, theme)
        left = pane_of((self.pages, 1), pane="side")
        self._composer_line = line()
        middle = pane_of(self.views_bar, (self._middle, 1), self._composer_line, self.composer, pane="list")
        self._under_list: Any = middle.layout()
        self.preview_room = pane_of()
        self.preview_room.layout().setContentsMargins(GRID + GRID // 2, GRID + GRID // 2, GRID + GRID // 2, 0)
        self._stage = QSplitter(Qt.Orientation.Vertical, handleWidth=1, childrenCollapsible=False)
        for position, (widget, share) in enumerate(((self.preview_room, 3), (self.details, 2))):
            self._stage.addWidget(widget)
            self._stage.setStretchFactor(position, share)
        self.budget_room = pane_of()
        """Room above preview and details."""
        self._beside_list = pane_of(self.budget_room, (self._stage, 1))
        self._right = QStackedWidget()
        self._right.addWidget(self._beside_list)
        right = pane_of((self._right, 1), pane="raised")
        for widget, least in ((left, 140), (middle, LEAST_MIDDLE), (right, 36 * GRID)):
            widget.setMinimumWidth(least)
        first_widths = (max(FIRST_WIDTHS[0], self.pages.wanted_width), FIRST_WIDTHS[2])
        self.columns = FoldingSplitter(theme, (left, middle, right), first_widths)
        for position, share in enumerate((0, 3, 1)):
            self.columns.setStretchFactor(position, share)
        keys.changed.connect(partial(self._tell_keys, keys))
        self._tell_keys(keys)
        self.status = StatusLine(m.status, m.composer, theme)
        self._top_line = line()
        self._rows = vbox(self.top, self._top_line, (self.columns, 1), line(), self.status, on=self, spacing=0)
        self.list.grid_changed.connect(self._remember_grid)

    def show_page(self, page: PageContent | None) -> None:
        """Shows a page instead of the list. A page with its own side pane replaces everything except the left pane; a
        view without one has the room of the right pane too, until it is unfolded."""
        self.page = page
        is_view = page is not None and bool(page.project)
        folds = is_view and page is not None and page.side is None
        if self._folded_for_view is not folds:
            self._folded_for_view = folds and not self.columns.is_folded(2)
            if self.columns.is_folded(2) is not folds:
                self.columns.toggle(2)
        for stack, widget in (
            (self._middle, page.center if page is not None else self.list),
            (self._right, page.side if page is not None and page.side is not None else self._beside_list),
        ):
            if stack.indexOf(widget) < 0:
                stack.addWidget(widget)
            before = stack.currentWidget()
            stack.setCurrentWidget(widget)
            if before not in (widget, self.list, self._beside_list):
                # A stack is as high as the highest of its pages, hidden ones too.
                stack.removeWidget(before)
        keeps_composer = self._right.currentWidget() is self._beside_list or (page is not None and page.keeps_composer)
        room = page.composer_room if page is not None else None
        (room or self._under_list).addWidget(self.composer, int(room is not None))
        self._composer_line.setVisible(keeps_composer and not is_view)
        self.composer.setVisible(room is not None or (keeps_composer and not is_view))

    def show_large(self, view: Overlay | None) -> None:
        """Shows an overlay over everything except the status line; None restores the panes."""
        self.overlay = view
        if view is not None and self._rows.indexOf(view) < 0:
            self._rows.insertWidget(0, view, 1)
        for part in (self.top, self._top_line, self.columns):
            part.setVisible(view is None)

    def chosen_ids(self) -> list[TaskId]:
        """Selected ids of what is visible: the list (also for the large view) or a page."""
        page = self.page if self.overlay is None else None
        return page.chosen() if page is not None else self.view.selected_ids()

    def fold(self, position: int) -> None:
        """Folds or unfolds the left (0) or right pane (2). A focus in the folded pane moves to the list."""
        if not self.columns.isVisible():
            return
        pane, focus = self.columns.widget(position), self.focusWidget()
        had_focus = focus is not None and pane.isAncestorOf(focus)
        self.columns.toggle(position)
        if had_focus and self.columns.is_folded(position):
            self.views.setFocus(Qt.FocusReason.OtherFocusReason)

    def _tell_keys(self, keys: Keys) -> None:
        self.columns.tell_keys(lambda position: keys.tip({0: LEFT_PANE, 2: DETAILS}[position]))

    def restore(self, height: int) -> None:
        """Restores the stored layout, or the default for a window of this height."""
        recall = self._memory.recall
        splitter = recall(_SPLITTER)
        if splitter is None or not self.columns.restoreState(state_of(splitter)):
            self.columns.setSizes([max(FIRST_WIDTHS[0], self.pages.wanted_width), *FIRST_WIDTHS[1:]])
        self.columns.restore_widths(recall(_WIDTHS) or "")
        stage = recall(_STAGE)
        if stage is None or not self._stage.restoreState(state_of(stage)):
            shown = min(STAGE_HEIGHT, height // 3)
            self._stage.setSizes([shown, height - shown])
        columns = recall(_COLUMNS)
        if columns is not None:
            self.view.horizontalHeader().restoreState(state_of(columns))
        grid = (recall(_GRID) or "").split()
        if len(grid) == 2 and all(word.isdecimal() for word in grid):
            self.list.show_grid(grid[0] == "1", int(grid[1]))

    def remember(self) -> None:
        self.show_page(None)
        self._memory.keep(_SPLITTER, text_of(self.columns.saveState()))
        self._memory.keep(_WIDTHS, self.columns.open_widths())
        self._memory.keep(_STAGE, text_of(self._stage.saveState()))

    def remember_columns(self) -> None:
        """Stores the columns, except those of a narrow list or the queue, which the program sets."""
        if not (self.view.is_narrow or self.view.is_lane):
            self._memory.keep(_COLUMNS, text_of(self.view.horizontalHeader().saveState()))

    def shutdown(self) -> None:
        self.grid.shutdown()
        self.posters.shutdown()

    def _remember_grid(self) -> None:
        self._memory.keep(_GRID, f"{int(self.list.is_grid)} {self.grid.poster_width}")


def pane_of(*items: Item, pane: str = "") -> QWidget:
    """Stacks widgets vertically; `pane` names the style of their background."""
    holder = QWidget()
    if pane:
        holder.setProperty("pane", pane)
        holder.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    vbox(*items, on=holder, spacing=0)
    return holder


def first_size(screen: QSize) -> QSize:
    """Default window size: large, and entirely on the screen including its title bar."""
    return QSize(1440, 900).boundedTo(screen - QSize(0, 5 * GRID))


def state_of(text: str) -> QByteArray:
    return QByteArray.fromBase64(text.encode())


def text_of(state: QByteArray) -> str:
    return bytes(state.toBase64().data()).decode()


class FirstResults(QObject):
    """Shows the first row, or the selected one, after another query replaced the rows. Qt would scroll to a neighbor of
    the current row if that row was removed."""

    def __init__(self, view: QAbstractItemView, model: TaskListModel) -> None:
        super().__init__(view)
        self._view = view
        model.lines_replaced.connect(self._stay)
        model.lines_moved.connect(self._show)
        model.modelReset.connect(self._show)

    def _stay(self) -> None:
        self._view.setAutoScroll(False)

    def _show(self) -> None:
        view = self._view
        if view.hasAutoScroll():
            return
        view.setAutoScroll(True)
        view.scrollToTop()
        if view.selectionModel().hasSelection():
            view.scrollTo(view.currentIndex())


class SelectionRestore(QObject):
    """Restores the selection after another query replaced the rows. Tasks that vanish otherwise are not reselected."""

    def __init__(self, view: TaskView) -> None:
        super().__init__(view)
        self._view = view
        self._chosen: list[TaskId] = []
        self._at = 0
        """Position of the first of them in the viewport, in pixels."""
        model = view.rows
        model.lines_replaced.connect(self._note)
        model.answered.connect(self._bring_back)
        model.loaded.connect(self._bring_back)

    def _note(self) -> None:
        if chosen := self._view.selected_ids():
            current = self._view.current_id()
            self._chosen = sorted(chosen, key=lambda one: one != current)
            self._at = self._view.rowViewportPosition(self._view.rows.position(self._chosen[0]) or 0)

    def _bring_back(self) -> None:
        view = self._view
        if not self._chosen:
            return
        if view.selectionModel().hasSelection():
            self._chosen = []
            return
        row = view.rows.position(self._chosen[0])
        if row is None:
            return
        chosen, self._chosen = self._chosen, []
        view.select(chosen, scroll=False)
        if 0 <= self._at < view.viewport().height():
            view.updateGeometries()
            bar = view.verticalScrollBar()
            bar.setValue(bar.value() + view.rowViewportPosition(row) - self._at)


def put_in_order(areas: Sequence[QWidget]) -> None:
    """Makes the widgets in `areas` consecutive in the focus chain, from the first area on. Areas are ordered from top
    to bottom; call it when Tab is pressed, since the preview comes late and the lineage is rebuilt for each task.

    Qt's chain is never read: `nextInFocusChain` and `previousInFocusChain` create Python wrappers for what they return,
    possibly the window, as children of the queried widget. When that is deleted, the wrappers of all actions and
    viewports in the window die with it."""
    before = areas[0]
    for area in areas:
        stops = [one for one in area.findChildren(QWidget) if one.focusPolicy() in _TABBED and one.isVisible()]
        for widget in _as_read(area, stops):
            QWidget.setTabOrder(before, widget)
            before = widget


def bring_into_view(widget: QWidget | None) -> None:
    """Scrolls all enclosing scroll areas to the focused widget."""
    above = widget.parentWidget() if widget is not None else None
    while widget is not None and above is not None:
        if isinstance(above, QScrollArea):
            above.ensureWidgetVisible(widget)
        above = above.parentWidget()


def _as_read(area: QWidget, widgets: Sequence[QWidget]) -> list[QWidget]:
    """Widgets by line, and within a line in reading direction."""
    sign = -1 if area.layoutDirection() is Qt.LayoutDirection.RightToLeft else 1

    def middle(widget: QWidget) -> QPoint:
        return widget.mapTo(area, widget.rect().center())

    lines: list[list[QWidget]] = []
    for widget in sorted(widgets, key=lambda one: middle(one).y()):
        if lines and middle(widget).y() - middle(lines[-1][0]).y() <= _LINE:
            lines[-1].append(widget)
        else:
            lines.append([widget])
    return [widget for line in lines for widget in sorted(line, key=lambda one: sign * middle(one).x())]
