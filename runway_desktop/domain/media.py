"""Kinds of media and their formats, in one table: names, icon, file endings, content types, first bytes, and what can
be done with a kind. Pure.

How the window shows a kind is a record in `ui/media/kinds`. Sizes are bytes, with 1 MB = 1,048,576 bytes: the
documentation leaves open which megabyte is meant; this is the figure of the API's own schema.
"""

from __future__ import annotations

import re
from enum import StrEnum
from posixpath import splitext
from typing import Self
from urllib.parse import urlsplit

from runway_desktop.texts import Text
from runway_desktop.values import Struct

MEGABYTE = 1024 * 1024
HEAD_LENGTH = 4096
"""How many bytes of a file `format_of` needs."""


class Delivery(StrEnum):
    """How an input reaches Runway."""

    DATA = "data"  # a data URI inside the request; the limit counts the whole encoded text
    UPLOAD = "upload"  # an upload that is then named by its runway:// address


COMMENTS = rb"(?:<!--(?:[^-]|-(?!->))*+-->\s*+)*+"
"""XML comments. Possessive quantifiers, because with backtracking two hundred bytes of comments would take forever."""
_SVG = rb"(?:\xef\xbb\xbf)?\s*+(?:<\?xml[^>]*+>\s*+)?+" + COMMENTS + rb"(?:<!DOCTYPE svg[^>]*+>\s*+)?+<svg[\s>]"


class MediaFormat(Struct, frozen=True):
    """A file format. `endings` are lower case without a dot; results get the first. The first of `mimes` is sent to
    Runway. `head` is a pattern of the first bytes that matches no other format."""

    name: str
    endings: tuple[str, ...]
    mimes: tuple[str, ...]
    head: bytes
    accepted: bool = False
    """Whether Runway accepts it as an input."""

    @property
    def ending(self) -> str:
        return self.endings[0]

    @property
    def media(self) -> Media:
        return _MEDIA.get(self.name, Media.OTHER)


class MediaKind(Struct, frozen=True, kw_only=True):
    """One kind of media."""

    word: Text
    """Singular and plural of its name: "clip" and "clips"."""
    icon: str
    synonyms: Text = Text("")
    """Additional search words, separated by commas."""
    columns: str = ""
    """Titles of table columns that hold such inputs, lower case without blanks."""
    formats: tuple[MediaFormat, ...] = ()
    megabytes: tuple[int, int] = (16, 200)
    """The largest input in megabytes that Runway accepts as data and as an upload."""
    is_picture: bool = False
    """The file can be shown directly where a picture is needed."""
    has_frames: bool = False
    """Single frames can be extracted."""
    is_timed: bool = False
    """It has a duration and can be played."""


_FILE = MediaKind(
    word=Text("file", "files"),
    icon="mdi6.file-outline",
    megabytes=(5, 200),
    formats=(
        MediaFormat("ZIP", ("zip",), ("application/zip",), rb"PK(?:\x03\x04|\x05\x06)"),
        MediaFormat("EXR", ("exr",), ("image/x-exr",), rb"v/1\x01"),
        MediaFormat("HDR", ("hdr",), ("image/vnd.radiance",), rb"#\?RADIANCE"),
        MediaFormat("PDF", ("pdf",), ("application/pdf",), rb"%PDF-"),
    ),
)
"""Files of no other kind: saved and named, opened by other programs."""


