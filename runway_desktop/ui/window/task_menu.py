"""The context menu and the keys of the list: commands become actions, and questions are asked first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QMenu, QWidget
from shiboken6 import isValid

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import MOST_STARS, Media, Pick, TaskId, parse_remote_id
from runway_desktop.ui.building import add_check, passing_menu
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.confirm import ask_text, confirm
from runway_desktop.ui.tasks.judge import Judge
from runway_desktop.usecases.commands.commands import NOTHING
from runway_desktop.usecases.commands.doing import Given
from runway_desktop.usecases.commands.table import ENTRIES, Available, Need, why_not
from runway_desktop.usecases.commands.task_command import TaskCommand
from runway_desktop.usecases.words.plain import caption, tip
from runway_desktop.usecases.words.tasks import Showing
from runway_desktop.values import replace
from runway_desktop.viewmodels.tasks.task_commands import TaskCommands
from runway_desktop.viewmodels.tasks.task_list import TaskListModel
from runway_desktop.viewmodels.tasks.use_as_input import UseAsInput

if TYPE_CHECKING:
    from runway_desktop.domain.outputs import Application
    from runway_desktop.viewmodels.tasks.clipboard import Clipboard


MOST_IDS = 8
"""Known ids that a person is shown at once."""

BINDINGS = {
    TaskCommand.OPEN: ("mdi6.play-outline", "task.open"),
    TaskCommand.SHOW_FILE: ("mdi6.folder-outline", "task.folder"),
    TaskCommand.RETRY: ("mdi6.refresh", "task.retry"),
    TaskCommand.REFRESH: ("mdi6.cloud-refresh-outline", ""),
    TaskCommand.EDIT_AND_SEND: ("mdi6.pencil-outline", "task.edit"),
    TaskCommand.EDIT_HELD: ("mdi6.pencil-outline", "task.edit"),
    TaskCommand.NEW_SEED: ("mdi6.dice-multiple-outline", "task.seed"),
    TaskCommand.CANCEL: ("mdi6.cancel", "task.cancel"),
    TaskCommand.DELETE_REMOTELY: ("mdi6.cloud-remove-outline", ""),
    TaskCommand.DELETE_FILE: ("mdi6.trash-can-outline", ""),
    TaskCommand.REMOVE: ("mdi6.playlist-minus", "task.remove"),
    TaskCommand.LOOK_FOR: ("mdi6.magnify", ""),
    TaskCommand.KEEP_CHANGE: ("mdi6.check", ""),
    TaskCommand.PUT_BACK: ("mdi6.delete-restore", ""),
    TaskCommand.COPY_PROMPT: ("mdi6.content-copy", "task.copy"),
    TaskCommand.COPY_LINK: ("mdi6.link-variant", "task.copy.link"),
    TaskCommand.COPY_PICTURE: ("mdi6.image-outline", ""),
    TaskCommand.EXPORT: ("mdi6.export-variant", "exchange.export"),
    TaskCommand.USE_AS_INPUT: ("mdi6.image-plus-outline", ""),
    TaskCommand.SEND_NEXT: ("mdi6.arrow-collapse-up", "queue.next"),
    TaskCommand.HOLD: ("mdi6.pause", "queue.hold"),
    TaskCommand.RELEASE: ("mdi6.play", "queue.hold"),
    TaskCommand.MOVE_UP: ("mdi6.arrow-up", "queue.up"),
    TaskCommand.MOVE_DOWN: ("mdi6.arrow-down", "queue.down"),
    TaskCommand.OTHER_MODEL: ("", "task.model"),
    TaskCommand.RENAME: ("", "task.rename"),
    TaskCommand.COPY_FILE: ("", "task.copy.files"),
}
"""The icon of a command, and the command of `ui.commands.table` whose keys give it; each may be empty."""


class TaskMenu(QObject):
    """`chosen` gives the ids that are chosen in the list now; rows that nobody looked at yet are fetched first. `shown`
    tells which result the preview shows: of several it is the one that is meant."""

    def __init__(
        self,
        task_commands: TaskCommands,
        rows: TaskListModel,
        chosen: Callable[[], list[TaskId]],
        judge: Judge,
        shown: Callable[[], Showing | None],
        keys: Keys,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._window = parent
        self._task_commands = task_commands
        self._rows = rows
        self._chosen = chosen
        self._judge = judge
        self._shown = shown
        self._keys = keys

    def popup(self, at: QPoint) -> None:
        """The menu for what is chosen now; it may change until something is picked, so the rows are asked again
        then."""
        self._rows.with_rows(self._chosen(), lambda rows: self._popup(at, rows))

    def take(self, command: TaskCommand, given: Given = NOTHING) -> None:
        """Gives a command for what is selected, after asking what must be asked; says why when it cannot be given."""
        self._rows.with_rows(self._chosen(), lambda rows: self._take(command, rows, given))

    def take_for(self, command: TaskCommand, task_ids: Sequence[TaskId], given: Given = NOTHING) -> None:
        """The same for these tasks, whatever is selected."""
        self._rows.with_rows(list(task_ids), lambda rows: self._take(command, rows, given))

    def hold_or_release(self) -> None:
        """Holds what is selected and queued; releases it where all of it is held."""
        self._rows.with_rows(self._chosen(), self._hold_or_release)

    def _hold_or_release(self, rows: list[Row]) -> None:
        command = TaskCommand.RELEASE if why_not(TaskCommand.HOLD, rows) else TaskCommand.HOLD
        self._take(command, rows, NOTHING)

    def _popup(self, at: QPoint, rows: list[Row]) -> None:
        if not rows:
            return
        menu = passing_menu(self._window)
        menu.setToolTipsVisible(True)
        self.fill(menu, rows)
        menu.popup(at)

    def fill(self, menu: QMenu, rows: list[Row]) -> None:
        """Adds what can be done with these rows, at least one."""
        from runway_desktop.usecases.commands.menu import Part, Submenu, menu_of

        for number, group in enumerate(menu_of(rows)):
            if number:
                menu.addSeparator()
            for line in group:
                match line:
                    case Part.JUDGING:
                        self._add_judging(menu, rows)
                    case Part.ORDERING:
                        self._add_ordering(menu, rows)
                    case Submenu(title, entries):
                        below = menu.addMenu(title)
                        below.setToolTipsVisible(True)
                        for entry in entries:
                            self._add(below, entry, rows)
                    case Available() as entry:
                        self._add(menu, entry, rows)

    def _add_judging(self, menu: QMenu, rows: list[Row]) -> None:
        """Pick and reject have a tick where all have it; the stars stand in a menu of their own."""
        stars = menu.addMenu("Rating")
        ratings = {row.task.rating for row in rows}
        for number in (*range(MOST_STARS, 0, -1), 0):
            text = "★" * number or "None"
            action = add_check(stars, text, partial(self._judge.rate, number), checked=ratings == {number})
            action.setShortcuts(self._keys.usual(f"judge.rate.{number}")[:1])
        for pick, text, does, command in (
            (Pick.PICK, "Pick", self._judge.pick, "judge.pick"),
            (Pick.REJECT, "Reject", self._judge.reject, "judge.reject"),
        ):
            action = add_check(menu, text, does, checked=all(row.task.pick is pick for row in rows))
            action.setShortcuts(self._keys.usual(command)[:1])

    def _add_ordering(self, menu: QMenu, rows: list[Row]) -> None:
        menu.addMenu(self._judge.tags_menu(rows, self._keys.usual("judge.tag"), menu))
        below = menu.addMenu("Project, shot, note")
        for text, does, command in (
            ("Project…", self._judge.project, "judge.project"),
            ("Shot…", self._judge.shot, "judge.shot"),
            ("Note…", self._judge.note, "judge.note"),
        ):
            below.addAction(text, does).setShortcuts(self._keys.usual(command)[:1])

    def _add(self, menu: QMenu, shown: Available, rows: list[Row]) -> None:
        command = shown.command
        action = self._submenu(menu, command, rows) or menu.addAction(shown.text, lambda: self.take(command))
        action.setEnabled(shown.enabled)
        action.setToolTip(tip(shown.reason))
        _, key = BINDINGS.get(command, ("", ""))
        if key:
            action.setShortcuts(self._keys.usual(key)[:1])

    def _submenu(self, menu: QMenu, command: TaskCommand, rows: list[Row]) -> QAction | None:
        if command is TaskCommand.OPEN_WITH and self._task_commands.clipboard.lists_programs:
            used = self._result_of(rows[0]) if len(rows) == 1 else None
            from runway_desktop.usecases.commands.drag_payload import saved_paths

            paths = [used[0]] if used is not None else saved_paths(rows)
            return menu.addMenu(ProgramsMenu(self._task_commands.clipboard, paths, menu))
        if command is TaskCommand.USE_AS_INPUT and (used := self._result_of(rows[0])) is not None:
            return menu.addMenu(OnwardMenu(self._task_commands.use_as_input, *used, menu))
        return None

    def _result_of(self, row: Row) -> tuple[Path, Media] | None:
        """The one that is shown, if it is one of the row's, else its first."""
        found = {Path(output.path): output.media for output in row.outputs if output.is_here}
        shown = self._shown()
        if shown is not None and shown.path in found:
            return shown.path, found[shown.path]
        return next(iter(found.items()), None)

    def _take(self, command: TaskCommand, selected: list[Row], given: Given) -> None:
        if reason := why_not(command, selected):
            if command is TaskCommand.REMOVE and not why_not(TaskCommand.CANCEL, selected):
                # Offered, not carried out: this is an editing key, and a cancel may cost a result.
                self._task_commands.next_offered.emit(reason, TaskCommand.CANCEL, selected)
            else:
                self._task_commands.tell(reason)
            return

        def carry_out(given: Given = given) -> None:
            self._task_commands.carry_out(command, selected, given)

        match ENTRIES[command].needs:
            case Need.TITLE:
                ask_text(
                    self._window,
                    "Rename",
                    "A name for this task; empty shows its prompt.",
                    selected[0].task.title,
                    lambda _: "",
                    lambda text: carry_out(Given(text=text.strip())),
                )
            case Need.TASK_ID:
                known = self._task_commands.known_ids()
                ask_text(
                    self._window,
                    "Enter the task's id",
                    _id_hint(known),
                    known[0] if len(known) == 1 else "",
                    _id_problem,
                    lambda text: carry_out(Given(text=text.strip().lower())),
                )
            case None if (asked := self._task_commands.question(command, selected)) is not None:
                confirm(self._window, asked, lambda: carry_out(replace(given, prepared=asked.prepared)))
            case None:
                carry_out()


