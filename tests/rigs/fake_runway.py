"""Runway and its download host, in memory, for tests of everything above the API.

`FakeRunway` fits `services.ports.Runway`, `FakeFetcher` fits `services.ports.Fetcher`. Both answer sensibly by
themselves, write down every call, and take a script of what shall go wrong. No time passes and nothing is random.

    runway = FakeRunway()
    runway.then("create", NoReply("The connection was cut."))      # the next create fails so, the one after it works
    gate = runway.hold("create")                                   # calls wait in the middle until gate.open()
    runway.say(remote_id, "RUNNING", progress=0.4)                 # what GET answers from now on
    runway.finish(remote_id, "https://out.example/1.mp4", cost=25)
    runway.give("key_other", "another organization")               # that key sees none of the others' tasks

    fetcher = FakeFetcher()
    fetcher.serve("https://out.example/1.mp4", b"…", etag='"1"')
    fetcher.cut("https://out.example/1.mp4", after=100)            # the next opening breaks after 100 bytes
    fetcher.refuse("https://out.example/1.mp4", LinkExpired("…"))  # the one after it does not open at all
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

from runway_desktop.domain.account import Fingerprint, ModelLimits, Organization, UsedCredits, fingerprint_of
from runway_desktop.domain.advance import Answer, CreatedTask
from runway_desktop.domain.errors import DiskError, KeyRefused, LinkExpired, NoReply, NotThere
from runway_desktop.domain.outputs import Stream
from runway_desktop.domain.task import RemoteId
from runway_desktop.domain.workflows.routing import RequestList, Router
from runway_desktop.values import replace

CallName = Literal[
    "create",
    "task",
    "delete",
    "organization",
    "usage",
    "upload",
    "design_voice",
    "run",
    "workflows",
    "workflow",
    "routers",
    "router_requests",
]


def remote_id(number: int) -> RemoteId:
    """A well-formed id of Runway's, the same for the same number."""
    return RemoteId(f"{number:08x}-0000-4000-8000-{number:012x}")


@dataclass(frozen=True, slots=True)
class Call:
    name: CallName
    arguments: tuple[Any, ...]


class Gate:
    """Holds the calls that come to it. `waiting` counts them; `open()` lets them and all later ones through."""

    def __init__(self) -> None:
        self.waiting = 0
        self._opened = asyncio.Event()
        self._arrived = asyncio.Event()

    async def arrived(self) -> None:
        """Returns as soon as one call waits here."""
        await self._arrived.wait()

    def open(self) -> None:
        self._opened.set()

    async def pass_through(self) -> None:
        self.waiting += 1
        self._arrived.set()
        try:
            await self._opened.wait()
        finally:
            self.waiting -= 1


