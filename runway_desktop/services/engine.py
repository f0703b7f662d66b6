"""The engine as one value: every service that view-models may use. Built by the wiring, without Qt; nothing runs by
itself: the loops (`lane`, `poller`, `downloads`, `account`) are run by the caller's supervisor.

The first paint needs a few of them. The others are `Later`: whoever uses one first has it made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .later import Later, waits

if TYPE_CHECKING:
    from runway_desktop.catalog import Catalog

    from .accepted_ids import AcceptedIds
    from .account import Account
    from .applications import Applications
    from .backup.backups import Backups
    from .backup.restores import Restores
    from .binned_files import BinnedFiles
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


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Engine:
    """All services of a profile. One is not another, whatever is in it."""

    bus: Bus
    clock: Clock
    catalog: Catalog
    settings: Settings
    ledger: Ledger
    library: Library
    folder: LibraryFolder
    account: Account
    pricing: Pricing
    budget: Later[Budget] = Later()
    submission: Later[Submission] = Later()
    lane: Later[Lane] = Later()
    poller: Later[Poller] = Later()
    downloads: Later[Downloads] = Later()
    links: Later[FreshLinks] = Later()
    move: Later[LibraryMove] = Later()
    verbs: Later[Verbs] = Later()
    trash: Later[BinnedFiles] = Later()
    spending: Later[Spending] = Later()
    forecasts: Later[Forecasts] = Later()
    intake: Later[Intake] = Later()
    mender: Later[Mender] = Later()
    lost_files: Later[LostFiles] = Later()
    exchange: Later[Exchange] = Later()
    integrity: Later[Integrity] = Later()
    retrieval: Later[Retrieval] = Later()
    applications: Later[Applications] = Later()
    renewal: CatalogRenewal | None = None
    """None where the catalogue cannot be renewed."""
    profiles: Profiles | None = None
    backups: Later[Backups | None] = Later(None)
    restores: Later[Restores | None] = Later(None)
    accepted_ids: Later[AcceptedIds | None] = Later(None)
    """These four are None where the engine has no folder on a disk."""
    is_demo: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether all of them are made; before that nothing is sent, asked for, saved or moved."""
        return not waits(self)
