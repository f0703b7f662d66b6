"""Connection test: starts the MCP server as a host would and sends what a host sends. Free, and recorded nowhere.

Call `try_connection` on the loop; the work is done in a thread of its own. The child process never outlives it.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from runway_desktop.domain.clients import CONNECTION_TEST
from runway_desktop.services.disk.disk_threads import DiskThreads, in_worker
from runway_desktop.texts import Text, in_turn
from runway_desktop.values import Struct

from .hosts import moved_words

WITHIN = 20.0
"""Time-out in seconds for the whole test."""
_ENDS_WITHIN = 3.0
"""Seconds that the child has to exit after its stdin is closed."""
_ERA = "2025-11-25"
_LONGEST_SAID = 300


class Tried(Struct, frozen=True, kw_only=True):
    """`problem` is a sentence if it does not work. `seconds` until its first answer."""

    problem: Text | str = ""
    seconds: float = 0.0
    tools: int = 0


def tried_words(tried: Tried, *, reaches_window: bool) -> str:
    """Whether a host could connect, and whether it reaches this window."""
    if tried.problem:
        return str(tried.problem)
    works = Text("Works: answered in {seconds} s with 1 tool.", "Works: answered in {seconds} s with {n} tools.")
    where = (
        Text("What it asks for appears here.")
        if reaches_window
        else Text("It did not reach this window. Check whether another one is open.")
    )
    return str(in_turn(works.with_(seconds=round(tried.seconds, 1)).of(tried.tools), where))


async def try_connection(words: Sequence[str], monotonic: Callable[[], float]) -> Tried:
    """`words` is the server's command line, `monotonic` gives seconds. Canceling ends the child."""
    threads, trial = DiskThreads(1, "connection test"), _Trial(words, monotonic)
    try:
        return await in_worker(threads, trial.run)
    finally:
        trial.stop()
        threads.shutdown(wait=False)


class _Failed(Exception):
    """`said` is a sentence for the user."""

    def __init__(self, said: Text | str) -> None:
        super().__init__(said)
        self.said = said


class _Trial:
    def __init__(self, words: Sequence[str], monotonic: Callable[[], float]) -> None:
        self._words, self._now = words, monotonic
        self._child: subprocess.Popen[bytes] | None = None
        self._is_stopped = self._is_late = False
        self._numbers = itertools.count(1)

    def stop(self) -> None:
        """Callable from any thread."""
        self._is_stopped = True
        if self._child is not None:
            self._child.kill()

    def _expire(self) -> None:
        self._is_late = True
        self.stop()

    def run(self) -> Tried:
        try:
            with tempfile.TemporaryFile() as errors:
                return self._run(errors)
        except OSError as error:
            return Tried(
                problem=moved_words(self._words)
                or Text("The server could not be started ({reason}).").with_(reason=error.strerror or str(error))
            )

    def _run(self, errors: IO[bytes]) -> Tried:
        begun = self._now()
        child = self._child = subprocess.Popen(
            self._words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            # The host's current directory must not matter.
            cwd=Path.home(),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        alarm = threading.Timer(WITHIN, self._expire)
        alarm.daemon = True
        alarm.start()
        if self._is_stopped:
            child.kill()
        try:
            return self._talk(child, begun)
        except _Failed as failed:
            return Tried(problem=failed.said)
        except OSError:
            _end(child)
            return Tried(problem=_why_it_ended(_last_line(errors), child.returncode, is_late=self._is_late))
        finally:
            alarm.cancel()
            _end(child)

    def _talk(self, child: subprocess.Popen[bytes], begun: float) -> Tried:
        """Raises _Failed; OSError if the child has exited."""
        hello = {"protocolVersion": _ERA, "capabilities": {}, "clientInfo": {"name": CONNECTION_TEST, "version": "1"}}
        self._ask(child, "initialize", hello)
        _say(child, {"jsonrpc": "2.0", "method": "notifications/initialized"})
        tools = self._ask(child, "tools/list", {}).get("tools", ())
        found = self._ask(child, "tools/call", {"name": "search", "arguments": {"query": "", "limit": 1}})
        if found.get("isError"):
            raise _Failed(" ".join(str(part.get("text", "")) for part in found.get("content", ()))[:_LONGEST_SAID])
        return Tried(seconds=self._now() - begun, tools=len(tools))

    def _ask(self, child: subprocess.Popen[bytes], method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        number = next(self._numbers)
        _say(child, {"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        while child.stdout is not None and (line := child.stdout.readline()):
            try:
                said = json.loads(line)
            except ValueError:
                raise _Failed(Text("Another program answered. Check the command line.")) from None
            if isinstance(said, dict) and said.get("id") == number:
                if isinstance(found := said.get("result"), dict):
                    return found
                raise _Failed(
                    Text("The server refused “{method}”. It may be another version of the program.").with_(
                        method=method
                    )
                )
        raise BrokenPipeError


def _say(child: subprocess.Popen[bytes], message: object) -> None:
    if child.stdin is not None:
        child.stdin.write(json.dumps(message).encode() + b"\n")
        child.stdin.flush()


def _end(child: subprocess.Popen[bytes]) -> None:
    """Closes stdin as a host does; kills the child if that does not suffice."""
    with suppress(OSError):
        if child.stdin is not None:
            child.stdin.close()
    try:
        child.wait(_ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdout is not None:
        child.stdout.close()


def _last_line(errors: IO[bytes]) -> str:
    errors.seek(0)
    lines = errors.read().decode("utf-8", "replace").splitlines()
    return next((line.strip() for line in reversed(lines) if line.strip()), "")[:_LONGEST_SAID]


def _why_it_ended(said: str, code: int, *, is_late: bool) -> Text | str:
    if is_late:
        late = Text("The server did not answer within {seconds} s.").with_(seconds=round(WITHIN))
        return in_turn(late, said)
    if "No module named" in said:
        return Text("{reason}. Install the program with: {command}").with_(
            reason=said, command='pipx install "runway-desktop[mcp]"'
        )
    return said or Text("The server ended immediately (code {code}).").with_(code=str(code))
