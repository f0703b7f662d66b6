"""A project whose shots have clips that can be played, and the cut that shows them."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Pick, Request, State, Task
from runway_desktop.rooms.cut.entry import CutPage
from runway_desktop.rooms.cut.model import CutModel
from runway_desktop.ui.theme import Theme
from tests.rigs.clips import SAMPLES
from tests.rigs.desktop import Desktop, until
from tests.rigs.rows import saved, task

PROJECT = "Aurora spot"
DUSK, SAND = ("dusk-16x9-5s.mp4", 5.0), ("sand-16x9-2s.mp4", 2.0)
"""Clips and their seconds."""


class Film:
    """The window at the cut of a project."""

    def __init__(self, rig: Desktop) -> None:
        self.rig = rig

    @property
    def page(self) -> CutPage:
        found = self.rig.window.findChild(CutPage)
        assert found is not None
        return found

    @property
    def model(self) -> CutModel:
        return self.page.model

    async def take(self, number: int, shot: str, clip: tuple[str, float] = DUSK, **members: Any) -> Task:
        """A finished clip, stored with its poster if there is one."""
        path = Path(shutil.copy(SAMPLES / clip[0], self.rig.folder / f"{number}.mp4"))
        request = Request(endpoint="image_to_video", model="gen4.5", values={"duration": 5}, prompt=f"Prompt of {shot}")
        usual: dict[str, Any] = {"request": request, "project": PROJECT, "shot": shot}
        one = task(number, State.SUCCEEDED, **(usual | members))
        poster = SAMPLES / (clip[0].rpartition("-")[0] + ".webp")
        digest = hashlib.sha256(f"{number}".encode()).hexdigest()
        if poster.exists():
            poster = Path(shutil.copy(poster, self.rig.folder / f"{number}.webp"))
        more: dict[str, Any] = {"sha256": digest, "duration": clip[1], "poster": str(poster) if poster.exists() else ""}
        await self.rig.put(one, outputs=[saved(one, str(path), media=Media.VIDEO, **more)])
        return one

    async def open(self) -> None:
        rig = self.rig
        rig.pages.refresh()
        await until(lambda: rig.pages.counts.projects)
        rig.window.workspace.pages.choose(f"all|{PROJECT}")
        await until(lambda: rig.filter.project == PROJECT)
        rig.open_room("cut", PROJECT)
        await until(lambda: rig.window.findChild(CutPage) and self.page.isVisible() and self.model.view is not None)

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.page.strip.setFocus()
        QTest.keyClick(self.page.strip, key, modifiers)

    @property
    def spoken(self) -> list[str]:
        """What a screen reader says of each card."""
        cards = self.page.strip.model()
        return [cards.index(row, 0).data(Qt.ItemDataRole.DisplayRole) for row in range(cards.rowCount())]


@asynccontextmanager
async def a_film(folder: Path, theme: Theme) -> AsyncIterator[Film]:
    """Shot 010 with two takes, of which the second is picked; 020 with one, picked; 030 with one, not picked."""
    async with Desktop(folder, theme, opens_rooms=True) as rig:
        film = Film(rig)
        await film.take(1, "010")
        await film.take(2, "010", pick=Pick.PICK, rating=4)
        await film.take(3, "020", SAND, pick=Pick.PICK)
        await film.take(4, "030")
        await rig.load()
        yield film
