"""A folder of results is imported as its former tasks, once, without requests, sendings or moves."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.library import GroupBy, Listing, clean_tag
from runway_desktop.domain.task import (
    Batch,
    BatchId,
    Look,
    Mark,
    MemberId,
    Output,
    OutputState,
    Pick,
    Presence,
    Request,
    State,
    TaskId,
    Trim,
)
from runway_desktop.services.disk.disk_space import DiskSpace
from runway_desktop.services.exchange.folder_import import CHUNK, FolderImport, FolderLook, Imported, TakenBack
from runway_desktop.services.exchange.folder_reading import holds_results
from runway_desktop.services.exchange.progress import Progress
from runway_desktop.services.exchange.standing import ImportStatus, compared, standings_of
from runway_desktop.services.money.budget import Budget
from runway_desktop.services.money.spending import Period
from runway_desktop.services.results import sidecar
from runway_desktop.values import replace
from tests.rigs.engine_rig import CATALOG, AtOnce, Rig, request
from tests.rigs.exchange_results import NOON, Results, a_task, as_it_is, files_in, local_id, make_picture
from tests.rigs.fake_runway import remote_id

_ALL = Listing(group=GroupBy.NONE)


class Bench:
    """An empty profile beside a folder of results that another one left."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "old"
        self.old = Results(self.folder)
        self.library = folder / "library"
        self.rig = Rig()
        self.rig.settings.library_folder = str(self.library)
        self.service = self.make_service()

    def make_service(self) -> FolderImport:
        rig = self.rig
        return FolderImport(
            rig.ledger, rig.store, rig.actions, CATALOG, rig.settings, rig.bus, rig.clock, AtOnce(), DiskSpace()
        )  # fmt: skip

    @property
    def store(self) -> Any:
        return self.rig.store

    async def look(self, folder: Path | None = None) -> FolderLook:
        return await self.service.look(folder or self.folder, Progress())

    async def take_in(self, folder: Path | None = None, progress: Progress | None = None, **more: Any) -> Imported:
        look = await self.look(folder)
        found = [one.found for one in look.candidates if one.standing.is_worth_taking]
        return await self.service.take_in(look.folder, found, progress or Progress(), **more)

    def standings(self, look: FolderLook) -> dict[str, ImportStatus]:
        return {one.found.path.name: one.standing for one in look.candidates}


@asynccontextmanager
async def a_desk(folder: Path) -> AsyncIterator[Bench]:
    desk = Bench(folder)
    async with desk.rig:
        yield desk


@pytest.fixture
def on(tmp_path):
    return lambda: a_desk(tmp_path)


async def test_exported_task_is_imported_unchanged(on):
    batch = Batch(id=BatchId(local_id(77)), name="shots.csv", created_at=NOON)
    task = a_task(
        3, project="Aurora", title="Take 3", rating=4, pick=Pick.PICK, tags=("night", "rain"), shot="010",
        note="For the teaser", trims=(Trim(0, 1.0, 4.0),), marks=(Mark(id="m", at=2.5, text="Horn", made_at=1.0),),
        parent_id=local_id(1), batch_id=batch.id, cast=(MemberId(local_id(9)),),
    )  # fmt: skip
    async with on() as desk:
        outputs = await desk.old.put(task, files=2, batch=batch)
        found = await desk.take_in()
        assert (found.added, found.results, found.changed, found.failures) == ([task.id], 2, [], [])
        assert await desk.store.get(task.id) == replace(task, imported=True)
        kept = await desk.store.outputs(task.id)
        assert [(one.path, one.sha256, one.saved_at) for one in kept] == [
            (one.path, one.sha256, one.saved_at) for one in outputs
        ]
        assert all(one.state is OutputState.SAVED for one in kept)
        assert await desk.store.batch_names([batch.id]) == {batch.id: "shots.csv"}
        [line] = await desk.store.ledger(task.id)
        assert (line.kind, line.detail["from"]) == ("imported", str(desk.folder))


async def test_embedded_request_is_enough_to_import_a_task(on):
    async with on() as desk:
        await desk.old.put(a_task(1, project="Aurora"), beside=False)
        await desk.old.put(a_task(2), beside=False, ending="mp4")
        found = await desk.take_in()
        assert set(found.added) == {local_id(1), local_id(2)}
        assert (await desk.store.get(local_id(1))).project == "Aurora"


