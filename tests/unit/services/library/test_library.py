"""Queries of list and details."""

from __future__ import annotations

from pathlib import Path

import pytest

from runway_desktop.catalog import Catalog
from runway_desktop.domain.events import OutputChanged
from runway_desktop.domain.library import GroupBy, Listing, Page
from runway_desktop.domain.task import Look, Output, OutputState, Presence, Request, Signs, State, Task, TaskId
from runway_desktop.services.bus import Bus
from runway_desktop.services.library.library import Library
from runway_desktop.services.settings import Settings
from runway_desktop.services.tasks.ledger import Ledger
from runway_desktop.values import replace
from tests.rigs.engine_rig import AtOnce
from tests.rigs.fake_runway import remote_id
from tests.rigs.fakes import FakeClock, MemoryStore


class Bench:
    def __init__(self, folder: Path) -> None:
        self.store, self.bus, self.clock = MemoryStore(), Bus(), FakeClock()
        self.events: list[object] = []
        self.bus.listen(self.events.append)
        self.settings = Settings(self.store, self.bus, self.clock, default_library=folder)
        self.library = Library(self.store, self.bus, self.settings, AtOnce())
        self.folder = folder

    async def task(self, *outputs: Output) -> Task:
        task = Task(
            id=TaskId("t1"), request=Request(endpoint="text_to_video", model="gen4.5", prompt="Fox"), created_at=1.0,
            state=State.SUCCEEDED, remote_id=remote_id(1),
        )  # fmt: skip
        await Ledger(self.store, self.bus, self.clock, Catalog.load().makes).add([task], [])
        await self.store.save_outputs(outputs)
        return task

    def saved(self, name: str = "fox.mp4") -> Output:
        path = self.folder / name
        path.write_bytes(b"x")
        return Output(
            task_id=TaskId("t1"), index=0, url="", url_fetched_at=0.0, state=OutputState.SAVED, path=str(path), size=1
        )


@pytest.fixture
def desk(tmp_path):
    return Bench(tmp_path)


async def test_library_returns_rows_groups_and_counts_of_the_store(desk):
    task = await desk.task()
    entries = await desk.library.list(Listing(group=GroupBy.MODEL))
    assert (list(entries.ids), entries.groups) == ([task.id], (("gen4.5", 1),))
    assert [row.task for row in await desk.library.rows([task.id])] == [task]
    assert [group.key for group in await desk.library.groups(Listing(group=GroupBy.MODEL))] == ["gen4.5"]
    assert (await desk.library.counts()).pages[Page.ALL] == 1


async def test_task_details_contain_row_and_ledger(desk):
    task = await desk.task(desk.saved())
    found = await desk.library.details(task.id)
    assert found is not None
    assert found.row.task == task
    assert [entry.kind for entry in found.ledger] == ["created"]
    assert await desk.library.details(TaskId("none")) is None


async def test_poster_is_stored_with_its_facts_and_signaled(desk):
    output = desk.saved()
    await desk.task(output)
    known = await desk.library.save_poster(output, Path("/p.png"), width=1280, height=720, duration=5.0)
    assert known is not None
    assert (known.poster, known.width, known.height, known.duration) == ("/p.png", 1280, 720, 5.0)
    assert (await desk.store.outputs(output.task_id))[0] == known
    assert desk.events[-1] == OutputChanged(known)


async def test_poster_for_an_outdated_row_keeps_later_changes(desk):
    saved = desk.saved()
    await desk.task(saved)
    old = Output(task_id=saved.task_id, index=0, url="", url_fetched_at=0.0)
    known = await desk.library.save_poster(old, Path("/p.png"))
    assert known is not None
    assert known.state is OutputState.SAVED


async def test_poster_of_an_outdated_file_is_discarded(desk):
    saved = desk.saved()
    await desk.task(saved)
    look = Look(presence=Presence.CHANGED, at=1.0, signs=Signs(9, 9))
    await desk.store.change_output(saved.task_id, 0, lambda now: replace(now, look=look))
    assert await desk.library.save_poster(saved, Path("/p.png")) is None


async def test_file_that_is_gone_is_reported_as_missing(desk):
    output = desk.saved()
    assert await desk.library.missing([output]) == frozenset()
    Path(output.path).unlink()
    assert await desk.library.missing([output]) == {("t1", 0)}


async def test_folder_of_a_gone_file_is_the_library_or_its_nearest_existing_parent(desk, tmp_path):
    output = desk.saved()
    assert await desk.library.folder_of(output) == tmp_path
    gone = Output(task_id=TaskId("t1"), index=0, url="", url_fetched_at=0.0, path="/nowhere/at/all/x.mp4")
    assert await desk.library.folder_of(gone) == tmp_path
    desk.settings.library_folder = str(tmp_path / "not" / "made" / "yet")
    assert await desk.library.folder_of(gone) == tmp_path
