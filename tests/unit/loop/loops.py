"""A new event loop of the program for each test."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtWidgets import QApplication

from runway_desktop.app.event_loop import EventLoop


@contextmanager
def new_loop(application: QApplication) -> Iterator[EventLoop]:
    loop = EventLoop(application)
    asyncio.set_event_loop(loop)
    try:
        yield loop
    finally:
        loop.close()
        asyncio.set_event_loop(None)
