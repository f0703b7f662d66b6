"""Notices about the library's folder: a problem once with its actions, and its end once. GUI thread only."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal

from runway_desktop.domain.folders import FolderState
from runway_desktop.services.supervised import Runner
from runway_desktop.texts import _, in_turn
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words.folders import Remedy, trouble_of
from runway_desktop.viewmodels.model import Model

from .activity.activity import Activity
from .bridge import Bridge


class FolderWatch(Model):
    choose_wanted = Signal()
    """Open the preferences to select another folder."""
    show_wanted = Signal(object)
    """Folder to show in the file manager, to free space in it."""
    release_wanted = Signal(object)
    """Paths about to be moved: players and views must close them."""

    def __init__(self, cases: UseCases, bridge: Bridge, runner: Runner, activity: Activity) -> None:
        super().__init__(cases, runner, activity)
        self._activity = activity
        self._told: int | None = None
        """Number of the notice about a problem."""
        bridge.library_folder_changed.connect(self._tell)
        bridge.files_moving.connect(self.release_wanted)

    def take(self, way: Remedy) -> None:
        """Runs the action of a notice's button."""
        folder = self._cases.folder
        match way:
            case Remedy.TRY_AGAIN:
                self._look()
            case Remedy.MAKE_AGAIN:
                folder.accept()
                self._look()
            case Remedy.KEEP_HERE:
                self._cases.downloads.rescue_now()
            case Remedy.SHOW_FOLDER:
                self.show_wanted.emit(Path(folder.health.folder))
            case Remedy.CHOOSE:
                self.choose_wanted.emit()

    def window_is_used(self) -> None:
        """Call when the person returns to the window: rechecks an unusable folder, since a drive may have been plugged
        in."""
        if not self._cases.folder.health.state.can_write:
            self._cases.folder.doubt()

    def _look(self) -> None:
        """Checks the folder. The notice was closed by its button, and reappears if nothing changed."""
        folder = self._cases.folder
        self._runner(folder.look(folder.health.state), "look at the library's folder", done=self._tell)

    def _tell(self, _looked: object = None) -> None:
        downloads = self._cases.downloads
        health = self._cases.folder.health
        trouble = trouble_of(health, waiting=downloads.waiting, rescues=self._cases.settings.rescue)
        if trouble is None and self._told is None:
            return
        self._activity.end(self._told)
        self._told = None
        if trouble is not None:
            first, *others = trouble.ways
            self._told = self._activity.tell(
                trouble.message,
                trouble.detail,
                problem=True,
                action_text=str(first.value),
                on_action=partial(self.take, first),
                also=[(str(way.value), partial(self.take, way)) for way in others],
                short=trouble.short,
            )
        elif health.state is not FolderState.UNKNOWN:
            # Else another folder was selected; a problem with it is reported next.
            goes_on = _("Waiting results are saved now.") if downloads.waiting else ""
            self._activity.tell(str(in_turn(_("The results folder is available again."), goes_on)))
