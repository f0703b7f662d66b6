"""A library of saved results on a real disk, for tests of import and export."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

from PIL import Image

from runway_desktop.catalog.resource_path import resource
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Batch, Output, OutputState, State, Task, TaskId
from runway_desktop.services.results import sidecar
from runway_desktop.services.results.embedding import embed, note_of
from runway_desktop.values import replace
from tests.rigs.engine_rig import request
from tests.rigs.fake_runway import remote_id
from tests.rigs.fakes import MemoryStore

NOON = 1_750_000_000.0


def local_id(number: int) -> TaskId:
    return TaskId(f"{number:032x}")


def a_task(number: int = 1, prompt: str = "A lighthouse in the fog", **members: Any) -> Task:
    at = NOON + 100 * number
    defaults: dict[str, Any] = {
        "id": local_id(number), "request": request(prompt, seed=number), "created_at": at, "state": State.SUCCEEDED,
        "remote_id": remote_id(number), "sent_at": at + 1.5, "remote_created_at": at + 2, "running_since": at + 3,
        "ended_at": at + 60, "cost_credits": 25.0, "estimated_credits": 30.0,
    }  # fmt: skip
    return Task(**(defaults | members))


def make_picture(path: Path, shade: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (16, 9), (shade % 256, shade // 256 % 256, 0)).save(path)


class Results:
    """`put` saves results of a task as the program does: file, request inside, sidecar, row."""

    def __init__(self, folder: Path, store: MemoryStore | None = None) -> None:
        self.folder = folder
        self.store = store or MemoryStore()

    async def put(
        self, task: Task, *, files: int = 1, beside: bool = True, inside: bool = True, batch: Batch | None = None,
        ending: str = "png",
    ) -> list[Output]:  # fmt: skip
        outputs = [self._save(task, at, files, beside, inside, batch, ending) for at in range(files)]
        await self.store.add([task], [], batch, [], outputs)
        return outputs

    def _save(
        self, task: Task, index: int, count: int, beside: bool, inside: bool, batch: Batch | None, ending: str
    ) -> Output:
        path = self.folder / (task.project or "none") / f"{task.id[-6:]} {index}.{ending}"
        if ending == "png":
            make_picture(path, int(task.id, 16) * 7 + index)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(resource("samples", "sand-1x1-5s.mp4"), path)
        media = Media.IMAGE if ending == "png" else Media.VIDEO
        output = Output(
            task_id=task.id, index=index, url="", url_fetched_at=0.0, state=OutputState.SAVED, media=media,
            path=str(path), saved_at=(task.ended_at or NOON) + 5,
        )  # fmt: skip
        name = batch.name if batch is not None else ""
        if inside:
            embed(path, note_of(sidecar.compose(task, as_it_is(output), [], count=count, batch=name)))
        output = as_it_is(output)
        if beside:
            sidecar.write(path, sidecar.compose(task, output, [], count=count, batch=name))
        return output


def as_it_is(output: Output) -> Output:
    path = Path(output.path)
    return replace(output, size=path.stat().st_size, sha256=hashlib.sha256(path.read_bytes()).hexdigest())


def files_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
