"""A quick check for a file, which never waits for a hanging drive."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from runway_desktop.services.disk.disk_threads import QuickLook


def test_quick_check_tells_whether_a_file_exists(tmp_path: Path):
    look = QuickLook(30)
    (tmp_path / "fox.mp4").touch()
    assert look.is_file(tmp_path / "fox.mp4")
    assert not look.is_file(tmp_path / "hare.mp4")
    assert not look.is_file(tmp_path)


def test_hanging_drive_delays_the_quick_check_only_once(tmp_path: Path):
    look, gate = QuickLook(0.05), threading.Event()
    began = time.perf_counter()
    assert look.ask(lambda _: gate.wait(60), tmp_path, otherwise=False) is False
    for _ in range(1_000):
        assert not look.is_file(tmp_path / "fox.mp4")
    assert time.perf_counter() - began < 5
    gate.set()
    (tmp_path / "fox.mp4").touch()
    while not look.is_file(tmp_path / "fox.mp4"):
        assert time.perf_counter() - began < 30
