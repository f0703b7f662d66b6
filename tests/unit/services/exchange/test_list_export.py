"""The exported list equals the shown one, in its order, for spreadsheets and programs."""

from __future__ import annotations

import asyncio
import csv
import json
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runway_desktop.domain.cast import as_text
from runway_desktop.domain.errors import DiskError, StoreError
from runway_desktop.domain.task import Batch, BatchId, Output, OutputState, Pick, State, Task, TaskId
from runway_desktop.services.disk.spreadsheet import USUAL, CsvDialect, original, plain
from runway_desktop.services.exchange.list_export import COLUMNS, PAGE, ListExport, ListForm
from runway_desktop.services.exchange.progress import Progress
from runway_desktop.services.intake.intake import Intake
from runway_desktop.services.intake.reading import Dropped
from runway_desktop.values import replace
from tests.rigs.engine_rig import CATALOG, AtOnce, request
from tests.rigs.fake_runway import remote_id
from tests.rigs.fakes import MemoryStore
from tests.rigs.libraries import a_wish

NOON = 1_750_000_000.0
KATHMANDU = timezone(timedelta(hours=5, minutes=45))
EVERY = [column.key for column in COLUMNS]


def a_task(number: int = 1, prompt: str = "A lighthouse in the fog", **members: Any) -> Task:
    defaults: dict[str, Any] = {"state": State.SUCCEEDED, "remote_id": remote_id(number), "sent_at": NOON + number}
    return Task(id=TaskId(f"t{number}"), request=request(prompt, seed=7), created_at=NOON, **(defaults | members))


async def written(
    tmp_path: Path, *tasks: Task, form: ListForm = ListForm.CSV, columns: Any = EVERY, **more: Any
) -> Path:
    store = MemoryStore()
    await store.add(tasks, [], more.get("batch"), [], more.get("outputs", ()))
    path = tmp_path / f"list.{form}"
    export = ListExport(store, CATALOG, AtOnce(), KATHMANDU)
    manner = more.get("manner", USUAL)
    found = await export.write(path, [task.id for task in tasks], columns, form, Progress(), manner)
    assert (found.path, found.rows) == (path, len(tasks))
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("at", [-1e300, -1.0, 1785931200250.0, 1e300])
async def test_impossible_timestamp_does_not_stop_the_export(tmp_path, at):
    [row] = rows_of(await written(tmp_path, a_task(sent_at=None, remote_created_at=at, ended_at=at)))
    assert row["ended"]


async def test_exported_list_names_the_requesting_program(tmp_path):
    store, own, asked = MemoryStore(), a_task(1), a_task(2)
    await store.add((own, asked), [], None, [], ())
    await store.note_client_request(a_wish("claude-code", asked))
    export = ListExport(store, CATALOG, AtOnce(), KATHMANDU)
    await export.write(tmp_path / "list.csv", [own.id, asked.id], EVERY, ListForm.CSV, Progress(), USUAL)
    assert [row["asked_by"] for row in rows_of(tmp_path / "list.csv")] == ["", "claude-code"]


async def test_csv_export_has_numbers_zoned_times_and_one_line_per_file(tmp_path):
    task = a_task(
        ended_at=NOON + 61.5, cost_credits=12.0, estimated_credits=12.5, rating=4, pick=Pick.PICK,
        picked_by="Ben", picked_at=NOON,
        tags=("night", "rain"), project="Aurora", shot="010", note="A\nB", title="Take 3", parent_id=TaskId("t0"),
        batch_id=BatchId("b"),
    )  # fmt: skip
    outputs = [
        Output(task_id=task.id, index=at, url="", url_fetched_at=0, state=OutputState.SAVED, path=f"/lib/{at}.mp4")
        for at in range(2)
    ]
    batch = Batch(id=BatchId("b"), name="shots.csv", created_at=NOON)
    [row] = rows_of(await written(tmp_path, task, outputs=outputs, batch=batch))
    assert row["sent"] == "2025-06-15T20:51:41+05:45"
    assert (row["credits"], row["dollars"], row["estimated_credits"], row["took_seconds"]) == (
        "12",
        "0.12",
        "12.5",
        "60.5",
    )
    assert (row["rating"], row["pick"], row["tags"]) == ("4", "pick", "night\nrain")
    assert (row["picked_by"], row["picked_at"][:10]) == ("Ben", "2025-06-15")
    assert row["files"] == "/lib/0.mp4\n/lib/1.mp4"
    assert (row["settings"], row["seed"], row["batch"]) == ("1280:720 · 5 s · seed 7", "7", "shots.csv")
    assert (row["runway_id"], row["id"], row["parent_id"]) == (task.remote_id, "t1", "t0")
    assert json.loads(row["values"])["promptText"] == "A lighthouse in the fog"


@pytest.mark.parametrize("prompt", ['=HYPERLINK("http://x")', "+1", "-fog", "@sum", "\tfog", "＝1+1"])
async def test_exported_prompt_never_becomes_a_formula(tmp_path, prompt):
    [row] = rows_of(await written(tmp_path, a_task(prompt=prompt)))
    assert row["prompt"] == ("\\" if prompt[0] == "@" else "'") + prompt


