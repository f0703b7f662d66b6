"""A dispatch on fakes, with one queued task, for tests of a single sending; its ledger fails when a test says so."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

from runway_desktop.catalog import Catalog
from runway_desktop.domain.account import Fingerprint, Organization
from runway_desktop.domain.advance import Transition
from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.events import Notice
from runway_desktop.domain.task import Task, TaskId
from runway_desktop.services.tasks.accepted_ids import AcceptedIds
from runway_desktop.services.tasks.copy_check import CopyCheck
from runway_desktop.services.tasks.dispatch import Dispatch, Outcome
from runway_desktop.services.tasks.ledger import Ledger
from tests.rigs.engine_rig import AtOnce, Rig, request
from tests.rigs.fake_runway import remote_id
from tests.rigs.notices import notices

ONE = TaskId("one")
REMOTE = remote_id(1)
BODY: Mapping[str, Any] = {"model": "gen4.5"}
FULL = StoreError("The disk is full.", advice="Make room on it.", detail="errno 28")


class Copies:
    """Notes outside of the folder that something is sent, or fails to."""

    def __init__(self) -> None:
        self.noted = 0
        self.compared = 0
        self.trouble: Exception | None = None

    async def compare(self, *_: object) -> bool:
        self.compared += 1
        return True

    async def note_sending(self) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.noted += 1


class FailingLedger(Ledger):
    """Raises what stands in `troubles`, one for each move, None for none; and then `always`."""

    troubles: deque[Exception | None]
    always: Exception | None = None
    tries = 0

    async def move(self, task_id: TaskId, transition: Transition, **more: Any) -> Task:
        self.tries += 1
        trouble = self.troubles.popleft() if self.troubles else self.always
        if trouble is not None:
            raise trouble
        return await super().move(task_id, transition, **more)


class Bench:
    """A dispatch with what it stands on, and one queued task."""

    def __init__(self, rig: Rig, path: Path | None, **task: Any) -> None:
        self.rig = rig
        self.accepted = asyncio.Event()
        self.copies = Copies()
        self.ledger = FailingLedger(rig.store, rig.bus, rig.clock, Catalog.load().makes)
        self.ledger.troubles = deque()
        self.ids = None if path is None else AcceptedIds(path, AtOnce(), rig.bus, rig.clock, rig.store.checkpoint)
        self.dispatch = Dispatch(
            self.ledger,
            rig.runway,
            rig.account,
            rig.pricing,
            Catalog.load(),
            rig.bus,
            rig.clock,
            random.Random(1),
            cast(CopyCheck, self.copies),
            rig.routers,
            self.ids,
        )
        self.held = Task(id=ONE, request=request(), created_at=1.0, **task)

    @property
    def key(self) -> Fingerprint:
        return self.rig.runway.key

    async def deliver(self, before: Organization | None = None, key: Fingerprint | None = None) -> Outcome:
        own = self.key if key is None else key
        return await self.dispatch.deliver(self.held, BODY, before, own, self.accepted.set)

    async def task(self) -> Task:
        return await self.rig.task(ONE)

    def notices(self) -> list[Notice]:
        return notices(self.rig.events)


@asynccontextmanager
async def bench(path: Path | None = None, **task: Any) -> AsyncIterator[Bench]:
    async with Rig(loops=()) as rig:
        made = Bench(rig, path, **task)
        await made.ledger.add([made.held], [])
        yield made
