"""The foldable form of further settings: a row for each field, in groups, related fields side by side.

Shows values and findings of the composer and emits edits. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFont, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QWidget

from runway_desktop.catalog import Field, with_what_belongs_together
from runway_desktop.catalog.labels import FIELD_GROUPS, group_label
from runway_desktop.ui.building import grid, viewport_of
from runway_desktop.ui.labels import words
from runway_desktop.ui.theme import GRID, Theme
from runway_desktop.viewmodels.composer.composer import Composer

from .field_editors import FormRow

LEAST_HEIGHT = 14 * GRID
"""The form may always grow to this height. Beyond it, to 45 % of the window if `REST` remains."""
REST = 500
"""Height in pixels reserved for bars, some rows of the list, prompt, inputs and chips."""


class Form(QScrollArea):
    edited = Signal(str, object)
    """Name and wire value of a field."""
    rearranged = Signal()
    """The editors changed, and so did the tab order."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, widgetResizable=True)
        viewport_of(self)
        self._theme = theme
        self.rows: dict[str, FormRow] = {}
        """By field name, in visual order."""
        self._stops: list[QWidget] = []
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFixedHeight(LEAST_HEIGHT)

    @property
    def shows_any(self) -> bool:
        """Whether a row is shown: what does not apply can be hidden."""
        return any(not row.isHidden() for row in self.rows.values())

    def stops(self) -> list[QWidget]:
        """Widgets for the tab order, in visual order."""
        return [stop for row in self.rows.values() for stop in row.stops()]

    def build(self, fields: Sequence[Field], value: Callable[[str], Any]) -> None:
        """Replaces all rows. `value` returns a field's current value."""
        self.rows = {}
        holder = QWidget()
        rows = grid(on=holder, across=3 * GRID, down=GRID, margins=(0, GRID // 2, GRID, GRID // 2), wide=0)
        groups = _grouped(fields)
        line = 0
        for heading, members in groups:
            if len(groups) > 1:
                title = words(holder, heading, "faint", wrap=False)
                font = self._theme.small_font()
                font.setWeight(QFont.Weight.DemiBold)
                title.setFont(font)
                rows.addWidget(title, line, 0, 1, 2)
                line += 1
            line = self._add_rows(members, value, holder, rows, line)
        rows.setColumnStretch(1, 1)
        rows.setRowStretch(line + 1, 1)
        old = self.takeWidget()
        if old is not None:
            old.deleteLater()
        self.setWidget(holder)
        self.fit()
        self._fit_soon()

    def show_state(self, composer: Composer) -> None:
        """Shows values, errors, and which fields do not apply."""
        for name, row in self.rows.items():
            row.show_idle(composer.idle_reason(name))
            row.show_value(composer.value(name))
            row.show_finding(composer.finding_for(name), composer.findings_in(name))
        stops = self.stops()
        if stops != self._stops:
            self._stops = stops
            self.rearranged.emit()

    def show_row(self, name: str) -> None:
        """Focuses a field's editor and scrolls to it."""
        row = self.rows[name]
        row.focus_editor()
        self.ensureWidgetVisible(row)

    def fit(self) -> None:
        """Fits the height to the rows, within the limits that keep the list visible."""
        holder = self.widget()
        if holder is not None:
            height = self.window().height()
            most = max(LEAST_HEIGHT, min(round(height * 0.45), height - REST))
            # `sizeHint` ignores that notes wrap; `heightForWidth` does not.
            width = self.viewport().width()
            wanted = holder.heightForWidth(width) if self.isVisible() and width > 0 else -1
            self.setFixedHeight(min(most, max(wanted if wanted > 0 else holder.sizeHint().height(), 8 * GRID)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit_soon()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit_soon()

    def _add_rows(
        self, fields: Sequence[Field], value: Callable[[str], Any], holder: QWidget, rows: QGridLayout, line: int
    ) -> int:
        column = 0
        for field in fields:
            row = FormRow(field, holder)
            row.edited.connect(self.edited)
            row.edited.connect(self._fit_soon)
            row.show_value(value(field.name))
            self.rows[field.name] = row
            if row.is_wide and column:
                line, column = line + 1, 0
            rows.addWidget(row, line, column, 1, 2 if row.is_wide else 1, Qt.AlignmentFlag.AlignTop)
            line, column = (line + 1, 0) if row.is_wide or column else (line, 1)
        return line + 1 if column else line

    def _fit_soon(self) -> None:
        QTimer.singleShot(0, self.fit)


def _grouped(fields: Sequence[Field]) -> list[tuple[str, list[Field]]]:
    """Fields grouped under their headings, in reading order."""
    groups: dict[str, list[Field]] = {}
    for field in with_what_belongs_together(fields):
        groups.setdefault(group_label(field.name), []).append(field)
    headings = list(map(str, FIELD_GROUPS))
    ordered = sorted(
        groups.items(), key=lambda group: headings.index(group[0]) if group[0] in headings else len(headings)
    )
    return [(heading, sorted(members, key=lambda field: _rank(heading, field))) for heading, members in ordered]


def _rank(heading: str, field: Field) -> int:
    """Sort key within a group: the group's own order first; the sort is stable for the rest."""
    names = next((names for group, names in FIELD_GROUPS.items() if str(group) == heading), ())
    return names.index(field.name) if field.name in names else len(names)
