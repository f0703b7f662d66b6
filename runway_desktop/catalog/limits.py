"""What Runway takes as media: sizes by way of sending, formats, and how to tell a format from a file's first bytes.

Data only, with pure look-ups; the checks of local files use it. Sizes are bytes, with 1 MB = 1,048,576 bytes: where the
documentation leaves open which megabyte is meant, it is the figure the API's own schema uses.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from runway_desktop.values import Struct

from .model import Field, MediaKind

MEGABYTE = 1024 * 1024
LONGEST_LINK = 2_048  # characters
HEAD_LENGTH = 64  # bytes of a file that `format_of` wants to see


class Way(StrEnum):
    """How an input reaches Runway."""

    LINK = "link"  # an https address that Runway fetches
    DATA = "data"  # a data URI inside the request; the limit counts the whole encoded text
    UPLOAD = "upload"  # an upload that is then named by its runway:// address


LARGEST: Mapping[MediaKind, Mapping[Way, int]] = {
    MediaKind.IMAGE: {Way.LINK: 16 * MEGABYTE, Way.DATA: 5 * MEGABYTE, Way.UPLOAD: 200 * MEGABYTE},
    MediaKind.VIDEO: {Way.LINK: 32 * MEGABYTE, Way.DATA: 16 * MEGABYTE, Way.UPLOAD: 200 * MEGABYTE},
    MediaKind.AUDIO: {Way.LINK: 32 * MEGABYTE, Way.DATA: 16 * MEGABYTE, Way.UPLOAD: 200 * MEGABYTE},
}


class MediaFormat(Struct, frozen=True, kw_only=True):
    """A format of files, and whether Runway takes it."""

    name: str  # "JPEG"
    media: MediaKind
    mime: str  # for Content-Type and data URIs
    extensions: tuple[str, ...]  # with the dot, lower case
    accepted: bool = True


FORMATS = (
    MediaFormat(name="JPEG", media=MediaKind.IMAGE, mime="image/jpeg", extensions=(".jpg", ".jpeg", ".jfif")),
    MediaFormat(name="PNG", media=MediaKind.IMAGE, mime="image/png", extensions=(".png",)),
    MediaFormat(name="WebP", media=MediaKind.IMAGE, mime="image/webp", extensions=(".webp",)),
    MediaFormat(name="GIF", media=MediaKind.IMAGE, mime="image/gif", extensions=(".gif",), accepted=False),
    MediaFormat(name="BMP", media=MediaKind.IMAGE, mime="image/bmp", extensions=(".bmp",), accepted=False),
    MediaFormat(name="TIFF", media=MediaKind.IMAGE, mime="image/tiff", extensions=(".tif", ".tiff"), accepted=False),
    MediaFormat(name="HEIC", media=MediaKind.IMAGE, mime="image/heic", extensions=(".heic", ".heif"), accepted=False),
    MediaFormat(name="AVIF", media=MediaKind.IMAGE, mime="image/avif", extensions=(".avif",), accepted=False),
    MediaFormat(name="SVG", media=MediaKind.IMAGE, mime="image/svg+xml", extensions=(".svg",), accepted=False),
    MediaFormat(name="MP4", media=MediaKind.VIDEO, mime="video/mp4", extensions=(".mp4", ".m4v")),
    MediaFormat(name="MOV", media=MediaKind.VIDEO, mime="video/quicktime", extensions=(".mov", ".qt")),
    MediaFormat(name="WebM", media=MediaKind.VIDEO, mime="video/webm", extensions=(".webm",)),
    MediaFormat(name="MKV", media=MediaKind.VIDEO, mime="video/x-matroska", extensions=(".mkv",)),
    MediaFormat(name="AVI", media=MediaKind.VIDEO, mime="video/x-msvideo", extensions=(".avi",), accepted=False),
    MediaFormat(name="MP3", media=MediaKind.AUDIO, mime="audio/mpeg", extensions=(".mp3",)),
    MediaFormat(name="WAV", media=MediaKind.AUDIO, mime="audio/wav", extensions=(".wav",)),
    MediaFormat(name="FLAC", media=MediaKind.AUDIO, mime="audio/flac", extensions=(".flac",)),
    MediaFormat(name="M4A", media=MediaKind.AUDIO, mime="audio/mp4", extensions=(".m4a",)),
    MediaFormat(name="AAC", media=MediaKind.AUDIO, mime="audio/aac", extensions=(".aac",)),
    MediaFormat(name="OGG", media=MediaKind.AUDIO, mime="audio/ogg", extensions=(".ogg", ".oga", ".opus")),
)
_BY_NAME = {known.name: known for known in FORMATS}
_BY_EXTENSION = {extension: known for known in FORMATS for extension in known.extensions}

# ISO media files name their brand after "ftyp"; these are no MP4 video.
_BRANDS = {
    b"qt  ": "MOV",
    b"M4A ": "M4A",
    b"M4B ": "M4A",
    b"heic": "HEIC",
    b"heix": "HEIC",
    b"mif1": "HEIC",
    b"avif": "AVIF",
}
_STARTS = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"fLaC", "FLAC"),
    (b"OggS", "OGG"),
    (b"ID3", "MP3"),
    (b"<svg", "SVG"),
)
_RIFF = {b"WEBP": "WebP", b"WAVE": "WAV", b"AVI ": "AVI"}


def largest(media: MediaKind, way: Way, field: Field | None = None) -> int:
    """The most bytes that may be sent. `field` matters for data URIs, for which some models allow less."""
    limit = LARGEST[media][way]
    if way is Way.DATA and field is not None and field.data_uri_megabytes is not None:
        return min(limit, field.data_uri_megabytes * MEGABYTE)
    return limit


def format_by_name(file_name: str) -> MediaFormat | None:
    """The format that a file's extension promises."""
    stem, dot, extension = file_name.rpartition(".")
    return _BY_EXTENSION.get(f".{extension.lower()}") if stem and dot else None


def format_of(head: bytes) -> MediaFormat | None:
    """The format that a file's first `HEAD_LENGTH` bytes show; None when they are of no known medium."""
    name = _name_of(head)
    return _BY_NAME[name] if name else None


def accepted_formats(media: MediaKind) -> tuple[MediaFormat, ...]:
    return tuple(known for known in FORMATS if known.media is media and known.accepted)


def _name_of(head: bytes) -> str | None:
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "MP4")
    if head[4:8] in (b"moov", b"mdat", b"wide"):
        return "MOV"  # QuickTime files older than brands
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[:4] == b"\x1aE\xdf\xa3":
        return "WebM" if b"webm" in head else "MKV"
    for start, name in _STARTS:
        if head.startswith(start):
            return name
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        # An MPEG audio frame; layer bits of zero mean ADTS, which is AAC.
        return "AAC" if head[1] & 0x06 == 0 else "MP3"
    return None
