"""The engine as one value: every service that view-models may use. Built by the wiring, without Qt; nothing runs
until `start`.

`start` loads what was left by the last run; the loops (`lane`, `poller`, `downloads`, `account`) are run by the
caller's supervisor.
"""

from __future__ import annotations

from dataclasses import dataclass

from runway_desktop.catalog import Catalog

from .account import Account
from .applications import Applications
from .backup.backups import Backups
from .backup.restores import Restores
from .budget import Budget
from .bus import Bus
from .catalog_renewal import CatalogRenewal
from .downloads import Downloads
from .exchange import Exchange
from .forecast import Forecasts
from .fresh_links import FreshLinks
from .input_mending import Mender
from .intake import Intake
from .integrity import Integrity
from .lane import Lane
from .ledger import Ledger
from .library import Library
from .library_folder import LibraryFolder
from .library_move import LibraryMove
from .lost_files import LostFiles
from .poller import Poller
from .ports import Clock
from .pricing import Pricing
from .profiles import Profiles
from .retrieval import Retrieval
from .settings import Settings
from .spending import Spending
from .submission import Submission
from .verbs import Verbs


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    bus: Bus
    clock: Clock
    catalog: Catalog
    settings: Settings
    ledger: Ledger
    submission: Submission
    lane: Lane
    poller: Poller
    downloads: Downloads
    links: FreshLinks
    library: Library
    folder: LibraryFolder
    move: LibraryMove
    account: Account
    verbs: Verbs
    pricing: Pricing
    budget: Budget
    spending: Spending
    forecasts: Forecasts
    intake: Intake
    mender: Mender
    lost_files: LostFiles
    exchange: Exchange
    integrity: Integrity
    retrieval: Retrieval
    applications: Applications
    renewal: CatalogRenewal | None = None
    """None where the catalogue cannot be renewed."""
    profiles: Profiles | None = None
    backups: Backups | None = None
    restores: Restores | None = None
    """These three are None where the engine has no folder on a disk."""
    is_demo: bool = False
