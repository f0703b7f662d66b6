"""Notices about the program itself: a missing or refused key, a locked keychain, bugs, and a crash of the last run.

GUI thread. Notices about a key end automatically when they no longer apply. Only the first bug of a run is reported;
later ones are in the log.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from runway_desktop.domain.account import Connectivity, KeySource, KeyStatus, Link
from runway_desktop.texts import Text, _
from runway_desktop.ui.window.main_window import MainWindow
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
        self._told: dict[str, int] = {}
        """Numbers of the notices that stand, by what they are about."""
        bridge.key_changed.connect(self._key_changed)
        bridge.connection_changed.connect(self._connection_changed)

    def tell_missing(self) -> None:
        """Without a key the list, its results and their details are still there to look at."""
        self._told["missing"] = self._activity.tell(
            _("This profile has no API key. You can browse everything; generating needs a key."),
            action_text=str(ENTER),
            on_action=self._enter,
            once=True,
            stays=True,
            short=_("No API key"),
        )

    def _key_changed(self, status: KeyStatus) -> None:
        if status.source is not KeySource.NONE:
            self._end("missing")
        if not status.is_awaited:
            self._end("waiting")
        elif "waiting" not in self._told:
            self._told["waiting"] = self._activity.tell(
                _("Waiting for your keychain. Unlock it, or enter a key here."),
                action_text=str(ENTER),
                on_action=self._enter,
                stays=True,
            )

    def _connection_changed(self, connection: Connectivity) -> None:
        """Asks for another key after Runway refused it. Nothing is sent meanwhile, and nothing is lost."""
        refused = connection.link is Link.KEY_REFUSED
        if refused and not self._refused and self._is_shown():
            self._told["refusal"] = self._activity.tell(
                _("Runway rejected the API key, so nothing is sent. It is checked again from time to time."),
                problem=True,
                action_text=str(ENTER),
                on_action=self._enter,
                short=_("Runway rejected the API key"),
            )
        elif not refused:
            self._end("refusal")
        self._refused = refused

    def _end(self, what: str) -> None:
        if (number := self._told.pop(what, None)) is not None:
            self._activity.end(number)

    def _enter(self) -> None:
        self._window.open_room("preferences", "Key")


MESSAGE = Text("Something went wrong.")
ADVICE = Text("If something no longer works, restart Runway Desktop.")
CRASHED = Text("Runway Desktop closed unexpectedly last time.")
REPORT = Text("Report a problem…")


class MistakeNotice(QObject):
    """The first bug of this run."""

    def __init__(self, bugs: Bugs, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        bugs.tell(self._tell)

    def _tell(self, _words: str) -> None:
        self._window.activity.tell(
            str(MESSAGE),
            detail=str(ADVICE),
            problem=True,
            action_text=str(REPORT),
            on_action=partial(self._window.open_room, "report"),
            short=_("Something went wrong"),
        )


def tell_of_crash(window: MainWindow) -> None:
    window.activity.tell(
        str(CRASHED),
        problem=True,
        action_text=str(REPORT),
        on_action=partial(window.open_room, "report"),
        short=_("Closed unexpectedly"),
    )
