"""What fits a few letters, how well, and which letters are emphasized."""

from __future__ import annotations

import pytest

from runway_desktop.usecases.palette.matching import Rank, match


@pytest.mark.parametrize(
    ("text", "also", "typed", "rank"),
    [
        ("Retry", "", "re", Rank.BEGINS),
        ("New request", "", "req", Rank.WORDS_BEGIN),
        ("New request", "", "req ne", Rank.WORDS_BEGIN),
        ("Compare takes", "", "are", Rank.INSIDE),
        ("New request", "", "nr", Rank.INITIALS),
        ("A day", "Money caps", "caps", Rank.ELSEWHERE),
        ("A day", "Money caps", "day caps", Rank.ELSEWHERE),
    ],
)
def test_what_begins_so_fits_best_and_other_words_last(text, also, typed, rank):
    found = match(text, also, typed)
    assert found is not None
    assert found.rank is rank


@pytest.mark.parametrize(
    ("text", "also", "typed"), [("Retry", "", "x"), ("A day", "preferences", "re"), ("No", "", "n o p")]
)
def test_every_word_must_be_found_and_hidden_words_from_their_beginning(text, also, typed):
    assert match(text, also, typed) is None


@pytest.mark.parametrize(
    ("text", "typed", "shown"),
    [
        ("Retry", "RE", ["Re"]),
        ("New request", "re ne", ["Ne", "re"]),
        ("Compare the request", "re", ["re"]),
        ("New request", "nr", ["N", "r"]),
        ("Straße zu dritt", "dritt", ["dritt"]),
    ],
)
def test_the_letters_that_were_typed_are_told_even_where_folding_makes_a_text_longer(text, typed, shown):
    found = match(text, "", typed)
    letters = [text[start:end] for start, end in found.letters] if found is not None else None
    assert letters == shown


def test_an_empty_line_fits_everything():
    assert match("Retry", "", "  ") is not None
