"""Parts of the window beyond the first paint: playback, drops, paste, sharing, search for missing files, context menus.
Imported after it, in separate passes of the event loop. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu, QPushButton, QWidget

from runway_desktop.domain.inputs import FrameAt
from runway_desktop.domain.library import Page, Row
from runway_desktop.domain.task import TaskId
from runway_desktop.services.disk.disk_threads import QuickLook
from runway_desktop.texts import _
from runway_desktop.ui.building import passing_menu, timer
from runway_desktop.ui.chooser.chooser_panel import ChooserPanel
from runway_desktop.ui.commands.keys import add_entries
from runway_desktop.ui.composer.input_menu import TilePopups
from runway_desktop.ui.confirm import confirm
from runway_desktop.ui.file_dialogs import choose_folder, choose_moved
from runway_desktop.ui.lifted_rows import accepts, has_rows, take_copy
from runway_desktop.ui.lineage.strip import LineageStrip
from runway_desktop.ui.media.commands import FIT, FULL_SCREEN, LOOP, PLAY, SOUND
from runway_desktop.ui.media.players import prepare
from runway_desktop.ui.media.preview import Preview
from runway_desktop.ui.media.stills import FrameGrabber, PosterMaker
from runway_desktop.ui.room import BatchMenu
from runway_desktop.ui.tasks import popups
from runway_desktop.usecases.commands.command import Command
from runway_desktop.usecases.commands.task_command import Given, TaskCommand, Wanted, ids_of
from runway_desktop.usecases.question import Question
from runway_desktop.usecases.searching.pages import PaneEntry
from runway_desktop.usecases.words.files import Searching
from runway_desktop.values import replace
from runway_desktop.viewmodels.activity.activity import Activity
from runway_desktop.viewmodels.activity.notices import CapNotices, FoundNotices
from runway_desktop.viewmodels.tasks.task_commands import TaskCommands

from . import commands
from .drops import Lifting, PasteAndDrop
from .main_window import MainWindow
from .output import Sharing
from .queue_room import QueueRoom

CARET_RESTS_MS = 10_000
"""After the start and after the last key the caret stops blinking, as GTK's does: each blink wakes two threads."""
_PLAYING = frozenset({"loop_clips", "muted"})
"""Preferences that affect the preview."""


