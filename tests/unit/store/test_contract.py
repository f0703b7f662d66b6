"""The contract of the store's port."""

from __future__ import annotations

import math
import os
from datetime import datetime
from itertools import product
from typing import Any

import pytest

from runway_desktop.domain.account import NO_KEY, Fingerprint
from runway_desktop.domain.failures import Failure, Reason, ReasonCode
from runway_desktop.domain.folders import FileMove
from runway_desktop.domain.library import (
    Bounds,
    Document,
    Estimate,
    Filter,
    GroupBy,
    KeptSheet,
    Listing,
    Page,
    SortKey,
    Timing,
    Without,
)
from runway_desktop.domain.media import Media
from runway_desktop.domain.outputs import Looked
from runway_desktop.domain.prices import shape_of
from runway_desktop.domain.task import (
    Batch,
    BatchId,
    Evidence,
    Input,
    Look,
    MadeSheet,
    Output,
    OutputState,
    Pick,
    Presence,
    Refusal,
    RemoteId,
    Source,
    State,
    StepId,
    Task,
    TaskId,
)
from runway_desktop.services.ports import Store
from runway_desktop.store import listing as listing_module
from runway_desktop.texts import Text
from runway_desktop.values import replace
from tests.rigs.cast import member
from tests.rigs.libraries import (
    KATHMANDU,
    NOON,
    Opened,
    a_line,
    a_task,
    a_wish,
    an_input,
    an_output,
    batches,
    fill,
    flat,
)
from tests.rigs.samples import pairs
from tests.unit.store.expected import Library

REMOTE = RemoteId("17f20503-6c24-4c16-946b-35dbbce2af2f")
MINE = Fingerprint("mine")
LATE = Reason(ReasonCode.NO_REPLY, words=Text("{seconds} s").with_(seconds=9))


async def put(store: Store, *tasks: Task, batch: Batch | None = None) -> None:
    await store.add(tasks, [], batch, [])


def an_upload(name: str, **more: Any) -> Input:
    uri, uploaded = "file:///x", f"runway://{name}"
    return Input(task_id=TaskId(name), field_path=("x",), uri=uri, sha256="f00", upload_uri=uploaded, **more)


async def ids(store: Store, listing: Listing) -> list[str]:
    return list((await store.list(listing)).ids)


EVERYTHING_ELSE = Without(
    states=frozenset({State.FAILED}),
    models=frozenset({"veo3.1_fast"}),
    endpoints=frozenset({"text_to_video"}),
    projects=frozenset({"Aurora spot"}),
    batches=frozenset({BatchId("batch-0")}),
    tags=frozenset({"low key"}),
    picks=frozenset({Pick.REJECT}),
    shots=frozenset({"020"}),
    pages=frozenset({Page.LIVE}),
)

# Keeping


async def test_task_with_all_fields_is_read_back_equal(opened: Opened):
    task = a_task(
        state=State.FAILED,
        batch_id=BatchId("b"),
        project="Aurora",
        remote_id=REMOTE,
        sent_at=NOON + 1.25,
        progress=0.62,
        cost_credits=0.5,
        failure=Failure(code="SAFETY.INPUT.TEXT", words="no"),
        refusals=(Refusal(path=("references", 0), message="x"),),
        evidence=Evidence(balance_before=10.5, daily_after=3, cause=LATE),
        cancel_asked=True,
        removed_at=NOON + 6,
        title="港 🎬 \udcff",
    )
    async with opened() as store:
        await put(store, task, batch=Batch(id=BatchId("b"), name="shots.csv", created_at=NOON))
        assert await store.get(task.id) == task
        assert await store.get(TaskId("none")) is None


async def test_imported_ended_task_is_stored_with_its_results_or_not_at_all(opened: Opened):
    task, result = a_task(state=State.SUCCEEDED, remote_id=REMOTE), an_output(state=OutputState.SAVED, path="/a.mp4")
    async with opened() as store:
        with pytest.raises(LookupError):
            await store.add([task], [], None, [a_line()], [result, an_output("another")])
        assert await store.get(task.id) is None
        await store.add([task], [], None, [a_line(kind="imported")], [result])
        [row] = await store.rows([task.id])
        assert (row.task, row.outputs) == (task, (result,))
        assert (await store.counts()).pages[Page.SAVED] == 1
        assert await store.unsaved() == []


@pytest.mark.parametrize("name", ["", *(made.value for made in MadeSheet)])
async def test_unnamed_batch_is_named_by_its_time(opened: Opened, name: str):
    async with opened() as store:
        batch = Batch(id=BatchId("b"), name=name, created_at=datetime(2026, 11, 25, 14, 5).timestamp())
        await put(store, a_task(batch_id=batch.id, sent_at=NOON), batch=batch)
        called = "2026-11-25 14:05:00"
        assert await store.batch_names([batch.id]) == {"b": called}
        assert (await store.counts()).batches == (("b", called, 1),)
        assert [group.title for group in await store.groups(Listing(group=GroupBy.BATCH))] == [called]
        assert [line.batch_name for line in await store.spending(0.0, 4e9)] == [called]
        assert [name for _, name in await store.spent_tasks(0.0, 4e9)] == [called]


async def test_batches_have_names(opened: Opened):
    async with opened() as store:
        await put(store, a_task(batch_id=BatchId("b")), batch=Batch(id=BatchId("b"), name="Füchse", created_at=NOON))
        assert await store.batch_names([BatchId("b"), BatchId("none")]) == {"b": "Füchse"}
        assert await store.batch_names([]) == {}


async def test_latest_sending_is_found_by_its_ledger_line_only(opened: Opened):
    async with opened() as store:
        assert await store.last_sending() == 0
        await store.add([a_task("t1"), a_task("t2")], [], None, [a_line("t1"), a_line("t2")])
        assert await store.last_sending() == 0
        numbers = []
        for name in ("t1", "t2", "t1"):
            await store.save(a_task(name, state=State.SENDING), a_line(name, "sent"))
            numbers.append(await store.last_sending())
            await store.save(a_task(name), a_line(name, "not sent"))
            assert await store.last_sending() == numbers[-1]
        assert numbers == sorted(set(numbers))


