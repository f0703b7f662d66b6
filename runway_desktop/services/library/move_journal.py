"""What is written down of a move of results before each step, so that a move that was killed at any point is finished
by the next run.

It stands in the profile's settings under `JOURNAL`. The group in hand is noted before its first file is touched; the
store moves their paths and notes the same group again; when its files are finished the next group takes its place.
Pure. `read` never raises for what is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runway_desktop.domain.folders import FileMove, Stayed, StayedCode
from runway_desktop.domain.task import TaskId
from runway_desktop.values import Struct, as_json, replace

JOURNAL = "library.move"
MOST_STAYED = 1_000
"""Files that stayed and are told by name; the rest is only counted."""


class Journal(Struct, frozen=True, kw_only=True):
    """`files` and `size` are what has arrived so far. `is_homecoming` as in MoveProgress."""

    source: str
    target: str
    begun_at: float
    is_homecoming: bool = False
    is_stopped: bool = False
    """The person stopped it: only the group in hand is brought to an end."""
    files: int = 0
    size: int = 0
    group: tuple[FileMove, ...] = ()
    stayed: tuple[Stayed, ...] = ()

    def stay(self, stayed: Stayed) -> Journal:
        if len(self.stayed) >= MOST_STAYED or any(known.path == stayed.path for known in self.stayed):
            return self
        return replace(self, stayed=(*self.stayed, stayed))

    def as_json(self) -> dict[str, Any]:
        return {
            **as_json(replace(self, group=(), stayed=())),
            "group": [[move.task_id, move.index, move.source, move.target] for move in self.group],
            "stayed": [[known.path, known.code.value, known.words] for known in self.stayed],
        }


def read(stored: object) -> Journal | None:
    """What an earlier run wrote; None when there is nothing, or nothing that makes sense."""
    if not isinstance(stored, Mapping):
        return None
    try:
        return Journal(
            source=str(stored["source"]),
            target=str(stored["target"]),
            begun_at=float(stored["begun_at"]),
            is_homecoming=bool(stored.get("is_homecoming")),
            is_stopped=bool(stored.get("is_stopped")),
            files=int(stored.get("files", 0)),
            size=int(stored.get("size", 0)),
            group=tuple(
                FileMove(task_id=TaskId(task_id), index=int(index), source=source, target=target)
                for task_id, index, source, target in stored.get("group", ())
            ),
            stayed=tuple(_stayed(*known) for known in stored.get("stayed", ())),
        )
    except (KeyError, TypeError, ValueError):
        return None


def _stayed(path: str, code: str, words: str = "") -> Stayed:
    """Earlier versions wrote a sentence in place of the code."""
    known = code in {one.value for one in StayedCode}
    return Stayed(path, StayedCode(code), words) if known else Stayed(path, StayedCode.UNKNOWN, code)
