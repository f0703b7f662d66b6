"""Tray icon, desktop notifications, and closing the window to the tray. Created after the first paint; GUI thread only.

On Linux announcements are notices of the desktop with a button (`desktop/notices.py`): GNOME has no tray, and a tray's
messages have no button. Elsewhere, and if the desktop shows none, they are messages of the tray icon."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QSystemTrayIcon

from runway_desktop import APP_ID
from runway_desktop.catalog.resource_path import resource
from runway_desktop.services.ports import Clock
from runway_desktop.services.supervised import Runner, keep_going
from runway_desktop.texts import _
from runway_desktop.ui.tray import Tray, is_looked_at
from runway_desktop.ui.window.main_window import TOKEN, MainWindow
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words.announcements import Announcement
from runway_desktop.viewmodels.activity.notices import AskedEntry
from runway_desktop.viewmodels.announcements import Announcements
from runway_desktop.viewmodels.models import Models

LATE_TRAY_MS = 15_000
LOOK_EVERY_MS = 15_000
_WAS_TOLD = "tray.told"


class InTray(QObject):
    def __init__(
        self,
        cases: UseCases,
        models: Models,
        runner: Runner,
        window: MainWindow,
        make_icon: Callable[[QIcon, QObject], QSystemTrayIcon] | None = None,
    ) -> None:
        super().__init__(window)
        self._settings = cases.settings
        self._memory = models.memory
        self._window = window
        self.announcements = Announcements(cases, models.bridge, runner, self)
        # Outside of the window the system's notification is read.
        self.announcements.heard.connect(
            lambda sentence, urgent: models.activity.said.emit(sentence, urgent) if is_looked_at() else None
        )
        AskedEntry(cases, models.bridge, models.activity, partial(window.open_room, "requests"), self)
        self.tray = Tray(
            self.announcements,
            models.status,
            models.pages,
            models.profiles.title,
            window,
            make_icon=make_icon,
            notify=self._notify_by_desktop(runner, cases.clock),
        )
        self.tray.window_wanted.connect(window.come_to_front)
        self.tray.tasks_wanted.connect(window.go_to_tasks)
        self.tray.room_wanted.connect(window.open_room)
        self.tray.pause_wanted.connect(models.task_commands.pause)
        self.tray.quit_wanted.connect(window.quit_wanted)
        models.bridge.settings_changed.connect(lambda names: self._follow() if "tray" in names else None)
        models.profiles.changed.connect(lambda: self.tray.set_profile(models.profiles.title))
        self._follow()
        # At login the desktop's tray may come after the program.
        self._late = QTimer(self, singleShot=True, interval=LATE_TRAY_MS)
        self._late.timeout.connect(self._follow)
        self._late.start()
        self._look = QTimer(self, interval=LOOK_EVERY_MS)
        self._look.timeout.connect(self.keep_reachable)
        self._look.start()

    def takes_window(self) -> bool:
        """Hides the closed window if the user wants that, with a message the first time. False: it cannot be hidden,
        since nothing would bring it back."""
        if not (self._settings.stay_in_tray and self.tray.is_there):
            return False
        self.hide_window()
        return True

    def hide_window(self) -> None:
        """The program continues in the tray, whose icon must be there."""
        self._window.hide()
        if not self._memory.recall(_WAS_TOLD):
            self._memory.keep(_WAS_TOLD, "yes")
            self.tray.tell(
                _("Still running"), _("Runway Desktop keeps running in the tray. To quit, use its menu there.")
            )

    def keep_reachable(self) -> None:
        """Shows a hidden window in the task bar when the tray has ended, for instance with the desktop's panel, but not
        while the program ends: the window is disabled then."""
        if self._window.isEnabled() and not self._window.isVisible() and not self.tray.is_there:
            self._window.showMinimized()

    def _notify_by_desktop(
        self, runner: Runner, clock: Clock
    ) -> Callable[[Announcement, Callable[[], None]], None] | None:
        """Shows announcements as notices of the desktop; None where the tray icon does that."""
        if sys.platform != "linux" or "DBUS_SESSION_BUS_ADDRESS" not in os.environ:
            return None
        # jeepney, on which it stands, is installed on Linux alone.
        from runway_desktop.desktop.notices import DesktopNotice, DesktopNotices

        # Installed with a package, but not with a wheel or an AppImage.
        has_icon = QIcon.hasThemeIcon(APP_ID)
        notices = DesktopNotices(APP_ID if has_icon else resource("icons", "app-128.png").as_uri())
        runner(keep_going("showing notices", notices.run, clock), "notices of the desktop")

        def notify(said: Announcement, otherwise: Callable[[], None]) -> None:
            # Of the same kind are those that would be shown in the same place and are as urgent.
            kind = said.room or ("problem" if said.is_problem else "tasks")
            clicked = partial(self._open, said)
            notices.show(DesktopNotice(kind, said.title, said.text, _("Show"), clicked, otherwise))

        return notify

    def _open(self, said: Announcement, token: str) -> None:
        if token:
            os.environ[TOKEN] = token
        self.tray.open(said)
        os.environ.pop(TOKEN, None)

    def _follow(self) -> None:
        self.tray.set_on(self._settings.tray)
