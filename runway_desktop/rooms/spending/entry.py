"""Entry point of the Spending window: bars per day; a table by model, project, batch or program; and Runway's report
for comparison.

A separate window, so that it can stay open next to the list. GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeySequence, QPainter, QPalette, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QSplitter,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from runway_desktop.rooms.spending.model import PERIODS, SIDES, MoneyTable, SpendingModel
from runway_desktop.texts import _
from runway_desktop.ui.building import (
    STRETCH,
    Dialog,
    add_all,
    choices,
    hbox,
    make_plain,
    open_at,
    open_below,
    passing_menu,
    push_button,
    vbox,
)
from runway_desktop.ui.desk import Desk
from runway_desktop.ui.file_dialogs import choose_target
from runway_desktop.ui.labels import announce, say, words
from runway_desktop.ui.tasks.text_cache import Sides
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.usecases.words.plain import caption, tip
from runway_desktop.usecases.words.spending import Side
from runway_desktop.viewmodels.system import documents

from .bar_chart import BarChart


def open_room(desk: Desk, _wish: object) -> None:
    """Opens the window, or brings the open one to the front."""
    opened = desk.window.findChild(SpendingWindow)
    if opened is None:
        model = SpendingModel(desk.cases, desk.models.bridge, desk.runner, desk.window)
        opened = SpendingWindow(model, desk.theme, desk.window)
        opened.caps_wanted.connect(lambda: desk.open("preferences", "Money"))
        desk.give_help(opened, "spending")
    opened.show()
    opened.raise_()
    opened.activateWindow()


class SpendingWindow(Dialog):
    caps_wanted = Signal()
    """Show the caps in the preferences."""

    def __init__(self, model: SpendingModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(_("Spending"), parent)
        self._model = model
        self._theme = theme
        model.setParent(self)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.setMinimumSize(100 * GRID, 66 * GRID)
        open_at(self, QSize(120 * GRID, 84 * GRID))
        column = vbox(self._build_head(), on=self, margins=2 * GRID, spacing=GRID + GRID // 2)
        self.chart = BarChart(theme, self)
        panes = QSplitter(Qt.Orientation.Horizontal, self)
        panes.setChildrenCollapsible(False)
        panes.setHandleWidth(2 * GRID)
        panes.setStyleSheet("QSplitter::handle { background: transparent; }")
        panes.addWidget(self._build_sums())
        panes.addWidget(self._build_comparison())
        panes.setStretchFactor(0, 3)
        panes.setStretchFactor(1, 2)
        add_all(column, (self.chart, 2), (panes, 3), self._build_foot())
        QShortcut(QKeySequence(QKeySequence.StandardKey.Refresh), self, model.refresh)
        model.changed.connect(self._show)
        model.compared.connect(self._show_comparison)
        model.said.connect(self._say)
        FollowsTheme(theme, self, self._restyle)
        self._show()
        self._show_comparison()
        self._periods[model.period].setFocus(Qt.FocusReason.OtherFocusReason)
        model.refresh()

    def choose_file(self, project: str | None) -> None:
        """Asks for the target file, then writes the bill."""
        start = documents() / self._model.bill_name(project)
        kind = f"{_('CSV files')} (*.csv)"
        choose_target(self, _("Export a bill"), lambda path: self._model.export(path, project), start, kind)

    def _build_head(self) -> QVBoxLayout:
        self._total = words(self, wrap=False)
        self._period = words(self, tone="muted", wrap=False)
        self._periods = choices(
            self, [(period, str(text)) for period, text in PERIODS], self._model.set_period, pills=True
        )
        self._export = push_button(
            self,
            f"{_('Export CSV')}  ▾",
            self._export_menu,
            tip=_("A bill for a client: every task of the period, with what is estimated or uncertain"),
            spoken=_("Export a bill as CSV"),
        )
        total = vbox(self._total, self._period, spacing=0)
        top = hbox((total, 1), (self._export, Qt.AlignmentFlag.AlignTop))
        return vbox(top, hbox(*self._periods.values(), STRETCH, spacing=GRID // 2))

    def _build_sums(self) -> QWidget:
        holder = QWidget(self)
        options = [(side, str(text)) for side, text in SIDES]
        self._sides = choices(holder, options, self._model.set_side, pills=True)
        self.sums = money_table(
            self._model.sums, self._theme, _("Spending by model, project, batch or program"), holder
        )
        vbox(hbox(*self._sides.values(), STRETCH, spacing=GRID // 2), (self.sums, 1), on=holder)
        return holder

    def _build_comparison(self) -> QWidget:
        holder = QWidget(self)
        holder.setMinimumWidth(38 * GRID)
        self._heading = words(holder, _("What Runway reports"))
        self._again = push_button(holder, _("Refresh"), self._model.ask_runway, kind="flat")
        head = hbox((self._heading, 1), self._again)
        self._remainder = words(holder)
        self._days_of = words(holder, tone="faint")
        self.comparison = money_table(self._model.comparison, self._theme, _("Credits here and at Runway"), holder)
        vbox(head, self._remainder, (self.comparison, 1), self._days_of, on=holder)
        return holder

    def _build_foot(self) -> QHBoxLayout:
        self._refusals = words(self)
        self._caps = words(self, tone="muted")
        self._said = words(self, tone="muted")
        said = vbox(self._said, self._refusals, self._caps, spacing=GRID // 2)
        meaning = _("How much may be spent per day, month, task and project")
        caps = push_button(self, _("Caps…"), self.caps_wanted, tip=meaning)
        close = push_button(self, _("Close"), self.accept)
        below = Qt.AlignmentFlag.AlignBottom
        return hbox((said, 1), (caps, below), (close, below))

    def _restyle(self) -> None:
        for label in (self._total, self._heading):
            label.setFont(self._theme.tabular(self._theme.strong_font()))
        for label in (self._period, self._days_of):
            label.setFont(self._theme.small_font())
        self._again.setIcon(self._theme.icon("mdi6.refresh", Role.MUTED))

    def _show(self) -> None:
        model = self._model
        self._periods[model.period].setChecked(True)
        self._sides[model.side].setChecked(True)
        self._sides[Side.PROGRAM].setVisible(model.has_programs or model.side is Side.PROGRAM)
        self._sides[Side.CAST].setVisible(model.has_cast or model.side is Side.CAST)
        say(self._total, model.total_words() or _("Spending"))
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
        self._said.setToolTip(tip(detail))
        announce(self, message, urgent=problem)

    def _export_menu(self) -> None:
        menu = passing_menu(self)
        menu.addAction(_("All projects…"), lambda: self.choose_file(None))
        projects = self._model.projects()
        if projects:
            menu.addSeparator()
        for project in projects:
            menu.addAction(f"{caption(project)}…", lambda project=project: self.choose_file(project))
        open_below(menu, self._export)


ROW = 4 * GRID
PADDING = 5


class MoneyCell(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        share = index.data(MoneyTable.LINE).share
        if share is not None and index.column() == 0:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color(Role.SELECTED))
            room = QRectF(option.rect).adjusted(0, 4, -GRID, -4)
            bar = QRectF(room.left(), room.top(), max(3.0, room.width() * share), room.height())
            painter.drawRoundedRect(Sides(option.direction, option.rect).place_exactly(bar), 3, 3)
            painter.restore()
        # The text is aligned with the header's; the bar uses the whole cell.
        inner = QStyleOptionViewItem(option)
        inner.rect = option.rect.adjusted(PADDING, 0, -PADDING, 0)
        super().paint(painter, inner, index)

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        option.font = self._theme.tabular(option.font)
        option.textElideMode = Qt.TextElideMode.ElideRight
        if index.column() == 3 and index.data(MoneyTable.LINE).is_unexplained:
            option.palette.setColor(QPalette.ColorRole.Text, self._theme.color(Role.WARN))

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        size = super().sizeHint(option, index)
        return QSize(size.width() + 2 * GRID, max(ROW, size.height()))


def money_table(model: QAbstractItemModel, theme: Theme, name: str, parent: QWidget) -> QTableView:
    """A read-only table whose first column stretches."""
    table = QTableView(parent)
    table.setModel(model)
    table.setItemDelegate(MoneyCell(theme, table))
    make_plain(table, name, several=False)
    table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    table.verticalHeader().setDefaultSectionSize(ROW)
    header = table.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    header.setMinimumSectionSize(6 * GRID)
    FollowsTheme(theme, table, lambda: table.viewport().update())
    return table
