"""What Qt's media backend says on a machine without a sound service is no fault of a test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rigs.clips import BACKEND_CHATTER
from tests.rigs.qt_loop import OFFSCREEN_CHATTER

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.qt_log_ignore(OFFSCREEN_CHATTER, *BACKEND_CHATTER, extend=True))
