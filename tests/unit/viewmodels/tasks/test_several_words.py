"""Summary of several selected tasks, and text of a result in the trash."""

from __future__ import annotations

from pathlib import Path

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Look, Presence, State, TaskId
from runway_desktop.usecases.words.states import several_words
from runway_desktop.values import replace
from tests.rigs.desktop import Rig, until
from tests.rigs.rows import saved, task

GONE = Look(presence=Presence.MISSING, at=1.0)


def test_cost_and_files_are_summed_without_missing_files() -> None:
    tasks = [task(number, State.SUCCEEDED, cost_credits=60.0) for number in (1, 2, 3)]
    rows = [Row(task=one, outputs=(saved(one),)) for one in tasks]
    assert several_words(3, []) == "3 tasks selected"
    assert several_words(3, rows) == "3 tasks selected\n180 credits · 3 files, 3.6 MB"
    rows[0] = replace(rows[0], outputs=(saved(tasks[0], look=GONE),))
    assert several_words(3, rows) == "3 tasks selected\n180 credits · 2 files, 2.4 MB · 1 missing"


async def test_sums_of_selected_tasks_follow_changes(tmp_path: Path) -> None:
    async with Rig(tmp_path) as rig:
        first, second = task(1, State.SUCCEEDED), task(2, State.SUCCEEDED)
        await rig.put(first, second, outputs=[saved(first), saved(second)])
        rig.rows.refresh()
        rig.details.choose([TaskId("t1"), TaskId("t2")])
        await until(lambda: "2 files, 2.4 MB" in rig.details.showing[0].text)
        rig.details.choose([TaskId("t1")])
        await until(lambda: rig.details.showing[0].path is not None)


async def test_trashed_result_is_marked_over_its_poster(tmp_path: Path) -> None:
    async with Rig(tmp_path) as rig:
        one = task(1, State.SUCCEEDED)
        binned = saved(one, path="", binned_from="/library/fox.mp4", poster="/posters/fox.jpg")
        await rig.put(one, outputs=[binned])
        rig.details.choose([one.id])
        await until(lambda: rig.details.showing and rig.details.showing[0].poster)
        (shown,) = rig.details.showing
        assert (shown.text, shown.path) == ("fox.mp4 was moved to the trash.", None)
