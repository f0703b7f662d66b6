"""Facts of a media file from its content, and whether Runway accepts it."""

from __future__ import annotations

import struct
import wave
import zlib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from runway_desktop.catalog import Catalog, Field, Pair
from runway_desktop.catalog.input_files import check_asset, check_together, megabytes
from runway_desktop.catalog.resource_path import resource
from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.inputs import MediaFacts
from runway_desktop.domain.media import Media
from runway_desktop.services.media.film_boxes import read_film
from runway_desktop.services.media.matroska import read_matroska
from runway_desktop.services.media.media_facts import is_page, probe
from runway_desktop.values import replace
from tests.rigs import matroska_files

CATALOG = Catalog.load()
MB = 1024 * 1024


def sample(name: str) -> Path:
    return resource("samples") / name


def facts_of(path: Path) -> MediaFacts:
    facts = probe(path)
    assert facts is not None
    return facts


def place(endpoint: str, model: str, name: str) -> tuple[Field, Pair]:
    pair = CATALOG.pair(endpoint, model)
    assert pair is not None
    field = pair.field(name)
    assert field is not None
    return field, pair


@pytest.mark.parametrize(
    ("name", "form", "sides", "length"),
    [
        ("dusk-16x9-5s.mp4", "MP4", 16 / 9, 5), ("rose-9x16-5s.mp4", "MP4", 9 / 16, 5),
        ("dusk-16x9-2s.mov", "MOV", 16 / 9, 2),
    ],
)  # fmt: skip
def test_clip_has_length_and_size(name, form, sides, length):
    facts = facts_of(sample(name))
    assert (facts.media, facts.format, facts.size) == (Media.VIDEO, form, sample(name).stat().st_size)
    assert facts.width
    assert facts.height
    assert facts.width / facts.height == pytest.approx(sides, rel=0.02)
    assert facts.duration == pytest.approx(length, abs=0.2)


@pytest.mark.parametrize(
    ("name", "form"), [("effect-4s.mp3", "MP3"), ("effect-4s.flac", "FLAC"), ("effect-4s.ogg", "OGG")]
)
def test_sound_has_a_length(name, form):
    facts = facts_of(sample(name))
    assert (facts.media, facts.format) == (Media.AUDIO, form)
    assert facts.duration == pytest.approx(4, abs=0.2)


def test_wav_file_has_a_length(tmp_path):
    path = tmp_path / "sound.bin"
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8_000)
        sound.writeframes(bytes(16_000 * 2))
    assert probe(path) == MediaFacts(media=Media.AUDIO, format="WAV", size=path.stat().st_size, duration=2.0)


@pytest.mark.parametrize(("form", "named"), [("PNG", "x.png"), ("JPEG", "x.txt"), ("WEBP", "x"), ("GIF", "x.jpg")])
def test_picture_is_recognized_by_content_whatever_its_name(tmp_path, form, named):
    path = tmp_path / named
    Image.new("RGB", (64, 48)).save(path, form)
    facts = facts_of(path)
    assert (facts.media, facts.format.upper(), facts.width, facts.height) == (Media.IMAGE, form, 64, 48)


def test_rotated_picture_has_its_displayed_size(tmp_path):
    path = tmp_path / "phone.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (64, 48)).save(path, "JPEG", exif=exif)
    facts = facts_of(path)
    assert (facts.width, facts.height) == (48, 64)


def test_picture_of_a_billion_pixels_is_measured_without_decoding(tmp_path):
    path = tmp_path / "bomb.png"
    Image.new("1", (32_000, 1)).save(path)
    # Its header says so much; whoever read further would miss it all, and give up.
    content = bytearray(path.read_bytes())
    content[20:24] = (32_000).to_bytes(4, "big")
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    path.write_bytes(content)
    assert facts_of(path).width == 32_000


def test_damaged_picture_is_a_picture_without_size(tmp_path):
    path = tmp_path / "x.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"nonsense" * 10)
    facts = facts_of(path)
    assert (facts.media, facts.width) == (Media.IMAGE, None)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"just words",
        b"BMW is a car",
        "Füchse".encode("utf-16"),
        "x".encode("utf-16-be"),
        b"PK\x03\x04zip",
        b"%PDF-1.7",
    ],
)
def test_non_media_file_has_no_media_facts(tmp_path, content):
    path = tmp_path / "x.png"
    path.write_bytes(content)
    assert probe(path) is None


