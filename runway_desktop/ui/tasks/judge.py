"""Judges the selected tasks, for keys, buttons and menus. Text input opens in popups elsewhere.

The view-model decides what an act does, says and undoes. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Pick, TaskId
from runway_desktop.texts import Text, _, ngettext
from runway_desktop.ui.building import add_check
from runway_desktop.usecases.words.plain import caption
from runway_desktop.viewmodels.tasks.judging import JudgingModel
from runway_desktop.viewmodels.tasks.pages import Pages
from runway_desktop.viewmodels.tasks.task_list import TaskListModel


class Judge(QObject):
    """`chosen` returns the selected task ids."""

    compare_wanted = Signal(object)
    """Task ids."""
    line_wanted = Signal(str, object, object, bool, object)
    """Request for a line of text: title, initial text (None if tasks differ), completions, whether it holds several
    values, and the callback."""
    note_wanted = Signal(str, object, object)
    """Request for a note: title, initial text (None if tasks differ), callback."""

    def __init__(
        self,
        judging: JudgingModel,
        rows: TaskListModel,
        pages: Pages,
        chosen: Callable[[], list[TaskId]],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self.judging = judging
        self._rows = rows
        self._pages = pages
        self._chosen = chosen

    def rate(self, stars: int) -> None:
        self.judging.rate(self._chosen(), stars)

    @property
    def has_any(self) -> bool:
        """Whether anything is selected."""
        return bool(self._chosen())

    def pick(self, pick: Pick) -> None:
        """Picks or rejects the selection; clears the mark if all of it has it already."""

        def turn(rows: list[Row]) -> None:
            had = bool(rows) and all(row.task.pick is pick for row in rows)
            self.judging.pick([row.task.id for row in rows], Pick.NONE if had else pick)

        self._rows.with_rows(self._chosen(), turn)

    def compare(self) -> None:
        """Compares the selection; for a single task, its takes."""
        self.compare_wanted.emit(self._chosen())

    def tag(self) -> None:
        """Edits the tags of one task, or adds tags to several."""

        def ask(rows: list[Row]) -> None:
            if not rows:
                return
            ids = [row.task.id for row in rows]
            before = rows[0].task.tags if len(rows) == 1 else ()
            title = ngettext(
                "Tags, separated by commas",
                "Tags for {n} tasks, separated by commas; -tag removes one",
                len(rows),
            )
            known = sorted(self._pages.counts.tags)
            self.line_wanted.emit(
                title, ", ".join(before), known, True, lambda text: self.judging.tag(ids, _difference(before, text))
            )

        self._rows.with_rows(self._chosen(), ask)

    def tags_menu(self, rows: Sequence[Row], keys: Sequence[QKeySequence], parent: QWidget) -> QMenu:
        """Menu that toggles tags of these rows; `keys` are shown at the entry that opens the line."""

        return TagsMenu(self.judging, rows, self._pages.counts.tags, self.tag, keys, parent)

    def project(self) -> None:
        self._ask(
            Text("Project", "Project of {n} tasks"),
            lambda row: row.task.project,
            sorted(self._pages.counts.projects),
            self.judging.set_project,
        )

    def shot(self) -> None:
        self._ask(
            Text("Shot", "Shot of {n} tasks"),
            lambda row: row.task.shot,
            sorted(self._pages.counts.shots),
            self.judging.set_shot,
        )

    def note(self) -> None:
        def ask(ids: list[TaskId], title: str, text: str | None) -> None:
            self.note_wanted.emit(title, text, partial(self.judging.set_note, ids))

        self._alike(Text("Note", "Note of {n} tasks"), lambda row: row.task.note, ask)

    def _ask(
        self,
        title: Text,
        value: Callable[[Row], str],
        words: Sequence[str],
        take: Callable[[Sequence[TaskId], str], None],
    ) -> None:
        def ask(ids: list[TaskId], title: str, text: str | None) -> None:
            self.line_wanted.emit(title, text, words, False, partial(take, ids))

        self._alike(title, value, ask)

    def _alike(
        self, title: Text, value: Callable[[Row], str], ask: Callable[[list[TaskId], str, str | None], None]
    ) -> None:
        """Calls `ask` with the selection's common value; None if it differs."""

        def known(rows: list[Row]) -> None:
            if rows:
                values = {value(row) for row in rows}
                ask([row.task.id for row in rows], str(title.of(len(rows))), values.pop() if len(values) == 1 else None)

        self._rows.with_rows(self._chosen(), known)


def _difference(before: Sequence[str], text: str) -> str:
    """An edited line of tags, with the removed tags as "-tag"."""
    after = [word.strip() for word in text.split(",") if word.strip()]
    folded = {word.lower() for word in after}
    return ", ".join([*after, *(f"-{tag}" for tag in before if tag not in folded)])


MOST = 12
"""Maximum number of suggested tags, in addition to those of the selected tasks."""


class TagsMenu(QMenu):
    """Menu of tags: a tag that all rows have is checked and gets removed, others are added. `known` counts the
    library's tags; `ask` opens the line."""

    def __init__(
        self,
        judging: JudgingModel,
        rows: Sequence[Row],
        known: Mapping[str, int],
        ask: Callable[[], object],
        keys: Sequence[QKeySequence],
        parent: QWidget,
    ) -> None:
        super().__init__(_("Tags"), parent)
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
        self.addAction(_("Other tags…"), ask).setShortcuts(keys[:1])

    def _offer(self, tag: str, amount: int, of: int) -> None:
        some = _("\t{n} of {all}", n=amount, all=of) if 0 < amount < of else ""
        shown = caption(tag)
        all_have = amount == of
        does = partial(self._judging.tag, self._ids, f"-{tag}" if all_have else tag)
        add_check(self, f"{shown}{some}", does, checked=all_have)