async def test_save_changes_task_outputs_inputs_and_ledger_together(opened: Opened):
    asset = an_input()
    async with opened() as store:
        await store.add([a_task(values={"promptImage": "file:///a.png"})], [asset], None, [a_line()])
        done = replace((await store.get(TaskId("t1"))) or a_task(), state=State.SUCCEEDED)
        sent = replace(asset, upload_uri="runway://1", uploaded_at=NOON)
        await store.save(done, a_line(kind="state", word="SUCCEEDED"), [an_output(index=1), an_output()], [sent])
        assert await store.get(TaskId("t1")) == done
        assert await store.outputs(TaskId("t1")) == [an_output(), an_output(index=1)]
        assert await store.inputs(TaskId("t1")) == [sent]
        assert await store.ledger(TaskId("t1")) == [a_line(), a_line(kind="state", word="SUCCEEDED")]


async def test_facts_of_a_result_have_its_task_inputs_count_and_batch_name(opened: Opened):
    asset, batch = an_input(), Batch(id=BatchId("b"), name="Foxes", created_at=NOON)
    task = replace(a_task(values={"promptImage": "file:///a.png"}), batch_id=batch.id)
    async with opened() as store:
        await store.add([task], [asset], batch, [a_line()], [an_output(), an_output(index=1)])
        facts = await store.result_facts(TaskId("t1"))
        assert facts is not None
        assert (facts.task, facts.count, list(facts.inputs), facts.batch) == (task, 2, [asset], "Foxes")
        assert await store.result_facts(TaskId("nobody")) is None


async def test_renamed_result_is_found_by_its_new_name_only(opened: Opened):
    async with opened() as store:
        await store.add([a_task()], [], None, [a_line()], [an_output()])
        for name in ("badger", "badger", "heron"):
            await store.save_output(replace(an_output(), path=f"/library/{name}.mp4"))
            found = await store.list(flat(text=name))
            assert list(found.ids) == [TaskId("t1")]
        assert list((await store.list(flat(text="badger"))).ids) == []


async def test_failed_save_changes_nothing(opened: Opened):
    async with opened() as store:
        await put(store, a_task())
        with pytest.raises(LookupError):
            await store.save(a_task(title="new"), a_line("nobody"), [an_output()])
        assert await store.get(TaskId("t1")) == a_task()
        assert await store.outputs(TaskId("t1")) == []


async def test_saving_an_unknown_task_is_a_program_error(opened: Opened):
    async with opened() as store:
        with pytest.raises(LookupError):
            await store.save(a_task())
        with pytest.raises(LookupError):
            await store.save_many([a_task()])
        with pytest.raises(LookupError):
            await store.save_output(an_output())
        with pytest.raises(LookupError):
            await put(store, a_task(batch_id=BatchId("unknown")))
        assert await store.get(TaskId("t1")) is None


async def test_adding_a_task_twice_is_a_program_error(opened: Opened):
    async with opened() as store:
        await put(store, a_task())
        with pytest.raises(ValueError, match="already"):
            await put(store, a_task("t2"), a_task("t1"))
        assert await store.get(TaskId("t2")) is None


async def test_input_of_a_removed_field_is_deleted(opened: Opened):
    first = an_input()
    async with opened() as store:
        await store.add([a_task(values={"promptImage": "file:///a.png"})], [first], None, [])
        assert (await store.rows([TaskId("t1")]))[0].first_input_path == "/a.png"
        await store.save(a_task(values={"promptText": "words alone"}))
        assert await store.inputs(TaskId("t1")) == []
        assert (await store.rows([TaskId("t1")]))[0].first_input_path == ""


async def test_many_tasks_are_read_in_the_requested_order(opened: Opened):
    async with opened() as store:
        await put(store, *(a_task(name) for name in "abc"))
        asked = [TaskId("c"), TaskId("none"), TaskId("a")]
        assert [task.id for task in await store.get_many(asked)] == ["c", "a"]
        assert [row.task.id for row in await store.rows(asked)] == ["c", "a"]
        assert await store.get_many([]) == []


async def test_row_includes_its_outputs_and_poster(opened: Opened):
    async with opened() as store:
        clip = Input(task_id=TaskId("t1"), field_path=("a",), uri="file:///a.mp4", media=Media.VIDEO, path="/a.mp4")
        link = Input(task_id=TaskId("t1"), field_path=("b",), uri="https://e.example/a.png", media=Media.IMAGE)
        picture = Input(task_id=TaskId("t1"), field_path=("c",), uri="file:///b.png", media=Media.IMAGE, path="/b.png")
        await store.add([a_task(), a_task("t2")], [clip, link, picture], None, [])
        await store.save_outputs([an_output(), an_output(index=1), an_output("t2")])
        first, second = await store.rows([TaskId("t1"), TaskId("t2")])
        assert (first.outputs, first.first_input_path) == ((an_output(), an_output(index=1)), "/b.png")
        assert (second.outputs, second.first_input_path) == ((an_output("t2"),), "")


async def test_remote_ids_of_removed_tasks_are_found(opened: Opened):
    async with opened() as store:
        await put(store, a_task(remote_id=REMOTE, removed_at=NOON), a_task("t2"))
        assert await store.find_remote([REMOTE, RemoteId("other")]) == {REMOTE: "t1"}


async def test_unfinished_tasks_are_listed_by_position_removed_or_not(opened: Opened):
    async with opened() as store:
        every = [a_task(state.value, state=state, position=-n, removed_at=NOON) for n, state in enumerate(State)]
        await put(store, *every)
        open_states = [state for state in State if not state.is_final]
        assert [task.state for task in await store.unfinished()] == open_states[::-1]