class FakeRunway:
    """Runway in memory. `estimate` in credits; None leaves it out of answers."""

    def __init__(self, *, secret: str | None = "key_test", estimate: float | None = 25.0) -> None:
        self.secret = secret
        self.estimate = estimate
        self.calls: list[Call] = []
        self.answers: dict[str, Answer] = {}
        self.requests: dict[str, tuple[str, Mapping[str, Any]]] = {}
        """What was asked for, by remote id: the endpoint and the body."""
        self.account = Organization(balance=1000.0)
        self.used: list[UsedCredits] = []
        self._scripts: dict[str, deque[Any]] = {}
        self._always: dict[str, Any] = {}
        self._gates: dict[str, Gate] = {}
        self._organizations: dict[str, str] = {}
        self._owners: dict[str, str] = {}
        self.is_closed = False
        self._made = 0
        self._uploaded = 0

    async def aclose(self) -> None:
        self.is_closed = True

    # What a test says.

    def then(self, name: CallName, *outcomes: Any) -> None:
        """What the next calls do, one each: an exception is raised, a callable is called with the call's arguments,
        anything else is returned. `...` lets one call behave as ever."""
        self._scripts.setdefault(name, deque()).extend(outcomes)

    def forget(self) -> None:
        """The next calls are as ever."""
        self._scripts.clear()

    def always(self, name: CallName, outcome: Any) -> None:
        """What every call does once its script is used up; `...` ends it."""
        self._always[name] = outcome

    def hold(self, name: CallName) -> Gate:
        """Makes calls of this name wait, after they were written down and before anything happens."""
        gate = self._gates[name] = Gate()
        return gate

    def give(self, secret: str, organization: str) -> None:
        """That key is that organization's from now on; those that nobody gave away are all of one."""
        self._organizations[secret] = organization

    def say(self, remote: str, status: str, **members: Any) -> None:
        """What GET answers for the task from now on; members as in `Answer`. A new one is of the organization whose key
        is in use."""
        self._owners.setdefault(remote, self._organization(self.secret))
        known = self.answers.get(remote, Answer(remote_id=RemoteId(remote), status=status))
        self.answers[remote] = replace(known, status=status, **members)

    def finish(self, remote: str, *urls: str, cost: float | None = None) -> None:
        self.say(remote, "SUCCEEDED", output=urls, cost_credits=self.estimate if cost is None else cost)

    def fail(self, remote: str, code: str, words: str = "It failed.", cost: float = 0.0) -> None:
        self.say(remote, "FAILED", failure_code=code, failure=words, cost_credits=cost)

    def vanish(self, remote: str) -> None:
        """From now on GET and DELETE answer 404."""
        self.answers.pop(remote, None)

    def limit(self, model: str, *, concurrent: int | None = None, daily: int | None = None) -> None:
        limits = {**self.account.limits, model: ModelLimits(concurrent=concurrent, daily=daily)}
        self.account = replace(self.account, limits=limits)

    def count(self, model: str) -> None:
        """One more of the model was made today."""
        used = {**self.account.daily_used, model: self.account.daily_used.get(model, 0) + 1}
        self.account = replace(self.account, daily_used=used)

    def named(self, name: CallName) -> list[Call]:
        return [call for call in self.calls if call.name == name]

    # The port.

    @property
    def key(self) -> Fingerprint:
        return fingerprint_of(self.secret)

    def use_secret(self, secret: str | None) -> None:
        self.secret = secret

    async def create(self, endpoint: str, body: Mapping[str, Any]) -> CreatedTask:
        secret = self.secret
        outcome = await self._arrive("create", endpoint, body)
        if outcome is not ...:
            if isinstance(outcome, CreatedTask):
                self._remember(outcome, endpoint, body, secret)
            return outcome
        self._made += 1
        estimate = None if endpoint.startswith("workflow") else self.estimate
        created = CreatedTask(remote_id=remote_id(self._made), estimated_credits=estimate)
        self._remember(created, endpoint, body, secret)
        return created

    async def routers(self) -> Sequence[Router]:
        outcome = await self._arrive("routers")
        return () if outcome is ... else outcome

    async def router_requests(self, router_id: str, since: float) -> RequestList:
        outcome = await self._arrive("router_requests", router_id)
        return RequestList() if outcome is ... else outcome

    async def task(self, remote_id: RemoteId) -> Answer:
        secret = self.secret
        outcome = await self._arrive("task", remote_id)
        if outcome is not ...:
            return outcome
        return self._known(remote_id, secret, is_run=False)

    async def run(self, remote_id: RemoteId) -> Answer:
        secret = self.secret
        outcome = await self._arrive("run", remote_id)
        if outcome is not ...:
            return outcome
        return self._known(remote_id, secret, is_run=True)

    async def workflows(self) -> Sequence[Sequence[str]]:
        outcome = await self._arrive("workflows")
        return () if outcome is ... else outcome

    async def workflow(self, version_id: str) -> str:
        outcome = await self._arrive("workflow", version_id)
        return "{}" if outcome is ... else outcome

    async def delete(self, remote_id: RemoteId) -> None:
        secret = self.secret
        outcome = await self._arrive("delete", remote_id)
        if outcome is not ...:
            return
        if not self._is_there(remote_id, secret):
            raise NotThere("Runway knows no such task.", detail="HTTP 404", status=404)
        del self.answers[remote_id]

    async def organization(self) -> Organization:
        outcome = await self._arrive("organization")
        return self.account if outcome is ... else outcome

    async def design_voice(self, words: str, model: str) -> str:
        outcome = await self._arrive("design_voice", words, model)
        return "https://out.example/voice.mp3" if outcome is ... else outcome

    async def usage(self, start: date, before: date) -> Sequence[UsedCredits]:
        outcome = await self._arrive("usage", start, before)
        return [use for use in self.used if start <= use.day < before] if outcome is ... else outcome

    async def upload(self, path: Path, progress: Callable[[int, int], None], sha256: str = "") -> str:
        outcome = await self._arrive("upload", path)
        if outcome is not ...:
            return outcome
        try:
            size = path.stat().st_size
            if sha256 and hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
                raise DiskError(f"{path.name} changed.")
        except OSError as error:
            raise DiskError(f"{path.name} cannot be read.", detail=str(error)) from error
        progress(0, size)
        progress(size, size)
        self._uploaded += 1
        return f"runway://upload-{self._uploaded}"

    # Below: how a call is written down and answered.

    async def _arrive(self, name: CallName, *arguments: Any) -> Any:
        if self.secret is None:
            raise KeyRefused("There is no key yet.", advice="Enter one in the preferences.")
        self.calls.append(Call(name, arguments))
        gate = self._gates.get(name)
        if gate is not None:
            await gate.pass_through()
        else:
            await asyncio.sleep(0)
        script = self._scripts.get(name)
        outcome = script.popleft() if script else self._always.get(name, ...)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome(*arguments) if callable(outcome) else outcome

    def _organization(self, secret: str | None) -> str:
        return self._organizations.get(secret or "", "")

    def _known(self, remote_id: RemoteId, secret: str | None, *, is_run: bool) -> Answer:
        if not self._is_there(remote_id, secret) or (self.answers[remote_id].nodes is not None) is not is_run:
            raise NotThere("Runway knows no such task.", detail="HTTP 404", status=404)
        return self.answers[remote_id]

    def _is_there(self, remote: str, secret: str | None) -> bool:
        """For the key with which it was asked for, whatever key is in use by now."""
        return remote in self.answers and self._owners.get(remote, "") == self._organization(secret)

    def _remember(self, created: CreatedTask, endpoint: str, body: Mapping[str, Any], secret: str | None) -> None:
        self.requests[created.remote_id] = (endpoint, body)
        self._owners[created.remote_id] = self._organization(secret)
        nodes = () if endpoint.startswith("workflow") else None
        self.answers[created.remote_id] = Answer(
            remote_id=created.remote_id, status="PENDING", estimated_credits=created.estimated_credits, nodes=nodes
        )


