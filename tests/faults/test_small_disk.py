"""On a disk that is really small, results stop before the list of tasks has no room; where it is full all the same,
each sending goes on once there is room."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.folders import SPARE
from tests.faults.mounts import can_mount


def on_a_small_disk(child: str, folder: Path) -> Any:
    """What the child prints."""
    command = ["unshare", "-Urm", sys.executable, "-m", child, str(folder)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


@pytest.mark.skipif(not can_mount(), reason="only where a process may have a disk of its own")
def test_downloads_of_unknown_length_leave_disk_space_for_the_task_list(tmp_path: Path):
    found = on_a_small_disk("tests.faults.small_disk_child", tmp_path)
    assert found["least"] >= SPARE - 1_000_000, "the list itself, and notes of a few bytes"
    assert found["paused"] >= 1
    assert found["saved"] == 4


@pytest.mark.skipif(not can_mount(), reason="only where a process may have a disk of its own")
def test_accepted_ids_are_stored_once_the_disk_has_space_again(tmp_path: Path):
    found = on_a_small_disk("tests.faults.full_profile_child", tmp_path)
    assert found == {"states": ["pending"] * 3, "created": 3, "goes_on": True}