async def test_unsaved_results_are_found(opened: Opened):
    async with opened() as store:
        await put(store, *(a_task(state.value, state=State.SUCCEEDED) for state in OutputState))
        await put(store, a_task("live", state=State.RUNNING))
        await store.save_outputs([an_output(state.value, state=state) for state in OutputState])
        await store.save_output(an_output("live"), a_line("live", "seen"))
        assert {row.task.id for row in await store.unsaved()} == {"waiting", "downloading", "failed"}


async def test_renewing_a_link_changes_nothing_else_of_the_result(opened: Opened):
    async with opened() as store:
        await put(store, a_task("a", state=State.SUCCEEDED))
        saved = an_output("a", state=OutputState.SAVED, path="/library/a.mp4", sha256="ab", size=9)
        await store.save_output(saved)
        old = replace(saved, url="https://out.example/fresh", url_fetched_at=NOON, state=OutputState.WAITING, path="")
        await store.renew_links([old, replace(old, index=7), replace(old, task_id=TaskId("nobody"))])
        assert await store.outputs(TaskId("a")) == [replace(saved, url=old.url, url_fetched_at=NOON)]


async def test_unsaved_results_are_listed_by_urgency_without_expired_saved_or_missing_ones(opened: Opened):
    hours = {"waiting": 1, "failed": 20, "downloading": 30, "old": 60, "older": 900}
    states = dict.fromkeys(hours, OutputState.FAILED)
    states |= {"waiting": OutputState.WAITING, "downloading": OutputState.DOWNLOADING}
    others = {"missing": OutputState.SAVED, "expired": OutputState.EXPIRED, "gone": OutputState.FAILED}
    async with opened() as store:
        await put(store, *(a_task(name, state=State.SUCCEEDED) for name in (*hours, "missing", "expired")))
        await put(store, a_task("gone", state=State.SUCCEEDED, deleted_remotely=True))
        await put(store, a_task("put away", state=State.SUCCEEDED, removed_at=NOON), a_task("live"))
        for name, age in hours.items():
            await store.save_output(an_output(name, state=states[name], url_fetched_at=NOON - age * 3600.0))
        await store.save_outputs([an_output(name, state=state, path="/y") for name, state in others.items()])
        await store.save_outputs([an_output("live"), an_output("put away", url_fetched_at=NOON - 2 * 3600.0)])
        lost = await store.kept_files(None, 99)
        await store.note_looks([Looked(file=file, look=Look(presence=Presence.MISSING, at=NOON)) for file in lost])
        urgent = [output.task_id for output in await store.not_saved(NOON, 99)]
        assert urgent == ["downloading", "failed", "put away", "waiting", "older", "old"]
        assert [output.task_id for output in await store.not_saved(NOON, 2)] == urgent[:2]
        # The page has them too, but for a task that was removed from the list.
        assert sorted(await ids(store, flat(page=Page.NOT_SAVED))) == sorted({*urgent} - {"put away"})
        assert (await store.counts()).pages[Page.NOT_SAVED] == len(urgent) - 1


async def test_recent_upload_of_equal_bytes_is_found(opened: Opened):
    async with opened() as store:
        tasks = [a_task(name) for name in "abcd"]
        uploads = [
            an_upload(name, uploaded_at=at, upload_key=key)
            for name, at, key in (
                ("a", NOON, MINE),
                ("b", NOON + 50, MINE),
                ("c", NOON + 20, MINE),
                ("d", NOON + 30, Fingerprint("theirs")),
            )
        ]
        await store.add(tasks, uploads, None, [])
        assert await store.upload_of("f00", MINE, NOON, NOON + 99) == ("runway://b", NOON + 50)
        assert await store.upload_of("f00", MINE, NOON + 50, NOON + 99) is None
        assert await store.upload_of("", MINE, 0, NOON + 99) is None
        assert await store.upload_of("f00", Fingerprint("theirs"), NOON, NOON + 99) == ("runway://d", NOON + 30)
        assert await store.upload_of("f00", MINE, NOON, NOON + 49) == ("runway://c", NOON + 20), (
            "one of later counts not"
        )


async def test_upload_of_unknown_key_is_not_found(opened: Opened):
    async with opened() as store:
        await store.add([a_task("a")], [an_upload("a", uploaded_at=NOON)], None, [])
        assert await store.upload_of("f00", NO_KEY, 0, NOON) is None


async def test_facts_about_keys_are_stored(opened: Opened):
    async with opened() as store:
        task = replace(a_task("a"), key=MINE, hidden_from=Fingerprint("theirs"), not_found_at=NOON)
        await store.add([task], [], None, [])
        assert await store.get(task.id) == task
        seen = replace(task, hidden_from=NO_KEY, not_found_at=None)
        await store.save(seen)
        assert await store.get(task.id) == seen


# Listing


async def test_removed_tasks_are_in_no_list_and_no_count(opened: Opened):
    async with opened() as store:
        await put(store, a_task(), a_task("t2", removed_at=NOON, project="Aurora", model="old"))
        assert await ids(store, Listing()) == ["t1"]
        counts = await store.counts()
        assert (counts.pages[Page.ALL], counts.projects, counts.models) == (1, {}, {"gen4.5": 1})


async def test_list_is_sorted_latest_first_and_equal_times_in_submission_order(opened: Opened):
    async with opened() as store:
        await put(store, a_task("old"), *(a_task(name, created_at=NOON + 5) for name in ("010", "020", "030")))
        assert await ids(store, flat()) == ["010", "020", "030", "old"]
        assert await ids(store, flat(descending=False)) == ["old", "010", "020", "030"]


async def test_sending_a_task_does_not_move_its_row(opened: Opened):
    async with opened() as store:
        await put(store, a_task("first", created_at=NOON), a_task("second", created_at=NOON + 5))
        sent = replace((await store.get(TaskId("first"))), state=State.PENDING, sent_at=NOON + 99)
        await store.save(sent)
        assert await ids(store, flat()) == ["second", "first"]


