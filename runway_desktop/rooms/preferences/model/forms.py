"""Forms of single parts of the preferences: the library's folder, connected programs, what is run when
something happens, start at login, daily backups. Invalid input
never raises. GUI thread only.
"""

from __future__ import annotations

import asyncio
import logging
import shlex
import sys
from collections.abc import Callable, Collection, Coroutine, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from runway_desktop.desktop import login
from runway_desktop.desktop.session_bus import is_sandboxed
from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.domain.folders import LeftBehind, MovePhase, MovePlan, MoveProgress
from runway_desktop.domain.hooks import Happening, Hook, HookFailed
from runway_desktop.domain.permissions import Permission
from runway_desktop.domain.profiles import Profile
from runway_desktop.services.backup.backups import Backups, KeptBackup
from runway_desktop.services.disk.disk_threads import QuickLook, in_worker
from runway_desktop.services.supervised import Runner
from runway_desktop.texts import Text, _, in_turn, ngettext
from runway_desktop.usecases.clients.hosts import server_words
from runway_desktop.usecases.clients.input_files import folder_refusal
from runway_desktop.usecases.clients.programs import Program, programs
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
from runway_desktop.values import replace
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.model import Model, Soon

_ENOUGH_TO_TELL = 3.0
"""Seconds of moving after which the remaining time is estimated."""
_GATHER_MS = 150
_SILENT = Text("The folder does not respond. Is its drive connected?")
log = logging.getLogger(__name__)


class LibraryForm(Model):
    """Selecting another folder, moving saved results, folders left behind."""

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


