"""Names of the cast in cells and axes of a sheet."""

from __future__ import annotations

import json
from datetime import UTC
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from runway_desktop.domain.task import Output, Request
from runway_desktop.rooms.sheet.model.sheet import Sheet
from runway_desktop.services.disk.spreadsheet import USUAL
from runway_desktop.services.exchange.list_export import COLUMNS, ListExport, ListForm
from runway_desktop.services.exchange.progress import Progress
from runway_desktop.services.intake.reading import Dropped
from runway_desktop.services.library.expansion import Axis
from runway_desktop.services.results import sidecar
from runway_desktop.usecases.sheets.columns import CREDITS, PROMPT
from runway_desktop.values import replace
from tests.rigs.cast import member, with_picture
from tests.rigs.desktop import Rig, until
from tests.rigs.engine_rig import CATALOG, AtOnce
from tests.rigs.rows import task

COMPOSED = Request(endpoint="text_to_image", model="gen4_image", values={"ratio": "1280:720"})


async def opened(rig: Rig, *prompts: str) -> Sheet:
    path = rig.folder / "shots.csv"
    path.write_text("\n".join(["prompt", *prompts]), encoding="utf-8")
    gathered = await rig.engine.intake.gather(Dropped(paths=(path,)))
    sheet = Sheet.of_gathered(rig.cases, rig.bridge, rig.runner, gathered, COMPOSED, parent=rig.owner)
    await until(lambda: sheet.model.is_checked and not sheet.model.checker.unseen)
    return sheet


async def test_cell_names_a_member_and_its_price_counts_the_picture(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        maya = await with_picture(rig.engine, tmp_path)
        plain = Request(endpoint="text_to_image", model="gen4_image", values={"promptText": "x", **COMPOSED.values})
        await rig.engine.pricing.learn(plain, 5)
        sheet = await opened(rig, "A pier", "@Maya on a pier", "@Nobody on a pier")
        checks = [row.check for row in sheet.model.rows]
        [request] = checks[1].requests
        assert request.prompt == "@Maya on a pier"
        assert request.values["referenceImages"] == [{"uri": maya.files[0].uri, "tag": "Maya"}]
        assert [check.casts for check in checks] == [((),), ((maya.id,),), ((),)]
        assert [check.is_ready for check in checks] == [True, True, True]
        assert [(said.key, said.message) for said in checks[2].warnings] == [(PROMPT, "@Nobody is not in the cast.")]
        await rig.engine.pricing.learn(request, 9)
        sheet.model.check_all()
        place = sheet.model.column_position(CREDITS)
        await until(lambda: sheet.model.is_checked)
        assert [str(sheet.model.index(n, place).data()).lstrip("~") for n in range(2)] == ["5", "9"]
        sheet.let_go()


@pytest.mark.parametrize("form", ["sidecars", *ListForm])
async def test_row_of_a_stored_request_means_what_it_meant_after_its_names_joined_the_cast(tmp_path: Path, form: str):
    async with Rig(tmp_path) as rig:
        prompt, own = "@Maya meets @img1 and @Ben", [{"uri": "https://example.com/a.png", "tag": "img1"}]
        values = {"promptText": prompt, **COMPOSED.values, "referenceImages": own}
        stored = [replace(task(n), request=replace(COMPOSED, values=values, prompt=prompt)) for n in (1, 2)]
        await rig.store.add(stored, [], None, [], ())
        paths = [tmp_path / f"{n}.runway.json" for n in (1, 2)]
        if form == "sidecars":
            output = Output(task_id=stored[0].id, index=0, url="", url_fetched_at=0.0)
            for path, one in zip(paths, stored, strict=True):
                path.write_text(json.dumps(sidecar.compose(one, output, [])), encoding="utf-8")
        else:
            paths = [tmp_path / f"list.{form}"]
            columns = [column.key for column in COLUMNS]
            export = ListExport(rig.store, CATALOG, AtOnce(), UTC)
            await export.write(paths[0], [one.id for one in stored], columns, ListForm(form), Progress(), USUAL)
        for name in ("Maya", "Ben", "img1"):
            await with_picture(rig.engine, tmp_path, name)
        gathered = await rig.engine.intake.gather(Dropped(paths=tuple(paths)))
        sheet = Sheet.of_gathered(rig.cases, rig.bridge, rig.runner, gathered, COMPOSED, parent=rig.owner)
        await until(lambda: sheet.model.is_checked)
        check = sheet.model.rows[0].check
        assert ([one.prompt for one in check.requests], check.casts) == ([prompt], ((),))
        place = sheet.model.column_position(PROMPT)
        sheet.model.setData(sheet.model.index(0, place), "@Maya", Qt.ItemDataRole.EditRole)
        await until(lambda: sheet.model.is_checked)
        assert len(sheet.model.rows[0].check.casts[0]) == 1, "what a person types is a name"
        sheet.let_go()


async def test_axis_makes_each_shot_with_each_member(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        maya = await with_picture(rig.engine, tmp_path)
        ben = await with_picture(rig.engine, tmp_path, "Ben")
        sheet = await opened(rig, "A pier", "A storm")
        sheet.model.set_axes((Axis(PROMPT, "Prompt", ("with @Maya", "with @Ben")),), "two members")
        await until(lambda: sheet.model.is_checked and not sheet.model.checker.unseen)
        check = sheet.model.rows[1].check
        assert [one.prompt for one in check.requests] == ["A storm, with @Maya", "A storm, with @Ben"]
        assert check.casts == ((maya.id,), (ben.id,))
        rig.engine.settings.confirm_above = None
        sheet.send()
        await until(lambda: len(rig.store.tasks) == 4)
        assert [task.cast for task in rig.store.tasks.values()] == [(maya.id,), (ben.id,)] * 2
        sheet.let_go()


async def test_rows_with_names_are_checked_again_when_the_cast_changes(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        sheet = await opened(rig, "@Maya on a pier")
        assert [said.message for said in sheet.model.rows[0].check.warnings] == []
        await rig.engine.cast.save(member("Maya", words="red hair"))
        await until(lambda: sheet.model.is_checked)
        assert sheet.model.rows[0].check.requests[0].prompt == "Maya (red hair) on a pier"
        sheet.let_go()
