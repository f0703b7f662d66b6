"""However a search is answered – from the first tasks, from the index, from short lists, by looking at every text – it
finds what a plain LIKE over all finds, in the same order."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from contextlib import closing
from operator import itemgetter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runway_desktop.domain.library import PERSON, Bounds, Filter, GroupBy, Listing, SortKey, Without, words_of
from runway_desktop.domain.task import MemberId, Request, Task, TaskId
from runway_desktop.store import SqliteStore, listing
from runway_desktop.store.conditions import add_pieces
from runway_desktop.values import replace
from tests.rigs.libraries import a_wish
from tests.unit.store.tasks_on_disk import on_disk

SMALL = {"NEAR": 4, "FEW": 3, "READ": 5, "MANY": 6, "FREQUENT": 3, "JUDGED": 5}
"""So small that a library of a dozen tasks is searched in every way."""
_KEYS = {SortKey.MADE: 0, SortKey.PROMPT: 3, SortKey.RATING: 4, SortKey.TAGS: 5, SortKey.PROJECT: 6, SortKey.MODEL: 7}
"""Where the key stands in a row of the plain reference below."""
_LETTERS = 'abcdef fox gull 灯台京都ö"-.%_\\'
_WORDS = ("fox", "gull", "lighthouse", "灯台", "京", "fo", "x", "aa", "aaa", "ö", "\U0010ffff", "e" * 5)
words = st.sampled_from(_WORDS) | st.text(st.sampled_from(_LETTERS), min_size=1, max_size=3)
texts = st.lists(words, max_size=5).map(" ".join)
lines = words | st.lists(st.tuples(st.sampled_from(("", "", "-")), words), max_size=3).map(
    lambda parts: " ".join(minus + word for minus, word in parts)
)
clients = st.sampled_from(
    (frozenset(), frozenset(), *map(frozenset, ({PERSON}, {"claude"}, {PERSON, "codex"}, {"claude", "codex"})))
)
asked_by = st.lists(st.sampled_from((PERSON, "claude", "codex")), min_size=12, max_size=12)
MAYA, BEN = MemberId("maya"), MemberId("ben")
tags = st.sampled_from(((), (), ("night",), ("night", "drone"), ("drone",)))


@st.composite
def libraries(draw: st.DrawFn) -> list[Task]:
    amount = draw(st.integers(1, 12))
    return [
        Task(
            id=TaskId(f"task{number:02}"),
            request=Request(
                endpoint="", model=draw(st.sampled_from(("gen4.5", "", "veo"))), values={}, prompt=draw(texts)
            ),
            created_at=float(draw(st.integers(0, 3))),
            rating=draw(st.sampled_from((0, 4))),
            tags=draw(tags),
            cast=draw(st.sampled_from(((), (), (MAYA,), (MAYA, BEN)))),
            project=draw(st.sampled_from(("", "Coast", "Alps"))),
            # The last of the texts: what it ends with, the whole text ends with.
            shot=draw(st.just("") | words),
        )
        for number in range(amount)
    ]


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(
    libraries(),
    lines,
    st.builds(
        Filter,
        rating=st.sampled_from((Bounds(), Bounds(least=4))),
        tags=st.sampled_from((frozenset(), frozenset({"night"}), frozenset({"drone", "night"}))),
        cast=st.sampled_from((frozenset(), frozenset(), frozenset({BEN}), frozenset({MAYA, BEN}))),
        projects=st.sampled_from((frozenset(), frozenset({"Coast"}), frozenset({"Coast", "Alps"}))),
        models=st.sampled_from((frozenset(), frozenset({"veo"}))),
        clients=clients,
        without=st.builds(
            Without,
            tags=st.sampled_from((frozenset(), frozenset({"drone"}))),
            clients=clients,
            cast=st.sampled_from((frozenset(), frozenset(), frozenset({BEN}))),
            models=st.sampled_from((frozenset(), frozenset({"gen4.5"}))),
        ),
    ),
    st.sampled_from(tuple(_KEYS)),
    st.booleans(),
    asked_by,
)
def test_every_search_strategy_finds_the_same_as_like(
    tasks: list[Task], text: str, wanted: Filter, sort: SortKey, descending: bool, asked_by: list[str]
):
    question = Listing(filter=replace(wanted, text=text), sort=sort, descending=descending, group=GroupBy.NONE)

    async def search() -> None:
        with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
            for name, amount in SMALL.items():
                patch.setattr(listing, name, amount)
            path = Path(folder) / "p.db"
            async with on_disk(path) as store:
                await store.add(tasks, [], None, [])
                for task, client in zip(tasks, asked_by, strict=False):
                    if client:
                        await store.note_client_request(a_wish(client, task))
                everything = await store.list(question)
                assert list(everything.ids) == by_like(path, question)
                assert await store.amount(question.filter) == len(everything)
                for limit in (1, 3, 200):
                    first = await store.list(question, limit)
                    assert first.ids == everything.ids[:limit]
                    assert first.is_whole == (len(everything) <= limit)

    asyncio.run(search())


def by_like(path: Path, question: Listing) -> list[str]:
    words, wanted = words_of(question.filter.text), question.filter
    with closing(sqlite3.connect(path)) as connection:

        def like(word: str) -> set[int]:
            pattern = f"%{escaped(word)}%"
            found = connection.execute("SELECT rowid FROM searched WHERE words LIKE ? ESCAPE '!'", (pattern,))
            return {number for (number,) in found}

        rows = connection.execute(
            "SELECT created_at, number, id, heading, rating, tags, project, model, coalesce(client, ''), cast_members "
            "FROM tasks "
            "LEFT JOIN client_requests ON task_id = id ORDER BY number"
        ).fetchall()
        # What came together keeps its own order; of what is equal the latest stands first.
        rows.sort(key=lambda row: row[0], reverse=question.descending or question.sort is not SortKey.MADE)
        rows.sort(key=itemgetter(_KEYS[question.sort]), reverse=question.descending)
        holding, not_holding = map(like, words.wanted), map(like, words.unwanted)
        numbers = {row[1] for row in rows}.intersection(*holding).difference(*not_holding)
        return [
            task_id
            for _, number, task_id, _, rating, tags, project, model, client, cast in rows
            if number in numbers
            and rating >= (wanted.rating.least or 0)
            and wanted.tags <= set(tags.split(","))
            and not wanted.without.tags & set(tags.split(","))
            and (not wanted.projects or project in wanted.projects)
            and (not wanted.models or model in wanted.models)
            and model not in wanted.without.models
            and (not wanted.cast or wanted.cast & set(cast.split(",")))
            and not wanted.without.cast & set(cast.split(","))
            and (not wanted.clients or client in wanted.clients)
            and client not in wanted.without.clients
        ]


def escaped(word: str) -> str:
    for special in "!%_":
        word = word.replace(special, f"!{special}")
    return word


async def plan_of(path: Path, text: str) -> str:
    """How SQLite answers the question that the store asks in the end."""
    store = await SqliteStore.open(path)

    def explain(connection: sqlite3.Connection) -> str:
        wanted = Filter(text=text)
        query, cells = listing.entries_query(Listing(filter=wanted), 200, *listing.looked_up(connection, wanted))
        return "; ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}", cells))

    try:
        return await store._reader.ask(explain)
    finally:
        await store.close()


def saying(name: str, prompt: str, at: float = 0.0, shot: str = "") -> Task:
    wish = Request(endpoint="", model="gen4.5", values={}, prompt=prompt)
    return Task(id=TaskId(name), request=wish, created_at=at, shot=shot)


async def a_library(path: Path, shot: str = "") -> None:
    async with on_disk(path) as store:
        prompts = [f"灯台と猫 {number}" if number < 3 else f"a fox in fog {number}" for number in range(40)]
        tasks = [saying(f"task{n}", words, float(n), shot if n == 39 else "") for n, words in enumerate(prompts)]
        await store.add(tasks, [], None, [])


@pytest.fixture
def few_are_ten(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(listing, "FEW", 10)


@pytest.mark.usefixtures("few_are_ten")
@pytest.mark.parametrize("text", ["灯台と", "灯台", "猫", "qq", "qqq"])
async def test_search_starts_with_the_rare_word(tmp_path: Path, text: str):
    await a_library(tmp_path / "p.db")
    assert "SEARCH tasks USING INTEGER PRIMARY KEY (rowid=?)" in await plan_of(tmp_path / "p.db", text)


@pytest.mark.usefixtures("few_are_ten")
@pytest.mark.parametrize("text", ["fox", "fo", "f", "in fog", '"a fox"'])
async def test_frequent_word_is_searched_in_list_order(tmp_path: Path, text: str):
    await a_library(tmp_path / "p.db")
    plan = await plan_of(tmp_path / "p.db", text)
    assert "SCAN tasks USING COVERING INDEX tasks_by_made" in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.usefixtures("few_are_ten")
@pytest.mark.parametrize("text", ["foxing", "-gull foxing"])
async def test_texts_are_read_where_many_contain_the_parts_of_a_word_but_few_the_word(
    tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(listing, "NEAR", 5)
    await a_library(tmp_path / "p.db", "foxi, oxing")
    async with on_disk(tmp_path / "p.db") as store:
        await store.add([saying(f"pieces{number}", "foxi, oxing") for number in range(20)], [], None, [])
        await store.add([saying("whole", "foxing of old paper")], [], None, [])
    with closing(sqlite3.connect(tmp_path / "p.db", isolation_level=None)) as connection:
        add_pieces(connection)
        asked: list[str] = []
        connection.set_trace_callback(asked.append)
        found = listing.entries(connection, Listing(filter=Filter(text=text), group=GroupBy.NONE), None, 3)
        connection.set_trace_callback(None)
        plan = "; ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {asked[-1]}"))
    assert list(found.ids) == ["whole"]
    assert "SEARCH tasks USING INTEGER PRIMARY KEY (rowid=?)" in plan
    assert "SCAN tasks" not in plan


@pytest.mark.usefixtures("few_are_ten")
@pytest.mark.parametrize("text", ["fo", "f", "x"])
async def test_short_frequent_word_is_looked_up_once(tmp_path: Path, text: str):
    """A letter of one task in a hundred would be looked for in the texts of half a library."""
    await a_library(tmp_path / "p.db")
    plan = await plan_of(tmp_path / "p.db", text)
    assert "LIST SUBQUERY" in plan
    assert "searched_content" not in plan


@pytest.mark.usefixtures("few_are_ten")
async def test_short_word_at_the_end_of_a_text_is_found(tmp_path: Path):
    await a_library(tmp_path / "p.db", shot="京都")
    assert "SCAN tasks" in await plan_of(tmp_path / "p.db", "都")
    async with on_disk(tmp_path / "p.db") as store:
        for text in ("都", "京", "京都"):
            assert list((await store.list(Listing(filter=Filter(text=text)), 5)).ids) == ["task39"]
