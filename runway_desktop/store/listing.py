"""Queries of the list as SQL: which tasks, in which order and groups, and how many tasks match.

Functions of a reading connection, on its thread. SQLite filters and sorts, by an index where possible, and returns the
whole answer as one text: SQLite releases the interpreter lock, which fetching a hundred thousand rows would hold.
Python only brings entries of a group together.
"""

from __future__ import annotations

import operator
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import tzinfo
from itertools import chain, compress, count, islice, pairwise
from typing import Any

from runway_desktop.domain.library import Entries, Filter, GroupBy, GroupSummary, Listing, SortKey, words_of
from runway_desktop.domain.moments import local_time
from runway_desktop.domain.task import State, TaskId
from runway_desktop.values import replace

from .conditions import IN_LIST, TAGGED, Held, by_person, judged, lists, numbers, of_each, these, where
from .reading import all_batch_names
from .records import Cell, to_text

_QUARTER = 900
"""Seconds. Days begin at a whole quarter of an hour in every time zone, so times are looked up per quarter."""

NEAR = 1500
"""Tasks that are scanned one by one before an index of all is used."""
FEW = 2000
"""Up to so many matches are looked up and sorted instead of scanning the list's order."""
READ = 8000
"""Up to so many texts with a word's trigrams are read before a scan. Often hardly any of them contains the word: many a
"lighthouse in static fog" has the trigrams of "state"."""
MANY = 30_000
"""Up to so many tasks are collected for a short word; a more frequent one is found soon by scanning."""
JUDGED = 4000
"""Up to so many tasks with the wanted judgments are collected instead of scanning the list."""
FREQUENT = 10_000
"""A tag of at least so many tasks is checked per task, since it is found soon by scanning; others are collected."""

PIECE = 500_000
"""Characters of an answer that are split at a time."""

_SORT_COLUMNS = {
    SortKey.MADE: "created_at",
    SortKey.LANE: "position",
    SortKey.PROMPT: "heading",
    SortKey.STATE: "rank",
    SortKey.COST: "credits",
    SortKey.MODEL: "model",
    SortKey.PROJECT: "project",
    SortKey.RATING: "rating",
    SortKey.TAGS: "tags",
    SortKey.SHOT: "shot",
}
_ALIKE = {key: f"tasks_by_{key}" for key in ("rank", "credits", "model")}
_ALIKE |= {key: f"tasks_by_{key}_in_list" for key in ("project", "rating", "tags", "shot")}
"""Indexes of keys with many equal values."""
_INDEXES = _ALIKE | {"created_at": "tasks_by_made", "position": "tasks_by_lane", "heading": "tasks_by_heading"}
_BLOCKS = {
    key: f"""
        WITH RECURSIVE block (value) AS (
            SELECT max({key}) FROM tasks WHERE removed_at IS NULL
            UNION ALL
            SELECT (SELECT max({key}) FROM tasks WHERE removed_at IS NULL AND {key} < value) FROM block
            WHERE value IS NOT NULL
        )
    """
    for key in _ALIKE
}
"""Recursive query of a key's distinct values, greatest first."""
_MADE = f"tasks INDEXED BY {_INDEXES['created_at']}"
_DAY = f"CAST(created_at / {_QUARTER} AS INTEGER) * {_QUARTER}"
_GROUP_COLUMNS = {
    GroupBy.BATCH: "coalesce(batch_id, '')",
    GroupBy.DAY: _DAY,
    # In hexadecimal: the texts may contain line ends or invalid Unicode.
    GroupBy.MODEL: "hex(model)",
    GroupBy.PROJECT: "hex(project)",
    GroupBy.PROMPT: "prompt_key",
}


class Days:
    """The day of a time, as YYYY-MM-DD, in `zone` (None: this machine's)."""

    def __init__(self, zone: tzinfo | None) -> None:
        self._zone = zone
        self._names: dict[float, str] = {}

    def __call__(self, at: float) -> str:
        quarter = at // _QUARTER
        name = self._names.get(quarter)
        if name is None:
            name = local_time(quarter * _QUARTER, self._zone).date().isoformat()
            self._names[quarter] = name
        return name


def entries(connection: sqlite3.Connection, listing: Listing, zone: tzinfo | None, limit: int = 0) -> Entries:
    """The entries in order; with a limit, the first ones, grouped among themselves."""
    held, few, frequent = looked_up(connection, listing.filter)
    if limit and not few:
        few = _few_by_person(connection, listing, limit + 1, frequent)
    if limit and not few and _is_looked_for(listing):
        # Frequent matches are found faster among the first tasks than in an index of all.
        found = _answer(connection, listing, near_query(listing, limit + 1, NEAR, frequent), zone, limit)
        if not found.is_whole:
            return found
        few = _few_read(connection, held)
        if not few and listing.sort is not SortKey.MADE:
            few = _few_judged(connection, listing.filter, frequent)
    question = entries_query(listing, limit + 1 if limit else 0, held, few, frequent)
    return _answer(connection, listing, question, zone, limit)