async def test_requesting_programs_are_listed_by_name(opened: Opened):
    async with opened() as store:
        assert (await store.counts()).clients == ()
        tasks = [a_task(name) for name in "abc"]
        await put(store, *tasks)
        for client, task in zip(("codex", "claude-code", "codex"), tasks, strict=True):
            await store.note_client_request(a_wish(client, task))
        assert (await store.counts()).clients == ("claude-code", "codex")
        of_codex = Listing(filter=Filter(clients=frozenset({"codex"})), group=GroupBy.NONE)
        assert {*(await store.list(of_codex)).ids} == {"a", "c"}


async def test_shots_are_counted_and_sorted(opened: Opened):
    async with opened() as store:
        shots = {"a": "020", "b": "", "c": "010", "d": "020"}
        await put(store, *(a_task(name, shot=shot, created_at=NOON + ord(name)) for name, shot in shots.items()))
        await put(store, a_task("gone", shot="030", removed_at=NOON))
        assert (await store.counts()).shots == {"010": 1, "020": 2}
        assert await ids(store, flat(SortKey.SHOT, descending=False)) == ["b", "c", "d", "a"]
        assert await ids(store, flat(SortKey.SHOT)) == ["d", "a", "c", "b"]


@pytest.mark.parametrize(
    ("sort", "rising"),
    [
        (SortKey.PROMPT, ["a", "c", "b"]),
        (SortKey.STATE, ["b", "a", "c"]),
        (SortKey.COST, ["c", "b", "a"]),
        (SortKey.MODEL, ["c", "b", "a"]),
        (SortKey.LANE, ["b", "c", "a"]),
    ],
)
async def test_every_sort_order_works_in_both_directions(opened: Opened, sort: SortKey, rising: list[str]):
    async with opened() as store:
        await put(
            store,
            a_task(
                "a",
                prompt="alps",
                state=State.RUNNING,
                cost_credits=30.0,
                estimated_credits=1.0,
                model="veo",
                position=9,
            ),
            a_task("b", prompt="Zebra", state=State.QUEUED, estimated_credits=20.0, model="kling", position=1),
            a_task("c", prompt="zoo", title="Beach", state=State.FAILED, model="gen4", position=5),
        )
        assert await ids(store, flat(sort, descending=False)) == rising
        assert await ids(store, flat(sort)) == rising[::-1]


async def test_equal_values_are_sorted_latest_first_in_both_directions(opened: Opened):
    async with opened() as store:
        made = [a_task(f"{model}{n}", model=model, created_at=NOON + n) for n in range(3) for model in ("x", "y")]
        await put(store, *made)
        assert await ids(store, flat(SortKey.MODEL, descending=False)) == ["x2", "x1", "x0", "y2", "y1", "y0"]
        assert await ids(store, flat(SortKey.MODEL)) == ["y2", "y1", "y0", "x2", "x1", "x0"]


async def test_groups_are_placed_by_their_first_entry(opened: Opened):
    async with opened() as store:
        for name in "ab":
            await put(store, batch=Batch(id=BatchId(name), name=f"{name}.csv", created_at=NOON))
        order = [("1", "a"), ("2", "b"), ("3", None), ("4", "a"), ("5", None), ("6", "b")]
        await put(
            store, *(a_task(n, batch_id=batch and BatchId(batch), created_at=NOON - int(n)) for n, batch in order)
        )
        entries = await store.list(Listing())
        assert list(entries.ids) == ["1", "4", "2", "6", "3", "5"]
        assert entries.groups == (("a", 2), ("b", 2), ("", 2))
        assert [(group.key, group.title, group.total) for group in await store.groups(Listing())] == [
            ("a", "a.csv", 2), ("b", "b.csv", 2), ("", "", 2),
        ]  # fmt: skip


async def test_days_start_at_local_midnight(opened: Opened):
    midnight = 1_750_011_300.0  # 2025-06-16 00:00 in Kathmandu, 18:15 the day before in Greenwich.
    async with opened() as store:
        await put(store, a_task("late", created_at=midnight - 0.001), a_task("early", created_at=midnight))
        listing = Listing(group=GroupBy.DAY)
        entries = await store.list(listing)
        assert list(entries.ids) == ["early", "late"]
        assert entries.groups == (("2025-06-16", 1), ("2025-06-15", 1))
        assert [group.key for group in await store.groups(listing)] == ["2025-06-16", "2025-06-15"]


async def test_impossible_timestamp_does_not_hide_a_list(opened: Opened):
    async with opened() as store:
        await put(store, a_task("odd", created_at=1_785_931_200_250.0), a_task("old", created_at=-1e300))
        assert set((await store.list(Listing(group=GroupBy.DAY))).ids) == {"odd", "old"}
        assert len(await store.groups(Listing(group=GroupBy.DAY))) == 2


async def test_group_summaries_count_states_saved_results_and_credits(opened: Opened):
    async with opened() as store:
        await put(
            store,
            a_task("a", state=State.SUCCEEDED, cost_credits=60.0, estimated_credits=1.0),
            a_task("b", state=State.SUCCEEDED, cost_credits=20.0),
            a_task("c", estimated_credits=5.0),
            a_task("d", model="veo"),
        )
        await store.save_outputs([an_output("a", state=OutputState.SAVED), an_output("b")])
        found = {group.key: group for group in await store.groups(Listing(group=GroupBy.MODEL))}
        gen = found["gen4.5"]
        assert (gen.total, gen.by_state, gen.saved) == (3, {State.SUCCEEDED: 2, State.QUEUED: 1}, 1)
        assert math.isclose(gen.credits, 85.0)
        assert (found["veo"].title, found["veo"].credits) == ("veo", 0.0)
        assert await store.groups(Listing(group=GroupBy.NONE)) == []


PLACED = {
    Page.LIVE: {"pending", "throttled", "running", "other"},
    Page.WAITING_HERE: {"held", "sending"},
    Page.NEEDS_ATTENTION: {"uncertain", "failed", "gone", "expired", "broken"},
    Page.SAVED: {"succeeded"},
}


