"""The Workflows page: what is published, its form in the composer, its runs, and what the nodes of one made."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton

from runway_desktop.catalog.graph import read_version
from runway_desktop.domain.errors import NotReached
from runway_desktop.domain.task import Request, State, Task
from runway_desktop.domain.workflows.runs import WORKFLOW, NodeFailure, Run
from runway_desktop.rooms.sheet.window import SheetWindow
from runway_desktop.rooms.viewer.view import Viewer
from runway_desktop.rooms.workflows.entry import WorkflowsPage
from runway_desktop.simulator.workflows import DEMO_WORKFLOWS, Workflow
from runway_desktop.ui.composer.form import Form
from runway_desktop.ui.theme import Theme
from runway_desktop.values import replace
from tests.rigs.desktop import Desktop, rest, until
from tests.rigs.rows import saved, task
from tests.rigs.seen import button, child, says, send

TURNTABLE, OLDER, PLATE = DEMO_WORKFLOWS
IDS = {node.name: node.id for node in TURNTABLE.nodes}
LINE = "Runway can't be reached."


def publish(rig: Desktop, *versions: Workflow) -> None:
    """What Runway tells from now on."""
    names = dict.fromkeys(one.name for one in versions)
    rig.runway.always("workflows", [[one.id for one in versions if one.name == name] for name in names])
    rig.runway.always("workflow", lambda one: json.dumps(next(v for v in versions if v.id == one).as_json()))


async def opened(rig: Desktop, wish: str | None = None) -> WorkflowsPage:
    rig.open_room("workflows", wish)
    await until(lambda: rig.window.findChild(WorkflowsPage))
    page = rig.window.findChild(WorkflowsPage)
    await until(lambda: page.isVisible() and not page.model.is_asking)
    await rest()
    return page


def run(number: int, state: State, prompt: str = "A watch", **members: Any) -> Task:
    values = {IDS["Prompt"]: prompt}
    request = Request(endpoint=WORKFLOW, model=TURNTABLE.id, values=values, prompt=prompt)
    return task(number, state, request=request, **members)


def lines(page: WorkflowsPage) -> list[str]:
    return [one.spoken for one in page.model.workflows.lines]


async def test_published_workflow_is_filled_in_and_run_on_its_page(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        publish(rig, TURNTABLE, OLDER, PLATE)
        page = await opened(rig)
        assert lines(page) == ["Plate to clip · Version 2 · not run yet", "Product turntable · Version 4 · not run yet"]
        page.workflows.setCurrentIndex(page.model.workflows.index(1))
        assert rig.composer.pair.label == "Product turntable · v4"
        assert rig.composer.prompt == "Steel watch on wet travertine, hard noon sun"
        assert says(page, "“Color grade” is an input of a kind that is not known here (lut-node).")
        assert page.isAncestorOf(rig.window.composer_pane)
        picture = tmp_path / "watch.png"
        Image.new("RGB", (640, 640)).save(picture)
        rig.task_commands.take(paths=[picture])
        await until(rig.composer.inputs)
        shown = rig.composer.button()
        assert (shown.text, shown.price) == ("Run", "price known at the end")
        assert shown.detail == "Runway names no price of a run before its end."
        QTest.keyClick(rig.window.composer_pane, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: page.model.runs.lines)
        assert page.isVisible()
        assert says(page.side, "Run 1")
        await until(lambda: lines(page)[1] == "Product turntable · Version 4 · 1 run")
        assert [one.request.endpoint for one in rig.store.tasks.values()] == [WORKFLOW]


async def test_run_button_stays_whole_in_a_low_window_while_the_form_scrolls(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        publish(rig, TURNTABLE)
        await rig.add(run(1, State.SUCCEEDED, run=Run(), cost_credits=100.0))
        rig.window.resize(1024, 640)
        page = await opened(rig)
        await until(lambda: page.model.runs.lines)
        await rest()
        shown = send(rig.window.composer_pane)
        assert shown.visibleRegion().boundingRect() == shown.rect()


async def test_each_version_keeps_its_form_and_the_composer_its_draft(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        publish(rig, TURNTABLE, OLDER)
        rig.composer.set_prompt("A fox in the snow")
        page, pane = await opened(rig), rig.window.composer_pane
        rig.composer.set_value(IDS["Duration"], "seven")
        QTest.keyClick(pane, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        assert rig.composer.finding_for(IDS["Duration"])
        rig.composer.set_prompt("Of version 4")
        page.model.show_version(rig.engine.workflows.versions[OLDER.id])
        rig.composer.set_prompt("Of version 3")
        rig.window.pages.leave()
        assert (rig.composer.pair.endpoint, rig.composer.prompt) == ("text_to_video", "A fox in the snow")
        assert not page.isAncestorOf(rig.window.composer_pane)
        assert pane.isVisible()
        assert not pane.findChild(Form).isVisible(), "a finding on the page opened no form elsewhere"
        await opened(rig, TURNTABLE.id)
        assert rig.composer.prompt == "Of version 4"
        await opened(rig, OLDER.id)
        assert rig.composer.prompt == "Of version 3"


async def test_form_stays_when_an_input_that_it_needs_is_removed_or_none_takes_a_file(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        publish(rig, TURNTABLE)
        await opened(rig)
        picture, sound = tmp_path / "watch.png", tmp_path / "song.mp3"
        Image.new("RGB", (640, 640)).save(picture)
        sound.write_bytes(b"ID3" + bytes(2000))
        rig.task_commands.take(paths=[picture])
        await until(rig.composer.inputs)
        rig.composer.taking.remove(IDS["Product picture"], 0)
        rig.task_commands.take(paths=[sound])
        await rest()
        assert rig.composer.pair.model == TURNTABLE.id
        assert rig.composer.inputs() == []


async def test_another_request_in_the_composer_leads_back_to_the_list(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        publish(rig, TURNTABLE)
        page = await opened(rig)
        rig.composer.load(task(7, prompt="A lake").request)
        await until(lambda: not page.isVisible())
        assert (rig.composer.pair.endpoint, rig.composer.prompt) == ("text_to_video", "A lake")
        await opened(rig)
        assert rig.composer.prompt == "Steel watch on wet travertine, hard noon sun"


async def test_sheet_begins_with_the_form_as_a_row_with_its_cells(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        publish(rig, TURNTABLE)
        page = await opened(rig)
        rig.composer.set_value(IDS["Spoken line"], "For the deep.")
        button(page, "Sheet…").click()
        await until(lambda: rig.window.findChild(SheetWindow))
        sheet = rig.window.findChild(SheetWindow).sheet
        assert sheet.title == rig.composer.pair.label
        [row] = [one for one in sheet.model.rows if one.cells]
        assert row.cells["@prompt"] == "Steel watch on wet travertine, hard noon sun"
        assert (row.cells[IDS["Duration"]], row.cells[IDS["Spoken line"]]) == (5, "For the deep.")
        await until(lambda: row.check is not None)
        assert row.check.requests[0].model == TURNTABLE.id


async def test_page_says_what_to_do_where_nothing_is_published(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        page = await opened(rig)
        assert "An administrator of your Runway workspace and one of this API project" in page.told
        assert not rig.window.composer_pane.isVisible()
        publish(rig, PLATE)
        button(page, "Ask Runway again").click()
        await until(lambda: rig.composer.pair.model == PLATE.id)
        assert rig.window.composer_pane.isVisible()


async def test_offline_page_shows_what_was_learned_and_says_why(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        await rig.engine.workflows.learn([json.dumps(TURNTABLE.as_json())])
        rig.runway.always("workflows", NotReached(LINE))
        page = await opened(rig)
        assert lines(page) == ["Product turntable · Version 4 · not run yet"]
        assert LINE in page.told
        assert rig.composer.pair.model == TURNTABLE.id


async def test_version_that_is_gone_keeps_its_runs_and_is_not_sent(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        publish(rig, TURNTABLE)
        await rig.add(run(1, State.RUNNING))
        page = await opened(rig)
        publish(rig)
        page.refresh.click()
        await until(
            lambda: says(
                page, "This version is no longer at Runway. Its runs stay here. Choose another version to run it."
            )
        )
        assert len(page.model.runs.lines) == 1
        assert any("no longer at Runway" in finding.message for finding in rig.composer.findings())


async def test_run_shows_each_output_with_its_node_and_why_another_failed(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        publish(rig, TURNTABLE)
        failure = NodeFailure(node=IDS["Voice"], message="Refused.", code="INPUT_PREPROCESSING.SAFETY.TEXT", name="V")
        made = Run(nodes=(IDS["Hero still"], "not in the graph"), failures=(failure,))
        one = run(1, State.SUCCEEDED, run=made, cost_credits=174.0)
        await rig.add(one)
        for index in range(2):
            await rig.output(saved(one, f"/library/{index}.mp4", index))
        page = await opened(rig)
        await until(lambda: page.model.runs.lines)
        line = page.model.run
        assert (line.said.headline, line.cost) == ("2 of 4 saved, 1 failed", "174")
        await until(lambda: says(page.side, "Hero still"))
        for words in ("Voice", "Unknown node", "INPUT_PREPROCESSING.SAFETY.TEXT", "Runway offers none for workflows"):
            assert says(page.side, words)
        assert page.chosen_ids() == [one.id]
        assert rig.details.row.task.id == one.id
        button(page.side, "Edit and run again").click()
        await until(lambda: rig.composer.prompt == "A watch")
        assert page.isVisible()


async def test_one_output_is_seen_large_though_the_list_hides_the_run(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        publish(rig, TURNTABLE)
        one = run(1, State.SUCCEEDED, run=Run(nodes=(IDS["Hero still"], IDS["Turntable"])), cost_credits=174.0)
        await rig.add(one)
        for index in range(2):
            await rig.output(saved(one, f"/library/{index}.mp4", index))
        rig.interior.add_preview()
        rig.filter.search("nothing is called so")
        page = await opened(rig)
        await until(lambda: says(page.side, "Turntable"))
        [large] = [
            one for one in page.side.findChildren(QToolButton) if one.accessibleName() == "Large view: Turntable"
        ]
        large.click()
        await until(lambda: rig.window.workspace.overlay)
        assert child(rig.window, Viewer).model.focused.top.output.index == 1


async def test_runs_are_chosen_and_judged_by_key(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        publish(rig, TURNTABLE)
        await rig.add(*(run(number, State.SUCCEEDED, run=Run(), cost_credits=100.0 + number) for number in (1, 2, 3)))
        page = await opened(rig)
        await until(lambda: len(page.model.runs.lines) == 3)
        await rest()
        assert says(page, "Median 102 credits, 101 to 103")
        page.runs.setFocus()
        QTest.keyClick(page.runs, Qt.Key.Key_Down)
        assert page.model.run.number == 2
        QTest.keyClick(page.runs, Qt.Key.Key_4)
        await until(lambda: rig.store.tasks["t2"].rating == 4)
        rig.interior.add_preview()
        await rig.load()
        QTest.keyClick(page.runs, Qt.Key.Key_Return)
        await until(lambda: rig.window.workspace.overlay)
        assert rig.window.workspace.chosen_ids() == ["t2"]
        QTest.keyClick(rig.window.workspace.overlay, Qt.Key.Key_Escape)
        await until(page.runs.hasFocus, "the next key judges the run, and is not typed into its form")


@pytest.mark.parametrize("state", [State.QUEUED, State.RUNNING, State.UNCERTAIN, State.CANCELLED])
async def test_run_without_outputs_tells_its_state(tmp_path: Path, theme: Theme, state: State):
    async with Desktop(tmp_path, theme) as rig:
        publish(rig, TURNTABLE)
        await rig.add(run(1, state))
        page = await opened(rig)
        await until(lambda: page.model.runs.lines)
        await until(lambda: says(page.side, page.model.run.said.headline))


async def test_form_of_sixty_inputs_stands_within_a_tenth_of_a_second(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        publish(rig, TURNTABLE)
        page = await opened(rig)
        nodes = [replace(node, name=f"{node.name} {n}") for n in range(15) for node in TURNTABLE.nodes[:4]]
        large = replace(TURNTABLE, name="Large", nodes=tuple(nodes))
        version = read_version(json.dumps(large.as_json()))
        await rig.engine.workflows.learn([json.dumps(large.as_json())])
        took = []
        for other in (version, rig.engine.workflows.versions[TURNTABLE.id]) * 4:
            began = time.process_time()
            page.model.show_version(other)
            took.append(time.process_time() - began)
            await rest()
        assert len(version.pair.fields) == 60
        assert child(rig.window.composer_pane, Form).rows
        assert min(took[::2]) < 0.1
