"""Outputs of the simulator: samples of the right format and shape, different and reproducible."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from runway_desktop.catalog.resource_path import resource
from runway_desktop.domain.media import HEAD_LENGTH, format_of
from runway_desktop.services.media.media_facts import probe
from runway_desktop.services.results.embedding import embed, note_of
from runway_desktop.services.results.result_file import seems_cut_short
from runway_desktop.simulator.outputs import FORMATS, Recipe, make_output, recipe_of, sample_of
from runway_desktop.values import replace
from tests.rigs.content_credentials import state_of
from tests.rigs.media_files import problem_of
from tests.rigs.programs import need_programs

SAMPLES = resource("samples")
PROMPT = "A lighthouse keeper walks into the storm & <waits> – 灯台 🙂"


def recipe(file_format: str = "mp4", **others: object) -> Recipe:
    members: dict[str, object] = {"prompt": PROMPT, "model": "gen4.5", "seed": 41207, "width": 640, "height": 360}
    return Recipe(format=file_format, **{**members, **others})  # type: ignore[arg-type]


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize("is_speech", [False, True])
def test_every_output_format_is_valid_and_reproducible(file_format: str, is_speech: bool) -> None:
    wish = recipe(file_format, is_speech=is_speech)
    body = make_output(wish, 0, SAMPLES)
    assert problem_of(body, FORMATS[file_format].content_type) is None
    assert make_output(wish, 0, SAMPLES) == body


@pytest.mark.parametrize("file_format", FORMATS)
def test_no_two_outputs_have_the_same_bytes(file_format: str) -> None:
    wishes = [(recipe(file_format, seed=seed), index) for seed in (1, 2) for index in (0, 1)]
    assert len({make_output(wish, index, SAMPLES) for wish, index in wishes}) == 4


@pytest.mark.parametrize("file_format", ["mp4", "mov", "mp3", "flac", "wav", "ogg", "svg", "png", "jpeg", "webp"])
def test_results_are_the_sample_files_and_readable_by_players(tmp_path: Path, file_format: str) -> None:
    need_programs("ffmpeg")
    path = tmp_path / f"result{FORMATS[file_format].suffix}"
    path.write_bytes(make_output(recipe(file_format), 0, SAMPLES))
    assert b"lighthouse keeper" in path.read_bytes()
    found = format_of(path.read_bytes()[:HEAD_LENGTH])
    assert found is not None
    with path.open("rb") as file:
        assert not seems_cut_short(file, found.name)
    if file_format == "svg":
        return
    facts = probe(path)
    assert facts is not None
    assert facts.duration or (facts.width, facts.height) == (640, 360)
    command = ["ffmpeg", "-v", "error", "-xerror", "-i", str(path), "-f", "null", "-"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stderr == ""
    assert embed(path, note_of({}))
    assert probe(path) == replace(facts, size=path.stat().st_size)


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (1024, 1024), (2112, 912)])
def test_picture_has_the_requested_size(size: tuple[int, int]) -> None:
    body = make_output(recipe("png", width=size[0], height=size[1]), 0, SAMPLES)
    with Image.open(io.BytesIO(body)) as picture:
        assert picture.size == size


@pytest.mark.parametrize(
    ("size", "name"),
    [
        ((1280, 720), "forest-16x9-10s.mp4"),
        ((768, 1280), "harbour-9x16-8s.mp4"),
        ((960, 960), "night-1x1-10s.mp4"),
        ((1104, 832), "forest-4x3-5s.mp4"),
        ((832, 1104), "rose-3x4-5s.mp4"),
        ((4000, 100), "dusk-21x9-6s.mp4"),
    ],
)
def test_clip_has_the_nearest_available_aspect_ratio(size: tuple[int, int], name: str) -> None:
    assert sample_of(recipe(width=size[0], height=size[1]), 0, SAMPLES, "mp4").name == name


def test_clips_of_one_shape_differ_and_are_long_enough() -> None:
    found = {sample_of(recipe(picture=number, seconds=8.0), 0, SAMPLES, "mp4").name for number in range(30)}
    assert len(found) == 6
    assert all(name.endswith(("-8s.mp4", "-10s.mp4")) for name in found)


def test_sample_files_stay_small() -> None:
    assert sum(path.stat().st_size for path in SAMPLES.iterdir()) < 7 * 1024 * 1024


def test_missing_sample_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no sample"):
        make_output(recipe(), 0, tmp_path)


@pytest.mark.parametrize(
    ("endpoint", "values", "file_format"),
    [
        ("text_to_video", {"model": "gen4.5"}, "mp4"),
        ("text_to_video", {"model": "gen4.5", "outputFormat": "prores"}, "mov"),
        ("text_to_video", {"model": "gen4.5", "outputFormat": "hdr_png_sequence"}, "png_frames"),
        ("text_to_video", {"model": "gen4.5", "outputFormat": "hdr10"}, "mp4"),
        ("video_to_hdr", {"model": "ruby", "outputFormat": "hdr_exr_acescg_sequence_2_0"}, "exr_frames"),
        ("text_to_image", {"model": "muse_image", "outputFormat": "webp"}, "webp"),
        ("text_to_image", {"model": "recraft_v4_1_vector"}, "svg"),
        ("image_upscale", {"model": "magnific_precision_upscaler_v2"}, "png"),
        ("text_to_speech", {"model": "seed_audio", "outputFormat": "ogg_opus"}, "ogg"),
        ("video_to_audio", {"model": "mirelo_sfx_2_0", "format": "flac"}, "flac"),
        ("voice_dubbing", {"model": "eleven_voice_dubbing"}, "mp3"),
    ],
)
def test_output_format_follows_the_request(endpoint: str, values: dict[str, object], file_format: str) -> None:
    assert recipe_of(endpoint, values, "", None, 1).format == file_format


@pytest.mark.parametrize(
    ("values", "size"),
    [
        ({"ratio": "1920:1080"}, (1920, 1080)),
        ({"ratio": "21:9", "resolution": "2K"}, (3360, 1440)),
        ({"ratio": "adaptive"}, (1280, 720)),
        ({"targetAspectRatio": "2:3"}, (720, 1080)),
        ({"ratio": "auto_720p"}, (1280, 720)),
        ({"ratio": "8192:4096"}, (4096, 2048)),
        ({}, (1280, 720)),
    ],
)
def test_output_size_follows_the_request(values: dict[str, object], size: tuple[int, int]) -> None:
    made = recipe_of("text_to_video", {"model": "x", **values}, "", None, 1)
    assert (made.width, made.height) == size


@pytest.mark.parametrize("file_format", ["mp4", "png", "jpeg"])
def test_signed_sample_is_returned_unchanged_and_valid(tmp_path: Path, file_format: str) -> None:
    path = tmp_path / f"result.{file_format}"
    path.write_bytes(make_output(recipe(file_format, is_signed=True, seconds=3.0), 0, SAMPLES))
    assert path.read_bytes() == (SAMPLES / f"signed.{file_format}").read_bytes()
    assert state_of(path) == "Valid"
