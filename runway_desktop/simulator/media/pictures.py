"""Pictures drawn on request: hills under a sky, with the prompt in small text in the lower left corner.

The landscape is drawn at 960 pixels and enlarged, since it is soft anyway; the text is drawn at full size. The same
recipe gives the same bytes. Any thread; a picture of 2048 by 2048 takes about half a second.
"""

from __future__ import annotations

import io
import math
import random
from collections.abc import Iterator
from contextlib import suppress
from html import escape

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageOps

from runway_desktop.values import Struct

from .recipe import Recipe

_DRAWN_SIDE = 960
_RIDGES = 4
_MOST_LINES = 4
_WIDE_FONTS = ("NotoSansCJK-Regular.ttc", "msyh.ttc", "PingFang.ttc", "DejaVuSans.ttf", "Arial Unicode.ttf")


Color = tuple[int, int, int]


class Palette(Struct, frozen=True):
    """Colors of the sky from top to horizon, of the sun, and of the hills from far to near."""

    top: Color
    middle: Color
    horizon: Color
    light: Color
    far: Color
    near: Color


PALETTES = (
    Palette((74, 48, 104), (197, 88, 122), (248, 178, 122), (255, 226, 178), (196, 104, 128), (34, 26, 62)),
    Palette((46, 102, 152), (110, 178, 210), (208, 234, 240), (255, 252, 236), (118, 170, 198), (18, 58, 92)),
    Palette((104, 132, 96), (176, 192, 140), (236, 230, 192), (255, 250, 214), (138, 162, 116), (24, 44, 34)),
    Palette((142, 122, 108), (212, 182, 148), (244, 226, 198), (255, 246, 224), (208, 172, 134), (84, 54, 38)),
    Palette((8, 14, 38), (20, 46, 82), (58, 118, 132), (226, 240, 255), (34, 72, 96), (4, 10, 20)),
    Palette((148, 116, 158), (226, 162, 172), (250, 216, 198), (255, 240, 226), (206, 150, 166), (70, 44, 82)),
    Palette((36, 40, 66), (108, 92, 124), (232, 168, 132), (255, 214, 170), (122, 92, 112), (20, 20, 38)),
    Palette((30, 76, 86), (86, 152, 146), (226, 220, 176), (255, 244, 206), (84, 138, 132), (12, 38, 46)),
)


def blend(one: Color, other: Color, share: float) -> Color:
    """The color `share` (0 to 1) of the way from one color to the other."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def hexadecimal(color: Color) -> str:
    """The color in SVG notation."""
    return "#{:02x}{:02x}{:02x}".format(*color)


class Scene(Struct, frozen=True):
    """Parameters of a landscape: heights are fractions of the picture, 0 at the top."""

    palette: Palette
    sun: tuple[float, float, float]
    ridges: tuple[tuple[float, tuple[tuple[float, float, float], ...]], ...]
    lean: float

    def height(self, ridge: int, across: float) -> float:
        """Height of a ridge at `across`, in widths of a square."""
        base, waves = self.ridges[ridge]
        return base - sum(size * math.sin(turns * across + phase) for size, turns, phase in waves)


def scene_of(seed: int) -> Scene:
    source = random.Random(seed)
    ridges = []
    for position in range(_RIDGES):
        size = 0.03 + 0.028 * position * source.uniform(0.6, 1.3)
        waves = tuple(
            (size / octave, octave * source.uniform(2.0, 3.6), source.uniform(0, 2 * math.pi)) for octave in (1, 2, 4)
        )
        ridges.append((0.56 + 0.125 * position, waves))
    sun = (source.uniform(0.2, 0.8), source.uniform(0.24, 0.46), source.uniform(0.05, 0.09))
    return Scene(PALETTES[(seed // 7) % len(PALETTES)], sun, tuple(ridges), source.uniform(-18, 18))


def picture(recipe: Recipe, index: int) -> bytes:
    """The bytes of one output in the recipe's format: png, jpeg or webp."""
    image = draw(recipe, index, (recipe.width, recipe.height))
    target = io.BytesIO()
    match recipe.format:
        case "jpeg":
            image.save(target, "JPEG", quality=92)
        case "webp":
            image.save(target, "WEBP", quality=90, method=1)
        case _:
            image.save(target, "PNG", compress_level=1)
    return target.getvalue()


