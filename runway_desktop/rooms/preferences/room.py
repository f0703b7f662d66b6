"""Room record of the preferences."""

from collections.abc import Iterable
from typing import Any

from runway_desktop.texts import Text
from runway_desktop.ui.room import Room, RoomKind
from runway_desktop.usecases.use_cases import UseCases


def _offers(cases: UseCases) -> Iterable[Any]:
    from .model.table import offers

    return offers(cases)


ROOM = Room(
    id="preferences",
    title=Text("Preferences"),
    kind=RoomKind.WINDOW,
    icon="mdi6.cog-outline",
    entry="runway_desktop.rooms.preferences.entry",
    help=(Text("Everything here applies at once. Each setting is found from the main window too, by its name."),),
    offers=_offers,
)
