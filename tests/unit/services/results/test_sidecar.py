"""The JSON file next to each result, from which its request can be recreated."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Input, MemberId, Output, Request, State, Task, TaskId
from runway_desktop.domain.workflows.runs import Run
from runway_desktop.services.results import sidecar
from runway_desktop.values import replace
from tests.rigs.fake_runway import remote_id

REQUEST = Request(
    endpoint="image_to_video", model="gen4.5", prompt="Füchse 🦊",
    values={"promptText": "Füchse 🦊", "promptImage": "file:///home/me/fox.png", "duration": 5},
)  # fmt: skip
TASK = Task(
    id=TaskId("t1"), request=REQUEST, created_at=1_750_000_000.0, state=State.SUCCEEDED, remote_id=remote_id(1),
    sent_at=1_750_000_001.5, ended_at=1_750_000_060.0, project="Forest", title="Take 3", cost_credits=25.0,
)  # fmt: skip
OUTPUT = Output(
    task_id=TASK.id, index=1, url="https://secret.example.com/x?sig=1", url_fetched_at=0.0, path="/lib/fox.mp4",
    media=Media.VIDEO, size=10, sha256="ab", saved_at=1_750_000_070.0,
)  # fmt: skip
INPUTS = [
    Input(
        task_id=TASK.id,
        field_path=("promptImage",),
        uri="file:///home/me/fox.png",
        path="/home/me/fox.png",
        sha256="cd",
    )
]


def test_written_sidecar_can_be_read_again(tmp_path):
    result = tmp_path / "fox.mp4"
    members = tuple(map(MemberId, ("maya", "ben")))
    written = sidecar.write(result, sidecar.compose(replace(TASK, cast=members), OUTPUT, INPUTS, count=2))
    assert written.name == "fox.mp4.json"
    found = sidecar.read(json.loads(written.read_text(encoding="utf-8")))
    assert found is not None
    assert (found.request, found.cast) == (REQUEST, members)
    assert (found.project, found.title, found.remote_id, found.index) == ("Forest", "Take 3", TASK.remote_id, 1)
    assert found.inputs == ((("promptImage",), "/home/me/fox.png", "cd"),)
    assert sidecar.owner_of(written) == ("t1", 1)
    assert [path.name for path in tmp_path.iterdir()] == ["fox.mp4.json"]


@pytest.mark.parametrize("prompt", ["A fox", '狐 🦊 \u2028 \x01 "quoted" \\ /', "half of a fox: \ud83e"])
def test_sidecar_is_json_with_one_line_per_member(tmp_path, prompt):
    document = {"request": {"prompt": prompt, "values": {"seed": 10**18, "scale": 1e16, "parts": [], "more": {}}}}
    written = sidecar.write(tmp_path / "fox.mp4", document).read_bytes()
    assert json.loads(written) == document
    assert written == (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "backslashreplace")


def test_signed_links_are_not_stored_in_sidecars():
    assert "secret.example.com" not in json.dumps(sidecar.compose(TASK, OUTPUT, INPUTS))


def test_sidecar_times_are_readable_with_time_zone():
    times = sidecar.compose(TASK, OUTPUT, INPUTS)["times"]
    assert times["sent"] == "2025-06-15T15:06:41.500+00:00"
    assert times["running_since"] is None


@pytest.mark.parametrize(
    "document",
    [
        None, [], "x", 3, {}, {"schema": "other"}, {"schema": sidecar.SCHEMA},
        {"schema": sidecar.SCHEMA, "request": []},
        {"schema": sidecar.SCHEMA, "request": {"endpoint": 1, "model": "x", "values": {}}},
    ],
)  # fmt: skip
def test_other_json_is_no_sidecar(document):
    assert sidecar.read(document) is None


def test_newer_or_damaged_sidecar_is_read_as_far_as_possible():
    found = sidecar.read(
        {
            "schema": sidecar.SCHEMA, "schema_version": 9, "task": [], "output": {"index": "x"}, "inputs": [1, {}],
            "request": {"endpoint": "e", "model": "m", "values": {"a": 1}},
        }
    )  # fmt: skip
    assert found is not None
    assert (found.request.values, found.index, found.inputs) == ({"a": 1}, 0, ())


def test_file_that_is_no_json_has_no_owner(tmp_path):
    path = tmp_path / "x.json"
    path.write_bytes(b"\xff\x00")
    assert sidecar.owner_of(path) is None
    assert sidecar.owner_of(tmp_path / "none.json") is None


def test_failed_sidecar_write_keeps_the_former_sidecar(tmp_path):
    result = tmp_path / "fox.mp4"
    sidecar.write(result, {"a": 1})
    (tmp_path / "fox.mp4.json.part").mkdir()
    with pytest.raises((IsADirectoryError, PermissionError)):
        sidecar.write(result, {"a": 2})
    assert json.loads(Path(tmp_path / "fox.mp4.json").read_text(encoding="utf-8")) == {"a": 1}


def test_cost_of_a_run_read_from_a_sidecar_is_not_asked_for():
    document = sidecar.compose(TASK, OUTPUT, INPUTS) | {"run": {"nodes": ["hero"], "cost_due": 9e12}}
    found = sidecar.read(document)
    assert found is not None
    assert found.run == Run(nodes=("hero",))
