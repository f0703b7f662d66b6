"""Center pane: title, filters, list or grid, and an empty state. GUI thread only."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QEnterEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QMenu, QSlider, QStackedLayout, QToolButton, QWidget

from runway_desktop.domain.library import GroupBy, Page, SortKey
from runway_desktop.texts import Text, _, in_turn
from runway_desktop.ui.building import (
    add_all,
    add_check,
    add_row,
    grid,
    hbox,
    open_below,
    passing_menu,
    push_button,
    tool_button,
    vbox,
)
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.composer.commands import SEND
from runway_desktop.ui.empty_picture import Empty, EmptyPicture
from runway_desktop.ui.labels import ElidedLabel, say, words
from runway_desktop.ui.search.search_line import FilterRow
from runway_desktop.ui.tasks.grid import LARGEST, SMALLEST, GridView
from runway_desktop.ui.tasks.view import TaskView
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.usecases.listing.columns import COLUMNS, Column, column_of
from runway_desktop.usecases.words.plain import tip
from runway_desktop.viewmodels.tasks.list_filter import ListFilter
from runway_desktop.viewmodels.tasks.pages import Pages
from runway_desktop.viewmodels.tasks.task_list import TaskListModel

from .commands import LOOK

_GROUPS = (
    (GroupBy.BATCH, Text("Group: batch"), Text("By batch")),
    (GroupBy.DAY, Text("Group: day"), Text("By day")),
    (GroupBy.PROJECT, Text("Group: project"), Text("By project")),
    (GroupBy.PROMPT, Text("Group: prompt"), Text("By prompt")),
    (GroupBy.MODEL, Text("Group: model"), Text("By model")),
    (GroupBy.NONE, Text("Group: none"), Text("Not grouped")),
)
_IN_LANE = Text("In sending order")
_LONGEST_TITLE = 30 * GRID


class ListPane(QWidget):
    columns_changed = Signal()
    """Order, widths or visibility of columns changed and should be stored."""
    hold_all_wanted = Signal()
    """Hold or release the whole queue."""
    everywhere_wanted = Signal()
    """Search all tasks instead of the open page."""
    grid_changed = Signal()
    """View or poster size changed and should be stored."""

    def __init__(
        self,
        views: ListAndGrid,
        model: TaskListModel,
        chosen: ListFilter,
        pages: Pages,
        theme: Theme,
        keys: Keys,
    ) -> None:
        super().__init__()
        self._view = views.view
        self._views = views
        self._model = model
        self._filter = chosen
        self._pages = pages
        self._theme = theme
        self._keys = keys
        self._build()
        chosen.changed.connect(self._show_filter)
        model.loaded.connect(self._show_empty)
        model.answered.connect(self._show_empty)
        # One signal for all row changes: an answer of the store moves rows in dozens of steps.
        model.lines_moved.connect(self._show_empty)
        model.times_moved.connect(self._show_found)
        pages.changed.connect(self._show_empty)
        keys.changed.connect(self._tell_keys)
        FollowsTheme(theme, self, self._restyle)
        self._show_filter()

    def hasHeightForWidth(self) -> bool:
        """False although the filters wrap: the list scrolls, so extra height goes to the composer below."""
        return False

    def _build(self) -> None:
        head = QWidget(self)
        self._is_below = False
        """Whether the filters have a line of their own."""
        margins = (GRID + GRID // 2, GRID, GRID + GRID // 2, GRID)
        self._head = grid(on=head, across=GRID, down=GRID, margins=margins, wide=2)
        self._title = words(head, wrap=False)
        self._found = ElidedLabel(head, Qt.TextElideMode.ElideRight, "muted")
        self.filters = FilterRow(self._filter, self._pages, head)
        self._hold_all = push_button(
            head, _("Hold all"), self.hold_all_wanted, tip=_("Holds the whole queue until you release it")
        )
        self._looks = QWidget(head)
        self._build_looks(self._looks)
        filters = (self.filters, Qt.AlignmentFlag.AlignVCenter)
        add_row(self._head, 0, self._title, self._found, filters, self._hold_all, self._looks)
        self._said = words(self, tone="warn")
        self._said.setContentsMargins(GRID + GRID // 2, 0, GRID + GRID // 2, GRID // 2)
        body = QWidget(self)
        self._stack = QStackedLayout(body)
        self._stack.addWidget(self._views)
        self._empty = self._build_empty()
        self._stack.addWidget(self._empty)
        vbox(head, self._said, (body, 1), on=self, spacing=0)
        header = self._view.horizontalHeader()
        header.setSectionsClickable(True)
        header.sectionClicked.connect(self._sort)
        header.setSortIndicatorShown(True)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._columns_menu)
        header.sectionMoved.connect(lambda *_: self.columns_changed.emit())
        header.sectionResized.connect(lambda *_: self.columns_changed.emit())

    def _build_looks(self, head: QWidget) -> None:
        """Builds the selectors for grouping, and for list or grid."""
        self._group = push_button(head, "", self._group_menu, kind="flat")
        self._size = QSlider(Qt.Orientation.Horizontal, head)
        self._size.setRange(SMALLEST, LARGEST)
        self._size.setSingleStep(GRID)
        self._size.setFixedWidth(12 * GRID)
        self._size.setAccessibleName(_("Thumbnail size"))
        self._size.setToolTip(tip(_("Thumbnail size")))
        self._size.setValue(self._views.grid.poster_width)
        self._size.valueChanged.connect(self._resize_posters)
        self._views.grid.zoomed.connect(self._size.setValue)
        self._size.hide()
        self._as_list = self._toggle(_("List"), on=False)
        self._as_grid = self._toggle(_("Grid"), on=True)
        hbox(self._group, self._size, self._as_list, self._as_grid, on=head)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_filters()

    def _fit_filters(self) -> None:
        """Puts the filters next to the title if they fit, even without those that the search line can replace; else
        below, over the full width."""
        margins = self._head.contentsMargins()
        beside = (self._title, self._found, self._hold_all, self._looks)
        widths = (max(one.sizeHint().width(), one.minimumWidth()) for one in beside if not one.isHidden())
        room = self.width() - margins.left() - margins.right() - sum(width + GRID for width in widths)
        if self.filters.isHidden():
            return
        fits, fits_short = (self.filters.line_width(short=short) <= room for short in (False, True))
        self.filters.shorten(on=fits_short and not fits)
        if self._is_below is not (below := not fits_short):
            self._is_below = below
            self._head.removeWidget(self.filters)
            cell = (1, 0, 1, 5) if below else (0, 2, 1, 1)
            self._head.addWidget(self.filters, *cell, Qt.AlignmentFlag.AlignVCenter)

    @property
    def is_grid(self) -> bool:
        return self._views.is_grid

    def show_grid(self, on: bool, width: int = 0) -> None:
        """Shows grid or list; `width` sets the poster width."""
        if width:
            self._size.setValue(width)
        self._views.show_grid(on)
        self._size.setVisible(on)
        self._fit_filters()
        self._as_grid.setChecked(on)
        self._as_list.setChecked(not on)
        self.grid_changed.emit()

    def zoom(self, steps: int) -> None:
        """Zooms the grid by steps; 0 resets the size."""
        if self.is_grid:
            self._views.grid.zoom(steps)

    def _resize_posters(self, width: int) -> None:
        self._views.grid.set_poster_width(width)
        self.grid_changed.emit()

    def _toggle(self, name: str, *, on: bool) -> QToolButton:
        button = tool_button(self, side=16, kind="flat", spoken=name, checkable=True)
        button.setChecked(on is self._views.is_grid)
        button.clicked.connect(lambda: self.show_grid(on))
        return button

    def _build_empty(self) -> QWidget:
        page = QWidget(self)
        self._empty_column = column = vbox(on=page, margins=(4 * GRID, 2 * GRID, 4 * GRID, 2 * GRID))
        self._empty_picture: EmptyPicture | None = None
        column.addStretch(2)
        self._empty_title, self._empty_text = words(page), words(page, tone="muted")
        for label in (self._empty_title, self._empty_text):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._empty_button = push_button(page, _("Clear filters"), self._filter.clear)
        add_all(column, self._empty_title, self._empty_text, GRID)
        self._everywhere = push_button(page, _("Search everywhere"), self.everywhere_wanted, kind="primary")
        column.addWidget(self._everywhere, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._empty_button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        return page

    def _restyle(self) -> None:
        self._title.setFont(self._theme.strong_font())
        self._empty_title.setFont(self._theme.strong_font())
        self._as_list.setIcon(self._theme.icon("mdi6.format-list-bulleted", Role.MUTED))
        self._as_grid.setIcon(self._theme.icon("mdi6.view-grid-outline", Role.MUTED))
        self._tell_keys()

    def _tell_keys(self) -> None:
        keys = self._keys.words(LOOK)
        for button in (self._as_list, self._as_grid):
            name = button.accessibleName()
            button.setToolTip(tip(_("{name} ({keys} switches)", name=name, keys=keys) if keys else name))
        self._show_empty()

    def _show_filter(self) -> None:
        chosen = self._filter
        metrics = self._title.fontMetrics()
        self._title.setText(metrics.elidedText(chosen.title, Qt.TextElideMode.ElideRight, _LONGEST_TITLE))
        self._title.setToolTip(tip(chosen.title))
        # Above it stands the bar of the project's views, with its name.
        self._title.setVisible(not self._pages.views)
        say(self._said, " ".join(chosen.said))
        group = chosen.listing.group
        in_lane = group is GroupBy.LANE
        grouped = _IN_LANE if in_lane else next(words for key, words, _unused in _GROUPS if key is group)
        self._group.setText(f"{grouped}  ▾")
        column = None if in_lane else column_of(chosen.listing.sort)
        order = Qt.SortOrder.DescendingOrder if chosen.listing.descending else Qt.SortOrder.AscendingOrder
        self._view.horizontalHeader().setSortIndicator(column if column is not None else -1, order)
        self._view.show_lane(in_lane)
        self._hold_all.setVisible(chosen.has_queue)
        # Hidden for the queue, which is short and can be filtered by the search line.
        self.filters.setVisible(chosen.narrows or not in_lane)
        self._show_found()

    def _show_found(self) -> None:
        """Shows the number of filtered tasks, in a label of constant width."""
        narrows = self._filter.narrows
        if self._filter.is_queue and not narrows:
            self._show_queue()
            return
        self._found.setVisible(narrows)
        self._found.setMinimumWidth(
            self._found.fontMetrics().horizontalAdvance(_("{n} found", n=99_999)) if narrows else 0
        )
        if narrows and self._model.is_loaded:
            self._found.setText(_("{n} found", n=self._model.task_count))
        self._fit_filters()

    def _show_queue(self) -> None:
        """Shows the queue's size, cost and forecast end."""
        self._found.setMinimumWidth(0)
        self._found.setText(self._model.lane.line())
        self._found.setVisible(bool(self._found.text()))
        held = self._model.lane.is_all_held
        self._hold_all.setText(self._model.lane.release_words() if held else _("Hold all"))
        self._hold_all.setIcon(self._theme.icon("mdi6.play" if held else "mdi6.pause"))
        self._hold_all.setEnabled(bool(self._model.task_count))
        self._fit_filters()

    def _show_empty(self) -> None:
        self._show_found()
        if not self._model.is_loaded or self._model.rowCount():
            self._stack.setCurrentWidget(self._views)
            return
        narrowed = self._filter.narrows
        if narrowed:
            none = _("No task matches these filters.")
            here = _("No task in “{page}” matches.", page=self._filter.title)
            self._say_empty("no match", _("No results"), none if self._filter.is_everywhere else here)
        elif self._filter.page is Page.NEEDS_ATTENTION:
            self._say_empty("all done", _("Nothing needs attention"), _("Failed and uncertain tasks appear here."))
        elif self._filter.page is Page.NOT_SAVED:
            comfort = _("Every result that you paid for is on this computer.")
            self._say_empty("all done", _("Everything is saved"), comfort)
        elif not self._filter.is_everywhere:
            here = _("Tasks wait here until Runway has a free slot.")
            self._say_empty(
                "nothing yet",
                _("Nothing here yet"),
                here if self._filter.has_queue else _("Tasks appear here automatically."),
            )
        else:
            key = self._keys.cap(SEND)
            how = _("Write a prompt below and press {key}.", key=key) if key else _("Write a prompt below and send it.")
            self._say_empty(
                "nothing yet",
                _("No tasks yet"),
                str(in_turn(how, _("Or drop prompts, a table, pictures, clips or task IDs anywhere."))),
            )
        self._everywhere.setVisible(narrowed and not self._filter.is_everywhere)
        self._empty_button.setVisible(narrowed)
        self._stack.setCurrentWidget(self._empty)

    def _say_empty(self, kind: Empty, title: str, text: str) -> None:
        self._empty_title.setText(title)
        self._empty_text.setText(text)
        if self._empty_picture is None:
            self._empty_picture = EmptyPicture(self._theme, kind, self._empty)
            self._empty_column.insertWidget(1, self._empty_picture)
        self._empty_picture.show_kind(kind)

    def _group_menu(self) -> None:
        menu = passing_menu(self)
        listing = self._filter.listing
        for key, _unused, name in _GROUPS:
            add_check(menu, str(name), partial(self._filter.group_by, key), checked=listing.group is key)
        if self._filter.has_queue:
            in_lane = partial(self._filter.group_by, GroupBy.LANE)
            add_check(menu, str(_IN_LANE), in_lane, checked=listing.group is GroupBy.LANE)
        menu.addSeparator()
        below = menu.addMenu(_("Sort by"))
        orders = [(column.sort, str(column.title), column.is_falling) for column in COLUMNS]
        for sort, order, falling in (*orders, (SortKey.LANE, _("Sending order"), False)):
            if sort is not None:
                does = partial(self._filter.sort_by, sort, descending=falling)
                add_check(below, order, does, checked=listing.sort is sort)
        if not self.is_grid:
            menu.addSeparator()
            self._add_columns(menu.addMenu(_("Columns")))
        open_below(menu, self._group)

    def _columns_menu(self, at: QPoint) -> None:
        menu = passing_menu(self)
        self._add_columns(menu)
        menu.addSeparator()
        menu.addAction(_("Reset columns"), self._reset_columns)
        menu.popup(self._view.horizontalHeader().mapToGlobal(at))

    def _add_columns(self, menu: QMenu) -> None:
        for column in Column:
            if not COLUMNS[column].is_fixed:
                shown = self._view.shows_column(column)
                add_check(menu, str(COLUMNS[column].title), partial(self._toggle_column, column), checked=shown)

    def _reset_columns(self) -> None:
        self._view.reset_columns()
        self.columns_changed.emit()

    def _toggle_column(self, column: Column) -> None:
        self._view.show_column(column, not self._view.shows_column(column))
        self.columns_changed.emit()

    def _sort(self, section: int) -> None:
        column = COLUMNS[section]
        key = column.sort
        if key is None:
            return
        listing = self._filter.listing
        falling = not listing.descending if listing.sort is key else column.is_falling
        self._filter.sort_by(key, descending=falling)


