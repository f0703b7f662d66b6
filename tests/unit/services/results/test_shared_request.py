"""What a result says of its request when it is handed on: nothing of this computer, and no door that is open. Files of
older versions that say more are found and cleaned."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.services.results.embedding.note import EmbeddedNote
from runway_desktop.services.results.sidecar import shared, with_files_beside

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


def old_note() -> EmbeddedNote:
    """As an older version wrote it."""
    return EmbeddedNote(title="A fox", comment="A fox", date="", document=DOCUMENT)


def test_shared_request_keeps_file_names_without_paths():
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
    assert shared(made) == made


@pytest.mark.parametrize(
    "odd", [{}, {"inputs": None}, {"inputs": [None, 3]}, {"request": 7}, {"request": {"values": 1}}]
)
def test_malformed_request_is_shared_unchanged(odd):
    assert shared(odd) == odd


@pytest.mark.parametrize(
    "text", ["https://[", "file://[x/y", "http:", "file:", "data:", "runway:", "file:///..", "C:\\x"]
)
def test_invalid_address_in_a_shared_request_does_not_raise(text):
    made = shared({"request": {"values": {"a": text}}})
    assert shared(made) == made
    with_files_beside(made, Path("/tmp"))


def test_input_beside_a_shared_file_is_found_by_name_and_content(tmp_path: Path):
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
