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

    from .account import Account
    from .applications import Applications
    from .backup.backups import Backups
    from .backup.restores import Restores
    from .bus import Bus
    from .catalog_renewal import CatalogRenewal
    from .disk.library_folder import LibraryFolder
    from .exchange import Exchange
    from .intake import Intake
    from .library.library import Library
    from .library.library_move import LibraryMove
    from .media.input_fixes import InputFixer
    from .money.budget import Budget
    from .money.pricing import Pricing
    from .money.spending import Spending
    from .ports import Clock
    from .profiles.profiles import Profiles
    from .results.downloads import Downloads
    from .results.fresh_links import FreshLinks
    from .results.integrity import Integrity
    from .results.relinking import Relinking
    from .results.trash import Trash
    from .settings import Settings
    from .tasks.accepted_ids import AcceptedIds
    from .tasks.actions import TaskActions
    from .tasks.forecast import Forecasts
    from .tasks.lane import Lane
    from .tasks.ledger import Ledger
    from .tasks.missing_inputs import MissingInputs
    from .tasks.poller import Poller
    from .tasks.submission import Submission


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
    verbs: Later[TaskActions] = Later()
    trash: Later[Trash] = Later()
    spending: Later[Spending] = Later()
    forecasts: Later[Forecasts] = Later()
    intake: Later[Intake] = Later()
    mender: Later[InputFixer] = Later()
    missing_inputs: Later[MissingInputs] = Later()
    exchange: Later[Exchange] = Later()
    integrity: Later[Integrity] = Later()
    relinking: Later[Relinking] = Later()
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
