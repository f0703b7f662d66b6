"""Outputs of a task: its recipe, read from the request, and its files, made from the samples in `resources/samples`.

A recipe is small and has everything that the outputs depend on, so that neither requests nor media are stored: the same
recipe always gives the same bytes. Each output is a sample of its format with a note about the request in a place that
players skip, so that no two have the same bytes. Clips have the nearest ratio among the samples, and pictures the size
asked for. Any thread; a large picture takes half a second. Raises `FileNotFoundError` if the samples are missing.
"""

from __future__ import annotations

import io
import json
import math
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

from runway_desktop.values import Struct, replace

Json = object
_SIZES_BY_TIER = {"480p": 480, "720p": 720, "768p": 768, "1080p": 1080, "1k": 1080, "2k": 1440, "4k": 2160}
_SPEECH_ENDPOINTS = frozenset({"text_to_speech", "voice_isolation", "voice_dubbing", "speech_to_speech"})
_SOUND_ENDPOINTS = _SPEECH_ENDPOINTS | {"sound_effect", "video_to_audio"}
_PICTURES_OF = {"ad_localization": 1, "marketing_stock_image": 1, "product_campaign_image": 4}
"""Pictures that a recipe makes unless the request says otherwise."""
_PICTURE_ENDPOINTS = frozenset({"text_to_image", "image_upscale", *_PICTURES_OF})
_LONGEST_SIDE = 4096


class Format(Struct, frozen=True):
    """A file format of outputs: file ending with the dot, and content type."""

    suffix: str
    content_type: str


FORMATS: Mapping[str, Format] = {
    "mp4": Format(".mp4", "video/mp4"),
    "mov": Format(".mov", "video/quicktime"),
    "png_frames": Format(".zip", "application/zip"),
    "exr_frames": Format(".zip", "application/zip"),
    "png": Format(".png", "image/png"),
    "jpeg": Format(".jpg", "image/jpeg"),
    "webp": Format(".webp", "image/webp"),
    "svg": Format(".svg", "image/svg+xml"),
    "mp3": Format(".mp3", "audio/mpeg"),
    "wav": Format(".wav", "audio/wav"),
    "flac": Format(".flac", "audio/flac"),
    "ogg": Format(".ogg", "audio/ogg"),
    "glb": Format(".glb", "model/gltf-binary"),
    "bin": Format(".bin", "application/octet-stream"),
}


class Recipe(Struct, frozen=True):
    """Everything that the outputs of one task depend on. Sizes in pixels, `seconds` of the clip or sound."""

    format: str
    prompt: str
    model: str
    seed: int
    count: int = 1
    width: int = 1280
    height: int = 720
    seconds: float = 5.0
    is_speech: bool = False
    quality: str = ""
    picture: int = 0
    """Selects among the samples that fit."""
    is_signed: bool = False
    """Answered with a sample that has content credentials, where there is one of the format."""

    @property
    def manner(self) -> str:
        """Its class for price and duration: picture, sound or clip."""
        kind = FORMATS[self.format].content_type.partition("/")[0]
        return {"image": "picture", "audio": "sound"}.get(kind, "clip")


def recipe_of(endpoint: str, values: Mapping[str, Json], prompt: str, count: int | None, chance: int) -> Recipe:
    """Reads a request in its wire form; an accepted one always gives a recipe, since every member has a default.
    `prompt` is without control words, `count` is theirs; `chance` is the seed if the request has none."""
    model = str(values.get("model", ""))
    width, height = _size_of(values)
    duration, seed = values.get("duration"), values.get("seed")
    seconds = _usual_seconds(endpoint, prompt)
    if isinstance(duration, int | float) and not isinstance(duration, bool):
        seconds = float(duration)
    return Recipe(
        format=_format_of(endpoint, model, values),
        prompt=prompt,
        model=model,
        seed=seed if isinstance(seed, int) else chance,
        count=count or _count_of(values, _PICTURES_OF.get(endpoint, 1)),
        width=width,
        height=height,
        seconds=max(0.5, min(seconds, 120.0)),
        is_speech=endpoint in _SPEECH_ENDPOINTS,
        quality=str(values.get("quality", "")),
    )


def prompt_of(values: Mapping[str, Json]) -> str:
    """The prompt of a request, or the text that an avatar speaks."""
    words = next((values[name] for name in ("promptText", "prompt", "userConcept") if name in values), None)
    if not isinstance(words, str):
        speech = values.get("speech")
        words = speech.get("text") if isinstance(speech, Mapping) else ""
    return words if isinstance(words, str) else ""


def make_output(recipe: Recipe, index: int, samples: Path) -> bytes:
    """The bytes of output `index` (from 0) of a task; `samples` is the folder of samples."""
    if recipe.is_signed and (signed := samples / f"signed.{recipe.format}").is_file():
        # As it is, since any change would make its signature invalid.
        return signed.read_bytes()
    note = json.dumps({"prompt": recipe.prompt, "model": recipe.model, "seed": recipe.seed, "output": index})
    match recipe.format:
        case "png" | "jpeg" | "webp":
            return _picture(sample_of(recipe, index, samples, "webp"), recipe, note)
        case "svg":
            description = f"<desc>{note.replace('&', '&amp;').replace('<', '&lt;')}</desc></svg>"
            return (samples / "mark.svg").read_bytes().replace(b"</svg>", description.encode())
        case "png_frames" | "exr_frames":
            return _frames(recipe, index, samples, note)
        case "mp3" | "wav" | "flac" | "ogg":
            return _sound(samples / f"{'speech-6s' if recipe.is_speech else 'effect-4s'}.{recipe.format}", note)
        case "glb" | "bin":
            # A kind that no catalog has yet.
            return b"glTF" + note.encode()
        case _:
            # A `free` box follows the clip.
            clip = sample_of(recipe, index, samples, recipe.format).read_bytes()
            return clip + (len(note) + 8).to_bytes(4, "big") + b"free" + note.encode()


