"""The engine without a window: built for one command or MCP server, it also answers at the profile's socket, and hands
over to a window that is opened.

It holds the profile's lock during its whole life. Anything that needs the user at start-up ends it with CallRefused.
Loop's thread only.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence, Set
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from runway_desktop import __version__
from runway_desktop.domain.errors import DamagedList, RunwayDesktopError
from runway_desktop.domain.events import EngineNotice, Event, Notice, TaskChanged
from runway_desktop.domain.profiles import Profile
from runway_desktop.domain.secrecy import KnownSecrets
from runway_desktop.domain.task import State, TaskId
from runway_desktop.services.disk.disk_threads import DiskThreads
from runway_desktop.services.disk.private_socket import listen
from runway_desktop.services.disk.profile_lock import Claim
from runway_desktop.services.supervised import report, shielded
from runway_desktop.usecases.clients.refusals import CallRefused, Code
from runway_desktop.usecases.clients.verbs import verb_of
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words.notices import said
from runway_desktop.wiring import environment
from runway_desktop.wiring.build import Address, Assembly, build
from runway_desktop.wiring.stages import Supervisor, go_down

from .answers import answer
from .door import Door
from .messages import LEAVE, Hello, Welcome

log = logging.getLogger(__name__)

_LEFT_TO_WINDOW = "downloads"
"""The shutdown stage that is skipped for a window, which resumes the downloads itself."""


def moving() -> CallRefused:
    """For clients of an engine that hands over to a window: they must call that one."""
    return CallRefused("The profile is being handed over to a window.", code=Code.MOVING)


class Headless:
    """Created by `start`."""

    def __init__(self, assembly: Assembly, address: str, supervisor: Supervisor, closing: AsyncExitStack) -> None:
        self._assembly = assembly
        self._supervisor = supervisor
        self._closing = closing
        self._cases = UseCases(assembly.engine).client_cases(self._find_key, address)
        self._key: asyncio.Task[None] | None = None
        self._at_work: asyncio.Task[None] | None = None
        self._damage: DamagedList | None = None
        self._leaving = asyncio.Event()
        self._going: asyncio.Task[None] | None = None

    @classmethod
    async def start(
        cls, profile: Profile, address: Address, claim: Claim, *, state: Path, secrecy: KnownSecrets
    ) -> Headless:
        """Opens the socket at once and builds the engine; the background loops start with the first call that needs
        them. If it raises CallRefused, the claim is released."""
        async with AsyncExitStack() as closing:
            # Reverse order: the lock is released last, after the socket was closed.
            closing.callback(claim.release)
            listening = listen(profile.folder)
            door = Door(listening) if listening is not None else None
            if door is not None:
                closing.push_async_callback(door.close)
            workers, file_workers = DiskThreads(4, "worker"), DiskThreads(4, "file")
            closing.push_async_callback(asyncio.to_thread, file_workers.shutdown, wait=True)
            closing.push_async_callback(asyncio.to_thread, workers.shutdown, wait=True, cancel_futures=True)
            if profile.restoring.exists():
                advice = "Open Runway Desktop to have it finished."
                raise CallRefused("A backup waits to be restored.", code=Code.PERSON, advice=advice)
            folders = environment.folders_of(profile)
            try:
                assembly = await build(profile, folders, address, workers, file_workers, state=state, secrecy=secrecy)
            except RunwayDesktopError as error:
                raise _needs_person(error) from error
            closing.push_async_callback(go_down, list(assembly.closing))
            supervisor = Supervisor(report)
            closing.push_async_callback(supervisor.close, 5)
            found = cls(assembly, address.url, supervisor, closing)
            if assembly.demo is not None:
                # The demo's simulator is a child of this process, and its list begins with a studio.
                await found._work()
                await assembly.demo.stands.wait()
            if door is not None:
                await door.open(found)
            found._closing = closing.pop_all()
            return found

    @property
    def is_over(self) -> bool:
        return self._going is not None and self._going.done()

    @property
    def is_leaving(self) -> bool:
        return self._leaving.is_set()

    async def close(self) -> None:
        """Finishes work in progress and releases the profile. May be called twice."""
        await self._go(for_window=False)

    def welcome(self) -> Welcome:
        return Welcome(program=__version__, is_leaving=self.is_leaving, under_way=self._cases.under_way())

    async def call(self, caller: Hello, name: str, arguments: Mapping[str, Any]) -> object:
        if name == LEAVE:
            self._leaving.set()
            if self._going is None:
                self._going = asyncio.create_task(self._go_down(for_window=True), name="make room for a window")
            return None
        try:
            return await self._answer(caller, name, arguments)
        except asyncio.CancelledError:
            if self._leaving.is_set() and (task := asyncio.current_task()) is not None and not task.cancelling():
                # Not the caller was canceled, but work of the engine that the call needed.
                raise moving() from None
            raise

    async def _answer(self, caller: Hello, name: str, arguments: Mapping[str, Any]) -> object:
        verb = verb_of(name)
        if self._leaving.is_set():
            raise moving()
        if self._damage is not None:
            raise _needs_person(self._damage)
        answering = answer(self._cases, caller, name, arguments, self._work)
        work = asyncio.create_task(answering, name=f"call {name}")
        leaving = asyncio.create_task(self._leaving.wait(), name="somebody wants the profile")
        try:
            await asyncio.wait((work, leaving), return_when=asyncio.FIRST_COMPLETED)
            if not work.done() and verb.may_move:
                raise moving()
            return await work
        finally:
            work.cancel()
            leaving.cancel()
            await asyncio.gather(work, leaving, return_exceptions=True)

    async def _find_key(self) -> None:
        """Looks for the key once. The keychain may ask the user, for any length of time."""
        if self._key is None:
            self._key = self._supervisor.spawn(self._assembly.engine.account.start(), "find key")
        await shielded(self._key)

    async def _work(self, client: str = "", *, sends: bool = False, named: Sequence[str] = ()) -> None:
        """Starts the background loops with the first call that needs them, and sending with the first that `sends` for
        a client that may spend."""
        if self._at_work is None:
            self._at_work = self._supervisor.spawn(self._start_loops(), "start the loops")
        await shielded(self._at_work)
        lane = self._assembly.engine.lane
        if sends and lane.is_locked and await self._cases.may_spend(client):
            self._tell_of_others(named)
            lane.unlock()

    async def _start_loops(self) -> None:
        assembly = self._assembly
        assembly.engine.bus.listen(_tell)
        self._supervisor.spawn(self._check(assembly), "check the list of tasks")
        loops = await assembly.prepare()
        assembly.engine.lane.is_locked = assembly.demo is None
        for name, work in loops:
            self._supervisor.spawn(work(), name)
        self._supervisor.spawn(self._find_key(), "look for the key")

    def _tell_of_others(self, named: Sequence[str]) -> None:
        """Logs, when the first of them is sent, how many others than those `named` were queued before."""
        others = {task.id for task in self._assembly.engine.ledger.open() if task.is_free}.difference(named)
        rows = others & self._cases.rows_made_before
        self._tell_once_sent(rows, "Rows of this batch that were made before and are sent now: %d")
        self._tell_once_sent(others - rows, "Tasks that were queued before are sent as well: %d")

    def _tell_once_sent(self, tasks: Set[TaskId], words: str) -> None:
        def hear(event: Event) -> None:
            if isinstance(event, TaskChanged) and event.task.id in tasks and event.task.state is State.SENDING:
                stop()
                log.warning(words, len(tasks))

        stop = self._assembly.engine.bus.listen(hear)

    async def _check(self, assembly: Assembly) -> None:
        try:
            await assembly.check()
        except DamagedList as error:
            # Then nothing is sent, and every further call is refused.
            self._damage = error

    async def _go(self, *, for_window: bool) -> None:
        if self._going is None:
            self._leaving.set()
            self._going = asyncio.create_task(self._go_down(for_window=for_window), name="close the engine")
        await shielded(self._going)

    async def _go_down(self, *, for_window: bool) -> None:
        for stage in self._assembly.settling:
            if not (for_window and stage.name == _LEFT_TO_WINDOW):
                await go_down([stage])
        await go_down(list(self._assembly.giving_up))
        await self._closing.aclose()


def _tell(event: Event) -> None:
    """Problems that a window would show go to the log, and from there to the terminal."""
    notice = said(event) if isinstance(event, EngineNotice) else event
    if isinstance(notice, Notice) and notice.is_problem:
        log.warning("%s %s", notice.message, notice.detail)


def _needs_person(error: RunwayDesktopError) -> CallRefused:
    return CallRefused(error.message, code=Code.PERSON, advice=error.advice)
