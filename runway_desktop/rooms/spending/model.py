"""State of the *Spending* window: sums of a period by day, model, project, batch and program, and Runway's report.

Queries the store on opening, on a change of period, and shortly after tasks change; queries Runway on opening and on
request. GUI thread only; nothing blocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from shiboken6 import isValid

from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.domain.events import Notice
from runway_desktop.domain.spending_report import Reconciliation, SpendingReport
from runway_desktop.services.money.spending import Bill, Period
from runway_desktop.services.supervised import Runner
from runway_desktop.texts import Text, _, in_turn
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words import spending as words
from runway_desktop.usecases.words.account import month_words, today_words
from runway_desktop.usecases.words.csv_form import MINUTE, csv_form_words
from runway_desktop.usecases.words.plain import tip
from runway_desktop.usecases.words.spending import MoneyLine, Side
from runway_desktop.usecases.words.states import Tone
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.model import AnyIndex, LinesTable, Model, Soon
from runway_desktop.viewmodels.system import csv_dialect_of

LOOK_AGAIN_MS = 1_000
"""Debounce of changes that may affect a sum."""

PERIODS = (
    (Period.WEEK, Text("7 days")),
    (Period.MONTH, Text("30 days")),
    (Period.QUARTER, Text("90 days")),
    (Period.THIS_MONTH, Text("This month")),
)
SIDES = (
    (Side.MODEL, Text("By model")),
    (Side.PROJECT, Text("By project")),
    (Side.BATCH, Text("By batch")),
    (Side.PROGRAM, Text("By program")),
    (Side.CAST, Text("By cast")),
)


class SpendingModel(Model):
    changed = Signal()
    compared = Signal()
    """Runway's report arrived or failed."""
    said = Signal(str, str, bool)
    """A sentence, its details, and whether it is a problem."""

    def __init__(self, cases: UseCases, bridge: Bridge, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self.period = Period.MONTH
        self.side = Side.MODEL
        self.report: SpendingReport | None = None
        """None until the store has answered."""
        self._books: Reconciliation | None = None
        self._refused = 0
        self._trouble = ""
        self.is_asking = False
        self._asked = 0
        self.sums = MoneyTable(tuple(map(str, words.SUM_TITLES)), self)
        self.comparison = MoneyTable(tuple(map(str, words.COMPARED_TITLES)), self)
        self._soon = Soon(self, LOOK_AGAIN_MS, self._look)
        bridge.tasks_touched.connect(self._touched)

    def refresh(self) -> None:
        """Reads the period again, from store and Runway."""
        self._look()
        self.ask_runway()

    def set_period(self, period: Period) -> None:
        if period is not self.period:
            self.period = period
            self._books = None
            self.refresh()

    def set_side(self, side: Side) -> None:
        if side is not self.side:
            self.side = side
            self._fill()
            self.changed.emit()

    def ask_runway(self) -> None:
        """Loads the usage that Runway has counted; free of charge."""
        if not self._cases.account.can_ask:
            self._trouble = _("Add a key to load Runway's numbers.")
            self.compared.emit()
            return
        self._asked += 1
        self.is_asking, self._trouble = True, ""
        self.compared.emit()
        asked = self._asked
        self._runner(
            self._cases.spending.compare(self.period),
            "compare spending",
            done=self.while_open(partial(self._compared, asked)),
            failed=self.while_open(partial(self._not_compared, asked)),
        )

    def export(self, path: Path, project: str | None) -> None:
        """Writes a bill of the period; `project` None: all projects. Reports the outcome, in the main window if this
        one is closed."""
        bus = self._cases.bus

        def not_exported(error: RunwayDesktopError) -> None:
            if isValid(self):
                self.said.emit(error.in_words(), error.detail, True)
            else:
                bus.tell(Notice(error.in_words(), error.detail, is_problem=True))

        self._runner(
            self._cases.spending.export(self.period, project, path, csv_dialect_of(self._cases.settings)),
            "export bill",
            done=self.while_open(self._exported),
            failed=not_exported,
        )

    def bill_name(self, project: str | None) -> str:
        return words.bill_name(project, *self._cases.spending.days(self.period))

    def projects(self) -> list[str]:
        """Projects with spending in the period, most expensive first."""
        return [one.title for one in self.report.projects if one.title] if self.report is not None else []

    def days(self) -> list[words.DayBar]:
        if self.report is None:
            return []
        now = self._cases.clock.now()
        return [words.day_bar(one, now) for one in self.report.days]

    @property
    def has_programs(self) -> bool:
        """Whether other programs caused some of the spending."""
        return self.report is not None and any(one.key for one in self.report.programs)

    @property
    def has_cast(self) -> bool:
        """Whether a member of the cast was in a task of the period."""
        return self.report is not None and bool(self.report.cast)

    @property
    def day_cap(self) -> float | None:
        return self._cases.settings.day_cap

    def total_words(self) -> str:
        return words.total_words(self.report.total) if self.report is not None else ""

    def period_words(self) -> str:
        return words.period_words(*self._cases.spending.days(self.period))

    def empty_words(self) -> str:
        """Text instead of the chart; empty if there is one."""
        if self.report is None:
            return _("Adding up…")
        return "" if self.report.total.tasks else _("Nothing was sent in this period.")

    def cap_words(self) -> str:
        """Used shares of the daily and monthly cap, and imported costs; empty if none applies."""
        settings, budget = self._cases.settings, self._cases.budget
        parts = (
            today_words(budget.spent_today, settings.day_cap) if settings.day_cap is not None else "",
            month_words(budget.spent_this_month, settings.month_cap),
        )
        total = self.report.total if self.report is not None else None
        apart = (
            _("{tasks}, not included", tasks=words.imported_words(total))
            if total is not None and total.imported
            else ""
        )
        return " · ".join(filter(None, (*parts, apart)))

    def refusal_words(self) -> tuple[str, Tone]:
        """Refusals by moderation this week, with a warning."""
        return words.refusal_words(self._refused)

    def comparison_words(self) -> tuple[str, Tone]:
        """The unexplained difference in a sentence, or why it is unknown."""
        if self._trouble:
            return self._trouble, Tone.WARN
        if self._books is None:
            return (_("Asking Runway…") if self.is_asking else ""), Tone.PLAIN
        return words.comparison_words(self._books)

    def comparison_period(self) -> str:
        return words.comparison_period(self._books) if self._books is not None else ""

    def _look(self) -> None:
        done = self.while_open(partial(self._added_up, self.period))
        self._runner(self._added(self.period), "add up spending", done=done)

    async def _added(self, period: Period) -> tuple[SpendingReport, int]:
        return await self._cases.spending.report(period), await self._cases.spending.refused_this_week()

    def _added_up(self, period: Period, added: tuple[SpendingReport, int]) -> None:
        report, refused = added
        if period is self.period and (report, refused) != (self.report, self._refused):
            self.report, self._refused = report, refused
            self._fill()
            self.changed.emit()

    def _fill(self) -> None:
        if self.report is not None:
            self.sums.show(words.sum_lines(self.report, self.side), str(self.side.value))

    def _compared(self, asked: int, books: Reconciliation) -> None:
        if asked == self._asked:
            self.is_asking, self._books = False, books
            self.comparison.show(words.compared_lines(books.models), str(words.COMPARED_TITLES[0]))
            self.compared.emit()

    def _not_compared(self, asked: int, error: RunwayDesktopError) -> None:
        if asked == self._asked:
            self.is_asking = False
            self._trouble = str(in_turn(_("Runway's numbers could not be loaded."), error.in_words()))
            self.compared.emit()

    def _exported(self, bill: Bill) -> None:
        said, detail = words.bill_words(bill)
        form = csv_form_words(csv_dialect_of(self._cases.settings), MINUTE)
        self.said.emit(str(in_turn(said, form)), detail, False)

    def _touched(self, touches: dict[Any, Any]) -> None:
        if any(touch.task is not None for touch in touches.values()):
            self._soon.begin()


class MoneyTable(LinesTable[MoneyLine]):
    """Few lines, replaced as a whole. Role `LINE` returns the `MoneyLine`."""

    LINE = Qt.ItemDataRole.UserRole + 1

    def show(self, lines: Sequence[MoneyLine], title: str) -> None:
        """`title` of the first column."""
        self.beginResetModel()
        self._titles, self._lines = (title, *self._titles[1:]), list(lines)
        self.endResetModel()

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return super().headerData(section, orientation, role)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line, column = self._lines[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return line.cells[column]
            case Qt.ItemDataRole.AccessibleTextRole:
                return line.spoken[column] if line.spoken else None
            case Qt.ItemDataRole.ToolTipRole:
                return tip(line.spoken[column]) if line.spoken else None
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            case self.LINE:
                return line
            case _:
                return None


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter
