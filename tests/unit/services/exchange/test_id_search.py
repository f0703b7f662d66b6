"""Task IDs are found in all kinds of files that scripts leave, each once, with the facts next to them."""

from __future__ import annotations

import csv
import json
import uuid
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runway_desktop.domain.task import RemoteId
from runway_desktop.services.disk.spreadsheet import delimiter_of
from runway_desktop.services.exchange import id_search
from runway_desktop.services.exchange.id_search import (
    BLOCK,
    LONG_LINE,
    Doubt,
    DoubtCode,
    FoundId,
    IdSearch,
    Known,
    LineReader,
    Weight,
)
from runway_desktop.services.intake.reading import FileUnreadable, Source
from runway_desktop.services.intake.vocabulary import Vocabulary
from tests.rigs.engine_rig import CATALOG

WORDS = Vocabulary(CATALOG)
A = RemoteId("17f20503-6c24-4c16-946b-35dbbce2af2f")
B = RemoteId("0f8fad5b-d9cb-469f-a165-70867728950e")
C = RemoteId("7c9e6679-7425-40de-944b-e07fc1f90ae7")
V1 = RemoteId("8d8ac610-566d-11ef-9b4a-325096b39f47")


def search(text: str) -> list[FoundId]:
    return list(IdSearch.in_text(text, WORDS).found.values())


def search_file(path: Path) -> list[FoundId]:
    return list(IdSearch.in_file(Source(path), WORDS).found.values())


def one(text: str) -> FoundId:
    [found] = search(text)
    return found


LOG = f"""\
2026-03-09 14:05:59,120 INFO runway: sending prompt="A red fox, looking back" model=gen4.5
2026-03-09 14:06:01,300 INFO runway: created task {A} (gen4.5) prompt="A red fox, looking back"
2026-03-09 14:06:05,001 DEBUG GET https://api.dev.runwayml.com/v1/tasks/{A} 200 in 120 ms
2026-03-09 14:06:09,001 DEBUG request_id={B} span={V1}
2026-03-09 14:08:00,000 INFO task {A} SUCCEEDED, saved as out/fox_01.mp4
2026-03-09 14:08:01,000 INFO https://dnznrvs05pmza.cloudfront.net/{C}.mp4?_jwt=eyJ
"""


def test_log_lists_each_id_once_with_its_context():
    found = {one.remote_id: one for one in search(LOG)}
    assert list(found) == [A, B, V1, C]
    assert (found[A].weight, found[A].doubt, found[A].line) == (Weight.TASK, None, 2)
    assert found[A].known == Known(
        prompt="A red fox, looking back", model="gen4.5", time="2026-03-09 14:06:01", file="fox_01.mp4"
    )


@pytest.mark.parametrize("before", ["request id ", "trace id\t", "user_id ", '"session id"  ', "request id: "])
def test_id_of_another_object_is_recognized_without_a_separator(before: str):
    found = one(f"2026-03-09 14:06:09 DEBUG {before}{B} done")
    assert (found.weight, found.doubt.code) == (Weight.ELSE, DoubtCode.LABEL)


@pytest.mark.parametrize("before", ["id ", "task ", "task id ", "created task "])
def test_id_after_the_word_task_is_a_task_id(before: str):
    assert one(f"2026-03-09 14:06:09 INFO {before}{B}").weight is Weight.TASK


def test_ids_of_other_objects_say_why_they_are_skipped():
    found = {one.remote_id: one for one in search(LOG)}
    assert (found[B].weight, found[B].doubt) == (Weight.ELSE, Doubt(DoubtCode.LABEL, "request"))
    assert (found[C].weight, found[C].doubt) == (Weight.ELSE, Doubt(DoubtCode.LINK))
    assert found[V1].doubt == Doubt(DoubtCode.VERSION, "1")
    assert [one.weight is not Weight.NO_ID for one in found.values()] == [True, True, False, True]


