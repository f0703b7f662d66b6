"""Chains of steps: what is made of a shot, and then of each pick. Pure.

A chain belongs to the profile, so that several projects can use it. A task made for a step has the step's id and the
result that it goes on from (`Task.step`, `Task.made_of`), so what was continued is known wherever the chain is changed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NewType

from runway_desktop.domain.media import Media
from runway_desktop.domain.task import State, StepId, Task
from runway_desktop.values import Struct, field

ChainId = NewType("ChainId", str)


class StepInput(StrEnum):
    """What a step takes of a pick. The values are stored and must not change."""

    PICK = "pick"
    LAST_FRAME = "last frame"
    NOTHING = "nothing"
    """It is made from the prompt alone, such as a sound for a clip."""


class Step(Struct, frozen=True, kw_only=True):
    """`values`: wire JSON without prompt, and without the input that comes from the pick."""

    id: StepId
    endpoint: str
    model: str
    title: str = ""
    """Empty: the endpoint's label."""
    values: Mapping[str, Any] = field(default_factory=dict)
    template: str = "{prompt}"
    """Of the prompt: `{prompt}` is the shot's, `{note}` the pick's note."""
    input: StepInput = StepInput.PICK
    """The first step of a chain has none: its takes are made from the shot's prompt."""
    amount: int = 1
    """Takes of each pick."""

    def prompt(self, prompt: str, note: str) -> str:
        """The template with these. Blanks around what is empty go."""
        told = {"{prompt}": prompt, "{note}": note}
        return re.sub(r"\{(?:prompt|note)\}", lambda found: told[found.group()], self.template).strip()


class Chain(Struct, frozen=True, kw_only=True):
    id: ChainId
    name: str
    steps: tuple[Step, ...] = ()


def column_of(chain: Chain, makes: Sequence[Media], step: StepId | None, generation: int, media: Media) -> int | None:
    """The index of the step that a take stands in: its own, else of the steps that make its kind the one nearest to its
    generation. None if no step makes its kind. `makes`: the kind that each step makes."""
    for at, one in enumerate(chain.steps):
        if one.id == step:
            return at
    fitting = [at for at, kind in enumerate(makes) if kind is media]
    return min(fitting, key=lambda at: abs(at - generation), default=None)


def is_continuation(task: Task) -> bool:
    """Whether a task counts as made for its step: not one that the person withdrew or refused before it was sent."""
    return not (task.state is State.CANCELLED and task.remote_id is None and not task.may_be_made)


def new_step_id() -> StepId:
    from uuid import uuid4

    return StepId(uuid4().hex)


def new_chain_id() -> ChainId:
    from uuid import uuid4

    return ChainId(uuid4().hex)
