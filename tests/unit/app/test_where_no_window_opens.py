"""A program that cannot start prints a sentence and exits at once with code 1."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = (sys.executable, "-m", "runway_desktop")
LEFT_OUT = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "PYTHONUNBUFFERED")

on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there always is a display")


def surroundings(home: Path, **more: str) -> dict[str, str]:
    """Of a person whose home is this, and whose screens are these alone."""
    kept = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
    return {**kept, "HOME": str(home), "XDG_STATE_HOME": str(home), **more}


def ended(home: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *words], env=surroundings(home, **more), capture_output=True, text=True, check=False, timeout=120
    )


@on_linux
@pytest.mark.parametrize(
    ("screen", "cause"),
    [
        ({"DISPLAY": ":nowhere"}, "display :nowhere"),
        ({"WAYLAND_DISPLAY": "nowhere"}, "wl_display"),
        ({"QT_QPA_PLATFORM": "nowhere"}, "nowhere"),
    ],
    ids=["X11", "Wayland", "platform"],
)
@pytest.mark.parametrize("words", [["--demo", "--profile-dir"], ["--tour"]], ids=["window", "tour"])
def test_unusable_display_is_reported_in_a_sentence(
    words: list[str], screen: dict[str, str], cause: str, tmp_path: Path
):
    done = ended(tmp_path, *words, str(tmp_path / "folder"), **screen)
    assert done.returncode == 1
    said = [line for line in done.stderr.splitlines() if not line.startswith("error: XDG_RUNTIME_DIR")]
    assert len(said) == 2, done.stderr
    assert said[0].startswith("No window can be shown here: ")
    assert cause in said[0]
    assert "desktop session" in said[1]


@pytest.mark.parametrize("words", [["--tour", "{}"], ["--tour", "ours", "--profile-dir", "{}"]])
def test_tour_into_a_folder_that_cannot_be_made_says_so(words: list[str], tmp_path: Path):
    (tmp_path / "file").touch()
    there = str(tmp_path / "file" / "folder")
    done = ended(tmp_path, *(word.format(there).replace("ours", str(tmp_path)) for word in words))
    assert done.returncode == 1
    assert done.stderr == f"{there} cannot be written to: Not a directory. Name another folder for the tour.\n"


@on_linux
def test_first_progress_line_is_printed_before_the_work_starts(tmp_path: Path):
    with subprocess.Popen(
        [*PROGRAM, "--demo"],
        cwd=tmp_path,
        env=surroundings(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        text=True,
    ) as program:
        try:
            assert program.stdout is not None
            assert program.stdout.readline().startswith("There is no display here, so the demo takes the tour")
            assert not [*tmp_path.rglob("*.png")]
        finally:
            os.killpg(program.pid, signal.SIGKILL)


SAME_AS_BEFORE = """
import os
from runway_desktop.app.program import make_application
before = dict(os.environ)
application = make_application()
assert dict(os.environ) == before
"""


@pytest.mark.parametrize(
    "given", [{}, {"QT_XCB_GL_INTEGRATION": "xcb_egl"}, {"QT_IM_MODULE": "fcitx", "IBUS_USE_PORTAL": "0"}]
)
def test_variables_set_for_qt_are_not_inherited_by_child_processes(given: dict[str, str]):
    variables = {**os.environ, "QT_QPA_PLATFORM": "offscreen", **given}
    assert subprocess.run([sys.executable, "-c", SAME_AS_BEFORE], env=variables, check=False).returncode == 0
