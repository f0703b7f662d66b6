"""Tables, logs and pages: whatever stands in them, and however it is built."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runway_desktop.services.exchange.id_search import IdSearch
from runway_desktop.services.intake.intake import Intake
from runway_desktop.services.intake.reading import Dropped, FileUnreadable, Source
from runway_desktop.services.intake.vocabulary import Vocabulary
from tests.fuzz.bounds import assert_bounded, damaged, often
from tests.rigs.engine_rig import CATALOG, AtOnce

ID = "0f8fad5b-d9cb-469f-a165-70867728950e"
WORDS = Vocabulary(CATALOG)
TABLES = (
    b'prompt,model,ratio,seed\r\n"a, fox",gen4.5,1280:720,7\r\n"b ""quoted""",gen4.5,,\r\n',
    b"sep=;\nprompt;seed\na;1\n",
    b"\xef\xbb\xbfprompt\tseed\na\t1\n",
    "prompt,image\nein Füchslein,a.png\n".encode("utf-16"),
    f"id\n{ID}\n".encode(),
    f'{{"tasks": [{{"id": "{ID}", "promptText": "a fox", "model": "gen4.5"}}]}}'.encode(),
    f"2026-11-03 14:02:01 INFO created task {ID} model=gen4.5 prompt='a fox' out/fox.mp4\n".encode() * 3,
)
NAMES = ("list.csv", "list.tsv", "list.txt", "list.log", "list.json", "list.jsonl", "list.md")
UUIDS = (ID + " ") * 200
MADE = {
    "blanks in a prompt": f"prompt: a{' ' * 3_900}b {ID}\n" * 5,
    "prompts": f"{'prompt:' * 550} {ID} {{\n" * 5,
    "one long word": f"{'a' * 3_900} {ID}\n" * 5,
    "dots": f"{'a.' * 1_900} {ID}\n" * 5,
    "quotes": f'prompt:"{chr(92) * 3_900} {ID}\n' * 5,
    "words": f"prompt: {'a ' * 1_900}{ID} {{\n" * 5,
    "a line of ids": UUIDS,
    "ids without blanks": ID * 500,
    "called": f"{'task id is ' * 300}{ID}\n" * 5,
    "brackets": f"{'id[(' * 900}{ID}\n" * 5,
    "a cell of a megabyte": f'prompt,seed\n"{"x" * 1_000_000}",1\n',
    "quotes without an end": 'prompt\n"' + "x\n" * 50_000,
    "many columns": ",".join(["prompt"] * 20_000) + "\n" + "," * 20_000,
    "many rows": "prompt\n" + "a\n" * 15_000,
    "separator is a quote": 'sep="\nprompt"seed\na"1\n',
    "separator is a line's end": "sep=\r\nprompt\r\na\r\n",
    "separator is nothing": "sep=\0\nprompt\0seed\na\0001\n",
    "paragraphs": "a\n\n" * 30_000,
    "quotation marks": '"' * 50_000,
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("texts")


def assert_taken_in(content: bytes, name: str, folder: Path) -> None:
    path = folder / name
    path.write_bytes(content)

    def gather() -> Any:
        return asyncio.run(Intake(CATALOG, AtOnce()).gather(Dropped(paths=(path,))))

    assert_bounded(gather)
    assert_bounded(lambda: _ids(path), [FileUnreadable])


def _ids(path: Path) -> int:
    return len(IdSearch.in_file(Source(path), WORDS).found)


@pytest.mark.parametrize("name", MADE)
def test_hostile_texts_are_taken_in_within_bounds(name: str, folder: Path):
    for file in NAMES:
        assert_taken_in(MADE[name].encode(), file, folder)


@given(damaged(TABLES), st.sampled_from(NAMES))
@often(100)
def test_damaged_texts_are_taken_in_within_bounds(folder: Path, content: bytes, name: str):
    assert_taken_in(content, name, folder)


@given(st.text(max_size=300))
@often(100)
def test_any_text_is_taken_in_within_bounds(text: str):
    def gather() -> Any:
        return asyncio.run(Intake(CATALOG, AtOnce()).gather(Dropped(text=text)))

    assert_bounded(gather)
