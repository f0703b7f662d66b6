"""The main window: connects panes with view-models, accepts drops anywhere, and closes only after the program has shut
down its services.

View-models make the decisions. Layout: `workspace`; keys: `command_bindings`. Created before importing anything that
the first paint does not show; `interior` holds the rest.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QProcessEnvironment, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QPaintEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QWidget

from runway_desktop.domain.events import Notice
from runway_desktop.domain.library import Filter, Page, Row
from runway_desktop.domain.task import TaskId
from runway_desktop.texts import _, ngettext
from runway_desktop.ui.activity.pill import Pill
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.composer.commands import SEND
from runway_desktop.ui.confirm import confirm
from runway_desktop.ui.room import Export, Import, Opens, Review
from runway_desktop.ui.search.search_line import SearchKeeper
from runway_desktop.ui.tasks.judge import Judge, JudgeBar
from runway_desktop.ui.theme import Theme
from runway_desktop.usecases.commands.command import Command
from runway_desktop.usecases.commands.ending import REMOVE
from runway_desktop.usecases.commands.handing_on import COPY_SUPPORT
from runway_desktop.usecases.commands.task_command import TaskCommand
from runway_desktop.usecases.searching.pages import PaneEntry, SavedSearch
from runway_desktop.usecases.words.notices import no_font
from runway_desktop.usecases.words.queue import SENT_INSTEAD, no_undo
from runway_desktop.usecases.words.tasks import Showing
from runway_desktop.viewmodels.activity.acts import Acts
from runway_desktop.viewmodels.models import Models

from .navigation import PageSwitcher, TaskFinder
from .task_menu import TaskMenu
from .workspace import Workspace, bring_into_view, first_size, put_in_order, state_of, text_of

if TYPE_CHECKING:
    from runway_desktop.ui.media.preview import Preview
    from runway_desktop.usecases.searching.pages import Renamed

TOKEN = "XDG_ACTIVATION_TOKEN"  # noqa: S105 - a variable from which Qt takes the right to raise a window on Wayland
_GEOMETRY = "window.geometry"
_NO_FONT = "fonts.missing"


class MainWindow(QMainWindow):
    close_wanted = Signal()
    """The person closed the window. It stays open until `let_close`."""
    quit_wanted = Signal()
    painted = Signal()
    """Emitted once, after the first paint."""
    paste_wanted = Signal()
    closing_down = Signal()
    """Parts outside the panes should shut down."""
    preview_added = Signal(object)
    """The preview, created after the first paint."""

    def __init__(self, models: Models, theme: Theme, open_room: Opens, commands: Sequence[Command[Any]]) -> None:
        super().__init__()
        self.open_room = open_room
        self.models = models
        self.keys = Keys(models.keys, self, commands)
        self.theme = theme
        self._may_close = False
        self._was_painted = False
        self.preview: Preview | None = None
        self.setMinimumSize(680, 420)
        self.setAcceptDrops(True)
        self._build()
        self._connect()
        self._connect_desk()
        models.profiles.changed.connect(self._show_title)
        self._show_title()
        self._restore()

    def show_welcome(self, page: QWidget | None) -> None:
        """Shows a page instead of the workspace; None restores the workspace."""
        old = self._pages.widget(1)
        if page is not None:
            self._pages.addWidget(page)
            self._pages.setCurrentWidget(page)
            page.setFocus()
        else:
            self._pages.setCurrentIndex(0)
            self.composer_pane.focus_prompt()
        if old is not None and old is not page:
            self._pages.removeWidget(old)
            old.deleteLater()

    def come_to_front(self) -> None:
        """Shows and activates the window, even if minimized or in the tray."""
        if not self._can_be_raised():
            self.hide()
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def go_to_tasks(self, task_ids: Sequence[TaskId]) -> None:
        """Selects tasks in the list, without its filters if they hide them."""
        self._show_tasks(task_ids, clears_filters=True)

    def chosen_rows(self) -> list[Row]:
        """Selected rows that are loaded; visible ones always are."""
        return [row for task_id in self.workspace.chosen_ids() if (row := self.models.rows.row_of(task_id)) is not None]

    def take_preview(self, preview: Preview) -> None:
        """Sets the preview; called once, after the first paint."""
        self.preview = preview
        self.preview_added.emit(preview)
        self._show_result()

    def pause_preview(self) -> None:
        """Pauses the preview, since other playback starts."""
        if self.preview is not None:
            self.preview.playback.pause()

    def let_close(self) -> None:
        """Closes the window; call after the services have shut down."""
        self._remember()
        self.closing_down.emit()
        self.workspace.shutdown()
        self._may_close = True
        self.close()

    def leave_overlay(self) -> None:
        if self.workspace.overlay is not None:
            self.workspace.overlay.leave()

    def begin_request(self) -> None:
        self.models.composer.clear()
        self.focus_composer()

    def focus_composer(self) -> None:
        """Focuses the prompt; leaves the large view, or a page without composer."""
        self.leave_overlay()
        if self.composer_pane.isHidden():
            self.pages.leave()
        self.composer_pane.focus_prompt()

    def recall_prompt(self) -> None:
        """Shows the prompt history above the composer that it fills."""
        self.focus_composer()
        self.models.composer.history.ask()

    def show_activity(self) -> None:
        """Opens the list of the visible activity pill."""
        next(pill for pill in self.findChildren(Pill) if pill.isVisible()).open()

    def focus_search(self) -> None:
        self.leave_overlay()
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def clear_choice(self) -> None:
        """Clears in this order: search text, filter chips, selection."""
        if not self.models.filter.clear_next():
            self.view.clearSelection()

    @cached_property
    def keeper(self) -> SearchKeeper:
        """Created when a search is first saved."""
        return SearchKeeper(self.models.filter, self.models.activity, self.name_search, self)

    def name_search(self, saved: SavedSearch) -> None:
        """Edits a search's name in the left pane, unfolding it first."""
        self._edit_name(f"search {saved.id}")

    def rename_page(self) -> None:
        """Edits the name of the page selected in the sidebar, unfolding it first."""
        if (entry := self.workspace.pages.current_entry) is not None:
            self._edit_name(entry.key)

    def _edit_name(self, key: str) -> None:
        work = self.workspace
        if work.columns.is_folded(0):
            work.fold(0)
        work.pages.edit_name(key)

    def _can_be_raised(self) -> bool:
        """On Wayland a window is raised or restored only with the token of a click; else it has to be opened again.
        That leaves dialogs behind, so it is not done while one blocks the window."""
        has_token = QProcessEnvironment.systemEnvironment().contains(TOKEN)
        is_blocked = QApplication.activeModalWidget() is not None
        return QGuiApplication.platformName() != "wayland" or has_token or is_blocked or self.isActiveWindow()

    def _name_page(self, entry: PaneEntry, name: str) -> None:
        if entry.search is not None:
            self.models.filter.rename_search(entry.search.id, name)
        elif entry.filter is not None:
            self.models.pages.rename(entry.filter, name)

    def _follow_rename(self, renamed: Renamed, undone: bool) -> None:
        m = self.models
        before, after = (page.projects for page in (renamed.before, renamed.after))
        if undone:
            before, after = after, before
        if m.composer.project in before:
            m.composer.set_project(next(iter(after)))
        # Headers of batches.
        m.rows.refresh()
        if not undone:
            self.activity.act(_("Renamed to “{name}”.", name=renamed.name), partial(m.pages.undo_rename, renamed))

    @cached_property
    def _finding(self) -> TaskFinder:
        return TaskFinder(self.models.rows, self.view, self.activity, self._show_everything)

    def _say_missing_letters(self, script: str) -> None:
        """Shows the notice once per script, not at each start."""
        said = self.models.memory.recall(_NO_FONT) or ""
        if script not in said.split():
            self.models.memory.keep(_NO_FONT, f"{said} {script}".strip())
            message, detail = no_font(script, on_linux=sys.platform == "linux")
            self.activity.tell(message, detail=detail)

    def shown_result(self) -> Showing | None:
        """The result in the preview, or None."""
        showing = self.models.details.showing
        index = self.preview.current_index if self.preview is not None else 0
        shown = showing[min(index, len(showing) - 1)] if showing else None
        return shown if shown is not None and shown.path is not None else None

    def _show_title(self) -> None:
        # On systems that append the program's name to titles, it still appears only once.
        profile = self.models.profiles.title
        self.setWindowTitle(_("{profile} – Runway Desktop", profile=profile) if profile else "Runway Desktop")

    def _build(self) -> None:
        m, theme = self.models, self.theme
        self.workspace = work = Workspace(m, theme, self.keys)
        self.view, self.composer_pane = work.view, work.composer
        self.search, self.activity = work.search, m.activity
        self._pages = QStackedWidget()
        self._pages.addWidget(work)
        self.setCentralWidget(self._pages)
        chosen = work.chosen_ids
        self.judge = Judge(m.task_commands.judging, m.rows, m.pages, chosen, work.views)
        judge_bar = JudgeBar(m.details, self.judge, theme, self.keys)
        self.judge.compare_wanted.connect(partial(self.open_room, "viewer"))
        work.details.put_first(judge_bar)
        self.task_menu = TaskMenu(m.task_commands, m.rows, chosen, self.judge, self.shown_result, self.keys, self)
        Acts(m.task_commands, m.rows, m.activity, m.bridge, self)
        # Queued: the signal may be emitted during a paint.
        theme.letters_missing.connect(self._say_missing_letters, Qt.ConnectionType.QueuedConnection)
        self.pages = PageSwitcher(m, work, self.open_room, self.keys, self)

    def _connect(self) -> None:
        """Connects panes with each other, with models and the window."""
        m, work = self.models, self.workspace
        top, pages, details = work.top, work.pages, work.details
        top.preferences_wanted.connect(partial(self.open_room, "preferences"))
        work.search.left.connect(work.views.enter)
        m.pages.follow(m.filter)
        m.pages.follow_unsaved(m.unsaved)
        m.unsaved.urgent.connect(
            lambda sentence: self.activity.tell(
                sentence, problem=True, action_text=_("Show"), on_action=self.open_unsaved
            )
        )
        work.status.not_saved_wanted.connect(self.open_unsaved)
        pages.search_chosen.connect(m.filter.open_search)
        pages.named.connect(self._name_page)
        m.pages.renamed.connect(self._follow_rename)
        pages.chosen.connect(self._open_page)
        pages.new_project_wanted.connect(work.composer.name_project)
        work.composer.project_made.connect(self._project_made)
        pages.sheet_chosen.connect(partial(self.open_room, "sheet"))
        for view in (work.view, work.grid):
            view.seen_changed.connect(m.task_commands.look_at)
            view.opened.connect(self._open)
            view.menu_wanted.connect(self.task_menu.popup)
        work.view.selection_moved.connect(lambda: m.details.choose(work.chosen_ids()))
        work.list.columns_changed.connect(self._remember_columns)
        m.details.showing_changed.connect(self._show_result)
        details.command_wanted.connect(self.task_menu.take)
        details.task_wanted.connect(lambda task_id: self._show_tasks([task_id]))
        details.focus_left.connect(partial(work.views.setFocus, Qt.FocusReason.OtherFocusReason))
        details.offer_onward(m.task_commands.use_as_input, self.shown_result)
        details.support_wanted.connect(partial(self.task_menu.take, COPY_SUPPORT))

    def _connect_desk(self) -> None:
        """Connects requests of engine and commands to the window."""
        m = self.models
        m.composer.said.connect(m.task_commands.tell)
        self.composer_pane.left.connect(partial(self.workspace.views.setFocus, Qt.FocusReason.OtherFocusReason))
        m.composer.aside.offered.connect(
            lambda: self.activity.tell(
                _("Draft replaced."),
                action_text=_("Restore"),
                on_action=m.composer.aside.bring_back,
                once=True,
            )
        )
        m.composer.sent.connect(self._show_sent)
        m.composer.sent.connect(lambda *_: self.activity.for_good(str(no_undo(SEND.name, SENT_INSTEAD))))
        m.composer.question_wanted.connect(lambda asked, yes: confirm(self, asked, yes))
        m.task_commands.written.connect(self.focus_composer)
        m.task_commands.model_wanted.connect(self.composer_pane.choose_model)
        m.task_commands.use_as_input.placed.connect(self.focus_composer)
        m.task_commands.sheet_wanted.connect(partial(self.open_room, "sheet"))
        m.task_commands.restore_wanted.connect(partial(self.open_room, "backup"))
        m.task_commands.review_wanted.connect(lambda ids: self.open_room("review", Review(ids)))
        m.task_commands.export_wanted.connect(lambda ids: self.open_room("exchange", Export(ids)))
        m.task_commands.brought.connect(lambda found, otherwise: self.open_room("exchange", Import(found, otherwise)))
        m.task_commands.show_wanted.connect(self._show_tasks)
        m.task_commands.back_wanted.connect(self._show_again)
        m.task_commands.open_wanted.connect(self._open)
        m.task_commands.undo_offered.connect(self._leave)
        m.task_commands.release_wanted.connect(lambda _: self.preview.stop() if self.preview is not None else None)
        m.task_commands.settings_offered.connect(
            lambda message, request: self.activity.tell(
                message, action_text=_("Use settings"), on_action=lambda: m.composer.load(request)
            )
        )
        m.folder.show_wanted.connect(m.task_commands.folder_wanted)
        m.folder.choose_wanted.connect(partial(self.open_room, "preferences", "Saving"))
        m.bridge.notice.connect(self._notice)

    def _leave(self, _: str, command: TaskCommand, what: Any) -> None:
        if command is REMOVE:
            self.view.leave(what)

    @property
    def placement(self) -> str:
        """Serialized geometry, for `stand_at`."""
        return text_of(self.saveGeometry())

    def stand_at(self, placement: str) -> None:
        """Restores the geometry; invalid values are ignored."""
        self.restoreGeometry(state_of(placement))

    def _restore(self) -> None:
        geometry = self.models.memory.recall(_GEOMETRY)
        if geometry is None or not self.restoreGeometry(state_of(geometry)):
            self.resize(first_size(self.screen().availableGeometry().size()))
        self.workspace.restore(self.height())

    def _remember(self) -> None:
        if not self._was_painted:
            # Started hidden: nothing was laid out or placed.
            return
        self.models.memory.keep(_GEOMETRY, self.placement)
        self.workspace.remember()
        self._remember_columns()

    def _remember_columns(self) -> None:
        """Stores columns, but not changes before the first paint, which come from restoring."""
        if self._was_painted:
            self.workspace.remember_columns()

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

    def focusNextPrevChild(self, forward: bool) -> bool:
        work = self.workspace
        if self._pages.currentWidget() is work:
            put_in_order((work.preview_room, *work.details.areas))
        has_moved = super().focusNextPrevChild(forward)
        if has_moved:
            bring_into_view(self.focusWidget())
        return has_moved

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        # Before the first paint, activation belongs to the opening itself.
        if event.type() == QEvent.Type.ActivationChange and self._was_painted and self.isActiveWindow():
            self.models.pages.refresh()
            self.models.folder.window_is_used()
            self.models.task_commands.look_around()

    def _open_page(self, page: Filter) -> None:
        m = self.models
        entry = next((entry for entry in m.pages.entries() if entry.filter == page), None)
        m.filter.leave_search()
        m.filter.open_page(page, entry.title if entry is not None else _("All tasks"))

    def open_unsaved(self) -> None:
        """Opens the page of unsaved results, also if it is empty and so not listed."""
        self.leave_overlay()
        self._open_page(Filter(page=Page.NOT_SAVED))
        self.models.pages.recount()
        self.workspace.pages.choose(Page.NOT_SAVED.value)
        self.workspace.views.setFocus(Qt.FocusReason.OtherFocusReason)

    def _project_made(self, name: str) -> None:
        """Lists the project, and offers to move the selected tasks to it."""
        self.models.pages.add_project(name)
        chosen = self.workspace.chosen_ids()
        judging = self.models.task_commands.judging
        self.activity.tell(
            _("New tasks go to “{project}”.", project=name),
            action_text=ngettext("Move selected task", "Move selected tasks", len(chosen)) if chosen else "",
            on_action=partial(judging.set_project, chosen, name) if chosen else None,
        )

    def _open(self, task_id: TaskId) -> None:
        """Opens a task in the large view, after Return or a double click."""
        if self.models.rows.position(task_id) is not None:
            self.open_room("viewer", task_id)

    def _show_tasks(self, task_ids: Sequence[TaskId], *, clears_filters: bool = False) -> None:
        self.leave_overlay()
        self.pages.leave()
        self._finding.show(task_ids, clears_filters=clears_filters)

    def _show_sent(self, task_ids: Sequence[TaskId]) -> None:
        page = self.workspace.page
        (page.sent if page is not None and page.sent is not None else self._show_tasks)(task_ids)

    def _show_again(self, task_ids: Sequence[TaskId]) -> None:
        """Shows what an undo brought back. The large view, if that is open, goes there by itself."""
        if self.workspace.overlay is None:
            self._show_tasks(task_ids)

    def _show_everything(self) -> None:
        self.workspace.pages.setCurrentRow(0)
        self.models.filter.clear()

    def _show_result(self) -> None:
        if self.preview is None:
            return
        showing = self.models.details.showing
        if not showing:
            self.preview.clear(_("Select a task to see its result."))
        elif all(one.path is None and one.poster is None for one in showing):
            self.preview.clear(showing[0].text)
        else:
            self.preview.show_outputs(showing)

    def _notice(self, notice: Notice) -> None:
        if notice.remote_ids:
            self._offer_ids(notice)
            return
        opens = partial(self.open_room, "preferences", notice.section) if notice.section else None
        text = _("Open preferences") if notice.section else ""
        self.activity.tell(str(notice.message), str(notice.detail), notice.is_problem, text, opens)

    def _offer_ids(self, notice: Notice) -> None:
        """Stays until the person has answered; without an answer it is told again at the next start."""
        commands, ids = self.models.task_commands, notice.remote_ids

        def take() -> None:
            commands.note_seen(ids)
            commands.take(text="\n".join(ids))

        dismiss = (_("Dismiss"), partial(commands.note_seen, ids))
        self.activity.tell(
            str(notice.message),
            str(notice.detail),
            action_text=_("Follow"),
            on_action=take,
            also=[dismiss],
            stays=True,
            short=ngettext("{n} task is not in the list", "{n} tasks are not in the list", len(ids)),
        )
