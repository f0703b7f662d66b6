"""Turns a filter into an SQL condition on the table of tasks, with parameters.

A word, a tag or a project may match few tasks or nearly all; SQLite cannot estimate which. `number IN (…)` makes SQLite
start from the list of matches, which is right if it is short. Otherwise the condition filters the rows of the list's
index, which stops early if many tasks match. Plain columns get a unary `+`, so that SQLite does not start from an index
of that column and then sort half the library.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence

from runway_desktop.domain.library import PERSON, Bounds, Filter, Page, Without, Words, words_of
from runway_desktop.domain.task import LIVE, LOCAL, HoldCode, Pick, State
from runway_desktop.values import Struct, replace

from .records import Cell, to_cell

LEAST_INDEXED = 3
"""Shortest word in the index, which is made of trigrams."""
LAST_LETTER = chr(0x10FFFF)
PIECES = "temp.pieces"
"""A virtual table of reading connections: which texts contain each trigram."""
IN_LIST = "removed_at IS NULL"
_JUDGED = "SELECT number FROM tasks INDEXED BY tasks_by_made WHERE {}"
_BY_PERSON = "SELECT number, created_at FROM tasks INDEXED BY tasks_by_rating_in_list WHERE {}"
_MATCHES = "SELECT rowid FROM searched WHERE searched MATCH ?"
_LISTED = "SELECT value FROM json_each(?)"
TAGGED = "SELECT task FROM task_tags WHERE tag = ?"
_IN_CAST = "SELECT task FROM task_cast WHERE member IN ({})"
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
"""Filter traits that are stored in a column."""
_LENGTH = "CASE WHEN seconds > 0 THEN seconds ELSE asked_seconds END"


def _quoted(states: Iterable[State]) -> str:
    return ", ".join(f"'{state.value}'" for state in sorted(states))


_FOR_APPROVAL = f"state = '{State.QUEUED.value}' AND hold = '{HoldCode.APPROVAL.value}'"
"""These have a page of their own."""
UNSAVED = """
    FROM outputs CROSS JOIN tasks ON tasks.id = outputs.task_id
    WHERE outputs.state NOT IN ('saved', 'expired') AND NOT tasks.deleted_remotely
    AND (tasks.state = 'succeeded' OR tasks.run IS NOT NULL)
