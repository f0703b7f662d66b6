"""Where a long work stands."""

from __future__ import annotations

from enum import Enum, auto


class Phase(Enum):
    LOOKING = auto()
    """It finds out what there is to do."""
    READY = auto()
    """The person decides."""
    WORKING = auto()
    DONE = auto()