class Interior(QObject):
    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        m, work = window.models, window.workspace
        self._preview: Preview | None = None
        self._poster_maker: PosterMaker | None = None
        self._sharing = Sharing(m.task_commands, work.view, m.activity, lambda: window.preview)
        self._last_frames: FrameGrabber | None = None
        self._lifting = Lifting(m, work, window.task_menu, self._shown_path, window.theme)
        self._queue = queue = QueueRoom(m, work, window.task_menu, window.open_room, window.theme)
        self.taking_in = PasteAndDrop(m.task_commands, m.memory, self)
        FileSearch(m.task_commands, m.activity, window.task_menu.take_for, window)
        m.folder.release_wanted.connect(self._release)
        CapNotices(m.bridge, m.task_commands, m.rows.lane, m.activity, self)
        FoundNotices(m.bridge, m.task_commands, m.activity, self)
        window.installEventFilter(self)
        self._flash_time = QApplication.cursorFlashTime()
        self._caret_rests = timer(self, CARET_RESTS_MS, lambda: QApplication.setCursorFlashTime(0))
        self._caret_rests.start()
        QGuiApplication.inputMethod().cursorRectangleChanged.connect(self._caret_moved)
        window.paste_wanted.connect(lambda: self.taking_in.take(QGuiApplication.clipboard().mimeData()))
        window.closing_down.connect(self._shutdown)
        work.pages.menu_wanted.connect(partial(open_page_menu, window))
        work.status.menu_wanted.connect(partial(open_status_menu, window))
        work.composer.pasted.connect(self.taking_in.take)
        work.composer.replaced.connect(self.taking_in.take)
        work.details.copy_wanted.connect(self._sharing.copy_text)
        work.view.row_button.connect(lambda task_id: queue.hold_or_release([task_id]))
        work.view.group_button.connect(queue.press)
        work.list.hold_all_wanted.connect(queue.hold_all)
        for view in (work.view, work.grid):
            view.files_dragged.connect(self._lifting.lift)
            view.group_menu_wanted.connect(queue.popup)
        lineage = LineageStrip(m.details.lineage, window.theme, work.posters, work.details)
        work.details.put_last(lineage)
        work.details.ways_shown.connect(lineage.offer)
        lineage.task_wanted.connect(work.details.task_wanted)
        lineage.use_as_input_wanted.connect(work.details.use_as_input_menu)
        self._tile_popups = TilePopups(work.composer.inputs, m.composer, m.task_commands, window.theme)
        work.composer.inputs.member_wanted.connect(partial(window.open_room, "cast"))
        popups.follow(window.judge, work.views)
        work.composer.chooser_wanted.connect(self._choose_model)
        # Queued: it is emitted in coroutines, in which no player may be created.
        queued = Qt.ConnectionType.QueuedConnection
        m.task_commands.use_as_input.frame_wanted.connect(self._grab_last_frame, queued)

    def _grab_last_frame(self, path: Path) -> None:
        if self._last_frames is None:
            use_as_input = self._window.models.task_commands.use_as_input
            self._last_frames = FrameGrabber(self)
            self._last_frames.grabbed.connect(lambda asked, png: use_as_input.keep_last_frame(asked[0], asked[1], png))
            self._last_frames.failed.connect(lambda _, reason: use_as_input.frame_failed(reason))
        row = self._window.models.details.row
        at = next((one.index for one in row.outputs if one.path == str(path)), None) if row is not None else None
        out = row.task.out(at) if row is not None and at is not None else None
        self._last_frames.grab(path, FrameAt.LAST, (path, out), until=out)

    def _choose_model(self, chip: QPushButton, at_parts: bool) -> None:
        ChooserPanel(self._window.models.composer.chooser, self._window.theme, chip).open_at(chip, at_parts=at_parts)

    def _caret_moved(self) -> None:
        if not self._caret_rests.isActive():
            QApplication.setCursorFlashTime(self._flash_time)
        self._caret_rests.start()

    def add_preview(self) -> None:
        """Creates the preview and poster maker. Call from a plain slot, not from a coroutine."""
        window = self._window
        posters, inputs, room = window.models.posters, window.models.task_commands.inputs, window.workspace.preview_room
        strips = window.workspace.posters.strips
        # Queued: together with the start of a process it would be noticeable.
        strips.woken.connect(prepare, Qt.ConnectionType.QueuedConnection)
        window.workspace.views.neared.connect(self._near_list)
        self._preview = preview = Preview(window.theme, window.keys, strips, room)
        self._play_as_set(_PLAYING)
        window.models.bridge.settings_changed.connect(self._play_as_set)
        room.layout().addWidget(preview)
        preview.openRequested.connect(lambda path: self._sharing.open_with_system([path]))
        task_commands = window.models.task_commands
        preview.folder_wanted.connect(lambda path: task_commands.selection_wanted.emit([path]))
        preview.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        preview.customContextMenuRequested.connect(lambda at: open_preview_menu(window, preview.mapToGlobal(at)))
        self._poster_maker = PosterMaker(self)
        posters.wanted.connect(self._poster_maker.request)
        self._poster_maker.made.connect(posters.made)
        posters.look_again()
        inputs.thumbnail_wanted.connect(self._poster_maker.request)
        self._poster_maker.made.connect(lambda path, poster, *_: inputs.thumbnail_made(path, poster))
        inputs.look_again()
        window.take_preview(preview)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handles drags over the window, and drops."""
        match event:
            case QDragMoveEvent() if not isinstance(event, QDragEnterEvent):
                self._drag_moved(event)
            case QDragEnterEvent():
                self._drag_entered(event)
            case QDropEvent():
                self._dropped(event)
            case QEvent() if event.type() == QEvent.Type.DragLeave:
                self._window.composer_pane.set_dropping(False)
            case _:
                return False
        return True

    def _drag_entered(self, event: QDragEnterEvent) -> None:
        ours = event.source() is not None
        if has_rows(event.mimeData()) or (accepts(event.mimeData()) and (not ours or event.mimeData().hasUrls())):
            take_copy(event)
            self._window.composer_pane.set_dropping(not self._lifts_no_file(event))

    def _drag_moved(self, event: QDragMoveEvent) -> None:
        """Drags from other programs can be dropped anywhere. Our own results only become inputs over the composer:
        dropping them where they came from is no intent."""
        if event.source() is None or self._is_over_composer(event.position().toPoint()):
            take_copy(event)
        else:
            event.ignore()

    def _dropped(self, event: QDropEvent) -> None:
        self._window.composer_pane.set_dropping(False)
        if event.source() is not None and not self._is_over_composer(event.position().toPoint()):
            event.ignore()
            return
        take_copy(event)
        if self._lifts_no_file(event):
            self._window.models.task_commands.tell(self._lifting.refusal)
        else:
            self.taking_in.take(event.mimeData())

    def _lifts_no_file(self, event: QDropEvent) -> bool:
        return has_rows(event.mimeData()) and bool(self._lifting.refusal)

    def _is_over_composer(self, at: QPoint) -> bool:
        pane = self._window.composer_pane
        return pane.rect().contains(pane.mapFrom(self._window, at))

    def _shown_path(self) -> Path | None:
        return self._window.preview.shown_path if self._window.preview is not None else None

    def _play_as_set(self, names: Collection[str]) -> None:
        if self._preview is not None and not _PLAYING.isdisjoint(names):
            playback, (loop, muted) = self._preview.playback, self._window.models.memory.playing
            playback.set_loop(loop)
            playback.set_volume(playback.volume, muted)

    def _near_list(self) -> None:
        """Starts the strips process when the pointer enters the list, about 0.2 s before it rests on a poster; not
        earlier."""
        if self._window.models.rows.rowCount() and not self._window.theme.is_calm:
            self._window.workspace.posters.strips.warm()

    def _release(self, paths: frozenset[str]) -> None:
        """Closes a file in the preview before it is moved."""
        if self._window.preview is not None and str(self._shown_path()) in paths:
            self._window.preview.stop()

    def _shutdown(self) -> None:
        # A window that comes after this one finds the system's time.
        self._caret_rests.stop()
        QApplication.setCursorFlashTime(self._flash_time)
        if self._window.preview is not None:
            self._window.preview.shutdown()
        if self._poster_maker is not None:
            self._poster_maker.shutdown()
        self.taking_in.shutdown()
        self._sharing.shutdown()
        if self._last_frames is not None:
            self._last_frames.shutdown()
        self._tile_popups.shutdown()


class FileSearch(QObject):
    """Lives as long as its window. `give` runs a command for tasks, after its questions."""

    def __init__(
        self,
        task_commands: TaskCommands,
        activity: Activity,
        give: Callable[[TaskCommand, Sequence[TaskId]], object],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._give = give
        self._task_commands = task_commands
        self._activity = activity
        self._window = window
        self._told: int | None = None
        """Number of the progress notice."""
        self._wanted: Wanted | None = None
        """The last request."""
        task_commands.searching.connect(self._show)
        task_commands.path_wanted.connect(self._ask)
        task_commands.answer_wanted.connect(self._ask_again)
        task_commands.next_offered.connect(self._offer)

    def _show(self, searching: Searching | None) -> None:
        if searching is None:
            self._activity.end(self._told)
            self._told = None
        elif self._told is None:
            self._told = self._activity.follow(searching.headline, _("Stop"), self._task_commands.stop_search)
        else:
            self._activity.say(self._told, searching.headline, searching.detail)

    def _offer(self, message: str, command: TaskCommand, rows: Sequence[Row]) -> None:
        self._activity.tell(
            message,
            problem=True,
            action_text=command.text(rows),
            on_action=lambda: self._give(command, ids_of(rows)),
        )

    def _ask(self, command: TaskCommand, rows: Sequence[Row], wanted: Wanted) -> None:
        self._wanted = wanted
        near = wanted.near or QuickLook().ask(_nearest, wanted.path, otherwise=None)

        def chosen(path: Path) -> None:
            self._task_commands.carry_out(command, rows, Given(path=path))

        if wanted.folder_for is not None:
            choose_folder(self._window, str(wanted.folder_for), chosen, near=near)
        else:
            choose_moved(self._window, wanted.path, chosen, near)

    def _ask_again(self, command: TaskCommand, rows: Sequence[Row], path: Path, asked: Question) -> None:
        def keep_looking() -> None:
            if self._wanted is not None:
                self._ask(command, rows, replace(self._wanted, near=path.parent))

        yes = Given(path=path, anyway=True)
        confirm(self._window, asked, lambda: self._task_commands.carry_out(command, rows, yes), keep_looking)


def _nearest(old: Path) -> Path | None:
    return next((folder for folder in old.parents if folder.is_dir()), None)


def open_page_menu(window: MainWindow, entry: PaneEntry, at: QPoint) -> None:
    wanted = entry.filter
    menu = passing_menu(window)
    menu.addAction(_("Open"), partial(window.workspace.pages.choose, entry.key))
    if entry.can_be_renamed:
        menu.addSeparator()
        menu.addAction(_("Rename"), partial(window.workspace.pages.edit_name, entry.key))
    if entry.search is not None:
        menu.addAction(_("Delete"), partial(window.keeper.delete, entry.search))
    elif wanted is not None and wanted.batches:
        [batch] = wanted.batches
        menu.addAction(_("Sheet and grid…"), partial(window.open_room, "sheet", BatchMenu(batch, at)))
    elif wanted is not None and wanted.projects:
        if window.models.pages.can_be_removed(entry):
            menu.addAction(_("Delete"), partial(window.models.pages.remove_project, entry.title))
        menu.addAction(_("Set a cap…"), partial(window.open_room, "preferences", "project_caps"))
        _add(menu, window, commands.SPENDING)
    elif wanted is not None and wanted.page is Page.WAITING_HERE:
        _add(menu, window, commands.PAUSE)
    elif wanted is not None and wanted.page is Page.LIVE:
        _add(menu, window, commands.ASK_NOW)
    if wanted is not None and (wanted.projects or wanted.tags or wanted.batches):
        menu.addSeparator()
        menu.addAction(_("Copy name"), partial(QGuiApplication.clipboard().setText, entry.title))
    menu.popup(at)


def open_status_menu(window: MainWindow, at: QPoint) -> None:
    """Menu of the status line: actions for each of its parts."""
    m, work = window.models, window.workspace
    menu = passing_menu(window)
    _add(menu, window, commands.ASK_NOW)
    menu.addAction(_("Change API key…"), partial(window.open_room, "preferences", "Key"))
    menu.addSeparator()
    shows = {Page.LIVE: _("Show live tasks"), Page.WAITING_HERE: _("Show queue")}
    for page, shown in shows.items():
        entry = next((one for one in m.pages.entries() if one.filter is not None and one.filter.page is page), None)
        if entry is not None:
            menu.addAction(shown, partial(work.pages.choose, entry.key))
    _add(menu, window, commands.PAUSE)
    menu.addSeparator()
    _add(menu, window, commands.SPENDING, commands.CAPS)
    menu.addSeparator()
    _add(menu, window, commands.NOT_SAVED)
    menu.addAction(_("Results folder…"), partial(window.open_room, "preferences", "library_folder"))
    menu.popup(at)


def open_preview_menu(window: MainWindow, at: QPoint) -> None:
    """Menu of the preview: playback, then actions on the task."""
    window.models.rows.with_rows(window.workspace.chosen_ids(), partial(_open_preview_menu, window, at))


def _open_preview_menu(window: MainWindow, at: QPoint, rows: list[Row]) -> None:
    if window.preview is None or not rows:
        return
    menu = passing_menu(window)
    menu.setToolTipsVisible(True)
    if window.preview.shown_path is not None:
        _add(menu, window, PLAY, LOOP, SOUND, FIT, FULL_SCREEN)
        menu.addSeparator()
    window.task_menu.fill(menu, rows)
    menu.popup(at)


def _add(menu: QMenu, window: MainWindow, *wanted: Command[Any]) -> None:
    given = window.keys.given(window)
    add_entries(menu, (given[one] for one in wanted if one in given), window.keys)
