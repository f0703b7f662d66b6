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
    tracks = [[_item(timeline, item, folder, editor) for item in timeline.playing]]
    if editor is Editor.PREMIERE:
        for number, clip in enumerate(tracks[0]):
            clip["metadata"] = {"PremierePro_OTIO": {"LinkID": number}}
    if any(item.has_sound for item in timeline.playing):
        tracks.append([
            clip | {"markers": []} if item.has_sound else _gap(item, rate, "" if item.path else item.name)
            for clip, item in zip(tracks[0], timeline.playing, strict=True)
        ])  # fmt: skip
    if timeline.lane is not None:
        tracks.append([_item(timeline, timeline.lane, folder, editor)])
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
            "children": [
                {"OTIO_SCHEMA": "Track.1", "name": kind, "kind": kind, "children": children}
                for kind, children in zip(("Video", "Audio", "Audio"), tracks, strict=False)
            ],
        },
    }
    return json.dumps(found, indent=2, ensure_ascii=False).encode()


def _item(timeline: Timeline, item: TimelineItem, folder: PurePath, editor: Editor) -> Json:
    rate = timeline.rate
    if item.path is None:
        return _gap(item, rate, item.name)
    first, whole = timeline.source(item)
    media = {
        "OTIO_SCHEMA": "ExternalReference.1",
        "name": plain(item.path.name),
        "available_range": _range(0, whole, rate),
        "target_url": reference(item.path, folder, editor),
    }
    return _gap(item, rate, item.name) | {
        "OTIO_SCHEMA": "Clip.2",
        "source_range": _range(first, item.frames, rate),
        "markers": [
            _marker(rate.frames(mark.at), mark.text, mark.by, rate, "GREEN" if mark.is_done else "RED")
            for mark in item.noted
        ],
        "media_references": {"DEFAULT_MEDIA": media},
        "active_media_reference_key": "DEFAULT_MEDIA",
    }


def _gap(item: TimelineItem, rate: FrameRate, name: str) -> Json:
    return {
        "OTIO_SCHEMA": "Gap.1", "metadata": {}, "name": plain(name), "source_range": _range(0, item.frames, rate),
        "effects": [], "markers": [], "enabled": True,
    }  # fmt: skip


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
