"""Runway's counts and balance in tests of a sending whose answer is lost or denies it."""

from __future__ import annotations

from runway_desktop.domain.errors import ApiError, NoReply
from runway_desktop.domain.task import Evidence, TaskId
from runway_desktop.values import replace
from tests.rigs.engine_rig import Rig


def count(rig: Rig, model: str = "gen4.5", by: int = 1, credits: float = 25.0) -> None:
    """Runway counts tasks of a model and takes their credits, whoever made them."""
    known = rig.runway.account
    used = {**known.daily_used, model: known.daily_used.get(model, 0) + by}
    rig.runway.account = replace(known, daily_used=used, balance=known.balance - by * credits)


def made_but_cut(rig: Rig, answer: ApiError | None = None, **counted):
    """Runway makes the task and takes the credits, and the answer is lost, or says something else."""

    def create(*_arguments):
        count(rig, **counted)
        raise answer or NoReply("The connection was cut.")

    return create


def counted_rig(concurrent: int | None = None, **more) -> Rig:
    """Runway tells how many tasks of the model it has, and takes so many at once."""
    rig = Rig(**more)
    rig.runway.limit("gen4.5", concurrent=concurrent)
    return rig


async def evidence_of(rig: Rig, task_id: TaskId) -> Evidence:
    found = (await rig.task(task_id)).evidence
    assert found is not None
    return found
