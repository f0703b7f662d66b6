"""Judges the selected tasks, for keys, menus and the bar of buttons, which shows their common values. Text is asked for
in popups elsewhere.

The view-model decides what an act does, says and undoes. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import MOST_STARS, Pick, TaskId
from runway_desktop.texts import Text, _, ngettext
from runway_desktop.ui.building import STRETCH, PushButton, add_check, hbox, tool_button
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.tab_group import OneStop
from runway_desktop.ui.theme import GRID, TARGET, FollowsTheme, Role, Theme
from runway_desktop.usecases.commands.command import RoomCommand
from runway_desktop.usecases.words.plain import caption
from runway_desktop.usecases.words.tasks import rating_words
from runway_desktop.viewmodels.tasks.details import DetailsModel
from runway_desktop.viewmodels.tasks.judging import JudgingModel
from runway_desktop.viewmodels.tasks.pages import Pages
from runway_desktop.viewmodels.tasks.task_list import TaskListModel

from .commands import COMPARE_TAKES, NOTE, PICK, RATE, REJECT, TAG, star_words

MOST = 12
"""Maximum number of suggested tags, in addition to those of the selected tasks."""
_STARS = MOST_STARS * TARGET
_LEAST = TARGET
"""Width of a button without text."""
_APART = GRID
"""Gap between stars and buttons."""
_GAP = 2


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

    is_one = True
    """It has no panes that could be swapped."""

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

    def pick_instead(self) -> None:
        self.judging.pick_instead(self._chosen())

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


class JudgeBar(QWidget):
    def __init__(self, details: DetailsModel, judge: Judge, theme: Theme, keys: Keys) -> None:
        super().__init__()
        self._details = details
        self._judge = judge
        self._theme = theme
        self._keys = keys
        self._stars = [self._star(number) for number in range(1, MOST_STARS + 1)]
        self._pick = _CommandButton(PICK, judge, self, checkable=True)
        self._reject = _CommandButton(REJECT, judge, self, checkable=True)
        others = (_CommandButton(command, judge, self) for command in (TAG, NOTE, COMPARE_TAKES))
        self._worded = (self._pick, self._reject, *others)
        deciding = hbox(*self._worded, spacing=_GAP)
        hbox(hbox(*self._stars, spacing=0), _APART, deciding, STRETCH, on=self, spacing=0)
        OneStop(self, self._stars)
        OneStop(self, self._worded)
        details.changed.connect(self._show)
        keys.changed.connect(self._restyle)
        FollowsTheme(theme, self, self._restyle)

    def minimumSizeHint(self) -> QSize:
        """With icons only, so that the bar does not force a minimum pane width."""
        width = _STARS + _APART + len(self._worded) * (_LEAST + _GAP) - _GAP
        return QSize(width, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _star(self, number: int) -> QToolButton:
        star = tool_button(self, partial(self._rate, number), kind="flat")
        star.setStyleSheet("padding: 4px 1px; min-height: 0;")
        star.setFixedWidth(TARGET)
        return star

    def _rate(self, number: int) -> None:
        """Rates; pressing the current rating clears it."""
        self._judge.rate(0 if self._details.rating == number else number)

    def _restyle(self) -> None:
        for button in self._worded:
            button.dress(self._theme, self._keys)
        for number, star in enumerate(self._stars, start=1):
            star.setToolTip(self._keys.tip(RATE[number], rating_words(number)))
        self._show()
        self._fit()

    def _fit(self) -> None:
        """Shows text on all buttons if it fits, else on Pick and Reject, else on none."""
        room = self.width() - _STARS - _APART + _GAP
        for worded in (self._worded, (self._pick, self._reject), ()):
            widths = (button.wide if button in worded else _LEAST for button in self._worded)
            if sum(widths) + len(self._worded) * _GAP <= room or not worded:
                for button in self._worded:
                    button.show_words(on=button in worded)
                return

    def _show(self) -> None:
        self.setVisible(bool(self._details.chosen))
        rating = self._details.rating
        for number, star in enumerate(self._stars, start=1):
            full = number <= rating
            name, role = ("mdi6.star", Role.ACCENT) if full else ("mdi6.star-outline", Role.FAINT)
            star.setIcon(self._theme.icon(name, role))
            star.setAccessibleName(str(star_words(number, rating)))
            star.setVisible(self._details.can_be_rated)
        for button, pick in ((self._pick, Pick.PICK), (self._reject, Pick.REJECT)):
            button.setChecked(self._details.pick is pick)
            button.dress(self._theme, self._keys)


class _CommandButton(PushButton):
    """Button with an icon, or icon, text and key."""

    def __init__(self, command: RoomCommand[Any], judge: Judge, parent: QWidget, *, checkable: bool = False) -> None:
        super().__init__(parent)
        self._command = command
        self._words = command.name
        self._worded = False
        self.wide = _LEAST
        """Width with text."""
        self.setProperty("compact", True)
        self.setAccessibleName(command.name)
        self.setCheckable(checkable)
        self.setIconSize(QSize(16, 16))
        # Drops the `checked` argument of the signal.
        self.clicked.connect(lambda _=False: command.does(judge))

    def dress(self, theme: Theme, keys: Keys) -> None:
        self.setIcon(theme.icon(self._command.sign, Role.ACCENT if self.isChecked() else Role.MUTED))
        self.setToolTip(keys.tip(self._command))
        self._words = f"{self._command.name}  {keys.words(self._command)}".rstrip()
        self.ensurePolished()
        self.wide = self.fontMetrics().horizontalAdvance(self._words) + 16 + 3 * GRID
        self.show_words(on=self._worded)

    def show_words(self, *, on: bool) -> None:
        self._worded = on
        text, width = (self._words, self.wide) if on else ("", _LEAST)
        if self.text() != text or self.minimumWidth() != width:
            self.setText(text)
            self.setFixedWidth(width)