def _id_hint(known: Sequence[str]) -> str:
    if not known:
        return "The id that Runway gave it, from a log or from support."
    listed = "\n".join(known[:MOST_IDS])
    return f"The id that Runway gave it. Accepted by Runway and not in the list:\n{listed}"


def _id_problem(text: str) -> str:
    return "" if parse_remote_id(text) else "A task id looks like 17f20503-6c24-4c16-946b-35dbbce2af2f."


class OnwardMenu(QMenu):
    """Each endpoint that takes this kind, the likeliest first; a clip's last frame before them."""

    def __init__(self, use_as_input: UseAsInput, path: Path, media: Media, parent: QWidget) -> None:
        super().__init__("Use as input", parent)
        ways = use_as_input.ways(media)
        for number, way in enumerate(ways):
            if number and ways[number - 1].last_frame:
                self.addSeparator()
            self.addAction(way.text, lambda way=way: use_as_input.take(way, path, media))
        if not ways:
            self.addAction("Nothing takes this kind of file").setEnabled(False)


MOST = 16


class ProgramsMenu(QMenu):
    def __init__(self, clipboard: Clipboard, paths: Sequence[Path], parent: QWidget) -> None:
        super().__init__("Open with", parent)
        self._handing = clipboard
        self._paths = tuple(paths)
        self._is_filled = False
        self.addAction("Looking for programs…").setEnabled(False)
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        if not self._is_filled:
            self._is_filled = True
            self._handing.programs(self._paths, self._show)

    def _show(self, programs: list[Application]) -> None:
        if not isValid(self):
            # The menu was closed before the answer came.
            return
        self.clear()
        for program in programs[:MOST]:
            action = self.addAction(
                caption(program.name), lambda program=program: self._handing.open_with(program, self._paths)
            )
            action.setIcon(_icon(program.icon))
        if not programs:
            self.addAction("The system knows no program for this").setEnabled(False)


def _icon(name: str) -> QIcon:
    return QIcon(name) if name.startswith("/") else QIcon.fromTheme(name)
