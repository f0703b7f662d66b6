"""The API's table of failure codes, in the words that a person reads.

Source: the API's page on task failures.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runway_desktop.domain.failures import Advice, Failure
from runway_desktop.usecases.words.failures import failure_headline, failure_words


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
    assert failure.advice is advice
    assert failure.is_moderation is moderated


def test_the_input_that_moderation_refused_is_named():
    assert "refused the prompt" in failure_words(Failure(code="SAFETY.INPUT.TEXT"))
    assert "refused an image" in failure_words(Failure(code="SAFETY.INPUT.IMAGE"))


def test_an_input_that_moderation_refused_is_said_to_be_charged():
    assert "aren't refunded" in failure_words(Failure(code="SAFETY.INPUT.IMAGE"))


@given(code=st.text(max_size=40))
def test_any_code_has_words(code):
    failure = Failure(code=code)
    assert failure_headline(failure)
    assert failure_words(failure).endswith(".")
