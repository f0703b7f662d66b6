"""Keeps the request that is being written, so that it is there again after a crash: all that was typed and dropped,
what the chosen model does not take, and the task that it edits.

It is kept a moment after the first change, however long one goes on typing. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from runway_desktop.catalog import prompt_of
from runway_desktop.domain.task import Request, TaskId
from runway_desktop.usecases.requests.parked_values import ParkedValues
from runway_desktop.usecases.use_cases import UseCases

_DRAFT = "composer.draft"
_KEEP_AFTER_MS = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """`request.values` are as they stand, right or wrong."""

    request: Request
    project: str = ""
    parked: ParkedValues = field(default_factory=ParkedValues)
    was_sent: bool = False
    """It is what was sent last, unchanged since."""
    editing: TaskId | None = None
    parent: TaskId | None = None


class DraftKeeping(QObject):
    def __init__(self, cases: UseCases, draft: Callable[[], Draft], parent: QObject | None = None) -> None:
        """`draft` gives the request as it stands."""
        super().__init__(parent)
        self._cases = cases
        self._draft = draft
        self._timer = QTimer(self, singleShot=True, interval=_KEEP_AFTER_MS)
        self._timer.timeout.connect(self.keep)

    def keep_soon(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def keep(self) -> None:
        """Hands it to the settings now, which write it."""
        self._timer.stop()
        self._cases.settings.set(_DRAFT, _written(self._draft()))

    def keep_what_is_due(self) -> None:
        """At the end of the program."""
        if self._timer.isActive():
            self.keep()

    def kept(self) -> Draft | None:
        """What was being written when the program last ended; None when nothing was, or it is damaged."""
        return _read(self._cases.settings.get(_DRAFT))


def _written(draft: Draft) -> dict[str, Any]:
    return {
        "endpoint": draft.request.endpoint,
        "model": draft.request.model,
        "values": dict(draft.request.values),
        "project": draft.project,
        "shelf": draft.parked.as_json(),
        "sent": draft.was_sent,
        "editing": draft.editing,
        "parent": draft.parent,
    }


def _read(found: object) -> Draft | None:
    if not isinstance(found, Mapping) or not isinstance(found.get("values"), Mapping):
        return None
    values = dict(found["values"])
    return Draft(
        request=Request(
            endpoint=str(found.get("endpoint", "")),
            model=str(found.get("model", "")),
            values=values,
            prompt=prompt_of(None, values),
        ),
        project=str(found.get("project", "")),
        parked=ParkedValues.from_json(found.get("shelf")),
        was_sent=found.get("sent") is True,
        editing=_task_id(found.get("editing")),
        parent=_task_id(found.get("parent")),
    )


def _task_id(found: object) -> TaskId | None:
    return TaskId(found) if isinstance(found, str) and found else None


class PutAside(QObject):
    offered = Signal()
    """There is something that `bring_back` brings back."""

    def __init__(self, take: Callable[[Draft], None], parent: QObject | None = None) -> None:
        """`take` puts a draft where it was."""
        super().__init__(parent)
        self._take = take
        self._draft: Draft | None = None

    def keep(self, draft: Draft) -> None:
        """This is about to give way."""
        self._draft = draft
        self.offered.emit()

    def bring_back(self) -> None:
        """Puts the last one back; what stands there by then is kept in its turn. Nothing where nothing was kept."""
        draft, self._draft = self._draft, None
        if draft is not None:
            self._take(draft)
