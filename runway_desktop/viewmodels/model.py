"""What most models have: the use cases, and the runner of what is waited for. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QObject

from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.use_cases import UseCases


class Model(QObject):
    def __init__(self, cases: UseCases, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cases = cases
        self._runner = runner
