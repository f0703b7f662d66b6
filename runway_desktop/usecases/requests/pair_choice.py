"""Selects endpoint and model: the default, the last one used, or one that accepts the present inputs.

Reads the catalog and the history of sent models in the settings, which is all that it changes. Does not block.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from runway_desktop.catalog import Catalog, Endpoint, Pair
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Request
from runway_desktop.services.settings import Settings

from .input_item import InputItem

_FIRST = ("text_to_video", "gen4.5")
"""Default of a new profile."""
_MODELS = "composer.models"
_CHOSEN = "composer.chosen"


class PairChoice:
    def __init__(self, catalog: Catalog, settings: Settings) -> None:
        self._catalog = catalog
        self._settings = settings
        self.is_fixed = False
        """Whether the pair stays, whatever the inputs are."""

    def first(self) -> Pair:
        catalog = self._catalog
        return catalog.pair(*_FIRST) or next(iter(catalog.pairs()))

    def chosen(self) -> Pair:
        """The user's last choice; the default in a new profile."""
        kept = self._settings.get(_CHOSEN)
        known = isinstance(kept, list) and len(kept) == 2 and all(isinstance(word, str) for word in kept)
        return (self._catalog.pair(*kept) if known else None) or self.first()

    def choose(self, pair: Pair) -> None:
        """Stores the user's choice: a pair selected automatically for an input later leads back to it."""
        self._settings.set(_CHOSEN, [pair.endpoint, pair.model])

    def without_inputs(self, current: Pair) -> Pair:
        """The pair after the last input was removed: the user's choice if the present one requires inputs, else the
        present one."""
        needs = any(field.required for field in current.asset_fields) and not self.is_fixed
        return self.chosen() if needs else current

    def model_for(self, endpoint: Endpoint, current: Pair, inputs: Iterable[InputItem]) -> str:
        """The model last used with the endpoint; else the present one; else the first that requires no further
        input."""
        model = self._last_used(endpoint)
        if model is not None and model in endpoint.models:
            return model
        return current.model if current.model in endpoint.models else self._first_ready(endpoint, inputs)

    def taking_prompt(self, current: Pair, inputs: Iterable[InputItem]) -> Pair | None:
        """A pair that accepts a prompt and these inputs."""
        if self.is_fixed:
            return None
        for endpoint in self._catalog.endpoints_taking(_kinds(inputs), has_prompt=True):
            for model in self._models_first_used(endpoint, current):
                pair = self._catalog.pair(endpoint.name, model)
                if pair is not None and pair.prompt_field is not None:
                    return pair
        return None

    def taking_input(self, kind: Media, current: Pair, inputs: Iterable[InputItem], *, has_prompt: bool) -> Pair | None:
        """A pair that accepts an input of this kind, with these inputs and the prompt if possible."""
        if self.is_fixed:
            return None
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
        """Stores the model as the last used with its endpoint."""
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
