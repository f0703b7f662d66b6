"""The half of the engine that the window is painted from, and on which `second_half` stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from concurrent.futures import Executor
    from pathlib import Path

    from runway_desktop.catalog import Catalog
    from runway_desktop.domain.profiles import Profile
    from runway_desktop.services.account import Account
    from runway_desktop.services.backup.workshop import Workshop
    from runway_desktop.services.bus import Bus
    from runway_desktop.services.disk.library_folder import LibraryFolder
    from runway_desktop.services.disk.profile_folders import Folders
    from runway_desktop.services.money.pricing import Pricing
    from runway_desktop.services.ports import Clock, Fetcher, Runway, Snapshots, Store
    from runway_desktop.services.settings import Settings
    from runway_desktop.services.tasks.ledger import Ledger


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class FirstHalf:
    """What both halves stand on."""

    profile: Profile
    folders: Folders
    state: Path
    """What this computer knows of its profiles, outside of their folders."""
    catalog: Catalog
    bus: Bus
    clock: Clock
    rng: random.Random
    store: Store
    snapshots: Callable[[], Snapshots]
    settings: Settings
    ledger: Ledger
    pricing: Pricing
    folder: LibraryFolder
    account: Account
    runway: Runway
    fetcher: Fetcher
    workshop: Workshop
    workers: Executor
    file_workers: Executor
