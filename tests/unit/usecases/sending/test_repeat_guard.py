"""A press too many is told from a wish for one more."""

from __future__ import annotations

from runway_desktop.usecases.sending.repeat_guard import MOMENT, JustSent
from tests.fakes import FakeClock


async def test_the_same_again_is_too_soon_for_a_moment_and_another_take_for_good():
    clock = FakeClock()
    sent = JustSent(clock)
    assert not sent.is_another("a watch")
    sent.note("a watch")
    assert sent.is_another("a watch")
    assert sent.is_too_soon("a watch")
    assert not sent.is_too_soon("a harbour")
    await clock.advance(MOMENT)
    assert sent.is_another("a watch")
    assert not sent.is_too_soon("a watch")


def test_what_was_sent_in_a_former_run_is_never_too_soon():
    sent = JustSent(FakeClock())
    sent.recall("a watch")
    assert sent.is_another("a watch")
    assert not sent.is_too_soon("a watch")


def test_what_was_not_sent_after_all_may_be_sent_at_once():
    sent = JustSent(FakeClock())
    sent.note("a watch")
    sent.forget()
    assert not sent.is_another("a watch")
    assert not sent.is_too_soon("a watch")
