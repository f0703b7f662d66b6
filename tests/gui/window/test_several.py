"""The right pane while several tasks are selected."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QPushButton

from runway_desktop.domain.task import State
from runway_desktop.ui.theme import Theme
from tests.rigs.desktop import Desktop, after, until
from tests.rigs.rows import saved, task


def shown(rig: Desktop) -> dict[str, QPushButton]:
    buttons = rig.window.workspace.details.several.findChildren(QPushButton)
    return {button.text(): button for button in buttons if button.isVisible()}


async def test_selected_tasks_are_exported_and_copied_from_below_the_preview(tmp_path: Path, theme: Theme) -> None:
    async with Desktop(tmp_path, theme) as rig:
        tasks = [task(number, State.SUCCEEDED) for number in (1, 2, 3)]
        await rig.put(*tasks, outputs=[saved(one, f"/library/{one.id}.mp4") for one in tasks])
        rig.rows.refresh()
        await until(lambda: rig.rows.position(tasks[2].id) is not None)
        assert shown(rig) == {}
        rig.window.view.select([one.id for one in tasks])
        await until(lambda: "Copy 3 files" in shown(rig))
        assert list(shown(rig)) == ["Export…", "Copy 3 files", "Copy prompts"]
        pane = rig.window.workspace.details.several
        await until(lambda: all(pane.rect().contains(one.geometry()) for one in shown(rig).values()), "nothing is cut")
        async with after(rig.task_commands.export_wanted) as wanted:
            shown(rig)["Export…"].click()
        assert sorted(wanted[0]) == ["t1", "t2", "t3"]
        rig.window.view.select([tasks[0].id])
        await until(lambda: shown(rig) == {})
