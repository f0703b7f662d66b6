"""The details scroll to the end of their text and no further."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QScrollArea

from runway_desktop.domain.task import State
from runway_desktop.ui.theme import Theme
from runway_desktop.ui.window.details_pane import DetailsPane
from tests.rigs.desktop import Desktop, until
from tests.rigs.rows import saved, task


async def test_details_pane_does_not_scroll_to_blank_space(tmp_path: Path, theme: Theme) -> None:
    async with Desktop(tmp_path, theme) as rig:
        one = task(1, State.SUCCEEDED, cost_credits=60.0, note="Rindfleischetikettierungsüberwachung " * 3)
        path = tmp_path / "gen4.5_Donaudampfschifffahrtsgesellschaftskapitän_18f135d2.mp4"
        path.write_bytes(b"clip")
        await rig.put(one, outputs=[saved(one, str(path))])
        rig.rows.refresh()
        await until(lambda: rig.rows.position(one.id) is not None)
        rig.window.view.select([one.id])
        await until(lambda: rig.details.row is not None)
        area = rig.window.findChild(DetailsPane).findChild(QScrollArea)
        holder, bar = area.widget(), area.verticalScrollBar()

        def scrolls_as_far_as_there_are_words() -> bool:
            needed = holder.heightForWidth(holder.width())
            return bar.maximum() == max(0, needed - area.viewport().height()) and holder.height() >= needed

        for height in (900, 640):
            rig.window.resize(1440, height)
            await until(scrolls_as_far_as_there_are_words)
