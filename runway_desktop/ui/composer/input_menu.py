"""What can be said of an input at its tile: its place, its position, what it shows, and its tag.

Adds to the tile's own menu and shows small editors; decides nothing. GUI thread only.
"""

from __future__ import annotations

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from runway_desktop.catalog import Field
from runway_desktop.catalog.labels import choice_label
from runway_desktop.usecases.requests.input_item import InputItem
from runway_desktop.usecases.requests.input_places import InputPlaces

from .choices import default_words, options_of
from .field_editors import LinePopup


def add_places(menu: QMenu, item: InputItem, places: InputPlaces, tile: QWidget) -> None:
    """Puts everything that can be chosen for the input at the top of the menu."""
    before = menu.actions()[0] if menu.actions() else None
    added: list[QAction] = []

    def radio(text: str, checked: bool, group: QActionGroup) -> QAction:
        action = QAction(text, menu, checkable=True)
        action.setChecked(checked)
        group.addAction(action)
        added.append(action)
        return action

    positions = places.positions(item)
    if positions:
        group = QActionGroup(menu)
        now = places.position(item)
        for position, words in positions:
            chosen = radio(words, position == now, group)
            chosen.triggered.connect(lambda _=False, position=position: places.set_position(item, position))
        added.append(_line(menu))
    fields = places.fields_for(item)
    if len(fields) > 1:
        group = QActionGroup(menu)
        for field in fields:
            chosen = radio(f"Use as: {field.label}", field.name == item.field, group)
            chosen.triggered.connect(lambda _=False, name=field.name: places.move_to(item, name))
        added.append(_line(menu))
    for field in places.details(item):
        options = options_of(field)
        if options is None:
            tag = places.detail(item, field.name)
            action = QAction(f"{field.label}{f' (@{tag})' if tag else ''}…", menu)
            action.triggered.connect(lambda _=False, field=field: open_detail(item, field, places, tile))
            added.append(action)
            continue
        inner = QMenu(field.label, menu)
        group = QActionGroup(inner)
        for option in options:
            words = default_words(field) if option.value is None else choice_label(field.name, option.value)
            action = inner.addAction(words)
            action.setCheckable(True)
            action.setChecked(places.detail(item, field.name) == option.value)
            group.addAction(action)
            action.triggered.connect(
                lambda _=False, name=field.name, value=option.value: places.set_detail(item, name, value)
            )
        added.append(inner.menuAction())
    if places.details(item):
        added.append(_line(menu))
    for action in added:
        if before is not None:
            menu.insertAction(before, action)
        else:
            menu.addAction(action)


def open_detail(item: InputItem, field: Field, places: InputPlaces, tile: QWidget) -> LinePopup:
    """A line to type a tag in, over the tile. It outlives the tile, which is built anew at each letter."""
    popup = LinePopup(field, places.detail(item, field.name), tile.window())
    popup.edited.connect(lambda _, value: places.set_detail(item, field.name, value))
    popup.open_at(tile)
    return popup


def _line(menu: QMenu) -> QAction:
    line = QAction(menu)
    line.setSeparator(True)
    return line
