"""A fatal crash leaves its stacks in the profile for the next start. Other ends leave nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from runway_desktop.app.bugs import Bugs, CrashFile
from runway_desktop.domain.profiles import Profile
from runway_desktop.domain.secrecy import KnownSecrets
from tests.rigs.mistakes import Mistakes
from tests.rigs.runway_process import ROOT

CHILD = """
import sys
from pathlib import Path
from runway_desktop.app.bugs import CrashFile
from runway_desktop.domain.profiles import Profile

folder = Path(sys.argv[1])
crash = CrashFile(Profile(name="A", folder=folder, library=folder, key_name="a"))

def ends_badly():
    {end}

ends_badly()
crash.end()
"""
ENDS = {
    "a library reads what is not there": "import ctypes; ctypes.string_at(0)",
    "Qt gives up": "from PySide6.QtCore import qFatal; qFatal('no')",
    "on a thread": "import ctypes, threading; threading.Thread(target=ctypes.string_at, args=(0,)).start()",
}


def profile_in(folder: Path) -> Profile:
    return Profile(name="A", folder=folder, library=folder, key_name="a")


def run(folder: Path, end: str) -> int:
    words = [sys.executable, "-c", CHILD.format(end=end), str(folder)]
    return subprocess.run(words, cwd=ROOT, stderr=subprocess.DEVNULL, timeout=60, check=False).returncode


def is_told(folder: Path) -> bool:
    """Whether a start finds that the previous run crashed. It ends cleanly."""
    start = CrashFile(profile_in(folder))
    start.end()
    return start.was_left


@pytest.fixture(autouse=True)
def _pytest_keeps_its_own(monkeypatch: pytest.MonkeyPatch):
    for name in ("enable", "disable"):
        monkeypatch.setattr(f"faulthandler.{name}", lambda *_: None)


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_crash_stores_its_stacks_and_is_reported_at_the_next_start_only(tmp_path: Path, end: str):
    assert run(tmp_path, end) != 0
    assert is_told(tmp_path)
    assert "ends_badly" in profile_in(tmp_path).last_crash.read_text(encoding="utf-8")
    assert not is_told(tmp_path)
    assert profile_in(tmp_path).last_crash.exists(), "kept for a report"


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="only where a process can be killed by a signal")
def test_killed_program_is_not_reported_as_a_crash(tmp_path: Path):
    assert run(tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)") == -signal.SIGKILL
    assert not is_told(tmp_path)
    assert not profile_in(tmp_path).last_crash.exists()


def test_harmless_com_error_is_not_reported_as_a_crash(tmp_path: Path):
    crash = profile_in(tmp_path).crash
    crash.write_text("Windows fatal exception: code 0x8001010d\n\nCurrent thread 0x1 (most recent call first):\n")
    assert not is_told(tmp_path)
    crash.write_text("Windows fatal exception: access violation\n\nCurrent thread 0x1 (most recent call first):\n")
    assert is_told(tmp_path)


def test_clean_exit_leaves_no_crash_file(tmp_path: Path):
    assert run(tmp_path, "pass") == 0
    assert list(tmp_path.iterdir()) == []


def test_exception_that_ends_the_program_is_reported_at_the_next_start_without_secrets(
    tmp_path: Path, mistakes: Mistakes
):
    bugs, crash = Bugs(KnownSecrets()), CrashFile(profile_in(tmp_path))
    bugs.fatal = crash.write
    try:
        raise ValueError("key_" + "5a" * 64)
    except ValueError as error:
        bugs.report("the session", error, is_fatal=True)
    mistakes.take("the session")
    assert "test_crashes.py" in profile_in(tmp_path).crash.read_text(encoding="utf-8"), "also if it is killed now"
    crash.end()
    assert is_told(tmp_path)
    told = profile_in(tmp_path).last_crash.read_text(encoding="utf-8")
    assert "test_crashes.py" in told
    assert "5a5a" not in told


def test_unwritable_crash_folder_does_not_stop_the_start(tmp_path: Path):
    crash = CrashFile(profile_in(tmp_path / "missing"))
    assert not crash.was_left
    crash.write("Traceback")
    crash.end()
