"""What becomes of other programs' wishes when the process dies, the clock jumps, or the person decides in the middle of
one: nothing is sent that the person does not want, and nothing is lost or counted twice."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.advance import NotSent, Sending
from runway_desktop.domain.permissions import COMMAND_LINE, EXPIRES_AFTER, Client, ClientRequest, Permission, clean_name
from runway_desktop.domain.task import Hold, HoldCode, RemoteId, TaskId
from runway_desktop.remote.answers import answer
from runway_desktop.remote.messages import Hello
from runway_desktop.services.tasks.asking import Reply
from runway_desktop.store import client_rows
from runway_desktop.usecases.clients.refusals import CallRefused, Code
from runway_desktop.values import replace
from tests.rigs.clients_desk import AGENT, Desk, Person, a_desk, wish
from tests.rigs.fakes import settle


async def noted_and_killed(desk: Desk, client: str, *, is_within: bool) -> ClientRequest:
    """A wish of yesterday that was written down by a program that died before it stored the task."""
    new, digest = await desk.cases._creating._wished(client, wish())
    at = desk.rig.clock.now() - 86_400.0
    return await desk.engine.clients.note(
        ClientRequest(
            client=client,
            request_id="one",
            digest=digest,
            task_id=TaskId("f0" * 16),
            credits=25.0,
            at=at,
            request=new.request,
            is_within=is_within,
        )
    )


async def test_interrupted_request_is_judged_and_counted_when_it_is_repeated(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        clients = desk.engine.clients
        await noted_and_killed(desk, AGENT, is_within=False)
        await clients.permit(AGENT, Permission.ALLOWANCE, 30)
        made = await desk.create(AGENT)
        assert made["decision"] == "allowance", "what was never sent takes nothing of the allowance"
        assert await clients.reserved_today(AGENT) == 25.0
        assert (await desk.create(AGENT, request_id="two"))["decision"] == "waiting"
        await clients.pause_all(paused=True)
        assert (await desk.call(AGENT, "get", id=made["id"]))["decision"] == "waiting"


async def test_interrupted_request_waits_if_it_needs_approval_by_now(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        await noted_and_killed(desk, AGENT, is_within=True)
        made = await desk.create(AGENT)
        assert made["decision"] == "waiting"
        [asked] = (await desk.engine.clients.of([TaskId(made["id"])])).values()
        assert not asked.is_within


async def test_request_held_by_a_pause_does_not_expire(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        clients = desk.engine.clients
        await clients.permit(AGENT, Permission.ALLOWANCE, 1000)
        made = await desk.create(AGENT)
        await desk.rig.clock.advance(2 * EXPIRES_AFTER)
        await clients.pause_all(paused=True)
        looking = asyncio.create_task(clients.run())
        await settle()
        await desk.rig.clock.advance(2 * EXPIRES_AFTER)
        found = await desk.call(AGENT, "get", id=made["id"])
        assert found["decision"] == "waiting", "nobody was asked for a day: the person had allowed it"
        looking.cancel()


async def test_task_rejected_after_its_program_was_revoked_waits_for_approval(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        clients, ledger = desk.engine.clients, desk.rig.ledger
        await clients.permit(AGENT, Permission.ALLOWANCE, 1000)
        task_id = TaskId((await desk.create(AGENT))["id"])
        await ledger.move(task_id, Sending())
        await clients.permit(AGENT, Permission.REVOKED)
        back = await ledger.move(task_id, NotSent(Hold(HoldCode.NOT_SENT)))
        assert back.hold == Hold(HoldCode.APPROVAL, client=AGENT)


@pytest.mark.parametrize("less", [Permission.READ, Permission.ASK, Permission.REVOKED, Permission.ALLOWANCE])
async def test_queued_task_waits_when_its_allowance_is_revoked_or_lowered(less: Permission, tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        clients = desk.engine.clients
        await clients.permit(AGENT, Permission.ALLOWANCE, 1000)
        made = await desk.create(AGENT)
        await clients.permit(AGENT, Permission.ALLOWANCE, 2000)
        assert (await desk.call(AGENT, "get", id=made["id"]))["decision"] == "allowance"
        await clients.permit(AGENT, less, 1999 if less is Permission.ALLOWANCE else 0)
        assert (await desk.call(COMMAND_LINE, "get", id=made["id"]))["decision"] == "waiting"


@pytest.mark.parametrize("decides", ["pause", "revoke", "lower"])
async def test_task_stored_while_its_program_is_paused_revoked_or_lowered_waits(
    decides: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    async with a_desk(tmp_path) as desk:
        clients = desk.engine.clients
        await clients.permit(AGENT, Permission.ALLOWANCE, 1000)
        note = clients.note

        async def decided_meanwhile(asked: ClientRequest) -> ClientRequest:
            if decides == "pause":
                await clients.pause_all(paused=True)
            elif decides == "lower":
                await clients.permit(AGENT, Permission.ALLOWANCE, 24)
            else:
                await clients.permit(AGENT, Permission.REVOKED)
            return await note(asked)

        monkeypatch.setattr(clients, "note", decided_meanwhile)
        made = await desk.create(AGENT)
        assert (made["state"], made["decision"]) == ("waiting_for_approval", "waiting")


async def test_simultaneous_call_does_not_undo_a_revocation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with a_desk(tmp_path) as desk:
        clients, store = desk.engine.clients, desk.engine._store
        save, calls = store.save_client, []

        async def a_call_comes(client: Client, identity: str) -> None:
            await save(client, identity)
            if client.permission is Permission.REVOKED and not calls:
                calls.append(asyncio.create_task(clients.saw(AGENT)))
                await settle(5)

        monkeypatch.setattr(store, "save_client", a_call_comes)
        await clients.permit(AGENT, Permission.REVOKED)
        await asyncio.gather(*calls)
        assert (await clients.client(AGENT)).permission is Permission.REVOKED
        kept = {one.name: one.permission for one in await store.clients(desk.engine.settings.identity)}
        assert kept[AGENT] is Permission.REVOKED


async def test_request_approved_as_it_expires_stays_approved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with a_desk(tmp_path) as desk:
        made = await desk.create(AGENT)
        store, task_id = desk.engine._store, TaskId(made["id"])
        note = store.note_refusal

        async def approved_meanwhile(*given: Any) -> None:
            await note(*given)
            await Person(desk).approve(task_id)

        monkeypatch.setattr(store, "note_refusal", approved_meanwhile)
        assert await desk.engine.clients.refuse([task_id], is_expired=True) == []
        assert (await desk.call(AGENT, "get", id=task_id))["decision"] == "approved"


async def test_paused_programs_cannot_adopt_or_cancel(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        clients = desk.engine.clients
        own = await desk.create(AGENT)
        created = await desk.rig.runway.create("text_to_video", {"model": "gen4.5", "promptText": "Elsewhere"})
        await clients.pause_all(paused=True)
        for asked in (
            desk.call(AGENT, "adopt", ids=[str(created.remote_id)]),
            desk.call(AGENT, "get", id=str(created.remote_id)),
            desk.call(AGENT, "cancel", ids=[own["id"]]),
        ):
            with pytest.raises(CallRefused, match="paused all programs") as refused:
                await asked
            assert refused.value.code is Code.REFUSED
        assert [task.id for task in desk.rig.ledger.open()] == [own["id"]]
        assert (await desk.call(AGENT, "get", id=own["id"]))["decision"] == "waiting"


async def test_request_canceled_by_its_program_is_not_called_refused(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        made = await desk.create(AGENT)
        await desk.call(AGENT, "cancel", ids=[made["id"]])
        found = await desk.call(AGENT, "get", id=made["id"])
        assert (found["state"], found["decision"]) == ("cancelled", "withdrawn")
        assert "person" not in found["next"]


async def test_task_adopted_by_a_query_is_in_the_record(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        created = await desk.rig.runway.create("text_to_video", {"model": "gen4.5", "promptText": "Elsewhere"})
        await desk.call(AGENT, "get", id=str(created.remote_id))
        lines = await desk.engine.clients.recorded(0.0, 20)
        assert (AGENT, "adopt", created.remote_id) in [(line.client, line.call, line.about) for line in lines]


async def test_unknown_ids_are_queried_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with a_desk(tmp_path) as desk:
        asked, most = 0, 0
        ask = desk.engine.asking.ask

        async def slowly(remote_id: RemoteId) -> Reply:
            nonlocal asked, most
            asked += 1
            most = max(most, asked)
            await asyncio.sleep(0)
            try:
                return await ask(remote_id)
            finally:
                asked -= 1

        monkeypatch.setattr(desk.engine.asking, "ask", slowly)
        unknown = [f"17f20503-6c24-4c16-946b-35dbbce2af{number:02x}" for number in range(20)]
        found = await asyncio.gather(*(desk.call(AGENT, "get", id=one) for one in unknown), return_exceptions=True)
        assert {one.code for one in found if isinstance(one, CallRefused)} == {Code.NOT_FOUND}
        assert most == 1


@pytest.mark.parametrize("code", [HoldCode.RESTORED, HoldCode.COPIED, HoldCode.OTHER_KEY])
async def test_task_waiting_for_the_person_is_not_reported_as_approved(code: HoldCode, tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        made = await desk.create(AGENT)
        task_id = TaskId(made["id"])
        await desk.rig.ledger.change(task_id, lambda task: replace(task, hold=Hold(code)), "held")
        found = await desk.call(AGENT, "get", id=task_id)
        assert (found["state"], found["decision"]) == ("held", "waiting")


@pytest.mark.parametrize(
    ("said", "known_as"),
    [
        ("claude-code", "claude-code"),
        ("  claude \n code\u200b ", "claude code"),
        ("ｃｕｒｓｏｒ", "cursor"),
        ("edoc\u202eedualc", "edocedualc"),
        (COMMAND_LINE, COMMAND_LINE),
        ("Command\u00a0Line", "agent"),
        ("command \u200bline", "agent"),
        ("x" * 500, "x" * 60),
        *(
            (f"cl{letter}aude{letter}", "claude")
            for letter in "\u1160\u115f\u3164\uffa0\u2800\ufe0f\u034f\u180b\U000e0100"
        ),
        ("command\ufe0f \u034fline", "agent"),
        ("\u2800\u1160", ""),
        (" \n", ""),
    ],
)
def test_client_name_has_no_invisible_characters_and_only_commands_use_their_name(said: str, known_as: str):
    assert clean_name(said) == known_as


async def test_client_without_a_name_is_not_answered(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        with pytest.raises(CallRefused, match="name"):
            await answer(desk.cases, Hello(client=""), "list", {})


async def test_many_invented_client_names_do_not_displace_granted_permissions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(client_rows, "MOST_CLIENTS", 5)
    async with a_desk(tmp_path) as desk:
        clients = desk.engine.clients
        for number in range(20):
            await desk.rig.clock.advance(1)
            await clients.saw(f"name {number}")
        await clients.permit("new", Permission.ASK)
        kept = {one.name: one.permission for one in await desk.engine._store.clients(desk.engine.settings.identity)}
        assert kept["new"] is kept[AGENT] is Permission.ASK
        assert kept[COMMAND_LINE] is Permission.ALLOWANCE
        assert [name for name, may in kept.items() if may is Permission.READ] == [f"name {n}" for n in range(15, 20)]
