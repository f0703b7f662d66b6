"""What a filter asks, as an SQL condition on the table of tasks, with its parameters.

Words and tags are held by few tasks or by nearly all, which SQLite cannot tell. Written as `number IN (…)` such a list
is where SQLite begins: right when it is short. Else it strikes out what the list's own order brings, which stops early
when many tasks hold the word.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from runway_desktop.domain.library import Filter, Place, Span
from runway_desktop.domain.search import words_of
from runway_desktop.domain.task import LIVE, LOCAL, Pick, State

from .records import Cell, to_cell

LEAST_INDEXED = 3
"""Letters of a word that the index knows: it is made of pieces of three letters."""
LAST_LETTER = chr(0x10FFFF)
PIECES = "temp.pieces"
"""On a reading connection: where each piece of the index stands."""
_MATCHES = "SELECT rowid FROM searched WHERE searched MATCH ?"
_LENGTH = "CASE WHEN seconds > 0 THEN seconds ELSE asked_seconds END"


def _quoted(states: Iterable[State]) -> str:
    return ", ".join(f"'{state.value}'" for state in sorted(states))


PLACES = {
    Place.LIVE: f"state IN ({_quoted(LIVE)})",
    Place.WAITING_HERE: f"state IN ({_quoted(LOCAL)})",
    Place.NEEDS_ATTENTION: "attention",
    Place.SAVED: "saved",
    Place.PICKS: f"pick = '{Pick.PICK.value}'",
    Place.MISSING: "missing",
    Place.CHANGED: "changed",
}
"""Every place but ALL."""


TEXT = "(SELECT c0 FROM searched_content WHERE id = number)"
"""Everything a task is found by. FTS5 keeps it in this table of its own, which is read in half the time without it."""


@dataclass(frozen=True, slots=True)
class Held:
    """The numbers of the tasks that hold a tag or words, as a query; and the condition to use when they are many."""

    query: str
    cells: tuple[Cell, ...]
    condition: str
    condition_cells: tuple[Cell, ...]
    short_word: str = ""
    """The query knows where this word of a letter or two begins, but not at the end of a text."""


def lists(wanted: Filter) -> tuple[Held, ...]:
    """What the filter looks up in an index of its own."""
    words = words_of(wanted.text).wanted
    found = [_held("SELECT task FROM task_tags WHERE tag = ?", tag) for tag in sorted(wanted.tags)]
    if has_indexed(words):
        found.append(_held(_MATCHES, " AND ".join(_phrase(word) for word in words if len(word) >= LEAST_INDEXED)))
    found += [_short(word) for word in words if len(word) < LEAST_INDEXED]
    return tuple(found)


def has_indexed(words: Iterable[str]) -> bool:
    return any(len(word) >= LEAST_INDEXED for word in words)


def _held(query: str, cell: Cell) -> Held:
    return Held(query, (cell,), f"+number IN ({query})", (cell,))


def _short(word: str) -> Held:
    # All pieces of three letters that begin with it.
    bounds = (word, word + LAST_LETTER * (LEAST_INDEXED - len(word)))
    query = f"SELECT doc FROM {PIECES} WHERE term BETWEEN ? AND ?"
    return Held(query, bounds, f"instr({TEXT}, ?) > 0", (word,), short_word=word)


def where(wanted: Filter, few: Collection[Held] = ()) -> tuple[str, list[Cell]]:
    """Tasks that are removed from the list are never wanted. `few` are those of `lists` that are worth beginning
    with."""
    made = _Conditions()
    made.add("removed_at IS NULL")
    for place in (wanted.place, *sorted(wanted.places)):
        if place in PLACES:
            made.add(PLACES[place])
    made.one_of("state", wanted.states)
    made.one_of("model", wanted.models)
    made.one_of("endpoint", wanted.endpoints)
    made.one_of("project", wanted.projects)
    made.one_of("batch_id", wanted.batches)
    made.one_of("pick", wanted.picks)
    made.one_of("shot", wanted.shots)
    for held in lists(wanted):
        if held in few:
            made.add(f"number IN ({held.query})", *held.cells)
        else:
            made.add(held.condition, *held.condition_cells)
    if wanted.since is not None:
        made.add("created_at >= ?", wanted.since)
    if wanted.until is not None:
        made.add("created_at < ?", wanted.until)
    made.within("rating", wanted.rating)
    made.within("max(credits, 0)", wanted.cost)
    made.within(_LENGTH, wanted.length)
    without = wanted.without
    if without:
        made.none_of("state", without.states)
        made.none_of("model", without.models)
        made.none_of("endpoint", without.endpoints)
        made.none_of("project", without.projects)
        made.none_of("coalesce(batch_id, '')", without.batches)
        made.none_of("pick", without.picks)
        made.none_of("shot", without.shots)
        for tag in sorted(without.tags):
            made.add("number NOT IN (SELECT task FROM task_tags WHERE tag = ?)", tag)
        for place in sorted(without.places):
            made.add(f"NOT ({PLACES.get(place, '1')})")
    for word in words_of(wanted.text).unwanted:
        made.add(f"number NOT IN ({_MATCHES})", _phrase(word))
    return " AND ".join(made.conditions), made.parameters


class _Conditions:
    def __init__(self) -> None:
        self.conditions: list[str] = []
        self.parameters: list[Cell] = []

    def add(self, condition: str, *parameters: Cell) -> None:
        self.conditions.append(condition)
        self.parameters += parameters

    def one_of(self, column: str, words: Iterable[str], negation: str = "") -> None:
        cells = [to_cell(str(word)) for word in sorted(words)]
        if cells:
            self.add(f"{column} {negation}IN ({', '.join('?' * len(cells))})", *cells)

    def none_of(self, column: str, words: Iterable[str]) -> None:
        self.one_of(column, words, "NOT ")

    def within(self, column: str, span: Span) -> None:
        if span.least is not None:
            self.add(f"{column} >= ?", span.least)
        if span.most is not None:
            self.add(f"{column} <= ?", span.most)


def _phrase(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'
