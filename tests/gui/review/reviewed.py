"""A project with a round of review and its answer, in the window."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from runway_desktop.domain.review import SCHEMA, Round, SentClip
from runway_desktop.domain.task import Pick, Request, State, TaskId
from runway_desktop.rooms.review.entry import ReviewPage
from runway_desktop.ui.theme import Theme
from runway_desktop.values import replace
from tests.rigs.clips import SAMPLES
from tests.rigs.desktop import Desktop, after, until
from tests.rigs.rows import saved, task

PROJECT = "Aurora spot"
SAMPLE = {"010": "storm", "020": "ice", "030": "dusk", "040": "sand", "060": "fjord", "070": "night"}
"""Pictures that stand for the takes, by shot."""


def hash_of(number: int) -> str:
    return f"{number:064x}"


class Reviewed:
    def __init__(self, rig: Desktop) -> None:
        self.rig = rig
        self.sent_at = rig.clock.now()

    @property
    def page(self) -> ReviewPage:
        found = self.rig.window.findChild(ReviewPage)
        assert found is not None
        return found

    async def take(self, number: int, shot: str, **members: Any) -> SentClip:
        clip = Path(shutil.copy(SAMPLES / "sand-16x9-2s.mp4", self.rig.folder / f"{number}.mp4"))
        poster = SAMPLES / f"{SAMPLE[shot]}-16x9.webp"
        request = Request(endpoint="text_to_video", model="gen4.5", values={}, prompt=f"Shot {shot}")
        usual: dict[str, Any] = {"request": request, "project": PROJECT, "shot": shot}
        one = task(number, State.SUCCEEDED, **(usual | members))
        made = saved(one, str(clip), sha256=hash_of(number), poster=str(poster), duration=2.0)
        await self.rig.put(one, outputs=[made])
        return SentClip(task_id=one.id, sha256=hash_of(number), shot=shot)

    async def second(self, clip: SentClip) -> None:
        """Another result of its task."""
        path = shutil.copy(SAMPLES / "sand-16x9-2s.mp4", self.rig.folder / "second.mp4")
        made = saved(self.rig.store.tasks[clip.task_id], str(path), sha256=hash_of(2), duration=2.0)
        await self.rig.store.save_outputs([replace(made, index=1)])

    async def send(self, *clips: SentClip) -> None:
        one = Round(id="r1", project=PROJECT, number=2, title=f"{PROJECT}, round 2", sent_at=self.sent_at, clips=clips)
        await self.rig.cases.reviews.sending.save(one)

    async def answer(self, *said: tuple[int, str, tuple[str, ...]], by: str = "Jonas Weber", comment: str = "") -> None:
        """Pasted into the window. `said`: number of the clip, decision, comments."""
        clips = [
            {
                "number": number,
                "sha256": hash_of(number + 1),
                "decision": decision,
                "comments": [{"at": 2.1 + 1.9 * at, "text": text} for at, text in enumerate(comments)],
            }
            for number, decision, comments in said
        ]
        told = {"schema": SCHEMA, "format": 1, "round": "r1", "by": by, "comment": comment, "clips": clips}
        async with after(self.rig.task_commands.acted):
            self.rig.task_commands.take(text=json.dumps(told))

    async def open(self) -> None:
        rig = self.rig
        rig.pages.refresh()
        await until(lambda: rig.pages.counts.projects)
        rig.window.workspace.pages.choose(f"all|{PROJECT}")
        await until(lambda: rig.filter.project == PROJECT)
        rig.open_room("review", PROJECT)
        await until(lambda: rig.window.findChild(ReviewPage) and self.page.isVisible())

    def pick_of(self, number: int) -> Pick:
        return self.rig.store.tasks[TaskId(f"t{number}")].pick

    @property
    def cells(self) -> list[str]:
        """What each row says, but for its poster, by group."""
        tree, found = self.page.tree, []
        for group in range(tree.topLevelItemCount()):
            heading = tree.topLevelItem(group)
            found.append(heading.text(0))
            for row in range(heading.childCount()):
                item = heading.child(row)
                found.append(" | ".join(item.text(column).replace("\n", " / ") for column in (1, 2, 3)))
        return found


@asynccontextmanager
async def reviewed(folder: Path, theme: Theme) -> AsyncIterator[Reviewed]:
    async with Desktop(folder, theme, opens_rooms=True) as rig:
        yield Reviewed(rig)