@dataclass(slots=True)
class ServedFile:
    content: bytes
    etag: str = ""
    content_type: str = ""
    ranges: bool = True
    says_length: bool = True
    script: deque[int | BaseException] = field(default_factory=deque)


@dataclass(frozen=True, slots=True)
class Opening:
    url: str
    offset: int
    etag: str


def limited(model: str = "gen4.5", *, concurrent: int | None = None, daily: int | None = None) -> FakeRunway:
    """One whose organization has these limits for a model."""
    runway = FakeRunway()
    runway.limit(model, concurrent=concurrent, daily=daily)
    return runway


class FakeFetcher:
    """A download host in memory. `chunk` is the most that one piece holds, in bytes."""

    def __init__(self, *, chunk: int = 64 * 1024) -> None:
        self.chunk = chunk
        self.openings: list[Opening] = []
        self.open_now = 0
        """Downloads that are open at this moment; `most_open` is the highest it ever was."""
        self.most_open = 0
        self.files: dict[str, ServedFile] = {}
        self._gates: dict[str, Gate] = {}

    def serve(
        self,
        url: str,
        content: bytes,
        *,
        etag: str = "",
        content_type: str = "",
        ranges: bool = True,
        says_length: bool = True,
        cut: int | None = None,
    ) -> None:
        """Offers a file. `ranges=False`: the host ignores Range and begins at 0. Serving again replaces it. With `cut`
        the first opening gives that many bytes, then NoReply."""
        self.files[url] = ServedFile(content, etag, content_type, ranges, says_length)
        if cut is not None:
            self.cut(url, after=cut)

    def cut(self, url: str, *, after: int) -> None:
        """The next opening gives that many bytes, then NoReply."""
        self.files[url].script.append(after)

    def refuse(self, url: str, error: BaseException) -> None:
        """The next opening raises this."""
        self.files[url].script.append(error)

    def forget(self, url: str) -> None:
        """From now on the link is expired."""
        self.files.pop(url, None)

    def hold(self, url: str) -> Gate:
        """Makes openings of this link wait before their first byte."""
        gate = self._gates[url] = Gate()
        return gate

    @asynccontextmanager
    async def open(self, url: str, *, offset: int = 0, etag: str = "") -> AsyncIterator[Stream]:
        self.openings.append(Opening(url, offset, etag))
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        try:
            gate = self._gates.get(url)
            if gate is not None:
                await gate.pass_through()
            else:
                await asyncio.sleep(0)
            served = self.files.get(url)
            if served is None:
                raise LinkExpired("The link of this result is no longer good.", detail="HTTP 403")
            fault = served.script.popleft() if served.script else None
            if isinstance(fault, BaseException):
                raise fault
            begin = offset if self._resumes(served, offset, etag) else 0
            yield Stream(
                chunks=self._pieces(served.content[begin:], fault),
                offset=begin,
                total=len(served.content) if served.says_length else None,
                content_type=served.content_type,
                etag=served.etag,
            )
        finally:
            self.open_now -= 1

    @staticmethod
    def _resumes(served: ServedFile, offset: int, etag: str) -> bool:
        unchanged = not etag or etag == served.etag
        return served.ranges and unchanged and offset < len(served.content)

    async def _pieces(self, content: bytes, cut: int | None) -> AsyncIterator[bytes]:
        given = content if cut is None else content[:cut]
        for begin in range(0, len(given), self.chunk):
            await asyncio.sleep(0)
            yield given[begin : begin + self.chunk]
        if cut is not None:
            raise NoReply("The connection was cut.", detail="cut by the test")
