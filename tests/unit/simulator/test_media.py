"""The outputs: right kind, right size, right length, the prompt inside, the same bytes each time."""

from __future__ import annotations

import io
import subprocess
import wave
from pathlib import Path

import pytest
from mutagen.mp4 import MP4
from PIL import Image

from runway_desktop.catalog.resource_path import resource
from runway_desktop.simulator.media.make import listed, make_output, nearest
from runway_desktop.simulator.media.pictures import wrapped
from runway_desktop.simulator.media.recipe import FORMATS, Recipe, recipe_of
from runway_desktop.simulator.media.tones import Shape
from tests.rigs.content_credentials import state_of
from tests.rigs.media_files import problem_of
from tests.rigs.programs import need_programs

SAMPLES = resource("samples")
PROMPT = "A lighthouse keeper walks into the storm & <waits> – 灯台 🙂"


def recipe(file_format: str = "mp4", **others: object) -> Recipe:
    members: dict[str, object] = {"prompt": PROMPT, "model": "gen4.5", "seed": 41207, "width": 640, "height": 360}
    return Recipe(format=file_format, **{**members, **others})  # type: ignore[arg-type]


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize("shape", Shape)
def test_every_format_is_what_it_says_and_the_same_each_time(file_format: str, shape: Shape) -> None:
    wish = recipe(file_format, shape=shape, seconds=2.0)
    body = make_output(wish, 0, SAMPLES)
    assert problem_of(body, FORMATS[file_format].content_type) is None
    assert make_output(wish, 0, SAMPLES) == body


@pytest.mark.parametrize("file_format", [name for name in FORMATS if name != "ogg"])
def test_outputs_of_one_task_differ(file_format: str) -> None:
    wish = recipe(file_format, count=2, seconds=2.0)
    assert make_output(wish, 0, SAMPLES) != make_output(wish, 1, SAMPLES)


@pytest.mark.parametrize("file_format", ["mp4", "mov", "mp3", "flac", "wav", "svg"])
def test_prompt_is_inside_the_file(file_format: str) -> None:
    body = make_output(recipe(file_format), 0, SAMPLES)
    assert any("lighthouse keeper".encode(code) in body for code in ("utf-8", "utf-16-le"))


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (1024, 1024), (2112, 912)])
def test_picture_has_the_size_that_was_asked_for(size: tuple[int, int]) -> None:
    body = make_output(recipe("png", width=size[0], height=size[1]), 0, SAMPLES)
    with Image.open(io.BytesIO(body)) as picture:
        assert picture.size == size


@pytest.mark.parametrize("seconds", [2.0, 3.5, 5.0, 8.0, 10.0])
@pytest.mark.parametrize("ratio", [(1280, 720), (720, 1280), (960, 960)])
def test_clip_has_the_length_that_was_asked_for_where_a_sample_is_long_enough(
    seconds: float, ratio: tuple[int, int]
) -> None:
    wish = recipe(width=ratio[0], height=ratio[1], seconds=seconds)
    longest = max(one.seconds for one in listed(SAMPLES, "mp4") if abs(one.ratio - ratio[0] / ratio[1]) < 0.01)
    stream = MP4(io.BytesIO(make_output(wish, 0, SAMPLES))).info
    # A track of sound rounds up to whole packets.
    assert getattr(stream, "length", 0) == pytest.approx(min(seconds, longest), abs=0.03)


@pytest.mark.parametrize(
    ("size", "ratio"),
    [
        ((1280, 720), 16 / 9),
        ((768, 1280), 9 / 16),
        ((960, 960), 1.0),
        ((1104, 832), 4 / 3),
        ((832, 1104), 3 / 4),
        ((1584, 672), 21 / 9),
        ((4000, 100), 21 / 9),
    ],
)
def test_nearest_ratio_is_chosen(size: tuple[int, int], ratio: float) -> None:
    wish = recipe(width=size[0], height=size[1])
    assert nearest(wish, 0, listed(SAMPLES, "mp4")).ratio == pytest.approx(ratio)


def test_clips_of_one_kind_do_not_all_look_alike() -> None:
    samples = listed(SAMPLES, "mp4")
    assert len({nearest(recipe(seed=seed), 0, samples).path for seed in range(30)}) >= 4


@pytest.mark.parametrize(("file_format", "seconds"), [("mp4", 5.0), ("mp4", 2.0), ("mov", 1.5)])
def test_shortened_clip_decodes_to_exactly_its_frames(tmp_path: Path, file_format: str, seconds: float) -> None:
    need_programs("ffprobe")
    target = tmp_path / f"clip.{file_format}"
    target.write_bytes(make_output(recipe(file_format, seconds=seconds), 0, SAMPLES))
    command = ["ffprobe", "-v", "error", "-count_frames", "-select_streams", "v", "-of", "csv=p=0"]
    command += ["-show_entries", "stream=nb_read_frames", str(target)]
    read = subprocess.run(command, capture_output=True, text=True, check=True)
    assert read.stderr == ""
    assert int(read.stdout.strip().rstrip(",")) == round(seconds * 24)


def test_wav_has_the_rate_and_the_length_that_were_asked_for() -> None:
    body = make_output(recipe("wav", rate=16_000, seconds=3.0, shape=Shape.SPEECH), 0, SAMPLES)
    with wave.open(io.BytesIO(body)) as sound:
        assert (sound.getframerate(), sound.getnframes()) == (16_000, 48_000)
        assert any(sound.readframes(48_000))


def test_samples_stay_small() -> None:
    assert sum(path.stat().st_size for path in SAMPLES.iterdir()) < 6 * 1024 * 1024


def test_missing_samples_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no sample clip"):
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
def test_format_follows_the_request(endpoint: str, values: dict[str, object], file_format: str) -> None:
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
def test_size_follows_the_request(values: dict[str, object], size: tuple[int, int]) -> None:
    made = recipe_of("text_to_video", {"model": "x", **values}, "", None, 1)
    assert (made.width, made.height) == size


def test_long_prompts_are_wrapped_and_cut() -> None:
    assert wrapped("one two three", 7) == ["one two", "three"]
    assert wrapped("", 10) == []
    lines = wrapped("word " * 200 + "x" * 90, 20)
    assert len(lines) == 4
    assert lines[-1].endswith("…")
    assert all(len(line) <= 20 for line in lines)


@pytest.mark.parametrize("file_format", ["mp4", "png", "jpeg"])
def test_signed_sample_is_answered_byte_for_byte_and_is_valid(tmp_path: Path, file_format: str) -> None:
    path = tmp_path / f"result.{file_format}"
    path.write_bytes(make_output(recipe(file_format, is_signed=True, seconds=3.0), 0, SAMPLES))
    assert path.read_bytes() == (SAMPLES / f"signed.{file_format}").read_bytes()
    assert state_of(path) == "Valid"
