"""The main window: places, list with composer, preview with details, the bars; drops and pastes anywhere; keys for
everything.

It arranges and connects; what happens is decided by view-models. Built before anything is imported that playing
needs: the preview comes after the first paint by `add_preview`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QMimeData, QPoint, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDesktopServices,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QKeySequence,
    QPaintEvent,
)
from PySide6.QtWidgets import QFrame, QLabel, QMainWindow, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from runway_desktop.domain.caps import HeldBack
from runway_desktop.domain.events import Notice
from runway_desktop.domain.library import Filter, GroupBy, Row
from runway_desktop.domain.task import BatchId, TaskId
from runway_desktop.ui.composer.composer_pane import ComposerPane
from runway_desktop.ui.dialogs.confirm import confirm
from runway_desktop.ui.dialogs.notices import Notices
from runway_desktop.ui.inputs.find_file import FileFinder
from runway_desktop.ui.inputs.pasted import PictureKeeper
from runway_desktop.ui.lineage.last_frame import LastFrames
from runway_desktop.ui.search.keeper import SearchKeeper
from runway_desktop.ui.search.search_line import SearchLine
from runway_desktop.ui.tasks.grid import GridView
from runway_desktop.ui.tasks.judge import Judge
from runway_desktop.ui.tasks.judge_bar import JudgeBar
from runway_desktop.ui.tasks.poster_cache import PosterCache
from runway_desktop.ui.tasks.shelf import TaskShelf
from runway_desktop.ui.tasks.view import TaskView
from runway_desktop.ui.theme import GRID, Theme
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.composer import Composer
from runway_desktop.viewmodels.desk import Desk
from runway_desktop.viewmodels.details import DetailsModel, Showing
from runway_desktop.viewmodels.list_filter import ListFilter
from runway_desktop.viewmodels.memory import Memory
from runway_desktop.viewmodels.offers import Verb
from runway_desktop.viewmodels.places import Places
from runway_desktop.viewmodels.posters import Posters
from runway_desktop.viewmodels.status import Status
from runway_desktop.viewmodels.task_list import TaskListModel

from .bars import StatusLine, TopBar
from .details_pane import DetailsPane
from .dropping import Dropped, accepts, read
from .list_pane import ListPane
from .places_pane import PlacesPane
from .verb_menu import VerbMenu

if TYPE_CHECKING:
    from runway_desktop.ui.media.posters import PosterMaker
    from runway_desktop.ui.media.preview import Preview

Command = tuple[str, list[QKeySequence.StandardKey | str], Qt.ShortcutContext, QWidget, Callable[[], object]]
"""Name, keys, where the keys hold, whose action it is, and the deed."""

_GEOMETRY, _SPLITTER, _STAGE, _COLUMNS = "window.geometry", "window.splitter", "window.stage", "list.columns.10"
_GRID = "list.grid"
STAGE_HEIGHT = 290
"""Of a new profile: a clip of 16:9 in the right pane, with the controls below it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """All view-models that the window shows."""

    bridge: Bridge
    rows: TaskListModel
    filter: ListFilter
    places: Places
    details: DetailsModel
    composer: Composer
    status: Status
    desk: Desk
    posters: Posters
    memory: Memory


