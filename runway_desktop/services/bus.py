"""The event bus: passes each event of the engine to all listeners, synchronously and in order, on the loop's thread.

A listener that raises is reported; the others still receive the event.

"""

from __future__ import annotations

import logging
from collections.abc import Callable

from runway_desktop.domain.events import Event

log = logging.getLogger(__name__)

Listener = Callable[[Event], None]


class Bus:
    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Calls `listener` for each event from now on. Returns a function that stops this."""
        self._listeners.append(listener)

        def stop() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop

    def tell(self, event: Event) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception:
                log.exception("A listener failed on %s", type(event).__name__)
