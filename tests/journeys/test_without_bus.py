"""Without a D-Bus session bus, or with one that does not answer, the program starts, works and ends as ever."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys import screen as screens
from tests.journeys.needs import need
from tests.journeys.program import SECRET, Program
from tests.journeys.screen import Screen
from tests.rigs.runway_process import Runway
from tests.rigs.waiting import until


@pytest.fixture
def bare_screen(tmp_path: Path) -> Iterator[Screen]:
    need("Xvfb", "xkbcomp", "openbox", "xdotool")
    with screens.opened(tmp_path / "screen") as screen:
        screen.start_display()
        yield screen


OF_OTHERS = ("pw.conf", "Could not find codec parameters", "Consider increasing the value")
"""PipeWire's line, and FFmpeg's two of a clip that was just being opened when the program ended."""


@pytest.mark.parametrize("bus", ["none", "gone", "silent"])
def test_program_starts_sends_and_ends_without_a_session_bus(
    bus: str, bare_screen: Screen, tmp_path: Path, runway: Runway
):
    variables = {"RUNWAYML_BASE_URL": runway.base_url, "RUNWAYML_API_SECRET": SECRET}
    if bus != "none":
        variables["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={tmp_path / 'bus'}"
    with socket.socket(socket.AF_UNIX) as listening:
        if bus == "silent":
            listening.bind(str(tmp_path / "bus"))
            listening.listen()
        program = Program(bare_screen, tmp_path / "profile", variables=variables)
        program.start()
        until(lambda: b"copy_check" in program.everything_written(), "the window to work")
        program.hands.key("ctrl+n")
        program.hands.type("A lagoon")
        until(lambda: b"A lagoon" in program.everything_written(), "the draft to be stored")
        program.hands.key("ctrl+Return")
        program.wait_saved(1)
        program.hands.key("ctrl+q")
        assert program.ended() == 0
    assert [line for line in program.complaints.splitlines() if not any(one in line for one in OF_OTHERS)] == []
