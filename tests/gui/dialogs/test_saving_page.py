"""The page of the library's folder shows its state and moves it, with question, progress and remaining files."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit, QPlainTextEdit, QProgressBar, QPushButton, QWidget

from runway_desktop.domain.folders import MovePhase
from runway_desktop.domain.task import Output, OutputState, State, Task, TaskId
from runway_desktop.rooms.preferences.entry import Preferences
from runway_desktop.services.library.file_moving import Disk
from tests.rigs.dialogs_rig import Rig
from tests.rigs.engine_rig import request
from tests.rigs.seen import Kind, child

MANY = 40


class Slow(Disk):
    """Another drive that copies until a test says stop."""

    def __init__(self) -> None:
        super().__init__()
        self.each: Callable[[], None] = lambda: None

    def device(self, folder: Path) -> int:
        return super().device(folder) + 1

    def copy(self, source: Path, target: Path, progress: Callable[[int], None]) -> str:
        self.each()
        return super().copy(source, target, progress)


@pytest.fixture
def disk(rig: Rig) -> Slow:
    rig.move._mover._disk = slow = Slow()
    return slow


@pytest.fixture
def library(rig: Rig, disk: Slow) -> Iterator[Path]:
    """A library with results, looked at and moved as the program does it."""
    folder = rig.settings.library
    folder.mkdir()
    for number in range(MANY):
        path = folder / f"fox {number}.mp4"
        path.write_bytes(f"clip {number}".encode() * 100)
        task = Task(id=TaskId(f"t{number}"), request=request("Fox"), created_at=1.0 + number, state=State.SUCCEEDED)
        output = Output(
            task_id=task.id, index=0, url="", url_fetched_at=0.0, state=OutputState.SAVED, path=str(path),
            size=path.stat().st_size, sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        )  # fmt: skip
        rig.run(rig.store.add([task], [], None, []))
        rig.run(rig.store.save_output(output))
    loops = [rig.loop.create_task(work()) for work in (rig.folder.run, rig.move.run)]
    rig.settle()
    yield folder
    for loop in loops:
        loop.cancel()
    rig.run(asyncio.wait(loops))


@pytest.fixture
def page(library: Path, preferences: Callable[[str], Preferences]) -> Preferences:
    return preferences("Saving")


def shown(page: QWidget, kind: type[Kind], name: str) -> Kind | None:
    found = page.findChildren(kind)
    return next(
        (one for one in found if one.isVisible() and name in (one.accessibleName(), one.property("text"))), None
    )


def press(page: QWidget, rig: Rig, text: str) -> None:
    button = shown(page, QPushButton, text)
    assert button is not None, f"there is no button “{text}”"
    assert button.isEnabled(), f"“{text}” cannot be pressed"
    button.click()
    rig.settle()


def said(page: QWidget) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def choose(page: QWidget, rig: Rig, folder: Path) -> None:
    press(page, rig, "Move the library…")
    chooser = child(page, QFileDialog)
    chooser.fileSelected.emit(str(folder))
    chooser.close()
    chooser.setParent(None)
    rig.settle()


def test_state_of_the_results_folder_is_shown_below_it(page: Preferences, rig: Rig, library: Path):
    assert " free." in said(page)
    library.rename(library.with_name("in a pocket"))
    rig.run(rig.folder.look())
    assert "This folder was moved or deleted. Nothing is saved until it is back." in said(page)


def test_moving_the_library_asks_first_with_the_safe_answer_focused(page: Preferences, rig: Rig, library: Path):
    new = library.with_name("new")
    choose(page, rig, new)
    assert f"{MANY} results" in said(page)
    assert f" to {new}?" in said(page)
    leave = shown(page, QPushButton, "Keep the current folder")
    assert leave is not None
    assert page.focusWidget() is leave
    press(page, rig, "Keep the current folder")
    assert rig.settings.library == library
    assert not new.exists()


def test_all_files_are_moved_and_the_move_is_reported(page: Preferences, rig: Rig, library: Path):
    new = library.with_name("new")
    choose(page, rig, new)
    press(page, rig, f"Move {MANY} files")
    assert rig.settings.library == new
    assert len(list(new.glob("*.mp4"))) == MANY
    line = shown(page, QLineEdit, "Folder for results")
    assert line is not None
    assert line.text() == str(new)
    assert f"{MANY} files moved" in said(page)
    press(page, rig, "OK")
    assert "files moved" not in said(page)


def test_new_folder_can_take_only_new_results_and_old_ones_later(page: Preferences, rig: Rig, library: Path):
    new = library.with_name("new")
    choose(page, rig, new)
    press(page, rig, "Use for new results only")
    assert rig.settings.library == new
    assert f"are still in {library}." in said(page)
    press(page, rig, "Move here…")
    assert shown(page, QPushButton, "Use for new results only") is None
    press(page, rig, f"Move {MANY} files")
    assert len(list(new.glob("*.mp4"))) == MANY
    assert "are still in" not in said(page)


def test_folder_chosen_as_library_again_is_not_listed_as_left_behind(page: Preferences, rig: Rig, library: Path):
    new = library.with_name("new")
    line = shown(page, QLineEdit, "Folder for results")
    assert line is not None
    for folder, is_left in ((new, True), (library, False), (new, True)):
        line.setText(str(folder))
        line.editingFinished.emit()
        rig.settle()
        assert rig.settings.library == folder
        assert (f"are still in {library}." in said(page)) is is_left


def test_running_move_is_shown_and_can_be_stopped(page: Preferences, rig: Rig, library: Path, disk: Slow):
    seen: list[tuple[bool, bool]] = []

    def each() -> None:
        if len(seen) == 9:
            return
        bar, chooser = shown(page, QProgressBar, "Progress of the move"), shown(page, QPushButton, "Choose…")
        seen.append((bar is not None, chooser is not None and chooser.isEnabled()))
        if len(seen) == 9:
            stop = shown(page, QPushButton, "Stop")
            assert stop is not None
            stop.click()

    disk.each = each
    choose(page, rig, library.with_name("new"))
    press(page, rig, f"Move {MANY} files")
    assert seen[-1] == (True, False), "where results go cannot be changed while they move"
    progress = rig.move.progress
    assert progress is not None
    assert progress.phase is MovePhase.STOPPED
    assert "Stopped: 8 of 40 files moved" in said(page)
    assert "32 results" in said(page)
    assert f"are still in {library}." in said(page)


def test_files_that_stayed_behind_are_listed_with_reasons(page: Preferences, rig: Rig, library: Path):
    (library / "fox 3.mp4").write_bytes(b"cut by hand")
    choose(page, rig, library.with_name("new"))
    press(page, rig, f"Move {MANY} files")
    stayed = shown(page, QPlainTextEdit, "Files that were not moved")
    assert stayed is not None
    assert "1 file stayed where it was:" in stayed.toPlainText()
    assert "fox 3.mp4: It was changed after it was saved." in stayed.toPlainText()


def test_unsuitable_folder_is_reported_before_the_move_starts(page: Preferences, rig: Rig, library: Path):
    choose(page, rig, library / "inside")
    assert f"This folder is inside {library}. Choose one outside of it." in said(page)
    assert shown(page, QPushButton, "Choose another folder…") is not None
    assert not any(button.isVisible() and button.text().startswith("Move the ") and "files" in button.text()
                   for button in page.findChildren(QPushButton))  # fmt: skip
    assert rig.settings.library == library


def test_saving_page_may_close_while_a_move_is_planned_or_running(page: Preferences, rig: Rig, library: Path):
    choose(page, rig, library.with_name("new"))
    button = shown(page, QPushButton, f"Move {MANY} files")
    assert button is not None
    button.click()
    page.accept()
    shiboken6.delete(page)
    rig.settle()
    assert len(list(library.with_name("new").glob("*.mp4"))) == MANY
