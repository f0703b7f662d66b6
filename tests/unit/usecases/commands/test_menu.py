"""The menu of selected tasks contains every action, with few at the top level."""

from __future__ import annotations

from collections import Counter

import pytest

from runway_desktop.domain.task import Hold, HoldCode, OutputState, State
from runway_desktop.usecases.commands.queued import HOLD, HOLD_OR_RELEASE, RELEASE
from runway_desktop.usecases.commands.requests import EDIT, EDIT_AND_SEND, EDIT_QUEUED
from runway_desktop.usecases.commands.task_command import TaskCommand
from runway_desktop.usecases.commands.tasks import KEYED, TASKS, MenuPart, Submenu, available, given_by, menu_of
from tests.rigs.rows import row

MOST_LINES = 18
"""Of what is seen at once, of tasks of several kinds together too."""
SITUATIONS = [
    [row(State.SUCCEEDED, OutputState.SAVED)],
    [row(State.QUEUED)],
    [row(State.RUNNING)],
    [row(State.UNCERTAIN)],
    [row(State.FAILED)],
    [row(State.SUCCEEDED, OutputState.SAVED, number=1), row(State.QUEUED, number=2), row(State.RUNNING, number=3)],
]


def test_every_task_command_is_listed_once_under_ids_of_its_own():
    assert len(set(TASKS)) == len(TASKS)
    assert len({command.id for command in TASKS}) == len({command.remembered for command in TASKS}) == len(TASKS)


@pytest.mark.parametrize("rows", SITUATIONS)
def test_menu_offers_all_actions_and_few_at_once(rows):
    groups = menu_of(rows)
    shown: list[TaskCommand] = []
    for group in groups:
        for line in group:
            if isinstance(line, Submenu):
                assert len(line.commands) > 1
                shown += line.commands
            elif not isinstance(line, MenuPart):
                shown.append(line)
    assert Counter(shown) == Counter(available(rows))
    # Judging is three lines, ordering two.
    extra = {MenuPart.JUDGING: 2, MenuPart.ORDERING: 1}
    assert (
        sum(1 + (extra[line] if isinstance(line, MenuPart) else 0) for group in groups for line in group) <= MOST_LINES
    )


def test_destructive_commands_come_last():
    last = menu_of([row(State.SUCCEEDED, OutputState.SAVED)])[-1]
    assert [str(line.title) for line in last if isinstance(line, Submenu)] == ["Delete"]


@pytest.mark.parametrize(
    ("key", "rows", "given"),
    [
        (EDIT, [row(State.QUEUED)], EDIT_QUEUED),
        (EDIT, [row(State.FAILED)], EDIT_AND_SEND),
        (HOLD_OR_RELEASE, [row(State.QUEUED)], HOLD),
        (HOLD_OR_RELEASE, [row(State.QUEUED, hold=Hold(HoldCode.WAITS_FOR_PERSON))], RELEASE),
    ],
)
def test_shared_key_runs_the_possible_command(key, rows, given):
    assert given_by(key, rows) is given
    assert key.reason(rows) == given.reason(rows) == ""
    assert given.keyed is key


@pytest.mark.parametrize("rows", [[], [row(State.RUNNING)], [row(State.FAILED, number=1), row(State.FAILED, number=2)]])
@pytest.mark.parametrize("key", KEYED, ids=lambda key: key.id)
def test_shortcut_of_an_impossible_command_gives_its_reason(key, rows):
    assert key.reason(rows) == given_by(key, rows).reason(rows)
