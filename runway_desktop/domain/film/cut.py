"""A project's cut: as it is kept, its order and all that the picks do not say; and as it plays, the value that
everything that leaves the program is made of. Pure.

A shot plays its pick, so the cut names no task; in and out of a take are kept with the take (`Task.trims`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path

from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Mark
from runway_desktop.values import Struct, field, replace

from .timecode import RATES, FrameRate

STILL_SECONDS = 3.0
"""How long a still plays at first."""
USUAL_SIZE = (1920, 1080)


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
    width: int = 0
    height: int = 0
    has_sound: bool = False
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


class GapReason(StrEnum):
    """Why a shot has nothing to play."""

    UNPICKED = "unpicked"
    """It has takes to judge."""
    NOT_MADE = "not made"
    MISSING = "missing"
    """The file of its pick is not where it was saved."""


class TimelineItem(Struct, frozen=True, kw_only=True):
    """A card as it plays. Seconds of the source for `start` and `length`, frames of the cut for `at` and `frames`;
    `frames` is 0 for a gap that is skipped."""

    id: str
    shot: str = ""
    name: str
    path: Path | None = None
    """None: nothing plays; see `gap`."""
    media: Media = Media.OTHER
    duration: float = 0.0
    """Of the whole source; 0 for a still or if it is not known."""
    size: tuple[int, int] = (0, 0)
    has_sound: bool = False
    """False if it is not known."""
    start: float = 0.0
    length: float
    marks: tuple[Mark, ...] = ()
    gap: GapReason | None = None
    at: int = 0
    frames: int = 0

    @property
    def is_still(self) -> bool:
        return self.media is Media.IMAGE

    @property
    def end(self) -> float:
        """The out point."""
        return self.start + self.length

    @property
    def noted(self) -> list[Mark]:
        """The notes between in and out, by time."""
        return sorted((mark for mark in self.marks if self.start <= mark.at < self.end), key=lambda mark: mark.at)


class Timeline(Struct, frozen=True, kw_only=True):
    name: str
    rate: FrameRate
    size: tuple[int, int] = USUAL_SIZE
    items: tuple[TimelineItem, ...] = ()
    sound: Sound | None = None
    notes: tuple[CutNote, ...] = ()

    @property
    def frames(self) -> int:
        return self.items[-1].at + self.items[-1].frames if self.items else 0

    @property
    def seconds(self) -> float:
        return self.rate.seconds(self.frames)

    @property
    def playing(self) -> tuple[TimelineItem, ...]:
        """Without gaps that are skipped."""
        return tuple(item for item in self.items if item.frames)

    @property
    def lane(self) -> TimelineItem | None:
        """The sound as it plays: from the beginning, at most to the end of the pictures."""
        if self.sound is None:
            return None
        path, duration = Path(self.sound.path), self.sound.duration
        frames = min(self.frames, self.rate.frames(duration)) if duration else self.frames
        return TimelineItem(
            id="", name=path.name, path=path, duration=duration, length=0, frames=frames, has_sound=True
        )

    def source(self, item: TimelineItem) -> tuple[int, int]:
        """The first frame of its file that plays, and how many the file has: no fewer than play, since a still has no
        length of its own and a known one may end a rounded frame early."""
        first = self.rate.frames(item.start)
        return first, max(self.rate.frames(item.duration), first + item.frames)

    def of_cut(self) -> list[tuple[int, str, str]]:
        """Frame, text and author of each note of the cut, by time; not of those after its end."""
        notes = [(self.rate.frames(note.at), note.text, note.by) for note in self.notes]
        return sorted(note for note in notes if note[0] < self.frames)

    def told(self) -> list[tuple[int, str, str]]:
        """The same with the notes of takes, where these play."""
        of_takes = [
            (item.at + self.rate.frames(mark.at - item.start), mark.text, mark.by)
            for item in self.playing
            for mark in item.noted
        ]
        return sorted(self.of_cut() + of_takes)


def placed(items: Iterable[TimelineItem], rate: FrameRate, *, skips: bool = False) -> tuple[TimelineItem, ...]:
    """The items one after the other, at least a frame each. Their sums in seconds are rounded, not their lengths, so
    that a long cut does not drift. `skips`: gaps take no time."""
    found: list[TimelineItem] = []
    seconds, at = 0.0, 0
    for item in items:
        if not (skips and item.gap):
            seconds += item.length
        end = at if skips and item.gap else max(at + 1, rate.frames(seconds))
        found.append(replace(item, at=at, frames=end - at))
        at = end
    return tuple(found)


def size_of(items: Iterable[TimelineItem]) -> tuple[int, int]:
    """The size in which most seconds play, in even numbers; the usual one if none is known."""
    seconds: Counter[tuple[int, int]] = Counter()
    for item in items:
        if all(item.size) and not item.is_still:
            seconds[item.size] += item.length  # type: ignore[assignment]
    width, height = max(seconds, key=lambda size: (seconds[size], size), default=USUAL_SIZE)
    return width + width % 2, height + height % 2
