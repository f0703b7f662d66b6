"""What a result says of its request when it is handed on: nothing of this computer, and no door that is open. Files of
older versions that say more are found and cleaned."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.events import OutputChanged
from runway_desktop.domain.folders import SPARE
from runway_desktop.domain.task import Output, OutputState, Request, State, Task, TaskId
from runway_desktop.services.results import embedding, sidecar
from runway_desktop.services.results.embedding.note import Note
from runway_desktop.services.results.request_cleaning import Cleaned, RequestCleaning
from runway_desktop.services.results.shared_request import is_shared, shared, with_files_beside
from runway_desktop.values import replace
from tests.programs import need_programs
from tests.unit.services.results.test_downloads import Bench
from tests.unit.services.results.test_embedding import KINDS, make, streams_of

SIGNED = "https://cdn.example.com/u/7/fox.png?X-Amz-Signature=abc&x=1#top"
VALUES = {
    "promptText": "as in https://out.example.com/a.mp4?_jwt=secret",
    "promptImage": [
        {"uri": "file:///home/ada/Client%20X/harbor%20at%20night.png", "position": "first"},
        {"uri": SIGNED, "position": "last"},
    ],
    "video": "runway://1f2e3d?token=t",
    "audio": {"uri": "data:audio/mpeg;base64,AAAA"},
    "other": ["file:///C:/Users/ada/fox.png", "https://ada:pw@host.example.com/x/y.mp4", "file://server/share/z.png"],
    "seed": 7,
}
DOCUMENT: dict[str, Any] = {
    "schema": "runway-desktop.result",
    "schema_version": 2,
    "request": {"endpoint": "image_to_video", "model": "gen4.5", "prompt": "A fox", "values": VALUES},
    "inputs": [
        {"place": ["promptImage", 0, "uri"], "path": "/home/ada/Client X/harbor at night.png", "sha256": "a"},
        {"place": ["promptImage", 1, "uri"], "path": "", "link": SIGNED, "sha256": ""},
        {"place": ["other", 0], "path": "C:\\Users\\ada\\fox.png", "sha256": ""},
    ],
    "task": {"id": "t1", "runway_id": "17f20503-6c24-4c16-946b-35dbbce2af2f"},
    "output": {"index": 0, "sha256": "before", "size": 1},
}  # fmt: skip
PRIVATE = ("ada", "Client", "Users", "secret", "abc", "/u/7", "token", "1f2e3d", "AAAA", "pw", "share", "server")


def old_note() -> Note:
    """As an older version wrote it."""
    return Note(title="A fox", comment="A fox", date="", document=DOCUMENT)


def test_names_are_left_and_nothing_that_leads_anywhere():
    made = shared(DOCUMENT)
    said = json.dumps(made)
    assert not [word for word in PRIVATE if word in said]
    values = made["request"]["values"]
    assert [item["uri"] for item in values["promptImage"]] == [
        "file:///harbor%20at%20night.png", "https://cdn.example.com/fox.png",
    ]  # fmt: skip
    assert [item["position"] for item in values["promptImage"]] == ["first", "last"]
    assert values["promptText"] == "as in https://out.example.com/a.mp4"
    assert values["audio"] == {"uri": "data:audio/mpeg"}
    assert values["other"] == ["file:///fox.png", "https://host.example.com/y.mp4", "file:///z.png"]
    assert values["seed"] == 7
    assert [item["path"] for item in made["inputs"]] == ["harbor at night.png", "", "fox.png"]
    assert is_shared(made)
    assert shared(made) == made
    assert not is_shared(DOCUMENT)


@pytest.mark.parametrize(
    "odd", [{}, {"inputs": None}, {"inputs": [None, 3]}, {"request": 7}, {"request": {"values": 1}}]
)
def test_what_is_no_request_is_left_as_it_is(odd):
    assert shared(odd) == odd
    assert is_shared(odd)


@pytest.mark.parametrize(
    "text", ["https://[", "file://[x/y", "http:", "file:", "data:", "runway:", "file:///..", "C:\\x"]
)
def test_an_address_that_is_none_is_no_crash(text):
    made = shared({"request": {"values": {"a": text}}})
    assert shared(made) == made
    with_files_beside(made, Path("/tmp"))


def test_an_input_beside_the_file_is_found_by_its_name_and_bytes(tmp_path: Path):
    own = tmp_path / "harbor at night.png"
    own.write_bytes(b"harbor")
    digest = hashlib.sha256(b"harbor").hexdigest()
    inputs = [{**DOCUMENT["inputs"][0], "sha256": digest}]

    def first(sha256: str) -> str:
        given = shared({**DOCUMENT, "inputs": [{**inputs[0], "sha256": sha256}]})
        found = with_files_beside(given, tmp_path)
        return str(found["request"]["values"]["promptImage"][0]["uri"])

    assert first(digest) == own.as_uri()
    assert first("") == own.as_uri()
    assert first("0" * 64) == "file:///harbor%20at%20night.png", "another picture of the same name"
    own.unlink()
    assert first(digest) == "file:///harbor%20at%20night.png"


class Shelf(Bench):
    """Saved results, and the cleaning of them."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        folder.mkdir()
        self.cleaning = RequestCleaning(self.store, self.bus, self.folder)

    async def put(self, ending: str, note: Note | None) -> Output:
        path = make(self.library, ending)
        if note is not None:
            embedding.embed(path, note)
        task = Task(
            id=TaskId(f"t{ending}"), request=Request(endpoint="image_to_video", model="gen4.5"), created_at=0.0,
            state=State.SUCCEEDED,
        )  # fmt: skip
        content = path.read_bytes()
        output = Output(
            task_id=task.id, index=0, url="", url_fetched_at=0.0, state=OutputState.SAVED, path=str(path),
            size=len(content), sha256=hashlib.sha256(content).hexdigest(), saved_at=0.0,
        )  # fmt: skip
        await self.store.add([task], [], None, [], [output])
        sidecar.write(path, sidecar.compose(task, output, []))
        return output


