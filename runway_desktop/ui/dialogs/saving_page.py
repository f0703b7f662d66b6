"""The page of the preferences that says where results are saved and how their files are named. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

from runway_desktop.ui.marks import mark_wrong
from runway_desktop.ui.theme import GRID, Theme
from runway_desktop.viewmodels.preferences import PreferencesForm

from .preference_pages import Page
from .template_editor import TemplateEditor
from .words import say


class SavingPage(Page):
    def __init__(self, form: PreferencesForm, theme: Theme, parent: QWidget) -> None:
        super().__init__(form, theme, parent)
        self._build_folder()
        self._build_template()
        self.heading("Beside each result")
        self.switch("sidecars")
        self.switch("embed")
        self.rows.addStretch()
        form.changed.connect(self._told)
        self._show_folder()
        self._show_template()

    def finish(self) -> None:
        self._keep_folder()
        self._keep_template()

    def _build_folder(self) -> None:
        title = self.heading("Folder")
        self._folder = QLineEdit(self)
        self._folder.setAccessibleName("Folder for results")
        self._folder.editingFinished.connect(self._keep_folder)
        title.setBuddy(self._folder)
        choose = QPushButton("Choose…", self)
        choose.setAutoDefault(False)
        choose.clicked.connect(self._choose_folder)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self._folder, 1)
        row.addWidget(choose)
        self.rows.addLayout(row)
        self._folder_note = self.note()
        self._usual = QPushButton("Use the usual folder", self)
        self._usual.setProperty("kind", "flat")
        self._usual.setAutoDefault(False)
        self._usual.clicked.connect(self._reset_folder)
        self.rows.addWidget(self._usual, 0, Qt.AlignmentFlag.AlignLeft)

    def _build_template(self) -> None:
        title = self.heading("Names of files")
        self._template = TemplateEditor(self.form.template_fields(), self._template_problem, self._example, self)
        self._template.edited.connect(lambda _: self._show_standard())
        self._template.finished.connect(self._keep_template)
        title.setBuddy(self._template.line)
        self.rows.addWidget(self._template)
        self._standard = QPushButton("Use the usual names", self)
        self._standard.setProperty("kind", "flat")
        self._standard.setAutoDefault(False)
        self._standard.clicked.connect(self._reset_template)
        self.rows.addWidget(self._standard, 0, Qt.AlignmentFlag.AlignLeft)

    def _told(self, name: str) -> None:
        if name == "library_folder":
            self._show_folder()
        elif name == "name_template":
            self._show_template()

    def _show_folder(self) -> None:
        self._folder.setText(str(self.form.library))
        self._say_folder("")
        self._usual.setVisible(not self.form.library_is_default)

    def _say_folder(self, problem: str) -> None:
        usual = "The usual folder. Files that are saved already stay where they are."
        kept = usual if self.form.library_is_default else "Files that are saved already stay where they are."
        say(self._folder_note, problem or kept, "bad" if problem else "muted")
        mark_wrong(self._folder, bool(problem))
        self._folder.setAccessibleDescription(problem or kept)

    def _keep_folder(self) -> None:
        if self._folder.text().strip() != str(self.form.library):
            self._say_folder(self.form.set_library(self._folder.text()))

    def _reset_folder(self) -> None:
        self.form.set_library("")
        self._show_folder()

    def _choose_folder(self) -> None:
        dialog = QFileDialog(self, "Choose the folder for results", str(self.form.library))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self._chosen)
        dialog.open()

    def _chosen(self, folder: str) -> None:
        self._folder.setText(folder)
        self._keep_folder()

    def _show_template(self) -> None:
        self._template.set_text(self.form.template)
        self._show_standard()

    def _show_standard(self) -> None:
        self._standard.setVisible(self._template.text().strip() != self.form.usual_template)

    def _template_problem(self, text: str) -> str:
        problem = self.form.template_problem(text)
        return f"{problem} The last good template stays in use." if problem else ""

    def _example(self, text: str) -> str:
        return f"For example: {self.form.template_preview(text)}"

    def _keep_template(self) -> None:
        if self._template.text().strip() != self.form.template:
            self.form.set_template(self._template.text())

    def _reset_template(self) -> None:
        self.form.reset_template()
        self._show_template()
