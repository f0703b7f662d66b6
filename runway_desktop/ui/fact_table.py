"""Facts as aligned lines: a label, and a value that wraps and can be selected. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QToolButton, QWidget

from runway_desktop.texts import _
from runway_desktop.usecases.words.plain import tip
from runway_desktop.usecases.words.tasks import Fact

from .building import add_row, grid, tool_button
from .labels import LongWordsLabel, at_start, words
from .theme import GRID, TARGET, Role, Theme


class FactTable(QWidget):
    copy_wanted = Signal(str)
    """Text of a fact that can be copied."""

    def __init__(self, theme: Theme, parent: QWidget, *, tone: str = "muted", least: int = 0) -> None:
        """`tone`: of the labels. `least`: width of their column in pixels."""
        super().__init__(parent)
        self._theme, self._tone = theme, tone
        self._grid = grid(on=self, across=GRID, down=GRID // 2, wide=1)
        self._grid.setColumnMinimumWidth(0, least)
        self._lines: list[tuple[QLabel, LongWordsLabel, QToolButton]] = []

    def show_facts(self, facts: Sequence[Fact]) -> None:
        """Reuses lines, which avoids flicker; adds or hides some as needed."""
        while len(self._lines) < len(facts):
            self._add_line()
        for (label, text, copy), fact in zip_longest(self._lines, facts):
            label.setVisible(fact is not None)
            text.setVisible(fact is not None)
            copy.setVisible(fact is not None and fact.copyable)
            if fact is not None:
                label.setText(fact.label)
                text.say(fact.text)
                text.setAccessibleName(_("{label}: {text}", label=fact.label, text=fact.text))
                text.setToolTip(tip(fact.tool_tip))
                text.setFont(self._theme.strong_font() if fact.is_strong else self.font())
                copy.setIcon(self._theme.icon("mdi6.content-copy", Role.MUTED))

    def _add_line(self) -> None:
        label, text = words(self, tone=self._tone, wrap=False), LongWordsLabel(self, selectable=True)
        for part in (label, text):
            part.setAlignment(Qt.AlignmentFlag.AlignTop | at_start())
        # A click does not take the focus from what has keys.
        text.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        copy = tool_button(self, side=14, kind="flat", tip=_("Copy"), spoken=_("Copy task ID"))
        copy.clicked.connect(lambda: self.copy_wanted.emit(text.whole))
        copy.setStyleSheet(f"padding: 0; min-width: {TARGET - 2}px; min-height: {TARGET - 2}px;")
        add_row(self._grid, len(self._lines), label, text, (copy, Qt.AlignmentFlag.AlignTop))
        self._lines.append((label, text, copy))
