"""Files with their request inside."""

from __future__ import annotations

import shutil
import wave
from pathlib import Path
from typing import Any

from PIL import Image

from runway_desktop.catalog.resource_path import resource
from runway_desktop.services.results.embedding import note_of
from runway_desktop.services.results.embedding.note import EmbeddedNote

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


def note() -> EmbeddedNote:
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


def make(folder: Path, ending: str) -> Path:
    """A file of that kind, without a note."""
    sample = next((name for name in SAMPLES if name.endswith(ending)), None)
    if sample is not None:
        return Path(shutil.copyfile(resource("samples", sample), folder / sample))
    if ending == "wav":
        return make_wave(folder)
    return make_picture(folder, *next(kind for kind in PICTURES if kind[0] == ending))
