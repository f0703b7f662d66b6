"""Dropped or pasted data becomes requests, inputs, ids or findings. Nothing is lost."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from runway_desktop.catalog import Catalog
from runway_desktop.catalog.resource_path import resource
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Output, Request, Task, TaskId
from runway_desktop.services.intake.gathered import Gathered
from runway_desktop.services.intake.intake import Intake
from runway_desktop.services.intake.parts import MOST_DRAFTS
from runway_desktop.services.intake.reading import Dropped
from runway_desktop.services.results import embedding, sidecar
from tests.rigs.engine_rig import AtOnce
from tests.rigs.running import run_test
from tests.unit.services.intake.findings import all_findings

CATALOG = Catalog.load()
ID = "0f8fad5b-d9cb-469f-a165-70867728950e"
OTHER_ID = "17f20503-6c24-4c16-946b-35dbbce2af2f"
VERSION_1 = "0f8fad5b-d9cb-169f-a165-70867728950e"


async def gather(*paths: Path, **more: Any) -> Gathered:
    prefer = more.pop("prefer", None)
    dropped = Dropped(paths=paths, urls=tuple(more.pop("urls", ())), **more)
    return await Intake(CATALOG, AtOnce()).gather(dropped, prefer=prefer)


def prompts(found: Gathered) -> list[str]:
    return [draft.values.get("promptText", "") for draft in found.drafts]


def sentences(found: Gathered) -> list[str]:
    return [finding.message for finding in all_findings(found)]


@pytest.fixture
def write(tmp_path):
    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def fox(tmp_path):
    path = tmp_path / "fox.png"
    Image.new("RGB", (640, 480)).save(path)
    return path


# Lists of prompts.


async def test_text_file_gives_one_prompt_per_line(write):
    found = await gather(write("foxes.txt", "a red fox\r\n\r\n  a white fox  \na gray fox"))
    assert prompts(found) == ["a red fox", "a white fox", "a gray fox"]
    assert [draft.row for draft in found.drafts] == [1, 3, 4]
    assert {draft.source for draft in found.drafts} == {"foxes.txt"}
    assert (found.name, all_findings(found)) == ("foxes", ())


async def test_text_file_of_paragraphs_gives_one_prompt_per_paragraph(write):
    found = await gather(write("scenes.txt", "A fox wakes.\nIt yawns.\n\n\nNight.\nStars.\n\nThe end of it.\nReally."))
    assert prompts(found) == ["A fox wakes.\nIt yawns.", "Night.\nStars.", "The end of it.\nReally."]
    assert [draft.row for draft in found.drafts] == [1, 5, 8]


async def test_single_block_of_lines_gives_one_prompt_per_line(write):
    assert prompts(await gather(write("x.txt", "one\ntwo\nthree\n\n"))) == ["one", "two", "three"]


async def test_ids_and_links_among_lines_are_recognized(write):
    found = await gather(
        write(
            "mixed.txt", f"a fox\n{ID}\nhttps://x.example.com/a.mp4\nsee https://x.example.com for more\n{ID.upper()}"
        )
    )
    assert prompts(found) == ["a fox", "see https://x.example.com for more"]
    assert found.remote_ids == (ID,)
    assert [(asset.uri, asset.media) for asset in found.assets] == [("https://x.example.com/a.mp4", Media.VIDEO)]


@pytest.mark.parametrize("text", ["{}, {}", "{}\n{}", '["{}", "{}"]', "'{}';{}"])
async def test_pasted_ids_are_recognized_with_any_separator(text):
    found = await gather(text=text.format(ID, OTHER_ID))
    assert found.remote_ids == (ID, OTHER_ID)
    assert not found.drafts


async def test_id_of_another_uuid_version_gets_a_finding_and_the_others_are_kept():
    found = await gather(text=f"{VERSION_1}\n{ID}")
    assert found.remote_ids == (ID,)
    why = "those are version 4 UUIDs, this is version 1."
    assert sentences(found) == [f"clipboard, line 1, id: “{VERSION_1}” is not a task ID of Runway: {why}"]


async def test_pasted_text_becomes_prompts():
    found = await gather(text="a fox\na cat")
    assert prompts(found) == ["a fox", "a cat"]
    assert found.name == ""


async def test_prompt_that_starts_with_a_brace_is_a_prompt():
    assert prompts(await gather(text="{red|white} fox in the snow")) == ["{red|white} fox in the snow"]


async def test_empty_input_gives_nothing():
    assert (await gather(text=" \n ")).is_empty


# Text of every sort.


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
async def test_text_in_every_common_encoding_is_read(write, encoding):
    content = "Füchse\n猫".encode(encoding)
    found = await gather(write("x.txt", b"\xff\xfe" + content if encoding == "utf-16-le" else content))
    assert prompts(found) == ["Füchse", "猫"]
    assert not all_findings(found)


async def test_text_that_is_not_utf_8_is_read_with_a_finding(write):
    found = await gather(write("old.txt", "Füchse".encode("cp1252")))
    assert prompts(found) == ["Füchse"]
    assert sentences(found)[0].startswith("“old.txt” is not in UTF-8.")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("none.txt", b"", "“none.txt” is empty."),
        ("blank.txt", b" \n\t\n", "“blank.txt” is empty."),
        ("bin.txt", bytes(range(256)) * 20, "“bin.txt” is not a text file."),
        ("half.txt", b"\xff\xfex", "“half.txt” is damaged"),
        ("empty.csv", b"", "“empty.csv” is empty."),
        ("pic.png", b"hello", "“pic.png” does not contain PNG"),
        ("clip.mp4", b"hello", "“clip.mp4” does not contain MP4"),
        ("song.mp3", b"hello", "“song.mp3” does not contain MP3"),
        ("paper.docx", b"PK\x03\x04word", "“paper.docx” is in ZIP format."),
        ("page.html", b"<html>", "“page.html” cannot be used here."),
        ("broken.json", b'{"prompt": "x"', "“broken.json” is not valid JSON (line 1"),
        ("nan.json", b'[{"prompt": "x", "seed": NaN}]', "“nan.json” is not valid JSON (NaN"),
        ("deep.json", b"[" * 100_000, "“deep.json” is not"),
    ],
)
async def test_unusable_file_gets_a_finding_and_the_rest_is_kept(write, name, content, said):
    found = await gather(write(name, content), write("good.txt", "a fox"))
    assert prompts(found) == ["a fox"]
    assert len(found.findings) == 1
    assert found.findings[0].source == name
    assert found.findings[0].message.startswith(said)


async def test_text_file_of_fifty_megabytes_is_not_read(write, monkeypatch):
    path = write("huge.txt", b"")
    with path.open("wb") as file:
        file.write(b"a fox\n")
        file.truncate(50 * 1024 * 1024)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("It was read"))
    assert sentences(await gather(path)) == ["“huge.txt” is too large (52 MB). A list of prompts may have up to 20 MB."]


async def test_prompts_beyond_the_limit_are_cut_with_a_finding(write):
    found = await gather(write("many.txt", "fox\n" * (MOST_DRAFTS + 5)))
    assert len(found.drafts) == MOST_DRAFTS
    assert "Only the first 10,000 are used." in sentences(found)[0]


async def test_missing_file_gets_a_finding(tmp_path):
    assert sentences(await gather(tmp_path / "none.txt"))[0].startswith("There is no file")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Pipes with names are a thing of POSIX")
async def test_named_pipe_does_not_block_the_program(tmp_path, write):
    os.mkfifo(tmp_path / "pipe.png")
    table = write("x.csv", "prompt,model,image\na,gen4_turbo,pipe.png")
    assert sentences(await gather(tmp_path / "pipe.png")) == ["“pipe.png” is not an ordinary file."]
    assert sentences(await gather(table)) == ["x.csv, row 2, image: “pipe.png” is not an ordinary file."]


# Pictures, clips, sounds, links.


async def test_picture_becomes_an_input_with_its_facts(fox):
    found = await gather(fox)
    [asset] = found.assets
    assert (asset.uri, asset.path, asset.media) == (fox.as_uri(), fox, Media.IMAGE)
    assert asset.facts is not None
    assert (asset.facts.width, asset.facts.height) == (640, 480)
    assert not asset.findings


async def test_media_are_recognized_by_content(tmp_path):
    for name, kind in (("forest-4x3-5s.mp4", Media.VIDEO), ("effect-4s.mp3", Media.AUDIO)):
        path = tmp_path / f"{name}.txt"
        path.write_bytes((resource("samples") / name).read_bytes())
        assert (await gather(path)).assets[0].media is kind


async def test_gif_and_oversized_file_say_why_no_model_accepts_them(tmp_path, fox):
    gif = tmp_path / "x.gif"
    Image.new("RGB", (64, 48)).save(gif)
    large = tmp_path / "large.png"
    large.write_bytes(fox.read_bytes())
    with large.open("r+b") as file:
        file.truncate(201 * 1024 * 1024)
    found = await gather(gif, large)
    assert [asset.findings[0].message for asset in found.assets] == [
        "x.gif: Runway doesn't accept GIF files, only JPEG, PNG and WebP.",
        "large.png: The file is 201.0 MB. Runway accepts up to 200 MB.",
    ]


async def test_damaged_picture_gets_a_finding(write):
    [asset] = (await gather(write("x.png", b"\x89PNG\r\n\x1a\n" + b"x" * 50))).assets
    assert "seems to be damaged" in asset.findings[0].message


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("http://x.example.com/a.png", "begins with http://"),
        ("https://192.168.0.1/a.png", "uses the address 192.168.0.1"),
        ("https://[::1]/a.png", "uses the address"),
        ("https://x.example.com/" + "a" * 2_100, "characters long"),
        ("ftp://x.example.com/a.png", "not ftp://"),
        ("javascript:alert(1)", "is not an https:// link"),
    ],
)
async def test_link_that_runway_would_refuse_gets_a_finding(link, said):
    found = await gather(urls=[link, "https://x.example.com/good.png"])
    assert [asset.uri for asset in found.assets] == ["https://x.example.com/good.png"]
    assert len(all_findings(found)) == 1
    assert said in all_findings(found)[0].message


async def test_file_url_of_a_local_file_is_that_file(tmp_path):
    path = tmp_path / "a b ü%.png"
    Image.new("RGB", (10, 10)).save(path)
    assert (await gather(urls=[path.as_uri()])).assets[0].path == path
    assert (await gather(text=path.as_uri())).assets[0].path == path


# Folders.


async def test_folder_gives_its_files_in_natural_order(tmp_path, fox):
    folder = tmp_path / "shots"
    (folder / "deeper").mkdir(parents=True)
    for name in ("10.png", "2.png", "1.png", ".hidden.png", "3.png.part"):
        (folder / name).write_bytes(fox.read_bytes())
    (folder / "2.png.json").write_text("{}")
    (folder / "deeper" / "x.png").write_bytes(fox.read_bytes())
    found = await gather(folder)
    assert [asset.path.name for asset in found.assets if asset.path] == ["1.png", "2.png", "10.png"]
    assert sentences(found) == ["shots: The folder inside it was left out. Drop it by itself."]
    assert found.name == "shots"


async def test_empty_folder_gets_a_finding(tmp_path):
    (tmp_path / "none").mkdir()
    assert sentences(await gather(tmp_path / "none")) == ["none: There is no file in this folder."]


# JSON.


async def test_json_lines_may_be_requests_prompts_or_ids(write, fox):
    lines = [
        {"prompt": "one", "model": "gen4.5", "duration": 5, "ratio": "1280:720", "seed": "7", "image": fox.name},
        "two",
        {"endpoint": "text_to_image", "values": {"promptText": "three", "ratio": "1920:1080"}, "project": "P"},
        {"id": ID, "status": "SUCCEEDED"},
    ]
    found = await gather(write("x.jsonl", "\n".join(json.dumps(line) for line in lines)))
    assert prompts(found) == ["one", "two", "three"]
    first, _, third = found.drafts
    assert (first.endpoint, first.model) == ("image_to_video", "gen4.5")
    assert first.values == {
        "promptText": "one", "duration": 5, "ratio": "1280:720", "seed": 7, "promptImage": fox.as_uri(),
    }  # fmt: skip
    assert (third.endpoint, third.project, third.row) == ("text_to_image", "P", 3)
    assert found.remote_ids == (ID,)
    assert not all_findings(found)


async def test_input_of_a_json_request_is_found_beside_the_file_with_its_position(write, fox):
    inputs = [{"uri": fox.name, "position": "first"}, {"uri": "none.png", "position": "last"}]
    item = {"prompt": "x", "model": "gen4.5", "promptImage": inputs}
    found = await gather(write("x.json", json.dumps([item])))
    assert found.drafts[0].values["promptImage"][0] == {"uri": fox.as_uri(), "position": "first"}
    assert len(all_findings(found)) == 1
    assert "There is no file" in sentences(found)[0]


async def test_broken_json_line_gets_a_finding_and_the_others_are_kept(write):
    found = await gather(write("x.jsonl", '{"prompt": "one"}\n{"prompt": \n42\n{"colar": "red"}\n\n{"prompt": "two"}'))
    assert prompts(found) == ["one", "two"]
    assert sentences(found) == [
        "x.jsonl, line 2: This is not valid JSON.",
        "x.jsonl, line 3: This is neither a prompt nor a request.",
        "x.jsonl, line 4: It contains neither a prompt nor a setting.",
    ]


@pytest.mark.parametrize("wrapped", [["a", "b"], {"prompts": ["a", "b"]}, [{"prompt": "a"}, {"text": "b"}]])
async def test_json_list_of_prompts_is_recognized_in_each_of_its_forms(write, wrapped):
    assert prompts(await gather(write("x.json", json.dumps(wrapped)))) == ["a", "b"]


async def test_json_lines_in_a_json_file_are_read(write):
    assert prompts(await gather(write("x.json", '{"prompt": "a"}\n{"prompt": "b"}'))) == ["a", "b"]


async def test_lone_surrogate_and_null_in_json_do_not_reach_the_request(write):
    [draft] = (await gather(write("x.json", '[{"prompt": "a\\ud800b\\u0000"}]'))).drafts
    draft.values["promptText"].encode("utf-8")
    assert "\x00" not in draft.values["promptText"]


async def test_unknown_json_member_gets_a_finding_and_the_rest_is_kept(write):
    found = await gather(write("x.json", '[{"prompt": "a", "colar": "red"}]'))
    assert prompts(found) == ["a"]
    assert sentences(found) == ["x.json, item 1, colar: “colar” is unknown and was left out."]


# Sidecars.

REQUEST = Request(
    endpoint="image_to_video", model="gen4.5", prompt="fox",
    values={"promptText": "fox", "duration": 5, "promptImage": "file:///nowhere/fox.png"},
)  # fmt: skip


def sidecar_text(request: Request = REQUEST) -> str:
    task = Task(id=TaskId("t1"), request=request, created_at=1.0, project="Forest")
    return json.dumps(sidecar.compose(task, Output(task_id=task.id, index=0, url="", url_fetched_at=0.0), []))


async def test_sidecar_restores_its_request_and_names_missing_inputs(write):
    found = await gather(write("fox.mp4.json", sidecar_text()))
    assert found.restored == REQUEST
    assert not found.drafts
    assert sentences(found) == ["fox.mp4.json: There is no file “/nowhere/fox.png”. Choose the input again."]


async def test_several_sidecars_give_several_requests(write):
    found = await gather(write("a.mp4.json", sidecar_text()), write("b.mp4.json", sidecar_text()))
    assert found.restored is None
    assert [(draft.endpoint, draft.model, draft.project, draft.source) for draft in found.drafts] == [
        ("image_to_video", "gen4.5", "Forest", "a.mp4.json"), ("image_to_video", "gen4.5", "Forest", "b.mp4.json"),
    ]  # fmt: skip


async def test_pasted_sidecar_restores_its_request():
    assert (await gather(text=sidecar_text())).restored == REQUEST


# Whatever comes.


@settings(max_examples=60, deadline=None)
@given(
    content=st.binary(max_size=400),
    name=st.sampled_from(["x.txt", "x.csv", "x.tsv", "x.jsonl", "x.json", "x.png", "x"]),
)
def test_intake_never_raises_for_any_file(tmp_path_factory, content, name):
    path = tmp_path_factory.mktemp("any") / name
    path.write_bytes(content)
    found: list[Gathered] = []

    async def take() -> None:
        found.append(await gather(path))

    run_test(take)
    assert not found[0].is_empty, "something is said or taken"


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=300), url=st.text(max_size=60))
def test_intake_never_raises_for_any_text(text, url):
    found: list[Gathered] = []

    async def take() -> None:
        found.append(await gather(text=text))
        found.append(await gather(urls=[url]))

    run_test(take)
    assert len(found) == 2


async def test_inputs_of_a_dropped_result_are_found_beside_it_or_by_its_sidecar(tmp_path):
    path, picture = tmp_path / "out" / "clip.mp4", tmp_path / "inputs" / "fox.png"
    for folder in (path.parent, picture.parent):
        folder.mkdir()
    shutil.copyfile(resource("samples", "sand-1x1-5s.mp4"), path)
    picture.write_bytes(b"a fox")
    values = {"promptImage": picture.as_uri()}
    request = {"endpoint": "image_to_video", "model": "gen4.5", "prompt": "Fox", "values": values}
    document = {
        "schema": "runway-desktop.result", "schema_version": 2, "request": request, "task": {},
        "inputs": [{"place": ["promptImage"], "path": str(picture), "sha256": hashlib.sha256(b"a fox").hexdigest()}],
        "output": {"file": "clip.mp4"},
    }  # fmt: skip
    embedding.embed(path, embedding.note_of(document))

    async def restored() -> Any:
        return (await gather(path)).assets[0].made_by.values["promptImage"]

    assert await restored() == "file:///fox.png", "a name, and nothing of that name here"
    shutil.copyfile(picture, path.parent / "fox.png")
    assert await restored() == (path.parent / "fox.png").as_uri()
    (path.parent / "fox.png").write_bytes(b"another fox")
    assert await restored() == "file:///fox.png"
    sidecar.write(path, document)
    assert await restored() == picture.as_uri(), "in the person's own library its sidecar knows"


async def test_own_result_of_any_file_name_is_an_input_that_knows_its_request(tmp_path):
    path = tmp_path / "renamed years later.mp4"
    shutil.copyfile(resource("samples", "sand-1x1-5s.mp4"), path)
    values = {"promptText": "Fox", "seed": 7}
    request = {"endpoint": "text_to_video", "model": "gen4.5", "prompt": "Fox", "values": values}
    document = {"schema": "runway-desktop.result", "schema_version": 1, "request": request, "task": {}, "inputs": []}
    embedding.embed(path, embedding.note_of(document))
    gathered = await gather(path)
    assert gathered.assets[0].made_by is not None
    assert gathered.assets[0].made_by.values == {"promptText": "Fox", "seed": 7}
    assert gathered.restored is None
