"""The task list as an item model, checked by Qt's model tester during changes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from runway_desktop.domain.account import Connectivity, Link, ModelLimits, Organization
from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.events import ConnectionChanged, DownloadProgressed, TasksMoved, UploadProgressed
from runway_desktop.domain.failures import Failure, Reason, ReasonCode
from runway_desktop.domain.library import Filter, GroupBy, Listing, Page, SortKey
from runway_desktop.domain.task import Hold, HoldCode, OutputState, State, TaskId
from runway_desktop.services.library.library import FIRST, Ahead
from runway_desktop.usecases.listing import lines
from runway_desktop.usecases.listing.columns import Column
from runway_desktop.usecases.listing.lines import kept_order
from runway_desktop.values import replace
from runway_desktop.viewmodels.tasks import row_cache
from runway_desktop.viewmodels.tasks.task_list import TaskListModel
from tests.rigs.desktop import Rig, after, rest, until
from tests.rigs.rows import saved, task

FLAT = Listing(group=GroupBy.NONE)


class Watch:
    """What a model tells of itself. A reset is never right."""

    def __init__(self, model: TaskListModel) -> None:
        self.tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
        self.changed: list[tuple[int, int]] = []
        self.structure: list[str] = []
        model.dataChanged.connect(lambda first, last, *_: self.changed.append((first.row(), last.row())))
        model.rowsInserted.connect(lambda _, first, last: self.structure.append(f"+{first}-{last}"))
        model.rowsRemoved.connect(lambda _, first, last: self.structure.append(f"-{first}-{last}"))
        model.layoutChanged.connect(lambda *_: self.structure.append("layout"))
        model.modelReset.connect(lambda: pytest.fail("The model was reset"))

    def forget(self) -> None:
        self.changed.clear()
        self.structure.clear()


def ids(model: TaskListModel) -> list[str]:
    return [model.task_id(row) or f"[{model.group_key(row)}]" for row in range(model.rowCount())]


async def ask_ahead(rig: Rig) -> Ahead:
    asked = kept_order(rig.engine.settings)
    return await rig.cases.library.ask_ahead(asked, rig.supervisor.spawn, rig.engine.clock)


def cells(model: TaskListModel) -> Iterator[QModelIndex]:
    for row in range(model.rowCount()):
        for column in range(model.columnCount()):
            yield model.index(row, column)


async def test_rows_come_from_the_store_in_its_order(tmp_path):
    async with Rig(tmp_path) as rig:
        watch = Watch(rig.rows)
        rig.rows.set_listing(FLAT)
        await rig.shown(task(1), task(2), task(3))
        assert ids(rig.rows) == ["t3", "t2", "t1"]
        assert watch.structure == ["+0-2"]


async def test_change_of_one_task_is_one_signal_with_its_row(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.rows.set_listing(FLAT)
        watch = Watch(rig.rows)
        await rig.shown(*(task(number, State.RUNNING) for number in range(6)))
        watch.forget()
        await rig.change(replace(await rig.by_id(4), progress=0.5))
        assert watch.changed == [(1, 1)]
        assert watch.structure == []
        assert rig.rows.index(1, Column.STATUS).data() == "Running 50 %"


async def test_adjacent_changes_are_one_range_signal(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.rows.set_listing(FLAT)
        watch = Watch(rig.rows)
        await rig.shown(*(task(number, State.RUNNING) for number in range(30)))
        watch.forget()
        for number in range(5, 25):
            await rig.change(replace(await rig.by_id(number), progress=0.25), flush=False)
        rig.bridge.flush()
        assert watch.changed == [(5, 24)]


async def test_ten_quick_changes_of_one_task_are_signaled_once(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.rows.set_listing(FLAT)
        watch = Watch(rig.rows)
        await rig.shown(task(1, State.RUNNING))
        watch.forget()
        for step in range(10):
            await rig.change(replace(await rig.by_id(1), progress=step / 10), flush=False)
        await until(lambda: watch.changed)
        assert watch.changed == [(0, 0)]


async def test_new_tasks_are_inserted_at_their_sort_position(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.rows.set_listing(FLAT)
        watch = Watch(rig.rows)
        await rig.shown(task(1), task(3))
        watch.forget()
        await rig.add(task(2), task(4))
        await until(lambda: rig.rows.rowCount() == 4)
        assert ids(rig.rows) == ["t4", "t3", "t2", "t1"]
        assert watch.structure == ["+0-0", "+2-2"]


async def test_removed_tasks_leave_the_list_and_return(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.rows.set_listing(FLAT)
        watch = Watch(rig.rows)
        await rig.shown(*(task(number, State.FAILED) for number in range(4)))
        watch.forget()
        await rig.engine.actions.remove([TaskId("t1"), TaskId("t2")])
        await until(lambda: rig.rows.rowCount() == 2)
        await rig.engine.actions.restore([TaskId("t1"), TaskId("t2")])
        await until(lambda: rig.rows.rowCount() == 4)
        assert watch.structure == ["-1-2", "+1-2"]
        assert ids(rig.rows) == ["t3", "t2", "t1", "t0"]


async def test_sorting_moves_rows_with_their_persistent_indexes(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.rows.set_listing(FLAT)
        watch = Watch(rig.rows)
        await rig.shown(*(task(number, State.FAILED) for number in range(5)))
        pointer = QPersistentModelIndex(rig.rows.index(0, Column.PROMPT))
        watch.forget()
        rig.rows.set_listing(replace(FLAT, descending=False))
        await until(lambda: rig.rows.is_loaded)
        assert watch.structure == ["layout"]
        assert pointer.row() == 4
        assert rig.rows.task_id(4) == "t4"


async def test_selection_and_current_row_survive_every_live_change(tmp_path):
    async with Rig(tmp_path) as rig:
        watch = Watch(rig.rows)
        rig.rows.set_listing(FLAT)
        await rig.shown(*(task(number, State.RUNNING) for number in range(8)))
        chosen = QItemSelectionModel(rig.rows)
        rows = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        for name in ("t2", "t5"):
            chosen.select(rig.rows.index(rig.rows.position(TaskId(name)), 0), rows)
        chosen.setCurrentIndex(
            rig.rows.index(rig.rows.position(TaskId("t5")), 1), QItemSelectionModel.SelectionFlag.NoUpdate
        )

        def still() -> bool:
            names = {rig.rows.task_id(index.row()) for index in chosen.selectedRows(0)}
            return names == {"t2", "t5"} and rig.rows.task_id(chosen.currentIndex().row()) == "t5"

        await rig.add(task(9), task(10))
        await until(lambda: rig.rows.rowCount() == 10)
        assert still()
        await rig.change(replace(await rig.by_id(5), state=State.SUCCEEDED))
        assert still()
        await rig.engine.actions.remove([TaskId("t3"), TaskId("t7")])
        await until(lambda: rig.rows.rowCount() == 8)
        assert still()
        for listing in (
            replace(FLAT, sort=SortKey.PROMPT),
            Listing(),
            Listing(group=GroupBy.DAY),
            Listing(group=GroupBy.MODEL, descending=False),
            FLAT,
        ):
            rig.rows.set_listing(listing)
            await until(lambda: rig.rows.is_loaded)
            assert still()
        assert watch.structure


async def test_groups_have_named_headers_and_collapse(tmp_path):
    async with Rig(tmp_path) as rig:
        watch = Watch(rig.rows)
        await rig.put(task(1, State.RUNNING), task(2, State.FAILED), batch="b1")
        await rig.put(task(3, State.SUCCEEDED), outputs=[saved(task(3))])
        await rig.load()
        await rig.fetch_rows()
        assert ids(rig.rows) == ["[]", "t3", "[b1]", "t2", "t1"]
        header = rig.rows.index(2, Column.PROMPT)
        assert header.data() == "Batch b1, 2 tasks · 1 live · 1 needs attention, expanded"
        assert rig.rows.index(0, Column.PROMPT).data() == "Single tasks, 1 task · 1 saved, expanded"
        assert not rig.rows.flags(header) & Qt.ItemFlag.ItemIsSelectable
        watch.forget()
        rig.rows.toggle_group("b1")
        assert ids(rig.rows) == ["[]", "t3", "[b1]"]
        assert rig.rows.index(2, Column.PROMPT).data().endswith("collapsed")
        rig.rows.toggle_group("b1")
        assert ids(rig.rows) == ["[]", "t3", "[b1]", "t2", "t1"]
        assert watch.structure == ["-3-4", "+3-4"]
        assert rig.rows.task_count == 3


async def test_tasks_in_a_collapsed_group_can_be_revealed(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.shown(task(1), task(2), batch="b1")
        rig.rows.toggle_group("b1")
        assert rig.rows.position(TaskId("t1")) is None
        rig.rows.reveal([TaskId("t1")])
        assert rig.rows.position(TaskId("t1")) == 2


async def test_group_sums_follow_a_saved_result(tmp_path):
    async with Rig(tmp_path) as rig:
        one = task(1, State.SUCCEEDED)
        await rig.shown(one, outputs=[saved(one, state=OutputState.DOWNLOADING)], batch="b1")
        await rig.output(saved(one))
        await until(lambda: "1 saved" in rig.rows.index(0, Column.PROMPT).data())


async def test_list_is_shown_though_constantly_queried_again(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.rows.set_listing(replace(FLAT, sort=SortKey.STATE))
        await rig.shown(task(1, State.RUNNING), task(2, State.QUEUED))
        assert ids(rig.rows) == ["t1", "t2"]
        loads = []
        rig.rows.loaded.connect(lambda: loads.append(1))
        one = await rig.by_id(1)
        states = (State.SUCCEEDED, State.RUNNING)
        turn = 0
        while not loads:
            turn += 1
            await rig.change(replace(one, state=states[turn % 2]))
            # No rest: each question comes while the former is under way. Never shown, this never ends.
            await asyncio.sleep(0)


async def test_answer_to_a_former_query_is_not_shown(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.put(task(1, prompt="fog"), task(2, prompt="sun"))
        rig.rows.set_listing(FLAT)
        rig.rows.set_listing(replace(FLAT, filter=Filter(text="fog")))
        assert not rig.rows.is_loaded
        await until(lambda: rig.rows.is_loaded)
        await rest()
        assert ids(rig.rows) == ["t1"]


async def test_rows_are_fetched_by_page_and_not_twice(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.rows.set_listing(FLAT)
        await rig.put(*(task(number) for number in range(2000)))
        await rig.load()
        asked = []
        honest = rig.store.rows

        async def rows(task_ids):
            asked.append(len(task_ids))
            return await honest(task_ids)

        rig.store.rows = rows
        async with after(rig.rows.rows_fetched):
            for row in range(100, 120):
                rig.rows.index(row, Column.PROMPT).data()
                rig.rows.index(row, Column.STATUS).data()
            assert rig.rows.index(100, Column.PROMPT).data() == "…"
        await rest()
        assert len(asked) == 1
        assert 20 <= asked[0] <= row_cache.PAGE + 20
        assert rig.rows.index(100, Column.PROMPT).data() == "Prompt 1899"
        # Those that a window shows first come with the list.
        assert rig.rows.index(0, Column.PROMPT).data() == "Prompt 1999"


async def test_memory_stays_bounded_while_scrolling_through_everything(tmp_path, monkeypatch):
    monkeypatch.setattr(row_cache, "MOST_ROWS", 400)
    async with Rig(tmp_path) as rig:
        rig.rows.set_listing(FLAT)
        await rig.put(*(task(number, State.FAILED) for number in range(3000)))
        await rig.load()
        for row in range(0, 3000, 60):
            rig.rows.index(row, Column.PROMPT).data()
            await until(lambda: rig.rows.index(row, Column.PROMPT).data() != "…")  # noqa: B023 - awaited at once
        assert len(rig.rows._pages) <= 400
        assert rig.rows.index(2940, Column.PROMPT).data() == "Prompt 59"


async def test_list_of_ten_thousand_tasks_opens_fast_and_a_new_one_costs_little(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.rows.set_listing(FLAT)
        await rig.put(*(task(number, State.FAILED) for number in range(10_000)))
        entries = await rig.engine.library.list(FLAT)
        begun = time.thread_time()
        rig.rows._merge(entries, GroupBy.NONE, FLAT)
        opened = time.thread_time() - begun
        await rig.put(task(10_001))
        entries = await rig.engine.library.list(FLAT)
        begun = time.thread_time()
        rig.rows._merge(entries, GroupBy.NONE, FLAT)
        added = time.thread_time() - begun
        assert rig.rows.rowCount() == 10_001
        # A tenth of what a person notices on a slow machine; of the processor's time, whatever else the machine does.
        assert opened < 0.25
        assert added < 0.25


async def test_first_tasks_are_shown_before_the_rest_is_loaded(tmp_path):
    async with Rig(tmp_path) as rig:
        watch = Watch(rig.rows)
        await rig.put(*(task(number, State.FAILED) for number in range(1000)), batch="b1")
        await rig.load()
        assert watch.structure == ["+0-120", "+121-1000"]
        assert rig.rows.task_count == 1000
        assert ids(rig.rows)[:2] == ["[b1]", "t999"]
        watch.forget()
        rig.rows.refresh()
        await rest()
        assert watch.structure == []


async def test_query_answered_before_the_list_exists_is_not_repeated(tmp_path, monkeypatch):
    async with Rig(tmp_path) as rig:
        await rig.put(*(task(number, State.FAILED) for number in range(300)))
        begun, beginning = [], rig.store.beginning

        async def counted(*question):
            begun.append(question)
            return await beginning(*question)

        monkeypatch.setattr(rig.store, "beginning", counted)
        rig.engine.settings.set("list.order", {"sort": "prompt", "descending": False, "group": "none"})
        ahead = await ask_ahead(rig)
        assert len(begun) == 1, "it is with the database before a window is built"
        seen = []
        rig.rows.answered.connect(lambda: seen.append((rig.rows.task_count, rig.rows.row_of(TaskId("t0")) is None)))
        rig.rows.expect(ahead)
        rig.filter.restore()
        await until(lambda: seen)
        assert seen == [(FIRST, False)]
        await until(lambda: rig.rows.is_loaded)
        assert rig.rows.task_count == 300
        rig.filter.search('"prompt 7"')
        await until(lambda: rig.rows.task_count == 11)
        assert len(begun) == 2


async def test_failed_early_query_is_repeated_and_reported_when_needed(tmp_path, monkeypatch):
    async with Rig(tmp_path) as rig:
        await rig.put(task(1))

        async def broken(*_):
            raise StoreError("The disk is on fire.")

        with monkeypatch.context() as patch:
            patch.setattr(rig.store, "beginning", broken)
            ahead = await ask_ahead(rig)
            await until(ahead.answer.done)
            rig.rows.expect(ahead)
            rig.filter.restore()
            await until(lambda: rig.told)
        assert "The disk is on fire." in rig.told[0]
        await rig.load()
        assert rig.rows.task_count == 1


async def test_group_header_is_empty_until_its_sums_are_loaded(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.put(*(task(number, State.FAILED) for number in range(300)), batch="b1")
        said = []
        rig.rows.rowsInserted.connect(lambda *_: said.append(rig.rows.index(0, Column.PROMPT).data()))
        await rig.load()
        assert "b1" not in said[0]
        assert rig.rows.index(0, Column.PROMPT).data().startswith("Batch b1, 300 tasks")


async def test_many_changed_headers_are_one_range_signal(tmp_path):
    async with Rig(tmp_path) as rig:
        for number in range(30):
            await rig.put(task(2 * number, State.FAILED), task(2 * number + 1, State.CANCELLED), batch=f"b{number}")
        await rig.load()
        await rig.fetch_rows()
        watch = Watch(rig.rows)
        rig.rows.set_listing(Listing(filter=Filter(states=frozenset({State.FAILED}))))
        await until(lambda: rig.rows.is_loaded)
        headers = rig.rows.group_rows()
        assert len(headers) == 30
        # Each group held two tasks, of which one is found.
        assert [(first, last) for first, last in watch.changed if last - first] == [(headers[0], headers[-1])]


async def test_query_with_very_many_changes_resets_the_list(tmp_path, monkeypatch):
    monkeypatch.setattr(lines, "MANY", 50)
    async with Rig(tmp_path) as rig:
        tester = QAbstractItemModelTester(rig.rows, QAbstractItemModelTester.FailureReportingMode.Fatal)
        resets = []
        rig.rows.modelReset.connect(lambda: resets.append(1))
        rig.rows.set_listing(FLAT)
        await rig.shown(*(task(number, State.FAILED) for number in range(100)))
        assert len(resets) == 1
        await rig.add(task(100))
        await until(lambda: rig.rows.rowCount() == 101)
        rig.rows.refresh()
        await rest()
        assert len(resets) == 1
        rig.rows.set_listing(replace(FLAT, filter=Filter(text="prompt 70")))
        await until(lambda: rig.rows.is_loaded)
        assert len(resets) == 2
        assert rig.rows.rowCount() == 1
        assert tester.parent() is None


async def test_selection_includes_rows_never_loaded(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.rows.set_listing(FLAT)
        await rig.put(*(task(number, State.FAILED) for number in range(500)))
        await rig.load()
        got = []
        rig.rows.with_rows([TaskId(f"t{number}") for number in range(500)], got.append)
        await until(lambda: got)
        assert [row.task.id for row in got[0]] == [f"t{number}" for number in range(500)]


async def test_every_cell_has_a_text_for_screen_readers(tmp_path):
    async with Rig(tmp_path) as rig:
        watch = Watch(rig.rows)
        tasks = [
            task(
                number,
                state,
                remote_status="DREAMING" if state is State.OTHER else "",
                failure=Failure(code="INTERNAL") if state is State.FAILED else None,
            )
            for number, state in enumerate(State)
        ]
        await rig.put(*tasks)
        await rig.load()
        headers = rig.rows.group_rows()
        of_tasks = [index for index in cells(rig.rows) if index.row() not in headers]
        assert all(index.data(Qt.ItemDataRole.AccessibleTextRole) for index in of_tasks)
        await rig.fetch_rows()
        for index in of_tasks:
            assert index.data(Qt.ItemDataRole.AccessibleTextRole), (index.row(), index.column())
        for column in range(rig.rows.columnCount()):
            assert rig.rows.headerData(column, Qt.Orientation.Horizontal, Qt.ItemDataRole.AccessibleTextRole)
        assert watch.structure


async def test_group_header_is_read_once(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.shown(task(1, State.FAILED), task(2, State.FAILED), batch="b1")
        [header] = rig.rows.group_rows()
        heard = [rig.rows.index(header, column).data(Qt.ItemDataRole.AccessibleTextRole) for column in Column]
        assert [words for words in heard if words] == ["Batch b1, 2 tasks · 2 need attention, expanded"]
        assert heard[Column.PROMPT]


async def test_state_is_read_where_a_task_is_one_item(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.rows.set_listing(FLAT)
        await rig.shown(task(1, State.RUNNING, progress=0.62))
        index = rig.rows.index(0, Column.PROMPT)
        assert index.data(Qt.ItemDataRole.AccessibleDescriptionRole) == "Running 62 %"


async def test_rows_waiting_to_be_saved_are_updated_when_the_network_goes(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.rows.set_listing(FLAT)
        done = task(1, State.SUCCEEDED)
        await rig.shown(done, task(2, State.FAILED), outputs=[saved(done, state=OutputState.WAITING)])
        watch = Watch(rig.rows)
        rig.engine.account.connection = Connectivity(link=Link.OFFLINE)
        rig.engine.bus.tell(ConnectionChanged(rig.engine.account.connection))
        assert watch.changed == [(1, 1)]
        words = rig.rows.words(done.id)
        assert words is not None
        assert not words.moving


async def test_throttled_task_shows_the_slots_in_use(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.runway.account = Organization(balance=100, limits={"gen4.5": ModelLimits(concurrent=2)})
        await rig.engine.account.refresh()
        await rig.engine.ledger.add([task(1, State.RUNNING), task(2, State.THROTTLED)], ())
        rig.rows.set_listing(FLAT)
        await rig.load()
        await rig.fetch_rows()
        status = rig.rows.index(rig.rows.position(TaskId("t2")), Column.STATUS)
        assert status.data(Qt.ItemDataRole.AccessibleTextRole) == "Waiting for a slot (2 of 2 in use)"


async def test_upload_and_download_are_shown_in_their_rows(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.rows.set_listing(FLAT)
        two = task(2, State.SUCCEEDED)
        await rig.shown(task(1), two, outputs=[saved(two, state=OutputState.DOWNLOADING)])
        rig.engine.bus.tell(UploadProgressed(TaskId("t1"), 50, 100))
        rig.engine.bus.tell(DownloadProgressed(two.id, 0, 500, 1000))
        rig.bridge.flush()
        assert rig.rows.words(TaskId("t1")).spoken == "Uploading (50 %)"
        assert rig.rows.words(two.id).spoken == "Saving (500 B of 1 kB)"
        await rig.change(
            replace(
                await rig.by_id(1),
                hold=Hold(HoldCode.NOT_SENT, cause=Reason(ReasonCode.OTHER_ERROR, words="No way to reach Runway.")),
            )
        )
        assert rig.rows.words(TaskId("t1")).headline == "Queued"
        await rig.output(saved(two))
        assert rig.rows.words(two.id).headline == "Saved"


async def test_edited_task_shows_its_new_prompt(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.rows.set_listing(FLAT)
        await rig.shown(task(1, prompt="Old"))
        one = await rig.by_id(1)
        await rig.change(replace(one, request=replace(one.request, prompt="New")))
        assert rig.rows.index(0, Column.PROMPT).data() == "New"


@pytest.mark.parametrize(
    ("listing", "number"),
    [
        (replace(FLAT, filter=Filter(page=Page.LIVE)), 0),
        (replace(FLAT, filter=Filter(states=frozenset({State.RUNNING}))), 0),
        (replace(FLAT, filter=Filter(page=Page.SAVED)), 1),
    ],
)
async def test_task_enters_and_leaves_lists_by_its_state(tmp_path, listing, number):
    async with Rig(tmp_path) as rig:
        rig.rows.set_listing(listing)
        await rig.shown(task(1, State.RUNNING))
        done = replace(await rig.by_id(1), state=State.SUCCEEDED)
        await rig.change(done)
        await rig.output(saved(done))
        await until(lambda: rig.rows.rowCount() == number)


async def test_list_follows_a_reordered_queue(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.rows.set_listing(replace(FLAT, sort=SortKey.LANE, descending=False))
        await rig.shown(task(1), task(2))
        await rig.store.save(replace(await rig.by_id(2), position=0.5))
        rig.engine.bus.tell(TasksMoved((TaskId("t2"),)))
        await until(lambda: ids(rig.rows) == ["t2", "t1"])


async def test_closed_bridge_signals_nothing(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.rows.set_listing(FLAT)
        watch = Watch(rig.rows)
        await rig.shown(task(1, State.RUNNING))
        watch.forget()
        await rig.change(replace(await rig.by_id(1), progress=0.5), flush=False)
        rig.bridge.close()
        await rest()
        assert watch.changed == []


async def test_long_prompt_is_a_wrapped_literal_tool_tip(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.rows.set_listing(FLAT)
        await rig.shown(task(1, State.FAILED, prompt="a <b>bold</b> fox & " + "so on " * 200))
        tip = rig.rows.index(0, Column.PROMPT).data(Qt.ItemDataRole.ToolTipRole)
        assert tip.replace("\u200b", "").startswith("a <b>bold</b> fox & so on so on")
        assert max(map(len, tip.split("\n"))) <= 90
        assert len(tip) < 750
