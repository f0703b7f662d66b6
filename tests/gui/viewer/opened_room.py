"""Fixture: a viewer of several panes with invented rows."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from runway_desktop.app.commands import COMMANDS
from runway_desktop.domain.library import Row
from runway_desktop.domain.media import guess_media
from runway_desktop.domain.task import State, TaskId
from runway_desktop.rooms.viewer.model import ViewerModel
from runway_desktop.rooms.viewer.view import Viewer
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.media.playback import Playback
from runway_desktop.ui.media.preview import Preview
from runway_desktop.ui.tasks.posters import PosterCache
from runway_desktop.ui.theme import Theme
from runway_desktop.usecases.listing.changes import Touch
from runway_desktop.usecases.words.account import NO_GOING, Going
from runway_desktop.values import replace
from runway_desktop.viewmodels.activity.activity import Activity
from tests.rigs.noting_judge import NotingJudge
from tests.rigs.rows import saved, task


class FakeBridge(QObject):
    tasks_touched = Signal(object)


class FakeRows(QObject):
    """A list without tasks."""

    lines_moved = Signal()
    task_count = 0

    def position(self, _task_id: TaskId) -> None:
        return None

    def row_of(self, _task_id: TaskId) -> None:
        return None

    def with_rows(self, task_ids: list[TaskId], then: Any) -> None:
        then([row for row in self.rows if row.task.id in task_ids])

    rows: tuple[Row, ...] = ()


class FakeStatus(QObject):
    changed = Signal()

    def now(self) -> float:
        return 0.0

    def going(self) -> Going:
        return NO_GOING


class FakeDetails(QObject):
    changed = Signal()
    row = None

    def facts(self) -> list[Any]:
        return []

    def title(self) -> str:
        return ""


class Open:
    """A room on made-up rows."""

    def __init__(self, theme: Theme, qtbot: QtBot) -> None:
        self.bridge, self.judge, self.list = FakeBridge(), NotingJudge(), FakeRows()
        self.looked: list[TaskId] = []
        """Tasks whose files were looked at again."""
        integrity = SimpleNamespace(look_around=lambda: None, look_at=self.looked.extend)
        engine, runner = SimpleNamespace(integrity=integrity), SimpleNamespace()
        self.model = ViewerModel(engine, self.list, self.bridge, runner, self.judge)  # type: ignore[arg-type]
        self.posters = PosterCache()
        self.strips = self.posters.strips
        keys, self.status, self.details = Keys(commands=COMMANDS), FakeStatus(), FakeDetails()
        self.activity = Activity(self.status)  # type: ignore[arg-type]
        self.room = Viewer(self.model, self.details, self.activity, theme, keys, self.posters)  # type: ignore[arg-type]
        self.room.left.connect(self._left)
        self.preview = Preview(theme, keys, self.strips)
        self.qtbot = qtbot
        qtbot.addWidget(self.room)

    @property
    def panes(self) -> list[Any]:
        return self.room.panes.panes

    @property
    def playback(self) -> Playback:
        return self.room.panes.playback

    def enter(self, paths: list[Path], prompt: str = "Fog", **members: object) -> None:
        self.rows = [self.row(number, path, prompt, **members) for number, path in enumerate(paths, start=1)]
        self.enter_rows(self.rows)
        self.qtbot.waitUntil(lambda: all(pane.surface.is_live for pane in self.shown))

    def enter_rows(self, rows: list[Row]) -> None:
        self.list.rows = tuple(rows)
        self.model.compare_rows(rows)
        self.room.resize(1000, 600)
        with self.qtbot.waitActive(self.room):
            self.room.show()
            self.room.enter(self.preview, lambda: self.preview.setParent(None))

    def enter_beside(self, *paths: Path) -> None:
        """Of any kinds, some of which are never live."""
        self.enter_rows([self.row(number, path, "Fog") for number, path in enumerate(paths, start=1)])

    def shutdown(self) -> None:
        self.room.leave()
        self.room.panes.shutdown()
        self.preview.shutdown()
        self.posters.shutdown()

    def _left(self) -> None:
        self.model.close()
        self.room.hide()

    @staticmethod
    def row(number: int, path: Path, prompt: str, **members: object) -> Row:
        of = task(number, State.SUCCEEDED, prompt, **members)
        media = guess_media(path.name)
        return Row(task=of, outputs=(saved(of, str(path), media=media),))

    def decide(self, number: int, **members: Any) -> None:
        """Somebody judged the task of a row."""
        touch = Touch()
        touch.task = replace(self.rows[number].task, **members)
        self.bridge.tasks_touched.emit({touch.task.id: touch})

    @property
    def shown(self) -> list[Any]:
        return [pane for pane in self.panes if pane.isVisible()]

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.room.focusWidget() or self.room, key, modifiers)

    def pixel(self, widget: QWidget, x: float, y: float) -> QColor:
        image: QImage = widget.grab().toImage()
        return image.pixelColor(round(image.width() * x), round(image.height() * y))
