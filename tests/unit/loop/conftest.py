"""Tests run as coroutines on the program's own event loop. No window is opened here."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.rigs.patient_bot import qtbot
from tests.rigs.qt_loop import pytest_pyfunc_call

__all__ = ["pytest_pyfunc_call", "qtbot"]


@pytest.fixture(autouse=True)
def _nothing_ends_badly(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fails a test after which a generator ignored that it was ended, or a file or socket was left open."""
    complaints: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)
    yield
    gc.collect()
    assert not complaints, f"Nobody could catch this: {complaints}"
