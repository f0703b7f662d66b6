"""States of saved files as found on disk are stored, only replaced by a new check, and found at once."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from runway_desktop.domain.library import Filter, GroupBy, LedgerEntry, Listing, Page, Without
from runway_desktop.domain.outputs import KeptFile, Looked, kept_file
from runway_desktop.domain.task import (
    NEVER_LOOKED,
    Look,
    Output,
    OutputState,
    Presence,
    Request,
    Signs,
    State,
    Task,
    TaskId,
)
from runway_desktop.services.ports import Store
from runway_desktop.store import presence
from runway_desktop.store.listing import entries_query
from runway_desktop.values import replace
from tests.rigs.libraries import NOON, Opened, fill
from tests.unit.store.tasks_on_disk import on_disk

GONE = Look(presence=Presence.MISSING, at=NOON + 10)
OTHER = Look(presence=Presence.CHANGED, at=NOON + 10, signs=Signs(7, 1_750_000_000_000_000_001))


def saved(name: str = "t1", index: int = 0, **members: Any) -> Output:
    made: dict[str, Any] = {
        "task_id": TaskId(name), "index": index, "url": "", "url_fetched_at": NOON, "state": OutputState.SAVED,
        "path": f"/films/{name} {index}.mp4", "size": 5, "sha256": f"{name}{index}", "saved_at": NOON,
    }  # fmt: skip
    return Output(**(made | members))


def file_of(output: Output) -> KeptFile:
    file = kept_file(output)
    assert file is not None
    return file


async def keep(store: Store, *outputs: Output) -> None:
    for name in dict.fromkeys(output.task_id for output in outputs):
        request = Request(endpoint="text_to_video", model="gen4.5")
        await store.add([Task(id=name, request=request, created_at=NOON, state=State.SUCCEEDED)], [], None, [])
    await store.save_outputs(outputs)


async def ids(store: Store, **wanted: Any) -> set[str]:
    return set((await store.list(Listing(filter=Filter(**wanted)))).ids)


async def test_file_check_is_stored_and_returns_changes(opened: Opened):
    first, second = saved("a"), saved("b")
    line = LedgerEntry(task_id=TaskId("a"), at=NOON, kind="file missing", detail={"index": 0})
    async with opened() as store:
        await keep(store, first, second)
        here = Look(at=NOON + 10, signs=Signs(5, 3))
        news = await store.note_looks(
            [Looked(file=file_of(first), look=GONE, entry=line), Looked(file=file_of(second), look=here)]
        )
        assert news == [replace(first, look=GONE)]
        assert await store.outputs(second.task_id) == [replace(second, look=here)]
        assert [entry.kind for entry in await store.ledger(first.task_id)] == ["file missing"]
        assert await store.missing_files() == [file_of(replace(first, look=GONE))]
        [file] = [file for file in await store.kept_files(None, 9) if file.task_id == "a"]
        assert await store.note_looks([Looked(file=file, look=here)]) == [replace(first, look=here)]
        assert await store.missing_files() == []


async def test_further_change_of_a_file_is_new_and_an_unchanged_one_is_not(opened: Opened):
    output = saved()
    again = Look(presence=Presence.CHANGED, at=NOON + 30, signs=Signs(9, 1_750_000_000_000_000_009))
    async with opened() as store:
        await keep(store, output)
        for look, is_news in ((OTHER, True), (replace(OTHER, at=NOON + 20), False), (again, True)):
            [file] = await store.kept_files(None, 9)
            told = [replace(output, look=look)] if is_news else []
            assert await store.note_looks([Looked(file=file, look=look)]) == told


async def test_check_of_a_replaced_file_is_discarded(opened: Opened):
    output = saved()
    line = LedgerEntry(task_id=output.task_id, at=NOON, kind="file missing", detail={})
    for now in (
        replace(output, path="/films/moved.mp4"),
        replace(output, sha256="other"),
        replace(output, state=OutputState.WAITING),
    ):
        async with opened() as store:
            if not await store.outputs(output.task_id):
                await keep(store, output)
            await store.save_output(now)
            assert await store.note_looks([Looked(file=file_of(output), look=GONE, entry=line)]) == []
            assert await store.outputs(output.task_id) == [now]
            assert await store.ledger(output.task_id) == []


async def test_saving_an_output_keeps_its_file_check(opened: Opened):
    output = saved()
    async with opened() as store:
        await keep(store, output)
        await store.note_looks([Looked(file=file_of(output), look=GONE)])
        await store.save_output(replace(output, poster="/posters/1.jpg"))
        assert await store.outputs(output.task_id) == [replace(output, poster="/posters/1.jpg", look=GONE)]
        again = replace(output, path="/films/again.mp4", sha256="again")
        await store.save_output(again)
        assert await store.outputs(output.task_id) == [again]
        assert again.look == NEVER_LOOKED


async def test_output_update_uses_its_current_row(opened: Opened):
    output = saved()
    line = LedgerEntry(task_id=output.task_id, at=NOON, kind="file found", detail={})
    async with opened() as store:
        await keep(store, output)
        await store.save_output(replace(output, poster="/posters/1.jpg"))
        await store.note_looks([Looked(file=file_of(output), look=GONE)])

        found = await store.change_output(
            output.task_id, 0, lambda now: replace(now, path="/found/fox.mp4", look=NEVER_LOOKED), line
        )
        assert found == replace(output, poster="/posters/1.jpg", path="/found/fox.mp4")
        assert await store.outputs(output.task_id) == [found]
        assert await ids(store, text="fox") == {"t1"}
        assert await store.change_output(output.task_id, 0, lambda now: now, line) is None
        assert await store.change_output(output.task_id, 0, lambda now: None, line) is None
        assert await store.change_output(output.task_id, 7, lambda now: replace(now, size=1), line) is None
        assert await store.ledger(output.task_id) == [line]


async def test_files_are_paged_each_once_including_trashed_ones(opened: Opened):
    kept = [saved(name, index) for name in ("a", "b", "c") for index in (0, 1)]
    binned = saved("d", path="", binned_from="/films/d.mp4")
    others = [saved("e", state=OutputState.WAITING), saved("f", state=OutputState.EXPIRED), saved("g", path="")]
    async with opened() as store:
        await keep(store, *kept, binned, *others)
        found: list[KeptFile] = []
        while page := await store.kept_files(found[-1].key if found else None, 2):
            found += page
        assert found == [file_of(output) for output in (*kept, binned)]
        assert [(file.path, file.is_binned) for file in found][-1] == ("/films/d.mp4", True)


async def test_pages_follow_file_checks(opened: Opened):
    output, other = saved("a"), saved("b", 1)
    async with opened() as store:
        await keep(store, output, saved("b"), other, saved("c"))
        await store.note_looks([Looked(file=file_of(output), look=GONE), Looked(file=file_of(other), look=OTHER)])
        assert await ids(store, page=Page.MISSING) == {"a"}
        assert await ids(store, page=Page.CHANGED) == {"b"}
        assert await ids(store, without=Without(pages=frozenset({Page.MISSING}))) == {"b", "c"}
        counts = (await store.counts()).pages
        assert (counts[Page.MISSING], counts[Page.CHANGED]) == (1, 1)
        await store.save_output(replace(output, path="", binned_from=output.path, look=GONE))
        await store.save_output(replace(other, sha256="kept"))
        assert await ids(store, page=Page.MISSING) == set()
        assert await ids(store, page=Page.CHANGED) == set()
        await store.save_output(saved("c", 2, look=GONE))
        assert await ids(store, page=Page.MISSING) == {"c"}
        await store.save_output(saved("c", 2, state=OutputState.WAITING, look=GONE))
        assert await ids(store, page=Page.MISSING) == set()


async def test_missing_file_is_not_counted_as_saved(opened: Opened):
    gone, there = saved("a"), saved("b")
    grouped = Listing(group=GroupBy.MODEL)
    async with opened() as store:
        await keep(store, gone, there)
        assert (await store.counts()).pages[Page.SAVED] == 2
        await store.note_looks([Looked(file=file_of(gone), look=GONE)])
        counts = (await store.counts()).pages
        assert (counts[Page.SAVED], counts[Page.MISSING]) == (1, 1)
        assert await ids(store, page=Page.SAVED) == {"b"}
        assert [(group.saved, group.missing) for group in await store.groups(grouped)] == [(2, 1)]
        await store.note_looks([Looked(file=replace(file_of(gone), look=GONE), look=NEVER_LOOKED)])
        assert (await store.counts()).pages[Page.SAVED] == 2


async def test_missing_file_needs_attention_and_a_task_in_trouble_as_well_is_counted_once(opened: Opened):
    gone, there, troubled = saved("a"), saved("b"), saved("c")
    async with opened() as store:
        await keep(store, gone, there, troubled, saved("c", 1, state=OutputState.FAILED))
        await store.note_looks([Looked(file=file_of(one), look=GONE) for one in (gone, troubled)])
        assert (await store.counts()).pages[Page.NEEDS_ATTENTION] == 2
        assert await ids(store, page=Page.NEEDS_ATTENTION) == {"a", "c"}
        assert await ids(store, without=Without(pages=frozenset({Page.NEEDS_ATTENTION}))) == {"b"}
        await store.note_looks([Looked(file=replace(file_of(gone), look=GONE), look=NEVER_LOOKED)])
        assert (await store.counts()).pages[Page.NEEDS_ATTENTION] == 1


async def plan_of(path: Path, query: str, parameters: Any) -> str:
    async with on_disk(path) as store:
        await fill(store, 50)
    with closing(sqlite3.connect(path)) as connection:
        return "; ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}", parameters))


async def test_missing_files_and_their_next_page_are_read_from_an_index(tmp_path: Path):
    page = await plan_of(tmp_path / "a.db", *presence.page_query((TaskId("b"), 0), 500))
    assert page.startswith("SEARCH outputs USING PRIMARY KEY")
    assert "TEMP B-TREE" not in page
    missing = await plan_of(tmp_path / "b.db", presence.MISSING, [])
    assert "outputs_astray (presence=?)" in missing
    wanted = await plan_of(tmp_path / "d.db", presence.UNSAVED_FIRST, [NOON, 100])
    assert "INDEX outputs_unsaved" in wanted
    assert "SCAN outputs;" not in wanted
    assert "SCAN tasks" not in wanted
    listed = await plan_of(tmp_path / "c.db", *entries_query(Listing(filter=Filter(pages=frozenset({Page.CHANGED})))))
    assert "COVERING INDEX tasks_by_made" in listed
