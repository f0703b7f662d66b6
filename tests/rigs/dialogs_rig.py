"""Real services on a store in memory and a Runway in memory, with a loop that runs only when a test says so."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent

from runway_desktop.catalog import Catalog
from runway_desktop.domain.account import KeySource
from runway_desktop.domain.profiles import Profile
from runway_desktop.services.account import Account
from runway_desktop.services.bus import Bus
from runway_desktop.services.disk.library_folder import LibraryFolder
from runway_desktop.services.disk.profile_folders import ProfileFolders
from runway_desktop.services.engine import Engine, Outside
from runway_desktop.services.library.library_move import LibraryMove
from runway_desktop.services.library.move_group import GroupMover
from runway_desktop.services.money.pricing import Pricing
from runway_desktop.services.settings import Settings
from runway_desktop.services.supervised import Runner
from runway_desktop.services.tasks.ledger import Ledger
from runway_desktop.services.tasks.missing_inputs import InputFollowing
from runway_desktop.store.snapshots import SqliteSnapshots
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.wiring.build import make_hooks
from tests.rigs.engine_rig import AtOnce
from tests.rigs.fake_runway import FakeFetcher, FakeRunway
from tests.rigs.fakes import FakeClock, MemorySecrets, MemoryStore, settle

KEY = "key_" + "0123456789abcdef" * 8


class Idle:
    """Downloads without any."""

    def is_under_way(self, owner: tuple[str, int]) -> bool:
        return False

    def any_under_way_in(self, folder: Path) -> bool:
        return False


class Rig:
    """`runway`, and `tested` for a key that is only tested, answer what a test says. Close it at the end."""

    def __init__(self, library: Path, *, secrets: MemorySecrets | None = None) -> None:
        self.loop = asyncio.new_event_loop()
        self.bus, self.clock, self.store, self.runway = Bus(), FakeClock(), MemoryStore(), FakeRunway()
        self.tested = FakeRunway()
        self.secrets = secrets or MemorySecrets()
        self.catalog = Catalog.load()
        self.settings = Settings(self.store, self.bus, self.clock, default_library=library)
        self.ledger = Ledger(self.store, self.bus, self.clock, self.catalog.makes)
        self.account = Account(
            self.runway, lambda _: self.tested, self.secrets, self.bus, self.clock, random.Random(1), "test"
        )
        self.pricing = Pricing(self.store, self.clock)
        self.folder = LibraryFolder(self.settings, self.bus, self.clock, lambda *_: AtOnce())
        following = InputFollowing(self.ledger, self.store)
        mover = GroupMover(self.store, self.bus, self.folder, following, AtOnce())
        self.move = LibraryMove(
            self.store, self.bus, self.clock, self.settings, self.folder, Idle(), mover, library.parent / "Rescued"
        )
        profile = Profile(name="Test", folder=library.parent, library=library, key_name="test")
        self.engine = Engine(
            Outside(
                profile=profile,
                folders=ProfileFolders(main=profile, beside=library.parent),
                state=library.parent / "state",
                catalog=self.catalog,
                clock=self.clock,
                rng=random.Random(1),
                store=self.store,
                snapshots=SqliteSnapshots,
                runway=self.runway,
                make_runway=lambda _: self.tested,
                fetcher=FakeFetcher(),
                secrets=self.secrets,
                workers=AtOnce(),
                file_workers=AtOnce(),
                threads=lambda *_: AtOnce(),
                home=library.parent,
                make_hooks=make_hooks,
            )
        )
        engine = self.engine
        engine.bus, engine.settings, engine.ledger, engine.folder = self.bus, self.settings, self.ledger, self.folder
        engine.account, engine.pricing = self.account, self.pricing
        engine.move = self.move
        engine.profiles = engine.backups = engine.restores = engine.accepted_ids = None
        self.cases = UseCases(engine)
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
        assert self.account.key.source is KeySource.MEMORY

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
