"""Approve (which pays) and refuse requests of client programs; and the keys of the requests page.

Approving is a release at present prices, with the same questions as a release.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from runway_desktop.domain.library import Row
from runway_desktop.domain.permissions import waits_for_approval
from runway_desktop.texts import Text
from runway_desktop.usecases.words.holds import asker

from .command import APPROVALS, RecordsOf, Scope, Surface
from .queued import prepared_release, release, stand_back
from .requests import EDIT_AND_APPROVE, EDIT_QUEUED
from .task_command import Context, Given, Prompt, Report, TaskCommand, ids_of

LONGEST_REASON = 500
_ABSENT = Text("No program waits for an approval of it.")
_REFUSED = Text("{n} request refused.", "{n} requests refused.")


async def _refuse(context: Context, rows: Sequence[Row], given: Given) -> Report:
    refused = await context.engine.clients.refuse(ids_of(rows), given.text[:LONGEST_REASON])
    return Report(changed=tuple(refused), said=_REFUSED.of(len(refused)) if refused else "")


_asked_for = partial(TaskCommand, concerns=lambda row: waits_for_approval(row.task), absence=lambda _: _ABSENT)
APPROVE: TaskCommand = _asked_for(
    id="approve",
    words=Text("Approve", "Approve {n}"),
    synonyms=Text("allow, accept, agent, request"),
    does=release,
    prepares=prepared_release,
    icon="mdi6.check",
    begins=True,
    pays=True,
    undo=stand_back,
)
REFUSE: TaskCommand = _asked_for(
    id="refuse",
    words=Text("Refuse…", "Refuse {n}…"),
    synonyms=Text("deny, reject, agent, request"),
    does=_refuse,
    prompt=lambda _, row: Prompt(
        Text("Refuse"),
        Text("Reason for {program} (optional)").with_(program=asker(row.task.hold)),
    ),
    icon="mdi6.close",
    is_dangerous=True,
)
# The palette offers the commands for tasks instead.
_on_page = RecordsOf[Any](APPROVALS, Scope.APPROVALS, left_out_of=frozenset({Surface.PALETTE}))
APPROVE_KEY = _on_page(
    "requests.approve",
    APPROVE.words,
    lambda page: page.give(APPROVE),
    *("Ctrl+Return", "Ctrl+Enter"),
    icon=APPROVE.icon,
    pays=True,
)
EDIT_KEY = _on_page(
    "requests.edit", EDIT_AND_APPROVE, lambda page: page.give(EDIT_QUEUED), "Ctrl+E", icon=EDIT_QUEUED.icon
)
REFUSE_KEY = _on_page(
    "requests.refuse", REFUSE.words, lambda page: page.give(REFUSE), "X", icon=REFUSE.icon, is_dangerous=True
)
OF_PAGE = (APPROVE_KEY, EDIT_KEY, REFUSE_KEY)
"""Commands of the page, which applies the task command to the checked requests."""
