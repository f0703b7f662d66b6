"""What a filter asks, as an SQL condition on the table of tasks, with its parameters.

A word, a tag or a project is held by few tasks or by nearly all, which SQLite cannot tell. Written as `number IN (…)`
such a list is where SQLite begins: right when it is short. Else it strikes out what the list's own order brings, which
stops early when many tasks hold the word. What stands in plain columns is asked with a `+`, which keeps SQLite from
beginning with an index of that column and sorting half the library afterwards.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence

from runway_desktop.domain.library import PERSON, Filter, Place, Span, Without, Words, words_of
from runway_desktop.domain.task import LIVE, LOCAL, Pick, State
from runway_desktop.values import Struct, replace

from .records import Cell, to_cell

LEAST_INDEXED = 3
"""Letters of a word that the index knows: it is made of pieces of three letters."""
LAST_LETTER = chr(0x10FFFF)
PIECES = "temp.pieces"
"""On a reading connection: where each piece of the index stands."""
IN_LIST = "removed_at IS NULL"
_JUDGED = "SELECT number FROM tasks INDEXED BY tasks_by_made WHERE {}"
_BY_PERSON = "SELECT number, created_at FROM tasks INDEXED BY tasks_by_rating_in_list WHERE {}"
_MATCHES = "SELECT rowid FROM searched WHERE searched MATCH ?"
_LISTED = "SELECT value FROM json_each(?)"
TAGGED = "SELECT task FROM task_tags WHERE tag = ?"
_OF_CLIENTS = "SELECT number FROM client_requests CROSS JOIN tasks ON id = task_id WHERE client IN ({})"
_ASKED = "SELECT 1 FROM client_requests WHERE task_id = id AND"
_COLUMNS = {
    "states": "+state",
    "models": "+model",
    "endpoints": "+endpoint",
    "projects": "+project",
    "batches": "+batch_id",
    "picks": "+pick",
    "shots": "+shot",
}
"""The column of each trait that stands in one."""
_LENGTH = "CASE WHEN seconds > 0 THEN seconds ELSE asked_seconds END"


def _quoted(states: Iterable[State]) -> str:
    return ", ".join(f"'{state.value}'" for state in sorted(states))


PLACES = {
    Place.LIVE: f"state IN ({_quoted(LIVE)})",
    Place.WAITING_HERE: f"state IN ({_quoted(LOCAL)})",
    Place.NEEDS_ATTENTION: "attention",
    # What is missing counts among what is not saved.
    Place.SAVED: "saved AND NOT missing",
    Place.PICKS: f"pick = '{Pick.PICK.value}'",
    Place.MISSING: "missing",
    Place.CHANGED: "changed",
}
"""Every place but ALL."""


TEXT = "(SELECT c0 FROM searched_content WHERE id = number)"
"""Everything a task is found by. FTS5 keeps it in this table of its own, which is read in half the time without it."""


class Held(Struct, frozen=True):
    """The numbers of the tasks that hold something, as a query; and the condition to use when they are many."""

    query: str
    cells: tuple[Cell, ...]
    condition: str = ""
    """Empty: what `judged` says is enough."""
    condition_cells: tuple[Cell, ...] = ()
    short_word: str = ""
    """The query knows where this word of a letter or two begins, but not at the end of a text."""
    is_whole: bool = True
    """False where a text may end with the short word: then the query leaves tasks out."""
    pieces_of: tuple[str, ...] = ()
    """Longer words of which the query knows the pieces, and not whether they stand together."""
    told: tuple[str, ...] = ()
    """Words of which nothing is left to be asked: the query gives no task without them. Of a longer word it gives those
    that hold all its pieces, wherever these stand."""

    @property
    def in_texts(self) -> tuple[str, list[Cell]]:
        """Those of its tasks whose texts hold the longer words whole, as a query of their numbers."""
        holds = " AND ".join("instr(c0, ?) > 0" for _ in self.pieces_of)
        query = f"SELECT id AS number FROM searched_content WHERE id IN ({self.query}) AND {holds}"
        return query, [*self.cells, *self.pieces_of]

    def known(self, numbers: str) -> Held:
        """The same where `in_texts` was asked: the numbers, as a list in JSON."""
        return replace(these(numbers), told=(*self.told, *self.pieces_of))

    @property
    def in_query(self) -> Held:
        """The same where the query tells all: its tasks are gathered, sooner than that each is looked into."""
        return replace(self, condition=f"+number IN ({self.query})", condition_cells=self.cells)


def add_pieces(connection: sqlite3.Connection) -> None:
    """Makes `PIECES` for a connection that is asked for words."""
    connection.execute(f"CREATE VIRTUAL TABLE {PIECES} USING fts5vocab (main, searched, instance)")


def lists(wanted: Filter) -> tuple[Held, ...]:
    """What the filter looks up in an index of its own."""
    words = words_of(wanted.text)
    found = [
        Held(f"SELECT number FROM tasks WHERE removed_at IS NULL AND {column} IN ({_marks(names)})", _cells(names))
        for column, names in (("batch_id", wanted.batches), ("project", wanted.projects), ("model", wanted.models))
        if names
    ]
    found += [Held(TAGGED, (tag,)) for tag in sorted(wanted.tags)]
    if wanted.clients and PERSON not in wanted.clients:
        found.append(Held(_OF_CLIENTS.format(_marks(wanted.clients)), _cells(wanted.clients)))
    if has_indexed(words.wanted):
        found.append(_indexed(words))
    found += [_short(word) for word in words.wanted if len(word) < LEAST_INDEXED]
    return tuple(found)


def has_indexed(words: Iterable[str]) -> bool:
    return any(len(word) >= LEAST_INDEXED for word in words)


def these(numbers: str) -> Held:
    """Tasks whose numbers are known, as a list in JSON."""
    return Held(_LISTED, (numbers,))


def _indexed(words: Words) -> Held:
    """All words that the index knows. It keeps of each piece which texts hold it, and not where: that would take three
    times the room."""
    indexed = [word for word in words.wanted if len(word) >= LEAST_INDEXED]
    match = " AND ".join(map(_pieces, indexed))
    told = tuple(word for word in indexed if len(word) == LEAST_INDEXED)
    longer = tuple(word for word in indexed if word not in told)
    return Held(_MATCHES, (match,), f"+number IN ({_MATCHES})", (match,), pieces_of=longer, told=told)


def _short(word: str) -> Held:
    # All pieces of three letters that begin with it.
    bounds = (word, word + LAST_LETTER * (LEAST_INDEXED - len(word)))
    query = f"SELECT doc FROM {PIECES} WHERE term BETWEEN ? AND ?"
    return Held(query, bounds, f"instr({TEXT}, ?) > 0", (word,), short_word=word, told=(word,))


def where(
    wanted: Filter,
    held: Sequence[Held] = (),
    few: Collection[Held] = (),
    frequent: Collection[str] = (),
    *,
    in_order: bool = True,
    is_beginning: bool = False,
) -> tuple[str, list[Cell]]:
    """Tasks that are removed from the list are never wanted. `held` are the `lists` of the filter; `few` those that are
    worth beginning with, as they are short; `frequent` the tags that are held by very many. `in_order`: they are gone
    through as they were made, by the index that carries all plain columns; in any other order, row by row, these would
    be read from the table itself. `is_beginning`: not all of them are gone through."""
    made = _Conditions()
    columns, cells = judged(wanted, (*wanted.tags, *wanted.without.tags) if few else frequent)
    if few:
        made.add(columns, *cells)
        for one in few:
            made.add(f"number IN ({one.query})", *one.cells)
    else:
        # Tags are asked of each task.
        by_tags = replace(wanted, tags=frozenset(), without=replace(wanted.without, tags=frozenset()))
        if in_order or judged(by_tags)[0] == IN_LIST:
            made.add(columns, *cells)
        else:
            made.add(f"{IN_LIST} AND +number IN ({_JUDGED.format(columns)})", *cells)
        for one in held:
            if one.condition:
                made.add(one.condition, *one.condition_cells)
    # Of a few tasks the texts themselves are looked into.
    told = [word for one in (few or held) for word in one.told]
    words = words_of(wanted.text)
    for word in words.wanted:
        if word not in told:
            made.add(f"instr({TEXT}, ?) > 0", word)
    for word in words.unwanted:
        if few or (is_beginning and words.wanted):
            made.add(f"instr({TEXT}, ?) = 0", word)
        else:
            # Where all are gone through, the index knows of most that they do not hold it.
            made.add(f"NOT (number IN ({_MATCHES}) AND instr({TEXT}, ?) > 0)", _pieces(word), word)
    return made.said


def numbers(wanted: Filter, frequent: Collection[str] = ()) -> tuple[str, list[Cell]]:
    """The numbers of the tasks that are judged as the filter wants, whatever their words, as a query and its
    parameters."""
    condition, cells = judged(wanted, frequent)
    return _JUDGED.format(condition), cells


def by_person(wanted: Filter, frequent: Collection[str] = ()) -> tuple[str, list[Cell]] | None:
    """Like `numbers`, from an index of a sixth of the size, which has what people judge by. None where anything else is
    asked, or nothing."""
    without = wanted.without
    own = Filter(
        text=wanted.text,
        rating=wanted.rating,
        projects=wanted.projects,
        picks=wanted.picks,
        tags=wanted.tags,
        since=wanted.since,
        until=wanted.until,
        without=Without(projects=without.projects, picks=without.picks, tags=without.tags),
    )
    condition, cells = judged(wanted, frequent, rating="rating")
    return None if own != wanted or condition == IN_LIST else (_BY_PERSON.format(condition), cells)


def judged(wanted: Filter, frequent: Collection[str] = (), *, rating: str = "+rating") -> tuple[str, list[Cell]]:
    """What the plain columns of a task tell, all of which stand in the index of the usual order, and its tags. IN_LIST
    where nothing is asked of them. `rating`: how the stars are asked."""
    made = _Conditions()
    made.add(IN_LIST)
    for place in (wanted.place, *sorted(wanted.places)):
        if place in PLACES:
            made.add(PLACES[place])
    # A number is compared sooner than a name: what few have is looked for in most of the library.
    made.within(rating, wanted.rating)
    for name, column in _COLUMNS.items():
        made.one_of(column, getattr(wanted, name))
    if wanted.since is not None:
        made.add("created_at >= ?", wanted.since)
    if wanted.until is not None:
        made.add("created_at < ?", wanted.until)
    made.within("max(credits, 0)", wanted.cost)
    made.within(_LENGTH, wanted.length)
    without = wanted.without
    for name, column in (_COLUMNS | {"batches": "coalesce(batch_id, '')"}).items():
        made.one_of(column, getattr(without, name), "NOT ")
    for place in sorted(without.places):
        made.add(f"NOT ({PLACES.get(place, '1')})")
    for tags, negation in ((wanted.tags, ""), (without.tags, "NOT ")):
        for tag in sorted(tags):
            # A long list would be gathered first; of a task that passed all else it is asked in a moment.
            each = "EXISTS (SELECT 1 FROM task_tags WHERE tag = ? AND task = number)"
            made.add(f"{negation}{each}" if tag in frequent else f"+number {negation}IN ({TAGGED})", tag)
    for clients, negation in ((wanted.clients, ""), (without.clients, "NOT ")):
        if clients:
            condition, names = _asked_by(clients)
            made.add(f"{negation}({condition})", *names)
    return made.said


def _asked_by(clients: Collection[str]) -> tuple[str, tuple[Cell, ...]]:
    """That one of these asked for a task, with the parameters. It is asked of each task: to gather all of a client's
    tasks first would take longer than the first of them take to be found."""
    names = _cells(set(clients) - {PERSON})
    found = [f"EXISTS ({_ASKED} client IN ({_marks(names)}))"] if names else []
    if PERSON in clients:
        found.append(f"NOT EXISTS ({_ASKED} 1)")
    return " OR ".join(found), names


def of_each(wanted: Filter) -> tuple[str, list[Cell]]:
    """What the text of a task is looked through for, where that is done one by one. Empty where nothing is asked."""
    made = _Conditions()
    words = words_of(wanted.text)
    for word in words.wanted:
        made.add(f"instr({TEXT}, ?) > 0", word)
    for word in words.unwanted:
        made.add(f"instr({TEXT}, ?) = 0", word)
    return made.said


class _Conditions:
    def __init__(self) -> None:
        self.conditions: list[str] = []
        self.parameters: list[Cell] = []

    @property
    def said(self) -> tuple[str, list[Cell]]:
        return " AND ".join(self.conditions), self.parameters

    def add(self, condition: str, *parameters: Cell) -> None:
        self.conditions.append(condition)
        self.parameters += parameters

    def one_of(self, column: str, words: Iterable[str], negation: str = "") -> None:
        cells = _cells(words)
        if cells:
            self.add(f"{column} {negation}IN ({_marks(cells)})", *cells)

    def within(self, column: str, span: Span) -> None:
        if span.least is not None:
            self.add(f"{column} >= ?", span.least)
        if span.most is not None:
            self.add(f"{column} <= ?", span.most)


def _pieces(word: str) -> str:
    """All pieces of a word of at least three letters, as the index is asked for them."""
    pieces = dict.fromkeys(word[at : at + LEAST_INDEXED] for at in range(len(word) - LEAST_INDEXED + 1))
    return " AND ".join('"' + piece.replace('"', '""') + '"' for piece in pieces)


def _cells(words: Iterable[str]) -> tuple[Cell, ...]:
    return tuple(to_cell(str(word)) for word in sorted(words))


def _marks(cells: Collection[object]) -> str:
    return ", ".join("?" * len(cells))
