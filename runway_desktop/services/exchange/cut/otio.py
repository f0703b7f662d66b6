"""A cut as OpenTimelineIO: JSON in the schemas of its library, version 0.18. Pure.

All ranges are at the cut's rate, since Kdenlive takes the rate of the whole from its parts and the library's
`duration()` from the fastest. Positions of the cut are frames, so no editor rounds them again.
"""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import Any

from runway_desktop.domain.film.cut import Timeline, TimelineItem
from runway_desktop.domain.film.timecode import FrameRate

from .references import Editor, plain, reference

Json = dict[str, Any]


def otio(timeline: Timeline, folder: PurePath, editor: Editor) -> bytes:
    """The file, to be written into `folder`. Gaps are gaps, notes are markers."""
    rate = timeline.rate
    pictures, sounds = _track("Video"), _track("Audio")
    for number, item in enumerate(timeline.playing):
        clip = _gap(item, rate) if item.path is None else _clip(item, item.path, rate, folder, editor)
        if editor is Editor.PREMIERE:
            clip["metadata"] = {"PremierePro_OTIO": {"LinkID": number}}
        pictures["children"].append(clip)
        sounds["children"].append({**clip, "markers": []} if item.has_sound else _gap(item, rate))
    tracks = [pictures]
    if any(item.has_sound for item in timeline.playing):
        tracks.append(sounds)
    if timeline.sound is not None:
        lane, sound = _track("Audio"), timeline.sound
        frames = min(timeline.frames, rate.frames(sound.duration)) if sound.duration else timeline.frames
        lane["children"].append(_plays(PurePath(sound.path), 0, frames, frames, rate, folder, editor))
        tracks.append(lane)
    width, height = timeline.size
    of_premiere = {
        "VideoResolution": {"width": width, "height": height},
        "VideoFrameRate": {"OTIO_SCHEMA": "RationalTime.1", "rate": rate.fps, "value": 1.0},
    }
    found = {
        "OTIO_SCHEMA": "Timeline.1",
        "name": plain(timeline.name),
        "global_start_time": _time(rate.hour, rate),
        "tracks": {
            "OTIO_SCHEMA": "Stack.1",
            "metadata": {"PremierePro_OTIO": of_premiere},
            "name": "tracks",
            "markers": [_marker(at, text, by, rate, "CYAN") for at, text, by in timeline.of_cut()],
            "children": tracks,
        },
    }
    return json.dumps(found, indent=2, ensure_ascii=False).encode()


def _clip(item: TimelineItem, path: PurePath, rate: FrameRate, folder: PurePath, editor: Editor) -> Json:
    start = rate.frames(item.start)
    # A still has no length of its own; a known one may end a rounded frame early.
    whole = max(rate.frames(item.duration), start + item.frames)
    clip = _plays(path, start, item.frames, whole, rate, folder, editor)
    clip["name"] = plain(item.name)
    clip["markers"] = [
        _marker(rate.frames(mark.at), mark.text, mark.by, rate, "GREEN" if mark.is_done else "RED")
        for mark in item.noted
    ]
    return clip


def _plays(
    path: PurePath, start: int, frames: int, whole: int, rate: FrameRate, folder: PurePath, editor: Editor
) -> Json:
    media = {
        "OTIO_SCHEMA": "ExternalReference.1",
        "name": plain(path.name),
        "available_range": _range(0, whole, rate),
        "target_url": reference(path, folder, editor),
    }
    return _item("Clip.2", path.name, start, frames, rate) | {
        "media_references": {"DEFAULT_MEDIA": media},
        "active_media_reference_key": "DEFAULT_MEDIA",
    }


def _gap(item: TimelineItem, rate: FrameRate) -> Json:
    return _item("Gap.1", "" if item.path else item.name, 0, item.frames, rate)


def _item(schema: str, name: str, start: int, frames: int, rate: FrameRate) -> Json:
    found = {"OTIO_SCHEMA": schema, "metadata": {}, "name": plain(name), "source_range": _range(start, frames, rate)}
    return {**found, "effects": [], "markers": [], "enabled": True}


def _track(kind: str) -> Json:
    return {"OTIO_SCHEMA": "Track.1", "name": kind, "kind": kind, "children": []}


def _marker(at: int, text: str, by: str, rate: FrameRate, color: str) -> Json:
    said = plain(f"{by}: {text}" if by else text)
    return {
        "OTIO_SCHEMA": "Marker.2", "name": said, "comment": said, "color": color,
        "marked_range": _range(at, 1, rate),
    }  # fmt: skip


def _range(start: int, frames: int, rate: FrameRate) -> Json:
    return {"OTIO_SCHEMA": "TimeRange.1", "start_time": _time(start, rate), "duration": _time(frames, rate)}


def _time(frames: int, rate: FrameRate) -> Json:
    return {"OTIO_SCHEMA": "RationalTime.1", "rate": rate.fps, "value": float(frames)}
