"""What a list can say of each task, column by column, as values: numbers as numbers, times with their zone. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from runway_desktop.domain.account import DOLLARS_PER_CREDIT
from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Task

Value = str | float | int | None | Sequence[str] | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """A task with what is said of it elsewhere. `zone` is that of its times; None: this machine's."""

    row: Row
    batch: str = ""
    settings: str = ""
    zone: tzinfo | None = None

    @property
    def task(self) -> Task:
        return self.row.task


@dataclass(frozen=True, slots=True)
class ListColumn:
    """`key` is its name in JSON and the first line of a CSV; `title` is for people."""

    key: str
    title: str
    value: Callable[[Line], Value]
    is_usual: bool = True
    """Whether it is there unless somebody takes it out."""


def _time(line: Line, at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, line.zone).astimezone(line.zone).isoformat("T", "seconds")


def _took(line: Line) -> float | None:
    task = line.task
    since = task.running_since or task.remote_created_at or task.sent_at
    return None if task.ended_at is None or since is None else round(max(0.0, task.ended_at - since), 3)


def _dollars(line: Line) -> float | None:
    cost = line.task.cost_credits
    return None if cost is None else round(cost * DOLLARS_PER_CREDIT, 4)


def _failure(line: Line) -> str:
    return line.task.failure.words if line.task.failure is not None else ""


def _parameter(name: str) -> Callable[[Line], Value]:
    def value(line: Line) -> Value:
        found = line.task.request.values.get(name)
        return found if isinstance(found, str | int | float) and not isinstance(found, bool) else None

    return value


def _at(name: str) -> Callable[[Line], Value]:
    return lambda line: _time(line, getattr(line.task, name))


def _files(line: Line) -> Value:
    return [output.path for output in line.row.outputs if output.is_here]


COLUMNS: tuple[ListColumn, ...] = (
    ListColumn("prompt", "Prompt", lambda line: line.task.request.prompt),
    ListColumn("title", "Name", lambda line: line.task.title),
    ListColumn("model", "Model", lambda line: line.task.request.model),
    ListColumn("endpoint", "Endpoint", lambda line: line.task.request.endpoint),
    ListColumn("settings", "Settings, in words", lambda line: line.settings),
    ListColumn("values", "Whole request, as JSON", lambda line: line.task.request.values, is_usual=False),
    ListColumn("seed", "Seed", _parameter("seed")),
    ListColumn("ratio", "Ratio", _parameter("ratio"), is_usual=False),
    ListColumn("duration", "Length asked for, in seconds", _parameter("duration"), is_usual=False),
    ListColumn("state", "State", lambda line: line.task.state.value),
    ListColumn("failure", "Why it failed", _failure, is_usual=False),
    ListColumn("made", "Made", _at("created_at"), is_usual=False),
    ListColumn("sent", "Sent", _at("sent_at")),
    ListColumn("ended", "Ended", _at("ended_at")),
    ListColumn("took_seconds", "Took, in seconds", _took),
    ListColumn("credits", "Credits", lambda line: line.task.cost_credits),
    ListColumn("dollars", "US dollars", _dollars, is_usual=False),
    ListColumn("estimated_credits", "Estimated credits", lambda line: line.task.estimated_credits, is_usual=False),
    ListColumn("rating", "Rating", lambda line: line.task.rating),
    ListColumn("pick", "Pick", lambda line: line.task.pick.value),
    ListColumn("tags", "Tags", lambda line: list(line.task.tags)),
    ListColumn("project", "Project", lambda line: line.task.project),
    ListColumn("shot", "Shot", lambda line: line.task.shot),
    ListColumn("note", "Note", lambda line: line.task.note),
    ListColumn("batch", "Batch", lambda line: line.batch, is_usual=False),
    ListColumn("files", "Files", _files),
    ListColumn("runway_id", "Task id at Runway", lambda line: line.task.remote_id),
    ListColumn("id", "Id in this list", lambda line: line.task.id),
    ListColumn("parent_id", "Id of what it was made from again", lambda line: line.task.parent_id),
)
BY_KEY: Mapping[str, ListColumn] = {column.key: column for column in COLUMNS}
