"""The one table of states: how each is shown, and by which word it is found."""

from __future__ import annotations

from runway_desktop.domain.task import State
from runway_desktop.usecases.searching.language import STATES
from runway_desktop.usecases.words.states import LOOKS, STATUSES


def test_every_state_has_its_look_and_a_word_of_the_search():
    assert list(LOOKS) == list(State)
    for look in LOOKS.values():
        assert look.headline
        assert look.icon.startswith("mdi6.")
        assert look.word in STATUSES


def test_every_word_of_the_search_finds_the_states_that_have_it():
    for word in STATUSES:
        assert STATES[word]
        assert all(LOOKS[state].word == word for state in STATES[word])
    assert sum(len(STATES[word]) for word in STATUSES) == len(State)
