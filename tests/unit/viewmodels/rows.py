"""Rows in any state, for tests of what is said of them and offered for them."""

from typing import Any

from runway_desktop.domain.failures import Failure
from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Output, OutputState, State
from tests.gui.rig import saved, task

RESULT_STATES = tuple(OutputState)


def row(state: State = State.SUCCEEDED, *outputs: OutputState, number: int = 1, **members: Any) -> Row:
    one = task(number, state, **members)
    return Row(task=one, outputs=tuple(output(one, kind, index) for index, kind in enumerate(outputs)))


def output(of: Any, kind: OutputState, index: int = 0, **members: Any) -> Output:
    problem = "The disk is full." if kind is OutputState.FAILED else ""
    return saved(of, f"/library/{of.id}-{index}.mp4", index, state=kind, problem=problem, **members)


def failed(code: str, **members: Any) -> Row:
    return row(State.FAILED, failure=Failure(code=code, words="Something."), **members)
