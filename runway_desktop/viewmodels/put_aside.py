"""The request that gave way to another one, so that nothing that was typed or dropped is lost by taking up something
else. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from .draft_keeping import Draft


class PutAside(QObject):
    offered = Signal()
    """There is something that `bring_back` brings back."""

    def __init__(self, take: Callable[[Draft], None], parent: QObject | None = None) -> None:
        """`take` puts a draft where it was."""
        super().__init__(parent)
        self._take = take
        self._draft: Draft | None = None

    def keep(self, draft: Draft) -> None:
        """This is about to give way."""
        self._draft = draft
        self.offered.emit()

    def bring_back(self) -> None:
        """Puts the last one back; what stands there by then is kept in its turn. Nothing where nothing was kept."""
        draft, self._draft = self._draft, None
        if draft is not None:
            self._take(draft)
