"""Menu entries of the commands for given rows. No Qt."""

from __future__ import annotations

from typing import NamedTuple

from runway_desktop.domain.library import Row
from runway_desktop.usecases.commands.task_command import TaskCommand
from runway_desktop.usecases.commands.tasks import available


class Shown(NamedTuple):
    text: str
    reason: str

    @property
    def enabled(self) -> bool:
        return not self.reason


def found(*rows: Row) -> dict[TaskCommand, Shown]:
    return {command: Shown(command.text(rows), command.reason(rows)) for command in available(rows)}
