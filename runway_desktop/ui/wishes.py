"""What can be wished of a room, where its id and a plain word do not say it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import Any

from PySide6.QtCore import QPoint

from runway_desktop.domain.task import BatchId, TaskId
from runway_desktop.values import Struct


class Exchange(Enum):
    IDS_FROM_FILE = auto()
    IDS_FROM_CLIPBOARD = auto()
    FOLDER = auto()


class Export(Struct, frozen=True):
    """Of these tasks, or of all that the list shows."""

    task_ids: Sequence[TaskId]


class Import(Struct, frozen=True):
    """Task ids, or the path of a folder of results. `otherwise` takes the same in as prompts or inputs."""

    found: Any
    otherwise: Callable[[], object]


class Sheets(Enum):
    KEPT = auto()
    """The list of those that are kept."""
    LEFT_OPEN = auto()
    """One that was open when the program was killed."""


class BatchMenu(Struct, frozen=True):
    """What can be done with a whole batch, at a global position."""

    batch_id: BatchId
    at: QPoint
