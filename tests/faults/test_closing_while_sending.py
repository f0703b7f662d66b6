"""The program is closed while a paid request is on its way: an id that comes is kept, and who does not wait for it
finds the task uncertain."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from runway_desktop.catalog import Catalog
from runway_desktop.domain.failures import ReasonCode
from runway_desktop.domain.task import State, Task
from runway_desktop.services.bus import Bus
from runway_desktop.services.clock import SystemClock
from runway_desktop.services.tasks.ledger import Ledger
from runway_desktop.store import SqliteStore
from tests.rigs.runway_process import ROOT, Runway

SECRET = "key_" + "5a" * 64
LATE = 2.5
NEVER = 120.0
PATIENCE = 60.0


@pytest.fixture
def runway(tmp_path: Path) -> Iterator[Runway]:
    runway = Runway(tmp_path)
    runway.start()
    yield runway
    runway.stop()


def closed(profile: Path, runway: Runway, wish: str) -> tuple[str, float]:
    """What it said while it closed, and how long all of it took."""
    surroundings = os.environ | {
        "PYTHONPATH": str(ROOT),
        "QT_QPA_PLATFORM": "offscreen",
        "RUNWAYML_API_SECRET": SECRET,
        "RUNWAYML_BASE_URL": runway.base_url,
    }
    begun = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-m", "tests.faults.closing_child", str(profile), wish],
        cwd=ROOT, env=surroundings, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    chatter = [line for line in ended.stderr.splitlines() if "This plugin does not support" not in line]
    assert (ended.returncode, chatter) == (0, [])
    log = (profile / "log.txt").read_text(encoding="utf-8")
    assert not any(mistake in log for mistake in (" ERROR ", "Traceback")), log
    return ended.stdout, time.monotonic() - begun


async def only_task(profile: Path) -> Task:
    """As the next start finds it."""
    store = await SqliteStore.open(profile / "profile.db")
    try:
        ledger = Ledger(store, Bus(), SystemClock(), Catalog.load().makes)
        await ledger.load()
        [task] = ledger.open()
        return task
    finally:
        await store.close()


async def test_task_id_received_while_the_program_closes_is_saved(tmp_path: Path, runway: Runway):
    runway.fault("create", "latency", seconds=LATE)
    said, took = closed(tmp_path / "profile", runway, "wait")
    assert "1 task is being sent. Closing waits for Runway's answer, because it may be charged." in said
    assert took >= LATE
    task = await only_task(tmp_path / "profile")
    assert (task.state, task.remote_id) == (State.PENDING, runway.accepted[0])


async def test_quitting_before_the_answer_makes_the_task_uncertain_with_a_reason(tmp_path: Path, runway: Runway):
    runway.fault("create", "latency", seconds=NEVER)
    said, took = closed(tmp_path / "profile", runway, "anyway")
    assert "If you close now, the task is uncertain at the next start." in said
    assert took < PATIENCE
    task = await only_task(tmp_path / "profile")
    assert task.state is State.UNCERTAIN
    assert task.evidence is not None
    assert task.evidence.cause is not None
    assert task.evidence.cause.code is ReasonCode.NO_REPLY


async def test_tasks_are_sent_when_the_window_never_appears(tmp_path: Path, runway: Runway):
    closed(tmp_path / "profile", runway, "unseen")
    task = await only_task(tmp_path / "profile")
    assert (task.state, task.remote_id) == (State.PENDING, runway.accepted[0])