@pytest.mark.parametrize("ending", KINDS)
async def test_a_file_that_says_too_much_is_cleaned_and_its_media_stay_as_they_are(tmp_path: Path, ending: str):
    need_programs("ffmpeg")
    shelf = Shelf(tmp_path / "library")
    before = await shelf.put(ending, old_note())
    path = Path(before.path)
    assert b"ada" in path.read_bytes() or ending == "png", "packed in a PNG"
    streams = streams_of(path, ending)
    assert await shelf.cleaning.count() == 1
    done: list[int] = []
    assert await shelf.cleaning.clean(done.append) == Cleaned(cleaned=1)
    assert done == [1]
    document = embedding.read(path)
    assert document is not None
    assert is_shared(document)
    assert document["request"] == shared(DOCUMENT)["request"]
    assert not [word for word in PRIVATE if word.encode() in path.read_bytes() and word not in ("ada", "abc", "pw")]
    assert streams_of(path, ending) == streams
    after = (await shelf.store.outputs(before.task_id))[0]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert (after.sha256, after.size) == (digest, path.stat().st_size)
    assert replace(after, sha256=before.sha256, size=before.size) == before
    assert shelf.told(OutputChanged)[-1].output == after
    kept = json.loads(sidecar.path_for(path).read_bytes())
    assert kept["output"]["sha256"] == digest
    assert await shelf.cleaning.count() == 0
    assert sorted(file.name for file in path.parent.iterdir()) == sorted((path.name, f"{path.name}.json"))


async def test_files_that_say_nothing_private_are_not_touched(tmp_path: Path):
    shelf = Shelf(tmp_path / "library")
    kept = [await shelf.put("png", embedding.note_of(DOCUMENT)), await shelf.put("mp4", None)]
    Path((await shelf.put("mp3", old_note())).path).unlink()
    before = [Path(output.path).stat().st_mtime_ns for output in kept]
    assert await shelf.cleaning.count() == 0
    assert await shelf.cleaning.clean() == Cleaned()
    assert [Path(output.path).stat().st_mtime_ns for output in kept] == before


async def test_one_that_cannot_be_written_anew_is_told_of_and_stays_as_it_was(tmp_path: Path, monkeypatch):
    shelf = Shelf(tmp_path / "library")
    output = await shelf.put("png", old_note())
    content = Path(output.path).read_bytes()
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": SPARE}))
    assert await shelf.cleaning.clean() == Cleaned(failed=1)
    assert Path(output.path).read_bytes() == content
    assert (await shelf.store.outputs(output.task_id))[0] == output


async def test_one_that_was_changed_since_is_cleaned_and_still_known_as_changed(tmp_path: Path):
    shelf = Shelf(tmp_path / "library")
    output = await shelf.put("png", old_note())
    await shelf.store.save_output(replace(output, sha256="0" * 64))
    assert await shelf.cleaning.clean() == Cleaned(cleaned=1)
    assert await shelf.cleaning.count() == 0
    assert (await shelf.store.outputs(output.task_id))[0].sha256 == "0" * 64
