"""Changes of a chain: the usual one, the steps that can follow, another model. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count

from runway_desktop.catalog import Catalog, Pair
from runway_desktop.domain.film.steps import Chain, Step, StepInput, new_step_id
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Request
from runway_desktop.texts import _
from runway_desktop.usecases.requests.input_fields import WayToUse, ways_to_use
from runway_desktop.values import Struct, replace

USUAL = (("text_to_image", "gen4_image"), ("image_to_video", "gen4.5"), ("video_upscale", ""))
"""Endpoints of a new chain, and the model of each if the catalog has it; else its first one."""


def usual_steps(catalog: Catalog) -> Iterator[Step]:
    """Picture, clip, upscale."""
    for name, model in USUAL:
        endpoint = catalog.endpoint(name)
        if endpoint is not None and endpoint.models:
            found = model if model in endpoint.models else endpoint.models[0]
            yield Step(id=new_step_id(), endpoint=name, model=found)


def free_name(name: str, chains: Sequence[Chain]) -> str:
    """The name, with a number if another chain has it."""
    known = {one.name for one in chains}
    numbered = (f"{name} {number}" for number in count(2))
    return name if name not in known else next(one for one in numbered if one not in known)


def name_problem(name: str, chains: Sequence[Chain]) -> str:
    """Why a chain cannot have this name; empty if it can."""
    if not name.strip():
        return _("Enter a name.")
    return _("There is a chain of this name.") if any(one.name == name.strip() for one in chains) else ""


def ways_after(chain: Chain | None, catalog: Catalog) -> list[WayToUse]:
    """What can follow the last step, most likely first; of an empty chain, what is made from a prompt alone."""
    if chain is None or not chain.steps:
        pairs = (pair for pair in catalog.pairs() if _needs_prompt_alone(pair))
        found = [catalog.endpoint(name) for name in dict.fromkeys(pair.endpoint for pair in pairs)]
        return [WayToUse(one.name, one.label) for one in found if one is not None]
    return ways_to_use(catalog.makes(chain.steps[-1].endpoint), catalog)


def step_after(chain: Chain, catalog: Catalog, endpoint: str, model: str, *, last_frame: bool) -> Step:
    """A new last step. `model`: empty for the first one that takes what the step before makes."""
    made = catalog.makes(chain.steps[-1].endpoint) if chain.steps else None
    media = Media.IMAGE if last_frame else made
    if not model:
        pairs = [pair for pair in catalog.pairs() if pair.endpoint == endpoint]
        fitting = [one for one in pairs if (_needs_prompt_alone(one) if media is None else one.field_taking(media))]
        model = (fitting or pairs)[0].model
    step = Step(id=new_step_id(), endpoint=endpoint, model=model)
    return replace(step, input=StepInput.LAST_FRAME) if last_frame else _fitted(step, catalog, made)


def with_model(step: Step, catalog: Catalog, endpoint: str, model: str) -> Step:
    """Values that the model does not have stay in the step, for the way back; a request leaves them out."""
    title = step.title if endpoint == step.endpoint else ""
    changed = replace(step, endpoint=endpoint, model=model, title=title)
    pair = catalog.pair(endpoint, model)
    if pair is not None and step.input is StepInput.NOTHING and not _needs_prompt_alone(pair):
        return replace(changed, input=StepInput.PICK)
    return changed


def _fitted(step: Step, catalog: Catalog, made: Media | None) -> Step:
    """A step that takes nothing of what is made, but needs only a prompt, is made from that."""
    pair = catalog.pair(step.endpoint, step.model)
    if made is not None and pair is not None and pair.field_taking(made) is None and _needs_prompt_alone(pair):
        return replace(step, input=StepInput.NOTHING)
    return step


def _needs_prompt_alone(pair: Pair) -> bool:
    return pair.prompt_field is not None and not any(field.required for field in pair.asset_fields)


class StepChoice(Struct, frozen=True, kw_only=True):
    """A step, or a new one, as the chooser of models sees it."""

    catalog: Catalog
    step: Step | None
    chosen: Callable[[str, str], object]

    @property
    def pair(self) -> Pair:
        found = self.catalog.pair(self.step.endpoint, self.step.model) if self.step is not None else None
        return found or next(iter(self.catalog.pairs()))

    def first_request(self, pair: Pair | None = None) -> Request:
        pair, values = pair or self.pair, self.step.values if self.step is not None else {}
        kept = {name: value for name, value in values.items() if name in pair.names}
        return Request(endpoint=pair.endpoint, model=pair.model, values=kept)

    def choose(self, endpoint: str, model: str) -> None:
        self.chosen(endpoint, model)

    def choose_endpoint(self, endpoint: str) -> None:
        found = self.catalog.endpoint(endpoint)
        if found is not None and found.models:
            self.chosen(endpoint, found.models[0])
