"""A project whose shots have pictures, and the steps that show them."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from runway_desktop.domain.film.steps import Chain, ChainId, Step
from runway_desktop.domain.media import Media
from runway_desktop.domain.prices import PublishedPrice
from runway_desktop.domain.task import Pick, Request, State, StepId, Task
from runway_desktop.rooms.steps.entry import StepsPage
from runway_desktop.ui.theme import Theme
from tests.rigs.clips import SAMPLES
from tests.rigs.desktop import Desktop, until
from tests.rigs.rows import saved, task

PROJECT = "Aurora spot"
PICTURE = Step(id=StepId("s1"), endpoint="text_to_image", model="gen4_image", values={"ratio": "1920:1080"})
CLIP = Step(id=StepId("s2"), endpoint="image_to_video", model="gen4.5", values={"ratio": "1280:720", "duration": 5})
CHAIN = Chain(id=ChainId("c1"), name="Storm", steps=(PICTURE, CLIP))


class Film:
    """The window at the steps of a project."""

    def __init__(self, rig: Desktop) -> None:
        self.rig = rig

    @property
    def page(self) -> StepsPage:
        found = self.rig.window.findChild(StepsPage)
        assert found is not None
        return found

    async def picture(self, number: int, **members: Any) -> Task:
        """A finished picture of a shot, stored."""
        path = self.rig.folder / f"{number}.png"
        Image.new("RGB", (1280, 720), (number % 256, 0, 0)).save(path)
        request = Request(endpoint="text_to_image", model="gen4_image", values={}, prompt=f"Keeper {number}")
        usual: dict[str, Any] = {"request": request, "project": PROJECT, "shot": "010"}
        one = task(number, State.SUCCEEDED, **(usual | members))
        await self.rig.put(one, outputs=[saved(one, str(path), media=Media.IMAGE, sha256=f"{number:064x}")])
        return one

    async def clip(self, number: int, **members: Any) -> None:
        """A clip of the shot 010 that can be played, picked."""
        path = Path(shutil.copy(SAMPLES / "dusk-16x9-5s.mp4", self.rig.folder / f"{number}.mp4"))
        one = task(
            number,
            State.SUCCEEDED,
            project=PROJECT,
            shot="010",
            pick=Pick.PICK,
            step=CLIP.id,
            request=Request(endpoint=CLIP.endpoint, model=CLIP.model, values={}, prompt="Keeper"),
            **members,
        )
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        await self.rig.put(one, outputs=[saved(one, str(path), sha256=digest)])

    async def many(self, shots: int, takes: int) -> None:
        """Pictures, the first of each shot picked."""
        path = self.rig.folder / "many.png"
        Image.new("RGB", (320, 180)).save(path)
        request = Request(endpoint="text_to_image", model="gen4_image", values={}, prompt="Keeper")
        usual: dict[str, Any] = {"request": request, "project": PROJECT}
        numbers = [divmod(number, takes) for number in range(shots * takes)]
        tasks = [
            task(100 + at, State.SUCCEEDED, **usual, shot=f"{shot:03}", pick=Pick.NONE if take else Pick.PICK)
            for at, (shot, take) in enumerate(numbers)
        ]
        outputs = [saved(one, str(path), media=Media.IMAGE, sha256=one.id, poster=str(path)) for one in tasks]
        await self.rig.put(*tasks, outputs=outputs)

    async def open(self) -> None:
        """Opens the project, and its steps."""
        rig = self.rig
        rig.pages.refresh()
        await until(lambda: rig.pages.counts.projects)
        rig.window.workspace.pages.choose(f"all|{PROJECT}")
        await until(lambda: rig.filter.project == PROJECT)
        rig.open_room("steps", PROJECT)
        await until(lambda: rig.window.findChild(StepsPage) and self.page.isVisible() and self.page.model.board)

    async def send(self) -> None:
        """Sends all that is ready, from the bill."""
        if self.page.bill_shown is None:
            self.page.model.prepare()
        await until(lambda: self.page.bill_shown)
        bill = self.page.bill_shown
        assert bill is not None
        *_, send = [one for one in bill.findChildren(QPushButton) if one.isVisible()]
        QTest.keyClick(send, Qt.Key.Key_Return)
        await until(lambda: not self.page.model.ready and self.page.bill_shown is None)

    @property
    def cells(self) -> dict[tuple[str, str], str]:
        """What a screen reader says of each cell, by shot and step."""
        table = self.page.model.table
        return {
            (table.headerData(row, Qt.Orientation.Vertical), str(column + 1)): table.index(row, column).data()
            for row in range(table.rowCount())
            for column in range(table.columnCount())
        }


@asynccontextmanager
async def a_film(
    folder: Path, theme: Theme, *, chain: Chain | None = CHAIN, prices: tuple[PublishedPrice, ...] = ()
) -> AsyncIterator[Film]:
    """Two shots with two pictures each, of which the first one's second is picked."""
    async with Desktop(folder, theme, opens_rooms=True, loops=("lane",), prices=prices) as rig:
        film = Film(rig)
        for number, shot in ((1, "010"), (2, "010"), (3, "020"), (4, "020")):
            await film.picture(number, shot=shot, pick=Pick.PICK if number == 2 else Pick.NONE)
        if chain is not None:
            await rig.cases.steps.save(chain)
        await rig.load()
        yield film
