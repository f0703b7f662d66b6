"""The export window: scope, files or list, options, progress. GUI thread only."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QStackedWidget, QWidget

from runway_desktop.rooms.exchange.model.export import COLUMNS, SEPARATORS, ExportModel, ExportScope, ListForm, What
from runway_desktop.texts import Text, _, in_turn, ngettext
from runway_desktop.ui.building import STRETCH, add_all, choices, hbox, line_edit, push_button, scroll_area, vbox
from runway_desktop.ui.dialogs.findings import FindingsList
from runway_desktop.ui.dialogs.template_editor import TemplateEditor
from runway_desktop.ui.file_dialogs import choose_folder, choose_target
from runway_desktop.ui.labels import ElidedLabel, announce, say, say_wrong, words
from runway_desktop.ui.theme import GRID, FollowsTheme, Theme
from runway_desktop.ui.tick_list import TickList
from runway_desktop.usecases.question import Phase
from runway_desktop.usecases.words.plain import tip

from .import_window import ExchangeWindow

_PAGES = (
    (What.FILES, Text("Files"), Text("Export as files")),
    (What.LIST, Text("List"), Text("Export as a list")),
)
_FILTERS = {
    ListForm.CSV: (Text("CSV files"), "*.csv"),
    ListForm.JSON: (Text("JSON files"), "*.json"),
}


class ExportWindow(ExchangeWindow):
    folder_wanted = Signal(object)
    """Folder to open in the system's file manager."""
    file_wanted = Signal(object)
    """File to select in the system's file manager."""

    def __init__(self, model: ExportModel, theme: Theme, parent: QWidget) -> None:
        super().__init__(model, theme, parent, title=_("Export"), size=QSize(96 * GRID, 88 * GRID))
        self.model = model
        self._build()
        model.changed.connect(self.show_model)
        self.show_model()
        self._pages[model.what].setFocus(Qt.FocusReason.OtherFocusReason)

    def choose_file(self) -> None:
        """Asks for the list's target file, then writes it."""
        model = self.model
        kind, pattern = _FILTERS[model.form]
        choose_target(self, _("Export the list"), model.export_list, model.list_file(), f"{kind} ({pattern})")

    def _build(self) -> None:
        above = (self._build_scope(), self._build_pages())
        self._stack = QStackedWidget(self)
        self.files = ExportFilesPage(self.model, self.theme, self._stack)
        self.list = ExportListPage(self.model, self._stack)
        for page in (self.files, self.list):
            self._stack.addWidget(scroll_area(self._stack, page))
        self._failures = FindingsList((), self.theme, self)
        self._said = words(self)
        self._amount = words(self, tone="muted")
        self._stop = push_button(self, _("Stop"), self.model.stop)
        self._folder = push_button(self, _("Show in folder"), self._show_folder)
        foot = self.build_foot((self._amount, 1), self._stop, self._folder)
        rows = (*above, (self._stack, 1), self._failures, self.progress, self._said, foot)
        vbox(*rows, on=self, margins=2 * GRID, spacing=GRID + GRID // 2)

    def _build_scope(self) -> QHBoxLayout:
        self._scopes = choices(
            self, ((scope, "") for scope in ExportScope), partial(self.model.set, "scope"), spoken=""
        )
        self._scopes[self.model.scope].setChecked(True)
        self._scopes[ExportScope.CHOSEN].setVisible(bool(self.model.chosen_count))
        return hbox(*self._scopes.values(), STRETCH, spacing=3 * GRID)

    def _build_pages(self) -> QHBoxLayout:
        options = [(what, str(text)) for what, text, _spoken in _PAGES]
        self._pages = choices(self, options, partial(self.model.set, "what"), pills=True)
        for what, _text, spoken in _PAGES:
            self._pages[what].setAccessibleName(str(spoken))
        return hbox(*self._pages.values(), STRETCH, spacing=GRID // 2)

    def begin_work(self) -> None:
        if self.model.what is What.LIST:
            self.choose_file()
        else:
            self.files.take_over()
            self.model.export_files()

    def _show_folder(self) -> None:
        wanted = self.file_wanted if self.model.what is What.LIST else self.folder_wanted
        wanted.emit(self.model.done_at)

    def show_model(self) -> None:
        super().show_model()
        model, phase = self.model, self.model.phase
        chosen, listed = model.chosen_count, model.listed_count
        self._scopes[ExportScope.CHOSEN].setText(ngettext("{n} selected task", "{n} selected tasks", chosen))
        self._scopes[ExportScope.LISTED].setText(_("All in this view ({n})", n=listed))
        self._pages[model.what].setChecked(True)
        self._stack.setCurrentIndex(0 if model.what is What.FILES else 1)
        busy = phase is Phase.WORKING
        for widget in (self._stack, *self._scopes.values(), *self._pages.values()):
            widget.setEnabled(not busy)
        self.progress.setVisible(busy)
        self._failures.show_messages(model.failures)
        self._show_words(busy)
        self._stop.setVisible(busy)
        self._folder.setVisible(phase is Phase.DONE and model.done_at is not None)
        self.leave.setText(_("Close") if busy or phase is Phase.DONE else _("Cancel"))
        self.go.setVisible(not busy)

    def phase_changed(self, phase: Phase) -> None:
        if phase is Phase.DONE:
            announce(self, self.model.report)

    def _show_words(self, busy: bool) -> None:
        model, (done, total) = self.model, self.model.progress
        if model.problem:
            say(self._said, str(in_turn(model.report, model.problem)), "bad")
        elif busy:
            say(self._said, _("{done} of {total}…", done=done, total=total), "muted")
        else:
            say(self._said, model.report, "good")
        self._amount.setText(model.list_words() if model.what is What.LIST else model.amount_words())


_FORMS = ((ListForm.CSV, Text("CSV for spreadsheets")), (ListForm.JSON, Text("JSON for programs")))
_SEPARATOR_TIP = Text(
    "Excel expects semicolons where numbers have a decimal comma. Bills and sheets use the same separator."
)


class ExportListPage(QWidget):
    def __init__(self, model: ExportModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        column = vbox(on=self)
        self.forms = choices(self, [(form, str(text)) for form, text in _FORMS], partial(model.set, "form"))
        self.forms[model.form].setChecked(True)
        self._written = words(self, tone="faint")
        add_all(column, hbox(*self.forms.values(), STRETCH, spacing=3 * GRID), self._build_manner(), self._written)
        label = words(self, _("Columns"))
        column.addWidget(label)
        self.columns = TickList(_("Columns"), self)
        label.setBuddy(self.columns)
        for one in COLUMNS:
            self.columns.add(f"{one.title}  ·  {one.key}", one.key, ticked=one.key in model.columns)
        self.columns.itemChanged.connect(lambda _: self._take_over())
        add_all(column, (self.columns, 1), self._build_choices())
        model.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        say(self._written, self._model.form_words())

    def _build_manner(self) -> QWidget:
        """Options for CSV only."""
        model = self._model
        holder = QWidget(self)
        label = words(holder, _("Separator"))
        self.separator = QComboBox(holder)
        self.separator.setAccessibleName(_("Separator"))
        self.separator.setToolTip(tip(str(_SEPARATOR_TIP)))
        label.setBuddy(self.separator)
        for sign, name in SEPARATORS.items():
            self.separator.addItem(str(name), sign)
        self.separator.setCurrentIndex(list(SEPARATORS).index(model.separator))
        self.separator.currentIndexChanged.connect(lambda _: model.set("separator", self.separator.currentData()))
        self.mark = QCheckBox(_("Mark as UTF-8, so that Excel shows all letters"), holder)
        self.mark.setChecked(model.is_marked)
        self.mark.toggled.connect(lambda on: model.set("is_marked", on))
        hbox(label, self.separator, 2 * GRID, self.mark, STRETCH, on=holder)
        csv = self.forms[ListForm.CSV]
        holder.setEnabled(csv.isChecked())
        csv.toggled.connect(holder.setEnabled)
        return holder

    def _build_choices(self) -> QHBoxLayout:
        usual = {one.key for one in COLUMNS if one.is_usual}
        every = {one.key for one in COLUMNS}
        ticks: tuple[tuple[str, set[str]], ...] = (
            (_("Default"), usual),
            (_("All"), every),
            (_("None"), set()),
        )
        buttons = [push_button(self, text, partial(self._tick, keys), kind="flat") for text, keys in ticks]
        return hbox(*buttons, STRETCH)

    def _tick(self, keys: set[str], _pressed: bool = False) -> None:
        self.columns.tick(keys)
        self._take_over()

    def _take_over(self) -> None:
        self._model.set("columns", self.columns.ticked())


_SWITCHES = (
    ("only_picks", Text("Only picks"), Text("")),
    (
        "keep_request",
        Text("Keep the request inside each file"),
        Text("Turn off for clients who should not see the prompt."),
    ),
    ("sidecars", Text("Add a settings file for each file"), Text("So that the folder can be imported again.")),
    ("link", Text("Hard links (no extra space)"), Text("On the same disk only: one file with two names.")),
)


class ExportFilesPage(QWidget):
    def __init__(self, model: ExportModel, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self._theme = theme
        column = vbox(on=self)
        self._headings = [words(self, text) for text in (_("Folder"), _("File names"), _("Options"))]
        where, names, beside = self._headings
        add_all(column, where, self._build_folder())
        self._folder_wrong = words(self, tone="bad")
        add_all(column, self._folder_wrong, GRID, names)
        self.template = TemplateEditor(model.names_words, self)
        self.template.edited.connect(lambda text: model.set("template", text))
        names.setBuddy(self.template.line)
        where.setBuddy(self.folder)
        add_all(column, self.template, GRID, beside)
        self.switches: dict[str, QCheckBox] = {}
        self._meanings: list[QWidget] = []
        for name, text, meaning in _SWITCHES:
            column.addLayout(self._switch(name, str(text), str(meaning)))
        column.addStretch()
        self.folder.setText(model.folder)
        self.template.set_text(model.template)
        model.changed.connect(self._show)
        FollowsTheme(theme, self, self._restyle)
        self._show()

    def take_over(self) -> None:
        """Takes over the text of the line edits, including one that is still focused."""
        self._model.set("folder", self.folder.text())
        self._model.set("template", self.template.text())

    def _switch(self, name: str, text: str, meaning: str) -> QHBoxLayout:
        box = QCheckBox(text, self)
        box.setAccessibleDescription(meaning)
        box.setChecked(getattr(self._model, name))
        box.toggled.connect(lambda on: self._model.set(name, on))
        self.switches[name] = box
        said = ElidedLabel(self, Qt.TextElideMode.ElideRight, "faint")
        said.setText(meaning)
        self._meanings.append(said)
        return hbox(box, (said, 1), spacing=2 * GRID)

    def _build_folder(self) -> QHBoxLayout:
        self.folder = line_edit(self, _("Folder for the files"))
        self.folder.textChanged.connect(lambda text: self._model.set("folder", text))
        choose = push_button(self, _("Choose…"), self._choose)
        return hbox((self.folder, 1), choose)

    def _choose(self) -> None:
        choose_folder(
            self,
            _("Choose the folder for the files"),
            lambda folder: self.folder.setText(str(folder)),
            near=Path(self.folder.text()),
        )

    def _restyle(self) -> None:
        for heading in self._headings:
            heading.setFont(self._theme.strong_font())
        for said in self._meanings:
            said.setFont(self._theme.small_font())

    def _show(self) -> None:
        say_wrong(self.folder, self._folder_wrong, self._model.folder_problem)
        self.template.judge()
