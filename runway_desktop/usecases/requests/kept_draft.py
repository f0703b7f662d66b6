"""The request that is being written, as it is kept for the next start. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runway_desktop.catalog import prompt_of
from runway_desktop.domain.task import Request, TaskId
from runway_desktop.values import Struct, field

from .parked_values import ParkedValues


class Draft(Struct, frozen=True, kw_only=True):
    """`request.values` are as they stand, right or wrong."""

    request: Request
    project: str = ""
    parked: ParkedValues = field(default_factory=ParkedValues)
    was_sent: bool = False
    """It is what was sent last, unchanged since."""
    editing: TaskId | None = None
    parent: TaskId | None = None

    def as_json(self) -> dict[str, Any]:
        """The names are stored and must not change."""
        return {
            "endpoint": self.request.endpoint,
            "model": self.request.model,
            "values": dict(self.request.values),
            "project": self.project,
            "shelf": self.parked.as_json(),
            "sent": self.was_sent,
            "editing": self.editing,
            "parent": self.parent,
        }

    @classmethod
    def from_json(cls, found: object) -> Draft | None:
        """What was stored; None where nothing was, or it is damaged."""
        if not isinstance(found, Mapping) or not isinstance(found.get("values"), Mapping):
            return None
        values = dict(found["values"])
        endpoint, model = str(found.get("endpoint", "")), str(found.get("model", ""))
        return cls(
            request=Request(endpoint=endpoint, model=model, values=values, prompt=prompt_of(None, values)),
            project=str(found.get("project", "")),
            parked=ParkedValues.from_json(found.get("shelf")),
            was_sent=found.get("sent") is True,
            editing=_task_id(found.get("editing")),
            parent=_task_id(found.get("parent")),
        )


def _task_id(found: object) -> TaskId | None:
    return TaskId(found) if isinstance(found, str) and found else None
