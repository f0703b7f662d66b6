"""Speed of the list: frequent queries use indexes, and thousands of tasks take milliseconds."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from statistics import median

import pytest

from runway_desktop.domain.library import PERSON, Bounds, Filter, GroupBy, Listing, Page, SortKey, Without
from runway_desktop.domain.task import BatchId, Pick, State, TaskId
from runway_desktop.store import SqliteStore, reading
from runway_desktop.store.conditions import by_person
from runway_desktop.store.listing import entries, entries_query, looked_up
from tests.rigs.libraries import fill
from tests.unit.store.tasks_on_disk import on_disk


async def plan_of(path: Path, query: str, parameters: list) -> str:
    store = await SqliteStore.open(path)
    await store.close()
    with closing(sqlite3.connect(path)) as connection:
        return "; ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}", parameters))


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("group", [GroupBy.NONE, GroupBy.BATCH, GroupBy.MODEL])
@pytest.mark.parametrize("sort", SortKey)
async def test_first_rows_of_every_sort_order_come_from_an_index(
    tmp_path: Path, sort: SortKey, group: GroupBy, descending: bool
):
    listing = Listing(sort=sort, group=group, descending=descending)
    plan = await plan_of(tmp_path / "p.db", *entries_query(listing, 200))
    assert "INDEX tasks_by_" in plan
    # Where it is not the usual way round, what was made at once or begins alike is put in its order, and nothing else.
    assert "TEMP B-TREE FOR ORDER BY" not in plan
    if sort not in (SortKey.MADE, SortKey.PROMPT) or descending is (sort is SortKey.MADE):
        assert "TEMP B-TREE" not in plan


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("group", GroupBy)
@pytest.mark.parametrize("sort", set(SortKey) - {SortKey.PROMPT})
async def test_whole_list_of_every_sort_order_is_read_from_one_index(
    tmp_path: Path, sort: SortKey, group: GroupBy, descending: bool
):
    plan = await plan_of(tmp_path / "p.db", *entries_query(Listing(sort=sort, group=group, descending=descending)))
    assert [step for step in plan.split("; ") if "TEMP B-TREE" not in step] == [
        "SCAN tasks USING COVERING INDEX tasks_by_made"
    ]


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("sort", set(SortKey) - {SortKey.MADE})
async def test_rated_tasks_are_read_from_one_index_for_other_sort_orders(
    tmp_path: Path, sort: SortKey, descending: bool
):
    wanted = Filter(rating=Bounds(least=4), pages=frozenset({Page.SAVED}), projects=frozenset({"Coast", "Alps"}))
    listing = Listing(filter=wanted, sort=sort, descending=descending, group=GroupBy.NONE)
    plan = await plan_of(tmp_path / "p.db", *entries_query(listing, 200))
    reads = [step for step in plan.split("; ") if step.startswith(("SCAN tasks", "SEARCH tasks"))]
    assert "SCAN tasks USING COVERING INDEX tasks_by_made" in reads
    assert all(" INDEX tasks_by_" in step for step in reads)


@pytest.mark.parametrize(
    ("wanted", "begins"),
    [
        (Filter(rating=Bounds(5, 5), projects=frozenset({"Coast"}), tags=frozenset({"night"}), text="violin"), True),
        (Filter(picks=frozenset({Pick.PICK}), without=Without(projects=frozenset({"Coast"}))), False),
    ],
)  # fmt: skip
async def test_starred_tasks_are_read_from_the_index_of_stars(tmp_path: Path, wanted: Filter, begins: bool):
    question = by_person(wanted)
    assert question is not None
    plan = await plan_of(tmp_path / "p.db", *question)
    assert f"COVERING INDEX tasks_by_rating_in_list{' (rating>? AND rating<?)' if begins else ''}" in plan


async def test_query_by_rating_reads_only_matching_tasks(tmp_path: Path):
    """In whatever order."""
    async with on_disk(tmp_path / "p.db") as store:
        await fill(store, 50, with_outputs=False)
        wanted = Filter(rating=Bounds(5, 5), without=Without(projects=frozenset({"Coast"})))
        for sort in (SortKey.MADE, SortKey.PROMPT):
            asked: list[str] = []

            def list_them(connection: sqlite3.Connection, sort: SortKey = sort, asked: list[str] = asked) -> list[str]:
                connection.set_trace_callback(asked.append)
                entries(connection, Listing(filter=wanted, sort=sort), None, 200)
                connection.set_trace_callback(None)
                questions = [one for one in asked if not one.startswith("--")]
                return [row[3] for one in questions for row in connection.execute(f"EXPLAIN QUERY PLAN {one}")]

            plan = await store._reader.ask(list_them)
            assert not [step for step in plan if step.startswith("SCAN tasks")], plan


@pytest.mark.parametrize(
    "wanted",
    [
        Filter(text="violin"),
        Filter(rating=Bounds(5, 5), states=frozenset({State.FAILED})),
        Filter(picks=frozenset({Pick.PICK}), page=Page.SAVED),
        Filter(tags=frozenset({"night"}), without=Without(models=frozenset({"veo3.1"}))),
    ],
)
def test_index_of_stars_is_not_used_for_unrated_tasks(wanted: Filter):
    assert by_person(wanted) is None


NAMED = (
    Filter(projects=frozenset({"Coast", "Autumn campaign"}), pages=frozenset({Page.SAVED})),
    Filter(models=frozenset({"veo3.1", "veo3.1_fast"}), states=frozenset({State.FAILED})),
    Filter(batches=frozenset(BatchId(f"batch-{number}") for number in range(40))),
)


@pytest.mark.parametrize("wanted", NAMED)
async def test_tasks_filtered_by_a_frequent_name_are_read_in_list_order(tmp_path: Path, wanted: Filter):
    """Gathered from the index of the name they would all have to be sorted before the first is known."""
    plan = await plan_of(tmp_path / "p.db", *entries_query(Listing(filter=wanted), 200))
    assert plan == "SCAN tasks USING COVERING INDEX tasks_by_made"


async def test_tasks_of_a_small_batch_are_found_by_its_index(tmp_path: Path):
    async with on_disk(tmp_path / "p.db") as store:
        await fill(store, 50, with_outputs=False)
        wanted = Filter(batches=frozenset({BatchId("batch-0")}))

        def explain(connection: sqlite3.Connection) -> str:
            query, cells = entries_query(Listing(filter=wanted), 200, *looked_up(connection, wanted))
            return "; ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}", cells))

        plan = await store._reader.ask(explain)
    assert "SEARCH tasks USING INTEGER PRIMARY KEY (rowid=?)" in plan
    assert "tasks_by_batch (batch_id=? AND removed_at=?)" in plan


@pytest.mark.parametrize(
    "wanted",
    [
        Filter(clients=frozenset({"claude", PERSON})),
        Filter(clients=frozenset({PERSON})),
        Filter(without=Without(clients=frozenset({"claude"}))),
    ],
)
async def test_requesting_programs_are_read_from_an_index(tmp_path: Path, wanted: Filter):
    plan = await plan_of(tmp_path / "p.db", *entries_query(Listing(filter=wanted), 200))
    assert "SEARCH client_requests USING COVERING INDEX client_requests_by_task (task_id=?" in plan
    assert "SCAN tasks USING COVERING INDEX tasks_by_made" in plan


@pytest.mark.parametrize("page", Page)
async def test_every_page_is_read_from_one_index(tmp_path: Path, page: Page):
    plan = await plan_of(tmp_path / "p.db", *entries_query(Listing(filter=Filter(page=page))))
    # Of the few tasks that are here, the hold is read from the table.
    assert ("INDEX tasks_by_made" if page is Page.WAITING_HERE else "COVERING INDEX tasks_by_made") in plan
    assert "TEMP B-TREE" not in plan


JUDGED = (
    Filter(rating=Bounds(least=4)),
    Filter(picks=frozenset({Pick.PICK}), projects=frozenset({"Aurora"})),
    Filter(shots=frozenset({"010"}), cost=Bounds(1, 60), length=Bounds(most=8)),
    Filter(without=Without(models=frozenset({"gen4.5"}), states=frozenset({State.FAILED}))),
)


@pytest.mark.parametrize("group", [GroupBy.NONE, GroupBy.DAY, GroupBy.PROJECT, GroupBy.PROMPT])
@pytest.mark.parametrize("wanted", JUDGED)
async def test_ratings_are_read_from_the_same_index(tmp_path: Path, wanted: Filter, group: GroupBy):
    plan = await plan_of(tmp_path / "p.db", *entries_query(Listing(filter=wanted, group=group), 200))
    # The tasks of one project, and of one shot, stand together in an index of their own, in the same order.
    assert "COVERING INDEX tasks_by_made" in plan or "(project=?)" in plan or "(shot=?)" in plan
    assert "TEMP B-TREE" not in plan


async def test_tags_and_words_are_found_by_index(tmp_path: Path):
    wanted = Filter(tags=frozenset({"drone"}), text='"red boat" -fog')
    plan = await plan_of(tmp_path / "p.db", *entries_query(Listing(filter=wanted)))
    assert "SEARCH task_tags USING PRIMARY KEY (tag=?)" in plan
    assert "SCAN searched VIRTUAL TABLE INDEX" in plan
    assert "SCAN tasks" not in plan.replace("SCAN tasks USING COVERING INDEX tasks_by_made", "")


async def test_listing_thousands_of_tasks_costs_few_scans_of_all_texts(tmp_path: Path):
    async with on_disk(tmp_path / "p.db") as store:
        await fill(store, 5_000, with_outputs=False)
        assert await looks(store, lambda: store.list(Listing())) < 4
        assert await looks(store, lambda: store.list(Listing(filter=Filter(page=Page.NEEDS_ATTENTION)))) < 2
        assert await looks(store, store.counts) < 1
        ids = list((await store.list(Listing())).ids)
        assert await looks(store, lambda: store.rows(ids[:200])) < 3
        for text in ("lighthouse", "qq", "zz nowhere", "ice -camera"):
            assert await looks(store, partial(store.list, Listing(filter=Filter(text=text)), 200)) < 3


async def looks(store: SqliteStore, ask: Callable[[], Awaitable[object]]) -> float:
    """How many times as long as one look at every text, in this process's seconds of a processor.

    Each answer is set beside a look of the same moment, and the middle of them is told: a processor that is shared is
    half as quick for some tenths of a second, and quick again.
    """
    return median([await _cost(ask) / await _cost(lambda: store._reader.ask(look_at_every_text)) for _ in range(15)])


def look_at_every_text(connection: sqlite3.Connection) -> None:
    connection.execute("SELECT total(instr(words, 'qq')) FROM searched").fetchone()


async def _cost(ask: Callable[[], Awaitable[object]]) -> float:
    began = time.process_time()
    await ask()
    return time.process_time() - began


async def test_uses_of_a_result_are_found_by_an_index(tmp_path: Path):
    for query, index, parameters in (
        (f"{reading.OUTPUTS} WHERE sha256 IN (?) AND sha256 <> ''", "outputs_by_bytes", ["a"]),
        (f"{reading._INPUTS} WHERE sha256 IN (?) AND sha256 <> ''", "inputs_by_bytes", ["a"]),
        (f"{reading._INPUTS} WHERE path >= ? AND path < ? AND path <> ''", "inputs_by_path", ["a", "b"]),
    ):
        assert index in await plan_of(tmp_path / "p.db", query, parameters)


async def test_any_number_of_tasks_is_read_in_a_few_statements(tmp_path: Path):
    asked = set()

    class Watched(sqlite3.Connection):
        def execute(self, statement: str, parameters=()) -> sqlite3.Cursor:
            asked.add(statement)
            return super().execute(statement, parameters)

    async with on_disk(tmp_path / "p.db") as store:
        await fill(store, 300)
    with closing(sqlite3.connect(tmp_path / "p.db", factory=Watched)) as connection:
        names = [TaskId(name) for (name,) in sqlite3.Connection.execute(connection, "SELECT id FROM tasks")]
        for number in range(len(names) + 1):
            found = reading.rows(connection, names[:number])
            assert [row.task.id for row in found] == names[:number]
            assert all(len({output.index for output in row.outputs}) == len(row.outputs) for row in found)
    assert len(asked) <= 30, "Each is parsed, and kept by its connection"


async def test_scan_of_the_whole_library_keeps_nothing_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    told: list[tuple[str, str]] = []
    connect = sqlite3.connect

    def watched(*given, **named) -> sqlite3.Connection:
        connection = connect(*given, **named)
        name = threading.current_thread().name.split()[0]
        connection.set_trace_callback(lambda statement: told.append((name, statement)))
        return connection

    monkeypatch.setattr(sqlite3, "connect", watched)
    async with on_disk(tmp_path / "p.db") as store:
        await fill(store, 50)
        for ask in (partial(store.list, Listing()), partial(store.list, Listing(), 10)):
            told.clear()
            await ask()
            thread, last = told[-1]
            assert (last == "PRAGMA shrink_memory") is (thread == "store-sweep"), (
                "The first rows are asked for again and again"
            )
