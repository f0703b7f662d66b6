"""The progress window of a restore that is finished at start, if it takes longer than a moment."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel, QProgressBar

from runway_desktop.app.waits import finish_in_sight
from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.profiles import Profile
from runway_desktop.services.backup.watching import Watch
from runway_desktop.texts import Text
from runway_desktop.ui.profiles.backups import WaitingWindow
from runway_desktop.ui.theme import Theme

DONE = True


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    return Profile(name="Aurora", folder=tmp_path, library=tmp_path / "films", key_name="")


def windows() -> list[WaitingWindow]:
    found = [window for window in QApplication.topLevelWidgets() if isinstance(window, WaitingWindow)]
    return [window for window in found if window.isVisible()]


async def test_quickly_finished_restore_shows_nothing(theme: Theme, profile: Profile):
    threads: list[threading.Thread] = []

    def finish(_: Profile, __: Watch) -> bool:
        threads.append(threading.current_thread())
        return DONE

    assert await finish_in_sight(theme, profile, finish, shown_after=3_600) == DONE
    assert threads != [threading.main_thread()]
    assert windows() == []


async def test_slow_restore_shows_words_and_progress(theme: Theme, profile: Profile):
    seen: list[tuple[list[str], int, int, bool]] = []
    gate = threading.Event()

    def finish(_: Profile, watch: Watch) -> bool:
        watch.begin(4_000_000)
        watch.doing(Text("Packing 3 of 12 results"))
        watch.step(1_000_000)
        assert gate.wait(60)
        return DONE

    def look() -> None:
        for window in windows():
            bar = window.findChild(QProgressBar)
            assert bar is not None
            if bar.value():
                window.close()
                texts = [label.text() for label in window.findChildren(QLabel)]
                seen.append((texts, bar.value(), bar.maximum(), window.isVisible()))
                gate.set()

    looking = QTimer(interval=20)
    looking.timeout.connect(look)
    looking.start()
    assert await finish_in_sight(theme, profile, finish, shown_after=0.01) == DONE
    looking.stop()
    texts, value, most, stays = seen[0]
    assert "Restoring the profile “Aurora”…" in texts
    assert "Packing 3 of 12 results · 1.0 MB of 4.0 MB" in texts
    assert (value, most, stays) == (250, 1_000, True)
    assert windows() == []


async def test_failed_restore_raises_where_it_is_awaited(theme: Theme, profile: Profile):
    def finish(_: Profile, __: Watch) -> bool:
        raise DiskError("The disk is full.")

    with pytest.raises(DiskError, match="The disk is full"):
        await finish_in_sight(theme, profile, finish)
