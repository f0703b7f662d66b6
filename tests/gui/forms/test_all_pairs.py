"""Every pair of endpoint and model through the window's own form: what was clicked, typed and dropped becomes a request
that the official SDK's types accept and the simulator runs to its end."""

from __future__ import annotations

import importlib
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import httpx
import pydantic
import pytest
import typing_extensions as te
from PIL import Image

from runway_desktop.catalog import Catalog, Pair
from runway_desktop.catalog.resource_path import resource
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Task
from runway_desktop.simulator.app import API_VERSION, issues_of
from runway_desktop.simulator.child import DEMO_SECRET, SimulatorProcess
from tests.rigs.desktop import Desktop, until
from tests.rigs.samples import IS_WHOLE
from tests.rigs.samples_of_requests import fullest
from tests.rigs.sdk_types import _bare, _strict

from .hands import Hands

CATALOG = Catalog.load()
PAIRS = {f"{pair.endpoint}-{pair.model}": pair for pair in CATALOG.pairs()}
WITH_FORMS = {
    name: pair
    for name, pair in PAIRS.items()
    if any(len(field.variants) > 1 or len(field.media) > 1 or field.sums_to for field in pair.fields)
}


def covering() -> list[str]:
    """Names of pairs in which each endpoint and each field of each kind comes up; in a whole run, of all pairs."""
    seen: set[object] = set()
    names = []
    for name, pair in sorted(PAIRS.items(), key=lambda item: -len(item[1].fields)):
        new = {pair.endpoint, *((field.name, field.kind) for field in pair.fields)} - seen
        if IS_WHOLE or new:
            names.append(name)
        seen |= new
    return names


SAMPLES = ("night-16x9-4s.mp4", "effect-4s.mp3")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Media, Path]:
    folder = tmp_path_factory.mktemp("dropped")
    Image.new("RGB", (1280, 720), "#335577").save(folder / "harbour.jpg", quality=40)
    clip, sound = (Path(shutil.copy(resource("samples", name), folder)) for name in SAMPLES)
    return {Media.IMAGE: folder / "harbour.jpg", Media.VIDEO: clip, Media.AUDIO: sound}


@pytest.fixture(scope="module")
def simulator() -> Iterator[httpx.Client]:
    arguments = ["--speed", "100000", "--seed", "7", "--concurrency", "50"]
    child = SimulatorProcess.start(arguments)
    headers = {"Authorization": f"Bearer {DEMO_SECRET}", "X-Runway-Version": API_VERSION}
    try:
        with httpx.Client(base_url=child.base_url, headers=headers, timeout=20) as client:
            yield client
    finally:
        child.stop()


@pytest.mark.parametrize("name", covering())
async def test_request_filled_by_hand_is_accepted_and_completed(name, tmp_path, theme, files, simulator, qtbot):
    await assert_filled_in_and_run(PAIRS[name], fullest(PAIRS[name]), tmp_path, theme, files, simulator)


@pytest.mark.parametrize("name", WITH_FORMS)
async def test_alternative_forms_of_a_request_are_accepted(name, tmp_path, theme, files, simulator, qtbot):
    await assert_filled_in_and_run(PAIRS[name], fullest(PAIRS[name], 1), tmp_path, theme, files, simulator)


async def test_draft_video_is_finished_by_its_id_alone(tmp_path, theme, files, simulator, qtbot):
    pair = PAIRS["text_to_video-seedance2_5"]
    """What the model before it left in the form is taken out first, as the field says."""
    nothing = dict.fromkeys(("ratio", "duration"))
    values = {"draftTaskId": "17f20503-6c24-4c16-946b-35dbbce2af2f", **nothing}
    await assert_filled_in_and_run(pair, values, tmp_path, theme, files, simulator)


async def assert_filled_in_and_run(
    pair: Pair,
    values: Mapping[str, Any],
    folder: Path,
    theme: Any,
    files: Mapping[Media, Path],
    simulator: httpx.Client,
) -> None:
    async with Desktop(folder, theme) as desktop:
        desktop.window.resize(1440, 900)
        hands = Hands(desktop, files)
        hands.choose(pair)
        assert desktop.composer.pair is desktop.engine.catalog.pair(pair.endpoint, pair.model)
        await hands.fill(pair, values)
        await hands.send()
        await until(lambda: desktop.store.tasks, f"It is sent. Wrong: {desktop.composer.findings()}")
        (task,) = desktop.store.tasks.values()
        assert alike(task.request.values) == alike(values)
        body = json.loads(json.dumps(await desktop.parts.inputs.prepare(task, desktop.parts.runway.key)))
    accepted_by_the_sdk(pair, body)
    assert issues_of(CATALOG, pair.endpoint, body, lambda _: True) == ()
    run(simulator, task, body)


def accepted_by_the_sdk(pair: Pair, body: Mapping[str, Any]) -> None:
    """The SDK's own type of this pair, made strict, takes the body as it is."""
    # The SDK calls one of its endpoints in the plural, and its parameters in the singular.
    name = "avatar_video" if pair.endpoint == "avatar_videos" else pair.endpoint
    if "model" in pair.fixed:
        module = importlib.import_module(f"runwayml.types.{name}_create_params")
        (type_,) = {
            found
            for found in vars(module).values()
            if te.is_typeddict(found) and get_args(_bare(te.get_type_hints(found).get("model", int))) == (pair.model,)
        }
    else:
        module = importlib.import_module(f"runwayml.types.recipe_{name}_params")
        type_ = getattr(module, f"Recipe{name.title().replace('_', '')}Params")
    pydantic.TypeAdapter(_strict(type_)).validate_json(json.dumps(body))


def run(simulator: httpx.Client, task: Task, body: Mapping[str, Any]) -> None:
    created = simulator.post(f"/v1/{CATALOG.address(task.request.endpoint, task.request.model)}", json=body)
    assert created.status_code == 200, created.text
    for _ in range(50):
        answer = simulator.get(f"/v1/tasks/{created.json()['id']}").json()
        if answer["status"] not in ("PENDING", "RUNNING", "THROTTLED"):
            break
    assert answer["status"] == "SUCCEEDED", answer
    assert answer["output"]


def alike(value: Any) -> Any:
    """Values apart from which file or link stands there, and from the letters of colors."""
    if isinstance(value, Mapping):
        return {key: alike(inner) for key, inner in value.items() if inner not in (None, "", [], {})}
    if isinstance(value, list | tuple):
        return [alike(inner) for inner in value]
    if isinstance(value, str) and "://" in value:
        return "an input"
    return value.lower() if isinstance(value, str) and value.startswith("#") else value
