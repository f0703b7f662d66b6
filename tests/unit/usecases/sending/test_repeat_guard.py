"""A press too many is told from a wish for one more."""

from __future__ import annotations

from runway_desktop.usecases.sending.repeat_guard import MOMENT, RepeatGuard
from tests.fakes import FakeClock


async def test_the_same_again_by_the_same_door_is_too_soon_for_a_moment():
    clock = FakeClock()
    guard: RepeatGuard[str] = RepeatGuard(clock)
    assert not guard.is_too_soon("composer", "a watch")
    guard.note("composer", "a watch")
    assert guard.is_too_soon("composer", "a watch")
    assert not guard.is_too_soon("composer", "a harbor")
    assert not guard.is_too_soon("sheet", "a watch")
    await clock.advance(MOMENT)
    assert not guard.is_too_soon("composer", "a watch")


def test_what_was_not_sent_after_all_may_be_sent_at_once():
    guard: RepeatGuard[str] = RepeatGuard(FakeClock())
    guard.note("composer", "a watch")
    guard.forget("composer")
    assert not guard.is_too_soon("composer", "a watch")