@pytest.mark.parametrize(
    ("line", "weight"),
    [
        (f"task_id={A}", Weight.TASK),
        (f"taskId: {A},", Weight.TASK),
        (f'{{"id": "{A}", "status": "PENDING"}}', Weight.TASK),
        (f"Task created: {A}", Weight.PLAIN),
        (f"DELETE /v1/tasks/{A} 204", Weight.TASK),
        (f"https://app.example.com/view?taskId={A}", Weight.TASK),
        (f"ids = ['{A}']", Weight.TASK),
        (f"{A}", Weight.PLAIN),
        (f"waiting for {A}...", Weight.PLAIN),
        (f"organizationId: '{A}'", Weight.ELSE),
        (f"org={A}", Weight.ELSE),
        (f"x-request-id: {A}", Weight.ELSE),
        (f"runway://{A}", Weight.ELSE),
        (f"wrote /data/out/{A}.mp4", Weight.ELSE),
        (f"wrote {A}.mp4", Weight.ELSE),
        (f"cd /data/{A}/frames", Weight.ELSE),
        (f"POST https://api.dev.runwayml.com/v1/workflow_invocations/{A}", Weight.ELSE),
    ],
)  # fmt: skip
def test_context_words_decide_about_an_id(line, weight):
    assert one(line).weight is weight


def test_best_evidence_for_an_id_wins_wherever_it_stands():
    text = f"https://cdn.example.com/{A}/fox.mp4\nlater: task {A} prompt: a fox"
    found = one(text)
    assert (found.weight, found.doubt, found.line, found.known.prompt) == (Weight.TASK, None, 1, "a fox")


@pytest.mark.parametrize("text", [f"0{A}", f"{A}0", f"{A}-0001", f"{A[:-1]}", "no id at all", ""])
def test_part_of_a_longer_hexadecimal_word_is_no_id(text):
    assert search(text) == []


def test_upper_case_id_equals_its_lower_case_form():
    assert [found.remote_id for found in search(f"{A.upper()}\n{A}")] == [A]


def test_json_id_is_classified_by_its_object():
    document = {
        "runs": [
            {
                "task": {"id": A, "createdAt": "2026-03-09T14:05:59Z"},
                "request": {"promptText": "A fox"},
                "model": "gen4.5",
            },
            {"id": B, "prompt": "A gull", "output": ["out/gull.mp4"], "organizationId": C},
        ]
    }
    found = {one.remote_id: one for one in search(json.dumps(document, indent=2))}
    assert (found[A].weight, found[A].known.prompt, found[A].known.model) == (Weight.TASK, "A fox", "gen4.5")
    assert (found[B].known.prompt, found[B].known.file) == ("A gull", "gull.mp4")
    assert found[C].weight is Weight.ELSE


def test_json_lines_are_searched_line_by_line(tmp_path):
    path = tmp_path / "tasks.jsonl"
    lines = [{"id": A, "prompt": 'A "red" fox', "model": "gen4_turbo"}, {"taskId": B}]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    first, second = search_file(path)
    assert first.known == Known(prompt='A "red" fox', model="gen4_turbo")
    assert (second.remote_id, second.line) == (B, 2)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_table_ids_are_classified_by_column(tmp_path, delimiter):
    path = tmp_path / "runs.csv"
    rows = [
        ["Date", "Prompt", "Model", "Task ID", "File", "Organization ID"],
        ["2026-03-09 14:05", '"A fox, in snow"', "gen4.5", A, "out/fox.mp4", C],
        ["", "A gull", "nobody knows this", B, "", C],
    ]
    path.write_text("\n".join(delimiter.join(row) for row in rows), encoding="utf-8-sig")
    found = {one.remote_id: one for one in search_file(path)}
    assert found[A].known == Known(prompt="A fox, in snow", model="gen4.5", time="2026-03-09 14:05", file="fox.mp4")
    assert (found[A].line, found[A].weight) == (2, Weight.TASK)
    assert found[B].known == Known(prompt="A gull")
    assert found[C].weight is Weight.ELSE


def test_frequent_separator_in_text_does_not_split_cells(tmp_path):
    path = tmp_path / "runs.csv"
    lines = ["Zeit;Was, wann, und wo;Nummer", f"12,5;ein Fuchs, im Schnee;{A}", f"13,5;eine Möwe;{B}"]
    path.write_bytes("\r\n".join(lines).encode("cp1252"))
    assert [(one.remote_id, one.line) for one in search_file(path)] == [(A, 2), (B, 3)]
    words = "\n".join(lines)
    assert delimiter_of(words, WORDS.column) == (";", 0)


def test_table_names_its_own_separator(tmp_path):
    path = tmp_path / "runs.csv"
    path.write_bytes(f"sep=|\r\nPrompt|Task ID\r\nA fox, in snow; at night|{A}\r\n".encode("utf-8-sig"))
    [found] = search_file(path)
    assert found.known.prompt == "A fox, in snow; at night"


