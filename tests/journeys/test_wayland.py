"""Typing, pasting, popups and dragging on Wayland, at a scale of 1 and of 1.5."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys import screen as screens
from tests.journeys.needs import need, need_screen_reader
from tests.journeys.program import SECRET, Program
from tests.journeys.wayland import SIZE, Desktop
from tests.rigs.runway_process import Runway
from tests.rigs.waiting import until

PROMPT = "ö猫 at dawn"
PASTED = "\n窓辺 – “quoted”"


@pytest.fixture(params=[1.0, 1.5], ids=["scale 1", "scale 1.5"])
def desktop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desktop]:
    need("labwc", "grim", "wtype", "wl-copy", "wlr-randr", "dbus-daemon")
    launcher = need_screen_reader()
    with screens.opened(tmp_path_factory.mktemp("screen")) as screen:
        screen.start_bus()
        screen.start_accessibility(launcher)
        with contextlib.closing(Desktop(screen, request.param)) as desktop:
            yield desktop


@pytest.fixture
def program(desktop: Desktop, runway: Runway, tmp_path: Path) -> Iterator[Program]:
    variables = {"RUNWAYML_BASE_URL": runway.base_url, "RUNWAYML_API_SECRET": SECRET}
    program = Program(desktop.screen, tmp_path / "profile", variables=variables)
    program.start_unseen()
    yield program
    program.close()


def test_first_result_is_made_and_reused_on_wayland(desktop: Desktop, program: Program, tmp_path: Path):
    eyes = program.eyes

    def prompt_is(text: str) -> None:
        eyes.wait_for("text", "Prompt", where=lambda line: line.text == text)

    eyes.wait_for("text", "Prompt", where=lambda line: "focused" in line.states)
    desktop.type(PROMPT)
    prompt_is(PROMPT)
    desktop.copy(PASTED)
    desktop.key("v", "ctrl")
    prompt_is(PROMPT + PASTED)
    desktop.key("a", "ctrl")
    desktop.key("c", "ctrl")
    until(lambda: desktop.pasted() == PROMPT + PASTED, "the copied prompt")

    desktop.mouse.click(eyes.wait_for("button", "Model").middle)
    # Screen readers are not told of popups, but that the focus left.
    eyes.wait_for("text", "Prompt", where=lambda line: "focused" not in line.states)
    desktop.type("gen4_image")
    desktop.key("Return")
    eyes.wait_for("button", "Model", where=lambda button: "Gen-4 Image" in button.words)
    desktop.key("Return", "ctrl")
    (result,) = program.wait_saved(1, asks=False)

    row = eyes.wait_for("table cell", PROMPT)
    desktop.mouse.drag(row.middle, eyes.wait_for("text", "Prompt").middle)
    eyes.wait_for_words(result.name)

    picture = tmp_path / "desktop.png"
    desktop.picture(picture)
    assert struct.unpack(">II", picture.read_bytes()[16:24]) == SIZE
    desktop.key("q", "ctrl")
    assert program.ended() == 0
