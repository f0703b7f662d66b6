"""Whatever is kept comes back equal, and both stores list it alike. Arbitrary values find what examples do not."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import UTC
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runway_desktop.domain.library import Filter, GroupBy, LedgerEntry, Listing, Page, SortKey
from runway_desktop.domain.task import Batch, BatchId, TaskId
from tests.rigs.samples import examples
from tests.rigs.stores import MemoryStore
from tests.unit.store.expected import Library
from tests.unit.store.tasks_on_disk import on_disk

from . import strategies as kinds

BATCHES = [Batch(id=BatchId(f"batch-{n}"), name=f"Batch {n}", created_at=float(n)) for n in (1, 2)]
NAMES = [TaskId(name) for name in "abc"]

unhurried = settings(deadline=None, max_examples=examples(20), suppress_health_check=[HealthCheck.too_slow])


@unhurried
@given(st.data())
def test_stored_tasks_are_read_back_equal(data: st.DataObject):
    first, second = data.draw(kinds.tasks("a")), data.draw(kinds.tasks("a"))
    outputs = data.draw(st.lists(kinds.outputs("a"), max_size=3, unique_by=lambda output: output.index))
    inputs = data.draw(st.lists(kinds.inputs("a"), max_size=3, unique_by=lambda asset: asset.field_path))
    detail: dict[str, Any] = data.draw(st.dictionaries(kinds.texts, kinds.json_values, max_size=3))
    line = LedgerEntry(task_id=TaskId("a"), at=1.5, kind="made", detail=detail)

    async def keep() -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "profile.db"
            async with on_disk(path) as store:
                for batch in BATCHES:
                    await store.add([], [], batch, [])
                await store.add([first], inputs, None, [line])
                assert await store.get(first.id) == first
                assert await store.inputs(first.id) == inputs
                await store.save(second, line, outputs)
                await store.set_settings(detail)
            async with on_disk(path) as store:
                assert await store.get(first.id) == second
                assert await store.outputs(first.id) == sorted(outputs, key=lambda output: output.index)
                assert await store.ledger(first.id) == [line, line]
                assert await store.settings() == detail

    asyncio.run(keep())


@unhurried
@given(st.data())
def test_lists_counts_and_groups_equal_those_of_the_reference_library(data: st.DataObject):
    tasks = [data.draw(kinds.tasks(name)) for name in NAMES]
    outputs = data.draw(st.lists(st.sampled_from(NAMES).flatmap(kinds.outputs), max_size=4))
    inputs = data.draw(st.lists(st.sampled_from(NAMES).flatmap(kinds.inputs), max_size=4))
    changed = [data.draw(kinds.tasks(name)) for name in data.draw(st.lists(st.sampled_from(NAMES), max_size=3))]
    listing = data.draw(
        st.builds(
            Listing,
            filter=st.builds(
                Filter,
                page=st.sampled_from(Page),
                text=st.sampled_from(["", "a", "b 0"]) | st.text(max_size=3),
                since=st.none() | st.just(1e9),
            ),
            sort=st.sampled_from(SortKey),
            descending=st.booleans(),
            group=st.sampled_from(GroupBy),
        )
    )

    async def compare() -> None:
        store = MemoryStore(zone=UTC)
        for batch in BATCHES:
            await store.add([], [], batch, [])
        await store.add(tasks, inputs, None, [])
        await store.save_outputs(outputs)
        await store.save_many(changed)
        expected = await Library.read(store, NAMES, {batch.id: batch.name for batch in BATCHES}, UTC)
        assert await store.list(listing) == expected.entries(listing)
        assert (await store.counts()).pages == expected.pages()
        sums = {group.key: group.total for group in await store.groups(listing)}
        assert sums == {group.key: group.total for group in expected.groups(listing)}

    asyncio.run(compare())
