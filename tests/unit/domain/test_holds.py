"""Which queued tasks the lane may send by itself: a task that is sent twice is paid for twice."""

from __future__ import annotations

import pytest

from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.inputs import misses_file
from runway_desktop.domain.task import Hold, HoldCode, Request, State, Task, TaskId


def held(hold: Hold) -> Task:
    return Task(id=TaskId("a"), request=Request(endpoint="", model="gen4.5"), created_at=1.0, hold=hold)


@pytest.mark.parametrize("code", [HoldCode.RESTORED, HoldCode.COPIED, HoldCode.ASK_PERSON])
@pytest.mark.parametrize("words", ["", "Runway could not be reached."])
def test_task_that_may_already_be_paid_is_never_sent_automatically(code: HoldCode, words: str):
    task = held(Hold(code, cause=Reason(ReasonCode.OTHER_ERROR, words=words)))
    assert task.waits_for_person
    assert task.may_be_sent_already


@pytest.mark.parametrize("code", HoldCode)
def test_hold_code_never_equals_a_text(code: HoldCode):
    assert not isinstance(code, str)
    # The type check refuses the comparison, and an ignore that it does not need as well.
    assert code != code.value  # type: ignore[comparison-overlap]


def test_only_the_code_tells_that_a_file_is_missing():
    assert misses_file(held(Hold(HoldCode.FILE_MISSING, file="a.png")))
    assert not misses_file(
        held(Hold(HoldCode.NOT_SENT, cause=Reason(ReasonCode.OTHER_ERROR, words="“a.png” is not there any more.")))
    )
    sent = Task(
        id=TaskId("a"),
        request=Request(endpoint="", model=""),
        created_at=1.0,
        state=State.SENDING,
        hold=Hold(HoldCode.FILE_MISSING),
    )
    assert not misses_file(sent)