async def test_pages_contain_what_their_names_say(opened: Opened):
    async with opened() as store:
        at_runway = {"remote_id": REMOTE}
        await put(
            store, *(a_task(state.value, state=state, **({} if state.is_local else at_runway)) for state in State)
        )
        await put(store, a_task("let go", state=State.GONE), a_task("no output", state=State.SUCCEEDED))
        await put(store, *(a_task(name, state=State.SUCCEEDED) for name in ("expired", "broken", "half")))
        await store.save_outputs(
            [
                an_output("succeeded", state=OutputState.SAVED),
                an_output("expired", state=OutputState.EXPIRED),
                an_output("broken", state=OutputState.FAILED),
                an_output("half", state=OutputState.SAVED),
                an_output("half", 1, state=OutputState.DOWNLOADING),
            ]
        )
        counts = await store.counts()
        for page, names in PLACED.items():
            assert set(await ids(store, flat(page=page))) == names
            assert counts.pages[page] == len(names)
        await store.save_output(an_output("half", 1, state=OutputState.SAVED))
        await store.save(a_task("failed", state=State.QUEUED))
        counts = await store.counts()
        assert counts.pages[Page.SAVED] == 2
        assert counts.pages[Page.NEEDS_ATTENTION] == 4


async def test_filters_are_combined_with_and(opened: Opened):
    async with opened() as store:
        await put(store, batch=Batch(id=BatchId("b"), name="b", created_at=NOON))
        await put(
            store,
            a_task("1", project="Aurora", batch_id=BatchId("b")),
            a_task("2", project="Aurora", model="veo"),
            a_task("3", state=State.FAILED, created_at=NOON + 100),
        )
        assert await ids(store, flat(projects=frozenset({"Aurora"}), models=frozenset({"veo", "kling"}))) == ["2"]
        assert await ids(store, flat(batches=frozenset({BatchId("b")}))) == ["1"]
        assert await ids(store, flat(states=frozenset({State.FAILED}))) == ["3"]
        assert await ids(store, flat(endpoints=frozenset({"text_to_image"}))) == []
        assert await ids(store, flat(since=NOON + 100)) == ["3"]
        assert set(await ids(store, flat(until=NOON + 100))) == {"1", "2"}
        assert [group.total for group in await store.groups(flat(projects=frozenset({"Aurora"})))] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("lighthouse", {"1"}),
        ("LIGHT storm", {"1"}),
        ("storm  zebra", set()),
        ("猫", {"2"}),
        ("猫が窓", {"2"}),
        ("ＡＢＣ", {"2"}),
        ("bridge", {"1"}),
        ("films", set()),
        ("reference", {"2"}),
        ("17F20503", {"2"}),
        ("veo3.1", {"2"}),
        ('"quoted', {"3"}),
        ("50% _off", {"3"}),
        ("a* OR NOT b", set()),
        ("straße", {"3"}),
        ("  ", {"1", "2", "3"}),
        ("\0", {"1", "2", "3"}),
    ],
)
async def test_search_finds_every_word_anywhere(opened: Opened, text: str, found: set[str]):
    async with opened() as store:
        picture = Input(task_id=TaskId("2"), field_path=("x",), uri="file:///r", path="C:\\shots\\Reference 1.png")
        await store.add(
            [
                a_task("1", state=State.SUCCEEDED),
                a_task("2", prompt="窓の外を見る猫が窓へ", title="abc", model="veo3.1_fast", remote_id=REMOTE),
                a_task("3", prompt='He said "quoted", 50% _off\nin der STRASSE'),
            ],
            [picture], None, [],
        )  # fmt: skip
        await store.save_output(an_output("1", state=OutputState.SAVED, path="/films/bridge_at_night.mp4"))
        assert set(await ids(store, flat(text=text))) == found


async def test_search_follows_changes_of_tasks(opened: Opened):
    async with opened() as store:
        await put(store, a_task())
        await store.save(a_task(title="Harbour"))
        assert await ids(store, flat(text="harbour")) == ["t1"]
        await store.save(a_task(prompt="a glacier"))
        assert await ids(store, flat(text="harbour")) == []
        assert await ids(store, flat(text="glacier")) == ["t1"]


async def test_search_finds_note_tags_project_and_shot(opened: Opened):
    async with opened() as store:
        judged = a_task(note="Too dark, keep the take", tags=("night", "low key"), project="Aurora", shot="sc-010")
        await put(store, a_task("other"), judged)
        for text in ("too DARK", "low key", '"low key"', "aurora", "sc-0", "t1 night"):
            assert await ids(store, flat(text=text)) == ["t1"], text
        await store.save(replace(judged, note="", tags=("day",)))
        assert await ids(store, flat(text="night")) == []
        assert await ids(store, flat(text="day")) == ["t1"]
        assert await ids(store, flat(tags=frozenset({"night"}))) == []
        assert (await store.counts()).tags == {"day": 1}
        assert await store.get(judged.id) == replace(judged, note="", tags=("day",))


async def test_quoted_words_match_as_a_phrase_and_a_minus_excludes(opened: Opened):
    async with opened() as store:
        await put(store, a_task("1", prompt="a red boat"), a_task("2", prompt="a boat, red"), a_task("3", prompt="red"))
        assert await ids(store, flat(text='"red boat"')) == ["1"]
        assert await ids(store, flat(text="red -boat")) == ["3"]
        assert await ids(store, flat(text="red -a -")) == ["1", "2", "3"]
        assert await ids(store, flat(text='"red b')) == ["1"]


async def test_tags_of_removed_tasks_are_not_counted(opened: Opened):
    async with opened() as store:
        await put(store, a_task("1", tags=("drone",)), a_task("2", tags=("drone",), removed_at=NOON))
        assert (await store.counts()).tags == {"drone": 1}


