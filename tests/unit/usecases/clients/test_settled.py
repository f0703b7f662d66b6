"""When a task and its results need no more waiting."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from runway_desktop.domain.library import Row
from runway_desktop.domain.permissions import COMMAND_LINE
from runway_desktop.domain.task import Hold, HoldCode, OutputState, State
from runway_desktop.usecases.clients.task_answer import is_settled
from tests.rigs.clients_desk import a_desk
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


@pytest.mark.parametrize("reads", range(1, 4))
async def test_wait_is_over_only_if_the_results_that_it_tells_of_are(
    reads: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The saving of a result that failed begins again after so many reads."""
    failed, saving = row(State.SUCCEEDED, OutputState.FAILED), row(State.SUCCEEDED, OutputState.DOWNLOADING)
    seen = [*[failed] * reads, *[saving] * 4]

    async def rows(ids: Sequence[str]) -> list[Row]:
        return [seen.pop(0) for _ in ids]

    async with a_desk(tmp_path) as desk:
        made = await desk.create(max_credits=100.0)
        monkeypatch.setattr(desk.engine.library, "rows", rows)
        waited = await desk.call(COMMAND_LINE, "wait", ids=[made["id"]], saved=True)
        [file] = waited["tasks"][0]["files"]
        assert waited["is_over"] is (file["state"] == "failed")
