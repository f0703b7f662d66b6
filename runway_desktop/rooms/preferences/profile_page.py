"""Preferences page of this profile: name, color, backups, restore. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from runway_desktop.rooms.preferences.model.forms import KeptBackups
from runway_desktop.rooms.preferences.model.preferences import PreferencesForm
from runway_desktop.rooms.preferences.model.table import Section
from runway_desktop.texts import _, in_turn
from runway_desktop.ui.building import STRETCH, hbox, line_edit, push_button
from runway_desktop.ui.labels import say, say_wrong
from runway_desktop.ui.profiles.badge import ColorRow
from runway_desktop.ui.theme import Theme
from runway_desktop.viewmodels.profiles.profile_list import ProfilesModel

from .preference_pages import PreferencePage


class ProfilePage(PreferencePage):
    back_up_wanted = Signal()
    restore_wanted = Signal()
    folder_wanted = Signal(object)
    """Folder with the daily backups."""

    def __init__(
        self, form: PreferencesForm, profiles: ProfilesModel, kept: KeptBackups, theme: Theme, parent: QWidget
    ) -> None:
        self._profiles = profiles
        self._kept = kept
        super().__init__(form, theme, parent, Section.PROFILE)
        kept.setParent(self)
        kept.refresh()

    def build(self) -> None:
        self._build_name()
        self._build_backups()
        if not self._kept.is_demo:
            self._build_daily()
        self._profiles.changed.connect(self._show_profile)
        self._show_profile()

    def finish(self) -> None:
        super().finish()
        self._keep_name()

    def _build_name(self) -> None:
        title = self.heading(_("This profile"))
        self.name = line_edit(self, _("Name of this profile"))
        self.name.textChanged.connect(self._check_name)
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
            self.note(_("The demo's name and color cannot be changed."))

    def _build_backups(self) -> None:
        self.heading(_("Backups"))
        self.note(
            _(
                "A backup is one file with everything in this profile except its key. Restore it as a new profile or "
                "over this one, on any computer. You see its contents first."
            )
        )
        back_up = push_button(self, _("Back up…"), self.back_up_wanted)
        self.rows.addLayout(hbox(back_up, push_button(self, _("Restore…"), self.restore_wanted), STRETCH))

    def _build_daily(self) -> None:
        self.add_table()
        self._kept_words = self.note()
        self._trouble = self.note(tone="warn")
        self._show_folder = push_button(
            self, _("Show backups"), lambda: self.folder_wanted.emit(self._kept.folder), kind="flat"
        )
        self.rows.addLayout(hbox(self._show_folder, STRETCH))
        self.note(
            _(
                "The last seven days and four weeks are kept in the profile's folder, without media. They do not help "
                "when the disk fails, so save a backup to another disk from time to time."
            ),
            "faint",
        )
        self._kept.changed.connect(self._show_kept)
        self._show_kept()

    def _show_profile(self) -> None:
        current = self._profiles.current
        if not self.name.hasFocus() or self.name.text() == "":
            self.name.setText(self._profiles.name)
        self.colors.show_color(self._profiles.color)
        say(self._where, _("In {folder}", folder=current.folder) if current is not None else "")

    def _check_name(self) -> None:
        text = self.name.text()
        problem = "" if text == self._profiles.name else self._profiles.name_problem(text)
        say_wrong(self.name, self._wrong, str(in_turn(problem, _("The old name stays."))) if problem else "")

    def _keep_name(self) -> None:
        text = self.name.text().strip()
        if text and text != self._profiles.name and not self._profiles.name_problem(text):
            self._profiles.rename(text)

    def _show_kept(self) -> None:
        say(self._kept_words, self._kept.words)
        say(self._trouble, self._kept.trouble)
        self._show_folder.setVisible(self._kept.has_any)
