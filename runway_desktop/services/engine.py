"""The engine: every service that view-models may use, without Qt. The loops (`lane`, `poller`, `downloads`, `account`,
…) are run by the caller's supervisor.

Each service is a cached property that imports its module and builds it at first use, so that the first paint imports
only what the window reads. Loop's thread only; building a service starts nothing and raises nothing.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING

from runway_desktop.domain.account import KeySource
from runway_desktop.domain.secrecy import KnownSecrets

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from concurrent.futures import Executor
    from pathlib import Path

    from runway_desktop.catalog import Catalog
    from runway_desktop.domain.prices import PublishedPrice
    from runway_desktop.domain.profiles import Profile
    from runway_desktop.domain.task import Request

    from .account import Account
    from .approvals import Clients
    from .backup.backups import Backups
    from .backup.restores import Restores
    from .backup.watching import Workshop
    from .bus import Bus
    from .disk.library_folder import LibraryFolder
    from .disk.profile_folders import ProfileFolders
    from .exchange.cut.cut_files import CutFiles
    from .exchange.exchange import Exchange
    from .intake.intake import Intake
    from .learned import Routers, Workflows
    from .library.cast import CastKeeper
    from .library.library import Library
    from .library.library_move import LibraryMove
    from .library.lineage import Lineage
    from .library.sheets import Sheets
    from .library.voices import Voices
    from .media.input_fixes import InputFixer
    from .money.budget import Budget
    from .money.pricing import Pricing
    from .money.spending import Spending
    from .ports import Clock, ClosableRunway, Fetcher, Hooks, Runway, SecretStore, Snapshots, Store
    from .profiles.profile_folders import Profiles
    from .results.downloads import Downloads
    from .results.fresh_links import FreshLinks
    from .results.integrity import Integrity
    from .results.relinking import Relinking
    from .results.sidecar_keeper import SidecarKeeper
    from .results.trash import Trash
    from .settings import Settings
    from .tasks.accepted_ids import AcceptedIds
    from .tasks.actions import TaskActions
    from .tasks.adoption import Adoption
    from .tasks.asking import Asking
    from .tasks.copy_check import CopyCheck
    from .tasks.dispatch import Dispatch
    from .tasks.lane import Lane
    from .tasks.ledger import Ledger
    from .tasks.missing_inputs import MissingInputs
    from .tasks.outlook import Forecasts
    from .tasks.poller import Poller
    from .tasks.queue_acts import QueueActs
    from .tasks.submission import Submission
    from .tasks.uploads import Inputs


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Outside:
    """Adapters and folders from which the services are built."""

    profile: Profile
    folders: ProfileFolders
    state: Path
    """This computer's data about its profiles, outside of their folders."""
    catalog: Catalog
    prices: tuple[PublishedPrice, ...] = ()
    clock: Clock
    rng: random.Random
    store: Store
    snapshots: Callable[[], Snapshots]
    runway: Runway
    make_runway: Callable[[str], ClosableRunway]
    """Makes a client for another key, to test that key."""
    fetcher: Fetcher
    secrets: SecretStore
    given_secret: str | None = None
    """A key from the environment or the demo; takes precedence over the keychain."""
    secrecy: KnownSecrets = field(default_factory=KnownSecrets)
    """Secrets to remove from every text that leaves the profile."""
    given_source: KeySource = KeySource.ENVIRONMENT
    workers: Executor
    """For short work: hashing, parsing."""
    file_workers: Executor
    """For access to saved results, whose drive may hang."""
    threads: Callable[[int, str], Executor]
    """Makes a pool of so many threads with a name, for a disk that may hang."""
    home: Path
    make_hooks: Callable[[Engine], Hooks]
    is_demo: bool = False


RUNNING = (
    "profiles",
    "budget",
    "forecasts",
    "copies",
    "clients",
    "accepted_ids",
    "routers",
    "dispatch",
    "inputs",
    "lane",
    "asking",
    "poller",
    "adoption",
    "submission",
    "missing_inputs",
    "downloads",
    "integrity",
    "move",
    "backups",
    "hooks",
)
"""Services that have a loop or listen to the bus, each after those that it depends on."""


