"""Playback of a clip, with a fake engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from runway_desktop.ui.media.playback import Playback, PlayState
from runway_desktop.ui.media.players import PlayFault
from tests.rigs.fake_media_engine import FakeEngine

AN_HOUR = 3_600_000


@pytest.fixture
def engine(qapp: object) -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def playback(engine: FakeEngine) -> Playback:
    return Playback(make_engine=lambda _parent: engine, watchdog_ms=AN_HOUR)


@pytest.fixture
def opened(playback: Playback, engine: FakeEngine, clip: Path, qtbot: QtBot) -> Playback:
    """A clip of two seconds, its first frame shown."""
    playback.open(clip, pictures=True)
    qtbot.waitUntil(lambda: engine.path == clip)
    engine.says_loaded(2.0)
    engine.says_frame(0)
    engine.told.clear()
    return playback


def test_clip_opens_paused_on_its_first_frame(opened: Playback) -> None:
    assert opened.activity is PlayState.PAUSED
    assert opened.position == 0.0
    assert opened.length == 2.0


def test_opening_a_clip_creates_the_player_asynchronously(
    playback: Playback, engine: FakeEngine, clip: Path, qtbot: QtBot
) -> None:
    playback.open(clip, pictures=True)
    assert engine.told == []
    qtbot.waitUntil(lambda: engine.path == clip)


def test_clip_that_never_delivers_a_frame_is_given_up(
    playback: Playback, engine: FakeEngine, clip: Path, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(playback.failed) as caught:
        playback.open(clip, pictures=True, play=True)
        qtbot.waitUntil(lambda: engine.path == clip)
        engine.says_loaded(2.0)
        assert playback._tracks.watchdog.isActive()
        playback._tracks.watchdog.timeout.emit()
    assert caught.args == [PlayFault.NO_PICTURE, 0]
    assert playback.activity is PlayState.FAILED
    assert engine.told[-1] == "unload"


def test_clip_with_sound_only_is_played(playback: Playback, engine: FakeEngine, clip: Path, qtbot: QtBot) -> None:
    playback.open(clip, pictures=True)
    qtbot.waitUntil(lambda: engine.path == clip)
    engine.says_loaded(2.0, pictures=False)
    assert playback.activity is PlayState.PAUSED


def test_play_requested_while_opening_starts_when_open(
    playback: Playback, engine: FakeEngine, clip: Path, qtbot: QtBot
) -> None:
    playback.open(clip, pictures=True)
    playback.toggle_play()
    assert playback.is_playing
    qtbot.waitUntil(lambda: engine.path == clip)
    engine.says_frame(0)
    assert engine.told[-1] == "play"
    assert playback.activity is PlayState.PLAYING


def test_step_seeks_to_the_middle_of_the_next_frame(opened: Playback, engine: FakeEngine) -> None:
    opened.step(1)
    assert engine.told == ["seek 60"]
    engine.says_frame(1)
    assert opened.position == pytest.approx(0.04)
    opened.step(-1)
    assert engine.told[-1] == "seek 20"


def test_fast_steps_add_up(opened: Playback, engine: FakeEngine) -> None:
    for _ in range(3):
        opened.step(1)
    engine.says_frame(1)
    engine.says_frame(3)
    assert opened.position == pytest.approx(0.12)
    assert engine.told == ["seek 60", "seek 140"]


def test_frame_already_in_flight_is_not_taken_for_the_sought_one(opened: Playback, engine: FakeEngine) -> None:
    shown: list[object] = []
    opened.frame.connect(shown.append)
    opened.seek(1.0)
    engine.says_frame(1)
    assert shown == []
    engine.says_frame(25)
    assert opened.position == 1.0
    assert len(shown) == 1


def test_seek_without_a_matching_frame_shows_the_received_one(
    opened: Playback, engine: FakeEngine, qtbot: QtBot
) -> None:
    opened.seek(1.0)
    engine.says_frame(20)
    qtbot.waitUntil(lambda: opened.position == pytest.approx(0.8))


def test_drag_sends_one_seek_at_a_time_and_the_newest_last(opened: Playback, engine: FakeEngine) -> None:
    for tenth in range(1, 11):
        opened.seek(tenth / 10)
    assert engine.told == ["seek 101"]
    engine.says_frame(2)
    assert engine.told == ["seek 101", "seek 1001"]
    engine.says_frame(25)
    assert opened.position == 1.0


def test_newest_seek_is_sent_when_the_first_is_answered(opened: Playback, engine: FakeEngine, qtbot: QtBot) -> None:
    opened.seek(0.1)
    opened.seek(0.5)
    engine.says_frame(2)
    qtbot.waitUntil(lambda: engine.told[-1] == "seek 501")


def test_seek_past_the_end_stays_on_the_last_frame(opened: Playback, engine: FakeEngine) -> None:
    opened.seek(99.0)
    assert engine.told == ["seek 1980"]


def test_loop_restarts_at_the_end(opened: Playback, engine: FakeEngine) -> None:
    opened.set_loop(True)
    opened.play()
    engine.told.clear()
    engine.ended.emit()
    engine.says_frame(0)
    assert engine.told[-2:] == ["seek 20", "play"]
    assert opened.activity is PlayState.PLAYING


def test_clip_without_loop_stops_at_the_end_and_plays_again_from_the_start(
    opened: Playback, engine: FakeEngine
) -> None:
    opened.play()
    engine.ended.emit()
    assert opened.activity is PlayState.PAUSED
    assert opened.position == 2.0
    engine.told.clear()
    opened.toggle_play()
    engine.says_frame(0)
    assert engine.told == ["pause", "seek 20", "play"]


def test_stepping_back_from_the_end_works(opened: Playback, engine: FakeEngine) -> None:
    opened.play()
    engine.says_frame(49)
    engine.ended.emit()
    engine.told.clear()
    opened.step(-1)
    assert engine.told == ["pause", "seek 1940"]


def test_l_key_doubles_the_speed_up_to_eightfold_and_k_stops(opened: Playback, engine: FakeEngine) -> None:
    rates = []
    for _ in range(5):
        opened.shuttle(1)
        rates.append(opened.rate)
    assert rates == [1, 2, 4, 8, 8]
    opened.shuttle(0)
    assert opened.activity is PlayState.PAUSED
    assert opened.rate == 1
    assert engine.told[-1] == "rate 1"


def test_j_key_plays_backwards_by_seeking(opened: Playback, engine: FakeEngine, qtbot: QtBot) -> None:
    opened.seek(1.0)
    engine.says_frame(25)
    engine.told.clear()
    opened.shuttle(-1)
    assert opened.is_playing
    qtbot.waitUntil(lambda: bool(engine.told))
    assert int(engine.told[-1].removeprefix("seek ")) < 1000
    opened.shuttle(-1)
    assert opened.rate == -2
    opened.shuttle(0)
    assert opened.activity is PlayState.PAUSED


def test_scrubbing_pauses_playback_and_then_resumes_it(opened: Playback, engine: FakeEngine) -> None:
    opened.play()
    opened.begin_scrub()
    assert engine.told[-1] == "pause"
    opened.end_scrub()
    assert engine.told[-1] == "play"


def test_missing_file_fails_without_starting_the_player(
    playback: Playback, engine: FakeEngine, tmp_path: Path, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(playback.failed) as caught:
        playback.open(tmp_path / "gone.mp4", pictures=True)
    assert caught.args == [PlayFault.MISSING, 0]
    assert "load" not in engine.told


def test_player_events_after_closing_are_ignored(opened: Playback, engine: FakeEngine) -> None:
    opened.close()
    for late in late_words(engine):
        late()
    assert opened.activity is PlayState.EMPTY
    assert opened.position == 0.0


def late_words(engine: FakeEngine) -> list[Callable[[], None]]:
    return [lambda: engine.says_frame(7), engine.ended.emit, lambda: engine.failed.emit(PlayFault.BROKEN)]


def test_frame_in_flight_is_shown_while_a_newer_position_is_wanted(opened: Playback, engine: FakeEngine) -> None:
    shown: list[float] = []
    opened.begin_scrub()
    opened.frame.connect(lambda frame: shown.append(frame.startTime() / 1e6))
    for tenth in range(1, 11):
        opened.seek(tenth / 10)
    engine.says_frame(2)
    assert shown == [0.08]
    assert engine.told[-1] == "seek 1001"


def test_drag_with_preview_frames_seeks_only_on_release(opened: Playback, engine: FakeEngine) -> None:
    glanced: list[float] = []
    opened.glance = lambda seconds: glanced.append(seconds) is None
    opened.begin_scrub()
    for tenth in range(1, 11):
        opened.seek(tenth / 10)
    assert glanced == [tenth / 10 for tenth in range(1, 11)]
    assert engine.told == []
    opened.end_scrub()
    assert engine.told == ["seek 1001"]
    engine.says_frame(25)
    assert opened.position == 1.0


def test_resting_drag_shows_the_exact_frame(opened: Playback, engine: FakeEngine, qtbot: QtBot) -> None:
    opened.glance = lambda _seconds: True
    opened.begin_scrub()
    opened.seek(1.0)
    qtbot.waitUntil(lambda: engine.told == ["seek 1001"])


def test_frame_of_an_earlier_drag_position_is_not_shown_again(opened: Playback, engine: FakeEngine) -> None:
    shown: list[object] = []
    opened.frame.connect(shown.append)
    opened.seek(0.4)
    opened.glance = lambda _seconds: True
    opened.begin_scrub()
    opened.seek(1.0)
    engine.says_frame(10)
    assert shown == []
    assert opened.position == 1.0


def test_click_on_the_timeline_seeks_normally_after_a_drag(opened: Playback, engine: FakeEngine) -> None:
    opened.glance = lambda _seconds: True
    opened.begin_scrub()
    opened.seek(1.0)
    opened.end_scrub()
    engine.says_frame(25)
    opened.seek(0.4)
    assert engine.told[-1] == "seek 401"


def test_unplayable_sound_ends_with_a_reason(playback: Playback, engine: FakeEngine, clip: Path, qtbot: QtBot) -> None:
    engine.lacks_device = True
    playback.open(clip, pictures=False, play=True)
    qtbot.waitUntil(lambda: engine.path == clip)
    engine.says_loaded(2.0, pictures=False)
    assert playback.lacks_device
    engine.position.emit(2000)
    qtbot.waitUntil(lambda: not playback.is_playing)
    assert playback.position == 2.0
