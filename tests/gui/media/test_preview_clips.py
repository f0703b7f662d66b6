"""Clips and sound in the preview, with the real player."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QSlider, QWidget
from pytestqt.qtbot import QtBot

from runway_desktop.domain.media import Media
from runway_desktop.ui.media.kinds.clip import VideoView
from runway_desktop.ui.media.kinds.sound import SoundPreview
from runway_desktop.ui.media.playback import Playback, PlayState
from runway_desktop.ui.media.preview import Preview
from runway_desktop.ui.media.stage import NoticeView
from runway_desktop.ui.theme import ColorScheme, Theme
from runway_desktop.usecases.words.tasks import Showing
from tests.rigs.clips import SAMPLES
from tests.rigs.fake_media_engine import FakeEngine
from tests.rigs.targets import too_small

FRAME = 1 / 24


def item(path: Path | None, media: Media = Media.VIDEO, **more: object) -> Showing:
    return Showing(path=path, media=media, **more)  # type: ignore[arg-type]


def show_clip(preview: Preview, path: Path, qtbot: QtBot) -> VideoView:
    preview.show_outputs([item(path)])
    qtbot.waitUntil(lambda: preview.playback.activity is PlayState.PAUSED)
    stage = preview.stage
    assert isinstance(stage, VideoView)
    return stage


def words(preview: Preview) -> str:
    stage = preview.stage
    return stage.words if isinstance(stage, NoticeView) else ""


def test_clip_shows_its_first_frame_and_length(preview: Preview, clip: Path, qtbot: QtBot) -> None:
    stage = show_clip(preview, clip, qtbot)
    assert stage.shows_frame
    assert preview.playback.length == 5.0
    middle = stage.grab().toImage().pixelColor(stage.rect().center())
    assert middle.saturation() > 0


def test_clip_keeps_its_aspect_ratio(preview: Preview, portrait_clip: Path, qtbot: QtBot) -> None:
    stage = show_clip(preview, portrait_clip, qtbot)
    picture = stage.grab().toImage()
    backdrop = stage.backdrop()
    assert picture.pixelColor(QPoint(20, stage.height() // 2)) == backdrop
    assert picture.pixelColor(stage.rect().center()) != backdrop


def test_step_moves_by_exactly_one_frame(preview: Preview, clip: Path, qtbot: QtBot) -> None:
    show_clip(preview, clip, qtbot)
    moved: list[float] = []
    preview.playback.moved.connect(moved.append)
    for number in range(1, 6):
        preview.playback.step(1)
        qtbot.waitUntil(partial(_has_length, moved, number))
    assert moved == pytest.approx([number * FRAME for number in range(1, 6)], abs=1e-4)
    preview.playback.step(-1)
    qtbot.waitUntil(partial(_has_length, moved, 6))
    assert moved[5] == moved[3]


def _has_length(moved: list[float], length: int) -> bool:
    return len(moved) == length


def test_space_plays_and_pauses(preview: Preview, clip: Path, qtbot: QtBot) -> None:
    stage = show_clip(preview, clip, qtbot)
    stage.setFocus()
    qtbot.keyClick(stage, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: preview.playback.position > 0.1)
    qtbot.keyClick(stage, Qt.Key.Key_Space)
    assert preview.playback.activity is PlayState.PAUSED


def test_focus_given_to_the_preview_reaches_its_stage(preview: Preview, clip: Path, qtbot: QtBot) -> None:
    stage = show_clip(preview, clip, qtbot)
    preview.setFocus(Qt.FocusReason.OtherFocusReason)
    assert stage.hasFocus()
    qtbot.keyClick(stage, Qt.Key.Key_Period)
    qtbot.waitUntil(lambda: preview.playback.position == pytest.approx(FRAME, abs=1e-4))


def test_editor_keys_shuttle_and_step(preview: Preview, clip: Path, qtbot: QtBot) -> None:
    stage = show_clip(preview, clip, qtbot)
    stage.setFocus()
    qtbot.keyClick(stage, Qt.Key.Key_L)
    qtbot.keyClick(stage, Qt.Key.Key_L)
    assert preview.playback.rate == 2
    qtbot.keyClick(stage, Qt.Key.Key_K)
    assert preview.playback.activity is PlayState.PAUSED
    preview.playback.seek(1.0)
    qtbot.waitUntil(lambda: preview.playback.position == 1.0)
    qtbot.keyClick(stage, Qt.Key.Key_Comma)
    qtbot.waitUntil(lambda: preview.playback.position == pytest.approx(1.0 - FRAME, abs=1e-4))
    qtbot.keyClick(stage, Qt.Key.Key_Period)
    qtbot.waitUntil(lambda: preview.playback.position == 1.0)


def test_j_runs_backwards_through_the_clip(preview: Preview, clip: Path, qtbot: QtBot) -> None:
    show_clip(preview, clip, qtbot)
    preview.playback.seek(3.0)
    qtbot.waitUntil(lambda: preview.playback.position == 3.0)
    preview.playback.shuttle(-1)
    qtbot.waitUntil(lambda: preview.playback.position < 2.7)
    preview.playback.shuttle(0)


def test_loop_restarts_the_clip_at_the_end(preview: Preview, clip: Path, qtbot: QtBot) -> None:
    show_clip(preview, clip, qtbot)
    preview.playback.set_loop(True)
    preview.playback.seek(4.8)
    qtbot.waitUntil(lambda: preview.playback.position > 4.7)
    preview.playback.toggle_play()
    qtbot.waitUntil(lambda: 0 < preview.playback.position < 1)
    assert preview.playback.activity is PlayState.PLAYING


def test_clip_without_loop_stays_on_its_last_frame(preview: Preview, clip: Path, qtbot: QtBot) -> None:
    stage = show_clip(preview, clip, qtbot)
    preview.playback.seek(4.8)
    qtbot.waitUntil(lambda: preview.playback.position > 4.7)
    preview.playback.toggle_play()
    qtbot.waitUntil(lambda: preview.playback.activity is PlayState.PAUSED)
    assert preview.playback.position == 5.0
    assert stage.shows_frame
    preview.playback.step(-1)
    qtbot.waitUntil(lambda: preview.playback.position == pytest.approx(5 - 2 * FRAME, abs=1e-4))


def test_missing_file_is_reported_in_words(preview: Preview, tmp_path: Path) -> None:
    preview.show_outputs([item(tmp_path / "gone.mp4")])
    assert words(preview) == "gone.mp4 is no longer where it was saved."


def test_restored_file_is_shown_at_the_next_request(preview: Preview, clip: Path, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "back.mp4"
    preview.show_outputs([item(path)])
    assert words(preview)
    path.write_bytes(clip.read_bytes())
    assert show_clip(preview, path, qtbot).shows_frame


def test_broken_clip_offers_the_systems_player(preview: Preview, broken: Path, qtbot: QtBot) -> None:
    preview.show_outputs([item(broken)])
    qtbot.waitUntil(lambda: "can't be played" in words(preview))
    assert isinstance(preview.stage, NoticeView)
    with qtbot.waitSignal(preview.openRequested) as caught:
        preview.stage.button.click()
    assert caught.args == [broken]


def test_live_update_does_not_reopen_a_broken_clip(preview: Preview, broken: Path, qtbot: QtBot) -> None:
    preview.show_outputs([item(broken)])
    qtbot.waitUntil(lambda: "can't be played" in words(preview))
    preview.show_outputs([item(broken, title="Another title")])
    assert "can't be played" in words(preview)
    assert preview.playback.activity is not PlayState.OPENING


def test_shown_frame_exists_for_a_clip_and_not_for_a_picture(
    preview: Preview, clip: Path, picture: Path, qtbot: QtBot
) -> None:
    assert preview.shown_frame().isNull()
    show_clip(preview, clip, qtbot)
    assert preview.shown_path == clip
    frame = preview.shown_frame()
    assert (frame.width(), frame.height()) != (0, 0)
    preview.show_outputs([item(picture, Media.IMAGE)])
    assert preview.shown_path == picture
    assert preview.shown_frame().isNull()


def test_clip_without_frames_is_explained_and_let_go(
    make_preview: Callable[..., Preview], clip: Path, qtbot: QtBot
) -> None:
    engine = FakeEngine()
    preview = make_preview(Playback(make_engine=lambda _parent: engine, watchdog_ms=3_600_000))
    preview.show_outputs([item(clip)])
    qtbot.waitUntil(lambda: engine.path == clip)
    engine.says_loaded(5.0)
    assert preview.playback._tracks.watchdog.isActive()
    preview.playback._tracks.watchdog.timeout.emit()
    qtbot.waitUntil(lambda: "AV1" in words(preview))
    assert engine.path is None


def test_moving_quickly_through_thirty_clips_shows_the_last(
    preview: Preview, clip: Path, portrait_clip: Path, qtbot: QtBot
) -> None:
    for number in range(30):
        preview.show_outputs([item(portrait_clip if number % 2 else clip, title=str(number))])
    stage = show_clip(preview, clip, qtbot)
    assert stage.shows_frame


def test_opening_thirty_clips_in_a_row_does_not_hang(
    preview: Preview, clip: Path, portrait_clip: Path, qtbot: QtBot
) -> None:
    frames: list[object] = []
    preview.playback.frame.connect(frames.append)
    for number in range(30):
        preview.show_outputs([item(portrait_clip if number % 2 else clip)])
        preview.playback.toggle_play()
        if number % 3 == 0:
            qtbot.waitUntil(lambda: preview.playback.activity is PlayState.PLAYING)
    qtbot.waitUntil(lambda: preview.playback.activity is PlayState.PLAYING)
    assert frames


def test_live_update_of_the_same_output_does_not_restart_the_clip(preview: Preview, clip: Path, qtbot: QtBot) -> None:
    show_clip(preview, clip, qtbot)
    preview.playback.toggle_play()
    qtbot.waitUntil(lambda: preview.playback.position > 0.1)
    before = preview.playback.position
    preview.show_outputs([item(clip, title="A better title", text="Saved")])
    assert preview.playback.activity is PlayState.PLAYING
    assert preview.playback.position >= before


def test_poster_is_shown_before_the_first_frame(preview: Preview, clip: Path, tmp_path: Path) -> None:
    poster = QImage(64, 36, QImage.Format.Format_RGB32)
    poster.fill(QColor("lime"))
    poster.save(str(tmp_path / "poster.png"))
    preview.show_outputs([item(clip, poster=tmp_path / "poster.png")])
    stage = preview.stage
    assert stage.grab().toImage().pixelColor(stage.rect().center()) == QColor("lime")


def test_stop_closes_the_file(preview: Preview, clip: Path, qtbot: QtBot) -> None:
    show_clip(preview, clip, qtbot)
    with qtbot.waitSignal(preview.released):
        preview.stop()


def test_play_after_stop_opens_the_file_again(preview: Preview, clip: Path, qtbot: QtBot) -> None:
    show_clip(preview, clip, qtbot)
    with qtbot.waitSignal(preview.released):
        preview.stop()
    preview.playback.toggle_play()
    qtbot.waitUntil(lambda: preview.playback.position > 0)


def test_play_button_works_before_the_clip_is_open(preview: Preview, clip: Path, qtbot: QtBot) -> None:
    preview.show_outputs([item(clip)])
    button = next(found for found in preview.findChildren(QAbstractButton) if found.accessibleName() == "Play")
    button.click()
    qtbot.waitUntil(lambda: preview.playback.position > 0)


def test_space_presses_a_focused_button_instead_of_playing(preview: Preview, clip: Path, qtbot: QtBot) -> None:
    show_clip(preview, clip, qtbot)
    button = next(found for found in preview.findChildren(QAbstractButton) if found.accessibleName() == "Loop")
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert preview.playback.loop
    assert preview.playback.activity is PlayState.PAUSED


def test_running_task_shows_its_progress(preview: Preview) -> None:
    preview.show_outputs([item(None, text="Running 62 %")])
    assert words(preview) == "Running 62 %"
    preview.show_outputs([item(None, text="Running 63 %")])
    assert words(preview) == "Running 63 %"


def test_saved_result_replaces_the_status_text(preview: Preview, clip: Path, qtbot: QtBot) -> None:
    preview.show_outputs([item(None, text="Saving")])
    assert show_clip(preview, clip, qtbot).shows_frame


def test_full_screen_uses_the_same_view_and_escape_brings_it_back(preview: Preview, clip: Path, qtbot: QtBot) -> None:
    stage = show_clip(preview, clip, qtbot)
    preview.playback.seek(2.0)
    qtbot.waitUntil(lambda: preview.playback.position == 2.0)
    preview.toggle_full_screen()
    window = stage.window()
    assert window is not preview.window()
    assert window.isFullScreen()
    qtbot.waitUntil(window.isActiveWindow)
    stage.setFocus()
    qtbot.keyClick(stage, Qt.Key.Key_Period)
    qtbot.waitUntil(lambda: preview.playback.position == pytest.approx(2.0 + FRAME, abs=1e-4))
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert stage.window() is preview.window()
    assert preview.playback.position == pytest.approx(2.0 + FRAME, abs=1e-4)


def test_hidden_preview_stops_playing(preview: Preview, clip: Path, qtbot: QtBot) -> None:
    show_clip(preview, clip, qtbot)
    preview.playback.toggle_play()
    preview.hide()
    assert preview.playback.activity is PlayState.PAUSED


def test_pressing_the_slider_jumps_there_at_once(preview: Preview, clip: Path, qtbot: QtBot) -> None:
    show_clip(preview, clip, qtbot)
    slider = next(found for found in preview.findChildren(QSlider) if found.accessibleName() == "Position")
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=slider.rect().center())
    qtbot.waitUntil(lambda: preview.playback.position == pytest.approx(2.5, abs=0.1))


@pytest.mark.parametrize("name", ["speech-6s.mp3", "speech-6s.flac", "speech-6s.ogg"])
def test_sound_shows_its_waveform_and_plays(preview: Preview, name: str, qtbot: QtBot) -> None:
    preview.show_outputs([item(SAMPLES / name, Media.AUDIO)])
    stage = preview.stage
    assert isinstance(stage, SoundPreview)
    qtbot.waitUntil(lambda: stage.waveform is not None)
    qtbot.waitUntil(lambda: preview.playback.activity is PlayState.PAUSED)
    preview.playback.toggle_play()
    qtbot.waitUntil(lambda: preview.playback.position > 0.1)


def test_pressing_the_waveform_scrubs(preview: Preview, sound: Path, qtbot: QtBot) -> None:
    preview.show_outputs([item(sound, Media.AUDIO)])
    qtbot.waitUntil(lambda: preview.playback.activity is PlayState.PAUSED)
    qtbot.mouseClick(preview.stage, Qt.MouseButton.LeftButton, pos=preview.stage.rect().center())
    assert preview.playback.position == pytest.approx(1.0, abs=0.05)


def test_every_control_has_a_name_and_is_reached_by_keyboard(
    preview: Preview, clip: Path, picture: Path, qtbot: QtBot
) -> None:
    show_clip(preview, clip, qtbot)
    every: list[QWidget] = [*preview.findChildren(QAbstractButton), *preview.findChildren(QSlider)]
    controls = [control for control in every if control.isVisibleTo(preview) and control.isEnabled()]
    window = preview.window()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    reached: set[QWidget] = set()
    for stop in [control for control in controls if control.focusPolicy() & Qt.FocusPolicy.TabFocus]:
        stop.setFocus()
        here: QWidget | None = stop
        # Like buttons are one stop, and the arrows go on among them.
        while here is not None and here not in reached:
            reached.add(here)
            if isinstance(here, QAbstractButton):
                QTest.keyClick(here, Qt.Key.Key_Right)
            here = window.focusWidget()
    for control in controls:
        assert control.accessibleName(), control
        assert control.toolTip() or control.accessibleName() == "Volume", control
        assert control in reached, control


def test_theme_changes_live(preview: Preview, clip: Path, theme: Theme, qtbot: QtBot) -> None:
    preview.clear("Nothing yet")
    dark = preview.stage.grab().toImage().pixelColor(20, 20)
    theme.choose(ColorScheme.LIGHT)
    light = preview.stage.grab().toImage().pixelColor(20, 20)
    assert light.lightness() > dark.lightness() + 100


def test_strip_shows_several_outputs_and_arrow_keys_move_along(
    preview: Preview, clip: Path, picture: Path, sound: Path, qtbot: QtBot
) -> None:
    items = [item(picture, Media.IMAGE), item(clip), item(sound, Media.AUDIO)]
    preview.show_outputs(items)
    strip = preview.strip
    assert strip.isVisibleTo(preview)
    strip.setFocus()
    with qtbot.waitSignal(preview.currentChanged) as caught:
        qtbot.keyClick(strip, Qt.Key.Key_Right)
    assert caught.args == [1]
    assert isinstance(preview.stage, VideoView)
    preview.show_outputs(items, 2)
    assert isinstance(preview.stage, SoundPreview)
    preview.show_outputs(items[:1])
    assert not strip.isVisibleTo(preview)


@pytest.mark.parametrize("width", [236, 260, 320, 420])
def test_slider_of_a_clip_stays_long_enough_to_scrub(
    make_preview: Callable[..., Preview], qtbot: QtBot, width: int
) -> None:
    preview = make_preview()
    show_clip(preview, SAMPLES / "dusk-16x9-5s.mp4", qtbot)
    preview.window().resize(width, 500)
    slider = next(found for found in preview.findChildren(QSlider) if found.accessibleName() == "Position")
    qtbot.waitUntil(lambda: preview.width() == width and slider.width() >= 120)
    bar = slider.parentWidget()
    shown = {button.accessibleName() for button in bar.findChildren(QAbstractButton) if button.isVisible()}
    assert shown >= {"Play", "Volume", "Full screen"}
    assert all(
        bar.rect().contains(child.geometry()) for child in bar.findChildren(QAbstractButton) if child.isVisible()
    )
    preview.window().resize(640, 500)
    qtbot.waitUntil(lambda: preview.width() == 640)
    back = {button.accessibleName() for button in bar.findChildren(QAbstractButton) if button.isVisible()}
    assert back == {"One frame back", "Play", "One frame forward", "Loop", "Volume", "Full screen"}


def test_clickable_controls_are_large_enough(preview: Preview, clip: Path, qtbot: QtBot) -> None:
    show_clip(preview, clip, qtbot)
    assert too_small(preview) == []
