"""The row of buttons that judges the chosen task: five stars, Pick, Reject, Tags, Note, Compare. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QWidget

from runway_desktop.domain.task import Pick, Task
from runway_desktop.ui.flow_layout import FlowLayout
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.viewmodels.details import DetailsModel
from runway_desktop.viewmodels.task_cells import MOST_STARS, rating_words

from .judge import Judge


class JudgeBar(QWidget):
    compare_wanted = Signal()

    def __init__(self, details: DetailsModel, judge: Judge, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._details = details
        self._judge = judge
        self._theme = theme
        row = FlowLayout(self)
        stars = QWidget(self)
        beside = QHBoxLayout(stars)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(0)
        self._stars = [self._star(number, stars) for number in range(1, MOST_STARS + 1)]
        for star in self._stars:
            beside.addWidget(star)
        row.addWidget(stars)
        self._pick = self._button("Pick", "P", judge.pick, checkable=True)
        self._reject = self._button("Reject", "X", judge.reject, checkable=True)
        self._tags = self._button("Tags", "T", judge.tag)
        self._note = self._button("Note", "N", judge.note)
        self._compare = self._button("Compare", "C", self.compare_wanted.emit)
        for button in (self._pick, self._reject, self._tags, self._note, self._compare):
            row.addWidget(button)
        details.changed.connect(self._show)
        FollowsTheme(theme, self, self._show)

    def _star(self, number: int, parent: QWidget) -> QToolButton:
        star = QToolButton(parent)
        star.setProperty("kind", "flat")
        star.setStyleSheet("padding: 4px 1px; min-height: 0;")
        star.setToolTip(f"{rating_words(number)} ({number})")
        star.clicked.connect(partial(self._rate, number))
        return star

    def _button(self, name: str, key: str, does: Callable[[], object], *, checkable: bool = False) -> QPushButton:
        button = QPushButton(f"{name}  {key}", self)
        button.setAccessibleName(name)
        button.setToolTip(f"{name} ({key})")
        button.setCheckable(checkable)
        # Its word about being checked is not the deed's.
        button.clicked.connect(lambda _=False: does())
        return button

    def _rate(self, number: int) -> None:
        """The star that is the rating already takes it away."""
        task = self._task()
        self._judge.rate(0 if task is not None and task.rating == number else number)

    def _task(self) -> Task | None:
        return self._details.row.task if self._details.row is not None else None

    def _show(self) -> None:
        task = self._task()
        self.setVisible(bool(self._details.chosen))
        rating = task.rating if task is not None else 0
        for number, star in enumerate(self._stars, start=1):
            full = number <= rating
            name, role = ("mdi6.star", Role.ACCENT) if full else ("mdi6.star-outline", Role.FAINT)
            star.setIcon(self._theme.icon(name, role))
            chosen = ", the rating now" if number == rating else ""
            star.setAccessibleName(f"Rate {rating_words(number)}{chosen}")
        self._pick.setChecked(task is not None and task.pick is Pick.PICK)
        self._reject.setChecked(task is not None and task.pick is Pick.REJECT)
        self.setMinimumHeight(4 * GRID)