async def test_members_of_tasks_are_counted_by_name_also_removed_members(opened: Opened):
    async with opened() as store:
        maya, ben = member("Maya", "maya.png"), member("Ben", removed_at=NOON)
        for one in (maya, ben, member("Nobody")):
            await store.save_member(one, NOON)
        await put(store, a_task("1", cast=(maya.id, ben.id)), a_task("2", cast=(maya.id,)))
        await put(store, a_task("3", cast=(ben.id,), removed_at=NOON))
        assert (await store.counts()).cast == ((maya.id, "Maya", 2), (ben.id, "Ben", 1))
        await store.save_member(replace(maya, name="Maya Novak"), NOON)
        await store.save(replace(a_task("1"), cast=()))
        assert (await store.counts()).cast == ((maya.id, "Maya Novak", 1),)
        assert {one.id: one for one in await store.members()}[ben.id] == ben


async def test_length_of_the_result_is_preferred_to_the_requested_length(opened: Opened):
    async with opened() as store:
        await put(store, a_task())
        assert await ids(store, flat(length=Bounds(5, 5))) == ["t1"]
        await store.save_output(an_output(duration=4.0))
        await store.save_output(an_output(index=1, duration=9.5))
        assert await ids(store, flat(length=Bounds(5, 5))) == []
        assert await ids(store, flat(length=Bounds(least=9))) == ["t1"]


async def test_takes_are_linked_to_the_first(opened: Opened):
    def take(name: str, at: float, of: str | None) -> Task:
        return a_task(name, created_at=NOON + at, parent_id=TaskId(of) if of else None)

    async with opened() as store:
        await put(store, take("first", 0, None), take("second", 1, "first"), take("other", 2, None))
        await put(store, take("fourth", 9, "first"), take("third", 3, "second"), take("orphan", 4, "nobody"))
        for name, number in (("first", 1), ("second", 2), ("third", 3), ("fourth", 4)):
            takes = await store.takes(TaskId(name))
            assert takes.ids == ("first", "second", "third", "fourth")
            assert takes.number(TaskId(name)) == number
        assert (await store.takes(TaskId("orphan"))).ids == ("orphan",)
        assert (await store.takes(TaskId("none"))).ids == ()


async def test_results_and_their_uses_are_found_by_content(opened: Opened):
    def made(task_id: str, index: int, sha256: str) -> Output:
        return Output(task_id=TaskId(task_id), index=index, url="", url_fetched_at=NOON, sha256=sha256)

    def used(task_id: str, sha256: str, name: str) -> Input:
        path = name.replace("/", os.sep)
        return Input(
            task_id=TaskId(task_id), field_path=("promptImage",), uri=f"file:///{name}", sha256=sha256, path=path
        )

    async with opened() as store:
        await put(store, a_task("a"), a_task("b"))
        uses = [used("c", "1" * 64, "x/1.png"), used("d", "", "in/ab/2.png"), used("e", "", "in/abc/3.png")]
        await store.add([a_task("c"), a_task("d"), a_task("e")], uses, None, [])
        await store.save_outputs(
            [made("b", 1, "2" * 64), made("a", 0, "1" * 64), made("b", 0, "1" * 64), made("a", 1, "")]
        )
        found = await store.outputs_with(["1" * 64, ""])
        assert [(output.task_id, output.index) for output in found] == [("a", 0), ("b", 0)]
        assert await store.outputs_with([]) == []
        assert [use.task_id for use in await store.uses_of(["1" * 64, ""])] == ["c"]
        assert sorted(use.task_id for use in await store.uses_of(["1" * 64], [f"in{os.sep}ab"])) == ["c", "d"]


async def test_first_entries_are_returned_with_a_flag_for_more(opened: Opened):
    async with opened() as store:
        await put(store, *(a_task(str(n), created_at=NOON + n) for n in range(5)))
        first = await store.list(flat(), 3)
        assert (list(first.ids), first.is_whole) == (["4", "3", "2"], False)
        assert (await store.list(flat(), 5)).is_whole
        assert (await store.list(flat())).is_whole
        first, rows = await store.beginning(flat(), 3, 2)
        assert (list(first.ids), first.is_whole) == (["4", "3", "2"], False)
        assert list(rows) == await store.rows([TaskId("4"), TaskId("3")])


async def test_takes_of_one_prompt_are_grouped_and_single_ones_too(opened: Opened):
    async with opened() as store:
        for n, prompt in enumerate(("One  boat", "A tree", "one boat", "A bird")):
            await put(store, a_task(str(n), prompt=prompt, created_at=NOON + n))
        entries = await store.list(Listing(group=GroupBy.PROMPT))
        assert list(entries.ids) == ["3", "1", "2", "0"]
        assert [(bool(key), amount) for key, amount in entries.groups] == [(False, 2), (True, 2)]
        sums = await store.groups(Listing(group=GroupBy.PROMPT))
        assert sorted((found.title, found.total) for found in sums) == [("", 2), ("one boat", 2)]


async def test_counts_list_projects_batches_and_models(opened: Opened):
    async with opened() as store:
        for n, name in enumerate(("old", "new", "empty")):
            await put(store, batch=Batch(id=BatchId(name), name=f"{name}.csv", created_at=NOON + n))
        await put(store, a_task("1", batch_id=BatchId("old"), project="Aurora"), a_task("2", batch_id=BatchId("new")))
        await put(store, a_task("3", batch_id=BatchId("new"), model="veo"))
        counts = await store.counts()
        assert counts.batches == (("new", "new.csv", 2), ("old", "old.csv", 1))
        assert counts.projects == {"Aurora": 1}
        assert counts.models == {"gen4.5": 2, "veo": 1}


