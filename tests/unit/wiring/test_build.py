"""Services are built on demand, and closing works whichever of them exist."""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import cached_property
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import pytest

from runway_desktop.catalog import Catalog
from runway_desktop.catalog.labels import model_label
from runway_desktop.domain.events import TaskChanged
from runway_desktop.domain.library import Document
from runway_desktop.domain.task import Request, State, Task, TaskId
from runway_desktop.services.clock import LONGEST_CREATE
from runway_desktop.services.engine import RUNNING, Engine
from runway_desktop.services.results.sidecar_keeper import BEHIND
from runway_desktop.services.tasks.accepted_ids import PATIENCE as PATIENCE_OF_IDS
from runway_desktop.services.tasks.dispatch import CLOSING_PATIENCE
from runway_desktop.simulator.workflows import DEMO_WORKFLOWS
from runway_desktop.values import replace
from runway_desktop.wiring import environment
from runway_desktop.wiring.build import Address, Assembly, build
from runway_desktop.wiring.stages import go_down
from tests.benchmarks.children import ROOT

NOBODY = Address(base_url="http://127.0.0.1:9", secret="key_" + "0" * 128)
PATIENCE = 60.0
SERVICES = [name for name, part in vars(Engine).items() if isinstance(part, cached_property)]


@asynccontextmanager
async def assembled(folder: Path) -> AsyncIterator[Assembly]:
    """As a session builds it and lets it go; a stage of closing that fails or takes too long is in the log."""
    profile = environment.profile(demo=False, folder=folder)
    with ThreadPoolExecutor(2) as workers, ThreadPoolExecutor(2) as file_workers:
        folders = environment.folders_of(profile)
        assembly = await build(profile, folders, NOBODY, workers, file_workers, state=folder / "state")
        try:
            yield assembly
        finally:
            await go_down([*assembly.settling, *assembly.giving_up, *assembly.closing])


async def test_versions_of_workflows_are_known_after_a_restart_and_cost_nothing_without_any(tmp_path: Path):
    version = DEMO_WORKFLOWS[0]
    async with assembled(tmp_path) as assembly:
        engine = assembly.engine
        assert not engine.is_made("workflows")
        text = json.dumps(version.as_json())
        await engine.library.save_document(Document.WORKFLOW, version.id, version.name, 1.0, text)
    async with assembled(tmp_path) as assembly:
        pair = assembly.engine.catalog.pair("workflow", version.id)
        assert pair is not None
        assert model_label(version.id) == pair.label == "Product turntable · v4"


async def test_running_services_are_built_with_the_loops_and_others_on_demand(tmp_path: Path):
    async with assembled(tmp_path) as assembly:
        assert not assembly.engine.is_made("lane")
        names = [name for name, _ in await assembly.prepare()]
        assert all(assembly.engine.is_made(name) for name in RUNNING)
        assert not any(assembly.engine.is_made(name) for name in ("exchange", "intake", "spending", "relinking"))
        assert {"lane", "poller", "downloads", "sidecars"} <= set(names)


async def test_catalog_stored_in_the_profile_by_an_older_build_is_ignored(tmp_path: Path):
    kept = environment.profile(demo=False, folder=tmp_path).folder / "catalog.json"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text('{"sdk": "99.0.0", "endpoints": []}', encoding="utf-8")
    async with assembled(tmp_path) as assembly:
        assert assembly.engine.catalog.version == Catalog.load().version
    assert kept.exists()


def listening_or_running() -> set[str]:
    """The services whose module listens to the bus or has a loop, by the names of the engine's properties."""
    found = set()
    for name, service in vars(Engine).items():
        if isinstance(service, cached_property):
            imported = re.search(r"from (\.[\w.]+) import", inspect.getsource(service.func))
            module = find_spec(imported[1], "runway_desktop.services") if imported is not None else None
            if module is not None:
                text = Path(module.origin).read_text("utf-8")
                if re.search(r"bus\.listen\(self\._hear|async def run\(self\)", text):
                    found.add(name)
    return found


async def test_every_listening_or_running_service_is_built_with_what_runs(tmp_path: Path):
    async with assembled(tmp_path) as assembly:
        await assembly.engine.make_what_runs()
        expected = listening_or_running()
        assert {"lane", "poller", "downloads", "budget", "forecasts", "backups"} <= expected
        assert {name for name in expected if not assembly.engine.is_made(name)} == set()


