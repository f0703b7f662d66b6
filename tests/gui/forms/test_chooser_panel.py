"""The chooser by mouse, by keyboard and for screen readers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QToolButton

from runway_desktop.ui.chooser.chooser_panel import ChooserPanel
from runway_desktop.ui.chooser.lists import OFFER, PartsList, star_rect
from runway_desktop.ui.theme import ColorScheme, Theme
from runway_desktop.usecases.requests.choices import CatalogPart, ModelOffer
from runway_desktop.values import replace
from tests.rigs.desktop import Rig, painted, rest, until
from tests.rigs.engine_rig import CATALOG
from tests.rigs.seen import button, said
from tests.rigs.targets import too_small

LEFT = Qt.MouseButton.LeftButton


class Opened(Rig):
    panel: ChooserPanel
    button: QPushButton


@asynccontextmanager
async def opened(folder: Path, theme: Theme, *, at_parts: bool = False) -> AsyncIterator[Opened]:
    async with Opened(folder) as rig:
        rig.button = QPushButton("gen4.5")
        rig.button.resize(900, 700)
        rig.button.show()
        rig.button.activateWindow()
        rig.panel = ChooserPanel(rig.composer.chooser, theme, rig.button)
        rig.panel.open_at(rig.button, at_parts=at_parts)
        await until(rig.panel.isVisible)
        try:
            yield rig
        finally:
            rig.button.close()
            rig.button.deleteLater()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            await rest()


def listed(rig: Opened) -> list[ModelOffer]:
    model = rig.panel.offers.model()
    return [model.index(row, 0).data(OFFER) for row in range(model.rowCount())]


def chosen(rig: Opened) -> ModelOffer:
    offer = rig.panel.offers.currentIndex().data(OFFER)
    assert isinstance(offer, ModelOffer)
    return offer


def look_at(parts: PartsList, scope: str) -> None:
    """Goes through the parts with the keyboard until this one is the current."""
    parts.setCurrentRow(0)
    while parts.scope != scope:
        before = parts.currentRow()
        QTest.keyClick(parts, Qt.Key.Key_Down)
        assert parts.currentRow() != before, f"There is no part {scope}"


async def test_chooser_opens_at_the_current_model_with_focus_in_the_search(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        assert rig.panel.search.hasFocus()
        assert chosen(rig).is_current
        assert {one.key[0] for one in listed(rig)} == {"text_to_video"}


async def test_typing_arrows_and_return_choose_a_model(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        QTest.keyClicks(rig.panel.search, "gemini picture")
        names = [one.key for one in listed(rig)]
        QTest.keyClick(rig.panel.search, Qt.Key.Key_Down)
        assert chosen(rig).key == names[1]
        QTest.keyClick(rig.panel.search, Qt.Key.Key_Return)
        assert (rig.composer.pair.endpoint, rig.composer.pair.model) == names[1]


async def test_escape_closes_the_chooser_without_a_choice(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        before = rig.composer.pair
        QTest.keyClicks(rig.panel.search, "veo")
        QTest.keyClick(rig.panel.search, Qt.Key.Key_Escape)
        assert not rig.panel.isVisible()
        assert rig.composer.pair is before


async def test_return_on_an_endpoint_chooses_it_and_right_goes_to_its_models(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme, at_parts=True) as rig:
        assert rig.panel.parts.hasFocus()
        assert rig.panel.parts.scope == "text_to_video"
        QTest.keyClick(rig.panel.parts, Qt.Key.Key_Down)
        assert rig.panel.parts.scope == "video_to_video"
        assert {one.key[0] for one in listed(rig)} == {"video_to_video"}
        QTest.keyClick(rig.panel.parts, Qt.Key.Key_Right)
        assert rig.panel.offers.hasFocus()
        QTest.keyClick(rig.panel.offers, Qt.Key.Key_Left)
        QTest.keyClick(rig.panel.parts, Qt.Key.Key_Return)
        assert rig.composer.pair.endpoint == "video_to_video"


async def test_typing_on_the_endpoint_list_starts_a_search(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme, at_parts=True) as rig:
        QTest.keyClicks(rig.panel.parts, "v")
        assert rig.panel.search.text() == "v"
        assert rig.panel.search.hasFocus()


async def test_escape_on_the_endpoint_list_closes_without_a_search(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme, at_parts=True) as rig:
        QTest.keyClick(rig.panel.parts, Qt.Key.Key_Delete)
        assert rig.panel.search.text() == ""
        QTest.keyClick(rig.panel.parts, Qt.Key.Key_Escape)
        assert rig.panel.search.text() == ""
        assert not rig.panel.isVisible()


async def test_click_chooses_a_model_and_click_on_its_star_marks_a_favorite(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        view = rig.panel.offers
        second = view.visualRect(view.model().index(1, 0))
        key = listed(rig)[1].key
        QTest.mouseClick(view.viewport(), LEFT, pos=star_rect(second, view.layoutDirection()).center())
        assert rig.panel.isVisible()
        assert listed(rig)[0].key == key
        assert listed(rig)[0].is_favorite
        place = view.visualRect(view.model().index(2, 0))
        wanted = listed(rig)[2].key
        QTest.mouseClick(view.viewport(), LEFT, pos=QPoint(place.left() + 150, place.center().y()))
        assert (rig.composer.pair.endpoint, rig.composer.pair.model) == wanted


async def test_ctrl_d_marks_the_selected_model_as_favorite_and_keeps_it_selected(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        before = chosen(rig).key
        QTest.keyClick(rig.panel.search, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
        assert chosen(rig).key == before
        assert chosen(rig).is_favorite
        look_at(rig.panel.parts, CatalogPart.FAVORITES)
        assert [one.key for one in listed(rig)] == [before]


async def test_search_without_a_match_explains_what_to_do(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        QTest.keyClicks(rig.panel.search, "zebra")
        assert not rig.panel.offers.isVisible()
        assert "zebra" in said(rig.panel)
        QTest.keyClick(rig.panel.search, Qt.Key.Key_Return)
        assert rig.panel.isVisible(), "Return on nothing chooses nothing"
        rig.panel.search.clear()
        look_at(rig.panel.parts, CatalogPart.FAVORITES)
        assert "Ctrl+D" in said(rig.panel)


def have(rig: Any) -> list[QToolButton]:
    return [one for one in rig.panel.findChildren(QToolButton) if one.accessibleName().startswith("I have: ")]


async def test_inputs_at_hand_narrow_the_list_of_models(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        look_at(rig.panel.parts, CatalogPart.ALL)
        QTest.mouseClick(next(one for one in have(rig) if one.accessibleName() == "I have: sound"), LEFT)
        assert {one.key[0] for one in listed(rig)} >= {"voice_dubbing", "voice_isolation"}
        assert "image_upscale" not in {one.key[0] for one in listed(rig)}


async def test_chooser_controls_have_names_and_rows_describe_themselves(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        for widget in (rig.panel, rig.panel.search, rig.panel.parts, rig.panel.offers, *have(rig)):
            assert widget.accessibleName()
        model = rig.panel.offers.model()
        words = model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
        assert "Gen-4.5" in words
        assert "selected" in words


@pytest.mark.parametrize("choice", [ColorScheme.LIGHT, ColorScheme.DARK])
async def test_chooser_paints_in_both_themes(choice, tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        theme.choose(choice)
        look_at(rig.panel.parts, CatalogPart.ALL)
        ground, colors = painted(rig.panel)
        assert (ground.lightness() > 127) is (choice is ColorScheme.LIGHT)
        assert colors > 20, "words stand on it"
        assert QApplication.activePopupWidget() is rig.panel


async def test_clickable_controls_are_large_enough(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        assert too_small(rig.panel) == []


async def test_link_to_the_portal_stands_where_routers_are_chosen_or_missing(tmp_path: Path, theme: Theme):
    async with opened(tmp_path, theme) as rig:
        link = button(rig.panel, "Set up routers")
        look_at(rig.panel.parts, CatalogPart.ALL)
        assert link.isVisible()
        look_at(rig.panel.parts, "text_to_video")
        assert not link.isVisible()
        CATALOG.learn("generate_video", [replace(rig.composer.pair, endpoint="generate_video", model="everyday")])
        rig.composer.chooser.changed.emit()
        look_at(rig.panel.parts, "generate_video")
        assert link.isVisible()
