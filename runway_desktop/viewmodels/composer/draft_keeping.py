"""Saves the composer's draft, so that it survives a crash: values, inputs, parked values, and the edited task. Also the
prompt history.

The draft is saved shortly after the first unsaved change, without waiting for a pause in typing; and before it is sent,
with the id of its task. So the commit that stores the task also marks the draft as sent: a start looks whether the list
has the task, and there is no moment at which a kill leaves one without the other. The history is loaded
on first use, and again after each sending. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.requests.kept_draft import Draft
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.model import Model, Soon

_DRAFT = "composer.draft"
_KEEP_AFTER_MS = 250


class DraftKeeping(QObject):
    def __init__(self, cases: UseCases, draft: Callable[[], Draft], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cases = cases
        self._draft = draft
        self._timer = Soon(self, _KEEP_AFTER_MS, self.keep)
        self.keep_soon = self._timer.begin

    def keep(self) -> None:
        """Writes the draft to the settings now."""
        self._timer.stop()
        self._cases.settings.set(_DRAFT, self._draft().as_json())

    def keep_what_is_due(self) -> None:
        """Saves a pending draft when the program quits."""
        if self._timer.isActive():
            self.keep()

    def kept(self) -> Draft | None:
        """The draft of the last run; None if there is none, or it is damaged."""
        return Draft.from_json(self._cases.settings.get(_DRAFT))


class PutAside(QObject):
    offered = Signal()
    """`bring_back` has a draft to restore."""

    def __init__(self, take: Callable[[Draft], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._take = take
        self._draft: Draft | None = None

    def keep(self, draft: Draft) -> None:
        """Keeps a draft that is about to be replaced."""
        self._draft = draft
        self.offered.emit()

    def bring_back(self) -> None:
        """Restores the kept draft; the one it replaces is kept in turn. Does nothing without one."""
        draft, self._draft = self._draft, None
        if draft is not None:
            self._take(draft)


MOST = 300


class PromptHistory(Model):
    stepped = Signal(str)
    """The prompt to show."""
    listed = Signal(object)
    """All prompts, latest first."""

    def __init__(self, cases: UseCases, bridge: Bridge, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self._prompts: list[str] | None = None
        self._position = -1
        self._own = ""
        """The prompt before the first step back."""
        self._shown = ""
        bridge.tasks_added.connect(self._forget)

    def older(self, current: str) -> None:
        self._known(lambda prompts: self._step(prompts, current, 1))

    def newer(self, current: str) -> None:
        """Steps to a newer prompt; after the latest comes the person's own."""
        self._known(lambda prompts: self._step(prompts, current, -1))

    def ask(self) -> None:
        self._known(self.listed.emit)

    def _step(self, prompts: Sequence[str], current: str, by: int) -> None:
        if self._position < 0 or current != self._shown:
            # After typing, start again from the latest.
            self._position, self._own = -1, current
        position = self._position + by
        while 0 <= position < len(prompts) and prompts[position] == current:
            position += by
        if position >= len(prompts) or (position < 0 and self._position < 0):
            return
        self._position = max(-1, position)
        self._shown = prompts[position] if position >= 0 else self._own
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
        self._position = -1
