"""Which results are given a poster when: what the list holds at once, the others when it comes to hold them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Media, Output, OutputState, Request, State, Task, TaskId
from runway_desktop.viewmodels.bridge import Touch
from runway_desktop.viewmodels.posters import Posters

TASK = TaskId("a")


class Rows(QObject):
    rows_fetched = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[TaskId, Row] = {}

    def row_of(self, task_id: TaskId) -> Row | None:
        return self.held.get(task_id)


class Bridge(QObject):
    tasks_touched = Signal(object)


@pytest.fixture
def rows(qapp: Any) -> Rows:
    return Rows()


@pytest.fixture
def bridge(qapp: Any) -> Bridge:
    return Bridge()


@pytest.fixture
def wanted(rows: Rows, bridge: Bridge, tmp_path: Path) -> list[Path]:
    found: list[Path] = []
    owner: Any = rows
    posters = Posters(None, bridge, lambda *_: None, owner, tmp_path, rows)  # type: ignore[arg-type]
    posters.wanted.connect(lambda path, media, target: found.append(path))
    return found


def saved() -> Output:
    return Output(
        task_id=TASK, index=0, url="", url_fetched_at=0.0, state=OutputState.SAVED, media=Media.VIDEO, path="/a.mp4"
    )


def touch(output: Output) -> Touch:
    happened = Touch()
    happened.outputs[output.index] = output
    return happened


def row(*outputs: Output) -> Row:
    request = Request(endpoint="text_to_video", model="gen4.5")
    return Row(task=Task(id=TASK, request=request, created_at=0.0, state=State.SUCCEEDED), outputs=outputs)


def test_result_saved_before_ones_eyes_gets_its_poster_at_once(rows: Rows, bridge: Bridge, wanted: list[Path]):
    rows.held[TASK] = row()
    bridge.tasks_touched.emit({TASK: touch(saved())})
    assert wanted == [Path("/a.mp4")]


def test_result_saved_out_of_sight_gets_it_when_scrolled_to(rows: Rows, bridge: Bridge, wanted: list[Path]):
    bridge.tasks_touched.emit({TASK: touch(saved())})
    assert wanted == []
    rows.rows_fetched.emit([row(saved())])
    assert wanted == [Path("/a.mp4")]


def test_poster_is_asked_for_once(rows: Rows, bridge: Bridge, wanted: list[Path]):
    rows.rows_fetched.emit([row(saved())])
    rows.rows_fetched.emit([row(saved())])
    assert wanted == [Path("/a.mp4")]