def _is_looked_for(listing: Listing) -> bool:
    """Whether the matches cannot be read from the index of the list's order alone."""
    is_judged = listing.sort is not SortKey.MADE and judged(listing.filter)[0] != IN_LIST
    return is_judged or bool(of_each(listing.filter)[0])


def _frequent(connection: sqlite3.Connection, wanted: Filter) -> list[str]:
    """The filter's tags that very many tasks have."""
    query = f"SELECT count(*) FROM ({TAGGED} LIMIT {FREQUENT})"
    tags = (*wanted.tags, *wanted.without.tags)
    return [tag for tag in tags if connection.execute(query, (tag,)).fetchone()[0] == FREQUENT]


def _few_read(connection: sqlite3.Connection, held: Sequence[Held]) -> list[Held]:
    """The tasks whose texts contain the longer words, if they are few and there are not too many candidates."""
    for one in held:
        if one.pieces_of and _is_short(connection, one, READ):
            found = _gathered(connection, *one.in_texts, FEW)
            return [] if found is None else [one.known(found)]
    return []


def _few_judged(connection: sqlite3.Connection, wanted: Filter, frequent: Collection[str]) -> list[Held]:
    """The tasks with the wanted judgments, if they are few."""
    if judged(wanted)[0] == IN_LIST:
        return []
    found = _gathered(connection, *numbers(wanted, frequent), FEW)
    return [] if found is None else [these(found)]


def _few_by_person(
    connection: sqlite3.Connection, listing: Listing, limit: int, frequent: Collection[str]
) -> list[Held]:
    """The tasks that match the judgments and words, if they are few and the judgments alone do not match too many. In
    the usual order only the first `limit`, so that only their texts are read."""
    wanted = listing.filter
    question = by_person(wanted, frequent)
    in_turn = listing.sort is SortKey.MADE
    if question is None:
        return []
    found = _gathered(connection, *question, JUDGED, _order(listing) if in_turn else "")
    texts, cells = of_each(wanted)
    if found is not None and (texts or in_turn):
        query = f"SELECT number FROM (SELECT value AS number FROM json_each(?)) WHERE {texts or '1'}"
        query += f" LIMIT {limit}" if in_turn else ""
        found = _gathered(connection, query, [found, *cells], max(FEW, limit))
    return [] if found is None else [replace(these(found), told=words_of(wanted.text).wanted)]


def _gathered(
    connection: sqlite3.Connection, query: str, cells: Sequence[Cell], most: int, order: str = ""
) -> str | None:
    """The numbers that a query gives, as a JSON list; None if more than `most`."""
    few = f"SELECT * FROM ({query}) LIMIT {most + 1}"
    if order:
        # The inner limit prevents SQLite from sorting all rows first.
        few = f"SELECT * FROM ({few}) ORDER BY {order} LIMIT {most + 1}"
    found, amount = connection.execute(f"SELECT json_group_array(number), count(*) FROM ({few})", cells).fetchone()
    return found if amount <= most else None


def looked_up(connection: sqlite3.Connection, wanted: Filter) -> tuple[list[Held], list[Held], list[str]]:
    """The lists of the filter, those of them that are short and complete, and its tags that very many tasks have."""
    held = [replace(one, is_whole=not _may_end(connection, one)) for one in lists(wanted)]
    few = [one for one in held if one.is_whole and _is_short(connection, one, FEW)]
    if not few:
        # A short word that is not too frequent is collected instead of checked in each text.
        held = [
            one.in_query if one.short_word and one.is_whole and _is_short(connection, one, MANY) else one
            for one in held
        ]
    return held, few, _frequent(connection, wanted)


def _may_end(connection: sqlite3.Connection, held: Held) -> bool:
    """Whether some text may end with the word, or with one more letter after it."""
    query = "SELECT EXISTS (SELECT 1 FROM endings WHERE instr(ending, ?) > 0)"
    return bool(held.short_word and connection.execute(query, (held.short_word,)).fetchone()[0])


def _is_short(connection: sqlite3.Connection, held: Held, most: int) -> bool:
    query = f"SELECT count(*) FROM ({held.query} LIMIT {most + 1})"
    return bool(connection.execute(query, held.cells).fetchone()[0] <= most)


