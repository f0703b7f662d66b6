"""Real services on a store in memory and a Runway in memory, with a loop that runs only when a test says so."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any, TypeVar, cast

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QWidget

from runway_desktop.catalog import Catalog
from runway_desktop.domain.account import KeyPlace
from runway_desktop.domain.task import Request
from runway_desktop.services.account import Account
from runway_desktop.services.bus import Bus
from runway_desktop.services.engine import Engine
from runway_desktop.services.intake import Draft, Gathered, IntakeFinding
from runway_desktop.services.ledger import Ledger
from runway_desktop.services.pricing import Pricing
from runway_desktop.services.settings import Settings
from runway_desktop.services.submission import Submission
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.review import ReviewModel
from runway_desktop.viewmodels.runner import Runner
from tests.fake_runway import FakeRunway
from tests.fakes import FakeClock, MemorySecrets, MemoryStore, settle

Kind = TypeVar("Kind", bound=QWidget)

KEY = "key_" + "0123456789abcdef" * 8
LANDSCAPE = {"ratio": "1280:720", "duration": 5}


class Rig:
    """`runway`, and `tested` for a key that is only tested, answer what a test says. Close it at the end."""

    def __init__(self, library: Path, *, secrets: MemorySecrets | None = None) -> None:
        self.loop = asyncio.new_event_loop()
        self.bus, self.clock, self.store, self.runway = Bus(), FakeClock(), MemoryStore(), FakeRunway()
        self.tested = FakeRunway()
        self.secrets = secrets or MemorySecrets()
        self.catalog = Catalog.load()
        self.settings = Settings(self.store, self.bus, self.clock, default_library=library)
        self.ledger = Ledger(self.store, self.bus, self.clock)
        self.account = Account(
            self.runway, lambda _: self.tested, self.secrets, self.bus, self.clock, random.Random(1), profile="test"
        )
        self.pricing = Pricing(self.store, self.clock)
        self.submission = Submission(self.ledger, self.store, self.catalog, self.clock)
        nothing = cast(Any, None)
        self.engine = Engine(
            bus=self.bus, clock=self.clock, catalog=self.catalog, settings=self.settings, ledger=self.ledger,
            submission=self.submission, account=self.account, pricing=self.pricing, budget=nothing, spending=nothing, lane=nothing, poller=nothing,
            downloads=nothing, library=nothing, verbs=nothing, forecasts=nothing, intake=nothing,
            mender=nothing, lost_files=nothing,
        )  # fmt: skip
        self.bridge = Bridge(self.bus)
        self.spawned: list[str] = []
        self.runner = Runner(self._spawn, self.bus)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    def settle(self) -> None:
        """Lets what was begun go on until it waits for the world."""
        self.run(settle())

    def start(self) -> None:
        self.run(self.account.start())
        self.run(self.account.refresh())

    def use_key(self) -> None:
        self.run(self.account.use_key(KEY, remember=False))
        self.run(self.account.refresh())
        assert self.account.key.place is KeyPlace.MEMORY

    def learn(self, credits: float, model: str = "gen4.5", endpoint: str = "text_to_video", **values: Any) -> None:
        """Runway has estimated a request of this shape before."""
        self.run(self.pricing.learn(Request(endpoint=endpoint, model=model, values=values or LANDSCAPE), credits))

    def review(self, gathered: Gathered, composed: Request | None = None, **options: Any) -> ReviewModel:
        return ReviewModel(self.engine, self.bridge, self.runner, gathered, composed or composer(), **options)

    def close(self) -> None:
        self.bridge.close()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.settle()
        self.loop.close()
        self.bridge.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    def _spawn(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        self.spawned.append(name)
        return self.loop.create_task(work, name=name)


def child(parent: QWidget, kind: type[Kind]) -> Kind:
    """The first of its kind inside a widget."""
    found = parent.findChild(kind)
    assert found is not None, f"there is no {kind.__name__}"
    return found


def composer(model: str = "gen4.5", endpoint: str = "text_to_video", **values: Any) -> Request:
    """What the composer holds."""
    return Request(endpoint=endpoint, model=model, values={**LANDSCAPE, "promptText": "In the composer", **values})


def draft(prompt: str, row: int | None = None, **members: Any) -> Draft:
    values: Mapping[str, Any] = {"promptText": prompt, **members.pop("values", {})}
    members.setdefault("source", "shots.csv")
    return Draft(values=values, row=row, **members)


def finding(message: str, row: int | None = None, field: str = "") -> IntakeFinding:
    return IntakeFinding(source="shots.csv", row=row, field=field, message=message)


def shots(*prompts: str, **members: Any) -> Gathered:
    """A table with these prompts, the first in row 2 below its header."""
    drafts = tuple(draft(prompt, row) for row, prompt in enumerate(prompts, start=2))
    return Gathered(drafts=drafts, name="shots", **members)
