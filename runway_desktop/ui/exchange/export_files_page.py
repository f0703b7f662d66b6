"""How results are exported as files: where to, under which names, and what goes with them. GUI thread only."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from runway_desktop.ui.building import add_all, hbox, line_edit, push_button, vbox
from runway_desktop.ui.dialogs.template_editor import TemplateEditor
from runway_desktop.ui.file_dialogs import choose_folder
from runway_desktop.ui.labels import ElidedLabel, say_wrong, words
from runway_desktop.ui.theme import GRID, FollowsTheme, Theme
from runway_desktop.viewmodels.exchange.export import ExportModel

_SWITCHES = (
    ("only_picks", "Only picks", ""),
    (
        "keep_request",
        "Keep the request inside each file",
        "Off: a client sees the result, and not how it was asked for.",
    ),
    ("sidecars", "A settings file beside each file", "With it the folder can be imported again."),
    ("link", "Hard links (no extra space)", "No room is taken, on the same disk. One file, two names."),
)


class ExportFilesPage(QWidget):
    def __init__(self, model: ExportModel, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self._theme = theme
        column = vbox(on=self)
        self._headings = [words(self, text) for text in ("Folder", "Names", "With them")]
        where, names, beside = self._headings
        add_all(column, where, self._build_folder())
        self._folder_wrong = words(self, tone="bad")
        add_all(column, self._folder_wrong, GRID, names)
        self.template = TemplateEditor(model.template_fields(), model.template_problem, model.names_words, self)
        self.template.edited.connect(lambda text: model.set("template", text))
        names.setBuddy(self.template.line)
        where.setBuddy(self.folder)
        add_all(column, self.template, GRID, beside)
        self.switches: dict[str, QCheckBox] = {}
        self._meanings: list[QWidget] = []
        for name, text, meaning in _SWITCHES:
            column.addLayout(self._switch(name, text, meaning))
        column.addStretch()
        self.folder.setText(model.folder)
        self.template.set_text(model.template)
        model.changed.connect(self._show)
        FollowsTheme(theme, self, self._restyle)
        self._show()

    def take_over(self) -> None:
        """What stands in the lines counts, also where they were not left."""
        self._model.set("folder", self.folder.text())
        self._model.set("template", self.template.text())

    def _switch(self, name: str, text: str, meaning: str) -> QHBoxLayout:
        box = QCheckBox(text, self)
        box.setAccessibleDescription(meaning)
        box.setChecked(getattr(self._model, name))
        box.toggled.connect(lambda on: self._model.set(name, on))
        self.switches[name] = box
        said = ElidedLabel(self, Qt.TextElideMode.ElideRight)
        said.setProperty("tone", "faint")
        said.setText(meaning)
        self._meanings.append(said)
        return hbox(box, (said, 1), spacing=2 * GRID)

    def _build_folder(self) -> QHBoxLayout:
        self.folder = line_edit(self, "Folder for the files")
        self.folder.textChanged.connect(lambda text: self._model.set("folder", text))
        choose = push_button(self, "Choose…", self._choose)
        return hbox((self.folder, 1), choose)

    def _choose(self) -> None:
        choose_folder(
            self,
            "Choose the folder for the files",
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
