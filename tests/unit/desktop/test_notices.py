"""Desktop notifications: the service that shows them, the effect of a click, and fallbacks."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import pytest

pytest.importorskip("jeepney")

from runway_desktop import APP_ID
from runway_desktop.desktop import session_bus
from runway_desktop.desktop.notices import DesktopNotice, DesktopNotices
from tests.rigs.session_bus import Answer, FakeService, needs_bus
from tests.rigs.waiting import soon

pytestmark = needs_bus

PATH, NAME = "/org/freedesktop/Notifications", "org.freedesktop.Notifications"
PORTAL, DESK = "org.freedesktop.portal.Notification", "/org/freedesktop/portal/desktop"
ALL = ["body", "body-markup", "actions"]


def daemon(capabilities: object = ALL, notify: Callable[..., Answer] | None = None) -> FakeService:
    """A notification service. It numbers its notices, unless they replace one."""
    numbers = count(7)
    answers = {
        "GetCapabilities": lambda: ("as", (capabilities,)),
        "Notify": notify or (lambda _, before, *__: ("u", (before or next(numbers),))),
    }
    return FakeService(NAME, answers)


def portal() -> FakeService:
    return FakeService("org.freedesktop.portal.Desktop", {"AddNotification": lambda *_: ("", ())})


class Notifier:
    """The notices of one run, and what was clicked and what was not shown."""

    def __init__(self, icon: str) -> None:
        self.notices = DesktopNotices(icon)
        self.clicked: list[tuple[str, str]] = []
        self.not_shown: list[str] = []

    def show(self, title: str, text: str = "", kind: str = "tasks") -> None:
        self.notices.show(
            DesktopNotice(
                kind,
                title,
                text,
                "Show",
                lambda token: self.clicked.append((title, token)),
                lambda: self.not_shown.append(title),
            )
        )


@asynccontextmanager
async def running(icon: str = APP_ID) -> AsyncIterator[Notifier]:
    notifier = Notifier(icon)
    running = asyncio.ensure_future(notifier.notices.run())
    try:
        yield notifier
    finally:
        running.cancel()
        await asyncio.wait((running,))


@pytest.fixture
def service(bus: None) -> Any:
    service = daemon()
    yield service
    service.close()


async def test_notification_names_program_text_and_button(service):
    async with running() as notifier:
        notifier.show("Saved", "A lighthouse")
        await soon(lambda: service.named("Notify"))
    program, before, icon, title, text, actions, hints, _ = service.named("Notify")[0]
    assert (program, before, title, text) == ("Runway Desktop", 0, "Saved", "A lighthouse")
    assert actions == ["default", "Show", "show", "Show"]
    assert (icon, hints["desktop-entry"]) == (APP_ID, ("s", APP_ID))
    assert notifier.not_shown == []


async def test_notification_uses_an_icon_file_when_none_is_installed(service):
    async with running("file:///opt/runway/app.png") as notifier:
        notifier.show("Saved")
        await soon(lambda: service.named("Notify"))
    assert service.named("Notify")[0][2] == "file:///opt/runway/app.png"


@pytest.mark.parametrize("action", ["default", "show"])
async def test_click_and_button_of_a_notification_open_its_subject(service, action):
    async with running() as notifier:
        notifier.show("Saved")
        await soon(lambda: service.named("Notify"))
        service.tell(PATH, NAME, "ActivationToken", "us", 7, "token-1")
        service.tell(PATH, NAME, "ActionInvoked", "us", 7, action)
        await soon(lambda: notifier.clicked)
    assert notifier.clicked == [("Saved", "token-1")]


async def test_actions_of_another_programs_notification_are_ignored(service):
    async with running() as notifier:
        notifier.show("Saved")
        await soon(lambda: service.named("Notify"))
        for number in (6, 7):
            service.tell(PATH, NAME, "ActionInvoked", "us", number, "default")
        await soon(lambda: notifier.clicked)
    assert len(notifier.clicked) == 1


async def test_newer_notification_replaces_the_last_of_its_kind(service):
    async with running() as notifier:
        notifier.show("One saved")
        notifier.show("Failed", kind="problem")
        notifier.show("Two saved")
        await soon(lambda: len(service.named("Notify")) == 3)
        assert [values[1] for values in service.named("Notify")] == [0, 0, 7]
        service.tell(PATH, NAME, "ActionInvoked", "us", 7, "show")
        await soon(lambda: notifier.clicked)
    assert notifier.clicked == [("Two saved", "")]


@pytest.mark.parametrize(
    ("capabilities", "shown"), [(ALL, "&lt;b&gt;fog&lt;/b&gt; &amp; rain"), (["body"], "<b>fog</b> & rain")]
)
async def test_prompt_with_markup_is_shown_literally(bus, capabilities, shown):
    service = daemon(capabilities)
    async with running() as notifier:
        notifier.show("Saved", "<b>fog</b> & rain")
        await soon(lambda: service.named("Notify"))
    service.close()
    assert service.named("Notify")[0][4] == shown


async def test_restarted_service_never_replaces_another_programs_notification(bus):
    first = daemon()
    async with running() as notifier:
        notifier.show("One saved")
        await soon(lambda: first.named("Notify"))
        first.close()
        second = daemon()
        notifier.show("Two saved")
        await soon(lambda: second.named("Notify"))
    second.close()
    assert second.named("Notify")[0][1] == 0


async def test_portal_shows_the_notification_where_there_is_no_service(bus):
    desk = portal()
    async with running() as notifier:
        notifier.show("Saved", "A <lighthouse>")
        await soon(lambda: desk.named("AddNotification"))
        name, shown = desk.named("AddNotification")[0]
        assert (shown["title"], shown["body"]) == (("s", "Saved"), ("s", "A <lighthouse>"))
        assert shown["buttons"] == ("aa{sv}", [{"label": ("s", "Show"), "action": ("s", "show")}])
        desk.tell(DESK, PORTAL, "ActionInvoked", "ssav", "another", "default", [])
        platform = [("a{sv}", {"activation-token": ("s", "token-2")})]
        desk.tell(DESK, PORTAL, "ActionInvoked", "ssav", name, "show", platform)
        await soon(lambda: notifier.clicked)
    desk.close()
    assert notifier.clicked == [("Saved", "token-2")]


async def test_sandboxed_program_asks_the_portal_first(service, monkeypatch):
    monkeypatch.setenv("FLATPAK_ID", "io.github.runway_desktop.RunwayDesktop")
    desk = portal()
    async with running() as notifier:
        notifier.show("Saved")
        await soon(lambda: desk.named("AddNotification"))
    desk.close()
    assert service.calls == []


RUBBISH: dict[str, Callable[[], FakeService]] = {
    "an error": lambda: FakeService(NAME, {}),
    "a text as its number": lambda: daemon(notify=lambda *_: ("s", ("seven",))),
    "nothing": lambda: daemon(notify=lambda *_: ("", ())),
}


@pytest.mark.parametrize("answer", RUBBISH)
async def test_notification_counts_as_not_shown_if_the_service_answers_with(bus, answer, caplog):
    caplog.set_level(logging.INFO, "runway_desktop.desktop")
    service = RUBBISH[answer]()
    async with running() as notifier:
        notifier.show("Saved")
        await soon(lambda: notifier.not_shown)
    service.close()
    assert notifier.not_shown == ["Saved"]
    assert {record.levelname for record in caplog.records} == {"INFO"}


async def test_notifications_reach_a_service_started_later(bus):
    async with running() as notifier:
        notifier.show("Not seen")
        await soon(lambda: notifier.not_shown)
        service = daemon()
        notifier.show("Saved")
        await soon(lambda: service.named("Notify"))
    service.close()
    assert notifier.not_shown == ["Not seen"]


async def test_hanging_service_is_not_waited_for(bus, monkeypatch):
    monkeypatch.setattr(session_bus, "PATIENCE", 0.2)
    service = daemon(notify=lambda *_: None)
    begun = time.monotonic()
    async with running() as notifier:
        notifier.show("Saved")
        await soon(lambda: notifier.not_shown)
    service.close()
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("address", ["", "rubbish", "unix:path=/nowhere", "tcp:host=localhost,port=1"])
async def test_notification_counts_as_not_shown_without_a_session_bus(monkeypatch, address):
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    async with running() as notifier:
        notifier.show("Saved")
        await soon(lambda: notifier.not_shown)


@pytest.mark.parametrize("words", [b"", b"\xff\x00rubbish\r\n", b"OK 1234\r\n"])
async def test_hanging_or_malformed_session_bus_leaves_no_socket_open(monkeypatch, tmp_path, words):
    monkeypatch.setattr(session_bus, "PATIENCE", 0.3)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'bus'}")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "bus"))
        listening.listen()
        async with running() as notifier:
            notifier.show("Saved")
            connection = (await asyncio.to_thread(listening.accept))[0]
            connection.send(words)
            await soon(lambda: notifier.not_shown)
        with connection:
            connection.settimeout(10)
            while await asyncio.to_thread(connection.recv, 1000):
                pass
