"""What a task costs at the simulator: made-up prices that look like real ones, always the same for the same request.

One credit is 0.01 US dollar. Pure. A model that the table does not name gets a price from its own name, so that a new
one in the catalog works at once.
"""

from __future__ import annotations

import zlib

from runway_desktop.simulator.media.recipe import Recipe
from runway_desktop.simulator.media.tones import Shape

_CLIP_PER_SECOND = {
    "gen4.5": 12,
    "gen4_turbo": 5,
    "gen4_aleph": 15,
    "aleph2": 15,
    "act_two": 5,
    "veo3.1": 40,
    "veo3.1_fast": 15,
    "seedance2": 36,
    "seedance2_5": 40,
    "seedance2_fast": 20,
    "seedance2_mini": 8,
    "kling3.0_pro": 14,
    "kling3.0_standard": 9,
    "kling3.0_4k": 28,
    "kling2.5_turbo_pro": 7,
}
_PICTURE = {
    "gen4_image": 8,
    "gen4_image_turbo": 2,
    "gemini_image3_pro": 20,
    "gemini_2.5_flash": 5,
    "muse_image": 1,
    "gpt_image_2": 12,
}
_SOUND_PER_SECOND = 1.5
_SPEECH_PER_50_UNITS = 1
_LARGE = 1920 * 1080


def price_of(recipe: Recipe) -> int:
    """Whole credits for all outputs of a task."""
    if recipe.format in ("png", "jpeg", "webp", "svg"):
        each = _PICTURE.get(recipe.model) or 2 + _spread(recipe.model, 14)
        larger = 2 if recipe.width * recipe.height > 2 * _LARGE else 1
        return each * larger * recipe.count
    if recipe.format in ("mp3", "wav", "flac", "ogg"):
        if recipe.shape is Shape.SPEECH and recipe.prompt:
            return max(1, -(-len(recipe.prompt) // 50) * _SPEECH_PER_50_UNITS) * recipe.count
        return max(1, round(recipe.seconds * _SOUND_PER_SECOND)) * recipe.count
    each = _CLIP_PER_SECOND.get(recipe.model) or 5 + _spread(recipe.model, 20)
    return max(1, round(each * recipe.seconds)) * recipe.count


def _spread(model: str, width: int) -> int:
    return zlib.crc32(model.encode()) % width