def test_sound_in_an_mp4_file_is_recognized_as_sound(tmp_path):
    def box(kind: bytes, *inside: bytes) -> bytes:
        content = b"".join(inside)
        return struct.pack(">I4s", 8 + len(content), kind) + content

    header = bytes(12) + struct.pack(">II", 1000, 2500) + bytes(80)
    track = box(b"trak", box(b"mdia", box(b"hdlr", bytes(8) + b"soun" + bytes(12))))
    path = tmp_path / "voice.mp4"
    path.write_bytes(
        box(b"ftyp", b"isom" + bytes(4)) + box(b"free", bytes(100)) + box(b"moov", box(b"mvhd", header), track)
    )
    facts = facts_of(path)
    assert (facts.media, facts.format, facts.duration) == (Media.AUDIO, "M4A", 2.5)


def test_matroska_without_a_header_is_a_clip_of_unknown_length(tmp_path):
    path = tmp_path / "x.mkv"
    path.write_bytes(b"\x1aE\xdf\xa3" + b"\x00" * 20 + b"webm" + b"\x00" * 40)
    assert probe(path) == MediaFacts(media=Media.VIDEO, format="WebM", size=68)


@pytest.mark.parametrize("open_ended", [False, True])
def test_webm_has_length_size_and_codec(tmp_path, open_ended):
    path = tmp_path / "x.webm"
    path.write_bytes(matroska_files.clip(open_ended=open_ended, sound=b"A_OPUS"))
    facts = facts_of(path)
    assert (facts.format, facts.width, facts.height, facts.duration, facts.codec) == ("WebM", 1280, 720, 2.5, "VP9")


def test_recording_without_a_duration_has_no_length(tmp_path):
    path = tmp_path / "x.mkv"
    path.write_bytes(matroska_files.clip(doctype=b"matroska", seconds=None, codec=b"V_MPEG4/ISO/AVC"))
    facts = facts_of(path)
    assert (facts.format, facts.duration, facts.codec) == ("MKV", None, "H.264")


@pytest.mark.parametrize("name", ["dusk-16x9-5s.mp4", "dusk-16x9-2s.mov"])
def test_clip_has_a_frame_rate(name):
    assert facts_of(sample(name)).frame_rate == 24.0


@pytest.mark.parametrize(("rate", "found"), [(25, 25.0), (None, None), (1_000_000, None)])
def test_webm_has_a_plausible_frame_rate_or_none(tmp_path, rate, found):
    path = tmp_path / "x.webm"
    path.write_bytes(matroska_files.clip(frame_rate=rate))
    assert facts_of(path).frame_rate == found


@pytest.mark.parametrize(("name", "codec"), [("dusk-16x9-5s.mp4", "H.264"), ("dusk-16x9-2s.mov", "ProRes")])
def test_codec_of_a_clip_has_a_familiar_name(name, codec):
    assert facts_of(sample(name)).codec == codec


@given(st.binary(max_size=200), st.integers(0, 120))
@example(content=b"\x01", at=49)
def test_ebml_reader_never_raises_for_any_bytes(tmp_path_factory, content, at):
    path = tmp_path_factory.mktemp("film") / "x.webm"
    whole = matroska_files.clip()
    path.write_bytes(whole[:at] + content + whole[at + len(content) :])
    read_matroska(path)


def test_transparent_and_animated_pictures_are_recognized(tmp_path):
    still, moving = tmp_path / "still.png", tmp_path / "moving.gif"
    Image.new("RGBA", (8, 8)).save(still)
    frames = [Image.new("RGB", (8, 8), color) for color in ("red", "blue")]
    frames[0].save(moving, save_all=True, append_images=frames[1:])
    facts = [probe(path) for path in (still, moving)]
    assert [(found.see_through, found.moving) for found in facts if found] == [(True, False), (False, True)]


def test_unreadable_file_raises_with_a_sentence(tmp_path):
    with pytest.raises(DiskError, match=r"“none\.png” cannot be read"):
        probe(tmp_path / "none.png")


