"""What is dragged inside the window, dropped on it or pasted into it. Drops of rows run the same commands as keys, with
undo; other data is read as paths, links and text and becomes input. A copied picture is saved as a file first. GUI
thread only; raises nothing.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QUrl
from PySide6.QtGui import QCursor, QImage
from PySide6.QtWidgets import QToolTip

from runway_desktop.domain.library import Row
from runway_desktop.domain.media import format_by_name
from runway_desktop.domain.task import Pick, TaskId
from runway_desktop.texts import _, ngettext
from runway_desktop.ui.lifted_rows import paths_in
from runway_desktop.ui.media.workers import Workers
from runway_desktop.ui.sharing.drag import is_ours, lift_rows
from runway_desktop.ui.theme import Theme
from runway_desktop.usecases.commands.drag_payload import Does, DropEffect, payload_of, taken_by
from runway_desktop.usecases.commands.ending import REMOVE
from runway_desktop.usecases.commands.queued import PUT_BEFORE
from runway_desktop.usecases.commands.task_command import Given
from runway_desktop.usecases.listing.columns import poster_of
from runway_desktop.usecases.searching.pages import PaneEntry
from runway_desktop.usecases.use_cases import Memory
from runway_desktop.usecases.words.plain import tip
from runway_desktop.usecases.words.queue import lifted_words, moving_words
from runway_desktop.values import Struct
from runway_desktop.viewmodels.models import Models
from runway_desktop.viewmodels.tasks.task_commands import TaskCommands

from .pages_pane import Taking
from .task_menu import TaskMenu
from .workspace import Workspace

_PATIENCE = 10.0
"""Seconds that closing waits for a picture being written, since it exists nowhere else."""


class Lifting(QObject):
    """`shown` returns the path of the result in the preview."""

    def __init__(
        self, models: Models, work: Workspace, menu: TaskMenu, shown: Callable[[], Path | None], theme: Theme
    ) -> None:
        super().__init__(work)
        self._m = models
        self._work = work
        self._menu = menu
        self._shown = shown
        self._theme = theme
        self._rows: list[Row] = []
        self.refusal = ""
        """Why the dragged rows cannot become an input; empty if they can."""
        work.pages.rows_dropped.connect(self._drop)
        work.pages.rows_over.connect(self._hold_over)
        work.view.lane.shown.connect(self._show_position)
        work.view.lane.taken.connect(lambda ids, before: menu.take_for(PUT_BEFORE, ids, Given(before=before)))

    def lift(self, task_ids: Sequence[TaskId]) -> None:
        """Runs a drag. Call from a mouse event; returns after the drop."""
        rows = [row for task_id in task_ids if (row := self._m.rows.row_of(task_id)) is not None]
        if not rows:
            return
        self._rows = rows
        payload = payload_of(rows, self._shown())
        self.refusal = payload.refusal
        removing = "" if REMOVE.reason(rows) else REMOVE.text(rows)
        work = self._work
        work.pages.light(lambda entry: Taking.YES if self._taken(entry).does is not None else Taking.NO, removing)
        work.view.lift([row.task.id for row in rows if not PUT_BEFORE.reason([row])])
        work.composer.set_dropping(not self.refusal)
        self._m.activity.set_gesture(*moving_words(len(rows)))
        try:
            lift_rows(work.view, self._theme, payload, self._label(), poster_of(rows[0]), len(rows))
        finally:
            self._m.activity.set_gesture("")
            work.pages.light(None)
            work.view.lift([])
            work.composer.set_dropping(False)
            self._m.rows.show_move(None)
            self._rows = []

    def _label(self) -> str:
        position = self._m.rows.position(self._rows[0].task.id) if len(self._rows) == 1 else None
        if position is not None:
            return self._m.rows.row_words(position).title
        return ngettext("{n} task", "{n} tasks", len(self._rows))

    def _taken(self, entry: PaneEntry) -> DropEffect:
        return taken_by(entry, self._rows)

    def _hold_over(self, entry: PaneEntry | None) -> None:
        reason = self._taken(entry).reason if entry is not None and self._rows and not entry.heading else ""
        if reason:
            QToolTip.showText(QCursor.pos(), tip(reason), self._work.pages)
        else:
            QToolTip.hideText()

    def _drop(self, entry: PaneEntry | None) -> None:
        """Drops on an entry of the left pane; None removes the rows."""
        ids = [row.task.id for row in self._rows]
        if entry is None:
            self._menu.take_for(REMOVE, ids)
            return
        taken, judging = self._taken(entry), self._m.task_commands.judging
        match taken.does:
            case Does.PROJECT:
                judging.set_project(ids, taken.value)
            case Does.TAG:
                judging.tag(ids, taken.value)
            case Does.PICK:
                judging.pick(ids, Pick.PICK)
            case Does.COMMAND if taken.command is not None:
                self._menu.take_for(taken.command, ids)
            case _:
                self._m.task_commands.tell(taken.reason)

    def _show_position(self, lifted: Sequence[TaskId], before: TaskId | None) -> None:
        outlook = self._m.task_commands.outlook_if_moved(lifted, before)
        self._m.rows.show_move(outlook)
        positions = [outlook.order[one] for one in lifted if one in outlook.order]
        starts = [(span.low, span.high) for one in lifted if (span := outlook.starts.get(one)) is not None]
        self._work.view.say_position(lifted_words(positions, starts))


class PasteAndDrop(QObject):
    def __init__(self, task_commands: TaskCommands, memory: Memory, parent: QObject) -> None:
        super().__init__(parent)
        self._task_commands = task_commands
        self._memory = memory
        self._workers: Workers | None = None

    def take(self, mime: QMimeData, to_field: str = "", at: int | None = None) -> None:
        """Takes the data, optionally for a field, replacing its input `at`."""
        dropped = read(mime)
        if not dropped:
            self._task_commands.tell(_("There is nothing to use in it."), problem=True)
            return
        if dropped.image is not None:
            # Copied: the clipboard's memory must not be read on another thread.
            image, folder = dropped.image.copy(), self._memory.library / "Pasted pictures"
            if self._workers is None:
                # One thread, so that two pictures of the same second get different names.
                self._workers = Workers(self, threads=1, patience=_PATIENCE)
            then = partial(self._picture_kept, to_field, at)
            self._workers.run(partial(_keep, image, folder), then, at=folder)
            return
        self._task_commands.take(
            paths=dropped.paths,
            urls=dropped.urls,
            text=dropped.text,
            to_field=to_field,
            at=at,
            are_results=dropped.is_ours,
        )

    def shutdown(self) -> None:
        """Call before the application quits. Waits for a picture being written, unless its drive does not respond."""
        if self._workers is not None:
            self._workers.shutdown()

    def _picture_kept(self, to_field: str, at: int | None, path: Path | None) -> None:
        if path is None:
            self._task_commands.tell(
                _("The copied picture could not be saved. Save it as a file and drop that."), problem=True
            )
        else:
            self._task_commands.take(paths=[path], to_field=to_field, at=at)


def _keep(image: QImage, folder: Path) -> Path | None:
    """Saves the picture in the folder, which is created; None on failure. On a worker."""
    stem = f"pasted {time.strftime('%Y-%m-%d %H-%M-%S')}"
    names = itertools.chain([stem], (f"{stem} {number}" for number in itertools.count(2)))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = next(path for name in names if not (path := folder / f"{name}.png").exists())
        return path if image.save(str(path)) else None
    except OSError:
        return None


class MimeContents(Struct, frozen=True):
    paths: tuple[Path, ...] = ()
    urls: tuple[str, ...] = ()
    text: str = ""
    image: QImage | None = None
    """A copied picture that is not a file yet."""
    is_ours: bool = False
    """Results dragged or copied in this program."""

    def __bool__(self) -> bool:
        return bool(self.paths or self.urls or self.text.strip() or self.image is not None)


def read(mime: QMimeData) -> MimeContents:
    """Order of preference: files, links, text, picture. A browser offers a link with a picture, which wins unless the
    link leads to a media file; an office program offers a picture of the text that was copied. HTML is not read: the
    plain text that comes with it has the same lines, and tabs between cells."""
    if mime.hasUrls():
        paths = tuple(paths_in(mime))
        urls = tuple(
            url.toString(url.ComponentFormattingOption.FullyEncoded) for url in mime.urls() if not url.isLocalFile()
        )
        picture = _image(mime) if urls and not paths and not any(map(_is_medium, urls)) else None
        if picture is not None:
            return MimeContents(image=picture)
        if paths or urls:
            return MimeContents(paths=paths, urls=urls, is_ours=is_ours(mime))
    text = mime.text() if mime.hasText() else ""
    return MimeContents(text=text, image=None if text.strip() else _image(mime))


def _image(mime: QMimeData) -> QImage | None:
    image = mime.imageData() if mime.hasImage() else None
    return image if isinstance(image, QImage) and not image.isNull() else None


def _is_medium(address: str) -> bool:
    """Whether it is an https link to a file that Runway accepts, by its suffix."""
    url = QUrl(address)
    known = format_by_name(url.path().rpartition("/")[2])
    return url.scheme() == "https" and known is not None and known.accepted
