"""Playback of a sequence, with fake engines and a clock of the test, and once with real ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from runway_desktop.domain.media import Media
from runway_desktop.ui.media.players import PlayFault
from runway_desktop.ui.media.sequence import Part, SequencePlayer
from tests.rigs.clips import SAMPLES
from tests.rigs.fake_media_engine import FRAME_US, FakeEngine

FRAME = FRAME_US / 1e6
A, B, C = (Part(Path(f"/{name}.mp4"), Media.VIDEO, 0.0, 4 * FRAME) for name in "abc")
GAP = Part(None, Media.VIDEO, 0.0, 1.0)


class Show:
    """A sequence whose engines a test speaks for, and what was shown."""

    def __init__(self, qtbot: QtBot, *parts: Part, position: float = 0.0, sound: Path | None = None) -> None:
        self.now = 100.0
        self.engines: list[FakeEngine] = []
        self.player = SequencePlayer(make_engine=self._make, clock=lambda: self.now)
        self.told: list[tuple[int, int]] = []
        """Part and frame number."""
        self.player.frame.connect(lambda frame: self.told.append((self.player.at, frame.startTime() // FRAME_US)))
        self.player.show(parts, position, (sound, 0.5) if sound is not None else None)
        qtbot.waitUntil(lambda: bool(self.engines))

    def _make(self, _parent: QObject) -> FakeEngine:
        self.engines.append(FakeEngine(self.player))
        return self.engines[-1]

    def engine(self, part: Part) -> FakeEngine:
        return next(engine for engine in self.engines if engine.path == part.path)

    def passes(self, seconds: float) -> None:
        for _ in range(max(1, round(seconds / 0.01))):
            self.now += min(seconds, 0.01)
            self.player.tick()


@pytest.fixture
def shows(qtbot: QtBot) -> Iterator[Any]:
    made: list[Show] = []

    def make(*parts: Part, **more: Any) -> Show:
        made.append(Show(qtbot, *parts, **more))
        return made[-1]

    yield make
    for one in made:
        one.player.shutdown()


def test_next_clip_is_open_before_the_one_before_ends_and_loses_no_frame(shows: Any) -> None:
    show = shows(A, B)
    show.engine(A).says_frame(0)
    assert show.engine(B).told[-2:] == ["load", "pause"] or "pause" in show.engine(B).told
    show.engine(B).says_frame(0)
    show.player.play()
    for number in range(1, 4):
        show.passes(FRAME)
        show.engine(A).says_frame(number)
    assert "play" in show.engine(B).told, "it starts ahead of the join"
    show.engine(B).says_frame(1)
    assert show.told == [(0, 0), (0, 1), (0, 2), (0, 3)], "its frames wait until they are due"
    show.passes(FRAME)
    assert show.told[-1] == (1, 0)
    show.passes(FRAME)
    assert show.told[-1] == (1, 1)
    assert show.player.position == pytest.approx(5 * FRAME)


def test_join_waits_for_the_last_frame_of_the_part(shows: Any) -> None:
    show = shows(A, B)
    for part in (A, B):
        show.engine(part).says_frame(0)
    show.player.play()
    show.passes(4 * FRAME)
    assert show.player.at == 0
    show.engine(A).says_frame(3)
    show.passes(FRAME)
    assert show.player.at == 1


def test_in_and_out_of_a_clip_are_kept(shows: Any) -> None:
    show = shows(Part(A.path, Media.VIDEO, 10 * FRAME, 2 * FRAME), GAP)
    show.engine(A).says_frame(0)
    assert show.engine(A).told[-1] == "seek 401"
    assert show.told == []
    show.engine(A).says_frame(10)
    show.player.play()
    show.passes(FRAME)
    show.engine(A).says_frame(11)
    show.passes(FRAME)
    show.engine(A).says_frame(12)
    assert show.told == [(0, 10), (0, 11)]
    assert show.player.at == 1


def test_stills_and_gaps_are_timed_by_the_clock(shows: Any) -> None:
    show = shows(GAP, Part(Path("/still.png"), Media.IMAGE, 0.0, 2.0), B)
    show.player.play()
    show.passes(0.5)
    assert (show.player.at, show.player.position) == (0, pytest.approx(0.5))
    show.passes(1.0)
    assert show.player.at == 1
    show.engine(B).says_frame(0)
    show.passes(1.5)
    assert (show.player.at, show.told) == (2, [(2, 0)])


def test_seek_into_another_clip_shows_its_frame_and_goes_on_playing(shows: Any) -> None:
    show = shows(A, B, C)
    show.engine(A).says_frame(0)
    show.player.play()
    show.player.seek(9 * FRAME)
    show.engine(C).says_frame(0)
    assert show.engine(C).told[-1] == "seek 41"
    show.engine(C).says_frame(1)
    assert show.told[-1] == (2, 1)
    assert show.engine(C).told[-1] == "play"


def test_clip_that_is_not_open_in_time_stops_the_clock(shows: Any) -> None:
    show = shows(A, B)
    show.engine(A).says_frame(0)
    show.player.play()
    show.passes(3 * FRAME)
    show.engine(A).says_frame(3)
    show.passes(2.0)
    assert (show.player.at, show.player.position) == (1, pytest.approx(4 * FRAME))
    show.engine(B).says_frame(0)
    assert (show.player.is_playing, show.told[-1]) == (True, (1, 0))


def test_missing_file_is_told_and_timed_like_a_gap(shows: Any) -> None:
    show = shows(A, B)
    failed: list[tuple[int, PlayFault]] = []
    show.player.failed.connect(lambda at, fault: failed.append((at, fault)))
    show.engine(A).failed.emit(PlayFault.MISSING)
    show.player.play()
    show.engine(B).says_frame(0)
    show.passes(0.2)
    assert failed == [(0, PlayFault.MISSING)]
    assert show.told == [(1, 0)]


def test_clip_that_failed_is_tried_again_by_who_goes_there(shows: Any) -> None:
    show = shows(A, B)
    show.engine(A).says_frame(0)
    engine = show.engine(B)
    engine.failed.emit(PlayFault.NO_PICTURE)
    show.player.seek(5 * FRAME)
    engine.says_frame(1)
    assert show.told[-1] == (1, 1)


def test_end_keeps_the_last_frame_and_play_begins_again(shows: Any) -> None:
    show = shows(A)
    show.engine(A).says_frame(0)
    show.player.play()
    show.passes(3 * FRAME)
    show.engine(A).says_frame(3)
    show.engine(A).ended.emit()
    show.passes(2 * FRAME)
    assert (show.player.is_playing, show.player.position) == (False, pytest.approx(4 * FRAME))
    show.player.play()
    assert show.engine(A).told[-1] == "seek 1"
    show.engine(A).says_frame(0)
    assert show.player.position == 0


def test_shuttle_doubles_forward_and_seeks_backward(shows: Any) -> None:
    show = shows(A, B)
    show.engine(A).says_frame(0)
    show.player.shuttle(1)
    show.player.shuttle(1)
    assert show.player.rate == 2
    assert show.engine(A).told[-2:] == ["rate 2", "play"]
    show.player.shuttle(-1)
    assert show.player.rate == -1
    show.player.shuttle(0)
    assert not show.player.is_playing


def test_playing_backward_seeks_and_starts_no_engine(shows: Any, qtbot: QtBot) -> None:
    show = shows(Part(A.path, Media.VIDEO, 0.0, 40 * FRAME), position=30 * FRAME)
    engine = show.engine(A)
    engine.says_frame(0)
    engine.says_frame(30)
    show.player.shuttle(-1)
    before = len(engine.told)
    qtbot.waitUntil(lambda: len(engine.told) > before)
    engine.says_frame(int(engine.told[-1].removeprefix("seek ")) * 1000 // FRAME_US)
    assert show.told[-1][1] < 30
    assert "play" not in engine.told


def test_lane_of_sound_follows_the_picture(shows: Any) -> None:
    show = shows(A, GAP, sound=Path("/music.wav"))
    lane = show.engines[2]
    show.engine(A).says_frame(0)
    show.player.play()
    assert lane.told[-2:] == ["seek 0", "play"]
    lane.position.emit(60)
    assert lane.told[-1] == "rate 0.97"
    lane.position.emit(5)
    assert lane.told[-1] == "rate 1"
    lane.position.emit(900)
    assert lane.told[-1] == "seek 0"


def test_real_clips_play_through_without_a_missing_frame(qtbot: QtBot) -> None:
    player = SequencePlayer()
    shown: list[tuple[int, int]] = []
    player.frame.connect(lambda frame: shown.append((player.at, round(frame.startTime() / 1e6 * 24))))
    clips = ("dusk-16x9-5s.mp4", "sand-1x1-5s.mp4")
    player.show(
        [Part(SAMPLES / name, Media.VIDEO, start, 0.5) for name, start in zip(clips, (1.0, 0.0), strict=True)], 0.0
    )
    player.play()
    qtbot.waitUntil(lambda: not player.is_playing and player.position == 1.0, timeout=20_000)
    assert shown == [(0, number) for number in range(24, 36)] + [(1, number) for number in range(12)]
    player.shutdown()
