"""Preferences of connected programs: identity and permissions. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.clients import Permission
from runway_desktop.services.disk.disk_threads import QuickLook
from runway_desktop.services.supervised import Runner
from runway_desktop.texts import Text
from runway_desktop.usecases.clients.hosts import server_words
from runway_desktop.usecases.clients.input_files import folder_refusal
from runway_desktop.usecases.clients.programs import Program, programs
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.values import replace
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.model import Model, Soon

_GATHER_MS = 150
_SILENT = Text("The folder does not respond. Is its drive connected?")


class ProgramsForm(Model):
    changed = Signal()

    def __init__(self, cases: UseCases, bridge: Bridge, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self.programs: tuple[Program, ...] = ()
        self._again = Soon(self, _GATHER_MS, self.look)
        self._was_looked_at = False
        self._look = QuickLook()
        # Batched: a busy agent causes many changes.
        bridge.clients_changed.connect(self._changed)

    @property
    def now(self) -> float:
        return self._cases.clock.now()

    @property
    def are_paused(self) -> bool:
        return self._cases.clients.are_paused

    def look(self) -> None:
        """Loads the programs; later changes are loaded too."""
        self._was_looked_at = True
        self._runner(programs(self._cases.clients), "list programs", done=self.while_open(self._show))

    def permit(self, name: str, permission: Permission, credits: float = 0.0) -> None:
        self._runner(self._cases.clients.permit(name, permission, credits), "change a permission")

    def add_folder(self, program: Program, folder: Path) -> str:
        """Adds a folder; returns a sentence if it would expose too much."""
        profiles = self._cases.profiles
        own = profiles.current.folder if profiles is not None else None

        def look(folder: Path) -> tuple[str, str]:
            return folder_refusal(folder, profile=own, home=Path.home()), str(folder.resolve())

        problem, resolved = self._look.ask(look, folder, otherwise=(str(_SILENT), ""))
        if not problem:
            self._allow(program, (*program.client.folders, resolved))
        return problem

    def remove_folder(self, program: Program, folder: str) -> None:
        self._allow(program, [one for one in program.client.folders if one != folder])

    def _allow(self, program: Program, folders: Sequence[str]) -> None:
        self._runner(self._cases.clients.allow_folders(program.client.name, folders), "change a program's folders")
        # Updated at once, so that an edit right afterwards starts from these folders.
        now = replace(program, client=replace(program.client, folders=tuple(folders)))
        self._show(tuple(now if one == program else one for one in self.programs))

    @property
    def server_words(self) -> list[str]:
        """Command line by which a host starts the server for this profile."""
        profiles = self._cases.profiles
        return server_words(profiles.current.words if profiles is not None else ())

    def pause_all(self, *, paused: bool) -> None:
        self._runner(self._cases.clients.pause_all(paused=paused), "pause programs")

    def _changed(self, _: object) -> None:
        if self._was_looked_at:
            self._again.begin()

    def _show(self, found: tuple[Program, ...]) -> None:
        self.programs = found
        self.changed.emit()
