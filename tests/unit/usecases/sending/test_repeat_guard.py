"""An accidental second press is distinguished from a deliberate one."""

from __future__ import annotations

from runway_desktop.services.tasks.submission import TaskSource
from runway_desktop.usecases.sending.sending import MOMENT, RepeatGuard
from tests.rigs.fakes import FakeClock


async def test_the_same_again_by_the_same_door_is_too_soon_for_a_moment():
    clock = FakeClock()
    guard = RepeatGuard(clock)
    assert not guard.is_too_soon(TaskSource.COMPOSER, "a watch")
    guard.note(TaskSource.COMPOSER, "a watch")
    assert guard.is_too_soon(TaskSource.COMPOSER, "a watch")
    assert not guard.is_too_soon(TaskSource.COMPOSER, "a harbor")
    assert not guard.is_too_soon(TaskSource.SHEET, "a watch")
    await clock.advance(MOMENT)
    assert not guard.is_too_soon(TaskSource.COMPOSER, "a watch")


def test_what_was_not_sent_after_all_may_be_sent_at_once():
    guard = RepeatGuard(FakeClock())
    guard.note(TaskSource.COMPOSER, "a watch")
    guard.forget(TaskSource.COMPOSER)
    assert not guard.is_too_soon(TaskSource.COMPOSER, "a watch")
