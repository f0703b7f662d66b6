"""Dialogs of a sheet: its columns, and a new axis. GUI thread only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QPlainTextEdit,
    QScrollArea,
    QStackedWidget,
    QWidget,
)

from runway_desktop.rooms.sheet.model.sheet import Sheet
from runway_desktop.texts import Text, _, in_turn, listed, ngettext, quoted
from runway_desktop.ui.building import STRETCH, Dialog, add_all, add_row, grid, hbox, push_button, vbox
from runway_desktop.ui.file_dialogs import choose_folder
from runway_desktop.ui.labels import say, set_reason, words
from runway_desktop.ui.theme import GRID
from runway_desktop.ui.tick_list import TickList
from runway_desktop.usecases.sheets import cells as cell
from runway_desktop.usecases.sheets.columns import PROMPT
from runway_desktop.usecases.words.plain import tip

_LEAVE_OUT = Text("Ignore")
_MOST_NAMES = 6


class ColumnsDialog(Dialog):
    """Assigns unmatched columns of a table, and selects which further columns are shown."""

    def __init__(self, sheet: Sheet, parent: QWidget) -> None:
        super().__init__(_("Columns"), parent)
        self._sheet = sheet
        self._choices: dict[str, QComboBox] = {}
        layout = vbox(on=self, margins=2 * GRID)
        unmatched = sheet.unmatched
        if unmatched:
            layout.addWidget(words(self, _("These columns weren't recognized. Where do they go?")))
            layout.addWidget(self._mapping(unmatched))
        layout.addWidget(words(self, _("Also show:")))
        self._list = TickList(_("More columns"), self)
        self._list.setMinimumHeight(22 * GRID)
        for column, title, is_shown, is_needed in sheet.offering.columns():
            item = self._list.add(title, column.key, ticked=is_shown)
            item.setToolTip(tip(column.help))
            if is_needed:
                item.setFlags(Qt.ItemFlag.ItemIsSelectable)
        cancel = push_button(self, _("Cancel"), self.reject)
        apply = push_button(self, _("Apply"), self._apply, kind="primary", default=True)
        add_all(layout, (self._list, 1), hbox(STRETCH, cancel, apply))
        self.setMinimumWidth(60 * GRID)

    def _mapping(self, unmatched: dict[str, str]) -> QWidget:
        area = QScrollArea(self, widgetResizable=True)
        area.setAccessibleName(_("Unrecognized columns"))
        holder = QWidget()
        rows = grid(on=holder, margins=(0, 0, GRID, 0), wide=1)
        for at, (title, example) in enumerate(unmatched.items()):
            shown = words(holder, title, wrap=False)
            sample = words(holder, quoted(example[:40]), "muted", wrap=False)
            choice = QComboBox(holder)
            choice.setAccessibleName(_("Column for “{title}”", title=title))
            choice.addItem(str(_LEAVE_OUT), "")
            for column, name in self._sheet.offering.titled(self._sheet.offering.targets()):
                choice.addItem(name, column.key)
            nearest = self._sheet.offering.nearest(title)
            if nearest:
                choice.setCurrentIndex(choice.findData(nearest))
            add_row(rows, at, shown, sample, choice)
            self._choices[title] = choice
        area.setWidget(holder)
        area.setFixedHeight(min(holder.sizeHint().height() + GRID, 24 * GRID))
        return area

    def _apply(self) -> None:
        self._sheet.model.show_columns([str(key) for key in self._list.ticked()])
        self._sheet.apply_mapping({title: key for title, box in self._choices.items() if (key := box.currentData())})
        self.accept()


class AxisDialog(Dialog):
    """Adds an axis: a column and values by which each row is multiplied. Shows the resulting number of rows first."""

    def __init__(self, sheet: Sheet, parent: QWidget) -> None:
        super().__init__(_("Add axis"), parent)
        self._sheet = sheet
        self._preview = sheet.offering.preview(self)
        self._pictures: list[Path] = []
        self._meaning = words(self, tone="muted")
        layout = vbox(self._meaning, on=self, margins=2 * GRID)
        self._field = QComboBox(self, maxVisibleItems=16)
        self._field.setAccessibleName(_("Column"))
        for column, title in sheet.offering.axis_columns():
            self._field.addItem(title, column.key)
        add_all(layout, self._field, (self._build_values(), 1))
        self._total = words(self)
        self._total.setAccessibleName(_("Total"))
        self._problem = words(self, tone="bad")
        cancel = push_button(self, _("Cancel"), self.reject)
        self._add = push_button(self, _("Add axis"), self._take, kind="primary", default=True)
        said = QWidget(self)
        vbox(self._total, self._problem, STRETCH, on=said, spacing=0)
        # Reserved, so that the buttons stay where they are.
        said.setFixedHeight(4 * self.fontMetrics().lineSpacing())
        add_all(layout, said, hbox(STRETCH, cancel, self._add))
        self.setMinimumWidth(56 * GRID)
        self._field.currentIndexChanged.connect(self._show_values)
        self._list.itemChanged.connect(lambda _: self._count())
        self._text.textChanged.connect(self._count)
        self._preview.moved.connect(self._show)
        self._show_values()

    def _build_values(self) -> QStackedWidget:
        self._list = TickList(_("Values"), self)
        hint = _("One value per line. 1..4 stands for 1, 2, 3 and 4.")
        self._text = QPlainTextEdit(self, tabChangesFocus=True, placeholderText=hint)
        self._text.setAccessibleName(_("Values, one per line"))
        self._files = QWidget(self)
        files = vbox(on=self._files)
        folder = push_button(self._files, _("Choose a folder of pictures…"), self._choose_folder)
        self._chosen = words(self._files, tone="muted")
        files.addWidget(folder, 0, Qt.AlignmentFlag.AlignLeft)
        add_all(files, self._chosen, STRETCH)
        self._values = QStackedWidget(self)
        for page in (self._list, self._text, self._files):
            self._values.addWidget(page)
        self._values.setMinimumHeight(24 * GRID)
        return self._values

    @property
    def values(self) -> tuple[Any, ...]:
        """The selected values, as cells."""
        key = str(self._field.currentData())
        page = self._values.currentWidget()
        if page is self._list:
            return tuple(self._list.ticked())
        if page is self._files:
            return tuple([{"uri": path.as_uri()}] for path in self._pictures)
        return self._sheet.offering.axis_values(key, self._text.toPlainText())

    def _show_values(self) -> None:
        key = str(self._field.currentData())
        place = _("A value goes where the prompt has {place}, or to its end.", place="{}") if key == PROMPT else ""
        say(self._meaning, str(in_turn(_("Each row is created once per value."), place)))
        choices = self._sheet.model.choices_of_column(key)
        if choices:
            with QSignalBlocker(self._list):
                self._list.clear()
                for choice in choices:
                    self._list.add(cell.shown(key, choice), choice, ticked=False)
            self._values.setCurrentWidget(self._list)
        else:
            self._values.setCurrentWidget(self._files if self._sheet.offering.is_inputs(key) else self._text)
        self._count()

    def _choose_folder(self) -> None:
        choose_folder(
            self,
            _("Choose a folder of pictures"),
            lambda folder: self._sheet.offering.files_in(folder, self._take_files),
            shows_files=True,
        )

    def _take_files(self, paths: list[Path]) -> None:
        self._pictures = paths
        names = [path.name for path in paths[:_MOST_NAMES]]
        if (more := len(paths) - len(names)) > 0:
            # Translators: the end of a list of file names, "a.png, b.png and 4 more".
            names.append(ngettext("{n} more", "{n} more", more))
        say(self._chosen, listed(names) or _("No pictures in this folder."))
        self._count()

    def _count(self) -> None:
        values = self.values
        set_reason(self._add, "" if values else _("Enter or select values first."))
        self._preview.start(self._sheet.offering.axes_with(str(self._field.currentData()), values))

    def _show(self) -> None:
        say(self._total, self._preview.words)
        say(self._problem, self._preview.problem)

    def _take(self) -> None:
        self._sheet.offering.add_axis(str(self._field.currentData()), self.values)
        self.accept()
