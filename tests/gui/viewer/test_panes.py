"""Several panes in the viewer: keys, panes, wipe and difference on known pixels, and live ratings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QDrag, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from runway_desktop.app.commands import COMMANDS
from runway_desktop.domain.task import Look, Pick, Presence, Signs, TaskId
from runway_desktop.rooms.viewer.pair import CompareMode, same_pixels
from runway_desktop.ui.media.picture import Picture, read_picture
from runway_desktop.ui.theme import ColorScheme, Role, Theme
from runway_desktop.usecases.commands.command import Scope
from runway_desktop.usecases.listing.changes import Touch
from runway_desktop.usecases.listing.takes import shots_of
from runway_desktop.values import replace
from tests.gui.viewer.opened_room import Open
from tests.rigs.targets import too_small


@pytest.fixture
def dragged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Files that leave by drag."""
    found: list[str] = []
    monkeypatch.setattr(
        QDrag, "exec", lambda self, _: found.extend(url.toLocalFile() for url in self.mimeData().urls())
    )
    return found


def test_compared_pictures_fill_their_panes_and_the_focused_one_is_marked(opened: Open, pictures: list[Path]) -> None:
    opened.enter(pictures)
    assert len(opened.shown) == 3
    assert opened.pixel(opened.panes[0], 0.5, 0.5) == QColor("#ff0000")
    assert opened.pixel(opened.panes[2], 0.5, 0.5) == QColor("#0000ff")
    assert [pane.is_marked for pane in opened.panes] == [True, False, False, False]
    opened.key(Qt.Key.Key_Down)
    assert [pane.is_marked for pane in opened.panes] == [False, True, False, False]
    assert opened.panes[1].hasFocus()


def test_every_command_of_the_compare_window_works_in_it(opened: Open) -> None:
    wanted = {command.id for command in COMMANDS if Scope.VIEWER in command.scopes}
    assert {action.objectName() for action in opened.room.actions()} == wanted
    for action in opened.room.actions():
        action.trigger()


