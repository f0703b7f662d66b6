"""*Continue in a sheet*: one row for each selected result, with it as input."""

from __future__ import annotations

import base64
from pathlib import Path

from PIL import Image

from runway_desktop.domain.account import ModelLimits
from runway_desktop.domain.library import Row
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Request, State
from runway_desktop.rooms.sheet.model.sheet import Sheet
from runway_desktop.services.intake.gathered import Gathered
from runway_desktop.usecases.commands.handing_on import CONTINUE, NOT_TAKEN
from runway_desktop.usecases.sheets.columns import MODEL, PROJECT, PROMPT, SHOT
from runway_desktop.values import replace
from tests.rigs.desktop import Rig, until
from tests.rigs.rows import saved, task

STILL = Request(endpoint="text_to_image", model="gen4_image", values={"promptText": "x"})


def picture(rig: Rig, number: int, *, media: Media = Media.IMAGE) -> Row:
    path = rig.folder / f"{number}.png"
    Image.new("RGB", (1280, 720), (number, 0, 0)).save(path)
    one = task(number, State.SUCCEEDED, f"Keeper {number}", project="Aurora spot", shot=f"0{number}0")
    return Row(task=one, outputs=(saved(one, str(path), media=media),))


async def opened(rig: Rig, *rows: Row, composed: Request = STILL) -> Sheet:
    wanted: list[Gathered] = []
    rig.task_commands.sheet_wanted.connect(wanted.append)
    rig.task_commands.carry_out(CONTINUE, rows)
    await until(lambda: wanted)
    sheet = Sheet.of_gathered(rig.cases, rig.bridge, rig.runner, wanted[0], composed, parent=rig.owner)
    await until(lambda: sheet.model.is_checked and not sheet.model.checker.unseen)
    return sheet


async def test_three_pictures_become_the_first_frames_of_three_clips(tmp_path: Path):
    async with Rig(tmp_path, loops=("lane",)) as rig:
        limits = {"gen4.5": ModelLimits(concurrent=3, daily=100)}
        rig.runway.account = replace(rig.runway.account, limits=limits)
        await rig.engine.account.start()
        rows = [picture(rig, number) for number in (1, 2, 3)]
        sheet = await opened(rig, *rows)
        assert sheet.title == "Continued results"
        sheet.send()
        await until(lambda: len(rig.runway.named("create")) == 3, "all are sent")
        sent = {call.arguments[1]["promptText"]: call.arguments for call in rig.runway.named("create")}
        for number in (1, 2, 3):
            endpoint, body = sent[f"Keeper {number}"][:2]
            assert (endpoint, body["model"]) == ("image_to_video", "gen4.5")
            content = base64.b64decode(body["promptImage"].partition(",")[2])
            assert content == (rig.folder / f"{number}.png").read_bytes()
        made = [one for one in rig.engine.ledger.open()]
        assert {(one.project, one.shot) for one in made} == {("Aurora spot", f"0{n}0") for n in (1, 2, 3)}
        sheet.let_go()


async def test_kind_of_the_result_decides_the_endpoint_unless_the_composers_needs_one(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        larger = Request(endpoint="image_upscale", model="magnific_precision_upscaler_v2")
        sheet = await opened(rig, picture(rig, 1), composed=larger)
        check = sheet.model.rows[0].check
        assert check is not None
        assert [one.endpoint for one in check.requests] == ["image_upscale"]
        assert not check.problems, "it takes no prompt, so it gets none"
        sheet.let_go()


async def test_braces_of_a_prompt_stay_text_and_every_output_has_a_row(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        row = picture(rig, 1)
        of = replace(row.task, request=replace(row.task.request, prompt="A {red|blue} door"))
        sheet = await opened(rig, Row(task=of, outputs=(*row.outputs, replace(row.outputs[0], index=1))))
        assert [len(one.check.requests) for one in sheet.model.rows if one.check] == [1, 1]
        cells = sheet.model.rows[0].cells
        assert (cells[SHOT], cells[PROJECT], MODEL in cells) == ("010", "Aurora spot", False)
        assert sheet.model.rows[0].check.requests[0].prompt == "A {red|blue} door"
        assert cells[PROMPT] != "A {red|blue} door"
        sheet.let_go()


async def test_missing_file_and_unknown_kind_are_told_and_left_out(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        gone, strange, here = picture(rig, 1), picture(rig, 2, media=Media.OTHER), picture(rig, 3)
        (tmp_path / "1.png").unlink()
        sheet = await opened(rig, gone, strange, here)
        assert [row.cells.get(SHOT) for row in sheet.model.rows] == ["030"]
        assert rig.told == ["1.png is no longer where it was saved.", str(NOT_TAKEN)]
        sheet.let_go()
