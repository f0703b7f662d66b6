"""An accidental second press is distinguished from a deliberate one."""

from __future__ import annotations

from runway_desktop.services.tasks.submission import TaskSource
from runway_desktop.usecases.sending.sending import MOMENT, RepeatGuard
from tests.rigs.fakes import FakeClock


async def test_same_request_from_the_same_view_is_a_repeat_for_a_moment():
    clock = FakeClock()
    guard = RepeatGuard(clock)
    assert not guard.is_too_soon(TaskSource.COMPOSER, "a watch")
    guard.note(TaskSource.COMPOSER, "a watch")
    assert guard.is_too_soon(TaskSource.COMPOSER, "a watch")
    assert not guard.is_too_soon(TaskSource.COMPOSER, "a harbor")
    assert not guard.is_too_soon(TaskSource.SHEET, "a watch")
    await clock.advance(MOMENT)
    assert not guard.is_too_soon(TaskSource.COMPOSER, "a watch")


def test_request_that_was_not_sent_may_be_repeated_at_once():
    guard = RepeatGuard(FakeClock())
    guard.note(TaskSource.COMPOSER, "a watch")
    guard.forget(TaskSource.COMPOSER)
    assert not guard.is_too_soon(TaskSource.COMPOSER, "a watch")
