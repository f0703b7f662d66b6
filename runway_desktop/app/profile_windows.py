"""Opens the windows for profiles, and restarts the program for another profile or after a
restore. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment
from PySide6.QtWidgets import QApplication

from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.domain.preferences import PROGRAMS_PAGE
from runway_desktop.domain.profiles import Profile, own_words
from runway_desktop.domain.task import TaskId
from runway_desktop.services.approvals import UNTOLD
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.supervised import Runner
from runway_desktop.services.tasks import after_restore
from runway_desktop.texts import _, in_turn
from runway_desktop.ui.confirm import confirm
from runway_desktop.ui.profiles.badge import window_icon
from runway_desktop.ui.room import Import
from runway_desktop.ui.theme import Theme
from runway_desktop.ui.window.main_window import MainWindow
from runway_desktop.usecases.question import Question
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words.profiles import MAKING_WORDS, STUDIO_WORDS, empty_question
from runway_desktop.wiring import environment

if TYPE_CHECKING:
    from runway_desktop.wiring.demo import Demo


class ProfileWindows(QObject):
    """`start_again` closes the program and restarts it with this profile; `open_profile` opens another profile in its
    own window."""

    def __init__(
        self,
        cases: UseCases,
        runner: Runner,
        theme: Theme,
        window: MainWindow,
        start_again: Callable[[], None],
        open_profile: Callable[[Profile], bool],
    ) -> None:
        super().__init__(window)
        self._cases = cases
        self._runner = runner
        self._theme = theme
        self._window = window
        self._start_again = start_again
        self.open_profile = open_profile
        """Returns whether the profile could be opened."""
        self._plain_icon = QApplication.windowIcon()
        self._shown: tuple[object, ...] = ()
        self._profiles = profiles = window.models.profiles
        profiles.open_wanted.connect(self.open)
        profiles.new_wanted.connect(self.make_new)
        profiles.restart_wanted.connect(start_again)
        profiles.removal_asked.connect(self._ask_to_remove)
        profiles.removed.connect(self._forget_start)
        profiles.empty_wanted.connect(lambda: confirm(self._window, empty_question(), self._start_empty))
        self._demo: Demo | None = None
        profiles.changed.connect(self._show_icon)
        # Until then the program's icon is shown: drawing the badge takes as long as a large part of the window.
        window.painted.connect(self._show_icon)
        window.models.bridge.settings_changed.connect(self._hear)
        profiles.refresh()

    def open(self, profile: Profile) -> None:
        """Opens it in a process and window of its own; if it is already open, its window comes to the front."""
        if not self.open_profile(profile):
            self._tell(_("“{profile}” could not be opened.", profile=profile.title), problem=True)

    def make_new(self) -> None:
        service = self._cases.profiles
        if service is None or self._profiles.why_no_new_one:
            return
        from runway_desktop.ui.profiles.new_profile import NewProfileDialog
        from runway_desktop.viewmodels.profiles.new_profile import NewProfileForm

        form = NewProfileForm(self._cases, service, self._runner, self._profiles.names)
        form.made.connect(self._made)
        NewProfileDialog(form, self._theme, self._window).open()

    def tell_void_permissions(self) -> None:
        """Shows once which programs lost their permission with a restore, or in a copied profile."""

        def tell(names: Sequence[str]) -> None:
            from runway_desktop.usecases.words.clients import void_words

            if names:
                self._tell_of_programs(*void_words(names))

        self._runner(self._cases.clients.take_void(), "look for void permissions", done=tell)

    def tell_untold(self) -> None:
        """Shows once what programs were refused, and what commands were allowed, without a window."""
        refused, granted = self._cases.clients.take_untold()
        if refused or granted:
            from runway_desktop.usecases.words.clients import untold_words

            self._tell_of_programs(*untold_words(refused, granted))

    def _tell_of_programs(self, message: str, detail: str) -> None:
        opens = partial(self._window.open_room, "preferences", PROGRAMS_PAGE)
        text = _("Open preferences")
        self._window.activity.tell(message, detail, action_text=text, on_action=opens, stays=True)

    def tell_restored(self) -> None:
        """Shows once what the user must decide after a restore, or in a copied profile."""
        settings = self._cases.settings
        found = after_restore.to_tell(settings)
        if found is None:
            return
        from runway_desktop.usecases.words.profiles import restored_words

        message, detail = restored_words(found)
        if found.ids:
            self._offer_ids(message, detail, Path(found.ids))
            return
        held = [task.id for task in self._cases.tasks.all_queued() if task.may_be_sent_already]
        show = self._window.models.task_commands.show_wanted
        self._window.activity.tell(
            message,
            detail,
            problem=True,
            action_text=_("Show queue") if held else "",
            on_action=(lambda: show.emit(held)) if held else None,
        )
        after_restore.told(settings)

    def _offer_ids(self, message: str, detail: str, file: Path) -> None:
        """Stays until the person has answered; without an answer it is told again at the next start."""
        from runway_desktop.services.exchange.exchange import TaskIds
        from runway_desktop.services.intake.reading import Dropped

        told = partial(after_restore.told, self._cases.settings)

        def take() -> None:
            told()
            self._window.open_room("exchange", Import(TaskIds(Dropped(paths=(file,)))))

        dismiss = (_("Dismiss"), told)
        self._window.activity.tell(
            message, detail, action_text=_("Import task IDs…"), on_action=take, also=[dismiss], once=True, stays=True
        )

    async def live_in_demo(self, demo: Demo) -> None:
        """In the run that created the demo's content, explains it and offers an empty list instead."""
        self._demo = demo
        if not demo.is_making:
            return
        activity = self._window.activity
        making = activity.tell(str(MAKING_WORDS), stays=True)
        await demo.stands.wait()
        activity.end(making)
        if demo.first is not None:
            self._look_at(demo.first)
            message, detail = map(str, STUDIO_WORDS)
            activity.tell(
                message, detail, action_text=_("Start empty"), on_action=self._start_empty, once=True, stays=True
            )

    def _look_at(self, task_id: TaskId) -> None:
        """Selects the task once it is in the list, unless the user has selected something by then."""
        rows = self._window.models.rows

        def look(*_: object) -> None:
            if rows.row_of(task_id) is not None:
                rows.rows_fetched.disconnect(look)
                if not self._window.view.selected_ids():
                    self._window.view.select([task_id])

        rows.rows_fetched.connect(look)
        look()

    def _start_empty(self) -> None:
        if self._demo is None:
            return

        def failed(error: RunwayDesktopError) -> None:
            self._tell(error.in_words(), problem=True)

        emptying = self._demo.begin_empty_next_time()
        self._runner(emptying, "empty the demo", done=lambda _: self._start_again(), failed=failed)

    def _hear(self, names: frozenset[str]) -> None:
        """A copied list may be detected, and a grant given, only after the window is shown."""
        if after_restore.TOLD in names:
            self.tell_restored()
        if UNTOLD in names:
            self.tell_untold()

    def _made(self, profile: Profile, problem: str) -> None:
        self._profiles.made(profile)
        if problem:
            self._tell(str(in_turn(_("“{profile}” was created.", profile=profile.title), problem)), problem=True)
        self.open(profile)

    def _ask_to_remove(self, profile: Profile, question: Question) -> None:
        confirm(self._window, question, lambda: self._profiles.remove(profile))

    def _forget_start(self, profile: Profile) -> None:
        from runway_desktop.desktop.login import forget

        self._runner(in_worker(None, forget, profile), "forget the start at login")

    def _show_icon(self) -> None:
        """In title bar and taskbar: without a badge if there is only one unnamed profile."""
        profiles = self._profiles
        shown = (profiles.initials, profiles.color) if profiles.title else ()
        if shown != self._shown:
            self._shown = shown
            icon = window_icon(profiles.initials, profiles.color) if shown else self._plain_icon
            QApplication.setWindowIcon(icon)

    def _tell(self, message: str, *, problem: bool = False) -> None:
        self._window.models.task_commands.tell(message, problem=problem)


def open_in_its_own_window(profile: Profile, secret: str | None, placement: str = "") -> bool:
    """Starts the program for this profile; if it is already open, its window comes to the front. `secret` is the key
    from the environment: it is passed to this child only, which removes it from its environment at start. `placement`
    is the position for the window."""
    process = QProcess()
    program = [*own_words(), *profile.words]
    process.setProgram(program[0])
    process.setArguments(program[1:])
    given = {environment.KEY_VARIABLE: secret or "", environment.PLACEMENT_VARIABLE: placement}
    if any(given.values()):
        variables = QProcessEnvironment.systemEnvironment()
        for name, value in given.items():
            if value:
                variables.insert(name, value)
        process.setProcessEnvironment(variables)
    return bool(process.startDetached())
