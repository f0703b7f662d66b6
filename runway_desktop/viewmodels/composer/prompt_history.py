"""Prompts that were used before, to step through and to search. Read from the store when first asked for, and again
after each sending. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.model import Model

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
