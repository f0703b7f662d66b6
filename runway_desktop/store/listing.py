"""The questions of the list, as SQL: which tasks, in what order, in what groups, and how many stand in each place.

Functions of a reading connection, on a reading thread. SQLite filters, searches and sorts, by an index wherever there
is one, and hands the whole answer over as one text: it works without the interpreter, which a hundred thousand rows
one by one would take from the window. Python only moves the entries of one group together.
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
"""Seconds. Every time zone begins its day at a whole quarter of an hour, so one look-up serves all times of a
quarter."""

NEAR = 1500
"""Tasks that are looked at one by one before an index of all is asked."""
FEW = 2000
"""Tasks that are looked up one by one and sorted sooner than all are gone through in the list's order."""
READ = 8000
"""Tasks that hold the pieces of a word and whose texts are read for it, sooner than all are gone through: often nearly
none of them holds it, as many a lighthouse in static fog holds the pieces of "state"."""
MANY = 30_000
"""Tasks whose numbers are gathered for a short word; what more of them hold is met often."""
JUDGED = 4000
"""Tasks that are judged alike and are gathered, sooner than that the list is gone through for them."""
FREQUENT = 10_000
"""Tasks with a tag of which it is asked one by one, as it is met often, sooner than all of them are gathered."""

PIECE = 500_000
"""Letters of an answer that are taken apart in one go."""

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
"""The indexes of what many tasks have alike."""
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
"""Their values, the greatest first."""
_MADE = f"tasks INDEXED BY {_INDEXES['created_at']}"
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
    held, few, frequent = looked_up(connection, listing.filter)
    if limit and not few:
        few = _few_by_person(connection, listing, limit + 1, frequent)
    if limit and not few and _is_looked_for(listing):
        # What many tasks hold is found among the first of them sooner than in an index of all.
        found = _answer(connection, listing, near_query(listing, limit + 1, NEAR, frequent), zone, limit)
        if not found.is_whole:
            return found
        few = _few_read(connection, held)
        if not few and listing.sort is not SortKey.MADE:
            few = _few_judged(connection, listing.filter, frequent)
    question = entries_query(listing, limit + 1 if limit else 0, held, few, frequent)
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


def _few_read(connection: sqlite3.Connection, held: Sequence[Held]) -> list[Held]:
    """The tasks whose texts hold the longer words, if they are few, and those that may hold them not too many."""
    for one in held:
        if one.pieces_of and _is_short(connection, one, READ):
            found = _gathered(connection, *one.in_texts, FEW)
            return [] if found is None else [one.known(found)]
    return []


def _few_judged(connection: sqlite3.Connection, wanted: Filter, frequent: Collection[str]) -> list[Held]:
    """The tasks that are judged as the filter wants, if they are few."""
    if judged(wanted)[0] == IN_LIST:
        return []
    found = _gathered(connection, *numbers(wanted, frequent), FEW)
    return [] if found is None else [these(found)]


def _few_by_person(
    connection: sqlite3.Connection, listing: Listing, limit: int, frequent: Collection[str]
) -> list[Held]:
    """The tasks that a person judged as the filter wants and that hold its words, if they are few, and the former not
    too many. In the usual order the first `limit` of them: the rest of a task is read for these alone."""
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
    """The numbers that a question gives, as a list in JSON; None of more than `most`."""
    few = f"SELECT * FROM ({query}) LIMIT {most + 1}"
    if order:
        # A limit of its own, or SQLite would sort all before it takes so many.
        few = f"SELECT * FROM ({few}) ORDER BY {order} LIMIT {most + 1}"
    found, amount = connection.execute(f"SELECT json_group_array(number), count(*) FROM ({few})", cells).fetchone()
    return found if amount <= most else None


