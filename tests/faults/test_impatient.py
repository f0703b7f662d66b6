"""Two clients without patience and the window, at once and in turn, each killed or closed in the middle: each wish is
made once, and none is lost. `IMPATIENT=200` says more of them."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.test_hand_over import SECRET, Programs, until
from tests.journeys.runway import ROOT, Runway

WISHES = int(os.environ.get("IMPATIENT", "24"))


@pytest.fixture
def runway(tmp_path: Path) -> Iterator[Runway]:
    runway = Runway(tmp_path, "--speed", "200")
    runway.start()
    yield runway
    runway.stop()


@pytest.fixture
def programs(tmp_path: Path, runway: Runway) -> Iterator[Programs]:
    programs = Programs(tmp_path / "profile", runway)
    programs.grant(1_000_000.0)
    yield programs
    programs.end()


def client(programs: Programs, seed: int) -> subprocess.Popen[bytes]:
    surroundings = os.environ | {"RUNWAYML_API_SECRET": SECRET, "RUNWAYML_BASE_URL": programs.runway.base_url}
    command = [sys.executable, "-m", "tests.faults.impatient_child", str(programs.folder), str(seed), "0", str(WISHES)]
    return subprocess.Popen(command, cwd=ROOT, env=surroundings, stderr=subprocess.DEVNULL)


def test_of_many_wishes_said_without_patience_each_is_made_once(programs: Programs):
    chance = random.Random(21)
    programs.runway.fault("create", "latency", seconds=0.1)
    clients = [client(programs, 1), client(programs, 2)]
    window: subprocess.Popen[str] | None = None
    for seed in range(3, 9):
        time.sleep(chance.uniform(0.5, 2.0))
        if seed == 4:
            window = programs.start()
        if seed == 7 and window is not None:
            window.send_signal(signal.SIGTERM)
        killed = clients.pop(0)
        killed.kill()
        killed.wait()
        clients.append(client(programs, seed))
    for one in clients:
        assert one.wait(300) == 0
    if window is not None:
        window.wait(60)

    def all_sent() -> bool:
        code, found = programs.run("list", "--limit", "200", "--json")
        assert code == 0
        return not any(task["state"] in ("held", "sending") for task in found["tasks"])

    # What waits is sent by whoever works.
    keeper = client(programs, 100)
    keeper.wait(120)
    code, found = programs.run("list", "--limit", "200", "--json")
    assert code == 0
    ids = [task["task_id"] for task in found["tasks"]]
    assert len(ids) == WISHES, "none is lost, and none is there twice"
    waits = programs.start("wait", *ids[:100], "--timeout", "200", "--json")
    waits.communicate(timeout=260)
    until(all_sent, "all of them sent")
    states = Counter(task["state"] for task in programs.run("list", "--limit", "200", "--json")[1]["tasks"])
    made = programs.runway.made()
    assert max(made.values()) == 1, "nothing is paid for twice"
    assert len(made) + states["uncertain"] >= WISHES, "what was not made is said to be uncertain"
    sys.stdout.write(f"{WISHES} wishes: {len(made)} made once, {dict(states)}\n")
