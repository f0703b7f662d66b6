"""View-models of rooms live on Qt's loop: coroutines run as tests on it. No window is opened here."""

from __future__ import annotations

from pathlib import Path

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
