"""Preferences pages, built from the table in `domain/preferences.py`, and pages with additional widgets: key,
notifications, Runway, about. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QLabel,
    QRadioButton,
    QSystemTrayIcon,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)
from shiboken6 import isValid

from runway_desktop.domain.account import MOST_CREDITS
from runway_desktop.domain.preferences import Choice, Credits, Number, NumberEach, Own, Switch
from runway_desktop.rooms.preferences.model.preferences import PROJECTS, PreferencesForm
from runway_desktop.rooms.preferences.model.table import Each, Line, NumberRow, Section
from runway_desktop.texts import Text, _, in_turn
from runway_desktop.ui.building import STRETCH, add_row, choices, clear_layout, grid, hbox, push_button, vbox
from runway_desktop.ui.choice_popup import ChoicePopup, Option
from runway_desktop.ui.confirm import confirm
from runway_desktop.ui.dialogs.key_entry import KeyEntry
from runway_desktop.ui.labels import say, set_reason, words
from runway_desktop.ui.theme import GRID, Theme
from runway_desktop.ui.window.commands import REPORT, SHOW_LOG
from runway_desktop.usecases.about import About
from runway_desktop.usecases.question import Question
from runway_desktop.usecases.words.plain import tip
from runway_desktop.viewmodels.profiles.welcome import CHECKING, WHERE_FROM

from .hook_editor import HookEditor
from .saving_editors import FolderEditor, LanguageEditor, LoginEditor, NamesEditor, NumberBox, OwnEditor

WITH_TRAY = Text("In the tray, the program keeps checking, sending and saving until you quit it.")
WITHOUT_TRAY = Text(
    "This desktop has no tray, so closing the window quits the program. Tasks at Runway continue, and their results "
    "are saved at the next start."
)
NO_TRAY = Text("This desktop has no tray.")


OWN: dict[str, type[OwnEditor]] = {
    "library_folder": FolderEditor,
    "name_template": NamesEditor,
    "language": LanguageEditor,
    "start_at_login": LoginEditor,
    "hook": HookEditor,
}
"""Editors of the preferences of kind `Own`."""


class PreferencePage(QWidget):
    """Preferences of one section, under the headings of their groups. A control's object name is the
    preference's name."""

    def __init__(self, form: PreferencesForm, theme: Theme, parent: QWidget, section: Section) -> None:
        super().__init__(parent)
        self.form = form
        self.theme = theme
        self.rows = vbox(on=self, margins=(0, 0, GRID, 0))
        self.section = section
        self._ends: list[Callable[[], object]] = []
        self.build()
        self.rows.addStretch()

    def build(self) -> None:
        self.add_table()

    def finish(self) -> None:
        """Saves unfinished input. Call before the window closes."""
        for end in self._ends:
            end()

    def focus_on(self, name: str) -> None:
        """Focuses the control of a preference and scrolls to it."""
        found = self.findChild(QWidget, name)
        inner = found.findChildren(QWidget) if found is not None else ()
        stops = [one for one in (found, *inner) if one is not None and one.focusPolicy() & Qt.FocusPolicy.TabFocus]
        checked = [one for one in stops if isinstance(one, QRadioButton) and one.isChecked()]
        for stop in (checked or stops)[:1]:
            stop.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def hindrance(self, line: Line) -> str:
        """Why a preference has no effect on this computer; empty if it has."""
        return ""

    def heading(self, text: str) -> QLabel:
        if self.rows.count():
            self.rows.addSpacing(2 * GRID)
        label = words(self, text, font=self.theme.strong_font())
        self.rows.addWidget(label)
        return label

    def note(self, text: str = "", tone: str = "muted") -> QLabel:
        label = words(self, text, tone)
        self.rows.addWidget(label)
        return label

    def add_table(self) -> None:
        for group, lines in self.form.lines(self.section):
            title = self.heading(str(group.title))
            if group.note:
                self.note(str(group.note))
            rows = _three_columns()
            for line in lines:
                self._add(line, rows, title)
            if rows.count():
                self.rows.addLayout(rows)

    def _add(self, line: Line, rows: QGridLayout, title: QLabel) -> None:
        match line.kind:
            case Switch():
                self._add_switch(line)
            case Choice():
                self._add_choice(line)
            case Number(least, most):
                box = NumberBox(self, least, most, str(line.label))
                box.setToolTip(tip(_("{least} to {most}", least=least, most=most)))
                self._add_number(line, box, rows, lambda value: value, lambda number: number)
            case Credits():
                box = NumberBox(self, 0, MOST_CREDITS, str(line.label), str(line.none), _("credits"))
                self._add_number(line, box, rows, lambda value: round(value or 0), lambda number: number or None)
            case NumberEach(most=most) if line.each is not None:
                editor = EachEditor(self.form, line, line.each, most, self)
                self._ends.append(editor.finish)
                self._show_named(line, editor)
            case Own():
                own = OWN[line.name](self.form, self.theme, self)
                title.setBuddy(own)
                self._ends.append(own.finish)
                self._show_named(line, own)

    def _add_switch(self, line: Line) -> None:
        box = QCheckBox(str(line.label), self)
        box.toggled.connect(lambda on: self.form.set_value(line.name, on))
        self._show_named(line, box)
        self._follow(line.name, lambda value: box.setChecked(bool(value)))
        if line.needs:
            self._follow(
                line.needs, lambda there: set_reason(box, self.hindrance(line) or ("" if there else str(line.without)))
            )

    def _add_choice(self, line: Line) -> None:
        holder = QWidget(self)
        buttons = choices(
            holder, [(value, str(text)) for value, text in line.choices], partial(self.form.set_value, line.name)
        )
        for value, text in line.choices:
            buttons[value].setAccessibleName(_("{setting}: {choice}", setting=line.label, choice=text))
        vbox(*buttons.values(), on=holder)
        self._show_named(line, holder)
        self._follow(line.name, lambda value: buttons[value].setChecked(True))

    def _add_number(
        self,
        line: Line,
        box: NumberBox,
        rows: QGridLayout,
        shown: Callable[[Any], int],
        stored: Callable[[int], object],
    ) -> None:
        label, remark = words(self, str(line.label), wrap=False), words(self, tone="faint")
        label.setBuddy(box)
        add_row(rows, rows.rowCount(), label, box, remark)
        box.setObjectName(line.name)
        box.valueChanged.connect(lambda number: self.form.set_value(line.name, stored(number)))
        self._ends.append(box.interpretText)

        checked = ""

        def tell(problem: str = "") -> None:
            nonlocal checked
            checked = problem
            known = self.form.remark(line.name) if isinstance(line.kind, Credits) else ""
            say(remark, problem or known, "bad" if problem else "faint")

        def show(value: Any) -> None:
            box.setValue(shown(value))
            tell()

        box.checked.connect(tell)
        if isinstance(line.kind, Credits):
            self.form.spent.connect(lambda: tell(checked))
        self._follow(line.name, show)

    def _show_named(self, line: Line, editor: QWidget) -> None:
        editor.setObjectName(line.name)
        self.rows.addWidget(editor)

    def _follow(self, name: str, show: Callable[[Any], object]) -> None:
        """Shows the value now and after each change."""
        self.form.changed.connect(lambda which: show(self.form.value(name)) if which == name else None)
        show(self.form.value(name))