@given(st.binary(max_size=200))
def test_mp4_box_reader_never_raises_for_any_bytes(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("film") / "x.mp4"
    path.write_bytes(b"\x00\x00\x00\x10ftypisom\x00\x00\x00\x00\x00\x00\xff\xffmoov" + content)
    read_film(path)
    facts = facts_of(path)
    assert (facts.media, facts.format, facts.size) == (Media.VIDEO, "MP4", path.stat().st_size)


@pytest.mark.parametrize(
    ("head", "page"),
    [
        (b"<!DOCTYPE html><html>", True), (b"\n <html lang=en>", True), (b'{"error": "x"}', True), (b"[{", True),
        (b'<?xml version="1.0"?><Error>', True), (b'<?xml version="1.0"?><svg xmlns="x">', False), (b"<svg ", False),
        (b"\x00\x00\x00\x20ftypisom", False), (b"", False),
    ],
)  # fmt: skip
def test_html_json_and_xml_answers_are_distinguished_from_media(head, page):
    assert is_page(head) is page


PICTURE = MediaFacts(media=Media.IMAGE, format="PNG", size=MB, width=1280, height=720)
CLIP = MediaFacts(media=Media.VIDEO, format="MP4", size=MB, width=1280, height=720, duration=10.0)


def test_fitting_file_has_no_problem():
    assert check_asset(PICTURE, *place("image_to_video", "gen4.5", "promptImage")) is None


@pytest.mark.parametrize(
    ("facts", "where", "said"),
    [
        (CLIP, ("image_to_video", "gen4.5", "promptImage"), "This is a clip. Add a picture."),
        (replace(PICTURE, format="GIF"), ("image_to_video", "gen4.5", "promptImage"), "doesn't accept GIF files"),
        (replace(PICTURE, size=201 * MB), ("image_to_video", "gen4.5", "promptImage"), "accepts up to 200 MB"),
        (replace(CLIP, duration=31.0), ("character_performance", "act_two", "reference"), "accepts up to 30 s"),
        (replace(CLIP, duration=1.0), ("character_performance", "act_two", "reference"), "needs at least 3 s"),
        (replace(PICTURE, width=280), ("product_ugc", "product_ugc", "characterImage"), "too tall"),
        (replace(PICTURE, width=2900), ("product_ugc", "product_ugc", "productImage"), "width / height up to 4"),
        (replace(CLIP, duration=1.5), ("product_swap", "product_swap", "referenceVideo"), "needs at least 1.8 s"),
        (replace(CLIP, duration=15.2), ("product_swap", "product_swap", "referenceVideo"), "accepts up to 15 s"),
    ],
)
def test_unfitting_file_gets_the_reason(facts, where, said):
    problem = check_asset(facts, *place(*where))
    assert problem is not None
    assert said in problem


def test_file_size_limit_is_that_of_an_upload():
    field, pair = place("image_to_video", "gen4.5", "promptImage")
    assert check_asset(replace(PICTURE, size=200 * MB), field, pair) is None
    assert "up to 200 MB" in (check_asset(replace(PICTURE, size=201 * MB), field, pair) or "")


def test_size_and_shape_limits_of_a_model_are_checked():
    field, pair = place("image_to_video", "gen4.5", "promptImage")
    strict = replace(field, least_side=300, aspect=(0.4, 2.5), media=frozenset({Media.IMAGE}))
    assert "at least 300 pixels" in (check_asset(replace(PICTURE, height=200), strict, pair) or "")
    assert "too wide" in (check_asset(replace(PICTURE, width=4_000), strict, pair) or "")
    assert "too tall" in (check_asset(replace(PICTURE, height=9_000), strict, pair) or "")
    assert "seems to be damaged" in (check_asset(replace(PICTURE, width=None, height=None), strict, pair) or "")


def test_total_length_of_sounds_is_checked():
    field, pair = place("text_to_video", "seedance2", "referenceAudio")
    nine = MediaFacts(media=Media.AUDIO, format="MP3", size=MB, duration=9.0)
    assert check_together([nine], field, pair) is None
    assert "Together they last 18.0 s" in (check_together([nine, nine], field, pair) or "")
    assert check_together([nine, replace(nine, duration=None)], field, pair) is None


def test_file_sizes_are_written_in_familiar_units():
    said = [megabytes(size) for size in (12, 2_048, 4_404_019, 3 * 1024 * MB)]
    assert said == ["12 bytes", "2 KB", "4.2 MB", "3.0 GB"]
