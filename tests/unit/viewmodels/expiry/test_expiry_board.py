"""The board knows what is not saved, by urgency, tries it when asked, and tells once what is about to be too late."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from runway_desktop.app.rooms import Rooms
from runway_desktop.domain.errors import NotReached
from runway_desktop.domain.events import DownloadProgressed
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.folders import FolderHealth, FolderState
from runway_desktop.domain.task import Output, OutputState, State, TaskId
from runway_desktop.usecases.words.expiry import STALLED
from tests.rigs.desktop import Rig, rest, until
from tests.rigs.fake_runway import remote_id
from tests.rigs.rows import saved, task

HOUR = 3600.0


def result(rig: Rig, number: int, *, hours: float, state: OutputState = OutputState.WAITING, **more: Any) -> Output:
    one = task(number, State.SUCCEEDED)
    return saved(one, "", state=state, url_fetched_at=rig.clock.now() - hours * HOUR, **more)


async def left(rig: Rig, *outputs: Output) -> None:
    """As an earlier run left them, and looked at."""
    await rig.put(*(task(int(output.task_id[1:]), State.SUCCEEDED) for output in outputs), outputs=outputs)
    rig.board.refresh()
    await until(lambda: rig.board.total == len(outputs))


async def opened(rig: Rig, *outputs: Output) -> None:
    rig.board.set_open(True)
    await left(rig, *outputs)


def keys(rig: Rig) -> list[str]:
    return [line.key[0] for line in rig.board.lines.lines()]


async def test_the_most_urgent_comes_first_and_the_expired_last(tmp_path):
    async with Rig(tmp_path) as rig:
        await opened(rig, *(result(rig, number, hours=hours) for number, hours in ((1, 3), (2, 60), (3, 30), (4, 20))))
        assert keys(rig) == ["t3", "t4", "t1", "t2"]
        assert [line.action for line in rig.board.lines.lines()] == ["Save now"] * 3 + ["Refresh"]


async def test_while_nobody_looks_it_counts_and_writes_no_lines(tmp_path):
    async with Rig(tmp_path) as rig:
        written: list[object] = []
        rig.board.lines.modelReset.connect(lambda: written.append("all"))
        rig.board.lines.rowsInserted.connect(lambda: written.append("more"))
        await left(rig, result(rig, 1, hours=60), result(rig, 2, hours=70))
        assert (rig.board.total, rig.board.count, written) == (2, 2, [])
        rig.board.set_open(True)
        assert sorted(keys(rig)) == ["t1", "t2"]


async def test_results_of_this_moment_make_no_place_and_no_word(tmp_path):
    async with Rig(tmp_path) as rig:
        Rooms(rig.cases, rig.runner, None, rig.models)
        rig.board.changed.connect(rig.pages.recount)
        rig.models.status.keep_board(rig.board)
        await left(rig, result(rig, 1, hours=0))
        assert (rig.board.total, rig.board.count) == (1, 0)
        assert "not_saved" not in [entry.room for entry in rig.pages.entries()]
        assert rig.models.status.not_saved_words() == ""
        rig.clock.jump(61)
        rig.board.tick()
        [entry] = [entry for entry in rig.pages.entries() if entry.room == "not_saved"]
        assert (entry.title, entry.count) == ("Not saved", 1)
        assert rig.models.status.not_saved_words() == "1 not saved"


async def test_it_follows_what_is_saved_and_what_fails(tmp_path):
    async with Rig(tmp_path) as rig:
        waiting = result(rig, 1, hours=1)
        await opened(rig, waiting, result(rig, 2, hours=2))
        await rig.output(saved(task(1, State.SUCCEEDED), "/library/a.mp4"))
        await until(lambda: keys(rig) == ["t2"])
        failed = result(rig, 2, hours=2, state=OutputState.FAILED, problem=Reason(ReasonCode.DISK_FULL, "/library"))
        await rig.output(failed)
        await until(lambda: rig.board.lines.lines()[0].why.detail.startswith("The disk with"))


async def test_bytes_that_arrive_move_the_line(tmp_path):
    async with Rig(tmp_path) as rig:
        await opened(rig, result(rig, 1, hours=1, state=OutputState.DOWNLOADING))
        rig.engine.bus.tell(DownloadProgressed(TaskId("t1"), 0, 3_000_000, 12_000_000))
        rig.bridge.flush()
        assert rig.board.lines.lines()[0].why.progress == 0.25


async def test_save_now_tries_what_waits_and_asks_for_what_has_expired(tmp_path):
    async with Rig(tmp_path) as rig:
        await opened(rig, result(rig, 1, hours=1), result(rig, 2, hours=60))
        tried: list[Any] = []
        rig.engine.downloads.resume_waiting = tried.append  # type: ignore[method-assign,assignment]
        rig.runway.finish(remote_id(2), "https://out.example/fresh.mp4")
        rig.board.save_all()
        await until(lambda: [line.action for line in rig.board.lines.lines()] == ["Save now", "Save now"])
        assert tried == [{TaskId("t1")}]
        assert [call.arguments[0] for call in rig.runway.named("task")] == [remote_id(2)]
        assert rig.told == []


async def test_what_runway_has_no_more_goes_from_the_board_and_is_told(tmp_path):
    async with Rig(tmp_path) as rig:
        await opened(rig, result(rig, 1, hours=60), result(rig, 2, hours=70))
        for number in (1, 2):
            await rig.vanish(number)
        rig.board.save_all()
        await until(lambda: rig.board.total == 0)
        assert len(rig.told) == 1
        assert rig.told[0].startswith("2 tasks: Runway ")
        stored = [output.state for number in (1, 2) for output in await rig.store.outputs(TaskId(f"t{number}"))]
        assert stored == [OutputState.EXPIRED, OutputState.EXPIRED]


async def test_without_a_network_the_others_are_not_asked_for_one_by_one(tmp_path):
    async with Rig(tmp_path) as rig:
        await opened(rig, *(result(rig, number, hours=60) for number in range(1, 30)))
        rig.runway.always("task", NotReached("There is no network."))
        rig.board.save_all()
        await until(lambda: rig.told)
        await rest()
        assert len(rig.runway.named("task")) < 10
        assert len(rig.told) == 1
        assert "There is no network." in rig.told[0]
        assert rig.board.total == 29


async def test_an_urgent_one_is_told_once_for_each_link_and_not_while_something_moves(tmp_path):
    async with Rig(tmp_path) as rig:
        told: list[str] = []
        rig.board.urgent.connect(told.append)
        await opened(rig, result(rig, 1, hours=19))
        rig.clock.jump(STALLED - 1)
        rig.board.tick()
        assert told == []
        rig.clock.jump(2)
        rig.board.tick()
        rig.board.tick()
        assert len(told) == 1
        assert told[0].startswith("Saving is stuck for a result.")
        await rig.output(result(rig, 1, hours=0))
        await until(lambda: rig.board.lines.lines()[0].spent < 0.01)
        rig.clock.jump(19 * HOUR)
        rig.engine.bus.tell(DownloadProgressed(TaskId("t1"), 0, 1, 2))
        rig.bridge.flush()
        rig.board.tick()
        assert len(told) == 1
        rig.clock.jump(STALLED)
        rig.board.tick()
        assert len(told) == 2


async def test_a_folder_that_cannot_be_used_is_said_and_another_can_be_chosen(tmp_path):
    async with Rig(tmp_path) as rig:
        await left(
            rig, result(rig, 1, hours=1, state=OutputState.FAILED, problem=Reason(ReasonCode.DISK_FULL, "/library"))
        )
        assert rig.board.folder_trouble() == ""
        folder = rig.engine.folder
        full = FolderHealth(folder=str(rig.board.library), state=FolderState.FULL)
        folder._current.health = full
        assert "The disk with" in rig.board.folder_trouble()
        rig.board.save_now([(TaskId("t1"), 0)])
        assert any("The disk with" in told for told in rig.told)
        assert "full path" in rig.board.set_library("relative")
        assert rig.board.set_library(str(tmp_path)) == ""
        assert rig.engine.settings.library == Path(tmp_path)


async def test_the_words_say_what_is_known_and_what_is_not(tmp_path):
    async with Rig(tmp_path) as rig:
        await left(rig, result(rig, 1, hours=1))
        words = rig.board.summary()
        assert words.startswith("1 result is paid for but not on this computer.")
        assert "does not say how long" in words
