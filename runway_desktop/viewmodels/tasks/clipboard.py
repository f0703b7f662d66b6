"""Handing results on: what is copied, shown in its folder, opened with which program.

The desk sends its verbs here; the window puts things on the clipboard, starts programs and shows folders. A file that
is not where it was saved is said, and the others go on. GUI thread only.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeDatabase, QObject, Signal

from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.domain.events import Notice
from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Output, TaskId
from runway_desktop.services.engine import Engine
from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.commands.offers import TaskCommand, concerned
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.expiry import OPEN_TO_ALL, copied_words

if TYPE_CHECKING:
    from runway_desktop.domain.outputs import Application, Launch

MOST_OPENED = 8
"""Files that are given to programs at once, where each starts one of its own."""
MOST_SAID = 3

VERBS = frozenset(
    {
        TaskCommand.OPEN_WITH_SYSTEM,
        TaskCommand.OPEN_WITH,
        TaskCommand.SHOW_FILE,
        TaskCommand.COPY_PROMPT,
        TaskCommand.COPY_ID,
        TaskCommand.COPY_PATH,
        TaskCommand.COPY_FILE,
        TaskCommand.COPY_PICTURE,
        TaskCommand.COPY_LINK,
    }
)
"""What of the desk's verbs is done here."""


class Clipboard(QObject):
    text_copied = Signal(str, str, str)
    """The text, the sentence that tells of it, and small print."""
    files_copied = Signal(object)
    """Paths."""
    picture_wanted = Signal(object)
    """A Row whose shown picture, or shown frame, is to be copied."""
    selection_wanted = Signal(object)
    """Paths of files to point at in the system's file manager."""
    folder_wanted = Signal(object)
    """Path of a folder to open, where what lay in it is gone."""
    system_wanted = Signal(object)
    """Paths to open with the system's own program for them."""
    launch_wanted = Signal(str, object)
    """A program's name, and Launches."""

    def __init__(
        self, engine: Engine, runner: Runner, parent: QObject | None = None, *, platform: str = sys.platform
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._runner = runner
        self._platform = platform
        self._kinds: QMimeDatabase | None = None

    @property
    def lists_programs(self) -> bool:
        """Whether *Open with* is a menu of programs; else the system asks itself."""
        return self._system_dialog(Path()) is None

    def carry_out(self, verb: TaskCommand, rows: Sequence[Row]) -> None:
        """One of `VERBS`."""
        match verb:
            case TaskCommand.COPY_PROMPT:
                self._copy("prompt", [row.task.request.prompt for row in rows])
            case TaskCommand.COPY_ID:
                self._copy("task id", [row.task.remote_id or "" for row in rows])
            case TaskCommand.COPY_PICTURE:
                self.picture_wanted.emit(rows[0])
            case TaskCommand.COPY_LINK:
                links = concerned(verb, rows)
                self._runner(self._copy_links([row.task.id for row in links]), "copy links")
            case _:
                outputs = [output for row in rows for output in row.outputs if output.is_here]
                self._runner(self._with_files(verb, outputs), "look for files")

    def copy(self, text: str, sentence: str) -> None:
        """Puts words on the clipboard and tells of it."""
        self.text_copied.emit(text, sentence, "")

    def show_in_folder(self, paths: Sequence[Path]) -> None:
        self.selection_wanted.emit(list(paths))

    def open_with_system(self, paths: Sequence[Path]) -> None:
        self.system_wanted.emit(list(paths))

    def programs(self, paths: Sequence[Path], done: Callable[[list[Application]], None]) -> None:
        """The system's programs that take all of these files; what was used last first."""
        kinds = list(dict.fromkeys(map(self._kind, paths)))
        self._runner(self._engine.applications.taking(kinds), "look for programs", done=done)

    def open_with(self, program: Application, paths: Sequence[Path]) -> None:
        """Starts one of them with these files."""
        try:
            launches = self._engine.applications.launches(program, paths)
        except RunwayDesktopError as error:
            self._engine.bus.tell(Notice(error.in_words(), error.detail, is_problem=True))
            return
        if len(launches) > MOST_OPENED:
            self._tell(f"Only the first {MOST_OPENED} files are opened.")
        self._engine.applications.note_used(program)
        self.launch_wanted.emit(program.name, launches[:MOST_OPENED])

    def _kind(self, path: Path) -> tuple[str, ...]:
        """The names of the file's kind, by the file's name, the most special first."""
        if self._kinds is None:
            self._kinds = QMimeDatabase()
        kind = self._kinds.mimeTypeForFile(path.name, QMimeDatabase.MatchMode.MatchExtension)
        return (kind.name(), *kind.aliases(), *kind.allAncestors())

    async def _with_files(self, verb: TaskCommand, outputs: Sequence[Output]) -> None:
        gone = await self._engine.library.missing(outputs)
        there = [Path(output.path) for output in outputs if (output.task_id, output.index) not in gone]
        self._say_missing(outputs, gone)
        if not there:
            if verb is TaskCommand.SHOW_FILE and outputs:
                self.folder_wanted.emit(await self._engine.library.folder_of(outputs[0]))
            return
        match verb:
            case TaskCommand.SHOW_FILE:
                self.selection_wanted.emit(there)
            case TaskCommand.OPEN_WITH_SYSTEM:
                self.system_wanted.emit(there)
            case TaskCommand.OPEN_WITH:
                dialog = self._system_dialog(there[0])
                if dialog is not None:
                    self.launch_wanted.emit("The system's dialog", [dialog])
            case TaskCommand.COPY_PATH:
                self._copy("path", [str(path) for path in there])
            case TaskCommand.COPY_FILE:
                self.files_copied.emit(there)
            case _:
                raise AssertionError(f"{verb} has nothing to do with files")

    async def _copy_links(self, task_ids: Sequence[TaskId]) -> None:
        handed = await self._engine.links.hand_on(task_ids)
        for sentence in tuple(dict.fromkeys(handed.failed.values()))[:MOST_SAID]:
            self._tell(sentence, problem=True)
        if handed.life is not None:
            text = "\n".join(output.url for output in handed.outputs)
            sentence = copied_words(len(handed.outputs), handed.life, self._engine.clock.now())
            self.text_copied.emit(text, sentence, OPEN_TO_ALL)

    def _system_dialog(self, path: Path) -> Launch | None:
        from runway_desktop.services.applications import system_dialog

        return system_dialog(self._platform, path)

    def _copy(self, what: str, words: Sequence[str]) -> None:
        """A line for each; of several their number is told."""
        lines = [word for word in words if word]
        count = units.plural(len(lines), f"{what[:1].upper()}{what[1:]}", units.count(len(lines), what))
        self.copy("\n".join(lines), f"{count} copied.")

    def _say_missing(self, outputs: Sequence[Output], gone: frozenset[tuple[TaskId, int]]) -> None:
        names = [Path(output.path).name for output in outputs if (output.task_id, output.index) in gone]
        if len(names) == 1:
            self._tell(f"{names[0]} is no longer where it was saved.", problem=True)
        elif names:
            self._tell(f"{len(names):,} files are no longer where they were saved.", problem=True)

    def _tell(self, message: str, *, problem: bool = False) -> None:
        self._engine.bus.tell(Notice(message, is_problem=problem))
