"""The menu of selected tasks: everything that can be done stands in it, and few of it at once."""

from __future__ import annotations

import pytest

from runway_desktop.domain.task import OutputState, State
from runway_desktop.usecases.commands.menu import Part, Submenu, commands_in_menu, menu_of
from runway_desktop.usecases.commands.table import ENTRIES, available
from runway_desktop.usecases.commands.task_command import TaskCommand
from tests.rows import row

MOST_LINES = 17
"""Of what is seen at once, of tasks of several kinds together too."""
SITUATIONS = [
    [row(State.SUCCEEDED, OutputState.SAVED)],
    [row(State.HELD)],
    [row(State.RUNNING)],
    [row(State.UNCERTAIN)],
    [row(State.FAILED)],
    [row(State.SUCCEEDED, OutputState.SAVED, number=1), row(State.HELD, number=2), row(State.RUNNING, number=3)],
]


def test_every_command_has_its_place_in_it_once():
    assert sorted(commands_in_menu()) == sorted(command for command, entry in ENTRIES.items() if not entry.is_shown)


@pytest.mark.parametrize("rows", SITUATIONS)
def test_what_can_be_done_is_all_there_and_few_of_it_at_once(rows):
    groups = menu_of(rows)
    shown: list[TaskCommand] = []
    for group in groups:
        for line in group:
            if isinstance(line, Submenu):
                assert len(line.entries) > 1
                shown += [entry.command for entry in line.entries]
            elif not isinstance(line, Part):
                shown.append(line.command)
    assert sorted(shown) == sorted(entry.command for group in available(rows) for entry in group)
    # Judging is three lines, ordering two.
    extra = {Part.JUDGING: 2, Part.ORDERING: 1}
    assert sum(1 + (extra[line] if isinstance(line, Part) else 0) for group in groups for line in group) <= MOST_LINES


def test_what_takes_things_away_comes_last():
    last = menu_of([row(State.SUCCEEDED, OutputState.SAVED)])[-1]
    assert [line.title for line in last if isinstance(line, Submenu)] == ["Delete"]
