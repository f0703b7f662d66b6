"""`steps continue` as a process of its own that is killed after its tasks were stored and before it answers: the next
call goes on with the same tasks and pays nothing twice. Against the simulator."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.faults.commands_rig import run
from tests.rigs.film import PROJECT, with_picks
from tests.rigs.profile_programs import Programs, until

PICKS = 3
STEPS = ("steps", "continue", PROJECT, "2", "--max-credits", "1000", "--json")


def test_killed_after_storing_the_next_call_pays_nothing_twice(programs: Programs, tmp_path: Path):
    programs.grant()
    asyncio.run(with_picks(programs.folder, tmp_path, PICKS))
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
