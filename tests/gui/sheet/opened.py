"""A sheet's window with fake services."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from runway_desktop.domain.task import Request
from runway_desktop.rooms.sheet.window import SheetWindow
from tests.rigs.desktop import Rig

COMPOSED = Request(endpoint="text_to_video", model="gen4.5", values={"ratio": "1280:720", "duration": 5})


Opened = Callable[[str], AbstractAsyncContextManager[tuple[Rig, SheetWindow]]]