def vector(recipe: Recipe, index: int) -> bytes:
    """The bytes of one output as SVG."""
    width, height = recipe.width, recipe.height
    scene = scene_of(recipe.seed_of(index))
    palette = scene.palette
    short = min(width, height)
    stops = zip((0, 55, 100), (palette.top, palette.middle, palette.horizon), strict=True)
    shades = "".join(f'<stop offset="{offset}%" stop-color="{hexadecimal(color)}"/>' for offset, color in stops)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
        f"<title>{escape(recipe.prompt)}</title>",
        f'<defs><linearGradient id="sky" x2="0" y2="1">{shades}</linearGradient></defs>',
        f'<rect width="{width}" height="{height}" fill="url(#sky)"/>',
        f'<circle cx="{scene.sun[0] * width:.0f}" cy="{scene.sun[1] * height:.0f}" r="{scene.sun[2] * short:.0f}" '
        f'fill="{hexadecimal(palette.light)}"/>',
    ]
    for ridge in range(_RIDGES):
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in _outline(scene, ridge, (width, height), 60))
        parts.append(f'<polygon points="{points}" fill="{hexadecimal(_ridge_color(palette, ridge))}"/>')
    size = max(10, round(short * 0.036))
    lines = wrapped(recipe.prompt, max(12, int(width * 0.8 / (size * 0.5))))
    for number, line in enumerate(reversed(lines)):
        baseline = height - size * 1.4 - number * size * 1.3
        parts.append(
            f'<text x="{size * 1.4:.0f}" y="{baseline:.0f}" font-family="sans-serif" font-size="{size}" fill="#ffffff" '
            f'fill-opacity="0.92">{escape(line)}</text>'
        )
    return ("\n".join([*parts, "</svg>"]) + "\n").encode("utf-8", "replace")


def draw(recipe: Recipe, index: int, size: tuple[int, int], drift: float = 0.0) -> Image.Image:
    """The landscape with its text, in RGB. `drift` moves the near hills, in widths of a square."""
    scale = min(1.0, _DRAWN_SIDE / max(size))
    small = (max(8, round(size[0] * scale)), max(8, round(size[1] * scale)))
    image = _landscape(scene_of(recipe.seed_of(index)), small, drift)
    if small != size:
        image = image.resize(size, Image.Resampling.BICUBIC)
    _caption(image, recipe, index)
    return image


def wrapped(words: str, width: int) -> list[str]:
    """The prompt in at most four lines of at most `width` characters; the rest becomes an ellipsis."""
    lines: list[str] = []
    line = ""
    for word in _pieces(words, width):
        longer = f"{line} {word}" if line else word
        if len(longer) > width and line:
            lines.append(line)
            line = word
        else:
            line = longer
        if len(lines) == _MOST_LINES:
            lines[-1] = lines[-1][: width - 1] + "…"
            return lines
    return [*lines, line] if line else lines


def _pieces(words: str, width: int) -> Iterator[str]:
    for word in words.split():
        for start in range(0, len(word), width):
            yield word[start : start + width]


def _landscape(scene: Scene, size: tuple[int, int], drift: float) -> Image.Image:
    palette = scene.palette
    image = _sky(scene, size)
    short = min(size)
    x, y, radius = scene.sun[0] * size[0], scene.sun[1] * size[1], scene.sun[2] * short
    light = Image.new("L", size, 0)
    for factor, strength in ((13.0, 150), (4.5, 90)):
        edge = max(4, int(radius * factor * 2))
        halo = ImageOps.invert(Image.radial_gradient("L")).resize((edge, edge), Image.Resampling.BILINEAR)
        halo = halo.point([int(strength * (max(0, value - 76) / 179) ** 2) for value in range(256)])
        layer = Image.new("L", size, 0)
        layer.paste(halo, (int(x - edge / 2), int(y - edge / 2)))
        light = ImageChops.add(light, layer)
    image = ImageChops.screen(image, ImageOps.colorize(light, black=(0, 0, 0), white=palette.light))
    image.paste(palette.light, (0, 0), _disc(size, x, y, radius))
    for ridge in range(_RIDGES):
        outline = _outline(scene, ridge, (size[0] * 2, size[1] * 2), 160, drift * (ridge + 1) / _RIDGES)
        mask = _below(size, outline)
        color = _ridge_color(palette, ridge)
        ramp = Image.linear_gradient("L").resize(size)
        image.paste(ImageOps.colorize(ramp, black=blend(color, palette.light, 0.3), white=color), (0, 0), mask)
    return image