@pytest.mark.parametrize("near", [None, 10], ids=["", "a search looks near first"])
async def test_every_query_lists_the_same_library(opened: Opened, near: int | None, monkeypatch: pytest.MonkeyPatch):
    if near:
        for name in ("NEAR", "FEW", "FREQUENT", "JUDGED", "PIECE"):
            monkeypatch.setattr(listing_module, name, near)
        monkeypatch.setattr(listing_module, "MANY", 4 * near)
    async with opened() as store:
        await fill(store, 120, seed=7)
        added = [task.id for _, tasks, _ in batches(120, seed=7) for task in tasks]
        names = {batch.id: batch.name for batch, _, _ in batches(120, seed=7)}
        expected = await Library.read(store, added, names, KATHMANDU)
        filters = [Filter(page=page) for page in Page] + [
            Filter(text="storm 7"),
            Filter(models=frozenset({"gen4.5"})),
            Filter(text='"the same" -lagoon'),
            Filter(tags=frozenset({"drone", "low key"}), rating=Bounds(least=3)),
            Filter(picks=frozenset({Pick.PICK}), shots=frozenset({"010"}), cost=Bounds(25, 30)),
            Filter(length=Bounds(5.1, 5.5), pages=frozenset({Page.SAVED})),
            Filter(without=EVERYTHING_ELSE),
            Filter(tags=frozenset({"drone"}), without=Without(tags=frozenset({"low key"}))),
            Filter(projects=frozenset({"Aurora spot", "Lagoon teaser"}), pages=frozenset({Page.SAVED}), text="ice"),
            Filter(batches=frozenset({BatchId("batch-0")}), states=frozenset({State.SUCCEEDED})),
        ]
        orders = list(product(SortKey, GroupBy, (True, False)))
        for (sort, group, descending), wanted in pairs(orders, filters, one_in=5):
            listing = Listing(filter=wanted, sort=sort, group=group, descending=descending)
            assert await store.list(listing) == expected.entries(listing), listing
            first, begins = await store.list(listing, 20), expected.entries(listing, 20)
            assert (first, first.is_whole) == (begins, begins.is_whole), listing
        for wanted in filters:
            assert await store.amount(wanted) == expected.amount(wanted)
        for group in GroupBy:
            assert await store.groups(Listing(group=group)) == expected.groups(Listing(group=group))
        assert (await store.counts()).pages == expected.pages()


# Learning


async def test_durations_of_the_same_request_shape_are_preferred_from_three_on(opened: Opened):
    def done(name: str, duration: int, took: float, **members: Any) -> Task:
        times = {"sent_at": NOON, "running_since": NOON + 2, "ended_at": NOON + took}
        return a_task(name, state=State.SUCCEEDED, values={"duration": duration}, **(times | members))

    async with opened() as store:
        shape = shape_of(done("x", 5, 0).request)
        await put(
            store, done("1", 5, 10), done("2", 5, 30), done("3", 10, 90), a_task("4", state=State.FAILED, ended_at=NOON)
        )
        ask = ("image_to_video", "gen4.5", shape)
        assert [timing.total for timing in await store.timings(*ask)] == [90, 30, 10]
        await put(store, done("5", 5, 20, running_since=None, removed_at=NOON))
        assert await store.timings(*ask) == [
            Timing(ran=28, total=30), Timing(ran=-1, total=20), Timing(ran=8, total=10),
        ]  # fmt: skip
        assert [timing.total for timing in await store.timings(*ask, limit=1)] == [30]
        assert await store.timings("image_to_video", "veo", shape) == []


async def test_price_estimates_are_stored_and_replaced(opened: Opened):
    async with opened() as store:
        await store.learn("image_to_video", "gen4.5", "duration=5", Estimate(credits=25.0, at=NOON))
        await store.learn("image_to_video", "gen4.5", "duration=5", Estimate(credits=30.0, at=NOON + 1))
        assert await store.learned() == {("image_to_video", "gen4.5", "duration=5"): 30.0}


async def test_spending_uses_the_actual_cost_or_else_the_estimate(opened: Opened):
    async with opened() as store:
        await put(
            store,
            a_task("before", sent_at=NOON - 1, cost_credits=1000.0),
            a_task("actual", sent_at=NOON, estimated_credits=99.0, cost_credits=60.0, removed_at=NOON),
            a_task("estimate", sent_at=NOON + 5, estimated_credits=25.0),
            a_task("unknown", sent_at=NOON + 5),
            a_task("held", estimated_credits=400.0),
        )
        assert sum(line.credits for line in await store.spending(NOON, NOON + 1000)) == 85.0
        assert await store.spending(NOON + 1000, NOON + 2000) == []


async def test_settings_are_stored_as_json_by_name(opened: Opened):
    async with opened() as store:
        await store.set_settings({"theme": "dark", "limits": {"gen4.5": 2}, "off": None})
        await store.set_settings({"theme": "light"})
        assert await store.settings() == {"theme": "light", "limits": {"gen4.5": 2}, "off": None}


async def test_closing_twice_is_no_error(opened: Opened):
    async with opened() as store:
        await store.close()


async def test_stored_sheet_is_found_by_its_batch_and_deleted(opened: Opened):
    async with opened() as store:
        batch = Batch(id=BatchId("b1"), name="shots", created_at=NOON)
        await store.add([], [], batch, ())
        first = KeptSheet(id="s1", name="shots.csv", changed_at=NOON, rows=6, text='{"rows": []}')
        await store.save_sheet(first)
        await store.save_sheet(KeptSheet(id="s2", name="later", changed_at=NOON + 1, rows=1, text="{}"))
        assert await store.sheet("s1") == first
        assert await store.sheet_of_batch(BatchId("b1")) is None
        sent = replace(first, batch_id=BatchId("b1"), changed_at=NOON + 2, text='{"rows": [1]}')
        await store.save_sheet(sent)
        assert await store.sheet_of_batch(BatchId("b1")) == sent
        assert await store.sheets(10) == [replace(sent, text=""), (await store.sheets(10))[1]]
        assert [sheet.id for sheet in await store.sheets(1)] == ["s1"]
        await store.change_sheet("s1", lambda text: text.replace("1", "2"))
        await store.change_sheet("never kept", lambda text: text.replace("1", "2"))
        assert await store.sheet("s1") == replace(sent, text='{"rows": [2]}')
        await store.delete_sheet("s1")
        await store.delete_sheet("s1")
        assert await store.sheet("s1") is None