def _answer(
    connection: sqlite3.Connection,
    listing: Listing,
    question: tuple[str, list[Cell]],
    zone: tzinfo | None,
    limit: int,
) -> Entries:
    query, parameters = question
    columns = "group_concat(id, char(10)), count(*)"
    if listing.group in _GROUP_COLUMNS:
        columns += ", group_concat(of_group, char(10))"
    text, amount, *groups = connection.execute(f"SELECT {columns} FROM ({query})", parameters).fetchone()
    if not amount:
        return Entries()
    ids = [*map(TaskId, chain.from_iterable(_pieces(text)))]
    is_whole = not limit or amount <= limit
    if not is_whole:
        ids = ids[:limit]
    if not groups:
        return Entries(ids, (), is_whole)
    runs = _runs(groups[0] if is_whole else "\n".join(groups[0].split("\n")[:limit]))
    return _grouped(ids, runs, _namer(listing.group, zone), listing.group is GroupBy.PROMPT, is_whole)


def entries_query(
    listing: Listing,
    limit: int = 0,
    held: Sequence[Held] = (),
    few: Collection[Held] = (),
    frequent: Collection[str] = (),
) -> tuple[str, list[Cell]]:
    """Statement and parameters. A row is the id and, if grouped, the group's value."""
    in_order = listing.sort is SortKey.MADE or not limit
    condition, parameters = where(listing.filter, held, few, frequent, in_order=in_order, is_beginning=bool(limit))
    if few:
        query = f"SELECT {_columns(listing)} FROM tasks WHERE {condition} ORDER BY {_order(listing)}"
    elif in_order:
        # Use the covering index: sorting it beats one lookup per task in an index that has only the key.
        query = f"SELECT {_columns(listing)} FROM {_MADE} WHERE {condition} ORDER BY {_order(listing)}"
    else:
        query = _in_order(listing, condition)
    return (f"{query} LIMIT {limit}" if limit else query), parameters


def near_query(listing: Listing, limit: int, near: int, frequent: Collection[str] = ()) -> tuple[str, list[Cell]]:
    """Like `entries_query`, but scans only the first `near` tasks of the order."""
    columns, cells = judged(listing.filter, frequent)
    each, each_cells = of_each(listing.filter)
    told = "id, of_group" if listing.group in _GROUP_COLUMNS else "id"
    if listing.sort is SortKey.MADE:
        first = f"SELECT number, {_columns(listing)} FROM {_MADE} WHERE {columns} ORDER BY {_order(listing)}"
        query = f"SELECT {told} FROM ({first} LIMIT {near})" + (f" WHERE {each}" if each else "")
        return f"{query} LIMIT {limit}", [*cells, *each_cells]
    first = _in_order(listing, IN_LIST, "number AS place")
    conditions = " AND ".join(filter(None, (columns, each)))
    query = (
        f"SELECT {_columns(listing)} FROM ({first} LIMIT {near}) CROSS JOIN tasks ON number = place WHERE {conditions}"
    )
    return f"{query} LIMIT {limit}", [*cells, *each_cells]


def _in_order(listing: Listing, condition: str, columns: str = "") -> str:
    """Scans the index of the list's order."""
    columns, key = columns or _columns(listing), _SORT_COLUMNS[listing.sort]
    tasks = f"tasks INDEXED BY {_INDEXES[key]}"
    if key not in _BLOCKS or not listing.descending:
        return f"SELECT {columns} FROM {tasks} WHERE {condition} ORDER BY {_order(listing)}"
    # The key is descending but its ties are ascending, opposite to the index. SQLite would sort all tasks of a key
    # value, often half a library, before the first row. So the key values are enumerated one by one.
    return f"{_BLOCKS[key]} SELECT {columns} FROM block CROSS JOIN {tasks} ON {key} = value WHERE {condition}"


def _columns(listing: Listing) -> str:
    group = _GROUP_COLUMNS.get(listing.group)
    return "id" if group is None else f"id, {group} AS of_group"


def _order(listing: Listing) -> str:
    way = "DESC" if listing.descending else "ASC"
    first = f"{_SORT_COLUMNS[listing.sort]} {way}"
    match listing.sort:
        case SortKey.MADE:
            # Keep the order within a batch, whose tasks have the same time.
            return f"{first}, number"
        case SortKey.LANE:
            return f"{first}, created_at {way}, number {way}"
        case _:
            # Ties are sorted latest first in both directions.
            return f"{first}, created_at DESC, number"


def amount(connection: sqlite3.Connection, wanted: Filter) -> int:
    condition, parameters = where(wanted, *looked_up(connection, wanted))
    found: int = connection.execute(f"SELECT count(*) FROM tasks WHERE {condition}", parameters).fetchone()[0]
    return found


