"""Chinese and Japanese are typed with fcitx, for which Qt's wheels have no plugin."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.journeys.needs import need
from tests.journeys.program import SECRET, Program
from tests.journeys.screen import Screen
from tests.rigs.runway_process import Runway
from tests.rigs.waiting import until

METHODS = ("keyboard-us", "pinyin", "anthy")
PROFILE = "\n".join([
    "[Groups/0]", "Name=Default", "Default Layout=us", "DefaultIM=keyboard-us",
    *(line for at, name in enumerate(METHODS) for line in (f"[Groups/0/Items/{at}]", f"Name={name}", "Layout=")),
    "[GroupOrder]", "0=Default", "",
])  # fmt: skip
NOT_NEEDED = "xcb,xim,wayland,waylandim,classicui,kimpanel,notificationitem,clipboard,cloudpinyin"
"""What would set another keyboard, show a window, or ask the net."""


@pytest.fixture
def switch_to(screen: Screen) -> Iterator[Callable[[str], object]]:
    """fcitx on the screen's bus; what it gives chooses an input method, as a person does in its menu."""
    need("fcitx5", "fcitx5-remote")
    folder = Path(screen.variables["XDG_CONFIG_HOME"], "fcitx5")
    folder.mkdir()
    (folder / "profile").write_text(PROFILE)
    fcitx = screen.start_part(["fcitx5", f"--disable={NOT_NEEDED}"])
    until(lambda: screen.owns("org.freedesktop.portal.IBus"), "fcitx")

    def switch(method: str) -> bool:
        subprocess.run(["fcitx5-remote", "-s", method], env=screen.variables, check=True, timeout=10)
        asked = ["fcitx5-remote", "-n"]
        said = subprocess.run(asked, env=screen.variables, check=True, timeout=10, capture_output=True, text=True)
        return said.stdout.strip() == method

    yield lambda method: until(lambda: switch(method), method)
    screen.end(fcitx)


def test_chinese_and_japanese_are_typed_with_fcitx(
    screen: Screen, runway: Runway, tmp_path: Path, switch_to: Callable[[str], object]
):
    variables = {"RUNWAYML_BASE_URL": runway.base_url, "RUNWAYML_API_SECRET": SECRET, "QT_IM_MODULE": "fcitx"}
    program = Program(screen, tmp_path / "profile", variables=variables)
    try:
        program.start()
        program.eyes.wait_for("text", "Prompt", where=lambda line: "focused" in line.states)
        switch_to("pinyin")
        program.hands.type("nihao")
        program.hands.key("space")
        program.eyes.wait_for("text", "Prompt", where=lambda line: line.text == "你好")
        switch_to("anthy")
        program.hands.type("neko")
        program.hands.key("Return")
        program.eyes.wait_for("text", "Prompt", where=lambda line: line.text == "你好ねこ")
    finally:
        program.close()
