"""Folders that cannot be written, and other versions on the same profile: said in words, and no start fails that can go
on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from runway_desktop.store import SqliteStore
from runway_desktop.store.migrations import MIGRATIONS, Migration, Version
from tests.faults.mounts import can_mount
from tests.rigs.holders import holder
from tests.rigs.runway_process import ROOT

PATIENCE = 60.0
LIVES = "This list of tasks: "
"""In the log of a program whose window is shown."""
PROGRAM = (sys.executable, "-m", "runway_desktop")
READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="folders and signals of POSIX")


def ended(home: Path, *words: str, wrapped: Sequence[str] = (), until: str = LIVES) -> tuple[int, str]:
    """Exit code and terminal of the program, which is asked to end once its log or terminal has the text."""
    folders = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "CACHE", "DATA", "STATE")}
    variables = {**os.environ, **folders, "HOME": str(home), "QT_QPA_PLATFORM": "offscreen", "PYTHONUNBUFFERED": "1"}
    for folder in folders.values():
        Path(folder).mkdir(parents=True, exist_ok=True)
    terminal = home / "terminal-1.txt"
    with terminal.open("wb") as output:
        program = subprocess.Popen([*wrapped, *PROGRAM, *words], cwd=ROOT, env=variables, stdout=output, stderr=output)
    try:
        end = time.monotonic() + PATIENCE
        while not any(until in file.read_text("utf-8") for file in (terminal, *home.rglob("log.txt"))):
            assert program.poll() is None, terminal.read_text("utf-8")
            assert time.monotonic() < end, terminal.read_text("utf-8")
            time.sleep(0.1)
        program.send_signal(signal.SIGTERM)
        return program.wait(PATIENCE), terminal.read_text("utf-8").strip()
    finally:
        program.kill()
        program.wait()


def read_only(folder: Path) -> tuple[str, ...]:
    """What a command is wrapped into. Permissions would not bind root."""
    return ("unshare", "-Urm", "sh", "-c", READ_ONLY, str(folder))


@pytest.mark.skipif(not can_mount(), reason="only where a process may have disks of its own")
@pytest.mark.parametrize("name", ["config", "cache", "state"])
def test_read_only_folder_outside_of_the_profile_does_not_stop_the_start(name: str, tmp_path: Path):
    warning = "What was sent could not be noted in "
    code, said = ended(tmp_path, wrapped=read_only(tmp_path / name), until=warning if name == "state" else LIVES)
    assert code == 0
    assert "Traceback" not in said
    assert (warning in said) == (name == "state")


@pytest.mark.skipif(not can_mount(), reason="only where a process may have disks of its own")
def test_profile_that_is_read_only_at_start_is_reported_at_the_terminal(tmp_path: Path):
    _, said = ended(tmp_path, wrapped=read_only(tmp_path / "data"), until="cannot write")
    assert said.startswith("Runway Desktop cannot write to its folder. Check that its disk is there and not read-only")
    assert len(said.splitlines()) == 1


@pytest.mark.skipif(not can_mount(), reason="only where a process may have disks of its own")
def test_used_profile_that_is_read_only_now_is_reported_at_the_terminal(tmp_path: Path):
    words = ("--profile-dir", str(tmp_path / "profile"))
    ended(tmp_path, *words)
    _, said = ended(tmp_path, *words, wrapped=read_only(tmp_path / "profile"), until="cannot write")
    assert said.startswith("Runway Desktop cannot write to its folder.")


async def test_task_list_of_a_newer_version_is_reported_and_left_unchanged(tmp_path: Path):
    (tmp_path / "profile").mkdir()
    path = tmp_path / "profile" / "profile.db"
    later = Migration(Version(MIGRATIONS[-1].to.major + 1, 0), lambda _: None)
    store = await SqliteStore.open(path, migrations=(*MIGRATIONS, later))
    await store.close()
    before = path.read_bytes()
    _, said = ended(tmp_path, "--profile-dir", str(path.parent), until="newer")
    assert "was written by a newer version of this program. Install the newest version" in said
    assert path.read_bytes() == before


def test_older_version_that_is_already_running_is_reported_at_the_terminal(tmp_path: Path):
    (tmp_path / "profile").mkdir()
    with holder(tmp_path / "profile", "old"):
        _, said = ended(tmp_path, "--profile-dir", str(tmp_path / "profile"), until="older")
    assert "An older Runway Desktop is running with this profile" in said
