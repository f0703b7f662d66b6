"""The official SDK, unmodified, against the simulator: create, wait, and read every output, on every pair.

The SDK sleeps some six seconds before it first asks for a task, which one test lets it do; the simulator is so fast
that the first question finds each task done.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

import httpx
import pydantic
import pytest
from runwayml import AsyncRunwayML, AuthenticationError, BadRequestError, NotFoundError, RunwayML
from runwayml.lib import polling
from runwayml.lib.polling import TaskFailedError
from runwayml.types.generate.audio_create_response import AudioCreateResponse
from runwayml.types.generate.image_create_response import ImageCreateResponse
from runwayml.types.generate.video_create_response import VideoCreateResponse
from runwayml.types.router_list_requests_response import PipelineCapacity

from runway_desktop.catalog import Catalog, Pair
from runway_desktop.domain.media import Media
from runway_desktop.simulator.app import Simulator
from runway_desktop.simulator.child import DEMO_SECRET, SimulatorProcess
from runway_desktop.simulator.server import running_simulator
from runway_desktop.simulator.world import Knobs
from runway_desktop.values import replace
from tests.rigs.media_files import problem_of
from tests.rigs.samples_of_requests import smallest
from tests.rigs.sdk_types import method_of

CATALOG = Catalog.load()
FAST = Knobs(speed=1_000, seed=7, concurrency=None, daily_limit=None, balance=1_000_000)
KINDS = {Media.IMAGE: "image/", Media.VIDEO: "video/", Media.AUDIO: "audio/"}


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK asks for a task after a second."""
    monkeypatch.setattr(polling, "POLL_TIME", 1)
    monkeypatch.setattr(polling, "POLL_JITTER", 0)


@pytest.mark.usefixtures("soon")
async def test_sdk_creates_and_reads_results_of_every_endpoint_and_model() -> None:
    async with (
        running_simulator(FAST) as simulator,
        client_of(simulator) as sdk,
        httpx.AsyncClient(timeout=60) as anyone,
    ):

        async def complete(pair: Pair) -> str | None:
            created = await method_of(sdk, pair)(**arguments(pair))
            done = await created.wait_for_task_output()
            endpoint = CATALOG.endpoint(pair.endpoint)
            assert endpoint is not None
            if not done.output or done.cost.credits <= 0:
                return f"{pair.endpoint} {pair.model}: {done}"
            for link in done.output:
                answer = await anyone.get(link)
                kind = answer.headers["content-type"]
                problem = await asyncio.to_thread(problem_of, answer.content, kind)
                if problem or answer.status_code != 200 or not kind.startswith((KINDS[endpoint.makes], "application/")):
                    return f"{pair.endpoint} {pair.model}: {answer.status_code} {kind}: {problem}"
            return None

        answers = await asyncio.gather(*(complete(pair) for pair in CATALOG.pairs()))

    assert len(answers) == 106
    assert [answer for answer in answers if answer] == []
    assert not simulator.witness.misplaced_secrets
    assert set(simulator.witness.questions.values()) == {1}


@pytest.mark.long
def test_unmodified_sdk_works_with_the_simulator_process() -> None:
    child = SimulatorProcess.start(["--speed", "1000", "--seed", "7"])
    try:
        with RunwayML(api_key=DEMO_SECRET, base_url=child.base_url) as sdk:
            created = sdk.text_to_image.create(model="gen4_image", prompt_text="A lighthouse", ratio="1280:720")
            done = created.wait_for_task_output()
            organization = sdk.organization.retrieve()
            assert done.status == "SUCCEEDED"
            assert problem_of(httpx.get(done.output[0]).content, "image/png") is None
            assert organization.usage.models["gen4_image"].daily_generations == 1
    finally:
        child.stop()
    assert not child.is_running()


