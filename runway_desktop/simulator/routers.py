"""Model routers of a simulated organization: their settings, which model a request goes to, and the list of past
requests. Pure; times are Unix seconds.

Hard filters in Runway's order leave the models that can make the request; of those the cheapest, or the dearest where
quality is preferred, is taken. Ratios and references are not compared, as every model of an endpoint takes some.
"""

from __future__ import annotations

import math
import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from runway_desktop.catalog import Catalog, Pair
from runway_desktop.values import Struct, field

from .outputs import recipe_of
from .world import price_of

Values = Mapping[str, Any]
_MADE = "2026-05-28T20:26:40.000Z"


class SimulatedRouter(Struct, frozen=True, kw_only=True):
    """`ceilings`: credits for each output, by kind. `models`: the only ones allowed; empty: all."""

    slug: str
    name: str
    optimizes_for: str = "cost"
    ceilings: Mapping[str, int] = field(default_factory=dict)
    models: tuple[str, ...] = ()
    falls_back: bool = False

    @property
    def id(self) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, self.slug))

    def described(self) -> dict[str, object]:
        """As Runway describes it."""
        settings: dict[str, object] = {
            "schemaVersion": 1, "optimizeFor": self.optimizes_for, "fallback": {"onCapacity": self.falls_back},
            "maxCreditsPerGeneration": dict(self.ceilings),
        }  # fmt: skip
        if self.models:
            settings["models"] = {"mode": "allowlist_only", "ids": list(self.models)}
        return {
            "id": self.id, "slug": self.slug, "name": self.name, "version": 1, "settings": settings,
            "createdAt": _MADE, "updatedAt": _MADE,
        }  # fmt: skip


DEMO_ROUTERS = (
    SimulatedRouter(
        slug="everyday", name="Everyday", ceilings={"video": 120, "image": 20, "audio": 60}, falls_back=True
    ),
    SimulatedRouter(slug="final-cut", name="Final cut", optimizes_for="quality"),
)


class Choice(Struct, frozen=True):
    """The pair that a request goes to with its values, or which filters left none (`emptied_by`). `skipped`: models
    whose slots are taken."""

    pipeline: tuple[dict[str, object], ...]
    endpoint: str = ""
    model: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    credits: int = 0
    emptied_by: str = ""
    skipped: tuple[str, ...] = ()
    all_exhausted: bool = False

    def routing(self, router: SimulatedRouter, kind: str) -> dict[str, object]:
        """The `routing` of an answer."""
        values = self.values
        resolved = {
            "video": {"duration": values.get("duration", 5), "ratio": values.get("ratio", "1280:720")},
            "image": {"aspectRatio": values.get("ratio", "16:9"), "ratio": "1280:720"},
            "audio": {"type": "speech" if self.endpoint == "text_to_speech" else "audio", "voice": "none"},
        }[kind]
        if kind != "audio":
            resolved["resolution"] = values.get("resolution", "720p")
        found: dict[str, object] = {
            "configId": router.slug, "model": self.model, "provider": provider_of(self.model),
            "estimatedCost": {"credits": self.credits}, "resolvedInput": resolved,
            "resolvedSettings": {"optimizeFor": router.optimizes_for, "priceCeiling": router.ceilings.get(kind)},
        }  # fmt: skip
        if self.skipped:
            found["capacityFallback"] = {"skipped": list(self.skipped), "allExhausted": self.all_exhausted}
        return found


