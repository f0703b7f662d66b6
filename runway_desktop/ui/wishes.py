"""Types of wishes that open a room, beyond plain strings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import Any

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from runway_desktop.domain.task import BatchId, TaskId
from runway_desktop.usecases.commands.command import CommandSection
from runway_desktop.values import Struct

from .theme import DarkRoom


class SideBySide(Struct, frozen=True):
    """Compare all results of these tasks without stacks."""

    task_ids: Sequence[TaskId]


class GuidePage(Struct, frozen=True):
    """A page of the guide, by its file's name without the ending, and the window over which it opens; None: the main
    window. `dark`: the colors of a window where only media give light."""

    name: str = "index"
    over: QWidget | None = None
    dark: DarkRoom | None = None


class Shortcuts(Struct, frozen=True):
    """The list of shortcuts over a window in its dark colors, from one section on."""

    first: CommandSection
    over: QWidget
    dark: DarkRoom


class ExchangeWish(Enum):
    IDS_FROM_FILE = auto()
    IDS_FROM_CLIPBOARD = auto()
    FOLDER = auto()


class Export(Struct, frozen=True):
    """Export these tasks, or all listed ones if empty."""

    task_ids: Sequence[TaskId]


class Import(Struct, frozen=True):
    """Task ids, or the path of a folder of results. `otherwise` uses the same content as prompts or inputs."""

    found: Any
    otherwise: Callable[[], object] | None = None


class SheetsWish(Enum):
    KEPT = auto()
    """The list of stored sheets."""
    LEFT_OPEN = auto()
    """Sheets that were open when the program was killed."""


class BatchMenu(Struct, frozen=True):
    """Actions on a batch, as a menu at a global position."""

    batch_id: BatchId
    at: QPoint
