"""The page of the preferences that says where results are saved and how their files are named. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

from runway_desktop.ui.labels import say
from runway_desktop.ui.marks import mark_wrong
from runway_desktop.ui.theme import GRID, Theme
from runway_desktop.viewmodels.settings.preferences import PreferencesForm

from .library_box import LibraryBox
from .preference_pages import Page
from .template_editor import TemplateEditor


class SavingPage(Page):
    def __init__(self, form: PreferencesForm, theme: Theme, parent: QWidget) -> None:
        super().__init__(form, theme, parent)
        self._complaint = ""
        """What is wrong with the folder that is typed."""
        self._build_folder()
        self.heading("While it cannot be used")
        self.switch("rescue")
        self._build_template()
        self.heading("Beside each result")
        self.switch("sidecars")
        self.switch("embed")
        self.rows.addStretch()
        form.changed.connect(self._told)
        form.folder.changed.connect(self._show_library)
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
        self._choose = choose = QPushButton("Choose…", self)
        choose.setAutoDefault(False)
        choose.clicked.connect(lambda: self._choose_folder(self._chosen))
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
        self._move = QPushButton("Move the library…", self)
        self._move.setAutoDefault(False)
        self._move.clicked.connect(lambda: self._choose_folder(self._move_to, "Move the library to"))
        below = QHBoxLayout()
        below.setSpacing(GRID)
        below.addWidget(self._move)
        below.addWidget(self._usual)
        below.addStretch(1)
        self.rows.addLayout(below)
        box = LibraryBox(self.form.folder, self.theme, self)
        box.choose_wanted.connect(lambda: self._choose_folder(self._move_to, "Move the library to"))
        self.rows.addWidget(box)

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
        self._complaint = ""
        self._show_library()
        self._usual.setVisible(not self.form.library_is_default)

    def _say_folder(self, problem: str) -> None:
        state, tone = self.form.folder.state
        usual = "The usual folder." if self.form.library_is_default else ""
        stays = "Files that are saved already stay where they are, unless you move the library."
        kept = " ".join(part for part in (usual, state, stays) if part)
        say(self._folder_note, problem or kept, "bad" if problem else tone)
        mark_wrong(self._folder, bool(problem))
        self._folder.setAccessibleDescription(problem or kept)

    def _show_library(self) -> None:
        """How the folder is, and what may be done to it while a move is under way."""
        self._say_folder(self._complaint)
        moving = self.form.folder.is_moving
        why = "The library is being moved. Stop that first." if moving else ""
        for widget in (self._folder, self._choose, self._move, self._usual):
            widget.setEnabled(not moving)
            widget.setToolTip(why)

    def _keep_folder(self) -> None:
        if self._folder.text().strip() != str(self.form.library):
            self._complaint = self.form.set_library(self._folder.text())
            self._say_folder(self._complaint)

    def _reset_folder(self) -> None:
        self.form.set_library("")
        self._show_folder()

    def _choose_folder(self, then: Callable[[str], None], title: str = "Choose the folder for results") -> None:
        dialog = QFileDialog(self, title, str(self.form.library))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(then)
        dialog.open()

    def _chosen(self, folder: str) -> None:
        self._folder.setText(folder)
        self._keep_folder()

    def _move_to(self, folder: str) -> None:
        self.form.folder.look_into(Path(folder))

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
