"""Sizes and formats of media."""

from __future__ import annotations

import pytest

from runway_desktop.catalog import Catalog, MediaKind
from runway_desktop.catalog.limits import MEGABYTE, Way, accepted_formats, format_by_name, format_of, largest

CATALOG = Catalog.load()


def test_upload_takes_more_than_a_link_and_a_link_more_than_a_data_uri() -> None:
    for media in MediaKind:
        assert largest(media, Way.UPLOAD) > largest(media, Way.LINK) > largest(media, Way.DATA)


def test_data_uri_is_limited_by_the_field_where_that_is_less() -> None:
    pair = CATALOG.pair("video_upscale", "enhance_frame_rate")
    assert pair is not None
    assert largest(MediaKind.VIDEO, Way.DATA) == 16 * MEGABYTE
    assert largest(MediaKind.VIDEO, Way.DATA, pair.field("videoUri")) == 5 * MEGABYTE
    assert largest(MediaKind.VIDEO, Way.LINK, pair.field("videoUri")) == 32 * MEGABYTE


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "JPEG"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "PNG"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "WebP"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "WAV"),
        (b"GIF89a", "GIF"),
        (b"\x00\x00\x00\x18ftypmp42", "MP4"),
        (b"\x00\x00\x00\x18ftypisom", "MP4"),
        (b"\x00\x00\x00\x14ftypqt  ", "MOV"),
        (b"\x00\x00\x00\x14ftypM4A ", "M4A"),
        (b"\x00\x00\x00\x14ftypheic", "HEIC"),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm", "WebM"),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x88matroska", "MKV"),
        (b"ID3\x04\x00", "MP3"),
        (b"\xff\xfb\x90\x64", "MP3"),
        (b"\xff\xf1\x50\x80", "AAC"),
        (b"fLaC\x00\x00", "FLAC"),
        (b"OggS\x00\x02", "OGG"),
    ],
)
def test_format_is_told_by_the_first_bytes(head: bytes, name: str) -> None:
    found = format_of(head)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    "head", [b"", b"\xff", b"Just some text in a file named .png", b"PK\x03\x04", b"RIFF\0\0\0\0abcd"]
)
def test_what_is_no_medium_has_no_format(head: bytes) -> None:
    assert format_of(head) is None


def test_format_is_promised_by_the_name() -> None:
    jpeg = format_by_name("Still.JPG")
    assert jpeg is not None
    assert jpeg.mime == "image/jpeg"
    assert format_by_name("notes.txt") is None
    assert format_by_name(".png") is None
    assert format_by_name("png") is None


def test_gif_is_known_and_not_accepted() -> None:
    assert [known.name for known in accepted_formats(MediaKind.IMAGE)] == ["JPEG", "PNG", "WebP"]
