"""Tools of the tour: find controls by accessible name, type, drop, wait, take screenshots; and the base class of one
process's part of the tour, with its window and its rows.

Everything is done through the window, as by a user. GUI thread, in a coroutine; raises `StepFailed` if something does
not happen in time.
"""

from __future__ import annotations

import asyncio
import calendar
import json
import re
import sys
import time
import traceback
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from PIL import Image
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDropEvent,
    QKeyEvent,
    QPainter,
    QPixmap,
)
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHeaderView, QPlainTextEdit, QWidget

from runway_desktop.app.session import Session
from runway_desktop.catalog.resource_path import resource
from runway_desktop.domain.library import Row
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import OutputState, State, TaskId
from runway_desktop.ui.window.main_window import MainWindow
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.viewmodels.models import Models

Kind = TypeVar("Kind", bound=QWidget)
Found = TypeVar("Found")


class StepFailed(Exception):
    """A step did not reach its state."""


async def until(look: Callable[[], Found | None], what: str, seconds: float = 30.0) -> Found:
    """Polls `look()` twenty times a second until it is true, and returns the value."""
    end = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > end:
            raise StepFailed(f"waited {seconds:.0f} s in vain for {what}")
        await asyncio.sleep(0.05)
    return found


async def opened(window: QWidget, kind: type[Kind], what: str) -> Kind:
    """The dialog of this class, once it is open."""

    def look() -> Kind | None:
        return next((found for found in window.findChildren(kind) if found.isVisible()), None)

    return await until(look, what)


def find(root: QWidget, kind: type[Kind], name: str) -> Kind:
    """The visible control whose accessible name or text begins with `name`."""
    for found in root.findChildren(kind):
        said = found.accessibleName() or str(found.property("text") or "")
        if found.isVisible() and said.startswith(name):
            return found
    raise StepFailed(f"there is no {kind.__name__} called {name!r}")


async def popup_shown(what: str) -> None:
    """A Wayland compositor may refuse a popup that no click of a person opened: there it is not waited for."""
    if not QApplication.platformName().startswith("wayland"):
        await until(QApplication.activePopupWidget, what)


def close_popups() -> None:
    """Closes those that are still open."""
    while (popup := QApplication.activePopupWidget()) is not None:
        popup.close()


def type_text(widget: QWidget, text: str) -> None:
    """Types letter by letter, as a keyboard does."""
    widget.setFocus(Qt.FocusReason.OtherFocusReason)
    for letter in text:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(widget, QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, letter))


def put_picture(path: Path) -> None:
    """A picture to drop: evening light, one of the simulator's samples."""
    with Image.open(resource("samples", "dusk-16x9.webp")) as sample:
        sample.save(path)


def press(widget: QWidget, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(widget, QKeyEvent(kind, key, modifiers))


def drop(window: QWidget, paths: Sequence[Path]) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    at = window.rect().center()
    buttons, none, copy = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction
    QApplication.sendEvent(window, QDragEnterEvent(at, copy, mime, buttons, none))
    QApplication.sendEvent(window, QDropEvent(QPointF(at), copy, mime, buttons, none))


WORDS = "Words"
"""The text chunk of a picture with the words that it shows."""
_MOMENT = re.compile(rf"\d:\d\d|\b(ago|just now)$|\d ({'|'.join(calendar.month_name[1:])})\b")


def words_shown(window: QWidget) -> set[str]:
    """What can be read in the window, in short pieces. Moments and dates are left out, and each number is "#", so that
    the pieces are the same on another day."""
    parts = (part for text in _texts_shown(window) for part in re.split(r" · |\n|\. ", text))
    pieces = (piece for part in parts if not _MOMENT.search(part) for piece in re.split(r"[()]| {2,}", part))
    shown = (" ".join("#" if re.search(r"\d", word) else word for word in piece.split()) for piece in pieces)
    return {words for words in shown if re.search(r"[^\W\d_]", words)}


def _texts_shown(window: QWidget) -> Iterator[str]:
    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or widget.visibleRegion().isEmpty():
            continue
        for name in ("text", "placeholderText"):
            yield str(widget.property(name) or "")
        if isinstance(widget, QHeaderView):
            shown = (section for section in range(widget.count()) if not widget.isSectionHidden(section))
            yield from (str(widget.model().headerData(section, widget.orientation()) or "") for section in shown)
        elif isinstance(widget, QAbstractItemView) and (model := widget.model()) is not None:
            seen = widget.viewport().rect()
            for row in range(model.rowCount(widget.rootIndex())):
                # A QAbstractListModel has no public `columnCount`.
                for column in count():
                    index = model.index(row, column, widget.rootIndex())
                    if not index.isValid():
                        break
                    if widget.visualRect(index).intersects(seen):
                        yield str(index.data(Qt.ItemDataRole.AccessibleTextRole) or index.data() or "")


class Album:
    """The screenshots, numbered in order."""

    def __init__(self, folder: Path, first: int = 1) -> None:
        self._folder = folder
        self._next = first
        folder.mkdir(parents=True, exist_ok=True)

    async def take(self, window: QWidget, name: str) -> Path:
        """A screenshot of the window with the dialogs and popups over it."""
        await asyncio.sleep(0.25)
        picture = window.grab()
        for over in QApplication.topLevelWidgets():
            if (
                over is not window
                and over.isVisible()
                and over.windowType() in (Qt.WindowType.Dialog, Qt.WindowType.Popup)
            ):
                _lay_over(picture, over, window)
        path = self._folder / f"{self._next:02d}-{name}.png"
        self._next += 1
        image = picture.toImage()
        image.setText(WORDS, "\n".join(sorted(words_shown(window))))
        if not image.save(str(path), quality=0):
            raise StepFailed(f"the picture {path} could not be written")
        return path


def _lay_over(picture: QPixmap, over: QWidget, window: QWidget) -> None:
    painter = QPainter(picture)
    at = over.mapToGlobal(QPoint(0, 0)) - window.mapToGlobal(QPoint(0, 0))
    if over.windowType() is Qt.WindowType.Dialog:
        painter.fillRect(picture.rect(), QColor(0, 0, 0, 90))
        at = QPoint((window.width() - over.width()) // 2, max(0, (window.height() - over.height()) // 2))
    painter.drawPixmap(at, over.grab())
    painter.end()


async def control(base_url: str, path: str, body: dict[str, Any], *, method: str = "POST") -> None:
    """Changes a knob of the simulator, or adds or removes faults."""

    def post() -> None:
        # The address is that of the simulator started by the tour.
        request = urllib.request.Request(  # noqa: S310
            f"{base_url}/_control/{path}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            answer.read()

    await asyncio.get_running_loop().run_in_executor(None, post)


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
        """Takes a screenshot of a window that is open over the main one."""
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
