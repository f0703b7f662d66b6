"""Context menu and keys of the list: commands as actions, with their questions. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from runway_desktop.domain.library import Row
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import MOST_STARS, Pick, TaskId
from runway_desktop.texts import _
from runway_desktop.ui.building import add_check, passing_menu
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.confirm import ask_text, confirm
from runway_desktop.ui.tasks.commands import NOTE, PICK, PICK_INSTEAD, PROJECT, RATE, REJECT, SHOT, TAG
from runway_desktop.ui.tasks.judge import Judge
from runway_desktop.usecases.commands.command import Command
from runway_desktop.usecases.commands.ending import CANCEL, REMOVE
from runway_desktop.usecases.commands.handing_on import USE_AS_INPUT
from runway_desktop.usecases.commands.task_command import NOTHING, Given, TaskCommand
from runway_desktop.usecases.commands.tasks import MenuPart, Submenu, given_by, menu_of
from runway_desktop.usecases.words.plain import tip
from runway_desktop.usecases.words.tasks import Showing
from runway_desktop.values import replace
from runway_desktop.viewmodels.tasks.task_commands import TaskCommands, UseAsInput
from runway_desktop.viewmodels.tasks.task_list import TaskListModel


class TaskMenu(QObject):
    """`chosen` returns the selected ids; rows not loaded yet are fetched first. `shown` returns the result in the
    preview, which is meant if a task has several."""

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
        """Opens the menu for the selection. Rows are fetched again when an action is triggered, since they may change
        meanwhile."""
        self._rows.with_rows(self._chosen(), lambda rows: self._popup(at, rows))

    def take(self, command: Command[Any], given: Given = NOTHING) -> None:
        """Runs a command, or the one that its keys mean, on the selection, after its questions. If it cannot run, says
        why."""
        self._rows.with_rows(self._chosen(), lambda rows: self._take(command, rows, given))

    def take_for(self, command: Command[Any], task_ids: Sequence[TaskId], given: Given = NOTHING) -> None:
        """Runs a command on these tasks instead of the selection."""
        self._rows.with_rows(list(task_ids), lambda rows: self._take(command, rows, given))

    def _popup(self, at: QPoint, rows: list[Row]) -> None:
        if not rows:
            return
        menu = passing_menu(self._window)
        menu.setToolTipsVisible(True)
        self.fill(menu, rows)
        menu.popup(at)

    def fill(self, menu: QMenu, rows: list[Row]) -> None:
        """Adds what can be done with these rows; at least one row."""
        for number, group in enumerate(menu_of(rows)):
            if number:
                menu.addSeparator()
            for line in group:
                match line:
                    case MenuPart.JUDGING:
                        self._add_judging(menu, rows)
                    case MenuPart.ORDERING:
                        self._add_ordering(menu, rows)
                    case Submenu(title, commands):
                        below = menu.addMenu(str(title))
                        below.setToolTipsVisible(True)
                        for command in commands:
                            self._add(below, command, rows)
                    case TaskCommand() as command:
                        self._add(menu, command, rows)

    def _add_judging(self, menu: QMenu, rows: list[Row]) -> None:
        """Pick and reject are checked if all rows have them; stars are in a submenu."""
        stars = menu.addMenu(_("Rating"))
        ratings = {row.task.rating for row in rows}
        for number in (*range(MOST_STARS, 0, -1), 0):
            text = "★" * number or _("None")
            action = add_check(stars, text, partial(self._judge.rate, number), checked=ratings == {number})
            action.setShortcuts(self._keys.usual(RATE[number])[:1])
        for pick, command in ((Pick.PICK, PICK), (Pick.REJECT, REJECT)):
            does = partial(command.does, self._judge)
            action = add_check(menu, command.name, does, checked=all(row.task.pick is pick for row in rows))
            action.setShortcuts(self._keys.usual(command)[:1])
        instead = menu.addAction(PICK_INSTEAD.name, partial(PICK_INSTEAD.does, self._judge))
        instead.setShortcuts(self._keys.usual(PICK_INSTEAD)[:1])

    def _add_ordering(self, menu: QMenu, rows: list[Row]) -> None:
        menu.addMenu(self._judge.tags_menu(rows, self._keys.usual(TAG), menu))
        below = menu.addMenu(_("Project, shot, note"))
        for command in (PROJECT, SHOT, NOTE):
            below.addAction(str(command.words), partial(command.does, self._judge)).setShortcuts(
                self._keys.usual(command)[:1]
            )

    def _add(self, menu: QMenu, command: TaskCommand, rows: list[Row]) -> None:
        text = self._task_commands.text(command, rows)
        action = self._submenu(menu, command, rows) or menu.addAction(text, lambda: self.take(command))
        reason = command.reason(rows)
        action.setEnabled(not reason)
        action.setToolTip(tip(reason))
        if command.keyed.keys and given_by(command.keyed, rows) is command:
            action.setShortcuts(self._keys.usual(command.keyed)[:1])

    def _submenu(self, menu: QMenu, command: TaskCommand, rows: list[Row]) -> QAction | None:
        if command is USE_AS_INPUT and (used := self._result_of(rows[0])) is not None:
            return menu.addMenu(OnwardMenu(self._task_commands.use_as_input, *used, menu))
        return None

    def _result_of(self, row: Row) -> tuple[Path, Media] | None:
        """The shown result if it is the row's, else its first one."""
        found = {Path(output.path): output.media for output in row.outputs if output.is_here}
        shown = self._shown()
        if shown is not None and shown.path in found:
            return shown.path, found[shown.path]
        return next(iter(found.items()), None)

    def _take(self, key: Command[Any], selected: list[Row], given: Given) -> None:
        command, commands = given_by(key, selected), self._task_commands
        if reason := command.reason(selected):
            if command is REMOVE and not CANCEL.reason(selected):
                # Offered, not executed: Delete is an editing key, and canceling may lose a result.
                commands.next_offered.emit(reason, CANCEL, selected)
            else:
                commands.tell(reason)
            return

        def carry_out(given: Given = given) -> None:
            commands.carry_out(command, selected, given)

        if (prompt := commands.prompt(command, selected)) is not None:
            problem, asks = prompt.problem, (str(prompt.title), str(prompt.words), prompt.text)
            ask_text(
                self._window,
                *asks,
                lambda text: str(problem(text)),
                lambda text: carry_out(Given(text=text)),
                offers=prompt.offers,
            )
        elif (asked := commands.question(command, selected)) is not None:
            confirm(self._window, asked, lambda: carry_out(replace(given, prepared=asked.prepared)))
        else:
            carry_out()


class OnwardMenu(QMenu):
    """Endpoints that accept this kind of result, most likely first; before them, those for a clip's last frame."""

    def __init__(self, use_as_input: UseAsInput, path: Path, media: Media, parent: QWidget) -> None:
        super().__init__(USE_AS_INPUT.name, parent)
        ways = use_as_input.ways(media)
        for number, way in enumerate(ways):
            if number and ways[number - 1].last_frame:
                self.addSeparator()
            self.addAction(way.text, lambda way=way: use_as_input.take(way, path, media))
        if not ways:
            self.addAction(_("No model takes this kind of file")).setEnabled(False)
