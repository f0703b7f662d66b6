"""The Workflows page: what is published, the composer's form for it, its runs, and what the nodes of one made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QPushButton

from runway_desktop.domain.errors import NotReached
from runway_desktop.domain.task import Request, State, Task
from runway_desktop.domain.workflows.runs import WORKFLOW, NodeFailure, PublishedWorkflow, Run, WorkflowVersion
from runway_desktop.rooms.workflows.entry import WorkflowsPage
from runway_desktop.simulator.workflows import DEMO_WORKFLOWS, Workflow
from runway_desktop.ui.theme import Theme
from tests.rigs.desktop import Desktop, rest, until
from tests.rigs.rows import saved, task
from tests.rigs.seen import said

TURNTABLE, OLDER, PLATE = DEMO_WORKFLOWS
IDS = {node.name: node.id for node in TURNTABLE.nodes}


def published(*versions: Workflow) -> list[PublishedWorkflow]:
    names = dict.fromkeys(one.name for one in versions)
    told = {name: [WorkflowVersion(id=v.id, number=v.version) for v in versions if v.name == name] for name in names}
    return [PublishedWorkflow(name=name, versions=tuple(found)) for name, found in told.items()]


def publish(rig: Desktop, *versions: Workflow) -> None:
    rig.runway.always("workflows", published(*versions))
    rig.runway.always("workflow", lambda one: json.dumps(next(v for v in versions if v.id == one).as_json()))


async def opened(rig: Desktop) -> WorkflowsPage:
    rig.open_room("workflows")
    await until(lambda: rig.window.findChild(WorkflowsPage))
    page = rig.window.findChild(WorkflowsPage)
    await until(lambda: page.isVisible() and not page.model.is_asking)
    await rest()
    return page


def run(number: int, state: State, **members: Any) -> Task:
    request = Request(endpoint=WORKFLOW, model=TURNTABLE.id, values={IDS["Prompt"]: "a watch"}, prompt="a watch")
    return task(number, state, request=request, **members)


def partial_run() -> Task:
    failure = NodeFailure(node=IDS["Voice"], message="Refused by moderation.", code="SAFETY.TEXT", name="Voice")
    made = Run(nodes=(IDS["Hero still"], "not in the graph"), failures=(failure,))
    return run(1, State.SUCCEEDED, run=made, cost_credits=174.0)


async def test_published_workflow_becomes_the_composers_form(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        publish(rig, TURNTABLE, OLDER, PLATE)
        before = rig.composer.pair
        page = await opened(rig)

        assert [line.title for line in page.model.list_lines()] == ["Plate to clip", "Product turntable"]
        page.model.choose(TURNTABLE.id)
        assert rig.composer.pair.label == "Product turntable · version 4"
        assert rig.composer.button().text == "Run"
        assert "“Color grade” is an input of a kind that this version doesn't know (lut-node)." in said(page)
        rig.composer.send()
        assert "Product picture" in rig.composer.finding_for(IDS["Product picture"])

        rig.window.pages.leave()
        assert rig.composer.pair == before


async def test_page_says_what_to_do_where_nothing_is_published(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        page = await opened(rig)
        assert "An administrator of your Runway workspace and one of this API project" in said(page)


async def test_offline_page_shows_what_was_learned_and_says_so(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        rig.engine.workflows.learn([json.dumps(TURNTABLE.as_json())])
        rig.runway.always("workflows", NotReached("Runway can't be reached."))
        page = await opened(rig)
        assert [line.title for line in page.model.list_lines()] == ["Product turntable"]
        assert "Shown is what was learned before." in said(page)


async def test_version_that_is_gone_says_so_and_is_not_sent(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        publish(rig, TURNTABLE)
        page = await opened(rig)
        publish(rig)
        page.model.refresh()
        await until(lambda: not page.model.is_asking)
        assert "This version is no longer at Runway." in said(page)
        page.model.choose(TURNTABLE.id)
        assert rig.composer.endpoint.name == WORKFLOW
        assert any("no longer at Runway" in finding.message for finding in rig.composer.findings())


async def test_run_shows_each_output_with_its_node_and_why_one_failed(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        publish(rig, TURNTABLE)
        one = partial_run()
        await rig.add(one)
        for output in (saved(one), saved(one, "/library/b.mp4", 1)):
            await rig.output(output)
        page = await opened(rig)
        await until(lambda: page.model.runs)
        await rest()

        nodes = [(node.name, node.said.split()[0]) for node in page.model.nodes(page.model.run)]
        assert nodes == [
            ("Hero still", "Saved"), ("Turntable", "Made"), ("Voice", "Failed"), ("Detail clip", "Made"),
            ("Unknown node", "Saved"),
        ]  # fmt: skip
        [line] = page.model.run_lines()
        assert (line.detail, line.cost) == ("2 of 4 saved, 1 failed", "174")
        for words in ("Refused by moderation.", "SAFETY.TEXT", "174 credits", "Runway offers none for workflows"):
            assert words in said(page.side)
        assert page.chosen_ids() == [one.id]

        again = next(found for found in page.side.findChildren(QPushButton) if found.text() == "Edit and run again")
        again.click()
        await until(lambda: rig.composer.prompt == "a watch")


@pytest.mark.parametrize("state", [State.QUEUED, State.RUNNING, State.UNCERTAIN, State.CANCELLED])
async def test_run_without_outputs_tells_its_state(tmp_path: Path, theme: Theme, state: State):
    async with Desktop(tmp_path, theme) as rig:
        publish(rig, TURNTABLE)
        await rig.add(run(1, state))
        page = await opened(rig)
        await until(lambda: page.model.runs)
        [line] = page.model.run_lines()
        assert line.detail
