"""The real program, which sends a task once it stands and is closed while the answer is awaited.

    python -m tests.faults.closing_child PROFILE_DIR wait|anyway|unseen

Writes what it says while it closes. With `anyway` the person does not want to wait for the answer. With `unseen` the
window never comes to the screen, and the program is closed once Runway has the task. Where Runway is, and the key, are
in the environment.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any


def main() -> int:
    from runway_desktop.__main__ import main as start
    from runway_desktop.app.plain_imports import import_qt

    import_qt()
    from runway_desktop.app import closing, session
    from runway_desktop.domain.task import State
    from runway_desktop.ui.window import command_bindings
    from runway_desktop.ui.window.main_window import MainWindow

    class UnseenWindow(MainWindow):
        def show(self) -> None:
            pass

    folder, wish = sys.argv[1:]
    until = State.SENDING
    if wish == "unseen":
        until = State.PENDING
        vars(session).update(UNSEEN_AFTER=0.2)
        vars(command_bindings).update(MainWindow=UnseenWindow)

    class ClosedSession(session.Session):
        async def run(self, *given: Any) -> int:
            closing = asyncio.ensure_future(_send_and_close(self, wish, until))
            try:
                return await super().run(*given)
            finally:
                await closing

    vars(session).update(Session=ClosedSession)
    settle = closing.settle_in_sight

    async def soon(*given: Any) -> None:
        await settle(*given, shown_after=0.2, anyway_after=0.5)

    vars(closing).update(settle_in_sight=soon)
    return start(["--profile-dir", folder])


async def _send_and_close(session: Any, wish: str, until: Any) -> None:
    from tests.rigs import sent
    from tests.rigs.engine_rig import request

    await session.ready.wait()
    engine = session.cases._engine
    [task_id] = await sent.submit(engine, [request("Late")])
    while (task := engine.ledger.get_open(task_id)) is None or task.state is not until:
        await asyncio.sleep(0.01)
    session.close()
    if wish == "unseen":
        return
    dialog = await _shown()
    sys.stdout.write(f"{dialog.accessibleDescription()}\n")
    if wish == "anyway":
        from PySide6.QtWidgets import QPushButton

        button = dialog.findChild(QPushButton)
        while not button.isVisible():
            await asyncio.sleep(0.01)
        button.click()


async def _shown() -> Any:
    from PySide6.QtWidgets import QApplication

    from runway_desktop.ui.dialogs.closing import ClosingDialog

    while True:
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, ClosingDialog) and widget.isVisible():
                return widget
        await asyncio.sleep(0.01)


if __name__ == "__main__":
    raise SystemExit(main())
