"""State of a batch sheet: rows are imported, checked, priced, sent, followed and stored."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from runway_desktop import texts
from runway_desktop.domain.account import Organization
from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.events import FilesMoved, TasksAdded
from runway_desktop.domain.failures import Failure
from runway_desktop.domain.folders import FileMove
from runway_desktop.domain.task import Refusal, Request, State, TaskId
from runway_desktop.rooms.sheet.model.model import LOOK_ROLE, TONE_ROLE, WRONG_ROLE
from runway_desktop.rooms.sheet.model.offering import AxisPreview
from runway_desktop.rooms.sheet.model.sheet import FIRST_FEW, Sheet
from runway_desktop.services.intake.reading import Dropped
from runway_desktop.services.library.expansion import Axis
from runway_desktop.services.library.sheets import read
from runway_desktop.usecases.requests.order import kept_text
from runway_desktop.usecases.sheets.columns import CREDITS, ENDPOINT, MODEL, PROJECT, PROMPT, STATE
from runway_desktop.usecases.words.states import Tone
from runway_desktop.values import replace
from tests.rigs.desktop import Rig, after, until
from tests.rigs.rows import task

_HORIZONTAL = Qt.Orientation.Horizontal
LANDSCAPE = {"ratio": "1280:720", "duration": 5}
COMPOSED = Request(endpoint="text_to_video", model="gen4.5", values=LANDSCAPE)
SHOTS = """prompt,model,ratio,duration,seed
"A lighthouse keeper walks into the storm",gen4.5,1280:720,5,41207
"Slow dolly over a frozen lagoon",veo3.1_fast,1280:720,5,
"Macro of ice crystals, {dawn|noon}",gen4.5,1280:720,5,
"Portrait, salt on skin",gen4_image,1920:1080,,7
"""


async def opened(rig: Rig, text: str = SHOTS, name: str = "shots.csv", composed: Request = COMPOSED) -> Sheet:
    path = rig.folder / name
    path.write_text(text, encoding="utf-8")
    gathered = await rig.engine.intake.gather(Dropped(paths=(path,)))
    sheet = Sheet.of_gathered(rig.cases, rig.bridge, rig.runner, gathered, composed, parent=rig.owner)
    QAbstractItemModelTester(sheet.model, QAbstractItemModelTester.FailureReportingMode.Fatal, sheet)
    await until(lambda: sheet.model.is_checked and not sheet.model.checker.unseen)
    return sheet


def at(sheet: Sheet, row: int, key: str) -> Any:
    place = sheet.model.column_position(key)
    assert place is not None, f"there is no column {key}"
    return sheet.model.index(row - 1, place)


def said(sheet: Sheet, row: int, key: str = STATE) -> str:
    return str(at(sheet, row, key).data())


async def learn(rig: Rig, credits: float, model: str = "gen4.5", **values: Any) -> None:
    request = Request(endpoint="text_to_video", model=model, values={"promptText": "x", **LANDSCAPE, **values})
    await rig.engine.pricing.learn(request, credits)


async def test_table_columns_are_matched_by_name_and_each_row_has_a_status(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        await learn(rig, 60)
        sheet = await opened(rig)
        assert sheet.title == "shots.csv"
        assert sheet.subtitle == "4 rows · columns matched by name · nothing sent yet"
        titles = [sheet.model.headerData(n, _HORIZONTAL) for n in range(sheet.model.columnCount())]
        assert titles == ["Prompt", "Input", "Model", "Ratio", "Duration", "Seed", "Project", "Credits", "Status"]
        assert said(sheet, 1) == "✓ Ready"
        assert said(sheet, 1, CREDITS) == "60"
        assert at(sheet, 1, STATE).data(TONE_ROLE) == Tone.GOOD
        assert "4, 6 or 8 s" in said(sheet, 2)
        assert at(sheet, 2, "duration").data(WRONG_ROLE)
        assert not at(sheet, 2, "ratio").data(WRONG_ROLE)
        assert said(sheet, 3) == "✓ Ready, 2 tasks"
        assert said(sheet, 3, CREDITS) == "120"
        assert said(sheet, 3, "seed") == "random"
        assert said(sheet, 4, "duration") == "not used"
        assert sheet.outlook.words.startswith("4 of 5 tasks ready: at least 180 credits.")
        sheet.close()


async def test_summary_line_follows_tasks_sent_elsewhere(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        await learn(rig, 60)
        rig.engine.settings.day_cap = 500.0
        sheet = await opened(rig)
        said_below: list[str] = []
        sheet.outlook.changed.connect(lambda: said_below.append(sheet.outlook.cap.words))
        assert sheet.outlook.cap.words == "0 + 180 of 500 credits, 320 left"
        await rig.engine.ledger.add([task(9, State.RUNNING, estimated_credits=60.0, sent_at=rig.clock.now())], [])
        await until(lambda: bool(said_below) and said_below[-1] == "60 + 180 of 500 credits, 260 left")
        rig.engine.settings.day_cap = 200.0
        await until(lambda: said_below[-1] == "60 + 180 of 200 credits, 40 over")
        sheet.close()


async def test_keystroke_checks_its_row_and_an_unknown_model_is_marked(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        sheet = await opened(rig)
        model = sheet.model
        cell = at(sheet, 2, "duration")
        before = model.remember(cell)
        model.try_text(cell, "8")
        assert said(sheet, 2) == "✓ Ready"
        model.settle(cell, before, None)
        assert "4, 6 or 8 s" in said(sheet, 2)
        assert model.column_position("outputCount") is None
        model.setData(at(sheet, 4, MODEL), "gemini_image3_pro")
        assert model.column_position("ratio") is not None
        assert said(sheet, 4, MODEL) == "Gemini 3 Pro Image"
        model.setData(at(sheet, 4, MODEL), "gen-none")
        assert at(sheet, 4, MODEL).data(WRONG_ROLE)
        assert said(sheet, 4) == "There is no model “gen-none”."


async def test_blank_cell_stands_for_the_default_of_the_form(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        sheet = await opened(rig, "prompt,endpoint,model\nWelcome aboard.,text_to_speech,eleven_v3\n")
        assert said(sheet, 1) == "✓ Ready"
        check = sheet.model.rows[0].check
        assert check is not None
        rig.composer.choose("text_to_speech", "eleven_v3")
        rig.composer.set_prompt("Welcome aboard.")
        assert check.requests == (rig.composer.request(),)


async def test_emptied_duration_is_the_models_default_and_priced(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        await learn(rig, 60, "veo3.1_fast", duration=4)
        sheet = await opened(rig, "prompt,model,ratio,duration\nA lagoon,veo3.1_fast,1280:720,5\n")
        assert said(sheet, 1) == "Duration: 4, 6 or 8 s"
        assert said(sheet, 1, CREDITS) == "–"
        sheet.model.setData(at(sheet, 1, "duration"), "")
        assert said(sheet, 1) == "✓ Ready"
        assert said(sheet, 1, "duration") == "4 s"
        assert at(sheet, 1, "duration").data(LOOK_ROLE).faint, "it stands there by itself"
        assert said(sheet, 1, CREDITS) == "60"
        check = sheet.model.rows[0].check
        assert check is not None
        assert check.requests[0].values["duration"] == 4, "what stands there is what is sent"


async def test_unsuitable_values_are_fixed_in_all_rows_at_once_with_their_price(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        await learn(rig, 90, "veo3.1_fast", duration=6)
        sheet = await opened(
            rig, "prompt,model,ratio,duration\n" + "Lagoon {n},veo3.1_fast,1280:720,5\n" * 3 + "B,gen4.5,,5\n"
        )
        fix = sheet.fix
        assert fix is not None
        assert fix.problem == "Duration: 3 values don't fit Veo 3.1 Fast, which takes 4, 6 or 8 s."
        assert (fix.label, fix.price) == ("Set 3 cells to 6 s", "+270 credits")
        steps: list[Any] = []
        sheet.model.edited.connect(steps.append)
        sheet.apply_fix()
        await until(lambda: sheet.model.is_checked)
        assert [said(sheet, row, "duration") for row in (1, 2, 3, 4)] == ["6 s", "6 s", "6 s", "5 s"]
        assert sheet.fix is None
        sheet.model.undo(steps[0])
        assert sheet.fix == fix


async def test_every_edit_can_be_undone_and_redone(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        sheet = await opened(rig)
        model = sheet.model
        edits: list[Any] = []
        model.edited.connect(edits.append)
        look = [[model.index(r, c).data() for c in range(model.columnCount())] for r in range(model.rowCount())]
        model.setData(at(sheet, 1, PROMPT), "A harbour")
        model.write_block(
            2, [PROMPT, MODEL, "duration"], [["One", "gen4.5", "10"], ["Two", "veo3.1", "8 s"], ["Three"]]
        )
        model.remove_rows([0, 2])
        model.insert_rows(1, [model.rows[0].copy()])
        model.set_axes([Axis("ratio", "Ratio", ("1280:720", "720:1280"))])
        assert [type(step).__name__ for step in edits] == ["Write", "Insert", "Remove", "Insert", "SetAxes"]
        assert model.rowCount() == 4
        after = [said(sheet, row, PROMPT) for row in range(1, 5)]
        for step in reversed(edits):
            model.undo(step)
        await until(lambda: model.is_checked)
        assert [[model.index(r, c).data() for c in range(model.columnCount())] for r in range(model.rowCount())] == look
        for step in edits:
            model.redo(step)
        assert [said(sheet, row, PROMPT) for row in range(1, 5)] == after
        assert sheet.model.totals.rows == 4


async def test_duplicate_rows_and_refused_prompts_are_marked_but_ready(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        refused = task(1, State.FAILED, "The harbour wakes", failure=Failure(code="SAFETY.INPUT.TEXT"))
        await rig.put(refused)
        sheet = await opened(rig, "prompt\nThe harbour wakes\nA watch\nA watch\n")
        await until(lambda: sheet.model.checker.refused and sheet.model.is_checked)
        assert said(sheet, 1) == "Moderation refused this prompt before"
        assert at(sheet, 1, PROMPT).data(TONE_ROLE) == Tone.WARN
        assert said(sheet, 2) == "✓ Ready"
        assert said(sheet, 3) == "same as row 2"
        assert sheet.model.totals.ready == 3
        sheet.model.setData(at(sheet, 2, PROMPT), "Another watch")
        assert said(sheet, 3) == "✓ Ready"


async def test_axes_make_a_task_for_every_combination(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        await learn(rig, 60)
        await learn(rig, 50, ratio="720:1280")
        sheet = await opened(rig, "prompt\nA\nB {c|d}\n")
        sheet.model.set_axes([Axis("ratio", "Ratio", ("1280:720", "720:1280")), Axis("seed", "Seed", (1, 2, 3))])
        await until(lambda: sheet.model.is_checked)
        assert sheet.axes_words == "3 × 6 = 18 tasks"
        assert said(sheet, 2) == "✓ Ready, 12 tasks"
        assert sheet.model.totals.credits == 9 * 60 + 9 * 50
        check = sheet.model.rows[1].check
        assert check is not None
        assert check.labels[0] == ("1280:720", "1", "c")
        assert {request.values["seed"] for request in check.requests} == {1, 2, 3}
        assert said(sheet, 1, "seed") == "× 3"


async def test_invalid_axis_value_is_named(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        sheet = await opened(rig, "prompt\nA\n")
        sheet.model.set_axes([Axis(MODEL, "Model", ("gen4.5", "veo3.1_fast"))])
        await until(lambda: sheet.model.is_checked)
        sheet.model.setData(at(sheet, 1, "duration"), "5")
        assert said(sheet, 1) == "Veo 3.1 Fast: Veo 3.1 Fast takes 4, 6 or 8 s."
        assert sheet.model.totals.ready == 0


async def test_axis_preview_names_the_row_that_an_axis_makes_wrong(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        sheet = await opened(rig, "prompt,duration\nA,nine\nB,5\n")
        preview = AxisPreview(rig.engine.catalog, rig.engine.pricing, sheet.model, rig.owner)

        async def told(axis: Axis) -> str:
            preview.start([axis])
            await until(lambda: preview.words != "Counting…")
            return preview.problem

        assert await told(Axis("seed", "Seed", (1, 2))) == "", "what was wrong before is said in the sheet"
        assert (
            await told(Axis(MODEL, "Model", ("gen4.5", "veo3.1_fast")))
        ) == "Row 2: Veo 3.1 Fast: Veo 3.1 Fast takes 4, 6 or 8 s."


async def test_sent_rows_are_linked_to_their_tasks_and_the_rest_stays_open(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        sheet = await opened(rig)
        sent: list[Any] = []
        sheet.sending.sent.connect(sent.extend)
        sheet.send(FIRST_FEW)
        await until(lambda: len(sent) == 3, "the first two ready rows, one of which is two tasks")
        await until(lambda: said(sheet, 1) == "Queued")
        assert sheet.model.totals.rows == 2
        assert said(sheet, 3) == "0 of 2 saved"
        assert not sheet.model.flags(at(sheet, 1, PROMPT)) & Qt.ItemFlag.ItemIsEditable
        await rig.clock.advance(2)
        sheet.send()
        await until(lambda: len(sent) == 4)
        tasks = await rig.store.get_many(sent)
        assert len({one.batch_id for one in tasks}) == 1
        assert sheet.sending.batch_id == tasks[0].batch_id
        assert [one.request.prompt for one in tasks][1:3] == [
            "Macro of ice crystals, dawn",
            "Macro of ice crystals, noon",
        ]


async def test_sent_row_keeps_its_values(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        Image.new("RGB", (1280, 720)).save(tmp_path / "dusk.png")
        table = f"prompt,image,seed\nA,{tmp_path / 'dusk.png'},\nB,,7\n"
        sheet = await opened(rig, table)
        sheet.model.checker.project = "Aurora"
        keys = [column.key for column in sheet.model.columns if column.is_cell]
        before = [[said(sheet, row, key) for key in keys] for row in (1, 2)]
        assert before[0][-2:] == ["random", "Aurora"]
        picture = at(sheet, 1, "promptImage").data(LOOK_ROLE).pictures
        sheet.send()
        await until(lambda: not sheet.is_sending and said(sheet, 2) == "Queued")
        after = [[said(sheet, row, key) for key in keys] for row in (1, 2)]
        assert [[words.replace("+ Add", "") for words in line] for line in before] == after
        sheet.model.checker.choose(replace(COMPOSED, model="gen4_image", endpoint="text_to_image"))
        sheet.model.checker.looks.clear()
        assert [[said(sheet, row, key) for key in keys] for row in (1, 2)] == after
        assert list(at(sheet, 1, "promptImage").data(LOOK_ROLE).pictures) == list(picture) != []


async def test_project_cell_offers_existing_projects_and_accepts_a_new_one(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        await rig.engine.ledger.add([replace(task(1, State.QUEUED), project=name) for name in ("Film",)], [])
        sheet = await opened(rig)
        await until(lambda: sheet.model.choices(at(sheet, 1, PROJECT)) == ("Film",))
        sheet.model.setData(at(sheet, 1, PROJECT), "Aurora")
        assert said(sheet, 1, PROJECT) == "Aurora"
        assert said(sheet, 1) == "✓ Ready"


async def test_models_are_offered_with_name_and_price(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        await learn(rig, 60)
        sheet = await opened(rig)
        models = {(pair, label, price) for pair, label, _, price in sheet.offering.models()}
        assert (("text_to_video", "gen4.5"), "Gen-4.5", "60 credits") in models
        axis = sheet.offering.axes_with(MODEL, sheet.model.choices_of_column(MODEL)[:2])[0]
        assert "_" not in sheet.offering.axis_in_words(axis)
        assert "text_to_video" in sheet.model.choices_of_column(ENDPOINT)
        endpoints = sheet.offering.axes_with(ENDPOINT, ["text_to_video"])[0]
        assert sheet.offering.axis_in_words(endpoints) == "Type: Text → video"


async def test_second_press_sends_no_further_rows(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        sheet = await opened(rig)
        told: list[str] = []
        sheet.sending.said.connect(told.append)
        sheet.send(1)
        await until(lambda: not sheet.is_sending and sheet.model.rows[0].sent)
        left = sheet.model.totals.ready
        sheet.send(1)
        await until(lambda: told == ["Just sent. Press again to send more."])
        assert sheet.model.totals.ready == left
        await rig.clock.advance(2)
        sheet.send(1)
        await until(lambda: sheet.model.totals.ready < left)


async def test_costly_rows_are_stored_only_after_their_question(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        await learn(rig, 1_060)
        sheet = await opened(rig)
        for _ in range(2):
            async with after(sheet.sending.question_wanted) as asked:
                sheet.send(1)
            await until(lambda: not sheet.model.is_locked)
            assert rig.engine.ledger.all_queued() == ()
        [(question, yes)] = asked
        assert question.title == "Send 1 task for 1,060 credits?"
        async with after(sheet.sending.sent):
            yes()
        assert len(rig.engine.ledger.all_queued()) == 1
        sheet.close()


async def test_sheet_pasted_again_after_sending_is_recognized_as_a_repeat(tmp_path: Path):
    text = "prompt,model,ratio,duration\nfog,gen4.5,1280:720,5\nrain,gen4.5,1280:720,5\n"
    async with Rig(tmp_path) as rig:
        await learn(rig, 60)
        first = await opened(rig, text)
        first.send(most=1)
        await until(lambda: len(rig.engine.ledger.all_queued()) == 1)
        await rig.clock.advance(60)
        first.send()
        await until(lambda: len(rig.engine.ledger.all_queued()) == 2, "more rows of the same sheet are no repeat")
        first.close()
        await rig.clock.advance(60)
        again = await opened(rig, text)
        told: list[str] = []
        again.sending.said.connect(told.append)
        again.send()
        await until(lambda: bool(told))
        assert told[0].startswith("2 rows were just sent from another sheet.")
        assert len(rig.engine.ledger.all_queued()) == 2
        again.send()
        await until(lambda: len(rig.engine.ledger.all_queued()) == 4, "a second press means it")
        again.close()


async def test_axis_on_the_prompt_inserts_its_values_into_the_prompt(tmp_path: Path):
    text = "prompt,model,ratio,duration\nA {} fox,gen4.5,1280:720,5\nA hen,gen4.5,1280:720,5\n"
    async with Rig(tmp_path) as rig:
        sheet = await opened(rig, text)
        sheet.offering.add_axis(PROMPT, ("red", "blue"))
        await until(lambda: sheet.model.is_checked and sheet.model.totals.ready == 4)
        prompts = [one.prompt for row in sheet.model.rows if row.check is not None for one in row.check.requests]
        assert prompts == ["A red fox", "A blue fox", "A hen, red", "A hen, blue"]
        assert [said(sheet, row, PROMPT) for row in (1, 2)] == ["A {} fox × 2", "A hen × 2"]
        sheet.close()


async def test_identical_tasks_of_one_row_are_reported(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        sheet = await opened(rig, 'prompt,model,ratio,duration\n"A {fox|hen|fox}",gen4.5,1280:720,5\n')
        assert "1 task is the same as another of this row" in said(sheet, 1)
        assert sheet.model.totals.ready == 3
        sheet.close()


async def test_sheet_shows_the_balance_and_holds_what_it_does_not_cover(tmp_path: Path):
    text = "prompt,model,ratio,duration\n" + "".join(f"fog {n},gen4.5,1280:720,5\n" for n in range(6))
    async with Rig(tmp_path) as rig:
        await learn(rig, 60)
        rig.runway.account = Organization(balance=300.0)
        await rig.engine.account.refresh()
        await rig.clock.advance(1)
        spent = task(1, State.SUCCEEDED, cost_credits=50.0, sent_at=rig.clock.now())
        rig.engine.bus.tell(TasksAdded((spent,)))
        sheet = await opened(rig, text)
        await until(lambda: sheet.outlook.kept is not None, "250 is not enough")
        assert sheet.outlook.kept is not None
        assert kept_text(sheet.outlook.kept, 6) == "Send 4, keep 2"
        assert rig.models.status.balance_words() == "about 250 credits"
        assert "Balance about 250 credits · not enough for all" in sheet.outlook.words
        sheet.close()


async def test_sheet_knows_how_many_of_its_tasks_a_cap_holds(tmp_path: Path):
    text = "prompt,model,ratio,duration\n" + "".join(f"fog {n},gen4.5,1280:720,5\n" for n in range(6))
    async with Rig(tmp_path) as rig:
        await learn(rig, 60)
        sheet = await opened(rig, text)
        assert (sheet.outlook.kept, sheet.outlook.is_short) == (None, False)
        rig.engine.settings.day_cap = 240.0
        await until(lambda: sheet.outlook.kept and sheet.outlook.kept.tasks == 2, "4 of 6 fit")
        assert sheet.outlook.is_short
        rig.engine.settings.day_cap = 400.0
        await until(lambda: sheet.outlook.kept is None, "the cap was raised")
        sheet.close()


async def test_sheet_warns_of_tasks_beyond_todays_limit_of_runway(tmp_path: Path):
    text = "prompt,model,ratio,duration\n" + "".join(f"fog {n},gen4.5,1280:720,5\n" for n in range(6))
    async with Rig(tmp_path) as rig:
        rig.runway.limit("gen4.5", concurrent=2, daily=7)
        await rig.engine.account.refresh()
        sheet = await opened(rig, text)
        assert "2 slots for Gen-4.5" in sheet.outlook.words
        await rig.engine.ledger.add([task(9), task(10)], [])
        await until(lambda: "7 generations left today for Gen-4.5" in sheet.outlook.words)
        assert sheet.outlook.is_short
        sheet.close()


async def test_sheet_survives_a_kill_with_its_rows_and_tasks(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        sheet = await opened(rig)
        sheet.model.setData(at(sheet, 4, PROMPT), "Changed")
        sheet.send(1)
        await until(lambda: sheet.sending.batch_id is not None and sheet.model.rows[0].sent)
        await until(lambda: rig.store.kept_sheets and rig.store.kept_sheets[0].batch_id, "it is kept by itself")
        assert rig.engine.settings.get("sheet.open") == sheet.id
        kept = await rig.engine.sheets.of_batch(sheet.sending.batch_id)
        assert kept is not None
        again = Sheet.of_kept(rig.cases, rig.bridge, rig.runner, kept, read(kept.text), parent=rig.owner)
        await until(lambda: again.model.is_checked and said(again, 1) == "Queued")
        assert again.title == "shots.csv"
        assert said(again, 4, PROMPT) == "Changed"
        assert again.model.rows[0].sent == sheet.model.rows[0].sent


@pytest.mark.parametrize("portion", [1, 2])
@pytest.mark.parametrize("is_stored", [False, True], ids=["before", "after"])
async def test_kill_while_rows_are_stored_sends_none_twice_and_forgets_none(
    portion: int, is_stored: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("runway_desktop.usecases.sending.sending.AT_ONCE", 2)
    async with Rig(tmp_path) as rig:
        sheet = await opened(rig, "prompt\nA\nB\nC\n{D|E}\n")
        add, calls, dead, test_ends = rig.store.add, 0, asyncio.Event(), asyncio.Event()

        async def dying(*arguments: Any, **more: Any) -> None:
            nonlocal calls
            calls += 1
            if calls < portion or is_stored:
                await add(*arguments, **more)
            if calls == portion:
                dead.set()
                await test_ends.wait()
                raise StoreError("The dead do not go on.")

        rig.store.add = dying
        sheet.send()
        await dead.wait()
        rig.store.add = add
        [kept] = rig.store.kept_sheets
        stored = len(rig.store.tasks)
        again = Sheet.of_kept(rig.cases, rig.bridge, rig.runner, kept, read(kept.text), parent=rig.owner)
        await until(lambda: again.model.is_checked and again.model.totals.ready == 5 - stored)
        again.send()
        await until(lambda: len(rig.store.tasks) == 5)
        assert sorted(one.request.prompt for one in rig.store.tasks.values()) == ["A", "B", "C", "D", "E"]
        await until(lambda: not again.is_sending)
        again.let_go()
        test_ends.set()
        await until(lambda: not sheet.is_sending)


async def test_sending_stopped_after_a_portion_leaves_the_other_rows_to_send_once(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("runway_desktop.usecases.sending.sending.AT_ONCE", 1)
    async with Rig(tmp_path) as rig:
        sheet = await opened(rig, "prompt\nA\nB\n")
        rows, told = rig.store.rows, []

        async def refuse(*_: Any) -> Any:
            raise StoreError("The disk does not answer.")

        sheet.sending.troubled.connect(told.append)
        rig.store.rows = refuse
        sheet.send()
        await until(lambda: told and not sheet.is_sending)
        rig.store.rows = rows
        assert [one.request.prompt for one in rig.store.tasks.values()] == ["A"]
        await rig.clock.advance(2)
        sheet.send()
        await until(lambda: len(rig.store.tasks) == 2 and not sheet.is_sending)
        assert sorted(one.request.prompt for one in rig.store.tasks.values()) == ["A", "B"]
        sheet.let_go()


async def test_sheet_is_stored_while_a_cell_is_being_edited(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        sheet = await opened(rig, "prompt\nA\n")
        cell = at(sheet, 1, PROMPT)
        typed = "A"

        def typed_on_and_kept() -> bool:
            nonlocal typed
            typed += "a"
            sheet.model.try_text(cell, typed)
            return any("Aaaa" in kept.text for kept in rig.store.kept_sheets)

        await until(typed_on_and_kept)


async def test_rows_refused_by_the_disk_can_be_sent_again(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        sheet = await opened(rig, "prompt\nA\nB\n")
        troubles: list[str] = []
        sheet.sending.troubled.connect(troubles.append)
        rig.store.trouble = StoreError("The disk is full.", advice="Make room.")
        sheet.send()
        await until(lambda: troubles)
        assert "weren't sent" in troubles[0]
        rig.store.trouble = None
        assert sheet.model.totals.ready == 2
        sheet.send()
        await until(lambda: len(rig.store.tasks) == 2)
        await until(lambda: not sheet.is_sending)


async def test_unmatched_columns_can_be_assigned_later(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        sheet = await opened(rig, "Beschreibung,prompt,Dauer\nfoo,A lighthouse,10\nbar,B,\n")
        assert "2 columns not matched" in sheet.subtitle
        sheet.apply_mapping({"Dauer": "duration"})
        assert said(sheet, 1, "duration") == "10 s"
        assert "1 column not matched" in sheet.subtitle


async def test_number_is_typed_in_the_systems_format(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        sheet = await opened(rig)
        row, before = sheet.model.rows[0], texts.language()
        try:
            texts.use(texts.Language(numbers=texts.NumberForm(decimal=",", group=".")))
            assert sheet.model.value_for(row, "duration", "4,5") == 4.5
            assert sheet.model.value_for(row, "duration", "4.5") == 4.5
            texts.use(texts.Language())
            assert sheet.model.value_for(row, "duration", "4,5") == "4,5"
        finally:
            texts.use(before)


async def test_invalid_cell_keeps_its_original_text(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        sheet = await opened(rig, "prompt,model,duration,image\nA,gen9,five,\nB,gen4.5,five,harbour.gif\n")
        assert said(sheet, 1, MODEL) == "gen9"
        assert at(sheet, 1, MODEL).data(WRONG_ROLE)
        assert said(sheet, 2, "duration") == "five"
        assert at(sheet, 2, "duration").data(WRONG_ROLE)
        assert said(sheet, 2, "promptImage") == "harbour.gif"
        assert "There is no file" in str(at(sheet, 2, "promptImage").data(Qt.ItemDataRole.ToolTipRole))
        found = sheet.model.next_finding(at(sheet, 1, PROMPT))
        assert (found.row(), found.column()) == (0, sheet.model.column_position(MODEL))
        again = sheet.model.next_finding(found)
        assert again.row() == 1


async def test_sheet_is_exported_with_the_status_of_its_rows(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        sheet = await opened(rig, "prompt,project\n=A formula,Film\nB,\n")
        lines = sheet.as_csv().removeprefix("\ufeff").splitlines()
        assert lines[0].startswith(
            '"Prompt","First frame","Model","Ratio","Duration","Seed","Project","Credits","Status","Task","File"'
        )
        assert lines[1].startswith('"\'=A formula","",')
        assert "✓ Ready" in lines[1]


async def test_each_task_has_the_project_and_shot_of_its_row(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        sheet = await opened(rig, "prompt,project,shot\nA,Aurora,010\n{B|C},Aurora,020\nD,,\n")
        sent: list[Any] = []
        sheet.sending.sent.connect(sent.extend)
        await rig.clock.advance(2)
        sheet.send()
        await until(lambda: len(sent) == 4)
        tasks = await rig.store.get_many(sent)
        assert [(one.project, one.shot) for one in tasks] == [
            ("Aurora", "010"), ("Aurora", "020"), ("Aurora", "020"), ("", ""),
        ]  # fmt: skip
        assert len({one.batch_id for one in tasks}) == 1
        assert sheet.outlook.words == "All rows are sent."


async def test_refusal_by_runway_is_shown_at_the_cell_of_the_sent_row(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        sheet = await opened(rig, "prompt,duration\nA,5\n")
        sheet.send()
        await until(lambda: sheet.model.rows[0].sent and sheet.model.tasks.get(sheet.model.rows[0].sent[0].task_id))
        one = await rig.store.get(sheet.model.rows[0].sent[0].task_id)
        refusals = (Refusal(path=("duration",), message="Duration must be 5 or 10."),)
        await rig.change(replace(one, state=State.FAILED, refusals=refusals, ended_at=one.created_at))
        assert at(sheet, 1, "duration").data(WRONG_ROLE)
        assert "must be 5 or 10" in str(at(sheet, 1, "duration").data(Qt.ItemDataRole.ToolTipRole))
        assert not at(sheet, 1, PROMPT).data(WRONG_ROLE)


def moves(*files: tuple[Path, Path]) -> FilesMoved:
    for old, new in files:
        new.parent.mkdir(exist_ok=True)
        old.rename(new)
    return FilesMoved(tuple(FileMove(task_id=TaskId("t1"), index=0, source=str(o), target=str(n)) for o, n in files))


def pictures(folder: Path, *names: str) -> list[Path]:
    folder.mkdir(exist_ok=True)
    for name in names:
        Image.new("RGB", (64, 36), "teal").save(folder / name)
    return [folder / name for name in names]


async def test_axes_and_undo_steps_follow_moved_input_files(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        first, second = pictures(tmp_path / "old", "a.png", "b.png")
        sheet = await opened(rig, f"promptText,promptImage\nFog,{first}\nRain,{first}\n")
        model = sheet.model
        key = next(key for key, value in model.rows[0].cells.items() if isinstance(value, list))
        steps: list[Any] = []
        model.edited.connect(steps.append)
        model.write({(model.rows[0].number, key): [{"uri": second.as_uri()}]}, "Edit")
        model.remove_rows([1])
        model.set_axes([Axis(key, "Picture", ([{"uri": first.as_uri()}], [{"uri": second.as_uri()}]))])
        new = tmp_path / "new"
        rig.engine.bus.tell(moves((first, new / "a.png"), (second, new / "b.png")))
        assert len(steps) == 3, "to follow is no step of the person"
        at_new = [[{"uri": (new / name).as_uri()}] for name in ("a.png", "b.png")]
        assert [list(value) for value in model.axes[0].values] == at_new
        assert model.rows[0].cells[key] == at_new[1]
        for step in reversed(steps):
            model.undo(step)
        assert [row.cells[key] for row in model.rows] == [at_new[0], at_new[0]]
        for step in steps:
            model.redo(step)
        assert [list(value) for value in model.axes[0].values] == at_new
        rig.engine.bus.tell(moves((new / "a.png", first), (new / "b.png", second)))
        for step in reversed(steps):
            model.undo(step)
        assert [row.cells[key] for row in model.rows] == [[{"uri": first.as_uri()}]] * 2


async def test_input_moved_while_rows_are_stored_is_sent_from_its_new_place(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("runway_desktop.usecases.sending.sending.AT_ONCE", 1)
    async with Rig(tmp_path) as rig:
        [still] = pictures(tmp_path / "old", "a.png")
        sheet = await opened(rig, f"promptText,promptImage\nFog,{still}\nRain,{still}\n")
        new = tmp_path / "new" / "a.png"
        add = rig.store.add

        async def add_and_move(*arguments: Any, **more: Any) -> None:
            await add(*arguments, **more)
            if still.exists():
                rig.engine.bus.tell(moves((still, new)))

        monkeypatch.setattr(rig.store, "add", add_and_move)
        sheet.send()
        await until(lambda: not sheet.is_sending and all(row.sent for row in sheet.model.rows))
        ids = [task.task_id for row in sheet.model.rows for task in row.sent]
        second = await rig.engine.ledger.task(ids[1])
        assert second is not None
        assert new.as_uri() in str(second.request.values)
        assert all(new.as_uri() in str(row.cells) for row in sheet.model.rows), "the rows show it where it is"


async def test_row_whose_picture_moves_with_the_library_follows_it(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        (tmp_path / "stills").mkdir()
        still = tmp_path / "stills" / "a.png"
        Image.new("RGB", (64, 36), "teal").save(still)
        sheet = await opened(rig, "promptText,promptImage\nFog,stills/a.png\n")
        [row] = sheet.model.rows
        key = next(key for key, value in row.cells.items() if isinstance(value, list))
        moved = still.rename(tmp_path / "b.png")
        move = FileMove(task_id=TaskId("t1"), index=0, source=str(still), target=str(moved))
        rig.engine.bus.tell(FilesMoved((move,)))
        assert sheet.model.rows[0].cells[key] == [{"uri": moved.as_uri()}]
