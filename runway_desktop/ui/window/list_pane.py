"""The middle: what is listed, the chips that narrow it, the list itself, and the words when it is empty."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from runway_desktop.domain.library import GroupBy, SortKey
from runway_desktop.ui.flow_layout import FlowLayout
from runway_desktop.ui.tasks.view import TaskView
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.viewmodels.list_filter import STATUS_CHOICES, ListFilter
from runway_desktop.viewmodels.places import Places
from runway_desktop.viewmodels.task_cells import Column
from runway_desktop.viewmodels.task_list import TaskListModel

_GROUPS = ((GroupBy.BATCH, "batch"), (GroupBy.DAY, "day"), (GroupBy.MODEL, "model"), (GroupBy.NONE, "nothing"))


class ListPane(QWidget):
    columns_changed = Signal()
    """Widths, order or visibility of columns moved: remember them."""

    def __init__(
        self,
        view: TaskView,
        model: TaskListModel,
        chosen: ListFilter,
        places: Places,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._view = view
        self._model = model
        self._filter = chosen
        self._places = places
        self._theme = theme
        self._build()
        chosen.changed.connect(self._show_filter)
        model.loaded.connect(self._show_empty)
        model.rowsInserted.connect(lambda *_: self._show_empty())
        model.rowsRemoved.connect(lambda *_: self._show_empty())
        places.changed.connect(self._show_empty)
        FollowsTheme(theme, self, self._restyle)
        self._show_filter()

    def _build(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        head = QWidget(self)
        row = QHBoxLayout(head)
        row.setContentsMargins(GRID + GRID // 2, GRID, GRID + GRID // 2, GRID)
        row.setSpacing(GRID)
        self._title = QLabel(head)
        row.addWidget(self._title)
        pills = QWidget(head)
        flow = FlowLayout(pills)
        self._today = self._pill("Today", checkable=True)
        self._today.clicked.connect(self._filter.set_today)
        self._status = self._pill("Status")
        self._status.clicked.connect(self._status_menu)
        self._models = self._pill("Model")
        self._models.clicked.connect(self._model_menu)
        self._clear = self._pill("Clear")
        self._clear.setAccessibleName("Clear all filters")
        self._clear.clicked.connect(self._filter.clear)
        for pill in (self._today, self._status, self._models, self._clear):
            flow.addWidget(pill)
        row.addWidget(pills, 1)
        self._group = QPushButton(head)
        self._group.setProperty("kind", "flat")
        self._group.clicked.connect(self._group_menu)
        row.addWidget(self._group)
        outer.addWidget(head)
        body = QWidget(self)
        self._stack = QStackedLayout(body)
        self._stack.addWidget(self._view)
        self._empty = self._build_empty()
        self._stack.addWidget(self._empty)
        outer.addWidget(body, 1)
        header = self._view.horizontalHeader()
        header.setSectionsClickable(True)
        header.sectionClicked.connect(self._sort)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._columns_menu)
        header.sectionMoved.connect(lambda *_: self.columns_changed.emit())
        header.sectionResized.connect(lambda *_: self.columns_changed.emit())

    def _pill(self, text: str, *, checkable: bool = False) -> QPushButton:
        pill = QPushButton(text, self)
        pill.setCheckable(checkable)
        pill.setProperty("kind", "pill")
        pill.setAccessibleName(f"Filter: {text}")
        return pill

    def _build_empty(self) -> QWidget:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(4 * GRID, 2 * GRID, 4 * GRID, 2 * GRID)
        column.addStretch(2)
        self._empty_icon = QLabel(page)
        self._empty_icon.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._empty_title = QLabel(page, alignment=Qt.AlignmentFlag.AlignHCenter, wordWrap=True)
        self._empty_text = QLabel(page, alignment=Qt.AlignmentFlag.AlignHCenter, wordWrap=True)
        self._empty_text.setProperty("tone", "muted")
        self._empty_button = QPushButton("Clear the filters", page)
        self._empty_button.clicked.connect(self._filter.clear)
        for widget in (self._empty_icon, self._empty_title, self._empty_text):
            column.addWidget(widget)
        column.addSpacing(GRID)
        column.addWidget(self._empty_button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        return page

    def _restyle(self) -> None:
        self._title.setFont(self._theme.strong_font())
        self._empty_title.setFont(self._theme.strong_font())
        self._empty_icon.setPixmap(self._theme.icon("mdi6.tray-arrow-down", Role.FAINT).pixmap(40, 40))

    def _show_filter(self) -> None:
        chosen = self._filter
        self._title.setText(chosen.title)
        self._today.setChecked(chosen.today)
        self._mark(
            self._status,
            f"Status: {', '.join(sorted(chosen.states))}" if chosen.states else "Status",
            bool(chosen.states),
        )
        self._mark(
            self._models,
            f"Model: {', '.join(sorted(chosen.models))}" if chosen.models else "Model",
            bool(chosen.models),
        )
        self._clear.setVisible(chosen.narrows)
        group = chosen.listing.group
        self._group.setText(f"Group: {next(words for key, words in _GROUPS if key is group)}  ▾")
        column = self._model.column_of(chosen.listing.sort)
        header = self._view.horizontalHeader()
        header.setSortIndicatorShown(column is not None)
        if column is not None:
            order = Qt.SortOrder.DescendingOrder if chosen.listing.descending else Qt.SortOrder.AscendingOrder
            header.setSortIndicator(column, order)

    @staticmethod
    def _mark(pill: QPushButton, text: str, active: bool) -> None:
        metrics = pill.fontMetrics()
        pill.setText(metrics.elidedText(text, Qt.TextElideMode.ElideRight, 28 * GRID))
        pill.setCheckable(active)
        pill.setChecked(active)

    def _show_empty(self) -> None:
        if not self._model.is_loaded or self._model.rowCount():
            self._stack.setCurrentWidget(self._view)
            return
        narrowed = self._filter.narrows
        if narrowed:
            self._empty_title.setText("Nothing matches this filter")
            self._empty_text.setText("Your tasks are all still here.")
        elif self._filter.title != "All tasks":
            self._empty_title.setText("Nothing here now")
            self._empty_text.setText("Tasks appear here by themselves.")
        else:
            self._empty_title.setText("Nothing made yet")
            self._empty_text.setText(
                "Write a prompt below and press Ctrl+Return. Or drop something anywhere: a text file with a "
                "prompt in each line, "
                "a table, pictures, clips, or the id of a task that you started elsewhere."
            )
        self._empty_button.setVisible(narrowed)
        self._stack.setCurrentWidget(self._empty)

    def _status_menu(self) -> None:
        # The click turned the pill off; only what is picked may.
        self._show_filter()
        menu = self._menu()
        for name, _ in STATUS_CHOICES:
            action = menu.addAction(name, lambda name=name: self._filter.toggle_state(name))
            action.setCheckable(True)
            action.setChecked(name in self._filter.states)
        menu.popup(self._status.mapToGlobal(QPoint(0, self._status.height() + 2)))

    def _model_menu(self) -> None:
        self._show_filter()
        menu = self._menu()
        for name, amount in sorted(self._places.counts.models.items()):
            if name:
                action = menu.addAction(f"{name}\t{amount:,}", lambda name=name: self._filter.toggle_model(name))
                action.setCheckable(True)
                action.setChecked(name in self._filter.models)
        if menu.isEmpty():
            menu.addAction("No tasks yet").setEnabled(False)
        menu.popup(self._models.mapToGlobal(QPoint(0, self._models.height() + 2)))

    def _group_menu(self) -> None:
        menu = self._menu()
        for key, words in _GROUPS:
            action = menu.addAction(
                f"By {words}" if key is not GroupBy.NONE else "Not grouped", lambda key=key: self._filter.group_by(key)
            )
            action.setCheckable(True)
            action.setChecked(self._filter.listing.group is key)
        menu.addSeparator()
        for sort, words in (
            (SortKey.SENT, "Sort by time"),
            (SortKey.PROMPT, "Sort by prompt"),
            (SortKey.STATE, "Sort by status"),
            (SortKey.COST, "Sort by credits"),
            (SortKey.MODEL, "Sort by model"),
            (SortKey.LANE, "Sort by sending order"),
        ):
            falling = sort in (SortKey.SENT, SortKey.COST)
            action = menu.addAction(
                words, lambda sort=sort, falling=falling: self._filter.sort_by(sort, descending=falling)
            )
            action.setCheckable(True)
            action.setChecked(self._filter.listing.sort is sort)
        menu.popup(self._group.mapToGlobal(QPoint(0, self._group.height() + 2)))

    def _columns_menu(self, at: QPoint) -> None:
        menu = self._menu()
        header = self._view.horizontalHeader()
        for column in Column:
            if column in (Column.POSTER, Column.PROMPT):
                continue
            name = self._model.headerData(column, Qt.Orientation.Horizontal)
            action = menu.addAction(str(name), lambda column=column: self._toggle_column(column))
            action.setCheckable(True)
            action.setChecked(not self._view.isColumnHidden(column))
        menu.popup(header.mapToGlobal(at))

    def _toggle_column(self, column: Column) -> None:
        self._view.setColumnHidden(column, not self._view.isColumnHidden(column))
        self.columns_changed.emit()

    def _sort(self, section: int) -> None:
        key = self._model.sort_key(section)
        if key is None:
            return
        listing = self._filter.listing
        falling = not listing.descending if listing.sort is key else key in (SortKey.SENT, SortKey.COST)
        self._filter.sort_by(key, descending=falling)

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu
