"""How far a window for backup or restore is."""

from __future__ import annotations

from enum import Enum, auto


class Phase(Enum):
    LOOKING = auto()
    READY = auto()
    WORKING = auto()
    DONE = auto()
