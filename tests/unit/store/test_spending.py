"""Sums of spending equal the domain's count of single tasks."""

from __future__ import annotations

from datetime import datetime, timezone

from runway_desktop.domain.failures import Failure, Reason, ReasonCode
from runway_desktop.domain.spending_report import counted_credits
from runway_desktop.domain.task import Batch, BatchId, Evidence, Pick, Request, State, Task, TaskId
from runway_desktop.values import replace
from tests.rigs.cast import member
from tests.rigs.libraries import KATHMANDU, NOON, Opened, a_wish, batches, fill
from tests.unit.store.expected import Library

DAY = 86_400.0
EVER = (0.0, 4e9)

NO_TEXT = Reason(ReasonCode.UNKNOWN, words="\ud800 is no text")


def spent(number: int, credits: float | None = 60.0, state: State = State.SUCCEEDED, **members: object) -> Task:
    task = Task(
        id=TaskId(f"t{number}"),
        request=Request(endpoint="text_to_video", model="gen4.5"),
        created_at=NOON,
        state=state,
        sent_at=NOON,
        cost_credits=credits,
    )
    return replace(task, **members)  # type: ignore[arg-type]


async def test_credits_are_the_cost_or_the_estimate_or_the_price_of_an_uncertain_task(opened: Opened):
    async with opened() as store:
        tasks = [
            spent(1, 48.0, estimated_credits=60.0),
            spent(2, None, State.RUNNING, estimated_credits=36.0),
            spent(3, None, State.UNCERTAIN, evidence=Evidence(price=25.0)),
            spent(4, None, State.UNCERTAIN, evidence=Evidence(cause=NO_TEXT)),
            spent(5, None, State.QUEUED, sent_at=None),
            spent(6, 0.0, State.FAILED, estimated_credits=60.0),
        ]
        await store.add(tasks, [], None, [])
        [line] = await store.spending(*EVER)
        assert (line.tasks, line.credits) == (5, 48.0 + 36.0 + 25.0)
        assert line.credits == sum(map(counted_credits, tasks))
        assert (line.uncertain, line.uncertain_credits) == (2, 25.0)


async def test_spending_is_grouped_by_day_model_project_and_batch(opened: Opened):
    async with opened() as store:
        batch = Batch(id=BatchId("b1"), name="shots.csv", created_at=NOON)
        other = Request(endpoint="text_to_image", model="gen4_image")
        tasks = [
            spent(1),
            spent(2, sent_at=NOON + DAY),
            spent(3, request=other),
            spent(4, project="Aurora spot"),
            spent(5, batch_id=batch.id),
            spent(6),
        ]
        await store.add(tasks, [], batch, [])
        today, tomorrow = (datetime.fromtimestamp(NOON + n * DAY, KATHMANDU).date().isoformat() for n in (0, 1))
        found = [
            (line.day, line.model, line.project, line.batch_name, line.tasks) for line in await store.spending(*EVER)
        ]
        assert found == [
            (today, "gen4.5", "", "", 2),
            (today, "gen4.5", "", "shots.csv", 1),
            (today, "gen4.5", "Aurora spot", "", 1),
            (today, "gen4_image", "", "", 1),
            (tomorrow, "gen4.5", "", "", 1),
        ]


async def test_day_is_local_or_utc_as_counted_by_runway(opened: Opened):
    async with opened() as store:
        late = datetime(2026, 11, 3, 20, 0, tzinfo=timezone.utc).timestamp()  # noqa: UP017 - beside other zones
        await store.add([spent(1, sent_at=late)], [], None, [])
        assert [line.day for line in await store.spending(*EVER)] == ["2026-11-04"]
        assert [line.day for line in await store.spending(*EVER, utc=True)] == ["2026-11-03"]


async def test_period_includes_its_first_second_and_excludes_its_last(opened: Opened):
    async with opened() as store:
        await store.add([spent(1), spent(2, sent_at=NOON + 10)], [], None, [])
        assert [line.tasks for line in await store.spending(NOON, NOON + 10)] == [1]
        assert [task.id for task, _ in await store.spent_tasks(NOON, NOON + 10)] == ["t1"]


