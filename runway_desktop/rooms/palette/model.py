"""State of the command palette: offers collected when it opens, rearranged on each keystroke, and tasks found by the
list's search. GUI thread only; the store answers the search later.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.library import Filter, GroupBy, Listing, Row
from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.commands.command import Command
from runway_desktop.usecases.commands.task_command import TaskCommand
from runway_desktop.usecases.palette import sources
from runway_desktop.usecases.palette.matching import Rank, rank_of, typed_words
from runway_desktop.usecases.palette.palette import Arranged, Heading, Offer, Searchable, Used, arrange
from runway_desktop.usecases.requests.choices import CatalogPart
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.viewmodels.composer.composer import Composer
from runway_desktop.viewmodels.model import Model
from runway_desktop.viewmodels.tasks.pages import Pages

MOST_TASKS = 8
"""Maximum number of tasks in the results."""


class PaletteModel(Model):
    changed = Signal()

    def __init__(
        self,
        cases: UseCases,
        runner: Runner,
        composer: Composer,
        pages: Pages,
        of_rooms: Callable[[], Iterable[Offer]] = tuple,
        parent: QObject | None = None,
    ) -> None:
        """`of_rooms` are the entries of other rooms."""
        super().__init__(cases, runner, parent)
        self._of_rooms = of_rooms
        self._composer = composer
        self._pages = pages
        self._used = Used(cases.settings)
        self._offers: list[Searchable] = []
        self._found: list[Searchable] = []
        """Tasks found by the search."""
        self._near: frozenset[str] = frozenset()
        """Offers named by a word of the current page's title."""
        self._amount = 0
        self._typed = ""
        self._search: asyncio.Task[Any] | None = None
        self.arranged = Arranged()

    def open(
        self,
        rows: Sequence[Row],
        commands: Sequence[Offer],
        take: Callable[[TaskCommand], object],
        preset_keys: Mapping[int, Command[Any]],
    ) -> None:
        """Collects the offers. `rows` are selected, `commands` come from the window, `take` runs a command on tasks,
        `preset_keys` are command records by preset number."""
        cases = self._cases
        price = cases.commands.price
        of_rows = list(sources.of_selection(rows, lambda command: price(command, rows), take))
        offers = (
            *([*of_rows, *commands] if rows else [*commands, *of_rows]),
            *sources.of_models(self._composer.chooser.offers(CatalogPart.ALL)),
            *sources.of_presets(self._composer.presets.all, preset_keys),
            *sources.of_pages(self._pages.entries()),
            *self._of_rooms(),
            *sources.of_meanings(),
        )
        self._offers = [Searchable.of(offer) for offer in offers]
        page = typed_words(self._pages.title)
        ranks = {one.offer.id: rank_of(one.words, page) for one in self._offers if one.offer.may_lead}
        self._near = frozenset(found for found, rank in ranks.items() if rank is not None and rank <= Rank.SYNONYM)
        self._arrange()

    def search(self, typed: str) -> None:
        self._typed = typed
        if self._search is not None:
            self._search.cancel()
            self._search = None
        if typed.strip():
            self._search = self._runner(self._look_for(typed), "search for the palette")
        else:
            self._found, self._amount = [], 0
        self._arrange()

    def note_used(self, offer: Offer) -> None:
        """Ranks an offer first from now on. Tasks and searches are not remembered."""
        if offer.section is not Heading.TASKS:
            self._used.note(offer.id)

    def set_value(self, offer: Offer) -> tuple[str, Callable[[], None]]:
        """Carries out an offer that sets a value, and shows the new one."""
        told = offer.sets() if offer.sets is not None else ("", lambda: None)
        offered = {again.id: Searchable.of(again) for again in self._of_rooms()}
        self._offers = [offered.get(one.offer.id, one) for one in self._offers]
        self._arrange()
        return told

    def close(self) -> None:
        if self._search is not None:
            self._search.cancel()
            self._search = None

    async def _look_for(self, typed: str) -> None:
        cases = self._cases
        listing = Listing(filter=Filter(text=typed), group=GroupBy.NONE)
        entries, rows = await cases.library.beginning(listing, MOST_TASKS, MOST_TASKS)
        amount = len(entries) if entries.is_whole else await cases.library.amount(listing.filter)
        if typed == self._typed:
            tasks = sources.of_tasks(rows, cases.catalog, cases.clock.now())
            self._found = [Searchable.of(offer) for offer in tasks]
            self._amount = amount
            self._arrange()

    def _arrange(self) -> None:
        offers = [*self._offers, *self._found]
        self.arranged = arrange(offers, self._typed, self._used.weights, self._near, {Heading.TASKS: self._amount})
        self.changed.emit()
