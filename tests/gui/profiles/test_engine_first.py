"""A window opened during a paid request of an engine without a window names it and waits for it."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel

from runway_desktop.app import waits
from runway_desktop.app.single_instance import DoesNotAnswer, EngineLeaves
from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.services.disk.profile_lock import Claim, claim
from runway_desktop.ui.profiles.backups import WaitingWindow
from runway_desktop.ui.theme import Theme

SENDS = EngineLeaves(("Gen-4.5 for claude",))


def shown() -> list[str]:
    windows = [one for one in QApplication.topLevelWidgets() if isinstance(one, WaitingWindow) and one.isVisible()]
    return [label.text() for window in windows for label in window.findChildren(QLabel)]


async def test_engine_window_names_what_is_being_sent_and_takes_over_once_stored(
    theme: Theme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    stored = threading.Event()

    def enter(folder: Path, words: object) -> Claim | None:
        if not stored.is_set():
            raise SENDS
        return claim(folder)

    monkeypatch.setattr(waits, "enter", enter)
    taking = asyncio.create_task(waits.take_over_in_sight(theme, tmp_path, [], SENDS))
    while "Sending Gen-4.5 for claude" not in shown():
        await asyncio.sleep(0.01)
    assert not taking.done()
    stored.set()
    claimed = await taking
    assert claimed is not None
    claimed.release()
    assert shown() == []


async def test_start_ends_when_another_window_took_over_first(
    theme: Theme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(waits, "enter", lambda *_: None)
    assert await waits.take_over_in_sight(theme, tmp_path, [], SENDS) is None
    assert shown() == []


async def test_unresponsive_engine_is_reported(theme: Theme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def enter(*_: object) -> None:
        raise DoesNotAnswer("Runway Desktop 9.9 is running with this profile.")

    monkeypatch.setattr(waits, "enter", enter)
    with pytest.raises(RunwayDesktopError, match="is running with this profile"):
        await waits.take_over_in_sight(theme, tmp_path, [], SENDS)
    assert shown() == []
