"""A sheet opens in steps of the event loop: built, laid out, painted, then its rows are checked."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QTimer

from runway_desktop.rooms.sheet.entry import OpenSheets
from runway_desktop.rooms.sheet.model.model import SheetModel
from runway_desktop.rooms.sheet.model.sheet import Sheet
from runway_desktop.rooms.sheet.window import SheetWindow
from runway_desktop.services.intake.reading import Dropped
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.theme import Theme
from runway_desktop.usecases.sheets.columns import PROMPT
from runway_desktop.usecases.sheets.rows import SheetRow
from tests.gui.sheet.opened import COMPOSED
from tests.rigs.desktop import Desktop, Rig, rest, until

MANY = 2_500


async def sheet_of_many(rig: Rig, folder: Path) -> Sheet:
    path = folder / "shots.csv"
    path.write_text("prompt\n" + "".join(f"Shot {n}\n" for n in range(MANY)), encoding="utf-8")
    gathered = await rig.engine.intake.gather(Dropped(paths=(path,)))
    return Sheet.of_gathered(rig.cases, rig.bridge, rig.runner, gathered, COMPOSED)


async def test_event_loop_runs_before_an_opening_sheet_is_shown(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        rig.rooms.open("sheet")
        await until(lambda: (found := rig.window.findChild(OpenSheets)) is not None and found.windows)
        [window] = rig.window.findChild(OpenSheets).windows
        seen: list[bool] = []
        look = QTimer(rig.window, interval=0)
        look.timeout.connect(lambda: seen.append(window.isVisible()))
        look.start()
        await until(window.isVisible)
        await until(lambda: True in seen)
        assert seen.index(True) >= 3
        look.stop()
        window.close()
        await rest()


async def test_sheet_rows_are_checked_after_the_first_paint(tmp_path: Path, theme: Theme):
    async with Rig(tmp_path) as rig:
        window = SheetWindow(await sheet_of_many(rig, tmp_path), theme, Keys())
        first = window.sheet.model.rowCount()
        await rest()
        assert window.sheet.model.rowCount() == first < MANY
        window.show()
        await until(lambda: window.sheet.model.is_checked)
        assert window.sheet.model.totals.ready == MANY
        window.close()
        await rest()


async def test_sheet_rows_are_checked_even_if_never_painted(tmp_path: Path, theme: Theme):
    async with Rig(tmp_path) as rig:
        window = SheetWindow(await sheet_of_many(rig, tmp_path), theme, Keys())
        await until(lambda: window.sheet.model.is_checked)
        assert window.sheet.model.totals.ready == MANY
        window.close()
        await rest()


async def test_arriving_sheet_rows_do_not_remeasure_every_row_number(opened, monkeypatch):
    asked, tell = [], SheetModel.headerData

    def told(self: SheetModel, section: int, orientation: Qt.Orientation, role: int = 0) -> object:
        if orientation is Qt.Orientation.Vertical:
            asked.append(section)
        return tell(self, section, orientation, role)

    monkeypatch.setattr(SheetModel, "headerData", told)
    async with opened("") as (_, window):
        model, numbers = window.sheet.model, window.table.verticalHeader()
        model.insert_rows(12, [SheetRow(cells={PROMPT: f"Shot {n}"}) for n in range(MANY)])
        await until(lambda: model.is_checked)
        assert asked
        assert len(set(asked)) < 40
        assert numbers.width() > numbers.fontMetrics().horizontalAdvance(str(model.rowCount()))
