"""Texts why a task was not canceled or deleted, or has no link."""

from __future__ import annotations

import pytest

from runway_desktop.domain.errors import NotReached
from runway_desktop.domain.failures import WhyNot
from runway_desktop.usecases.words.failures import no_link_words, why_not_words


@pytest.mark.parametrize("why", WhyNot)
def test_every_reason_why_not_has_a_sentence(why: WhyNot):
    assert why_not_words(why).endswith(".")


def test_error_is_shown_with_its_own_message():
    assert why_not_words(NotReached("There is no network.", advice="Try again.")) == "There is no network. Try again."


def test_message_without_runway_says_that_the_known_link_has_expired():
    said = no_link_words(NotReached("There is no network.", advice="Try again."))
    assert said == "There is no network. Try again. The link known here has expired."
    assert no_link_words(WhyNot.UNSENT_HAS_NO_LINK) == "This task never reached Runway, so there is no link."
