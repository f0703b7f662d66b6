"""The menu of tags for what is chosen: those it has, those that are used most, and a line for any other. GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from runway_desktop.domain.library import Row
from runway_desktop.viewmodels.tasks.judging import JudgingModel

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
        shown = tag.replace("&", "&&")
        all_have = amount == of
        action = self.addAction(f"{shown}{some}", lambda: self._judging.tag(self._ids, f"-{tag}" if all_have else tag))
        action.setCheckable(True)
        action.setChecked(all_have)
