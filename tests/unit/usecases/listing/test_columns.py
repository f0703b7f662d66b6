"""The task list's columns: each has a record, and the store sorts by it as the list shows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runway_desktop.catalog import Catalog
from runway_desktop.domain.library import GroupBy, Listing, Row, SortKey
from runway_desktop.domain.task import Pick, State, Task
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


def test_each_column_has_a_record_and_each_order_but_the_queues_a_column() -> None:
    assert len(COLUMNS) == len(Column)
    assert {column.sort for column in COLUMNS} == {None, *ANYWHERE}
    assert [column_of(record.sort) for record in COLUMNS if record.sort is not None] == list(Column)[1:]
    assert column_of(SortKey.LANE) is None


@pytest.mark.parametrize("column", [column for column in COLUMNS if column.sort is not None], ids=lambda c: c.title)
async def test_store_sorts_by_the_shown_value_of_a_column(tmp_path: Path, column: ListColumn) -> None:
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
def test_column_shows_something_for_a_task_without_data(column: ListColumn) -> None:
    bare = cell(replace(task(1), project="", tags=(), shot="", rating=0))
    assert column.spoken(bare)


def test_row_paints_the_texts_of_its_cells() -> None:
    one = cell(made(1, {"project": "Aurora", "tags": ("day",), "rating": 4}))
    words = row_words(one)
    assert words.title == COLUMNS[Column.PROMPT].shown(one)
    assert words.status is not None
    assert words.status.headline == COLUMNS[Column.STATUS].shown(one)
    assert {column: COLUMNS[column].shown(one) for column in words.plain} == words.plain
    assert set(words.plain) == set(Column) - {Column.POSTER, Column.PROMPT, Column.STATUS}


def test_row_text_contains_everything_known_of_a_task() -> None:
    members = {"project": "Aurora", "tags": ("day", "fog"), "rating": 4, "shot": "010", "pick": Pick.REJECT}
    one = cell(made(1, members | {"note": "x", "cost_credits": 30.0}))
    words = row_words(one)
    assert (words.title, words.settings, words.badge) == ("Prompt 1", "Gen-4.5 · 1280:720 · 5 s · shot 010", "5 s")
    assert (words.marks, words.poster, words.sign, words.order) == ("✕ 4★", "", "", "")
    assert (words.is_rejected, words.is_held, words.is_poster_alone) == (True, False, False)
    assert [words.plain[column] for column in (Column.CREDITS, Column.RATING, Column.TAGS)] == [
        "30",
        "★★★★☆",
        "day, fog",
    ]
    assert [
        record.spoken(one) for column, record in zip(Column, COLUMNS, strict=True) if column is not Column.SENT
    ] == [
        "Poster, 5 s",
        "Prompt 1. Gen-4.5 · 1280:720 · 5 s · shot 010. Rejected, 4 stars, tags day and fog, has a note",
        "Done, no result",
        "Gen-4.5",
        "Aurora",
        "30 credits",
        "4 stars",
        "day, fog",
        "Shot 010",
    ]
    bare = cell(made(2, {"state": State.QUEUED, "sent_at": None}))
    assert [COLUMNS[column].spoken(bare) for column in list(Column)[4:]] == [
        "No project", "Cost not known yet", "Not sent yet", "Not rated", "No tags", "No shot",
    ]  # fmt: skip
