"""What is in a profile is for its owner alone, whatever the system gives new files."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from runway_desktop.services.disk import private
from runway_desktop.services.disk.disk_steps import write_whole
from runway_desktop.wiring import environment

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps a person's folder to that person")


def open_to_others(root: Path) -> list[str]:
    """Files and folders that somebody else may read, write or enter."""
    return sorted(
        f"{path.relative_to(root)} {stat.S_IMODE(path.lstat().st_mode):o}"
        for path in (root, *root.rglob("*"))
        if not path.is_symlink() and path.lstat().st_mode & 0o077
    )


def test_files_of_a_profile_are_private_after_work_with_an_open_umask(tmp_path: Path):
    ended = subprocess.run(
        [sys.executable, "-m", "tests.rigs.hurried", "-m", "tests.faults.open_umask_child", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 9, ended.stderr
    names = {path.name for path in (tmp_path / "profile").rglob("*")}
    assert {"profile.db", "profile.db-wal", "log.txt", "lock", "accepted-ids.txt", "asked for.zip"} <= names
    assert open_to_others(tmp_path / "profile") == []
    assert open_to_others(tmp_path / "state") == []
    sidecars = list((tmp_path / "library").rglob("*.mp4.json"))
    assert len(sidecars) == 3
    assert [path for path in sidecars if path.stat().st_mode & 0o077] == []
    results = [*(tmp_path / "library").rglob("*.mp4")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in results} == {0o666}, "results are as the person's other files"


def test_profile_folder_open_to_other_users_is_made_private_at_start(tmp_path: Path):
    folder = tmp_path / "profile"
    folder.mkdir()
    folder.chmod(0o755)
    environment.profile(demo=False, folder=folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_file_is_private_though_a_kill_left_its_draft_open_to_others(tmp_path: Path):
    before = os.umask(0)
    try:
        target = tmp_path / "a.json"
        target.with_name("a.json.part").write_bytes(b"left by a kill")
        write_whole(target, b"{}")
        private.make_folder(tmp_path / "b" / "c")
        write_whole(tmp_path / "table.csv", b"1", private.USUAL_FILE)
    finally:
        os.umask(before)
    assert [found for found in open_to_others(tmp_path) if not found.startswith(". ")] == ["table.csv 666"]
