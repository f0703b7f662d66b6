"""Moving the library: everything that belongs to it, waiting for missing drives, and remaining files."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from runway_desktop.domain.errors import NotPossible, StoreError
from runway_desktop.domain.events import FilesMoved, FilesMoving, LibraryMoveChanged, OutputChanged
from runway_desktop.domain.folders import SPARE, FolderState, MovePhase, MoveWait, MoveWaitCode, Stayed, StayedCode
from runway_desktop.domain.library import KeptSheet
from runway_desktop.domain.task import TaskId
from runway_desktop.services.disk.library_folder import ROUND
from runway_desktop.services.library import sheets
from runway_desktop.services.library.file_moving import Disk
from runway_desktop.services.library.library_move import TRY_AGAIN_AFTER
from runway_desktop.services.library.move_plan import JOURNAL, read
from runway_desktop.services.library.sheets import KeptRow, SheetContent
from runway_desktop.usecases.words.failures import cause_words
from runway_desktop.usecases.words.folders import plan_remark, plan_words, stayed_reason
from runway_desktop.values import replace
from tests.rigs.engine_rig import request, with_picture
from tests.rigs.fakes import settle
from tests.rigs.moving_house import House, files, is_whole
from tests.rigs.notices import notices
from tests.rigs.short_names import refuse_long_names

MANY = 40


class TwoDrives(Disk):
    """The target lies on another drive."""

    def device(self, folder: Path) -> int:
        return super().device(folder) + 1


@pytest.mark.parametrize("disk", [Disk(), TwoDrives()], ids=["one drive", "two drives"])
async def test_whole_library_moves_with_sidecars_and_new_results_follow(tmp_path, disk):
    async with House(tmp_path, disk=disk).open() as house:
        outputs = await house.results(MANY)
        await house.begin()
        assert house.rig.settings.library == house.new
        for output in outputs:
            moved = await house.now(output)
            assert moved.path == str(house.new / Path(output.path).relative_to(house.old))
            assert await is_whole(house, output)
        assert len(files(house.new)) == 2 * MANY
        assert files(house.old) == []
        assert list(house.old.iterdir()) == []
        progress = house.progress
        assert (progress.phase, progress.files, progress.files_total) == (MovePhase.DONE, MANY, MANY)
        assert progress.size == progress.size_total == sum(output.size for output in outputs)
        assert house.said == [f"The library is now in {house.new}. {MANY} files were moved."]
        assert (await house.rig.store.settings())[JOURNAL] is None
        told = {event.output.path for event in house.told(OutputChanged)}
        assert {path for path in told if path.startswith(str(house.new))} == {
            (await house.now(output)).path for output in outputs
        }


async def test_players_are_told_of_a_file_before_it_is_moved(tmp_path):
    async with House(tmp_path).open() as house:
        [output] = await house.results(1)
        there: list[bool] = []

        def hear(event: object) -> None:
            if isinstance(event, FilesMoving) and output.path in event.paths:
                there.append(Path(output.path).exists())

        house.rig.bus.listen(hear)
        await house.begin()
        assert there == [True]


async def test_foreign_and_changed_files_stay_and_are_reported(tmp_path):
    async with House(tmp_path, disk=TwoDrives()).open() as house:
        outputs = await house.results(3)
        Path(outputs[1].path).write_bytes(b"cut shorter by hand")
        (house.old / "Lighthouse" / "notes.txt").write_text("mine")
        await house.begin()
        assert files(house.old) == ["Lighthouse/fox 1.mp4", "Lighthouse/fox 1.mp4.json", "Lighthouse/notes.txt"]
        assert (await house.now(outputs[1])).path == outputs[1].path
        progress = house.progress
        assert list(progress.stayed) == [Stayed(outputs[1].path, StayedCode.CHANGED)]
        [notice] = notices(house.rig.events)
        assert "1 file stayed where it was" in str(notice.message)
        assert "fox 1.mp4: It was changed after it was saved." in str(notice.detail)
        [left] = await house.move.left_behind()
        assert (left.folder, left.files) == (str(house.old), 1)


async def test_file_gets_a_number_when_its_name_is_taken_in_the_new_folder(tmp_path):
    async with House(tmp_path, disk=TwoDrives()).open() as house:
        [output] = await house.results(1)
        (house.new / "Lighthouse").mkdir(parents=True)
        (house.new / "Lighthouse" / "fox 0.mp4").write_bytes(b"somebody else's")
        plan = await house.move.plan(house.new)
        assert "The folder isn't empty." in plan_remark(plan)
        await house.begin()
        assert (await house.now(output)).path == str(house.new / "Lighthouse" / "fox 0 (2).mp4")
        assert (house.new / "Lighthouse" / "fox 0.mp4").read_bytes() == b"somebody else's"
        kept = json.loads((house.new / "Lighthouse" / "fox 0 (2).mp4.json").read_text(encoding="utf-8"))
        assert kept["output"]["file"] == "fox 0 (2).mp4"


async def test_file_gets_a_shorter_name_where_the_new_folder_refuses_the_long_one(tmp_path, monkeypatch):
    async with House(tmp_path, disk=TwoDrives()).open() as house:
        output = await house.result(1, f"{'霧の中の灯台' * 9}.mp4")
        refuse_long_names(monkeypatch, house.new)
        await house.begin()
        moved = Path((await house.now(output)).path)
        assert moved.is_relative_to(house.new)
        assert await is_whole(house, output)


async def test_requests_that_use_a_moved_file_are_updated(tmp_path):
    async with House(tmp_path).open() as house:
        still = await house.result(1, "still.png")
        uri = Path(still.path).as_uri()
        [held] = await house.rig.submit(with_picture(uri), send_now=False)
        [other] = await house.rig.submit(with_picture("https://example.com/1.png"), send_now=False)
        before = await house.rig.task(other)
        await house.begin()
        moved = house.new / "still.png"
        assert (await house.rig.task(held)).request.values["promptImage"] == moved.as_uri()
        [used] = await house.rig.store.inputs(held)
        assert (used.path, used.uri) == (str(moved), moved.as_uri())
        assert "inputs moved" in await house.rig.kinds(held)
        assert await house.rig.task(other) == before
        assert house.told(FilesMoved)[0].moves[0].target == str(moved)


async def test_stored_sheets_that_use_a_moved_file_are_updated(tmp_path):
    async with House(tmp_path).open() as house:
        still = await house.result(1, "a still, ä.png")
        uri = Path(still.path).as_uri()
        row = sheets.write_row(KeptRow(cells={"promptImage": [{"uri": uri}]}))
        content = SheetContent(name="Foxes", composed=request())
        for name, rows in (("using", [row]), ("other", [])):
            text = sheets.write(content, rows)
            await house.rig.store.save_sheet(KeptSheet(id=name, name=name, changed_at=1.0, rows=1, text=text))
        other = await house.rig.store.sheet("other")
        await house.begin()
        kept = await house.rig.store.sheet("using")
        assert kept is not None
        [moved] = sheets.read(kept.text).rows
        assert moved.cells == {"promptImage": [{"uri": (house.new / "a still, ä.png").as_uri()}]}
        assert await house.rig.store.sheet("other") == other


async def test_sheet_stored_during_a_move_keeps_its_latest_content(tmp_path, monkeypatch):
    async with House(tmp_path).open() as house:
        store = house.rig.store
        still = await house.result(1, "a still.png")
        looks = []

        async def keep() -> None:
            """As an open sheet is kept, half a second after each change."""
            cells = {"promptImage": [{"uri": Path(still.path).as_uri()}], "seed": len(looks)}
            text = sheets.write(
                SheetContent(name="Foxes", composed=request()), [sheets.write_row(KeptRow(cells=cells))]
            )
            await store.save_sheet(KeptSheet(id="using", name="using", changed_at=1.0, rows=1, text=text))

        read = store.sheet

        async def sheet(sheet_id: str) -> KeptSheet | None:
            found = await read(sheet_id)
            looks.append(sheet_id)
            await keep()
            return found

        await keep()
        monkeypatch.setattr(store, "sheet", sheet)
        await house.begin()
        kept = await read("using")
        assert kept is not None
        [row] = sheets.read(kept.text).rows
        moved = (house.new / "a still.png").as_uri()
        assert row.cells == {"promptImage": [{"uri": moved}], "seed": len(looks)}
        assert looks


async def test_pasted_pictures_move_and_other_files_beside_them_stay(tmp_path):
    async with House(tmp_path).open() as house:
        pasted = house.old / "Pasted pictures" / "pasted 2026-03-09 14-05-59 2.png"
        pasted.parent.mkdir(parents=True)
        pasted.write_bytes(b"a picture")
        (pasted.parent / "holiday.png").write_bytes(b"mine")
        [held] = await house.rig.submit(with_picture(pasted.as_uri()), send_now=False)
        await house.begin()
        assert files(house.old) == ["Pasted pictures/holiday.png"]
        assert files(house.new) == ["Pasted pictures/pasted 2026-03-09 14-05-59 2.png"]
        values = (await house.rig.task(held)).request.values
        assert values["promptImage"] == (house.new / "Pasted pictures" / pasted.name).as_uri()


async def test_running_downloads_finish_in_place_and_are_moved_afterwards(tmp_path):
    async with House(tmp_path).open() as house:
        [output] = await house.results(1)
        house.hands.owners, house.hands.in_old_folder = {(output.task_id, output.index)}, True
        await house.begin()
        progress = house.progress
        assert progress.phase is MovePhase.WAITING
        assert progress.waits == MoveWait(MoveWaitCode.DOWNLOADS)
        assert Path(output.path).exists()
        house.hands.owners, house.hands.in_old_folder = set(), False
        house.rig.bus.tell(OutputChanged(output))
        await settle()
        assert (await house.now(output)).path == str(house.new / "Lighthouse" / "fox 0.mp4")
        assert house.progress.phase is MovePhase.DONE


async def test_stopped_move_leaves_each_file_in_one_place_and_can_be_continued(tmp_path):
    class StopsAfterTen(TwoDrives):
        moved = 0

        def copy(self, source: Path, target: Path, progress: Callable[[int], None]) -> str:
            self.moved += 1
            if self.moved == 10:
                house.move.stop()
            return super().copy(source, target, progress)

    house = House(tmp_path, disk=StopsAfterTen())
    async with house.open():
        outputs = await house.results(MANY)
        await house.begin()
        progress = house.progress
        assert (progress.phase, progress.files) == (MovePhase.STOPPED, 9)
        assert all([await is_whole(house, output) for output in outputs])
        assert len(files(house.new)) == 2 * 9
        assert len(files(house.old)) == 2 * (MANY - 9)
        assert house.said[-1] == f"Moving the library was stopped. 9 files are in {house.new}."
        [left] = await house.move.left_behind()
        assert (left.folder, left.files) == (str(house.old), MANY - 9)
        await house.move.begin(await house.move.plan(house.new, Path(left.folder)))
        await settle()
        assert files(house.old) == []
        assert all([await is_whole(house, output) for output in outputs])


async def test_move_waits_while_the_new_drive_is_unplugged_and_continues(tmp_path):
    class PulledOut(TwoDrives):
        copied = 0

        def copy(self, source: Path, target: Path, progress: Callable[[int], None]) -> str:
            self.copied += 1
            if self.copied == 5:
                house.new.rename(tmp_path / "in a pocket")
            return super().copy(source, target, progress)

    house = House(tmp_path, disk=PulledOut())
    house.new.mkdir(parents=True)
    async with house.open():
        outputs = await house.results(12)
        await house.begin()
        progress = house.progress
        assert progress.phase is MovePhase.WAITING
        assert progress.waits == MoveWait(MoveWaitCode.FOLDER, str(house.new), FolderState.ABSENT)
        await house.rig.clock.advance(3 * ROUND)
        assert not house.new.exists(), "a missing drive was replaced by a folder"
        (tmp_path / "in a pocket").rename(house.new)
        await house.rig.clock.advance(2 * ROUND)
        assert house.progress.phase is MovePhase.DONE
        assert all([await is_whole(house, output) for output in outputs])


async def test_unplugged_old_drive_does_not_count_as_lost_files(tmp_path):
    async with House(tmp_path).open() as house:
        outputs = await house.results(3)
        plan = await house.move.plan(house.new)
        aside = house.old.rename(tmp_path / "in a pocket")
        await house.rig.clock.advance(60)
        await house.move.begin(plan)
        await settle()
        progress = house.progress
        assert progress.waits == MoveWait(MoveWaitCode.FOLDER, str(house.old), FolderState.ABSENT)
        assert progress.stayed == ()
        aside.rename(house.old)
        await house.rig.clock.advance(2 * ROUND)
        assert all([await is_whole(house, output) for output in outputs])
        assert files(house.old) == []


async def test_move_waits_for_disk_space(tmp_path):
    class Filling(TwoDrives):
        left = 3

        def copy(self, source: Path, target: Path, progress: Callable[[int], None]) -> str:
            if self.left == 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            self.left -= 1
            return super().copy(source, target, progress)

    disk = Filling()
    async with House(tmp_path, disk=disk).open() as house:
        outputs = await house.results(8)
        await house.begin()
        progress = house.progress
        assert (progress.phase, progress.files) == (MovePhase.WAITING, 3)
        assert cause_words(progress.waits.cause).startswith("The disk with “")
        assert all([await is_whole(house, output) for output in outputs])
        disk.left = 100
        await house.rig.clock.advance(2 * ROUND)
        assert house.progress.phase is MovePhase.DONE
        assert files(house.old) == []


async def test_move_waits_while_the_database_refuses_and_loses_nothing(tmp_path):
    async with House(tmp_path).open() as house:
        outputs = await house.results(5)
        plan = await house.move.plan(house.new)
        await house.move.begin(plan)
        house.rig.store.trouble = StoreError("The disk is full, so the list of tasks could not be saved.")
        await settle()
        assert house.progress.phase is MovePhase.WAITING
        house.rig.store.trouble = None
        await house.rig.clock.advance(TRY_AGAIN_AFTER + 1)
        assert all([await is_whole(house, output) for output in outputs])
        assert files(house.old) == []


async def test_move_continues_after_a_restart_and_reports_it(tmp_path):
    house = House(tmp_path, disk=TwoDrives())
    async with house.open():
        outputs = await house.results(MANY)
        plan = await house.move.plan(house.new)
        await house.move.begin(plan)
    assert len(files(house.new)) < 2 * MANY
    again = House(tmp_path, store=house.rig.store, clock=house.rig.clock, disk=TwoDrives())
    async with again.open():
        assert again.rig.settings.library == house.new
        assert again.said[0] == f"Moving the library to {house.new} continues."
        assert again.told(LibraryMoveChanged)[0].progress.is_resumed
        assert all([await is_whole(again, output) for output in outputs])
        assert files(house.old) == []


async def test_result_trashed_while_it_is_copied_leaves_no_copy(tmp_path):
    class Thrown(TwoDrives):
        def copy(self, source: Path, target: Path, progress: Callable[[int], None]) -> str:
            digest = super().copy(source, target, progress)
            stored = house.rig.store.output(TaskId("t0"))
            house.rig.store.put(replace(stored, path=""))
            return digest

    house = House(tmp_path, disk=Thrown())
    async with house.open():
        await house.results(1)
        await house.begin()
        assert files(house.new) == []


async def test_second_move_is_refused_while_one_runs(tmp_path):
    async with House(tmp_path).open() as house:
        await house.results(3)
        plan = await house.move.plan(house.new)
        await house.move.begin(plan)
        with pytest.raises(NotPossible):
            await house.move.begin(plan)
        await settle()


async def test_rescued_results_return_to_the_library_and_are_reported(tmp_path):
    async with House(tmp_path).open() as house:
        rescued = await house.result(1, "Lighthouse/fox.mp4", folder=house.rescued)
        house.rig.bus.tell(OutputChanged(rescued))
        await settle()
        assert (await house.now(rescued)).path == str(house.old / "Lighthouse" / "fox.mp4")
        assert files(house.rescued) == []
        assert house.said == ["1 file was moved from the profile's folder to the library."]
        assert not house.move.is_moving


async def test_rescued_results_wait_for_the_library_across_a_restart(tmp_path):
    house = House(tmp_path)
    async with house.open():
        house.old.rename(tmp_path / "in a pocket")
        await house.rig.folder.look()
        rescued = await house.result(1, "fox.mp4", folder=house.rescued)
        house.rig.bus.tell(OutputChanged(rescued))
        await house.rig.clock.advance(ROUND)
        assert (await house.now(rescued)).path == rescued.path
        await house.rig.settings.flush()
    again = House(tmp_path, store=house.rig.store, clock=house.rig.clock)
    async with again.open():
        assert (await again.now(rescued)).path == rescued.path
        (tmp_path / "in a pocket").rename(house.old)
        await again.rig.clock.advance(ROUND + 1)
        assert (await again.now(rescued)).path == str(house.old / "fox.mp4")


class TestPlan:
    async def test_move_preview_counts_affected_files(self, tmp_path):
        async with House(tmp_path).open() as house:
            outputs = await house.results(3)
            plan = await house.move.plan(house.new)
            assert (plan.files, plan.size) == (3, sum(output.size for output in outputs))
            assert (plan.problem, plan_remark(plan)) == (None, "")
            assert not house.new.exists(), "planning made a folder"

    async def test_moving_to_the_same_folder_is_reported(self, tmp_path):
        async with House(tmp_path).open() as house:
            await house.results(1)
            (tmp_path / "link").symlink_to(house.old)
            for same in (house.old, tmp_path / "link"):
                plan = await house.move.plan(same)
                assert plan_words(plan) == "This already is the library's folder."
                assert not plan.can_save

    async def test_target_folder_inside_the_library_is_refused(self, tmp_path):
        async with House(tmp_path).open() as house:
            await house.results(1)
            (tmp_path / "link").symlink_to(house.old)
            for inside in (house.old / "Lighthouse", house.old / "new", tmp_path / "link" / "new"):
                plan = await house.move.plan(inside)
                assert plan_words(plan) == f"This folder is inside {house.old}. Choose one outside of it."
                assert plan.can_save, "new results may be saved there all the same"

    async def test_target_disk_without_space_is_reported_before_the_move(self, tmp_path, monkeypatch):
        async with House(tmp_path).open() as house:
            await house.results(3)
            monkeypatch.setattr(shutil, "disk_usage", lambda _: type("Usage", (), {"free": SPARE + 4_000_000}))
            elsewhere = SimpleNamespace(stat=lambda: SimpleNamespace(st_dev=-1))
            monkeypatch.setattr("runway_desktop.services.library.move_plan.nearest_folder", lambda _: elsewhere)
            await house.rig.store.save_output(replace(await house.result(9), size=5_000_000))
            plan = await house.move.plan(house.new / "far away")
            house.new.mkdir()
            plan = await house.move.plan(house.new / "far away")
            assert "Not enough space in" in plan_words(plan)
            assert "5.0 MB to move, 204 MB free." in plan_words(plan)
            assert plan.can_save

    async def test_read_only_target_folder_is_reported_and_gets_no_results(self, tmp_path, monkeypatch):
        async with House(tmp_path).open() as house:
            await house.results(1)
            house.new.mkdir()
            monkeypatch.setattr(os, "access", lambda *_: False)
            plan = await house.move.plan(house.new)
            assert plan_words(plan) == f"You may not write to “{house.new}”. Choose another folder."
            assert not plan.can_save

    async def test_missing_target_drive_is_reported(self, tmp_path):
        async with House(tmp_path).open() as house:
            await house.results(1)
            plan = await house.move.plan(tmp_path / "drive" / "deep" / "Runway")
            assert "is not there" in plan_words(plan)

    async def test_missing_old_folder_can_be_left_but_not_moved(self, tmp_path):
        async with House(tmp_path).open() as house:
            await house.results(1)
            house.old.rename(tmp_path / "in a pocket")
            plan = await house.move.plan(house.new)
            assert "so nothing can be moved" in plan_words(plan)
            assert plan.can_save


def test_move_journal_of_an_earlier_version_is_read():
    stored = {"source": "/old", "target": "/new", "stayed": [["/old/fox.mp4", "It was changed."]]}
    journal = read(stored)
    assert journal is not None
    assert journal.stayed == (Stayed("/old/fox.mp4", StayedCode.UNKNOWN, "It was changed."),)
    assert stayed_reason(journal.stayed[0]) == "It was changed."
    assert read(journal.as_json()) == journal
