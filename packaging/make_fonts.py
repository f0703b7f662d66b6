"""The faces of the window's font: two weights of Inter, cut out of its variable font.

    python packaging/make_fonts.py InterVariable.ttf

Needs `fonttools`, which nothing else here needs, so it is not in the lock. InterVariable.ttf of Inter 4.1 comes from
the font's own releases, or from Debian's fonts-inter-variable. Its outlines are TrueType: the static OpenType files,
drawn by Qt at 13 pixels, come out a weight too heavy, and of a variable font Qt draws only the default weight. Figures
of one width (`tnum`) are left to figures alone: Inter widens spaces, hyphens and brackets too, and words come apart.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools.ttLib import TTFont  # type: ignore[import-not-found, unused-ignore]
from fontTools.varLib import instancer  # type: ignore[import-not-found, unused-ignore]

FONTS = Path(__file__).resolve().parents[1] / "resources" / "fonts"
FAMILY = "Inter"
TEXT_SIZE = 14
"""The optical size for text."""
FIGURES = {"zero", "one", "two", "three", "three.1", "four", "five", "six", "seven", "eight", "nine"}
"""Glyphs."""


def main(source: Path) -> None:
    """Writes each face next to the license."""
    for style, weight in (("Regular", 400), ("SemiBold", 600)):
        face = instancer.instantiateVariableFont(TTFont(source), {"wght": weight, "opsz": TEXT_SIZE})
        is_regular = style == "Regular"
        names = {
            1: FAMILY if is_regular else f"{FAMILY} {style}",
            2: "Regular",
            4: f"{FAMILY} {style}",
            6: f"{FAMILY}-{style}",
            16: FAMILY,
            17: style,
        }
        for number, text in names.items():
            face["name"].setName(text, number, 3, 1, 0x409)
        face["OS/2"].usWeightClass = weight
        _leave_words_alone(face)
        face.save(FONTS / f"{FAMILY}-{style}.ttf")


def _leave_words_alone(face: TTFont) -> None:
    """Limits the feature for tabular figures to figures."""
    table = face["GSUB"].table
    for feature in table.FeatureList.FeatureRecord:
        for number in feature.Feature.LookupListIndex if feature.FeatureTag == "tnum" else ():
            for part in table.LookupList.Lookup[number].SubTable:
                part.mapping = {glyph: wide for glyph, wide in part.mapping.items() if glyph in FIGURES}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
