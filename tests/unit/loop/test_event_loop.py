"""Guarantees of the program's event loop beyond qasync's: every generator is closed properly."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator

import pytest
from PySide6.QtWidgets import QApplication

from tests.rigs.qt_loop import come_to_rest
from tests.unit.loop.loops import new_loop


class Counting:
    """An async generator that awaits something when it ends, as one that gives a connection back does."""

    def __init__(self) -> None:
        self.ended = 0

    async def numbers(self) -> AsyncIterator[int]:
        try:
            for number in range(1000):
                yield number
        finally:
            await asyncio.sleep(0)
            self.ended += 1


async def test_dropped_async_generator_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    complaints: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)
    counting = Counting()
    for _ in range(3):
        async for _number in counting.numbers():
            break
    await come_to_rest()
    assert counting.ended == 3
    assert not complaints


def test_remaining_async_generators_are_closed_with_the_loop(qapp: QApplication) -> None:
    counting = Counting()
    kept = counting.numbers()

    async def begin() -> None:
        await anext(kept)

    with new_loop(qapp) as loop:
        loop.run_until_complete(begin())
        loop.run_until_complete(loop.shutdown_asyncgens())
        assert counting.ended == 1


def test_async_generator_hooks_are_restored_when_the_loop_stops(qapp: QApplication) -> None:
    async def hooks() -> object:
        return sys.get_asyncgen_hooks()

    async def fail() -> None:
        raise ZeroDivisionError

    before = sys.get_asyncgen_hooks()
    with new_loop(qapp) as loop:
        assert loop.run_until_complete(hooks()) != before
        assert sys.get_asyncgen_hooks() == before
        with pytest.raises(ZeroDivisionError):
            loop.run_until_complete(fail())
        assert sys.get_asyncgen_hooks() == before
