"""The display server dies: the program prints one sentence, and the next start continues."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys import screen as screens
from tests.journeys.needs import need, need_screen_reader
from tests.journeys.program import SECRET, Program
from tests.journeys.screen import Screen
from tests.rigs.runway_process import ROOT, Runway
from tests.rigs.waiting import until

SENTENCE = "Runway Desktop ended because its display is gone. Everything is kept for the next start."


@pytest.fixture
def own_screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    """A screen that this test may end. Its folder has a short name: paths of sockets have at most 107 characters."""
    need("Xvfb", "xkbcomp", "openbox", "xdotool", "dbus-daemon", "dbus-send")
    launcher = need_screen_reader()
    with screens.opened(tmp_path_factory.mktemp("screen")) as screen:
        screen.start_bus()
        screen.start_accessibility(launcher)
        yield screen


def said(program: Program) -> list[str]:
    """Its lines on the terminal, without those of PipeWire's library."""
    return [line for line in program.complaints.splitlines() if "pw.conf" not in line]


@pytest.mark.long
def test_program_saves_its_state_when_the_x_server_dies(own_screen: Screen, tmp_path: Path, runway: Runway):
    server = own_screen.start_display()
    variables = {"RUNWAYML_BASE_URL": runway.base_url, "RUNWAYML_API_SECRET": SECRET}
    program = Program(own_screen, tmp_path / "profile", variables=variables)
    runway.turn(speed=1.0, concurrency=1)
    program.start()
    program.send("Under way [seconds:60]")
    program.send("Queued")
    program.wait_state("Under way [seconds:60]", "pending", "running")
    program.write("A draft")
    until(lambda: b"A draft" in program.everything_written(), "the draft to be stored")
    own_screen.end(server)
    assert program.ended() == 1
    assert said(program) == [SENTENCE]
    assert program.states() == {"held": 1, program.task("Under way [seconds:60]")["state"]: 1}
    own_screen.start_display()
    runway.turn(speed=40.0)
    runway.forward(60)
    program.start()
    try:
        program.wait_saved(2)
        assert runway.made() == {"Under way": 1, "Queued": 1}
        program.eyes.wait_for("text", "Prompt", where=lambda line: line.text == "A draft")
        assert not (program.profile / "last-crash.txt").exists()
    finally:
        program.close()
    assert said(program) == []


def test_program_ends_with_a_sentence_when_the_wayland_compositor_dies(own_screen: Screen, tmp_path: Path):
    need("labwc")
    variables = {**own_screen.variables, "QT_QPA_PLATFORM": "wayland", "WAYLAND_DISPLAY": "wayland-0"}
    headless = {"WLR_BACKENDS": "headless", "WLR_RENDERER": "pixman", "WLR_LIBINPUT_NO_DEVICES": "1"}
    compositor = subprocess.Popen(
        ["labwc"], env={**own_screen.variables, **headless}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    terminal = tmp_path / "terminal-1.txt"
    try:
        until(lambda: Path(variables["XDG_RUNTIME_DIR"], "wayland-0").exists(), "the compositor")
        with terminal.open("wb") as output:
            program = subprocess.Popen(
                [sys.executable, "-m", "runway_desktop", "--demo", "--profile-dir", str(tmp_path / "profile")],
                cwd=ROOT, env=variables, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            )  # fmt: skip
        log = tmp_path / "profile" / "log.txt"
        # One of the last things that a start does.
        until(lambda: log.exists() and "This list of tasks" in log.read_text("utf-8"), "the window", 60)
    finally:
        compositor.kill()
        compositor.wait()
    assert program.wait(30) == 1
    assert [line for line in terminal.read_text("utf-8").splitlines() if "pw.conf" not in line] == [SENTENCE]
