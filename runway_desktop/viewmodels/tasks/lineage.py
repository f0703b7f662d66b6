"""The chosen task among its kin: generations from the oldest to the youngest, and its takes, for a strip of thumbnails.

It follows the choice and whatever is added or saved meanwhile. GUI thread only.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from runway_desktop.catalog.labels import model_label
from runway_desktop.domain.task import Media, Output, TaskId
from runway_desktop.usecases.requests.input_item import label_at
from runway_desktop.usecases.words import units
from runway_desktop.values import Struct

if TYPE_CHECKING:
    from runway_desktop.domain.library import Row
    from runway_desktop.services.library.lineage import Kin, Tree
    from runway_desktop.services.supervised import Runner
    from runway_desktop.usecases.listing.changes import Touch
    from runway_desktop.usecases.use_cases import UseCases
    from runway_desktop.viewmodels.bridge import Bridge

SETTLE_MS = 200
_LONGEST_TITLE = 60


class Node(Struct, frozen=True):
    """One thumbnail. Without a `task_id` it is a file that was not made here."""

    task_id: TaskId | None
    picture: str
    """Path of a picture to show; empty: an icon of its `media`."""
    media: Media
    title: str
    path: str = ""
    """Of the file that it stands for; empty where there is none here."""
    relation: str = ""
    """How it is tied to what follows it, or, below the task, what was made: "First frame", "Upscale a clip"."""


class LineageModel(QObject):
    changed = Signal()

    def __init__(self, cases: UseCases, bridge: Bridge, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cases = cases
        self._runner = runner
        self._task_id: TaskId | None = None
        self._tree: Tree | None = None
        self._asked = 0
        self._soon = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._soon.timeout.connect(self._ask)
        bridge.tasks_added.connect(lambda _: self._ask_soon())
        bridge.tasks_touched.connect(self._touched)

    def choose(self, task_id: TaskId | None) -> None:
        """None while not exactly one task is chosen."""
        if task_id != self._task_id:
            self._task_id, self._tree = task_id, None
            self._asked += 1
            self._soon.stop()
            self.changed.emit()
            self._ask()

    @property
    def task_id(self) -> TaskId | None:
        return self._task_id

    def above(self) -> list[list[Node]]:
        """What it was made from, the oldest generation first."""
        tree = self._tree
        return [[self._older(tie) for tie in kin] for kin in reversed(tree.above)] if tree is not None else []

    def this(self) -> Node | None:
        return self._of_row(self._tree.row) if self._tree is not None else None

    def below(self) -> list[list[Node]]:
        """What was made from it, the nearest generation first."""
        return [[self._younger(tie) for tie in kin] for kin in self._tree.below] if self._tree is not None else []

    def takes(self) -> list[Node]:
        """Itself among them, oldest first; empty where it is the only one."""
        rows = self._tree.takes if self._tree is not None else ()
        return [self._of_row(row, f"Take {number}") for number, row in enumerate(rows, start=1)]

    def _ask(self) -> None:
        self._asked += 1
        if self._task_id is not None:
            self._runner(self._load(self._asked, self._task_id), "look for kin")

    def _ask_soon(self) -> None:
        if self._task_id is not None and not self._soon.isActive():
            self._soon.start()

    async def _load(self, asked: int, task_id: TaskId) -> None:
        tree = await self._cases.library.lineage.around(task_id, self._cases.input_fixer)
        if asked == self._asked and tree != self._tree:
            self._tree = tree
            self.changed.emit()

    def _touched(self, touches: dict[TaskId, Touch]) -> None:
        if self._tree is None:
            return
        rows = [self._tree.row, *self._tree.takes]
        rows += [tie.row for kin in (*self._tree.above, *self._tree.below) for tie in kin if tie.row is not None]
        known = {row.task.id for row in rows}
        if any(task_id in known and touch.outputs for task_id, touch in touches.items()):
            self._ask_soon()

    def _older(self, tie: Kin) -> Node:
        relation = self._field(tie)
        if tie.row is None:
            use = tie.use
            path = use.path if use.media is Media.IMAGE else ""
            name = Path(use.path).name if use.path else use.uri[:_LONGEST_TITLE]
            return Node(None, path, use.media, name, use.path, relation)
        return self._of_row(tie.row, relation, tie.output)

    def _younger(self, tie: Kin) -> Node:
        assert tie.row is not None, "what lies below was made here"  # noqa: S101 - by the meaning of Kin
        endpoint = self._cases.catalog.endpoint(tie.row.task.request.endpoint)
        return self._of_row(tie.row, endpoint.label if endpoint is not None else tie.row.task.request.endpoint)

    def _of_row(self, row: Row, relation: str = "", output: Output | None = None) -> Node:
        # A file that is gone leaves its poster behind.
        pictured = (*(one for one in row.outputs if one.is_here), *(one for one in row.outputs if one.poster))
        shown = output or next(iter(pictured), None)
        said = row.task.title or row.task.request.prompt or model_label(row.task.request.model)
        title = units.shortened(said, _LONGEST_TITLE)
        if shown is None:
            return Node(row.task.id, row.first_input_path, Media.OTHER, title, "", relation)
        own = shown.path if shown.media is Media.IMAGE and shown.is_here else ""
        file = shown.path if shown.is_here else ""
        return Node(row.task.id, shown.poster or own, shown.media, title, file, relation)

    def _field(self, tie: Kin) -> str:
        """What the input was for, in the words of the model that took it."""
        tree, name = self._tree, str(tie.use.place[0]) if tie.use.place else ""
        rows = [tree.row, *(kin.row for kins in tree.above for kin in kins if kin.row)] if tree is not None else []
        row = next((row for row in rows if row.task.id == tie.use.task_id), None)
        pair = self._cases.catalog.pair(row.task.request.endpoint, row.task.request.model) if row else None
        field = pair.field(name) if pair is not None else None
        if row is None or field is None:
            return name
        return label_at(field, row.task.request.values.get(name), tie.use.place)