async def test_imported_task_is_never_sent_and_costs_nothing_today(on):
    async with on() as desk:
        await desk.old.put(a_task(1, sent_at=NOON - 3 * 86_400))
        await desk.take_in()
        await desk.rig.clock.advance(3600)
        assert {call.name for call in desk.rig.runway.calls} <= {"organization", "usage"}
        assert desk.rig.budget.spent_today == 0.0
        assert await desk.store.unsaved() == []


async def test_import_leaves_the_source_folder_unchanged(on):
    async with on() as desk:
        await desk.old.put(a_task(1))
        before = {path: path.stat().st_mtime_ns for path in desk.folder.rglob("*")}
        await desk.take_in()
        assert {path: path.stat().st_mtime_ns for path in desk.folder.rglob("*")} == before


async def test_imported_copies_get_library_names_and_their_own_sidecars(on):
    async with on() as desk:
        [output] = await desk.old.put(a_task(1, project="Aurora"))
        desk.rig.settings.name_template = "{project}/{seed}"
        found = await desk.take_in(copies=True)
        assert found.results == 1
        assert files_in(desk.library) == ["Aurora/1.png", "Aurora/1.png.json"]
        [kept] = await desk.store.outputs(local_id(1))
        assert (kept.path, kept.sha256) == (str(desk.library / "Aurora/1.png"), output.sha256)
        assert sidecar.owner_of(desk.library / "Aurora/1.png.json") == (local_id(1), 0)


async def test_repeated_import_duplicates_nothing(on):
    async with on() as desk:
        for number in (1, 2):
            await desk.old.put(a_task(number), files=2)
        await desk.take_in(copies=True)
        again = await desk.take_in(copies=True)
        assert (again.added, again.results) == ([], 0)
        assert set(desk.standings(await desk.look()).values()) == {ImportStatus.KNOWN}
        assert len(files_in(desk.library)) == 8


async def test_import_preview_classifies_each_file(on):
    async with on() as desk:
        await desk.old.put(a_task(1))
        await desk.old.put(a_task(2), files=2)
        [changed] = await desk.old.put(a_task(3))
        Path(changed.path).write_bytes(Path(changed.path).read_bytes() + b"more")
        await desk.rig.ledger.take_in([a_task(2)], [])
        make_picture(desk.folder / "holiday.png", 9)
        (desk.folder / "list.json").write_text("[]", encoding="utf-8")
        (desk.folder / "notes.txt").write_text("x", encoding="utf-8")
        [gone] = await desk.old.put(a_task(4))
        Path(gone.path).unlink()
        look = await desk.look()
        assert [one.standing for one in look.candidates] == [
            ImportStatus.NEW, ImportStatus.MISSING_HERE, ImportStatus.MISSING_HERE, ImportStatus.NEW,
        ]  # fmt: skip
        assert [one.changed for one in look.candidates] == [False, False, False, True]
        assert (look.without_request, look.alone, look.is_whole) == (1, 1, True)


async def test_file_changed_since_export_is_marked_and_imported_as_it_is(on):
    async with on() as desk:
        [output] = await desk.old.put(a_task(1))
        make_picture(Path(output.path), 200)
        found = await desk.take_in()
        assert found.changed == [Path(output.path).name]
        [kept] = await desk.store.outputs(local_id(1))
        assert kept.sha256 == as_it_is(output).sha256 != output.sha256


async def test_known_task_gets_its_lost_result_back(on, tmp_path):
    async with on() as desk:
        task = a_task(1)
        [output] = await desk.old.put(task)
        lost = replace(output, path=str(tmp_path / "nowhere.png"), look=Look(presence=Presence.MISSING, at=NOON))
        expired = Output(task_id=local_id(2), index=0, url="", url_fetched_at=0.0, state=OutputState.EXPIRED)
        [other] = await desk.old.put(a_task(2))
        await desk.rig.ledger.take_in([task, a_task(2)], [lost, expired])
        found = await desk.take_in()
        assert (found.added, found.results) == ([], 2)
        assert await desk.store.outputs(task.id) == [output]
        assert [(one.path, one.state) for one in await desk.store.outputs(local_id(2))] == [
            (other.path, OutputState.SAVED)
        ]


async def test_one_task_is_made_from_two_folders_with_a_result_each(on, tmp_path):
    async with on() as desk:
        outputs = await desk.old.put(a_task(1), files=2)
        for output in outputs:
            apart = tmp_path / f"part {output.index}"
            apart.mkdir()
            for path in (Path(output.path), sidecar.path_for(Path(output.path))):
                shutil.move(path, apart / path.name)
        await desk.take_in(tmp_path / "part 1")
        second = await desk.take_in(tmp_path / "part 0")
        assert second.added == []
        assert [one.index for one in await desk.store.outputs(local_id(1))] == [0, 1]


