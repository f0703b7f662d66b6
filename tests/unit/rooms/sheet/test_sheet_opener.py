"""Opening of sheets: blank, dropped, of a batch, stored ones, after a crash."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import Image

from runway_desktop.domain.library import KeptSheet
from runway_desktop.domain.task import BatchId, MadeSheet, Request
from runway_desktop.rooms.sheet.model.sheet import Sheet
from runway_desktop.rooms.sheet.model.sheet_opener import SheetOpener
from runway_desktop.services.intake.reading import Dropped
from runway_desktop.services.library.sheets import OPEN_SHEET
from runway_desktop.usecases.sheets.columns import PROMPT
from runway_desktop.usecases.words.tasks import kept_in_words
from tests.rigs.cast import with_picture
from tests.rigs.desktop import Rig, rest, until


def heard(signal: Any) -> list[Any]:
    told: list[Any] = []
    signal.connect(lambda *words: told.append(words[0] if words else None))
    return told


def door_of(rig: Rig) -> SheetOpener:
    return SheetOpener(rig.cases, rig.bridge, rig.runner, rig.composer, rig.owner)


async def sent_sheet(rig: Rig, door: SheetOpener) -> Sheet:
    opened = heard(door.opened)
    door.open_gathered(await rig.engine.intake.gather(Dropped(text="A lighthouse {at dawn|at noon}\nA lagoon")))
    [sheet] = opened
    await until(lambda: sheet.model.is_checked)
    sheet.send()
    await until(lambda: sheet.sending.batch_id is not None and not sheet.is_sending)
    await sheet.keep()
    return sheet


def killed(rig: Rig, sheet: Sheet) -> None:
    """Nothing of it happens any more, and what it said last stays said."""
    said = rig.engine.settings.get(OPEN_SHEET)
    assert said == sheet.id
    sheet.let_go()
    rig.engine.settings.set(OPEN_SHEET, said)


async def test_batch_opens_its_sheet_with_the_tasks_of_its_rows(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        door = door_of(rig)
        sheet = await sent_sheet(rig, door)
        again = heard(door.shown_again)
        door.open_batch(sheet.sending.batch_id)
        await until(lambda: again == [sheet.id], "it is open already")
        sheet.close()
        door.closed(sheet.id)
        opened = heard(door.opened)
        door.open_batch(sheet.sending.batch_id)
        await until(lambda: opened)
        assert opened[0].model.rows[0].cells[PROMPT] == "A lighthouse {at dawn|at noon}"
        assert len(opened[0].model.rows[0].sent) == 2


async def test_unsent_sheet_is_listed_until_it_is_empty(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        door = door_of(rig)
        door.left_changed.connect(rig.pages.refresh)
        opened = heard(door.opened)
        door.open_gathered(await rig.engine.intake.gather(Dropped(text="A lighthouse\nA lagoon\nA pier")))
        [sheet] = opened
        await until(lambda: sheet.model.is_checked)
        sheet.close()
        door.closed(sheet.id)
        await until(lambda: any(entry.sheet_id for entry in rig.pages.entries()))
        [entry] = [entry for entry in rig.pages.entries() if entry.sheet_id]
        assert (entry.title, entry.count) == ("Pasted rows", 3)
        door.open_kept(entry.sheet_id)
        await until(lambda: len(opened) == 2 and opened[1].model.is_checked)
        opened[1].model.remove_rows(range(3))
        opened[1].close()
        await until(lambda: not any(entry.sheet_id for entry in rig.pages.entries()))


async def test_closed_sheet_with_an_unsent_row_stays_listed(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        door = door_of(rig)
        door.left_changed.connect(rig.pages.refresh)
        opened = heard(door.opened)
        door.open_gathered(await rig.engine.intake.gather(Dropped(text="A lighthouse\nA lagoon\nA pier")))
        [sheet] = opened
        await until(lambda: sheet.model.is_checked)
        sheet.send(2)
        await until(lambda: sheet.sending.batch_id is not None and not sheet.is_sending)
        sheet.close()
        door.closed(sheet.id)
        await until(lambda: any(entry.count == 1 and entry.sheet_id for entry in rig.pages.entries()))
        entries = rig.pages.entries()
        door.open_kept(next(entry.sheet_id for entry in entries if entry.sheet_id))
        await until(lambda: len(opened) == 2 and opened[1].model.is_checked)
        await rig.clock.advance(2)
        opened[1].send()
        await until(lambda: not any(entry.sheet_id for entry in rig.pages.entries()))


async def test_result_grid_of_a_batch_opens_while_its_sheet_is_open(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        door = door_of(rig)
        sheet = await sent_sheet(rig, door)
        grids = heard(door.grid_wanted)
        door.open_batch(sheet.sending.batch_id, as_grid=True)
        await until(lambda: grids)
        await until(lambda: grids[0].model.tasks.get(sheet.model.rows[0].sent[0].task_id), "its tasks are known")
        sheet.let_go()


async def test_batch_without_a_sheet_says_so(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        door = door_of(rig)
        said = heard(door.not_kept)
        door.open_batch(BatchId("none"))
        await until(lambda: said)


async def test_sheet_open_at_a_crash_is_offered_once(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        door = door_of(rig)
        sheet = await sent_sheet(rig, door)
        killed(rig, sheet)
        door = door_of(rig)
        offered = heard(door.left_open)
        door.look_for_left_open()
        await until(lambda: offered)
        assert offered[0].id == sheet.id
        door.look_for_left_open()
        await rest()
        assert len(offered) == 1


async def test_stored_sheets_are_listed_latest_first_and_can_be_opened(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        door = door_of(rig)
        sheet = await sent_sheet(rig, door)
        sheet.close()
        door.closed(sheet.id)
        listed, opened = heard(door.listed), heard(door.opened)
        door.list_kept()
        await until(lambda: listed)
        assert listed[0][0].name == MadeSheet.PASTED.value
        assert kept_in_words(listed[0][0], "14:02") == "Pasted rows · 2 rows · 14:02"
        door.open_kept(listed[0][0].id)
        await until(lambda: opened)
        opened[0].let_go()


async def test_damaged_sheet_is_reported_and_not_opened(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        door = door_of(rig)
        opened = heard(door.opened)
        await rig.store.save_sheet(KeptSheet(id="x", name="x", changed_at=1.0, text="{"))
        door.open_kept("x")
        await until(lambda: rig.told)
        assert "damaged" in rig.told[0]
        assert not opened


async def test_blank_sheet_is_not_stored(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        door = door_of(rig)
        opened = heard(door.opened)
        door.open_gathered(None)
        opened[0].close()
        await rest()
        assert not rig.store.kept_sheets


async def test_folder_of_pictures_becomes_one_row_for_each(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        folder = tmp_path / "stills"
        folder.mkdir()
        for name in ("2.png", "10.png", "1.png"):
            (folder / name).write_bytes(_PNG)
        wanted = heard(rig.task_commands.sheet_wanted)
        rig.composer.set_prompt("Slow dolly")
        rig.task_commands.take(paths=[folder])
        await until(lambda: wanted)
        door = door_of(rig)
        opened = heard(door.opened)
        door.open_gathered(wanted[0])
        rows = opened[0].model.rows
        assert [Path(row.cells["promptImage"][0]["uri"]).name for row in rows] == ["1.png", "2.png", "10.png"]
        assert {row.cells[PROMPT] for row in rows} == {"Slow dolly"}


_PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01h\x08\x02\0\0\0"
    b"\0\0\0\0\0\0\0\0IDAT\0\0\0\0\0\0\0\0IEND\xaeB`\x82"
)


async def loaded(rig: Rig, door: SheetOpener) -> list[Sheet]:
    """Puts an old prompt into the composer whose name joined the cast since. Returns the sheets that open then."""
    await with_picture(rig.engine, rig.folder)
    values = {"promptText": "@Maya walks", "ratio": "1280:720"}
    rig.composer.load(Request(endpoint="text_to_image", model="gen4_image", values=values, prompt="@Maya walks"))
    return heard(door.opened)


async def test_old_prompt_means_what_it_meant_beside_a_dropped_picture(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        door = door_of(rig)
        opened = await loaded(rig, door)
        door.open_gathered(None)
        [sheet] = opened
        path = tmp_path / "pier.png"
        Image.new("RGB", (640, 640)).save(path)
        sheet.take_files([path], None)
        await until(lambda: sheet.model.is_checked and [row for row in sheet.model.rows if row.cells])
        [check] = [row.check for row in sheet.model.rows if row.cells]
        assert ([one.prompt for one in check.requests], check.casts) == (["@Maya walks"], ((),))
        sheet.let_go()


async def test_copied_row_of_an_old_prompt_with_braces_means_what_it_meant(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        door = door_of(rig)
        opened = await loaded(rig, door)
        rig.engine.settings.confirm_above = None
        rig.composer.set_value("promptText", "@Maya walks {left|right}")
        rig.composer.send()
        await until(lambda: rig.store.kept_sheets)
        assert [one.cast for one in rig.store.tasks.values()] == [(), ()]
        door.open_kept(rig.store.kept_sheets[0].id)
        await until(lambda: opened)
        [sheet] = opened
        sheet.model.insert_rows(1, [sheet.model.rows[0].copy()])
        await until(lambda: sheet.model.is_checked)
        check = sheet.model.rows[1].check
        prompts = ["@Maya walks left", "@Maya walks right"]
        assert ([one.prompt for one in check.requests], check.casts) == (prompts, ((), ()))
        sheet.let_go()
