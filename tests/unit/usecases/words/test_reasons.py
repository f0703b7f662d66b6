"""Texts of failed sendings and failed saving."""

from __future__ import annotations

import inspect

import pytest

from runway_desktop.domain import errors
from runway_desktop.domain.errors import DiskError, NoReply, RunwayDesktopError
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.task import Output, OutputState, TaskId
from runway_desktop.services.disk.disk_words import is_of_disk
from runway_desktop.texts import in_turn
from runway_desktop.usecases.words.failures import saving_words, sending_words


def output(problem: Reason | None) -> Output:
    return Output(task_id=TaskId("a"), index=0, url="", url_fetched_at=0.0, state=OutputState.FAILED, problem=problem)


@pytest.mark.parametrize("code", ReasonCode)
def test_every_reason_has_a_text_without_details(code: ReasonCode):
    for said in (sending_words(Reason(code)), saving_words(output(Reason(code)))):
        assert said.endswith(".")
        assert "{" not in said


def test_no_reason_has_no_text():
    assert (sending_words(None), saving_words(output(None))) == ("", "")


def test_program_error_is_named_after_the_affected_work():
    assert sending_words(Reason(ReasonCode.OUR_MISTAKE)) == "An error in this program while sending."
    assert saving_words(output(Reason(ReasonCode.OUR_MISTAKE))).startswith("An error in this program while saving")


@pytest.mark.parametrize(
    "code", [code for code in ReasonCode if is_of_disk(Reason(code)) and code is not ReasonCode.DISK_ERROR]
)
def test_disk_error_names_its_folder(code: ReasonCode):
    assert "/films {1}" in saving_words(output(Reason(code, "/films {1}")))


def test_full_disk_error_states_the_needed_space():
    said = saving_words(output(Reason(ReasonCode.DISK_FULL, "/films", 5_000_000)))
    assert said.startswith("The disk with “/films” is full: 5.0 MB are needed. ")


def test_reason_text_repeats_the_error_message():
    problem = NoReply("Runway did not answer in time.", advice="Check it.", detail="HTTP 0").reason
    assert sending_words(problem) == "Runway did not answer in time."
    assert saving_words(output(problem)) == "Runway did not answer in time. Saving continues automatically."


@pytest.mark.parametrize(
    "kind", [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.ApiError)]
)
def test_every_runway_error_has_its_own_code(kind: type[RunwayDesktopError]):
    assert (kind.code is ReasonCode.OTHER_ERROR) is (kind is errors.ApiError)


def test_disk_error_without_a_reason_keeps_its_message():
    said = DiskError("It cannot be read.", advice="Is it there?").reason
    assert said == Reason(ReasonCode.DISK_ERROR, words=in_turn("It cannot be read.", "Is it there?"))
