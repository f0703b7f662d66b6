"""When a task was sent to Runway, in words; also for tasks started elsewhere."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from runway_desktop.domain.task import State, Task
from runway_desktop.usecases.listing.columns import COLUMNS, Cell, Column
from runway_desktop.usecases.words.states import Around
from runway_desktop.usecases.words.tasks import sent_words
from tests.rigs.desktop import Rig, until
from tests.rigs.rows import task

AT = datetime(2026, 3, 9, 14, 2, 11).timestamp()
SAID = "9 March 2026, 14:02:11"


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (task(1, State.RUNNING, sent_at=AT), f"Sent {SAID}"),
        (task(1, State.RUNNING, sent_at=None, adopted=True, remote_created_at=AT), f"Sent elsewhere {SAID}"),
        (task(1, State.PENDING, sent_at=None, adopted=True), "Sent elsewhere"),
        (task(1, State.QUEUED), ""),
    ],
)
def test_details_show_when_and_whether_the_task_was_sent(one: Task, words: str) -> None:
    assert sent_words(one) == words


async def test_list_and_details_show_when_an_adopted_task_was_started(tmp_path: Path) -> None:
    async with Rig(tmp_path) as rig:
        at = rig.engine.clock.now() - 60
        one = task(1, State.SUCCEEDED, adopted=True, sent_at=None, remote_created_at=at, ended_at=at + 9)
        await rig.put(one)
        rig.details.choose([one.id])
        await until(lambda: rig.details.row)
        cell = Cell(rig.details.row, Around(), rig.engine.catalog, rig.engine.clock.now())
        shown = COLUMNS[Column.SENT].shown(cell)
        assert shown == f"{datetime.fromtimestamp(at):%H:%M}"
        times = next(fact.text for fact in rig.details.facts() if fact.label == "Times")
        assert times.startswith("Sent elsewhere ")
        assert times.endswith(f"ended {datetime.fromtimestamp(at + 9):%H:%M:%S}")