"""
"""Outputs that were never saved, with their tasks; by a small partial index, since most are saved."""
SUGGESTED = f"FROM suggestions CROSS JOIN tasks ON tasks.id = task_id WHERE pick = '{Pick.NONE.value}'"
PAGES = {
    Page.LIVE: f"state IN ({_quoted(LIVE)})",
    Page.WAITING_HERE: f"(state IN ({_quoted(LOCAL)}) AND NOT ({_FOR_APPROVAL}))",
    Page.NEEDS_ATTENTION: "(attention OR missing)",
    Page.NOT_SAVED: f"+number IN (SELECT tasks.number {UNSAVED})",
    # Tasks with missing files have a page of their own.
    Page.SAVED: "saved AND NOT missing",
    Page.PICKS: f"pick = '{Pick.PICK.value}'",
    Page.MISSING: "missing",
    Page.CHANGED: "changed",
    Page.SUGGESTED: f"+number IN (SELECT tasks.number {SUGGESTED})",
}
"""Every page but ALL."""


TEXT = "(SELECT c0 FROM searched_content WHERE id = number)"
"""The searchable text of a task, in FTS5's own content table: reading it there takes half the time of reading it
through FTS5."""


class Held(Struct, frozen=True):
    """A query for the numbers of the tasks that match a criterion, and the condition to use instead if they are
    many."""

    query: str
    cells: tuple[Cell, ...]
    condition: str = ""
    """Empty: the conditions of `judged` are enough."""
    condition_cells: tuple[Cell, ...] = ()
    short_word: str = ""
    """A word of one or two letters. The query finds the trigrams that begin with it, so not the last letters of a
    text."""
    is_whole: bool = True
    """False if some text may end with the short word: then the query misses tasks."""
    pieces_of: tuple[str, ...] = ()
    """Longer words, of which the query checks only that all trigrams occur."""
    told: tuple[str, ...] = ()
    """Words that the query checks: fully, or for longer words only their trigrams, in any order."""

    @property
    def in_texts(self) -> tuple[str, list[Cell]]:
        """A query for those of its tasks whose texts contain the longer words as a whole."""
        holds = " AND ".join("instr(c0, ?) > 0" for _ in self.pieces_of)
        query = f"SELECT id AS number FROM searched_content WHERE id IN ({self.query}) AND {holds}"
        return query, [*self.cells, *self.pieces_of]

    def known(self, numbers: str) -> Held:
        """The result of `in_texts`: the numbers, as a JSON list."""
        return replace(these(numbers), told=(*self.told, *self.pieces_of))

    @property
    def in_query(self) -> Held:
        """Uses the complete query as the condition: collecting its tasks is faster than checking each one."""
        return replace(self, condition=f"+number IN ({self.query})", condition_cells=self.cells)


def add_pieces(connection: sqlite3.Connection) -> None:
    """Creates `PIECES` on a connection that is used for searches."""
    connection.execute(f"CREATE VIRTUAL TABLE {PIECES} USING fts5vocab (main, searched, instance)")


def lists(wanted: Filter) -> tuple[Held, ...]:
    """The parts of the filter that have an index of their own."""
    words = words_of(wanted.text)
    found = [
        Held(f"SELECT number FROM tasks WHERE removed_at IS NULL AND {column} IN ({_marks(names)})", _cells(names))
        for column, names in (("batch_id", wanted.batches), ("project", wanted.projects), ("model", wanted.models))
        if names
    ]
    found += [Held(TAGGED, (tag,)) for tag in sorted(wanted.tags)]
    if wanted.cast:
        found.append(Held(_IN_CAST.format(_marks(wanted.cast)), _cells(wanted.cast)))
    if wanted.clients and PERSON not in wanted.clients:
        found.append(Held(_OF_CLIENTS.format(_marks(wanted.clients)), _cells(wanted.clients)))
    if any(len(word) >= LEAST_INDEXED for word in words.wanted):
        found.append(_indexed(words))
    found += [_short(word) for word in words.wanted if len(word) < LEAST_INDEXED]
    return tuple(found)


def these(numbers: str) -> Held:
    """Tasks with known numbers, as a JSON list."""
    return Held(_LISTED, (numbers,))


def _indexed(words: Words) -> Held:
    """All words that the index supports. It stores which texts contain a trigram, without positions, which would take
    three times the space."""
    indexed = [word for word in words.wanted if len(word) >= LEAST_INDEXED]
    match = " AND ".join(map(_pieces, indexed))
    told = tuple(word for word in indexed if len(word) == LEAST_INDEXED)
    longer = tuple(word for word in indexed if word not in told)
    return Held(_MATCHES, (match,), f"+number IN ({_MATCHES})", (match,), pieces_of=longer, told=told)


def _short(word: str) -> Held:
    # All trigrams that begin with the word.
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
    """The condition for a filter, with parameters. Removed tasks never match.

    `held`: `lists` of the filter. `few`: those of them that are short enough to start from. `frequent`: tags of very
    many tasks. `in_order`: tasks are scanned by creation, in the index that covers all plain columns; in other orders
    these columns would be read from the table row by row. `is_beginning`: not all tasks are scanned."""
    made = _Conditions()
    columns, cells = judged(wanted, (*wanted.tags, *wanted.without.tags) if few else frequent)
    if few:
        made.add(columns, *cells)
        for one in few:
            made.add(f"number IN ({one.query})", *one.cells)
    else:
        # Tags are checked per task.
        by_tags = replace(wanted, tags=frozenset(), without=replace(wanted.without, tags=frozenset()))
        if in_order or judged(by_tags)[0] == IN_LIST:
            made.add(columns, *cells)
        else:
            made.add(f"{IN_LIST} AND +number IN ({_JUDGED.format(columns)})", *cells)
        for one in held:
            if one.condition:
                made.add(one.condition, *one.condition_cells)
    # Only a few tasks match so far: check their texts directly.
    told = [word for one in (few or held) for word in one.told]
    words = words_of(wanted.text)
    for word in words.wanted:
        if word not in told:
            made.add(f"instr({TEXT}, ?) > 0", word)
    for word in words.unwanted:
        if few or (is_beginning and words.wanted):
            made.add(f"instr({TEXT}, ?) = 0", word)
        else:
            # For a full scan: the index excludes most tasks without reading their texts.
            made.add(f"NOT (number IN ({_MATCHES}) AND instr({TEXT}, ?) > 0)", _pieces(word), word)
    return made.said


def numbers(wanted: Filter, frequent: Collection[str] = ()) -> tuple[str, list[Cell]]:
    """Query for the numbers of tasks that match everything but the words, with parameters."""
    condition, cells = judged(wanted, frequent)
    return _JUDGED.format(condition), cells


def by_person(wanted: Filter, frequent: Collection[str] = ()) -> tuple[str, list[Cell]] | None:
    """Like `numbers`, from an index of a sixth of the size with the columns of people's judgments. None if the filter
    uses other columns, or none."""
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
    """Conditions on the plain columns of a task, which the index of the usual order covers, and on its tags. IN_LIST if
    there are none. `rating`: SQL expression for the stars."""
    made = _Conditions()
    made.add(IN_LIST)
    for page in (wanted.page, *sorted(wanted.pages)):
        if page in PAGES:
            made.add(PAGES[page])
    # First, since numbers are compared faster than texts, and few tasks have stars.
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
    for page in sorted(without.pages):
        made.add(f"NOT ({PAGES.get(page, '1')})")
    for tags, negation in ((wanted.tags, ""), (without.tags, "NOT ")):
        for tag in sorted(tags):
            # `IN` would collect the tag's tasks first, too many for a frequent tag; EXISTS is fast per task that passed
            # the other conditions.
            each = "EXISTS (SELECT 1 FROM task_tags WHERE tag = ? AND task = number)"
            made.add(f"{negation}{each}" if tag in frequent else f"+number {negation}IN ({TAGGED})", tag)
    for members, negation in ((wanted.cast, ""), (without.cast, "NOT ")):
        if members:
            made.add(f"+number {negation}IN ({_IN_CAST.format(_marks(members))})", *_cells(members))
    for clients, negation in ((wanted.clients, ""), (without.clients, "NOT ")):
        if clients:
            condition, names = _asked_by(clients)
            made.add(f"{negation}({condition})", *names)
    return made.said


def _asked_by(clients: Collection[str]) -> tuple[str, tuple[Cell, ...]]:
    """That one of these clients asked for a task, with parameters. Checked per task: collecting all of a client's tasks
    would take longer than finding the first matches."""
    names = _cells(set(clients) - {PERSON})
    found = [f"EXISTS ({_ASKED} client IN ({_marks(names)}))"] if names else []
    if PERSON in clients:
        found.append(f"NOT EXISTS ({_ASKED} 1)")
    return " OR ".join(found), names


def of_each(wanted: Filter) -> tuple[str, list[Cell]]:
    """Conditions on a task's text, if texts are checked one by one. Empty without words."""
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

    def within(self, column: str, span: Bounds) -> None:
        if span.least is not None:
            self.add(f"{column} >= ?", span.least)
        if span.most is not None:
            self.add(f"{column} <= ?", span.most)


def _pieces(word: str) -> str:
    """The trigrams of a word of at least three letters, as an FTS5 query."""
    pieces = dict.fromkeys(word[at : at + LEAST_INDEXED] for at in range(len(word) - LEAST_INDEXED + 1))
    return " AND ".join('"' + piece.replace('"', '""') + '"' for piece in pieces)


def _cells(words: Iterable[str]) -> tuple[Cell, ...]:
    return tuple(to_cell(str(word)) for word in sorted(words))


def _marks(cells: Collection[object]) -> str:
    return ", ".join("?" * len(cells))
