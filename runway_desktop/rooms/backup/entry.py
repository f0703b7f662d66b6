"""Entry point of backup and restore. GUI thread only."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QCheckBox, QHBoxLayout, QWidget

from runway_desktop.rooms.backup.model.backup import BackupModel
from runway_desktop.rooms.backup.model.restore import RestoreModel, start_of_restore
from runway_desktop.texts import _
from runway_desktop.ui.building import STRETCH, hbox, push_button, vbox
from runway_desktop.ui.desk import Desk
from runway_desktop.ui.file_dialogs import choose_backup, choose_target
from runway_desktop.ui.labels import say, set_reason, words
from runway_desktop.ui.theme import GRID, Theme
from runway_desktop.usecases.question import Phase

from .restore_window import ProgressWindow, RestoreWindow

WIDTH = 64 * GRID


def open_room(desk: Desk, wish: Path | str | None) -> None:
    """`wish`: a backup to restore; "restore", to ask for one first; None for a backup of this profile."""
    cases, profiles = desk.cases, desk.models.profiles
    backups = cases.backups
    if backups is None:
        return
    # The window in front, as parent: a modal window blocks the others. Found before a file dialog is one.
    front = QApplication.activeModalWidget() or desk.window
    if isinstance(wish, Path):
        _restore(desk, front, wish)
    elif wish is not None:
        choose_backup(front, partial(_restore, desk, front), start_of_restore(cases, backups))
    else:
        opened = BackupWindow(BackupModel(cases, backups, desk.runner), profiles.name, desk.theme, front)
        opened.file_wanted.connect(lambda path: desk.models.task_commands.selection_wanted.emit([path]))
        opened.open()


def _restore(desk: Desk, front: QWidget, path: Path) -> None:
    restores, profiles = desk.cases.restores, desk.models.profiles
    if restores is None:
        return
    colors = {profile.color for profile in profiles.profiles()}
    model = RestoreModel(desk.cases, restores, desk.runner, path, profiles.names, colors=colors)
    model.made.connect(profiles.made)
    model.restart_wanted.connect(profiles.restart_wanted)
    opened = RestoreWindow(model, desk.theme, front)
    opened.open_wanted.connect(profiles.open)
    opened.open()


class BackupWindow(ProgressWindow):
    file_wanted = Signal(object)
    """Path of the backup, to select in the system's file manager."""

    def __init__(self, model: BackupModel, profile: str, theme: Theme, parent: QWidget) -> None:
        super().__init__(model, _("Back up “{profile}”", profile=profile), WIDTH, parent)
        self.model = model
        self.results = QCheckBox(self)
        self.results.toggled.connect(model.set_results)
        self.posters = QCheckBox(self)
        self.posters.setChecked(model.posters)
        self.posters.toggled.connect(model.set_posters)
        self._note = words(self, tone="faint", font=theme.small_font())
        self._size = words(self)
        wanted = (words(self, model.always_words, "muted"), GRID, self.results, self._note, self.posters, self._size)
        came = (self.foot, self.report, self.problem)
        vbox(*wanted, GRID, *came, STRETCH, GRID, self._build_buttons(), on=self, margins=2 * GRID)
        model.changed.connect(self._show)
        self._show()
        self.results.setFocus(Qt.FocusReason.OtherFocusReason)

    def _build_buttons(self) -> QHBoxLayout:
        self._show_file = push_button(self, _("Show in folder"), lambda: self.file_wanted.emit(self.model.made))
        self._close = push_button(self, "", self.reject)
        self._start = push_button(self, _("Back up…"), self.choose, kind="primary", default=True)
        return hbox(self._show_file, STRETCH, self._close, self._start)

    def choose(self) -> None:
        """Asks for the target file, then starts."""
        choose_target(self, _("Back up to"), self.model.start, self.model.suggested(), f"{_('Backups')} (*.zip)")

    def _show(self) -> None:
        model = self.model
        works = model.phase is Phase.WORKING
        self.results.setText(model.results_words)
        self.results.setChecked(model.results)
        self.results.setEnabled(not works and (bool(model.outline.results) or model.phase is Phase.LOOKING))
        say(self._note, model.results_note)
        self.posters.setText(model.posters_words)
        self.posters.setEnabled(not works)
        say(self._size, model.size_words)
        self._show_file.setVisible(model.phase is Phase.DONE)
        self._close.setText(_("Cancel") if works else _("Close"))
        set_reason(self._start, model.reason)
        self.show_progress(works=works, tone="good" if model.phase is Phase.DONE else "muted")
