"""Drawings of empty lists: one for each state, in both themes."""

from __future__ import annotations

from itertools import combinations

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QWidget

from runway_desktop.domain.library import Filter, Page
from runway_desktop.domain.task import State
from runway_desktop.ui.empty_picture import SIZE, Empty, EmptyPicture
from runway_desktop.ui.theme import ColorScheme
from tests.rigs.desktop import Desktop, rest, until
from tests.rigs.rows import task

KINDS: tuple[Empty, ...] = ("nothing yet", "no match", "all done")


def drawn(theme, kind: Empty) -> QImage:
    holder = QWidget()
    picture = EmptyPicture(theme, kind, holder)
    picture.resize(SIZE)
    return picture.grab().toImage()


@pytest.mark.parametrize("choice", [ColorScheme.DARK, ColorScheme.LIGHT])
def test_each_empty_state_has_its_own_drawing(theme, choice):
    theme.choose(choice)
    pictures = [drawn(theme, kind) for kind in KINDS]
    assert all(one != other for one, other in combinations(pictures, 2))


@pytest.mark.parametrize("kind", KINDS)
def test_each_empty_state_follows_the_theme(theme, kind):
    dark = drawn(theme, kind)
    theme.choose(ColorScheme.LIGHT)
    assert drawn(theme, kind) != dark


async def test_empty_list_explains_why_it_is_empty(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:

        def shown() -> list[str]:
            return [label.text() for label in rig.window.findChildren(QLabel) if label.isVisible()]

        await until(lambda: "No tasks yet" in shown())
        [picture] = rig.window.findChildren(EmptyPicture)
        begun = picture.grab().toImage()
        await rig.shown(task(1, State.RUNNING))
        await until(lambda: not picture.isVisible())
        rig.window.search.setText("no such words")
        await until(lambda: "No results" in shown())
        missed = picture.grab().toImage()
        assert missed != begun
        rig.window.search.setText("")
        rig.filter.open_page(Filter(page=Page.NEEDS_ATTENTION), "Needs attention")
        await until(lambda: "Nothing needs attention" in shown())
        await rest()
        assert picture.grab().toImage() not in (begun, missed)
