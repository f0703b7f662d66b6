"""Tab goes through the window as the eye does, once round, and a row of like buttons is one stop with arrows inside."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from shiboken6 import isValid

from runway_desktop.domain.media import Media
from runway_desktop.domain.task import State
from runway_desktop.ui.media.transport import ScrubSlider
from runway_desktop.ui.theme import Theme
from tests.rigs.clips import SAMPLES
from tests.rigs.desktop import Desktop, rest, until
from tests.rigs.rows import saved, task

# A clip plays here, of which Qt's backend says what it lacks on a machine without a graphics card.
pytestmark = pytest.mark.qt_log_level_fail("CRITICAL")
MOST = 80


async def show_a_clip(rig: Desktop) -> None:
    rig.interior.add_preview()
    one = task(1, State.SUCCEEDED, "Fog")
    await rig.put(one, outputs=[saved(one, str(SAMPLES / "dusk-16x9-5s.mp4"), media=Media.VIDEO)])
    rig.rows.refresh()
    await until(lambda: rig.rows.position(one.id) is not None)
    rig.window.view.select([one.id])
    await until(lambda: rig.details.showing)
    await until(rig.window.preview.findChild(ScrubSlider).isEnabled, "the clip can be played")
    await rest()
    rig.window.view.setFocus()


def spoken(widget: QWidget) -> str:
    return widget.accessibleName() or str(widget.property("text"))


async def around(*, back: bool = False) -> AsyncIterator[QWidget]:
    """Every stop, from where the keyboard is until it is there again."""
    modifier = Qt.KeyboardModifier.ShiftModifier if back else Qt.KeyboardModifier.NoModifier
    passed: list[QWidget] = []
    for _ in range(MOST):
        here = QApplication.focusWidget()
        assert here is not None
        if here in passed:
            break
        passed.append(here)
        yield here
        QTest.keyClick(here, Qt.Key.Key_Backtab if back else Qt.Key.Key_Tab, modifier)
        await rest()


async def test_tab_passes_the_right_pane_from_top_to_bottom_and_returns(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        await show_a_clip(rig)
        work = rig.window.workspace
        # What is asked of each is asked on the way: buttons of the lineage are made anew when more of it is known.
        passed = [
            (
                work.preview_room.isAncestorOf(one) or work.details.isAncestorOf(one),
                one.mapTo(rig.window, one.rect().center()).y(),
                spoken(one),
            )
            async for one in around()
        ]
        assert QApplication.focusWidget() is rig.window.view, "one round ends where it began"
        right = [stop for stop in passed if stop[0]]
        first = passed.index(right[0])
        assert passed[first : first + len(right)] == right, "it is passed in one go"
        assert all(after > before - 12 for before, after in pairwise(height for _, height, _ in right))
        names = [name for _, _, name in right]
        assert names[0] == "Clip"
        assert sum(name.startswith("Rate ") for name in names) == 1
        assert sum(name in ("Pick", "Reject", "Tag", "Note", "Compare takes") for name in names) == 1
        assert names[-1] == "Edit and send"
        assert len(right) <= 10


async def test_shift_tab_reverses_the_tab_order(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        await show_a_clip(rig)
        passed = [spoken(one) async for one in around()]
        assert [spoken(one) async for one in around(back=True)] == [passed[0], *reversed(passed[1:])]


async def test_arrow_keys_move_among_like_buttons_and_tab_returns_to_the_last(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        await show_a_clip(rig)
        star = [one async for one in around() if spoken(one) == "Rate 1 star"]
        star[0].setFocus()
        for key, name in (
            (Qt.Key.Key_Right, "Rate 2 stars"),
            (Qt.Key.Key_End, "Rate 5 stars"),
            (Qt.Key.Key_Right, "Rate 5 stars"),
            (Qt.Key.Key_Home, "Rate 1 star"),
            (Qt.Key.Key_Right, "Rate 2 stars"),
        ):
            QTest.keyClick(QApplication.focusWidget(), key)
            assert QApplication.focusWidget().accessibleName() == name
        rig.window.view.setFocus()
        assert "Rate 2 stars" in [spoken(one) async for one in around()]


@pytest.mark.parametrize("back", [False, True], ids=["forward", "back"])
async def test_tab_after_a_deleted_widget_uses_no_stale_qt_wrapper(tmp_path: Path, theme: Theme, back: bool):
    async with Desktop(tmp_path, theme) as rig:
        action, surface = rig.window.search.actions()[0], rig.window.view.viewport()
        last = QPushButton("Built last", rig.window)
        last.show()
        rig.window.view.setFocus()
        assert "Built last" in [spoken(one) async for one in around(back=back)]
        last.deleteLater()
        QCoreApplication.sendPostedEvents(last, QEvent.Type.DeferredDelete)
        assert not isValid(last)
        assert isValid(action)
        assert isValid(surface)
        rig.window.search.setText("fog")
        await rest()
        assert action.isVisible() == rig.filter.narrows
