"""The tour past the expiry board: results that cannot be fetched, until when they can be, and all of them saved after
all.

GUI thread, inside a coroutine; raises `StepFailed` when something does not come in time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit, QPushButton, QToolButton

from .hands import control, find, press, type_text, until
from .walk import UNDER_WAY

if TYPE_CHECKING:
    from .walk import Walk

_PROMPTS = ("Salt flats after rain, one red umbrella", "A night train crosses the viaduct", "Moss on a stone lion")


async def show_not_saved(walk: Walk) -> None:
    """Breaks the origin of results for a while; nothing of it is left afterwards."""
    window, models, board = walk.window, walk.models, walk.models.board
    walk.say("results that cannot be saved")
    await control(walk.base_url, "faults", {"route": "output", "harm": "status", "status": 503})
    for prompt in _PROMPTS:
        models.composer.clear()
        models.composer.choose_endpoint("text_to_image")
        models.composer.choose_model("gen4_image")
        line = find(window, QPlainTextEdit, "Prompt")
        type_text(line, prompt)
        press(line, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        await until(lambda prompt=prompt: prompt in _prompts(walk), "the sent task")  # type: ignore[misc]
    await until(lambda: not walk.having(*UNDER_WAY) and board.count >= len(_PROMPTS), "results that wait", 60)
    find(window.workspace.status, QToolButton, f"{board.count} not saved").click()
    await until(lambda: window.workspace.shows_board, "the board")
    await until(lambda: models.details.row is not None, "the details")
    await walk.take("not-saved")
    walk.say("all of them saved")
    await control(walk.base_url, "faults", {}, method="DELETE")
    find(window.workspace.board, QPushButton, "Save all").click()
    await until(lambda: board.total == 0, "everything to be saved", 60)
    await walk.take("everything-saved")
    window.workspace.places.choose_all()
    await until(lambda: not window.workspace.shows_board, "the list")


def _prompts(walk: Walk) -> list[str]:
    return [row.task.request.prompt for row in walk.rows()]
