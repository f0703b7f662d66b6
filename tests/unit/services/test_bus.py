"""The bus: every listener receives all events in order, even if another one fails."""

from __future__ import annotations

from runway_desktop.domain.events import Event, Notice
from runway_desktop.services.bus import Bus
from tests.rigs.mistakes import Mistakes


def test_listeners_are_called_in_order_until_removed():
    bus = Bus()
    first: list[Event] = []
    second: list[Event] = []
    one, two, three = Notice("one"), Notice("two"), Notice("three")
    bus.listen(first.append)
    bus.tell(one)
    stop = bus.listen(second.append)
    bus.tell(two)
    stop()
    bus.tell(three)
    assert first == [one, two, three]
    assert second == [two]


def test_listener_that_raises_does_not_stop_the_others(mistakes: Mistakes):
    bus = Bus()

    def breaks(event: Event) -> None:
        raise RuntimeError

    heard: list[Event] = []
    bus.listen(breaks)
    bus.listen(heard.append)
    bus.tell(Notice("one"))
    assert heard == [Notice("one")]
    mistakes.take("A listener failed on Notice")
