"""One run of the program: profile, log, single instance, Qt and loop, engine, window, first paint, background loops,
key; and shutdown.

The order matters: the window is painted from the database before HTTP, keychain and multimedia are imported; and
closing finishes work in progress before the loop ends.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QLoggingCategory, QMessageLogContext, Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QFileOpenEvent, QOpenGLContext
from PySide6.QtWidgets import QApplication

from runway_desktop import APP_ID, __version__
from runway_desktop.domain.account import fingerprint_of
from runway_desktop.domain.errors import DamagedList, RunwayDesktopError
from runway_desktop.domain.events import Notice
from runway_desktop.domain.profiles import Profile
from runway_desktop.domain.secrecy import KnownSecrets
from runway_desktop.services.disk import private_socket
from runway_desktop.services.disk.disk_threads import DiskThreads
from runway_desktop.services.disk.profile_folders import NoSuchProfile
from runway_desktop.services.disk.profile_lock import Claim
from runway_desktop.texts import Text, _
from runway_desktop.ui import scroll_areas_read
from runway_desktop.ui.profiles.badge import program_icon
from runway_desktop.ui.theme import Theme
from runway_desktop.wiring import environment
from runway_desktop.wiring.stages import Supervisor

from .bugs import Bugs, CrashFile
from .collector import Collector, share_arenas
from .event_loop import EventLoop
from .language import speak
from .options import Options
from .single_instance import DoesNotAnswer, EngineLeaves, enter

if TYPE_CHECKING:
    from .session import Session

log = logging.getLogger(__name__)

_OF_THIS_COMPUTER = ("qt.multimedia", "qt.accessibility")
"""For these categories Qt's warnings are about the computer (a missing decoder, an unsupported accessibility call), so
they go to the log, not to the terminal. The same for a missing sound server, reported without a category."""
_WITHOUT_OPENGL = "No RHI backend"
"""What Qt warns of for each clip whose frames are converted without OpenGL, as `_first_application` wants it."""


NO_BUS = Text(
    "Your desktop's message service (D-Bus) doesn't answer, so notifications and the keychain are missing. "
    "Signing in again may help."
)


def run(options: Options, secret: str | None = None) -> int:
    """Runs until the window is closed; returns the exit code. `secret` is the key from the environment."""
    share_arenas()
    secrecy = KnownSecrets()
    claim: Claim | None = None
    leaving: EngineLeaves | None = None
    try:
        profile = environment.profile(demo=options.demo, folder=options.profile_dir, name=options.profile)
        environment.start_log(profile.log, secrecy, verbose=options.verbose)
        if sys.platform == "win32":
            # On Windows the communication with other instances uses Qt's pipes.
            make_application()
        own, named = environment.named_runway(profile, secret)
        claim = enter(profile.folder, options.items, key=fingerprint_of(own), address=named)
        if claim is None:
            return 0
    except NoSuchProfile as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except EngineLeaves as engine:
        leaving = engine
    except DoesNotAnswer as error:
        return _cannot_start(error)
    except OSError as error:
        advice = Text("Check that its disk is there and not read-only, then start again.")
        said = Text("Runway Desktop cannot write to its folder.")
        return _cannot_start(RunwayDesktopError(said, advice=advice, detail=str(error)))
    crash = CrashFile(profile)
    bugs = Bugs(secrecy)
    bugs.ended_last_run = crash.was_left
    bugs.fatal = crash.write
    life = _Life(profile, options, bugs, secret, claim)
    if environment.leave_silent_bus():
        life.notices.append(Notice(NO_BUS, is_problem=True))
    try:
        return run_on_loop(make_application(), lambda supervisor, theme: life.run(supervisor, theme, leaving), bugs)
    finally:
        crash.end()
        if life.claim is not None:
            life.claim.release()
        if life.starts_again:
            from .profile_windows import open_in_its_own_window

            open_in_its_own_window(profile, secret)


class _Life:
    """The process from claiming the profile to its end: the steps before the session, the session, and the offer of
    backups if the list of tasks is damaged. Later starts and clients may connect from the beginning; they are answered
    as soon as a window can handle them."""

    def __init__(self, profile: Profile, options: Options, bugs: Bugs, secret: str | None, claim: Claim | None) -> None:
        self.claim = claim
        self.starts_again = False
        self.window: Session | None = None
        self.notices: list[Notice] = []
        self._profile = profile
        self._options = options
        self._bugs = bugs
        self._secret = secret
        self._rung: list[Sequence[str]] = []
        self._close_door: Callable[[], Awaitable[object]] | None = None
        self._listening = private_socket.listen(profile.folder) if claim is not None else None

    async def run(self, supervisor: Supervisor, theme: Theme, leaving: EngineLeaves | None) -> int:
        """Without a claim, waits first for the engine that is `leaving`."""
        application = QApplication.instance()
        if isinstance(application, ApplicationOfMacos):
            application.listen(self.ring)
        try:
            if leaving is not None:
                from .waits import take_over_in_sight

                self.claim = await take_over_in_sight(theme, self._profile.folder, self._options.items, leaving)
                if self.claim is None:
                    return 0
                self._listening = private_socket.listen(self._profile.folder)
            is_unsure = self.claim is not None and not self.claim.is_sure
            if self._profile.restoring.exists() or is_unsure:
                # Opens the socket early, since the window may take long; or since only the socket tells others of this
                # program.
                await self._open_door()
            if self.claim is not None and is_unsure:
                from .waits import may_send_from_here

                if not await may_send_from_here():
                    return 0
                await asyncio.to_thread(self.claim.confirm)
            return await self._live(supervisor, theme)
        except RunwayDesktopError as error:
            self.window = None
            await self._open_door()
            await _say_and_wait(error)
            return 1
        finally:
            if self._close_door is not None:
                await self._close_door()
            elif self._listening is not None:
                self._listening.close()

    def ring(self, words: Sequence[str]) -> None:
        """Later starts before the session exists are passed to it afterwards."""
        if self.window is not None:
            self.window.ring(words)
        else:
            self._rung.append(words)

    async def _live(self, supervisor: Supervisor, theme: Theme) -> int:
        notices = self.notices + await finish_restore_first(theme, self._profile)
        from runway_desktop.wiring.build import Address

        from .session import Session

        if self._options.demo:
            from runway_desktop.wiring.demo import DemoWishes

            address = Address(demo=DemoWishes(speed=self._options.speed, is_empty=self._options.empty))
        else:
            secret = environment.secret_for(self._profile, self._secret)
            address = Address(base_url=environment.base_url(), secret=secret)
        session = Session(self._profile, self._options, address, notices, bugs=self._bugs, secret=self._secret)
        self.window = session
        for words in self._rung:
            session.ring(words)
        session.stands.connect(lambda: supervisor.spawn(self._open_door(), "listen to other programs"))
        try:
            return await _run_session(session, self._bugs, supervisor, theme)
        except DamagedList as error:
            from .damaged_first import offer_backups

            log.warning("The list of tasks cannot be opened: %s %s", error.in_words(), error.detail)
            self.window = None
            await self._open_door()
            self.starts_again = await offer_backups(theme, self._profile, error)
            return 1
        finally:
            self.starts_again = self.starts_again or session.starts_again

    async def _open_door(self) -> None:
        """Idempotent."""
        if self._close_door is None:
            # Imported late, since the first paint does not need it.
            from .window_door import WindowDoor

            door = WindowDoor(self)
            self._close_door = door.close
            await door.open(self._profile.folder, self._listening)


async def _run_session(session: Session, bugs: Bugs, supervisor: Supervisor, theme: Theme) -> int:
    """Returns the exit code. Raises RunwayDesktopError, also instead of a bug that ends the session, so that the user
    gets a message."""
    try:
        return await session.run(supervisor, theme)
    except RunwayDesktopError:
        raise
    except Exception as error:
        bugs.report("the session", error, is_fatal=True)
        raise _ends_by_mistake(session.profile) from error


def _ends_by_mistake(profile: Profile) -> RunwayDesktopError:
    return RunwayDesktopError(
        Text("Something went wrong, and Runway Desktop has to quit."),
        advice=Text("Details are in the log."),
        detail=str(profile.log),
    )


async def finish_restore_first(theme: Theme, profile: Profile) -> list[Notice]:
    """Completes a restore that the user has confirmed; returns notices about it. Raises RunwayDesktopError if it is
    stuck half-way, or if a bug leaves that open: then the list of tasks must not be opened."""
    if not profile.restoring.exists():
        return []
    from runway_desktop.services.backup.finishing import is_waiting
    from runway_desktop.wiring.build import finish_restore

    from .waits import finish_in_sight

    try:
        await finish_in_sight(theme, profile, finish_restore)
    except RunwayDesktopError as error:
        if is_waiting(profile):
            raise
        log.warning("A backup was not restored: %s (%s)", error, error.detail)
        return [Notice(_("The backup was not restored. Nothing was changed."), error.in_words(), is_problem=True)]
    except Exception as error:
        log.exception("The restore could not be finished, by a mistake of the program")
        raise _ends_by_mistake(profile) from error
    return []


_QUIET = (
    # Otherwise the decoder prints each file's properties to the terminal, past every handler.
    "qt.multimedia.*.info=false",
    # Qt misses pipewire while loading its library. `_qt_message` would then need the GIL, which another thread may hold
    # that is importing a C module and waits for the loader: a deadlock.
    "qt.multimedia.symbolsresolver=false",
)


_DISPLAY_DIED = ("The X11 connection broke", "The Wayland connection ")
"""How Qt's message begins when the display is gone. On X11 Qt then stops every loop, on Wayland it ends the process."""
_OPENGL = "QT_XCB_GL_INTEGRATION"
_INPUT_METHODS = "QT_IM_MODULES"
"""Qt uses the first of this list that works; it overrides QT_IM_MODULE."""
_NO_WINDOW = (
    "Start the program from a desktop session. Where there is none, unset DISPLAY and WAYLAND_DISPLAY: the demo then "
    "takes a tour and leaves pictures of it."
)