class ProgramsForm(Model):
    changed = Signal()

    def __init__(self, cases: UseCases, bridge: Bridge, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self.programs: tuple[Program, ...] = ()
        self._again = Soon(self, _GATHER_MS, self.look)
        self._was_looked_at = False
        self._look = QuickLook()
        # Batched: a busy agent causes many changes.
        bridge.clients_changed.connect(self._changed)

    @property
    def now(self) -> float:
        return self._cases.clock.now()

    @property
    def are_paused(self) -> bool:
        return self._cases.clients.are_paused

    def look(self) -> None:
        """Loads the programs; later changes are loaded too."""
        self._was_looked_at = True
        self._runner(programs(self._cases.clients), "list programs", done=self.while_open(self._show))

    def permit(self, name: str, permission: Permission, credits: float = 0.0) -> None:
        self._runner(self._cases.clients.permit(name, permission, credits), "change a permission")

    def add_folder(self, program: Program, folder: Path) -> str:
        """Adds a folder; returns a sentence if it would expose too much."""
        profiles = self._cases.profiles
        own = profiles.current.folder if profiles is not None else None

        def look(folder: Path) -> tuple[str, str]:
            return folder_refusal(folder, profile=own, home=Path.home()), str(folder.resolve())

        problem, resolved = self._look.ask(look, folder, otherwise=(str(_SILENT), ""))
        if not problem:
            self._allow(program, (*program.client.folders, resolved))
        return problem

    def remove_folder(self, program: Program, folder: str) -> None:
        self._allow(program, [one for one in program.client.folders if one != folder])

    def _allow(self, program: Program, folders: Sequence[str]) -> None:
        self._runner(self._cases.clients.allow_folders(program.client.name, folders), "change a program's folders")
        # Updated at once, so that an edit right afterwards starts from these folders.
        now = replace(program, client=replace(program.client, folders=tuple(folders)))
        self._show(tuple(now if one == program else one for one in self.programs))

    def allow_cast(self, program: Program, allowed: bool) -> None:
        self._runner(self._cases.clients.allow_cast(program.client.name, allowed=allowed), "let a program use the cast")

    @property
    def server_words(self) -> list[str]:
        """Command line by which a host starts the server for this profile."""
        profiles = self._cases.profiles
        return server_words(profiles.current.words if profiles is not None else ())

    def pause_all(self, *, paused: bool) -> None:
        self._runner(self._cases.clients.pause_all(paused=paused), "pause programs")

    def _changed(self, _: object) -> None:
        if self._was_looked_at:
            self._again.begin()

    def _show(self, found: tuple[Program, ...]) -> None:
        self.programs = found
        self.changed.emit()


class HookForm(Model):
    """What is run when something happens. A program's arguments are split at blanks; quotation marks keep some
    together."""

    changed = Signal()
    """It was set or tested; `said` is the outcome."""

    def __init__(self, cases: UseCases, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self._in_turn = asyncio.Lock()
        self.said, self.tone = "", "muted"
        """Faint while it is checked, bad for a problem."""

    @property
    def hook(self) -> Hook:
        return self._cases.hooks.hook

    @property
    def text(self) -> str:
        return self.hook.address or shlex.join(self.hook.words)

    def set(self, text: str, happenings: Collection[Happening], *, tests: bool = False) -> None:
        """Stores it if it differs and can be used; `tests`: and runs it once. `changed` follows."""
        if tests or self._differs(text, happenings):
            self._say(_("Checking…"), "faint")
            self._runner(
                self._set(text, happenings, tests=tests),
                "set what is run",
                done=self.while_open(self._say),
                failed=self.while_open(self._failed),
            )

    def _differs(self, text: str, happenings: Collection[Happening]) -> bool:
        return text.strip() != self.text or (bool(self.hook.words) and happenings != self.hook.happenings)

    async def _set(self, text: str, happenings: Collection[Happening], *, tests: bool) -> str:
        try:
            words = shlex.split(text.replace("\\", "/") if sys.platform == "win32" else text)
        except ValueError:
            raise HookFailed(Text("A quotation mark is missing.")) from None
        async with self._in_turn:
            if self._differs(text, happenings):
                await self._cases.hooks.set(words, frozenset(happenings))
            if not tests or not self.hook.words:
                return ""
            await self._cases.hooks.test()
        return _("It worked.")

    def _failed(self, error: RunwayDesktopError) -> None:
        """With what the program said."""
        self._say("\n".join(filter(None, (error.in_words(), error.detail))), "bad")

    def _say(self, said: str, tone: str = "muted") -> None:
        self.said, self.tone = said, tone
        self.changed.emit()


class LoginForm(Model):
    """Whether the system starts the profile at login: what the system says, not what was stored."""

    changed = Signal()

    def __init__(self, cases: UseCases, profile: Profile, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self._profile = profile
        self.is_on = False
        self.problem = ""
        """Why it could not be changed, in a sentence."""
        self.turn(None)

    def turn(self, on: bool | None) -> None:
        """None only looks. `changed` follows."""
        self._runner(self._turn(on), "start at login", done=self.while_open(lambda _: self.changed.emit()))

    async def _turn(self, on: bool | None) -> None:
        self.problem = ""
        try:
            if is_sandboxed():
                if on is not None:
                    self._cases.settings.start_at_login = await login.ask_portal(self._profile, on=on)
                self.is_on = self._cases.settings.start_at_login
            else:
                if on is not None:
                    await in_worker(None, partial(login.start_at_login, self._profile, on=on))
                self.is_on = await in_worker(None, login.starts_at_login, self._profile)
        except OSError as error:
            log.info("The start at login cannot be changed: %s", error)
            self.problem = _("The system did not allow it.")
            if error.filename is not None:
                self.problem = _("“{file}” cannot be written.", file=Path(error.filename).parent)


class KeptBackups(Model):
    """Date, size and number of the daily backups."""

    changed = Signal()

    def __init__(self, cases: UseCases, backups: Backups, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self._backups = backups
        self._kept: Sequence[KeptBackup] | None = None

    @property
    def folder(self) -> Path:
        return self._backups.profile.backups

    @property
    def is_demo(self) -> bool:
        """The demo makes no daily backups."""
        return self._cases.is_demo

    @property
    def has_any(self) -> bool:
        return bool(self._kept)

    @property
    def words(self) -> str:
        if self._kept is None:
            return _("Checking…")
        daily = [kept for kept in self._kept if kept.day is not None]
        if not daily:
            return _("None yet. The first one is created a few minutes after a start.")
        latest = daily[0]
        day = units.day_in_words(latest.day.isoformat() if latest.day else "", self._cases.clock.now())
        total = units.size(sum(kept.size for kept in self._kept))
        others = len(self._kept) - len(daily)
        last = _("Last backup: {day}, {size}.", day=day, size=units.size(latest.size))
        held = ngettext("{n} backup, {size} in total.", "{n} backups, {size} in total.", len(self._kept), size=total)
        apart = ngettext(
            "{n} of them was created before a restore or by hand.",
            "{n} of them were created before a restore or by hand.",
            others,
        )
        return str(in_turn(last, held, apart if others else ""))

    @property
    def trouble(self) -> str:
        trouble = self._backups.trouble
        return str(in_turn(_("The last daily backup failed."), trouble)) if trouble else ""

    def refresh(self) -> None:
        self._runner(self._backups.kept(), "list backups", done=self.while_open(self._list), failed=lambda _: None)

    def _list(self, kept: Sequence[KeptBackup]) -> None:
        self._kept = kept
        self.changed.emit()
