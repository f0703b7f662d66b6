"""A stored sheet is read back unchanged; an unreadable one is refused with a sentence."""

from __future__ import annotations

import json

import pytest

from runway_desktop.domain.task import Request, TaskId
from runway_desktop.services.library.expansion import Axis
from runway_desktop.services.library.sheets import DamagedSheet, KeptRow, SentTask, SheetContent, read, write, write_row
from runway_desktop.texts import Text

ROWS = (
    KeptRow(cells={"@prompt": "A lighthouse, {fog|sun}", "duration": 5, "seed": 41207}),
    KeptRow(unmatched={"Director": "Ines"}, remarks=("Of an older version.", Text("Row {n} is empty.").with_(n=3))),
    KeptRow(cells={"@prompt": "灯台"}, sent=(SentTask(TaskId("t1"), ("fog",)), SentTask(TaskId("t2")))),
)
CONTENT = SheetContent(
    name="shots.csv",
    composed=Request(endpoint="text_to_video", model="gen4.5", values={"ratio": "1280:720"}, prompt="x"),
    rows=ROWS,
    axes=(Axis("ratio", "Ratio", ("1280:720", "960:960")), Axis("seed", "Seed", (1, 2))),
    project="Aurora",
    shown=("@shot",),
    beside="/home/ines",
    source="/home/ines/shots.csv",
)


def test_stored_sheet_reads_back_unchanged():
    assert read(write(CONTENT, list(map(write_row, ROWS)))) == CONTENT


def test_empty_sheet_reads_back_unchanged():
    empty = SheetContent(name="New sheet", composed=Request(endpoint="", model=""))
    assert read(write(empty, [])) == empty


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"form": 1}', '{"form": "x"}'])
def test_damaged_sheet_text_is_refused_with_a_sentence(text: str):
    with pytest.raises(DamagedSheet, match="damaged"):
        read(text)


def test_sheet_of_a_newer_format_is_refused_with_the_reason():
    text = json.dumps({**json.loads(write(CONTENT, [])), "form": 99})
    with pytest.raises(DamagedSheet, match="newer version"):
        read(text)
