"""A bug of the program fails the test that caused it, also where the program catches it and continues.

Code of the program that catches an unexpected exception logs it as an error (`runway_desktop/app/bugs.py`); so does a
test's loop for exceptions that could not be caught. A test that causes one on purpose says so:

    def test_…(mistakes):
        ...
        assert "a bug" in mistakes.take("A listener failed")
"""

from __future__ import annotations

import asyncio
import logging
import re
from pathlib import Path
from typing import Any

log = logging.getLogger("asyncio")

OURS = ("runway_desktop", "qt", "asyncio", "qasync")
_IN_LOG = re.compile(rf"^\S+ \S+ (?:ERROR|CRITICAL) (?:{'|'.join(OURS)})\b.*$", re.MULTILINE)
_ON_TERMINAL = re.compile(
    r"^.*(?:Traceback \(most recent call last\)|Exception ignored in|Fatal Python error|was never awaited"
    r"|RuntimeWarning|ResourceWarning|already deleted).*$",
    re.MULTILINE,
)


class Mistakes(logging.Handler):
    """All that were met since the last look. Any thread may report one."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._met: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.partition(".")[0] in OURS:
            self._met.append(self.format(record))

    def take(self, part: str) -> str:
        """Those that speak of this, which were made on purpose; at least one."""
        found = [words for words in self._met if part in words]
        assert found, f"Nobody met a mistake that speaks of {part!r}, but: {self._met}"
        self._met = [words for words in self._met if part not in words]
        return "\n".join(found)

    def forget(self) -> list[str]:
        met, self._met = self._met, []
        return met

    def check(self, who: str) -> None:
        """Raises AssertionError if any was met."""
        met = self.forget()
        assert not met, f"{who} made the program make a mistake:\n" + "\n".join(met)


def from_loop(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """The exception handler of a test's loop: nobody could catch this."""
    error = context.get("exception")
    known = error if isinstance(error, BaseException) else None
    log.error("Nobody could catch this on the loop: %s: %r", context.get("message"), error, exc_info=known)


def left_in(folder: Path) -> list[str]:
    """What programs of their own left in their logs (`log.txt`) and on their terminals (`terminal-*.txt`) anywhere in
    the folder: one line for each, after the name of its file."""
    looks = [("log.txt*", _IN_LOG), ("terminal-*.txt", _ON_TERMINAL)]
    return [
        f"{file.relative_to(folder)}: {found.group()}"
        for name, look in looks
        for file in sorted(folder.rglob(name))
        for found in look.finditer(file.read_text(encoding="utf-8", errors="replace"))
    ]
