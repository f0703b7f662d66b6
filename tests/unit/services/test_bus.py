"""The bus: everyone hears everything in order, and those that are made late hear what was told meanwhile."""

from __future__ import annotations

from runway_desktop.domain.events import Event, Notice
from runway_desktop.services.bus import Bus
from tests.mistakes import Mistakes


def test_a_latecomer_hears_first_what_was_kept_then_the_rest_once():
    bus = Bus()
    early: list[Event] = []
    late: list[Event] = []
    bus.listen(early.append)
    one, two, three = Notice("one"), Notice("two"), Notice("three")
    bus.keep_for_latecomers()
    bus.tell(one)
    bus.tell(two)
    with bus.latecomers():
        bus.listen(late.append)
    bus.tell(three)
    assert late == [one, two, three]
    assert early == [one, two, three]


def test_nothing_is_kept_after_the_latecomers_have_come():
    bus = Bus()
    bus.keep_for_latecomers()
    with bus.latecomers():
        pass
    bus.tell(Notice("one"))
    heard: list[Event] = []
    with bus.latecomers():
        bus.listen(heard.append)
    assert heard == []


def test_a_latecomer_that_raises_does_not_keep_the_others_from_hearing(mistakes: Mistakes):
    bus = Bus()

    def breaks(event: Event) -> None:
        raise RuntimeError

    heard: list[Event] = []
    bus.keep_for_latecomers()
    bus.tell(Notice("one"))
    with bus.latecomers():
        bus.listen(breaks)
        bus.listen(heard.append)
    assert heard == [Notice("one")]
    mistakes.take("A listener failed on Notice")
