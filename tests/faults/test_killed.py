"""The program may be killed at any moment. At the next start every task is where its last word on disk says, no paid
request is sent twice, and no id that this program was given is lost."""

from __future__ import annotations

from collections import Counter

import pytest

from runway_desktop.domain.task import State
from tests.rigs.killed_lives import PROMPTS, lives_until


@pytest.mark.parametrize("moment", range(1, 41))
async def test_kill_at_any_moment_pays_nothing_twice_and_loses_nothing(moment, tmp_path):
    died, rig, told = await lives_until(moment, tmp_path / "accepted-ids.txt")
    made_before = Counter(body["promptText"] for _, body in rig.runway.requests.values())
    async with rig:
        await rig.clock.advance(200)
        stored = [await rig.task(entry) for entry in rig.store.tasks]
        made = Counter(body["promptText"] for _, body in rig.runway.requests.values())
        assert all(times == 1 for times in made.values()), "a paid request was sent twice"
        if not stored:
            assert moment == 1, "what was written down is lost"
            return
        assert {task.state for task in stored} <= {State.SUCCEEDED, State.UNCERTAIN}
        known = {task.remote_id for task in stored if task.remote_id is not None}
        lost = [body["promptText"] for remote, (_, body) in rig.runway.requests.items() if remote not in known]
        uncertain = [task.request.prompt for task in stored if task.state is State.UNCERTAIN]
        assert set(lost) <= set(uncertain), "a task at Runway is neither known nor said to be uncertain"
        assert told.isdisjoint(uncertain), "an id that the program was given is lost"
        assert len(uncertain) <= 1 or died
        assert set(made_before) <= set(made)
        for task in stored:
            if task.state is State.SUCCEEDED:
                assert len(await rig.store.outputs(task.id)) == 1


async def test_main_scenario_has_enough_moments_to_kill(tmp_path):
    died, rig, _ = await lives_until(10_000, tmp_path / "accepted-ids.txt")
    assert not died
    assert len(rig.runway.requests) == len(PROMPTS)
    assert all(task.state is State.SUCCEEDED for task in rig.store.tasks.values())
