"""The preferences' page of money: caps of a day, a month, a task and each project, and when to ask before sending. GUI
thread only."""

from __future__ import annotations

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QSpinBox, QWidget

from runway_desktop.ui.choice_popup import ChoicePopup, Option
from runway_desktop.ui.labels import say, words
from runway_desktop.ui.theme import GRID, Theme
from runway_desktop.viewmodels.settings.preferences import PreferencesForm

from .preference_pages import Page

MOST = 10_000_000
STEP = 100


class MoneyPage(Page):
    def __init__(self, form: PreferencesForm, theme: Theme, parent: QWidget) -> None:
        super().__init__(form, theme, parent)
        self._caps = form.caps
        self._sums: dict[str, tuple[QSpinBox, QLabel]] = {}
        self._projects: dict[str, QSpinBox] = {}
        self.heading("Caps")
        self.note(
            "What would go over a cap waits here and says so; one button raises the cap. A credit is 0.01 dollar."
        )
        self._add_sums(("A day", "day_cap"), ("A month", "month_cap"), ("A single task", "sending_cap"))
        self.heading("Caps of projects")
        self._nothing = self.note("A project's cap counts all that it has ever cost.")
        self._table = QWidget(self)
        self._grid = _grid(self._table)
        self.rows.addWidget(self._table)
        self._add = QPushButton("Add a project…", self)
        self._add.setAutoDefault(False)
        self._add.clicked.connect(self._choose_project)
        row = QHBoxLayout()
        row.addWidget(self._add)
        row.addStretch()
        self.rows.addLayout(row)
        self.heading("Before sending")
        self._add_sums(("Ask when it costs more than", "confirm_above"), none="never ask")
        self.rows.addStretch()
        self._caps.changed.connect(self._show)
        self._show()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._caps.ask_projects()

    def finish(self) -> None:
        for box in (*(box for box, _ in self._sums.values()), *self._projects.values()):
            box.interpretText()

    def _add_sums(self, *lines: tuple[str, str], none: str = "no cap") -> None:
        holder = QWidget(self)
        grid = _grid(holder)
        for place, (text, name) in enumerate(lines):
            box = _credits_box(holder, text, none)
            box.setAccessibleDescription(self.form.description(name))
            box.setValue(self._caps.sum(name))
            box.valueChanged.connect(lambda value, name=name: self._caps.set_sum(name, value))
            label, note = words(holder, text, wrap=False), words(holder, tone="faint", wrap=False)
            label.setBuddy(box)
            for column, widget in enumerate((label, box, note)):
                grid.addWidget(widget, place, column)
            self._sums[name] = (box, note)
        self.rows.addWidget(holder)

    def _show(self) -> None:
        for name, (box, note) in self._sums.items():
            box.setValue(self._caps.sum(name))
            say(note, self._caps.sum_words(name))
        projects = self._caps.projects()
        if [name for name, _ in projects] != list(self._projects):
            self._build_projects([name for name, _ in projects])
        for name, cap in projects:
            self._projects[name].setValue(cap)
        self._table.setVisible(bool(projects))
        others = self._caps.other_projects()
        self._add.setEnabled(bool(others))
        self._add.setToolTip("" if others else "There is no other project yet.")

    def _build_projects(self, names: list[str]) -> None:
        while self._grid.count():
            widget = self._grid.takeAt(0).widget()
            widget.hide()
            widget.deleteLater()
        self._projects.clear()
        for place, name in enumerate(names):
            box = _credits_box(self._table, f"Cap of {name}", "no cap")
            box.valueChanged.connect(lambda value, name=name: self._caps.set_project_cap(name, value))
            self._projects[name] = box
            self._grid.addWidget(words(self._table, name, wrap=False), place, 0)
            self._grid.addWidget(box, place, 1)

    def _choose_project(self) -> None:
        options = [Option(name, name) for name in self._caps.other_projects()]
        popup = ChoicePopup(options, None, "Project", self._add)
        popup.chosen.connect(self._add_project)
        popup.open_at(self._add)

    def _add_project(self, name: str) -> None:
        self._caps.add_project(name)
        self._projects[name].setFocus()


def _grid(holder: QWidget) -> QGridLayout:
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(2 * GRID)
    grid.setVerticalSpacing(GRID)
    grid.setColumnMinimumWidth(0, 14 * GRID)
    grid.setColumnStretch(2, 1)
    return grid


def _credits_box(parent: QWidget, spoken: str, none: str) -> QSpinBox:
    box = QSpinBox(parent, minimum=0, maximum=MOST)
    box.setSingleStep(STEP)
    box.setKeyboardTracking(False)
    box.setGroupSeparatorShown(True)
    box.setSpecialValueText(none)
    box.setSuffix(" credits")
    box.setAccessibleName(spoken)
    box.setFixedWidth(20 * GRID)
    return box