async def test_sdk_runs_a_workflow_and_reads_its_parts_as_they_are_made() -> None:
    async with running_simulator(Knobs(seed=7, cost_seconds=3_600)) as simulator, client_of(simulator) as sdk:
        turntable, plate = (await sdk.workflows.list()).data
        graph: Any = (await sdk.workflows.retrieve(turntable.versions[0].id)).graph
        nodes = {told["label"]: node["id"] for node in graph.nodes for told in node["nodeOutputs"].values()}
        with pytest.raises(BadRequestError) as refused:
            await sdk.workflows.run(turntable.versions[0].id)
        with pytest.raises(NotFoundError):
            await sdk.workflows.run("00000000-0000-4000-8000-000000000000")
        run = await sdk.workflows.run(
            turntable.versions[0].id,
            node_outputs={
                nodes["Product picture"]: {"image": {"type": "image", "uri": "https://example.org/watch.png"}},
                nodes["Spoken line"]: {"prompt": {"type": "primitive", "value": "Deep [fail:ASSET.INVALID]"}},
            },
        )
        answers: list[Any] = []
        while not answers or answers[-1].status != "SUCCEEDED":
            answers.append(await sdk.workflow_invocations.retrieve(run.id))
            simulator.clock.forward(1)
        simulator.clock.forward(3_600)
        paid: Any = await sdk.workflow_invocations.retrieve(run.id)
        with pytest.raises(NotFoundError):
            await sdk.tasks.retrieve(run.id)
        failing = await sdk.workflows.run(
            plate.versions[0].id,
            node_outputs={nodes["Prompt"]: {"prompt": {"type": "primitive", "value": "Rain [fail:INTERNAL]"}}},
        )
        simulator.clock.forward(100)
        failed: Any = await sdk.workflow_invocations.retrieve(failing.id)
        links = [link for found in paid.output.values() for link in found]
        async with httpx.AsyncClient(timeout=60) as anyone:
            kinds = [(await anyone.get(link)).headers["content-type"] for link in links]

    names = [(one.name, [version.version for version in one.versions]) for one in (turntable, plate)]
    assert names == [("Product turntable", [4, 3]), ("Plate to clip", [2])]
    assert path_of(refused.value) == ["nodeOutputs", nodes["Product picture"], "image"]
    assert answers[0].status == "PENDING"
    assert {len(answer.output) for answer in answers if answer.status == "RUNNING"} == {0, 1, 2}
    assert answers[-1].cost is None
    assert paid.cost.credits > 0
    assert kinds == ["image/png", "video/mp4", "video/mp4"]
    (error,) = paid.node_errors.values()
    assert (error.node_name, error.failure_code) == ("Voice", "ASSET.INVALID")
    assert (failed.status, failed.failure_code, failed.cost) == ("FAILED", "INTERNAL", None)


@pytest.mark.usefixtures("soon")
async def test_sdk_makes_video_image_and_audio_through_a_router_and_lists_its_requests() -> None:
    async with running_simulator(FAST) as simulator, client_of(simulator) as sdk:
        everyday, final_cut = [router async for router in sdk.routers.list(limit=1)]
        assert (everyday.slug, final_cut.settings.optimize_for) == ("everyday", "quality")
        assert (await sdk.routers.retrieve(everyday.id)).model_dump() == everyday.model_dump()
        made = [
            await sdk.generate.video.create(config_id="everyday", input={"prompt_text": "Rain", "duration": 5}),
            await sdk.generate.image.create(config_id="everyday", input={"prompt_text": "Rain", "output_count": 4}),
            await sdk.generate.audio.create(config_id="everyday", input={"prompt_text": "Rain", "type": "audio"}),
        ]
        done: list[Any] = [await task.wait_for_task_output() for task in made]
        requests = [entry async for entry in sdk.routers.list_requests(everyday.id, limit=2)]

    assert [len(task.output) for task in done] == [1, 4, 1]
    # What `create` returns does not declare `routing`, so the SDK's response types read it.
    responses = (VideoCreateResponse, ImageCreateResponse, AudioCreateResponse)
    chosen = [
        pydantic.TypeAdapter[Any](kind).validate_python(task.model_dump(by_alias=True)).routing
        for kind, task in zip(responses, made, strict=True)
    ]
    assert [(one.estimated_cost.credits, one.model) for one in chosen] == [
        (entry.estimated_credits, entry.model) for entry in reversed(requests)
    ]
    assert [one.resolved_settings.price_ceiling for one in chosen] == [120, 20, 60]
    assert [entry.task_id for entry in requests] == [task.id for task in reversed(made)]
    assert {entry.status for entry in requests} == {"routed"}