class Routers:
    """`found` by slug; `requests` are the routing decisions of each router as Runway lists them, newest first."""

    def __init__(self, routers: tuple[SimulatedRouter, ...] = ()) -> None:
        self.found = {router.slug: router for router in routers}
        self.requests: defaultdict[str, list[dict[str, object]]] = defaultdict(list)

    def with_id(self, router_id: str) -> SimulatedRouter | None:
        return next((router for router in self.found.values() if router.id == router_id), None)

    def note(self, router: SimulatedRouter, choice: Choice, moment: str, task_id: str = "") -> None:
        """Adds a decision to the router's list."""
        known: dict[str, object] = {"status": "no_eligible_model"}
        if task_id:
            known = {
                "status": "routed", "taskId": task_id, "model": choice.model, "provider": provider_of(choice.model),
                "estimatedCredits": choice.credits,
                "reasonCode": "lowest_cost" if router.optimizes_for == "cost" else "best_quality",
            }  # fmt: skip
        entry = {
            "id": str(uuid.uuid4()), "requestId": str(uuid.uuid4()), "createdAt": moment, **known,
            "emptiedBy": [choice.emptied_by] if choice.emptied_by else [], "pipeline": list(choice.pipeline),
        }  # fmt: skip
        self.requests[router.id].insert(0, entry)


def provider_of(model: str) -> str:
    return "runway" if model.startswith(("gen4", "aleph", "act_")) else model.partition("_")[0].rstrip("0123456789.")


def choose(
    catalog: Catalog, router: SimulatedRouter, kind: str, values: Values, is_full: Callable[[str], bool]
) -> Choice:
    """Filters and ranks the models for a request. `is_full` tells whether a model's slots are taken."""
    endpoint = _endpoint(kind, values)
    known = catalog.endpoint(endpoint)
    left = [pair for model in (known.models if known else ()) if (pair := catalog.pair(endpoint, model)) is not None]
    wire = {**values, "ratio": values.get("aspectRatio", "16:9")}
    pipeline: list[dict[str, object]] = []
    costs = {pair.model: price_of(recipe_of(endpoint, {**wire, "model": pair.model}, "", None, 0)) for pair in left}
    most = router.ceilings.get(kind, math.inf) * values.get("outputCount", 1)
    filters: dict[str, Callable[[Pair], bool]] = {
        "capability": lambda pair: _can(pair, values),
        "prompt_length": lambda pair: _room(pair) >= len(values.get("promptText", "")),
        "input_support": lambda pair: True,
        "allow_deny": lambda pair: not router.models or pair.model in router.models,
        "price": lambda pair: costs[pair.model] <= most,
    }
    for name, keeps in filters.items():
        left = [pair for pair in left if keeps(pair)]
        pipeline.append({"type": "filter", "filter": name, "models": [pair.model for pair in left]})
        if not left:
            return Choice(tuple(pipeline), emptied_by=name)
    left.sort(key=lambda pair: costs[pair.model], reverse=router.optimizes_for == "quality")
    ranked = [pair.model for pair in left]
    free = [model for model in ranked if not (router.falls_back and is_full(model))]
    model = (free or ranked)[0]
    skipped = tuple(ranked[: ranked.index(model)] if free else ranked)
    if skipped:
        pipeline.append({"type": "capacity", "skipped": list(skipped), "allExhausted": not free})
    pipeline.append({"type": "rank", "outcome": "cost" if router.optimizes_for == "cost" else "selected"})
    return Choice(tuple(pipeline), endpoint, model, {**wire, "model": model}, costs[model], "", skipped, not free)


def _endpoint(kind: str, values: Values) -> str:
    if kind == "image":
        return "text_to_image"
    if kind == "audio":
        return "text_to_speech" if values.get("type") == "speech" else "sound_effect"
    if any(one.get("role") == "source" for one in values.get("referenceVideos", ())):
        return "video_to_video"
    return "image_to_video" if values.get("referenceImages") else "text_to_video"


def _can(pair: Pair, values: Values) -> bool:
    for name in ("duration", "outputCount"):
        wanted, known = values.get(name), pair.field(name)
        if wanted is None or (name == "outputCount" and wanted == 1):
            continue
        if known is None or (known.choices and wanted not in known.choices):
            return False
        if not (known.minimum or 0) <= wanted <= (known.maximum or 60):
            return False
    # Source: the SDK's description of the field.
    return "seed" not in values or pair.endpoint != "text_to_image" or pair.model in ("gen4_image", "gen4_image_turbo")


def _room(pair: Pair) -> float:
    return (pair.prompt_field.max_length if pair.prompt_field is not None else None) or math.inf
