"""The session: the window with its engine, while it is open. GUI thread, which is the loop's.

`run` builds the engine, shows the window, starts the background loops after the first paint, and shuts down once the
user closes the window: it finishes work in progress, stops the loops, closes what they use, and then the window. Pages
and dialogs not needed yet are not imported before the first paint.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import threading
from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QProcess, Signal
from PySide6.QtWidgets import QSystemTrayIcon

from runway_desktop.domain.account import KeySource, KeyStatus
from runway_desktop.domain.errors import DamagedList
from runway_desktop.domain.events import Notice
from runway_desktop.domain.library import Filter
from runway_desktop.domain.profiles import Profile, own_words
from runway_desktop.services.disk.disk_threads import DiskThreads, in_worker
from runway_desktop.services.library.library import Ahead
from runway_desktop.services.supervised import Runner
from runway_desktop.texts import _
from runway_desktop.ui.colors import DESKTOP_LOOK, look_in
from runway_desktop.ui.room import SheetsWish
from runway_desktop.ui.theme import ColorScheme, Theme
from runway_desktop.ui.window.command_bindings import open_main_window
from runway_desktop.ui.window.main_window import MainWindow
from runway_desktop.usecases.listing.lines import kept_order
from runway_desktop.usecases.use_cases import Memory, UseCases
from runway_desktop.usecases.words.notices import SETTING_UNREADABLE
from runway_desktop.viewmodels.activity.activity import Activity
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.composer.composer import Composer
from runway_desktop.viewmodels.folder_watch import FolderWatch
from runway_desktop.viewmodels.key_choices import KeyChoices
from runway_desktop.viewmodels.models import Models
from runway_desktop.viewmodels.profiles.profile_list import ProfilesModel
from runway_desktop.viewmodels.status import Status
from runway_desktop.viewmodels.tasks.details import DetailsModel
from runway_desktop.viewmodels.tasks.list_filter import ListFilter
from runway_desktop.viewmodels.tasks.pages import Pages
from runway_desktop.viewmodels.tasks.posters import Posters
from runway_desktop.viewmodels.tasks.task_commands import TaskCommands
from runway_desktop.viewmodels.tasks.task_list import TaskListModel
from runway_desktop.viewmodels.unsaved import Unsaved
from runway_desktop.wiring import environment
from runway_desktop.wiring.build import Address, Assembly, build
from runway_desktop.wiring.stages import Supervisor, go_down

from . import collector
from .bugs import Bugs
from .commands import COMMANDS
from .language import speak
from .options import Options
from .rooms import Rooms

if TYPE_CHECKING:
    from .in_tray import InTray
    from .notices import KeyNotices
    from .profile_windows import ProfileWindows


UNSEEN_AFTER = 5.0
"""Seconds after which a window that was not painted is no longer waited for."""
SHOWN_AFTER = 1.0
"""Seconds after which the user is told that the list of tasks is being updated."""


class Session(QObject):
    stands = Signal()
    """The window is painted."""

    def __init__(
        self,
        profile: Profile,
        options: Options,
        address: Address,
        notices: Sequence[Notice] = (),
        *,
        state: Path | None = None,
        bugs: Bugs,
        secret: str | None = None,
    ) -> None:
        """`notices` are shown once the window is painted. `state` is the folder for files that must not be in the
        profile's; None: the default. `secret` is the key from the environment."""
        super().__init__()
        self.profile = profile
        self._bugs = bugs
        self._secret = secret
        self._is_hidden = options.hidden
        self._address = address
        self._state = state or environment.state_folder(profile)
        self._closing = asyncio.Event()
        self._welcoming = False
        self._waiting_items: list[str] = list(options.items)
        self.window: MainWindow | None = None
        self.cases: UseCases | None = None
        self.models: Models | None = None
        self._in_tray: InTray | None = None
        self.profiles: ProfileWindows | None = None
        self.rooms: Rooms | None = None
        self.key_notices: KeyNotices | None = None
        self.starts_again = False
        """Whether to restart the program after this session."""
        self._notices = tuple(notices)
        self._damage: DamagedList | None = None
        self.ready = asyncio.Event()
        """Set when the window is painted, the loops run and the key was looked for."""
        self._has_list = asyncio.Event()
        self.is_leaving = False
        """Shutdown has begun: clients must connect to the next engine."""

    @property
    def address(self) -> str:
        return self._address.url

    async def run(self, supervisor: Supervisor, theme: Theme) -> int:
        loop = asyncio.get_running_loop()
        workers = DiskThreads(4, "worker")
        file_workers = DiskThreads(4, "file")
        try:
            folders = environment.folders_of(self.profile)
            renewing = threading.Event()
            opening = asyncio.ensure_future(
                build(
                    self.profile,
                    folders,
                    self._address,
                    workers,
                    file_workers,
                    state=self._state,
                    secrecy=self._bugs.secrecy,
                    renewing=renewing.set,
                )
            )
            assembly = await self._opened(opening, renewing, theme)
            _on_signals(loop, self._closing.set)
            try:
                await self._live(assembly, supervisor, theme)
            finally:
                await self._go_down(assembly, supervisor)
        finally:
            workers.shutdown(wait=True, cancel_futures=True)
            file_workers.shutdown(wait=True)
        return 0

    async def _opened(self, opening: asyncio.Task[Assembly], renewing: threading.Event, theme: Theme) -> Assembly:
        try:
            while not (await asyncio.wait((opening,), timeout=SHOWN_AFTER))[0]:
                if renewing.is_set():
                    from .waits import renew_in_sight

                    await renew_in_sight(opening, theme)
            return opening.result()
        finally:
            opening.cancel()

    async def _live(self, assembly: Assembly, supervisor: Supervisor, theme: Theme) -> None:
        """From the first paint until the user closes the window."""
        # The database thread reads the first rows while this thread builds the window.
        cases = self.cases = UseCases(assembly.engine)
        self._has_list.set()
        ahead = await cases.library.ask_ahead(kept_order(cases.settings), supervisor.spawn, cases.clock)
        window = self._open_window(cases, supervisor, theme, ahead)
        await self._first_paint(window)
        await self._add_the_rest(cases, theme, window)
        if sys.platform == "linux":
            from .in_tray import use_portal

            use_portal(theme, window.models.memory, supervisor.spawn)
        supervisor.spawn(self._check_list(assembly), "check the list of tasks")
        for name, work in await assembly.prepare():
            supervisor.spawn(work(), name)
        window.models.task_commands.begin_looking()
        supervisor.spawn(self._find_key(cases), "find key")
        if assembly.demo is not None and self.profiles is not None:
            supervisor.spawn(self.profiles.live_in_demo(assembly.demo), "demo")
        await self._closing.wait()
        if self._damage is not None:
            raise self._damage

    async def _check_list(self, assembly: Assembly) -> None:
        """A damaged list is closed, so that a backup can replace it."""
        try:
            await assembly.check()
        except DamagedList as error:
            self._damage = error
            self.close()

    def ring(self, words: Sequence[str]) -> None:
        """Handles the command line of a later start: takes its items in and comes to the front."""
        self._waiting_items += words
        if self.window is not None:
            self.window.come_to_front()
        if self.ready.is_set():
            self._take_items()

    async def opened(self) -> UseCases:
        """The use cases, once the list of tasks is open."""
        while (cases := self.cases) is None:
            await self._has_list.wait()
        return cases

    def close(self) -> None:
        """Closes without asking."""
        self._closing.set()

    def _open_profile(self, profile: Profile) -> bool:
        """Its window is opened at the position of this one."""
        placement = self.window.placement if self.window is not None else ""
        from .profile_windows import open_in_its_own_window

        return open_in_its_own_window(profile, self._secret, placement)

    def _start_again(self) -> None:
        self.starts_again = True
        self.close()

    @staticmethod
    def _look_changed(cases: UseCases, theme: Theme, names: Collection[str]) -> None:
        if "theme" in names:
            theme.choose(ColorScheme(cases.settings.theme))
        if "text_size" in names:
            theme.scale_text(cases.settings.text_size)
        if "reduce_motion" in names:
            theme.keep_calm(on=cases.settings.reduce_motion)

    def _open_window(self, cases: UseCases, supervisor: Supervisor, theme: Theme, ahead: Ahead) -> MainWindow:
        speak(cases.settings.language)
        self._look_changed(cases, theme, ("theme", "text_size", "reduce_motion"))
        memory = Memory(cases.settings)
        theme.follow(look_in(memory.recall(DESKTOP_LOOK) or ""))
        bridge = Bridge(cases.bus, self)
        runner = Runner(supervisor.spawn, cases.bus)
        self.runner = runner
        rows = TaskListModel(cases, bridge, runner, self)
        pages = Pages(cases, bridge, runner, self)
        composer = Composer(cases, bridge, runner, self)
        status = Status(cases, bridge, pages, self)
        activity = Activity(status, self)
        models = Models(
            activity=activity,
            bridge=bridge,
            rows=rows,
            filter=ListFilter(cases, rows, self),
            pages=pages,
            details=DetailsModel(cases, bridge, runner, rows, self),
            composer=composer,
            status=status,
            task_commands=TaskCommands(cases, composer, runner, self),
            unsaved=Unsaved(cases, bridge, runner, self),
            posters=Posters(cases, bridge, runner, rows, self.profile.posters, self),
            memory=memory,
            keys=KeyChoices(cases.settings, bridge, self),
            folder=FolderWatch(cases, bridge, runner, activity),
            profiles=ProfilesModel(cases, runner, self.profile.name, self),
        )
        self.models = models
        models.task_commands.hold_looks()
        bridge.settings_changed.connect(partial(self._look_changed, cases, theme))
        bridge.key_changed.connect(self._key_changed)
        with theme.put_on_at_the_end():
            self.rooms = Rooms(cases, runner, theme, models)
            window = open_main_window(models, theme, self.rooms.open, COMMANDS)
        self.window = window
        window.close_wanted.connect(self._closed)
        window.quit_wanted.connect(self._quit_wanted)
        self.theme = theme
        composer.restore_draft()
        rows.expect(ahead)
        models.filter.restore()
        pages.refresh()
        models.unsaved.refresh()
        if placement := environment.window_placement():
            window.stand_at(placement)
        if not self._is_hidden:
            window.show()
        elif not (cases.settings.tray and QSystemTrayIcon.isSystemTrayAvailable()):
            # Without a window nothing but a second start could reach it.
            window.showMinimized()
        return window

    async def _first_paint(self, window: MainWindow) -> None:
        painted = asyncio.Event()
        window.painted.connect(painted.set)
        if self._is_hidden:
            painted.set()
        # A window that is minimized or on another desktop is not painted: go on, so that results are saved.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(painted.wait(), UNSEEN_AFTER)
        collector.spare_what_is_there()
        self.stands.emit()

    async def _add_the_rest(self, cases: UseCases, theme: Theme, window: MainWindow) -> None:
        """Adds what the painted window does not show yet, in several turns of the loop: together it would take
        noticeably long."""
        await asyncio.sleep(0)
        from .in_tray import InTray

        self._in_tray = InTray(cases, window.models, self.runner, window)
        await asyncio.sleep(0)
        from runway_desktop.desktop.login import repair

        from .in_tray import Awake

        Awake(cases, window.models, self.runner, window)
        self.runner(in_worker(None, repair, self.profile), "repair the start at login")
        await asyncio.sleep(0)
        from .notices import KeyNotices, MistakeNotice, tell_of_crash

        MistakeNotice(self._bugs, window)
        if self._bugs.ended_last_run:
            tell_of_crash(window)
        await asyncio.sleep(0)
        from .profile_windows import ProfileWindows

        self.profiles = ProfileWindows(cases, self.runner, theme, window, self._start_again, self._open_profile)
        self.key_notices = KeyNotices(window.models.bridge, window, lambda: self.ready.is_set() and not self._welcoming)
        if self.rooms is not None:
            self.rooms.stand_over(window)
            self.rooms.furnish(window)

    async def _find_key(self, cases: UseCases) -> None:
        await cases.account.start()
        if cases.account.key.source is KeySource.NONE:
            await self.go_keyless(cases)
        elif self.window is not None:
            self.window.composer_pane.focus_prompt()
        for label in cases.settings.unreadable:
            if self.models is not None:
                self.models.task_commands.tell(str(SETTING_UNREADABLE.with_(setting=label)), problem=True)
        for notice in self._notices:
            cases.bus.tell(notice)
        if self.profiles is not None:
            self.profiles.tell_restored()
            self.profiles.tell_void_permissions()
            self.profiles.tell_untold()
        self.ready.set()
        # By now the list and the players are loaded too.
        collector.spare_what_is_there()
        collector.begin_to_give_back(self)
        from runway_desktop.services.library.sheets import OPEN_SHEET

        if self.window is not None and cases.settings.get(OPEN_SHEET) is not None:
            # It was open when the program was killed.
            self.window.open_room("sheet", SheetsWish.LEFT_OPEN)
        self._take_items()

    def _key_changed(self, status: KeyStatus) -> None:
        if status.source is KeySource.NONE and self.ready.is_set() and not self._welcoming and self.cases is not None:
            self.runner(self.go_keyless(self.cases), "show what needs no key")

    async def go_keyless(self, cases: UseCases) -> None:
        """With tasks to look at, the workspace says what needs a key; an empty list gives way to the welcome page."""
        if not await cases.library.amount(Filter()):
            self._show_welcome()
        elif self.key_notices is not None:
            self.key_notices.tell_missing()

    def _show_welcome(self) -> None:
        if self.window is None or self.cases is None or self.models is None:
            return
        from runway_desktop.ui.dialogs.key_entry import WelcomeDialog
        from runway_desktop.viewmodels.profiles.welcome import KeyForm

        form = KeyForm(self.cases, self.models.bridge, self.runner, self)
        welcome = WelcomeDialog(form, self.theme)
        form.accepted.connect(lambda _: self._show_workspace())
        welcome.demo_wanted.connect(self._start_demo)
        self._welcoming = True
        self.window.show_welcome(welcome)

    def _show_workspace(self) -> None:
        self._welcoming = False
        if self.window is not None:
            self.window.show_welcome(None)

    def _start_demo(self) -> None:
        """The demo is a separate process with its own folder; this window closes."""
        program = [*own_words(), *environment.demo_words(self.profile)]
        if QProcess.startDetached(program[0], program[1:])[0]:
            self.close()
        elif self.models is not None:
            self.models.task_commands.tell(_("The demo could not be started."), problem=True)

    def _take_items(self) -> None:
        items, self._waiting_items = self._waiting_items, []
        if not items or self.models is None:
            return
        paths = [Path(item) for item in items if Path(item).exists()]
        words = [item for item in items if not Path(item).exists()]
        # Separately: text next to files is taken for another form of the same data, as in a drop.
        if paths:
            self.models.task_commands.take(paths=paths)
        if words:
            self.models.task_commands.take(text="\n".join(words))

    def _closed(self) -> None:
        """After the window was closed: hides it in the tray if the user wants that, else quits."""
        if self._in_tray is None or not self._in_tray.takes_window():
            self._quit_wanted()

    def _quit_wanted(self) -> None:
        if self.cases is None or self.window is None:
            self.close()
            return
        from .closing import ask_to_close

        ask_to_close(self.cases, self.window, self._in_tray, self.close)

    async def _go_down(self, assembly: Assembly, supervisor: Supervisor) -> None:
        """The shutdown, complete even if the window could not be built: anything left open keeps the process alive."""
        window = self.window
        self.is_leaving = True
        if window is not None:
            window.setEnabled(False)
        if self.rooms is not None:
            self.rooms.open_no_more()
        if self._in_tray is not None:
            self._in_tray.tray.set_on(False)
        if self.models is not None:
            self.models.composer.keep_draft()
        settling = supervisor.spawn(go_down(list(assembly.settling)), "settle")
        from .closing import settle_in_sight, what_is_waited_for

        await settle_in_sight(settling, window, lambda: what_is_waited_for(UseCases(assembly.engine)))
        await go_down(list(assembly.giving_up))
        if window is not None and window.preview is not None:
            window.preview.stop()
        if self.rooms is not None:
            await self.rooms.shutdown()
        if window is not None:
            window.let_close()
        if self.models is not None:
            self.models.bridge.close()
        await supervisor.close(5)
        await go_down(list(assembly.closing))


def _on_signals(loop: asyncio.AbstractEventLoop, close: Callable[[], None]) -> None:
    """Ctrl-C and SIGTERM close the program like its window."""
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError, ValueError):
            loop.add_signal_handler(number, close)
