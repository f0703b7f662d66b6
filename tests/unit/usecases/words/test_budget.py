"""The day's budget beside the queue: its shares add up to the cap, and what exceeds it stands apart."""

from __future__ import annotations

from runway_desktop.usecases.words.budget import Part, daily_cap_words, shares


def said(*args: object, **more: object) -> list[tuple[str, str]]:
    return [(share.label, share.amount) for share in shares(*args, **more)]  # type: ignore[arg-type]


def test_parts_of_the_budget_add_up_to_the_cap():
    found = shares(1_720.0, 360.0, 400.0, 2_100.0, running=240.0)
    assert sum(share.credits for share in found if share.part is not Part.OVER) == 2_100.0
    assert [(share.label, share.amount) for share in found] == [
        ("Spent", "1,480"),
        ("Running", "240"),
        ("Queued", "360"),
        ("Left", "20"),
        ("Queued, over a cap", "400"),
    ]


def test_budget_without_a_cap_has_no_remainder():
    assert said(0.0, 60.0, 0.0, None, running=0.0) == [("Spent", "0"), ("Running", "0"), ("Queued", "60")]


def test_number_of_budget_lines_is_constant():
    lines = [part.label for part in shares(1_720.0, 360.0, 400.0, 2_100.0, running=240.0)]
    assert [part.label for part in shares(2_200.0, 0.0, 0.0, 2_100.0, running=0.0)] == lines, "a cap that was lowered"
    assert (daily_cap_words(None), daily_cap_words(1_500.0)) == ("No daily cap", "Cap 1,500")
