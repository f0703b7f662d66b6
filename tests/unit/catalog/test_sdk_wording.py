"""Facts read out of the wording of the SDK's descriptions."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

SOURCE = Path(__file__).resolve().parents[3] / "packaging" / "sdk_wording.py"


def load() -> Any:
    spec = importlib.util.spec_from_file_location("sdk_wording", SOURCE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


wording = load()


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("The length. Must be an integer from 2 to 10.", (2, 10)),
        ("as a whole number from 3 to 10.", (3, 10)),
        ("must be between 3 and 10 seconds.", (3, 10)),
        ("between 0.5 and 30 seconds.", (0.5, 30)),
        ("An integer between 1 and 5 (inclusive).", (1, 5)),
        ("How many to make (1-10).", (1, 10)),
        ("The pace (0.7\u20131.2).", (0.7, 1.2)),
        ("from 0 (faithful) to 100", (0, 100)),
        ("a fraction [0.0, 1.0] of the length", (0.0, 1.0)),
        ("How long it is.", (None, None)),
    ],
)
def test_bounds_are_read_from_sdk_descriptions(text: str, bounds: tuple[float | None, float | None]) -> None:
    assert wording.number_bounds(text) == bounds


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        ("A non-empty string up to 1000 characters.", (1, 1000)),
        ("up to 32,000 characters", (None, 32000)),
        ("Must be 3-16 characters, and so on.", (3, 16)),
        ("Non-empty text.", (1, None)),
        ("Any text.", (None, None)),
    ],
)
def test_text_lengths_are_read_from_sdk_descriptions(text: str, lengths: tuple[int | None, int | None]) -> None:
    assert wording.text_lengths(text) == lengths


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("An array of one to three images.", (1, 3)),
        ("1 to 4 images to edit.", (1, 4)),
        ("Up to 10 images in all.", (None, 10)),
        ("Up to three reference audio clips.", (None, 3)),
        ("A list of reference images (up to 7).", (None, 7)),
        ("A list of images.", (None, None)),
    ],
)
def test_item_counts_are_read_from_sdk_descriptions(text: str, counts: tuple[int | None, int | None]) -> None:
    assert wording.item_counts(text) == counts


@pytest.mark.parametrize(
    ("text", "kind", "choices", "default"),
    [
        ("Defaults to 0.5.", "number", [], 0.5),
        ("Defaults to `422 HQ`.", "choice", ["422", "422 HQ"], "422 HQ"),
        ("Defaults to png.", "choice", ["png", "jpeg"], "png"),
        ("`hdr10` (default) is one.", "choice", ["hdr10", "hlg"], "hdr10"),
        ("balanced (the default) is short.", "choice", ["balanced"], "balanced"),
        ("Negative is lower; 0 is unchanged.", "integer", [], 0),
        ("Defaults to false.", "switch", [], False),
        ("Defaults to `medium` (8 credits) when there are images.", "choice", ["medium"], None),
        ("Nothing is said.", "integer", [], None),
    ],
)
def test_defaults_are_read_from_sdk_descriptions(text: str, kind: str, choices: list[str], default: object) -> None:
    assert wording.default_value(text, kind, choices) == default
