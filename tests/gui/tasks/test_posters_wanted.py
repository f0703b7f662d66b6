"""Which results are given a poster when: what the list holds at once, the others when it comes to hold them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.library import Row
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Look, Output, OutputState, Presence, Request, Signs, State, Task, TaskId
from runway_desktop.usecases.listing.changes import Touch
from runway_desktop.values import replace
from runway_desktop.viewmodels.tasks.posters import Posters

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


def test_result_saved_while_visible_gets_its_poster_at_once(rows: Rows, bridge: Bridge, wanted: list[Path]):
    rows.held[TASK] = row()
    bridge.tasks_touched.emit({TASK: touch(saved())})
    assert wanted == [Path("/a.mp4")]


def test_result_saved_out_of_sight_gets_its_poster_when_scrolled_to(rows: Rows, bridge: Bridge, wanted: list[Path]):
    bridge.tasks_touched.emit({TASK: touch(saved())})
    assert wanted == []
    rows.rows_fetched.emit([row(saved())])
    assert wanted == [Path("/a.mp4")]


def test_poster_is_requested_once(rows: Rows, bridge: Bridge, wanted: list[Path]):
    rows.rows_fetched.emit([row(saved())])
    rows.rows_fetched.emit([row(saved())])
    assert wanted == [Path("/a.mp4")]


class Made:
    """What becomes of the wishes of one list: a maker that answers when it is told to."""

    def __init__(self, rows: Rows, bridge: Bridge, folder: Path) -> None:
        self.bridge, self.output = bridge, saved()
        self.targets: list[Path] = []
        library = SimpleNamespace(save_poster=lambda _output, path, **_: setattr(self, "kept", path))
        owner: Any = rows
        self.posters = Posters(
            SimpleNamespace(library=library),  # type: ignore[arg-type]
            bridge,  # type: ignore[arg-type]
            lambda *_: None,  # type: ignore[arg-type]
            owner,
            folder,
            rows,
        )
        self.posters.wanted.connect(lambda path, media, target: self.targets.append(target))
        self.kept: Path | None = None
        rows.held[TASK] = row()

    def becomes(self, **news: Any) -> None:
        self.output = replace(self.output, **news)
        self.bridge.tasks_touched.emit({TASK: touch(self.output)})

    def answer(self, target: Path) -> None:
        self.posters.made(self.output.path, str(target), 8, 8, 0.0)
        if self.kept == target:
            self.becomes(poster=str(target))


def changed(size: int) -> Look:
    return Look(presence=Presence.CHANGED, at=1.0, signs=Signs(size, 7))


def test_file_changed_by_another_program_gets_a_new_poster(rows: Rows, bridge: Bridge, tmp_path: Path):
    made = Made(rows, bridge, tmp_path)
    made.becomes()
    made.answer(made.targets[-1])
    made.becomes(look=changed(9))
    made.answer(made.targets[-1])
    made.becomes(look=changed(10))
    made.answer(made.targets[-1])
    first, second, third = made.targets
    assert len({first, second, third}) == 3
    assert made.output.poster == str(third)
    made.becomes(look=replace(made.output.look, at=2.0))
    assert made.targets == [first, second, third]


def test_restored_file_contents_get_their_poster_back(rows: Rows, bridge: Bridge, tmp_path: Path):
    made = Made(rows, bridge, tmp_path)
    made.becomes()
    made.answer(made.targets[-1])
    made.becomes(look=changed(9))
    made.answer(made.targets[-1])
    made.becomes(look=Look(presence=Presence.HERE, at=3.0))
    assert made.targets[2] == made.targets[0]


def test_poster_requested_before_a_file_change_is_discarded(rows: Rows, bridge: Bridge, tmp_path: Path):
    made = Made(rows, bridge, tmp_path)
    made.becomes()
    made.becomes(look=changed(9))
    made.answer(made.targets[0])
    assert made.kept is None
    made.answer(made.targets[1])
    assert made.kept == made.targets[1]


def test_poster_keeps_its_name_when_its_file_is_moved(rows: Rows, bridge: Bridge, tmp_path: Path):
    made = Made(rows, bridge, tmp_path)
    made.becomes()
    made.answer(made.targets[-1])
    made.becomes(path="/elsewhere/a.mp4")
    assert len(made.targets) == 1
