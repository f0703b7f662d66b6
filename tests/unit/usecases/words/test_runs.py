"""What is said of a run of a workflow: in its row, in its details, and to programs."""

from __future__ import annotations

import pytest

from runway_desktop.catalog.labels import LEARNED
from runway_desktop.domain.filenames import render
from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Hold, HoldCode, State, Task
from runway_desktop.domain.workflows.runs import NodeFailure, Run
from runway_desktop.services.library.library import Details
from runway_desktop.services.results.result_file import name_values
from runway_desktop.texts import Text
from runway_desktop.usecases.clients.task_answer import task_answer
from runway_desktop.usecases.commands.drag_payload import payload_of
from runway_desktop.usecases.commands.ending import CANCEL, DELETE_REMOTELY
from runway_desktop.usecases.words.states import Around, Tone, describe
from runway_desktop.usecases.words.tasks import facts_of, small_print, trouble_of
from runway_desktop.usecases.workflows import run_state
from tests.rigs.engine_rig import CATALOG
from tests.rigs.rows import saved, task

REFUSED = NodeFailure(node="voice", message="No.", code="INPUT_PREPROCESSING.SAFETY.TEXT", name="Spoken line")
UNNAMED = NodeFailure(node="3f0c", message="The picture is too small.")
RUN = Run(nodes=("hero", "clip"), failures=(REFUSED, UNNAMED))


def row(of: Task) -> Row:
    return Row(task=of, outputs=(saved(of), saved(of, "/library/two.mp4", 1)))


def test_run_of_which_some_nodes_failed_is_a_success_that_tells_it():
    found = row(task(1, State.SUCCEEDED, run=RUN))
    said = describe(found, Around())
    assert (said.headline, said.tone) == ("2 saved, 2 failed", Tone.WARN)
    assert trouble_of(found, CATALOG, None) == (
        "Spoken line: Moderation refused the prompt. Change it and send again.\n3f0c: The picture is too small."
    )
    assert small_print(found.task) == "INPUT_PREPROCESSING.SAFETY.TEXT"


def test_outputs_of_a_run_are_called_as_their_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    found = row(task(1, State.SUCCEEDED, run=RUN))
    version = found.task.request.model
    for node, name in (("hero", "Hero still"), ("clip", "Turn: table"), ("3f0c", "Grade")):
        monkeypatch.setitem(LEARNED, f"{version}/{node}", name)
    facts = facts_of(Details(row=found), CATALOG, 2_000_000_000.0, price=None, usual=None)
    assert [fact.label for fact in facts if fact.tool_tip.startswith("/library")] == ["Hero still", "Turn: table"]
    assert [file.node_name for file in task_answer(found).files or ()] == ["Hero still", "Turn: table"]
    assert [one.name for one in task_answer(found).node_failures or ()] == ["Spoken line", "Grade"]
    assert "Grade: The picture is too small." in trouble_of(found, CATALOG, None)
    assert payload_of([found]).part == "Hero still"
    names = [name_values(found.task, output, ext="mp4", count=count + 1) for count, output in enumerate(found.outputs)]
    assert [render("{prompt}", name)[-1] for name in names] == ["Prompt-1_Hero-still.mp4", "Prompt-1_Turn-table.mp4"]


def test_programs_read_the_node_of_each_file_and_of_each_failure():
    found = task_answer(row(task(1, State.SUCCEEDED, run=RUN)))
    assert [file.node for file in found.files or ()] == ["hero", "clip"]
    assert [(one.name, one.failure_code) for one in found.node_failures or ()] == [
        ("Spoken line", "INPUT_PREPROCESSING.SAFETY.TEXT"), (None, None),
    ]  # fmt: skip


def test_cancel_of_a_run_is_disabled_with_the_reason_and_deletion_is_not_offered():
    live, task_live = row(task(1, State.RUNNING, run=RUN)), row(task(2, State.RUNNING))
    assert str(Text("{why}").with_(why=CANCEL.why_not([live]))) == (
        "It can't be canceled: Runway offers none for workflows."
    )
    assert CANCEL.why_not([live, task_live]) == ""
    assert not DELETE_REMOTELY.concerns(row(task(1, State.SUCCEEDED, run=RUN)))


def test_queued_run_names_no_reason_that_is_not_known() -> None:
    assert run_state(row(task(1, State.QUEUED)), None).spoken == "Queued"
    held = task(1, State.QUEUED, hold=Hold(code=HoldCode.NO_COST))
    assert run_state(row(held), None).spoken == "Held (Price still unknown)"
