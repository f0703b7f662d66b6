"""The limits that the whole program must hold: the real window on X11, the real engine, the simulator over loopback.
`dev.py bench` shows each beside what it measured."""

from __future__ import annotations

START_BESIDE_VORTA = 0.85
"""From the process's start to pixels, as a part of vorta's time."""
STANDSTILL_MS = 50.0
"""The longest that the window stands still right after its first paint."""
TASK_CPU_MS = 40.0
"""For a task of 2 to 5 s, from its sending to its poster in the list: of the program's process with all its threads."""
SAVED_A_SECOND = 28.5
"""Where 30 tasks are sent and 30 end each second."""
PASSING_LAG_MS = 50.0
"""How late the window's loop is meanwhile, 99 times in 100."""
RESTING_MB = 120.0
"""Resident with 10,000 tasks stored and nothing to do."""
PASSED_MB = 190.0
"""Resident a minute after 3,000 tasks have passed."""
WAKE_UPS_A_SECOND = 3.0
"""Of all threads, with nothing to do."""
SHEET_OPENED_S = 1.5
"""10,000 rows, from the file to a painted, checked sheet."""
SHEET_PASTED_S = 1.0
"""10,000 rows, pasted, checked and painted."""
STEPS_OPENED_MS = 200.0
"""200 shots with 2,000 takes, from the wish to the painted board."""
STEPS_FRAME_MS = 1000.0 / 60.0
"""While the board scrolls, 95 times in 100."""
SEARCH_KEY_MS = 70.0
"""From a key in the search to painted rows, with 300,000 tasks, 99 times in 100."""
DRAGGED_FRAMES_A_SECOND = 20.0
"""Near the pointer while one clip is dragged through."""
COMPARED_FRAMES_A_SECOND = 8.0
"""In the first drag through four clips of 1080p in compare."""
JOINED_WITHIN_MS = 2 * 1000.0 / 24.0
"""From frame to frame where one clip of 24 frames a second follows another: one frame late at most."""
SMALL_RESULTS_BESIDE_HTTPX = 2.5
"""500 small results, as a multiple of the time that httpx takes with fsync."""
LARGE_RESULT_BESIDE_HTTPX = 1.2
"""1 GB, which gets no request written into it, as a multiple of the time that httpx takes with fsync."""
