"""Sizes in words: the same number everywhere for one file or disk."""

from __future__ import annotations

import pytest

from runway_desktop.domain.folders import size_in_words
from runway_desktop.usecases.words import units


@pytest.mark.parametrize(
    ("amount", "words"),
    [(0, "0 B"), (999, "999 B"), (2_083_000, "2.1 MB"), (310_400, "310 kB"), (80_000_000_000, "80 GB")],
)
def test_file_size_uses_decimal_units(amount: int, words: str) -> None:
    assert size_in_words(amount) == words == units.size(amount)