class ListAndGrid(QWidget):
    neared = Signal()
    """The pointer entered."""

    def __init__(self, view: TaskView, grid: GridView) -> None:
        super().__init__()
        self.view = view
        self.grid = grid
        self._stack = QStackedLayout(self)
        self._stack.addWidget(view)
        self._stack.addWidget(grid)
        self.setFocusProxy(view)

    @property
    def is_grid(self) -> bool:
        return self._stack.currentWidget() is self.grid

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.neared.emit()

    def enter(self) -> None:
        """Focuses the list; without a selection, selects its first task."""
        rows = self.view.rows
        first = next((found for row in range(rows.rowCount()) if (found := rows.task_id(row)) is not None), None)
        if first is None:
            return
        if not self.view.selectionModel().hasSelection():
            self.view.select([first])
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def open_menu(self) -> None:
        """Opens the context menu of the selection. Not every system sends that event for its key."""
        asked = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(), QPoint())
        QApplication.sendEvent(self.grid if self.is_grid else self.view, asked)

    def show_grid(self, on: bool) -> None:
        """Switches the view; keeps focus and current task."""
        if on is self.is_grid:
            return
        before, after = (self.view, self.grid) if on else (self.grid, self.view)
        had_focus = before.hasFocus()
        in_sight = self.view.currentIndex()
        self._stack.setCurrentWidget(after)
        self.setFocusProxy(after)
        if had_focus:
            after.setFocus()
        if in_sight.isValid():
            after.scrollTo(in_sight)