class Engine:
    """All services of a profile. A test may assign a fake to a service before its first use."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self.clock = outside.clock
        self.catalog = outside.catalog
        self.is_demo = outside.is_demo
        self.secrecy = outside.secrecy
        self._profile = outside.profile
        self.profile_name = outside.profile.name
        self.profile_folder = outside.profile.folder
        self.logs = (outside.profile.log.with_name("log.txt.1"), outside.profile.log)
        """The older log, which may be missing, and the present one."""
        self.last_crash = outside.profile.last_crash
        self._rng = outside.rng
        self._store = outside.store
        self._runway = outside.runway
        self._workers = outside.workers
        self._file_workers = outside.file_workers
        self._threads = outside.threads

    async def make_what_runs(self) -> None:
        """Builds the services in `RUNNING`, and yields to the loop after each so that the window stays responsive."""
        # With its imports, this one alone would block the loop for too long.
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._workers, import_module, ".results.downloads", __package__)
        for name in RUNNING:
            if name not in vars(self):
                getattr(self, name)
                await self.clock.sleep(0)

    async def measure_queue(self) -> None:
        """Reads the files that the prices of queued tasks depend on, where this run has not read them yet."""
        files = self.pricing.unmeasured(task.request for task in self.ledger.all_queued())
        if files:
            await self.intake.look(files)

    def is_made(self, name: str) -> bool:
        """Whether the service of this name was built, without building it. KeyError for an unknown name."""
        return vars(Engine)[name].attrname in vars(self)

    @cached_property
    def bus(self) -> Bus:
        from .bus import Bus

        return Bus()

    @cached_property
    def settings(self) -> Settings:
        from .settings import Settings

        return Settings(self._store, self.bus, self.clock, default_library=self._profile.library)

    @cached_property
    def sidecars(self) -> SidecarKeeper:
        from .results.sidecar_keeper import SidecarKeeper

        return SidecarKeeper(self._store, self.bus, self.clock, self.settings, self.folder.locks, self._file_workers)

    @cached_property
    def ledger(self) -> Ledger:
        from .tasks.ledger import Ledger

        return Ledger(self._store, self.bus, self.clock, self.catalog.makes)

    @cached_property
    def pricing(self) -> Pricing:
        from .money.pricing import Pricing

        return Pricing(self._store, self.clock, self._outside.prices, self._ceiling)

    def _ceiling(self, request: Request) -> float | None:
        # Imported for a request to a router alone.
        return self.routers.most(request)

    @cached_property
    def routers(self) -> Routers:
        from .learned import Routers

        return Routers(self._store, self._runway, self.catalog, self.clock)

    @cached_property
    def workflows(self) -> Workflows:
        from .learned import Workflows

        return Workflows(self._store, self._runway, self.catalog, self.clock, self._workers)

    @cached_property
    def folder(self) -> LibraryFolder:
        from .disk.library_folder import LibraryFolder

        return LibraryFolder(self.settings, self.bus, self.clock, self._threads)

    @cached_property
    def account(self) -> Account:
        from .account import Account

        return Account(
            self._runway,
            self._outside.make_runway,
            self._outside.secrets,
            self.bus,
            self.clock,
            self._rng,
            self._profile.key_name,
            self._outside.given_secret,
            self._outside.given_source,
        )

    @cached_property
    def library(self) -> Library:
        from .library.library import Library

        return Library(self._store, self.bus, self.settings, self._file_workers)

    @cached_property
    def sheets(self) -> Sheets:
        from .library.sheets import Sheets

        return Sheets(self._store, self._file_workers)

    @cached_property
    def cast(self) -> CastKeeper:
        from .library.cast import CastKeeper

        return CastKeeper(self._store, self.bus, self.clock, self._profile, self._workers)

    @cached_property
    def voices(self) -> Voices:
        from .library.voices import Voices

        return Voices(self._runway, self._outside.fetcher, self.cast, self.settings)

    @cached_property
    def lineage(self) -> Lineage:
        from .library.lineage import Lineage

        return Lineage(self._store)

    @property
    def private_paths(self) -> dict[Path, str]:
        """Folders of this computer and the placeholders that stand for them in exported texts."""
        paths = {self.settings.library: "<results folder>", self._profile.folder: "<profile>"}
        return {**paths, self._outside.home: "~"}

    @cached_property
    def workshop(self) -> Workshop:
        from .backup.watching import Workshop

        # Own threads: a backup's disk may hang, and the results' disk with it.
        return Workshop(self._threads(2, "backups"), self.folder.space)

    @cached_property
    def profiles(self) -> Profiles | None:
        """None if the engine has no folder on a disk; the same holds for `backups`, `restores` and `accepted_ids`."""
        from .disk.profile_lock import is_in_use
        from .disk.system_trash import TrashFolder
        from .profiles.profile_folders import Profiles

        outside, workshop, trash = self._outside, self.workshop, TrashFolder(self._workers)
        snapshots, secrets, clock = outside.snapshots, outside.secrets, self.clock
        return Profiles(
            self._profile, outside.folders, snapshots, workshop, secrets, trash, clock, self._rng, is_in_use
        )

    @cached_property
    def clients(self) -> Clients:
        from .approvals import Clients

        return Clients(self._store, self.ledger, self.settings, self.bus, self.clock, self.copies)

    @cached_property
    def budget(self) -> Budget:
        from .money.budget import Budget

        return Budget(self._store, self.settings, self.pricing, self.bus, self.clock)

    @cached_property
    def forecasts(self) -> Forecasts:
        from .tasks.outlook import Forecasts

        return Forecasts(self._store, self.bus, self.clock)

    @cached_property
    def copies(self) -> CopyCheck:
        from .disk.list_markers import ListMarkers
        from .tasks.copy_check import CopyCheck

        markers, snapshots, workers = ListMarkers(self._outside.state), self._outside.snapshots, self._workers
        settings, bus, clock = self.settings, self.bus, self.clock
        return CopyCheck(self._profile, markers, self.ledger, self._store, settings, bus, clock, workers, snapshots)

    @cached_property
    def accepted_ids(self) -> AcceptedIds | None:
        from .tasks.accepted_ids import AcceptedIds

        # A thread of its own, so that writing an id is never queued behind reading or hashing.
        threads = self._threads(1, "accepted ids")
        return AcceptedIds(self._profile.accepted_ids, threads, self.bus, self.clock, self._store.checkpoint)

    @cached_property
    def dispatch(self) -> Dispatch:
        from .tasks.dispatch import Dispatch

        runway, account, bus, clock = self._runway, self.account, self.bus, self.clock
        catalog, ids, pricing = self.catalog, self.accepted_ids, self.pricing
        return Dispatch(
            self.ledger, runway, account, pricing, catalog, bus, clock, self._rng, self.copies, self.routers, ids
        )

    @cached_property
    def inputs(self) -> Inputs:
        from .tasks.uploads import Inputs

        return Inputs(self.ledger, self._runway, self._store, self.catalog, self.bus, self.clock, self._workers)

    @cached_property
    def lane(self) -> Lane:
        from .tasks.lane import Lane

        dispatch, inputs, account, settings = self.dispatch, self.inputs, self.account, self.settings
        budget, forecasts, bus, clock, rng = self.budget, self.forecasts, self.bus, self.clock, self._rng
        return Lane(self.ledger, dispatch, inputs, account, settings, budget, forecasts, bus, clock, rng)

    @cached_property
    def queue_acts(self) -> QueueActs:
        from .tasks.queue_acts import QueueActs

        return QueueActs(self.ledger, self.lane.caps, self.lane.retry)

    @cached_property
    def asking(self) -> Asking:
        from .tasks.asking import Asking

        return Asking(self._runway, self.ledger, self.clock)

    @cached_property
    def poller(self) -> Poller:
        from .tasks.poller import Poller

        return Poller(
            self.ledger,
            self._runway,
            self.asking,
            self.account,
            self.forecasts,
            self.bus,
            self.clock,
            self._rng,
            self.actions.finish_cancel,
            lambda: self.settings.poll_limit,
        )

    @cached_property
    def submission(self) -> Submission:
        from .tasks.submission import Submission

        store, clock = self._store, self.clock
        return Submission(self.ledger, store, self.queue_acts, self.adoption, self.catalog, clock, self._workers)

    @cached_property
    def adoption(self) -> Adoption:
        from .tasks.adoption import Adoption

        return Adoption(self.ledger, self._store, self.clock, key_in_use=lambda: self.account.key.fingerprint)

    @cached_property
    def actions(self) -> TaskActions:
        from .tasks.actions import TaskActions

        return TaskActions(self.ledger, self._store, self._runway, self.asking, self.account, self.bus, self.clock)

    @cached_property
    def missing_inputs(self) -> MissingInputs:
        from .tasks.missing_inputs import MissingInputs

        bus, clock = self.bus, self.clock
        return MissingInputs(self.ledger, self._store, self.submission, self.catalog, bus, clock, self._workers)

    @cached_property
    def spending(self) -> Spending:
        from .money.spending import Spending

        return Spending(self._store, self._runway, self.catalog, self.clock, self._workers)

    @cached_property
    def downloads(self) -> Downloads:
        from .results.downloads import Downloads

        return Downloads(
            self._store,
            self.ledger,
            self.asking,
            self._outside.fetcher,
            self.bus,
            self.clock,
            self.settings,
            self._rng,
            self.folder,
            self._profile.rescued,
        )

    @cached_property
    def hooks(self) -> Hooks:
        return self._outside.make_hooks(self)

    @cached_property
    def links(self) -> FreshLinks:
        from .results.fresh_links import FreshLinks

        return FreshLinks(self._store, self.ledger, self._runway, self.asking, self.account, self.bus, self.clock)

    @cached_property
    def trash(self) -> Trash:
        from .disk.system_trash import TrashFolder
        from .results.own_folders import OwnFolders
        from .results.trash import Trash

        workers, locks = self._file_workers, self.folder.locks
        own = OwnFolders(self.settings, self._profile.folder)
        return Trash(self._store, TrashFolder(workers), self.bus, self.clock, locks, own, workers)

    @cached_property
    def looking(self) -> Executor:
        """Threads that check saved results."""
        return self._threads(3, "look at results")

    @cached_property
    def integrity(self) -> Integrity:
        from .results.integrity import Integrity

        return Integrity(self._store, self.folder, self.bus, self.clock, self.looking)

    @cached_property
    def relinking(self) -> Relinking:
        from .results.relinking import Relinking

        locks = self.folder.locks
        return Relinking(self._store, self.integrity, self.bus, self.clock, self.settings, locks, self.looking)

    @cached_property
    def move(self) -> LibraryMove:
        from .library.library_move import LibraryMove
        from .library.move_group import GroupMover
        from .tasks.missing_inputs import InputFollowing

        # A thread of its own: either folder's disk may hang.
        threads = self._threads(1, "move")
        store, folder, bus, clock = self._store, self.folder, self.bus, self.clock
        return LibraryMove(
            store,
            bus,
            clock,
            self.settings,
            folder,
            self.downloads,
            GroupMover(store, bus, folder, InputFollowing(self.ledger, store), threads),
            self._profile.rescued,
        )

    @cached_property
    def intake(self) -> Intake:
        from .intake.intake import Intake

        return Intake(self.catalog, self._workers, self.pricing.measured)

    @cached_property
    def input_fixer(self) -> InputFixer:
        from .media.input_fixes import InputFixer

        return InputFixer(self._profile.inputs, self._workers, thumbnails=self._profile.posters)

    @cached_property
    def cut_files(self) -> CutFiles:
        from .exchange.cut.cut_files import CutFiles

        return CutFiles(self._file_workers, self.folder.space)

    @cached_property
    def exchange(self) -> Exchange:
        from .exchange.exchange import Exchange

        return Exchange(
            self.ledger,
            self._store,
            self.adoption,
            self.actions,
            self.catalog,
            self.settings,
            self.bus,
            self.clock,
            self.intake,
            self._file_workers,
            self.folder.space,
        )

    @cached_property
    def backups(self) -> Backups | None:
        from .backup.backups import Backups

        return Backups(self._profile, self._outside.snapshots(), self.workshop, self.settings, self.bus, self.clock)

    @cached_property
    def restores(self) -> Restores | None:
        from .backup.restores import Restores

        outside = self._outside
        snapshots, outputs_in = outside.snapshots(), self._store.outputs_in
        return Restores(self._profile, outside.folders, snapshots, self.workshop, self.clock, self._rng, outputs_in)
