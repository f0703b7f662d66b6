"""Entries of the left pane with counts, and which one is open. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from runway_desktop.domain.library import Place, PlaceCounts
from runway_desktop.services.clock import Throttle
from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.listing.changes import recounts
from runway_desktop.usecases.searching.places import Entry, entries_of
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.model import Model

from .list_filter import ListFilter


class Places(Model):
    changed = Signal()

    def __init__(self, cases: UseCases, bridge: Bridge, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self.counts = PlaceCounts()
        self._filter: ListFilter | None = None
        self._pages: Callable[[str], Sequence[Entry]] = lambda _: ()
        self._open_page = ""
        self._lines: list[tuple[str, int | None]] = []
        """Keys of the entries and counts of pages, as last emitted."""
        self._found: dict[str, int] = {}
        """Number of tasks per saved search, by id."""
        self._is_wanted = self._is_counting = False
        self._rest = Throttle(cases.clock, 300)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._due)
        bridge.tasks_added.connect(lambda _: self._soon())
        bridge.clients_changed.connect(lambda _: self.recount())
        bridge.tasks_touched.connect(lambda touches: self._soon() if any(map(recounts, touches.values())) else None)

    def follow(self, chosen: ListFilter) -> None:
        """Adds the saved searches of a filter, and supplies it with the names of the library."""
        self._filter = chosen
        chosen.searches_changed.connect(self._searches_changed)
        chosen.changed.connect(self._place_changed)
        self._searches_changed()

    def list_pages(self, pages: Callable[[str], Sequence[Entry]]) -> None:
        """Adds entries for rooms. `pages` is called with the id of the open one, or ""."""
        self._pages = pages

    def open_page(self, page_id: str) -> None:
        """Sets the open page, which stays listed; empty for none."""
        self._open_page = page_id
        self.recount()

    def recount(self) -> None:
        """Call when a count of a page may have changed."""
        if self._told() != self._lines:
            self._lines = self._told()
            self.changed.emit()

    @property
    def title(self) -> str:
        """Title of what the list shows; empty before the first."""
        return self._filter.title if self._filter is not None else ""

    def entries(self) -> list[Entry]:
        chosen = self._filter
        return entries_of(
            self.counts,
            chosen.place if chosen is not None else Place.ALL,
            chosen.searches if chosen is not None else (),
            self._found,
            self._pages(self._open_page),
        )

    def _told(self) -> list[tuple[str, int | None]]:
        return [(entry.key, entry.count if entry.page else None) for entry in self.entries()]

    def refresh(self) -> None:
        """Counts again. Calls during a count cause one more count."""
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
            # Changes during the pause are counted after it.
            self._soon()
        else:
            self.refresh()

    async def _reload(self) -> None:
        counts = await self._cases.library.counts()
        moved = counts != self.counts
        self.counts = counts
        if self._filter is not None:
            self._filter.know(counts)
            found = {
                search.id: await self._cases.library.amount(self._filter.filter_of(search))
                for search in self._filter.searches
            }
            moved, self._found = moved or found != self._found, found
        if moved:
            self._lines = self._told()
            self.changed.emit()
        else:
            self.recount()

    def _searches_changed(self) -> None:
        self.changed.emit()
        self.refresh()

    def _place_changed(self) -> None:
        """An entry that is listed only with content vanishes when left empty."""
        if not self._is_counting and self._told() != self._lines:
            self._soon()

    def _soon(self) -> None:
        if not self._timer.isActive():
            self._timer.start(self._rest.ms)
