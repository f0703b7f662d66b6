"""A fake desktop portal on the private session bus."""

from __future__ import annotations

import itertools
from typing import Any

from tests.rigs.session_bus import Answer, FakeService

PATH, NAME = "/org/freedesktop/portal/desktop", "org.freedesktop.portal.Desktop"
APPEARANCE, INTERFACE = "org.freedesktop.appearance", "org.gnome.desktop.interface"


class FakePortal(FakeService):
    """Keeps what dialogs were asked for, which the test answers by `choose`."""

    def __init__(self, **answers: Any) -> None:
        self.settings: dict[str, dict[str, tuple[str, Any]]] = {APPEARANCE: {"color-scheme": ("u", 1)}, INTERFACE: {}}
        self._numbers = itertools.count(1)
        self._path = ""
        known = {"ReadAll": lambda _: ("a{sa{sv}}", (self.settings,)), "OpenFile": self._open, "SaveFile": self._open}
        super().__init__(NAME, known | answers)

    def asked(self, *methods: str) -> list[tuple[str, dict[str, tuple[str, Any]]]]:
        """Title and options of each dialog."""
        return [(values[1], values[2]) for name, values in self.calls if name in (methods or ("OpenFile", "SaveFile"))]

    def choose(self, *links: str, code: int = 0) -> None:
        """Ends the newest dialog."""
        results = {"uris": ("as", list(links))} if links else {}
        self.tell(self._path, "org.freedesktop.portal.Request", "Response", "ua{sv}", code, results)

    def change(self, namespace: str, name: str, signature: str, value: Any) -> None:
        """The person changes a setting of the desktop."""
        values = namespace, name, (signature, value)
        self.tell(PATH, "org.freedesktop.portal.Settings", "SettingChanged", "ssv", *values)

    def _open(self, *_: Any) -> Answer:
        self._path = f"{PATH}/request/1_1/t{next(self._numbers)}"
        return "o", (self._path,)
