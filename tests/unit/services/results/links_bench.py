"""Fresh links on a store and a Runway in memory."""

from __future__ import annotations

from runway_desktop.domain.task import TaskId
from runway_desktop.services.results.fresh_links import FreshLinks
from tests.rigs.engine_rig import Rig
from tests.rigs.fake_runway import remote_id

HOUR = 3600.0


class Bench(Rig):
    """Tasks that have succeeded, and the links to hand on."""

    def __init__(self) -> None:
        super().__init__(loops=())
        self.links = FreshLinks(self.store, self.ledger, self.runway, self.asking, self.account, self.bus, self.clock)

    async def succeeded(self, number: int = 1, *urls: str) -> TaskId:
        self.runway.say(remote_id(number), "RUNNING")
        [task_id] = (await self.adoption.adopt([remote_id(number)])).added
        self.answer(number, *(urls or (f"https://out.example/{number}.mp4?sig=old",)))
        await self.ledger.answer(task_id, self.runway.answers[remote_id(number)])
        self.runway.calls.clear()
        return task_id

    def answer(self, number: int, *urls: str) -> None:
        self.runway.finish(remote_id(number), *urls)
