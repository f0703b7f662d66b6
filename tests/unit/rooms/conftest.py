"""View-models of rooms live on Qt's loop: coroutines run as tests on it. No window is opened here."""

from __future__ import annotations

from tests.rigs.patient_bot import qtbot
from tests.rigs.qt_loop import pytest_pyfunc_call

__all__ = ["pytest_pyfunc_call", "qtbot"]
