"""Filter, order and grouping of the list: open entry of the left pane, search text, chips. Combined into one `Listing`.
GUI thread only.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.library import Filter, GroupBy, Listing, Page, PageCounts, SortKey
from runway_desktop.texts import _
from runway_desktop.usecases.listing.lines import keep_order, kept_order
from runway_desktop.usecases.searching.language import (
    BY_CLOCK,
    Meaning,
    Query,
    Term,
    known_names,
    meaning,
    read,
)
from runway_desktop.usecases.searching.pages import SavedSearch, SavedSearches, page_terms, usual_name
from runway_desktop.usecases.searching.suggestions import Suggestion, suggestions
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.values import replace
from runway_desktop.viewmodels.model import Soon

from .task_list import TaskListModel

SEARCH_DELAY_MS = 0
"""Keystrokes within one pass of the event loop are one query."""
_TODAY = Term("date", "today")
_OWN_ORDERS = {
    Page.WAITING_HERE: Listing(sort=SortKey.LANE, descending=False, group=GroupBy.LANE),
    Page.NOT_SAVED: Listing(descending=False, group=GroupBy.NONE),
}
"""Orders of single pages: that of sending; and the oldest results, whose links expire first, on top."""


Result = TypeVar("Result")


class ListFilter(QObject):
    changed = Signal()
    searches_changed = Signal()
    """Saved searches were added, removed or renamed."""
    text_wanted = Signal(str)
    """Text that the search line must show."""

    def __init__(self, cases: UseCases, model: TaskListModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cases = cases
        self._model = model
        self._known = PageCounts()
        self._page = Filter()
        self.title = _("All tasks")
        self.text = ""
        self._chosen: tuple[Term, ...] = ()
        self._query = Query()
        self._query_of: tuple[str, tuple[Term, ...]] = ("", ())
        """Text and chips from which the query was parsed."""
        self._meant: tuple[tuple[Query, Filter, PageCounts], Meaning] | None = None
        """Cached meaning with its inputs: many callers ask for it per keystroke."""
        self._saved = SavedSearches(cases.settings)
        self._order = Listing()
        self._in_own_order = True
        """Whether a page is in an order of its own; sorting by a column ends that."""
        self._timer = Soon(self, SEARCH_DELAY_MS, self._ask_typed)
        self._told = Soon(self, 0, self.changed)

    def restore(self) -> None:
        """Restores order and grouping. Call once, after settings are loaded."""
        self._order = kept_order(self._cases.settings)
        self.searches_changed.emit()
        self._apply()

    def know(self, counts: PageCounts) -> None:
        """Sets the names in the library, which words are matched against."""
        before, self._known = self._known, counts
        if self.query.terms and known_names(before) != known_names(counts):
            self._apply()

    @property
    def listing(self) -> Listing:
        own = _OWN_ORDERS.get(self.page) if self._in_own_order else None
        return replace(own or self._order, filter=self._meaning().filter)

    @property
    def is_queue(self) -> bool:
        """Whether the queue is shown in sending order."""
        return self.has_queue and self._in_own_order

    @property
    def has_queue(self) -> bool:
        return self.page is Page.WAITING_HERE

    @property
    def query(self) -> Query:
        """All terms, typed or selected."""
        of = (self.text, self._chosen)
        if of != self._query_of:
            typed = read(self.text)
            self._query = Query(tuple(dict.fromkeys((*self._chosen, *typed.terms))), typed.text)
            self._query_of = of
        return self._query

    @property
    def said(self) -> tuple[str, ...]:
        """Sentences about words that were not understood."""
        return self._meaning().said

    @property
    def is_everywhere(self) -> bool:
        """Whether all tasks are listed, without a filter by the left pane."""
        return self._page == Filter()

    @property
    def project(self) -> str:
        """The project that is open in the left pane; empty for any other entry."""
        projects = self._page.projects
        return next(iter(projects)) if len(projects) == 1 and self._page == Filter(projects=projects) else ""

    @property
    def page(self) -> Page:
        """Current state filter of the left pane."""
        return self._page.page

    @property
    def chips(self) -> tuple[Term, ...]:
        """Terms that filter the list, without those not understood."""
        unused = self._meaning().unused
        return tuple(term for term in self.query.terms if term not in unused)

    def label_of(self, term: Term) -> str:
        """Text of a chip, with a batch's name instead of its id."""
        batches = self._known.batches if term.key == "batch" else ()
        name = next((name for batch, name, _ in batches if batch == term.value), None)
        return replace(term, value=name).label if name else term.label

    @property
    def today(self) -> bool:
        return _TODAY in self.query.terms

    @property
    def narrows(self) -> bool:
        """Whether search text or chips hide tasks."""
        query = self.query
        return bool(query.terms or query.text.strip())

    @property
    def searches(self) -> tuple[SavedSearch, ...]:
        return self._saved.all

    def filter_of(self, saved: SavedSearch) -> Filter:
        return meaning(read(saved.line), self._known, self._cases.clock.now()).filter

    def suggestions(self, cursor: int) -> list[Suggestion]:
        """Completions of the word at the cursor."""
        return suggestions(self.text, cursor, self._known)

    def open_page(self, page: Filter, title: str) -> None:
        self._page, self.title = page, title
        self._in_own_order = True
        self._apply()

    def follow(self, before: Filter, after: Filter, batch_name: str) -> None:
        """A page was renamed: keeps it open. `batch_name` is for the page of a batch, which is known by its id."""
        if self._page == before:
            self.open_page(after, next(iter((*after.projects, *after.tags)), batch_name or self.title))

    def opens(self, page: Filter | None) -> bool:
        return self._page == page

    def open_search(self, saved: SavedSearch) -> None:
        """Opens a saved search over the whole library."""
        query = read(saved.line)
        self._page, self.title = Filter(), saved.name
        self._chosen, self.text = query.terms, query.text
        self.text_wanted.emit(query.text)
        self._apply()

    def leave_search(self) -> None:
        """Clears the terms of a saved search, because another entry is opened."""
        self._chosen, self.text = (), ""
        self.text_wanted.emit("")

    def search(self, text: str) -> None:
        """Sets the search text while typing."""
        if text != self.text:
            self.text = text
            self._timer.start()

    def set_today(self, on: bool) -> None:
        self._turn(_TODAY, on)

    def toggle(self, key: str, value: str) -> None:
        term = Term(key, value)
        self._turn(term, term not in self.query.terms)

    def remove(self, term: Term) -> None:
        """Removes a term, also from the typed text."""
        self._turn(term, False)

    def group_by(self, group: GroupBy) -> None:
        """Sets the grouping. `GroupBy.LANE`, only for the queue, restores the sending order."""
        self._in_own_order = group is GroupBy.LANE
        if self._in_own_order:
            self._apply()
            return
        self._remember(replace(self._order, group=group))

    def sort_by(self, key: SortKey, *, descending: bool) -> None:
        self._in_own_order = False
        self._remember(replace(self._order, sort=key, descending=descending))

    def clear(self) -> None:
        self.text, self._chosen = "", ()
        self.text_wanted.emit("")
        self._apply()

    def clear_next(self) -> bool:
        """Clears the typed text, else the chips. False if there is nothing to clear."""
        if self.text:
            self.text = ""
            self.text_wanted.emit("")
            self._apply()
        elif self._chosen:
            self.clear()
        else:
            return False
        return True

    def save_search(self, name: str = "") -> SavedSearch | None:
        """Saves the current search; None if it is empty."""
        query = self.query
        whole = Query((*page_terms(self._page, self._known), *query.terms), query.text)
        return self._edit_searches(lambda: self._saved.save(whole, name or usual_name(query, self.title)))

    def rename_search(self, search_id: str, name: str) -> None:
        self._edit_searches(lambda: self._saved.rename(search_id, name))

    def delete_search(self, search_id: str) -> None:
        self._edit_searches(lambda: self._saved.delete(search_id))

    def restore_search(self, saved: SavedSearch, position: int) -> None:
        self._edit_searches(lambda: self._saved.restore(saved, position))

    def _edit_searches(self, edit: Callable[[], Result]) -> Result:
        before = self.searches
        result = edit()
        if self.searches != before:
            self.searches_changed.emit()
        return result

    def _turn(self, term: Term, on: bool) -> None:
        self._chosen = tuple(found for found in self._chosen if found != term)
        typed = read(self.text)
        if on:
            self._chosen = (*self._chosen, term)
        elif term in typed.terms:
            self.text = typed.without(term).line
            self.text_wanted.emit(self.text)
        self._apply()

    def _meaning(self) -> Meaning:
        of = (self.query, self._page, self._known)
        if self._meant is not None and all(map(operator.is_, of, self._meant[0])):
            return self._meant[1]
        meant = meaning(self.query, self._known, self._cases.clock.now(), self._page)
        by_clock = any(term.key in BY_CLOCK for term in self.query.terms)
        self._meant = None if by_clock else (of, meant)
        return meant

    def _remember(self, order: Listing) -> None:
        self._order = order
        keep_order(self._cases.settings, order)
        self._apply()

    def _ask_typed(self) -> None:
        """Queries the store before emitting `changed`: the repaint then runs in parallel to the query."""
        self._model.set_listing(self.listing)
        self._told.start()

    def _apply(self) -> None:
        self._timer.stop()
        self._told.stop()
        self._model.set_listing(self.listing)
        self.changed.emit()
