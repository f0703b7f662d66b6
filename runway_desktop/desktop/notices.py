"""Notices of the desktop, with a button, on Linux. On the loop.

Two services show them. Outside of a sandbox it is the notification service first, which every desktop has and which
knows the program by its desktop file; the portal knows programs by how they were started, and drops what it cannot
assign. In Flatpak it is the portal, the only one that is reachable there. If neither shows a notice, its
`otherwise` is called: the caller has a tray icon, or asks for attention in the task bar.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from uuid import uuid4

from jeepney import DBusAddress, HeaderFields, Message

from runway_desktop import APP_ID
from runway_desktop.values import Struct

from .session_bus import BusError, SessionBus, connected, is_sandboxed, portal

log = logging.getLogger(__name__)

SERVICE = DBusAddress(
    "/org/freedesktop/Notifications", "org.freedesktop.Notifications", "org.freedesktop.Notifications"
)
PORTAL = portal("Notification")


class DesktopNotice(Struct, frozen=True):
    """Plain text. It replaces an earlier one of its kind."""

    kind: str
    title: str
    text: str
    button: str
    clicked: Callable[[str], object]
    """Called with the token that lets a window come to the front on Wayland, or with an empty one."""
    otherwise: Callable[[], object]
    """Called if it cannot be shown."""


class DesktopNotices:
    """`show` raises nothing and returns at once; `run` does the work, until canceled."""

    def __init__(self, icon: str) -> None:
        """`icon` is a name in the desktop's icon theme, or the URI of a file."""
        self._icon = icon
        self._queue: asyncio.Queue[DesktopNotice | Message] = asyncio.Queue()
        """What to show, and signals about what is shown."""
        self._owner = ""
        """Unique name of the service that shows `_shown`. A service that was restarted counts from the beginning."""
        self._shown: dict[int | str, DesktopNotice] = {}
        self._prefix = uuid4().hex
        """Keeps ids of another profile's program apart."""
        self._token = ""

    def show(self, notice: DesktopNotice) -> None:
        self._queue.put_nowait(notice)

    async def run(self) -> None:
        while True:
            item = await self._queue.get()
            try:
                async with connected() as bus:
                    for service in (SERVICE, PORTAL):
                        await bus.listen(service, self._queue)
                    while True:
                        await self._take(bus, item)
                        item = await self._queue.get()
            except BusError as error:
                log.info("The desktop shows no notices: %s", error)
                if isinstance(item, DesktopNotice):
                    item.otherwise()

    async def _take(self, bus: SessionBus, item: DesktopNotice | Message) -> None:
        if isinstance(item, Message):
            self._hear(item)
            return
        ways = self._by_service, self._by_portal
        first, second = reversed(ways) if is_sandboxed() else ways
        try:
            await first(bus, item)
        except BusError as error:
            log.info("Trying the other service for notices: %s", error)
            await second(bus, item)

    async def _by_service(self, bus: SessionBus, notice: DesktopNotice) -> None:
        owner, answer = await bus.call(SERVICE, "GetCapabilities")
        text = notice.text
        match answer:
            case ([*capabilities],) if "body-markup" in capabilities:
                text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        known = self._shown if owner == self._owner else {}
        before = next((number for number, shown in known.items() if shown.kind == notice.kind), 0)
        actions, hints = ["default", notice.button, "show", notice.button], {"desktop-entry": ("s", APP_ID)}
        values = "Runway Desktop", before, self._icon, notice.title, text, actions, hints, -1
        match await bus.call(SERVICE, "Notify", "susssasa{sv}i", *values):
            case (owner, (int(number),)):
                self._keep(owner, number, notice)
            case answer:
                raise BusError(f"Notify answers {answer}")

    async def _by_portal(self, bus: SessionBus, notice: DesktopNotice) -> None:
        buttons = [{"label": ("s", notice.button), "action": ("s", "show")}]
        shown = {"title": ("s", notice.title), "body": ("s", notice.text)}
        whole = shown | {"default-action": ("s", "default"), "buttons": ("aa{sv}", buttons)}
        name = f"{self._prefix}-{notice.kind}"
        owner, _ = await bus.call(PORTAL, "AddNotification", "sa{sv}", name, whole)
        self._keep(owner, name, notice)

    def _keep(self, owner: str, number: int | str, notice: DesktopNotice) -> None:
        known = self._shown.items() if owner == self._owner else ()
        self._owner = owner
        self._shown = {other: shown for other, shown in known if shown.kind != notice.kind} | {number: notice}

    def _hear(self, message: Message) -> None:
        fields = message.header.fields
        if fields.get(HeaderFields.sender) != self._owner:
            return
        match fields.get(HeaderFields.member), message.body:
            case "ActivationToken", (int(), str(token)):
                self._token = token
            case "ActionInvoked", (int() | str() as number, "default" | "show", *more) if number in self._shown:
                match more:
                    # The portal's token, from its second version on.
                    case [[*_, (_, {"activation-token": (_, str(token))})]]:
                        self._token = token
                self._shown[number].clicked(self._token)
                self._token = ""
