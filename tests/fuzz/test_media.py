"""Media that are damaged or hostile: their facts, what they seem to be, and the request inside them."""

from __future__ import annotations

import io
import struct
import time
import wave
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from runway_desktop.catalog.resource_path import resource
from runway_desktop.domain.media import HEAD_LENGTH, format_of
from runway_desktop.services.media.input_fixes import copy_of
from runway_desktop.services.media.media_facts import is_page, probe
from runway_desktop.services.results import embedding
from runway_desktop.services.results.embedding import NotEmbedded, embed, note_of, read
from runway_desktop.services.results.result_file import WrongContent, judge, seems_cut_short
from tests.fuzz.bounds import assert_bounded, damaged, often
from tests.rigs import matroska_files

DOCUMENT = {"schema": "runway-desktop.result", "request": {"endpoint": "a", "model": "b", "prompt": "c", "values": {}}}
ENDINGS = ("png", "jpg", "webp", "mp4", "mov", "mp3", "wav", "flac", "ogg", "webm", "svg", "bin")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("media")


def box(kind: bytes, content: bytes = b"", length: int | None = None) -> bytes:
    return struct.pack(">I4s", 8 + len(content) if length is None else length, kind) + content


def long_box(kind: bytes, content: bytes, length: int) -> bytes:
    return struct.pack(">I4sQ", 1, kind, length) + content


def nested(kind: bytes, times: int) -> bytes:
    content = b""
    for _ in range(times):
        content = box(kind, content)
    return content


def film(movie: bytes) -> bytes:
    return box(b"ftyp", b"isom\0\0\2\0isomiso2mp41") + movie


def of_pillow(form: str, mode: str = "RGB") -> bytes:
    file = io.BytesIO()
    Image.linear_gradient("L").resize((20, 12)).convert(mode).save(file, form)
    return file.getvalue()


def of_sound() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(400))
    return file.getvalue()


