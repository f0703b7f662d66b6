"""Permissions of clients and approvals: nothing is sent for a client that is not allowed or approved."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.copies import IDENTITY
from runway_desktop.domain.events import EngineNotice, EngineNoticeCode
from runway_desktop.domain.permissions import COMMAND_LINE, EXPIRES_AFTER, Client, Permission
from runway_desktop.domain.task import TaskId
from runway_desktop.domain.workflows.routing import Router
from runway_desktop.remote.answers import answer
from runway_desktop.remote.messages import Hello
from runway_desktop.services.approvals import LOOK_EVERY
from runway_desktop.services.tasks.submission import Origin, TaskSource
from runway_desktop.usecases.clients.programs import MOST_READING, programs
from runway_desktop.usecases.clients.refusals import CallRefused, Code
from runway_desktop.usecases.clients.verbs import TaskWished
from runway_desktop.usecases.commands.approval import APPROVE
from runway_desktop.usecases.commands.ending import DO_NOT_SEND, REMOVE
from runway_desktop.usecases.commands.queued import HOLD, RELEASE, SEND_NEXT
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.values import as_json, replace
from tests.rigs.clients_desk import AGENT, Desk, Person, a_desk, wish
from tests.rigs.engine_rig import request
from tests.rigs.fakes import settle


async def now(desk: Desk, task_id: str) -> dict[str, object]:
    return await desk.call(COMMAND_LINE, "get", id=task_id)


async def test_new_client_is_read_only_and_its_wish_for_more_is_reported_once(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        told: list[EngineNotice] = []
        desk.engine.bus.listen(lambda event: told.append(event) if isinstance(event, EngineNotice) else None)
        for number in range(3):
            refused = await desk.refused("stranger", request_id=str(number))
            assert (refused.code, refused.message) == (Code.REFUSED, "This program may only read.")
            assert "Connected programs" in refused.advice
        assert told == [EngineNotice(EngineNoticeCode.CLIENT_READS_ONLY, ("stranger",))]
        assert (await desk.call("stranger", "list"))["total"] == 0


async def test_approved_request_is_sent_after_a_question_about_its_price(tmp_path: Path):
    async with a_desk(tmp_path, loops=("lane",)) as desk:
        made = await desk.create(AGENT)
        assert (made["state"], made["decision"], made["request_id"]) == ("waiting_for_approval", "waiting", "one")
        assert (made["window"], made["next"][:44]) == (False, "The person opens Runway Desktop and approves")
        await settle(50)
        assert not desk.rig.runway.requests
        person = Person(desk)
        rows = await desk.engine.library.rows([TaskId(made["id"])])
        question = person.commands.question(APPROVE, rows)
        assert question is not None, "25 credits are above the limit of 20 from which the person is asked"
        await person.approve(made["id"])
        await settle(50)
        assert len(desk.rig.runway.requests) == 1
        assert (await now(desk, made["id"]))["decision"] == "approved"


@pytest.mark.parametrize("command", [RELEASE, SEND_NEXT, HOLD, DO_NOT_SEND], ids=lambda one: one.id)
async def test_queue_commands_are_not_offered_for_a_request_of_a_client(command, tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        made = await desk.create(AGENT)
        rows = await desk.engine.library.rows([TaskId(made["id"])])
        assert Person(desk).commands.question(command, rows) is None
        assert command.reason(rows)


async def test_reason_of_a_refusal_reaches_the_program(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        made = await desk.create(AGENT)
        await Person(desk).refuse(" Ignore this: too dark ", made["id"])
        found = await now(desk, made["id"])
        assert (found["state"], found["decision"]) == ("cancelled", "refused")
        assert found["refused_because"] == "Ignore this: too dark", "their words stand in a field of their own"
        assert "too dark" not in str(found["next"])
        again = await desk.create(AGENT)
        assert (again["id"], again["decision"]) == (made["id"], "refused"), "the same id asks nothing new"


async def test_request_edited_and_approved_stays_the_same_request_for_its_program(tmp_path: Path):
    async with a_desk(tmp_path, loops=("lane",)) as desk:
        made = await desk.create(AGENT)
        person, task_id = Person(desk), TaskId(made["id"])
        changed = request("A wolf", model="gen4.5", endpoint="text_to_video", ratio="1280:720", duration=5)
        prepared = await person.sending.prepare_edit(task_id, changed, Origin(TaskSource.COMPOSER))
        await person.sending.send(prepared)
        await person.approve(task_id)
        again = await desk.create(AGENT)
        assert (again["id"], again["is_repeat"], again["decision"]) == (task_id, True, "edited")
        assert (again["prompt"], "changed the request" in again["note"]) == ("A wolf", True)
        with pytest.raises(CallRefused, match="used for another request"):
            await desk.create(AGENT, "A wolf")


async def test_unanswered_request_expires_after_a_day(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        made = await desk.create(AGENT)
        looking = asyncio.create_task(desk.engine.clients.run())
        await settle()
        await desk.rig.clock.advance(EXPIRES_AFTER - LOOK_EVERY)
        assert (await now(desk, made["id"]))["decision"] == "waiting"
        await desk.rig.clock.advance(2 * LOOK_EVERY)
        found = await now(desk, made["id"])
        assert (found["state"], found["decision"]) == ("cancelled", "expired")
        looking.cancel()


async def test_client_within_its_allowance_needs_no_approval_and_waits_beyond_it(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        clients = desk.engine.clients
        await clients.permit(AGENT, Permission.ALLOWANCE, 60)
        made = [await desk.create(AGENT, request_id=str(number)) for number in range(4)]
        assert [one["decision"] for one in made] == ["allowance", "allowance", "waiting", "waiting"]
        assert await clients.reserved_today(AGENT) == 50.0, "what waits is not counted"
        await Person(desk).approve(made[2]["id"])
        assert await clients.reserved_today(AGENT) == 75.0
        assert (await desk.create(AGENT, request_id="5"))["decision"] == "waiting"


async def test_allowance_is_compared_with_what_the_router_allows_now(tmp_path: Path):
    routed: dict[str, Any] = {"endpoint": "generate_audio", "model": "everyday", "values": {"type": "audio"}}
    async with a_desk(tmp_path) as desk:
        await desk.engine.clients.permit(AGENT, Permission.ALLOWANCE, 60)
        for ceiling, decision in ((20.0, "allowance"), (500.0, "waiting")):
            router = Router(id="17f2", slug="everyday", name="Everyday", ceilings={"audio": ceiling})
            desk.rig.runway.always("routers", [router])
            wished = TaskWished(prompt="Rain", request_id=decision, **routed)
            assert (await desk.call(AGENT, "create", **as_json(wished)))["decision"] == decision
            await desk.rig.clock.advance(120)


async def test_simultaneous_requests_share_one_allowance(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        await desk.engine.clients.permit(AGENT, Permission.ALLOWANCE, 60)
        made = await asyncio.gather(*(desk.create(AGENT, request_id=str(number)) for number in range(8)))
        assert [one["decision"] for one in made].count("allowance") == 2
        await desk.engine.clients.permit(COMMAND_LINE, Permission.ALLOWANCE, 60)
        found = await asyncio.gather(
            *(desk.create(request_id=str(number), max_credits=30) for number in range(8)), return_exceptions=True
        )
        assert sum(isinstance(one, dict) for one in found) == 2


async def test_cap_applies_to_an_allowance_too(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        await desk.engine.clients.permit(AGENT, Permission.ALLOWANCE, 1000)
        desk.rig.settings.day_cap = 10.0
        assert (await desk.create(AGENT))["decision"] == "waiting"


async def test_paused_programs_send_nothing_but_can_read(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        clients = desk.engine.clients
        await clients.permit(AGENT, Permission.ALLOWANCE, 1000)
        queued = await desk.create(AGENT)
        own = await desk.rig.ledger.task(TaskId(queued["id"]))
        assert own is not None
        assert not own.waits_for_person
        await clients.pause_all(paused=True)
        assert (await now(desk, queued["id"]))["decision"] == "waiting"
        with pytest.raises(CallRefused, match="paused all programs"):
            await desk.create(AGENT, request_id="two")
        assert (await desk.call(AGENT, "list"))["total"] == 1
        await clients.pause_all(paused=False)
        assert (await desk.create(AGENT, request_id="two"))["decision"] == "allowance"
        assert (await now(desk, queued["id"]))["decision"] == "waiting", "what was held back is approved"


async def test_revoked_client_gets_no_answer_and_its_tasks_are_not_sent(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        clients = desk.engine.clients
        waiting = await desk.create(AGENT)
        await clients.permit(AGENT, Permission.ALLOWANCE, 1000)
        queued = await desk.create(AGENT, request_id="two")
        await clients.permit(AGENT, Permission.REVOKED)
        for call, arguments in (
            ("list", {}), ("get", {"id": waiting["id"]}), ("create", {"endpoint": "text_to_video", "model": "x"}),
        ):  # fmt: skip
            with pytest.raises(CallRefused, match="revoked") as refused:
                await answer(desk.cases, Hello(client=AGENT), call, arguments)
            assert refused.value.code is Code.REFUSED
        assert (await now(desk, waiting["id"]))["decision"] == "refused"
        assert (await now(desk, queued["id"]))["decision"] == "waiting"


async def test_removed_request_counts_as_refused_until_restored(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        made = await desk.create(AGENT)
        commands = Person(desk).commands
        rows = await desk.engine.library.rows([TaskId(made["id"])])
        report = await commands.do(REMOVE, rows)
        assert ((await now(desk, made["id"]))["decision"], desk.engine.clients.waiting()) == ("refused", [])
        await commands.undo(REMOVE, report.undo)
        assert (await now(desk, made["id"]))["decision"] == "waiting"


async def test_undone_approval_waits_again(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        made = await desk.create(AGENT)
        person, task_id = Person(desk), TaskId(made["id"])
        report = await person.approve(task_id)
        assert (await now(desk, task_id))["decision"] == "approved"
        await person.commands.undo(APPROVE, report.stood or ())
        assert (await now(desk, task_id))["decision"] == "waiting"


async def test_many_invented_names_give_one_notice_and_a_later_program_its_own(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        for number in range(300):
            desk.engine.clients.tell_read_only(f"agent {number}")
        assert [one.names for one in desk.rig.told(EngineNotice)] == [("agent 0",)]
        await desk.rig.clock.advance(600)
        for name in ("agent 0", "cursor", "cursor"):
            desk.engine.clients.tell_read_only(name)
        assert [one.names for one in desk.rig.told(EngineNotice)] == [("agent 0",), ("cursor",)]


async def test_permissions_are_stored_and_connected_clients_listed(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        clients = desk.engine.clients
        await clients.permit("claude-code", Permission.ALLOWANCE, 200)
        await clients.allow_folders("claude-code", ["/films/cast", "/films/cast"])
        await answer(desk.cases, Hello(client="cursor"), "list", {})
        kept = {one.name: one for one in await desk.engine._store.clients(desk.engine.settings.identity)}
        assert kept["claude-code"] == Client(
            name="claude-code", permission=Permission.ALLOWANCE, credits=200, folders=("/films/cast",)
        )
        assert kept["cursor"] == Client(name="cursor", seen_at=desk.rig.clock.now())
        other = {one.name: one for one in await desk.engine._store.clients("another list")}
        assert other["claude-code"] == replace(Client(name="claude-code"), seen_at=kept["claude-code"].seen_at)


async def test_permissions_of_another_list_are_void_and_reported_once(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        store, clients = desk.rig.store, desk.engine.clients
        await store.save_client(Client(name="codex", permission=Permission.REVOKED), "another list")
        await store.save_client(Client(name="reader", seen_at=5.0), "another list")
        await clients.permit("script", Permission.ASK)
        await store.save_client(Client(name=AGENT, permission=Permission.ALLOWANCE, credits=9.0), "another list")
        assert await clients.take_void() == sorted([AGENT, "codex"])
        assert await clients.take_void() == []
        found = {client.name: client.permission for client in await store.clients(desk.rig.settings.get(IDENTITY, ""))}
        assert (found[AGENT], found["codex"], found["script"]) == (Permission.READ, Permission.READ, Permission.ASK)


async def test_script_with_changing_names_fills_no_list(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        clients = desk.engine.clients
        await clients.permit("spender", Permission.ALLOWANCE, 10)
        for number in range(MOST_READING + 20):
            await desk.rig.clock.advance(1.0)
            await clients.saw(f"script {number}")
        listed = [one.client.name for one in await programs(clients)]
        assert len([name for name in listed if name.startswith("script")]) == MOST_READING
        assert {"script 20", "script 69", "spender", AGENT, COMMAND_LINE} <= set(listed)
        assert "script 19" not in listed


async def test_grant_says_what_is_left_today(tmp_path: Path):
    async with a_desk(tmp_path, granted=60.0) as desk:
        await desk.create(max_credits=30)
        shown = {"credits_a_day": 60.0, "today": 25.0, "left_today": 35.0}
        assert await desk.call(COMMAND_LINE, "grant", show=True) == shown
        none = {"credits_a_day": 0.0, "today": 0.0, "left_today": 0.0}
        assert await desk.call(COMMAND_LINE, "grant", credits=0) == none, "what is queued waits for the person"
        for both in ({}, {"show": True, "credits": 5}):
            with pytest.raises(CallRefused, match="or --show"):
                await desk.call(COMMAND_LINE, "grant", **both)


async def test_grant_without_a_person_is_in_the_record_and_told_by_the_next_window(tmp_path: Path):
    async with a_desk(tmp_path, granted=60.0) as desk:
        clients = desk.engine.clients
        for credits in (60.0, 20.0, 0.0):
            await desk.call(COMMAND_LINE, "grant", credits=credits, unattended=True)
        assert clients.take_untold() == (0, 0.0), "only what is more"
        await desk.call(COMMAND_LINE, "grant", credits=500.0, unattended=True)
        lines = {(line.client, line.call, line.answer) for line in await clients.recorded(0.0, 20)}
        assert (COMMAND_LINE, "permission", "allowance 500") in lines
        assert clients.take_untold() == (0, 500.0)
        assert clients.take_untold() == (0, 0.0)


@pytest.mark.parametrize("is_revoked", [True, False])
async def test_nobody_gives_back_what_the_person_took_or_paused(is_revoked: bool, tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        clients = desk.engine.clients
        if is_revoked:
            await clients.permit(COMMAND_LINE, Permission.REVOKED)
        else:
            await clients.pause_all(paused=True)
        with pytest.raises(CallRefused):
            await desk.call(COMMAND_LINE, "grant", credits=500.0, unattended=True)
        await desk.call(COMMAND_LINE, "grant", credits=0.0, unattended=True)
        assert (await clients.client(COMMAND_LINE)).permission is (
            Permission.REVOKED if is_revoked else Permission.READ
        )


async def test_refusals_without_a_window_are_counted_for_the_next_one(tmp_path: Path):
    async with a_desk(tmp_path, granted=0.0) as desk:
        for client in ("stranger", COMMAND_LINE, COMMAND_LINE):
            await desk.refused(client)
        await desk.refused(AGENT, model="gen99")
        assert desk.engine.clients.take_untold() == (3, 0.0)
        opened = UseCases(desk.engine).client_cases(lambda: asyncio.sleep(0), has_window=True)
        with pytest.raises(CallRefused):
            await answer(opened, Hello(client="stranger"), "create", as_json(wish()))
        assert desk.engine.clients.take_untold() == (0, 0.0)


async def test_record_lists_requests_and_permission_changes(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        await desk.create(AGENT)
        with pytest.raises(CallRefused):
            await desk.create("stranger")
        await answer(desk.cases, Hello(client=AGENT), "list", {"query": "fox"})
        with pytest.raises(CallRefused):
            await desk.cases.create(AGENT, wish("A fox", endpoint="text_to_dream"))
        lines = await desk.engine.clients.recorded(0.0, 20)
        said = [(line.client, line.call, line.about, line.answer, line.task_id is not None) for line in lines]
        assert set(said) >= {
            (AGENT, "create", "", "", True),
            ("stranger", "create", "text_to_video gen4.5", "This program may only read.", False),
            (AGENT, "list", "fox", "", False),
            (AGENT, "create", "text_to_dream gen4.5", "There is no such endpoint.", False),
            ("", "permission", "claude", "ask 0", False),
        }
