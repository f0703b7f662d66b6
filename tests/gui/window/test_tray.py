"""The icon in the tray: shown where there is a tray, silent while one looks, and the way back to a closed window. And
what announces where there is no tray."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QImageReader
from PySide6.QtWidgets import QSystemTrayIcon

from runway_desktop.app import in_tray as in_tray_module
from runway_desktop.app.in_tray import InTray
from runway_desktop.domain.library import Page
from runway_desktop.ui.tray import Tray
from runway_desktop.usecases.words.announcements import Announcement
from runway_desktop.viewmodels.announcements import Announcements
from tests.rigs.desktop import Desktop, after, until
from tests.rigs.rows import task
from tests.rigs.session_bus import FakeService, needs_bus, private_bus
from tests.rigs.silent_icon import SilentIcon

WORD = Announcement("Saved", "A lighthouse", (task(1).id,))


def tray_of(rig: Desktop, *, looked_at: bool = False) -> tuple[Any, Announcements]:
    announcements = Announcements(rig.cases, rig.bridge, rig.runner, rig.window)
    status, pages = rig.models.status, rig.models.pages
    make_icon: Any = SilentIcon
    tray = Tray(announcements, status, pages, "Lagoon", rig.window, looked_at=lambda: looked_at, make_icon=make_icon)
    tray.set_on(True)
    return tray, announcements


async def test_click_on_a_notification_shows_its_tasks(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        tray, announcements = tray_of(rig)
        announcements.announced.emit(WORD)
        assert tray.icon.said == [("Saved", "A lighthouse")]
        async with after(tray.tasks_wanted) as wanted:
            tray.icon.messageClicked.emit()
        assert wanted == [WORD.task_ids]


async def test_active_window_suppresses_notifications(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        tray, announcements = tray_of(rig, looked_at=True)
        announcements.announced.emit(WORD)
        assert tray.icon.said == []


async def test_tray_icon_shows_the_current_activity(tmp_path, theme, qtbot):
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


async def test_window_is_not_taken_by_a_tray_that_is_not_there(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        in_tray = InTray(rig.cases, rig.models, rig.runner, rig.window)
        in_tray.announcements.announced.emit(WORD)
        rig.engine.settings.stay_in_tray = True
        assert not in_tray.takes_window()
        assert rig.window.isVisible()


async def test_closed_window_goes_to_the_tray_and_comes_back(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        make_icon: Any = SilentIcon
        in_tray = InTray(rig.cases, rig.models, rig.runner, rig.window, make_icon)
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


async def test_tray_started_after_the_program_gets_the_icon(tmp_path, theme, qtbot, monkeypatch):
    monkeypatch.setattr(in_tray_module, "LATE_TRAY_MS", 1)
    late: Any = type("LateIcon", (SilentIcon,), {"isSystemTrayAvailable": staticmethod(lambda: has_tray)})
    monkeypatch.setattr("runway_desktop.ui.tray.QSystemTrayIcon", late)
    has_tray = False
    async with Desktop(tmp_path, theme) as rig:
        in_tray = InTray(rig.cases, rig.models, rig.runner, rig.window)
        assert in_tray.tray.icon is None
        has_tray = True
        await until(lambda: in_tray.tray.icon)
        assert in_tray.tray.is_there


async def test_hidden_window_is_shown_when_the_tray_disappears(tmp_path, theme, qtbot, monkeypatch):
    monkeypatch.setattr(in_tray_module, "LOOK_EVERY_MS", 1)
    async with Desktop(tmp_path, theme) as rig:
        make_icon: Any = SilentIcon
        in_tray = InTray(rig.cases, rig.models, rig.runner, rig.window, make_icon)
        rig.window.hide()
        in_tray.keep_reachable()
        assert not rig.window.isVisible(), "the tray brings it back"
        icon: Any = in_tray.tray.icon
        icon.has_tray = False
        await until(rig.window.isMinimized)
        assert rig.window.isVisible()


async def test_window_that_ends_while_hidden_stays_hidden(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        make_icon: Any = SilentIcon
        in_tray = InTray(rig.cases, rig.models, rig.runner, rig.window, make_icon)
        rig.window.hide()
        rig.window.setEnabled(False)
        in_tray.tray.set_on(False)
        in_tray.keep_reachable()
        assert not rig.window.isVisible()


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """The person looks at another program."""
    state = SimpleNamespace(applicationState=lambda: Qt.ApplicationState.ApplicationInactive)
    monkeypatch.setattr("runway_desktop.ui.tray.QGuiApplication", state)


PATH, NOTICES = "/org/freedesktop/Notifications", "org.freedesktop.Notifications"


@needs_bus
async def test_desktop_notification_brings_the_window_back_without_a_tray(
    tmp_path, theme, qtbot, monkeypatch, elsewhere
):
    answers: dict[str, Any] = {"GetCapabilities": lambda: ("as", ([],)), "Notify": lambda *_: ("u", (7,))}
    with private_bus(monkeypatch):
        service = FakeService(NOTICES, answers)
        async with Desktop(tmp_path, theme) as rig:
            await rig.add(task(1))
            in_tray = InTray(rig.cases, rig.models, rig.runner, rig.window)
            in_tray.announcements.announced.emit(WORD)
            await until(lambda: service.named("Notify"))
            assert QImageReader(QUrl(service.named("Notify")[0][2]).toLocalFile()).canRead(), "no icon is installed"
            rig.window.showMinimized()
            tokens: list[str | None] = []
            in_tray.tray.window_wanted.connect(lambda: tokens.append(os.environ.get("XDG_ACTIVATION_TOKEN")))
            async with after(in_tray.tray.tasks_wanted) as wanted:
                service.tell(PATH, NOTICES, "ActivationToken", "us", 7, "token-1")
                service.tell(PATH, NOTICES, "ActionInvoked", "us", 7, "show")
            assert wanted == [WORD.task_ids]
            assert not rig.window.isMinimized()
            assert tokens == ["token-1"]
            assert "XDG_ACTIVATION_TOKEN" not in os.environ
        service.close()


@needs_bus
async def test_notifications_continue_after_an_exception(
    tmp_path, theme, qtbot, monkeypatch, elsewhere, mistakes, caplog
):
    answers: dict[str, Any] = {"GetCapabilities": lambda: ("as", ([],)), "Notify": lambda *_: ("u", (7,))}

    def fail(_said: Announcement) -> None:
        raise RuntimeError("a click")

    with private_bus(monkeypatch):
        service = FakeService(NOTICES, answers)
        async with Desktop(tmp_path, theme) as rig:
            in_tray = InTray(rig.cases, rig.models, rig.runner, rig.window)
            monkeypatch.setattr(in_tray.tray, "open", fail)
            in_tray.announcements.announced.emit(WORD)
            await until(lambda: service.named("Notify"))
            service.tell(PATH, NOTICES, "ActionInvoked", "us", 7, "show")
            await until(lambda: "showing notices" in caplog.text)
            await rig.clock.advance(2)
            in_tray.announcements.announced.emit(WORD)
            await until(lambda: len(service.named("Notify")) == 2)
        mistakes.take("showing notices")
        service.close()


async def test_notification_shows_its_task_from_any_page_and_filter(tmp_path, theme, qtbot, elsewhere):
    async with Desktop(tmp_path, theme) as rig:
        await rig.add(task(1))
        in_tray = InTray(rig.cases, rig.models, rig.runner, rig.window)
        await until(lambda: rig.models.rows.position(task(1).id) is not None)
        rig.window.workspace.pages.setCurrentRow(list(Page).index(Page.PICKS))
        rig.filter.toggle("state", "failed")
        await until(lambda: rig.models.rows.position(task(1).id) is None)
        in_tray.tray.tasks_wanted.emit((task(1).id,))
        await until(lambda: rig.window.workspace.chosen_ids() == [task(1).id])


@pytest.mark.parametrize("address", ["unix:path=/nowhere", "rubbish"])
async def test_task_bar_asks_for_attention_without_tray_and_notifications(
    tmp_path, theme, qtbot, monkeypatch, elsewhere, address
):
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    alerted: list[Any] = []
    monkeypatch.setattr("runway_desktop.ui.tray.QApplication.alert", alerted.append)
    async with Desktop(tmp_path, theme) as rig:
        in_tray = InTray(rig.cases, rig.models, rig.runner, rig.window)
        in_tray.announcements.announced.emit(WORD)
        await until(lambda: alerted)
        assert alerted == [rig.window]


async def test_tray_icon_shows_the_message_if_the_desktop_does_not(tmp_path, theme, qtbot, monkeypatch, elsewhere):
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    async with Desktop(tmp_path, theme) as rig:
        make_icon: Any = SilentIcon
        in_tray = InTray(rig.cases, rig.models, rig.runner, rig.window, make_icon)
        icon: Any = in_tray.tray.icon
        in_tray.announcements.announced.emit(WORD)
        await until(lambda: icon.said)
        assert icon.said == [("Saved", "A lighthouse")]