def sample(name: str, size: int = 40_000) -> bytes:
    """The whole file, or, where that is long, its beginning and its end, which hold what tells of it."""
    content = resource("samples", name).read_bytes()
    return content if len(content) <= size else content[: size // 2] + content[-size // 2 :]


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


PNG = b"\x89PNG\r\n\x1a\n"
HEADER = chunk(b"IHDR", struct.pack(">IIBBBBB", 20, 12, 8, 2, 0, 0, 0))
SEEDS = (
    of_pillow("PNG"), of_pillow("PNG", "RGBA"), of_pillow("JPEG"), of_pillow("WEBP"), of_pillow("GIF"), of_sound(),
    matroska_files.clip(sound=b"A_OPUS"), matroska_files.clip(open_ended=True),
    film(box(b"moov", box(b"mvhd", bytes(100)) + box(b"trak", box(b"tkhd", bytes(84)) + box(b"mdia", bytes(30))))),
    sample("sand-1x1-5s.mp4"), sample("effect-4s.mp3"), sample("effect-4s.flac"), sample("effect-4s.ogg"),
    b'<?xml version="1.0"?><!-- a --><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><g/></svg>',
)  # fmt: skip
MADE = {
    "boxes in boxes": film(box(b"moov", box(b"trak", box(b"mdia", box(b"minf", nested(b"stbl", 50_000)))))),
    "moov in moov": film(nested(b"moov", 50_000)),
    "tags in tags": film(box(b"moov", box(b"udta", nested(b"meta", 20_000)))),
    "ilst in ilst": film(box(b"moov", box(b"udta", box(b"meta", bytes(4) + nested(b"ilst", 20_000))))),
    "many boxes": film(box(b"moov", box(b"trak", box(b"mdia") * 20_000) * 4)),
    "length 0": film(box(b"moov", box(b"trak", length=0), length=0)),
    "length 2^63": film(long_box(b"moov", bytes(16), 1 << 63)),
    "length 2^64": film(long_box(b"moov", bytes(16), (1 << 64) - 1)),
    "length 1, cut": film(struct.pack(">I4s", 1, b"moov")),
    "length 4": film(box(b"moov", box(b"trak", length=4))),
    "endless times": film(box(b"moov", box(b"mvhd", b"\1" + bytes(19) + b"\0\0\0\1" + b"\x7f" + b"\xff" * 7))),
    "elements of length 0": matroska_files.element("1A45DFA3") + b"\x18\x53\x80\x67\x80" * 30_000,
    "elements of odd lengths": b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x01"
    + b"\xff" * 7
    + b"\x15\x49\xa9\x66\x08" * 20_000,
    "tracks in tracks": matroska_files.element("1A45DFA3")
    + matroska_files.element("18538067", matroska_files.element("1654AE6B", *[b"\xae\x80"] * 20_000)),
    "comments": b"<!---->" * 500 + b"x",
    "comments of pages": b"\xef\xbb\xbf" + b"<!-- - -->\n" * 300 + b"<htm",
    "blanks": b" " * 4_000 + b"<?xml" + b" " * 4_000,
    "chunk of 4 GB": PNG + HEADER + struct.pack(">I4s", 0xFFFFFFFF, b"iTXt") + b"x",
    "chunk of 2 GB": b"RIFF\x24\0\0\0WEBPVP8X" + b"\xff\xff\xff\x7f" + b"x" * 20,
    "packed text": PNG + HEADER + chunk(b"iTXt", b"runway-desktop\0\1\0\0\0" + zlib.compress(bytes(50_000_000))),
    "deep text": PNG + HEADER + chunk(b"iTXt", b"runway-desktop\0\0\0\0\0" + b"[" * 100_000),
    "digits": PNG + HEADER + chunk(b"iTXt", b"runway-desktop\0\0\0\0\0" + b"9" * 100_000),
    "packet": b"RIFF\xff\xff\x0f\0WEBPXMP " + struct.pack("<I", 170_000) + b"<runway:request>x" * 10_000,
    "segments": b"\xff\xd8" + b"\xff\xe1\x00\x02" * 50_000,
    "huge sides": PNG + chunk(b"IHDR", b"\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\6\0\0\0") + chunk(b"IDAT", b""),
}  # fmt: skip


def assert_read_or_refused(content: bytes, folder: Path, ending: str) -> None:
    """Everything that the program does with a file before a person has agreed to anything."""
    path = folder / f"file.{ending}"
    path.write_bytes(content)
    head = content[:HEAD_LENGTH]
    found = assert_bounded(lambda: format_of(head))
    assert_bounded(lambda: is_page(head))
    assert_bounded(lambda: judge(head, url=f"https://out.test/x.{ending}"), [WrongContent])
    facts = assert_bounded(lambda: probe(path))
    if facts is not None:
        assert facts.duration is None or 0 < facts.duration < 10**9
        assert all(side is None or 0 < side < 1 << 31 for side in (facts.width, facts.height))
    if found is not None:
        assert_bounded(lambda: seems_cut_short(io.BytesIO(content), found.name))
    assert_bounded(lambda: read(path))


@pytest.mark.parametrize("name", MADE)
def test_hostile_media_files_raise_nothing(name: str, folder: Path):
    for ending in ENDINGS:
        assert_read_or_refused(MADE[name], folder, ending)


@given(damaged(SEEDS), st.sampled_from(ENDINGS))
@often(120)
def test_damaged_media_files_raise_nothing(folder: Path, content: bytes, ending: str):
    assert_read_or_refused(content, folder, ending)


@given(damaged(SEEDS), st.sampled_from(ENDINGS))
@often(30)
def test_note_is_written_into_a_damaged_file_completely_or_not_at_all(folder: Path, content: bytes, ending: str):
    path = folder / f"kept.{ending}"
    path.write_bytes(content)
    if not assert_bounded(lambda: embed(path, note_of(DOCUMENT)), [NotEmbedded]):
        assert path.read_bytes() == content
    assert [one.name for one in folder.iterdir() if one.name.startswith("kept.") and one != path] == []
    path.unlink()


@given(damaged([content for content in SEEDS if format_of(content[:HEAD_LENGTH]) is not None][:4]))
@often(20)
def test_damaged_picture_is_copied_or_refused_with_a_sentence(folder: Path, content: bytes):
    path = folder / "copied.png"
    path.write_bytes(content)
    assert_bounded(lambda: copy_of(path, "PNG", "PNG", crop=None, size=(8, 8)))


@given(st.binary(max_size=200))
@often(200)
def test_any_bytes_get_a_media_kind_or_none(head: bytes):
    assert_bounded(lambda: format_of(head))
    assert_bounded(lambda: is_page(head))


def slow_heads() -> Iterator[bytes]:
    for unit in (b"<!---->", b"<!-- ->", b"<?xml ?>", b" ", b"<!DOCTYPE svg>", b"\xef\xbb\xbf", b"{", b"<!", b"-->"):
        yield unit * (HEAD_LENGTH // len(unit))
        yield unit * 30 + b"x"


@pytest.mark.parametrize("head", [*slow_heads()])
def test_hostile_header_does_not_keep_the_parser_busy(head: bytes):
    """It is judged on the loop's thread."""
    began = time.thread_time()
    format_of(head)
    is_page(head)
    assert time.thread_time() - began < 0.1


def test_video_with_many_boxes_is_read_in_bounded_time(folder: Path):
    """However many megabytes of them there are."""
    path = folder / "many.mp4"
    path.write_bytes(film(box(b"moov", box(b"trak", box(b"mdia", box(b"minf", box(b"stbl") * 9_000)) * 9) * 40)))
    assert_bounded(lambda: probe(path))


def test_every_format_that_can_hold_a_note_is_fuzzed():
    assert {ending.lstrip(".") for ending in embedding._FORMATS} <= {*ENDINGS, "jpeg", "m4v", "m4a", "oga"}
