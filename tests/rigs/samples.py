"""Samples of large products: the gate tries some of each, `dev.py test --whole` all of them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

First = TypeVar("First")
Second = TypeVar("Second")

IS_WHOLE = os.environ.get("WHOLE") == "1"
"""Whether everything is tried, and every test marked `whole` is run."""


def examples(number: int) -> int:
    """How many random examples: so many in the gate, ten times as many in a whole run."""
    return number * 10 if IS_WHOLE else number


def some(values: Sequence[First], *, one_in: int, at: int = 0) -> Sequence[First]:
    """One in so many, beginning with number `at`; in a whole run, all."""
    return values if IS_WHOLE else values[at % one_in :: one_in]


def pairs(first: Sequence[First], second: Sequence[Second], *, one_in: int) -> list[tuple[First, Second]]:
    """One in so many pairs of the two, in which each of the first and each of the second comes up; in a whole run, all
    pairs."""
    assert one_in <= min(len(first), len(second)), "Some would come up in no pair"
    return [
        (one, other)
        for row, one in enumerate(first)
        for column, other in enumerate(second)
        if IS_WHOLE or (row + column) % one_in == 0
    ]
