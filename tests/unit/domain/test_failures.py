"""The API's table of failure codes, in the words that a person reads.

Source: the API's page on task failures.
"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from runway_desktop.domain.failures import Failure
from runway_desktop.usecases.words.failures import failure_headline, failure_words


def test_input_refused_by_moderation_is_named():
    assert "refused the prompt" in failure_words(Failure(code="SAFETY.INPUT.TEXT"))
    assert "refused an image" in failure_words(Failure(code="SAFETY.INPUT.IMAGE"))


def test_moderation_of_an_input_is_reported_as_charged():
    assert "aren't refunded" in failure_words(Failure(code="SAFETY.INPUT.IMAGE"))


@given(code=st.text(max_size=40))
def test_every_failure_code_has_a_sentence(code):
    failure = Failure(code=code)
    assert failure_headline(failure)
    assert failure_words(failure).endswith(".")