class ApplicationOfMacos(QApplication):
    """Receives the files of *Open With* and of drops on the dock: macOS sends events instead of arguments."""

    def __init__(self, arguments: list[str]) -> None:
        super().__init__(arguments)
        self._listener: Callable[[Sequence[str]], None] | None = None
        self._early: list[str] = []

    def listen(self, listener: Callable[[Sequence[str]], None]) -> None:
        """Calls `listener` with the files of each event, and at once with earlier ones."""
        self._listener = listener
        if self._early:
            listener(self._early)

    def event(self, event: QEvent) -> bool:
        if not isinstance(event, QFileOpenEvent):
            return super().event(event)
        if self._listener is None:
            self._early.append(event.file())
        else:
            self._listener([event.file()])
        return True


def make_application() -> QApplication:
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else _first_application()
    application.setApplicationName("Runway Desktop")
    # No display name: Qt would append it to every title, after a different dash.
    application.setApplicationVersion(__version__)
    application.setDesktopFileName(APP_ID)
    application.setQuitOnLastWindowClosed(False)
    speak()
    application.setWindowIcon(program_icon())
    qInstallMessageHandler(_qt_message)
    scroll_areas_read.install()
    QLoggingCategory.setFilterRules("\n".join(_QUIET))
    return application


def _first_application() -> QApplication:
    """Creates the application; ends the process with a message if no window can be shown. Qt gives the cause in its
    first warning, followed by others and a fatal message, after which it would abort."""
    said: list[str] = []

    def listen(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
        logging.getLogger("qt").info("%s", message)
        if kind == QtMsgType.QtFatalMsg:
            sys.stderr.write(f"No window can be shown here: {(said or [message])[0].rstrip('.')}.\n{_NO_WINDOW}\n")
            sys.stderr.flush()
            os._exit(1)
        said.append(message)

    qInstallMessageHandler(listen)
    inherited = dict(os.environ)
    variables = variables_for_qt(inherited)
    os.environ |= variables
    # X11 desktops find the desktop file by this name, however the program was started.
    application = (ApplicationOfMacos if sys.platform == "darwin" else QApplication)(["runway-desktop"])
    # Qt reads the variable when it is asked first.
    QOpenGLContext.supportsThreadedOpenGL()
    for name in variables:
        del os.environ[name]
    os.environ |= {name: inherited[name] for name in variables if name in inherited}
    return application


def variables_for_qt(environment: Mapping[str, str]) -> dict[str, str]:
    """Environment variables to set while the application is created; programs started later do not inherit them."""
    # With OpenGL on X11, frames of clips would be turned into pictures by it: 100 MB for its driver, and much processor
    # time where that is Mesa's software.
    variables = {_OPENGL: environment.get(_OPENGL, "none")}
    methods = environment.get(_INPUT_METHODS) or environment.get("QT_IM_MODULE", "")
    if "fcitx" in methods:
        # Qt's wheels have no plugin for fcitx, but fcitx also speaks IBus on the portal's name. Without the variable,
        # Qt would require IBus itself to be installed.
        variables |= {_INPUT_METHODS: f"{methods};ibus;wayland;compose", "IBUS_USE_PORTAL": "1"}
    return variables


def run_on_loop(
    application: QApplication, main: Callable[[Supervisor, Theme], Coroutine[Any, Any, int]], bugs: Bugs
) -> int:
    """Runs `main(supervisor, theme)` on a new loop with worker threads, and closes both. `bugs` is active from then on;
    the exit code is 1 if `main` ends by a bug."""
    theme = Theme(application)
    loop = EventLoop(application)
    asyncio.set_event_loop(loop)
    # For resolving host names, which may hang.
    workers = DiskThreads(4, "default", patience=1.0)
    loop.set_default_executor(workers)
    collector = Collector()
    bugs.watch(loop)
    supervisor = Supervisor(bugs.report)
    try:
        return int(loop.run_until_complete(main(supervisor, theme)))
    except RunwayDesktopError as error:
        sys.stderr.write(f"{error.in_words()}\n")
        return 1
    except Exception as error:  # noqa: BLE001 - last resort: logged
        bugs.report("the program's work", error, is_fatal=True)
        return 1
    finally:
        collector.close()
        loop.run_until_complete(loop.shutdown_asyncgens())
        workers.shutdown(wait=True)
        loop.close()
        asyncio.set_event_loop(None)


def _cannot_start(error: RunwayDesktopError) -> int:
    """In a window too: after a start by an icon, no terminal shows it."""

    async def say(_supervisor: Supervisor, _theme: Theme) -> int:
        await _say_and_wait(error)
        return 1

    return run_on_loop(make_application(), say, Bugs())


async def _say_and_wait(error: RunwayDesktopError) -> None:
    """A message instead of the window if the engine could not start, for instance because the list is of a newer
    program."""
    from PySide6.QtWidgets import QMessageBox

    log.info("The program cannot start: %s %s", error.in_words(), error.detail)
    sys.stderr.write(f"{error.in_words()} {error.detail}\n".lstrip())
    box = QMessageBox(QMessageBox.Icon.Warning, "Runway Desktop", error.message)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setInformativeText("\n".join(part for part in (error.advice, error.detail) if part))
    closed = asyncio.Event()
    box.finished.connect(lambda _: closed.set())
    box.open()
    await closed.wait()
    box.deleteLater()


def _qt_message(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    if message.startswith(_DISPLAY_DIED):
        _end_without_display(message)
    level = {
        QtMsgType.QtDebugMsg: logging.DEBUG,
        QtMsgType.QtInfoMsg: logging.DEBUG,
        QtMsgType.QtWarningMsg: logging.WARNING,
    }.get(kind, logging.ERROR)
    is_known = message.startswith("PulseAudio") or _WITHOUT_OPENGL in message
    of_this_computer = is_known or (context.category or "").startswith(_OF_THIS_COMPUTER)
    if of_this_computer:
        # Not a bug of the program either way.
        level = {logging.WARNING: logging.INFO, logging.ERROR: logging.WARNING}.get(level, level)
    logging.getLogger("qt").log(level, "%s", message)


def _end_without_display(message: str) -> None:
    """Ends the process at once, as a kill would: without Qt's loop nothing can be finished, and what is stored survives
    a kill."""
    logging.getLogger("qt").info("%s", message)
    with suppress(OSError):
        sys.stderr.write("Runway Desktop ended because its display is gone. Everything is kept for the next start.\n")
        sys.stderr.flush()
    os._exit(1)
