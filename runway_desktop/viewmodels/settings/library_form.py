"""The part of the preferences about the library's folder: choosing another one, moving what is saved there, and what
was left behind. Nothing here raises for what a person enters. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable, Collection, Coroutine, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.domain.folders import LeftBehind, MovePhase, MovePlan, MoveProgress
from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words import units
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
"""Seconds of moving after which the time left can be told."""


class LibraryForm(Model):
    changed = Signal()
    """The folder's state, the plan, the progress, or what was left behind."""

    def __init__(self, cases: UseCases, bridge: Bridge, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self.plan: MovePlan | None = None
        """What is asked about: a move that was looked into, and is not decided."""
        self.problem = ""
        self._left: list[LeftBehind] = []
        self._dismissed: MoveProgress | None = None
        self._began: tuple[float, int] | None = None
        """When the move was first seen here, in monotonic seconds, and how many bytes had been moved."""
        bridge.library_folder_changed.connect(self._tell)
        bridge.library_move_changed.connect(self._moved)
        bridge.settings_changed.connect(self._settings_changed)
        self._look_for_left()

    @property
    def state(self) -> tuple[str, Tone]:
        """How the folder is, in a sentence, and its tone."""
        return state_words(self._cases.folder.health)

    @property
    def progress(self) -> MoveProgress | None:
        """Of the move to be shown: one that is under way, or that is over and was not dismissed."""
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
        """What is asked about are the results in the library as it is, so that new ones may go elsewhere alone."""
        return self.plan is not None and self.plan.source == self._cases.settings.library

    @property
    def left_behind(self) -> Sequence[LeftBehind]:
        """Folders that were the library before, with results in them still; empty while they move."""
        return () if self.is_moving else self._left

    @property
    def question(self) -> str:
        """What is asked about the plan, in words; or why it cannot be carried out."""
        return plan_words(self.plan) if self.plan is not None else ""

    @property
    def move_words(self) -> str:
        """What the button says that moves."""
        files = self.plan.files if self.plan is not None else 0
        return units.plural(files, "Move the file there", f"Move the {files:,} files there")

    @property
    def headline(self) -> str:
        return headline_of(self.progress) if self.progress is not None else ""

    @property
    def detail(self) -> str:
        progress = self.progress
        return detail_of(progress, self._seconds_left(progress)) if progress is not None else ""

    @property
    def stayed(self) -> str:
        """What was not moved and why, a line each; empty when all was."""
        progress = self.progress
        if progress is None or not progress.stayed:
            return ""
        files = (f"{known.path}: {stayed_reason(known)}" for known in progress.stayed)
        return "\n".join((stayed_words(progress), *files))

    def look_into(self, target: Path, source: Path | None = None) -> None:
        """Looks into moving to a folder; the question comes with `changed`."""
        self.problem = ""
        self._run(self._cases.move.plan(target, source), "plan a move of the library", self._planned)

    def bring(self, left: LeftBehind) -> None:
        """Looks into moving what was left behind into the library as it is now."""
        self.look_into(self._cases.settings.library, Path(left.folder))

    def move(self) -> None:
        """Begins what was planned."""
        plan, self.plan = self.plan, None
        if plan is not None and plan.problem is None:
            self._began = None
            self._run(self._cases.move.begin(plan), "move the library", lambda _: self._tell())

    def only_new(self) -> None:
        """Saves new results in the planned folder and leaves the others where they are."""
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
        """What came of the last move was read."""
        self._dismissed = self._cases.move.progress
        self.changed.emit()

    def _planned(self, plan: MovePlan) -> None:
        self.plan = plan
        if not plan.files and plan.can_save and plan.source == self._cases.settings.library:
            # Nothing is there to be moved: it is simply another folder.
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
        """What is the library now is not left behind, and what was it may be."""
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
        """The preferences may be closed before the work ends."""

        def failed(error: RunwayDesktopError) -> None:
            if isValid(self):
                self.problem = error.in_words()
                self.changed.emit()

        self._runner(work, name, done=lambda result: done(result) if isValid(self) else None, failed=failed)
