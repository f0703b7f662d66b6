"""Posters: one for each kind, made once, and never at the price of a hang."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from runway_desktop.domain.media import Media
from runway_desktop.ui.media.players import MediaEngine
from runway_desktop.ui.media.stills import PosterMaker
from tests.rigs.clips import SAMPLES
from tests.rigs.fake_media_engine import FakeEngine

TIME_OUT_MS = 3_600_000


@pytest.fixture
def maker(qapp: object) -> Iterator[PosterMaker]:
    maker = PosterMaker()
    yield maker
    maker.shutdown()


@pytest.fixture
def engine(qapp: object) -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def scripted(engine: FakeEngine) -> Iterator[PosterMaker]:
    """A maker whose player says what the test wants."""

    def make(_parent: QObject) -> MediaEngine:
        return engine

    maker = PosterMaker(make_engine=make, clip_time_out_ms=TIME_OUT_MS)
    yield maker
    maker.shutdown()


def make(maker: PosterMaker, path: Path, media: Media, target: Path, qtbot: QtBot) -> list[object]:
    with qtbot.waitSignal(maker.made) as caught:
        maker.request(path, media, target)
    return list(caught.args or [])


def test_clip_gets_a_poster_with_its_size_and_length(
    maker: PosterMaker, clip: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    target = tmp_path / "posters" / "clip.jpg"
    assert make(maker, clip, Media.VIDEO, target, qtbot) == [str(clip), str(target), 960, 540, 5.0]
    poster = QImage(str(target))
    assert (poster.width(), poster.height()) == (512, 288)
    assert poster.pixelColor(256, 144).saturation() > 0


def test_picture_gets_a_small_poster_in_its_aspect(
    maker: PosterMaker, picture: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    target = tmp_path / "poster.png"
    assert make(maker, picture, Media.IMAGE, target, qtbot)[2:] == [1200, 800, 0.0]
    poster = QImage(str(target))
    assert (poster.width(), poster.height()) == (512, 341)
    assert sys.platform == "win32" or target.stat().st_mode & 0o077 == 0, "as everything in a profile"


def test_turned_picture_gets_an_upright_poster(maker: PosterMaker, tmp_path: Path, qtbot: QtBot) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (1000, 500), "red").save(tmp_path / "turned.jpg", exif=exif)
    target = tmp_path / "poster.png"
    assert make(maker, tmp_path / "turned.jpg", Media.IMAGE, target, qtbot)[2:4] == [500, 1000]
    assert QImage(str(target)).height() == 512


def test_drawing_gets_a_poster(maker: PosterMaker, drawing: Path, tmp_path: Path, qtbot: QtBot) -> None:
    target = tmp_path / "poster.png"
    assert make(maker, drawing, Media.IMAGE, target, qtbot)[2:4] == [200, 100]
    assert QImage(str(target)).pixelColor(100, 100) == QColor(0, 255, 0)


@pytest.mark.parametrize("name", ["effect-4s.mp3", "wav"])
def test_sound_gets_its_waveform(maker: PosterMaker, name: str, sound: Path, tmp_path: Path, qtbot: QtBot) -> None:
    source = sound if name == "wav" else SAMPLES / name
    made = make(maker, source, Media.AUDIO, tmp_path / "poster.jpg", qtbot)
    assert made[2:4] == [0, 0]
    assert made[4] == pytest.approx(2.0 if name == "wav" else 4.0, abs=0.2)
    assert not QImage(str(tmp_path / "poster.jpg")).isNull()


def test_poster_is_made_once_and_reports_the_same_facts_again(
    maker: PosterMaker, clip: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    target = tmp_path / "poster.jpg"
    first = make(maker, clip, Media.VIDEO, target, qtbot)
    written = target.stat().st_mtime_ns
    assert make(maker, clip, Media.VIDEO, target, qtbot) == first
    assert target.stat().st_mtime_ns == written


def test_two_simultaneous_poster_requests_get_one_answer(
    maker: PosterMaker, picture: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    answers: list[str] = []
    maker.made.connect(lambda _path, target, *_rest: answers.append(target))
    first, last = tmp_path / "a.png", tmp_path / "b.png"
    maker.request(picture, Media.IMAGE, first)
    maker.request(picture, Media.IMAGE, first)
    make(maker, picture, Media.IMAGE, last, qtbot)
    qtbot.waitUntil(lambda: str(first) in answers)
    assert answers.count(str(first)) == 1


def test_many_clips_requested_at_once_are_told_with_their_own_sizes(
    maker: PosterMaker, clip: Path, portrait_clip: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    made: dict[str, tuple[int, int]] = {}
    maker.made.connect(lambda _path, target, width, height, _seconds: made.update({target: (width, height)}))
    for number in range(12):
        maker.request(portrait_clip if number % 2 else clip, Media.VIDEO, tmp_path / f"{number}.jpg")
    qtbot.waitUntil(lambda: len(made) == 12)
    assert made[str(tmp_path / "0.jpg")] == (960, 540)
    assert made[str(tmp_path / "1.jpg")] == (540, 960)


@pytest.mark.parametrize("media", [Media.IMAGE, Media.VIDEO, Media.AUDIO])
def test_broken_file_is_reported_in_words_and_the_next_poster_is_made(
    maker: PosterMaker, media: Media, broken: Path, clip: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(maker.failed) as caught:
        maker.request(broken, media, tmp_path / "broken.jpg")
    assert caught.args == [str(broken), "broken.mp4 can't be read. It may be damaged."]
    assert not (tmp_path / "broken.jpg").exists()
    make(maker, clip, Media.VIDEO, tmp_path / "clip.jpg", qtbot)


def test_poster_of_a_missing_file_fails(maker: PosterMaker, tmp_path: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(maker.failed) as caught:
        maker.request(tmp_path / "gone.mp4", Media.VIDEO, tmp_path / "p.jpg")
    assert caught.args == [str(tmp_path / "gone.mp4"), "gone.mp4 is missing."]


def test_poster_with_an_unwritable_target_fails(
    maker: PosterMaker, picture: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with qtbot.waitSignal(maker.failed) as caught:
        maker.request(picture, Media.IMAGE, tmp_path / "file" / "poster.jpg")
    assert "can't be written" in (caught.args or ["", ""])[1]


def test_clip_without_frames_times_out_and_the_next_poster_is_made(
    scripted: PosterMaker, engine: FakeEngine, clip: Path, portrait_clip: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(scripted.failed) as caught:
        scripted.request(clip, Media.VIDEO, tmp_path / "a.jpg")
        # Two requests at once are looked up by two threads, so that either may come first.
        qtbot.waitUntil(lambda: engine.path == clip)
        scripted.request(portrait_clip, Media.VIDEO, tmp_path / "b.jpg")
        time_out = next(timer for timer in scripted.findChildren(QTimer) if timer.interval() == TIME_OUT_MS)
        assert time_out.isActive()
        time_out.timeout.emit()
    assert "decoded" in (caught.args or ["", ""])[1]
    qtbot.waitUntil(lambda: engine.path == portrait_clip)
    with qtbot.waitSignal(scripted.made):
        engine.says_frame(0)


def test_poster_of_a_clip_that_fades_in_from_black_is_a_later_frame(
    scripted: PosterMaker, engine: FakeEngine, clip: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    scripted.request(clip, Media.VIDEO, tmp_path / "a.png")
    qtbot.waitUntil(lambda: engine.path == clip)
    engine.says_loaded(6.0)
    engine.says_frame(0, "black")
    qtbot.waitUntil(lambda: engine.told[-1] == "seek 1000")
    with qtbot.waitSignal(scripted.made) as caught:
        engine.says_frame(25, "lime")
    assert (caught.args or [])[4] == 6.0
    assert QImage(str(tmp_path / "a.png")).pixelColor(10, 10) == QColor("lime")


def test_clip_that_is_dark_throughout_still_gets_a_poster(
    scripted: PosterMaker, engine: FakeEngine, clip: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    scripted.request(clip, Media.VIDEO, tmp_path / "a.png")
    qtbot.waitUntil(lambda: engine.path == clip)
    engine.says_loaded(6.0)
    engine.says_frame(0, "black")
    qtbot.waitUntil(lambda: engine.told[-1] == "seek 1000")
    with qtbot.waitSignal(scripted.made):
        engine.says_frame(25, "black")