class Media(StrEnum):
    """The kind of a file, by its stored word. A word of a later version reads as OTHER."""

    kind: MediaKind

    def __new__(cls, word: str, kind: MediaKind = _FILE) -> Self:
        self = str.__new__(cls, word)
        self._value_ = word
        self.kind = kind
        return self

    @classmethod
    def _missing_(cls, value: object) -> Media:
        return Media.OTHER

    IMAGE = (
        "image",
        MediaKind(
            word=Text("picture", "pictures"),
            icon="mdi6.image-outline",
            synonyms=Text("image, photo, still"),
            columns="image picture photo inputimage imagefile imagepath imageurl sourceimage still",
            formats=(
                MediaFormat("JPEG", ("jpg", "jpeg", "jfif"), ("image/jpeg",), rb"\xff\xd8\xff", accepted=True),
                MediaFormat("PNG", ("png",), ("image/png",), rb"\x89PNG\r\n\x1a\n", accepted=True),
                MediaFormat("WebP", ("webp",), ("image/webp",), rb"RIFF.{4}WEBP", accepted=True),
                MediaFormat("GIF", ("gif",), ("image/gif",), rb"GIF8"),
                MediaFormat("BMP", ("bmp",), ("image/bmp",), rb"BM.{4}\0{4}.{4}[\x0c-\x7c]\0{3}"),
                MediaFormat("TIFF", ("tif", "tiff"), ("image/tiff",), rb"II\*\0|MM\0\*"),
                MediaFormat("HEIC", ("heic", "heif"), ("image/heic",), rb".{4}ftyp(?:hei[cx]|mif1)"),
                MediaFormat("AVIF", ("avif",), ("image/avif",), rb".{4}ftypavif"),
                MediaFormat("SVG", ("svg",), ("image/svg+xml",), _SVG),
            ),
            megabytes=(5, 200),
            is_picture=True,
        ),
    )
    VIDEO = (
        "video",
        MediaKind(
            word=Text("clip", "clips"),
            icon="mdi6.filmstrip",
            synonyms=Text("video, film, movie"),
            columns="video clip inputvideo videofile videopath videourl sourcevideo footage movie",
            formats=(
                MediaFormat(
                    "MP4", ("mp4", "m4v"), ("video/mp4",), rb".{4}ftyp(?!qt  |M4[AB] |hei[cx]|mif1|avif)", accepted=True
                ),
                MediaFormat(
                    "MOV", ("mov", "qt"), ("video/quicktime",), rb".{4}(?:ftypqt  |moov|mdat|wide)", accepted=True
                ),
                MediaFormat("WebM", ("webm",), ("video/webm",), rb"\x1aE\xdf\xa3.*webm", accepted=True),
                MediaFormat("MKV", ("mkv",), ("video/x-matroska",), rb"\x1aE\xdf\xa3(?!.*webm)", accepted=True),
                MediaFormat("AVI", ("avi",), ("video/x-msvideo",), rb"RIFF.{4}AVI "),
            ),
            has_frames=True,
            is_timed=True,
        ),
    )
    AUDIO = (
        "audio",
        MediaKind(
            word=Text("sound", "sound"),
            icon="mdi6.waveform",
            synonyms=Text("audio, voice, music, recording"),
            columns="audiofile audiopath audiourl inputaudio soundfile recording music voiceover",
            formats=(
                MediaFormat(
                    "MP3", ("mp3",), ("audio/mpeg",), rb"ID3|\xff[\xe2-\xe5\xea-\xed\xf2-\xf5\xfa-\xfd]", accepted=True
                ),
                MediaFormat("WAV", ("wav",), ("audio/wav", "audio/x-wav"), rb"RF64|RIFF.{4}WAVE", accepted=True),
                MediaFormat("FLAC", ("flac",), ("audio/flac",), rb"fLaC", accepted=True),
                MediaFormat("M4A", ("m4a",), ("audio/mp4",), rb".{4}ftypM4[AB] ", accepted=True),
                MediaFormat("AAC", ("aac",), ("audio/aac",), rb"\xff[\xe0\xe1\xe8\xe9\xf0\xf1\xf8\xf9]", accepted=True),
                MediaFormat("OGG", ("ogg", "oga", "opus"), ("audio/ogg",), rb"OggS", accepted=True),
            ),
            is_timed=True,
        ),
    )
    OTHER = "other"


INPUTS = tuple(media for media in Media if any(known.accepted for known in media.kind.formats))
"""The kinds that Runway accepts as inputs."""
_FORMATS = tuple((known, media) for media in Media for known in media.kind.formats)
_BY_ENDING = {ending: known for known, _ in _FORMATS for ending in known.endings}
_MEDIA = {known.name: media for known, media in _FORMATS}
KNOWN_ENDINGS = frozenset(_BY_ENDING)
"""A file with one of these endings and other content is not kept."""
RESULT_ENDINGS = KNOWN_ENDINGS | {"json", "txt"}
"""Endings that a result's name may have. No system runs a file with one of them."""
ENDING_OF_TYPE = {mime: known.endings[0] for known, _ in _FORMATS for mime in known.mimes}
"""The file ending of each content type."""


def largest(media: Media, delivery: Delivery, data_megabytes: int | None = None) -> int:
    """The largest input in bytes. `data_megabytes`: a model's own limit for data URIs, if smaller."""
    most = media.kind.megabytes[tuple(Delivery).index(delivery)]
    return MEGABYTE * (min(most, data_megabytes or most) if delivery is Delivery.DATA else most)


def format_by_name(file_name: str) -> MediaFormat | None:
    """The format that a file's ending promises."""
    stem, dot, ending = file_name.rpartition(".")
    return _BY_ENDING.get(ending.lower()) if stem and dot else None


def format_of(head: bytes) -> MediaFormat | None:
    """The format that a file's first `HEAD_LENGTH` bytes show; None if unknown."""
    return next((known for known, _ in _FORMATS if re.match(known.head, head, re.DOTALL)), None)


def accepted_formats(media: Media) -> tuple[MediaFormat, ...]:
    return tuple(known for known in media.kind.formats if known.accepted)


def guess_media(url: str, makes: Media = Media.OTHER) -> Media:
    """Probable kind of a result that is not downloaded yet: by its link's ending, else `makes`, what its endpoint
    makes. An unknown ending gives OTHER."""
    try:
        ending = splitext(urlsplit(url).path)[1].lstrip(".").lower()
    except ValueError:
        ending = ""
    if not ending:
        return makes
    return _BY_ENDING[ending].media if ending in _BY_ENDING else Media.OTHER
