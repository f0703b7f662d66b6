"""Judging what is chosen: what a key, a button or a menu asks; the small popups that one types in open elsewhere.

Decides nothing: what a action does, says and undoes is the view-model's. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Pick, TaskId
from runway_desktop.ui.building import add_check
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.plain import caption
from runway_desktop.viewmodels.tasks.judging import JudgingModel
from runway_desktop.viewmodels.tasks.places import Places
from runway_desktop.viewmodels.tasks.task_list import TaskListModel


class Judge(QObject):
    """`chosen` gives the ids that are chosen now."""

    compare_wanted = Signal(object)
    """Task ids."""
    line_wanted = Signal(str, object, object, bool, object)
    """A line is to be typed: its title, the text in it (None where tasks differ), words to complete it with, whether it
    holds several, and what takes it."""
    note_wanted = Signal(str, object, object)
    """The same of a note: its title, its text, what takes it."""

    def __init__(
        self,
        judging: JudgingModel,
        rows: TaskListModel,
        places: Places,
        chosen: Callable[[], list[TaskId]],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self.judging = judging
        self._rows = rows
        self._places = places
        self._chosen = chosen

    def rate(self, stars: int) -> None:
        self.judging.rate(self._chosen(), stars)

    @property
    def has_any(self) -> bool:
        """Whether something is chosen."""
        return bool(self._chosen())

    def pick(self, pick: Pick) -> None:
        """Again takes it away: when all that is chosen is picked, or rejected, already."""

        def turn(rows: list[Row]) -> None:
            had = bool(rows) and all(row.task.pick is pick for row in rows)
            self.judging.pick([row.task.id for row in rows], Pick.NONE if had else pick)

        self._rows.with_rows(self._chosen(), turn)

    def compare(self) -> None:
        """All that is chosen; of a single task, its takes."""
        self.compare_wanted.emit(self._chosen())

    def tag(self) -> None:
        """One task's tags can be edited; many are given some more."""

        def ask(rows: list[Row]) -> None:
            if not rows:
                return
            ids = [row.task.id for row in rows]
            before = rows[0].task.tags if len(rows) == 1 else ()
            title = "Tags, separated by commas"
            if len(rows) > 1:
                title = f"Tags for {units.count(len(rows), 'task')}, separated by commas; -tag removes one"
            known = sorted(self._places.counts.tags)
            self.line_wanted.emit(
                title, ", ".join(before), known, True, lambda text: self.judging.tag(ids, _difference(before, text))
            )

        self._rows.with_rows(self._chosen(), ask)

    def tags_menu(self, rows: Sequence[Row], keys: Sequence[QKeySequence], parent: QWidget) -> QMenu:
        """Gives and takes tags of these rows; `keys` are told beside what opens the line."""

        return TagsMenu(self.judging, rows, self._places.counts.tags, self.tag, keys, parent)

    def project(self) -> None:
        self._ask(
            "Project", lambda row: row.task.project, sorted(self._places.counts.projects), self.judging.set_project
        )

    def shot(self) -> None:
        self._ask("Shot", lambda row: row.task.shot, sorted(self._places.counts.shots), self.judging.set_shot)

    def note(self) -> None:
        def ask(ids: list[TaskId], title: str, text: str | None) -> None:
            self.note_wanted.emit(title, text, partial(self.judging.set_note, ids))

        self._alike("Note", lambda row: row.task.note, ask)

    def _ask(
        self,
        title: str,
        value: Callable[[Row], str],
        words: Sequence[str],
        take: Callable[[Sequence[TaskId], str], None],
    ) -> None:
        def ask(ids: list[TaskId], title: str, text: str | None) -> None:
            self.line_wanted.emit(title, text, words, False, partial(take, ids))

        self._alike(title, value, ask)

    def _alike(
        self, title: str, value: Callable[[Row], str], ask: Callable[[list[TaskId], str, str | None], None]
    ) -> None:
        """Asks for what is chosen, with the value that all of it has; None where it has several."""

        def known(rows: list[Row]) -> None:
            if rows:
                values = {value(row) for row in rows}
                of = units.plural(len(rows), "", f" of {units.count(len(rows), 'task')}")
                ask([row.task.id for row in rows], f"{title}{of}", values.pop() if len(values) == 1 else None)

        self._rows.with_rows(self._chosen(), known)


def _difference(before: Sequence[str], text: str) -> str:
    """The edit of a line of tags, as tags that come and go."""
    after = [word.strip() for word in text.split(",") if word.strip()]
    folded = {word.lower() for word in after}
    return ", ".join([*after, *(f"-{tag}" for tag in before if tag not in folded)])


MOST = 12
"""Tags that are offered beside those of the chosen tasks."""


class TagsMenu(QMenu):
    """A tag that all have is ticked, and taken from all when it is chosen; any other one is given to all. `known` are
    the tags of the whole library with how often they are used; `ask` opens the line."""

    def __init__(
        self,
        judging: JudgingModel,
        rows: Sequence[Row],
        known: Mapping[str, int],
        ask: Callable[[], object],
        keys: Sequence[QKeySequence],
        parent: QWidget,
    ) -> None:
        super().__init__("Tags", parent)
        self._judging = judging
        self._ids = [row.task.id for row in rows]
        amounts: dict[str, int] = {}
        for row in rows:
            for tag in row.task.tags:
                amounts[tag] = amounts.get(tag, 0) + 1
        used = sorted((tag for tag in known if tag not in amounts), key=lambda tag: (-known[tag], tag))[:MOST]
        for tag in (*sorted(amounts), *sorted(used)):
            self._offer(tag, amounts.get(tag, 0), len(rows))
        if amounts or used:
            self.addSeparator()
        self.addAction("Other tags…", ask).setShortcuts(keys[:1])

    def _offer(self, tag: str, amount: int, of: int) -> None:
        some = f"\t{amount:,} of {of:,}" if 0 < amount < of else ""
        shown = caption(tag)
        all_have = amount == of
        does = partial(self._judging.tag, self._ids, f"-{tag}" if all_have else tag)
        add_check(self, f"{shown}{some}", does, checked=all_have)