def test_prompt_in_a_legacy_spreadsheet_encoding_is_decoded(tmp_path):
    path = tmp_path / "runs.csv"
    path.write_bytes(f"Prompt;Task ID\r\nFüchse für €5;{A}\r\n".encode("cp1252"))
    assert search_file(path)[0].known.prompt == "Füchse für €5"


def test_oversized_cell_hides_no_later_id_and_changes_no_global_limit(tmp_path):
    limit = csv.field_size_limit()
    path = tmp_path / "jobs.csv"
    path.write_text(f'note,task_id\n"{"x" * (limit + 1)}",\nafterwards,{B}\n', encoding="utf-8")
    assert [found.remote_id for found in search_file(path)] == [B]
    assert csv.field_size_limit() == limit


def test_table_without_a_known_header_is_searched(tmp_path):
    path = tmp_path / "runs.csv"
    path.write_text(f"alpha,beta\n1,{A}\n2,see {B} and {C}\n", encoding="utf-8")
    assert [one.remote_id for one in search_file(path)] == [A, B, C]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_file_of_any_encoding_is_searched(tmp_path, encoding):
    path = tmp_path / "run.log"
    path.write_bytes(f"Füchse: task {A}\r\nnext {B}\r\n".encode(encoding))
    assert [(one.remote_id, one.line) for one in search_file(path)] == [(A, 1), (B, 2)]


def test_binary_or_oversized_file_gets_a_sentence(tmp_path, monkeypatch):
    path = tmp_path / "film.log"
    path.write_bytes(b"\x00\x01\x02" * 100)
    with pytest.raises(FileUnreadable, match=r"“film.log” is not a text file."):
        search_file(path)
    assert id_search.LARGEST == 20 * 1024 * 1024
    monkeypatch.setattr(id_search, "LARGEST", 10)
    with pytest.raises(FileUnreadable, match="Split it"):
        search_file(path)


def test_too_many_ids_end_the_search(monkeypatch):
    monkeypatch.setattr(id_search, "MOST_IDS", 3)
    found = IdSearch.in_text("\n".join(str(uuid.uuid4()) for _ in range(9)), WORDS)
    assert (len(found.found), found.is_full) == (3, True)


@pytest.mark.parametrize("shift", [0, 1, 18, 35, 36])
def test_ids_in_an_endless_line_are_found_once_even_across_blocks(shift: int):
    ids = [str(uuid.uuid4()) for _ in range(4)]
    text = " " * (BLOCK - shift)
    for word in ids:
        text += f"{word}{' ' * (BLOCK - len(word))}"
    assert [(one.remote_id, one.line) for one in search(text)] == [(word, 1) for word in ids]


@settings(max_examples=60)
@given(st.lists(st.tuples(st.uuids(version=4), st.text(' ab-1\n":{[', max_size=30)), max_size=8))
def test_id_search_loses_and_invents_no_id(parts):
    text = "".join(f"{filling} {word} " for word, filling in parts)
    assert {one.remote_id for one in search(text)} == {str(word) for word, _ in parts}


def test_id_in_a_very_long_line_has_the_context_up_to_neighboring_ids():
    far = "x" * LONG_LINE
    text = f'{far} model=gen4.5 prompt="A fox" id={A}, prompt="A crow" id={B} {far}'
    assert [one.known for one in search(text)] == [Known(prompt="A fox", model="gen4.5"), Known(prompt="A crow")]


@pytest.mark.parametrize("line_end", ["", "\n"])
def test_text_with_many_ids_is_read_at_most_twice(monkeypatch, line_end: str):
    read = []
    known = LineReader.known
    monkeypatch.setattr(LineReader, "known", lambda reader, line: read.append(len(line)) or known(reader, line))
    text = f"{A} {B} " * 20 + line_end
    search(text * 50)
    assert sum(read) <= 2 * len(text * 50) + len(read) * len(A)


def test_json_object_is_read_once_for_all_its_ids(monkeypatch):
    asked = []
    column = Vocabulary.column
    monkeypatch.setattr(Vocabulary, "column", lambda words, title: asked.append(title) or column(words, title))
    assert len(search(json.dumps({f"task {number}": str(uuid.uuid4()) for number in range(100)}))) == 100
    assert len(asked) == 100
