"""The task list's columns: each has a record, and the store sorts by it as the list shows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runway_desktop.catalog import Catalog
from runway_desktop.domain.library import GroupBy, Listing, Row, SortKey
from runway_desktop.domain.task import State, Task
from runway_desktop.store import SqliteStore
from runway_desktop.usecases.listing.columns import COLUMNS, Cell, Column, ListColumn, column_of, row_words
from runway_desktop.usecases.words.states import Around
from runway_desktop.values import replace
from tests.rigs.rows import task

CATALOG = Catalog.load()
NOW = 1_750_100_000.0
APART: dict[SortKey, tuple[dict[str, Any], dict[str, Any]]] = {
    SortKey.MADE: ({"sent_at": 1_750_000_000.0, "created_at": 1_750_000_000.0}, {}),
    SortKey.PROMPT: ({"prompt": "A harbor"}, {"prompt": "The sea"}),
    SortKey.STATE: ({"state": State.QUEUED}, {"state": State.SUCCEEDED}),
    SortKey.COST: ({"cost_credits": 5.0}, {"cost_credits": 30.0}),
    SortKey.MODEL: ({"model": "gen4.5"}, {"model": "veo3"}),
    SortKey.PROJECT: ({"project": "Aurora"}, {"project": "Zenith"}),
    SortKey.RATING: ({"rating": 1}, {"rating": 5}),
    SortKey.TAGS: ({"tags": ("day",)}, {"tags": ("night",)}),
    SortKey.SHOT: ({"shot": "010"}, {"shot": "020"}),
}
"""Of each key that a column sorts by, what the first and the last of a rising list have."""
ANYWHERE = set(SortKey) - {SortKey.LANE}


def made(number: int, members: dict[str, Any]) -> Task:
    model = members.pop("model", "")
    usual: dict[str, Any] = {"state": State.SUCCEEDED, "sent_at": NOW, "created_at": NOW}
    one = task(number, **(usual | members))
    return replace(one, request=replace(one.request, model=model)) if model else one


def cell(one: Task) -> Cell:
    return Cell(Row(task=one), Around(), CATALOG, NOW)


def test_each_column_has_a_record_and_each_order_but_the_lanes_a_column() -> None:
    assert len(COLUMNS) == len(Column)
    assert {column.sort for column in COLUMNS} == {None, *ANYWHERE}
    assert [column_of(record.sort) for record in COLUMNS if record.sort is not None] == list(Column)[1:]
    assert column_of(SortKey.LANE) is None


@pytest.mark.parametrize("column", [column for column in COLUMNS if column.sort is not None], ids=lambda c: c.title)
async def test_the_store_sorts_by_what_a_column_shows(tmp_path: Path, column: ListColumn) -> None:
    assert column.sort is not None
    first, last = (made(number, dict(members)) for number, members in enumerate(APART[column.sort]))
    assert column.shown(cell(first)) != column.shown(cell(last))
    store = await SqliteStore.open(tmp_path / "profile.db")
    try:
        await store.add([last, first], [], None, [])
        for descending, wanted in ((False, [first.id, last.id]), (True, [last.id, first.id])):
            listing = Listing(sort=column.sort, descending=descending, group=GroupBy.NONE)
            assert list((await store.list(listing)).ids) == wanted
    finally:
        await store.close()


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.title)
def test_a_column_says_something_of_a_task_of_which_nothing_is_known(column: ListColumn) -> None:
    bare = cell(replace(task(1), project="", tags=(), shot="", rating=0))
    assert column.spoken(bare)


def test_a_row_paints_what_its_cells_say() -> None:
    one = cell(made(1, {"project": "Aurora", "tags": ("day",), "rating": 4}))
    words = row_words(one)
    assert words.title == COLUMNS[Column.PROMPT].shown(one)
    assert words.status is not None
    assert words.status.headline == COLUMNS[Column.STATUS].shown(one)
    assert {column: COLUMNS[column].shown(one) for column in words.plain} == words.plain
    assert set(words.plain) == set(Column) - {Column.POSTER, Column.PROMPT, Column.STATUS}
