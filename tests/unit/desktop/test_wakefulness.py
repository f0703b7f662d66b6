"""Suspend inhibition on Linux: the service that is asked, and the release."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("jeepney")

from runway_desktop.desktop import session_bus, wakefulness
from runway_desktop.desktop.wakefulness import stay_awake
from tests.rigs.session_bus import FakeService, needs_bus, private_bus
from tests.rigs.waiting import soon

pytestmark = [needs_bus, pytest.mark.skipif(sys.platform != "linux", reason="asks services of Linux")]

HANDLE = "/org/freedesktop/portal/desktop/request/1"


def portal(inhibit: Callable[..., Any] = lambda *_: ("o", (HANDLE,))) -> FakeService:
    return FakeService("org.freedesktop.portal.Desktop", {"Inhibit": inhibit})


@pytest.fixture
def noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a stand-in for systemd's program notes its number and what it was asked."""
    noted, program = tmp_path / "noted", tmp_path / "bin" / "systemd-inhibit"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$$ $*" > {noted}.part\nmv {noted}.part {noted}\nexec sleep 1000\n')
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return noted


@asynccontextmanager
async def awake() -> AsyncIterator[None]:
    staying = asyncio.ensure_future(stay_awake())
    try:
        yield
        assert not staying.done()
    finally:
        staying.cancel()
        await asyncio.wait((staying,))


def runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


async def test_portal_inhibits_suspend_but_not_the_screen_saver(bus, noted):
    desk = portal()
    async with awake():
        await soon(lambda: desk.calls)
        assert desk.gone == set()
    # The portal releases it when its owner has left the bus.
    await soon(lambda: desk.gone)
    desk.close()
    assert desk.named("Inhibit") == [("", 4, {"reason": ("s", "Tasks are running")})]
    assert not noted.exists()


async def test_logind_inhibits_suspend_where_there_is_no_portal(bus, noted):
    async with awake():
        await soon(noted.exists)
        process, asked = noted.read_text().split(maxsplit=1)
        assert "--what=sleep --mode=block" in asked
        assert f"tail --pid {os.getpid()} -f" in asked
        assert runs(int(process))
    await soon(lambda: not runs(int(process)))


@pytest.mark.parametrize(("answer", "is_enough"), [(0, True), (2, False)])
async def test_logind_inhibits_suspend_if_the_portal_has_no_backend(bus, noted, answer, is_enough):
    desk = portal()
    async with awake():
        await soon(lambda: desk.calls)
        desk.tell(HANDLE, "org.freedesktop.portal.Request", "Response", "ua{sv}", answer, {})
        if not is_enough:
            await soon(noted.exists)
        await asyncio.sleep(0.2)
        assert noted.exists() is not is_enough
        assert bool(desk.gone) is not is_enough
    desk.close()


async def test_restarted_portal_is_asked_again(bus, noted):
    desk = portal()
    async with awake():
        await soon(lambda: desk.calls)
        desk.close()
        desk = portal()
        await soon(lambda: desk.calls)
        assert desk.gone == set()
    desk.close()
    assert desk.named("Inhibit") == [("", 4, {"reason": ("s", "Tasks are running")})]


async def test_restarted_session_bus_is_asked_again_and_logind_meanwhile(noted, monkeypatch):
    monkeypatch.delenv("FLATPAK_ID", raising=False)
    monkeypatch.setattr(wakefulness, "_AGAIN_AFTER", 0.05)
    async with awake_on_a_bus(monkeypatch):
        await soon(noted.exists)
        with private_bus(monkeypatch):
            desk = portal()
            await soon(lambda: desk.calls)
            desk.close()


@asynccontextmanager
async def awake_on_a_bus(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """The bus ends once the portal was asked."""
    with ExitStack() as stack:
        stack.enter_context(private_bus(monkeypatch))
        desk = portal()
        stack.callback(desk.close)
        async with awake():
            await soon(lambda: desk.calls)
            stack.close()
            yield


async def test_logind_is_used_if_the_portal_hangs_and_the_portal_then_holds_nothing(bus, noted, monkeypatch):
    monkeypatch.setattr(session_bus, "PATIENCE", 0.2)
    desk = portal(lambda *_: None)
    async with awake():
        await soon(noted.exists)
        await soon(lambda: desk.gone)
    desk.close()


async def test_failed_suspend_inhibition_is_logged_as_information(bus, monkeypatch, tmp_path, caplog):
    caplog.set_level(logging.INFO, "runway_desktop.desktop")
    monkeypatch.setenv("PATH", str(tmp_path))
    async with awake():
        await soon(lambda: "No such file" in caplog.text)
    assert {record.levelname for record in caplog.records} == {"INFO"}


async def test_refusal_by_logind_is_logged(bus, monkeypatch, noted, caplog):
    caplog.set_level(logging.INFO, "runway_desktop.desktop")
    monkeypatch.setattr(wakefulness, "_REFUSED_WITHIN", 0.5)
    (tmp := noted.parent / "bin" / "systemd-inhibit").write_text("#!/bin/sh\nexit 3\n")
    tmp.chmod(0o700)
    async with awake():
        await soon(lambda: "ended with 3" in caplog.text)
