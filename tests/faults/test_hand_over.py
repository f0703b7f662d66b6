"""One engine per profile, whichever process starts or is killed: commands and windows as own processes, against the
simulator. Nothing is paid for twice, nothing paid is lost, and no process waits forever."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from runway_desktop.remote.client import ConnectionLost, connect
from runway_desktop.remote.messages import LEAVE
from runway_desktop.services.disk.profile_lock import claim
from tests.rigs.lockless import ON_START
from tests.rigs.profile_programs import FOX, PATIENCE, Programs, ended, programs_with, runway_with, until

runway = runway_with()
programs = programs_with(100_000.0)


def running_task(programs: Programs) -> str:
    """A task that goes on for long, made by a command that has ended."""
    code, made = programs.run(*FOX, "--prompt", "Goes on [seconds:300]")
    assert code == 0
    return str(made["id"])


def test_idle_engine_frees_the_profile_within_two_seconds(programs: Programs):
    waits = programs.start("wait", running_task(programs), "--json")
    until(lambda: programs.welcome() is not None, "the engine of the command")

    async def leave() -> None:
        connection = await connect(programs.folder, "window")
        assert connection is not None
        with suppress(ConnectionLost):
            await connection.call(LEAVE)
        await connection.close()

    begun = time.monotonic()
    asyncio.run(leave())
    claimed = None
    while claimed is None:
        assert time.monotonic() - begun < 2.0
        claimed = claim(programs.folder)
        time.sleep(0.01)
    claimed.release()
    assert waits.poll() is None, "the command goes on, and asks the next"


def test_window_takes_over_the_engine_and_the_running_command_continues(programs: Programs):
    waits = programs.start("wait", running_task(programs), "--json")
    until(lambda: programs.welcome() is not None, "the engine of the command")
    window = programs.window()
    assert waits.poll() is None
    code, found = programs.run("list", "--json")
    assert (code, found["total"]) == (0, 1)
    window.send_signal(signal.SIGTERM)
    assert window.wait(PATIENCE) == 0
    until(lambda: (welcome := programs.welcome()) is not None and not welcome.has_window, "the next engine")
    assert waits.poll() is None


def test_sending_is_stored_before_a_window_takes_over(programs: Programs):
    programs.runway.fault("create", "latency", seconds=3.0)
    creates = programs.start(*FOX, "--prompt", "Slow")
    until(programs.is_sending, "the request under way")
    programs.window()
    code, made = ended(creates)
    assert code == 0
    assert made["runway_id"] == programs.runway.accepted[0]
    assert programs.runway.made() == {"Slow": 1}


def test_engine_killed_while_sending_leaves_one_uncertain_task_that_is_not_resent(programs: Programs):
    programs.runway.fault("create", "latency", seconds=30.0)
    creates = programs.start(*FOX, "--prompt", "Lost", "--request-id", "lost")
    until(programs.is_sending, "the request under way")
    creates.kill()
    creates.wait()
    window = programs.window()
    code, made = programs.run(*FOX, "--prompt", "Lost", "--request-id", "lost")
    assert (code, made["state"], made["is_repeat"]) == (6, "uncertain", True)
    assert "Do not send it again" in made["next"]
    window.kill()
    assert sum(programs.runway.made().values()) <= 1


@pytest.mark.parametrize("delay", [0.0, 0.01, 0.03, 0.08, 0.2, 0.5])
def test_engine_killed_during_the_hand_over_loses_nothing(programs: Programs, delay: float):
    programs.runway.fault("create", "latency", seconds=1.0)
    creates = programs.start(*FOX, "--prompt", "Killed", "--request-id", "one")
    until(programs.is_sending, "the request under way")
    window = programs.start()
    until(lambda: (welcome := programs.welcome()) is None or welcome.is_leaving, "the engine to make room")
    time.sleep(delay)
    creates.kill()
    creates.communicate()
    until(lambda: (welcome := programs.welcome()) is not None and welcome.has_window, "the window")
    code, made = programs.run(*FOX, "--prompt", "Killed", "--request-id", "one")
    assert made["is_repeat"], "it was written down before it was sent"
    assert code == (6 if made["state"] == "uncertain" else 0)
    window.kill()
    assert sum(programs.runway.made().values()) <= 1


def test_window_killed_during_the_hand_over_leaves_the_profile_to_the_command(programs: Programs):
    task = running_task(programs)
    waits = programs.start("wait", task, "--json")
    until(lambda: programs.welcome() is not None, "the engine of the command")
    window = programs.start()
    until(lambda: (welcome := programs.welcome()) is None or welcome.is_leaving or welcome.has_window, "the hand-over")
    window.kill()
    window.communicate()
    until(lambda: (welcome := programs.welcome()) is not None and not welcome.has_window, "the command's next engine")
    assert waits.poll() is None
    assert programs.run("get", task, "--json")[0] == 0


def test_second_command_joins_the_engine_and_outlives_the_first(programs: Programs):
    task = running_task(programs)
    first = programs.start("wait", task, "--json")
    until(lambda: programs.welcome() is not None, "the engine of the first")
    second = programs.start("wait", task, "--json")
    code, found = programs.run("get", task, "--json")
    assert (code, found["id"]) == (0, task)
    first.kill()
    first.communicate()
    until(lambda: programs.welcome() is not None, "the engine of the second")
    assert second.poll() is None


def test_identical_create_commands_at_once_make_one_task(programs: Programs):
    creates = [programs.start(*FOX, "--prompt", "Once", "--request-id", "once") for _ in range(4)]
    made = [ended(process) for process in creates]
    assert [code for code, _ in made] == [0] * 4
    assert len({found["id"] for _, found in made}) == 1
    assert programs.runway.made() == {"Once": 1}


def test_read_commands_send_no_queued_task(programs: Programs):
    programs.runway.fault("create", "latency", seconds=20.0)
    creates = programs.start(*FOX, "--prompt", "First")
    until(programs.is_sending, "the request under way")
    assert programs.run("list", "--json")[0] == 0
    creates.kill()
    creates.communicate()
    before = len(programs.runway.accepted)
    for _ in range(3):
        assert programs.run("list", "--json")[0] == 0
    assert len(programs.runway.accepted) == before


@pytest.mark.skipif(sys.platform != "linux", reason="the descriptors' paths are read from /proc")
@pytest.mark.parametrize("everywhere", [False, True])
def test_queued_task_on_a_disk_without_locks_is_paid_once(programs: Programs, tmp_path: Path, everywhere: bool):
    (tmp_path / "sitecustomize.py").write_text(ON_START, encoding="utf-8")
    folder = "/" if everywhere else str(programs.folder)

    def create() -> subprocess.Popen[str]:
        return programs.start(
            *FOX, "--prompt", "Once", "--request-id", "once", PYTHONPATH=str(tmp_path), LOCKLESS=folder
        )

    creates = [create() for _ in range(3)]
    codes = [ended(process)[0] for process in creates]
    if everywhere:
        assert codes == [9, 9, 9], "the person decides, in the window"
        assert programs.runway.made() == {}
    else:
        assert codes == [0, 0, 0]
        assert programs.runway.made() == {"Once": 1}
