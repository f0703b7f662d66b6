"""The page of the preferences that says where results are saved and how their files are named. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

from runway_desktop.ui.flow_layout import FlowLayout
from runway_desktop.ui.marks import mark_wrong
from runway_desktop.ui.theme import GRID, Theme
from runway_desktop.viewmodels.preferences import PreferencesForm

from .preference_pages import Page
from .words import say, tip


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
        self._template = QLineEdit(self)
        self._template.setAccessibleName("Template for names of files")
        self._template.textChanged.connect(self._judge_template)
        self._template.editingFinished.connect(self._keep_template)
        title.setBuddy(self._template)
        self.rows.addWidget(self._template)
        self._preview = self.note()
        self._wrong = self.note(tone="bad")
        fields = QWidget(self)
        flow = FlowLayout(fields)
        for field, meaning in self.form.template_fields():
            chip = QPushButton(field, fields)
            chip.setProperty("kind", "chip")
            chip.setAutoDefault(False)
            chip.setToolTip(tip(meaning[:1].upper() + meaning[1:]))
            chip.setAccessibleName(f"Insert {field}")
            chip.setAccessibleDescription(meaning)
            chip.clicked.connect(lambda _=False, text=field: self._insert(text))
            flow.addWidget(chip)
        self.rows.addWidget(fields)
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
        if self._template.text() != self.form.template:
            self._template.setText(self.form.template)
        self._judge_template()

    def _judge_template(self) -> None:
        text = self._template.text()
        problem = self.form.template_problem(text)
        say(self._preview, f"For example: {self.form.template_preview(text)}")
        say(self._wrong, f"{problem} The last good template stays in use." if problem else "")
        mark_wrong(self._template, bool(problem))
        self._standard.setVisible(text.strip() != self.form.usual_template)
        self._template.setAccessibleDescription(problem or self._preview.text())

    def _keep_template(self) -> None:
        if self._template.text().strip() != self.form.template:
            self.form.set_template(self._template.text())

    def _reset_template(self) -> None:
        self.form.reset_template()
        self._template.setText(self.form.template)

    def _insert(self, field: str) -> None:
        self._template.insert(field)
        self._template.setFocus(Qt.FocusReason.OtherFocusReason)
        self._keep_template()
