"""Opens and leaves pages, and finds tasks in the list by their ids. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QWidget

from runway_desktop.domain.library import Filter, Page
from runway_desktop.domain.task import TaskId
from runway_desktop.texts import _, ngettext
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.room import Opens, PageContent
from runway_desktop.ui.tasks.view import TaskView
from runway_desktop.usecases.activity import LARGE
from runway_desktop.usecases.commands.command import Scope
from runway_desktop.usecases.searching.language import TITLES
from runway_desktop.viewmodels.activity.activity import Activity
from runway_desktop.viewmodels.models import Models
from runway_desktop.viewmodels.tasks.task_list import TaskListModel

from .commands import TAKES
from .workspace import Workspace

_LOOKS = 2
"""Answers to wait for: one already on its way may not contain the tasks."""


class PageSwitcher(QObject):
    def __init__(self, m: Models, work: Workspace, open_room: Opens, keys: Keys, parent: QObject) -> None:
        super().__init__(parent)
        self._keys = keys
        self._bound: set[QWidget] = set()
        """Views in which Escape is bound."""
        self._m = m
        self._work = work
        self._open_room = open_room
        self._listing = m.filter.listing
        self._chosen = ""
        """Page selected in the left pane, which may still be loading."""
        self._shown = ""
        """Page in front; empty: the list."""
        work.pages.room_chosen.connect(self._open_chosen)
        work.pages.chosen.connect(self.leave)
        work.pages.search_chosen.connect(self.leave)
        m.filter.changed.connect(self._leave_for_another_list)
        m.filter.changed.connect(work.top.show_scope)
        work.search.textEdited.connect(self._search_from_page)
        work.list.everywhere_wanted.connect(self.search_everywhere)
        work.views_bar.chosen.connect(self._open_view)

    def show(self, page_id: str, page: PageContent) -> None:
        """Shows a page. The focus stays in the left pane if the page was selected there. Under a view the project stays
        open, with what is selected and searched."""
        chosen, self._chosen = self._chosen, ""
        is_late = page.project != self._m.filter.project if page.project else chosen != self._work.pages.current_room
        if is_late and (page.project or page_id == chosen):
            return
        if self._work.page is not None and self._work.page.center is not page.center:
            self._work.page.left()
        if page.project and page.center not in self._bound:
            self._bound.add(page.center)
            self._keys.bind(page.center, Scope.VIEW, ((TAKES,), lambda: self))
        self._listing = self._m.filter.listing
        # A view is none of the left pane's entries.
        entry, view = ("", page_id) if page.project else (page_id, "")
        self._m.pages.mark_open(entry)
        self._work.top.show_scope()
        self._work.pages.show_room(entry)
        self._work.show_page(page)
        self._work.views_bar.show_view(view, page.tools)
        self._shown = page_id
        self.choice_moved()
        if page_id != chosen:
            page.center.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave(self, *_: object) -> None:
        """Returns to the list with its selection."""
        page = self._work.page
        if page is not None:
            self._work.show_page(None)
            # First, because the page's entry in the left pane may be current and vanish.
            self._work.pages.show_room("")
            self._m.pages.mark_open("")
            self._work.views_bar.show_view("", None)
            self._shown = ""
            self._work.top.show_scope()
            page.left()
            self.choice_moved()

    def leave_view(self) -> None:
        """Returns from a view to the takes of its project, with the keyboard in the list. There the view's take is
        selected, or one of those that were: the next judging key means what was in sight, not all of these."""
        chosen = self._work.chosen_ids() or [one for one in (self._work.view.current_id(),) if one is not None]
        self.leave()
        self._work.view.select(chosen)
        self._work.views.setFocus(Qt.FocusReason.OtherFocusReason)

    def search_everywhere(self) -> None:
        """Searches all tasks for what is searched for now."""
        self._work.pages.show_all()
        self._m.filter.open_page(Filter(), str(TITLES[Page.ALL]))

    def choice_moved(self) -> None:
        """Call when the page's selection changes, or another room is in front."""
        self._m.activity.enter(LARGE if self._work.overlay is not None else self._shown)
        self._m.details.choose(self._work.chosen_ids())

    def _open_chosen(self, page_id: str) -> None:
        self._chosen = page_id
        self._open_room(page_id)

    def _open_view(self, room_id: str) -> None:
        if room_id:
            self._open_room(room_id, self._m.filter.project)
        else:
            self.leave_view()

    def _search_from_page(self) -> None:
        """A page without a list hides which list was open before, so that is not what one searches. A view's project is
        in sight: the search leads to its list."""
        if self._work.page is not None and not self._work.page.project:
            self.search_everywhere()

    def _leave_for_another_list(self) -> None:
        if self._m.filter.listing != self._listing:
            self.leave()


class TaskFinder(QObject):
    """`show_everything` clears page and filters."""

    def __init__(
        self, rows: TaskListModel, view: TaskView, activity: Activity, show_everything: Callable[[], None]
    ) -> None:
        super().__init__(view)
        self._rows = rows
        self._view = view
        self._activity = activity
        self._show_everything = show_everything
        self._wanted: tuple[TaskId, ...] = ()
        self._looks_left = 0
        self._clears_filters = False
        rows.loaded.connect(self._look)

    def show(self, task_ids: Sequence[TaskId], *, clears_filters: bool = False) -> None:
        """Tasks that are hidden are offered in a notice; with `clears_filters`, they are shown at once."""
        self._wanted, self._looks_left = tuple(task_ids), _LOOKS
        self._clears_filters = clears_filters
        self._look()

    def _look(self) -> None:
        wanted = self._wanted
        if not wanted:
            return
        self._rows.reveal(wanted)
        found = next((task_id for task_id in wanted if self._rows.position(task_id) is not None), None)
        if found is not None:
            # Of a batch, selects the first; the others are directly below.
            self._wanted = ()
            self._view.select([found])
        elif self._looks_left:
            self._looks_left -= 1
            self._rows.refresh_soon()
        elif self._clears_filters:
            self._show_all(wanted)
        else:
            self._wanted = ()
            hidden = ngettext("The task is hidden by filters.", "The tasks are hidden by filters.", len(wanted))
            self._activity.tell(hidden, action_text=_("Show"), on_action=lambda: self._show_all(wanted))

    def _show_all(self, task_ids: Sequence[TaskId]) -> None:
        self._show_everything()
        self.show(task_ids)
