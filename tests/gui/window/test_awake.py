"""The computer is kept awake while something is sent, saved or made, but not for queued tasks."""

from __future__ import annotations

import asyncio

import pytest

from runway_desktop.app import in_tray
from runway_desktop.domain.account import Connectivity, Link
from runway_desktop.domain.events import ConnectionChanged, DownloadsCounted
from runway_desktop.domain.task import State
from tests.rigs.desktop import Desktop, after, rest, until
from tests.rigs.rows import task


class Wakefulness:
    """Counts who keeps the computer awake."""

    def __init__(self) -> None:
        self.holders = 0

    async def stay_awake(self) -> None:
        self.holders += 1
        try:
            await asyncio.Event().wait()
        finally:
            self.holders -= 1

    async def assert_becomes(self, holders: int) -> None:
        await until(lambda: self.holders == holders)


@pytest.fixture
def wakefulness(monkeypatch: pytest.MonkeyPatch) -> Wakefulness:
    wakefulness = Wakefulness()
    monkeypatch.setattr(in_tray, "stay_awake", wakefulness.stay_awake)
    return wakefulness


def watch(rig: Desktop) -> None:
    in_tray.Awake(rig.cases, rig.models, rig.runner, rig.window)


async def add(rig: Desktop, state: State) -> None:
    async with after(rig.pages.changed):
        await rig.add(task(1, state=state))
        rig.pages.refresh()


async def test_running_task_keeps_the_computer_awake_until_it_ends(tmp_path, theme, qtbot, wakefulness):
    async with Desktop(tmp_path, theme) as rig:
        watch(rig)
        await rest()
        assert wakefulness.holders == 0
        await add(rig, State.RUNNING)
        await wakefulness.assert_becomes(1)
        await rig.change(task(1, state=State.FAILED))
        await wakefulness.assert_becomes(0)


async def test_saving_keeps_the_computer_awake_but_waiting_to_save_does_not(tmp_path, theme, qtbot, wakefulness):
    async with Desktop(tmp_path, theme) as rig:
        watch(rig)
        rig.engine.bus.tell(DownloadsCounted(2, 1, 0.0))
        await wakefulness.assert_becomes(1)
        rig.engine.bus.tell(DownloadsCounted(0, 1, 0.0))
        await wakefulness.assert_becomes(0)


async def test_queued_task_lets_the_computer_sleep(tmp_path, theme, qtbot, wakefulness):
    async with Desktop(tmp_path, theme) as rig:
        watch(rig)
        await add(rig, State.QUEUED)
        await rest()
        assert wakefulness.holders == 0


async def test_computer_may_sleep_while_runway_cannot_be_reached(tmp_path, theme, qtbot, wakefulness):
    async with Desktop(tmp_path, theme) as rig:
        watch(rig)
        await add(rig, State.RUNNING)
        await wakefulness.assert_becomes(1)
        for link, holders in ((Link.OFFLINE, 0), (Link.CONNECTED, 1), (Link.KEY_REFUSED, 0)):
            rig.engine.account.connection = Connectivity(link=link)
            rig.engine.bus.tell(ConnectionChanged(rig.engine.account.connection))
            await wakefulness.assert_becomes(holders)


async def test_keep_awake_switch_applies_at_once(tmp_path, theme, qtbot, wakefulness):
    async with Desktop(tmp_path, theme) as rig:
        watch(rig)
        await add(rig, State.RUNNING)
        for on in (False, True):
            rig.engine.settings.stay_awake = on
            await wakefulness.assert_becomes(int(on))
