"""When a task and its results need no more waiting."""

from __future__ import annotations

import pytest

from runway_desktop.domain.task import Hold, HoldCode, OutputState, State
from runway_desktop.usecases.clients.task_answer import is_settled
from tests.rigs.rows import row


@pytest.mark.parametrize("state", State)
def test_ended_and_uncertain_tasks_are_settled_and_no_others(state: State):
    assert is_settled(row(state), saved=True) is (state.is_final or state is State.UNCERTAIN)


def test_task_waiting_for_the_person_is_settled_once_removed():
    hold = Hold(HoldCode.APPROVAL, client="claude")
    assert not is_settled(row(State.QUEUED, hold=hold), saved=True)
    assert is_settled(row(State.QUEUED, hold=hold, removed_at=1.0), saved=True)


@pytest.mark.parametrize("state", OutputState)
def test_unsaved_results_are_waited_for_while_a_program_saves_them(state: OutputState):
    under_way = state in (OutputState.WAITING, OutputState.DOWNLOADING)
    assert is_settled(row(State.SUCCEEDED, state), saved=True) is not under_way
    assert is_settled(row(State.SUCCEEDED, state), saved=False)
