"""The request inside its result: read back by us and by an independent reader, with the media's own data untouched."""

from __future__ import annotations

import json
import struct
import subprocess
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from runway_desktop.services.results import embedding
from runway_desktop.services.results.embedding import NotEmbedded, embed, note_of, read, remove
from tests.rigs.programs import need_programs
from tests.unit.services.results.notes_in_files import DOCUMENT, PICTURES, PROMPT, make, make_picture, note

KINDS = ("mov", "mp4", "mp3", "flac", "ogg", "wav", "png", "jpg", "webp")
"""Every kind of file that holds a note."""
ENCODED = ("mov", "mp4", "mp3", "flac", "ogg", "wav")


def run(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True, timeout=60).stdout


def seen_by_ffprobe(path: Path) -> str:
    """All tags of the file, its streams and its first frame, a line each."""
    shown = "format_tags:stream_tags:frame_tags"
    found = json.loads(run("ffprobe", "-v", "error", "-show_entries", shown, "-of", "json", str(path)))
    places = [found.get("format", {}), *found.get("streams", ()), *found.get("frames", ())[:1]]
    return "\n".join(str(value) for place in places for value in place.get("tags", {}).values())


def seen_by_exiftool(path: Path) -> str:
    """All tags but those of the file system and of the tool itself, a line each."""
    (found,) = json.loads(run("exiftool", "-j", "-b", "-a", "--System:all", "-charset", "utf8", str(path)))
    return "\n".join(str(value) for name, value in found.items() if name != "SourceFile")


def streams_of(path: Path, ending: str) -> str:
    """The hash of every stream as an independent reader sees it: of its packets as they are, of a picture's pixels."""
    as_they_are = ("-c", "copy") if ending in ENCODED else ()
    return run("ffmpeg", "-v", "error", "-i", str(path), "-map", "0", *as_they_are, "-f", "streamhash", "-")


@pytest.mark.parametrize("ending", KINDS)
def test_other_programs_read_the_embedded_request_and_media_stay_unchanged(tmp_path: Path, ending: str) -> None:
    need_programs("ffmpeg", "ffprobe", "exiftool")
    path = make(tmp_path, ending)
    before = streams_of(path, ending)
    assert embed(path, note())
    assert streams_of(path, ending) == before
    for seen in (seen_by_ffprobe(path), seen_by_exiftool(path)):
        # PNG's older text has Latin letters only: there the others stand by their number.
        prompt = PROMPT if PROMPT in seen else PROMPT.encode("latin-1", "backslashreplace").decode("latin-1")
        assert prompt in seen
        assert "gen4.5, seed 41207, task 17f20503-6c24-4c16-946b-35dbbce2af2f" in seen
        assert "2026-11-03T14:02:00" in seen.replace("2026:11:03 ", "2026-11-03T")
    renamed = path.rename(tmp_path / f"years later{path.suffix}")
    assert read(renamed) == note().document


