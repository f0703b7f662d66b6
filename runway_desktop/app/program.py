"""One run of the program, in order: profile, log, single instance, Qt and loop, engine, window, first paint, loops,
key; and down again.

The order matters: the window is painted from the database before HTTP, keychain and multimedia are imported; and
closing is a handshake that finishes what is on its way before the loop ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any

from PySide6.QtCore import QLoggingCategory, QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from runway_desktop import __version__
from runway_desktop.catalog.resource_path import resource
from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.domain.events import Notice
from runway_desktop.domain.profiles import Profile
from runway_desktop.services.profile_folders import NoSuchProfile
from runway_desktop.ui import scroll_areas_read
from runway_desktop.ui.theme import Theme

from . import environment
from .collector import Collector
from .event_loop import EventLoop
from .lifecycle import Supervisor
from .options import Options
from .single_instance import DoesNotAnswer, Doorbell, enter

log = logging.getLogger(__name__)

_OF_THIS_COMPUTER = ("qt.multimedia", "qt.accessibility")
"""What Qt misses there (a decoder, a call of the screen reader) is for the log and not for the terminal, just as a
missing sound server, which it complains of without a category."""


def run(options: Options) -> int:
    """Runs until the window is closed; gives the exit code."""
    if options.tour is not None:
        from .tour import take_tour

        return take_tour(options)
    try:
        profile = environment.profile(demo=options.demo, folder=options.profile_dir, name=options.profile)
    except NoSuchProfile as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"The profile's folder cannot be made: {error}\n")
        return 1
    environment.start_log(profile.log, verbose=options.verbose)
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
    doorbell = Doorbell(profile.folder)
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

    session = Session(profile, options, notices=notices)
    doorbell.rung.connect(session.ring)
    for words in rung:
        # Whoever rang while the restore was finished.
        session.ring(words)
    session.stands.connect(doorbell.open)

    async def live(supervisor: Supervisor, theme: Theme) -> int:
        try:
            return await session.run(supervisor, theme)
        finally:
            # Also where there is only a sentence to be shown in place of the window.
            doorbell.open()

    try:
        return run_on_loop(application, live)
    finally:
        doorbell.close()
        claim.release()
        if session.starts_again:
            from .profile_windows import open_in_its_own_window

            open_in_its_own_window(profile)


def _finish_restore(application: QApplication, profile: Profile) -> list[Notice]:
    """Puts in its place what the person agreed to restore; gives what is to be told. Raises RunwayDesktopError when it
    is in the middle of it and cannot go on: then the list of tasks must not be opened."""
    if not profile.restoring.exists():
        return []
    from runway_desktop.services.backup.finishing import is_waiting

    from .restoring_first import finish_in_sight
    from .wiring import finish_restore

    try:
        finished = finish_in_sight(application, profile, finish_restore)
    except RunwayDesktopError as error:
        if is_waiting(profile):
            raise
        log.warning("A backup was not restored: %s (%s)", error, error.detail)
        return [Notice("The backup was not restored. Everything is as it was.", error.in_words(), is_problem=True)]
    if finished is None or finished.before is None:
        return []
    return [Notice("What was here before the restore is kept as a backup.", str(finished.before))]


def make_application() -> QApplication:
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName("Runway Desktop")
    # No display name: Qt puts it behind every title, after a dash of another length than ours.
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("io.github.runway_desktop.RunwayDesktop")
    application.setQuitOnLastWindowClosed(False)
    application.setWindowIcon(QIcon(str(resource("icons", "app.svg"))))
    qInstallMessageHandler(_qt_message)
    scroll_areas_read.install()
    # Else its decoder writes each file's properties to the terminal, past every handler.
    QLoggingCategory.setFilterRules("qt.multimedia.*.info=false")
    return application


def run_on_loop(application: QApplication, main: Callable[[Supervisor, Theme], Coroutine[Any, Any, int]]) -> int:
    """Runs `main(supervisor, theme)` on a loop with workers of its own, and closes both for good."""
    theme = Theme(application)
    loop = EventLoop(application)
    asyncio.set_event_loop(loop)
    workers = ThreadPoolExecutor(4, thread_name_prefix="default")
    loop.set_default_executor(workers)
    collector = Collector()
    bugs = Bugs()
    supervisor = Supervisor(bugs.report)
    loop.set_exception_handler(bugs.from_loop)
    previous_hook, sys.excepthook = sys.excepthook, bugs.from_python
    threading.excepthook = lambda given: bugs.report(
        f"thread {given.thread.name if given.thread else '?'}", given.exc_value
    )
    try:
        return int(loop.run_until_complete(main(supervisor, theme)))
    except RunwayDesktopError as error:
        _say_and_wait(application, error)
        return 1
    finally:
        sys.excepthook = previous_hook
        collector.close()
        loop.run_until_complete(loop.shutdown_asyncgens())
        workers.shutdown(wait=True)
        loop.close()
        asyncio.set_event_loop(None)


class Bugs:
    """The last resort for our own mistakes: into the log, redacted, once each; the window says that something went
    wrong."""

    def __init__(self) -> None:
        self.listener: Callable[[str], None] | None = None

    def report(self, where: str, error: BaseException | None) -> None:
        if error is None:
            return
        words = environment.redacted("".join(traceback.format_exception(error)))
        log.error("A mistake of the program in %s\n%s", where, words)

    def from_loop(self, loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseException):
            self.report(str(context.get("message", "the loop")), error)
        else:
            log.error("The loop says: %s", context.get("message"))

    def from_python(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        self.report("a slot", error.with_traceback(trace))


def on_signals(loop: asyncio.AbstractEventLoop, close: Callable[[], None]) -> None:
    """Ctrl-C and a polite kill close the program as its window would."""
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError, ValueError):
            loop.add_signal_handler(number, close)


def _say_and_wait(application: QApplication, error: RunwayDesktopError) -> None:
    """The engine could not start (a newer or damaged database, say): a window with the sentence, before any loop of
    ours runs."""
    from PySide6.QtWidgets import QMessageBox

    log.error("The program cannot start: %s %s", error.in_words(), error.detail)
    box = QMessageBox(QMessageBox.Icon.Warning, "Runway Desktop", error.message)
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
    if level == logging.WARNING and of_this_computer:
        level = logging.INFO
    logging.getLogger("qt").log(level, "%s", message)