TRICKY = [
    "=1+1|x",
    "'=1",
    "''@a",
    "+49",
    "-5",
    "@home",
    "\tfog",
    "＝1",
    "a;=cmd|' /C calc'!A0",
    'say "go", now',
    "a\n=b",
    "'tis fog",
]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
async def test_exported_list_is_imported_unchanged(tmp_path, separator):
    tasks = [a_task(number, prompt, shot=f"=S{number}") for number, prompt in enumerate(TRICKY)]
    manner = CsvDialect(separator, ".", is_marked=True)
    path = await written(tmp_path, *tasks, columns=["prompt", "model", "shot"], manner=manner)
    found = await Intake(CATALOG, AtOnce()).gather(Dropped(paths=(path,)))
    assert [draft.values["promptText"] for draft in found.drafts] == [as_text(prompt.strip()) for prompt in TRICKY]
    assert [draft.shot for draft in found.drafts] == [f"=S{number}" for number in range(len(TRICKY))]
    raw = path.read_bytes().decode("utf-8-sig")
    for row in csv.reader(raw.splitlines(keepends=True), delimiter=separator):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "＝")) for cell in row)
    assert all(cell.startswith('"') for cell in raw.split("\r\n")[0].split(separator))


@given(st.text())
def test_escaped_formula_cell_is_unescaped_on_import(text):
    assert original(plain(text)) == text
    assert not plain(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


async def test_json_export_has_original_prompts_lists_and_numbers(tmp_path):
    path = await written(tmp_path, a_task(prompt="=1+1", cost_credits=12.0, tags=("a",)), a_task(2), form=ListForm.JSON)
    first, second = json.loads(path.read_text(encoding="utf-8"))
    assert (first["prompt"], first["credits"], first["tags"], first["files"]) == ("=1+1", 12, ["a"], [])
    assert first["values"]["seed"] == 7
    assert second["credits"] is None
    assert len(path.read_text(encoding="utf-8").splitlines()) == 4


async def test_csv_has_a_utf_8_mark_for_excel(tmp_path):
    path = await written(tmp_path, a_task(prompt="Füchse im Schnee 🦊"))
    assert path.read_bytes().startswith(b'\xef\xbb\xbf"prompt"')
    assert rows_of(path)[0]["prompt"] == "Füchse im Schnee 🦊"


async def test_csv_for_european_excel_has_semicolons_and_decimal_commas(tmp_path):
    task = a_task(prompt="fog, 2.5 m deep; cold", cost_credits=12.5, title="2.5")
    manner = CsvDialect(";", ",", is_marked=False)
    path = await written(tmp_path, task, columns=["prompt", "title", "credits"], manner=manner)
    lines = path.read_bytes().decode("utf-8").split("\r\n")
    assert lines == ['"prompt";"title";"credits"', '"fog, 2.5 m deep; cold";"2.5";"12,5"', ""]


async def test_exported_columns_and_rows_have_the_chosen_order(tmp_path):
    tasks = [a_task(number) for number in (3, 1, 2)]
    path = await written(tmp_path, *tasks, columns=["id", "nobody knows this", "prompt"])
    assert [next(iter(row.items())) for row in rows_of(path)] == [("id", "t3"), ("id", "t1"), ("id", "t2")]
    assert list(rows_of(path)[0]) == ["id", "prompt"]


async def test_empty_list_can_be_exported(tmp_path):
    assert json.loads((await written(tmp_path, form=ListForm.JSON)).read_text()) == []


async def test_stopped_export_of_a_long_list_keeps_the_previous_file(tmp_path):
    store = MemoryStore()
    tasks = [a_task(number) for number in range(3 * PAGE)]
    await store.add(tasks, [], None, [])
    path = tmp_path / "list.csv"
    path.write_text("the old one", encoding="utf-8")
    told: list[tuple[int, int]] = []

    def hear() -> None:
        told.append((progress.done, progress.total))
        progress.stop()

    progress = Progress(hear)
    export = ListExport(store, CATALOG, AtOnce())
    found = await export.write(path, [task.id for task in tasks], EVERY, ListForm.CSV, progress)
    assert (found.rows, found.is_stopped) == (0, True)
    assert told == [(PAGE, 3 * PAGE)]
    assert path.read_text(encoding="utf-8") == "the old one"
    assert [one.name for one in tmp_path.iterdir()] == ["list.csv"]


async def test_failed_list_export_keeps_the_previous_file(tmp_path, monkeypatch):
    store = MemoryStore()
    await store.add([a_task()], [], None, [])

    async def refuses(_: object) -> None:
        raise StoreError("Locked.")

    monkeypatch.setattr(store, "rows", refuses)
    path = tmp_path / "list.csv"
    path.write_text("the old one", encoding="utf-8")
    export = ListExport(store, CATALOG, AtOnce())
    with pytest.raises(StoreError):
        await export.write(path, [TaskId("t1")], EVERY, ListForm.CSV, Progress())
    assert [one.name for one in tmp_path.iterdir()] == ["list.csv"]
    with pytest.raises(DiskError):
        await export.write(tmp_path / "nowhere" / "list.csv", [TaskId("t1")], EVERY, ListForm.CSV, Progress())
    assert path.read_text(encoding="utf-8") == "the old one"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(max_size=30), min_size=4, max_size=4), cost=st.floats(0, 1e6))
def test_any_typed_text_survives_a_list_export(tmp_path_factory, texts, cost):
    prompt, title, note, project = texts
    task = replace(a_task(prompt=prompt), title=title, note=note, project=project, cost_credits=cost)
    folder = tmp_path_factory.mktemp("list")
    [row] = rows_of(asyncio.run(written(folder, task)))
    whole = [text.encode("utf-8", "replace").decode() for text in (as_text(prompt), title, note, project)]
    assert [row[key] for key in ("prompt", "title", "note", "project")] == [plain(text) for text in whole]
    assert float(row["credits"]) == pytest.approx(cost, abs=1e-6)
    (folder / "list.csv").unlink()
    [read] = json.loads(asyncio.run(written(folder, task, form=ListForm.JSON)).read_text(encoding="utf-8"))
    assert [read[key] for key in ("prompt", "title", "note", "project")] == texts
    assert read["credits"] == cost
