"""Write-ahead journal of a move of results, from which the next run finishes a killed move.

It is stored in the profile's settings under `JOURNAL`. A group is recorded before its first file is touched; the store
changes the paths and records the same group again; when its files are done, the next group replaces it.

Pure. `read` never raises for what is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runway_desktop.domain import kept_text
from runway_desktop.domain.folders import FileMove, Stayed, StayedCode
from runway_desktop.domain.task import TaskId
from runway_desktop.values import Struct, as_json, replace

JOURNAL = "library.move"
MOST_STAYED = 1_000
"""Most stayed files recorded by name."""


class Journal(Struct, frozen=True, kw_only=True):
    """`files` and `size`: moved so far. `is_homecoming` as in MoveProgress."""

    source: str
    target: str
    is_homecoming: bool = False
    is_stopped: bool = False
    """The person stopped it: only the current group is finished."""
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
            "stayed": [[known.path, known.code.value, kept_text.kept(known.words)] for known in self.stayed],
        }


def read(stored: object) -> Journal | None:
    """The journal of an earlier run; None if there is none or it is invalid."""
    if not isinstance(stored, Mapping):
        return None
    try:
        return Journal(
            source=str(stored["source"]),
            target=str(stored["target"]),
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


def _stayed(path: str, code: str, words: object = "") -> Stayed:
    """A code of a newer version is kept as the words that are shown."""
    known = code in {one.value for one in StayedCode}
    return Stayed(path, StayedCode(code), kept_text.read(words)) if known else Stayed(path, StayedCode.UNKNOWN, code)
