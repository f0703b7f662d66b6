"""What every journey has: a screen of its own, a simulated Runway, and the program on a throwaway profile.

One screen for each worker, started when the first journey asks for it; Runway and profile are new for each journey.
When a journey fails, a picture of the screen is left in build/journeys. It fails, too, when a program left a mistake in
its log or on its terminal.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.journeys import screen as screens
from tests.journeys.needs import need, need_screen_reader
from tests.journeys.program import SECRET, Program
from tests.journeys.screen import Screen
from tests.journeys.wayland import Desktop
from tests.rigs import mistakes
from tests.rigs.runway_process import ROOT, Runway

PICTURES = ROOT / "build" / "journeys"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    report = yield
    parts = getattr(item, "funcargs", {})
    screen = parts.get("desktop") or parts.get("screen")
    if report.failed and call.when == "call" and isinstance(screen, Screen | Desktop):
        with contextlib.suppress(Exception):
            screen.picture(PICTURES / f"{item.name}.png")
    return report


@pytest.fixture(scope="session")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    need("Xvfb", "xkbcomp", "openbox", "xdotool", "import", "dbus-daemon", "dbus-send", "gnome-keyring-daemon")
    launcher = need_screen_reader()
    with screens.opened(tmp_path_factory.mktemp("screen")) as screen:
        screen.start_display()
        screen.start_bus()
        screen.start_accessibility(launcher)
        screen.start_keychain()
        yield screen


@pytest.fixture(autouse=True)
def _no_mistake_left(tmp_path: Path) -> Iterator[None]:
    """Looks once all programs of the journey are closed."""
    yield
    left = mistakes.left_in(tmp_path)
    assert not left, "The program made mistakes:\n" + "\n".join(left)


@pytest.fixture
def runway(tmp_path: Path) -> Iterator[Runway]:
    """Quick: a clip takes half a second to a second."""
    runway = Runway(tmp_path, "--speed", "40", "--seed", "7")
    runway.start()
    yield runway
    runway.stop()


StartProgram = Callable[..., Program]


@pytest.fixture
def program(screen: Screen, runway: Runway, tmp_path: Path) -> Iterator[Program]:
    """The program with a key from its surroundings, not started yet."""
    variables = {"RUNWAYML_BASE_URL": runway.base_url, "RUNWAYML_API_SECRET": SECRET}
    program = Program(screen, tmp_path / "profile", variables=variables)
    yield program
    program.close()
