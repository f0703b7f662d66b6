"""State of the chooser of endpoints and models. Usual durations are loaded from the store later, followed by `changed`.
GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from runway_desktop.services.supervised import Runner
from runway_desktop.texts import _
from runway_desktop.usecases.requests.choices import (
    CatalogPart,
    Choices,
    ChooserLine,
    HasPair,
    Key,
    ModelOffer,
    favorites_of,
    new_pairs,
    toggle_favorite,
    typical_request,
)
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words import units
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.model import Model


class Chooser(Model):
    changed = Signal()
    """Favorites, durations, prices or limits changed."""

    def __init__(
        self, cases: UseCases, bridge: Bridge, runner: Runner, composer: HasPair, parent: QObject | None = None
    ) -> None:
        super().__init__(cases, runner, parent)
        self._composer = composer
        self._usually: dict[Key, str] = {}
        self._new: frozenset[Key] | None = None
        self._looked_for = ""
        bridge.organization_changed.connect(lambda _: self.changed.emit())

    @property
    def current(self) -> Key:
        return (self._composer.pair.endpoint, self._composer.pair.model)

    @property
    def version(self) -> str:
        return self._cases.catalog.version

    def parts(self) -> list[ChooserLine]:
        return self._choices().parts()

    def offers(self, scope: str, search: str = "", having: frozenset[str] = frozenset()) -> list[ModelOffer]:
        return self._choices().offers(scope, search, having)

    def choose(self, key: Key) -> None:
        """Switches to this pair; the composer keeps values that fit and reports others."""
        self._composer.choose(*key)

    @property
    def part(self) -> str:
        """The scope of the part that has the current pair."""
        name = self._composer.pair.endpoint
        endpoint = self._cases.catalog.endpoint(name)
        return CatalogPart.RECIPES if endpoint is not None and endpoint.is_recipe else name

    def choose_part(self, scope: str) -> bool:
        """Selects an endpoint with its last used model. False if `scope` is not an endpoint."""
        if self._cases.catalog.endpoint(scope) is None:
            return False
        self._composer.choose_endpoint(scope)
        return True

    def toggle_favorite(self, key: Key) -> None:
        toggle_favorite(self._cases.settings, key)
        self.changed.emit()

    def new(self) -> frozenset[Key]:
        """Pairs that the previous catalog lacked; none on the first run."""
        if self._new is None or self._looked_for != self.version:
            self._new = new_pairs(self._cases.catalog, self._cases.settings)
            self._looked_for = self.version
        return self._new

    def look_up_routers(self) -> None:
        """Asks Runway for its routers, unless that was just done. Call when the chooser opens."""
        self._runner(self._learn_routers(), "read the routers")

    async def _learn_routers(self) -> None:
        if await self._cases.routers.refresh():
            self.changed.emit()

    def look_up_times(self) -> None:
        """Loads how long each pair usually takes in this profile. Call when the chooser opens."""
        self._runner(self._learn_times(), "how long models take")

    async def _learn_times(self) -> None:
        found: dict[Key, str] = {}
        for pair in self._cases.catalog.pairs():
            usual = await self._cases.forecasts.usual(typical_request(pair))
            if usual.ran is not None:
                found[pair.endpoint, pair.model] = _("usually {time}", time=units.span(usual.ran.low, usual.ran.high))
        if found != self._usually:
            self._usually = found
            self.changed.emit()

    def _choices(self) -> Choices:
        cases = self._cases
        return Choices(
            catalog=cases.catalog,
            favorites=favorites_of(cases.settings),
            new=self.new(),
            current=self._composer.first_request(),
            chosen=self._composer.first_request,
            usually=self._usually,
            organization=cases.account.organization,
            price=cases.pricing.price,
        )
