"""The one stream of events out of the engine. Synchronous, in order, on the loop's thread.

A listener that raises is reported and does not keep the others from hearing. Those that are made late miss nothing:
what is told meanwhile can be kept for them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from runway_desktop.domain.events import Event

log = logging.getLogger(__name__)

Listener = Callable[[Event], None]


class Bus:
    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._kept: list[Event] | None = None

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Calls `listener` for each event from now on; the answer stops it."""
        self._listeners.append(listener)

        def stop() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop

    def tell(self, event: Event) -> None:
        if self._kept is not None:
            self._kept.append(event)
        self._tell(event, self._listeners)

    def keep_for_latecomers(self) -> None:
        """From now on what is told is kept, too."""
        self._kept = []

    @contextmanager
    def latecomers(self) -> Iterator[None]:
        """Whoever begins to listen in here has heard what was kept when this ends; then nothing is kept any more."""
        there = len(self._listeners)
        yield
        kept, self._kept = self._kept or [], None
        late = self._listeners[there:]
        for event in kept:
            self._tell(event, late)

    def _tell(self, event: Event, listeners: Sequence[Listener]) -> None:
        for listener in tuple(listeners):
            try:
                listener(event)
            except Exception:
                log.exception("A listener failed on %s", type(event).__name__)