async def test_event_loop_runs_between_two_built_services(tmp_path: Path):
    async with assembled(tmp_path) as assembly:
        engine, made = assembly.engine, [0]
        preparing = asyncio.ensure_future(assembly.prepare())
        while not preparing.done():
            await asyncio.sleep(0)
            made.append(sum(map(engine.is_made, SERVICES)))
        # Submission and lane stand on others: those are built before.
        assert max(now - before for before, now in pairwise(made[1:])) <= 2


BETWEEN_TWO_TURNS = """
import asyncio, sys, threading
from pathlib import Path
from tests.unit.wiring.test_build import assembled

on_the_loop = []

class Watching:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.startswith("runway_desktop.") and threading.current_thread() is threading.main_thread():
            on_the_loop.append(name)

async def main():
    async with assembled(Path(sys.argv[1])) as assembly:
        sys.meta_path.insert(0, Watching)
        preparing, most = asyncio.ensure_future(assembly.prepare()), 0
        while not preparing.done():
            before = len(on_the_loop)
            await asyncio.sleep(0)
            most = max(most, len(on_the_loop) - before)
        print(len(on_the_loop), most)

asyncio.run(main())
"""
MOST_IN_ONE_TURN = 10
"""Modules of the program; each costs a millisecond or two."""


def test_only_a_few_modules_are_imported_in_one_turn_of_the_loop(tmp_path: Path):
    command = [sys.executable, "-c", BETWEEN_TWO_TURNS, str(tmp_path)]
    ended = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    imported, most = map(int, ended.stdout.split())
    assert imported > most
    assert most <= MOST_IN_ONE_TURN


async def test_closing_completes_where_the_loops_never_ran(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.WARNING):
        async with assembled(tmp_path) as assembly:
            assembly.engine.settings.day_cap = 40.0
        assert not any(assembly.engine.is_made(name) for name in ("lane", "downloads", "looking", "accepted_ids"))
    assert caplog.records == []
    async with assembled(tmp_path) as again:
        assert again.engine.settings.day_cap == 40.0


async def test_closing_waits_for_a_sending_for_its_maximum_duration(tmp_path: Path):
    async with assembled(tmp_path) as assembly:
        deadlines = {stage.name: stage.deadline for stage in assembly.settling}
        assert deadlines["sendings"] >= LONGEST_CREATE + PATIENCE_OF_IDS + CLOSING_PATIENCE


async def test_service_used_early_is_built_once_and_alone(tmp_path: Path):
    async with assembled(tmp_path) as assembly:
        adoption = assembly.engine.adoption
        assert not assembly.engine.is_made("lane")
        await assembly.prepare()
        assert assembly.engine.adoption is adoption


async def test_unknown_service_name_is_refused(tmp_path: Path):
    async with assembled(tmp_path) as assembly:
        with pytest.raises(KeyError):
            assembly.engine.is_made("lanes")


async def test_rating_made_before_the_loops_ran_is_noted_for_its_sidecar(tmp_path: Path):
    before = Task(
        id=TaskId("t1"),
        request=Request(endpoint="text_to_video", model="gen4.5", values={}, prompt="A lighthouse"),
        created_at=1_750_000_000.0,
        state=State.SUCCEEDED,
    )
    async with assembled(tmp_path) as assembly:
        settings = assembly.engine.settings
        assembly.engine.bus.tell(TaskChanged(replace(before, rating=5), before))
        loops = dict(await assembly.prepare())
        keeping = asyncio.ensure_future(loops["sidecars"]())
        async with asyncio.timeout(PATIENCE):
            while settings.get(BEHIND) != ["t1"]:
                await asyncio.sleep(0)
        assert not keeping.done()
        keeping.cancel()


async def test_services_built_after_the_loops_listen_to_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What is built later has missed nothing, since it hears nothing."""
    async with assembled(tmp_path) as assembly:
        engine, late = assembly.engine, []
        await assembly.prepare()
        monkeypatch.setattr(engine.bus, "listen", late.append)
        for name in SERVICES:
            getattr(engine, name)
        assert late == []
