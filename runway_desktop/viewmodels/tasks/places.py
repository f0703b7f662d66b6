"""The left pane: fixed places, projects, batches with their counts, and which one is open. GUI thread only."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from runway_desktop.domain.library import Filter, Place, PlaceCounts
from runway_desktop.domain.task import BatchId
from runway_desktop.services.engine import Engine
from runway_desktop.services.supervised import Runner
from runway_desktop.services.throttle import Throttle
from runway_desktop.usecases.listing.changes import recounts
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.expiry.expiry_board import ExpiryBoard

from .list_filter import ListFilter, SavedSearch

RECENT_BATCHES = 8
MOST_TAGS = 24
"""The most frequent ones, by name."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `heading` lines cannot be chosen."""

    title: str
    count: int | None = None
    icon: str = ""
    filter: Filter | None = None
    heading: bool = False
    search: SavedSearch | None = None
    is_board: bool = False
    """The expiry board: no list of tasks."""

    @property
    def key(self) -> str:
        chosen = self.filter
        if chosen is None:
            return f"# {self.title}"
        if self.search is not None:
            return f"search {self.search.id}"
        tags = [f"tag {tag}" for tag in sorted(chosen.tags)]
        return "|".join([chosen.place.value, *sorted(chosen.projects), *sorted(chosen.batches), *tags])


_PLACES = (
    (Place.ALL, "All tasks", "mdi6.view-grid-outline"),
    (Place.LIVE, "Live", "mdi6.progress-clock"),
    (Place.WAITING_HERE, "Queued", "mdi6.tray-full"),
    (Place.NEEDS_ATTENTION, "Needs attention", "mdi6.alert-outline"),
    (Place.SAVED, "Saved", "mdi6.check-circle-outline"),
    (Place.PICKS, "Picks", "mdi6.star-outline"),
    (Place.MISSING, "Missing files", "mdi6.file-question-outline"),
    (Place.CHANGED, "Changed files", "mdi6.file-edit-outline"),
)
_ONLY_IF_ANY = frozenset({Place.MISSING, Place.CHANGED})
"""Shown while there is something in them, or they are open."""


_BOARD_AFTER = 4
"""Fixed places that stand above the expiry board."""


class Places(QObject):
    changed = Signal()

    def __init__(self, engine: Engine, bridge: Bridge, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._runner = runner
        self._counts = PlaceCounts()
        self._filter: ListFilter | None = None
        self._board: ExpiryBoard | None = None
        self._lines: list[str] = []
        """The keys of the entries that were told of last."""
        self._found: dict[str, int] = {}
        """How many tasks each saved search finds, by its id."""
        self._is_wanted = self._is_counting = False
        self._rest = Throttle(engine.clock, 300)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._due)
        bridge.tasks_added.connect(lambda _: self._soon())
        bridge.tasks_touched.connect(lambda touches: self._soon() if any(map(recounts, touches.values())) else None)

    def follow(self, chosen: ListFilter) -> None:
        """Shows the saved searches, and lets words be understood by the names that the library has."""
        self._filter = chosen
        chosen.searches_changed.connect(self._searches_changed)
        chosen.changed.connect(self._place_changed)
        self._searches_changed()

    def keep_board(self, board: ExpiryBoard) -> None:
        """Shows how much is not saved, as long as there is something."""
        self._board = board
        board.changed.connect(self.changed)

    @property
    def counts(self) -> PlaceCounts:
        return self._counts

    def entries(self) -> list[Entry]:
        counts = self._counts
        opened = self._filter.place if self._filter is not None else Place.ALL
        found = [
            Entry(title, counts.places.get(place, 0), icon, Filter(place=place))
            for place, title, icon in _PLACES
            if place not in _ONLY_IF_ANY or counts.places.get(place) or place is opened
        ]
        board = self._board
        if board is not None and (board.count or board.is_open):
            found.insert(
                _BOARD_AFTER, Entry("Not saved", board.total, "mdi6.content-save-alert-outline", is_board=True)
            )
        projects = {name: amount for name, amount in counts.projects.items() if name}
        if projects:
            found.append(Entry("Projects", heading=True))
            found += [
                Entry(name, amount, "", Filter(projects=frozenset({name})))
                for name, amount in sorted(projects.items(), key=lambda item: item[0].casefold())
            ]
        searches = self._filter.searches if self._filter is not None else ()
        if searches:
            found.append(Entry("Saved searches", heading=True))
            found += [
                Entry(search.name, self._found.get(search.id), "", Filter(), search=search) for search in searches
            ]
        if counts.tags:
            found.append(Entry("Tags", heading=True))
            frequent = sorted(counts.tags.items(), key=lambda item: -item[1])[:MOST_TAGS]
            found += [Entry(tag, amount, "", Filter(tags=frozenset({tag}))) for tag, amount in sorted(frequent)]
        if counts.batches:
            found.append(Entry("Batches", heading=True))
            found += [
                Entry(name, amount, "", Filter(batches=frozenset({BatchId(batch)})))
                for batch, name, amount in counts.batches[:RECENT_BATCHES]
            ]
        return found

    def refresh(self) -> None:
        """Counts anew. Asked for while it counts, it counts once more, however often."""
        self._is_wanted = True
        if not self._is_counting:
            self._is_counting = True
            self._runner(self._count(), "count places")

    async def _count(self) -> None:
        try:
            while self._is_wanted:
                self._is_wanted = False
                with self._rest:
                    await self._reload()
        finally:
            self._is_counting = False

    def _due(self) -> None:
        if not self._rest.is_over:
            # What happened meanwhile is counted too, after a rest.
            self._soon()
        else:
            self.refresh()

    async def _reload(self) -> None:
        counts = await self._engine.library.counts()
        moved = counts != self._counts
        self._counts = counts
        if self._filter is not None:
            self._filter.know(counts)
            found = {
                search.id: await self._engine.library.amount(self._filter.filter_of(search))
                for search in self._filter.searches
            }
            moved, self._found = moved or found != self._found, found
        lines = [entry.key for entry in self.entries()]
        if moved or lines != self._lines:
            self._lines = lines
            self.changed.emit()

    def _searches_changed(self) -> None:
        self.changed.emit()
        self.refresh()

    def _place_changed(self) -> None:
        """One that is shown only for what is in it goes when it is left empty."""
        if not self._is_counting and [entry.key for entry in self.entries()] != self._lines:
            self._soon()

    def _soon(self) -> None:
        if not self._timer.isActive():
            self._timer.start(self._rest.ms)
