"""One process's part of the tour: its window, its rows, and what is said when a step does not reach its state."""

from __future__ import annotations

import asyncio
import sys
import traceback

from runway_desktop.app.session import Session
from runway_desktop.domain.library import Row
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import OutputState, State, TaskId
from runway_desktop.ui.window.main_window import MainWindow
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.viewmodels.models import Models

from .hands import Album, StepFailed, until

UNDER_WAY = (State.HELD, State.SENDING, State.PENDING, State.RUNNING, State.THROTTLED)


class Walk:
    """One process's part of the tour."""

    def __init__(self, session: Session, album: Album, base_url: str) -> None:
        self.session = session
        self.album = album
        self.base_url = base_url
        self.code = 1
        self.step = "start"

    async def whole(self) -> None:
        try:
            await until(self.session.ready.is_set, "the window", 40)
            await until(lambda: self.window.preview is not None, "the preview")
            await self.walk()
            self.code = 0
        except Exception as error:  # noqa: BLE001 - whatever goes wrong, the step is named and the program closed
            sys.stderr.write(f"The tour failed at “{self.step}”: {error}\n")
            if not isinstance(error, StepFailed):
                sys.stderr.write(traceback.format_exc())
            await self.take("failed-here")
        finally:
            self.session.close()

    async def walk(self) -> None:
        raise NotImplementedError

    @property
    def window(self) -> MainWindow:
        found = self.session.window
        if found is None:
            raise StepFailed("there is no window")
        return found

    @property
    def cases(self) -> UseCases:
        found = self.session.cases
        if found is None:
            raise StepFailed("there are no use cases")
        return found

    @property
    def models(self) -> Models:
        found = self.session.models
        if found is None:
            raise StepFailed("there are no models")
        return found

    def rows(self) -> list[Row]:
        """Every listed task that has been fetched, in the list's order."""
        listed = self.models.rows
        ids = (listed.task_id(line) for line in range(listed.rowCount()))
        return [row for task_id in ids if task_id is not None and (row := listed.row_of(task_id)) is not None]

    def tasks(self) -> list[TaskId]:
        return [row.task.id for row in self.rows()]

    def having(self, *states: State) -> list[TaskId]:
        return [row.task.id for row in self.rows() if row.task.state in states]

    def saved(self, media: Media, model: str = "") -> TaskId | None:
        """The first task whose results of that kind are all saved."""
        for row in self.rows():
            done = bool(row.outputs) and all(output.state is OutputState.SAVED for output in row.outputs)
            if done and row.outputs[0].media is media and row.task.request.model.startswith(model):
                return row.task.id
        return None

    def row(self, task_id: TaskId) -> Row:
        found = self.models.rows.row_of(task_id)
        if found is None:
            raise StepFailed("the task is not in the list any more")
        return found

    def say(self, step: str) -> None:
        self.step = step

    async def take(self, name: str, *, after: float = 0.0) -> None:
        """A picture of the window, so many seconds from now."""
        await asyncio.sleep(after)
        await self.album.take(self.window, name)

    async def choose(self, task_id: TaskId) -> None:
        self.window.view.select([task_id])
        await until(lambda: self.models.details.row is not None, "the details")

    async def size(self, width: int, height: int) -> None:
        self.window.resize(width, height)
        await until(lambda: self.window.width() == width, f"a width of {width}")
