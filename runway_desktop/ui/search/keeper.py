"""Keeping searches: save, rename, delete with a way back, for keys, the star and the left pane's menu. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from runway_desktop.ui.confirm import ask_text
from runway_desktop.ui.dialogs.notices import Notices
from runway_desktop.usecases.searching.places import SavedSearch
from runway_desktop.viewmodels.tasks.list_filter import ListFilter


class SearchKeeper(QObject):
    def __init__(self, chosen: ListFilter, notices: Notices, window: QWidget) -> None:
        super().__init__(window)
        self._filter = chosen
        self._notices = notices
        self._window = window

    def save(self) -> None:
        before = self._filter.searches
        saved = self._filter.save_search()
        if saved is None:
            self._notices.tell("There is no search to save. Type some words, or choose a filter.")
        elif saved in before:
            self._notices.tell(f"This search is saved already, as “{saved.name}”.")
        else:
            self._notices.tell(f"Saved as “{saved.name}”.", action_text="Rename", on_action=lambda: self.rename(saved))

    def rename(self, saved: SavedSearch) -> None:
        ask_text(
            self._window,
            "Rename",
            "A name for this search.",
            saved.name,
            lambda text: "" if text.strip() else "Write a name.",
            lambda text: self._filter.rename_search(saved.id, text),
        )

    def delete(self, saved: SavedSearch) -> None:
        """It can be had back, with its name and place."""
        kept = next((found for found in self._filter.searches if found.id == saved.id), None)
        if kept is None:
            return
        place = self._filter.searches.index(kept)
        self._filter.delete_search(saved.id)
        self._notices.tell(
            f"The search “{kept.name}” was deleted. Its tasks stay.",
            action_text="Undo",
            on_action=lambda: self._filter.restore_search(kept, place),
        )
