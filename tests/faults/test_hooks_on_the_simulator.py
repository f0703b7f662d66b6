"""A program of the person's beside a burst of results: each is told once, one at a time, and saving does not wait."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import pytest

from runway_desktop.domain.copies import IDENTITY
from runway_desktop.domain.hooks import Happening
from runway_desktop.services.disk import library_folder
from runway_desktop.usecases import hooks as hooks_module
from runway_desktop.usecases.clients.task_answer import task_answer
from runway_desktop.usecases.hooks import Hooks
from tests.rigs.engine_rig import request
from tests.rigs.engines import engine_of
from tests.rigs.on_the_simulator import engine, everything_saved, saving, simulated
from tests.rigs.waiting import soon

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a script of a POSIX shell")
MANY = 30
ONE_AT_A_TIME = """#!/bin/sh
mkdir {here}/running || echo '{{"event": "overlap"}}' >> {here}/told
cat >> {here}/told
echo >> {here}/told
rmdir {here}/running
"""


async def test_burst_of_results_is_told_one_by_one_and_the_empty_queue_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    # Its time is quick: a minute is a third of a second.
    monkeypatch.setattr(hooks_module, "_FRESH", 1e9)
    monkeypatch.setattr(library_folder, "ANSWER_WITHIN", 1e4)
    program, told = tmp_path / "program", tmp_path / "told"
    program.write_text(ONE_AT_A_TIME.format(here=tmp_path))
    program.chmod(0o755)

    def events() -> list[dict[str, object]]:
        return [json.loads(line) for line in told.read_text().splitlines()] if told.exists() else []

    async with (
        simulated(concurrency=MANY) as (simulator, clock),
        engine(simulator, clock, tmp_path / "list.db") as rig,
        saving(rig, clock, tmp_path / "library") as downloads,
    ):
        parts = engine_of(rig, tmp_path / "library")
        parts.downloads = downloads
        rig.settings.set(IDENTITY, {"id": "ab" * 16})
        hooks = Hooks(parts, lambda *_: None, task_answer)
        await hooks.set([str(program)], frozenset(Happening))
        ids = await rig.submit(*(request(f"{number}") for number in range(MANY)))
        await everything_saved(rig, MANY)
        await soon(lambda: len(events()) > MANY and hooks.amount == 0)
    assert Counter(event["event"] for event in events()) == {"saved": MANY, "queue_empty": 1}
    assert {event["id"] for event in events()[:-1]} == set(ids)
    assert events()[-1]["event"] == "queue_empty"
