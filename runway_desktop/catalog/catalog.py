"""Reads `catalog.json` and answers queries about endpoints, models and fields.

`Catalog.load` only reads one file (a few milliseconds); pairs are built on first use and cached. Raises `CatalogError`
if the file is missing or invalid. Not thread-safe.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from runway_desktop.domain.media import Media
from runway_desktop.values import replace

from . import labels
from .model import Endpoint, Field, FieldKind, Pair, Variant
from .resource_path import resource


class CatalogError(Exception):
    """The catalog's file cannot be used; the message says why."""


class Catalog:
    """Every endpoint and model that the program can request."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self.version: str = facts["sdk"]
        order = {name: position for position, name in enumerate(labels.ENDPOINT_LABELS)}
        self._endpoints = sorted(map(_endpoint, facts["endpoints"]), key=lambda one: order.get(one.name, len(order)))
        self._facts = {(pair["endpoint"], pair["model"]): pair for pair in facts["pairs"]}
        self._pairs: dict[tuple[str, str], Pair] = {}

    @classmethod
    def load(cls, path: Path | None = None) -> Catalog:
        """The catalog in `path`, or the one that ships with the program."""
        if path is None:
            path = resource("catalog.json")
        try:
            return cls(json.loads(path.read_bytes()))
        except OSError as error:
            raise CatalogError(f"The catalog of models cannot be read: {error}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise CatalogError(f"The file {path} is not a catalog of models.") from error

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """Those that have a model to choose."""
        return tuple(endpoint for endpoint in self._endpoints if endpoint.models)

    def endpoint(self, name: str) -> Endpoint | None:
        return next((found for found in self._endpoints if found.name == name), None)

    def makes(self, endpoint: str) -> Media:
        """The kind that an endpoint makes; OTHER if the endpoint is unknown."""
        found = self.endpoint(endpoint)
        return found.makes if found is not None else Media.OTHER

    def pair(self, endpoint: str, model: str) -> Pair | None:
        key = (endpoint, model)
        if key not in self._pairs:
            if key not in self._facts:
                return None
            facts = self._facts[key]
            fields = tuple(_field(one, endpoint) for one in facts["fields"])
            fixed = facts.get("fixed", {"model": model})
            label = labels.model_label(model)
            self._pairs[key] = Pair(endpoint=endpoint, model=model, label=label, fields=fields, fixed=fixed)
        return self._pairs[key]

    def learn(self, endpoint: str, pairs: Iterable[Pair]) -> None:
        """Replaces the pairs of an endpoint that are known at run time alone. Those before, and those that are gone,
        stay known, so that stored tasks keep their names and forms, but are not listed."""
        found = tuple(pairs)
        self._pairs |= {(endpoint, pair.model): pair for pair in found}
        labels.LEARNED.update((pair.model, pair.label) for pair in found)
        labels.LEARNED.update((f"{pair.model}/{node}", name) for pair in found for node, name in pair.nodes.items())
        models = tuple(pair.model for pair in found if not pair.is_gone)
        self._endpoints = [replace(one, models=models) if one.name == endpoint else one for one in self._endpoints]

    def address(self, endpoint: str, model: str) -> str:
        """Where a request for the pair is sent: the path below /v1."""
        found = self.endpoint(endpoint)
        return found.path.removeprefix("/v1/").format(model=model) if found is not None else endpoint

    def names_model(self, endpoint: str) -> bool:
        """Whether the body of its requests names the model, so that a model that is not known can be sent."""
        found = self.endpoint(endpoint)
        return found is None or found.path == f"/v1/{endpoint}"

    def pairs(self) -> Iterator[Pair]:
        """Every pair, in the order of the endpoints and of their models."""
        for endpoint in self.endpoints:
            for model in endpoint.models:
                if (pair := self.pair(endpoint.name, model)) is not None:
                    yield pair

    def endpoints_taking(self, kinds: frozenset[Media], has_prompt: bool) -> tuple[Endpoint, ...]:
        """Endpoints that fit dropped inputs, best match first.

        An endpoint fits if one of its models accepts every dropped kind and needs no other kind. If there is a prompt,
        endpoints that use one come first; then those that require what was dropped.
        """
        ranked = []
        for position, endpoint in enumerate(self.endpoints):
            fits = [rank for model in endpoint.models if (rank := self._fit(endpoint.name, model, kinds, has_prompt))]
            if fits:
                ranked.append((min(fits), position, endpoint))
        return tuple(endpoint for _, _, endpoint in sorted(ranked, key=lambda entry: entry[:2]))

    def needs_no_more(self, pair: Pair, kinds: frozenset[Media], *, has_prompt: bool) -> bool:
        """Whether the pair takes inputs of these kinds, or the prompt, and requires no others."""
        fit = self._fit(pair.endpoint, pair.model, kinds, has_prompt)
        return fit is not None and not fit[0]

    def _fit(self, endpoint: str, model: str, kinds: frozenset[Media], has_prompt: bool) -> tuple[bool, bool] | None:
        """Rank of a pair, smaller is better; None if it does not fit."""
        pair = self.pair(endpoint, model)
        if pair is None:
            return None
        needed = [found.media for found in _asset_fields(pair.fields, required_only=True)]
        possible = {kind for found in _asset_fields(pair.fields) for kind in found.media}
        if not kinds <= possible or not all(media & kinds for media in needed):
            return None
        uses_prompt = any(found.kind is FieldKind.PROMPT for found in all_fields(pair.fields))
        asked_for = bool(kinds) and all(any(kind in media for media in needed) for kind in kinds)
        return (has_prompt and not uses_prompt, not asked_for)


def _endpoint(facts: Mapping[str, Any]) -> Endpoint:
    return Endpoint(
        name=facts["name"],
        path=facts["path"],
        label_text=labels.endpoint_text(facts["name"]),
        makes=Media(facts["makes"]),
        takes=frozenset(map(Media, facts["takes"])),
        models=tuple(facts["models"]),
    )


_KINDS = frozenset(kind.value for kind in FieldKind)
_AS_TUPLES = ("choices", "deprecated", "positions", "requires", "seconds", "total_seconds", "aspect")
_AS_THEY_ARE = (
    "required", "default", "open", "maximum", "min_length", "max_length", "pattern", "uri_key", "bare",
    "position_key", "position_required", "first_needed", "tag_key", "assumed", "data_uri_megabytes", "least_side",
    "alone", "sums_to",
)  # fmt: skip


def _field(facts: Mapping[str, Any], endpoint: str, *, top: bool = True) -> Field:
    name = facts["name"]
    # A kind that only a later catalog knows is edited as plain JSON.
    kind = FieldKind(facts["kind"]) if facts["kind"] in _KINDS else FieldKind.UNKNOWN
    words = labels.field_words(name, endpoint)
    more: dict[str, Any] = {key: facts[key] for key in _AS_THEY_ARE if key in facts}
    more |= {key: tuple(facts[key]) for key in _AS_TUPLES if key in facts}
    if "only_when" in facts:
        more["only_when"] = (facts["only_when"]["field"], tuple(facts["only_when"]["values"]))
    least = labels.LEAST.get(name) if kind is FieldKind.INTEGER else None
    return Field(
        name=name,
        kind=kind,
        label_text=words.label,
        help_text=words.help,
        unit=labels.UNITS.get(name, ""),
        main=top and name in labels.MAIN_FIELDS,
        minimum=facts.get("minimum", least),
        media=frozenset(map(Media, facts.get("media", ()))),
        tags={Media(media): tag for media, tag in facts.get("tags", {}).items()},
        fields=tuple(_field(inner, endpoint, top=False) for inner in facts.get("fields", ())),
        variants=tuple(
            Variant(
                tag=variant["tag"],
                label_text=labels.variant_text(name, variant["tag"]),
                fields=tuple(_field(inner, endpoint, top=False) for inner in variant["fields"]),
            )
            for variant in facts.get("variants", ())
        ),
        **more,
    )


def all_fields(fields: tuple[Field, ...]) -> Iterator[Field]:
    """The fields with those inside their objects and variants."""
    for found in fields:
        yield found
        yield from all_fields(found.fields)
        for variant in found.variants:
            yield from all_fields(variant.fields)


def _asset_fields(fields: tuple[Field, ...], *, required_only: bool = False) -> Iterator[Field]:
    """Asset fields, those inside objects included. With several variants, no variant's fields are required."""
    for found in fields:
        if required_only and not found.required:
            continue
        if found.is_asset:
            yield found
        else:
            yield from _asset_fields(found.fields, required_only=required_only)
            if not required_only or len(found.variants) == 1:
                for variant in found.variants:
                    yield from _asset_fields(variant.fields, required_only=required_only)