def test_wipe_shows_the_first_picture_left_and_the_second_right_of_the_divider(
    opened: Open, pictures: list[Path]
) -> None:
    opened.enter(pictures[:2])
    opened.key(Qt.Key.Key_W)
    assert opened.room.panes.mode is CompareMode.WIPE
    overlay = opened.room.panes.overlay
    assert opened.pixel(overlay, 0.25, 0.25) == QColor("#ff0000")
    assert opened.pixel(overlay, 0.75, 0.25) == QColor("#ffff00")
    overlay.set_divider(0.9)
    assert opened.pixel(overlay, 0.75, 0.25) == QColor("#ff0000")
    for _ in range(10):
        opened.key(Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert overlay.divider == pytest.approx(0.7)
    QTest.mouseClick(overlay, Qt.MouseButton.LeftButton, pos=overlay.rect().center())
    assert overlay.divider == pytest.approx(0.5, abs=0.01)
    opened.key(Qt.Key.Key_W)
    assert opened.room.panes.mode == CompareMode.SIDE_BY_SIDE  # type: ignore[comparison-overlap]


def test_difference_view_shows_the_pixels_that_differ(opened: Open, pictures: list[Path]) -> None:
    opened.enter(pictures[:2])
    opened.key(Qt.Key.Key_D)
    assert opened.pixel(opened.room.panes.overlay, 0.5, 0.4) == QColor("#00ff00")


@pytest.mark.parametrize("key", [Qt.Key.Key_W, Qt.Key.Key_D])
def test_square_picture_beside_a_wide_one_stays_square(opened: Open, tmp_path: Path, key: Qt.Key) -> None:
    paths = []
    for name, size, color in (("wide", QSize(160, 90), "#ff0000"), ("square", QSize(90, 90), "#0000ff")):
        image = QImage(size, QImage.Format.Format_RGB32)
        image.fill(QColor(color))
        paths.append(tmp_path / f"{name}.png")
        image.save(str(paths[-1]))
    opened.enter(paths)
    opened.key(key)
    overlay = opened.room.panes.overlay
    overlay.set_divider(0.0)
    half = min(overlay.width(), overlay.height()) / 2 / overlay.width()
    beside = "#000000" if key == Qt.Key.Key_W else "#ff0000"
    assert opened.pixel(overlay, 0.5 + half - 0.01, 0.4) != QColor(beside)
    assert opened.pixel(overlay, 0.5 + half + 0.01, 0.4) == QColor(beside)


def test_square_clip_beside_a_wide_one_stays_square(opened: Open, clips: list[Path]) -> None:
    opened.enter(clips[:2])
    opened.key(Qt.Key.Key_W)
    overlay = opened.room.panes.overlay
    overlay.set_divider(0.0)
    opened.qtbot.waitUntil(lambda: opened.pixel(overlay, 0.5, 0.4) != QColor("#000000"))
    half = min(overlay.width(), overlay.height()) / 2 / overlay.width()
    assert opened.pixel(overlay, 0.5 + half - 0.01, 0.4) != QColor("#000000")
    assert opened.pixel(overlay, 0.5 + half + 0.01, 0.4) == QColor("#000000")


def test_difference_view_of_identical_pictures_is_black(opened: Open, plain: Callable[[str, str], Path]) -> None:
    opened.enter([plain("a", "#808080"), plain("b", "#808080")])
    opened.key(Qt.Key.Key_D)
    assert opened.pixel(opened.room.panes.overlay, 0.5, 0.4) == QColor("#000000")


def test_identical_pictures_are_reported_as_identical(opened: Open, plain: Callable[[str, str], Path]) -> None:
    opened.enter([plain("a", "#808080"), plain("b", "#808080"), plain("c", "#808081")])
    overlay = opened.room.panes.overlay
    opened.key(Qt.Key.Key_D)
    opened.qtbot.waitUntil(lambda: overlay.is_same)
    assert overlay.accessibleDescription() == "Identical, pixel for pixel"
    middle = overlay.grab(QRect(0, overlay.height() // 2 - 20, overlay.width(), 40)).toImage()
    assert any(middle.pixelColor(x, y).lightness() > 150 for x in range(middle.width()) for y in range(middle.height()))
    opened.key(Qt.Key.Key_Down)
    assert not overlay.is_same
    assert overlay.accessibleDescription() == ""


@pytest.mark.parametrize("way", [QImage.Format.Format_RGBX64, QImage.Format.Format_Grayscale16])
def test_reduced_pictures_are_never_reported_as_identical(
    opened: Open, pictures: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: Any
) -> None:
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(QColor("#808080"))
    path = tmp_path / "deep.png"
    assert image.convertToFormat(way).save(str(path))
    read = read_picture(path)
    assert isinstance(read, Picture)
    assert not read.is_exact
    opened.enter(pictures)
    overlay = opened.room.panes.overlay
    checked: list[QImage] = []
    monkeypatch.setattr("runway_desktop.rooms.viewer.pair.same_pixels", lambda one, _: not checked.append(one))
    overlay.look(read, read)
    exact = read_picture(pictures[0])
    assert isinstance(exact, Picture)
    overlay.look(exact, exact)
    opened.qtbot.waitUntil(lambda: overlay.is_same)
    assert len(checked) == 1, "only the exact one"


def test_pictures_differing_in_one_pixel_or_in_transparency_are_not_identical() -> None:
    one = QImage(2000, 1500, QImage.Format.Format_RGB32)
    one.fill(QColor("#336699"))
    for way in (QImage.Format.Format_ARGB32_Premultiplied, QImage.Format.Format_RGBA64):
        assert same_pixels(one, one.convertToFormat(way))
    other = one.copy()
    other.setPixelColor(1999, 1499, QColor("#33669a"))
    assert not same_pixels(one, other)
    clear = one.convertToFormat(QImage.Format.Format_ARGB32)
    clear.setPixelColor(0, 0, QColor(0x33, 0x66, 0x99, 128))
    assert not same_pixels(one, clear)
    assert not same_pixels(one, one.copy(0, 0, 1999, 1500))


def test_rating_keys_rate_the_focused_picture(opened: Open, pictures: list[Path]) -> None:
    opened.enter(pictures)
    opened.key(Qt.Key.Key_4)
    opened.key(Qt.Key.Key_Down)
    opened.key(Qt.Key.Key_P)
    opened.key(Qt.Key.Key_X)
    opened.key(Qt.Key.Key_P, Qt.KeyboardModifier.AltModifier)
    opened.key(Qt.Key.Key_0)
    opened.key(Qt.Key.Key_U)
    assert opened.judge.calls == [
        ("rate", ("t1",), 4),
        ("pick", ("t2",), Pick.PICK),
        ("pick", ("t2",), Pick.REJECT),
        ("pick instead", ("t2",), None),
        ("rate", ("t2",), 0),
        ("undo", ("t1", "t2", "t3"), None),
    ]


def test_rating_changes_are_shown_live_in_the_compare_window(opened: Open, pictures: list[Path]) -> None:
    opened.enter(pictures[:2])
    assert opened.panes[0].accessibleDescription() == "not rated"
    touch = Touch()
    touch.task = replace(opened.rows[0].task, rating=5, pick=Pick.PICK)
    opened.bridge.tasks_touched.emit({touch.task.id: touch})
    assert opened.panes[0].accessibleDescription() == "★★★★★ · picked"


def test_wipe_in_single_view_uses_the_neighboring_picture(opened: Open, pictures: list[Path]) -> None:
    opened.enter(pictures)
    opened.key(Qt.Key.Key_1, _ALT)
    assert not opened.shown
    opened.key(Qt.Key.Key_W)
    assert (opened.room.panes.mode, opened.model.size) == (CompareMode.WIPE, 2)


@pytest.mark.parametrize("way", [CompareMode.WIPE, CompareMode.DIFFERENCE])
def test_single_result_explains_why_it_cannot_be_overlaid(opened: Open, pictures: list[Path], way: CompareMode) -> None:
    opened.enter(pictures[:1])
    switch = opened.room.bar.modes[way]
    switch.click()
    assert opened.room.panes.mode is CompareMode.SIDE_BY_SIDE
    assert not switch.isChecked()
    assert opened.activity.messages() == ["No other result to compare with."]


def test_right_key_flips_through_stacked_takes(opened: Open, pictures: list[Path]) -> None:
    opened.rows = [opened.row(n, path, prompt) for n, (path, prompt) in enumerate(zip(pictures, "aab", strict=True), 1)]
    opened.enter_rows(opened.rows)
    assert len(opened.shown) == 2
    opened.key(Qt.Key.Key_Right)
    assert opened.model.shown[0].top.task.id == "t2"
    assert "take 2 of 2" in opened.panes[0].accessibleDescription()
    opened.qtbot.waitUntil(lambda: opened.panes[0].surface.picture is not None)
    assert opened.pixel(opened.panes[0], 0.5, 0.5) == QColor("#ffff00")


@pytest.mark.parametrize("key", ["w", "d", "alt 1", "alt 2", "right"])
def test_keys_that_change_the_layout_keep_the_stacked_takes(opened: Open, pictures: list[Path], key: str) -> None:
    prompts = "aabcdef"
    paths = [pictures[n % 3] for n in range(len(prompts))]
    opened.rows = [opened.row(n, path, prompt) for n, (path, prompt) in enumerate(zip(paths, prompts, strict=True), 1)]
    opened.enter_rows(opened.rows)
    for pane in range(4):
        opened.model.focus_on(pane)
        tops = [stack.top.key for stack in opened.model._stacks]
        for name in (key, key):
            modifiers = _ALT if name.startswith("alt") else _NONE
            opened.key(_KEYS[name.split()[-1]], modifiers)
        assert [stack.top.key for stack in opened.model._stacks] == tops
        opened.model.show(4)


_NONE, _ALT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier
_KEYS = {"w": Qt.Key.Key_W, "d": Qt.Key.Key_D, "1": Qt.Key.Key_1, "2": Qt.Key.Key_2, "right": Qt.Key.Key_Right}


def test_z_key_switches_the_zoom_of_the_compare_window(opened: Open, pictures: list[Path]) -> None:
    opened.enter(pictures[:2])
    opened.key(Qt.Key.Key_Z)
    assert not opened.room.panes._sight.is_fitted
    opened.key(Qt.Key.Key_Z)
    assert opened.room.panes._sight.is_fitted


def test_keys_show_one_two_or_four_takes_at_a_time(opened: Open, pictures: list[Path]) -> None:
    opened.enter(pictures)
    opened.key(Qt.Key.Key_1, _ALT)
    assert not opened.shown
    assert opened.room.takes.isVisible()
    opened.key(Qt.Key.Key_Right)
    assert opened.model.current == "t2"
    opened.key(Qt.Key.Key_2, _ALT)
    assert opened.model.focus == 1
    assert [stack.top.task.id for stack in opened.model.shown] == ["t1", "t2"]
    assert opened.judge.calls == []


def test_missing_file_is_reported_in_its_pane(opened: Open, pictures: list[Path], tmp_path: Path) -> None:
    opened.enter_beside(pictures[0], tmp_path / "gone.png")
    opened.qtbot.waitUntil(lambda: "no longer" in opened.panes[1].surface.words)


def test_result_of_unknown_kind_is_named_beside_a_playing_clip(opened: Open, clips: list[Path], tmp_path: Path) -> None:
    path = tmp_path / "fox.bin"
    path.write_bytes(b"glTF")
    opened.enter_beside(clips[0], path)
    opened.qtbot.waitUntil(lambda: opened.shown[0].surface.is_live)
    assert opened.shown[1].surface.words == "fox.bin\nNo preview"
    assert opened.playback.has_clips


def test_picture_changed_by_another_program_is_reloaded(opened: Open, pictures: list[Path]) -> None:
    opened.enter(pictures[:2])
    wide = QImage(320, 60, QImage.Format.Format_RGB32)
    wide.fill(QColor("#00ff00"))
    assert wide.save(str(pictures[0]))
    [output] = opened.rows[0].outputs
    look = Look(presence=Presence.CHANGED, at=1.0, signs=Signs(size=pictures[0].stat().st_size, modified=1))
    touch = Touch()
    touch.outputs[0] = replace(output, look=look)
    opened.bridge.tasks_touched.emit({output.task_id: touch})
    first, second = opened.panes[:2]
    opened.qtbot.waitUntil(lambda: first.surface.is_live and first.surface.size().toSize() == wide.size())
    assert opened.pixel(first, 0.5, 0.5) == QColor("#00ff00")
    assert opened.pixel(second, 0.5, 0.5) == QColor("#ffff00")


def test_files_are_checked_when_the_compare_window_is_activated(opened: Open, pictures: list[Path]) -> None:
    opened.enter(pictures[:2])
    other = QWidget()
    opened.qtbot.addWidget(other)
    with opened.qtbot.waitActive(other):
        other.show()
        other.activateWindow()
    opened.looked.clear()
    with opened.qtbot.waitActive(opened.room):
        opened.room.activateWindow()
    opened.qtbot.waitUntil(lambda: opened.looked == [row.task.id for row in opened.rows])


def test_clip_changed_by_another_program_is_reopened(opened: Open, clips: list[Path], tmp_path: Path) -> None:
    file = tmp_path / "clip.mp4"
    file.write_bytes(clips[0].read_bytes())
    opened.enter([file, clips[1]])
    before = opened.panes[0].surface.size()
    file.write_bytes(clips[3].read_bytes())
    [output] = opened.rows[0].outputs
    touch = Touch()
    look = Look(presence=Presence.CHANGED, at=1.0, signs=Signs(size=file.stat().st_size, modified=1))
    touch.outputs[0] = replace(output, look=look)
    opened.bridge.tasks_touched.emit({output.task_id: touch})
    surface = opened.panes[0].surface
    opened.qtbot.waitUntil(lambda: surface.is_live and surface.size() != before, timeout=20_000)
    assert surface.size().width() < surface.size().height()


def test_clips_play_when_the_compare_window_opens_and_stop_when_it_closes(opened: Open, clips: list[Path]) -> None:
    opened.enter(clips)
    opened.qtbot.waitUntil(lambda: opened.playback.is_playing)
    opened.key(Qt.Key.Key_Space)
    assert not opened.playback.is_playing
    opened.qtbot.waitUntil(lambda: not opened.playback.is_seeking)
    before = opened.playback.position
    opened.key(Qt.Key.Key_Period)
    opened.qtbot.waitUntil(lambda: not opened.playback.is_seeking)
    assert opened.playback.position == pytest.approx(before + 1 / 24, abs=0.002)
    with opened.qtbot.waitSignal(opened.room.left):
        opened.key(Qt.Key.Key_Escape)
    assert not opened.playback.has_clips


def test_playing_clips_are_decoded_in_advance_for_scrubbing(opened: Open, clips: list[Path]) -> None:
    opened.enter(clips[:2])
    opened.qtbot.waitUntil(lambda: opened.playback.is_playing)
    assert all(opened.strips.is_coming(str(clip)) for clip in clips[:2])


def test_closing_compare_window_decodes_nothing(
    opened: Open, clips: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened.enter(clips[:2])
    opened.qtbot.waitUntil(lambda: opened.playback.is_playing)
    wanted: list[tuple[str, str]] = []
    monkeypatch.setattr(opened.strips, "want", lambda *asked: wanted.extend(asked))
    opened.key(Qt.Key.Key_Escape)
    assert not wanted


def test_swapping_clips_keeps_position_and_pause(opened: Open, clips: list[Path]) -> None:
    opened.enter(clips[:2])
    opened.key(Qt.Key.Key_K)
    opened.qtbot.waitUntil(lambda: not opened.playback.is_seeking)
    opened.playback.seek(2.0)
    opened.qtbot.waitUntil(lambda: not opened.playback.is_seeking and opened.playback.position > 1.9)
    opened.key(Qt.Key.Key_C)
    opened.qtbot.waitUntil(lambda: opened.playback.position > 1.9)
    assert not opened.playback.is_playing


def test_compare_window_is_dark_in_the_light_theme(opened: Open, theme: Theme, pictures: list[Path]) -> None:
    theme.choose(ColorScheme.LIGHT)
    opened.enter(pictures[:2])
    seen = opened.room.grab().toImage()
    assert seen.pixelColor(opened.room.panes.mapTo(opened.room, QPoint(4, 4))).lightness() < 30
    assert seen.pixelColor(2, 2).lightness() < 40
    opened.key(Qt.Key.Key_1, _ALT)
    assert opened.room.grab().toImage().pixelColor(2, 2).lightness() > 200
    assert theme.color(Role.MEDIA).lightness() > 200


def test_times_are_readable_in_the_light_theme(opened: Open, theme: Theme, clips: list[Path]) -> None:
    theme.choose(ColorScheme.LIGHT)
    opened.enter(clips[:1])
    for label in opened.room.findChildren(QLabel):
        assert label.palette().color(label.foregroundRole()).lightness() > 120, label.text()


def test_reopened_compare_window_starts_with_the_first_set(opened: Open, pictures: list[Path]) -> None:
    opened.enter(pictures)
    opened.key(Qt.Key.Key_Down)
    opened.key(Qt.Key.Key_Escape)
    opened.enter(pictures)
    assert opened.model.focus == 0
    assert opened.room.focusWidget() is opened.panes[0]


def test_opening_and_closing_the_compare_window_fifty_times_leaves_nothing_hanging(
    theme: Theme, qtbot: QtBot, clips: list[Path]
) -> None:
    found = Open(theme, qtbot)
    rows = [found.row(number, path, "Fog") for number, path in enumerate(clips, start=1)]
    for _ in range(50):
        found.enter_rows(rows)
        found.room.leave()
    found.shutdown()


def test_take_can_be_dragged_out_of_its_pane(opened: Open, pictures: list[Path], dragged: list[str]) -> None:
    opened.enter(pictures[:2])
    opened.shown[1].drag_wanted.emit()
    assert dragged == [str(pictures[1])]


def test_clickable_controls_are_large_enough(opened: Open, pictures: list[Path]) -> None:
    opened.enter(pictures)
    assert too_small(opened.room) == []


def test_side_pane_follows_rows_that_come_after_the_details(opened: Open, pictures: list[Path]) -> None:
    opened.model.current = TaskId("t1")
    opened.model.shots = shots_of([opened.row(1, pictures[0], "Fog", rating=3)])
    opened.model.judged.emit()
    assert "Rate 3 stars, current rating" in [
        one.accessibleName() for one in opened.room.side.findChildren(QToolButton)
    ]
