"""All rooms of the window, and opening them: a room's entry module is imported at first use, in steps of the loop.

GUI thread only.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Awaitable, Callable, Sequence

from PySide6.QtCore import QTimer

from runway_desktop.rooms.approvals.room import ROOM as APPROVALS
from runway_desktop.rooms.backup.room import ROOM as BACKUP
from runway_desktop.rooms.cast.room import ROOM as CAST
from runway_desktop.rooms.cut.room import ROOM as CUT
from runway_desktop.rooms.exchange.room import ROOM as EXCHANGE
from runway_desktop.rooms.help.room import ROOM as HELP
from runway_desktop.rooms.palette.room import ROOM as PALETTE
from runway_desktop.rooms.preferences.room import ROOM as PREFERENCES
from runway_desktop.rooms.report.room import ROOM as REPORT
from runway_desktop.rooms.review.room import ROOM as REVIEW
from runway_desktop.rooms.sheet.room import ROOM as SHEET
from runway_desktop.rooms.shortcuts.room import ROOM as SHORTCUTS
from runway_desktop.rooms.spending.room import ROOM as SPENDING
from runway_desktop.rooms.steps.room import ROOM as STEPS
from runway_desktop.rooms.viewer.room import ROOM as VIEWER
from runway_desktop.rooms.workflows.room import ROOM as WORKFLOWS
from runway_desktop.services.supervised import Runner
from runway_desktop.ui.room import Room, RoomKind
from runway_desktop.ui.theme import Theme
from runway_desktop.ui.window.main_window import MainWindow
from runway_desktop.usecases.searching.pages import PaneEntry
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.viewmodels.models import Models

ROOMS: tuple[Room, ...] = (
    APPROVALS,
    CAST,
    WORKFLOWS,
    VIEWER,
    SHEET,
    EXCHANGE,
    BACKUP,
    STEPS,
    CUT,
    REVIEW,
    SPENDING,
    PALETTE,
    PREFERENCES,
    SHORTCUTS,
    HELP,
    REPORT,
)

log = logging.getLogger(__name__)

_INTERIOR = "runway_desktop.ui.window.interior"


class Rooms:
    """Opens rooms by their ids. Requests before the first paint are queued until then."""

    def __init__(
        self, cases: UseCases, runner: Runner, theme: Theme, models: Models, rooms: Sequence[Room] = ROOMS
    ) -> None:
        self._cases = cases
        self._runner = runner
        self._theme = theme
        self._models = models
        self._openings = models.task_commands.openings
        self._rooms = {room.id: room for room in rooms}
        models.pages.list_rooms(self._pages, self._views)
        self._endings: list[Callable[[], Awaitable[None] | None]] = []
        self._early: list[tuple[str, object]] | None = []

    def stand_over(self, window: MainWindow) -> None:
        """To be called after the first paint."""
        from runway_desktop.ui.desk import Desk

        self.desk = Desk(
            cases=self._cases,
            runner=self._runner,
            theme=self._theme,
            models=self._models,
            window=window,
            rooms=self._rooms,
            open=self.open,
            endings=self._endings,
        )
        early, self._early = self._early or (), None
        for room, wish in early:
            self.open(room, wish)

    def furnish(self, window: MainWindow) -> None:
        """Adds the parts of the window that its first paint does not show."""
        self._openings.open(_INTERIOR, self._add_interior, window)

    def open(self, room: str, wish: object = None, /) -> None:
        if self._early is not None:
            self._early.append((room, wish))
        elif room in self._rooms:
            entry = self._rooms[room].entry
            self._openings.open(entry, self._enter, entry, wish)
        else:
            log.warning("There is no room “%s”", room)

    def open_no_more(self) -> None:
        """For shutdown: rooms that are being opened are canceled."""
        self._openings.end()

    async def shutdown(self) -> None:
        """Saves open sheets and stops players before the loop ends. An exception of a room is logged and does not stop
        the others."""
        for end in self._endings:
            try:
                if (ending := end()) is not None:
                    await ending
            except Exception:
                log.exception("Closing: a room failed")

    def _pages(self, opened: str) -> list[PaneEntry]:
        """The pages' entries for the left pane."""
        cases = self._cases
        return [
            PaneEntry(
                str(room.title),
                room.count(cases) if room.count is not None else None,
                room.icon,
                room=room.id,
                waits=room.is_listed is not None,
            )
            for room in self._rooms.values()
            if room.kind is RoomKind.PAGE and (room.is_listed is None or room.id == opened or room.is_listed(cases))
        ]

    def _views(self) -> list[PaneEntry]:
        """The views of a project, as entries of its bar."""
        found, project = self._models.pages.counts, self._models.filter.project
        return [
            PaneEntry(str(room.title), room.counts(found).get(project) if room.counts else None, room=room.id)
            for room in self._rooms.values()
            if room.kind is RoomKind.VIEW and (room.is_listed is None or room.is_listed(self._cases))
        ]

    @staticmethod
    def _add_interior(window: MainWindow) -> None:
        interior = sys.modules[_INTERIOR].Interior(window)
        # The player is built in a separate turn of the loop: together they would take noticeably long.
        QTimer.singleShot(0, interior.add_preview)

    def _enter(self, entry: str, wish: object) -> None:
        sys.modules[entry].open_room(self.desk, wish)
