"""Spending by day, model, project and batch, compared with Runway's report; a client's bill."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runway_desktop.api.wire import read_usage
from runway_desktop.domain.account import UsedCredits
from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.failures import Failure
from runway_desktop.domain.spending_report import SpendingLine, reconciled, summed
from runway_desktop.domain.task import Batch, BatchId, Evidence, Pick, RemoteId, Request, State, Task, TaskId
from runway_desktop.services.disk.spreadsheet import CsvDialect
from runway_desktop.services.money.spending import BILL_COLUMNS, Period, Spending
from runway_desktop.usecases.words.spending import (
    Side,
    bill_words,
    compared_lines,
    comparison_words,
    sum_lines,
    total_words,
)
from runway_desktop.values import replace
from tests.rigs.engine_rig import CATALOG, AtOnce
from tests.rigs.fake_runway import FakeRunway
from tests.rigs.fakes import FakeClock, MemoryStore

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC).timestamp()
DAY = 86_400.0


def task(
    number: int, credits: float | None = 60.0, *, ago: float = 0.0, model: str = "gen4.5", **members: object
) -> Task:
    values = {"promptText": f"Shot {number}", "duration": 5, "ratio": "1280:720"}
    made = Task(
        id=TaskId(f"t{number}"),
        request=Request(endpoint="text_to_video", model=model, values=values, prompt=f"Shot {number}"),
        created_at=NOW - ago,
        state=State.SUCCEEDED,
        sent_at=NOW - ago,
        cost_credits=credits,
        remote_id=RemoteId(f"{number:08x}-0000-4000-8000-000000000000"),
    )
    return replace(made, **members)  # type: ignore[arg-type]


def test_models_that_only_the_usage_report_names_have_their_row_and_recipes_one():
    day = date(2026, 11, 24)
    body = {"results": [{"date": "2026-11-24", "usedCredits": [
        {"model": "recipe:product_ad", "amount": 416}, {"model": "product_swap", "amount": 428},
        {"model": "veo3", "amount": 40}, {"model": "voice_processing", "amount": 2},
        {"model": "gwm1_avatar_async_text_to_video", "amount": 12},
    ]}]}  # fmt: skip
    lines = [
        SpendingLine(day="2026-11-24", model=model, project="", credits=credits, tasks=1)
        for model, credits in (("product_ad", 416.0), ("product_swap", 428.0))
    ]
    books = reconciled(lines, read_usage(json.dumps(body).encode()), day, day)
    assert [line.cells for line in compared_lines(books.models)] == [
        ("Veo 3", "0", "40", "+40"),
        ("GWM-1 Avatars, script", "0", "12", "+12"),
        ("Voice processing", "0", "2", "+2"),
        ("Product swap", "428", "428", "–"),
        ("Product ad", "416", "416", "–"),
    ]


class Books:
    def __init__(self) -> None:
        self.store, self.runway = MemoryStore(zone=UTC), FakeRunway()
        self.spending = Spending(self.store, self.runway, CATALOG, FakeClock(NOW), AtOnce(), UTC)

    async def put(self, *tasks: Task, batch: Batch | None = None) -> None:
        await self.store.add(tasks, [], batch, [])


@pytest.fixture
def books() -> Books:
    return Books()


async def test_spending_period_shows_each_of_its_days_only(books: Books):
    await books.put(task(1), task(2, ago=2 * DAY), task(3, ago=7 * DAY))
    report = await books.spending.report(Period.WEEK)
    assert (report.days[0].key, report.days[-1].key) == ("2026-11-18", "2026-11-24")
    assert [day.credits for day in report.days] == [0, 0, 0, 0, 60, 0, 60]
    assert report.total.credits == 120


async def test_this_month_starts_on_its_first_day(books: Books):
    await books.put(task(1, ago=23 * DAY), task(2, ago=24 * DAY))
    report = await books.spending.report(Period.THIS_MONTH)
    assert report.days[0].key == "2026-11-01"
    assert report.total.tasks == 1


async def test_models_projects_and_batches_are_sorted_by_cost(books: Books):
    batch = Batch(id=BatchId("b1"), name="shots.csv", created_at=NOW)
    await books.put(
        task(1, 8.0, model="gen4_image", project="Aurora spot"),
        task(2, project="Lagoon", batch_id=batch.id),
        task(3),
        batch=batch,
    )
    report = await books.spending.report(Period.MONTH)
    assert [(one.title, one.credits) for one in report.models] == [("gen4.5", 120), ("gen4_image", 8)]
    assert [one.title for one in report.projects] == ["", "Lagoon", "Aurora spot"]
    assert [(one.title, one.credits) for one in report.batches] == [("", 68), ("shots.csv", 60)]


async def test_cost_per_kept_result_includes_takes_that_were_not_kept(books: Books):
    await books.put(task(1, pick=Pick.PICK), task(2), task(3, rating=5), task(4, 8.0, model="gen4_image"))
    clips, pictures = (await books.spending.report(Period.MONTH)).models
    assert clips.per_keeper == 90
    assert pictures.per_keeper is None


async def test_refusals_of_the_last_week_are_counted(books: Books):
    refused = Failure(code="SAFETY.INPUT.TEXT", words="No")
    failed: dict[str, Any] = {"state": State.FAILED, "failure": refused}
    await books.put(task(1, 0.0, **failed), task(2, 0.0, ago=6 * DAY, **failed), task(3, 0.0, ago=8 * DAY, **failed))
    assert await books.spending.refused_this_week() == 2


async def test_spending_reported_only_by_runway_is_named(books: Books):
    await books.put(task(1), task(2, ago=DAY))
    books.runway.used = [
        UsedCredits(day=date(2026, 11, 24), model="gen4.5", credits=60.0),
        UsedCredits(day=date(2026, 11, 23), model="gen4.5", credits=160.0),
        UsedCredits(day=date(2026, 11, 23), model="veo3.1", credits=28.0),
    ]
    found = await books.spending.compare(Period.WEEK)
    assert found.total.difference == 128
    assert comparison_words(found)[0] == "Runway reports 128 credits more, probably of other programs with this key."
    assert [(one.key, one.difference) for one in found.models if one.difference] == [("gen4.5", 100), ("veo3.1", 28)]


async def test_uncertain_task_is_named_as_a_possible_explanation_of_the_difference(books: Books):
    unsure = task(2, None, state=State.UNCERTAIN, remote_id=None, evidence=Evidence(price=60.0))
    await books.put(task(1), unsure)
    books.runway.used = [UsedCredits(day=date(2026, 11, 24), model="gen4.5", credits=60.0)]
    found = await books.spending.compare(Period.WEEK)
    assert comparison_words(found)[0] == (
        "Runway reports 60 credits less. It may not have counted the latest tasks yet, or refunded some. 1 uncertain "
        "task (60 credits at most) may never have been created."
    )
    books.runway.used = [UsedCredits(day=date(2026, 11, 24), model="gen4.5", credits=120.0)]
    found = await books.spending.compare(Period.WEEK)
    assert comparison_words(found)[0] == "Runway's figures match this program's."


async def test_spending_not_counted_by_runway_yet_and_agreement_are_stated(books: Books):
    await books.put(task(1))
    assert comparison_words(await books.spending.compare(Period.WEEK))[0].startswith("Runway reports 60 credits less")
    books.runway.used = [UsedCredits(day=date(2026, 11, 24), model="gen4.5", credits=60.0)]
    assert comparison_words(await books.spending.compare(Period.WEEK))[0] == "Runway's figures match this program's."


async def test_runway_is_asked_for_at_most_ninety_days(books: Books):
    await books.spending.compare(Period.QUARTER)
    [call] = books.runway.named("usage")
    first, before = call.arguments
    assert (before - first).days == 90


async def test_statement_and_report_have_the_same_sum_with_its_uncertain_part(books: Books, tmp_path: Path):
    await books.put(
        task(1, 48.0),
        task(2, 0.0, state=State.FAILED),
        task(3, None, state=State.RUNNING, estimated_credits=60.0),
        task(4, None, state=State.UNCERTAIN, evidence=Evidence(price=70.0), remote_id=None),
        task(5, 9.0, imported=True),
    )
    total = (await books.spending.report(Period.WEEK)).total
    bill = await books.spending.export(Period.WEEK, None, tmp_path / "bill.csv")
    assert (bill.tasks, bill.credits, bill.uncertain_credits) == (total.tasks, total.credits, total.uncertain_credits)
    assert (bill.tasks, bill.credits, bill.uncertain_credits) == (4, 178.0, 70.0)
    with bill.path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sum(float(row["credits"]) for row in rows) == 178.0
    assert [row["state"] for row in rows] == ["charged", "charged", "estimated", "uncertain"]
    assert total_words(total) == "178 credits · $1.78 · 4 tasks · 70 credits of them uncertain"
    said, small_print = bill_words(bill)
    assert said == "Exported 4 tasks, 178 credits, to bill.csv. 70 credits of them uncertain."
    assert small_print.startswith("1 task is still running: its cost is an estimate.")


async def test_statement_lists_the_tasks_of_one_project(books: Books, tmp_path: Path):
    batch = Batch(id=BatchId("b1"), name="shots.csv", created_at=NOW)
    await books.put(
        task(1, 48.0, project="Aurora spot", batch_id=batch.id, title="Shot 010", ago=DAY),
        task(2, 0.0, project="Aurora spot", state=State.FAILED),
        task(3, None, project="Aurora spot", state=State.RUNNING, estimated_credits=60.0),
        task(4, project="Lagoon"),
        task(5, 60.0, project="Aurora spot", request=Request(endpoint="", model="", prompt="=HYPERLINK(1)")),
        batch=batch,
    )
    bill = await books.spending.export(Period.WEEK, "Aurora spot", tmp_path / "bill.csv")
    assert (bill.tasks, bill.credits, bill.running) == (4, 168.0, 1)
    with bill.path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert tuple(rows[0]) == BILL_COLUMNS
    assert rows[1][:5] == ["2026-11-23 15:00", "Aurora spot", "shots.csv", "Shot 010", "gen4.5"]
    assert rows[1][6:] == ["48", "0.48", "charged", "00000001-0000-4000-8000-000000000000"]
    assert rows[4][3] == "'=HYPERLINK(1)"
    assert [file.name for file in tmp_path.iterdir()] == ["bill.csv"]
    await books.spending.export(Period.WEEK, "Aurora spot", bill.path, CsvDialect(";", ",", is_marked=False))
    lines = bill.path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == ";".join(f'"{title}"' for title in BILL_COLUMNS)
    assert ';"48";"0,48";' in lines[1]


async def test_unwritable_statement_is_reported(books: Books, tmp_path: Path):
    with pytest.raises(DiskError, match="could not be written"):
        await books.spending.export(Period.WEEK, None, tmp_path / "not there" / "bill.csv")


lines = st.lists(
    st.builds(
        SpendingLine,
        day=st.dates(date(2026, 11, 1), date(2026, 11, 9)).map(date.isoformat),
        model=st.sampled_from(("a", "b")),
        project=st.sampled_from(("", "Aurora")),
        client=st.sampled_from(("", "claude-code")),
        tasks=st.integers(1, 9),
        credits=st.integers(0, 999).map(float),
    ),
    max_size=20,
)
uses = st.lists(
    st.builds(
        UsedCredits,
        day=st.dates(date(2026, 11, 1), date(2026, 11, 9)),
        model=st.sampled_from(("a", "c")),
        credits=st.integers(-50, 999).map(float),
    ),
    max_size=20,
)
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 9)


@given(lines)
def test_every_breakdown_of_a_report_has_the_same_total(found: list[SpendingLine]):
    report = summed(found, FIRST, LAST)
    for side in (report.days, report.models, report.projects, report.batches, report.programs):
        assert sum(one.credits for one in side) == report.total.credits
        assert sum(one.tasks for one in side) == report.total.tasks


@given(lines, uses)
def test_difference_to_runway_is_the_same_by_model_and_in_total(found: list[SpendingLine], used: list[UsedCredits]):
    books = reconciled(found, used, FIRST, LAST)
    assert sum(one.difference for one in books.models) == books.total.difference
    assert comparison_words(books)[0]


async def test_both_reports_have_the_same_sum_with_an_uncertain_sending(books: Books):
    await books.put(
        task(1, 280.0, model="kling2.5"),
        task(2, None, model="kling2.5", state=State.UNCERTAIN, evidence=Evidence(price=70.0)),
    )
    books.runway.used = [UsedCredits(day=date(2026, 11, 24), model="kling2.5", credits=280.0)]
    left = sum_lines(await books.spending.report(Period.WEEK), Side.MODEL)
    right = compared_lines((await books.spending.compare(Period.WEEK)).models)
    assert left[0].cells[2] == right[0].cells[1] == "350"
    assert right[0].cells[2:] == ("280", "−70"), "the numbers of a line add up"
    assert not right[0].is_unexplained
