"""Keeps the request that is being written, so that it is there again after a crash: all that was typed and dropped,
what the chosen model does not take, and the task that it edits.

It is kept a moment after the first change, however long one goes on typing. And prompts that were used before, to
step through and to search, read when they are first asked for, and again after each sending. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.requests.kept_draft import Draft
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.model import Model

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


MOST = 300


class PromptHistory(Model):
    stepped = Signal(str)
    """The prompt to show now."""
    listed = Signal(object)
    """All that are remembered, latest first."""

    def __init__(self, cases: UseCases, bridge: Bridge, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self._prompts: list[str] | None = None
        self._place = -1
        self._own = ""
        """What was being written before the first step back."""
        self._shown = ""
        bridge.tasks_added.connect(self._forget)

    def older(self, current: str) -> None:
        """One step back from what stands in the editor."""
        self._known(lambda prompts: self._step(prompts, current, 1))

    def newer(self, current: str) -> None:
        """One step forward; behind the latest stands what was being written."""
        self._known(lambda prompts: self._step(prompts, current, -1))

    def ask(self) -> None:
        self._known(self.listed.emit)

    def _step(self, prompts: Sequence[str], current: str, by: int) -> None:
        if self._place < 0 or current != self._shown:
            # Typing begins a new walk from the latest.
            self._place, self._own = -1, current
        place = self._place + by
        while 0 <= place < len(prompts) and prompts[place] == current:
            place += by
        if place >= len(prompts) or (place < 0 and self._place < 0):
            return
        self._place = max(-1, place)
        self._shown = prompts[place] if place >= 0 else self._own
        self.stepped.emit(self._shown)

    def _known(self, then: Callable[[list[str]], object]) -> None:
        if self._prompts is not None:
            then(self._prompts)
            return

        def came(prompts: Sequence[str]) -> None:
            self._prompts = list(prompts)
            then(self._prompts)

        self._runner(self._cases.library.recent_prompts(MOST), "recall prompts", done=came)

    def _forget(self, _: object) -> None:
        self._prompts = None
        self._place = -1
