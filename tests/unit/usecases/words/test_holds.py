"""Texts of the reasons why a queued task waits."""

from __future__ import annotations

import pytest

from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.task import Hold, HoldCode
from runway_desktop.usecases.words.holds import hold_words


@pytest.mark.parametrize("code", [one for one in HoldCode if one not in (HoldCode.REFUSED, HoldCode.EXPIRED)])
def test_every_hold_reason_has_a_text_without_details(code: HoldCode):
    said = hold_words(Hold(code))
    assert bool(said) is (code is not HoldCode.ITS_TURN)
    assert not said or said.endswith(".")
    assert "“”" not in said


@pytest.mark.parametrize("code", [HoldCode.FILE_MISSING, HoldCode.FILE_UNREADABLE, HoldCode.FILE_EMPTY])
def test_hold_text_names_the_unusable_file(code: HoldCode):
    assert hold_words(Hold(code, file="fox.png")).startswith("“fox.png” ")


@pytest.mark.parametrize("code", [HoldCode.NOT_SENT, HoldCode.UPLOAD_FAILED, HoldCode.ASK_PERSON])
def test_hold_text_repeats_the_error_message(code: HoldCode):
    assert "Runway is overloaded." in hold_words(
        Hold(code, cause=Reason(ReasonCode.OTHER_ERROR, words="Runway is overloaded."))
    )


def test_small_print_is_not_part_of_the_sentence():
    assert all("HTTP 503" not in hold_words(Hold(code, small_print="HTTP 503")) for code in HoldCode)