async def test_task_started_elsewhere_counts_at_its_creation_and_removed_tasks_still_count(opened: Opened):
    async with opened() as store:
        adopted = spent(1, sent_at=None, remote_created_at=NOON, adopted=True)
        await store.add([adopted, spent(2, removed_at=NOON)], [], None, [])
        [line] = await store.spending(*EVER)
        assert line.credits == 120.0


async def test_picks_and_results_rated_four_or_more_are_keepers(opened: Opened):
    async with opened() as store:
        tasks = [
            spent(1, pick=Pick.PICK),
            spent(2, rating=4),
            spent(3, rating=3),
            spent(4, pick=Pick.REJECT),
            spent(5, 0.0, State.FAILED, rating=5),
        ]
        await store.add(tasks, [], None, [])
        [line] = await store.spending(*EVER)
        assert line.keepers == 2
        assert [task.rating for task, _ in await store.spent_tasks(*EVER)] == [0, 4, 3, 0, 5]


async def test_refusals_by_moderation_are_counted_and_other_failures_are_not(opened: Opened):
    async with opened() as store:
        codes = ("SAFETY.INPUT.TEXT", "INPUT_PREPROCESSING.SAFETY.TEXT", "INTERNAL", "INPUT_PREPROCESSING.INTERNAL", "")
        tasks = [
            spent(number, 0.0, State.FAILED, failure=Failure(code=code, words="No"))
            for number, code in enumerate(codes)
        ]
        await store.add(tasks, [], None, [])
        [line] = await store.spending(*EVER)
        assert line.refused == 2


async def test_project_is_summed_completely_and_client_tasks_with_their_batch(opened: Opened):
    async with opened() as store:
        batch = Batch(id=BatchId("b1"), name="shots.csv", created_at=NOON)
        tasks = [
            spent(1, project="Aurora spot", batch_id=batch.id, sent_at=NOON - 400 * DAY),
            spent(2, 8.0, project="Aurora spot"),
            spent(3),
        ]
        await store.add(tasks, [], batch, [])
        assert await store.spent_by_project(["Aurora spot", "Nobody's"]) == {"Aurora spot": 68.0, "Nobody's": 0.0}
        bill = await store.spent_tasks(*EVER, "Aurora spot")
        assert [(task.id, name) for task, name in bill] == [("t1", "shots.csv"), ("t2", "")]


async def test_spending_of_programs_is_listed_separately_with_the_same_total(opened: Opened):
    async with opened() as store:
        tasks = [spent(1), spent(2), spent(3, 8.0), spent(4, 30.0)]
        await store.add(tasks, [], None, [])
        [before] = await store.spending(*EVER)
        for task, client in zip(tasks, ("claude-code", "codex", "claude-code"), strict=False):
            await store.note_client_request(a_wish(client, task))
        lines = await store.spending(*EVER, by_client=True)
        assert [(line.client, line.tasks, line.credits) for line in lines] == [
            ("", 1, 30.0), ("claude-code", 2, 68.0), ("codex", 1, 60.0)
        ]  # fmt: skip
        assert sum(line.credits for line in lines) == before.credits
        assert await store.spending(*EVER) == [before], "nobody is looked up who was not asked for"


async def test_task_with_several_members_counts_for_each(opened: Opened):
    async with opened() as store:
        maya, ben = member("Maya"), member("Ben")
        for one in (maya, ben):
            await store.save_member(one, 0.0)
        both, alone = replace(spent(1), cast=(maya.id, ben.id)), replace(spent(3, 8.0), cast=(maya.id,))
        await store.add([both, alone, spent(2)], [], None, [])
        found = {one.title: (one.tasks, one.credits) for one in await store.spent_by_member(*EVER)}
        assert found == {"Maya": (2, 68.0), "Ben": (1, 60.0)}
        assert await store.spent_by_member(0.0, 1.0) == []


async def test_spending_of_a_large_library_equals_the_sum_of_its_tasks(opened: Opened):
    async with opened() as store:
        await fill(store, 1_500)
        added = [task.id for _, tasks, _ in batches(1_500) for task in tasks]
        names = {batch.id: batch.name for batch, _, _ in batches(1_500)}
        expected = await Library.read(store, added, names, KATHMANDU)
        lines = await store.spending(*EVER)
        assert lines == expected.spending(*EVER)
        assert len(lines) > 100
