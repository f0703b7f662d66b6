"""Colors for drawn pictures: skies and hills that go together, chosen by a number. Pure."""

from __future__ import annotations

from dataclasses import dataclass

Color = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Palette:
    """Sky from top to horizon, the light in it, and the hills from far to near."""

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


def palette_of(number: int) -> Palette:
    """The palette for a seed."""
    return PALETTES[number % len(PALETTES)]


def blend(one: Color, other: Color, share: float) -> Color:
    """The color that lies `share` (0 to 1) of the way from one to the other."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def hexadecimal(color: Color) -> str:
    """The color as SVG writes it."""
    return "#{:02x}{:02x}{:02x}".format(*color)
