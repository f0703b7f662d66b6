"""The studio's script as shipped: tasks with their times, outcomes and judgments.

Blocking: reads one file. Raises msgspec.ValidationError for a damaged script.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import msgspec

from runway_desktop.catalog.resource_path import resource

MINUTE = 60.0


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """`ago` in minutes, or a day relative to today (`day`, 0 or less) with a time of day (`at`, "HH:MM")."""

    ago: float | None = None
    day: int = 0
    at: str = ""

    def seconds(self, now: float) -> float:
        """In Unix seconds; days are local, and never in the future."""
        if self.ago is not None:
            return now - self.ago * MINUTE
        return _on_day(now, self.day, self.at)


class ScriptBatch(Moment, frozen=True, kw_only=True):
    name: str
    sheet: bool = False
    """Whether it was sent from a sheet with unsent rows: `Script.unsent`."""


class ScriptTask(Moment, frozen=True, kw_only=True):
    """One task. `sent` is another time of the same form, for a task that waited in a batch. `runs`: total seconds of a
    task that is still running."""

    kind: str
    prompt: str
    project: str
    key: str = ""
    shot: str = ""
    title: str = ""
    batch: str = ""
    sent: float | str = ""
    seed: int | None = None
    first: str = ""
    """The task whose picture is the first frame."""
    references: tuple[str, ...] = ()
    again: str = ""
    rating: int = 0
    pick: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""
    fate: str = ""
    """The code of its failure."""
    runs: float | None = None
    uncertain: bool = False
    dropped: bool = False
    held: bool = False
    signed: bool = False
    """Whether its result has content credentials."""

    def sent_at(self, now: float) -> float:
        if isinstance(self.sent, str):
            return _on_day(now, self.day, self.sent) if self.sent else self.seconds(now)
        return now - self.sent * MINUTE


class Search(msgspec.Struct, frozen=True):
    name: str
    line: str


class ScriptPreset(msgspec.Struct, frozen=True):
    name: str
    kind: str
    key: int = 0


class Caps(msgspec.Struct, frozen=True):
    day: float
    projects: dict[str, float]


class Script(msgspec.Struct, frozen=True):
    """`kinds`: endpoint, model and settings by name. `projects`: their names by letter."""

    note: str
    projects: dict[str, str]
    caps: Caps
    kinds: dict[str, tuple[str, str, dict[str, Any]]]
    batches: dict[str, ScriptBatch]
    tasks: tuple[ScriptTask, ...]
    unsent: tuple[dict[str, Any], ...]
    searches: tuple[Search, ...]
    presets: tuple[ScriptPreset, ...]


def read_script() -> Script:
    return msgspec.json.decode(resource("studio.json").read_bytes(), type=Script)


def _on_day(now: float, day: int, words: str) -> float:
    today = datetime.fromtimestamp(now).date()
    return datetime.combine(today + timedelta(days=day), time.fromisoformat(words)).timestamp()
