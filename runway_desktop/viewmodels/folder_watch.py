"""The library's folder as the window sees it: trouble is told once with what can be done, and its end once. GUI
thread."""

from __future__ import annotations

from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.folders import FolderState
from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words.folders import Way, trouble_of
from runway_desktop.viewmodels.model import Model

from .bridge import Bridge


class FolderWatch(Model):
    troubled = Signal(object)
    """FolderTrouble: what is wrong now, in place of what was said before."""
    mended = Signal(str)
    """All is well again; a sentence, empty where nothing was wrong that anybody saw."""
    choose_wanted = Signal()
    """Another folder is to be chosen, in the preferences."""
    show_wanted = Signal(object)
    """A folder is to be shown, so that room can be made in it."""
    release_wanted = Signal(object)
    """Files that are moved next: whoever plays or shows one lets go of it."""

    def __init__(self, cases: UseCases, bridge: Bridge, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self._said = False
        bridge.library_folder_changed.connect(self._tell)
        bridge.files_moving.connect(self.release_wanted)

    def take(self, way: Way) -> None:
        """Does what a button of the notice says."""
        folder = self._cases.folder
        match way:
            case Way.TRY_AGAIN:
                self._look()
            case Way.MAKE_AGAIN:
                folder.accept()
                self._look()
            case Way.KEEP_HERE:
                self._cases.downloads.rescue_now()
            case Way.SHOW_FOLDER:
                self.show_wanted.emit(Path(folder.health.folder))
            case Way.CHOOSE:
                self.choose_wanted.emit()

    def window_is_used(self) -> None:
        """The person comes back, perhaps from plugging a drive in: it is looked at without being asked."""
        if not self._cases.folder.health.state.can_write:
            self._cases.folder.doubt()

    def _look(self) -> None:
        """The notice went with the press of its button: it comes again if nothing has changed."""
        self._runner(self._look_again(), "look at the library's folder", done=self._tell)

    def _look_again(self) -> Coroutine[Any, Any, object]:
        return self._cases.folder.look(self._cases.folder.health.state)

    def _tell(self, _: object = None) -> None:
        downloads = self._cases.downloads
        health = self._cases.folder.health
        trouble = trouble_of(health, waiting=downloads.waiting, rescues=self._cases.settings.rescue)
        if trouble is not None:
            self._said = True
            self.troubled.emit(trouble)
        elif self._said:
            self._said = False
            # Another folder was chosen: if it is no better, that is said next.
            is_other = health.state is FolderState.UNKNOWN
            goes_on = " Waiting results are saved now." if downloads.waiting else ""
            self.mended.emit("" if is_other else f"The library's folder can be used again.{goes_on}")
