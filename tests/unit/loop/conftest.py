"""The loop that the program ships: coroutines run as tests on it. No window is opened here."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.rigs import qt_loop
from tests.rigs.patient_bot import qtbot

__all__ = ["qtbot"]

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            qt_loop.mark(item)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    return qt_loop.run_item(pyfuncitem)


@pytest.fixture(autouse=True)
def _nothing_ends_badly(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fails a test after which a generator ignored that it was ended, or a file or socket was left open."""
    complaints: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)
    yield
    gc.collect()
    assert not complaints, f"Nobody could catch this: {complaints}"
