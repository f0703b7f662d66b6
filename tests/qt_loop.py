"""Coroutines run as tests on Qt's own loop, the one that the program has.

A conftest that wants it hands its hooks on to `mark` and `run_item`. A test fails when it takes longer than 30
seconds, when it leaves a task running, and when something on its loop raised where nobody could catch it.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

PATIENCE = 30.0
"""Seconds before a test counts as hung."""


def mark(item: pytest.Item) -> None:
    """Keeps a coroutine from being run on a plain loop."""
    if inspect.iscoroutinefunction(getattr(item, "obj", None)):
        item.add_marker(pytest.mark.qt_loop)


def run_item(item: pytest.Function) -> bool | None:
    """Runs a coroutine test; None for a plain one."""
    if not inspect.iscoroutinefunction(item.obj):
        return None
    # PySide6 is imported before qasync, which takes the binding that it finds.
    from qasync import QEventLoop

    arguments = {name: item.funcargs[name] for name in item._fixtureinfo.argnames}
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    # A window that closes must not end the loop under the test, as it does not in the program.
    application.setQuitOnLastWindowClosed(False)
    complaints: list[str] = []
    loop = QEventLoop(application)
    loop.set_exception_handler(
        lambda _, context: complaints.append(f"{context.get('message')}: {context.get('exception')!r}")
    )
    workers = ThreadPoolExecutor(2)
    loop.set_default_executor(workers)
    try:
        loop.run_until_complete(_guarded(item.obj(**arguments)))
    finally:
        workers.shutdown()
        loop.close()
        asyncio.set_event_loop(None)
    assert not complaints, f"Nobody could catch this on the loop: {complaints}"
    return True


async def _guarded(work: Coroutine[Any, Any, Any]) -> None:
    await asyncio.wait_for(work, PATIENCE)
    for _ in range(30):
        await asyncio.sleep(0)
    left = [task.get_name() for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert not left, f"The test left tasks running: {left}"