class EachEditor(QWidget):
    """A number for each of several names, and a button to add a name."""

    def __init__(self, form: PreferencesForm, line: Line, kind: Each, most: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._form = form
        self._name = name = line.name
        self._kind, self._most, self._none = kind, most, str(line.none)
        self._boxes: dict[str, NumberBox] = {}
        self._remarks: dict[str, QLabel] = {}
        self._table = QWidget(self)
        self._grid = _three_columns(self._table)
        self._add = push_button(self, str(kind.add), self._choose)
        vbox(self._table, hbox(self._add, STRETCH), on=self)
        form.changed.connect(lambda which: self._show() if which == name else None)
        self._show()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._name == PROJECTS:
            self._form.ask_projects()

    def finish(self) -> None:
        for box in self._boxes.values():
            box.interpretText()

    def _show(self) -> None:
        rows, others = self._form.rows(self._name), self._form.others(self._name)
        if [shown.name for shown in rows] != list(self._boxes):
            self._build(rows)
        for shown in rows:
            self._boxes[shown.name].setValue(shown.number)
            say(self._remarks[shown.name], shown.remark)
        self._table.setVisible(bool(rows))
        set_reason(self._add, "" if others else _("There is nothing left to add."))

    def _build(self, rows: list[NumberRow]) -> None:
        clear_layout(self._grid)
        self._boxes.clear()
        for at, row in enumerate(rows):
            name, spoken = row.name, str(self._kind.each.with_(name=row.label))
            box = NumberBox(self._table, 0, self._most, spoken, self._none, str(self._kind.unit))
            box.checked.connect(partial(self._checked, row))
            box.valueChanged.connect(lambda number, name=name: self._form.set_row(self._name, name, number))
            self._boxes[name] = box
            self._remarks[name] = words(self._table, tone="faint")
            label = words(self._table, row.label, wrap=False)
            label.setToolTip(tip(name if name != row.label else ""))
            add_row(self._grid, at, label, box, self._remarks[name])

    def _checked(self, row: NumberRow, problem: str) -> None:
        say(self._remarks[row.name], problem or row.remark, "bad" if problem else "faint")

    def _choose(self) -> None:
        options = [Option(name, self._form.label(self._name, name)) for name in self._form.others(self._name)]
        popup = ChoicePopup(options, None, str(self._kind.what), self._add)
        popup.chosen.connect(self._chosen)
        popup.open_at(self._add)

    def _chosen(self, name: str) -> None:
        self._form.add_row(self._name, name)
        self._boxes[name].setFocus()


class KeyPage(PreferencePage):
    def build(self) -> None:
        self.heading(_("Your key"))
        self._source = self.note()
        self._problem = self.note(tone="warn")
        self._forget = push_button(self, _("Forget this key…"), self._ask_to_forget, kind="danger")
        self.rows.addLayout(hbox(self._forget, STRETCH))
        if not self.form.is_demo:
            title = self.heading(_("Use another key"))
            entry = KeyEntry(self.form.key, self.theme, _("Check and use"), self)
            title.setBuddy(entry)
            self.rows.addWidget(entry)
            self.note(str(in_turn(WHERE_FROM, CHECKING)), "faint")
        self.add_table()
        self.form.key.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        key = self.form.key
        say(self._source, key.source_words)
        say(self._problem, str(key.status.problem) if self.form.is_demo else key.refused_words)
        self._forget.setVisible(key.can_forget)

    def _ask_to_forget(self) -> None:
        store = self.form.key.status.store_name
        where = _("It is removed from {store}.", store=store) if store else _("It is removed from this session.")
        text = str(in_turn(where, _("Tasks at Runway continue, and are checked again once there is a key.")))
        confirm(self, Question(_("Forget the key?"), text, _("Forget the key")), self.form.key.forget)


class NoticesPage(PreferencePage):
    def __init__(
        self,
        form: PreferencesForm,
        theme: Theme,
        parent: QWidget,
        section: Section = Section.NOTIFICATIONS,
        *,
        has_tray: Callable[[], bool] = QSystemTrayIcon.isSystemTrayAvailable,
    ) -> None:
        self._has_tray = has_tray()
        super().__init__(form, theme, parent, section)

    def build(self) -> None:
        self.add_table()
        self.note(str(WITH_TRAY if self._has_tray else WITHOUT_TRAY), "faint")

    def hindrance(self, line: Line) -> str:
        return "" if self._has_tray else str(NO_TRAY)


class RunwayPage(PreferencePage):
    def build(self) -> None:
        self.add_table()
        self.heading(_("Model catalog"))
        self.note(self.form.catalog_words)


def _three_columns(holder: QWidget | None = None) -> QGridLayout:
    """For label, number and remark."""
    made = grid(on=holder, down=GRID, wide=2)
    made.setColumnMinimumWidth(0, 14 * GRID)
    return made


class AboutPage(PreferencePage):
    folder_wanted = Signal(object)
    """Folder with the license texts."""
    command_wanted = Signal(object)
    """A command of the main window."""

    def build(self) -> None:
        self._asked = False
        self.heading("Runway Desktop")
        self._which = self.note()
        self.note(_("Not made by Runway. Uses Runway's public API."))
        buttons = (
            push_button(self, one.text(self), partial(self.command_wanted.emit, one)) for one in (SHOW_LOG, REPORT)
        )
        self.rows.addLayout(hbox(*buttons, STRETCH))
        title = self.heading(_("Open source software"))
        self.parts = QTreeWidget(self)
        self.parts.setHeaderLabels([_("Name"), _("Version"), _("License")])
        self.parts.setRootIsDecorated(False)
        self.parts.setProperty("kind", "lines")
        self.parts.setAccessibleName(_("Open source software with version and license"))
        title.setBuddy(self.parts)
        self.rows.addWidget(self.parts, 1)
        self.licenses = push_button(self, _("Show licenses"))
        self.licenses.hide()
        self.rows.addLayout(hbox(self.licenses, STRETCH))

    def showEvent(self, event: QShowEvent) -> None:
        if not self._asked:
            self._asked = True
            self.form.ask_about(self._show)
        super().showEvent(event)

    def _show(self, about: About) -> None:
        if not isValid(self):
            return
        self._which.setText(" · ".join((_("Version {version}", version=about.version), about.license)))
        self._which.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.parts.addTopLevelItems([QTreeWidgetItem([part.name, part.version, part.license]) for part in about.parts])
        self.parts.setColumnHidden(2, not any(part.license for part in about.parts))
        for column in range(2):
            self.parts.resizeColumnToContents(column)
        if about.licenses is not None:
            folder = about.licenses
            self.licenses.clicked.connect(lambda: self.folder_wanted.emit(folder))
            self.licenses.show()
