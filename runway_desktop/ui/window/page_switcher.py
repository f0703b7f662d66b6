"""Page navigation of the main window: the list, or a room listed in the left pane. A page is opened from there or by
id, and left when another entry opens. GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt

from runway_desktop.domain.library import Filter, Page
from runway_desktop.ui.room import Opens, PageContent
from runway_desktop.usecases.activity import LARGE
from runway_desktop.usecases.searching.language import TITLES
from runway_desktop.viewmodels.models import Models

from .workspace import Workspace


class PageSwitcher(QObject):
    def __init__(self, m: Models, work: Workspace, open_room: Opens, parent: QObject) -> None:
        super().__init__(parent)
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

    def show(self, page_id: str, page: PageContent) -> None:
        """Shows a page. The focus stays in the left pane if the page was selected there."""
        chosen, self._chosen = self._chosen, ""
        if page_id == chosen != self._work.pages.current_room:
            return
        if self._work.page is not None and self._work.page.center is not page.center:
            self._work.page.left()
        self._listing = self._m.filter.listing
        self._m.pages.mark_open(page_id)
        self._work.top.show_scope()
        self._work.pages.show_room(page_id)
        self._work.show_page(page)
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
            self._shown = ""
            self._work.top.show_scope()
            page.left()
            self.choice_moved()

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

    def _search_from_page(self) -> None:
        """A page without a list hides which list was open before, so that is not what one searches."""
        if self._work.page is not None:
            self.search_everywhere()

    def _leave_for_another_list(self) -> None:
        if self._m.filter.listing != self._listing:
            self.leave()
