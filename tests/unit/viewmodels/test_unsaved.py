"""Unsaved results: whether they are worth a mention, and the warning before their links expire."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.events import DownloadProgressed
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.task import Output, OutputState, State, TaskId
from runway_desktop.usecases.commands.results import SAVE_TO
from runway_desktop.usecases.commands.task_command import Given
from runway_desktop.usecases.words.expiry import STALLED
from tests.rigs.desktop import Rig, until
from tests.rigs.rows import saved, task

HOUR = 3600.0
NOT_SAVED = "not saved"


def result(rig: Rig, number: int, *, hours: float, state: OutputState = OutputState.WAITING, **more: Any) -> Output:
    one = task(number, State.SUCCEEDED)
    return saved(one, "", state=state, url_fetched_at=rig.clock.now() - hours * HOUR, **more)


async def left(rig: Rig, *outputs: Output) -> None:
    """As an earlier run left them."""
    rig.pages.follow_unsaved(rig.unsaved)
    await rig.put(*(task(int(output.task_id[1:]), State.SUCCEEDED) for output in outputs), outputs=outputs)
    rig.unsaved.refresh()
    await until(lambda: len(rig.unsaved.outputs) == len(outputs))


def listed(rig: Rig) -> list[int | None]:
    return [entry.count for entry in rig.pages.entries() if entry.key == NOT_SAVED]


async def test_results_still_being_saved_are_not_mentioned(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        await left(rig, result(rig, 1, hours=0))
        rig.pages.refresh()
        await until(lambda: rig.pages.counts.pages)
        assert (listed(rig), rig.models.status.not_saved_words()) == ([], "")
        rig.clock.jump(61)
        rig.unsaved.tick()
        await until(lambda: listed(rig) == [1])
        assert rig.models.status.not_saved_words() == "1 not saved"
        await rig.output(saved(task(1, State.SUCCEEDED), "/library/a.mp4"))
        await until(lambda: listed(rig) == [])


async def test_urgent_result_is_announced_once_per_link_and_not_during_a_download(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        told: list[str] = []
        rig.unsaved.urgent.connect(told.append)
        await left(rig, result(rig, 1, hours=19))
        rig.clock.jump(STALLED - 1)
        rig.unsaved.tick()
        assert told == []
        rig.clock.jump(2)
        rig.unsaved.tick()
        rig.unsaved.tick()
        assert len(told) == 1
        assert told[0].startswith("Saving is stuck for a result.")
        fresh = result(rig, 1, hours=0)
        await rig.output(fresh)
        await until(lambda: [one.url_fetched_at for one in rig.unsaved.outputs] == [fresh.url_fetched_at])
        rig.clock.jump(19 * HOUR)
        rig.engine.bus.tell(DownloadProgressed(TaskId("t1"), 0, 1, 2))
        rig.bridge.flush()
        rig.unsaved.tick()
        assert len(told) == 1
        rig.clock.jump(STALLED)
        rig.unsaved.tick()
        assert len(told) == 2


async def test_results_are_saved_to_another_folder_from_now_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with Rig(tmp_path) as rig:
        full = Reason(ReasonCode.DISK_FULL, "/library")
        await left(rig, result(rig, 1, hours=1, state=OutputState.FAILED, problem=full))
        asked: list[str] = []
        tried: list[Path] = []
        rig.task_commands.path_wanted.connect(lambda command, rows, wanted: asked.append(str(wanted.folder_for)))
        monkeypatch.setattr(rig.engine.downloads, "resume_waiting", lambda: tried.append(rig.engine.settings.library))
        rows = list(await rig.store.rows([TaskId("t1")]))
        assert SAVE_TO.meant(rows) == rows
        rig.task_commands.carry_out(SAVE_TO, rows)
        await until(lambda: asked == ["Choose the folder for results"])
        (tmp_path / "a file").touch()
        library = rig.engine.settings.library
        rig.task_commands.carry_out(SAVE_TO, rows, Given(path=tmp_path / "a file"))
        await until(lambda: rig.told == ["“a file” is a file, not a folder."])
        assert (tried, rig.engine.settings.library) == ([], library)
        rig.task_commands.carry_out(SAVE_TO, rows, Given(path=tmp_path / "elsewhere"))
        await until(lambda: tried)
        assert tried == [tmp_path / "elsewhere"]
