"""A profile's folder that is copied, or put back from a copy, sends nothing a second time. The engine as the program
wires it, with its real client and database, against the simulator over real HTTP."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from runway_desktop.domain.copies import Verdict
from runway_desktop.domain.profiles import Color
from runway_desktop.domain.task import HoldCode
from runway_desktop.services.backup.packing import PackOptions
from runway_desktop.services.backup.restoring import WhichResults, Wishes
from runway_desktop.services.backup.watching import Watch
from runway_desktop.services.engine import Engine
from runway_desktop.services.tasks import after_restore
from runway_desktop.simulator.server import running_simulator
from runway_desktop.simulator.world import Knobs
from runway_desktop.wiring import environment
from runway_desktop.wiring.build import finish_restore
from tests.faults.computers import MANY, Computer, one_is_sent
from tests.rigs import sent
from tests.rigs.engine_rig import CATALOG, request
from tests.rigs.waiting import soon


@asynccontextmanager
async def a_computer(root: Path) -> AsyncIterator[Computer]:
    async with running_simulator(Knobs(seed=3, concurrency=MANY + 2), catalog=CATALOG) as simulator:
        yield Computer(root, simulator)


def waiting(engine: Engine) -> list[HoldCode]:
    return [task.hold.code for task in engine.ledger.all_queued()]


async def is_told(engine: Engine) -> after_restore.Restored:
    await soon(lambda: after_restore.to_tell(engine.settings) is not None)
    found = after_restore.to_tell(engine.settings)
    assert found is not None
    return found


async def is_put_back(computer: Computer) -> None:
    """The folder as it was before its tasks were sent."""
    kept = computer.folder.with_name("kept")
    await computer.queue()
    shutil.copytree(computer.folder, kept)
    await computer.send_all()
    await computer.put_back(kept)


async def only_the_new_one_is_sent(engine: Engine, computer: Computer, before: int) -> None:
    """`before`: how many were paid before the program began."""
    await engine.lane.resume()
    await one_is_sent(engine)
    assert computer.paid - before == 1
    assert waiting(engine) == [HoldCode.COPIED] * MANY


async def test_copied_profile_opened_beside_the_original_sends_none_of_its_tasks(tmp_path: Path):
    async with a_computer(tmp_path) as computer:
        await computer.queue()
        shutil.copytree(computer.folder, tmp_path / "copy")
        before = computer.paid
        async with computer.program() as original, computer.program(tmp_path / "copy") as copy:
            await soon(lambda: not original.ledger.all_queued())
            await is_told(copy)
            await copy.lane.resume()
            await one_is_sent(copy)
            assert computer.paid - before == MANY + 1
            assert waiting(copy) == [HoldCode.COPIED] * MANY
            assert waiting(original) == []


async def test_profile_restored_from_before_its_tasks_were_sent_sends_none_of_them(tmp_path: Path):
    async with a_computer(tmp_path) as computer:
        await is_put_back(computer)
        before = computer.paid
        async with computer.program() as engine:
            await is_told(engine)
            await only_the_new_one_is_sent(engine, computer, before)


async def test_restored_profile_without_its_note_in_the_state_folder_sends_none_of_its_tasks(tmp_path: Path):
    async with a_computer(tmp_path) as computer:
        await is_put_back(computer)
        shutil.rmtree(tmp_path / "state")
        before = computer.paid
        async with computer.program() as engine:
            assert (await is_told(engine)).copied is Verdict.NOT_COUNTED
            await only_the_new_one_is_sent(engine, computer, before)


async def test_deleted_state_folder_causes_no_question_when_counts_match_the_list(tmp_path: Path):
    async with a_computer(tmp_path) as computer:
        await computer.queue()
        shutil.rmtree(tmp_path / "state")
        await computer.send_all()
        async with computer.program() as engine:
            assert after_restore.to_tell(engine.settings) is None


async def test_profile_copied_while_the_program_runs_is_recognized_when_restored(tmp_path: Path):
    async with a_computer(tmp_path) as computer:
        async with computer.program() as engine:
            await one_is_sent(engine)
            await engine.lane.pause()
            await sent.submit(engine, [request(f"{number}") for number in range(MANY)])
            await engine.settings.flush()
            shutil.copytree(computer.folder, tmp_path / "kept")
            await engine.lane.resume()
            await soon(lambda: not engine.ledger.all_queued())
        await computer.put_back(tmp_path / "kept")
        before = computer.paid
        async with computer.program() as engine:
            await is_told(engine)
            await only_the_new_one_is_sent(engine, computer, before)


async def test_notice_of_a_copied_profile_is_shown_once(tmp_path: Path):
    async with a_computer(tmp_path) as computer:
        await is_put_back(computer)
        async with computer.program() as engine:
            found = await is_told(engine)
            assert (found.copied, found.held) == (Verdict.PUT_BACK, MANY)
            after_restore.told(engine.settings)
            await engine.lane.resume()
            # Nothing is sent before the check has written its marker.
            await one_is_sent(engine)
        async with computer.program() as engine:
            await one_is_sent(engine)
            assert after_restore.to_tell(engine.settings) is None
            assert waiting(engine) == [HoldCode.COPIED] * MANY


async def test_renamed_profile_folder_causes_no_question_and_sends_queued_tasks(tmp_path: Path):
    async with a_computer(tmp_path) as computer:
        await computer.queue()
        computer.folder.rename(tmp_path / "renamed")
        await computer.send_all(tmp_path / "renamed")
        async with computer.program(tmp_path / "renamed") as engine:
            await one_is_sent(engine)
            assert after_restore.to_tell(engine.settings) is None


async def test_restore_by_the_program_asks_its_usual_question(tmp_path: Path):
    async with a_computer(tmp_path) as computer:
        await computer.queue()
        backup = tmp_path / "backup.zip"
        async with computer.program(sends=False) as engine:
            assert engine.backups is not None
            assert engine.restores is not None
            await engine.backups.back_up(backup, PackOptions())
            wishes = Wishes(put_back=WhichResults.NONE, library=tmp_path / "films")
            other = await engine.restores.into_new(backup, "Other", Color.RED, wishes)
            await engine.restores.into_this(backup, wishes)
            await engine.restores.say_yes()
        assert other is not None
        assert finish_restore(environment.profile(demo=False, folder=computer.folder), Watch())
        before = computer.paid
        for restored in (None, other):
            async with computer.program(profile=restored) as engine:
                found = await is_told(engine)
                assert (found.copied, found.held) == (None, MANY)
                after_restore.told(engine.settings)
                await engine.lane.resume()
                await one_is_sent(engine)
                assert waiting(engine) == [HoldCode.RESTORED] * MANY
            async with computer.program(profile=restored) as engine:
                await one_is_sent(engine)
                assert after_restore.to_tell(engine.settings) is None
        assert computer.paid - before == 4
