"""A composer on the screen, and small files to put into it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rigs.qt_loop import OFFSCREEN_CHATTER

HERE = Path(__file__).parent
CHATTER = (
    OFFSCREEN_CHATTER,
    "PulseAudioService",
    "No HW decoder found",
    "Could not open media",
    "No RHI backend",
    "libpng error",
)
"""What Qt's media backend says on a machine without a sound service or a graphics card, and of damaged pictures."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.qt_log_ignore(*CHATTER, extend=True))
