"""Rejected takes shrink in the compare window, and undone acts are shown there."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QLabel

from runway_desktop.domain.task import Pick
from tests.gui.compare.opened_room import Open


def test_rejected_take_keeps_its_stars_and_shrinks_for_the_others(opened: Open, pictures: list[Path]) -> None:
    opened.enter(pictures[:2], rating=3)
    opened.decide(1, pick=Pick.REJECT)
    first, second = opened.room.panes[:2]
    opened.qtbot.waitUntil(lambda: first.width() > 3 * second.width())
    assert second.isVisible()
    assert second.accessibleDescription().startswith("★★★☆☆ · rejected")
    opened.decide(1, pick=Pick.NONE)
    opened.qtbot.waitUntil(lambda: abs(first.width() - second.width()) < 4)


def test_compare_window_shows_what_was_undone_beyond_the_next_rating(opened: Open, pictures: list[Path]) -> None:
    opened.enter(pictures[:2])
    opened.room.resize(1400, 700)
    opened.judge.done.emit("Rating undone.", 0)
    labels = opened.room.findChildren(QLabel)
    assert any(label.text() == "Rating undone." for label in labels)
    opened.decide(0, rating=2)
    assert any(label.text() == "Rating undone." for label in labels), "what follows does not wipe it out at once"


def test_moving_the_pointer_across_a_pane_scrubs_all_clips_temporarily(opened: Open, clips: list[Path]) -> None:
    opened.enter(clips[:2])
    room = opened.room
    opened.qtbot.waitUntil(lambda: room.clips.length > 0 and room.clips.is_playing)
    room.clips.pause()
    opened.qtbot.waitUntil(lambda: not room.clips.is_seeking and len(set(room.clips.starts().values())) == 1)
    at = room.clips.position
    there = [pane.surface.image().copy() for pane in room.panes[:2]]
    room.panes[0].crossed.emit(0.9)
    opened.qtbot.waitUntil(lambda: all(pane.surface.image().width() == 320 for pane in room.panes[1:2]), timeout=20_000)
    assert room.clips.position == at
    room.panes[0].uncrossed.emit()
    assert [pane.surface.image() for pane in room.panes[:2]] == there
