"""The questions of the list, as SQL: which tasks, in what order, in what groups, and how many stand in each place.

Functions of a reading connection, on a reading thread. SQLite filters, searches and sorts, by an index wherever there
is one, and hands the whole answer over as one text: it works without the interpreter, which a hundred thousand rows
one by one would take from the window. Python only moves the entries of one group together.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Collection
from datetime import tzinfo
from itertools import groupby
from typing import Any

from runway_desktop.domain.library import Entries, Filter, GroupBy, GroupSummary, Listing, Place, PlaceCounts, SortKey
from runway_desktop.domain.moments import local_time
from runway_desktop.domain.task import State, TaskId

from .conditions import IN_LIST, PLACES, TAGGED, Held, judged, lists, numbers, of_each, these, where
from .reading import all_batch_names
from .records import Cell, batch_of, state_of, to_text
from .sheets import partly_sent

_QUARTER = 900
"""Seconds. Every time zone begins its day at a whole quarter of an hour, so one look-up serves all times of a
quarter."""

NEAR, FAR = 1500, 6000
"""Tasks that are looked at one by one before an index of all is asked; and those once more where the first ones promise
that it is enough."""
FEW = 2000
"""Tasks that are looked up one by one and sorted sooner than all are gone through in the list's order."""
FREQUENT = 10_000
"""Tasks with a tag of which it is asked one by one, as it is met often, sooner than all of them are gathered."""

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
_INDEXES = {key: f"tasks_by_{key}" for key in ("rank", "credits", "model")}
_INDEXES |= {key: f"tasks_by_{key}_in_list" for key in ("project", "rating", "tags", "shot")}
"""Of what many tasks have alike."""
_BLOCKS = {
    key: f"""
        WITH RECURSIVE block (value) AS (
            SELECT max({key}) FROM tasks WHERE removed_at IS NULL
            UNION ALL
            SELECT (SELECT max({key}) FROM tasks WHERE removed_at IS NULL AND {key} < value) FROM block
            WHERE value IS NOT NULL
        )
    """
    for key in _INDEXES
}
"""Their values, the greatest first."""
_DAY = f"CAST(created_at / {_QUARTER} AS INTEGER) * {_QUARTER}"
_GROUP_COLUMNS = {
    GroupBy.BATCH: "coalesce(batch_id, '')",
    GroupBy.DAY: _DAY,
    # As digits, since these may hold anything: line ends, and what is no text.
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
    """In order; with a limit, what the first so many are, grouped among themselves."""
    few, frequent = _few(connection, listing.filter), _frequent(connection, listing.filter)
    if limit and not few and _is_looked_for(listing):
        few = _few_judged(connection, listing.filter, frequent)
        # What many tasks hold is found among the first of them sooner than in an index of all.
        for near in () if few else (NEAR, FAR):
            found = _answer(connection, listing, near_query(listing, limit + 1, near, frequent), zone, limit)
            if not found.is_whole:
                return found
            if len(found) * FAR < limit * NEAR:
                break
    question = entries_query(listing, limit + 1 if limit else 0, few, frequent)
    return _answer(connection, listing, question, zone, limit)


def _is_looked_for(listing: Listing) -> bool:
    """Whether the index of the list's order does not tell by itself which tasks are wanted."""
    if listing.sort is SortKey.MADE:
        return bool(of_each(listing.filter)[0])
    return bool(of_each(listing.filter)[0]) or judged(listing.filter)[0] != IN_LIST


def _frequent(connection: sqlite3.Connection, wanted: Filter) -> list[str]:
    """The tags of the filter that very many tasks have."""
    query = f"SELECT count(*) FROM ({TAGGED} LIMIT {FREQUENT})"
    tags = (*wanted.tags, *wanted.without.tags)
    return [tag for tag in tags if connection.execute(query, (tag,)).fetchone()[0] == FREQUENT]


def _few_judged(connection: sqlite3.Connection, wanted: Filter, frequent: Collection[str]) -> list[Held]:
    """The tasks that are judged as the filter wants, if they are few."""
    if judged(wanted)[0] == IN_LIST:
        return []
    query, cells = numbers(wanted, frequent)
    found = [number for (number,) in connection.execute(f"{query} LIMIT {FEW + 1}", cells)]
    return [these(found)] if len(found) <= FEW else []


def _few(connection: sqlite3.Connection, wanted: Filter) -> list[Held]:
    """The lists of the filter that are short, and complete."""
    return [held for held in lists(wanted) if not _may_end(connection, held) and _is_short(connection, held)]


def _may_end(connection: sqlite3.Connection, held: Held) -> bool:
    """A text may end with the word, or a letter after it."""
    query = "SELECT EXISTS (SELECT 1 FROM endings WHERE instr(ending, ?) > 0)"
    return bool(held.short_word and connection.execute(query, (held.short_word,)).fetchone()[0])


def _is_short(connection: sqlite3.Connection, held: Held) -> bool:
    query = f"SELECT count(*) FROM ({held.query} LIMIT {FEW + 1})"
    return bool(connection.execute(query, held.cells).fetchone()[0] <= FEW)


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
    ids = text.split("\n")
    is_whole = not limit or amount <= limit
    if not groups:
        return Entries(ids if is_whole else ids[:limit], (), is_whole)
    keys = groups[0].split("\n")
    if not is_whole:
        ids, keys = ids[:limit], keys[:limit]
    return _grouped(ids, keys, _namer(listing.group, zone), listing.group is GroupBy.PROMPT, is_whole)


def entries_query(
    listing: Listing, limit: int = 0, few: Collection[Held] = (), frequent: Collection[str] = ()
) -> tuple[str, list[Cell]]:
    """The statement and its parameters. A row is the id, then what the group is made of where there are groups."""
    condition, parameters = where(listing.filter, few, frequent, in_order=listing.sort is SortKey.MADE)
    if few:
        query = f"SELECT {_columns(listing)} FROM tasks WHERE {condition} ORDER BY {_order(listing)}"
    else:
        query = _in_order(listing, condition)
    return (f"{query} LIMIT {limit}" if limit else query), parameters


def near_query(listing: Listing, limit: int, near: int, frequent: Collection[str] = ()) -> tuple[str, list[Cell]]:
    """Like `entries_query`, but looks only at the first `near` tasks by the order."""
    columns, cells = judged(listing.filter, frequent)
    each, each_cells = of_each(listing.filter)
    conditions = [each] if each else []
    inner = columns
    if listing.sort is not SortKey.MADE:
        inner = IN_LIST
        conditions.insert(0, f"EXISTS (SELECT 1 FROM tasks WHERE number = first.number AND {columns})")
    first = f"{_in_order(listing, inner, 'number, ')} LIMIT {near}"
    told = "id, of_group" if listing.group in _GROUP_COLUMNS else "id"
    query = f"SELECT {told} FROM ({first}) AS first WHERE {' AND '.join(conditions)} LIMIT {limit}"
    return query, [*cells, *each_cells]


def _in_order(listing: Listing, condition: str, more: str = "") -> str:
    """Goes through the index of the list's order."""
    columns, key = f"{more}{_columns(listing)}", _SORT_COLUMNS[listing.sort]
    if key not in _BLOCKS or not listing.descending:
        return f"SELECT {columns} FROM tasks WHERE {condition} ORDER BY {_order(listing)}"
    # The index has the key the other way round, but what is equal as it is wanted: SQLite would sort all of a block,
    # half a library often, before it gave the first. So the blocks are told to it one by one.
    tasks = f"tasks INDEXED BY {_INDEXES[key]}"
    return f"{_BLOCKS[key]} SELECT {columns} FROM block CROSS JOIN {tasks} ON {key} = value WHERE {condition}"


def _columns(listing: Listing) -> str:
    group = _GROUP_COLUMNS.get(listing.group)
    return "id" if group is None else f"id, {group} AS of_group"


def _order(listing: Listing) -> str:
    way = "DESC" if listing.descending else "ASC"
    first = f"{_SORT_COLUMNS[listing.sort]} {way}"
    match listing.sort:
        case SortKey.MADE:
            # What came together, such as a batch, keeps its own order.
            return f"{first}, number"
        case SortKey.LANE:
            return f"{first}, created_at {way}, number {way}"
        case _:
            # Equal ones stand latest first, whichever way the key is sorted.
            return f"{first}, created_at DESC, number"


def amount(connection: sqlite3.Connection, wanted: Filter) -> int:
    """How many tasks the filter lets through."""
    condition, parameters = where(wanted, _few(connection, wanted), _frequent(connection, wanted))
    found: int = connection.execute(f"SELECT count(*) FROM tasks WHERE {condition}", parameters).fetchone()[0]
    return found


def summaries(connection: sqlite3.Connection, listing: Listing, zone: tzinfo | None) -> list[GroupSummary]:
    """One per group of the listing, latest first; none when it is not grouped."""
    if listing.group not in _GROUP_COLUMNS:
        return []
    few, frequent = _few(connection, listing.filter), _frequent(connection, listing.filter)
    condition, parameters = where(listing.filter, few, frequent)
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


def counts(connection: sqlite3.Connection) -> PlaceCounts:
    everything = "FROM tasks INDEXED BY tasks_by_made WHERE removed_at IS NULL"
    endpoints = [endpoint for (endpoint,) in connection.execute(f"SELECT DISTINCT endpoint {everything}")]
    # The places and the endpoints have no index of their own: one pass tells both, and sorts nothing.
    asked = ", ".join(
        [f"total({condition})" for condition in PLACES.values()] + ["total(endpoint = ?)"] * len(endpoints)
    )
    all_tasks, *passed = connection.execute(f"SELECT count(*), {asked} {everything}", endpoints).fetchone()
    places, of_endpoints = passed[: len(PLACES)], passed[len(PLACES) :]
    batches = connection.execute(
        "SELECT members, id, name, created_at FROM batches JOIN "
        "(SELECT batch_id, count(*) AS members FROM tasks WHERE removed_at IS NULL GROUP BY 1) ON batch_id = id "
        "ORDER BY created_at DESC, id DESC"
    )
    tags = connection.execute(
        "SELECT tag, count(*) FROM task_tags "
        "WHERE task NOT IN (SELECT number FROM tasks WHERE removed_at IS NOT NULL) GROUP BY tag"
    )
    return PlaceCounts(
        places={
            Place.ALL: all_tasks,
            **dict(zip(PLACES, map(int, places), strict=True)),
        },
        projects={to_text(name): number for name, number in _tally(connection, "project") if name},
        batches=tuple((batch.id, batch.title, members) for members, *row in batches for batch in (batch_of(row),)),
        models={to_text(name): number for name, number in _tally(connection, "model")},
        endpoints={to_text(name): int(amount) for name, amount in zip(endpoints, of_endpoints, strict=True) if name},
        tags=dict(tags.fetchall()),
        states={state_of(rank): number for rank, number in _tally(connection, "rank")},
        ratings=dict(_tally(connection, "rating")),
        shots={to_text(name): number for name, number in _tally(connection, "shot") if name},
        unsent=tuple(partly_sent(connection)),
    )


def _tally(connection: sqlite3.Connection, column: str) -> list[tuple[Any, ...]]:
    query = f"SELECT {column}, count(*) FROM tasks WHERE removed_at IS NULL GROUP BY 1"
    return connection.execute(query).fetchall()


def _grouped(
    ids: list[TaskId], keys: list[str], name: Callable[[str], str], merge_single: bool, is_whole: bool
) -> Entries:
    """Entries of a group behind each other, the group where its first one stood."""
    single = {key for key, number in Counter(keys).items() if number == 1} if merge_single else set()
    members: defaultdict[str, list[TaskId]] = defaultdict(list)
    names: dict[str, str] = {}
    place = 0
    for value, run in groupby(keys):
        length = sum(1 for _ in run)
        key = names.get(value)
        if key is None:
            key = names[value] = "" if value in single else name(value)
        members[key] += ids[place : place + length]
        place += length
    ordered = [task_id for group in members.values() for task_id in group]
    return Entries(ordered, tuple((key, len(group)) for key, group in members.items()), is_whole)


def _namer(group: GroupBy, zone: tzinfo | None) -> Callable[[Any], str]:
    """From what stands in the group's column to the group's key."""
    match group:
        case GroupBy.DAY:
            days = Days(zone)
            return lambda value: days(float(value))
        case GroupBy.MODEL | GroupBy.PROJECT:
            return lambda value: to_text(bytes.fromhex(value))
        case _:
            return str


class _Sum:
    """What is known of a group so far."""

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
    """The words of the prompts with several takes."""
    if not prompt_keys:
        return {}
    found = connection.execute(
        "SELECT prompt_key, substr(prompt, 1, 200) FROM tasks WHERE number IN "
        "(SELECT max(number) FROM tasks WHERE removed_at IS NULL GROUP BY prompt_key HAVING count(*) > 1)"
    )
    return {key: " ".join(to_text(prompt).split()) for key, prompt in found}
