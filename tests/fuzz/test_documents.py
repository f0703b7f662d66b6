"""JSON that is deep, huge, or says what cannot be: sidecars, notes of downloads, cards, settings, lists."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runway_desktop.domain import profiles
from runway_desktop.domain.task import Request, Task, TaskId
from runway_desktop.services.bus import Bus
from runway_desktop.services.disk.disk_space import DiskSpace
from runway_desktop.services.exchange.folder_reading import FolderWalk, inputs_for, output_of, task_of
from runway_desktop.services.intake.intake import Intake
from runway_desktop.services.intake.reading import Dropped
from runway_desktop.services.results import part_file, sidecar
from runway_desktop.services.results.part_file import PartNote, note_of, part_of, read_note
from runway_desktop.services.settings import Settings
from runway_desktop.store import SqliteStore
from tests.fuzz.bounds import NUMBERS, WORDS, assert_bounded, changed, json_values, often
from tests.rigs.engine_rig import CATALOG, AtOnce
from tests.rigs.fakes import FakeClock, MemoryStore
from tests.rigs.samples import some

SIDECAR: dict[str, Any] = {
    "schema": "runway-desktop.result",
    "schema_version": 2,
    "request": {
        "endpoint": "image_to_video", "model": "gen4.5", "prompt": "A fox",
        "values": {"promptText": "A fox", "promptImage": [{"uri": "https://a.test/b.png"}], "seed": 7},
    },
    "inputs": [{"place": ["promptImage", 0, "uri"], "path": "/a/b.png", "link": "", "sha256": "ab"}],
    "task": {"id": "0" * 32, "runway_id": "17f20503-6c24-4c16-946b-35dbbce2af2f", "parent_id": None, "batch_id": None,
             "batch": "", "project": "Aurora", "title": ""},
    "times": dict.fromkeys(sidecar.TIMES, "2026-11-03T14:02:00+00:00"),
    "cost": {"credits": 12.5, "estimated_credits": None},
    "judgement": {"rating": 3, "pick": "none", "tags": ["a"], "shot": "", "note": ""},
    "output": {"index": 0, "count": 1, "file": "x.mp4", "media": "video", "size": 3, "sha256": "ab"},
}  # fmt: skip
TEXTS = {
    "deep": "[" * 100_000,
    "deep and whole": "[" * 900 + "]" * 900,
    "deep object": '{"a":' * 100_000,
    "digits": "9" * 100_000,
    "exponent": "1e999999",
    "not a number": "NaN",
    "halves": '"\\ud800"',
    "bytes": "\x00\x01",
}


def paths_of(document: Any) -> list[tuple[str | int, ...]]:
    """Every place of a document that holds no other."""
    if isinstance(document, dict):
        return [(key, *rest) for key, value in document.items() for rest in paths_of(value)]
    if isinstance(document, list):
        return [(at, *rest) for at, value in enumerate(document) for rest in paths_of(value)]
    return [()]


def with_value(document: Any, place: tuple[str | int, ...], value: object) -> Any:
    found = copy.deepcopy(document)
    inside = found
    for step in place[:-1]:
        inside = inside[step]
    inside[place[-1]] = value
    return found


def deep(levels: int) -> object:
    found: object = "x"
    for _ in range(levels):
        found = [found]
    return found


async def assert_taken_as_nothing(document: Any, folder: Path, store: SqliteStore) -> None:
    """A result with this sidecar is found in a folder and taken into the list, as an import does."""
    path = folder / "x.mp4"
    path.write_bytes(b"clip")
    sidecar.path_for(path).write_text(json.dumps(document), encoding="utf-8")
    walk = FolderWalk(folder)
    while assert_bounded(walk.step):
        pass
    for found in walk.results:
        task = task_of(found, CATALOG)
        output = output_of(found, task.id, path, 4, "ab")
        await store.add([task], inputs_for(task, found.told, CATALOG), None, [], [output])
        assert await store.get(task.id) == task
        assert await store.outputs(task.id) == [output]
        sidecar.compose(task, output, [])
    assert_bounded(lambda: sidecar.owner_of(sidecar.path_for(path)))


def values_for(number: int) -> Sequence[object]:
    """Others for each place."""
    return some([*NUMBERS, *WORDS, None, [], {}, deep(500)], one_in=8, at=number)


async def test_result_beside_an_absurd_sidecar_can_be_stored(tmp_path: Path):
    """What cannot be stored, or shown, never comes as far as the list."""
    store = await SqliteStore.open(tmp_path / "list.db")
    try:
        number = 0
        for at, place in enumerate(paths_of(SIDECAR)):
            for value in values_for(at):
                number += 1
                document = with_value(SIDECAR, place, value)
                if place != ("task", "id"):
                    document["task"]["id"] = f"{number:032x}"
                if place != ("task", "runway_id"):
                    document["task"]["runway_id"] = f"17f20503-6c24-4c16-946b-{number:012x}"
                await assert_taken_as_nothing(document, tmp_path, store)
    finally:
        await store.close()


@given(changed(SIDECAR))
@often(200)
def test_mutated_sidecar_is_read_or_ignored(document: object):
    found = assert_bounded(lambda: sidecar.read(document))
    if found is not None:
        assert 0 <= found.index < 10_000
        assert 0 <= found.size < 1 << 62
        assert all(0 <= at < 5_000_000_000 for at in found.times.values())


@pytest.mark.parametrize("name", TEXTS)
def test_text_that_is_hard_to_parse_is_no_sidecar_and_no_note(name: str, tmp_path: Path):
    final = tmp_path / "x.mp4"
    for path in (sidecar.path_for(final), note_of(final)):
        path.write_text(TEXTS[name], encoding="utf-8")
    part_of(final).write_bytes(b"half")
    assert assert_bounded(lambda: sidecar.owner_of(sidecar.path_for(final))) is None
    assert assert_bounded(lambda: read_note(final)) is None
    assert assert_bounded(lambda: part_file.PartFile.resume(final, ("t", 0), DiskSpace())) is None
    assert assert_bounded(lambda: part_file.find_finished(final, ("t", 0))) is None


NOTE = {"task_id": "t", "index": 0, "etag": "", "total": 100, "size": None, "sha256": ""}


@given(changed(NOTE))
@often(100)
def test_mutated_download_note_is_read_or_ignored(tmp_path_factory: pytest.TempPathFactory, document: object):
    folder = tmp_path_factory.getbasetemp() / "notes"
    folder.mkdir(exist_ok=True)
    final = folder / "x.mp4"
    note_of(final).write_text(json.dumps(document), encoding="utf-8")
    part_of(final).write_bytes(b"half" + bytes(8))
    found = assert_bounded(lambda: read_note(final))
    assert found is None or isinstance(found, PartNote)
    owner = found.owner if found is not None else ("t", 0)

    def go_on() -> None:
        part = part_file.PartFile.resume(final, owner, DiskSpace())
        if part is not None:
            assert part.is_complete in (True, False)
            part.write(b"more")
            part.close()

    assert_bounded(go_on)
    assert_bounded(lambda: part_file.find_finished(final, owner))


CARD = {"schema": profiles.SCHEMA, "name": "Studio", "color": "blue", "library": "/x", "created_at": 1.0}


@given(changed(CARD))
@often(100)
def test_mutated_profile_card_is_read_or_ignored(document: object):
    assert_bounded(lambda: profiles.read(document))


def test_invalid_stored_settings_raise_nothing(tmp_path: Path):
    async def load(values: dict[str, Any]) -> None:
        store = MemoryStore()
        await store.set_settings(values)
        settings = Settings(store, Bus(), FakeClock(), default_library=tmp_path)
        await settings.load()
        for name in settings.preferences():
            getattr(settings, name, None)

    known = Settings(MemoryStore(), Bus(), FakeClock(), default_library=tmp_path).preferences()
    for value in [*NUMBERS, *WORDS, [], {}, [[]], {"a": {}}, deep(300), float("inf"), float("nan")]:
        assert_bounded(partial(asyncio.run, load(dict.fromkeys(known, value))), drawn=())


def gathered(name: str, content: bytes, folder: Path) -> Any:
    path = folder / name
    path.write_bytes(content)
    return asyncio.run(Intake(CATALOG, AtOnce()).gather(Dropped(paths=(path,))))


REQUEST = {"endpoint": "text_to_video", "model": "gen4.5", "promptText": "a fox", "seed": 7, "duration": 5,
           "contentModeration": {"publicFigureThreshold": "auto"}, "promptImage": ["a.png"]}  # fmt: skip


@given(changed({"requests": [REQUEST, "a prompt", SIDECAR]}))
@often(40)
def test_whatever_is_read_of_a_mutated_list_of_requests_can_be_stored(folder: Path, document: object):
    found = assert_bounded(lambda: gathered("list.json", json.dumps(document).encode(), folder))
    assert_can_be_stored(found)


@pytest.mark.parametrize("inputs", [-1, True, "a.png", {"path": "a.png"}, [None, 7, {"path": 7}]], ids=repr)
def test_whatever_is_read_of_malformed_inputs_can_be_stored(folder: Path, inputs: object):
    document = {"requests": [{**SIDECAR, "inputs": inputs}]}
    assert_can_be_stored(assert_bounded(lambda: gathered("list.json", json.dumps(document).encode(), folder)))


@given(st.lists(json_values, max_size=4))
@often(30)
def test_whatever_is_read_of_any_json_lines_can_be_stored(folder: Path, lines: list[object]):
    content = "\n".join(json.dumps(line) for line in lines).encode()
    assert_can_be_stored(assert_bounded(lambda: gathered("list.jsonl", content, folder)))


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("ending", ["json", "jsonl", "csv", "txt"])
def test_whatever_is_read_of_text_hard_to_parse_can_be_stored(name: str, ending: str, folder: Path):
    for text in (TEXTS[name], f'{{"promptText": {TEXTS[name]}}}', f'[{{"promptText": "x", "seed": {TEXTS[name]}}}]'):
        assert_can_be_stored(assert_bounded(partial(gathered, f"list.{ending}", text.encode(), folder)))


@pytest.mark.parametrize("levels", [50, 200, 480, 900])
def test_draft_with_a_deeply_nested_value_can_be_stored(levels: int, folder: Path):
    request = {"promptText": "x", "model": "gen4.5", "endpoint": "text_to_video", "contentModeration": deep(levels)}
    found = gathered("list.json", json.dumps([request]).encode(), folder)
    assert_can_be_stored(found)


@pytest.mark.parametrize("number", ["1" + "0" * 30, "-" + "9" * 19, "9" * 5_000, "1e30", "1e400", "nan", "-inf"])
@pytest.mark.parametrize("name", ["list.csv", "list.json", "list.jsonl"])
def test_number_too_large_stays_text_with_a_finding(number: str, name: str, folder: Path):
    head = '"model": "gen4.5", "endpoint": "text_to_video", "promptText": "x"'
    content = {
        "list.csv": f"prompt,model,endpoint,seed\nx,gen4.5,text_to_video,{number}\n",
        "list.json": f'[{{{head}, "seed": "{number}"}}, {{{head}, "seed": 1{"0" * 30}}}]',
        "list.jsonl": f'{{{head}, "seed": "{number}"}}\n{{{head}, "seed": 1{"0" * 30}}}',
    }[name]
    found = gathered(name, content.encode(), folder)
    for draft in found.drafts:
        assert isinstance(draft.values["seed"], str)
        assert any("seed" in finding.message for finding in draft.findings)
    assert_can_be_stored(found)


def assert_can_be_stored(found: Any) -> None:
    """Whatever comes in can be written down."""
    for number, draft in enumerate(found.drafts if found is not None else ()):
        values = dict(draft.values)
        json.dumps(values, ensure_ascii=False).encode("utf-8")
        Task(id=TaskId(str(number)), created_at=0.0, request=Request(endpoint="a", model="b", prompt="", values=values))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lists")
