"""Synchronized playback of clips, with fake engines and with real ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from runway_desktop.domain.media import Media
from runway_desktop.ui.media.playback import Playback
from runway_desktop.ui.media.players import PlayFault
from tests.rigs.fake_media_engine import FRAME_US, FakeEngine


class Band:
    """Clips with an engine each that a test speaks for, and what was shown."""

    def __init__(self, qtbot: QtBot, files: list[Path], **more: Any) -> None:
        self.engines: list[FakeEngine] = []
        self.clips = Playback(make_engine=self._make, patience_ms=60, watchdog_ms=3_600_000, **more)
        self.told: list[dict[int, int]] = []
        self.clips.shown.connect(
            lambda frames: self.told.append({place: frame.startTime() // FRAME_US for place, frame in frames.items()})
        )
        self.clips.open_all([(path, Media.VIDEO) for path in files])
        qtbot.waitUntil(lambda: len(self.engines) == len(files) and all(engine.path for engine in self.engines))

    def _make(self, _parent: QObject) -> FakeEngine:
        self.engines.append(FakeEngine())
        return self.engines[-1]

    def opened(self, seconds: float = 2.0) -> Band:
        for engine in self.engines:
            engine.says_loaded(seconds)
            engine.says_frame(0)
        for engine in self.engines:
            engine.told.clear()
        self.told.clear()
        return self

    def all_say(self, number: int) -> None:
        for engine in self.engines:
            engine.says_frame(number)


@pytest.fixture
def two(qtbot: QtBot, clips: list[Path]) -> Iterator[Band]:
    band = Band(qtbot, clips[:2]).opened()
    yield band
    band.clips.shutdown()


def test_compared_clips_start_only_when_all_are_loaded(qtbot: QtBot, clips: list[Path]) -> None:
    band = Band(qtbot, clips[:2])
    band.clips.play()
    band.engines[0].says_loaded(2.0)
    band.engines[0].says_frame(0)
    assert "play" not in band.engines[0].told
    band.engines[1].says_loaded(2.0)
    band.engines[1].says_frame(0)
    assert all("play" in engine.told for engine in band.engines)
    band.clips.shutdown()


def test_compared_frames_are_shown_when_every_clip_reached_their_time(two: Band) -> None:
    two.clips.play()
    two.engines[0].says_frame(1)
    two.engines[0].says_frame(2)
    assert two.told == []
    two.engines[1].says_frame(1)
    assert two.told == [{0: 1, 1: 1}]
    two.engines[1].says_frame(2)
    assert two.told[-1] == {0: 2, 1: 2}
    assert set(two.clips.starts().values()) == {2 * FRAME_US}


def test_lagging_clip_speeds_up_and_a_leading_clip_pauses(two: Band, qtbot: QtBot) -> None:
    two.clips.play()
    for number in range(1, 16):
        two.engines[0].says_frame(number)
    two.engines[1].says_frame(1)
    qtbot.waitUntil(lambda: "rate 1.08" in two.engines[1].told)
    assert "pause" in two.engines[0].told
    for number in range(2, 16):
        two.engines[1].says_frame(number)
    qtbot.waitUntil(lambda: two.engines[1].told[-1] == "rate 1")
    assert two.engines[0].told[-1] == "play"


def test_shorter_clip_keeps_its_last_frame(two: Band) -> None:
    two.clips.play()
    two.all_say(1)
    two.engines[1].ended.emit()
    two.engines[0].says_frame(2)
    assert two.told[-1] == {0: 2}
    assert two.clips.is_playing


def test_playback_stops_at_the_end_of_all_clips(two: Band, qtbot: QtBot) -> None:
    two.clips.play()
    two.all_say(49)
    for engine in two.engines:
        engine.ended.emit()
    qtbot.waitUntil(lambda: not two.clips.is_playing)
    assert two.clips.position == 2.0


def test_step_moves_every_clip_by_one_frame(two: Band) -> None:
    two.clips.step(1)
    middle = (FRAME_US + FRAME_US // 2) // 1000
    assert [engine.told for engine in two.engines] == [[f"seek {middle}"], [f"seek {middle}"]]
    two.engines[0].says_frame(1)
    assert two.told == []
    two.engines[1].says_frame(1)
    assert two.told == [{0: 1, 1: 1}]


def test_seek_shows_the_nearest_frame_when_a_clip_has_none(two: Band, qtbot: QtBot) -> None:
    two.clips.seek(1.0)
    two.engines[0].says_frame(25)
    two.engines[1].says_frame(24)
    assert two.told == []
    qtbot.waitUntil(lambda: bool(two.told))
    assert two.told == [{0: 25, 1: 24}]


def test_latest_of_many_seeks_wins(two: Band) -> None:
    for at in (0.2, 0.4, 0.6):
        two.clips.seek(at)
    assert two.engines[0].told == ["seek 201"]
    two.all_say(5)
    assert two.engines[0].told == ["seek 201", "seek 601"]


def test_loop_runs_from_the_out_point_to_the_in_point(two: Band) -> None:
    two.clips.seek(0.4)
    two.all_say(10)
    two.clips.set_range(*two.clips.from_here())
    two.clips.step(4)
    two.all_say(14)
    two.clips.set_range(*two.clips.to_here())
    assert two.clips.range == pytest.approx((0.4, 0.6))
    two.clips.seek(0.4)
    two.all_say(10)
    two.clips.play()
    for number in range(11, 15):
        two.all_say(number)
    assert two.engines[0].told[-1] == "seek 420"
    two.all_say(10)
    assert two.clips.is_playing
    two.clips.set_range(None, None)
    assert two.clips.range == (None, None)


def test_one_compared_clip_plays_sound_at_a_time(two: Band) -> None:
    two.clips.hear(1)
    assert two.engines[0].told[-1] == "volume 1 True"
    assert two.engines[1].told[-1] == "volume 1 False"
    two.clips.toggle_sound()
    assert two.engines[1].told[-1] == "volume 1 True"


def test_shuttle_key_doubles_the_speed_and_stops(two: Band) -> None:
    two.clips.shuttle(1)
    two.clips.shuttle(1)
    assert two.clips.rate == 2
    two.clips.shuttle(0)
    assert (two.clips.rate, two.clips.is_playing) == (1, False)
    two.clips.shuttle(-1)
    two.clips.shuttle(-1)
    assert two.clips.rate == -2
    two.clips.pause()


def test_clip_without_a_picture_does_not_block_the_others(qtbot: QtBot, clips: list[Path]) -> None:
    band = Band(qtbot, clips[:2])
    failed: list[int] = []
    band.clips.failed.connect(lambda _fault, place: failed.append(place))
    band.clips.play()
    band.engines[0].says_loaded(2.0)
    band.engines[0].says_frame(0)
    assert band.clips._tracks.watchdog.isActive()
    band.clips._tracks.watchdog.timeout.emit()
    qtbot.waitUntil(lambda: failed == [1])
    assert band.clips.is_playing
    band.clips.shutdown()


def test_missing_compared_file_is_reported(qtbot: QtBot, clips: list[Path], tmp_path: Path) -> None:
    step = Playback(make_engine=lambda _parent: FakeEngine())
    with qtbot.waitSignal(step.failed) as caught:
        step.open_all([(tmp_path / "gone.mp4", Media.VIDEO)])
    assert caught.args == [PlayFault.MISSING, 0]
    step.shutdown()


def test_four_real_clips_stay_synchronous_within_one_frame(qtbot: QtBot, clips: list[Path]) -> None:
    step = Playback()
    apart: list[int] = []

    def measure(_frames: object) -> None:
        starts = step.starts().values()
        if step.is_playing and len(starts) == len(clips):
            apart.append(max(starts) - min(starts))

    step.shown.connect(measure)
    step.open_all([(path, Media.VIDEO) for path in clips], play=True)
    qtbot.waitUntil(lambda: step.position > 1.0)
    step.pause()
    qtbot.waitUntil(lambda: not step.is_seeking)
    assert len(apart) > 12
    assert max(apart) < 1e6 / 24
    before = step.position
    for _ in range(3):
        step.step(1)
        qtbot.waitUntil(lambda: not step.is_seeking)
    assert round((step.position - before) * 24, 2) == 3
    assert len(set(step.starts().values())) == 1
    step.shutdown()


def test_comparing_fifty_times_leaves_nothing_hanging(qtbot: QtBot, clips: list[Path]) -> None:
    step = Playback()
    for number in range(50):
        step.open_all([(path, Media.VIDEO) for path in clips[number % 2 :]], play=True)
        if number % 10 == 0:
            qtbot.waitUntil(lambda: step.is_playing)
        else:
            qtbot.wait(1)
        step.close()
    assert not step.has_clips
    step.shutdown()


def test_frame_later_than_the_patience_is_shown_when_it_arrives(two: Band, qtbot: QtBot) -> None:
    two.clips.seek(1.0)
    two.engines[0].says_frame(25)
    qtbot.waitUntil(lambda: not two.clips.is_seeking)
    assert two.told == [{0: 25}], "what is not there is not said again"
    two.engines[1].says_frame(25)
    assert two.told[-1] == {1: 25}


def test_drag_with_preview_frames_seeks_only_on_release(two: Band) -> None:
    glanced: list[float] = []
    two.clips.glance = lambda seconds: glanced.append(seconds) is None
    two.clips.begin_scrub()
    for tenth in range(1, 11):
        two.clips.seek(tenth / 10)
    assert len(glanced) == 10
    assert two.clips.position == 1.0
    assert all("seek" not in word for engine in two.engines for word in engine.told)
    two.clips.end_scrub()
    assert all(engine.told[-1] == "seek 1001" for engine in two.engines)
    two.all_say(25)
    assert two.told[-1] == {0: 25, 1: 25}