async def test_duplicate_file_in_the_folder_is_one_result(on):
    async with on() as desk:
        await desk.old.put(a_task(1))
        shutil.copytree(desk.folder / "none", desk.folder / "backup")
        look = await desk.look()
        assert sorted(one.standing for one in look.candidates) == [ImportStatus.DOUBLE, ImportStatus.NEW]
        assert (await desk.take_in()).results == 1


async def test_file_without_ids_is_recognized_by_its_bytes(on):
    async with on() as desk:
        [output] = await desk.old.put(a_task(1, remote_id=None), inside=False)
        beside = sidecar.path_for(Path(output.path))
        document = json.loads(beside.read_text(encoding="utf-8"))
        document["task"]["id"] = ""
        beside.write_text(json.dumps(document), encoding="utf-8")
        shutil.copytree(desk.folder / "none", desk.folder / "backup")
        look = await desk.look()
        assert sorted(one.standing for one in look.candidates) == [ImportStatus.DOUBLE, ImportStatus.NEW]
        every = [one.found for one in look.candidates]
        first = await desk.service.take_in(look.folder, every, Progress())
        assert (first.results, first.known) == (1, 1)
        assert set(one.standing for one in (await desk.look()).candidates) == {ImportStatus.KNOWN}
        assert (await desk.take_in()).results == 0
        assert len(desk.store.tasks) == 1


async def test_preview_distinguishes_equal_bytes_from_equal_size(on):
    async with on() as desk:
        outputs = [(await desk.old.put(a_task(number)))[0] for number in (1, 2, 3)]
        await desk.take_in(copies=True)
        one, two, three = (Path(output.path) for output in outputs)
        whole = bytearray(two.read_bytes())
        whole[-20] ^= 1
        two.write_bytes(whole)
        three.write_bytes(three.read_bytes() + b"more")
        differs = {each.found.path: each.differs for each in (await desk.look()).candidates}
        assert differs == {one: False, two: True, three: True}


async def test_comparison_reports_progress_and_can_be_stopped(on):
    async with on() as desk:
        for number in range(1, 5):
            await desk.old.put(a_task(number))
        await desk.take_in(copies=True)
        told: list[tuple[int, int]] = []

        def tell() -> None:
            told.append((progress.done, progress.total))
            if progress.total and progress.done == 2:
                progress.stop()

        progress = Progress(tell)
        look = await desk.service.look(desk.folder, progress)
        assert [done for done, total in told if total == 4] == [0, 1, 2]
        assert (look.is_whole, look.not_compared, len(look.candidates)) == (True, 2, 4)


async def test_file_that_cannot_be_compared_keeps_its_classification(on, monkeypatch):
    async with on() as desk:
        [output] = await desk.old.put(a_task(1))
        await desk.take_in(copies=True)
        look_at = Path.open

        def refuse(path: Path, *arguments: Any, **more: Any) -> Any:
            if path == Path(output.path) and "b" in (arguments or (more.get("mode", "r"),))[0]:
                raise OSError(5, "Input/output error")
            return look_at(path, *arguments, **more)

        walked = [one.found for one in (await desk.look()).candidates]
        assert walked
        monkeypatch.setattr(Path, "open", refuse)
        judged = await standings_of(desk.store, AtOnce(), walked)
        [one], left = await compared(desk.store, AtOnce(), judged, Progress())
        assert (one.standing, one.differs, left) == (ImportStatus.KNOWN, False, 0)


async def test_imported_task_with_a_taken_local_id_gets_a_new_one(on):
    async with on() as desk:
        await desk.rig.ledger.take_in([a_task(1)], [])
        await desk.old.put(a_task(1, remote_id=remote_id(9)))
        found = await desk.take_in()
        [added] = found.added
        assert added != local_id(1)
        assert (await desk.store.get(added)).remote_id == remote_id(9)
        assert (await desk.store.get(local_id(1))).remote_id == remote_id(1)


