"""Sizes of files and room on a disk, in words, the same wherever they are told. Pure."""

from __future__ import annotations

_UNITS = ("B", "kB", "MB", "GB")


def size_in_words(amount: int) -> str:
    """Bytes in decimal units, as file managers show them: 2083000 → "2.1 MB", 310400 → "310 kB"."""
    value = float(amount)
    for unit in _UNITS:
        if round(value) < 1000 or unit == _UNITS[-1]:
            break
        value /= 1000
    whole = unit in ("B", "kB") or round(value, 1) >= 10
    return f"{value:.0f} {unit}" if whole else f"{value:.1f} {unit}"
