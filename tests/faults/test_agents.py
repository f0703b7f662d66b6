"""An agent's server through the life of a profile: windows come and go, other hosts and commands share its engine, and
one is killed. The agent notices nothing of it, and what it asks for is made once."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from tests.faults.agent_host import asked, host, in_thread
from tests.rigs.profile_programs import FOX, Programs, ended, programs_with, runway_with, until

ERAS = ("auto", pytest.param("legacy", marks=pytest.mark.whole))
"""In the gate, the older one is tried with all tools (`test_agents_contract`)."""


runway = runway_with("--speed", "200")
programs = programs_with(100_000.0)


@pytest.mark.parametrize("mode", ERAS)
async def test_get_task_answers_with_and_without_an_open_window(programs: Programs, mode: str):
    code, made = await in_thread(programs.run, *FOX, "--prompt", "A fox", "--wait")
    assert code == 0
    async with host(programs, mode) as client:
        without = await asked(client, "runway_getTask", taskId=made["id"])
        window = await in_thread(programs.window)
        through = await asked(client, "runway_getTask", taskId=made["id"])
        window.send_signal(signal.SIGTERM)
        assert await in_thread(window.wait) == 0
        again = await asked(client, "runway_getTask", taskId=made["id"])
    for found in (without, through, again):
        assert (found["status"], found["url"][:4]) == ("SUCCEEDED", "http")
        assert found["files"][0]["path"] == made["files"][0]["path"]
    printed = (await in_thread(programs.run, "get", made["id"], "--json"))[1]
    assert {**printed, "url": "", "output": ""} == {**again, "url": "", "output": ""}, "a command prints the same"


async def test_agents_get_the_documented_answer_for_failed_and_running_tasks(programs: Programs):
    async with host(programs) as client:
        _, failing = await in_thread(programs.run, *FOX, "--prompt", "No [fail:SAFETY.INPUT.TEXT]", "--wait")
        _, running = await in_thread(programs.run, *FOX, "--prompt", "Long [seconds:36000]")
        failed = await asked(client, "runway_getTask", taskId=failing["id"])
        assert (failed["status"], bool(failed["error"])) == ("FAILED", True)
        goes_on = await asked(client, "runway_getTask", taskId=running["id"])
        assert (goes_on["status"] in ("PENDING", "RUNNING"), goes_on["next"]) == (True, "Ask again in 5 seconds.")


@pytest.mark.parametrize("mode", ERAS)
async def test_wait_canceled_by_the_agent_host_does_not_cancel_the_task(programs: Programs, mode: str):
    _, made = await in_thread(programs.run, *FOX, "--prompt", "Long [seconds:36000]")
    async with host(programs, mode) as client:
        for seconds in (0.01, 0.3, 0.6):
            waiting = asyncio.create_task(client.call_tool("wait", {"ids": [made["id"]]}))
            await asyncio.wait([waiting], timeout=seconds)
            waiting.cancel()
            assert (await asyncio.gather(waiting, return_exceptions=True))[0].__class__ is asyncio.CancelledError
        found = await asked(client, "runway_getTask", taskId=made["id"])
        assert found["status"] in ("PENDING", "RUNNING")
    assert programs.runway.state()["deleted"] == []


async def test_task_id_missing_from_the_list_is_adopted_and_its_result_saved(programs: Programs):
    elsewhere = await in_thread(programs.runway.create, "Started elsewhere")
    async with host(programs) as client:
        found = await asked(client, "runway_getTask", taskId=elsewhere)
        assert found["runway_id"] == elsewhere
        while not (await asked(client, "wait", ids=[elsewhere], seconds=5))["is_over"]:
            pass
        [file] = (await asked(client, "get", id=elsewhere))["files"]
        assert Path(file["path"]).stat().st_size > 0


async def test_two_agents_and_a_command_share_one_engine_that_outlives_its_starter(programs: Programs):
    async with host(programs) as second:
        async with host(programs) as first:
            made = await asked(first, "runway_generateImage", promptText="A fox", ratio="1024:1024")
            assert (await asked(second, "runway_getTask", taskId=made["id"]))["state"] == "waiting_for_approval"
            assert (await in_thread(programs.run, "list", "--json"))[1]["total"] == 1
        found = await asked(second, "list", query="fox")
        assert [task["id"] for task in found["tasks"]] == [made["id"]]


async def test_agent_request_survives_window_crash_and_restart(programs: Programs):
    values = {"promptText": "A fox in the snow", "ratio": "1280:720"}
    wish = {"endpoint": "text_to_image", "model": "gen4_image", "values": values, "request_id": "1"}
    async with host(programs) as client:
        made = await asked(client, "create", **wish)
        assert (made["waits_for"], made["decision"]) == ("the person", "waiting")
        window = await in_thread(programs.window)
        for _ in range(2):
            again = await asked(client, "create", **wish)
            assert (again["id"], again["is_repeat"]) == (made["id"], True)
            assert (again["state"], again["decision"]) == ("waiting_for_approval", "waiting")
            window.kill()
            await in_thread(window.wait)
    code, found = await in_thread(programs.run, "list", "--json")
    assert (code, [one["decision"] for one in found["tasks"]]) == (0, ["waiting"])
    assert programs.runway.accepted == []


async def test_request_repeated_after_canceled_calls_and_new_servers_makes_one_task(programs: Programs):
    values = {"promptText": "Impatient", "ratio": "1280:720"}
    wish = {"endpoint": "text_to_image", "model": "gen4_image", "values": values, "request_id": "one"}
    for _ in range(2):
        async with host(programs) as client:
            calls = [asyncio.create_task(asked(client, "create", **wish)) for _ in range(4)]
            await asyncio.wait(calls, timeout=0.3)
            for call in calls:
                call.cancel()
            await asyncio.gather(*calls, return_exceptions=True)
    async with host(programs) as client:
        made = await asked(client, "create", **wish)
        assert (await asked(client, "list", query="Impatient"))["total"] == 1
        assert made["id"]


def test_terminated_agent_server_ends_and_frees_the_profile(programs: Programs):
    server = programs.start("mcp")
    assert server.stdin is None
    server.send_signal(signal.SIGTERM)
    server.communicate(timeout=30)
    until(lambda: programs.welcome() is None, "the end of the server")
    code, _ = ended(programs.start("list", "--json"))
    assert code == 0
