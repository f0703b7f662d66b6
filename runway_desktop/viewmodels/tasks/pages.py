"""Entries of the left pane with counts, and which one is open. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.library import Filter, Page, PageCounts
from runway_desktop.domain.permissions import waiting
from runway_desktop.services.clock import Throttle
from runway_desktop.services.supervised import Runner
from runway_desktop.texts import _
from runway_desktop.usecases.listing.changes import recounts
from runway_desktop.usecases.searching.pages import PaneEntry, entries_of
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.values import replace
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.model import Model, Soon
from runway_desktop.viewmodels.unsaved import Unsaved

from .list_filter import ListFilter

if TYPE_CHECKING:
    from runway_desktop.usecases.searching.pages import Renamed

_MADE_PROJECTS = "list.projects"
"""Setting: names of projects made here, which stay listed without tasks."""


class Pages(Model):
    changed = Signal()
    renamed = Signal(object, bool)
    """A Renamed, for a project, tag or batch that has another name; and whether that was undone."""

    def __init__(self, cases: UseCases, bridge: Bridge, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self.counts = PageCounts()
        self._filter: ListFilter | None = None
        self._unsaved: Unsaved | None = None
        self._rooms: Callable[[str], Sequence[PaneEntry]] = lambda _: ()
        self._views: Callable[[], Sequence[PaneEntry]] = tuple
        self._open_room = ""
        self._lines: list[tuple[str, int | None]] = []
        """Keys of the entries and counts of pages, as last emitted."""
        self._found: dict[str, int] = {}
        """Number of tasks per saved search, by id."""
        self._is_wanted = self._is_counting = False
        self._rest = Throttle(cases.clock, 300)
        self._timer = Soon(self, 0, self._due)
        bridge.tasks_added.connect(lambda _: self._soon())
        bridge.clients_changed.connect(lambda _: self.recount())
        bridge.cast_changed.connect(lambda _: self.recount())
        bridge.tasks_touched.connect(lambda touches: self._soon() if any(map(recounts, touches.values())) else None)

    def follow(self, chosen: ListFilter) -> None:
        """Adds the saved searches of a filter, and supplies it with the names of the library."""
        self._filter = chosen
        chosen.searches_changed.connect(self._searches_changed)
        chosen.changed.connect(self._page_changed)
        self._searches_changed()

    def follow_unsaved(self, unsaved: Unsaved) -> None:
        """Counts unsaved results only while they are worth a mention."""
        self._unsaved = unsaved
        unsaved.changed.connect(self.refresh)

    def list_rooms(
        self, rooms: Callable[[str], Sequence[PaneEntry]], views: Callable[[], Sequence[PaneEntry]] = tuple
    ) -> None:
        """Adds entries for rooms. `rooms` is called with the id of the open one, or "". `views` are those of a
        project."""
        self._rooms, self._views = rooms, views

    def mark_open(self, room_id: str) -> None:
        """Sets the open page, which stays listed; empty for none."""
        self._open_room = room_id
        self.recount()

    def add_project(self, name: str) -> None:
        """Lists a project that has no tasks yet, from now on."""
        self._set_made([*self._made(), name])

    def can_be_removed(self, entry: PaneEntry) -> bool:
        """Whether it is a project without tasks."""
        return entry.count == 0 and entry.title in self._made() and bool(entry.filter and entry.filter.projects)

    def remove_project(self, name: str) -> None:
        self._set_made([one for one in self._made() if one != name])

    def _made(self) -> list[str]:
        stored = self._cases.settings.get(_MADE_PROJECTS, [])
        return [name for name in stored if isinstance(name, str)] if isinstance(stored, list) else []

    def _set_made(self, names: Sequence[str]) -> None:
        self._cases.settings.set(_MADE_PROJECTS, list(dict.fromkeys(names)))
        self.recount()

    def recount(self) -> None:
        """Call when a count of a page may have changed."""
        if self._told() != self._lines:
            self._lines = self._told()
            self.changed.emit()

    @property
    def title(self) -> str:
        """Title of what the list shows; empty before the first."""
        return self._filter.title if self._filter is not None else ""

    @property
    def scope(self) -> str:
        """Title of what the search line searches; empty for all tasks, also from a page without a list."""
        chosen = self._filter
        return "" if chosen is None or chosen.is_everywhere or self._open_room else chosen.title

    @property
    def views(self) -> list[PaneEntry]:
        """Views of the open project, the list of its takes first. Empty without a project, without another view,
        and under a page of the left pane."""
        project = self._filter.project if self._filter is not None and not self._open_room else ""
        others = self._views() if project else ()
        return [PaneEntry(_("Takes"), self.counts.projects.get(project, 0)), *others] if others else []

    @property
    def open_key(self) -> str:
        """Key of the page that the list shows; empty if it is not listed."""
        chosen = self._filter
        return next((one.key for one in self.entries() if chosen is not None and chosen.opens(one.filter)), "")

    def entries(self) -> list[PaneEntry]:
        chosen = self._filter
        return entries_of(
            replace(self.counts, projects=dict.fromkeys(self._made(), 0) | dict(self.counts.projects)),
            chosen.page if chosen is not None else Page.ALL,
            chosen.searches if chosen is not None else (),
            self._found,
            self._rooms(self._open_room),
        )

    def rename(self, page: Filter, name: str) -> None:
        """Renames the project, tag or batch of a page."""
        self._runner(self._cases.page_names.rename(page, name), "rename page", done=self._renamed)

    def undo_rename(self, renamed: Renamed) -> None:
        work = self._cases.page_names.undo(renamed)
        self._runner(work, "undo rename", done=lambda _: self._renamed(renamed, undone=True))

    def _renamed(self, renamed: Renamed | None, *, undone: bool = False) -> None:
        if renamed is None:
            return
        before, after, name = renamed.before, renamed.after, renamed.name
        if undone:
            before, after, name = after, before, renamed.batch_name
        self._set_made([next(iter(after.projects)) if one in before.projects else one for one in self._made()])
        if self._filter is not None:
            self._filter.follow(before, after, name)
        self.refresh()
        self.renamed.emit(renamed, undone)

    def _told(self) -> list[tuple[str, int | None]]:
        return [(entry.key, entry.count if entry.room else None) for entry in self.entries()]

    def refresh(self) -> None:
        """Counts again. Calls during a count cause one more count."""
        self._is_wanted = True
        if not self._is_counting:
            self._is_counting = True
            self._runner(self._count(), "count pages")

    async def _count(self) -> None:
        try:
            while self._is_wanted:
                self._is_wanted = False
                with self._rest:
                    await self._reload()
        finally:
            self._is_counting = False

    def _due(self) -> None:
        if not self._rest.is_over:
            # Changes during the pause are counted after it.
            self._soon()
        else:
            self.refresh()

    async def _reload(self) -> None:
        counts = await self._cases.library.counts()
        queued = counts.pages.get(Page.WAITING_HERE, 0) - len(waiting(self._cases.tasks.all_queued()))
        counts = replace(counts, pages={**counts.pages, Page.WAITING_HERE: max(0, queued)})
        if self._unsaved is None or not self._unsaved.is_worth_telling:
            counts = replace(counts, pages={**counts.pages, Page.NOT_SAVED: 0})
        moved = counts != self.counts
        self.counts = counts
        if self._filter is not None:
            self._filter.know(counts)
            found = {
                search.id: await self._cases.library.amount(self._filter.filter_of(search))
                for search in self._filter.searches
            }
            moved, self._found = moved or found != self._found, found
        if moved:
            self._lines = self._told()
            self.changed.emit()
        else:
            self.recount()

    def _searches_changed(self) -> None:
        self.changed.emit()
        self.refresh()

    def _page_changed(self) -> None:
        """An entry that is listed only with content vanishes when left empty."""
        if not self._is_counting and self._told() != self._lines:
            self._soon()

    def _soon(self) -> None:
        if not self._timer.isActive():
            self._timer.start(self._rest.ms)
