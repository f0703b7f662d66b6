"""Names of the cast in cells and axes of a sheet."""

from __future__ import annotations

from pathlib import Path

from runway_desktop.domain.task import Request
from runway_desktop.rooms.sheet.model.sheet import Sheet
from runway_desktop.services.intake.reading import Dropped
from runway_desktop.services.library.expansion import Axis
from runway_desktop.usecases.sheets.columns import CREDITS, PROMPT
from tests.rigs.cast import member, with_picture
from tests.rigs.desktop import Rig, until

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
