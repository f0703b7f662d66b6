"""Closing asks only while something is under way."""

from __future__ import annotations

from runway_desktop.usecases.commands.questions import closing_question


def test_nothing_under_way_asks_nothing():
    assert closing_question(sending=0, saving=0, makes_backup=False) is None


def test_what_is_under_way_is_told_with_what_becomes_of_it():
    asked = closing_question(sending=1, saving=2, makes_backup=True)
    assert asked is not None
    assert asked.text.startswith("1 task is being sent and 2 results are being saved. Long transfers continue")
    assert "A backup or a restore is being made. Closing cancels it" in asked.text
    assert (asked.yes, asked.no) == ("Close", "Stay")
    lone = closing_question(sending=0, saving=0, makes_backup=True)
    assert lone is not None
    assert lone.text.startswith("A backup")
