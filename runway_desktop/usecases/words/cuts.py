"""Sentences about a cut. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from runway_desktop.domain.film.cut import GapReason, TimelineItem
from runway_desktop.texts import Text

GAPS: Mapping[GapReason, Text] = {
    GapReason.UNPICKED: Text("nothing picked yet"),
    GapReason.NOT_MADE: Text("not made yet"),
    GapReason.MISSING: Text("its file is missing"),
}


def gap_words(item: TimelineItem) -> str:
    """ "040: nothing picked yet"; empty if something plays."""
    return f"{item.name}: {GAPS[item.gap]}" if item.gap is not None else ""
