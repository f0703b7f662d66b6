"""A day's work without a window: compose, ask, send, retry, a sheet with a bad cell, search, cancel, export. Use cases
can do everything that the window can; runs without Qt installed."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from runway_desktop.domain.library import GroupBy, Listing
from runway_desktop.domain.task import State, TaskId
from runway_desktop.services.exchange.list_export import ListForm
from runway_desktop.services.exchange.progress import Progress
from runway_desktop.services.intake.reading import Dropped
from runway_desktop.services.tasks.submission import Ask, NewTask, Origin, TaskSource
from runway_desktop.usecases.commands.commands import Commands
from runway_desktop.usecases.commands.ending import CANCEL
from runway_desktop.usecases.requests.draft import RequestDraft
from runway_desktop.usecases.searching import language
from runway_desktop.usecases.sending.questions import question_for
from runway_desktop.usecases.sending.sending import NotAnswered, TaskSender
from runway_desktop.usecases.sheets.columns import PROMPT, Columns
from runway_desktop.usecases.sheets.importing import Importer
from runway_desktop.usecases.sheets.rows import RowChecker
from tests.rigs.engine_rig import CATALOG, Rig
from tests.rigs.engines import engine_of
from tests.rigs.fakes import settle

LIST = "prompt,duration\nA pier in the fog,5\nA lighthouse,ninety\n"


async def remote_of(rig: Rig, task_id: TaskId) -> str:
    return str((await rig.task(task_id)).remote_id)


async def test_whole_working_day_runs_without_a_window(tmp_path: Path):
    async with Rig() as rig:
        engine = engine_of(rig, tmp_path / "library")
        sending = TaskSender(engine)

        # Compose: what is wrong is said by field, as one writes.
        pair = CATALOG.pair("text_to_video", "gen4.5")
        assert pair is not None
        draft = RequestDraft(pair)
        assert [finding.path for finding in draft.findings()] == [("promptText",)]
        draft.set_value("promptText", "A lighthouse in the fog")
        assert draft.findings() == ()

        # Ask: nothing is known of the price, so nothing is sent without an answer.
        origin = Origin(TaskSource.SCRIPT)
        prepared = sending.prepare([NewTask(request=draft.request(), project="Aurora")], origin)
        question = question_for(prepared, engine.settings.confirm_above)
        assert question is not None
        with pytest.raises(NotAnswered):
            await sending.send(prepared)

        # Send: it fails at Runway, and Runway's estimate is the price from now on.
        [first] = await sending.send(prepared, {Ask.PRICE_UNKNOWN})
        await settle()
        rig.runway.fail(await remote_of(rig, first), "INTERNAL.BAD_OUTPUT.01")
        await rig.clock.advance(60)
        failed = await rig.task(first)
        assert (failed.state, failed.cost_credits) == (State.FAILED, 0.0)

        # Retry: no question any more.
        [second] = await sending.send(sending.prepare_again([failed]))
        await settle()
        rig.runway.finish(await remote_of(rig, second), "https://results.example.com/1.mp4")
        await rig.clock.advance(60)
        assert (await rig.task(second)).state is State.SUCCEEDED
        assert (await rig.task(second)).parent_id == first

        # A sheet: the row with the bad cell says which one; the other is sent.
        listed = tmp_path / "shots.csv"
        listed.write_text(LIST, encoding="utf-8")
        gathered = await engine.intake.gather(Dropped(paths=(listed,)), prefer=("text_to_video", "gen4.5"))
        columns = Columns(CATALOG)
        checker = RowChecker(CATALOG, columns, engine.pricing, draft.request())
        rows = list(Importer(CATALOG, columns, checker).rows(gathered))
        for row in rows:
            row.check = checker.check(row)
        assert [row.cells[PROMPT] for row in rows] == ["A pier in the fog", "A lighthouse"]
        good, bad = (row.check for row in rows)
        assert good is not None
        assert bad is not None
        assert [said.key for said in bad.problems] == ["duration"]
        made = [NewTask(request=request, project="Aurora") for request in good.requests]
        batch = await sending.prepare_many(made, Origin(TaskSource.SHEET, "list"), batch_name="Piers")
        assert batch.asks == frozenset()
        [third] = await sending.send(batch)
        await settle()

        # Search, in the words of the search line.
        wanted = language.meaning(language.read("pier project:Aurora"), await engine.library.counts(), rig.clock.now())
        assert wanted.said == ()
        found = await engine.library.list(Listing(filter=wanted.filter, group=GroupBy.NONE))
        assert list(found.ids) == [third]

        # Cancel what is running, as it is offered.
        commands = Commands(engine, sending)
        shown = await engine.library.rows([third])
        assert not CANCEL.reason(shown)
        assert commands.question(CANCEL, shown) is not None
        report = await commands.do(CANCEL, shown)
        assert report.changed == (third,)

        # Export.
        path = tmp_path / "day.csv"
        everything = await engine.library.list(Listing(group=GroupBy.NONE))
        await engine.exchange.lists.write(path, everything.ids, ["prompt", "state"], ListForm.CSV, Progress())
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.reader(file))
        assert len(lines) == 1 + 3
        assert len(rig.runway.named("create")) == 3, "nothing was paid for that was not asked for"
