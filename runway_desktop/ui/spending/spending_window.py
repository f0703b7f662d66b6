"""*Spending*: the days as bars, models, projects and batches as a table, and beside them what Runway reports.

A window of its own, so that it can stay open beside the list. GUI thread only.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, QSize, QStandardPaths, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from runway_desktop.ui.dialogs.initial_size import open_at
from runway_desktop.ui.labels import announce, say, words
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.usecases.words.spending import Side
from runway_desktop.viewmodels.money.spending import PERIODS, Period, SpendingModel

from .bar_chart import BarChart
from .cells import money_table


class SpendingWindow(QDialog):
    caps_wanted = Signal()
    """The person wants to see or change the caps."""

    def __init__(self, model: SpendingModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._theme = theme
        model.setParent(self)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.setWindowTitle("Spending")
        self.setAccessibleName("Spending")
        self.setMinimumSize(100 * GRID, 66 * GRID)
        open_at(self, QSize(120 * GRID, 84 * GRID))
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID + GRID // 2)
        column.addLayout(self._build_head())
        self.chart = BarChart(theme, self)
        column.addWidget(self.chart, 2)
        panes = QSplitter(Qt.Orientation.Horizontal, self)
        panes.setChildrenCollapsible(False)
        panes.setHandleWidth(2 * GRID)
        panes.setStyleSheet("QSplitter::handle { background: transparent; }")
        panes.addWidget(self._build_sums())
        panes.addWidget(self._build_comparison())
        panes.setStretchFactor(0, 3)
        panes.setStretchFactor(1, 2)
        column.addWidget(panes, 3)
        column.addLayout(self._build_foot())
        QShortcut(QKeySequence(QKeySequence.StandardKey.Refresh), self, model.refresh)
        model.changed.connect(self._show)
        model.compared.connect(self._show_comparison)
        model.said.connect(self._say)
        FollowsTheme(theme, self, self._restyle)
        self._show()
        self._show_comparison()
        self._period_buttons[model.period].setFocus(Qt.FocusReason.OtherFocusReason)
        model.refresh()

    def choose_file(self, project: str | None) -> None:
        """Asks where the bill goes, and writes it."""
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        start = Path(documents or Path.home()) / self._model.bill_name(project)
        dialog = QFileDialog(self, "Export a bill", str(start), "CSV files (*.csv)")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.selectFile(str(start))
        dialog.fileSelected.connect(lambda name: self._model.export(Path(name), project))
        dialog.open()

    def _build_head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(GRID)
        titles = QVBoxLayout()
        titles.setSpacing(0)
        self._total = words(self, wrap=False)
        self._period = words(self, tone="muted", wrap=False)
        titles.addWidget(self._total)
        titles.addWidget(self._period)
        row.addLayout(titles)
        row.addStretch()
        self._periods = QButtonGroup(self)
        self._period_buttons: dict[Period, QPushButton] = {}
        for period, text in PERIODS:
            button = QPushButton(text, self)
            button.setCheckable(True)
            button.setProperty("kind", "pill")
            button.setAutoDefault(False)
            button.setAccessibleName(f"Period: {text}")
            button.clicked.connect(lambda _=False, chosen=period: self._model.set_period(chosen))
            self._periods.addButton(button)
            self._period_buttons[period] = button
            row.addWidget(button)
        row.addSpacing(GRID)
        self._export = QPushButton("Export CSV  ▾", self)
        self._export.setAutoDefault(False)
        self._export.setAccessibleName("Export a bill as CSV")
        self._export.setToolTip("A bill for a client: every task of the period that ended and cost something")
        self._export.clicked.connect(self._export_menu)
        row.addWidget(self._export)
        return row

    def _build_sums(self) -> QWidget:
        holder, column = _pane(self)
        row = QHBoxLayout()
        row.setSpacing(GRID // 2)
        self._sides = QButtonGroup(self)
        self._side_buttons: dict[Side, QPushButton] = {}
        for side in Side:
            button = QPushButton(f"By {side.value.lower()}", holder)
            button.setCheckable(True)
            button.setProperty("kind", "pill")
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, chosen=side: self._model.set_side(chosen))
            self._sides.addButton(button)
            self._side_buttons[side] = button
            row.addWidget(button)
        row.addStretch()
        column.addLayout(row)
        self.sums = money_table(self._model.sums, self._theme, "Spending by model, project or batch", holder)
        column.addWidget(self.sums, 1)
        return holder

    def _build_comparison(self) -> QWidget:
        holder, column = _pane(self)
        holder.setMinimumWidth(38 * GRID)
        row = QHBoxLayout()
        self._heading = QLabel("What Runway reports", holder)
        row.addWidget(self._heading)
        row.addStretch()
        self._again = QPushButton("Ask again", holder)
        self._again.setAutoDefault(False)
        self._again.setProperty("kind", "flat")
        self._again.clicked.connect(self._model.ask_runway)
        row.addWidget(self._again)
        column.addLayout(row)
        self._remainder = words(holder)
        self._days_of = words(holder, tone="faint")
        column.addWidget(self._remainder)
        self.comparison = money_table(self._model.comparison, self._theme, "Credits here and at Runway", holder)
        column.addWidget(self.comparison, 1)
        column.addWidget(self._days_of)
        return holder

    def _build_foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(GRID)
        notes = QVBoxLayout()
        notes.setSpacing(GRID // 2)
        self._refusals = words(self)
        self._caps = words(self, tone="muted")
        self._said = words(self, tone="muted")
        for label in (self._said, self._refusals, self._caps):
            notes.addWidget(label)
        row.addLayout(notes, 1)
        caps = QPushButton("Caps…", self)
        caps.setAutoDefault(False)
        caps.setToolTip("How much may be spent a day, a month, and for a project")
        caps.clicked.connect(self.caps_wanted)
        close = QPushButton("Close", self)
        close.setAutoDefault(False)
        close.clicked.connect(self.accept)
        row.addWidget(caps, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignBottom)
        return row

    def _restyle(self) -> None:
        for label in (self._total, self._heading):
            label.setFont(self._theme.tabular(self._theme.strong_font()))
        for label in (self._period, self._days_of):
            label.setFont(self._theme.small_font())
        self._again.setIcon(self._theme.icon("mdi6.refresh", Role.MUTED))

    def _show(self) -> None:
        model = self._model
        self._period_buttons[model.period].setChecked(True)
        self._side_buttons[model.side].setChecked(True)
        say(self._total, model.total_words() or "Spending")
        say(self._period, model.period_words())
        self.chart.show_days(model.days(), model.day_cap, model.empty_words())
        say(self._refusals, *model.refusal_words())
        say(self._caps, model.cap_words())
        say(self._said, "")
        self._export.setEnabled(bool(model.report and model.report.total.tasks))

    def _show_comparison(self) -> None:
        model = self._model
        say(self._remainder, *model.comparison_words())
        say(self._days_of, model.comparison_period())
        self._again.setEnabled(not model.is_asking)
        self.comparison.setVisible(bool(model.comparison.rowCount()))

    def _say(self, message: str, detail: str, problem: bool) -> None:
        say(self._said, message, "bad" if problem else "good")
        self._said.setToolTip(detail)
        announce(self, message, urgent=problem)

    def _export_menu(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("All projects…", lambda: self.choose_file(None))
        projects = self._model.projects()
        if projects:
            menu.addSeparator()
        for project in projects:
            menu.addAction(f"{project.replace('&', '&&')}…", lambda project=project: self.choose_file(project))
        menu.popup(self._export.mapToGlobal(QPoint(0, self._export.height() + 2)))


def _pane(parent: QWidget) -> tuple[QWidget, QVBoxLayout]:
    holder = QWidget(parent)
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(GRID)
    return holder, column
