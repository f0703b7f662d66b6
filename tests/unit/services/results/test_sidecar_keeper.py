"""Sidecars of saved results contain the person's edits of the task, after each change."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Mark, Output, OutputState, Pick, State, Task, TaskId, Trim
from runway_desktop.services.disk.file_locks import FileLocks
from runway_desktop.services.results import sidecar
from runway_desktop.services.results.sidecar_keeper import BEHIND, GATHER, SidecarKeeper
from runway_desktop.services.tasks.judging import Judging
from runway_desktop.values import replace
from tests.rigs.engine_rig import AtOnce, Rig, request
from tests.rigs.fake_runway import remote_id
from tests.rigs.fakes import settle


class ParkedValues:
    """Saved results with their sidecars on a real disk, and the keeper that looks after them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rig = Rig(loops=())
        self.judging = Judging(self.rig.ledger, self.rig.lane.caps.freed_by, self.rig.clock.now)
        self.locks = FileLocks()
        self.keeper = self.make_keeper()

    def make_keeper(self) -> SidecarKeeper:
        return SidecarKeeper(self.rig.store, self.rig.bus, self.rig.clock, self.rig.settings, self.locks, AtOnce())

    async def put(self, number: int, **members: Any) -> Task:
        task = Task(
            id=TaskId(f"t{number}"), request=request(), created_at=self.rig.clock.now(), state=State.SUCCEEDED,
            remote_id=remote_id(number), **members,
        )  # fmt: skip
        path = self.folder / f"clip {number}.mp4"
        path.write_bytes(b"clip")
        output = Output(
            task_id=task.id, index=0, url="", url_fetched_at=0.0, state=OutputState.SAVED, media=Media.VIDEO,
            path=str(path), size=4, sha256="ab",
        )  # fmt: skip
        await self.rig.store.add([task], [], None, [], [output])
        sidecar.write(path, sidecar.compose(task, output, []))
        return task

    def document(self, number: int) -> dict[str, Any]:
        found = json.loads(self.file(number).read_text(encoding="utf-8"))
        assert isinstance(found, dict)
        return found

    def file(self, number: int) -> Path:
        return self.folder / f"clip {number}.mp4.json"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        async with self.rig, self.running():
            yield

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        loop = asyncio.create_task(self.keeper.run())
        await settle()
        yield
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)


@pytest.fixture
def shelf(tmp_path):
    return ParkedValues(tmp_path)


async def test_judgments_are_written_to_the_sidecar_after_a_moment(shelf):
    async with shelf.open():
        task = await shelf.put(1)
        await shelf.judging.rate([task.id], 4)
        await shelf.judging.pick([task.id], Pick.PICK)
        picked_at = shelf.rig.clock.now()
        await shelf.judging.tag([task.id], add=["Night", "rain"])
        await shelf.judging.set_project([task.id], "Aurora")
        await shelf.judging.set_shot([task.id], "010")
        await shelf.judging.set_note([task.id], "For the teaser")
        mark = Mark(id="m", at=2.5, text="Horn", by="Jana", made_at=1.0)
        await shelf.judging.set_trims({task.id: (Trim(0, 1.0, 4.0),)})
        await shelf.judging.set_mark(task.id, mark)
        assert shelf.document(1)["judgement"]["rating"] == 0
        await shelf.rig.clock.advance(GATHER)
    found = sidecar.read(shelf.document(1))
    assert found.judgment == sidecar.Judgment(
        rating=4, pick=Pick.PICK, picked_at=picked_at, tags=("night", "rain"), shot="010", note="For the teaser",
        trims=(Trim(0, 1.0, 4.0),), marks=(mark,),
    )  # fmt: skip
    assert found.project == "Aurora"


async def test_change_of_many_tasks_writes_sidecars_in_one_round(shelf):
    async with shelf.open():
        tasks = [await shelf.put(number) for number in range(250)]
        await shelf.judging.rate([task.id for task in tasks], 5)
        await shelf.rig.clock.advance(GATHER)
        assert all(shelf.document(number)["judgement"]["rating"] == 5 for number in range(250))


async def test_rating_given_during_a_file_move_is_written_at_its_new_place(shelf, tmp_path):
    async with shelf.open():
        moved, other = await shelf.put(1), await shelf.put(2)
        old, new = Path(shelf.folder / "clip 1.mp4"), tmp_path / "new" / "clip 1.mp4"
        new.parent.mkdir()
        async with shelf.locks.hold([(moved.id, 0)]):
            await shelf.judging.rate([moved.id, other.id], 5)
            await shelf.rig.clock.advance(GATHER)
            assert shelf.document(2)["judgement"]["rating"] == 5
            assert shelf.document(1)["judgement"]["rating"] == 0, "it belongs to whoever has it in hand"
            # As a move does it: the new files, the store, and then the old ones go.
            new.write_bytes(old.read_bytes())
            sidecar.path_for(new).write_bytes(sidecar.path_for(old).read_bytes())
            await shelf.rig.store.change_output(moved.id, 0, lambda output: replace(output, path=str(new)))
            old.unlink()
            sidecar.path_for(old).unlink()
        await settle()
    assert json.loads(sidecar.path_for(new).read_text())["judgement"]["rating"] == 5
    assert not sidecar.path_for(old).exists()


