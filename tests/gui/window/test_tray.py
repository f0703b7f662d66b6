"""The icon in the tray: shown where there is a tray, silent while one looks, and the way back to a closed window."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from runway_desktop.app.in_tray import InTray
from runway_desktop.ui.tray import Tray
from runway_desktop.usecases.words.announcements import Announcement
from runway_desktop.viewmodels.announcements import Announcements
from tests.gui.rig import Desktop, after
from tests.rows import task

WORD = Announcement("Saved", "A lighthouse", (task(1).id,))


class SilentIcon(QObject):
    """What stands in for the system's icon, and keeps what it would show."""

    activated = Signal(object)
    messageClicked = Signal()

    def __init__(self, _: QIcon, parent: QObject) -> None:
        super().__init__(parent)
        self.said: list[tuple[str, str]] = []
        self.has_tray = True
        self.tip = ""
        self.visible = False

    def isSystemTrayAvailable(self) -> bool:
        return self.has_tray

    def setContextMenu(self, menu: QMenu) -> None:
        self.menu = menu

    def setToolTip(self, text: str) -> None:
        self.tip = text

    def toolTip(self) -> str:
        return self.tip

    def show(self) -> None:
        self.visible = True

    def hide(self) -> None:
        self.visible = False

    def showMessage(self, title: str, text: str, *_: Any) -> None:
        self.said.append((title, text))


def tray_of(rig: Desktop, *, looked_at: bool = False) -> tuple[Any, Announcements]:
    announcements = Announcements(rig.cases, rig.bridge, rig.runner, rig.window)
    status, pages = rig.models.status, rig.models.pages
    make_icon: Any = SilentIcon
    tray = Tray(announcements, status, pages, "Lagoon", rig.window, looked_at=lambda: looked_at, make_icon=make_icon)
    tray.set_on(True)
    return tray, announcements


async def test_an_announcement_leads_to_its_tasks(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        tray, announcements = tray_of(rig)
        announcements.announced.emit(WORD)
        assert tray.icon.said == [("Saved", "A lighthouse")]
        async with after(tray.tasks_wanted) as wanted:
            tray.icon.messageClicked.emit()
        assert wanted == [WORD.task_ids]


async def test_nothing_is_announced_to_somebody_who_looks(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        tray, announcements = tray_of(rig, looked_at=True)
        announcements.announced.emit(WORD)
        assert tray.icon.said == []


async def test_the_icon_says_what_goes_on(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        tray, _ = tray_of(rig)
        assert tray.icon.toolTip() == "Lagoon – Runway Desktop\nNothing is running"
        async with after(rig.pages.changed):
            await rig.add(task(1), task(2))
            rig.pages.refresh()
        tray._show_state()
        assert tray.icon.toolTip().endswith("2 queued")


async def test_sending_is_paused_from_the_tray(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        tray, _ = tray_of(rig)
        pause = next(action for action in tray.icon.menu.actions() if action.text() == "Pause sending")
        async with after(tray.pause_wanted) as wanted:
            pause.trigger()
        assert wanted == [True]


async def test_without_a_tray_closing_closes(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        in_tray = InTray(rig.cases, rig.models, rig.runner, rig.window, "Default")
        in_tray.announcements.announced.emit(WORD)
        rig.engine.settings.stay_in_tray = True
        assert not in_tray.takes_window()
        assert rig.window.isVisible()


async def test_a_closed_window_goes_into_the_tray_and_comes_back(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        make_icon: Any = SilentIcon
        in_tray = InTray(rig.cases, rig.models, rig.runner, rig.window, "Default", make_icon)
        tray: Any = in_tray.tray
        assert not in_tray.takes_window()
        rig.engine.settings.stay_in_tray = True
        assert in_tray.takes_window()
        assert not rig.window.isVisible()
        assert tray.icon.said[0][0] == "Still running"
        tray.icon.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)
        assert rig.window.isVisible()
        assert in_tray.takes_window()
        assert len(tray.icon.said) == 1
        tray.window_wanted.emit()
        rig.engine.settings.tray = False
        assert not in_tray.takes_window()
