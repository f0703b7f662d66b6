"""Other programs in the preferences: who they are, what each may do, and what the person changes of that. GUI thread
only."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from runway_desktop.domain.clients import Permission
from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.clients.programs import Program, programs
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.model import Model

_GATHER_MS = 150


class ProgramsForm(Model):
    changed = Signal()

    def __init__(self, cases: UseCases, bridge: Bridge, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self.programs: tuple[Program, ...] = ()
        self._again = QTimer(self, singleShot=True, interval=_GATHER_MS)
        self._again.timeout.connect(self.look)
        self._was_looked_at = False
        # An agent that is busy changes much at once.
        bridge.clients_changed.connect(self._changed)

    @property
    def now(self) -> float:
        return self._cases.clock.now()

    @property
    def are_paused(self) -> bool:
        return self._cases.clients.are_paused

    def look(self) -> None:
        """Reads them. From then on what changes is read again."""
        self._was_looked_at = True
        self._runner(programs(self._cases.clients), "list programs", done=self.while_open(self._show))

    def permit(self, name: str, permission: Permission, credits: float = 0.0) -> None:
        self._runner(self._cases.clients.permit(name, permission, credits), "change a permission")

    def pause_all(self, *, paused: bool) -> None:
        self._runner(self._cases.clients.pause_all(paused=paused), "pause programs")

    def _changed(self, _: object) -> None:
        if self._was_looked_at and not self._again.isActive():
            self._again.start()

    def _show(self, found: tuple[Program, ...]) -> None:
        self.programs = found
        self.changed.emit()
