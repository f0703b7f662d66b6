"""Keeps the request that is being written, so that it is there again after a crash: all that was typed and dropped,
what the chosen model does not take, and the task that it edits.

It is kept a moment after the first change, however long one goes on typing. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from runway_desktop.usecases.requests.kept_draft import Draft
from runway_desktop.usecases.use_cases import UseCases

_DRAFT = "composer.draft"
_KEEP_AFTER_MS = 250


class DraftKeeping(QObject):
    def __init__(self, cases: UseCases, draft: Callable[[], Draft], parent: QObject | None = None) -> None:
        """`draft` gives the request as it stands."""
        super().__init__(parent)
        self._cases = cases
        self._draft = draft
        self._timer = QTimer(self, singleShot=True, interval=_KEEP_AFTER_MS)
        self._timer.timeout.connect(self.keep)

    def keep_soon(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def keep(self) -> None:
        """Hands it to the settings now, which write it."""
        self._timer.stop()
        self._cases.settings.set(_DRAFT, self._draft().as_json())

    def keep_what_is_due(self) -> None:
        """At the end of the program."""
        if self._timer.isActive():
            self.keep()

    def kept(self) -> Draft | None:
        """What was being written when the program last ended; None when nothing was, or it is damaged."""
        return Draft.from_json(self._cases.settings.get(_DRAFT))


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
