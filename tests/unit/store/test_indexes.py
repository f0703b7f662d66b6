"""Each index is used by a query: an unused one would cost space and time with every write."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.account import fingerprint_of
from runway_desktop.domain.library import Filter, Listing, SortKey
from runway_desktop.domain.task import BatchId, RemoteId, Source, StepId, TaskId
from runway_desktop.store import cast_and_documents, client_rows, listing, presence, reading, sheets, spending_totals
from tests.rigs.libraries import fill
from tests.unit.store.tasks_on_disk import on_disk


def first_of(sort: SortKey, **asked: Any) -> Callable[[sqlite3.Connection], object]:
    return lambda connection: listing.entries(connection, Listing(sort=sort, filter=Filter(**asked)), None, 200)


NEEDED_BY: dict[str, Callable[[sqlite3.Connection], object]] = {
    "tasks_by_made": first_of(SortKey.MADE),
    "tasks_by_heading": first_of(SortKey.PROMPT),
    "tasks_by_rank": first_of(SortKey.STATE),
    "tasks_by_credits": first_of(SortKey.COST),
    "tasks_by_model": first_of(SortKey.MODEL),
    "tasks_by_project_in_list": first_of(SortKey.PROJECT),
    "tasks_by_rating_in_list": first_of(SortKey.RATING),
    "tasks_by_tags_in_list": first_of(SortKey.TAGS),
    "tasks_by_shot_in_list": first_of(SortKey.SHOT),
    "tasks_by_lane": first_of(SortKey.LANE),
    "tasks_by_batch": first_of(SortKey.MADE, batches=frozenset({BatchId("batch-0")})),
    "tasks_by_parent": lambda connection: reading.takes(connection, TaskId("a")),
    "tasks_by_remote_id": lambda connection: reading.by_remote_id(connection, [RemoteId("a")]),
    "tasks_unfinished": reading.unfinished,
    "tasks_removed": lambda connection: sheets.recent_prompts(connection, 10),
    "tasks_timed": lambda connection: reading.timings(connection, "text_to_video", "gen4.5", "5"),
    "tasks_by_spending": lambda connection: spending_totals.lines(connection, 0.0, 1.0, None),
    "tasks_runs": reading.runs_without_cost,
    "outputs_unsaved": reading.unsaved,
    "outputs_astray": presence.missing,
    "outputs_by_bytes": lambda connection: reading.outputs_with(connection, ["f00"]),
    "inputs_by_bytes": lambda connection: reading.uses_of(connection, ["f00"]),
    "inputs_by_path": lambda connection: reading.uses_of(connection, [], ["/films"]),
    "inputs_uploaded": lambda connection: reading.upload_of(connection, "f00", fingerprint_of("key_a"), 0.0, 1.0),
    "ledger_by_task": lambda connection: reading.ledger_of_task(connection, TaskId("a")),
    "client_requests_by_task": lambda connection: client_rows.client_requests(connection, [TaskId("a")]),
    "client_requests_by_digest": lambda connection: client_rows.latest_client_requests(connection, "claude", "f00", 1),
    "client_requests_by_time": first_of(SortKey.MADE, clients=frozenset({"claude"})),
    "sheets_by_batch": lambda connection: sheets.of_batch(connection, BatchId("batch-0")),
    # A task whose tags are others than before.
    "task_tags_by_task": lambda connection: connection.execute("DELETE FROM task_tags WHERE task = 1"),
    "tasks_continued": lambda connection: cast_and_documents.continued(
        connection, [Source(TaskId("a"), 0)], [StepId("s")]
    ),
    # A queued task whose edited prompt names other members.
    "task_cast_by_task": lambda connection: connection.execute("DELETE FROM task_cast WHERE task = 1"),
}
"""What the store is asked, by the index without which it would read a whole table."""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("indexes") / "p.db"

    async def make() -> None:
        async with on_disk(path) as store:
            await fill(store, 60, with_outputs=False)

    asyncio.run(make())
    return path


def test_every_index_is_used_by_a_query(library: Path):
    with closing(sqlite3.connect(library)) as connection:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
        assert {name for (name,) in found} == set(NEEDED_BY)


@pytest.mark.parametrize("index", NEEDED_BY)
def test_query_uses_its_index(library: Path, index: str):
    with closing(sqlite3.connect(library, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        asked: list[str] = []
        connection.set_trace_callback(asked.append)
        NEEDED_BY[index](connection)
        connection.set_trace_callback(None)
        plans = [
            step
            for statement in asked
            if not statement.startswith("--")
            for *_, step in connection.execute(f"EXPLAIN QUERY PLAN {statement}")
        ]
    assert any(f"INDEX {index}" in step for step in plans), plans
