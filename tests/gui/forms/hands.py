"""A person's hands at the composer: chooses in the chooser, clicks chips and their options, types, pastes, drops.

Nothing here calls a view-model to set a value: whatever lands in the request went through a widget.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QContextMenuEvent, QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QColorDialog, QLineEdit, QMenu, QPlainTextEdit, QPushButton, QWidget

from runway_desktop.catalog import AssetItem, Field, FieldKind, Pair, asset_items, with_what_belongs_together
from runway_desktop.domain.media import Media
from runway_desktop.ui.choice_popup import ChoicePopup, Option
from runway_desktop.ui.chooser.chooser_panel import ChooserPanel
from runway_desktop.ui.chooser.lists import OFFER
from runway_desktop.ui.composer.choices import ANOTHER
from runway_desktop.ui.composer.composer_pane import ComposerPane
from runway_desktop.ui.composer.field_editors import Chip, FieldPopup, FormRow
from runway_desktop.ui.composer.object_editors import AssetBox, ColorsBox, ObjectBox, ObjectsBox
from runway_desktop.ui.flow_layout import FoldingLine
from runway_desktop.ui.inputs.tile import InputTile
from runway_desktop.usecases.requests.choices import ModelOffer
from tests.rigs.desktop import Desktop, until
from tests.rigs.samples_of_requests import LINKS
from tests.rigs.seen import boxes_of, button, chips, choices, kind_of, prompt, rows, rows_of, send
from tests.rigs.seen import line as line_of

LEFT, CONTROL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
LONG = 12
"""Longer texts are pasted."""


class Hands:
    """`files` holds a small real file of each kind; every other input is a link. Of a file that is dropped twice at
    once only one is taken, so each drop is of copies."""

    def __init__(self, desktop: Desktop, files: Mapping[Media, Path]) -> None:
        self._desktop = desktop
        self._files = files

    @property
    def pane(self) -> ComposerPane:
        return self._desktop.window.composer_pane

    def choose(self, pair: Pair) -> None:
        """Alt+M, the model's name, arrows to the right endpoint, Return."""
        QTest.keyClick(self._desktop.window, Qt.Key.Key_M, Qt.KeyboardModifier.AltModifier)
        panel = QApplication.activePopupWidget()
        assert isinstance(panel, ChooserPanel)
        paste(panel.search, pair.model)
        for _ in range(panel.offers.model().rowCount()):
            offer = panel.offers.currentIndex().data(OFFER)
            assert isinstance(offer, ModelOffer)
            if offer.key == (pair.endpoint, pair.model):
                break
            QTest.keyClick(panel.search, Qt.Key.Key_Down)
        QTest.keyClick(panel.search, Qt.Key.Key_Return)
        assert not panel.isVisible()

    async def fill(self, pair: Pair, values: Mapping[str, Any]) -> None:
        """Everything in `values`, inputs first, what depends on something behind that."""
        for field in pair.asset_fields:
            if field.name in values:
                await self.add_inputs(field, asset_items(field, values[field.name]))
        self.pane.open_form(True)
        for field in with_what_belongs_together(pair.fields):
            if field.name in values and not field.is_asset:
                await self._fill_field(pair, field, values[field.name])

    async def send(self) -> None:
        """Ctrl+Return, from the prompt where there is one."""
        window = self._desktop.window
        window.activateWindow()
        await until(window.isActiveWindow, "the window has the keyboard")
        widget = prompt(self.pane) if prompt(self.pane).isVisible() else send(self.pane)
        widget.setFocus()
        QTest.keyClick(widget, Qt.Key.Key_Return, CONTROL)

    async def add_inputs(self, field: Field, items: Sequence[AssetItem]) -> None:
        """Drops files and links on the window, then says at each tile what it is for where that is not so already."""
        composer = self._desktop.composer
        before = len(composer.inputs())
        urls = [self._url(field, item, place) for place, item in enumerate(items)]
        drop(self._desktop.window, urls)
        await until(lambda: len(composer.inputs()) == before + len(items), f"{len(items)} inputs in {field.name}")
        while (strays := [one for one in self._tiles() if one.item.uri in urls and one.item.field != field.name]) and (
            sum(one.item.field == field.name for one in self._tiles()) < len(items)
        ):
            self.from_menu(strays[0], f"Use as: {field.label}")
        for place, item in enumerate(items):
            self._say_what_it_is(field, place, item)

    def _say_what_it_is(self, field: Field, place: int, item: AssetItem) -> None:
        words = {position: f"{position.capitalize()} frame" for position in field.positions}
        if item.position is not None and len(field.positions) > 1:
            self.from_menu(self.tile(field, place), words[item.position])
        for inner in field.fields:
            value = item.extra.get(inner.name)
            if value is None:
                continue
            if inner.choices:
                self.from_menu(self.tile(field, place), str(value), under=inner.label)
                continue
            self.from_menu(self.tile(field, place), f"{inner.label}…")
            line = QApplication.activePopupWidget()
            assert isinstance(line, FieldPopup)
            QTest.keyClicks(line_of(line), str(value))
            QTest.keyClick(line_of(line), Qt.Key.Key_Return)

    async def _fill_field(self, pair: Pair, field: Field, value: Any) -> None:
        if field is pair.prompt_field:
            paste(prompt(self.pane), str(value))
        elif (chip := chips(self.pane).get(field.label)) is not None:
            self.choose_value(chip, value)
        else:
            await self.fill_row(field, rows(self.pane)[field.name], value)

    async def fill_row(self, field: Field, row: FormRow, value: Any) -> None:
        editor = row.editor
        assert editor.isEnabled(), f"{row.name} counts, so it can be set"
        match editor:
            case Chip():
                self.choose_value(editor, value)
            case ObjectBox():
                await self._fill_object(field, editor, value)
            case ObjectsBox():
                for place, one in enumerate(value):
                    QTest.mouseClick(button(editor, f"Add to “{field.label}”"), LEFT)
                    await self._fill_object(field, boxes_of(editor)[place], one)
            case AssetBox():
                (item,) = asset_items(field, value)
                drop(editor, [self._url(field, item, 0)])
            case ColorsBox():
                for color in [value] if isinstance(value, str) else value:
                    await self._add_color(editor, color)
            case QLineEdit() | QPlainTextEdit():
                write(editor, as_typed(value, is_json=field.kind is FieldKind.UNKNOWN))

    def choose_value(self, chip: QPushButton, value: Any) -> None:
        """Opens a chip and takes the option with this value, or types it."""
        line = self.pane.findChild(FoldingLine)
        line.reveal(chip)
        self._choose_value(chip, value)
        line.close_popup()

    @staticmethod
    def _choose_value(chip: QPushButton, value: Any) -> None:
        QTest.mouseClick(chip, LEFT)
        popup = QApplication.activePopupWidget()
        if isinstance(popup, ChoicePopup):
            shown = choices(popup)
            options = [shown.item(row).data(Qt.ItemDataRole.UserRole) for row in range(shown.count())]
            at = next((row for row, option in enumerate(options) if _is(option, value)), None)
            if at is None:
                at = next(row for row, option in enumerate(options) if option.value is ANOTHER)
            item = shown.item(at)
            shown.scrollToItem(item)
            QTest.mouseClick(shown.viewport(), LEFT, pos=shown.visualItemRect(item).center())
            assert not popup.isVisible()
            popup = QApplication.activePopupWidget()
            if not isinstance(popup, FieldPopup):
                return
        assert isinstance(popup, FieldPopup)
        if value is None:
            QTest.mouseClick(next(one for one in popup.findChildren(QPushButton) if "Default" in one.text()), LEFT)
            return
        write(line_of(popup), json.dumps(value) if isinstance(value, dict) else as_typed(value))
        QTest.keyClick(line_of(popup), Qt.Key.Key_Return)
        assert not popup.isVisible()

    async def _fill_object(self, field: Field, box: ObjectBox, value: Mapping[str, Any]) -> None:
        variants = field.variants
        members = {one.name: one for one in field.fields}
        if variants:
            place = next(
                number
                for number, variant in enumerate(variants)
                if (value.get(field.tag_key) == variant.tag if field.tag_key else variant.tag in value)
            )
            members |= {one.name: one for one in variants[place].fields}
            if len(variants) > 1 or kind_of(box).isVisible():
                self.choose_value(kind_of(box), place)
        for name in rows_of(box):
            if name in value:
                await self.fill_row(members[name], rows_of(box)[name], value[name])

    async def _add_color(self, box: ColorsBox, color: str) -> None:
        add = next(one for one in box.findChildren(QPushButton) if "color" in one.text() and one.isVisible())
        QTest.mouseClick(add, LEFT)
        dialog = box.findChildren(QColorDialog)[-1]
        await until(dialog.isVisible)
        dialog.setCurrentColor(QColor(color))
        dialog.accept()

    def from_menu(self, tile: InputTile, words: str, *, under: str = "") -> None:
        """Right click, one entry."""
        at = QPoint(4, 4)
        QApplication.sendEvent(tile, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, tile.mapToGlobal(at)))
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        actions = menu.actions()
        if under:
            inner = next(action.menu() for action in actions if action.text() == under)
            assert isinstance(inner, QMenu)
            actions = inner.actions()
        action = next(action for action in actions if action.text() == words)
        menu.close()
        action.trigger()

    def _tiles(self) -> list[InputTile]:
        return self.pane.inputs.tiles

    def tile(self, field: Field, place: int) -> InputTile:
        return next(tile for tile in self._tiles() if tile.item.field == field.name and tile.item.number == place)

    def _url(self, field: Field, item: AssetItem, place: int) -> str:
        """A file for every other input, a link for the rest."""
        told = item.media if item.media is not Media.OTHER else _media_of(item.uri)
        media = told or next(iter(sorted(field.media)))
        if place % 2:
            return f"{LINKS[media]}?n={field.name}{place}"
        original = self._files[media]
        copy = original.with_name(f"{original.stem} {field.name} {place}{original.suffix}")
        if not copy.exists():
            shutil.copy(original, copy)
        return copy.as_uri()


def _media_of(uri: str) -> Media | None:
    return next((kind for kind, link in LINKS.items() if uri.startswith(link)), None)


def _is(option: Option, value: Any) -> bool:
    return bool(option.value == value) and isinstance(option.value, bool) == isinstance(value, bool)


def as_typed(value: Any, *, is_json: bool = False) -> str:
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    if is_json:
        return json.dumps(value)
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def write(editor: QLineEdit | QPlainTextEdit, text: str) -> None:
    """In place of what stands there."""
    if len(text) > LONG:
        paste(editor, text)
        return
    editor.setFocus()
    editor.selectAll()
    QTest.keyClicks(editor, text)


def paste(editor: QLineEdit | QPlainTextEdit, text: str) -> None:
    QApplication.clipboard().setText(text)
    editor.setFocus()
    editor.selectAll()
    QTest.keyClick(editor, Qt.Key.Key_V, CONTROL)


def drop(on: QWidget, addresses: Sequence[str]) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl(address) for address in addresses])
    at = on.rect().center()
    none, copy = Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction
    QApplication.sendEvent(on, QDragEnterEvent(at, copy, mime, LEFT, none))
    QApplication.sendEvent(on, QDropEvent(QPointF(at), copy, mime, LEFT, none))
