"""The real program over a large library: what a person notices of its size, measured from within.

    python -m tests.benchmarks.library_child PROFILE_DIR KEYS FRAMES ENDS

Says "rows" with the milliseconds from the window's first paint to the first rows with their words; "counts" with those
of asking for the amounts of the left pane; then "searched"
with those of each key typed in the search line until the first rows of its answer are painted, by kind of search;
"ordered" with those of each other order and grouping until its first rows are painted; "busy" with those of each key
while ENDS tasks end, ten a second, in a library with saved searches, and with the seconds that counting took of them;
"list" and "grid" with those of each frame of a scroll through everything. Closes when its input ends.
"""

from __future__ import annotations

import asyncio
import functools
import itertools
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

from runway_desktop.domain.library import Filter, GroupBy, Listing
from runway_desktop.domain.task import State
from runway_desktop.services.tasks.ledger import Ledger
from runway_desktop.values import replace
from tests.benchmarks.children import as_started, say

if TYPE_CHECKING:
    from runway_desktop.app.session import Session
    from runway_desktop.services.library.library import Library
    from runway_desktop.viewmodels.tasks.task_list import TaskListModel

_SEARCHES = {
    "words of many tasks": ("lighthouse", "neon rain", "a fo", "camera"),
    "rare words": ("zephyrine", "kvarken, take 7", "brindisi 16 mm"),
    "words of none": ("lighthousekeeper", "qqq"),
    "without blanks": ("灯台", "京都の雪", "猫"),
    "words left out": ("fox -fog", "-snow -violin steam"),
    "judged and found": ("model:veo3.1 gull", "rating:>=4 tag:drone snow", "is:saved project:coast tram"),
    "judged and rare": ("rating:5 project:autumn tag:night violin", "state:gone -tag:drone", "batch:05 fox"),
}
_BUSY = ("lighthouse", "rating:>=4 fox", "is:saved project:coast tram")
"""What is typed, letter by letter, rests for a moment, and is deleted letter by letter again."""
_SAVED = ("model:veo3.1 gull", "rating:>=4 tag:drone", "is:attention")
"""Searches that are counted live."""
_ENDING = 0.1
"""Seconds from one task's end to the next."""
TYPING, DELETING, RESTING = 0.11, 0.05, 0.7
"""Seconds from key to key of a quick person, of a key that is held down, and at the end of a word."""


def main() -> int:
    start = as_started()
    from runway_desktop.app import session
    from runway_desktop.ui.window import command_bindings
    from runway_desktop.ui.window.main_window import MainWindow

    folder, keys, frames, ends = sys.argv[1], *map(int, sys.argv[2:5])
    times: dict[str, float] = {}

    class WatchedWindow(MainWindow):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            self.painted.connect(lambda: times.setdefault("painted", time.perf_counter()))
            self.models.rows.rows_fetched.connect(lambda _: times.setdefault("rows", time.perf_counter()))

    class WatchedSession(session.Session):
        async def run(self, *given: Any) -> int:
            work = asyncio.ensure_future(_measure(self, times, keys, frames, ends))
            try:
                return await super().run(*given)
            finally:
                work.cancel()

    vars(command_bindings).update(MainWindow=WatchedWindow)
    vars(session).update(Session=WatchedSession)
    return start(["--profile-dir", folder])


async def _measure(session: Session, times: dict[str, float], keys: int, frames: int, ends: int) -> None:
    await session.ready.wait()
    loop = asyncio.get_running_loop()
    threading.Thread(target=_close_when_input_ends, args=(session, loop), daemon=True).start()
    assert session.models is not None, "the session is ready"
    assert session.window is not None, "the session is ready"
    rows, window = session.models.rows, session.window
    window.show_welcome(None)
    window.workspace.list.show_grid(False)
    while not rows.is_loaded or "rows" not in times:
        await asyncio.sleep(0.05)
    everything = rows.task_count
    say("rows", late=max(0.0, 1000 * (times["rows"] - times["painted"])), tasks=everything)
    await asyncio.sleep(2.0)
    assert session.cases is not None, "the session is ready"
    begun = time.perf_counter()
    await session.cases.library.counts()
    say("counts", took=1000 * (time.perf_counter() - begun))
    say("searched", took=await _search(session, keys))
    window.search.clear()
    await _whole(rows, everything)
    say("ordered", took=await _orders(session))
    say("busy", **await _while_tasks_end(session, ends))
    window.search.clear()
    await _whole(rows, everything)
    await asyncio.sleep(1.0)
    say("list", took=await _scroll(window.view, frames))
    window.workspace.list.show_grid(True)
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


