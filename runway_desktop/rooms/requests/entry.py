"""Entry point of the Requests page. GUI thread only."""

from __future__ import annotations

from functools import partial

from runway_desktop.ui.desk import Desk
from runway_desktop.ui.room import PageContent
from runway_desktop.usecases.commands.approval import APPROVE
from runway_desktop.usecases.commands.task_command import TaskCommand

from .center import RequestsCenter
from .model import RequestsModel
from .side import RequestSide


def open_room(desk: Desk, _wish: object) -> None:
    window = desk.window
    model = window.findChild(RequestsModel) or RequestsModel(desk.cases, desk.models.bridge, desk.runner, window)
    center, side = window.findChild(RequestsCenter), window.findChild(RequestSide)
    if center is None or side is None:
        center, side = _made(desk, model)
    model.set_open(True)
    center.view.begin()
    if window.workspace.columns.is_folded(2):
        # Unfolded, so that a request is seen in full before it is answered.
        window.workspace.fold(2)
    page = PageContent(center=center, side=side, chosen=center.chosen_ids, left=partial(model.set_open, False))
    window.pages.show("requests", page)


def _made(desk: Desk, model: RequestsModel) -> tuple[RequestsCenter, RequestSide]:
    window = desk.window
    shared = (model, desk.theme, window.workspace.posters, desk.keys)
    center, side = RequestsCenter(*shared), RequestSide(*shared)
    center.choice_moved.connect(window.pages.choice_moved)

    def give(command: TaskCommand) -> None:
        if command is APPROVE and not (model.is_whole or model.rows.checked):
            # Its inputs are not shown yet.
            return
        center.view.answered = frozenset(center.chosen_ids())
        window.task_menu.take(command)

    for part in (center, side):
        part.command_wanted.connect(give)
    return center, side
