"""Stills of a clip: the first, the last, the chosen one; and what is said when there is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from runway_desktop.catalog.resource_path import resource
from runway_desktop.domain.inputs import FrameAt
from runway_desktop.ui.composer.input_menu import FramePicker
from runway_desktop.ui.media.players import PlayFault
from runway_desktop.ui.media.stills import FrameGrabber
from tests.gui.inputs.strips import shown_strip
from tests.rigs.desktop import until
from tests.rigs.fake_media_engine import FakeEngine

CLIP = resource("samples") / "sand-16x9-2s.mp4"


def image_of(png: bytes) -> QImage:
    image = QImage()
    assert image.loadFromData(png)
    return image


@pytest.fixture
def said():
    return []


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def grabber(engine, said, qapp):
    grabber = FrameGrabber(make_engine=lambda _: engine, time_out_ms=60_000)
    grabber.grabbed.connect(lambda asked, png: said.append((asked, image_of(png).pixelColor(5, 5).name())))
    grabber.failed.connect(lambda asked, reason: said.append((asked, reason)))
    yield grabber
    grabber.shutdown()
    grabber.deleteLater()


async def test_first_frame_is_the_first_one_received(grabber, engine, said):
    grabber.grab(CLIP, FrameAt.FIRST, "a")
    await until(lambda: "pause" in engine.told)
    engine.says_loaded(2.0)
    engine.says_frame(0, "red")
    await until(lambda: said)
    assert said == [("a", "#ff0000")]
    assert engine.path is None, "the clip is let go"


async def test_last_frame_is_found_by_seeking_and_ignores_earlier_frames(grabber, engine, said):
    grabber.grab(CLIP, FrameAt.LAST, "a")
    await until(lambda: "pause" in engine.told)
    engine.says_loaded(2.0)
    engine.says_frame(0, "red")
    await until(lambda: any(word.startswith("seek") for word in engine.told))
    engine.says_frame(3, "red")
    assert said == []
    engine.says_frame(49, "blue")
    await until(lambda: said)
    assert said == [("a", "#0000ff")]


async def test_last_frame_of_a_trimmed_clip_is_the_one_before_out(grabber, engine, said):
    grabber.grab(CLIP, FrameAt.LAST, "a", until=0.4)
    await until(lambda: "pause" in engine.told)
    engine.says_loaded(2.0)
    engine.says_frame(0, "red")
    await until(lambda: any(word.startswith("seek") for word in engine.told))
    engine.says_frame(9, "blue")
    await until(lambda: said)
    assert said == [("a", "#0000ff")]


async def test_unreadable_clip_is_reported_when_a_frame_is_wanted(grabber, engine, said):
    grabber.grab(CLIP, FrameAt.FIRST, "a")
    await until(lambda: "pause" in engine.told)
    engine.failed.emit(PlayFault.BROKEN)
    assert said == [("a", "sand-16x9-2s.mp4 can't be played. It may be damaged.")]
    grabber.grab(Path("/nowhere/gone.mp4"), FrameAt.FIRST, "b")
    await until(lambda: len(said) == 2)
    assert said[1] == ("b", "gone.mp4 is no longer where it was saved.")


async def test_second_frame_request_cancels_the_first(grabber, engine, said):
    grabber.grab(CLIP, FrameAt.FIRST, "a")
    grabber.grab(CLIP, FrameAt.FIRST, "b")
    assert said == [("a", "Another frame was requested.")]


async def test_clip_without_frames_is_given_up(engine, said, qapp):
    grabber = FrameGrabber(make_engine=lambda _: engine, time_out_ms=1)
    grabber.failed.connect(lambda asked, reason: said.append(reason))
    grabber.grab(CLIP, FrameAt.FIRST, "a")
    await until(lambda: said)
    assert "can't be decoded" in said[0]
    grabber.shutdown()
    grabber.deleteLater()


@pytest.mark.parametrize(("text", "name"), [("Use its first frame", "first"), ("Use its last frame", "last")])
async def test_frame_of_a_real_clip_replaces_it_as_input(text, name, tmp_path, theme):
    async with shown_strip(tmp_path, theme) as rig:
        rig.composer.choose_endpoint("image_to_video")
        await rig.place("promptImage", rig.clip())
        [item] = rig.composer.inputs()
        mend = next(mend for mend in rig.task_commands.inputs.mends(item) if mend.text == text)
        rig.task_commands.inputs.carry_out(item, mend)
        await until(lambda: rig.names == [f"take, {name} frame.png"], "the frame takes the clip's place")
        facts = rig.composer.inputs()[0].facts
        assert (facts.width, facts.height) == (960, 540)


async def test_frame_is_chosen_in_its_own_window(tmp_path, theme):
    async with shown_strip(tmp_path, theme) as rig:
        rig.composer.choose_endpoint("image_to_video")
        await rig.place("promptImage", rig.clip())
        [item] = rig.composer.inputs()
        mend = rig.task_commands.inputs.mends(item)[2]
        rig.task_commands.inputs.carry_out(item, mend)
        await until(lambda: rig.strip.window().findChildren(FramePicker))
        [picker] = rig.strip.window().findChildren(FramePicker)
        await until(picker._use.isEnabled)
        picker.playback.seek(1.0)
        await until(lambda: picker.playback.position > 0.9)
        picker._use.click()
        await until(lambda: rig.names[0].startswith("take, frame at 1.00 s"))


async def test_undecodable_clip_is_reported_in_the_frame_window(theme, engine, qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    picker = FramePicker(CLIP, theme, window, make_engine=lambda _: engine)
    picker.open()
    await until(lambda: "pause" in engine.told)
    engine.failed.emit(PlayFault.NO_PICTURE)
    assert "can't be decoded" in picker._said.text()
    assert not picker._use.isEnabled()
    picker.reject()
    assert "shutdown" in engine.told
