"""Lane, submission, dispatch and poller, with kills and restores, under anything in any order keep what
`tests.rigs.invariants` says. The acts are those of `tests.rigs.lane_walk`; `dev.py faults` walks for longer."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from runway_desktop.usecases.commands.ending import DELETE_FILE
from runway_desktop.usecases.commands.handing_on import ADD_TO_CAST
from runway_desktop.usecases.commands.tasks import TASKS
from tests.rigs.lane_walk import ACTS, UNDOABLE, Act, Walk, walked

DICE = st.randoms(use_true_random=False)


class LaneMachine(RuleBasedStateMachine):
    """Finds the shortest way to what breaks."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory(prefix="runway-desktop-lane-")
        self.walk = Walk(Path(self.folder.name))
        self.does(self.walk.begin())

    def does(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    def teardown(self) -> None:
        self.does(self.walk.close())
        self.runner.close()
        self.folder.cleanup()


def _as_rule(act: Act) -> Callable[..., None]:
    def does(machine: LaneMachine, dice: random.Random) -> None:
        machine.does(machine.walk.do(act, dice))

    does.__name__ = does.__qualname__ = act.__name__
    return does


for one in ACTS:
    setattr(LaneMachine, one.__name__, rule(dice=DICE)(_as_rule(one)))

TestLaneMachine = LaneMachine.TestCase
TestLaneMachine.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)


@pytest.mark.parametrize("seed", range(6))
async def test_random_walk_doubles_loses_stalls_and_sends_nothing_unasked(seed: int):
    walk = await walked(seed, 80)
    assert walk.runway.made


def test_random_walk_undoes_every_command_with_an_undo():
    """Those of results are left out: the walk has none."""
    assert {command for command in TASKS if command.undo is not None} - {DELETE_FILE, ADD_TO_CAST} == UNDOABLE
