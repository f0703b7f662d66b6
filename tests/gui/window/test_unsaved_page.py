"""The page of unsaved results: when it is listed, and the links to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QToolButton

from runway_desktop.domain.task import OutputState, State, TaskId
from runway_desktop.ui.theme import Theme
from runway_desktop.usecases.commands.results import SAVE_TO
from tests.rigs import pill
from tests.rigs.desktop import Desktop, rest, until
from tests.rigs.rows import saved, task

HOUR = 3600.0


async def left(rig: Desktop, *hours: float) -> None:
    """Results that an earlier run did not save, and a task that has none."""
    tasks = [task(number, State.SUCCEEDED, prompt=f"Shot {number}") for number in range(1, len(hours) + 1)]
    now = rig.clock.now()
    outputs = [
        saved(one, "", state=OutputState.WAITING, url_fetched_at=now - age * HOUR)
        for one, age in zip(tasks, hours, strict=True)
    ]
    await rig.put(*tasks, outputs=outputs)
    await rig.add(task(9))
    rig.rows.refresh()
    rig.unsaved.refresh()
    await until(lambda: rig.unsaved.outputs and rig.rows.position(TaskId("t1")) is not None)
    await until(status_button(rig).isVisible)


def status_button(rig: Desktop) -> QToolButton:
    return next(button for button in rig.window.workspace.status.findChildren(QToolButton))


def listed(rig: Desktop) -> list[str]:
    pane, role = rig.window.workspace.pages, Qt.ItemDataRole.AccessibleTextRole
    words = [str(pane.item(row).data(role)) for row in range(pane.count())]
    return [one for one in words if one.startswith("Not saved")]


def shown(rig: Desktop) -> list[str]:
    return [str(rig.rows.task_id(line)) for line in range(rig.rows.rowCount())]


async def test_not_saved_page_is_listed_only_while_a_result_is_not_saved(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        assert not status_button(rig).isVisible()
        height = rig.window.workspace.status.height()
        await left(rig, 2, 3)
        assert listed(rig) == ["Not saved, 2"]
        assert status_button(rig).text() == "2 not saved"
        assert rig.window.workspace.status.height() == height, "nothing above moves"
        for number in (1, 2):
            await rig.output(saved(task(number, State.SUCCEEDED), "/library/a.mp4"))
        await until(lambda: listed(rig) == [])
        await until(lambda: not status_button(rig).isVisible())


@pytest.mark.parametrize("way", ["status line", "sidebar", "key", "warning"])
async def test_every_link_opens_the_not_saved_page(tmp_path: Path, theme: Theme, way: str):
    async with Desktop(tmp_path, theme) as rig:
        await left(rig, 19, 2)
        match way:
            case "status line":
                status_button(rig).click()
            case "sidebar":
                rig.window.workspace.pages.choose("not saved")
            case "key":
                both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
                QTest.keyClick(rig.window, Qt.Key.Key_U, both)
            case _:
                rig.clock.jump(700)
                rig.unsaved.tick()
                [told] = rig.window.activity.messages()
                assert told.startswith("Saving is stuck for a result.")
                pill.press(rig.window, "Show")
        await until(lambda: sorted(shown(rig)) == ["t1", "t2"])
        assert rig.window.workspace.pages.current_entry.title == "Not saved"
        assert not rig.filter.listing.descending, "the oldest, whose links expire first, on top"


async def test_open_not_saved_page_stays_listed_when_everything_is_saved(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        rig.window.open_unsaved()
        assert listed(rig) == ["Not saved, 0"]
        assert rig.window.workspace.pages.current_entry.title == "Not saved"
        await until(
            lambda: "Everything is saved" in [one.text() for one in rig.window.findChildren(QLabel) if one.isVisible()]
        )
        rig.window.workspace.pages.setCurrentRow(0)
        await until(lambda: listed(rig) == [])


async def test_folder_for_unsaved_results_is_chosen_in_a_dialog(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        await left(rig, 2)
        rig.window.view.select([TaskId("t1")])
        rig.window.task_menu.take(SAVE_TO)
        await until(lambda: rig.window.findChildren(QFileDialog))
        [dialog] = rig.window.findChildren(QFileDialog)
        (tmp_path / "elsewhere").mkdir()
        dialog.fileSelected.emit(str(tmp_path / "elsewhere"))
        await until(lambda: rig.engine.settings.library == tmp_path / "elsewhere")
        dialog.close()
        await rest()
