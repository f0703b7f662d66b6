"""The API's table of failure codes, in the words that a person reads.

Source: the API's page on task failures.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runway_desktop.domain.failures import Advice, Failure, explain


@pytest.mark.parametrize(
    ("code", "advice", "moderated"),
    [
        ("SAFETY.INPUT.TEXT", Advice.CHANGE_PROMPT, True),
        ("SAFETY.INPUT.IMAGE", Advice.CHANGE_INPUT, True),
        ("SAFETY.INPUT.SOMETHING_NEW", Advice.CHANGE_INPUT, True),
        ("SAFETY.OUTPUT.VIDEO", Advice.CHANGE_PROMPT, True),
        ("INPUT_PREPROCESSING.SAFETY.TEXT", Advice.CHANGE_PROMPT, True),
        ("INPUT_PREPROCESSING.INTERNAL", Advice.RETRY_LATER, False),
        ("INTERNAL.BAD_OUTPUT.CODE01", Advice.CHANGE_INPUT, False),
        ("ASSET.INVALID", Advice.CHANGE_INPUT, False),
        ("THIRD_PARTY.UNAVAILABLE", Advice.RETRY_LATER, False),
        ("INTERNAL", Advice.RETRY_LATER, False),
        ("REQUEST.REFUSED", Advice.FIX_REQUEST, False),
        ("", Advice.RETRY_LATER, False),
        ("SOMETHING.NEW", Advice.RETRY_LATER, False),
    ],
)
def test_every_code_has_one_sensible_next_step(code, advice, moderated):
    failure = Failure(code=code)
    assert failure.meaning.advice is advice
    assert failure.is_moderation is moderated


def test_a_hint_at_the_input_is_worded_as_probably():
    assert "Probably the prompt" in explain("SAFETY.INPUT.TEXT").sentence
    assert "Probably a picture" in explain("SAFETY.INPUT.IMAGE").sentence


def test_an_input_that_moderation_refused_is_said_to_be_charged():
    assert "not given back" in explain("SAFETY.INPUT.IMAGE").sentence


@given(code=st.text(max_size=40))
def test_any_code_has_words(code):
    meaning = explain(code)
    assert meaning.headline
    assert meaning.sentence.endswith(".")