_NAME = re.compile(r"[a-z]+-(\d+)x(\d+)(?:-(\d+)s)?\.[a-z0-9]+")


def sample_of(recipe: Recipe, index: int, samples: Path, ending: str) -> Path:
    """The clip or picture with the nearest ratio that is long enough, as their names tell. The recipe's number selects
    among several, longest first, so that a number stands for the same one whatever the length."""
    named = [(path, _NAME.fullmatch(path.name)) for path in sorted(samples.glob(f"*.{ending}"))]
    found = [(path, int(one[1]) / int(one[2]), float(one[3] or 0)) for path, one in named if one is not None]
    if not found:
        raise FileNotFoundError(f"no sample of the format {ending} in {samples}")
    nearest = min((ratio for _, ratio, _ in found), key=lambda one: abs(math.log(one * recipe.height / recipe.width)))
    fitting = sorted(((seconds, path) for path, ratio, seconds in found if ratio == nearest), key=lambda one: -one[0])
    enough = [path for seconds, path in fitting if seconds >= min(recipe.seconds, fitting[0][0])]
    return enough[(recipe.picture + index) % len(enough)]


def _picture(sample: Path, recipe: Recipe, note: str) -> bytes:
    from PIL import Image, ImageOps

    target, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = note  # ImageDescription
    with Image.open(sample) as image:
        fitted = ImageOps.fit(image.convert("RGB"), (recipe.width, recipe.height))
    fitted.save(target, recipe.format.upper(), exif=exif, quality=90, method=1, compress_level=1)
    return target.getvalue()


def _frames(recipe: Recipe, index: int, samples: Path, note: str) -> bytes:
    """A ZIP of six copies of one frame, with the note as the archive's comment."""
    ending = recipe.format.removesuffix("_frames")
    if ending == "exr":
        frame = (samples / "frame.exr").read_bytes()
    else:
        frame = _picture(sample_of(recipe, index, samples, "webp"), replace(recipe, format="png"), note)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.comment = note.encode()[:65_535]
        for number in range(1, 7):
            archive.writestr(zipfile.ZipInfo(f"frame_{number:05d}.{ending}", (2026, 1, 1, 0, 0, 0)), frame)
    return target.getvalue()


def _sound(sample: Path, note: str) -> bytes:
    import mutagen
    from mutagen.id3 import TIT2

    target = io.BytesIO(sample.read_bytes())
    sound = mutagen.File(target, easy=sample.suffix != ".wav")
    if sound.tags is None:
        sound.add_tags()
    if sample.suffix == ".wav":
        sound.tags.add(TIT2(encoding=3, text=note))
    else:
        sound["title"] = note
    target.seek(0)
    sound.save(target)
    return target.getvalue()


def _usual_seconds(endpoint: str, prompt: str) -> float:
    if endpoint == "text_to_speech":
        return 1.0 + len(prompt) / 15
    return 4.0 if endpoint in _SOUND_ENDPOINTS else 5.0


def _count_of(values: Mapping[str, Json], usual: int) -> int:
    for name in ("outputCount", "numVariants"):
        number = values.get(name)
        if isinstance(number, int):
            return max(1, min(number, 10))
    return usual


def _format_of(endpoint: str, model: str, values: Mapping[str, Json]) -> str:
    wanted = str(values.get("outputFormat") or values.get("format") or "")
    if endpoint in _SOUND_ENDPOINTS:
        return {"ogg_opus": "ogg"}.get(wanted, wanted) if wanted in ("mp3", "wav", "flac", "ogg_opus") else "mp3"
    if endpoint in _PICTURE_ENDPOINTS:
        if model.endswith("_vector"):
            return "svg"
        return wanted if wanted in ("png", "jpeg", "webp") else "png"
    if "exr" in wanted:
        return "exr_frames"
    if "png" in wanted:
        return "png_frames"
    return "mov" if wanted in ("mov", "prores", "hdr_prores") else "mp4"


def _size_of(values: Mapping[str, Json]) -> tuple[int, int]:
    words = str(values.get("ratio") or values.get("targetAspectRatio") or "16:9")
    parts = re.fullmatch(r"(\d+):(\d+)", words)
    across, down = (int(parts[1]), int(parts[2])) if parts else (16, 9)
    if across < 64 or down < 64:
        short = _SIZES_BY_TIER.get(str(values.get("resolution", "")).lower(), 720)
        scale = short / min(across, down)
        across, down = round(across * scale), round(down * scale)
    scale = min(1.0, _LONGEST_SIDE / max(across, down))
    return max(16, int(across * scale) // 2 * 2), max(16, int(down * scale) // 2 * 2)
