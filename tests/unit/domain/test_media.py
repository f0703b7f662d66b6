"""Kinds of media: sizes, formats, what a result probably is."""

from __future__ import annotations

from runway_desktop.catalog import Catalog
from runway_desktop.domain.media import MEGABYTE, Delivery, Media, format_by_name, guess_media, largest

CATALOG = Catalog.load()


def test_data_uri_is_limited_by_the_smaller_field_limit() -> None:
    pair = CATALOG.pair("video_upscale", "enhance_frame_rate")
    field = pair.field("videoUri") if pair is not None else None
    assert field is not None
    assert largest(Media.VIDEO, Delivery.DATA) == 16 * MEGABYTE
    assert largest(Media.VIDEO, Delivery.DATA, field.data_uri_megabytes) == 5 * MEGABYTE
    assert largest(Media.VIDEO, Delivery.UPLOAD, field.data_uri_megabytes) == 200 * MEGABYTE


def test_media_format_is_known_by_the_extension_of_a_file_name() -> None:
    jpeg = format_by_name("Still.JPG")
    assert jpeg is not None
    assert jpeg.mimes[0] == "image/jpeg"
    assert format_by_name("notes.txt") is None
    assert format_by_name(".png") is None
    assert format_by_name("png") is None


def test_media_kind_of_a_result_follows_its_extension_or_its_endpoint() -> None:
    link = "https://files.example.com/a/result{}?_jwt=1.mp4"
    assert guess_media(link.format(".webm"), Media.IMAGE) is Media.VIDEO
    assert guess_media(link.format(".HEIC")) is Media.IMAGE
    assert guess_media(link.format(".zip"), Media.VIDEO) is Media.OTHER
    assert guess_media(link.format(""), CATALOG.makes("text_to_speech")) is Media.AUDIO
    assert guess_media("https://[broken", Media.IMAGE) is Media.IMAGE


def test_unknown_extension_is_never_treated_as_a_clip() -> None:
    assert guess_media("https://files.example.com/fox.hologram", CATALOG.makes("image_to_video")) is Media.OTHER


def test_media_kind_of_a_later_version_is_read_as_unknown() -> None:
    assert Media("hologram") is Media.OTHER
    assert CATALOG.makes("endpoint_of_next_year") is Media.OTHER


def test_each_media_format_has_one_name_and_one_kind() -> None:
    formats = [known for media in Media for known in media.kind.formats]
    assert len({known.name for known in formats}) == len(formats)
    assert len({ending for known in formats for ending in known.endings}) == sum(len(f.endings) for f in formats)
    assert all(known.media is media for media in Media for known in media.kind.formats)
