"""A library on a drive that does not respond: other posters are made, and closing does not wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, QSize
from pytestqt.qtbot import QtBot

from runway_desktop.domain.media import Media
from runway_desktop.services.disk import disk_threads
from runway_desktop.ui.media import stills
from runway_desktop.ui.media.kinds import sound as sounds
from runway_desktop.ui.media.kinds.sound import WaveformReader
from runway_desktop.ui.media.stills import PosterMaker
from runway_desktop.ui.media.workers import Workers
from runway_desktop.ui.tasks import posters
from runway_desktop.ui.tasks.posters import PosterCache


class DeadDrive:
    """All that lies under `folder` is on another drive, which answers once `gate` is open."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.gate = threading.Event()
        self.asked = 0

    def drive_of(self, path: Path) -> str:
        return "dead" if path.is_relative_to(self.folder) else "alive"

    def hang(self, path: Path) -> None:
        if path.is_relative_to(self.folder):
            self.asked += 1
            assert self.gate.wait(60)


@pytest.fixture
def dead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DeadDrive]:
    drive = DeadDrive(tmp_path / "dead")
    monkeypatch.setattr(disk_threads, "drive_of", drive.drive_of)

    def guard(room: Any, name: str, path_of: Any = lambda path: path) -> None:
        true = getattr(room, name)

        def asked(what: Any, *rest: Any) -> Any:
            drive.hang(path_of(what))
            return true(what, *rest)

        monkeypatch.setattr(room, name, asked)

    guard(stills, "is_readable")
    guard(sounds, "peaks_of_wav")
    guard(posters, "load", lambda key: Path(key[0]))
    yield drive
    drive.gate.set()


def quickly(close: Any) -> None:
    before = time.monotonic()
    close()
    assert time.monotonic() - before < 20


@pytest.mark.parametrize("media", [Media.IMAGE, Media.VIDEO, Media.AUDIO])
def test_posters_of_other_files_are_made_and_the_program_closes_despite_a_hanging_drive(
    dead: DeadDrive, media: Media, picture: Path, clip: Path, sound: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    maker = PosterMaker()
    for number in range(5):
        maker.request(dead.folder / str(number), media, tmp_path / f"dead {number}.png")
    qtbot.waitUntil(lambda: dead.asked == 2)
    for path, kind in ((picture, Media.IMAGE), (clip, Media.VIDEO), (sound, Media.AUDIO)):
        with qtbot.waitSignal(maker.made) as caught:
            maker.request(path, kind, tmp_path / f"{kind}.png")
        assert caught.args is not None
        assert caught.args[0] == str(path)
    quickly(maker.shutdown)


def test_posters_appear_once_the_drive_answers(dead: DeadDrive, picture: Path, tmp_path: Path, qtbot: QtBot) -> None:
    dead.folder.mkdir()
    there = picture.rename(dead.folder / "a.png")
    maker = PosterMaker()
    maker.request(there, Media.IMAGE, tmp_path / "poster.png")
    qtbot.waitUntil(lambda: dead.asked == 1)
    with qtbot.waitSignal(maker.made):
        dead.gate.set()
    maker.shutdown()


def test_hanging_sound_file_is_given_up_and_the_next_is_measured(
    dead: DeadDrive, sound: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(sounds, "_READ_TIME_OUT_MS", 50)
    owner = QObject()
    workers = Workers(owner, patience=0.05)
    reader = WaveformReader(workers, owner)
    with qtbot.waitSignal(reader.failed):
        reader.read(dead.folder / "a.wav")
    monkeypatch.setattr(sounds, "_READ_TIME_OUT_MS", 60_000)
    with qtbot.waitSignal(reader.ready):
        reader.read(sound)
    quickly(workers.shutdown)


def test_rows_show_the_readable_posters(dead: DeadDrive, picture: Path, qtbot: QtBot) -> None:
    cache = PosterCache()
    size = QSize(64, 36)
    for number in range(3):
        assert cache.picture(str(dead.folder / f"{number}.png"), size, 1) is None
    with qtbot.waitSignal(cache.ready) as caught:
        assert cache.picture(str(picture), size, 1) is None
    assert caught.args == [str(picture)]
    assert cache.picture(str(picture), size, 1) is not None
    quickly(cache.shutdown)