async def test_one_undo_removes_the_whole_import_and_redo_restores_it(on, tmp_path):
    async with on() as desk:
        for number in range(1, 4):
            await desk.old.put(a_task(number))
        lost = Output(task_id=local_id(3), index=0, url="", url_fetched_at=0.0, state=OutputState.EXPIRED)
        await desk.rig.ledger.take_in([a_task(3)], [lost])
        found = await desk.take_in()
        assert await desk.service.take_back(found) == TakenBack(tasks=2, results=1, kept=0)
        assert len(await desk.store.list(_ALL)) == 1
        assert await desk.store.outputs(local_id(3)) == [lost]
        assert len(list(desk.folder.rglob("*.png"))) == 3
        look = await desk.look()
        assert sorted(one.standing for one in look.candidates) == ["missing here", "removed", "removed"]
        again = await desk.take_in()
        assert (again.added, len(again.restored), again.results) == ([], 2, 3)
        assert len(await desk.store.list(_ALL)) == 3


async def test_imported_tasks_never_count_as_spending_or_against_a_cap(on):
    async with on() as desk:
        rig, task = desk.rig, a_task(1, sent_at=desk.rig.clock.now() - 1, project="Aurora")
        rig.settings.project_caps = {"Aurora": 30.0}
        await rig.budget.catch_up()
        await desk.old.put(task)
        found = await desk.take_in()
        assert await desk.store.get(task.id) == replace(task, imported=True)
        again = Budget(desk.store, rig.settings, rig.pricing, rig.bus, rig.clock)
        await again.load()
        for budget in (rig.budget, again):
            assert (budget.spent_today, budget.spent_this_month) == (0.0, 0.0)
        assert await desk.store.spent_by_project(["Aurora"]) == {"Aurora": 0.0}
        await rig.pricing.learn(request(), 25.0)
        ahead = replace(task, id=TaskId("next"), state=State.QUEUED, sent_at=None)
        assert rig.budget.holds_back(ahead) is None
        report = await rig.spending.report(Period.MONTH)
        assert (report.total.tasks, report.total.credits, report.models) == (0, 0.0, ())
        assert (report.total.imported, report.total.imported_credits) == (1, 25.0)
        await desk.service.take_back(found)
        assert await desk.store.spending(0, 1e12) == []
        await desk.take_in()
        assert rig.budget.spent_today == 0.0
        assert await desk.store.get(task.id) == replace(task, imported=True)


async def test_undo_removes_a_result_added_to_a_known_task(on):
    async with on() as desk:
        await desk.old.put(a_task(1))
        await desk.rig.ledger.take_in([a_task(1)], [])
        found = await desk.take_in()
        await desk.service.take_back(found)
        [output] = await desk.store.outputs(local_id(1))
        assert (output.is_here, output.problem) == (False, Reason(ReasonCode.IMPORT_UNDONE))


async def test_undo_keeps_a_result_downloaded_since_the_import(on):
    async with on() as desk:
        await desk.old.put(a_task(1))
        await desk.rig.ledger.take_in([a_task(1)], [])
        found = await desk.take_in()
        [imported] = await desk.store.outputs(local_id(1))
        downloaded = replace(imported, path=str(desk.library / "fox.mp4"), sha256="ab")
        await desk.store.save_output(downloaded)
        assert await desk.service.take_back(found) == TakenBack(tasks=0, results=0, kept=1)
        assert await desk.store.outputs(local_id(1)) == [downloaded]


async def test_task_gone_at_runway_is_completed_from_the_imported_folder(on):
    async with on() as desk:
        task = a_task(1, rating=4)
        gone = replace(task, state=State.GONE, request=Request(endpoint="", model=""), rating=0, adopted=True)
        await desk.rig.ledger.take_in([gone], [])
        await desk.old.put(task, files=2)
        found = await desk.take_in()
        assert (found.added, found.results) == ([], 2)
        assert await desk.store.get(task.id) == task
        assert [one.is_here for one in await desk.store.outputs(task.id)] == [True, True]
        await desk.service.take_back(found)
        assert await desk.store.get(task.id) == gone


async def test_result_of_a_running_task_counts_as_known(on):
    async with on() as desk:
        await desk.store.add([a_task(1, state=State.RUNNING)], [], None, [])
        await desk.old.put(a_task(1))
        assert list(desk.standings(await desk.look()).values()) == [ImportStatus.KNOWN]


