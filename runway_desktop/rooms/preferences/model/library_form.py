"""Preferences of the library's folder: selecting another one, moving saved results, folders left behind. Invalid input
never raises. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable, Collection, Coroutine, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.domain.folders import LeftBehind, MovePhase, MovePlan, MoveProgress
from runway_desktop.services.supervised import Runner
from runway_desktop.texts import ngettext
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words.folders import (
    detail_of,
    headline_of,
    plan_words,
    state_words,
    stayed_reason,
    stayed_words,
)
from runway_desktop.usecases.words.states import Tone
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.model import Model

_ENOUGH_TO_TELL = 3.0
"""Seconds of moving after which the remaining time is estimated."""


class LibraryForm(Model):
    changed = Signal()
    """The folder's state, the plan, the progress, or folders left behind changed."""

    def __init__(self, cases: UseCases, bridge: Bridge, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self.plan: MovePlan | None = None
        """A move that was planned and not confirmed."""
        self.problem = ""
        self._left: list[LeftBehind] = []
        self._dismissed: MoveProgress | None = None
        self._began: tuple[float, int] | None = None
        """Start of the move as seen here: monotonic seconds, and bytes moved by then."""
        bridge.library_folder_changed.connect(self._tell)
        bridge.library_move_changed.connect(self._moved)
        bridge.settings_changed.connect(self._settings_changed)
        self._look_for_left()

    @property
    def state(self) -> tuple[str, Tone]:
        """State of the folder in a sentence, with its tone."""
        return state_words(self._cases.folder.health)

    @property
    def progress(self) -> MoveProgress | None:
        """Progress of a move that runs, or has ended and was not dismissed."""
        progress = self._cases.move.progress
        if progress is None or progress.is_homecoming or progress is self._dismissed:
            return None
        return progress

    @property
    def is_moving(self) -> bool:
        return self._cases.move.is_moving

    @property
    def can_stop(self) -> bool:
        progress = self._cases.move.progress
        return self.is_moving and progress is not None and progress.phase is not MovePhase.STOPPING

    @property
    def is_of_library(self) -> bool:
        """Whether the plan moves the current library, so that using the folder for new results only is an option."""
        return self.plan is not None and self.plan.source == self._cases.settings.library

    @property
    def left_behind(self) -> Sequence[LeftBehind]:
        """Former library folders that still contain results; empty during a move."""
        return () if self.is_moving else self._left

    @property
    def question(self) -> str:
        """Text of the plan, or why it cannot be carried out."""
        return plan_words(self.plan) if self.plan is not None else ""

    @property
    def move_words(self) -> str:
        """Text of the button that starts the move."""
        files = self.plan.files if self.plan is not None else 0
        return ngettext("Move {n} file", "Move {n} files", files)

    @property
    def headline(self) -> str:
        return headline_of(self.progress) if self.progress is not None else ""

    @property
    def detail(self) -> str:
        progress = self.progress
        return detail_of(progress, self._seconds_left(progress)) if progress is not None else ""

    @property
    def stayed(self) -> str:
        """Files that were not moved, with reasons, one per line; empty if all were."""
        progress = self.progress
        if progress is None or not progress.stayed:
            return ""
        files = (f"{known.path}: {stayed_reason(known)}" for known in progress.stayed)
        return "\n".join((stayed_words(progress), *files))

    def look_into(self, target: Path, source: Path | None = None) -> None:
        """Plans a move to a folder; `changed` follows."""
        self.problem = ""
        self._run(self._cases.move.plan(target, source), "plan a move of the library", self._planned)

    def bring(self, left: LeftBehind) -> None:
        """Plans moving results left behind into the current library."""
        self.look_into(self._cases.settings.library, Path(left.folder))

    def move(self) -> None:
        """Starts the planned move."""
        plan, self.plan = self.plan, None
        if plan is not None and plan.problem is None:
            self._began = None
            self._run(self._cases.move.begin(plan), "move the library", lambda _: self._tell())

    def only_new(self) -> None:
        """Uses the planned folder for new results only."""
        plan, self.plan = self.plan, None
        if plan is not None and plan.can_save:
            self._cases.settings.library_folder = str(plan.target)
        self._look_for_left()
        self.changed.emit()

    def leave_it(self) -> None:
        self.plan, self.problem = None, ""
        self.changed.emit()

    def stop(self) -> None:
        self._cases.move.stop()

    def dismiss(self) -> None:
        """Hides the outcome of the last move."""
        self._dismissed = self._cases.move.progress
        self.changed.emit()

    def _planned(self, plan: MovePlan) -> None:
        self.plan = plan
        if not plan.files and plan.can_save and plan.source == self._cases.settings.library:
            # Nothing to move: just use the other folder.
            self.only_new()
        else:
            self.changed.emit()

    def _moved(self, progress: MoveProgress) -> None:
        if self._began is None or progress.phase is not MovePhase.RUNNING:
            running = progress.phase is MovePhase.RUNNING
            self._began = (self._cases.clock.monotonic(), progress.size) if running else None
        if progress.phase.is_over:
            self._look_for_left()
        self.changed.emit()

    def _seconds_left(self, progress: MoveProgress) -> float | None:
        if self._began is None:
            return None
        seconds = self._cases.clock.monotonic() - self._began[0]
        moved = progress.size - self._began[1]
        if seconds < _ENOUGH_TO_TELL or moved <= 0:
            return None
        return max(0.0, (progress.size_total - progress.size) * seconds / moved)

    def _settings_changed(self, names: Collection[str]) -> None:
        """The current library is not left behind; the former one may be."""
        if "library_folder" in names:
            self._found_left([left for left in self._left if Path(left.folder) != self._cases.settings.library])
            self._look_for_left()

    def _look_for_left(self) -> None:
        self._run(self._cases.move.left_behind(), "look for what was left behind", self._found_left)

    def _found_left(self, left: list[LeftBehind]) -> None:
        if left != self._left:
            self._left = left
            self.changed.emit()

    def _tell(self, _: object = None) -> None:
        self.changed.emit()

    def _run(self, work: Coroutine[Any, Any, Any], name: str, done: Callable[[Any], None]) -> None:
        """Runs work whose result is ignored if the preferences were closed meanwhile."""

        def failed(error: RunwayDesktopError) -> None:
            self.problem = error.in_words()
            self.changed.emit()

        self._runner(work, name, done=self.while_open(done), failed=self.while_open(failed))
