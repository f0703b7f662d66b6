"""A finding states the valid values and the nearest one."""

from __future__ import annotations

from typing import Any

import pytest

from runway_desktop.catalog import Catalog, Field, FieldKind, length_left_out
from runway_desktop.texts import Text
from runway_desktop.usecases.requests.draft import fits, nearest, sentence, takes

CATALOG = Catalog.load()


def field(kind: FieldKind, **more: Any) -> Field:
    return Field(name="x", kind=kind, label_text=Text("X"), help_text=Text(""), **more)


SECONDS = field(FieldKind.CHOICE, choices=(4, 6, 8), unit="s")
BOUNDS = field(FieldKind.INTEGER, minimum=3, maximum=10, unit="s")
RATIOS = field(FieldKind.CHOICE, choices=("1280:720", "720:1280"))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (SECONDS, "4, 6 or 8 s"),
        (field(FieldKind.CHOICE, choices=(5, 10), unit="s"), "5 or 10 s"),
        (BOUNDS, "3 to 10 s"),
        (field(FieldKind.INTEGER, minimum=1), "1 or more"),
        (field(FieldKind.INTEGER, minimum=1, choices=("auto",), unit="s"), "1 s or more or auto"),
        (field(FieldKind.CHOICE, choices=tuple(f"{n}:9" for n in range(20))), "one of 20, such as 0:9"),
        (field(FieldKind.TEXT), ""),
    ],
)
def test_form_field_describes_its_values_briefly(asked: Field, said: str):
    assert takes(asked) == said


@pytest.mark.parametrize(
    ("asked", "value", "near"),
    [
        (SECONDS, 5, 6),
        (SECONDS, 4.5, 4),
        (SECONDS, 60, 8),
        (SECONDS, "5", 6),
        (SECONDS, "5 s", 6),
        (SECONDS, "five", None),
        (SECONDS, "inf", None),
        (BOUNDS, "30", 10),
        (BOUNDS, 2, 3),
        (BOUNDS, 30, 10),
        (RATIOS, "1280x720", "1280:720"),
        (RATIOS, "something else", None),
        (SECONDS, True, None),
    ],
)
def test_nearest_value_is_suggested_unless_none_is_near(asked: Field, value: Any, near: Any):
    assert nearest(asked, value) == near


def test_sentence_names_the_model_as_its_maker_writes_it():
    pair = CATALOG.pair("text_to_video", "veo3.1_fast")
    assert pair is not None
    duration = pair.field("duration")
    assert duration is not None
    assert sentence(pair, duration) == "Veo 3.1 Fast takes 4, 6 or 8 s."
    assert not fits(pair, duration, 5)
    assert fits(pair, duration, 6)


def test_each_default_length_is_accepted_by_its_model():
    for pair in CATALOG.pairs():
        for name, value in length_left_out(pair).items():
            known = pair.field(name)
            assert known is not None
            assert fits(pair, known, value), f"{pair.endpoint} {pair.model}"
            assert isinstance(value, int)
