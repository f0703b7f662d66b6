"""Notices about the program itself: a missing or refused key, a locked keychain, and bugs.

GUI thread. Notices about a key end automatically when they no longer apply. Only the first bug of a run is reported;
later ones are in the log.
"""

from __future__ import annotations

import platform
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, qVersion
from PySide6.QtGui import QGuiApplication

from runway_desktop import __version__
from runway_desktop.domain.account import Connectivity, KeySource, KeyStatus, Link
from runway_desktop.texts import Text, _
from runway_desktop.ui.window.main_window import MainWindow
from runway_desktop.viewmodels.activity.activity import Activity
from runway_desktop.viewmodels.bridge import Bridge

from .bugs import Bugs

ENTER = Text("Enter a key…")


class KeyNotices(QObject):
    """`is_shown` tells whether the workspace is visible: the welcome page reports problems of a key itself."""

    def __init__(self, bridge: Bridge, window: MainWindow, is_shown: Callable[[], bool]) -> None:
        super().__init__(window)
        self._window = window
        self._activity = window.activity
        self._is_shown = is_shown
        self._refused = False
        self._waiting: int | None = None
        self._refusal: int | None = None
        self._missing: int | None = None
        bridge.key_changed.connect(self._key_changed)
        bridge.connection_changed.connect(self._connection_changed)

    def tell_missing(self) -> None:
        """Without a key the list, its results and their details are still there to look at."""
        self._missing = self._activity.tell(
            _("This profile has no API key. You can browse everything; generating needs a key."),
            action_text=str(ENTER),
            on_action=self._enter,
            once=True,
            stays=True,
            short=_("No API key"),
        )

    def _key_changed(self, status: KeyStatus) -> None:
        if status.source is not KeySource.NONE and self._missing is not None:
            self._activity.end(self._missing)
            self._missing = None
        if status.is_awaited and self._waiting is None:
            self._waiting = self._activity.tell(
                _("Waiting for your keychain. Unlock it, or enter a key here."),
                action_text=str(ENTER),
                on_action=self._enter,
                stays=True,
            )
        elif not status.is_awaited and self._waiting is not None:
            self._activity.end(self._waiting)
            self._waiting = None

    def _connection_changed(self, connection: Connectivity) -> None:
        """Asks for another key after Runway refused it. Nothing is sent meanwhile, and nothing is lost."""
        refused = connection.link is Link.KEY_REFUSED
        if refused and not self._refused and self._is_shown():
            self._refusal = self._activity.tell(
                _("Runway rejected the API key, so nothing is sent. It is checked again from time to time."),
                problem=True,
                action_text=str(ENTER),
                on_action=self._enter,
                short=_("Runway rejected the API key"),
            )
        elif not refused and self._refusal is not None:
            self._activity.end(self._refusal)
            self._refusal = None
        self._refused = refused

    def _enter(self) -> None:
        self._window.open_room("preferences", "Key")


MESSAGE = Text("Something went wrong.")
ADVICE = Text("If something no longer works, restart Runway Desktop. Details are in the log.")


class MistakeNotice(QObject):
    """`log` is the file with the details."""

    def __init__(self, bugs: Bugs, activity: Activity, log: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._activity = activity
        self._log = log
        bugs.tell(self._tell)

    def _tell(self, words: str) -> None:
        self._activity.tell(
            str(MESSAGE),
            detail=str(ADVICE),
            problem=True,
            action_text=_("Copy details"),
            on_action=lambda: self._copy(words),
            short=_("Something went wrong"),
        )

    def _copy(self, words: str) -> None:
        QGuiApplication.clipboard().setText(details(words, self._log))
        self._activity.tell(_("Details copied."))


def details(words: str, log: Path) -> str:
    """Details for a bug report."""
    versions = f"Runway Desktop {__version__}, Qt {qVersion()}, Python {platform.python_version()}"
    return f"{versions}, {platform.platform()}\nLog: {log}\n\n{words}\n"
