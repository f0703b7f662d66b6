"""`steps continue` for scripts and agents: the person's picks go on, once, and a second call makes nothing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.cli.options import read
from runway_desktop.domain.permissions import COMMAND_LINE
from runway_desktop.domain.task import Pick, State, TaskId
from runway_desktop.usecases.clients.refusals import CallRefused, Code
from tests.rigs.clients_desk import AGENT, Desk, Person, a_desk
from tests.rigs.film import CHAIN, CLIP, PROJECT, add_take


async def go_on(desk: Desk, client: str = COMMAND_LINE, **more: Any) -> dict[str, Any]:
    return await desk.call(client, "steps", **{"act": "continue", "project": PROJECT, "step": "2", **more})


async def with_picks(desk: Desk, *numbers: int) -> None:
    await desk.use_cases.steps.save(CHAIN)
    for number in numbers:
        await add_take(desk.rig, desk.folder, number, shot=f"0{number}0")
    await desk.rig.pricing.learn((await desk.use_cases.steps.board(PROJECT, CHAIN)).ready()[0].request, 25.0)


def states(found: dict[str, Any]) -> list[str]:
    return [task["state"] for task in found["tasks"]]


async def test_second_call_of_a_script_gives_the_same_tasks_and_pays_nothing(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        await with_picks(desk, 1, 2)
        dry = await go_on(desk, step="image → video", max_credits=60, dry_run=True)
        assert (dry["price"]["credits"], dry["price"]["would"], dry["tasks"]) == (50.0, "send", [])
        assert desk.rig.ledger.all_queued() == ()
        first = await go_on(desk, max_credits=60)
        assert states(first) == ["queued", "queued"]
        assert [task.made_of.task_id for task in desk.rig.ledger.all_queued()] == ["t1", "t2"]
        again = await go_on(desk)
        assert [task["id"] for task in again["tasks"]] == [task["id"] for task in first["tasks"]]
        assert len(desk.rig.ledger.all_queued()) == 2
        await add_take(desk.rig, desk.folder, 3, shot="030")
        assert len((await go_on(desk, max_credits=60))["tasks"]) == 3


async def test_scripts_limit_is_for_all_picks_together(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        await with_picks(desk, 1, 2)
        with pytest.raises(CallRefused, match="more than 40"):
            await go_on(desk, max_credits=40)
        with pytest.raises(CallRefused) as refused:
            await go_on(desk)
        assert "--max-credits" in refused.value.in_words()
        assert desk.rig.ledger.all_queued() == ()


async def test_agents_wish_waits_and_is_sent_as_approved(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        await with_picks(desk, 1)
        found = await go_on(desk, AGENT)
        [asked] = found["tasks"]
        assert (asked["state"], found["price"]["would"]) == ("waiting_for_approval", "wait for approval")
        assert [one["id"] for one in (await go_on(desk, AGENT))["tasks"]] == [asked["id"]]
        assert (await desk.use_cases.steps.board(PROJECT, CHAIN)).ready() == (), "it does not wait twice"
        await Person(desk).approve(asked["id"])
        made = await desk.rig.task(TaskId(asked["id"]))
        assert (made.state, made.step, made.is_free) == (State.QUEUED, CLIP.id, True)


async def test_person_who_refused_an_agent_can_continue_the_pick(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        await with_picks(desk, 1)
        [asked] = (await go_on(desk, AGENT))["tasks"]
        await Person(desk).refuse("", asked["id"])
        assert len((await desk.use_cases.steps.board(PROJECT, CHAIN)).ready()) == 1
        assert states(await go_on(desk, AGENT)) == ["cancelled"]


async def test_what_cannot_go_on_is_a_sentence(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        with pytest.raises(CallRefused, match="no chain of steps"):
            await go_on(desk)
        await with_picks(desk, 1)
        for step, said in (("1", "No pick goes on"), ("Zoom", "2 Image → video, 3 Image → video, 4 Video upscale")):
            with pytest.raises(CallRefused) as refused:
                await go_on(desk, step=step)
            assert said in refused.value.in_words()
        with pytest.raises(CallRefused) as refused:
            await go_on(desk, project="Lagoon")
        assert refused.value.code is Code.NOT_FOUND
        (tmp_path / "1.png").unlink()
        found = await go_on(desk)
        assert (found["tasks"], found["price"]["would"]) == ([], "refuse")
        [said] = found["left_out"]
        assert re.fullmatch("010: There is no file “.*/1.png”.", said)


async def test_picks_alone_go_on(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        await with_picks(desk, 1)
        await add_take(desk.rig, desk.folder, 2, pick=Pick.NONE)
        assert len((await go_on(desk, max_credits=30))["tasks"]) == 1


def test_command_has_two_words_and_names_project_and_step():
    found = read(["steps", "continue", "Aurora spot", "2", "--json", "--dry-run"])
    assert (found.act, found.project, found.step, found.dry_run) == ("continue", "Aurora spot", "2", True)
