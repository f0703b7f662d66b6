"""The window in its desktop: tray icon, notifications, closing to the tray, no sleep while there is work, and what the
portal gives on Linux: file dialogs, accent color, text size. Created after the first paint; GUI thread only.

On Linux announcements are notices of the desktop with a button (`desktop/notices.py`): GNOME has no tray, and a tray's
messages have no button. Elsewhere, and if the desktop shows none, they are messages of the tray icon."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QSystemTrayIcon

from runway_desktop import APP_ID
from runway_desktop.catalog.resource_path import resource
from runway_desktop.desktop.wakefulness import stay_awake
from runway_desktop.services.ports import Clock
from runway_desktop.services.supervised import Runner, Spawn, keep_going
from runway_desktop.texts import _
from runway_desktop.ui.colors import DESKTOP_LOOK, kept_text, look_of
from runway_desktop.ui.file_dialogs import SystemDialogs
from runway_desktop.ui.theme import Theme
from runway_desktop.ui.tray import Tray, is_looked_at
from runway_desktop.ui.window.main_window import TOKEN, MainWindow
from runway_desktop.usecases.use_cases import Memory, UseCases
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


class Awake(QObject):
    """Prevents sleep while there is work, if the person wants that."""

    def __init__(self, cases: UseCases, models: Models, runner: Runner, parent: QObject) -> None:
        super().__init__(parent)
        self._settings = cases.settings
        self._status = models.status
        self._runner = runner
        self._staying: asyncio.Task[Any] | None = None
        models.status.changed.connect(self._follow)
        models.bridge.settings_changed.connect(lambda names: self._follow() if "stay_awake" in names else None)
        self._follow()

    def _follow(self) -> None:
        wanted = self._settings.stay_awake and self._status.is_at_work
        if wanted and self._staying is None:
            self._staying = self._runner(stay_awake(), "stay awake")
        elif not wanted and self._staying is not None:
            self._staying.cancel()
            self._staying = None


def use_portal(theme: Theme, memory: Memory, spawn: Spawn) -> None:
    """On Linux, whose library for D-Bus other systems do not have."""
    from runway_desktop.desktop import portal

    application = QGuiApplication.instance()
    if application is None or QGuiApplication.platformName() not in ("xcb", "wayland"):
        return

    def follow(settings: Mapping[str, object]) -> None:
        look = look_of(settings)
        theme.follow(look)
        memory.keep(DESKTOP_LOOK, kept_text(look))

    SystemDialogs(application, portal.choose_files, spawn)
    spawn(portal.follow_settings(follow), "follow the desktop's look")
