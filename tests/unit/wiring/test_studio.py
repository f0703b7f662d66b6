"""The demo's studio: made once, whole in every store that knows of it, and gone where an empty demo is wanted."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest

from runway_desktop.catalog import Catalog, validate
from runway_desktop.catalog.resource_path import resource
from runway_desktop.domain.account import UsedCredits, fingerprint_of
from runway_desktop.domain.library import Filter, Listing, Page, Row
from runway_desktop.domain.profiles import Profile
from runway_desktop.domain.spending_report import reconciled
from runway_desktop.domain.task import OutputState, Pick, Request, State, Task, new_task_id
from runway_desktop.services.disk.disk_steps import sha256_of
from runway_desktop.services.engine import Engine
from runway_desktop.services.library.sheets import read as read_sheet
from runway_desktop.services.money.spending import Period
from runway_desktop.services.results import sidecar
from runway_desktop.services.results.embedding import has_credentials
from runway_desktop.services.results.embedding import read as read_embedded
from runway_desktop.services.tasks.uncertainty import Likelihood, verdict
from runway_desktop.simulator.child import DEMO_SECRET
from runway_desktop.simulator.organizations import Uploads, take_up
from runway_desktop.simulator.outputs import sample_of
from runway_desktop.simulator.world import Knobs, World
from runway_desktop.store import SqliteStore
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.values import replace
from runway_desktop.wiring import demo as demos
from runway_desktop.wiring import environment, studio
from runway_desktop.wiring.build import Address, build
from runway_desktop.wiring.demo import Begins, Demo, DemoWishes
from runway_desktop.wiring.stages import go_down
from runway_desktop.wiring.studio_history import play, read_script

NOW = 1_795_742_305.0
LATER = 4_000.0
"""Seconds after which nothing of the studio runs any more."""


@dataclass(frozen=True, slots=True)
class Start:
    """One start of the demo, with what it begins with in the list."""

    profile: Profile
    engine: Engine
    demo: Demo

    async def rows(self) -> list[Row]:
        entries = await self.engine.library.list(Listing())
        return list(await self.engine.library.rows(entries.ids))


@asynccontextmanager
async def started(folder: Path, *, is_empty: bool = False) -> AsyncIterator[Start]:
    profile = environment.profile(demo=True, folder=folder)
    address = Address(demo=DemoWishes(is_empty=is_empty))
    with ThreadPoolExecutor(2) as workers, ThreadPoolExecutor(2) as file_workers:
        folders = environment.folders_of(profile)
        assembly = await build(profile, folders, address, workers, file_workers, state=folder / "state")
        try:
            loops = dict(await assembly.prepare())
            await loops["studio"]()
            assert assembly.demo is not None
            yield Start(profile, assembly.engine, assembly.demo)
        finally:
            await go_down([*assembly.settling, *assembly.giving_up, *assembly.closing])


def world_kept(profile: Profile, now: float) -> World:
    world = World(Knobs(), ())
    assert take_up(world, Uploads(), demos.simulated(profile), now)
    return world


def files_in(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def test_every_demo_request_is_valid_by_the_catalog(tmp_path: Path):
    catalog = Catalog.load()
    history = play(read_script(), catalog, NOW, library=tmp_path, template="{project}/{id}")
    for played in history.tasks:
        request = played.task.request
        pair = catalog.pair(request.endpoint, request.model)
        assert pair is not None
        assert validate(pair, request.values) == (), request.prompt


@pytest.mark.parametrize("speed", [0.5, 1.0, 40.0])
def test_demo_history_is_ordered_and_in_the_past(tmp_path: Path, speed: float):
    history = play(read_script(), Catalog.load(), NOW, library=tmp_path, template="{id}", speed=speed)
    assert [one.task.created_at for one in history.tasks] == sorted(one.task.created_at for one in history.tasks)
    for played in history.tasks:
        times = [played.task.created_at, *(entry.at for entry in played.entries)]
        assert all(before <= after for before, after in pairwise(times)), played.task.request.prompt
        assert times[-1] <= NOW
    states = {played.task.state for played in history.tasks}
    assert {State.QUEUED, State.UNCERTAIN, State.RUNNING, State.SUCCEEDED, State.FAILED, State.CANCELLED} <= states


async def test_first_demo_shows_a_working_studio(tmp_path: Path):
    async with started(tmp_path / "demo") as start:
        counts = await start.engine.library.counts()
        rows = await start.rows()
        assert len(rows) == 60
        assert rows[0].task.id == start.demo.first
        assert rows[0].task.state is State.SUCCEEDED
        assert len(counts.projects) == 3
        for page in (Page.LIVE, Page.WAITING_HERE, Page.NEEDS_ATTENTION, Page.PICKS):
            assert counts.pages[page] > 2
        assert [(kept.name, kept.unsent) for kept in counts.unsent] == [("aurora_shots.csv", 2)]
        assert len(start.engine.ledger.all_queued()) == counts.states[State.QUEUED], "the lane knows what is queued"
        report = await start.engine.spending.report(Period.MONTH)
        assert sum(day.credits > 0 for day in report.days) > 7


async def test_demo_has_a_cast_and_picks_that_can_go_on(tmp_path: Path):
    async with started(tmp_path / "demo") as start:
        engine = start.engine
        members = (await engine.cast.load()).members
        assert [member.name for member in members] == ["Keeper", "Lantern", "Maya", "Storm light"]
        files = [file for member in members for file in member.all_files]
        assert all(sha256_of(Path(file.path)) == file.sha256 for file in files)
        tasks = [row.task for row in await start.rows()]
        assert {name for task in tasks for name in task.cast} == {member.id for member in members}
        assert all((task.picked_at is not None) is (task.pick is not Pick.NONE) for task in tasks)
        steps = UseCases(engine).steps
        chain = await steps.chain_of("Aurora spot")
        assert chain is not None
        board = await steps.board("Aurora spot", chain)
        assert [column.problem for column in board.columns] == [""] * 3
        assert {one.step.id for one in board.ready()} == {"clip", "upscale"}
        assert [one.take.row.task.shot for row in board.rows for cell in row.cells for one in cell.done] == [
            "010",
            "040",
        ]


async def test_persons_first_demo_task_goes_first_and_finds_a_free_slot(tmp_path: Path):
    async with started(tmp_path / "demo") as start:
        engine = start.engine
        studio = {task.id for task in engine.ledger.all_queued()}
        used = Counter(task.request.model for task in engine.ledger.open() if task.state is not State.QUEUED)
        assert used["gen4.5"] < Knobs().concurrency, "the model that a new composer has"
        leading = asyncio.ensure_future(start.demo.let_own_task_lead(engine))
        await asyncio.sleep(0)
        request = Request(endpoint="text_to_video", model="gen4.5", values={"promptText": "A fox"}, prompt="A fox")
        first, second = [a_task(at, request) for at in (1, 2)]
        await engine.ledger.add([first], [])
        await leading
        await engine.ledger.add([second], [])
        order = [task.id for task in sorted(engine.ledger.all_queued(), key=lambda task: task.position)]
        assert (order[0], order[-1]) == (first.id, second.id)
        assert set(order[1:-1]) == studio


def test_demo_shots_use_different_pictures(tmp_path: Path):
    history = play(read_script(), Catalog.load(), NOW, library=tmp_path, template="{id}")
    shown: dict[Path, set[str]] = {}
    for played in history.tasks:
        if (
            played.outputs
            and played.recipe is not None
            and played.recipe.manner == "clip"
            and not played.recipe.is_signed
        ):
            path = sample_of(played.recipe, 0, resource("samples"), "mp4")
            shown.setdefault(path, set()).add(f"{played.task.project} {played.task.shot or played.task.request.prompt}")
    assert len(shown) > 12
    assert not {path.name: shots for path, shots in shown.items() if len(shots) > 1}


def a_task(position: int, request: Request) -> Task:
    return Task(id=new_task_id(), request=request, created_at=NOW, position=1_000.0 + position)


async def test_every_demo_result_lies_at_its_listed_path_with_its_sidecar(tmp_path: Path):
    async with started(tmp_path / "demo") as start:
        rows = await start.rows()
        outputs = [output for row in rows for output in row.outputs]
        assert len(outputs) > 45
        signed = set()
        for row in rows:
            for output in row.outputs:
                path = Path(output.path)
                assert output.state is OutputState.SAVED
                assert (output.size, output.sha256) == (path.stat().st_size, sha256_of(path))
                said = sidecar.read(json.loads(sidecar.path_for(path).read_text(encoding="utf-8")))
                assert said is not None
                assert (said.task_id, said.sha256, said.request) == (row.task.id, output.sha256, row.task.request)
                assert (said.judgment.rating, said.judgment.note) == (row.task.rating, row.task.note)
                if is_signed := has_credentials(BytesIO(path.read_bytes())):
                    signed.add(path.suffix)
                if path.suffix != ".svg":
                    assert (read_embedded(path) is None) is is_signed
            kinds = [entry.kind for entry in (await start.engine.library.details(row.task.id)).ledger]
            assert kinds[0] == "created"
            assert kinds.count("saved") == len(row.outputs)
            assert ("accepted" in kinds) == (row.task.remote_id is not None)
        assert signed == {".mp4", ".png"}
        beside = {sidecar.path_for(Path(output.path)) for output in outputs}
        assert files_in(start.profile.library) == {Path(output.path) for output in outputs} | beside


async def test_demo_inputs_are_the_results_they_were_made_from(tmp_path: Path):
    async with started(tmp_path / "demo") as start:
        rows = await start.rows()
        made = {output.path: output.sha256 for row in rows for output in row.outputs}
        async with opened(start.profile) as store:
            used = [found for row in rows for found in await store.inputs(row.task.id)]
        assert len(used) >= 8
        assert {found.path: found.sha256 for found in used}.items() <= made.items()
        kept = await start.engine.sheets.recent()
        sheet = read_sheet((await start.engine.sheets.open(kept[0].id)).text)
        ids = {row.task.id for row in rows}
        assert [one.task_id for row in sheet.rows for one in row.sent if one.task_id not in ids] == []


async def test_simulated_runway_knows_the_demo_and_its_usage_matches_the_spending(tmp_path: Path):
    async with started(tmp_path / "demo") as start:
        rows = await start.rows()
        at_runway = [row.task for row in rows if row.task.remote_id is not None]
        now = start.engine.clock.now()
        world = world_kept(start.profile, now)
        assert {task.remote_id for task in at_runway} < {task.id for task in world.tasks()}
        assert {task.key for task in at_runway} == {fingerprint_of(DEMO_SECRET)}
        [uncertain] = [row.task for row in rows if row.task.state is State.UNCERTAIN]
        assert uncertain.evidence is not None
        assert verdict(uncertain.evidence).likelihood is Likelihood.MADE
        first, last = start.engine.spending.days(Period.MONTH)
        used = [UsedCredits(day=day, model=model, credits=credits) for (day, model), credits in world.spent().items()]
        async with opened(start.profile) as store:
            lines = await store.spending(0, now + 1, utc=True)
        said = reconciled(lines, used, first, last)
        assert uncertain.evidence.price == said.uncertain_credits
        assert said.total.difference == 0.0, "it was made"
        assert world.balance == Knobs().balance - said.total.runway


@asynccontextmanager
async def opened(profile: Profile) -> AsyncIterator[SqliteStore]:
    store = await SqliteStore.open(profile.database)
    try:
        yield store
    finally:
        await store.close()


async def test_second_start_finds_the_demo_unchanged(tmp_path: Path):
    async with started(tmp_path / "demo") as start:
        before = {row.task.id: row.task for row in await start.rows()}
        presets = start.engine.settings.get("presets")
        chosen = next(iter(before))
        await start.engine.ledger.change(chosen, renamed, "title")
    async with started(tmp_path / "demo") as again:
        after = {row.task.id: row.task for row in await again.rows()}
        assert again.demo.first is None
        assert after == before | {chosen: renamed(before[chosen])}
        assert again.engine.settings.get("presets") == presets
        assert again.engine.settings.day_cap is not None


def renamed(task: Task) -> Task:
    return replace(task, title="Mine")


class Killed(BaseException):
    """The end of the process, for what can be tested of it."""


@pytest.mark.parametrize("step", ["keep", "_bring_in", "_set"])
async def test_demo_killed_while_being_built_is_built_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str):
    def kill(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(studio, step, kill)
        with pytest.raises(Killed):
            async with started(tmp_path / "demo"):
                pass
    async with started(tmp_path / "demo") as again:
        rows = await again.rows()
        assert again.demo.first is not None
        assert len(rows) == 60
        paths = {Path(output.path) for row in rows for output in row.outputs}
        assert files_in(again.profile.library) == paths | {sidecar.path_for(path) for path in paths}
        assert len((await again.engine.library.counts()).unsent) == 1


async def test_complete_demo_without_its_end_mark_is_not_built_twice(tmp_path: Path):
    async with started(tmp_path / "demo") as start:
        pass
    demos.note(start.profile, Begins.MAKING)
    async with started(tmp_path / "demo") as again:
        assert again.demo.first is None
        assert len(await again.rows()) == 60
    assert demos.begins(again.profile) is Begins.STUDIO


async def test_demo_requested_empty_starts_and_stays_empty(tmp_path: Path):
    async with started(tmp_path / "demo", is_empty=True) as start:
        assert await start.rows() == []
        assert start.demo.stands.is_set()
    async with started(tmp_path / "demo") as again:
        assert await again.rows() == []


async def test_demo_content_is_replaced_by_an_empty_demo_at_the_next_start(tmp_path: Path):
    async with started(tmp_path / "demo") as start:
        await start.demo.begin_empty_next_time()
        assert len(await start.rows()) == 60
    async with started(tmp_path / "demo") as again:
        assert await again.rows() == []
        assert not again.profile.library.exists()
        assert not demos.simulated(again.profile).exists()
        assert again.engine.settings.day_cap is None
    async with started(tmp_path / "demo") as later:
        assert await later.rows() == []


async def test_demo_of_an_older_version_keeps_its_list(tmp_path: Path):
    async with started(tmp_path / "demo") as start:
        pass
    (start.profile.folder / "demo.json").unlink()
    async with started(tmp_path / "demo") as again:
        assert again.demo.first is None
        assert await again.engine.library.amount(Filter()) == 60


def test_only_a_demo_is_ever_emptied(tmp_path: Path):
    real = environment.profile(demo=False, folder=tmp_path / "real")
    demos.note(real, Begins.EMPTYING)
    real.database.write_bytes(b"everything")
    with pytest.raises(ValueError, match="demo"):
        demos.empty_if_asked(real)
    assert real.database.read_bytes() == b"everything"


def test_malformed_demo_note_means_a_demo_in_use(tmp_path: Path):
    demo = environment.profile(demo=True, folder=tmp_path / "demo")
    for text in ("", "{", "[]", '{"begins": "something"}'):
        (demo.folder / "demo.json").write_text(text, encoding="utf-8")
        assert demos.begins(demo) is Begins.STUDIO


def test_every_simulated_task_of_the_demo_ends(tmp_path: Path):
    history = play(read_script(), Catalog.load(), NOW, library=tmp_path, template="{id}")
    history.world.advance(NOW + LATER)
    assert history.world.unfinished() == 0
