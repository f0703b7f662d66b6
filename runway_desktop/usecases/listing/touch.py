"""What happened to one task between two updates of the list: a record that the bridge fills and item models read."""

from __future__ import annotations

from runway_desktop.domain.task import Output, State, Task


class Touch:
    """What happened to one task since the last telling."""

    __slots__ = ("before", "outputs", "received", "states", "task", "uploaded")

    def __init__(self) -> None:
        self.task: Task | None = None
        self.before: Task | None = None
        self.states: list[State] = []
        self.outputs: dict[int, Output] = {}
        self.received: dict[int, tuple[int, int | None]] = {}
        self.uploaded: float | None = None