@pytest.mark.parametrize("ending", ["jpg", "webp"])
def test_existing_description_of_a_picture_is_kept(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"scanned.{ending}"
    exif = Image.Exif()
    exif[0x010E], exif[0x0131] = "Ada's harbour", "Another program"
    Image.linear_gradient("L").convert("RGB").save(path, exif=exif)
    assert embed(path, note())
    with Image.open(path) as picture:
        assert dict(picture.getexif()) == {0x010E: "Ada's harbour", 0x0131: "Another program"}
    assert read(path) == note().document


@pytest.mark.parametrize(("ending", "mode", "options"), PICTURES)
def test_embedding_keeps_every_pixel(tmp_path: Path, ending: str, mode: str, options: dict[str, Any]) -> None:
    path = make_picture(tmp_path, ending, mode, options)
    with Image.open(path) as picture:
        before = (picture.mode, picture.size, picture.tobytes())
    assert embed(path, note())
    with Image.open(path) as picture:
        assert (picture.mode, picture.size, picture.tobytes()) == before
        shown = str(picture.info.get("Description", "")) or picture.info["xmp"].decode()
    assert "Leuchtturm" in shown
    assert read(path) == note().document


@pytest.mark.parametrize("ending", ["png", "jpg", "webp"])
def test_embedded_metadata_says_that_a_model_made_the_picture(tmp_path: Path, ending: str) -> None:
    need_programs("exiftool")
    path = make(tmp_path, ending)
    embed(path, note())
    (found,) = json.loads(run("exiftool", "-j", "-n", "-XMP-iptcExt:all", str(path)))
    assert found["DigitalSourceType"] == "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


def test_existing_xmp_packet_of_a_png_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "scanned.png"
    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta>Ada</x:xmpmeta>")
    Image.linear_gradient("L").save(path, pnginfo=info)
    embed(path, note())
    assert path.read_bytes().count(b"XML:com.adobe.xmp") == 1
    remove(path)
    with Image.open(path) as picture:
        assert picture.info["XML:com.adobe.xmp"] == "<x:xmpmeta>Ada</x:xmpmeta>"


@pytest.mark.parametrize(("ending", "mode", "options"), PICTURES)
def test_second_embedded_note_replaces_the_first(
    tmp_path: Path, ending: str, mode: str, options: dict[str, Any]
) -> None:
    path = make_picture(tmp_path, ending, mode, options)
    embed(path, note())
    size = path.stat().st_size
    other = note_of({**DOCUMENT, "request": {**DOCUMENT["request"], "prompt": PROMPT.upper()}})
    embed(path, other)
    assert read(path) == other.document
    assert abs(path.stat().st_size - size) < 64


def test_embedded_request_contains_no_folder_of_this_computer() -> None:
    assert "secret folder" not in note().json
    assert "harbour.png" in note().json


def test_file_of_unknown_structure_is_left_unchanged(tmp_path: Path) -> None:
    for ending in ("png", "jpg", "webp", "mp4", "mp3", "flac", "ogg", "wav"):
        path = tmp_path / f"broken.{ending}"
        path.write_bytes(b"no media at all" * 20)
        with pytest.raises(NotEmbedded):
            embed(path, note())
        assert path.read_bytes() == b"no media at all" * 20
        assert read(path) is None
    assert not list(tmp_path.glob("*.embedding*"))


@pytest.mark.parametrize(
    "content",
    [b"", b"\0", b"\1\0\0\0no zlib", b"\1\0\0\0" + zlib.compress(b"[" * 200_000), b"\0\0\0\0" + b"[" * 200_000],
    ids=["nothing", "one byte", "not packed", "packed nonsense", "endless brackets"],
)
def test_damaged_embedded_note_is_ignored(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "fox.png"
    Image.new("RGB", (4, 4)).save(path)
    picture, body = path.read_bytes(), b"iTXtrunway-desktop\0" + content
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    path.write_bytes(picture[:33] + chunk + picture[33:])
    assert embedding.read(path) is None


def test_truncated_file_is_left_unchanged(tmp_path: Path) -> None:
    path = make_picture(tmp_path, "png", "RGB", {})
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(NotEmbedded):
        embed(path, note())
    assert path.read_bytes() == whole[: len(whole) // 2]


def test_other_formats_and_huge_requests_are_not_embedded(tmp_path: Path) -> None:
    path = tmp_path / "frames.zip"
    path.write_bytes(b"PK\x03\x04")
    assert embed(path, note()) is False
    picture = make_picture(tmp_path, "png", "RGB", {})
    giant = note_of({**DOCUMENT, "request": {**DOCUMENT["request"], "values": {"uri": "x" * embedding.LARGEST}}})
    assert embed(picture, giant) is False


@pytest.mark.parametrize("ending", KINDS)
def test_stripped_file_contains_no_request_and_is_not_rewritten_again(tmp_path: Path, ending: str) -> None:
    path = make(tmp_path, ending)
    embed(path, note())
    assert remove(path) is True
    assert read(path) is None
    content = path.read_bytes()
    assert not [word for word in ("Leuchtturm", "41207", "runway_id", "Runway Desktop") if word.encode() in content]
    assert remove(path) is False
    assert path.read_bytes() == content


@pytest.mark.parametrize("ending", KINDS)
def test_other_programs_find_no_request_in_a_stripped_file_and_media_stay_unchanged(
    tmp_path: Path, ending: str
) -> None:
    need_programs("ffmpeg", "ffprobe", "exiftool")
    path = make(tmp_path, ending)
    before = streams_of(path, ending)
    embed(path, note())
    remove(path)
    assert streams_of(path, ending) == before
    for seen in (seen_by_ffprobe(path), seen_by_exiftool(path)):
        assert "gen4.5" not in seen
        assert "Leuchtturm" not in seen


@pytest.mark.parametrize(("ending", "mode", "options"), PICTURES)
def test_stripped_picture_keeps_every_pixel(tmp_path: Path, ending: str, mode: str, options: dict[str, Any]) -> None:
    path = make_picture(tmp_path, ending, mode, options)
    with Image.open(path) as picture:
        before = (picture.mode, picture.size, picture.tobytes())
    embed(path, note())
    remove(path)
    with Image.open(path) as picture:
        assert (picture.mode, picture.size, picture.tobytes()) == before


@pytest.mark.parametrize("ending", ["jpg", "webp"])
def test_metadata_that_came_with_a_picture_is_not_stripped(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"scanned.{ending}"
    exif = Image.Exif()
    exif[0x010E] = "Ada's harbour"
    Image.linear_gradient("L").convert("RGB").save(path, exif=exif)
    embed(path, note())
    remove(path)
    with Image.open(path) as picture:
        assert dict(picture.getexif()) == {0x010E: "Ada's harbour"}


def test_file_without_a_request_is_not_rewritten(tmp_path: Path) -> None:
    path = make_picture(tmp_path, "png", "RGB", {})
    before = path.stat()
    assert remove(path) is False
    assert path.stat().st_ino == before.st_ino
