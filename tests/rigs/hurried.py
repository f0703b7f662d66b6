"""`python -m tests.rigs.hurried` is `python -m runway_desktop`, except that it asks for its tasks soon, and waits less
long for a window that does not come.

The simulator ends them in a moment, and the program's own gap of 5 seconds, 11 for a clip, would be most of a test.
What those promise is tested where time is a parameter (tests/unit/services/tasks/test_schedule.py).
"""

from __future__ import annotations

import runpy

from runway_desktop.remote import engine_client
from runway_desktop.services.tasks import schedule

if __name__ == "__main__":
    engine_client.FOR_WINDOW = 3.0
    schedule.LEAST_GAP = 0.3
    schedule.FIRST_LOOK_AT_CLIPS = 0.5
    runpy.run_module("runway_desktop", run_name="__main__", alter_sys=True)
