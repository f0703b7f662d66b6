"""A batch is listed in the order of its sheet, whatever the projects of its rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from runway_desktop.domain.library import Filter, GroupBy, Listing
from runway_desktop.domain.task import Request
from runway_desktop.rooms.sheet.model.sheet import Sheet
from runway_desktop.services.intake.reading import Dropped
from tests.rigs.desktop import Rig, until

COMPOSED = Request(endpoint="text_to_video", model="gen4.5", values={"ratio": "1280:720", "duration": 5})
ROWS = [f"Shot {n:02}" for n in range(1, 13)]
PROJECTS = ["Lagoon", "Aurora", "", "Stills"]


@pytest.mark.parametrize("portion", [3, 200])
async def test_batch_of_several_projects_is_listed_in_sheet_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, portion: int
):
    monkeypatch.setattr("runway_desktop.usecases.sending.sending.AT_ONCE", portion)
    async with Rig(tmp_path) as rig:
        table = "prompt,project\n" + "".join(f"{prompt},{PROJECTS[n % 4]}\n" for n, prompt in enumerate(ROWS))
        path = tmp_path / "shots.csv"
        path.write_text(table, encoding="utf-8")
        gathered = await rig.engine.intake.gather(Dropped(paths=(path,)))
        sheet = Sheet.of_gathered(rig.cases, rig.bridge, rig.runner, gathered, COMPOSED, parent=rig.owner)
        await until(lambda: sheet.model.is_checked)
        sheet.send()
        await until(lambda: sheet.sending.batch_id is not None and not sheet.is_sending)
        for group in (GroupBy.NONE, GroupBy.BATCH):
            listing = Listing(filter=Filter(batches=frozenset({sheet.sending.batch_id})), group=group)
            ids = (await rig.store.list(listing)).ids
            tasks = await rig.store.get_many(ids)
            assert [task.request.prompt for task in tasks] == ROWS


async def test_rows_sent_by_several_presses_are_listed_in_sheet_order(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        path = tmp_path / "shots.csv"
        path.write_text("prompt\n" + "".join(f"{prompt}\n" for prompt in ROWS), encoding="utf-8")
        gathered = await rig.engine.intake.gather(Dropped(paths=(path,)))
        sheet = Sheet.of_gathered(rig.cases, rig.bridge, rig.runner, gathered, COMPOSED, parent=rig.owner)
        await until(lambda: sheet.model.is_checked)
        for places in (range(3), range(3, 7), range(7, 12)):
            sheet.sending.send(sheet.sending.chosen(positions=places))
            await until(lambda: sum(bool(row.sent) for row in sheet.model.rows) == places.stop)  # noqa: B023
            await until(lambda: not sheet.is_sending)
            await rig.clock.advance(60)
        only = Filter(batches=frozenset({sheet.sending.batch_id}))
        ids = (await rig.store.list(Listing(filter=only, group=GroupBy.BATCH))).ids
        assert [task.request.prompt for task in await rig.store.get_many(ids)] == ROWS
