"""Announcements to a person outside of the window."""

from __future__ import annotations

import pytest

from runway_desktop.domain.failures import Failure
from runway_desktop.domain.library import Row
from runway_desktop.domain.task import BatchId, OutputState, State, Task
from runway_desktop.usecases.words.announcements import Announcement, End, end_of
from runway_desktop.values import replace
from runway_desktop.viewmodels.announcements import GATHER_MS, Announcements
from tests.rigs.desktop import Rig, rest, until
from tests.rigs.rows import saved, task

DONE = task(1, State.SUCCEEDED)
RUNS = task(1, State.RUNNING)


def announcing(rig: Rig, choice: str) -> tuple[Announcements, list[Announcement]]:
    rig.engine.settings.announce = choice  # type: ignore[assignment]
    announcements = Announcements(rig.cases, rig.bridge, rig.runner, rig.owner)
    said: list[Announcement] = []
    announcements.announced.connect(said.append)
    return announcements, said


async def ends(rig: Rig, *tasks: Task, save: bool = True) -> None:
    """The tasks come to their states, and the results of those that succeeded are saved."""
    for one in tasks:
        kept = await rig.by_id(int(one.id[1:]))
        await rig.change(replace(one, batch_id=kept.batch_id))
        if one.state is State.SUCCEEDED:
            await rig.output(saved(one) if save else saved(one, state=OutputState.WAITING, path=""))


async def look(announcements: Announcements) -> None:
    announcements.flush()
    await rest()


@pytest.mark.parametrize(
    ("row", "end"),
    [
        (Row(task=DONE, outputs=(saved(DONE),)), End.SAVED),
        (Row(task=DONE, outputs=(saved(DONE), saved(DONE, index=1, state=OutputState.WAITING))), None),
        (Row(task=DONE, outputs=(saved(DONE, state=OutputState.FAILED),)), End.NOT_SAVED),
        (Row(task=DONE), None),
        (Row(task=RUNS), None),
        (Row(task=task(1, State.CANCELLED)), None),
        (Row(task=task(1, State.GONE)), End.FAILED),
        (Row(task=task(1, State.GONE, remote_id=None)), None),
        (Row(task=task(1, State.UNCERTAIN)), End.UNCERTAIN),
        (Row(task=task(1, State.FAILED, failure=Failure(code="INTERNAL", words=""))), End.FAILED),
    ],
)
def test_end_of_a_task_is_announced_when_nothing_more_happens_to_it(row: Row, end: End | None):
    assert end_of(row) is end


async def test_result_is_announced_once_when_saved(tmp_path):
    async with Rig(tmp_path) as rig:
        announcements, said = announcing(rig, "each")
        await rig.add(RUNS)
        await ends(rig, DONE, save=False)
        await look(announcements)
        assert said == []
        for _ in range(2):
            await rig.output(saved(DONE))
            await look(announcements)
        [word] = said
        assert (word.title, word.text, word.task_ids) == ("Saved", "Prompt 1", (DONE.id,))
        assert not word.is_problem


async def test_simultaneous_ends_are_announced_together(tmp_path):
    async with Rig(tmp_path) as rig:
        announcements, said = announcing(rig, "each")
        await rig.add(*(task(number, State.RUNNING) for number in (1, 2, 3)))
        await ends(rig, DONE, task(2, State.FAILED), task(3, State.FAILED))
        await look(announcements)
        assert [(word.title, word.text) for word in said] == [("3 tasks ended", "1 saved · 2 failed")]
        assert said[0].is_problem


async def test_batch_is_announced_when_all_of_it_is_done(tmp_path):
    async with Rig(tmp_path) as rig:
        announcements, said = announcing(rig, "batch")
        await rig.put(RUNS, task(2, State.RUNNING), batch="aurora")
        await ends(rig, task(2, State.FAILED))
        await look(announcements)
        assert said == []
        await ends(rig, DONE)
        await look(announcements)
        assert [(word.title, word.text) for word in said] == [("Batch aurora is done", "1 saved · 1 failed")]


async def test_uncertain_task_is_announced_before_its_batch_ends(tmp_path):
    async with Rig(tmp_path) as rig:
        announcements, said = announcing(rig, "batch")
        await rig.put(task(1, State.SENDING), task(2, State.RUNNING), batch="aurora")
        await ends(rig, task(1, State.UNCERTAIN))
        await look(announcements)
        assert [word.is_problem for word in said] == [True]
        assert (await rig.by_id(1)).batch_id == BatchId("aurora")


@pytest.mark.parametrize(("choice", "amount"), [("failures", 1), ("off", 0)])
async def test_saved_results_are_not_announced_with_setting_failures_or_nothing(tmp_path, choice: str, amount: int):
    async with Rig(tmp_path) as rig:
        announcements, said = announcing(rig, choice)
        await rig.add(RUNS, task(2, State.RUNNING))
        await ends(rig, DONE, task(2, State.FAILED))
        await look(announcements)
        assert len(said) == amount


async def test_announcements_are_collected_for_a_moment(tmp_path):
    async with Rig(tmp_path) as rig:
        announcements, said = announcing(rig, "each")
        assert announcements._timer.interval() == GATHER_MS
        announcements._timer.setInterval(20)
        await rig.add(RUNS)
        await ends(rig, task(1, State.FAILED))
        assert said == []
        await until(lambda: said)


async def test_screen_reader_hears_sendings_and_ends_whatever_the_setting(tmp_path):
    async with Rig(tmp_path) as rig:
        announcements, said = announcing(rig, "off")
        heard: list[tuple[str, bool]] = []
        announcements.heard.connect(lambda sentence, urgent: heard.append((sentence, urgent)))
        await rig.add(task(1, State.SENDING))
        await rig.change(RUNS)
        await look(announcements)
        assert [sentence.split(".")[0] for sentence, _ in heard] == ["Sent"]
        await rig.change(task(1, State.FAILED, failure=Failure(code="INTERNAL", words="")))
        await look(announcements)
        assert heard[1][1], "A failure is urgent"
        assert said == []
