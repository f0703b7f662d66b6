"""What can be said of an input at its tile: its place, its position, what it shows, and its tag.

Fills the head of the tile's own menu and shows small editors; decides nothing. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from runway_desktop.catalog import Field
from runway_desktop.catalog.labels import choice_label
from runway_desktop.ui.building import add_check
from runway_desktop.usecases.requests.input_item import InputItem
from runway_desktop.usecases.requests.input_places import InputPlaces

from .choices import default_words, options_of
from .field_editors import LinePopup


def add_places(menu: QMenu, item: InputItem, places: InputPlaces, tile: QWidget) -> None:
    """Adds everything that can be selected for the input, with a line below each part."""
    now = places.position(item)
    _add_choices(
        menu,
        [
            (words, position == now, partial(places.set_position, item, position))
            for position, words in places.positions(item)
        ],
    )
    fields = places.fields_for(item)
    if len(fields) > 1:
        uses = [
            (f"Use as: {one.label}", one.name == item.field, partial(places.move_to, item, one.name)) for one in fields
        ]
        _add_choices(menu, uses)
    for field in places.details(item):
        options, value = options_of(field), places.detail(item, field.name)
        if options is None:
            text = f"{field.label}{f' (@{value})' if value else ''}…"
            menu.addAction(text, partial(open_detail, item, field, places, tile))
            continue
        choices = []
        for option in options:
            words = default_words(field) if option.value is None else choice_label(field.name, option.value)
            does = partial(places.set_detail, item, field.name, option.value)
            choices.append((words, value == option.value, does))
        inner = QMenu(field.label, menu)
        _add_choices(inner, choices)
        menu.addMenu(inner)
    if places.details(item):
        menu.addSeparator()


def _add_choices(menu: QMenu, choices: Sequence[tuple[str, bool, Callable[[], object]]]) -> None:
    """One of them is ticked; a line stands below them."""
    group = QActionGroup(menu)
    for text, checked, does in choices:
        # Not `group.addAction`: with PySide 6.10 the action is deleted then while its menu is still there.
        add_check(menu, text, does, checked=checked).setActionGroup(group)
    if choices:
        menu.addSeparator()


def open_detail(item: InputItem, field: Field, places: InputPlaces, tile: QWidget) -> LinePopup:
    """A line to type a tag in, over the tile. It outlives the tile, which is built anew at each letter."""
    popup = LinePopup(field, places.detail(item, field.name), tile.window())
    popup.edited.connect(lambda _, value: places.set_detail(item, field.name, value))
    popup.open_at(tile)
    return popup
