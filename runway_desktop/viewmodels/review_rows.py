"""One row of a review: from what was dropped and what the composer holds to a request with its findings and its price.

Nothing is stored or sent here, and nothing raises for what was dropped. GUI thread only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from runway_desktop.catalog import Catalog, FieldKind, Pair, is_left_out, prompt_of, validate
from runway_desktop.domain.task import Request
from runway_desktop.services.intake import Draft
from runway_desktop.services.pricing import Price, Pricing

PROMPT_NAMES = ("promptText", "text", "prompt")
"""How a prompt is named where the drop did not say for which model it is."""


@dataclass(slots=True)
class ReviewRow:
    draft: Draft
    number: int
    chosen: bool = True
    prompt: str | None = None
    """As edited here; None: as dropped."""
    request: Request | None = None
    """None until the row is checked."""
    decided: bool = False
    """The person has ticked it, or taken the tick away."""
    problems: list[tuple[str, str]] = field(default_factory=list)
    """Field and sentence of what keeps it from being sent."""
    notes: list[tuple[str, str]] = field(default_factory=list)
    """Likewise of what came otherwise than it was meant: it is sent only when the person ticks it."""
    price: Price | None = None

    @property
    def ready(self) -> bool:
        return self.request is not None and not self.problems


class RowMaker:
    """Makes requests of rows. `pair` and the composer's settings apply to those that name none; `use_inputs` gives them
    its inputs too."""

    def __init__(self, catalog: Catalog, pricing: Pricing, composed: Request) -> None:
        self._catalog = catalog
        self._pricing = pricing
        self._composed = composed
        self._kept_settings: dict[tuple[str, str], dict[str, Any]] = {}
        self.pair = catalog.pair(composed.endpoint, composed.model) or next(iter(catalog.pairs()))
        self.use_inputs = True

    def choose(self, pair: Pair) -> None:
        """Another pair for the rows that name none."""
        self.pair = pair
        self._kept_settings.clear()

    def check(self, row: ReviewRow) -> None:
        """Makes the row's request, and says what is wrong with it and what it costs."""
        draft, pair = row.draft, self.pair_of(row.draft)
        found = {finding.field: finding.message for finding in reversed(draft.findings)}
        hard = {"model", "endpoint"}
        if pair is None:
            found.setdefault(
                "model", f"The catalogue knows no model {draft.model or ''} for {draft.endpoint or 'this'}."
            )
            values = dict(draft.values)
            row.request = Request(
                endpoint=draft.endpoint or "", model=draft.model or "", values=values, prompt=prompt_of(None, values)
            )
        else:
            values = self._values(row, pair)
            if row.prompt is not None and pair.prompt_field is not None:
                about = {name.casefold() for name in (pair.prompt_field.name, *PROMPT_NAMES)}
                found = {name: message for name, message in found.items() if name.casefold() not in about}
            for finding in validate(pair, values):
                name = str(finding.path[0]) if finding.path else ""
                hard.add(name)
                found.setdefault(name, finding.message)
            row.request = Request(
                endpoint=pair.endpoint, model=pair.model, prompt=prompt_of(pair, values),
                values={name: value for name, value in values.items() if not is_left_out(value)},
            )  # fmt: skip
        row.problems = [(name, message) for name, message in found.items() if name in hard]
        row.notes = [(name, message) for name, message in found.items() if name not in hard]
        if not row.decided:
            row.chosen = not row.notes
        row.price = self._pricing.price(row.request) if not row.problems else None

    def pair_of(self, draft: Draft) -> Pair | None:
        """The draft's own pair, completed by the chosen one where it names only half."""
        catalog = self._catalog
        if draft.endpoint is None and draft.model is None:
            return self.pair
        if draft.model is None:
            endpoint = catalog.endpoint(draft.endpoint or "")
            if endpoint is None:
                return None
            return catalog.pair(endpoint.name, self.pair.model) or catalog.pair(endpoint.name, endpoint.models[0])
        if draft.endpoint is not None:
            return catalog.pair(draft.endpoint, draft.model)
        names = (self.pair.endpoint, *(endpoint.name for endpoint in catalog.endpoints))
        fitting = [pair for name in names if (pair := catalog.pair(name, draft.model)) is not None]
        own = set(draft.values) - set(PROMPT_NAMES)
        return next(
            (pair for pair in fitting if all(pair.field(name) for name in own)), fitting[0] if fitting else None
        )

    def settings(self, pair: Pair) -> dict[str, Any]:
        """The composer's settings as far as the pair takes them, and what it must have anyway. No prompt, no inputs."""
        key = (pair.endpoint, pair.model)
        if key not in self._kept_settings:
            self._kept_settings[key] = self._settings(pair)
        return dict(self._kept_settings[key])

    def _settings(self, pair: Pair) -> dict[str, Any]:
        values: dict[str, Any] = {}
        own = (pair.endpoint, pair.model) == (self._composed.endpoint, self._composed.model)
        for found in pair.fields:
            if found.is_asset or found.kind is FieldKind.PROMPT:
                continue
            value = self._composed.values.get(found.name)
            wanted = own or found.required or pair is self.pair
            if wanted and not is_left_out(value) and (own or not _complaints(pair, found.name, value)):
                values[found.name] = value
            elif found.required and found.default is not None:
                values[found.name] = found.default
            elif found.required and found.choices:
                values[found.name] = found.choices[0]
            elif found.required and found.name == "duration" and found.minimum is not None:
                values[found.name] = int(max(found.minimum, min(5, found.maximum or 5)))
        return values

    def _values(self, row: ReviewRow, pair: Pair) -> dict[str, Any]:
        values = self.settings(pair)
        if self.use_inputs:
            for found in pair.asset_fields:
                value = self._composed.values.get(found.name)
                if not is_left_out(value):
                    values[found.name] = value
        values |= {name: value for name, value in row.draft.values.items() if not is_left_out(value)}
        prompt = pair.prompt_field
        if prompt is not None:
            for name in PROMPT_NAMES:
                # A prompt without a model comes under the usual name; this model may call it otherwise.
                if name != prompt.name and pair.field(name) is None and name in values:
                    values.setdefault(prompt.name, values.pop(name))
            if row.prompt is not None:
                values[prompt.name] = row.prompt
        return values


def _complaints(pair: Pair, name: str, value: Any) -> bool:
    return any(finding.path[:1] == (name,) for finding in validate(pair, {name: value}))
