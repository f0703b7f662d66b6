"""Fixture: the strip of inputs in a window."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from PIL import Image
from PySide6.QtWidgets import QWidget

from runway_desktop.catalog.resource_path import resource
from runway_desktop.ui.composer.input_menu import TilePopups
from runway_desktop.ui.composer.inputs_strip import InputsStrip
from runway_desktop.ui.inputs.tile import InputTile
from runway_desktop.ui.tasks.posters import PosterCache
from runway_desktop.ui.theme import Theme
from tests.rigs.desktop import Rig, until


class Shown(Rig):
    """A strip of inputs in a window of its own, and its composer."""

    strip: InputsStrip
    popups: TilePopups

    def picture(self, name: str, sides: tuple[int, int] = (640, 360)) -> Path:
        path = self.folder / name
        Image.new("RGB", sides, "teal").save(path)
        return path

    def clip(self, name: str = "take.mp4") -> Path:
        return Path(shutil.copy(resource("samples") / "sand-16x9-2s.mp4", self.folder / name))

    async def place(self, field: str, *paths: Path) -> None:
        for path in paths:
            self.task_commands.take(paths=[path], to_field=field)
            await until(lambda: any(item.path == path for item in self.composer.inputs()))  # noqa: B023

    async def three_references(self) -> None:
        self.composer.choose_endpoint("text_to_image")
        self.composer.choose_model("gpt_image_2")
        await self.place("referenceImages", *(self.picture(f"{name}.png") for name in "abc"))

    def tile(self, name: str) -> InputTile:
        return next(tile for tile in self.strip.tiles if tile.item.name == name)

    @property
    def names(self) -> list[str]:
        return [item.name for item in self.composer.inputs()]


@asynccontextmanager
async def shown_strip(folder: Path, theme: Theme) -> AsyncIterator[Shown]:
    async with Shown(folder) as rig:
        posters = PosterCache()
        window = QWidget()
        window.resize(700, 200)
        rig.strip = InputsStrip(rig.composer, rig.task_commands, theme, posters, window)
        rig.popups = TilePopups(rig.strip, rig.composer, rig.task_commands, theme)
        rig.strip.resize(700, 200)
        window.show()
        window.activateWindow()
        rig.strip.show_inputs()
        try:
            yield rig
        finally:
            rig.popups.shutdown()
            posters.shutdown()
            posters.deleteLater()
            window.close()
            window.deleteLater()
