"""The task list's columns: each has a record, and the store sorts by it as the list shows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runway_desktop.catalog import Catalog
from runway_desktop.domain.library import GroupBy, Listing, Row, SortKey
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import (
    Evidence,
    Hold,
    HoldCode,
    Look,
    Output,
    OutputState,
    Pick,
    Presence,
    Request,
    State,
    Task,
)
from runway_desktop.store import SqliteStore
from runway_desktop.usecases.listing.columns import COLUMNS, Cell, Column, ListColumn, clip_of, column_of, row_words
from runway_desktop.usecases.words.queue import InQueue
from runway_desktop.usecases.words.states import Around, describe
from runway_desktop.usecases.words.units import clock_time, full_time
from runway_desktop.values import replace
from tests.rigs.rows import saved, task

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


def test_queued_row_has_its_position_and_is_marked_when_held() -> None:
    def of(turn: InQueue | None, **members: Any) -> tuple[str, bool]:
        around = Around(turn=turn)
        words = row_words(Cell(Row(task=task(1, **members)), around, CATALOG, NOW))
        assert words.status == describe(Row(task=task(1, **members)), around)
        return words.order, words.is_held

    assert of(InQueue(position=3, is_queue=True)) == ("3", False)
    assert of(InQueue(position=3)) == ("", False)
    assert of(InQueue(is_queue=True)) == of(None) == ("", False)
    assert of(None, hold=Hold(HoldCode.WAITS_FOR_PERSON)) == ("", True)
    assert of(None, hold=Hold(HoldCode.APPROVAL)) == ("", False)
    assert of(None, state=State.CANCELLED, hold=Hold(HoldCode.EXPIRED)) == ("", False)


def test_row_shows_its_first_poster_else_its_first_input_else_an_icon() -> None:
    one = task(1, State.SUCCEEDED)
    gone = saved(one, poster="/p.jpg", look=Look(presence=Presence.MISSING, at=1.0))
    sound, clip = saved(one, "/a.mp3", 1, media=Media.AUDIO), saved(one, index=2, poster="/q.jpg")
    failed = saved(one, state=OutputState.FAILED)

    def of(*outputs: Output, first: str = "") -> tuple[object, ...]:
        row = Row(task=one, outputs=outputs, first_input_path=first)
        words = row_words(Cell(row, Around(), CATALOG, NOW))
        return words.poster, words.sign, words.is_poster_alone, clip_of(row), words.badge

    assert of(gone, sound, clip, first="/i.png") == ("/p.jpg", "", True, clip, "×3")
    assert of(sound, clip) == ("/q.jpg", "", False, clip, "×2")
    assert of(sound, first="/i.png") == ("/i.png", "", False, None, "5 s")
    assert of(failed, sound) == ("", "mdi6.waveform", False, None, "×2")
    assert of(sound, gone) == ("/p.jpg", "", False, None, "×2"), "a missing clip cannot be played"
    assert of(failed) == of() == ("", "", False, None, "5 s")
    marked = row_words(cell(made(1, {"rating": 4, "pick": Pick.PICK})))
    assert (marked.is_rejected, marked.marks) == (False, "✓ 4★")


@pytest.mark.parametrize(
    ("members", "price", "said"),
    [
        ({}, 60.0, "About 60 credits when sent"),
        ({}, None, "Cost not known yet"),
        ({"estimated_credits": 60.0}, 25.0, "60 credits estimated"),
        ({"cost_credits": 60.0, "estimated_credits": 25.0}, 5.0, "60 credits"),
        ({"state": State.UNCERTAIN, "evidence": Evidence(price=60.0)}, None, "60 credits, if it was created"),
    ],
)
def test_screen_reader_hears_whether_a_cost_is_actual_estimated_or_unsure(
    members: dict[str, Any], price: float | None, said: str
) -> None:
    one = Cell(Row(task=task(1, **members)), Around(price=price), CATALOG, NOW)
    assert COLUMNS[Column.CREDITS].spoken(one) == said


def test_tool_tip_contains_at_most_600_characters_of_a_prompt() -> None:
    tips = {length: COLUMNS[Column.PROMPT].tool_tip(cell(task(1, prompt="a" * length))) for length in (600, 601)}
    assert tips == {600: "a" * 600, 601: "a" * 600 + "…"}


def test_sent_column_shows_the_time_or_a_dash() -> None:
    sent = COLUMNS[Column.SENT]
    assert sent.shown(cell(task(1, sent_at=NOW))) == clock_time(NOW, NOW)
    assert sent.shown(cell(task(1, sent_at=NOW - 86_400 * 400))) == clock_time(NOW - 86_400 * 400, NOW)
    assert sent.spoken(cell(task(1, sent_at=NOW))) == f"Sent {full_time(NOW)}"
    assert (sent.shown(cell(task(1))), sent.spoken(cell(task(1)))) == ("–", "Not sent yet")


def test_screen_reader_hears_no_empty_parts_of_poster_and_title() -> None:
    bare = replace(task(1), request=Request(endpoint="text_to_video", model="", values={}))
    assert [COLUMNS[column].spoken(cell(bare)) for column in (Column.POSTER, Column.PROMPT)] == [
        "Poster", "Text → video",
    ]  # fmt: skip


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
