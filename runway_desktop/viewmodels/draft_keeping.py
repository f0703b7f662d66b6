"""Keeps the request that is being written, so that it is there again after a crash. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QObject, QTimer

from runway_desktop.domain.task import Request
from runway_desktop.services.engine import Engine

_DRAFT = "composer.draft"
_KEEP_AFTER_MS = 250


class DraftKeeping(QObject):
    def __init__(self, engine: Engine, draft: Callable[[], tuple[Request, str]], parent: QObject | None = None) -> None:
        """`draft` gives the request as it stands, blanks and all, and the project that it is for."""
        super().__init__(parent)
        self._engine = engine
        self._draft = draft
        self._timer = QTimer(self, singleShot=True, interval=_KEEP_AFTER_MS)
        self._timer.timeout.connect(self._keep)

    def keep_soon(self) -> None:
        self._timer.start()

    def kept(self) -> tuple[Request, str] | None:
        """What was being written when the program last ended; None when nothing was, or it is damaged."""
        draft = self._engine.settings.get(_DRAFT)
        if not isinstance(draft, Mapping) or not isinstance(draft.get("values"), Mapping):
            return None
        request = Request(
            endpoint=str(draft.get("endpoint", "")), model=str(draft.get("model", "")), values=draft["values"]
        )
        return request, str(draft.get("project", ""))

    def _keep(self) -> None:
        request, project = self._draft()
        draft: dict[str, Any] = {
            "endpoint": request.endpoint,
            "model": request.model,
            "values": request.values,
            "project": project,
        }
        self._engine.settings.set(_DRAFT, draft)
