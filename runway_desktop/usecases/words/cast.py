"""Texts about the cast. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from runway_desktop.texts import listed, ngettext


def unknown_words(names: Sequence[str]) -> str:
    """Of names after an @ that stay text; empty without any."""
    if not names:
        return ""
    said = listed([f"@{name}" for name in names[:3]])
    return ngettext("{names} is not in the cast.", "{names} are not in the cast.", len(names), names=said)
