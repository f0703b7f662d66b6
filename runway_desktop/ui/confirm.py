"""Questions before something is lost, and a line to type: windows of their own that never hold up the loop.

The safe answer has the focus, is the default and is what Escape gives. The other one is a named verb, which Return
takes once it has the focus itself. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from runway_desktop.usecases.question import Question

if TYPE_CHECKING:
    from PySide6.QtWidgets import QDialog, QWidget


def confirm(
    parent: QWidget,
    question: Question,
    on_yes: Callable[[], object],
    on_no: Callable[[], object] | None = None,
    on_instead: Callable[[], object] | None = None,
) -> QDialog:
    """Asks, and calls what belongs to the answer. Gives the window, which is already open."""
    from .asking import Confirm

    dialog = Confirm(question, parent)
    dialog.accepted.connect(on_yes)
    if on_no is not None:
        dialog.rejected.connect(on_no)
    if on_instead is not None:
        dialog.instead.connect(on_instead)
    dialog.open()
    return dialog


def ask_text(
    parent: QWidget,
    title: str,
    label: str,
    text: str,
    check: Callable[[str], str],
    on_ok: Callable[[str], object],
    *,
    ok: str = "",
) -> QDialog:
    """Asks for a line. `check` gives a sentence for what will not do, "" for what will; `ok` names the action, else the
    title does."""
    from .asking import AskText

    dialog = AskText(title, label, text, check, ok or title, parent)
    dialog.accepted.connect(lambda: on_ok(dialog.text()))
    dialog.open()
    return dialog