async def test_sdk_reads_why_a_router_made_nothing() -> None:
    slow = replace(FAST, speed=1.0, concurrency=1)
    async with running_simulator(slow) as simulator, client_of(simulator) as sdk:
        with pytest.raises(NotFoundError) as missing:
            await sdk.generate.video.create(config_id="gone", input={"prompt_text": "Rain"})
        with pytest.raises(BadRequestError) as too_dear:
            await sdk.generate.video.create(config_id="everyday", input={"prompt_text": "Rain", "duration": 59})
        with pytest.raises(BadRequestError) as refused:
            await sdk.generate.image.create(config_id="everyday", input={"prompt_text": "", "output_count": 11})
        for _ in range(2):
            await sdk.generate.image.create(config_id="everyday", input={"prompt_text": "Rain"})
        second, first, none = [
            entry async for entry in sdk.routers.list_requests(_id_of(simulator, "everyday"), limit=9)
        ]

    assert isinstance(missing.value.body, dict)
    assert missing.value.body["code"] == "router_config_not_found"
    assert isinstance(too_dear.value.body, dict)
    assert (too_dear.value.body["code"], too_dear.value.body["emptiedBy"]) == ("no_eligible_model", ["price"])
    assert [stage["filter"] for stage in too_dear.value.body["pipeline"]][-1] == "price"
    assert path_of(refused.value) == ["input", "promptText"]
    assert (none.status, none.task_id, none.emptied_by) == ("no_eligible_model", None, ["price"])
    # The cheapest model is busy with the first one.
    assert second.model != first.model
    assert [stage.skipped for stage in second.pipeline if isinstance(stage, PipelineCapacity)] == [[first.model]]


async def test_sdk_uploads_to_another_origin_and_uses_the_upload() -> None:
    async with running_simulator(FAST) as simulator, client_of(simulator) as sdk:
        upload = await sdk.uploads.create_ephemeral(file=("still.png", b"\x89PNG" + bytes(2_000)))
        await sdk.image_to_video.create(model="gen4_turbo", prompt_image=upload.uri, ratio="1280:720", duration=5)
        (arrived,) = simulator.witness.uploads

        assert arrived["uri"] == upload.uri
        assert (arrived["filename"], arrived["size"]) == ("still.png", 2_004)
        assert not simulator.witness.misplaced_secrets

        with pytest.raises(BadRequestError) as refused:
            await sdk.image_to_video.create(
                model="gen4_turbo", prompt_image="runway://never-uploaded-" + "x" * 20, ratio="1280:720", duration=5
            )
        assert path_of(refused.value) == ["promptImage"]


@pytest.mark.usefixtures("soon")
async def test_sdk_reads_refusals_failures_and_deletions() -> None:
    async with running_simulator(FAST) as simulator, client_of(simulator) as sdk:
        with pytest.raises(BadRequestError) as refused:
            await sdk.text_to_video.create(
                model="gen4.5", prompt_text="", ratio="1280:720", duration=5, extra_body={"duration": 50}
            )
        assert path_of(refused.value) == ["duration"]

        async with AsyncRunwayML(api_key="key_wrong", base_url=simulator.base_url) as stranger:
            with pytest.raises(AuthenticationError):
                await stranger.organization.retrieve()

        created = await sdk.text_to_video.create(
            model="gen4.5", prompt_text="Rain [fail:SAFETY.OUTPUT.VIDEO]", ratio="1280:720", duration=5
        )
        with pytest.raises(TaskFailedError) as failed:
            await created.wait_for_task_output()
        details = failed.value.task_details
        assert details.status == "FAILED"
        assert (details.failure_code, details.cost.credits) == ("SAFETY.OUTPUT.VIDEO", 0)

        await sdk.tasks.delete(created.id)
        with pytest.raises(NotFoundError):
            await sdk.tasks.retrieve(created.id)

        usage = await sdk.organization.retrieve_usage(start_date="2020-01-01", before_date="2020-03-01")
        assert usage.results == []


def client_of(simulator: Simulator) -> AsyncRunwayML:
    return AsyncRunwayML(api_key=simulator.secret, base_url=simulator.base_url, max_retries=0)


def arguments(pair: Pair) -> dict[str, object]:
    """The smallest request as keyword arguments: the SDK takes members in Python's spelling."""
    values = {**smallest(pair), **pair.fixed}
    return {re.sub(r"[A-Z]", lambda letter: "_" + letter[0].lower(), name): value for name, value in values.items()}


def _id_of(simulator: Simulator, slug: str) -> str:
    return simulator.routers["first"].found[slug].id


def path_of(error: BadRequestError) -> object:
    assert isinstance(error.body, dict)
    return error.body["issues"][0]["path"]
