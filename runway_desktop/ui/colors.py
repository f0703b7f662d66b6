"""The colors of the themes, also for desktops that request high contrast, and the accent that the desktop has. Pure.

A color is "#rrggbb". Contrast is WCAG's: 4.5 is enough for text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

from runway_desktop.values import Struct

COLORS: dict[str, tuple[str, str, str, str]] = {
    "window": ("#1b1d21", "#eef0f2", "#000000", "#ffffff"),
    "surface": ("#16181b", "#f6f7f8", "#000000", "#ffffff"),
    "raised": ("#1f2226", "#ffffff", "#000000", "#ffffff"),
    "field": ("#16181b", "#f6f7f8", "#000000", "#ffffff"),
    "hover": ("#282c31", "#e6e8eb", "#262626", "#e6e6e6"),
    "selected": ("#24324a", "#e3eefc", "#0a2f5c", "#cfe4ff"),
    "border": ("#2e3237", "#d6d9dd", "#9a9a9a", "#5c5c5c"),
    "outline": ("#6d757f", "#7b838d", "#ffffff", "#000000"),
    "text": ("#e9ebee", "#16181b", "#ffffff", "#000000"),
    "muted": ("#b0b6be", "#4c535c", "#ededed", "#141414"),
    "faint": ("#959ca5", "#5f666f", "#d6d6d6", "#2b2b2b"),
    "accent": ("#6ea8fe", "#1f5fc6", "#8fcaff", "#00378f"),
    "accent_hover": ("#85b5ff", "#1a54b4", "#b5dcff", "#002a6e"),
    "on_accent": ("#10203c", "#ffffff", "#000000", "#ffffff"),
    "good": ("#56c08a", "#156f41", "#6beaac", "#004a25"),
    "warn": ("#e6b04e", "#8a5900", "#ffd866", "#523300"),
    "bad": ("#f0776c", "#b93228", "#ffb3ab", "#7d0900"),
    "media": ("#0e0f11", "#dfe1e5", "#000000", "#ffffff"),
}
"""By role: dark and light, then the same for desktops that request high contrast."""

DESKTOP_LOOK = "desktop.look"
"""Where the last known look is stored."""
_ENOUGH = 4.5
_GROUNDS = ("window", "surface", "raised", "field", "hover")
_INKS = ("text", "muted", "faint", "good", "warn", "bad")


class DesktopLook(Struct, frozen=True):
    """Appearance settings of the desktop, for all programs."""

    accent: str = ""
    """Empty: none."""
    text_scale: float = 1.0


def look_of(settings: Mapping[str, Any]) -> DesktopLook:
    """From the portal's settings, whose values may be anything."""
    accent, text_scale = "", 1.0
    match settings.get("accent-color"):
        case (float(red), float(green), float(blue)) if all(0 <= part <= 1 for part in (red, green, blue)):
            accent = _hex((red, green, blue))
    match settings.get("text-scaling-factor"):
        case float(scale) if isfinite(scale):
            text_scale = min(max(scale, 0.5), 3.0)
    return DesktopLook(accent, text_scale)


def kept_text(look: DesktopLook) -> str:
    """To be stored for the next start, which shows it before the portal answers."""
    return f"{look.accent} {look.text_scale:g}"


def look_in(kept: str) -> DesktopLook:
    """From what `kept_text` made; any other text gives the usual look."""
    found = re.fullmatch("(#[0-9a-f]{6}|) ([0-2]([.][0-9]+)?|3)", kept)
    return DesktopLook(found[1], float(found[2])) if found else DesktopLook()


def accented(colors: Mapping[str, str], accent: str, *, is_dark: bool) -> dict[str, str]:
    """Colors with another accent, made lighter or darker until it can be read on all of them."""
    away = "#ffffff" if is_dark else "#000000"
    selected = next(
        ground
        for ground in _blends(colors["surface"], accent, 0.2 if is_dark else 0.12)
        if all(contrast(colors[ink], ground) >= _ENOUGH for ink in _INKS)
    )
    grounds = [*(colors[ground] for ground in _GROUNDS), selected]
    readable = next(ink for ink in _blends(away, accent, 1.0) if all(contrast(ink, one) >= _ENOUGH for one in grounds))
    hover = blend(readable, away, 0.15)
    return {**colors, "accent": readable, "accent_hover": hover, "selected": selected}


def contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def blend(one: str, other: str, share: float) -> str:
    """`share` is that of the other color."""
    return _hex(tuple(a + (b - a) * share for a, b in zip(_parts(one), _parts(other), strict=True)))


def _blends(one: str, other: str, most: float) -> Iterator[str]:
    """With less and less of the other color, to none."""
    return (blend(one, other, most * (20 - step) / 20) for step in range(21))


def _luminance(color: str) -> float:
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in _parts(color)]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _parts(color: str) -> tuple[float, ...]:
    return tuple(int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))


def _hex(parts: tuple[float, ...]) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)
