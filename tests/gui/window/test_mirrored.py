"""Right-to-left layout of parts that are laid out and painted by hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from runway_desktop.domain.task import State
from runway_desktop.ui.flow_layout import FlowLayout
from tests.rigs.desktop import Desktop, rest, until
from tests.rigs.rows import task


@pytest.fixture(autouse=True)
def _right_to_left(qapp: QApplication) -> Iterator[None]:
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    yield
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def test_flow_layout_starts_at_the_right_when_mirrored(theme, qtbot):
    holder = QWidget()
    qtbot.addWidget(holder)
    flow = FlowLayout(holder)
    first, second = QPushButton("First"), QPushButton("Second")
    for button in (first, second):
        flow.addWidget(button)
    holder.resize(400, 60)
    flow.activate()
    assert first.geometry().right() == 399
    assert second.geometry().right() < first.x()


def inked(widget: QWidget, rect: QRect) -> int:
    """How many pixels of a rectangle differ from its corner."""
    picture = widget.grab(rect).toImage()
    ground = picture.pixelColor(0, 0)
    sides = range(picture.width()), range(picture.height())
    return sum(picture.pixelColor(x, y) != ground for x in sides[0] for y in sides[1])


async def test_page_titles_stand_right_and_counts_left_when_mirrored(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await rig.put(task(1, State.SUCCEEDED, project="A project"))
        rig.pages.refresh()
        pages = rig.window.workspace.pages
        await until(lambda: "A project" in [entry.title for entry in rig.pages.entries()])
        row = [entry.title for entry in rig.pages.entries()].index("A project")
        await rest()
        rect = pages.visualItemRect(pages.item(row))
        half = rect.width() // 2
        left = QRect(rect.left(), rect.top(), half, rect.height())
        right = QRect(rect.left() + half, rect.top(), half, rect.height())
        assert inked(pages.viewport(), right) > 4 * inked(pages.viewport(), left) > 0


async def test_facts_stand_beside_their_labels_when_mirrored(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await rig.put(task(1, State.SUCCEEDED))
        rig.rows.refresh()
        await until(rig.window.view.isVisible)
        rig.window.view.select([task(1).id])
        details = rig.window.workspace.details
        await until(rig.details.facts)
        label = next(one for one in details.areas[0].findChildren(QLabel) if one.accessibleName().startswith("Model:"))
        assert label.alignment() & Qt.AlignmentFlag.AlignRight
        assert label.alignment() & Qt.AlignmentFlag.AlignAbsolute