async def test_stopped_import_keeps_finished_tasks(on):
    async with on() as desk:
        for number in range(1, CHUNK + 10):
            await desk.old.put(a_task(number), inside=False)
        progress = Progress(lambda: progress.stop() if progress.done > CHUNK else None)
        found = await desk.take_in(progress=progress)
        assert found.is_stopped
        assert CHUNK <= len(found.added) < CHUNK + 9
        assert len(desk.store.tasks) == len(found.added)
        rest = await desk.take_in()
        assert len(found.added) + len(rest.added) == CHUNK + 9


async def test_import_killed_midway_is_completed_by_the_next_import(on, monkeypatch):
    async with on() as desk:
        for number in range(1, 2 * CHUNK + 11):
            await desk.old.put(a_task(number), inside=False)
        add, adds = desk.store.add, []

        async def dies(*arguments: Any) -> None:
            adds.append(arguments)
            if len(adds) == 2:
                raise StoreError("Killed.")
            await add(*arguments)

        monkeypatch.setattr(desk.store, "add", dies)
        with pytest.raises(StoreError):
            await desk.take_in(copies=True)
        assert len(desk.store.tasks) == CHUNK
        monkeypatch.setattr(desk.store, "add", add)
        found = await desk.take_in(copies=True)
        assert len(found.added) == CHUNK + 10
        assert len(desk.store.tasks) == 2 * CHUNK + 10
        assert len(files_in(desk.library)) == 2 * (2 * CHUNK + 10)


async def test_full_disk_ends_copying_with_a_sentence(on, monkeypatch):
    async with on() as desk:
        await desk.old.put(a_task(1))

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(shutil, "copyfile", full)
        found = await desk.take_in(copies=True)
        assert str(found.problem).startswith("The disk with “")
        assert desk.store.tasks == {}


async def test_vanished_file_is_reported_and_the_others_are_imported(on, monkeypatch):
    async with on() as desk:
        [bad] = await desk.old.put(a_task(1))
        await desk.old.put(a_task(2))
        look = await desk.look()
        Path(bad.path).unlink()
        found = await desk.service.take_in(desk.folder, [one.found for one in look.candidates], Progress())
        assert found.added == [local_id(2)]
        assert [name for name, _ in found.failures] == [Path(bad.path).name]


async def test_link_cycles_and_part_files_are_skipped(on):
    async with on() as desk:
        await desk.old.put(a_task(1))
        (desk.folder / "loop").symlink_to(desk.folder, target_is_directory=True)
        shutil.copyfile(next(desk.folder.rglob("*.png")), desk.folder / "x.png.part")
        assert len((await desk.look()).candidates) == 1


async def test_dropped_results_folder_is_recognized_by_a_few_of_its_files(on, tmp_path):
    async with on() as desk:
        for number in range(1, 9):
            await desk.old.put(a_task(number))
        assert len(holds_results(desk.folder)) == 5
        make_picture(tmp_path / "pictures" / "a.png", 1)
        assert holds_results(tmp_path / "pictures") == []


_TEXT = st.text(st.characters(codec="utf-8"), max_size=20)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.tuples(_TEXT, _TEXT, _TEXT, _TEXT, _TEXT), rating=st.integers(0, 5), pick=st.sampled_from(Pick),
    tags=st.lists(_TEXT.map(clean_tag).filter(bool), unique=True, max_size=4), cost=st.floats(0, 1e6) | st.none(),
    sent=st.floats(0, 4e9).map(lambda at: round(at, 3)) | st.none(), seed=st.integers(0, 2**32),
)  # fmt: skip
def test_any_exported_task_is_imported_equal(tmp_path_factory, texts, rating, pick, tags, cost, sent, seed):
    prompt, title, note, project, shot = texts
    request = Request(
        endpoint="text_to_video",
        model="gen4.5",
        prompt=prompt or "x",
        values={"promptText": prompt or "x", "seed": seed},
    )
    task = a_task(
        1, request=request, title=title, note=note, project=project, shot=shot, rating=rating, pick=pick,
        tags=tuple(tags), cost_credits=cost, sent_at=sent,
    )  # fmt: skip

    async def story() -> None:
        async with a_desk(tmp_path_factory.mktemp("round")) as desk:
            desk.folder.mkdir()
            path = desk.folder / "clip.png"
            make_picture(path, 1)
            output = as_it_is(
                Output(task_id=task.id, index=0, url="", url_fetched_at=0.0, state=OutputState.SAVED, path=str(path))
            )
            sidecar.write(path, sidecar.compose(task, output, []))
            await desk.take_in()
            assert await desk.store.get(TaskId(task.id)) == replace(task, imported=True)

    asyncio.run(story())
