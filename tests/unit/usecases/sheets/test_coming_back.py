"""Sent prompts with literal braces are restored as single prompts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runway_desktop.domain.task import Output, State, Task, TaskId
from runway_desktop.services.exchange.list_export import ListExport, ListForm
from runway_desktop.services.exchange.progress import Progress
from runway_desktop.services.intake.intake import Intake
from runway_desktop.services.intake.reading import Dropped
from runway_desktop.services.results import sidecar
from runway_desktop.usecases.sheets.columns import Columns
from runway_desktop.usecases.sheets.importing import Importer
from runway_desktop.usecases.sheets.rows import RowChecker
from tests.rigs.engine_rig import CATALOG, AtOnce, Rig, request
from tests.rigs.fakes import MemoryStore

PROMPTS = ["a {red|blue} boat", "a {red|blue", r"a \{red\|blue\} boat", "{}", "no braces", "{a|b}{c|d}"]
TASKS = [
    Task(id=TaskId(f"t{number}"), request=request(prompt), created_at=1.0, state=State.SUCCEEDED)
    for number, prompt in enumerate(PROMPTS)
]


async def asked_again(*files: Path) -> list[list[str]]:
    """The prompts of each row of the sheet that the dropped files make."""
    gathered = await Intake(CATALOG, AtOnce()).gather(Dropped(paths=files))
    async with Rig() as rig:
        columns = Columns(CATALOG)
        checker = RowChecker(CATALOG, columns, rig.pricing, request())
        checks = [checker.check(row) for row in Importer(CATALOG, columns, checker).rows(gathered)]
    return [[one.prompt for one in check.requests] for check in checks]


@pytest.mark.parametrize("form", ListForm)
@pytest.mark.parametrize("chosen", [["prompt"], ["prompt", "values", "id", "runway_id"]])
async def test_exported_list_gives_the_sent_requests(tmp_path: Path, form: ListForm, chosen: list[str]):
    store = MemoryStore()
    await store.add(TASKS, [], None, [])
    path = tmp_path / f"list.{form}"
    await ListExport(store, CATALOG, AtOnce()).write(path, [one.id for one in TASKS], chosen, form, Progress())
    assert await asked_again(path) == [[prompt] for prompt in PROMPTS]


async def test_settings_files_of_several_results_give_the_sent_requests(tmp_path: Path):
    files = [tmp_path / f"{number}.mp4.json" for number in range(len(TASKS))]
    for file, one in zip(files, TASKS, strict=True):
        document = sidecar.compose(one, Output(task_id=one.id, index=0, url="", url_fetched_at=0.0), [])
        file.write_text(json.dumps(document), encoding="utf-8")
    assert await asked_again(*files) == [[prompt] for prompt in PROMPTS]


async def test_braces_in_a_table_of_the_person_are_expanded(tmp_path: Path):
    written = tmp_path / "mine.csv"
    written.write_text('prompt\n"a {red|blue} boat"\n', encoding="utf-8")
    assert await asked_again(written) == [["a red boat", "a blue boat"]]
