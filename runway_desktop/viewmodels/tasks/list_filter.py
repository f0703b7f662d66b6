"""What narrows the list: the open place, the search line, the chips; and how it is sorted and grouped. GUI thread
only.

One listing comes out of it; sorting and grouping are remembered, filters are not (a list that hides tasks at the
next start would look as if they were lost). Searches that the person saved are kept as their words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from runway_desktop.domain.library import Filter, GroupBy, Listing, Place, PlaceCounts, SortKey
from runway_desktop.domain.search import folded
from runway_desktop.services.engine import Engine
from runway_desktop.usecases.searching.language import Meaning, Query, Term, meaning, read
from runway_desktop.usecases.searching.suggestions import Suggestion, suggestions

from .task_list import TaskListModel

_MEMORY, _SAVED = "list.order", "list.searches"
SEARCH_DELAY_MS = 0
"""Keys that come in one turn of the loop are one question; a person's are each answered."""
_TODAY = Term("date", "today")


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """`line` is the whole search in words; `place` is the filter that it was made in, as words too."""

    id: str
    name: str
    line: str


class ListFilter(QObject):
    changed = Signal()
    searches_changed = Signal()
    """Saved searches came, went, or have other names."""
    text_wanted = Signal(str)
    """The search line is to show this text."""

    def __init__(self, engine: Engine, model: TaskListModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._model = model
        self._known = PlaceCounts()
        self._place = Filter()
        self._title = "All tasks"
        self._text = ""
        self._chosen: tuple[Term, ...] = ()
        self._saved: tuple[SavedSearch, ...] = ()
        self._sort, self._descending, self._group = _order({})
        self._timer = QTimer(self, singleShot=True, interval=SEARCH_DELAY_MS)
        self._timer.timeout.connect(self._apply)

    def restore(self) -> None:
        """Takes up sorting, grouping and the saved searches of the last time. Call once, after the settings are
        loaded."""
        self._sort, self._descending, self._group = _order(self._engine.settings.get(_MEMORY, {}))
        self._saved = tuple(_searches(self._engine.settings.get(_SAVED, [])))
        self.searches_changed.emit()
        self._apply()

    def know(self, counts: PlaceCounts) -> None:
        """What the library holds: names that words are understood by."""
        before, self._known = self._known, counts
        if self.query.terms and _names(before) != _names(counts):
            self._apply()

    @property
    def listing(self) -> Listing:
        return Listing(filter=self._meaning().filter, sort=self._sort, descending=self._descending, group=self._group)

    @property
    def query(self) -> Query:
        """Everything that is asked for, typed or chosen."""
        typed = read(self._text)
        return Query(tuple(dict.fromkeys((*self._chosen, *typed.terms))), typed.text)

    @property
    def said(self) -> tuple[str, ...]:
        """Sentences about words that are not understood."""
        return self._meaning().said

    @property
    def title(self) -> str:
        return self._title

    @property
    def is_everywhere(self) -> bool:
        """All tasks are open, and not a place among them."""
        return self._place == Filter()

    @property
    def place(self) -> Place:
        """The open one."""
        return self._place.place

    @property
    def text(self) -> str:
        return self._text

    @property
    def chips(self) -> tuple[Term, ...]:
        """What narrows the list: not words that are not understood."""
        unused = self._meaning().unused
        return tuple(term for term in self.query.terms if term not in unused)

    def label_of(self, term: Term) -> str:
        """As a chip says it, with the name of a batch where the word has its id."""
        name = self._batch_names().get(term.value) if term.key == "batch" else None
        return replace(term, value=name).label if name else term.label

    def _batch_names(self) -> dict[str, str]:
        return {batch: name for batch, name, _ in self._known.batches}

    @property
    def today(self) -> bool:
        return _TODAY in self.query.terms

    @property
    def states(self) -> frozenset[str]:
        """Words of `STATUSES`."""
        return frozenset(term.value for term in self.query.terms if term.key == "state" and not term.negative)

    @property
    def models(self) -> frozenset[str]:
        return frozenset(term.value for term in self.query.terms if term.key == "model" and not term.negative)

    @property
    def narrows(self) -> bool:
        """Something beyond the open place hides tasks."""
        query = self.query
        return bool(query.terms or query.text.strip())

    @property
    def searches(self) -> tuple[SavedSearch, ...]:
        return self._saved

    def filter_of(self, saved: SavedSearch) -> Filter:
        return meaning(read(saved.line), self._known, self._engine.clock.now()).filter

    def suggestions(self, cursor: int) -> list[Suggestion]:
        """What the word at the cursor of the search line could become."""
        return suggestions(self._text, cursor, self._known)

    def open_place(self, place: Filter, title: str) -> None:
        self._place, self._title = place, title
        self._apply()

    def open_search(self, saved: SavedSearch) -> None:
        """Asks a saved search anew, in the whole library."""
        query = read(saved.line)
        self._place, self._title = Filter(), saved.name
        self._chosen, self._text = query.terms, query.text
        self.text_wanted.emit(query.text)
        self._apply()

    def leave_search(self) -> None:
        """Another place is opened: what a saved search asked goes with it."""
        self._chosen, self._text = (), ""
        self.text_wanted.emit("")

    def search(self, text: str) -> None:
        """As one types."""
        if text != self._text:
            self._text = text
            self._timer.start()

    def set_today(self, on: bool) -> None:
        self._turn(_TODAY, on)

    def toggle(self, key: str, value: str) -> None:
        term = Term(key, value)
        self._turn(term, term not in self.query.terms)

    def remove(self, term: Term) -> None:
        """Takes one chip away, from where it was typed too."""
        self._turn(term, False)

    def group_by(self, group: GroupBy) -> None:
        self._group = group
        self._remember()

    def sort_by(self, key: SortKey, *, descending: bool) -> None:
        self._sort, self._descending = key, descending
        self._remember()

    def clear(self) -> None:
        self._text, self._chosen = "", ()
        self.text_wanted.emit("")
        self._apply()

    def clear_next(self) -> bool:
        """One step back: the words that were typed, then what was chosen by menu. False when nothing narrows."""
        if self._text:
            self._text = ""
            self.text_wanted.emit("")
            self._apply()
        elif self._chosen:
            self.clear()
        else:
            return False
        return True

    def save_search(self, name: str = "") -> SavedSearch | None:
        """Keeps the present search; None when nothing is asked for."""
        line = Query((*self._place_terms(), *self.query.terms), self.query.text).line
        if not line:
            return None
        found = next((saved for saved in self._saved if saved.line == line), None)
        if found is not None:
            return found
        labels = [term.label for term in self.query.terms] + ([self.query.text] if self.query.text else [])
        from uuid import uuid4

        saved = SavedSearch(uuid4().hex, name or ", ".join(labels)[:60] or self._title, line)
        self._keep((*self._saved, saved))
        return saved

    def rename_search(self, search_id: str, name: str) -> None:
        words = " ".join(name.split())
        if words:
            self._keep([SavedSearch(s.id, words, s.line) if s.id == search_id else s for s in self._saved])

    def delete_search(self, search_id: str) -> None:
        self._keep([saved for saved in self._saved if saved.id != search_id])

    def restore_search(self, saved: SavedSearch, place: int) -> None:
        """Undo of a deletion: back to where it stood."""
        kept = [found for found in self._saved if found.id != saved.id]
        kept.insert(place, saved)
        self._keep(kept)

    def _place_terms(self) -> tuple[Term, ...]:
        """The open place in words, so that a saved search can be asked from anywhere."""
        names = self._batch_names()
        terms = [Term("project", project) for project in sorted(self._place.projects)]
        for batch in sorted(self._place.batches):
            name = names.get(batch, batch)
            is_clear = [other for other in names if folded(name) in folded(names[other])] == [batch]
            terms.append(Term("batch", name if is_clear else batch))
        terms += [Term("tag", tag) for tag in sorted(self._place.tags)]
        word = _PLACE_WORDS.get(self._place.place.value)
        return (*terms, *((Term("is", word),) if word else ()))

    def _turn(self, term: Term, on: bool) -> None:
        self._chosen = tuple(found for found in self._chosen if found != term)
        typed = read(self._text)
        if on:
            self._chosen = (*self._chosen, term)
        elif term in typed.terms:
            self._text = typed.without(term).line
            self.text_wanted.emit(self._text)
        self._apply()

    def _meaning(self) -> Meaning:
        return meaning(self.query, self._known, self._engine.clock.now(), self._place)

    def _keep(self, searches: Sequence[SavedSearch]) -> None:
        self._saved = tuple(searches)
        self._engine.settings.set(_SAVED, [{"id": s.id, "name": s.name, "line": s.line} for s in self._saved])
        self.searches_changed.emit()

    def _remember(self) -> None:
        self._engine.settings.set(
            _MEMORY, {"sort": self._sort.value, "descending": self._descending, "group": self._group.value}
        )
        self._apply()

    def _apply(self) -> None:
        self._timer.stop()
        self._model.set_listing(self.listing)
        self.changed.emit()


_PLACE_WORDS = {
    "live": "live",
    "waiting here": "waiting",
    "needs attention": "attention",
    "saved": "saved",
    "picks": "pick",
    "missing files": "missing",
    "changed files": "changed",
}


def listing_at_start(engine: Engine) -> Listing:
    """What a list shows first: everything, sorted and grouped as the last time."""
    sort, descending, group = _order(engine.settings.get(_MEMORY, {}))
    return Listing(sort=sort, descending=descending, group=group)


def _order(stored: Any) -> tuple[SortKey, bool, GroupBy]:
    """What was kept of sorting and grouping, if all of it makes sense."""
    try:
        return (
            SortKey(stored.get("sort", SortKey.MADE)),
            bool(stored.get("descending", True)),
            GroupBy(stored.get("group", GroupBy.BATCH)),
        )
    except (AttributeError, ValueError):
        return SortKey.MADE, True, GroupBy.BATCH


def _names(counts: PlaceCounts) -> tuple[object, ...]:
    """What words are understood by."""
    of_batches = [(batch, name) for batch, name, _ in counts.batches]
    kinds = (counts.models, counts.endpoints, counts.projects, counts.tags, counts.shots)
    return (of_batches, *(frozenset(names) for names in kinds))


def _searches(stored: Any) -> list[SavedSearch]:
    """What was kept, as far as it makes sense."""
    if not isinstance(stored, list):
        return []
    found = []
    for one in stored:
        if isinstance(one, Mapping) and all(isinstance(one.get(name), str) for name in ("id", "name", "line")):
            found.append(SavedSearch(one["id"], one["name"], one["line"]))
    return found
