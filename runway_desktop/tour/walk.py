"""Base class for one process's part of the tour: its window, its rows, and the message if a step fails."""

from __future__ import annotations

import asyncio
import sys
import traceback

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from runway_desktop.app.session import Session
from runway_desktop.domain.library import Row
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import OutputState, State, TaskId
from runway_desktop.ui.window.main_window import MainWindow
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.viewmodels.models import Models

from .hands import Album, StepFailed, find, press, type_text, until

UNDER_WAY = (State.QUEUED, State.SENDING, State.PENDING, State.RUNNING, State.THROTTLED)


class Walk:
    """One process's part of the tour."""

    window: MainWindow
    cases: UseCases
    models: Models

    def __init__(self, session: Session, album: Album, base_url: str) -> None:
        self.session = session
        self.album = album
        self.base_url = base_url
        self.code = 1
        self.step = "start"

    async def whole(self) -> None:
        try:
            await until(self.session.ready.is_set, "the window", 40)
            self.window = await until(lambda: self.session.window, "the window")
            self.cases = await until(lambda: self.session.cases, "the use cases")
            self.models = await until(lambda: self.session.models, "the models")
            await until(lambda: self.window.preview is not None, "the preview")
            await self.walk()
            self.code = 0
        except Exception as error:  # noqa: BLE001 - after any error the step is named and the program closed
            sys.stderr.write(f"The tour failed at “{self.step}”: {error}\n")
            if not isinstance(error, StepFailed):
                sys.stderr.write(traceback.format_exc())
            await self.take("failed-here")
        finally:
            self.session.close()

    async def walk(self) -> None:
        raise NotImplementedError

    def rows(self) -> list[Row]:
        """Every loaded task of the list, in order."""
        listed = self.models.rows
        ids = (listed.task_id(line) for line in range(listed.rowCount()))
        return [row for task_id in ids if task_id is not None and (row := listed.row_of(task_id)) is not None]

    def tasks(self) -> list[TaskId]:
        return [row.task.id for row in self.rows()]

    def having(self, *states: State) -> list[TaskId]:
        return [row.task.id for row in self.rows() if row.task.state in states]

    def saved(self, media: Media, model: str = "") -> list[TaskId]:
        """The tasks whose results are all saved and of that kind."""
        return [
            row.task.id
            for row in self.rows()
            if row.outputs and all(one.state is OutputState.SAVED and one.media is media for one in row.outputs)
            if row.task.request.model.startswith(model)
        ]

    def row(self, task_id: TaskId) -> Row:
        found = self.models.rows.row_of(task_id)
        if found is None:
            raise StepFailed("the task is not in the list any more")
        return found

    def say(self, step: str) -> None:
        self.step = step

    async def take(self, name: str, *, after: float = 0.0) -> None:
        """A screenshot of the window after a delay in seconds."""
        await asyncio.sleep(after)
        await self.album.take(self.window, name)

    async def take_alone(self, window: QWidget, name: str) -> None:
        """A screenshot of a window that stands over the main one."""
        await asyncio.sleep(0.6)
        await self.album.take(window, name)

    async def choose(self, task_id: TaskId) -> None:
        self.window.view.select([task_id])
        await until(lambda: self.models.details.row is not None, "the details")

    def send_picture(self, prompt: str) -> None:
        """Sends a text to image. Its ratio is that of the dropped table, whose price is known by now, so that there is
        no question."""
        composer, line = self.models.composer, find(self.window, QPlainTextEdit, "Prompt")
        composer.clear()
        composer.choose_endpoint("text_to_image")
        composer.choose_model("gen4_image")
        composer.set_value("ratio", "1920:1080")
        type_text(line, prompt)
        press(line, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)

    async def size(self, width: int, height: int) -> None:
        self.window.resize(width, height)
        await until(lambda: self.window.width() == width, f"a width of {width}")
