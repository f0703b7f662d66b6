"""A cut as FCP7 XML (xmeml 5), which Premiere, Resolve and many others read. Pure.

Resolve makes no timeline without the sequence's `samplecharacteristics`, nor without the `duration` of a file; a file
is written in full once, then named by its id. Sound is one track a clip for Resolve, two "exploded" ones for Premiere.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePath
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from runway_desktop.domain.film.cut import Timeline, TimelineItem
from runway_desktop.domain.film.timecode import FrameRate, timecode

from .references import Editor, pathurl, plain

_CONTROL = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold."""


class _Writer:
    def __init__(self, timeline: Timeline, folder: PurePath, editor: Editor) -> None:
        self._timeline = timeline
        self._folder = folder
        self._editor = editor
        self._files: dict[Path, str] = {}
        """Ids of those that were written."""

    def sequence(self) -> Element:
        timeline, rate = self._timeline, self._timeline.rate
        pictures, sounds, heard = Element("track"), self._sound_tracks(), 0
        clips = [(item, item.path) for item in timeline.playing if item.path is not None]
        for number, (item, path) in enumerate(clips, 1):
            heard += item.has_sound
            ids = [("video", 1, number), *(("audio", at, heard) for at in range(1, len(sounds) + 1) if item.has_sound)]
            links = [
                _node("link", linkclipref=f"{kind}{track}-{at}", mediatype=kind, trackindex=track, clipindex=at)
                for kind, track, at in ids
            ]
            for (kind, track, at), target in zip(ids, (pictures, *sounds), strict=False):
                clip = self._clip(item, path, f"{kind}{track}-{at}", track if kind == "audio" else 0)
                clip.extend(links if item.has_sound else [])
                target.append(clip)
        sounds = sounds if heard else []
        if (lane := timeline.lane) is not None and lane.path is not None:
            for at, channel in enumerate(channels := self._sound_tracks(), 1):
                channel.append(self._clip(lane, lane.path, f"lane{at}", at))
            sounds += channels
        begins = {"string": timecode(rate.hour, rate), "frame": rate.hour}
        return _node(
            "sequence", _rate(rate),
            _node("timecode", _rate(rate), displayformat="DF" if rate.is_drop else "NDF", **begins),
            _node("media", _node("video", self._sides("format", *timeline.size), pictures), _node("audio", *sounds)),
            *(_marker(*note) for note in timeline.of_cut()), name=timeline.name, duration=timeline.frames,
        )  # fmt: skip

    def _sound_tracks(self) -> list[Element]:
        if self._editor is not Editor.PREMIERE:
            return [Element("track")]
        told = {"totalExplodedTrackCount": "2", "premiereTrackType": "Stereo"}
        return [Element("track", told, currentExplodedTrackIndex=at) for at in "01"]

    def _clip(self, item: TimelineItem, path: Path, name: str, sound: int) -> Element:
        """`sound`: which channel of it, from 1; 0: its pictures."""
        rate = self._timeline.rate
        first, whole = self._timeline.source(item)
        marks = [_marker(rate.frames(mark.at), mark.text, mark.by) for mark in item.noted]
        more = [_node("sourcetrack", mediatype="audio", trackindex=sound)] if sound else marks
        clip = _node(
            "clipitem", _rate(rate), self._file(item, path, whole), *more, name=item.name, enabled="TRUE",
            duration=whole, start=item.at, end=item.at + item.frames, **{"in": first, "out": first + item.frames},
        )  # fmt: skip
        clip.set("id", name)
        return clip

    def _file(self, item: TimelineItem, path: Path, whole: int) -> Element:
        if path in self._files:
            return Element("file", id=self._files[path])
        media = [self._sides("video", *item.size)] if all(item.size) else []
        media += [_node("audio", channelcount=2)] if item.has_sound else []
        url = pathurl(path, self._folder, self._editor)
        file = _node(
            "file", _rate(self._timeline.rate), _node("media", *media), name=path.name, pathurl=url, duration=whole
        )
        file.set("id", self._files.setdefault(path, f"file-{len(self._files) + 1}"))
        return file

    def _sides(self, tag: str, width: int, height: int) -> Element:
        shape = {"pixelaspectratio": "square", "fielddominance": "none"}
        rate = _rate(self._timeline.rate)
        return _node(tag, _node("samplecharacteristics", rate, width=width, height=height, **shape))


def fcp7(timeline: Timeline, folder: PurePath, editor: Editor) -> bytes:
    """The file, to be written into `folder`. A gap is what no clip covers; notes are markers."""
    root = Element("xmeml", version="5")
    root.append(_Writer(timeline, folder, editor).sequence())
    indent(root)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n'
    return f"{head}{tostring(root, encoding='unicode')}\n".encode()


def _node(tag: str, *inner: Element, **texts: object) -> Element:
    """`texts`: of its first elements, by their tags."""
    found = Element(tag)
    for name, value in texts.items():
        SubElement(found, name).text = _CONTROL.sub("", plain(str(value)))
    found.extend(inner)
    return found


def _rate(rate: FrameRate) -> Element:
    return _node("rate", timebase=rate.base, ntsc="TRUE" if rate.den != 1 else "FALSE")


def _marker(at: int, text: str, by: str) -> Element:
    return _node("marker", comment=text, name=by or text[:60], **{"in": at, "out": -1})
