"""Texts and tables of the Spending window, with unknown amounts stated."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from runway_desktop.domain.account import UsedCredits
from runway_desktop.domain.errors import NotReached
from runway_desktop.domain.failures import Failure
from runway_desktop.domain.task import Pick, State
from runway_desktop.rooms.spending.model import SpendingModel
from runway_desktop.services.disk.spreadsheet import USUAL
from runway_desktop.services.money.spending import Period
from runway_desktop.usecases.words.csv_form import MINUTE, csv_form_words
from runway_desktop.usecases.words.spending import Side
from runway_desktop.usecases.words.states import Tone
from tests.rigs.desktop import Rig, after, rest, until
from tests.rigs.libraries import a_wish
from tests.rigs.rows import task

DAY = 86_400.0


def spent(rig: Rig, number: int, credits: float = 60.0, ago: float = 0.0, **members: Any) -> Any:
    state = members.pop("state", State.SUCCEEDED)
    return task(number, state, cost_credits=credits, sent_at=rig.clock.now() - ago, **members)


async def opened(rig: Rig) -> SpendingModel:
    model = SpendingModel(rig.cases, rig.bridge, rig.runner, rig.owner)
    for table in (model.sums, model.comparison):
        QAbstractItemModelTester(table, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    model.refresh()
    await until(lambda: model.report is not None and not model.is_asking, "both have answered")
    await rest()
    return model


def column(model: Any, number: int) -> list[str]:
    return [model.index(row, number).data() for row in range(model.rowCount())]


async def test_period_is_summed_in_credits_dollars_and_tasks(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.put(spent(rig, 1), spent(rig, 2, 48.0, ago=3 * DAY))
        model = await opened(rig)
        assert model.total_words() == "108 credits · $1.08 · 2 tasks"
        assert len(model.days()) == 30
        assert model.days()[-1].words == "Today · 60 credits · 1 task"
        assert model.days()[-2].words == "Yesterday · 0 credits"
        assert model.empty_words() == ""


async def test_period_without_spending_says_so(tmp_path):
    async with Rig(tmp_path) as rig:
        model = await opened(rig)
        assert model.empty_words() == "Nothing was sent in this period."


async def test_table_breaks_spending_down_by_model_project_or_batch(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.put(spent(rig, 1, project="Harbour", pick=Pick.PICK), batch="b1")
        await rig.put(spent(rig, 2, 8.0))
        model = await opened(rig)
        assert column(model.sums, 0) == ["Gen-4.5"]
        assert column(model.sums, 2) == ["68"]
        assert column(model.sums, 4) == ["68"]
        model.set_side(Side.PROJECT)
        assert column(model.sums, 0) == ["Harbour", "No project"]
        assert column(model.sums, 4) == ["60", "–"]
        assert model.sums.headerData(0, Qt.Orientation.Horizontal) == "Project"
        model.set_side(Side.BATCH)
        assert column(model.sums, 0) == ["Batch b1", "Single tasks"]
        assert [model.sums.index(row, 0).data(model.sums.LINE).share for row in range(2)] == [1.0, 8 / 60]


async def test_spending_of_programs_is_shown_beside_the_persons(tmp_path):
    async with Rig(tmp_path) as rig:
        own, asked = spent(rig, 1), spent(rig, 2, 48.0)
        await rig.put(own, asked)
        model = await opened(rig)
        assert not model.has_programs
        await rig.store.note_client_request(a_wish("claude-code", asked))
        async with after(model.changed):
            model.refresh()
        assert model.has_programs
        model.set_side(Side.PROGRAM)
        assert [column(model.sums, number) for number in (0, 2)] == [["You", "Claude Code"], ["60", "48"]]


async def test_finished_sending_updates_the_sums(tmp_path):
    async with Rig(tmp_path) as rig:
        model = await opened(rig)
        async with after(model.changed):
            [_] = await rig.parts.submit(rig.composer.request())
            await rig.put(spent(rig, 9))
            model._look()
        assert model.total_words().startswith("60 credits")


async def test_runways_reported_spending_is_shown_with_the_difference(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.put(spent(rig, 1))
        today = datetime.fromtimestamp(rig.clock.now(), UTC).date()
        rig.runway.used = [
            UsedCredits(day=today, model="gen4.5", credits=60.0),
            UsedCredits(day=today, model="veo3.1", credits=128.0),
        ]
        model = await opened(rig)
        words, tone = model.comparison_words()
        assert words == "Runway reports 128 credits more, probably of other programs with this key."
        assert tone is Tone.WARN
        assert column(model.comparison, 0) == ["Veo 3.1", "Gen-4.5"]
        assert column(model.comparison, 3) == ["+128", "–"]


async def test_unreachable_runway_leaves_local_spending_shown(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.put(spent(rig, 1))
        rig.runway.then("usage", NotReached("Runway cannot be reached."))
        model = await opened(rig)
        words, tone = model.comparison_words()
        assert words.startswith("Runway's numbers could not be loaded. Runway cannot be reached.")
        assert tone is Tone.WARN
        assert model.total_words().startswith("60 credits")


async def test_runway_is_not_asked_without_a_key(tmp_path):
    async with Rig(tmp_path, secret=None) as rig:
        model = await opened(rig)
        assert model.comparison_words()[0] == "Add a key to load Runway's numbers."
        assert rig.runway.named("usage") == []


async def test_answer_for_an_earlier_period_is_discarded(tmp_path):
    async with Rig(tmp_path) as rig:
        model = await opened(rig)
        gate = rig.runway.hold("usage")
        model.set_period(Period.WEEK)
        model.set_period(Period.QUARTER)
        gate.open()
        await until(lambda: not model.is_asking)
        await rest()
        assert len(model.days()) == 90
        assert model.comparison_period().endswith("(UTC)")


async def test_refused_tasks_cause_a_warning(tmp_path):
    async with Rig(tmp_path) as rig:
        assert (await opened(rig)).refusal_words() == ("No task was refused by moderation this week.", Tone.PLAIN)
        failed: dict[str, Any] = {"state": State.FAILED, "failure": Failure(code="SAFETY.INPUT.TEXT", words="No")}
        await rig.put(*(spent(rig, number, 0.0, **failed) for number in range(1, 4)))
        words, tone = (await opened(rig)).refusal_words()
        assert words.startswith("3 tasks refused by moderation this week. Too many refusals can suspend an account")
        assert tone is Tone.WARN


async def test_caps_are_shown_with_their_used_part(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.put(spent(rig, 1, 640.0))
        await rig.engine.budget.load()
        model = await opened(rig)
        assert model.cap_words() == ""
        rig.engine.settings.day_cap = 1_500.0
        rig.engine.settings.month_cap = 20_000.0
        assert model.cap_words() == "Today 640 of 1,500 credits · This month 640 of 20,000 credits"


async def test_imported_tasks_are_listed_apart_from_spending(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.put(spent(rig, 1), *(spent(rig, number, 70.0, imported=True) for number in (2, 3)))
        model = await opened(rig)
        assert model.total_words() == "60 credits · $0.60 · 1 task"
        assert model.cap_words() == "2 imported tasks (140 credits), not included"


async def test_written_statement_of_costs_is_reported(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        await rig.put(spent(rig, 1, project="Harbour / north"), spent(rig, 2))
        model = await opened(rig)
        assert model.projects() == ["Harbour / north"]
        assert model.bill_name("Harbour / north").startswith("Harbour _ north 20")
        async with after(model.said) as said:
            model.export(tmp_path / "bill.csv", "Harbour / north")
        assert said[0][0] == f"Exported 1 task, 60 credits, to bill.csv. {csv_form_words(USUAL, MINUTE)}"
        with (tmp_path / "bill.csv").open(encoding="utf-8-sig", newline="") as file:
            assert len(list(csv.reader(file))) == 2


async def test_unwritable_statement_of_costs_is_reported_as_a_problem(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        model = await opened(rig)
        async with after(model.said) as said:
            model.export(tmp_path / "not there" / "bill.csv", None)
        assert said[0][2] is True
        assert "could not be written" in said[0][0]
