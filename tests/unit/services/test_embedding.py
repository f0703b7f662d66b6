"""The request inside its result: read back by us and by an independent reader, with the media's own data untouched."""

from __future__ import annotations

import json
import shutil
import subprocess
import wave
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from runway_desktop.catalog.resource_path import resource
from runway_desktop.services import embedding
from runway_desktop.services.embedding import Note, NotEmbedded, embed, note_of, read

PROMPT = 'Leuchtturm im Sturm – 猫が眠る & <tags> "quotes" ]]>'
DOCUMENT: dict[str, Any] = {
    "schema": "runway-desktop.result",
    "request": {"endpoint": "text_to_video", "model": "gen4.5", "prompt": PROMPT, "values": {"seed": 41207}},
    "task": {"runway_id": "17f20503-6c24-4c16-946b-35dbbce2af2f", "title": ""},
    "times": {"ended": "2026-11-03T14:02:00+00:00"},
    "inputs": [{"path": "/home/ada/secret folder/harbour.png", "sha256": "ab"}],
}
SAMPLES = ("dusk-16x9-2s.mov", "sand-1x1-5s.mp4", "effect-4s.mp3", "effect-4s.flac", "effect-4s.ogg")
PICTURES = (
    ("png", "RGBA", {}),
    ("jpg", "RGB", {"quality": 90}),
    ("webp", "RGB", {}),
    ("webp", "RGBA", {"lossless": True}),
)


def note() -> Note:
    return note_of(DOCUMENT)


def make_picture(folder: Path, ending: str, mode: str, options: dict[str, Any]) -> Path:
    picture = Image.linear_gradient("L").resize((97, 61)).convert(mode)
    if mode == "RGBA":
        picture.putalpha(Image.linear_gradient("L").resize((97, 61)))
    path = folder / f"result {mode}.{ending}"
    picture.save(path, **options)
    return path


def make_wave(folder: Path) -> Path:
    path = folder / "rain.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(range(256)) * 60)
    return path


def asked_of_ffprobe(path: Path) -> dict[str, Any]:
    words = ["ffprobe", "-v", "error", "-show_entries", "format_tags:stream_tags", "-of", "json", str(path)]
    found = json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
    tags = dict(found.get("format", {}).get("tags", {}))
    for stream in found.get("streams", ()):
        tags |= stream.get("tags", {})
    return {name.lower(): value for name, value in tags.items()}


def streams_of(path: Path) -> str:
    """The hash of every stream's packets as an independent reader sees them."""
    words = [
        "ffmpeg",
        "-v",
        "error",
        "-i",
        str(path),
        "-map",
        "0:v?",
        "-map",
        "0:a?",
        "-c",
        "copy",
        "-f",
        "streamhash",
        "-",
    ]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


needs_ffmpeg = pytest.mark.skipif(shutil.which("ffprobe") is None, reason="the independent reader is not installed")


@pytest.mark.parametrize("name", SAMPLES)
@needs_ffmpeg
def test_clips_and_sounds_keep_their_streams_and_show_their_prompt_elsewhere(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    shutil.copyfile(resource("samples", name), path)
    before = streams_of(path)
    assert embed(path, note())
    assert streams_of(path) == before
    assert PROMPT in asked_of_ffprobe(path)["comment"]
    renamed = path.rename(tmp_path / f"years later{path.suffix}")
    assert read(renamed) == note().document


@needs_ffmpeg
def test_a_wave_keeps_its_samples(tmp_path: Path) -> None:
    path = make_wave(tmp_path)
    before = streams_of(path)
    assert embed(path, note())
    assert streams_of(path) == before
    assert read(path) == note().document


@pytest.mark.parametrize(("ending", "mode", "options"), PICTURES)
def test_pictures_keep_every_pixel(tmp_path: Path, ending: str, mode: str, options: dict[str, Any]) -> None:
    path = make_picture(tmp_path, ending, mode, options)
    with Image.open(path) as picture:
        before = (picture.mode, picture.size, picture.tobytes())
    assert embed(path, note())
    with Image.open(path) as picture:
        assert (picture.mode, picture.size, picture.tobytes()) == before
        shown = str(picture.info.get("Description", "")) or picture.info["xmp"].decode()
    assert "Leuchtturm" in shown
    assert read(path) == note().document


@pytest.mark.parametrize(("ending", "mode", "options"), PICTURES)
def test_a_second_note_takes_the_place_of_the_first(
    tmp_path: Path, ending: str, mode: str, options: dict[str, Any]
) -> None:
    path = make_picture(tmp_path, ending, mode, options)
    embed(path, note())
    size = path.stat().st_size
    other = note_of({**DOCUMENT, "request": {**DOCUMENT["request"], "prompt": PROMPT.upper()}})
    embed(path, other)
    assert read(path) == other.document
    assert abs(path.stat().st_size - size) < 64


def test_no_folder_of_this_computer_is_handed_on() -> None:
    assert "secret folder" not in note().json
    assert "harbour.png" in note().json


def test_what_is_not_understood_is_left_as_it_was(tmp_path: Path) -> None:
    for ending in ("png", "jpg", "webp", "mp4", "mp3", "flac", "ogg", "wav"):
        path = tmp_path / f"broken.{ending}"
        path.write_bytes(b"no media at all" * 20)
        with pytest.raises(NotEmbedded):
            embed(path, note())
        assert path.read_bytes() == b"no media at all" * 20
        assert read(path) is None
    assert not list(tmp_path.glob("*.embedding*"))


def test_a_file_cut_in_the_middle_is_left_as_it_was(tmp_path: Path) -> None:
    path = make_picture(tmp_path, "png", "RGB", {})
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(NotEmbedded):
        embed(path, note())
    assert path.read_bytes() == whole[: len(whole) // 2]


def test_other_formats_and_giant_requests_go_without(tmp_path: Path) -> None:
    path = tmp_path / "frames.zip"
    path.write_bytes(b"PK\x03\x04")
    assert embed(path, note()) is False
    picture = make_picture(tmp_path, "png", "RGB", {})
    giant = note_of({**DOCUMENT, "request": {**DOCUMENT["request"], "values": {"uri": "x" * embedding.LARGEST}}})
    assert embed(picture, giant) is False
