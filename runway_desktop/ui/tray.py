"""Tray icon of the program: status as text, a click opens the window, and announcements while no window is active.

An announcement is a notice of the desktop if the program has been given a way to show it (`app/in_tray.py`), else the
icon's message; without an icon, the task bar entry requests attention. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication, QMenu, QSystemTrayIcon, QWidget

from runway_desktop.domain.library import Page
from runway_desktop.texts import _
from runway_desktop.usecases.words.announcements import Announcement
from runway_desktop.usecases.words.plain import notice
from runway_desktop.viewmodels.announcements import Announcements
from runway_desktop.viewmodels.status import Status
from runway_desktop.viewmodels.tasks.pages import Pages

SECONDS = 8
"""Requested duration of an announcement; most systems ignore it."""


def is_looked_at() -> bool:
    """Whether one of the program's windows is active; then no announcement is needed."""
    return QGuiApplication.applicationState() is Qt.ApplicationState.ApplicationActive


class Tray(QObject):
    window_wanted = Signal()
    tasks_wanted = Signal(object)
    """Ids of the tasks of an announcement."""
    room_wanted = Signal(str)
    """Id of the room that an announcement opens."""
    pause_wanted = Signal(bool)
    quit_wanted = Signal()

    def __init__(
        self,
        announcements: Announcements,
        status: Status,
        pages: Pages,
        profile: str,
        window: QWidget,
        *,
        looked_at: Callable[[], bool] = is_looked_at,
        make_icon: Callable[[QIcon, QObject], QSystemTrayIcon] | None = None,
        notify: Callable[[Announcement, Callable[[], None]], None] | None = None,
    ) -> None:
        """`make_icon` defaults to the system's tray icon, if it has a tray. `notify` shows a notice of the desktop, or
        calls its second argument if that fails."""
        super().__init__(window)
        self._status = status
        self._pages = pages
        self._name = _named(profile)
        self._window = window
        self._looked_at = looked_at
        self._make_icon = make_icon
        self._notify = notify
        self._told: Announcement | None = None
        self.icon: QSystemTrayIcon | None = None
        announcements.announced.connect(self._announce)
        status.changed.connect(self._show_state)

    def set_on(self, on: bool) -> None:
        """Shows or removes the icon; no effect without a tray."""
        make_icon = self._make_icon or (QSystemTrayIcon if QSystemTrayIcon.isSystemTrayAvailable() else None)
        if on and self.icon is None and make_icon is not None:
            self._build(make_icon)
        elif not on and self.icon is not None:
            self.icon.hide()
            self.icon.deleteLater()
            self.icon = None

    def set_profile(self, profile: str) -> None:
        """Updates name and icon after the profile changed."""
        self._name = _named(profile)
        if self.icon is not None:
            self.icon.setIcon(QApplication.windowIcon())
            self._show_state()

    @property
    def is_there(self) -> bool:
        """Whether the window can be hidden and reopened; a tray may have vanished."""
        return self.icon is not None and self.icon.isSystemTrayAvailable()

    def tell(self, title: str, text: str) -> None:
        """Shows a message about the program itself."""
        if self.icon is not None:
            self._told = None
            self.icon.showMessage(title, notice(text), QApplication.windowIcon(), SECONDS * 1000)

    def open(self, said: Announcement) -> None:
        """Opens the window with what an announcement is about."""
        self.window_wanted.emit()
        if said.room:
            self.room_wanted.emit(said.room)
        else:
            self.tasks_wanted.emit(said.task_ids)

    def _build(self, make_icon: Callable[[QIcon, QObject], QSystemTrayIcon]) -> None:
        self.icon = icon = make_icon(QApplication.windowIcon(), self)
        self._menu = QMenu(self._window)
        self._menu.addAction(_("Show window")).triggered.connect(self.window_wanted)
        self._pause = QAction(self._menu)
        self._menu.addAction(self._pause)
        self._pause.triggered.connect(lambda: self.pause_wanted.emit(not self._status.paused))
        self._menu.addSeparator()
        self._menu.addAction(_("Quit")).triggered.connect(self.quit_wanted)
        icon.setContextMenu(self._menu)
        icon.activated.connect(self._activated)
        icon.messageClicked.connect(self._clicked)
        self._show_state()
        icon.show()

    def _show_state(self) -> None:
        if self.icon is None:
            return
        counts = self._pages.counts.pages
        live, waiting = counts.get(Page.LIVE, 0), counts.get(Page.WAITING_HERE, 0)
        parts = [_("{n} live", n=live)] if live else []
        parts += [_("{n} queued", n=waiting)] if waiting else []
        said = "\n".join((self._name, " · ".join(parts) or _("Nothing is running")))
        if self.icon.toolTip() != said:
            self.icon.setToolTip(notice(said))
        self._pause.setText(_("Resume sending") if self._status.paused else _("Pause sending"))

    def _announce(self, said: Announcement) -> None:
        if self._looked_at():
            return
        if self._notify is not None:
            self._notify(said, partial(self._show_message, said))
        else:
            self._show_message(said)

    def _show_message(self, said: Announcement) -> None:
        if self.icon is None:
            QApplication.alert(self._window)
            return
        self._told = said
        self.icon.showMessage(said.title, notice(said.text), QApplication.windowIcon(), SECONDS * 1000)

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick):
            self.window_wanted.emit()

    def _clicked(self) -> None:
        if self._told is None:
            self.window_wanted.emit()
        else:
            self.open(self._told)


def _named(profile: str) -> str:
    return _("{profile} – Runway Desktop", profile=profile) if profile else "Runway Desktop"
