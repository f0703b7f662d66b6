"""Threads on a drive that a test lets hang: what is handed to them is done at once, or when the drive answers."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

from tests.rigs.engine_rig import AtOnce


class Drive(Executor):
    """`asked` counts what was handed to it."""

    def __init__(self) -> None:
        self.hangs = False
        self.waiting: list[tuple[Future[Any], Callable[[], Any]]] = []
        self.asked = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.asked += 1
        if not self.hangs:
            return AtOnce().submit(fn, *args, **kwargs)
        future: Future[Any] = Future()
        self.waiting.append((future, lambda: fn(*args, **kwargs)))
        return future

    def answer(self) -> None:
        """Does all that waits, also what nobody waits for any more."""
        self.hangs = False
        waiting, self.waiting = self.waiting, []
        for future, work in waiting:
            done = AtOnce().submit(work)
            if not future.set_running_or_notify_cancel():
                continue
            if (error := done.exception()) is not None:
                future.set_exception(error)
            else:
                future.set_result(done.result())


class Drives:
    """The pools of one library's folder, by what they are for. Give it to `LibraryFolder` as its threads."""

    def __init__(self) -> None:
        self.made: list[tuple[str, Drive]] = []

    def __call__(self, most: int, name: str) -> Drive:
        self.made.append((name, Drive()))
        return self.made[-1][1]

    def hang(self, *names: str) -> list[Drive]:
        """Those of these names, made until now, hang from now on."""
        hung = [drive for name, drive in self.made if name in names]
        for drive in hung:
            drive.hangs = True
        return hung
