"""What a person decides at a terminal: by the window's commands, with its questions, at the price that was read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.account import Fingerprint
from runway_desktop.domain.errors import NoReply
from runway_desktop.domain.permissions import COMMAND_LINE, Permission
from runway_desktop.domain.task import Hold, HoldCode, State, TaskId
from runway_desktop.usecases.clients.refusals import CallRefused, Code
from runway_desktop.usecases.clients.task_answer import SETTLED
from runway_desktop.values import replace
from tests.rigs.clients_desk import AGENT, Desk, a_desk
from tests.rigs.engine_rig import request
from tests.rigs.fakes import settle

ID = "17f20503-6c24-4c16-946b-35dbbce2af2f"


async def decided(desk: Desk, call: str, **wanted: Any) -> tuple[str, dict[str, Any]]:
    """What the person had to read, and the answer after their yes."""
    asked = await desk.call(COMMAND_LINE, call, **wanted)
    sent = len(desk.rig.runway.requests)
    assert asked["tasks"][0]["id"] == wanted["id"], "nothing was done yet"
    done = await desk.call(COMMAND_LINE, call, **wanted, agreed=asked["agreed"])
    await settle(50)
    assert sent <= len(desk.rig.runway.requests) <= sent + 1
    return "\n".join(asked["asks"]), done


async def an_uncertain(desk: Desk) -> str:
    desk.rig.runway.then("create", NoReply("The connection was cut."))
    made = await desk.create(max_credits=1000)
    await settle(50)
    assert await desk.rig.state(TaskId(made["id"])) is State.UNCERTAIN
    return str(made["id"])


async def test_request_of_a_program_is_approved_as_it_was_read(tmp_path: Path):
    async with a_desk(tmp_path, loops=("lane",)) as desk:
        made = await desk.create(AGENT)
        said, done = await decided(desk, "release", id=made["id"])
        for words in ("text_to_video gen4.5", "Asked for by claude", "promptText: A fox", "duration: 5", "25 credits"):
            assert words in said
        assert (done["tasks"][0]["decision"], len(desk.rig.runway.requests)) == ("approved", 1)
        lines = {(line.client, line.call) for line in await desk.engine.clients.recorded(0.0, 20)}
        assert (COMMAND_LINE, "release") in lines


async def test_queued_task_that_may_not_leave_by_itself_is_sent_by_a_release(tmp_path: Path):
    async with a_desk(tmp_path, loops=("lane",)) as desk:
        desk.engine.lane.is_locked = True
        other, task_id = await desk.rig.submit(request("Another"), request("A fox"))
        said, done = await decided(desk, "release", id=task_id)
        assert ("Price: " in said, done["tasks"][0]["id"]) == (True, task_id)
        assert [await desk.rig.state(one) for one in (task_id, other)] == [State.PENDING, State.QUEUED]


async def test_release_after_the_grant_was_taken_back_is_the_persons_decision(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        made = await desk.create(max_credits=1000)
        assert made["decision"] == "allowance"
        await desk.call(COMMAND_LINE, "grant", credits=0)
        assert (await desk.call(COMMAND_LINE, "get", id=made["id"]))["decision"] == "waiting"
        _, done = await decided(desk, "release", id=made["id"])
        assert done["tasks"][0]["decision"] == "approved"
        await desk.call(COMMAND_LINE, "grant", credits=0)
        assert (await desk.call(COMMAND_LINE, "get", id=made["id"]))["decision"] == "approved", "not held once more"
        assert (await desk.call(COMMAND_LINE, "grant", show=True))["today"] == 25.0


@pytest.mark.parametrize("call", ["release", "resolve"])
async def test_engine_that_may_not_spend_sends_what_the_person_decided_and_nothing_else(call: str, tmp_path: Path):
    async with a_desk(tmp_path, loops=("lane",)) as desk:
        task_id = (await desk.create(AGENT))["id"] if call == "release" else await an_uncertain(desk)
        sent = len(desk.rig.runway.requests)
        desk.engine.lane.is_locked = True
        [other] = await desk.rig.submit(request("Another"))
        _, done = await decided(desk, call, id=task_id, **({} if call == "release" else {"not_made": True}))
        await desk.rig.clock.advance(600)
        assert len(desk.rig.runway.requests) == sent + 1
        assert await desk.rig.state(TaskId(done["tasks"][0]["id"])) is State.PENDING
        assert await desk.rig.state(other) is State.QUEUED


async def test_other_price_is_asked_about_again(tmp_path: Path):
    async with a_desk(tmp_path, loops=("lane",)) as desk:
        made = await desk.create(AGENT)
        asked = await desk.call(COMMAND_LINE, "release", id=made["id"])
        await desk.rig.pricing.learn(request("A fox", model="gen4.5", endpoint="text_to_video"), 40.0)
        for agreed in (asked["agreed"], "yes", ""):
            again = await desk.call(COMMAND_LINE, "release", id=made["id"], agreed=agreed)
            assert ("40 credits" in "\n".join(again["asks"]), again["agreed"] != asked["agreed"]) == (True, True)
        await settle(50)
        assert not desk.rig.runway.requests


async def test_task_of_another_key_is_released_after_the_windows_question(tmp_path: Path):
    async with a_desk(tmp_path, loops=("lane",)) as desk:
        [task_id] = await desk.rig.submit(request("A fox"), send_now=False)
        await desk.rig.ledger.change(
            task_id, lambda task: replace(task, hold=Hold(HoldCode.OTHER_KEY), key=Fingerprint("another")), "held"
        )
        said, done = await decided(desk, "release", id=task_id)
        assert "It was queued with another key." in said
        assert (done["tasks"][0]["id"], len(desk.rig.runway.requests)) == (task_id, 1)


async def test_uncertain_task_gets_the_id_that_the_person_knows(tmp_path: Path):
    async with a_desk(tmp_path, loops=("lane",)) as desk:
        said, done = await decided(desk, "resolve", id=await an_uncertain(desk), made=ID)
        assert (done["tasks"][0]["runway_id"], ID in said) == (ID, True)


async def test_uncertain_task_is_sent_again_after_the_windows_question(tmp_path: Path):
    async with a_desk(tmp_path, loops=("lane",)) as desk:
        task_id = await an_uncertain(desk)
        said, done = await decided(desk, "resolve", id=task_id, not_made=True)
        assert "may be charged a second time" in said
        assert "25 credits" in said
        assert done["tasks"][0]["id"] != task_id


async def test_dismissed_task_sends_nothing(tmp_path: Path):
    async with a_desk(tmp_path, loops=("lane",)) as desk:
        task_id = await an_uncertain(desk)
        sent = len(desk.rig.runway.requests)
        said, _ = await decided(desk, "resolve", id=task_id, dismiss=True)
        assert "The program stops asking about it." in said
        assert (len(desk.rig.runway.requests), await desk.rig.state(TaskId(task_id))) == (sent, State.GONE)
        assert (await desk.call(COMMAND_LINE, "get", id=task_id))["error"] == SETTLED


@pytest.mark.parametrize(
    ("call", "wanted", "said"),
    [
        ("release", {}, "isn't in the queue|A program requested it|for this task"),
        ("resolve", {}, "either --made"),
        ("resolve", {"not_made": True, "dismiss": True}, "either --made"),
        ("resolve", {"made": "no id"}, "A task ID looks like"),
        ("release", {"id": ID}, "no task of this id"),
    ],
)
async def test_what_the_window_does_not_offer_is_refused(call: str, wanted: dict[str, Any], said: str, tmp_path: Path):
    async with a_desk(tmp_path, loops=("lane",)) as desk:
        task_id = await an_uncertain(desk)
        with pytest.raises(CallRefused, match=said) as refused:
            await desk.call(COMMAND_LINE, call, **{"id": task_id, **wanted})
        assert refused.value.code in (Code.INPUT, Code.NOT_FOUND)


async def test_only_the_person_decides_and_not_while_commands_are_stopped(tmp_path: Path):
    async with a_desk(tmp_path, loops=("lane",)) as desk:
        made = await desk.create(AGENT)
        clients = desk.engine.clients
        agreed = (await desk.call(COMMAND_LINE, "release", id=made["id"]))["agreed"]
        with pytest.raises(CallRefused, match="Only the person decides"):
            await desk.call(AGENT, "release", id=made["id"], agreed=agreed)
        await clients.pause_all(paused=True)
        with pytest.raises(CallRefused, match="paused all programs"):
            await desk.call(COMMAND_LINE, "release", id=made["id"], agreed=agreed)
        await clients.pause_all(paused=False)
        await clients.permit(COMMAND_LINE, Permission.REVOKED)
        with pytest.raises(CallRefused, match="revoked"):
            await desk.call(COMMAND_LINE, "release", id=made["id"], agreed=agreed)
        await settle(50)
        assert not desk.rig.runway.requests
