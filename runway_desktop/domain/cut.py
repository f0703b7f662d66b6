"""A project's cut as it is kept: its order, and all that the picks do not say. Pure.

A shot plays its pick, so the cut names no task; in and out of a take are kept with the take (`Task.trims`).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from runway_desktop.values import Struct, field

from .media import Media
from .timecode import RATES, FrameRate

STILL_SECONDS = 3.0
"""How long a still plays at first."""


class GapMode(StrEnum):
    """What plays for a shot without a pick. The values are stored and must not change."""

    CARD = "card"
    """Its name and why it is empty."""
    BLACK = "black"
    SKIP = "skip"


class FileCard(Struct, frozen=True, kw_only=True):
    """A file from outside: it stays where it lies and is never changed. Seconds; `end` None: to its end."""

    id: str
    path: str
    sha256: str = ""
    media: Media = Media.VIDEO
    duration: float = 0.0
    fps: float = 0.0
    width: int = 0
    height: int = 0
    start: float = 0.0
    end: float | None = None


class Sound(Struct, frozen=True, kw_only=True):
    """The lane of sound: one file from outside, from the cut's beginning."""

    path: str
    sha256: str = ""
    duration: float = 0.0
    gain_db: float = 0.0


class CutNote(Struct, frozen=True, kw_only=True):
    """A note at a time of the cut, in seconds; it stays there when shots move. `by`: as in `Mark`."""

    id: str
    at: float
    text: str
    by: str = ""


class Cut(Struct, frozen=True, kw_only=True):
    project: str
    rate: FrameRate = RATES[0]
    order: tuple[str, ...] = ()
    """Ids of cards: names of shots, and ids of files. Shots that it does not name follow in the order of the sheet."""
    files: tuple[FileCard, ...] = ()
    lengths: Mapping[str, float] = field(default_factory=dict)
    """Seconds of stills and gaps by card, where the person chose them."""
    gaps: GapMode = GapMode.CARD
    sound: Sound | None = None
    notes: tuple[CutNote, ...] = ()
