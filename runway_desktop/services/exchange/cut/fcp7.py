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


class _Xml:
    def __init__(self, timeline: Timeline, folder: PurePath, editor: Editor) -> None:
        self._timeline = timeline
        self._rate = timeline.rate
        self._folder = folder
        self._editor = editor
        self._files: dict[str, str] = {}
        self._exploded = 2 if editor is Editor.PREMIERE else 1

    def sequence(self) -> Element:
        timeline, rate = self._timeline, self._rate
        sequence = Element("sequence", id="sequence-1")
        _put(sequence, "name", timeline.name)
        _put(sequence, "duration", timeline.frames)
        _rate(sequence, rate)
        start = 3600 * rate.base - 108 * rate.left_out
        code = SubElement(sequence, "timecode")
        _rate(code, rate)
        _put(code, "string", timecode(start, rate))
        _put(code, "frame", start)
        _put(code, "displayformat", "DF" if rate.is_drop else "NDF")
        media = SubElement(sequence, "media")
        video = SubElement(media, "video")
        self._sides(SubElement(video, "format"), *timeline.size)
        pictures = SubElement(video, "track")
        audio = SubElement(media, "audio")
        sounds = self._sound_tracks(audio) if any(item.has_sound for item in timeline.playing) else []
        clips = [item for item in timeline.playing if item.path is not None]
        sounding = [item for item in clips if item.has_sound]
        for number, item in enumerate(clips, 1):
            heard = sounding.index(item) + 1 if item.has_sound else 0
            for track, kind in [(pictures, "v"), *((sound, f"a{at}") for at, sound in enumerate(sounds, 1) if heard)]:
                clip = self._clip(track, item, f"{kind}-{number}")
                if heard:
                    self._link(clip, f"v-{number}", "video", 1, number)
                    for at in range(1, len(sounds) + 1):
                        self._link(clip, f"a{at}-{number}", "audio", at, heard)
        if timeline.sound is not None:
            lane, frames = timeline.sound, timeline.frames
            frames = min(frames, rate.frames(lane.duration)) if lane.duration else frames
            path = Path(lane.path)
            item = TimelineItem(
                id="lane", name=path.name, path=path, duration=lane.duration, length=0, frames=frames, has_sound=True
            )
            for at, track in enumerate(self._sound_tracks(audio), 1):
                self._clip(track, item, f"lane{at}")
        for at, text, by in timeline.of_cut():
            _marker(sequence, at, text, by)
        return sequence

    def _sound_tracks(self, audio: Element) -> list[Element]:
        tracks = [SubElement(audio, "track") for _ in range(self._exploded)]
        for at, track in enumerate(tracks if self._exploded > 1 else []):
            track.set("currentExplodedTrackIndex", str(at))
            track.set("totalExplodedTrackCount", str(self._exploded))
            track.set("premiereTrackType", "Stereo")
        return tracks

    def _clip(self, track: Element, item: TimelineItem, name: str) -> Element:
        rate, is_sound = self._rate, not name.startswith("v")
        start = rate.frames(item.start)
        clip = SubElement(track, "clipitem", id=f"clip-{name}")
        _put(clip, "name", item.name)
        _put(clip, "enabled", "TRUE")
        _put(clip, "duration", self._whole(item))
        _rate(clip, rate)
        for tag, frame in (
            ("start", item.at), ("end", item.at + item.frames), ("in", start), ("out", start + item.frames)
        ):  # fmt: skip
            _put(clip, tag, frame)
        self._file(clip, item)
        if is_sound:
            source = SubElement(clip, "sourcetrack")
            _put(source, "mediatype", "audio")
            _put(source, "trackindex", name.partition("-")[0][-1])
        else:
            for mark in item.marks:
                _marker(clip, rate.frames(mark.at), mark.text, mark.by)
        return clip

    def _whole(self, item: TimelineItem) -> int:
        """Frames of the source."""
        return max(self._rate.frames(item.duration), self._rate.frames(item.start) + item.frames)

    def _file(self, clip: Element, item: TimelineItem) -> None:
        path = item.path or PurePath()
        known = self._files.get(str(path))
        file = SubElement(clip, "file", id=known or f"file-{len(self._files) + 1}")
        if known:
            return
        self._files[str(path)] = file.get("id", "")
        _put(file, "name", path.name)
        _put(file, "pathurl", pathurl(path, self._folder, self._editor))
        _rate(file, self._rate)
        _put(file, "duration", self._whole(item))
        media = SubElement(file, "media")
        if all(item.size):
            self._sides(SubElement(media, "video"), *item.size)
        if item.has_sound:
            _put(SubElement(media, "audio"), "channelcount", 2)

    def _sides(self, parent: Element, width: int, height: int) -> None:
        found = SubElement(parent, "samplecharacteristics")
        _rate(found, self._rate)
        _put(found, "width", width)
        _put(found, "height", height)
        _put(found, "pixelaspectratio", "square")
        _put(found, "fielddominance", "none")

    def _link(self, clip: Element, name: str, kind: str, track: int, at: int) -> None:
        link = SubElement(clip, "link")
        _put(link, "linkclipref", f"clip-{name}")
        _put(link, "mediatype", kind)
        _put(link, "trackindex", track)
        _put(link, "clipindex", at)


def fcp7(timeline: Timeline, folder: PurePath, editor: Editor) -> bytes:
    """The file, to be written into `folder`. A gap is what no clip covers; notes are markers."""
    root = Element("xmeml", version="5")
    root.append(_Xml(timeline, folder, editor).sequence())
    indent(root)
    head = b'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n'
    return head + tostring(root, encoding="unicode").encode() + b"\n"


def _put(parent: Element, tag: str, value: object) -> None:
    SubElement(parent, tag).text = _CONTROL.sub("", plain(str(value)))


def _rate(parent: Element, rate: FrameRate) -> None:
    found = SubElement(parent, "rate")
    _put(found, "timebase", rate.base)
    _put(found, "ntsc", "TRUE" if rate.den != 1 else "FALSE")


def _marker(parent: Element, at: int, text: str, by: str) -> None:
    marker = SubElement(parent, "marker")
    _put(marker, "comment", text)
    _put(marker, "name", by or text[:60])
    _put(marker, "in", at)
    _put(marker, "out", -1)
