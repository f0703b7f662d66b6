"""On a disk that is really small, results stop before the list of tasks has no room."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from runway_desktop.domain.folders import SPARE


def can_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    tried = subprocess.run(["unshare", "-Urm", "true"], capture_output=True, check=False)
    return tried.returncode == 0


@pytest.mark.skipif(not can_mount(), reason="only where a process may have a disk of its own")
def test_four_results_of_unknown_length_leave_the_list_of_tasks_its_room(tmp_path: Path):
    ended = subprocess.run(
        ["unshare", "-Urm", sys.executable, "-m", "tests.faults.small_disk_child", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    assert found["least"] >= SPARE - 1_000_000, "the list itself, and notes of a few bytes"
    assert found["paused"] >= 1
    assert found["saved"] == 4
