"""Next steps offered below the details of a task."""

from __future__ import annotations

import pytest

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import State
from runway_desktop.usecases.commands.ending import CANCEL
from runway_desktop.usecases.commands.tasks import next_steps, steps_of
from tests.rigs.rows import task


@pytest.mark.parametrize("state", [State.PENDING, State.THROTTLED, State.RUNNING])
def test_live_task_can_be_canceled_by_a_button(state: State):
    row = Row(task=task(1, state))
    assert next_steps(row) == [CANCEL]
    assert [step.text for step in steps_of(row)] == ["Cancel on Runway…"]


@pytest.mark.parametrize("state", [State.QUEUED, State.SUCCEEDED, State.CANCELLED])
def test_task_that_is_not_live_cannot_be_canceled_at_runway(state: State):
    assert CANCEL not in next_steps(Row(task=task(1, state)))
