"""The program's event loop: qasync's, which is Qt's own loop as an asyncio loop, and what asyncio's promise beside it.

Qt's thread only.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QCoreApplication

import qasync  # isort: skip - after PySide6: it takes the binding that is there


class EventLoop(qasync.QEventLoop):  # type: ignore[misc]  # qasync has no types.
    """One for the life of the program. As any loop of asyncio, `run_until_complete` runs it and `close` ends it."""

    def __init__(self, application: QCoreApplication) -> None:
        super().__init__(application)

    def run_forever(self) -> int:
        """Runs until `stop`; gives the exit code of Qt's loop.

        While it runs, async generators that are dropped before their end are closed as tasks of this loop, and
        `shutdown_asyncgens` knows those that are left. asyncio's own loops arrange that where they run; Qt's loop runs
        in their place, and Python would throw GeneratorExit into such a generator at once: what it awaits while it
        ends is then never done, such as giving a connection back.
        """
        before = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(firstiter=self._asyncgen_firstiter_hook, finalizer=self._asyncgen_finalizer_hook)
        try:
            return int(super().run_forever())
        finally:
            sys.set_asyncgen_hooks(*before)
