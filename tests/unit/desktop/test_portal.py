"""The portal's file dialogs, without a window."""

from __future__ import annotations

import asyncio
import sys

import pytest

pytest.importorskip("jeepney")

from runway_desktop.desktop.portal import choose_files
from tests.rigs.fake_portal import FakePortal
from tests.rigs.session_bus import needs_bus, private_bus
from tests.rigs.waiting import soon

pytestmark = [needs_bus, pytest.mark.skipif(sys.platform != "linux", reason="asks services of Linux")]


async def test_portal_dialog_ends_when_the_session_bus_ends(monkeypatch):
    with private_bus(monkeypatch):
        desk = FakePortal()
        choosing = asyncio.ensure_future(choose_files("OpenFile", "", "Choose", {}))
        await soon(desk.asked)
        desk.close()
    async with asyncio.timeout(20):
        assert await choosing is None
