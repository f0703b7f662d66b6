"""The first opening of a room: what it is made of is imported a part in each turn of the event loop, so that the window
goes on meanwhile. All at once it would stand still for a tenth of a second or more.

Each list is a room's larger modules, what they stand on first: a part brings along what no list names. A list that
misses something costs time and nothing else. GUI thread only.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module

from PySide6.QtCore import QObject

from runway_desktop.ui.building import timer
from runway_desktop.viewmodels.tasks.task_commands import TAKING_IN


def _room(*parts: str) -> tuple[str, ...]:
    return tuple(f"runway_desktop.{part}" for part in parts)


COMPARE = _room(
    "usecases.listing.takes",
    "viewmodels.compare.compare",
    "ui.compare.tracks",
    "ui.compare.in_step",
    "ui.compare.pane",
    "ui.compare.overlay",
    "ui.compare.bar",
    "ui.compare.compare_view",
    "ui.compare.host",
)
EXCHANGE = TAKING_IN + _room(
    "viewmodels.exchange.export",
    "viewmodels.exchange.folder_import",
    "viewmodels.exchange.door",
    "ui.exchange.export_window",
    "ui.exchange.host",
)
HELP = _room("ui.help.host", "ui.help.help_window")
LARGE_VIEW = _room(
    "usecases.listing.takes",
    "viewmodels.compare.large_view",
    "ui.large.lane",
    "ui.large.side",
    "ui.large.large_view",
)
PALETTE = _room(
    "ui.window.given_commands",
    "usecases.palette.palette",
    "usecases.requests.choices",
    "usecases.palette.sources",
    "viewmodels.palette",
    "ui.palette.panel",
    "usecases.sending.sending",
    "ui.palette.host",
)
PREFERENCES = _room(
    "viewmodels.profiles.welcome",
    "viewmodels.settings.cleaning_form",
    "viewmodels.settings.library_form",
    "viewmodels.settings.preferences",
    "ui.help.host",
    "ui.dialogs.key_entry",
    "ui.dialogs.library_box",
    "ui.dialogs.saving_editors",
    "ui.dialogs.preference_pages",
    "ui.dialogs.profile_page",
    "ui.dialogs.preferences",
)
SHEET = _room(
    "usecases.sheets.cells",
    "usecases.sheets.columns",
    "usecases.sheets.keeping",
    "services.intake.reading",
    "usecases.requests.fitting",
    "usecases.sheets.rows",
    "usecases.sheets.importing",
    "usecases.sheets.cell_texts",
    "usecases.sheets.blocks",
    "usecases.sheets.mending",
    "usecases.sheets.tally",
    "viewmodels.sheet.checked_rows",
    "usecases.sheets.cell_values",
    "viewmodels.sheet.model",
    "viewmodels.sheet.offering",
    "usecases.requests.choices",
    "usecases.sending.sending",
    "viewmodels.sheet.row_sending",
    "viewmodels.sheet.sheet",
    "viewmodels.sheet.door",
    "viewmodels.sheet.grid",
    "ui.sheet.grid_view",
    "ui.sheet.axis_dialog",
    "ui.sheet.delegate",
    "ui.sheet.table",
    "ui.help.host",
    "ui.sheet.window",
    "ui.sheet.host",
)
SHORTCUTS = _room("ui.dialogs.key_editor", "ui.dialogs.shortcuts")
SPENDING = _room(
    "services.money.spending",
    "usecases.words.spending",
    "viewmodels.money.spending",
    "ui.help.host",
    "ui.spending.bar_chart",
    "ui.spending.spending_window",
)
ROOMS = (COMPARE, EXCHANGE, HELP, LARGE_VIEW, PALETTE, PREFERENCES, SHEET, SHORTCUTS, SPENDING)


class FirstOpenings(QObject):
    """What is asked for while its room comes waits for it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wishes: dict[tuple[str, ...], list[tuple[Callable[[], object], bool]]] = {}
        self._is_over = False
        self._turns = timer(self, 0, self._turn)

    def open(self, room: tuple[str, ...], wish: Callable[[], object], *, each: bool = False) -> None:
        """Calls `wish` once the parts of `room` are imported: at once where they are, else in a plain slot. Of what is
        asked of a room until then only the latest is done, so that a key pressed twice opens one window, and all with
        `each`. An import that fails goes to `sys.excepthook`, and what was asked is dropped."""
        if self._is_over:
            return
        if room in self._wishes:
            before = self._wishes[room]
            self._wishes[room] = [*(one for one in before if each or one[1]), (wish, each)]
        elif _first_missing(room) is None:
            wish()
        else:
            self._wishes[room] = [(wish, each)]
            self._turns.start()

    def end(self) -> None:
        """The program closes: nothing is opened any more."""
        self._is_over = True
        self._wishes.clear()

    def _turn(self) -> None:
        room = next(iter(self._wishes), None)
        if room is None:
            return
        part = _first_missing(room)
        try:
            if part is None:
                self._grant_first(room)
            else:
                import_module(part)
        except BaseException:
            if part is not None:
                self._wishes.pop(room, None)
            raise
        finally:
            if self._wishes:
                self._turns.start()

    def _grant_first(self, room: tuple[str, ...]) -> None:
        """One in each turn: what it raises takes none of the others along."""
        (wish, _), *others = self._wishes.pop(room)
        if others:
            self._wishes[room] = others
        wish()


def _first_missing(room: tuple[str, ...]) -> str | None:
    return next((part for part in room if part not in sys.modules), None)
