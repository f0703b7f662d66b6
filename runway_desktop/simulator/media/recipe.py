"""Recipe of a task's outputs, read from its request: kind, format, size, duration, number, prompt.

A recipe is small and has everything that the outputs depend on, so that neither requests nor media are stored. Pure; an
accepted request always gives a recipe, since every member has a default.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from runway_desktop.values import Struct

from .tones import Shape

Json = object
_SIZES_BY_TIER = {"480p": 480, "720p": 720, "768p": 768, "1080p": 1080, "1k": 1080, "2k": 1440, "4k": 2160}
_SOUND_ENDPOINTS = {
    "text_to_speech": Shape.SPEECH,
    "sound_effect": Shape.EFFECT,
    "voice_isolation": Shape.SPEECH,
    "voice_dubbing": Shape.SPEECH,
    "speech_to_speech": Shape.SPEECH,
    "video_to_audio": Shape.EFFECT,
}
_PICTURE_ENDPOINTS = frozenset({"text_to_image", "image_upscale"})
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
    """Everything that the outputs of one task depend on. Sizes in pixels, `seconds` of the clip or sound, `rate` in
    hertz."""

    format: str
    prompt: str
    model: str
    seed: int
    count: int = 1
    width: int = 1280
    height: int = 720
    seconds: float = 5.0
    rate: int = 24_000
    shape: Shape = Shape.MUSIC
    picture: int | None = None
    """Number of its clip among the samples, so that other numbers look different; None: by the seed."""
    is_signed: bool = False
    """Answered with a sample that has content credentials, where there is one of the format."""

    @property
    def manner(self) -> str:
        """Its class for price and duration: picture, sound or clip."""
        kind = FORMATS[self.format].content_type.partition("/")[0]
        return {"image": "picture", "audio": "sound"}.get(kind, "clip")

    def seed_of(self, index: int) -> int:
        """A different number for each output of the task."""
        words = f"{self.seed}/{index}/{self.model}/{self.prompt}"
        return int.from_bytes(hashlib.sha256(words.encode("utf-8", "replace")).digest()[:6], "big")


def recipe_of(endpoint: str, values: Mapping[str, Json], prompt: str, count: int | None, chance: int) -> Recipe:
    """Reads a request in its wire form. `prompt` is without control words, `count` is theirs; `chance` is the seed if
    the request has none."""
    model = str(values.get("model", ""))
    width, height = _size_of(values)
    seconds = _number(values.get("duration"), _usual_seconds(endpoint, prompt))
    seed = values.get("seed")
    return Recipe(
        format=_format_of(endpoint, model, values),
        prompt=prompt,
        model=model,
        seed=seed if isinstance(seed, int) else chance,
        count=count or _count_of(values),
        width=width,
        height=height,
        seconds=max(0.5, min(seconds, 120.0)),
        rate=int(_number(values.get("sampleRate"), 24_000)),
        shape=_SOUND_ENDPOINTS.get(endpoint, Shape.MUSIC),
    )


def prompt_of(values: Mapping[str, Json]) -> str:
    """The prompt of a request, or the text that an avatar speaks."""
    words = values.get("promptText")
    if not isinstance(words, str):
        speech = values.get("speech")
        words = speech.get("text") if isinstance(speech, Mapping) else ""
    return words if isinstance(words, str) else ""


def _usual_seconds(endpoint: str, prompt: str) -> float:
    if endpoint == "text_to_speech":
        return 1.0 + len(prompt) / 15
    return 4.0 if endpoint in _SOUND_ENDPOINTS else 5.0


def _count_of(values: Mapping[str, Json]) -> int:
    for name in ("outputCount", "numVariants"):
        number = values.get(name)
        if isinstance(number, int):
            return max(1, min(number, 10))
    return 1


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


def _number(value: Json, otherwise: float) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else otherwise