def looked_up(connection: sqlite3.Connection, wanted: Filter) -> tuple[list[Held], list[Held], list[str]]:
    """The lists of the filter, those of them that are short and complete, and its tags that very many tasks have."""
    held = [replace(one, is_whole=not _may_end(connection, one)) for one in lists(wanted)]
    few = [one for one in held if one.is_whole and _is_short(connection, one, FEW)]
    if not few:
        # A short word that is not held by very many is not looked for in each text.
        held = [
            one.in_query if one.short_word and one.is_whole and _is_short(connection, one, MANY) else one
            for one in held
        ]
    return held, few, _frequent(connection, wanted)


def _may_end(connection: sqlite3.Connection, held: Held) -> bool:
    """A text may end with the word, or a letter after it."""
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
    """The statement and its parameters. A row is the id, then what the group is made of where there are groups."""
    in_order = listing.sort is SortKey.MADE or not limit
    condition, parameters = where(listing.filter, held, few, frequent, in_order=in_order, is_beginning=bool(limit))
    if few:
        query = f"SELECT {_columns(listing)} FROM tasks WHERE {condition} ORDER BY {_order(listing)}"
    elif in_order:
        # One index carries all that is asked; in another order than its own SQLite sorts sooner than that it looks up
        # each task by an index that carries nothing else.
        query = f"SELECT {_columns(listing)} FROM {_MADE} WHERE {condition} ORDER BY {_order(listing)}"
    else:
        query = _in_order(listing, condition)
    return (f"{query} LIMIT {limit}" if limit else query), parameters


def near_query(listing: Listing, limit: int, near: int, frequent: Collection[str] = ()) -> tuple[str, list[Cell]]:
    """Like `entries_query`, but looks only at the first `near` tasks by the order."""
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
    """Goes through the index of the list's order."""
    columns, key = columns or _columns(listing), _SORT_COLUMNS[listing.sort]
    tasks = f"tasks INDEXED BY {_INDEXES[key]}"
    if key not in _BLOCKS or not listing.descending:
        return f"SELECT {columns} FROM {tasks} WHERE {condition} ORDER BY {_order(listing)}"
    # The index has the key the other way round, but what is equal as it is wanted: SQLite would sort all of a block,
    # half a library often, before it gave the first. So the blocks are told to it one by one.
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
    condition, parameters = where(wanted, *looked_up(connection, wanted))
    found: int = connection.execute(f"SELECT count(*) FROM tasks WHERE {condition}", parameters).fetchone()[0]
    return found


def summaries(connection: sqlite3.Connection, listing: Listing, zone: tzinfo | None) -> list[GroupSummary]:
    """One per group of the listing, latest first; none when it is not grouped."""
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
    """The lines of a text, some thousands at a time: nobody else has the interpreter while one call goes through all
    of a long one, and the window stands still for as long."""
    start = 0
    while start <= len(text):
        end = text.find("\n", start + PIECE)
        end = end if end >= 0 else len(text)
        yield text[start:end].split("\n")
        start = end + 1


def _runs(text: str) -> Iterator[tuple[str, int]]:
    """Equal lines that follow each other, and how many."""
    last, total = None, 0
    for piece in _pieces(text):
        places = [0, *compress(count(1), map(operator.ne, islice(piece, 1, None), piece)), len(piece)]
        for place, end in pairwise(places):
            value = piece[place]
            if value == last:
                total += end - place
                continue
            if last is not None:
                yield last, total
            last, total = value, end - place
    if last is not None:
        yield last, total


def _grouped(
    ids: list[TaskId],
    runs: Iterable[tuple[str, int]],
    name: Callable[[str], str],
    merge_single: bool,
    is_whole: bool,
) -> Entries:
    """Entries of a group behind each other, the group where its first one stood. `runs`: what stands in the group's
    column, for how many entries on end."""
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
        # They stand together already, as batches do in the usual order.
        return Entries(ids, tuple(found), is_whole)
    members: defaultdict[str, list[TaskId]] = defaultdict(list)
    place = 0
    for key, length in found:
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
