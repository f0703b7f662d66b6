"""Stored counts of the left pane equal recounted ones after every write."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runway_desktop.domain.media import Media
from runway_desktop.domain.task import (
    Batch,
    BatchId,
    MemberId,
    Output,
    OutputState,
    Pick,
    RemoteId,
    Request,
    State,
    Task,
    TaskId,
)
from runway_desktop.store import SqliteStore
from runway_desktop.store.tally import count_anew, counts
from runway_desktop.values import replace
from tests.unit.store.tasks_on_disk import on_disk

changes = st.fixed_dictionaries(
    {},
    optional={
        "state": st.sampled_from((State.QUEUED, State.RUNNING, State.SUCCEEDED, State.FAILED, State.GONE)),
        "project": st.sampled_from(("", "Coast", "half \udcff a pair")),
        "rating": st.sampled_from((0, 4)),
        "pick": st.sampled_from(Pick),
        "shot": st.sampled_from(("", "010")),
        "tags": st.sampled_from(((), ("night",), ("drone", "night"))),
        "cast": st.sampled_from(((), (MemberId("maya"),), (MemberId("maya"), MemberId("ben")))),
        "removed_at": st.sampled_from((None, 5.0)),
        "remote_id": st.sampled_from((None, RemoteId("r"))),
        "batch_id": st.sampled_from((None, BatchId("b"))),
    },
)
outputs = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from(OutputState), st.sampled_from(("", "/a.mp4"))), max_size=2
)
steps = st.lists(st.tuples(st.integers(0, 2), changes, outputs), max_size=8)


def a_task(number: int) -> Task:
    return Task(
        id=TaskId(f"task{number}"),
        request=Request(endpoint="text_to_video", model=("gen4.5", "veo")[number % 2], values={}, prompt="a fox"),
        created_at=float(number),
    )


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(changes, min_size=3, max_size=3), steps)
def test_stored_sums_equal_recounted_ones(
    made: Sequence[dict[str, Any]], steps: Sequence[tuple[int, dict[str, Any], list[tuple[int, OutputState, str]]]]
):
    async def write(path: Path) -> None:
        async with on_disk(path) as store:
            tasks = [replace(a_task(number), **changed) for number, changed in enumerate(made)]
            await store.add([], [], Batch(id=BatchId("b"), name="shots.csv", created_at=1.0), [])
            await store.add(tasks, [], None, [])
            for number, changed, results in steps:
                tasks[number] = replace(tasks[number], **changed)
                found = [
                    Output(
                        task_id=tasks[number].id,
                        index=index,
                        url="",
                        url_fetched_at=0.0,
                        media=Media.VIDEO,
                        state=state,
                        path=path,
                    )
                    for index, state, path in results
                ]
                await store.save(tasks[number], None, found)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "p.db"
        asyncio.run(write(path))
        with closing(sqlite3.connect(path)) as connection:
            kept = counts(connection)
            count_anew(connection)
            assert kept == counts(connection)


async def test_counting_reads_only_suggested_tasks_and_those_with_unsaved_results(tmp_path: Path):
    """A library of 300,000 takes as long as one of ten."""
    store = await SqliteStore.open(tmp_path / "p.db")
    await store.close()
    with closing(sqlite3.connect(tmp_path / "p.db")) as connection:
        asked: list[str] = []
        connection.set_trace_callback(asked.append)
        counts(connection)
        connection.set_trace_callback(None)
        steps = [step for one in asked for *_, step in connection.execute(f"EXPLAIN QUERY PLAN {one}")]
    assert steps
    read = [(before, step) for before, step in pairwise(steps) if " tasks" in step or "task_tags" in step]
    assert [before for before, _ in read] == ["SCAN suggestions", "SCAN outputs USING INDEX outputs_unsaved"]
    assert [step for _, step in read if not step.startswith("SEARCH tasks USING INDEX sqlite_autoindex")] == []


async def test_batches_are_listed_with_contents_latest_first(tmp_path: Path):
    async def put(store: SqliteStore, number: int, batch_id: str, name: str, made: float) -> None:
        batch = Batch(id=BatchId(batch_id), name=name, created_at=made)
        await store.add([replace(a_task(number), batch_id=batch.id)], [], batch, [])

    async with on_disk(tmp_path / "p.db") as store:
        assert (await store.counts()).batches == ()
        await put(store, 0, "a", "first.csv", 1.0)
        await put(store, 1, "b", "half \udcff a pair", 3.0)
        await put(store, 2, "c", "between.csv", 2.0)
        await put(store, 3, "a", "other.csv", 1.0)
        assert (await store.counts()).batches == (
            ("b", "half \udcff a pair", 1), ("c", "between.csv", 1), ("a", "other.csv", 2)
        )  # fmt: skip
