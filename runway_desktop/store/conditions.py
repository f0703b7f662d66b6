"""What a filter asks, as an SQL condition on the table of tasks, with its parameters."""

from __future__ import annotations

from collections.abc import Iterable

from runway_desktop.domain.library import Filter, Place, Span
from runway_desktop.domain.search import words_of
from runway_desktop.domain.task import LIVE, LOCAL, Pick, State

from .records import Cell, to_cell

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


def where(wanted: Filter) -> tuple[str, list[Cell]]:
    """Tasks that are removed from the list are never wanted."""
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
    for tag in sorted(wanted.tags):
        made.add("number IN (SELECT task FROM task_tags WHERE tag = ?)", tag)
    if wanted.since is not None:
        made.add("sent_or_made >= ?", wanted.since)
    if wanted.until is not None:
        made.add("sent_or_made < ?", wanted.until)
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
    _search(made, wanted.text)
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


def _search(made: _Conditions, text: str) -> None:
    """The index knows three letters in a row; shorter words are looked for in the text itself."""
    words = words_of(text)
    long = [word for word in words.wanted if len(word) >= 3]
    short = [word for word in words.wanted if len(word) < 3]
    if long or short:
        inner = ["searched MATCH ?"] if long else []
        inner += ["instr(words, ?) > 0"] * len(short)
        cells: list[Cell] = [" AND ".join(map(_phrase, long))] if long else []
        made.add(f"number IN (SELECT rowid FROM searched WHERE {' AND '.join(inner)})", *cells, *short)
    for word in words.unwanted:
        if len(word) >= 3:
            made.add("number NOT IN (SELECT rowid FROM searched WHERE searched MATCH ?)", _phrase(word))
        else:
            made.add("number NOT IN (SELECT rowid FROM searched WHERE instr(words, ?) > 0)", word)


def _phrase(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'
