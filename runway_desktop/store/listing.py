"""The questions of the list, as SQL: which tasks, in what order, in what groups, and how many stand in each place.

Functions of a reading connection, on the reading thread. SQLite filters, searches and sorts, by an index wherever there
is one; Python only moves the entries of one group together, which no index can, and makes the values.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, tzinfo
from itertools import groupby, repeat
from operator import itemgetter
from typing import Any

from runway_desktop.domain.library import (
    Filter,
    GroupBy,
    GroupSummary,
    ListEntry,
    Listing,
    Place,
    PlaceCounts,
    SortKey,
)
from runway_desktop.domain.search import search_words
from runway_desktop.domain.task import LIVE, LOCAL, BatchId, State, TaskId

from .records import Cell, to_cell, to_text

_QUARTER = 900
"""Seconds. Every time zone begins its day at a whole quarter of an hour, so one look-up serves all times of a
quarter."""

_SORT_COLUMNS = {
    SortKey.PROMPT: "heading",
    SortKey.STATE: "rank",
    SortKey.COST: "credits",
    SortKey.MODEL: "model",
}
_GROUP_COLUMNS = {
    GroupBy.BATCH: ("batch_id",),
    GroupBy.DAY: ("sent_or_made",),
    GroupBy.MODEL: ("model",),
}


def _quoted(states: Iterable[State]) -> str:
    return ", ".join(f"'{state.value}'" for state in sorted(states))


_PLACES = {
    Place.LIVE: f"state IN ({_quoted(LIVE)})",
    Place.WAITING_HERE: f"state IN ({_quoted(LOCAL)})",
    Place.NEEDS_ATTENTION: "attention",
    Place.SAVED: "saved",
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
            name = datetime.fromtimestamp(quarter * _QUARTER, self._zone).date().isoformat()
            self._names[quarter] = name
        return name


def entries(connection: sqlite3.Connection, listing: Listing, zone: tzinfo | None) -> list[ListEntry]:
    found = connection.execute(*entries_query(listing)).fetchall()
    if listing.descending and listing.sort in _SORT_COLUMNS:
        # Equal ones stand latest first, whichever way the key is sorted: the blocks are turned, not their insides.
        blocks = [list(block) for _, block in groupby(found, key=itemgetter(-1))]
        found = [row for block in reversed(blocks) for row in block]
    if listing.group is GroupBy.NONE:
        return [ListEntry(row[0], "") for row in found]
    # Entries of a group behind each other, the group where its first one stood.
    name = Days(zone) if listing.group is GroupBy.DAY else None
    groups: defaultdict[Any, list[TaskId]] = defaultdict(list)
    for row in found:
        groups[name(row[1]) if name else row[1]].append(row[0])
    return [entry for key, ids in groups.items() for entry in map(ListEntry, ids, repeat(_name(key)))]


def entries_query(listing: Listing) -> tuple[str, list[Cell]]:
    """The statement and its parameters. A row is the id, then what the group is made of, then what is sorted by, as far
    as there is any."""
    where, parameters = _where(listing.filter)
    way = "DESC" if listing.descending else "ASC"
    columns = ["id", *_GROUP_COLUMNS.get(listing.group, ())]
    match listing.sort:
        case SortKey.SENT:
            order = f"sent_or_made {way}, position {way}, number {way}"
        case SortKey.LANE:
            order = f"position {way}, sent_or_made {way}, number {way}"
        case _:
            key = _SORT_COLUMNS[listing.sort]
            order = f"{key}, sent_or_made DESC, position DESC, number DESC"
            columns.append(key)
    return f"SELECT {', '.join(columns)} FROM tasks WHERE {where} ORDER BY {order}", parameters


def summaries(connection: sqlite3.Connection, listing: Listing, zone: tzinfo | None) -> list[GroupSummary]:
    """One per group of the listing, latest first; none when it is not grouped."""
    if listing.group is GroupBy.NONE:
        return []
    where, parameters = _where(listing.filter)
    by_day = listing.group is GroupBy.DAY
    key = (
        f"CAST(sent_or_made / {_QUARTER} AS INTEGER) * {_QUARTER}"
        if by_day
        else ", ".join(_GROUP_COLUMNS[listing.group])
    )
    name: Callable[[Any], str] = Days(zone) if by_day else _name
    query = (
        f"SELECT {key}, state, count(*), sum(saved), total(max(credits, 0)), max(sent_or_made) AS latest "
        f"FROM tasks WHERE {where} GROUP BY 1, state"
    )
    gathered: dict[str, _Sum] = {}
    for value, state, total, saved, credits, latest in connection.execute(query, parameters):
        gathered.setdefault(name(value), _Sum()).add(State(state), total, saved, credits, latest)
    titles = _batch_names(connection) if listing.group is GroupBy.BATCH else {}
    latest_first = sorted(gathered.items(), key=lambda item: item[1].latest, reverse=True)
    return [found.summary(group, titles.get(group, group)) for group, found in latest_first]


def counts(connection: sqlite3.Connection) -> PlaceCounts:
    everything, live, here, attention, saved = connection.execute(
        f"SELECT count(*), total({_PLACES[Place.LIVE]}), total({_PLACES[Place.WAITING_HERE]}), "
        "total(attention), total(saved) FROM tasks WHERE removed_at IS NULL"
    ).fetchone()
    projects = connection.execute(
        "SELECT project, count(*) FROM tasks WHERE removed_at IS NULL AND project <> '' GROUP BY project"
    )
    models = connection.execute("SELECT model, count(*) FROM tasks WHERE removed_at IS NULL GROUP BY model")
    batches = connection.execute(
        "SELECT b.id, b.name, (SELECT count(*) FROM tasks WHERE batch_id = b.id AND removed_at IS NULL) AS members "
        "FROM batches AS b WHERE members > 0 ORDER BY b.created_at DESC, b.id DESC"
    )
    return PlaceCounts(
        places={
            Place.ALL: everything,
            Place.LIVE: int(live),
            Place.WAITING_HERE: int(here),
            Place.NEEDS_ATTENTION: int(attention),
            Place.SAVED: int(saved),
        },
        projects={to_text(project): count for project, count in projects},
        batches=tuple((BatchId(batch_id), to_text(name), members) for batch_id, name, members in batches),
        models={to_text(model): count for model, count in models},
    )


class _Sum:
    """What is known of a group so far."""

    def __init__(self) -> None:
        self.by_state: dict[State, int] = {}
        self.saved = 0
        self.credits = 0.0
        self.latest = float("-inf")

    def add(self, state: State, total: int, saved: int, credits: float, latest: float) -> None:
        self.by_state[state] = self.by_state.get(state, 0) + total
        self.saved += saved
        self.credits += credits
        self.latest = max(self.latest, latest)

    def summary(self, key: str, title: str) -> GroupSummary:
        return GroupSummary(
            key=key,
            title=title,
            total=sum(self.by_state.values()),
            by_state=self.by_state,
            saved=self.saved,
            credits=self.credits,
        )


def _name(value: str | bytes | None) -> str:
    return "" if value is None else to_text(value)


def _batch_names(connection: sqlite3.Connection) -> dict[str, str]:
    return {batch_id: to_text(name) for batch_id, name in connection.execute("SELECT id, name FROM batches")}


def _where(wanted: Filter) -> tuple[str, list[Cell]]:
    conditions = ["removed_at IS NULL"]
    parameters: list[Cell] = []
    if wanted.place in _PLACES:
        conditions.append(_PLACES[wanted.place])
    chosen: tuple[tuple[str, Iterable[str]], ...] = (
        ("state", wanted.states),
        ("model", wanted.models),
        ("endpoint", wanted.endpoints),
        ("project", wanted.projects),
        ("batch_id", wanted.batches),
    )
    for column, words in chosen:
        cells = [to_cell(str(word)) for word in words]
        if cells:
            conditions.append(f"{column} IN ({', '.join('?' * len(cells))})")
            parameters += cells
    if wanted.since is not None:
        conditions.append("sent_or_made >= ?")
        parameters.append(wanted.since)
    if wanted.until is not None:
        conditions.append("sent_or_made < ?")
        parameters.append(wanted.until)
    search = search_words(wanted.text)
    if search:
        condition, sought = _search(search)
        conditions.append(condition)
        parameters += sought
    return " AND ".join(conditions), parameters


def _search(words: tuple[str, ...]) -> tuple[str, list[Cell]]:
    """The index knows three letters in a row; shorter words are looked for in the text itself."""
    long = [word for word in words if len(word) >= 3]
    short = [word for word in words if len(word) < 3]
    conditions: list[str] = []
    parameters: list[Cell] = []
    if long:
        conditions.append("searched MATCH ?")
        parameters.append(" AND ".join('"' + word.replace('"', '""') + '"' for word in long))
    for word in short:
        conditions.append("instr(words, ?) > 0")
        parameters.append(word)
    return f"number IN (SELECT rowid FROM searched WHERE {' AND '.join(conditions)})", parameters
