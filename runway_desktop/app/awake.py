"""No sleep while there is work, if the person wants that. Created after the first paint; GUI thread only."""

from __future__ import annotations

import asyncio
from typing import Any

from PySide6.QtCore import QObject

from runway_desktop.desktop.wakefulness import stay_awake
from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.viewmodels.models import Models


class Awake(QObject):
    def __init__(self, cases: UseCases, models: Models, runner: Runner, parent: QObject) -> None:
        super().__init__(parent)
        self._settings = cases.settings
        self._status = models.status
        self._runner = runner
        self._staying: asyncio.Task[Any] | None = None
        models.status.changed.connect(self._follow)
        models.bridge.settings_changed.connect(lambda names: self._follow() if "stay_awake" in names else None)
        self._follow()

    def _follow(self) -> None:
        wanted = self._settings.stay_awake and self._status.is_at_work
        if wanted and self._staying is None:
            self._staying = self._runner(stay_awake(), "stay awake")
        elif not wanted and self._staying is not None:
            self._staying.cancel()
            self._staying = None
