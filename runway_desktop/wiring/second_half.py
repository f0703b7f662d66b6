"""The half of the engine that the first paint does not need: all that sends, asks, saves, moves, imports and backs up.

`make` builds it on the first half and starts nothing. Importing this module imports every service, which takes as long
as the first paint itself: `wiring` does that on a worker, after the paint. Loop's thread only; raises nothing.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from runway_desktop.services.applications import Applications
from runway_desktop.services.backup.backups import Backups
from runway_desktop.services.backup.restores import Restores
from runway_desktop.services.disk.disk_threads import DiskThreads
from runway_desktop.services.disk.list_markers import ListMarkers
from runway_desktop.services.disk.system_trash import TrashFolder
from runway_desktop.services.exchange import Exchange
from runway_desktop.services.intake import Intake
from runway_desktop.services.library.library_move import LibraryMove
from runway_desktop.services.library.move_group import GroupMover
from runway_desktop.services.media.input_fixes import InputFixer
from runway_desktop.services.money.budget import Budget
from runway_desktop.services.money.spending import Spending
from runway_desktop.services.results.downloads import Downloads
from runway_desktop.services.results.fallback_saving import FallbackSaving
from runway_desktop.services.results.fresh_links import FreshLinks
from runway_desktop.services.results.integrity import Integrity
from runway_desktop.services.results.relinking import Relinking
from runway_desktop.services.results.sidecar_keeper import SidecarKeeper
from runway_desktop.services.results.trash import Trash
from runway_desktop.services.tasks.accepted_ids import AcceptedIds
from runway_desktop.services.tasks.actions import TaskActions
from runway_desktop.services.tasks.asking import Asking
from runway_desktop.services.tasks.copy_check import CopyCheck
from runway_desktop.services.tasks.dispatch import Dispatch
from runway_desktop.services.tasks.forecast import Forecasts
from runway_desktop.services.tasks.input_following import InputFollowing
from runway_desktop.services.tasks.inputs import Inputs
from runway_desktop.services.tasks.lane import Lane
from runway_desktop.services.tasks.missing_inputs import MissingInputs
from runway_desktop.services.tasks.poller import Poller
from runway_desktop.services.tasks.submission import Submission

from .first_half import FirstHalf


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class SecondHalf:
    budget: Budget
    copies: CopyCheck
    accepted_ids: AcceptedIds
    submission: Submission
    lane: Lane
    poller: Poller
    downloads: Downloads
    links: FreshLinks
    move: LibraryMove
    verbs: TaskActions
    trash: Trash
    spending: Spending
    forecasts: Forecasts
    intake: Intake
    mender: InputFixer
    missing_inputs: MissingInputs
    exchange: Exchange
    integrity: Integrity
    relinking: Relinking
    applications: Applications
    backups: Backups
    restores: Restores
    sidecars: SidecarKeeper
    looking: DiskThreads
    """The threads that look at results."""


def make(first: FirstHalf) -> SecondHalf:
    profile, catalog, bus, clock, rng = first.profile, first.catalog, first.bus, first.clock, first.rng
    store, settings, ledger, account = first.store, first.settings, first.ledger, first.account
    runway, folder, workers, file_workers = first.runway, first.folder, first.workers, first.file_workers
    budget = Budget(store, settings, first.pricing, bus, clock)
    forecasts = Forecasts(store, bus, clock)
    markers = ListMarkers(first.state)
    copies = CopyCheck(profile, markers, ledger, store, settings, bus, clock, workers, first.snapshots)
    # One thread of its own: an id never waits for what is read or hashed elsewhere.
    accepted_ids = AcceptedIds(profile.accepted_ids, DiskThreads(1, "accepted ids"), bus, clock)
    dispatch = Dispatch(ledger, runway, account, first.pricing, bus, clock, rng, copies, accepted_ids)
    inputs = Inputs(ledger, runway, store, catalog, bus, clock, workers)
    rescue = FallbackSaving(profile.rescued, folder, settings, bus, clock)
    asking = Asking(runway, ledger, clock)
    downloads = Downloads(store, ledger, asking, first.fetcher, bus, clock, settings, rng, folder, rescue)
    submission = Submission(ledger, store, catalog, clock, workers, key_in_use=lambda: account.key.fingerprint)
    verbs = TaskActions(ledger, store, runway, asking, account, bus, clock)
    trash = Trash(store, TrashFolder(file_workers), bus, clock, folder.locks, file_workers)
    looking = DiskThreads(3, "look at results")
    integrity = Integrity(store, folder, bus, clock, looking)
    # A thread of its own, which may hang with either folder.
    mover = GroupMover(store, bus, folder, InputFollowing(ledger, store), DiskThreads(1, "move"))
    return SecondHalf(
        budget=budget,
        copies=copies,
        accepted_ids=accepted_ids,
        submission=submission,
        lane=Lane(ledger, dispatch, inputs, account, settings, budget, forecasts, bus, clock, rng),
        poller=Poller(ledger, runway, asking, account, forecasts, bus, clock, rng, at_once=lambda: settings.poll_limit),
        downloads=downloads,
        links=FreshLinks(store, ledger, runway, asking, account, bus, clock),
        move=LibraryMove(store, bus, clock, settings, folder, downloads, mover, profile.rescued),
        verbs=verbs,
        trash=trash,
        spending=Spending(store, runway, catalog, clock, workers),
        forecasts=forecasts,
        intake=Intake(catalog, workers),
        mender=InputFixer(profile.inputs, workers, thumbnails=profile.posters),
        missing_inputs=MissingInputs(ledger, store, submission, catalog, bus, clock, workers),
        exchange=Exchange(ledger, store, submission, verbs, catalog, settings, bus, clock, file_workers),
        integrity=integrity,
        relinking=Relinking(store, integrity, bus, clock, settings, folder.locks, looking),
        applications=Applications(settings, workers, os.environ, Path.home()),
        backups=Backups(profile, first.snapshots(), first.workshop, settings, bus, clock),
        restores=Restores(profile, first.folders, first.snapshots(), first.workshop, clock, rng, store.outputs_in),
        sidecars=SidecarKeeper(store, bus, clock, settings, folder.locks, file_workers),
        looking=looking,
    )