async def test_sidecar_update_waiting_for_a_file_survives_closing(shelf):
    async with shelf.rig:
        task = await shelf.put(1)
        loop = asyncio.create_task(shelf.keeper.run())
        async with shelf.locks.hold([(task.id, 0)]):
            await shelf.judging.rate([task.id], 4)
            await shelf.rig.clock.advance(GATHER)
            loop.cancel()
            await asyncio.gather(loop, return_exceptions=True)
        assert shelf.rig.settings.get(BEHIND) == [task.id]
        await shelf.keeper.settle()
        assert shelf.document(1)["judgement"]["rating"] == 4
        assert shelf.rig.settings.get(BEHIND) is None


async def test_change_made_while_the_list_is_read_is_written_too(shelf, monkeypatch):
    async with shelf.open():
        task = await shelf.put(1)
        read = shelf.rig.store.rows

        async def read_before_another_change(task_ids):
            rows = await read(task_ids)
            monkeypatch.undo()
            await shelf.judging.rate([task.id], 5)
            return rows

        monkeypatch.setattr(shelf.rig.store, "rows", read_before_another_change)
        await shelf.judging.rate([task.id], 3)
        await shelf.rig.clock.advance(3 * GATHER)
        assert shelf.document(1)["judgement"]["rating"] == 5


async def test_unchanged_sidecar_is_not_rewritten(shelf):
    async with shelf.open():
        task = await shelf.put(1)
        before = shelf.file(1).stat().st_ino
        await shelf.judging.rate([task.id], 3)
        await shelf.judging.rate([task.id], 0)
        await shelf.rig.clock.advance(GATHER)
        assert shelf.file(1).stat().st_ino == before


async def test_members_written_by_a_newer_program_are_kept(shelf):
    async with shelf.open():
        task = await shelf.put(1)
        newer = {**shelf.document(1), "schema_version": 9, "colors": ["teal"]}
        newer["judgement"] = {"mood": "blue"}
        shelf.file(1).write_text(json.dumps(newer), encoding="utf-8")
        await shelf.judging.rate([task.id], 2)
        await shelf.rig.clock.advance(GATHER)
        document = shelf.document(1)
        assert (document["schema_version"], document["colors"]) == (9, ["teal"])
        assert (document["judgement"]["mood"], document["judgement"]["rating"]) == ("blue", 2)


async def test_missing_or_foreign_sidecar_is_never_written(shelf):
    async with shelf.open():
        without, strange = await shelf.put(1), await shelf.put(2)
        shelf.file(1).unlink()
        other = {**shelf.document(2)}
        other["task"] = {**other["task"], "id": "somebody else"}
        shelf.file(2).write_text(json.dumps(other), encoding="utf-8")
        await shelf.judging.rate([without.id, strange.id], 2)
        await shelf.rig.clock.advance(GATHER)
        assert not shelf.file(1).exists()
        assert shelf.document(2) == other


async def test_sidecar_update_pending_at_a_kill_is_written_at_the_next_start(shelf):
    async with shelf.rig:
        task = await shelf.put(1)
        async with shelf.running():
            await shelf.judging.rate([task.id], 4)
            await settle()
        assert shelf.rig.settings.get(BEHIND) == [task.id]
        assert shelf.document(1)["judgement"]["rating"] == 0
        shelf.keeper = shelf.make_keeper()
        async with shelf.running():
            await shelf.rig.clock.advance(GATHER)
    assert shelf.document(1)["judgement"]["rating"] == 4
    assert shelf.rig.settings.get(BEHIND) is None


async def test_sidecar_update_is_retried_after_a_failed_database_read(shelf, monkeypatch):
    async with shelf.open():
        task = await shelf.put(1)
        rows = shelf.rig.store.rows

        async def refuses(_: object) -> None:
            raise StoreError("Locked.")

        monkeypatch.setattr(shelf.rig.store, "rows", refuses)
        await shelf.judging.rate([task.id], 4)
        await shelf.rig.clock.advance(GATHER)
        monkeypatch.setattr(shelf.rig.store, "rows", rows)
        await shelf.rig.clock.advance(60)
        assert shelf.document(1)["judgement"]["rating"] == 4


async def test_sidecar_without_rating_gets_it_with_the_current_file_hash(shelf):
    async with shelf.open():
        task = await shelf.put(1)
        older = shelf.document(1)
        older |= {"output": {**older["output"], "sha256": "of other bytes"}}
        del older["judgement"]
        shelf.file(1).write_text(json.dumps(older), encoding="utf-8")
        await shelf.rig.ledger.change(task.id, lambda task: replace(task, title="Take 3"), "renamed")
        await shelf.rig.clock.advance(GATHER)
        found = sidecar.read(shelf.document(1))
        assert (found.title, found.sha256) == ("Take 3", "ab")
        assert "judgement" in shelf.document(1)
