"""A start at login opens no visible window, and the program can still be reached."""

from __future__ import annotations

import time
from pathlib import Path

from tests.journeys.program import TITLE, Program
from tests.journeys.screen import Screen


def test_hidden_start_without_a_tray_is_minimized_and_the_next_start_shows_it(screen: Screen, tmp_path: Path):
    program = Program(screen, tmp_path / "demo", words=("--demo", "--empty"))
    try:
        program.start_hidden()
        # Longer than it takes a window manager to show one.
        time.sleep(1)
        assert program.hands.windows(TITLE, program.pid) == []
        assert program.start_again_beside() == 0
        program.hands.wait_in_front(TITLE, program.pid)
        program.hands.key("ctrl+q")
        assert program.ended() == 0
    finally:
        program.close()
