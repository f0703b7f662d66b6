"""The page of the preferences for this profile: its name and color, its backups, and a restore. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

from runway_desktop.ui.labels import say
from runway_desktop.ui.marks import mark_wrong
from runway_desktop.ui.profiles.choosing import choose_backup
from runway_desktop.ui.profiles.color_row import ColorRow
from runway_desktop.ui.theme import GRID, Theme
from runway_desktop.viewmodels.profiles.kept_backups import KeptBackups
from runway_desktop.viewmodels.profiles.profile_list import ProfilesModel
from runway_desktop.viewmodels.settings.preferences import PreferencesForm

from .preference_pages import Page


class ProfilePage(Page):
    back_up_wanted = Signal()
    restore_wanted = Signal(object)
    """Path of a backup."""
    folder_wanted = Signal(object)
    """The folder with the daily backups."""

    def __init__(
        self, form: PreferencesForm, profiles: ProfilesModel, kept: KeptBackups, theme: Theme, parent: QWidget
    ) -> None:
        super().__init__(form, theme, parent)
        self._profiles = profiles
        self._kept = kept
        kept.setParent(self)
        self._build_name()
        self._build_backups()
        self._build_restore()
        self.rows.addStretch()
        profiles.changed.connect(self._show_profile)
        kept.changed.connect(self._show_kept)
        self._show_profile()
        self._show_kept()
        kept.refresh()

    def finish(self) -> None:
        self._keep_name()

    def _build_name(self) -> None:
        title = self.heading("This profile")
        self.name = QLineEdit(self)
        self.name.setAccessibleName("Name of this profile")
        self.name.textChanged.connect(self._judge_name)
        self.name.editingFinished.connect(self._keep_name)
        title.setBuddy(self.name)
        self.rows.addWidget(self.name)
        self._wrong = self.note(tone="bad")
        self.colors = ColorRow(self)
        self.colors.chosen.connect(self._profiles.recolor)
        self.rows.addWidget(self.colors)
        self._where = self.note(tone="faint")
        demo = self.form.is_demo
        self.name.setEnabled(not demo)
        self.colors.setEnabled(not demo)
        if demo:
            self.note("The demo keeps its name and color, so that nobody takes it for real.")

    def _build_backups(self) -> None:
        self.heading("Backups")
        self.note(
            "A backup is one file with everything of this profile but its key. What is in it may be put back here or "
            "on another computer."
        )
        back_up = QPushButton("Back up…", self)
        back_up.setAutoDefault(False)
        back_up.clicked.connect(self.back_up_wanted)
        self.rows.addLayout(_row(back_up))
        if self._kept.is_demo:
            return
        self.switch("daily_backup")
        self._kept_words = self.note()
        self._trouble = self.note(tone="warn")
        self._show_folder = QPushButton("Show the backups", self)
        self._show_folder.setProperty("kind", "flat")
        self._show_folder.setAutoDefault(False)
        self._show_folder.clicked.connect(lambda: self.folder_wanted.emit(self._kept.folder))
        self.rows.addLayout(_row(self._show_folder))
        self.note(
            "The last seven days and four weeks are kept in the profile's folder, without media. They do not help "
            "when the disk fails: put a backup on another one now and then.",
            "faint",
        )

    def _build_restore(self) -> None:
        self.heading("Restore")
        self.note("From a backup into a new profile, or in place of this one. You see what is in it first.")
        restore = QPushButton("Restore…", self)
        restore.setAutoDefault(False)
        restore.clicked.connect(self._choose)
        self.rows.addLayout(_row(restore))

    def _show_profile(self) -> None:
        current = self._profiles.current
        if not self.name.hasFocus() or self.name.text() == "":
            self.name.setText(self._profiles.name)
        self.colors.show_color(self._profiles.color)
        say(self._where, f"In {current.folder}" if current is not None else "")

    def _judge_name(self) -> None:
        text = self.name.text()
        problem = "" if text == self._profiles.name else self._profiles.name_problem(text)
        say(self._wrong, f"{problem} The old name stays." if problem else "")
        mark_wrong(self.name, bool(problem))
        self.name.setAccessibleDescription(problem)

    def _keep_name(self) -> None:
        text = self.name.text().strip()
        if text and text != self._profiles.name and not self._profiles.name_problem(text):
            self._profiles.rename(text)

    def _show_kept(self) -> None:
        if not self._kept.is_demo:
            say(self._kept_words, self._kept.words)
            say(self._trouble, self._kept.trouble)
            self._show_folder.setVisible(self._kept.has_any)

    def _choose(self) -> None:
        choose_backup(self, self._kept.folder, self.restore_wanted.emit)


def _row(button: QPushButton) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(GRID)
    row.addWidget(button)
    row.addStretch()
    return row
