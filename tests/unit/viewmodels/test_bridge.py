"""Events of the engine as Qt signals."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from runway_desktop.domain.events import ClientsChanged
from runway_desktop.services.bus import Bus
from runway_desktop.viewmodels.bridge import Bridge


def test_requests_of_other_programs_reach_the_window(qtbot: QtBot):
    bus = Bus()
    bridge = Bridge(bus)
    with qtbot.waitSignal(bridge.clients_changed):
        bus.tell(ClientsChanged())
    bridge.close()
