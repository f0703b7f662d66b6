"""Kinds of media: sizes, formats, what a result probably is."""

from __future__ import annotations

import pytest

from runway_desktop.catalog import Catalog
from runway_desktop.domain.media import (
    INPUTS,
    MEGABYTE,
    Delivery,
    Media,
    accepted_formats,
    format_by_name,
    format_of,
    guess_media,
    largest,
)

CATALOG = Catalog.load()


def test_upload_takes_more_than_a_data_uri() -> None:
    for media in INPUTS:
        assert largest(media, Delivery.UPLOAD) > largest(media, Delivery.DATA)


def test_data_uri_is_limited_by_the_field_where_that_is_less() -> None:
    pair = CATALOG.pair("video_upscale", "enhance_frame_rate")
    field = pair.field("videoUri") if pair is not None else None
    assert field is not None
    assert largest(Media.VIDEO, Delivery.DATA) == 16 * MEGABYTE
    assert largest(Media.VIDEO, Delivery.DATA, field.data_uri_megabytes) == 5 * MEGABYTE
    assert largest(Media.VIDEO, Delivery.UPLOAD, field.data_uri_megabytes) == 200 * MEGABYTE


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
    "head", [b"", b"\xff", b"Just some text in a file named .png", b"HOLO\x02\x00", b"RIFF\0\0\0\0abcd"]
)
def test_what_is_no_medium_has_no_format(head: bytes) -> None:
    assert format_of(head) is None


def test_format_is_promised_by_the_name() -> None:
    jpeg = format_by_name("Still.JPG")
    assert jpeg is not None
    assert jpeg.mimes[0] == "image/jpeg"
    assert format_by_name("notes.txt") is None
    assert format_by_name(".png") is None
    assert format_by_name("png") is None


def test_gif_is_known_and_not_accepted() -> None:
    assert [known.name for known in accepted_formats(Media.IMAGE)] == ["JPEG", "PNG", "WebP"]


def test_result_is_what_its_ending_says_else_what_its_endpoint_makes() -> None:
    link = "https://files.example.com/a/result{}?_jwt=1.mp4"
    assert guess_media(link.format(".webm"), Media.IMAGE) is Media.VIDEO
    assert guess_media(link.format(".HEIC")) is Media.IMAGE
    assert guess_media(link.format(".zip"), Media.VIDEO) is Media.OTHER
    assert guess_media(link.format(""), CATALOG.makes("text_to_speech")) is Media.AUDIO
    assert guess_media("https://[broken", Media.IMAGE) is Media.IMAGE


def test_ending_that_nobody_knows_is_never_taken_for_a_clip() -> None:
    assert guess_media("https://files.example.com/fox.hologram", CATALOG.makes("image_to_video")) is Media.OTHER


def test_kind_of_a_later_version_reads_as_an_unknown_one() -> None:
    assert Media("hologram") is Media.OTHER
    assert CATALOG.makes("endpoint_of_next_year") is Media.OTHER


def test_each_format_has_one_name_and_one_kind() -> None:
    formats = [known for media in Media for known in media.kind.formats]
    assert len({known.name for known in formats}) == len(formats)
    assert len({ending for known in formats for ending in known.endings}) == sum(len(f.endings) for f in formats)
    assert all(known.media is media for media in Media for known in media.kind.formats)
