"""`steps continue` as a process of its own that is killed after its tasks were stored and before it answers: the next
call goes on with the same tasks and pays nothing twice. Against the simulator."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from runway_desktop.store import SqliteStore
from runway_desktop.values import as_json
from runway_desktop.wiring import environment
from tests.faults.commands_rig import run
from tests.rigs.film import CHAIN, PROJECT, add_take
from tests.rigs.profile_programs import Programs, until

PICKS = 3
STEPS = ("steps", "continue", PROJECT, "2", "--max-credits", "1000", "--json")


def with_picks(programs: Programs, pictures: Path) -> None:
    async def write() -> None:
        store = await SqliteStore.open(environment.profile(demo=False, folder=programs.folder).database)
        await store.save_chain(CHAIN.id, CHAIN.name, 0.0, json.dumps(as_json(CHAIN)))
        for number in range(1, PICKS + 1):
            await add_take(cast(Any, SimpleNamespace(store=store)), pictures, number)
        await store.close()

    programs.grant()
    asyncio.run(write())


def test_killed_after_storing_the_next_call_pays_nothing_twice(programs: Programs, tmp_path: Path):
    with_picks(programs, tmp_path)
    before = len(programs.runway.accepted)
    killed = programs.start(*STEPS)
    until(lambda: len(programs.runway.accepted) > before, "the first is paid for")
    killed.kill()
    killed.wait(60)
    code, found, said = run(programs, *STEPS, "--wait")
    # What was being sent when it was killed may have been made; it is not sent again.
    assert (code in (0, 6), len(found["tasks"])) == (True, PICKS), said
    assert {task["state"] for task in found["tasks"]} <= {"succeeded", "uncertain"}
    code, again, _ = run(programs, *STEPS)
    assert {task["id"] for task in again["tasks"]} == {task["id"] for task in found["tasks"]}
    assert again["price"]["would"] == "repeat"
    assert len(programs.runway.accepted) <= before + PICKS
