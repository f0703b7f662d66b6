"""Positions of moved tasks in the lane."""

from __future__ import annotations

import pytest

from runway_desktop.domain.task import Task, TaskId
from runway_desktop.services.tasks.queue_acts import LEAST_STEP, positions_before
from tests.rigs.engine_rig import request

A, B, C, D = (TaskId(name) for name in "abcd")


def lane(**positions: float) -> list[Task]:
    return [
        Task(id=TaskId(name), request=request(), created_at=1.0, position=position)
        for name, position in positions.items()
    ]


@pytest.mark.parametrize(
    ("held", "before", "places"),
    [
        (lane(), None, {C: 1.0, D: 2.0}),
        (lane(a=5.0), None, {C: 6.0, D: 7.0}),
        (lane(a=5.0), A, {C: 3.0, D: 4.0}),
        (lane(a=0.0), A, {C: -2.0, D: -1.0}),
        (lane(a=1.0, b=4.0), B, {C: 2.0, D: 3.0}),
        (lane(a=1.0, b=4.0), TaskId("sent meanwhile"), {C: 5.0, D: 6.0}),
        (lane(a=1.0, c=2.0, d=3.0, b=4.0), B, {}),
        (lane(c=1.0, d=2.0), C, {}),
    ],
)
def test_only_moved_tasks_get_new_positions_evenly_between_neighbors(held, before, places):
    assert positions_before(held, [C, D], before) == places


def test_positions_without_a_gap_are_renumbered_in_order():
    held = lane(a=1.0, b=1.0 + LEAST_STEP, d=9.0)
    assert positions_before(held, [C], B) == {A: 1.0, C: 2.0, B: 3.0, D: 4.0}
    assert positions_before(lane(a=1.0, b=1.0), [C], B) == {A: 1.0, C: 2.0, B: 3.0}
