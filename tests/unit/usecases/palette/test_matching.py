"""Text matching of the palette: whether a text matches, how well, and the matched letters."""

from __future__ import annotations

import pytest

from runway_desktop.usecases.palette.matching import Rank, corrected, letters_of, rank_of, searched, typed_words


@pytest.mark.parametrize(
    ("text", "synonyms", "also", "typed", "rank"),
    [
        ("Retry", "", "", "retry", Rank.WHOLE),
        ("A day", "budget, spending limit", "", "spending limit", Rank.WHOLE),
        ("Retry", "", "", "re", Rank.BEGINS),
        ("New request", "", "", "req", Rank.WORDS_BEGIN),
        ("New request", "", "", "req ne", Rank.WORDS_BEGIN),
        ("A day", "budget, spending limit", "", "limit spend", Rank.SYNONYM),
        ("A day", "budget", "", "day bud", Rank.SYNONYM),
        ("Keep a light backup of each day with changes", "", "", "light", Rank.SENTENCE),
        ("Compare takes", "", "", "are", Rank.INSIDE),
        ("New request", "", "", "nr", Rank.INITIALS),
        ("A day", "", "Money caps", "caps", Rank.ELSEWHERE),
        ("A day", "", "Money caps", "day caps", Rank.ELSEWHERE),
        ("Gen-4.5", "", "", "4.5", Rank.WORDS_BEGIN),
        ("Gen4.5", "", "", "4.5", Rank.INSIDE),
    ],
)
def test_typed_words_are_ranked_by_how_they_match_a_text(text, synonyms, also, typed, rank):
    assert rank_of(searched(text, synonyms, also), typed_words(typed)) is rank


@pytest.mark.parametrize(
    ("text", "also", "typed"), [("Retry", "", "x"), ("A day", "preferences", "re"), ("No", "", "n o p")]
)
def test_every_search_word_must_match_and_hidden_words_by_prefix(text, also, typed):
    assert rank_of(searched(text, also=also), typed_words(typed)) is None


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
def test_matched_letters_are_marked_even_where_folding_lengthens_a_text(text, typed, shown):
    assert [text[start:end] for start, end in letters_of(text, typed_words(typed))] == shown


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("prefrences", "preference"),
        ("setings", "setting"),
        ("preefre", "prefere"),
        ("dleete", "delete"),
        ("expoort", "export"),
        ("ecport", "export"),
        ("expirt", "export"),
        ("csc", "csc"),
        ("sett", "sett"),
        ("zzzzzz", "zzzzzz"),
        ("export 500", "export"),
        ("500", "500"),
    ],
)
def test_typing_error_is_corrected_in_an_unknown_word(typed, meant):
    known = [searched("Preferences", "settings, csv"), searched("Delete"), searched("Export")]
    assert corrected(typed_words(typed), known).phrase == meant


def test_empty_palette_line_matches_everything():
    assert rank_of(searched("Retry"), typed_words("  ")) is not None
