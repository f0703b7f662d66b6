"""The context menu and the keys of the list: offers become actions, questions are asked before anything can be lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Media, TaskId, parse_remote_id
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.confirm import ask_text, confirm
from runway_desktop.ui.tasks.judge import Judge
from runway_desktop.ui.theme import Role, Theme
from runway_desktop.usecases.commands.offers import Offer, TaskCommand, offers, why_not
from runway_desktop.usecases.words.tasks import Showing
from runway_desktop.viewmodels.tasks.task_commands import TaskCommands
from runway_desktop.viewmodels.tasks.task_list import TaskListModel

MOST_IDS = 8
"""Known ids that a person is shown at once."""

_COMMANDS = {
    TaskCommand.OPEN: "task.open",
    TaskCommand.RETRY: "task.retry",
    TaskCommand.EDIT_AND_SEND: "task.edit",
    TaskCommand.EDIT_HELD: "task.edit",
    TaskCommand.NEW_SEED: "task.seed",
    TaskCommand.OTHER_MODEL: "task.model",
    TaskCommand.RENAME: "task.rename",
    TaskCommand.REMOVE: "task.remove",
    TaskCommand.COPY_PROMPT: "task.copy",
    TaskCommand.COPY_FILE: "task.copy.files",
    TaskCommand.COPY_LINK: "task.copy.link",
    TaskCommand.SHOW_FILE: "task.folder",
    TaskCommand.EXPORT: "exchange.export",
}
_ICONS = {
    TaskCommand.OPEN: "mdi6.play-outline",
    TaskCommand.SHOW_FILE: "mdi6.folder-outline",
    TaskCommand.RETRY: "mdi6.refresh",
    TaskCommand.REFRESH: "mdi6.cloud-refresh-outline",
    TaskCommand.EDIT_AND_SEND: "mdi6.pencil-outline",
    TaskCommand.EDIT_HELD: "mdi6.pencil-outline",
    TaskCommand.NEW_SEED: "mdi6.dice-multiple-outline",
    TaskCommand.CANCEL: "mdi6.cancel",
    TaskCommand.DELETE_REMOTELY: "mdi6.cloud-remove-outline",
    TaskCommand.DELETE_FILE: "mdi6.trash-can-outline",
    TaskCommand.REMOVE: "mdi6.playlist-minus",
    TaskCommand.LOOK_FOR: "mdi6.magnify",
    TaskCommand.KEEP_CHANGE: "mdi6.check",
    TaskCommand.PUT_BACK: "mdi6.delete-restore",
    TaskCommand.COPY_PROMPT: "mdi6.content-copy",
    TaskCommand.COPY_LINK: "mdi6.link-variant",
    TaskCommand.COPY_PICTURE: "mdi6.image-outline",
    TaskCommand.EXPORT: "mdi6.export-variant",
    TaskCommand.USE_AS_INPUT: "mdi6.image-plus-outline",
    TaskCommand.SEND_NEXT: "mdi6.arrow-up-bold-outline",
}


class VerbMenu(QObject):
    """`chosen` gives the ids that are chosen in the list now; rows that nobody looked at yet are fetched first. `shown`
    tells which result the preview shows: of several it is the one that is meant."""

    def __init__(
        self,
        desk: TaskCommands,
        rows: TaskListModel,
        chosen: Callable[[], list[TaskId]],
        judge: Judge,
        shown: Callable[[], Showing | None],
        theme: Theme,
        keys: Keys,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._window = parent
        self._desk = desk
        self._rows = rows
        self._chosen = chosen
        self._judge = judge
        self._shown = shown
        self._theme = theme
        self._keys = keys

    def popup(self, at: QPoint) -> None:
        """The menu for what is chosen now; it may change until something is picked, so the rows are asked again
        then."""
        self._rows.with_rows(self._chosen(), lambda rows: self._popup(at, rows))

    def take(self, verb: TaskCommand) -> None:
        """Carries a verb out on what is chosen if it is offered, after asking what must be asked; says why when it is
        not."""
        self._rows.with_rows(self._chosen(), lambda rows: self._take(verb, rows))

    def _popup(self, at: QPoint, rows: list[Row]) -> None:
        groups = offers(rows)
        if not groups:
            return
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        for group in groups[:-1]:
            self._add(menu, group, rows)
            menu.addSeparator()
        self._add_judging(menu, rows)
        menu.addSeparator()
        # What takes things away comes last.
        self._add(menu, groups[-1], rows)
        menu.popup(at)

    def _add_judging(self, menu: QMenu, rows: list[Row]) -> None:
        tags = menu.addMenu(self._judge.tags_menu(rows, self._keys.of("judge.tag"), menu))
        tags.setIcon(self._theme.icon("mdi6.tag-outline", Role.MUTED))
        for sign, text, does, command in (
            ("mdi6.folder-star-outline", "Project…", self._judge.project, "judge.project"),
            ("mdi6.movie-open-outline", "Shot…", self._judge.shot, "judge.shot"),
            ("mdi6.note-text-outline", "Note…", self._judge.note, "judge.note"),
        ):
            action = menu.addAction(self._theme.icon(sign, Role.MUTED), text, does)
            action.setShortcuts(self._keys.of(command)[:1])

    def _add(self, menu: QMenu, group: Sequence[Offer], rows: list[Row]) -> None:
        for offer in group:
            action = self._submenu(menu, offer, rows) or menu.addAction(
                offer.text, lambda verb=offer.verb: self.take(verb)
            )
            action.setEnabled(offer.enabled)
            action.setToolTip(offer.reason)
            if offer.verb in _COMMANDS:
                action.setShortcuts(self._keys.of(_COMMANDS[offer.verb])[:1])
            if offer.verb in _ICONS:
                action.setIcon(self._theme.icon(_ICONS[offer.verb], Role.BAD if offer.dangerous else Role.MUTED))

    def _submenu(self, menu: QMenu, offer: Offer, rows: list[Row]) -> QAction | None:
        from runway_desktop.ui.lineage.use_as_input_menu import OnwardMenu
        from runway_desktop.ui.sharing.programs_menu import ProgramsMenu

        if offer.verb is TaskCommand.OPEN_WITH and self._desk.handing.lists_programs:
            used = self._result_of(rows[0]) if len(rows) == 1 else None
            paths = [used[0]] if used is not None else _files(rows)
            return menu.addMenu(ProgramsMenu(self._desk.handing, paths, self._theme, menu))
        if offer.verb is TaskCommand.USE_AS_INPUT and (used := self._result_of(rows[0])) is not None:
            return menu.addMenu(OnwardMenu(self._desk.use_as_input, *used, menu))
        return None

    def _result_of(self, row: Row) -> tuple[Path, Media] | None:
        """The one that is shown, if it is one of the row's, else its first."""
        found = {Path(output.path): output.media for output in row.outputs if output.is_here}
        shown = self._shown()
        if shown is not None and shown.path in found:
            return shown.path, found[shown.path]
        return next(iter(found.items()), None)

    def _take(self, verb: TaskCommand, chosen: list[Row]) -> None:
        offer = next((offer for group in offers(chosen) for offer in group if offer.verb is verb), None)
        if offer is None:
            self._desk.tell(why_not(verb, chosen))
            return
        if not offer.enabled:
            self._desk.tell(offer.reason)
            return
        if verb is TaskCommand.RENAME:
            task = chosen[0].task
            ask_text(
                self._window,
                "Rename",
                "A name for this task; empty shows its prompt.",
                task.title,
                lambda _: "",
                lambda text: self._desk.carry_out(verb, chosen, text=text.strip()),
            )
            return
        if verb is TaskCommand.ADOPT_ID:
            known = self._desk.known_ids()
            ask_text(
                self._window,
                "Enter the task's id",
                _id_hint(known),
                known[0] if len(known) == 1 else "",
                _id_problem,
                lambda text: self._desk.carry_out(verb, chosen, text=text.strip().lower()),
            )
            return
        asked = self._desk.question(verb, chosen)
        if asked is None:
            self._desk.carry_out(verb, chosen)
        else:
            confirm(self._window, asked, lambda: self._desk.carry_out(verb, chosen))


def _files(rows: list[Row]) -> list[Path]:
    return [Path(output.path) for row in rows for output in row.outputs if output.is_here]


def _id_hint(known: Sequence[str]) -> str:
    if not known:
        return "The id that Runway gave it, from a log or from support."
    listed = "\n".join(known[:MOST_IDS])
    return f"The id that Runway gave it. Accepted by Runway and not in the list:\n{listed}"


def _id_problem(text: str) -> str:
    return "" if parse_remote_id(text) else "A task id looks like 17f20503-6c24-4c16-946b-35dbbce2af2f."
