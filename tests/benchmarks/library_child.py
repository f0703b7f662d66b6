"""The real program over a large library: what a person notices of its size, measured from within.

    python -m tests.benchmarks.library_child PROFILE_DIR KEYS FRAMES

Says "rows" with the milliseconds from the window's first paint to the first rows with their words; then "searched"
with those of each key typed in the search line until the first rows of its answer are painted, by kind of search;
"list" and "grid" with those of each frame of a scroll through everything. Closes when its input ends.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from tests.benchmarks.children import say

if TYPE_CHECKING:
    from runway_desktop.app.session import Session

_SEARCHES = {
    "words of many tasks": ("lighthouse", "neon rain", "a fo", "camera"),
    "rare words": ("zephyrine", "kvarken, take 7", "brindisi 16 mm"),
    "words of none": ("lighthousekeeper", "qqq"),
    "without blanks": ("灯台", "京都の雪", "猫"),
    "words left out": ("fox -fog", "-snow -violin steam"),
    "judged and found": ("model:veo3.1 gull", "rating:>=4 tag:drone snow", "is:saved project:coast tram"),
}
"""What is typed, letter by letter, rests for a moment, and is deleted letter by letter again."""
TYPING, DELETING, RESTING = 0.11, 0.05, 0.7
"""Seconds from key to key of a quick person, of a key that is held down, and at the end of a word."""


def main() -> int:
    from runway_desktop.__main__ import main as start
    from runway_desktop.app import session
    from runway_desktop.ui.window.main_window import MainWindow

    folder, keys, frames = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    times: dict[str, float] = {}

    class WatchedWindow(MainWindow):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            self.painted.connect(lambda: times.setdefault("painted", time.perf_counter()))
            self.models.rows.rows_fetched.connect(lambda _: times.setdefault("rows", time.perf_counter()))

    class WatchedSession(session.Session):
        async def run(self, *given: Any) -> int:
            work = asyncio.ensure_future(_measure(self, times, keys, frames))
            try:
                return await super().run(*given)
            finally:
                work.cancel()

    vars(session).update(MainWindow=WatchedWindow, Session=WatchedSession)
    return start(["--profile-dir", folder])


async def _measure(session: Session, times: dict[str, float], keys: int, frames: int) -> None:
    await session.ready.wait()
    loop = asyncio.get_running_loop()
    threading.Thread(target=_close_when_input_ends, args=(session, loop), daemon=True).start()
    assert session.models is not None, "the session is ready"
    assert session.window is not None, "the session is ready"
    rows, window = session.models.rows, session.window
    window.show_welcome(None)
    window.show_grid(False)
    while not rows.is_loaded or "rows" not in times:
        await asyncio.sleep(0.05)
    everything = rows.task_count
    say("rows", late=max(0.0, 1000 * (times["rows"] - times["painted"])), tasks=everything)
    await asyncio.sleep(2.0)
    say("searched", took=await _search(session, keys))
    window.search.clear()
    while not rows.is_loaded or rows.task_count < everything:
        await asyncio.sleep(0.05)
    await asyncio.sleep(1.0)
    say("list", took=await _scroll(window.view, frames))
    window.show_grid(True)
    await asyncio.sleep(1.0)
    say("grid", took=await _scroll(window.workspace.grid, frames))


async def _search(session: Session, keys: int) -> dict[str, list[float]]:
    """Every kind of search in turn, until so many keys were typed in each."""
    took: dict[str, list[float]] = {kind: [] for kind in _SEARCHES}
    for kind, lines in _SEARCHES.items():
        for line, rest in itertools.islice(itertools.cycle(_typed(lines)), keys):
            begun = time.perf_counter()
            answer = await _key(session, line)
            if answer is not None:
                took[kind].append(answer)
            await asyncio.sleep(max(0.0, rest - (time.perf_counter() - begun)))
    return took


def _typed(lines: Sequence[str]) -> Iterator[tuple[str, float]]:
    """What stands in the line after each key, and the seconds until the next."""
    for line in lines:
        yield from ((line[:end], TYPING) for end in range(1, len(line)))
        yield line, RESTING
        yield from ((line[:end], DELETING) for end in range(len(line) - 1, 0, -1))
        yield "", RESTING


async def _key(session: Session, line: str) -> float | None:
    """Milliseconds until the first rows of the answer are painted; None where the key asks nothing new."""
    assert session.models is not None, "the session is ready"
    assert session.window is not None, "the session is ready"
    rows, viewport = session.models.rows, session.window.view.viewport()
    painted = asyncio.get_running_loop().create_future()

    def paint() -> None:
        viewport.repaint()
        if not painted.done():
            painted.set_result(time.perf_counter())

    before = session.models.filter.listing
    link = rows.answered.connect(paint)
    try:
        begun = time.perf_counter()
        session.window.search.setText(line)
        if session.models.filter.listing == before:
            return None
        return 1000 * (await asyncio.wait_for(painted, 10) - begun)
    finally:
        rows.answered.disconnect(link)


async def _scroll(view: Any, frames: int) -> list[float]:
    """From the top to the bottom and through pages nearby; a frame is the move and the painting of what it shows."""
    bar, took = view.verticalScrollBar(), []
    for frame in range(frames):
        near = frame % 4
        value = bar.maximum() * (frame // 4 * 4) // frames + near * 90
        begun = time.perf_counter()
        bar.setValue(value)
        view.viewport().repaint()
        took.append(1000 * (time.perf_counter() - begun))
        await asyncio.sleep(0.02)
    return took


def _close_when_input_ends(session: Session, loop: asyncio.AbstractEventLoop) -> None:
    sys.stdin.read()
    loop.call_soon_threadsafe(session.close)


if __name__ == "__main__":
    raise SystemExit(main())
