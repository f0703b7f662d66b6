"""Fixture: a compare window with invented rows."""

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
from runway_desktop.rooms.compare.compare_view import CompareView
from runway_desktop.rooms.compare.model import Compare
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.media.strips import Strips
from runway_desktop.ui.theme import Theme
from runway_desktop.usecases.listing.changes import Touch
from runway_desktop.values import replace
from tests.rigs.noting_judge import NotingJudge
from tests.rigs.rows import saved, task


class FakeBridge(QObject):
    tasks_touched = Signal(object)


class Open:
    """A room on made-up rows."""

    def __init__(self, theme: Theme, qtbot: QtBot) -> None:
        self.bridge, self.judge = FakeBridge(), NotingJudge()
        self.looked: list[TaskId] = []
        """Tasks whose files were looked at again."""
        integrity = SimpleNamespace(look_around=lambda: None, look_at=self.looked.extend)
        engine, runner = SimpleNamespace(integrity=integrity), SimpleNamespace()
        self.model = Compare(engine, self.bridge, runner, self.judge)  # type: ignore[arg-type]
        self.strips = Strips()
        self.room = CompareView(self.model, theme, Keys(commands=COMMANDS), self.strips)
        self.qtbot = qtbot
        qtbot.addWidget(self.room)

    def enter(self, paths: list[Path], prompt: str = "Fog", **members: object) -> None:
        self.rows = [self.row(number, path, prompt, **members) for number, path in enumerate(paths, start=1)]
        self.model.open(self.rows)
        with self.qtbot.waitActive(self.room):
            self.room.enter(full_screen=False)
        self.room.resize(800, 500)
        self.qtbot.waitUntil(lambda: all(pane.surface.is_live for pane in self.shown))

    def enter_beside(self, *paths: Path) -> None:
        """Of any kinds, some of which are never live."""
        self.model.open([self.row(number, path, "Fog") for number, path in enumerate(paths, start=1)])
        with self.qtbot.waitActive(self.room):
            self.room.enter(full_screen=False)

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
        return [pane for pane in self.room.panes if pane.isVisible()]

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.room.focusWidget() or self.room, key, modifiers)

    def pixel(self, widget: QWidget, x: float, y: float) -> QColor:
        image: QImage = widget.grab().toImage()
        return image.pixelColor(round(image.width() * x), round(image.height() * y))