class MainWindow(QMainWindow):
    close_wanted = Signal()
    """The person wants to leave. The window stays until the program closed it down."""
    preferences_wanted = Signal(str)
    """Name of the section to open, may be empty."""
    sheet_wanted = Signal(object)
    """What was dropped or pasted, for a sheet; None for a blank one."""
    kept_sheets_wanted = Signal()
    compare_wanted = Signal(object)
    """Task ids whose results are to be compared in the culling room."""
    batch_menu_wanted = Signal(object, QPoint)
    """The id of a batch, and a global position."""
    shortcuts_wanted = Signal()
    spending_wanted = Signal()
    painted = Signal()
    """Once, after the first paint."""

    def __init__(self, models: Models, theme: Theme, profile: str) -> None:
        super().__init__()
        self._m = models
        self._theme = theme
        self._may_close = False
        self._removed: list[Sequence[TaskId] | None] = []
        """What was removed from the list in this session, for undo; None stands for a deed of judging."""
        self._was_painted = False
        self._to_show: tuple[TaskId, ...] = ()
        self._looks_left = 0
        self.preview: Preview | None = None
        self._poster_maker: PosterMaker | None = None
        # Where the system puts the program's name behind each title, it stands there once all the same.
        self.setWindowTitle(f"{profile} – Runway Desktop" if profile != "Default" else "Runway Desktop")
        self.setMinimumSize(760, 520)
        self.setAcceptDrops(True)
        self._build(profile)
        self._connect()
        self._make_actions()
        self._restore()

    @property
    def view(self) -> TaskView:
        return self._view

    @property
    def composer_pane(self) -> ComposerPane:
        return self._composer_pane

    @property
    def verb_menu(self) -> VerbMenu:
        return self._verbs

    @property
    def search(self) -> SearchLine:
        return self._top.search

    @property
    def notices(self) -> Notices:
        return self._notices

    def add_preview(self) -> None:
        """Builds what plays, after the first paint. Call from a plain slot, not from a coroutine."""
        from runway_desktop.ui.media.posters import PosterMaker
        from runway_desktop.ui.media.preview import Preview

        self.preview = Preview(self._theme, self._preview_room)
        self._preview_room.layout().addWidget(self.preview)
        self._preview_waits.hide()
        self.preview.openRequested.connect(lambda path: self._open_with_system([path]))
        self._poster_maker = PosterMaker(self)
        self._m.posters.wanted.connect(self._poster_maker.request)
        self._poster_maker.made.connect(self._m.posters.made)
        self._m.posters.look_again()
        self._m.desk.inputs.thumbnail_wanted.connect(self._poster_maker.request)
        self._poster_maker.made.connect(lambda path, poster, *_: self._m.desk.inputs.thumbnail_made(path, poster))
        self._m.desk.inputs.look_again()
        self._show_result()

    def show_welcome(self, page: QWidget | None) -> None:
        """Puts a page in the window's centre in place of the workspace; None brings the workspace back."""
        old = self._pages.widget(1)
        if page is not None:
            self._pages.addWidget(page)
            self._pages.setCurrentWidget(page)
            page.setFocus()
        else:
            self._pages.setCurrentIndex(0)
            self._composer_pane.focus_prompt()
        if old is not None and old is not page:
            self._pages.removeWidget(old)
            old.deleteLater()

    def chosen_rows(self) -> list[Row]:
        """The chosen tasks as far as they are known here; the visible ones always are."""
        return [row for task_id in self._view.selected_ids() if (row := self._m.rows.row_of(task_id)) is not None]

    def take_mime(self, mime: QMimeData, to_field: str = "", at: int | None = None) -> None:
        """Takes in whatever was dropped or pasted; for a field, in the place of its input `at`, where those are
        named."""
        self._take(read(mime), to_field, at)

    def pause_preview(self) -> None:
        """One thing plays at a time."""
        if self.preview is not None:
            self.preview.playback.pause()

    def let_close(self) -> None:
        """The program has closed down what the window stood on."""
        self._remember()
        if self.preview is not None:
            self.preview.shutdown()
        if self._poster_maker is not None:
            self._poster_maker.shutdown()
        self._composer_pane.shutdown()
        self._pictures.shutdown()
        self._shelf.grid.shutdown()
        self._posters_small.shutdown()
        self._last_frames.shutdown()
        self._may_close = True
        self.close()

    def _build(self, profile: str) -> None:
        m, theme = self._m, self._theme
        self._posters_small = PosterCache(self)
        self._view = TaskView(m.rows, theme, self._posters_small)
        grid = GridView(m.rows, self._view.selectionModel(), theme, self._posters_small)
        self._shelf = TaskShelf(self._view, grid)
        search = SearchLine(m.filter, theme)
        self._top = TopBar(m.status, m.places, search, theme, profile)
        self._places_pane = PlacesPane(m.places, theme)
        self._list_pane = ListPane(self._shelf, m.rows, m.filter, m.places, theme)
        self._composer_pane = ComposerPane(m.composer, m.desk, theme, self._posters_small)
        self._notices = Notices(theme, self._list_pane)
        self._details_pane = DetailsPane(m.details, m.rows, theme, self._posters_small)
        left = _pane(self._places_pane, pane="side")
        middle = _pane(self._list_pane, _line(), self._composer_pane, pane="list", stretch=self._list_pane)
        self._preview_room = _pane()
        self._preview_room.layout().setContentsMargins(GRID + GRID // 2, GRID + GRID // 2, GRID + GRID // 2, 0)
        self._preview_waits = QLabel("", self._preview_room)
        self._preview_room.layout().addWidget(self._preview_waits)
        inner = QSplitter(Qt.Orientation.Vertical)
        inner.addWidget(self._preview_room)
        inner.addWidget(self._details_pane)
        inner.setStretchFactor(0, 3)
        inner.setStretchFactor(1, 2)
        inner.setHandleWidth(1)
        self._inner = inner
        right = _pane(inner, pane="raised")
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        for widget, least in ((left, 140), (middle, 420), (right, 260)):
            widget.setMinimumWidth(least)
            self._splitter.addWidget(widget)
        self._splitter.setHandleWidth(1)
        for place, share in enumerate((0, 3, 1)):
            self._splitter.setStretchFactor(place, share)
        self._splitter.setCollapsible(1, False)
        work = _pane(
            self._top, _line(), self._splitter, _line(), StatusLine(m.status, m.composer, theme), stretch=self._splitter
        )
        self._pages = QStackedWidget()
        self._pages.addWidget(work)
        self.setCentralWidget(self._pages)
        self._keeper = SearchKeeper(m.filter, self._notices, self)
        search.save_wanted.connect(self._keeper.save)
        self._judge = Judge(m.desk.judging, m.rows, m.places, self._view.selected_ids, self._shelf)
        judge_bar = JudgeBar(m.details, self._judge, theme)
        judge_bar.compare_wanted.connect(self._compare)
        self._details_pane.put_first(judge_bar)
        self._verbs = VerbMenu(m.desk, m.rows, self._view.selected_ids, theme, self)

    def _connect(self) -> None:
        m = self._m
        self._top.preferences_wanted.connect(lambda: self.preferences_wanted.emit(""))
        self._top.key_wanted.connect(lambda: self.preferences_wanted.emit("Key"))
        self._top.refresh_wanted.connect(m.desk.ask_now)
        self._top.pause_wanted.connect(m.desk.pause)
        self._top.spending_wanted.connect(self.spending_wanted)
        self._top.caps_wanted.connect(lambda: self.preferences_wanted.emit("Money"))
        m.places.follow(m.filter)
        self._places_pane.search_chosen.connect(m.filter.open_search)
        self._places_pane.search_menu_wanted.connect(self._keeper.popup)
        self._list_pane.grid_changed.connect(self._remember_grid)
        m.desk.judging.done.connect(self._judged)
        m.desk.model_wanted.connect(self._composer_pane.choose_model)
        self._places_pane.chosen.connect(self._open_place)
        self._composer_pane.pasted.connect(self.take_mime)
        self._composer_pane.replaced.connect(self.take_mime)
        FileFinder(m.desk, self)
        self._pictures = PictureKeeper(self)
        for view in (self._view, self._shelf.grid):
            view.seen_changed.connect(m.desk.look_at)
            view.opened.connect(self._open)
            view.menu_wanted.connect(self._verbs.popup)
            view.files_dragged.connect(self._drag_files)
            view.group_menu_wanted.connect(self._group_menu)
        self._view.selection_moved.connect(lambda: m.details.choose(self._view.selected_ids()))
        m.details.showing_changed.connect(self._show_result)
        self._details_pane.verb_wanted.connect(self._verbs.take)
        self._details_pane.task_wanted.connect(lambda task_id: self._show_tasks([task_id]))
        self._details_pane.offer_onward(m.desk.onward, self._shown_result)
        m.desk.onward.placed.connect(self._composer_pane.focus_prompt)
        self._last_frames = LastFrames(m.desk.onward, self)
        self._details_pane.copy_wanted.connect(self._copy_text)
        self._details_pane.support_wanted.connect(
            lambda with_prompt: m.rows.with_rows(
                self._view.selected_ids(), lambda rows: m.desk.copy_support(rows, include_prompt=with_prompt)
            )
        )
        self._list_pane.columns_changed.connect(self._remember_columns)
        m.composer.said.connect(m.desk.tell)
        m.composer.sent.connect(self._show_tasks)
        m.rows.loaded.connect(self._look_for_tasks)
        m.desk.text_copied.connect(self._copy_text)
        m.desk.files_copied.connect(self._copy_files)
        m.desk.sheet_wanted.connect(self.sheet_wanted)
        self._places_pane.batch_menu_wanted.connect(self.batch_menu_wanted)
        m.desk.show_wanted.connect(self._show_tasks)
        m.desk.open_wanted.connect(self._open)
        m.desk.folder_wanted.connect(self._show_folder)
        m.desk.system_wanted.connect(self._open_with_system)
        m.desk.release_wanted.connect(lambda _: self.preview.stop() if self.preview is not None else None)
        m.desk.undo_offered.connect(self._offer_undo)
        m.desk.settings_offered.connect(
            lambda message, request: self._notices.tell(
                message, action_text="Take its settings", on_action=lambda: m.desk.take_settings(request)
            )
        )
        m.bridge.notice.connect(self._notice)
        m.bridge.cap_reached.connect(self._cap_reached)
        m.composer.question_wanted.connect(lambda asked: confirm(self, asked, m.composer.send_confirmed))

    def _make_actions(self) -> None:
        standard = QKeySequence.StandardKey
        window, in_list = Qt.ShortcutContext.WindowShortcut, Qt.ShortcutContext.WidgetWithChildrenShortcut
        verb, judge, here = self._verbs.take, self._judge, self._shelf
        commands: tuple[Command, ...] = (
            ("New request", [standard.New], window, self, self._new),
            ("New sheet", ["Ctrl+Shift+N"], window, self, lambda: self.sheet_wanted.emit(None)),
            ("Open a kept sheet", ["Ctrl+Shift+O"], window, self, self.kept_sheets_wanted.emit),
            ("Search", [standard.Find], window, self, self._focus_search),
            ("Preferences", [standard.Preferences, "Ctrl+,"], window, self, lambda: self.preferences_wanted.emit("")),
            ("Keyboard shortcuts", ["Ctrl+?"], window, self, self.shortcuts_wanted.emit),
            ("Spending", ["Ctrl+Shift+M"], window, self, self.spending_wanted.emit),
            ("Ask Runway now", [standard.Refresh], window, self, self._m.desk.ask_now),
            ("Quit", [standard.Quit, "Ctrl+Q"], window, self, self.close),
            ("Go to the list", ["Ctrl+L"], window, self, self._shelf.setFocus),
            ("List or grid", ["Ctrl+Shift+G"], window, self, self._turn_grid),
            ("Save this search", [standard.Save], window, self, self._keeper.save),
            ("Pick", ["P"], in_list, here, judge.pick),
            ("Reject", ["X"], in_list, here, judge.reject),
            *_ratings(judge, here),
            ("Take the rating away", ["0"], in_list, here, lambda: judge.rate(0)),
            ("Tag", ["T"], in_list, here, judge.tag),
            ("Note", ["N"], in_list, here, judge.note),
            ("Compare takes", ["C"], in_list, here, self._compare),
            ("Compare what is chosen", ["Ctrl+Shift+C"], window, self, self._compare),
            ("Project", ["Shift+P"], in_list, here, judge.project),
            ("Shot", ["Shift+T"], in_list, here, judge.shot),
            ("Redo", [standard.Redo], in_list, here, self._m.desk.judging.redo),
            # Of the whole window: an empty list cannot have the keyboard, and a line of text takes its pastes first.
            ("Paste tasks, prompts or files", [standard.Paste], window, self, self._paste),
            ("Copy prompts", [standard.Copy], in_list, here, lambda: verb(Verb.COPY_PROMPT)),
            ("Retry", ["Ctrl+R"], in_list, here, lambda: verb(Verb.RETRY)),
            ("Edit", ["Ctrl+E"], in_list, here, self._edit),
            ("Rename", ["F2"], in_list, here, lambda: verb(Verb.RENAME)),
            ("Remove from list", [standard.Delete], in_list, here, lambda: verb(Verb.REMOVE)),
            ("Undo in the list", [standard.Undo], window, self, self._undo),
            ("Go to the newest notice", ["F6"], window, self, self._notices.focus_latest),
            ("Play or pause", ["Space"], in_list, here, lambda: self.preview and self.preview.toggle_play()),
            ("Shuttle back", ["J"], in_list, here, lambda: self.preview and self.preview.shuttle(-1)),
            ("Shuttle stop", ["K"], in_list, here, lambda: self.preview and self.preview.shuttle(0)),
            ("Shuttle forward", ["L"], in_list, here, lambda: self.preview and self.preview.shuttle(1)),
            ("One frame back", [","], in_list, here, lambda: self.preview and self.preview.step(-1)),
            ("One frame forward", ["."], in_list, here, lambda: self.preview and self.preview.step(1)),
            ("Full screen", ["F"], in_list, here, lambda: self.preview and self.preview.toggle_full_screen()),
            ("Clear search and selection", ["Esc"], in_list, here, self._escape),
        )
        for name, keys, context, owner, does in commands:
            action = QAction(name, owner)
            sequences = [
                sequence
                for key in keys
                for sequence in (QKeySequence.keyBindings(key) if isinstance(key, standard) else [QKeySequence(key)])
            ]
            action.setShortcuts(list(dict.fromkeys(sequences)))
            action.setShortcutContext(context)
            # A key that is held down must not retry, send or remove again and again.
            action.setAutoRepeat(name.startswith("One frame"))
            action.triggered.connect(lambda _=False, does=does: does())
            owner.addAction(action)
        send = QAction("Send the request", self._composer_pane)
        send.setShortcuts([QKeySequence("Ctrl+Return"), QKeySequence("Ctrl+Enter")])
        send.setShortcutContext(window)
        send.setAutoRepeat(False)
        send.triggered.connect(self._m.composer.send)
        self.addAction(send)

    def _group_menu(self, key: str, at: QPoint) -> None:
        """Of a group's header: a batch has a sheet, other groups have nothing of their own."""
        if self._m.rows.listing.group is GroupBy.BATCH and key:
            self.batch_menu_wanted.emit(BatchId(key), at)

    def _restore(self) -> None:
        recall = self._m.memory.recall
        geometry = recall(_GEOMETRY)
        if geometry is None or not self.restoreGeometry(_state(geometry)):
            self.resize(1440, 900)
        splitter = recall(_SPLITTER)
        if splitter is None or not self._splitter.restoreState(_state(splitter)):
            self._splitter.setSizes([208, 812, 418])
        stage = recall(_STAGE)
        if stage is None or not self._inner.restoreState(_state(stage)):
            self._inner.setSizes([STAGE_HEIGHT, self.height() - STAGE_HEIGHT])
        columns = recall(_COLUMNS)
        if columns is not None:
            self._view.horizontalHeader().restoreState(_state(columns))
        grid = (recall(_GRID) or "").split()
        if len(grid) == 2 and all(word.isdecimal() for word in grid):
            self._list_pane.show_grid(grid[0] == "1", int(grid[1]))

    def _remember(self) -> None:
        keep = self._m.memory.keep
        keep(_GEOMETRY, _text(self.saveGeometry()))
        keep(_SPLITTER, _text(self._splitter.saveState()))
        keep(_STAGE, _text(self._inner.saveState()))
        self._remember_columns()

    def _remember_columns(self) -> None:
        if self._was_painted and not self._view.is_narrow:
            self._m.memory.keep(_COLUMNS, _text(self._view.horizontalHeader().saveState()))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self.painted.emit)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._may_close:
            event.accept()
            return
        event.ignore()
        self.close_wanted.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        ours = event.source() is not None
        if accepts(event.mimeData()) and (not ours or event.mimeData().hasUrls()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self._composer_pane.set_dropping(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._composer_pane.set_dropping(False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self._composer_pane.set_dropping(False)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.take_mime(event.mimeData())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self._m.places.refresh()

    def _take(self, dropped: Dropped, to_field: str = "", at: int | None = None) -> None:
        if not dropped:
            self._m.desk.tell("There was nothing in it that could be used.", problem=True)
            return
        if dropped.image is not None:
            # The clipboard's own memory must not be read from another thread.
            image, folder = dropped.image.copy(), self._m.memory.library / "Pasted pictures"
            self._pictures.keep(image, folder, lambda path: self._picture_kept(path, to_field, at))
            return
        self._m.desk.take(
            paths=dropped.paths, urls=dropped.urls, text=dropped.text, html=dropped.html, to_field=to_field, at=at
        )

    def _picture_kept(self, path: Path | None, to_field: str, at: int | None) -> None:
        if path is None:
            self._m.desk.tell("The copied picture could not be kept. Save it as a file and drop that.", problem=True)
        else:
            self._m.desk.take(paths=[path], to_field=to_field, at=at)

    def _paste(self) -> None:
        self.take_mime(QGuiApplication.clipboard().mimeData())

    def _new(self) -> None:
        self._m.composer.clear()
        self._composer_pane.focus_prompt()

    def _focus_search(self) -> None:
        self._top.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._top.search.selectAll()

    def _edit(self) -> None:
        rows = self.chosen_rows()
        if rows:
            self._verbs.take(Verb.EDIT_HELD if rows[0].task.state.value == "held" else Verb.EDIT_AND_SEND)
            self._composer_pane.focus_prompt()

    def _escape(self) -> None:
        if self._m.filter.text:
            self._top.search.clear()
        else:
            self._view.clearSelection()

    def _open_place(self, place: Filter) -> None:
        entry = next((entry for entry in self._m.places.entries() if entry.filter == place), None)
        self._m.filter.leave_search()
        self._m.filter.open_place(place, entry.title if entry is not None else "All tasks")

    def _open(self, task_id: TaskId) -> None:
        """Return or a double click: play a result that is here; take the next step of one that is not."""
        row = self._m.rows.row_of(task_id)
        if row is None or self.preview is None:
            return
        self._view.select([task_id])
        if any(output.is_here for output in row.outputs):
            self.preview.toggle_play()
            self.preview.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_tasks(self, task_ids: Sequence[TaskId]) -> None:
        """Selects tasks that may not be listed yet: new ones come with the next answers of the store."""
        self._to_show, self._looks_left = tuple(task_ids), 2
        self._look_for_tasks()

    def _look_for_tasks(self) -> None:
        rows, wanted = self._m.rows, self._to_show
        if not wanted:
            return
        rows.reveal(wanted)
        found = next((task_id for task_id in wanted if rows.position(task_id) is not None), None)
        if found is not None:
            # Of a whole batch the first stands for it; the others are right below.
            self._to_show = ()
            self._view.select([found])
        elif self._looks_left:
            # An answer that was on its way already may not know them yet.
            self._looks_left -= 1
            rows.refresh_soon()
        else:
            self._to_show = ()
            hidden = "It is in the list, but hidden by what you chose to see."
            several = "They are in the list, but hidden by what you chose to see."
            self._notices.tell(
                hidden if len(wanted) == 1 else several, action_text="Show", on_action=lambda: self._show_all(wanted)
            )

    def _show_all(self, task_ids: Sequence[TaskId]) -> None:
        self._places_pane.choose_all()
        self._m.filter.clear()
        self._show_tasks(task_ids)

    def _show_result(self) -> None:
        if self.preview is None:
            return
        showing = self._m.details.showing
        if not showing:
            self.preview.clear("Choose a task to see its result here.")
        elif showing[0].path is None:
            self.preview.clear(showing[0].text)
        else:
            self.preview.show_outputs(showing)

    def _shown_result(self) -> Showing | None:
        """What the preview shows, if it is a result."""
        showing = self._m.details.showing
        place = self.preview.current_index if self.preview is not None else 0
        return showing[min(place, len(showing) - 1)] if showing and showing[0].path is not None else None

    def _drag_files(self, task_ids: Sequence[TaskId]) -> None:
        from runway_desktop.ui.media.drag import start_file_drag

        rows = [row for task_id in task_ids if (row := self._m.rows.row_of(task_id)) is not None]
        paths = [Path(output.path) for row in rows for output in row.outputs if output.is_here]
        start_file_drag(self._view, paths)

    def _copy_text(self, text: str, what: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self._notices.tell(f"{what} copied.")

    def _copy_files(self, paths: Sequence[Path]) -> None:
        from runway_desktop.ui.media.drag import file_mime

        QGuiApplication.clipboard().setMimeData(file_mime(paths))
        self._notices.tell("File copied." if len(paths) == 1 else f"{len(paths)} files copied.")

    def _show_folder(self, path: Path) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent))):
            self._m.desk.tell(f"The folder could not be opened: {path.parent}", problem=True)

    def _open_with_system(self, paths: Sequence[Path]) -> None:
        for path in paths[:8]:
            if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
                self._m.desk.tell(f"No program could be found to open {path.name}.", problem=True)

    def _offer_undo(self, message: str, task_ids: Sequence[TaskId]) -> None:
        self._removed.append(task_ids)
        self._notices.tell(message, action_text="Undo", on_action=lambda: self._restore_tasks(task_ids))

    def _undo(self) -> None:
        """Beyond the life of the notice too: one removal or judgement after the other, the last one first."""
        if not self._removed:
            return
        task_ids = self._removed[-1]
        if task_ids is None:
            self._removed.pop()
            self._m.desk.judging.undo()
        else:
            self._restore_tasks(task_ids)

    def _judged(self, sentence: str, can_undo: bool) -> None:
        """One task shows itself what became of it; of many a notice tells."""
        if not can_undo:
            self._notices.tell(sentence)
            return
        self._removed.append(None)
        if len(self._view.selected_ids()) > 1:
            self._notices.tell(sentence, action_text="Undo", on_action=self._undo)

    def _compare(self) -> None:
        if chosen := self._view.selected_ids():
            self.compare_wanted.emit(chosen)
        else:
            self._notices.tell("Choose what to compare: several tasks, or one for its takes.")

    def show_grid(self, on: bool) -> None:
        self._list_pane.show_grid(on)

    def _turn_grid(self) -> None:
        self._list_pane.show_grid(not self._list_pane.is_grid)

    def _remember_grid(self) -> None:
        self._m.memory.keep(_GRID, f"{int(self._list_pane.is_grid)} {self._shelf.grid.poster_width}")

    def _restore_tasks(self, task_ids: Sequence[TaskId]) -> None:
        if task_ids in self._removed:
            self._removed.remove(task_ids)
            self._m.desk.restore(task_ids)

    def _cap_reached(self, held: HeldBack) -> None:
        self._notices.tell(
            held.sentence,
            detail="" if held.raise_words else "It is sent by itself once there are enough credits at Runway.",
            action_text=held.raise_words,
            on_action=lambda: self._m.desk.raise_cap(held),
        )

    def _notice(self, notice: Notice) -> None:
        self._notices.tell(notice.message, detail=notice.detail, problem=notice.is_problem)


def _ratings(judge: Judge, owner: QWidget) -> list[Command]:
    context = Qt.ShortcutContext.WidgetWithChildrenShortcut
    return [(f"Rate {stars}", [str(stars)], context, owner, partial(judge.rate, stars)) for stars in range(1, 6)]


def _pane(*widgets: QWidget, pane: str = "", stretch: QWidget | None = None) -> QWidget:
    holder = QWidget()
    if pane:
        holder.setProperty("pane", pane)
        holder.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for widget in widgets:
        column.addWidget(widget, 1 if widget is stretch or len(widgets) == 1 else 0)
    return holder


def _line() -> QFrame:
    line = QFrame()
    line.setProperty("line", True)
    line.setFixedHeight(1)
    return line


def _state(text: str) -> QByteArray:
    return QByteArray.fromBase64(text.encode())


def _text(state: QByteArray) -> str:
    return bytes(state.toBase64().data()).decode()
