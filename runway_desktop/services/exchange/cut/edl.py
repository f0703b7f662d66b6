"""A cut as an edit decision list (CMX3600): one track of pictures, beginning at 01:00:00:00. Pure.

Reels are of our own, since a list holds eight plain letters; the file is in the comment behind. Resolve reads notes
from a second list, in the words that `marker_edl` writes.
"""

from __future__ import annotations

import re
from pathlib import PurePath

from runway_desktop.domain.film.cut import Timeline, TimelineItem
from runway_desktop.domain.film.timecode import FrameRate, timecode

from .references import Editor, plain

_REEL = 8
"""Letters of a reel's name."""


def edl(timeline: Timeline, folder: PurePath, editor: Editor) -> bytes:
    """The list; the same wherever it is written and for every editor."""
    rate, reels, lines = timeline.rate, dict[str, str](), _head(timeline)
    for number, item in enumerate(timeline.playing, 1):
        start = 0 if item.path is None else rate.frames(item.start)
        reel = "BL" if item.path is None else _reel(item, reels)
        lines.append(_event(number, reel, start, rate.hour + item.at, item.frames, rate))
        if item.path is not None:
            lines.append(f"* FROM CLIP NAME: {_line(item.name)}")
            lines.append(f"* SOURCE FILE: {_line(item.path.name)}")
    return _bytes(lines)


def marker_edl(timeline: Timeline, folder: PurePath, editor: Editor) -> bytes:
    """The notes for *Timelines > Import > Timeline Markers from EDL* of Resolve; empty if there are none."""
    rate, lines = timeline.rate, _head(timeline)
    told = timeline.told()
    for number, (at, text, by) in enumerate(told, 1):
        lines.append(_event(number, "001", rate.hour + at, rate.hour + at, 1, rate))
        # At a line's start, a digit is an event and a star a comment of another kind.
        said = re.sub(r"^[\d*]", r"- \g<0>", _line(text).replace("|", "/")) or "-"
        lines.append(f"{said} |C:ResolveColorBlue |M:{_line(by).replace('|', '/') or f'Note {number}'} |D:1")
    return _bytes(lines) if told else b""


def _head(timeline: Timeline) -> list[str]:
    return [f"TITLE: {_line(timeline.name)}", f"FCM: {'' if timeline.rate.is_drop else 'NON-'}DROP FRAME", ""]


def _event(number: int, reel: str, source: int, record: int, frames: int, rate: FrameRate) -> str:
    times = (source, source + frames, record, record + frames)
    return f"{number:03}  {reel:<8} V     C        {' '.join(timecode(time, rate) for time in times)}"


def _reel(item: TimelineItem, reels: dict[str, str]) -> str:
    """A name for each file: its shot's, as far as a reel can hold it."""
    key = str(item.path)
    if key not in reels:
        name = re.sub(r"[^A-Z0-9]+", "_", (item.shot or item.name).upper(), flags=re.ASCII).strip("_") or "CLIP"
        reel, number = name[:_REEL], 1
        while reel in (*reels.values(), "BL", "AX"):
            number += 1
            reel = f"{name[: _REEL - len(str(number)) - 1]}_{number}"
        reels[key] = reel
    return reels[key]


def _line(text: str) -> str:
    return " ".join(plain(text).split())


def _bytes(lines: list[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode()
