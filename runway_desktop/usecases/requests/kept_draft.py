"""The composer's draft as stored for the next start, with parked values, which the present model does not accept.
Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runway_desktop.catalog import AssetItem, prompt_of
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Request, TaskId
from runway_desktop.values import Struct, field


class ParkedValues(Struct):
    """Values that the present model does not accept, kept for the next one that does."""

    prompt: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    inputs: list[tuple[str, AssetItem]] = field(default_factory=list)
    """Each with the name of its former field."""

    def as_json(self) -> dict[str, Any]:
        """Stored with the draft; read by `from_json`."""
        return {"prompt": self.prompt, "values": self.values, "inputs": [_written(*entry) for entry in self.inputs]}

    @classmethod
    def from_json(cls, found: object) -> ParkedValues:
        """Parses stored values; damaged ones are dropped."""
        if not isinstance(found, Mapping):
            return cls()
        prompt, values, inputs = found.get("prompt"), found.get("values"), found.get("inputs")
        entries = [_read(entry) for entry in inputs] if isinstance(inputs, list) else []
        return cls(
            prompt=prompt if isinstance(prompt, str) else "",
            values=dict(values) if isinstance(values, Mapping) else {},
            inputs=[entry for entry in entries if entry is not None],
        )


class Draft(Struct, frozen=True, kw_only=True):
    """`request.values` are stored as entered, valid or not."""

    request: Request
    project: str = ""
    parked: ParkedValues = field(default_factory=ParkedValues)
    was_sent: bool = False
    """Unchanged since it was last sent."""
    stored_as: TaskId | None = None
    """The first task that it was to be stored as: it was sent if the list has that task."""
    editing: TaskId | None = None
    parent: TaskId | None = None
    settled: tuple[str, ...] = ()
    """Names in the prompt that are text; as in `domain.cast.mentions`."""

    def as_json(self) -> dict[str, Any]:
        """The names are stored and must not change."""
        return {
            "endpoint": self.request.endpoint,
            "model": self.request.model,
            "values": dict(self.request.values),
            "project": self.project,
            "shelf": self.parked.as_json(),
            "sent": self.was_sent,
            "task": self.stored_as,
            "editing": self.editing,
            "parent": self.parent,
            "settled": list(self.settled),
        }

    @classmethod
    def from_json(cls, found: object) -> Draft | None:
        """Parses a stored draft; None if it is missing or damaged."""
        if not isinstance(found, Mapping) or not isinstance(found.get("values"), Mapping):
            return None
        values = dict(found["values"])
        endpoint, model = str(found.get("endpoint", "")), str(found.get("model", ""))
        return cls(
            request=Request(endpoint=endpoint, model=model, values=values, prompt=prompt_of(None, values)),
            project=str(found.get("project", "")),
            parked=ParkedValues.from_json(found.get("shelf")),
            was_sent=found.get("sent") is True,
            stored_as=_task_id(found.get("task")),
            editing=_task_id(found.get("editing")),
            parent=_task_id(found.get("parent")),
            settled=tuple(map(str, settled)) if isinstance(settled := found.get("settled"), list) else (),
        )


def _task_id(found: object) -> TaskId | None:
    return TaskId(found) if isinstance(found, str) and found else None


def _written(name: str, item: AssetItem) -> dict[str, Any]:
    return {
        "field": name,
        "uri": item.uri,
        "media": item.media.value,
        "position": item.position,
        "extra": dict(item.extra),
    }


def _read(found: Any) -> tuple[str, AssetItem] | None:
    match found:
        case {"field": str(name), "uri": str(uri), "position": str() | None as position}:
            extra = found.get("extra")
            inner = dict(extra) if isinstance(extra, Mapping) else {}
            return name, AssetItem(uri=uri, media=Media(found.get("media")), position=position, extra=inner)
        case _:
            return None