def summaries(connection: sqlite3.Connection, listing: Listing, zone: tzinfo | None) -> list[GroupSummary]:
    """Summary of each group, latest first; empty if the listing is not grouped."""
    if listing.group not in _GROUP_COLUMNS:
        return []
    condition, parameters = where(listing.filter, *looked_up(connection, listing.filter))
    by_prompt = listing.group is GroupBy.PROMPT
    name = _namer(listing.group, zone)
    query = (
        f"SELECT {_GROUP_COLUMNS[listing.group]}, state, count(*), sum(saved), sum(saved AND missing), "
        f"total(max(credits, 0)), max(created_at) AS latest FROM tasks WHERE {condition} GROUP BY 1, state"
    )
    found = connection.execute(query, parameters).fetchall()
    takes: Counter[str] = Counter()
    if by_prompt:
        for value, _, total, *_ in found:
            takes[value] += total
    gathered: dict[str, _Sum] = {}
    for value, state, *amounts in found:
        key = "" if by_prompt and takes[value] == 1 else name(value)
        gathered.setdefault(key, _Sum()).add(State(state), *amounts)
    titles = all_batch_names(connection) if listing.group is GroupBy.BATCH else {}
    if by_prompt:
        titles = _headings(connection, [key for key in gathered if key])
    latest_first = sorted(gathered.items(), key=lambda item: item[1].latest, reverse=True)
    return [found.summary(group, titles.get(group, group)) for group, found in latest_first]


def _pieces(text: str) -> Iterator[list[str]]:
    """The lines of a text, some thousands at a time: one call for a long text would hold the interpreter lock, and
    block the window."""
    start = 0
    while start <= len(text):
        end = text.find("\n", start + PIECE)
        end = end if end >= 0 else len(text)
        yield text[start:end].split("\n")
        start = end + 1


def _runs(text: str) -> Iterator[tuple[str, int]]:
    """Run-length encoding of equal lines."""
    last, total = None, 0
    for piece in _pieces(text):
        positions = [0, *compress(count(1), map(operator.ne, islice(piece, 1, None), piece)), len(piece)]
        for position, end in pairwise(positions):
            value = piece[position]
            if value == last:
                total += end - position
                continue
            if last is not None:
                yield last, total
            last, total = value, end - position
    if last is not None:
        yield last, total


def _grouped(
    ids: list[TaskId],
    runs: Iterable[tuple[str, int]],
    name: Callable[[str], str],
    merge_single: bool,
    is_whole: bool,
) -> Entries:
    """Brings entries of a group together at the position of its first one. `runs`: run-length encoded values of the
    group's column."""
    single: set[str] = set()
    if merge_single:
        runs = [*runs]
        takes: Counter[str] = Counter()
        for value, length in runs:
            takes[value] += length
        single = {value for value, number in takes.items() if number == 1}
    names: dict[str, str] = {}
    found: list[tuple[str, int]] = []
    for value, length in runs:
        key = names.get(value)
        if key is None:
            key = names[value] = "" if value in single else name(value)
        before = found.pop()[1] if found and found[-1][0] == key else 0
        found.append((key, before + length))
    if len({key for key, _ in found}) == len(found):
        # Already together, like batches in the usual order.
        return Entries(ids, tuple(found), is_whole)
    members: defaultdict[str, list[TaskId]] = defaultdict(list)
    position = 0
    for key, length in found:
        members[key] += ids[position : position + length]
        position += length
    ordered = [task_id for group in members.values() for task_id in group]
    return Entries(ordered, tuple((key, len(group)) for key, group in members.items()), is_whole)


def _namer(group: GroupBy, zone: tzinfo | None) -> Callable[[Any], str]:
    """Function from the value in the group's column to the group's key."""
    match group:
        case GroupBy.DAY:
            days = Days(zone)
            return lambda value: days(float(value))
        case GroupBy.MODEL | GroupBy.PROJECT:
            return lambda value: to_text(bytes.fromhex(value))
        case _:
            return str


class _Sum:
    """Totals of a group."""

    def __init__(self) -> None:
        self.by_state: dict[State, int] = {}
        self.saved = 0
        self.missing = 0
        self.credits = 0.0
        self.latest = float("-inf")

    def add(self, state: State, total: int, saved: int, missing: int, credits: float, latest: float) -> None:
        self.by_state[state] = self.by_state.get(state, 0) + total
        self.saved += saved
        self.missing += missing
        self.credits += credits
        self.latest = max(self.latest, latest)

    def summary(self, key: str, title: str) -> GroupSummary:
        return GroupSummary(
            key=key,
            title=title,
            total=sum(self.by_state.values()),
            by_state=self.by_state,
            saved=self.saved,
            missing=self.missing,
            credits=self.credits,
        )


def _headings(connection: sqlite3.Connection, prompt_keys: list[str]) -> dict[str, str]:
    """Titles of prompts with several takes."""
    if not prompt_keys:
        return {}
    found = connection.execute(
        "SELECT prompt_key, substr(prompt, 1, 200) FROM tasks WHERE number IN "
        "(SELECT max(number) FROM tasks WHERE removed_at IS NULL GROUP BY prompt_key HAVING count(*) > 1)"
    )
    return {key: " ".join(to_text(prompt).split()) for key, prompt in found}