def _sky(scene: Scene, size: tuple[int, int]) -> Image.Image:
    palette = scene.palette
    side = int(math.hypot(*size)) + 2
    ramp = Image.linear_gradient("L").resize((side, side), Image.Resampling.BILINEAR)
    ramp = ramp.rotate(scene.lean, Image.Resampling.BILINEAR)
    left, top = (side - size[0]) // 2, (side - size[1]) // 2
    ramp = ramp.crop((left, top, left + size[0], top + size[1]))
    ramp = ImageOps.autocontrast(ramp).point([min(255, int(value / 0.66)) for value in range(256)])
    return ImageOps.colorize(ramp, black=palette.top, mid=palette.middle, white=palette.horizon)


def _disc(size: tuple[int, int], x: float, y: float, radius: float) -> Image.Image:
    mask = Image.new("L", (size[0] * 2, size[1] * 2), 0)
    box = (2 * (x - radius), 2 * (y - radius), 2 * (x + radius), 2 * (y + radius))
    ImageDraw.Draw(mask).ellipse(box, fill=240)
    return mask.resize(size, Image.Resampling.BOX)


def _below(size: tuple[int, int], outline: list[tuple[float, float]]) -> Image.Image:
    mask = Image.new("L", (size[0] * 2, size[1] * 2), 0)
    ImageDraw.Draw(mask).polygon(outline, fill=255)
    return mask.resize(size, Image.Resampling.BOX)


def _outline(
    scene: Scene, ridge: int, size: tuple[int, int], steps: int, drift: float = 0.0
) -> list[tuple[float, float]]:
    width, height = size
    aspect = width / height
    points = [(0.0, float(height))]
    for step in range(steps + 1):
        across = step / steps * aspect + drift
        points.append((step / steps * width, scene.height(ridge, across) * height))
    points.append((float(width), float(height)))
    return points


def _ridge_color(palette: Palette, ridge: int) -> tuple[int, int, int]:
    return blend(palette.far, palette.near, (ridge / (_RIDGES - 1)) ** 0.8)


def _font(size: int, words: str) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's default font, which has Latin letters, or a system font for other scripts if there is one."""
    if all(ord(letter) < 0x250 or 0x2000 <= ord(letter) < 0x2070 for letter in words):
        return ImageFont.load_default(size)
    for name in _WIDE_FONTS:
        with suppress(OSError):
            return ImageFont.truetype(name, size)
    return ImageFont.load_default(size)


def _caption(image: Image.Image, recipe: Recipe, index: int) -> None:
    short = min(image.size)
    size = max(9, round(short * 0.036))
    margin = round(size * 1.4)
    # No available font has emoji; they would be drawn as empty boxes.
    prompt = "".join(letter for letter in recipe.prompt if not 0x1F000 <= ord(letter) <= 0x1FAFF)
    font = _font(size, prompt)
    small = ImageFont.load_default(max(8, round(size * 0.66)))
    lines = wrapped(prompt, max(12, int((image.width - 2 * margin) / (size * 0.52))))
    facts = f"{recipe.model}  ·  seed {recipe.seed}" + (
        f"  ·  {index + 1} of {recipe.count}" if recipe.count > 1 else ""
    )
    mask = Image.new("L", image.size, 0)
    pen = ImageDraw.Draw(mask)
    bottom = image.height - margin
    pen.text((margin, bottom), facts, fill=170, font=small, anchor="ls")
    bottom -= round(size * 1.3)
    for line in reversed(lines):
        pen.text((margin, bottom), line, fill=240, font=font, anchor="ls")
        bottom -= round(size * 1.3)
    window = (0, max(0, bottom - size), image.width, image.height)
    words = mask.crop(window)
    shadow = words.filter(ImageFilter.GaussianBlur(size / 5)).point([min(255, value * 2) for value in range(256)])
    image.paste((10, 10, 20), (window[0] + max(1, size // 20), window[1] + max(1, size // 20)), shadow)
    image.paste((255, 255, 255), (window[0], window[1]), words)