async def test_documents_come_back_by_kind_and_name_and_are_deleted(opened: Opened):
    async with opened() as store:
        await store.save_document(Document.CHAIN, "c1", "Storm", NOON, "first")
        await store.save_document(Document.CHAIN, "c2", "Calm", NOON, "\ud800")
        await store.save_document(Document.CHAIN, "c1", "Storm", NOON + 1, "second")
        await store.save_document(Document.CUT, "c1", "\udcff", NOON, "a cut")
        assert await store.documents(Document.CHAIN) == ["\ud800", "second"]
        assert await store.documents(Document.CHAIN, "Storm") == ["second"]
        assert await store.documents(Document.CUT, "\udcff") == ["a cut"]
        assert await store.documents(Document.ROUND) == []
        await store.delete_document(Document.CHAIN, "c1")
        await store.delete_document(Document.CHAIN, "c1")
        assert await store.documents(Document.CHAIN) == ["\ud800"]
        assert await store.documents(Document.CUT) == ["a cut"]


async def test_continued_results_are_found_by_result_and_step(opened: Opened):
    async with opened() as store:
        source, step = Source(TaskId("t1"), 1), StepId("s1")
        made = replace(a_task("t2"), step=step, made_of=source, removed_at=NOON)
        await put(store, made, replace(a_task("t3"), made_of=source), replace(a_task("t4"), step=step))
        assert await store.continued([source, Source(TaskId("t1"), 0)], [step, StepId("s2")]) == [made]
        assert await store.continued([Source(TaskId("t1"), 0)], [step]) == []


async def test_sheets_with_unsent_rows_are_counted_until_all_are_sent(opened: Opened):
    async with opened() as store:
        await store.add([], [], Batch(id=BatchId("b1"), name="shots", created_at=NOON), ())
        never = KeptSheet(id="s0", name="never", changed_at=NOON - 1, rows=2, unsent=2, text="{}")
        await store.save_sheet(never)
        part = KeptSheet(id="s1", name="shots.csv", changed_at=NOON, rows=6, unsent=1, batch_id=BatchId("b1"), text="x")
        await store.save_sheet(part)
        assert (await store.counts()).unsent == (replace(part, text=""), replace(never, text=""))
        await store.save_sheet(replace(part, unsent=0))
        assert (await store.counts()).unsent == (replace(never, text=""),)


async def test_prompts_are_listed_latest_first_without_repeats(opened: Opened):
    async with opened() as store:
        prompts = ["Fog over the harbour", "A watch", "fog, HARBOUR lights", "A watch"]
        await put(store, *(a_task(f"p{n}", prompt=prompt, created_at=NOON + n) for n, prompt in enumerate(prompts)))
        assert list(await store.recent_prompts(10)) == ["A watch", "fog, HARBOUR lights", "Fog over the harbour"]
        assert list(await store.recent_prompts(1)) == ["A watch"]
        assert list(await store.recent_prompts(10, "harbour Fog")) == ["fog, HARBOUR lights", "Fog over the harbour"]


async def test_prompts_refused_by_moderation_are_found(opened: Opened):
    async with opened() as store:
        for number, code in enumerate(("SAFETY.INPUT.TEXT", "INTERNAL.BAD_OUTPUT.CODE01")):
            failure = Failure(code=code, words="Mentions SAFETY too")
            await put(store, a_task(f"f{number}", prompt=f"Prompt {number}", state=State.FAILED, failure=failure))
        assert await store.refused_prompts() == {"Prompt 0"}


async def test_results_are_found_by_folder(opened: Opened):
    def at(*parts: str) -> str:
        return os.sep.join(("", *parts))

    async with opened() as store:
        await put(store, a_task("a"), a_task("b"))
        outputs = [
            an_output("a", 0, path=at("clips", "x", "2.mp4"), state=OutputState.SAVED),
            an_output("a", 1, path=at("clips2", "1.mp4"), state=OutputState.SAVED),
            an_output("b", 0, path=at("clips", "1.mp4"), state=OutputState.FAILED),
            an_output("b", 1),
        ]
        await store.save_outputs(outputs)
        assert await store.outputs_in(at("clips")) == [outputs[2], outputs[0]]
        assert await store.outputs_in(at("clips", "")) == [outputs[2], outputs[0]]
        assert await store.outputs_in(at("none")) == []


async def test_result_is_moved_with_its_journal_only_from_its_expected_place(opened: Opened):
    async with opened() as store:
        await put(store, a_task("a"), a_task("b"))
        here, gone = an_output("a", path="/old/fox.mp4", sha256="1" * 64), an_output("b", path="/bin/hare.mp4")
        await store.save_outputs([here, gone])
        moves = [
            FileMove(task_id=TaskId("a"), index=0, source="/old/fox.mp4", target="/new/wolf.mp4"),
            FileMove(task_id=TaskId("b"), index=0, source="/old/hare.mp4", target="/new/hare.mp4"),
            FileMove(task_id=TaskId("none"), index=0, source="/old/x.mp4", target="/new/x.mp4"),
        ]
        assert await store.move_outputs(moves, {"library.move": {"group": []}}) == [replace(here, path="/new/wolf.mp4")]
        assert await store.outputs(TaskId("a")) == [replace(here, path="/new/wolf.mp4")]
        assert await store.outputs(TaskId("b")) == [gone]
        assert (await store.settings())["library.move"] == {"group": []}
        found = await store.list(flat(text="wolf"))
        assert list(found.ids) == ["a"]
        assert not (await store.list(flat(text="fox"))).ids


async def test_renamed_batch_returns_its_former_name(opened: Opened):
    async with opened() as store:
        await put(store, a_task("a", batch_id=BatchId("b")), batch=Batch(id=BatchId("b"), name="", created_at=NOON))
        assert await store.rename_batch(BatchId("b"), "First light") == ""
        assert await store.rename_batch(BatchId("b"), "Dawn") == "First light"
        assert await store.batch_names([BatchId("b")]) == {"b": "Dawn"}
        assert [name for _, name, _ in (await store.counts()).batches] == ["Dawn"]
        assert await store.rename_batch(BatchId("none"), "Dawn") == ""
