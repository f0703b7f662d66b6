"""Saves, renames and deletes searches (with undo), for keys, the star button and the left pane's menu. GUI
thread only."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from runway_desktop.texts import _
from runway_desktop.usecases.searching.pages import SavedSearch
from runway_desktop.viewmodels.activity.activity import Activity
from runway_desktop.viewmodels.tasks.list_filter import ListFilter


class SearchKeeper(QObject):
    def __init__(
        self, chosen: ListFilter, activity: Activity, name: Callable[[SavedSearch], None], window: QWidget
    ) -> None:
        """`name` opens the editor of a search's name in the left pane."""
        super().__init__(window)
        self._name = name
        self._filter = chosen
        self._activity = activity

    def save(self) -> None:
        before = self._filter.searches
        saved = self._filter.save_search()
        if saved is None:
            self._activity.tell(_("Nothing to save. Enter a search or choose a filter first."))
        elif saved in before:
            self._activity.tell(_("This search is already saved as “{name}”.", name=saved.name))
        else:
            self._name(saved)

    def delete(self, saved: SavedSearch) -> None:
        """Deletes a search; undo restores its name and position."""
        kept = next((found for found in self._filter.searches if found.id == saved.id), None)
        if kept is None:
            return
        position = self._filter.searches.index(kept)
        self._filter.delete_search(saved.id)
        self._activity.act(
            _("Search “{name}” deleted. Its tasks stay.", name=kept.name),
            lambda: self._filter.restore_search(kept, position),
            short=_("Search deleted"),
        )
