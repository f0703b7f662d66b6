"""Rejected takes shrink beside others, and panes are scrubbed together."""

from __future__ import annotations

from pathlib import Path

from runway_desktop.domain.task import Pick
from tests.gui.viewer.opened_room import Open


def test_rejected_take_keeps_its_stars_and_shrinks_for_the_others(opened: Open, pictures: list[Path]) -> None:
    opened.enter(pictures[:2], rating=3)
    opened.decide(1, pick=Pick.REJECT)
    first, second = opened.panes[:2]
    opened.qtbot.waitUntil(lambda: first.width() > 3 * second.width())
    assert second.isVisible()
    assert second.accessibleDescription().startswith("★★★☆☆ · rejected")
    opened.decide(1, pick=Pick.NONE)
    opened.qtbot.waitUntil(lambda: abs(first.width() - second.width()) < 4)


def test_moving_the_pointer_across_a_pane_scrubs_all_clips_temporarily(opened: Open, clips: list[Path]) -> None:
    opened.enter(clips[:2])
    room = opened.room
    opened.qtbot.waitUntil(lambda: room.panes.playback.length > 0 and room.panes.playback.is_playing)
    room.panes.playback.pause()
    opened.qtbot.waitUntil(
        lambda: not room.panes.playback.is_seeking and len(set(room.panes.playback.starts().values())) == 1
    )
    at = room.panes.playback.position
    there = [pane.surface.image().copy() for pane in room.panes.panes[:2]]
    room.panes.panes[0].crossed.emit(0.9)
    opened.qtbot.waitUntil(
        lambda: all(pane.surface.image().width() == 320 for pane in room.panes.panes[1:2]), timeout=20_000
    )
    assert room.panes.playback.position == at
    room.panes.panes[0].uncrossed.emit()
    assert [pane.surface.image() for pane in room.panes.panes[:2]] == there
