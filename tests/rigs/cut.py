"""A project whose picks play as a cut."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Output, Pick, State, Task
from runway_desktop.usecases.cut.cuts import Cuts
from runway_desktop.usecases.use_cases import UseCases
from tests.rigs.clips import SAMPLES
from tests.rigs.engine_rig import Rig
from tests.rigs.engines import engine_of
from tests.rigs.rows import saved, task

PROJECT = "Aurora spot"
SILENT, SOUNDING = "copper-16x9-5s.mp4", "night-16x9-4s.mp4"


class Cutting:
    """Takes are told by their numbers."""

    def __init__(self, rig: Rig, folder: Path) -> None:
        self.rig = rig
        self.folder = folder
        self.cases = UseCases(engine_of(rig, folder))

    @property
    def cuts(self) -> Cuts:
        return self.cases.cuts

    async def take(
        self, number: int, shot: str | None = None, *, media: Media = Media.VIDEO, file: Path | None = None,
        output: dict[str, Any] | None = None, sample: str = SILENT, **members: Any,
    ) -> Task:  # fmt: skip
        """A finished, picked take of 5 seconds, unless said otherwise; of the shot of its number. Without a
        `sample` its file is only a name."""
        usual: dict[str, Any] = {
            "project": PROJECT,
            "shot": f"{number:02}0" if shot is None else shot,
            "pick": Pick.PICK,
        }
        state = members.pop("state", State.SUCCEEDED)
        made = task(number, state, **(usual | members))
        path = file or self.folder / f"{number}.{'png' if media is Media.IMAGE else 'mp4'}"
        if sample and not path.exists():
            shutil.copyfile(SAMPLES / sample, path)
        await self.rig.store.add([made], [], None, ())
        await self.rig.store.save_outputs([result(made, path, media, **(output or {}))])
        return made


def result(made: Task, path: Path, media: Media, **members: Any) -> Output:
    usual: dict[str, Any] = {
        "duration": 0.0 if media is Media.IMAGE else 5.0,
        "width": 480,
        "height": 270,
        "sha256": f"{hash(made.id):x}",
    }
    return saved(made, str(path), media=media, **(usual | members))


@asynccontextmanager
async def cutting(folder: Path) -> AsyncIterator[Cutting]:
    async with Rig(loops=()) as rig:
        yield Cutting(rig, folder)
