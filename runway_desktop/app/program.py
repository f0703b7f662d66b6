"""One run of the program, in order: profile, log, single instance, Qt and loop, engine, window, first paint, loops,
key; and down again.

The order matters: the window is painted from the database before HTTP, keychain and multimedia are imported; and
closing is a handshake that finishes what is on its way before the loop ends.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QLoggingCategory, QMessageLogContext, Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from runway_desktop import __version__
from runway_desktop.domain.errors import DamagedList, RunwayDesktopError
from runway_desktop.domain.events import Notice
from runway_desktop.domain.profiles import Profile
from runway_desktop.domain.secrecy import KnownSecrets
from runway_desktop.services.disk.disk_threads import DiskThreads
from runway_desktop.services.disk.profile_folders import NoSuchProfile
from runway_desktop.ui import scroll_areas_read
from runway_desktop.ui.profiles.badge import program_icon
from runway_desktop.ui.theme import Theme
from runway_desktop.wiring import environment
from runway_desktop.wiring.stages import Supervisor

from .bugs import Bugs
from .collector import Collector, share_arenas
from .event_loop import EventLoop
from .options import Options
from .single_instance import DoesNotAnswer, InstanceSocket, enter

if TYPE_CHECKING:
    from .session import Session

log = logging.getLogger(__name__)

_OF_THIS_COMPUTER = ("qt.multimedia", "qt.accessibility")
"""What Qt misses there (a decoder, a call of the screen reader) is for the log and not for the terminal, just as a
missing sound server, which it complains of without a category."""


def run(options: Options, secret: str | None = None) -> int:
    """Runs until the window is closed; gives the exit code. `secret` is the key that the environment held."""
    share_arenas()
    try:
        profile = environment.profile(demo=options.demo, folder=options.profile_dir, name=options.profile)
    except NoSuchProfile as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"The profile's folder cannot be made: {error}\n")
        return 1
    secrecy = KnownSecrets()
    environment.start_log(profile.log, secrecy, verbose=options.verbose)
    application = make_application()
    try:
        claim = enter(profile.folder, options.items)
    except DoesNotAnswer:
        sys.stderr.write("Runway Desktop runs already with this profile and does not answer. End it, then try again.\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"The profile's folder cannot be used: {error}\n")
        return 1
    if claim is None:
        return 0
    doorbell = InstanceSocket(profile.folder)
    if profile.restoring.exists() or not claim.is_sure:
        # It may be long until the window stands; or nothing but the bell tells others that this program is here.
        doorbell.open()
    rung: list[Sequence[str]] = []
    doorbell.rung.connect(rung.append)
    try:
        notices = _finish_restore(application, profile)
    except RunwayDesktopError as error:
        _say_and_wait(application, error)
        doorbell.close()
        claim.release()
        return 1
    from .session import Session

    bugs = Bugs(secrecy)
    session = Session(profile, options, notices=notices, bugs=bugs, secret=secret)
    doorbell.rung.connect(session.ring)
    for words in rung:
        # Whoever rang while the restore was finished.
        session.ring(words)
    session.stands.connect(doorbell.open)

    try:
        return _live(application, session, doorbell, bugs)
    finally:
        doorbell.close()
        claim.release()
        if session.starts_again:
            from .profile_windows import open_in_its_own_window

            open_in_its_own_window(profile, secret)


def _live(application: QApplication, session: Session, doorbell: InstanceSocket, bugs: Bugs) -> int:
    """The session, and what is offered in its place where the list of tasks is damaged. Its exit code."""
    damage: list[DamagedList] = []

    async def live(supervisor: Supervisor, theme: Theme) -> int:
        try:
            return await _run_session(session, bugs, supervisor, theme)
        except DamagedList as error:
            damage.append(error)
            return 1
        finally:
            # Also where there is only a sentence to be shown in place of the window.
            doorbell.open()

    code = run_on_loop(application, live, bugs)
    for error in damage:
        from .damaged_first import offer_backups

        log.warning("The list of tasks cannot be opened: %s %s", error.in_words(), error.detail)
        session.starts_again = offer_backups(application, session.profile, error)
    return code


async def _run_session(session: Session, bugs: Bugs, supervisor: Supervisor, theme: Theme) -> int:
    """Its exit code. Raises RunwayDesktopError, also in place of a mistake of ours that ends it: the person is told."""
    try:
        return await session.run(supervisor, theme)
    except RunwayDesktopError:
        raise
    except Exception as error:
        bugs.report("the session", error)
        raise _ends_by_mistake(session.profile) from error


def _ends_by_mistake(profile: Profile) -> RunwayDesktopError:
    return RunwayDesktopError(
        "Something went wrong in the program, and it has to end.",
        advice="Details are in its log.",
        detail=str(profile.log),
    )


def _finish_restore(application: QApplication, profile: Profile) -> list[Notice]:
    """Puts in its place what the person agreed to restore; gives what is to be told. Raises RunwayDesktopError when it
    is in the middle of it and cannot go on, or when a mistake of ours leaves that open: then the list of tasks must not
    be opened."""
    if not profile.restoring.exists():
        return []
    from runway_desktop.services.backup.finishing import is_waiting
    from runway_desktop.wiring.build import finish_restore

    from .restoring_first import finish_in_sight

    try:
        finish_in_sight(application, profile, finish_restore)
    except RunwayDesktopError as error:
        if is_waiting(profile):
            raise
        log.warning("A backup was not restored: %s (%s)", error, error.detail)
        return [Notice("The backup was not restored. Everything is as it was.", error.in_words(), is_problem=True)]
    except Exception as error:
        log.exception("The restore could not be finished, by a mistake of the program")
        raise _ends_by_mistake(profile) from error
    return []


_QUIET = (
    # Else its decoder writes each file's properties to the terminal, past every handler.
    "qt.multimedia.*.info=false",
    # It misses pipewire while its library is being loaded. `_qt_message` would want the interpreter then, which another
    # thread may hold that imports a module in C and waits for the loader: the program would stand still for ever.
    "qt.multimedia.symbolsresolver=false",
)


_NO_WINDOW = (
    "Start the program from a desktop session. Where there is none, unset DISPLAY and WAYLAND_DISPLAY: the demo then "
    "takes a tour and leaves pictures of it."
)


def make_application() -> QApplication:
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else _first_application()
    application.setApplicationName("Runway Desktop")
    # No display name: Qt puts it behind every title, after a dash of another length than ours.
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("io.github.runway_desktop.RunwayDesktop")
    application.setQuitOnLastWindowClosed(False)
    application.setWindowIcon(program_icon())
    qInstallMessageHandler(_qt_message)
    scroll_areas_read.install()
    QLoggingCategory.setFilterRules("\n".join(_QUIET))
    return application


def _first_application() -> QApplication:
    """Ends the process with a sentence where no window can be shown. Qt gives the cause in a warning, then others, then
    a fatal message, after which it would abort."""
    said: list[str] = []

    def listen(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
        logging.getLogger("qt").info("%s", message)
        if kind == QtMsgType.QtFatalMsg:
            sys.stderr.write(f"No window can be shown here: {(said or [message])[0].rstrip('.')}.\n{_NO_WINDOW}\n")
            sys.stderr.flush()
            os._exit(1)
        said.append(message)

    qInstallMessageHandler(listen)
    return QApplication(sys.argv[:1])


def run_on_loop(
    application: QApplication, main: Callable[[Supervisor, Theme], Coroutine[Any, Any, int]], bugs: Bugs
) -> int:
    """Runs `main(supervisor, theme)` on a loop with workers of its own, and closes both for good. `bugs` listens from
    then on; where `main` itself ends by a mistake of ours, the exit code is 1."""
    theme = Theme(application)
    loop = EventLoop(application)
    asyncio.set_event_loop(loop)
    # What looks up names of hosts, which may hang with the network.
    workers = DiskThreads(4, "default", patience=1.0)
    loop.set_default_executor(workers)
    collector = Collector()
    bugs.watch(loop)
    supervisor = Supervisor(bugs.report)
    try:
        return int(loop.run_until_complete(main(supervisor, theme)))
    except RunwayDesktopError as error:
        _say_and_wait(application, error)
        return 1
    except Exception as error:  # noqa: BLE001 - the last resort: in the log, where it can be found again
        bugs.report("the program's work", error)
        return 1
    finally:
        collector.close()
        loop.run_until_complete(loop.shutdown_asyncgens())
        workers.shutdown(wait=True)
        loop.close()
        asyncio.set_event_loop(None)


def _say_and_wait(application: QApplication, error: RunwayDesktopError) -> None:
    """The engine could not start (a newer or damaged database, say): a window with the sentence, before any loop of
    ours runs."""
    from PySide6.QtWidgets import QMessageBox

    log.warning("The program cannot start: %s %s", error.in_words(), error.detail)
    box = QMessageBox(QMessageBox.Icon.Warning, "Runway Desktop", error.message)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setInformativeText("\n".join(part for part in (error.advice, error.detail) if part))
    box.finished.connect(lambda _: application.quit())
    box.open()
    application.exec()


def _qt_message(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    level = {
        QtMsgType.QtDebugMsg: logging.DEBUG,
        QtMsgType.QtInfoMsg: logging.DEBUG,
        QtMsgType.QtWarningMsg: logging.WARNING,
    }.get(kind, logging.ERROR)
    of_this_computer = (context.category or "").startswith(_OF_THIS_COMPUTER) or message.startswith("PulseAudio")
    if of_this_computer:
        # No mistake of the program either way.
        level = {logging.WARNING: logging.INFO, logging.ERROR: logging.WARNING}.get(level, level)
    logging.getLogger("qt").log(level, "%s", message)
