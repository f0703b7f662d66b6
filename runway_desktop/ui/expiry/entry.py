"""Entry point of the expiry board's page. GUI thread only."""

from __future__ import annotations

from functools import partial

from runway_desktop.ui.desk import Desk
from runway_desktop.ui.room import PageContent
from runway_desktop.usecases.commands.handing_on import COPY_LINK

from .board_pane import BoardPane


def open_room(desk: Desk, _wish: object) -> None:
    board = desk.models.board
    pane = desk.window.findChild(BoardPane) or _made(desk)
    board.set_open(True)
    board.refresh()
    pane.view.choose_first()
    page = PageContent(center=pane, chosen=pane.chosen_ids, left=partial(board.set_open, False))
    desk.window.pages.show("not_saved", page)


def _made(desk: Desk) -> BoardPane:
    commands = desk.models.task_commands
    pane = BoardPane(desk.models.board, desk.theme, desk.window.workspace.posters)
    pane.setFocusProxy(pane.view)
    pane.chosen_moved.connect(desk.window.pages.choice_moved)
    pane.link_wanted.connect(partial(commands.carry_out, COPY_LINK))
    pane.told.connect(partial(commands.tell, problem=True))
    pane.task_wanted.connect(lambda task_id: commands.show_wanted.emit([task_id]))
    return pane
