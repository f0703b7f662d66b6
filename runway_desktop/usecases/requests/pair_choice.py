"""Which endpoint and model to go to: the first ever, the one used last, one that takes what is there.

Asks the catalog and what is remembered of former sendings; changes nothing but that memory. Nothing here blocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from runway_desktop.catalog import Catalog, Endpoint, Pair
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Request
from runway_desktop.services.settings import Settings

from .input_item import InputItem

_FIRST = ("text_to_video", "gen4.5")
"""What a new profile starts with."""
_MODELS = "composer.models"
_CHOSEN = "composer.chosen"


class PairChoice:
    def __init__(self, catalog: Catalog, settings: Settings) -> None:
        self._catalog = catalog
        self._settings = settings

    def first(self) -> Pair:
        catalog = self._catalog
        return catalog.pair(*_FIRST) or next(iter(catalog.pairs()))

    def chosen(self) -> Pair:
        """What the person chose last; a new profile's is the first."""
        kept = self._settings.get(_CHOSEN)
        known = isinstance(kept, list) and len(kept) == 2 and all(isinstance(word, str) for word in kept)
        return (self._catalog.pair(*kept) if known else None) or self.first()

    def choose(self, pair: Pair) -> None:
        """The person chose it: what the program takes for an input's sake leads back to it."""
        self._settings.set(_CHOSEN, [pair.endpoint, pair.model])

    def without_inputs(self, current: Pair) -> Pair:
        """Where to go once nothing is left that the present pair needs. What the person chose stays."""
        needs = any(field.required for field in current.asset_fields)
        return self.chosen() if needs else current

    def model_for(self, endpoint: Endpoint, current: Pair, inputs: Iterable[InputItem]) -> str:
        """The model last used there; else the present one; else the first that asks for no input beyond these."""
        model = self._last_used(endpoint)
        if model is not None and model in endpoint.models:
            return model
        return current.model if current.model in endpoint.models else self._first_ready(endpoint, inputs)

    def taking_prompt(self, current: Pair, inputs: Iterable[InputItem]) -> Pair | None:
        """One that takes a prompt and these inputs."""
        for endpoint in self._catalog.endpoints_taking(_kinds(inputs), has_prompt=True):
            for model in self._models_first_used(endpoint, current):
                pair = self._catalog.pair(endpoint.name, model)
                if pair is not None and pair.prompt_field is not None:
                    return pair
        return None

    def taking_input(self, kind: Media, current: Pair, inputs: Iterable[InputItem], *, has_prompt: bool) -> Pair | None:
        """One that takes an input of this kind, beside these and the prompt where any does."""
        only = frozenset({kind})
        fitting = self._catalog.endpoints_taking(_kinds(inputs) | only, has_prompt=has_prompt)
        if not fitting:
            fitting = self._catalog.endpoints_taking(only, has_prompt=False)
        for endpoint in fitting:
            for model in self._models_first_used(endpoint, current):
                pair = self._catalog.pair(endpoint.name, model)
                if pair is not None and any(kind in field.media for field in pair.asset_fields):
                    return pair
        return None

    def remember(self, request: Request) -> None:
        """This model was sent: it is the one to go to when its endpoint is chosen again."""
        self._settings.set(_MODELS, {**self._remembered(), request.endpoint: request.model})

    def _first_ready(self, endpoint: Endpoint, inputs: Iterable[InputItem]) -> str:
        here = _kinds(inputs)
        for model in endpoint.models:
            pair = self._catalog.pair(endpoint.name, model)
            if pair is not None and all(field.media & here for field in pair.asset_fields if field.required):
                return model
        return endpoint.models[0]

    def _models_first_used(self, endpoint: Endpoint, current: Pair) -> list[str]:
        wanted = (self._last_used(endpoint), current.model, _FIRST[1])
        preferred = [model for model in wanted if model in endpoint.models]
        return list(dict.fromkeys([*preferred, *endpoint.models]))

    def _last_used(self, endpoint: Endpoint) -> str | None:
        return self._remembered().get(endpoint.name)

    def _remembered(self) -> Mapping[str, str]:
        remembered = self._settings.get(_MODELS, {})
        return remembered if isinstance(remembered, Mapping) else {}


def _kinds(inputs: Iterable[InputItem]) -> frozenset[Media]:
    return frozenset(item.media for item in inputs) - {Media.OTHER}
