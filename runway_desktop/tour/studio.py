"""First part of the tour: a new demo in the light theme. Its screenshots are the pictures of README and of the guide;
`dev.py picture` copies them there by their names.

GUI thread, in a coroutine; raises `StepFailed` if something does not happen in time.
"""

from __future__ import annotations

from PySide6.QtCore import Qt

from runway_desktop.domain.clients import Permission
from runway_desktop.domain.library import Filter, Page
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import State
from runway_desktop.rooms.sheet.window import SheetWindow
from runway_desktop.rooms.spending.entry import SpendingWindow
from runway_desktop.usecases.clients.creating import TaskWished

from .comparing import enter, key
from .hands import opened, until
from .walk import Walk

_IN_SIGHT = 4
"""Results whose posters are visible in the first screenshot."""
_SMALL, _WIDE, _LOW = (1120, 640), (1280, 640), (1120, 460)
"""Of the guide's pictures: they are read at two thirds of their size."""
_PROGRAM = "Claude Code"
_WISHED = TaskWished(
    values={"ratio": "1280:720", "duration": 5},
    prompt="The lighthouse at dawn, first gulls, slow push in, 35 mm",
    endpoint="text_to_video",
    model="gen4.5",
    request_id="shot-110",
)


class Studio(Walk):
    async def walk(self) -> None:
        self.say("a new demo")
        self.cases.settings.set("theme", "light")
        await self.size(1440, 900)
        await until(lambda: self.having(State.RUNNING) and self.having(State.SUCCEEDED), "the studio", 60)
        await until(self._is_painted, "the posters", 30)
        await until(lambda: self.models.details.row is not None, "the first task's details")
        await until(lambda: self.models.status.organization is not None, "the balance")
        self.window.activity.dismiss_all()
        await self.take("studio", after=1.0)
        await self.size(*_SMALL)
        await self.take("guide-main-window", after=0.6)
        await self._queue()
        await self._windows()
        await self._judging()
        await self._requests()

    def _is_painted(self) -> bool:
        first = [row for row in self.rows() if row.outputs][:_IN_SIGHT]
        return all(output.poster for row in first for output in row.outputs)

    async def _queue(self) -> None:
        self.say("the queue")
        await self.size(*_WIDE)
        self.models.filter.open_page(Filter(page=Page.WAITING_HERE), "Queue")
        await until(lambda: self.having(State.HELD), "the queued tasks")
        await self.take("guide-queue", after=0.6)
        self.models.filter.open_page(Filter(), "")
        await self.size(*_SMALL)

    async def _windows(self) -> None:
        self.say("a sheet")
        sheet_id = next(entry.sheet_id for entry in self.models.pages.entries() if entry.sheet_id)
        self.window.open_room("sheet", sheet_id)
        sheet = await opened(self.window, SheetWindow, "the sheet")
        sheet.resize(*_WIDE)
        await self.take_alone(sheet, "guide-sheet")
        sheet.close()
        self.say("spending")
        self.window.open_room("spending")
        spending = await opened(self.window, SpendingWindow, "the spending")
        spending.resize(*_SMALL)
        await self.take_alone(spending, "guide-spending")
        spending.close()

    async def _judging(self) -> None:
        self.say("the large view")
        clips = await until(lambda: self.saved(Media.VIDEO)[:4], "saved clips")
        await self.choose(clips[0])
        self.window.open_room("large", clips[0])
        view = await until(lambda: self.window.workspace.overlay, "the large view")
        await self.take("guide-large-view", after=1.6)
        key(view, Qt.Key.Key_Escape)
        await until(lambda: self.window.workspace.overlay is None, "the list again")
        self.say("the compare window")
        room = await enter(self, clips[:2], *_LOW)
        await until(lambda: room.clips.position >= 1.0, "clips that play", 40)
        room.clips.pause()
        await until(lambda: not room.clips.is_seeking, "clips that stand")
        await self.take_alone(room, "guide-compare")
        room.close()

    async def _requests(self) -> None:
        self.say("requests")
        await self.cases.clients.permit(_PROGRAM, Permission.ASK)
        clients = self.cases.client_cases(self._found_key)
        await clients.create(_PROGRAM, _WISHED)
        self.window.open_room("requests")
        await until(lambda: self.window.workspace.page, "the requests")
        await self.take("guide-requests", after=1.0)

    @staticmethod
    async def _found_key() -> None: ...
