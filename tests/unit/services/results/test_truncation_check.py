"""Files that end too soon, where their format tells."""

from __future__ import annotations

import io
import zipfile

import pytest
from PIL import Image

from runway_desktop.catalog.resource_path import resource
from runway_desktop.domain.media import format_of
from runway_desktop.services.results.result_file import seems_cut_short


def whole(kind: str) -> bytes:
    made = io.BytesIO()
    match kind:
        case "mp4" | "mov":
            name = "dusk-16x9-5s.mp4" if kind == "mp4" else "dusk-16x9-2s.mov"
            return (resource("samples") / name).read_bytes()
        case "zip":
            with zipfile.ZipFile(made, "w") as archive:
                archive.writestr("frame1.png", b"x" * 1_000)
        case "svg":
            return b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/><g></g></svg>\n'
        case "wav":
            return b"RIFF" + (1_000).to_bytes(4, "little") + b"WAVE" + bytes(996)
        case _:
            Image.effect_noise((64, 48), 50).convert("RGB").save(made, kind)
    return made.getvalue()


@pytest.mark.parametrize("kind", ["mp4", "mov", "png", "webp", "zip", "svg", "wav"])
def test_truncated_file_is_doubted_and_a_complete_one_is_not(kind):
    content = whole(kind)
    found = format_of(content[:4_096])
    assert found is not None
    assert not seems_cut_short(io.BytesIO(content), found.name)
    assert seems_cut_short(io.BytesIO(content[: len(content) // 2]), found.name)


def test_format_without_a_length_is_trusted():
    assert not seems_cut_short(io.BytesIO(b"ID3"), "MP3")


def test_sound_of_unknown_length_is_trusted():
    assert not seems_cut_short(io.BytesIO(b"RIFF\xff\xff\xff\xffWAVE" + bytes(50)), "WAV")