async def _whole(rows: TaskListModel, everything: int) -> None:
    while not rows.is_loaded or rows.task_count < everything:
        await asyncio.sleep(0.05)


async def _orders(session: Session) -> dict[str, dict[str, float]]:
    """Every column to sort by, both ways, without groups; then every grouping of the usual order."""
    from runway_desktop.usecases.listing.columns import COLUMNS

    assert session.models is not None, "the session is ready"
    chosen, rows = session.models.filter, session.models.rows
    usual, everything = chosen.listing, rows.task_count
    took: dict[str, dict[str, float]] = {"order": {}, "grouping": {}}

    async def ask(kind: str, name: str, work: Callable[[], None]) -> None:
        answer = await _asked(session, work)
        if answer is not None:
            took[kind][name] = answer
        await _whole(rows, everything)

    chosen.group_by(GroupBy.NONE)
    await _whole(rows, everything)
    for key, descending in itertools.product(filter(None, (column.sort for column in COLUMNS)), (False, True)):
        name = f"{key.value}, {'descending' if descending else 'ascending'}"
        await ask("order", name, functools.partial(chosen.sort_by, key, descending=descending))
    chosen.sort_by(usual.sort, descending=usual.descending)
    await _whole(rows, everything)
    for group in GroupBy:
        await ask("grouping", group.value, functools.partial(chosen.group_by, group))
    chosen.group_by(usual.group)
    await _whole(rows, everything)
    return took


async def _while_tasks_end(session: Session, ends: int) -> dict[str, Any]:
    """Types while tasks end; those that failed long ago stand for them, and succeed this time."""
    assert session.models is not None, "the session is ready"
    assert session.cases is not None, "the session is ready"
    chosen, cases = session.models.filter, session.cases
    ledger = cast(Ledger, cases.tasks)
    for line in _SAVED:
        chosen.search(line)
        await asyncio.sleep(RESTING)
        chosen.save_search()
    chosen.clear()
    # What saving them made it count is none of what the ends cost.
    while any(entry.search and entry.count is None for entry in session.models.pages.entries()):
        await asyncio.sleep(0.05)
    await asyncio.sleep(1.0)
    failed = await cases.library.list(Listing(filter=Filter(states=frozenset({State.FAILED})), group=GroupBy.NONE))
    counted: list[float] = []
    _watch(cases.library, counted)

    async def end_them() -> None:
        for task_id in failed.ids[:ends]:
            await ledger.change(task_id, lambda task: replace(task, state=State.SUCCEEDED, failure=None), "state")
            await asyncio.sleep(_ENDING)

    begun, took = time.perf_counter(), []
    ending = asyncio.ensure_future(end_them())
    for line, rest in itertools.cycle(_typed(_BUSY)):
        at = time.perf_counter()
        answer = await _key(session, line)
        if answer is not None:
            took.append(answer)
        if ending.done():
            break
        await asyncio.sleep(max(0.0, rest - (time.perf_counter() - at)))
    await ending
    return {"took": took, "counted": sum(counted) / (time.perf_counter() - begun)}


def _watch(library: Library, counted: list[float]) -> None:
    """Notes the seconds of each counting of the places and of the saved searches."""

    def watched(count: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Coroutine[Any, Any, Any]]:
        async def counting(*asked: Any) -> Any:
            begun = time.perf_counter()
            try:
                return await count(*asked)
            finally:
                counted.append(time.perf_counter() - begun)

        return counting

    vars(library).update(counts=watched(library.counts), amount=watched(library.amount))


async def _key(session: Session, line: str) -> float | None:
    """Milliseconds until the first rows of the answer are painted; None where the key asks nothing new."""
    assert session.window is not None, "the session is ready"
    return await _asked(session, functools.partial(session.window.search.setText, line))


async def _asked(session: Session, work: Callable[[], None]) -> float | None:
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
        work()
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
