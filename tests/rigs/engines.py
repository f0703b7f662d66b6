"""All services on fakes, as front ends get them. No Qt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from runway_desktop.domain.profiles import Profile
from runway_desktop.services.disk.profile_folders import ProfileFolders
from runway_desktop.services.engine import Engine, Outside
from runway_desktop.services.tasks.submission import Ask, Prepared
from runway_desktop.store.snapshots import SqliteSnapshots
from runway_desktop.usecases.sending.sending import TaskSender
from runway_desktop.wiring.build import make_hooks
from tests.rigs import engine_rig
from tests.rigs.engine_rig import CATALOG, AtOnce
from tests.rigs.fake_runway import FakeFetcher


def engine_of(parts: engine_rig.Rig, library: Path, fetcher: FakeFetcher | None = None) -> Engine:
    """The engine with the services of an engine's rig, and on its fakes. Results go to `library`."""
    parts.settings.library_folder = str(library)
    folder = library.parent
    profile = Profile(name="Test", folder=folder, library=library, key_name="test")
    outside = Outside(
        profile=profile,
        folders=ProfileFolders(main=profile, beside=folder),
        state=folder / "state",
        catalog=CATALOG,
        clock=parts.clock,
        rng=parts.account._rng,
        store=parts.store,
        snapshots=SqliteSnapshots,
        runway=parts.runway,
        make_runway=lambda _: parts.runway,
        fetcher=fetcher or FakeFetcher(),
        secrets=parts.secrets,
        workers=AtOnce(),
        file_workers=AtOnce(),
        threads=lambda *_: AtOnce(),
        home=folder,
        make_hooks=make_hooks,
    )
    engine = Engine(outside)
    engine.bus, engine.settings, engine.ledger, engine.folder = parts.bus, parts.settings, parts.ledger, parts.folder
    engine.account, engine.pricing, engine.budget = parts.account, parts.pricing, parts.budget
    engine.copies, engine.accepted_ids, engine.inputs = parts.copies, parts.ids, parts.inputs
    engine.asking, engine.routers = parts.asking, parts.routers
    engine.forecasts, engine.lane, engine.poller = parts.forecasts, parts.lane, parts.poller
    engine.adoption, engine.queue_acts = parts.adoption, parts.queue_acts
    engine.submission, engine.missing_inputs, engine.actions = parts.submission, parts.missing_inputs, parts.actions
    engine.spending, engine.trash = parts.spending, parts.trash
    engine.profiles = engine.backups = engine.restores = None
    return engine


class Unasked(TaskSender):
    """For tests that are about something else than a price that nobody knows: it is never asked about."""

    def _prepared(self, *arguments: Any) -> Prepared:
        prepared = super()._prepared(*arguments)
        prepared.asks -= {Ask.PRICE_UNKNOWN}
        return prepared
