"""Thousands of rows come, are written and taken out in slices, as one step, and none is lost on the way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtTest import QAbstractItemModelTester

from runway_desktop.domain.task import Request
from runway_desktop.rooms.sheet.model.sheet import Sheet
from runway_desktop.services.intake.reading import Dropped
from runway_desktop.services.library import sheets
from runway_desktop.usecases.sheets.columns import MODEL, PROMPT
from runway_desktop.usecases.sheets.rows import Check, SheetRow
from runway_desktop.usecases.sheets.tally import SheetTally
from tests.rigs.desktop import Rig, rest, until

COMPOSED = Request(endpoint="text_to_video", model="gen4.5", values={"ratio": "1280:720", "duration": 5})
MANY = 2_500
BLOCK = [[f"Shot {n}", "gen4.5", str(5 if n % 2 else 10)] for n in range(MANY)]
KEYS = [PROMPT, MODEL, "duration"]


def blank(rig: Rig) -> Sheet:
    return Sheet.of_gathered(rig.cases, rig.bridge, rig.runner, None, COMPOSED, parent=rig.owner)


async def test_large_table_opens_with_its_first_rows_and_loads_the_rest(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        path = tmp_path / "shots.csv"
        path.write_text("prompt\n" + "".join(f"Shot {n}\n" for n in range(MANY)), encoding="utf-8")
        gathered = await rig.engine.intake.gather(Dropped(paths=(path,)))
        sheet = Sheet.of_gathered(rig.cases, rig.bridge, rig.runner, gathered, COMPOSED, parent=rig.owner)
        assert 0 < sheet.model.rowCount() < MANY
        assert sheet.reason == "Rows are still being checked."
        await until(lambda: sheet.model.is_checked)
        assert [row.cells[PROMPT] for row in sheet.model.rows] == [f"Shot {n}" for n in range(MANY)]
        assert sheet.model.totals.ready == MANY


async def test_rows_not_loaded_yet_are_kept_in_full(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        sheet = blank(rig)
        sheet.model.hold()
        sheet.model.write_block(0, KEYS, BLOCK)
        await rest()
        assert sheet.model.is_busy
        await sheet.keep()
        [kept] = rig.store.kept_sheets
        assert kept.rows == MANY
        assert not sheet.model.is_checked
        sheet.model.go_on()
        await until(lambda: sheet.model.is_checked)
        assert sheet.model.totals.ready == MANY


async def test_large_paste_is_one_undo_step_and_does_not_block_the_loop(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        sheet = blank(rig)
        model, steps, done = sheet.model, [], []
        model.edited.connect(steps.append)
        model.write_block(0, KEYS, BLOCK, then=lambda: done.append(True))
        assert model.is_busy
        assert not done
        assert not model.write({(model.rows[0].number, PROMPT): "typed meanwhile"}, "Edit")
        await until(lambda: model.is_checked)
        assert done
        assert len(steps) == 1
        assert model.totals.ready == MANY
        model.undo(steps[0])
        await until(lambda: model.is_checked)
        assert (model.rowCount(), model.totals.filled) == (12, 0)
        model.redo(steps[0])
        await until(lambda: model.is_checked)
        assert [row.cells[PROMPT] for row in model.rows] == [texts[0] for texts in BLOCK]
        assert model.totals.ready == MANY
        model.remove_rows(range(0, MANY, 2))
        await until(lambda: model.is_checked)
        model.undo(steps[-1])
        await until(lambda: model.is_checked)
        assert [row.cells[PROMPT] for row in model.rows] == [texts[0] for texts in BLOCK]


async def test_thousands_of_rows_are_fixed_in_one_undo_step(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        sheet = blank(rig)
        model, steps = sheet.model, []
        model.edited.connect(steps.append)
        model.write_block(0, KEYS, [[f"Shot {n}", "veo3.1_fast", "5"] for n in range(MANY)])
        await until(lambda: model.is_checked)
        fix = sheet.fix
        assert fix is not None
        assert fix.label == f"Set {MANY:,} cells to 6 s"
        sheet.apply_fix()
        await until(lambda: model.is_checked)
        assert model.totals.ready == MANY
        assert len(steps) == 2
        model.undo(steps[1])
        await until(lambda: model.is_checked)
        assert (model.totals.ready, sheet.fix) == (0, fix)


async def test_rows_loaded_and_removed_in_portions_keep_the_model_consistent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for name, amount in (("EDITED_AT_ONCE", 4), ("PORTION", 3), ("RUNS", 2), ("SLICE_SECONDS", 0.0)):
        monkeypatch.setattr(f"runway_desktop.rooms.sheet.model.checked_rows.{name}", amount)
    async with Rig(tmp_path) as rig:
        sheet = blank(rig)
        model, steps = sheet.model, []
        QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, sheet)
        model.edited.connect(steps.append)
        await until(lambda: model.is_checked)
        model.write_block(8, KEYS, BLOCK[:20])
        await until(lambda: model.is_checked)
        model.remove_rows(range(9, 28, 2))
        await until(lambda: model.is_checked)
        assert [row.cells.get(PROMPT) for row in model.rows][8:] == [texts[0] for texts in BLOCK[:20:2]]
        assert [model.position_of(row.number) for row in model.rows] == list(range(model.rowCount()))
        for step in reversed(steps):
            model.undo(step)
            await until(lambda: model.is_checked)
        assert (model.rowCount(), model.totals.filled) == (12, 0)


async def test_sheet_closed_while_loading_keeps_all_rows(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        sheet = blank(rig)
        sheet.model.write_block(0, KEYS, BLOCK)
        assert sheet.model.is_busy
        sheet.close()
        await until(lambda: rig.store.kept_sheets)
        [kept] = rig.store.kept_sheets
        assert len(sheets.read(kept.text).rows) == MANY


async def test_input_files_are_checked_only_for_rows_that_need_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("runway_desktop.rooms.sheet.model.sheet.LOOKED_AT_ONCE", 1)
    async with Rig(tmp_path) as rig:
        sheet = blank(rig)
        model, checked = sheet.model, 0
        check = model.checker.check

        def counting(row: SheetRow) -> Any:
            nonlocal checked
            checked += 1
            return check(row)

        model.checker.check = counting  # type: ignore[method-assign]  # it only counts
        model.write_block(0, [PROMPT, "promptImage"], [[f"Shot {n}", str(tmp_path / f"{n}.png")] for n in range(40)])
        await until(lambda: model.is_checked and not model.checker.unseen)
        assert checked == 2 * 40, "once as it came, once as its file was looked at"


def test_duplicate_rows_refer_to_the_first_of_them():
    tally, rows = SheetTally(), [SheetRow({PROMPT: "A"}) for _ in range(3)]
    same = Check(identity="A")
    assert not any(tally.put(row, same) for row in rows)
    assert [tally.first_alike(row.number) for row in rows] == [None, rows[0].number, rows[0].number]
    assert not tally.take(rows[2].number)
    assert tally.take(rows[0].number), "another one is the first now"
    assert tally.first_alike(rows[1].number) is None
