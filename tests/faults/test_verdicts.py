"""Statements about a sending without an answer are true as long as no other user has the key: "probably not made" is
never said of a task that was made, since the person would send it again and pay twice."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

import pytest

from runway_desktop.domain.events import Event, TaskChanged
from runway_desktop.domain.task import State, Task
from runway_desktop.services.tasks.uncertainty import Likelihood, verdict
from tests.rigs.engine_rig import Rig, request
from tests.rigs.fakes import FakeClock
from tests.rigs.samples import examples
from tests.rigs.slow_runway import SlowRunway

COUNTED = ("gen4.5", "gen4_turbo", "veo3.1")
UNCOUNTED = ("seedance2",)
SENDINGS = 40


@dataclass
class Said:
    """Everything that was said of uncertain tasks while a run lasted, beside what was true."""

    wrongly_not_made: list[str] = field(default_factory=list)
    wrongly_made: list[str] = field(default_factory=list)
    last: Counter[Likelihood] = field(default_factory=Counter)
    """What was said of each in the end."""


async def lives(
    seed: int, least: float, most: float, *, models: tuple[str, ...] = COUNTED, killed: int = 0, late: float = 0.0
) -> Said:
    """Sends tasks of several models with random gaps in between; a quarter loses its answer. `killed`: how often the
    program is killed meanwhile and started again. `late`: see `SlowRunway`."""
    rng, clock, said = random.Random(seed), FakeClock(), Said()
    runway = SlowRunway(clock, random.Random(seed + 1), lost=0.25, counted=COUNTED, uncounted=UNCOUNTED, late=late)
    rig = Rig(runway=runway, clock=clock, loops=("lane", "poller", "account"), seed=seed)
    deaths = sorted(rng.sample(range(1, SENDINGS), killed))
    for first, last in zip([0, *deaths], [*deaths, SENDINGS], strict=True):
        await rig.__aenter__()
        rig.bus.listen(lambda event: _hear(event, runway, said))
        for number in range(first, last):
            await rig.submit(request(f"prompt {number}", model=rng.choice(models)))
            await clock.advance(rng.uniform(least, most))
            await _go_on(rig)
        if last < SENDINGS:
            rig = rig.kill()
            await clock.advance(rng.uniform(0.0, 3.0))
    for _ in range(40):
        await clock.advance(10)
        await _go_on(rig)
    for task in [task for task in rig.ledger.open() if task.state is State.UNCERTAIN]:
        said.last[_likelihood(task)] += 1
        _compare(task, runway, said)
    await rig.close()
    return said


async def _go_on(rig: Rig) -> None:
    """The lane pauses itself after some sendings without an answer; this person goes on at once."""
    if rig.lane.paused:
        await rig.lane.resume()


def _hear(event: Event, runway: SlowRunway, said: Said) -> None:
    if isinstance(event, TaskChanged) and event.task.state is State.UNCERTAIN:
        _compare(event.task, runway, said)


def _compare(task: Task, runway: SlowRunway, said: Said) -> None:
    likelihood, made = _likelihood(task), task.request.prompt in runway.made
    if likelihood is Likelihood.NOT_MADE and made:
        said.wrongly_not_made.append(f"{task.request.prompt}: {task.evidence}")
    if likelihood is Likelihood.MADE and not made:
        said.wrongly_made.append(f"{task.request.prompt}: {task.evidence}")


def _likelihood(task: Task) -> Likelihood:
    return verdict(task.evidence).likelihood if task.evidence is not None else Likelihood.UNKNOWN


def share_of_answers(runs: list[Said]) -> float:
    """How many of the uncertain tasks were told more than that nobody can tell."""
    last = sum((run.last for run in runs), Counter[Likelihood]())
    return 1.0 - last[Likelihood.UNKNOWN] / last.total()


@pytest.mark.parametrize(("least", "most"), [(0.15, 0.15), (0.0, 0.5), (0.0, 2.0), (1.0, 2.0)])
@pytest.mark.parametrize("seed", range(5))
async def test_verdict_about_an_unanswered_sending_is_never_wrong(seed, least, most):
    said = await lives(seed, least, most)
    assert said.wrongly_not_made == []
    assert said.wrongly_made == []


@pytest.mark.parametrize("seed", range(5))
async def test_verdict_from_the_balance_alone_is_never_wrong(seed):
    said = await lives(seed, 0.0, 20.0, models=(*UNCOUNTED, *COUNTED[:1]))
    assert said.wrongly_not_made == []
    assert said.wrongly_made == []


@pytest.mark.parametrize("seed", range(5))
async def test_verdict_about_a_sending_of_an_earlier_run_is_never_wrong(seed):
    said = await lives(seed, 0.0, 2.0, killed=3)
    assert said.wrongly_not_made == []
    assert said.wrongly_made == []


@pytest.mark.parametrize("seed", range(5))
async def test_verdict_waits_for_a_server_that_makes_the_task_late(seed):
    said = await lives(seed, 0.0, 2.0, late=15.0, killed=seed % 2)
    assert said.wrongly_not_made == []


@pytest.mark.long
async def test_most_unanswered_sendings_get_a_verdict():
    assert share_of_answers([await lives(seed, 1.0, 2.0) for seed in range(examples(4))]) > 0.8
    assert share_of_answers([await lives(seed, 0.0, 0.3) for seed in range(examples(4))]) > 0.8