_SECONDS = 5
"""Length of a clip where the request gives none and the model has no default."""
_LANGUAGES = frozenset({"targetLang", "targetLanguage"})
_TIMED = frozenset({"text_to_video", "image_to_video"})


def starting_values(pair: Pair) -> dict[str, Any]:
    """A value for each required field except texts, inputs and languages, which nobody means unless they are chosen:
    its default, else its first choice or minimum. Fields for which there is none are left out."""
    found: dict[str, Any] = {}
    for field in pair.fields:
        is_given = field.is_asset or field.kind in (FieldKind.PROMPT, FieldKind.TEXT) or field.name in _LANGUAGES
        if field.required and not is_given:
            value = _starting_value(field)
            if value is not None:
                found[field.name] = value
    return found


def length_left_out(pair: Pair) -> dict[str, Any]:
    """The length of a clip if the request leaves it out: the usual one. Empty if the model has no such optional
    setting."""
    field = pair.field("duration")
    if pair.endpoint not in _TIMED or field is None or field.required:
        return {}
    return {field.name: usual_length(field)}


def usual_length(field: Field) -> Any:
    """The default of a field with a length, or, if the catalog has none, the valid length nearest to `_SECONDS`."""
    lengths = [choice for choice in field.choices if isinstance(choice, int | float)]
    if field.default is not None or lengths:
        return field.default if field.default is not None else min(lengths, key=lambda one: abs(one - _SECONDS))
    return int(max(field.minimum or 0, min(_SECONDS, field.maximum or _SECONDS)))


def _starting_value(field: Field) -> Any:
    if field.default is not None:
        return field.default
    if field.choices:
        return field.choices[0]
    if field.kind is FieldKind.OBJECT and len(field.variants) == 1:
        return _least_variant(field)
    if field.name == "duration":
        return usual_length(field)
    if field.kind in (FieldKind.INTEGER, FieldKind.NUMBER):
        return field.minimum
    return False if field.kind is FieldKind.SWITCH else None


def _least_variant(field: Field) -> dict[str, Any]:
    """The only variant of a required object, with the first choice of each required member."""
    variant = field.variants[0]
    found: dict[str, Any] = {field.tag_key: variant.tag} if field.tag_key else {}
    for member in variant.fields:
        if member.required and member.choices:
            found[member.name] = member.choices[0]
    return found
