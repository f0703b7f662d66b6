"""Endpoints and models as clients read them: what each makes, its fields, its price. Pure.

Raises CallRefused for a name that is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from runway_desktop.catalog import Catalog, Field, FieldKind, Pair, Variant
from runway_desktop.catalog.catalog import length_left_out, starting_values
from runway_desktop.catalog.labels import LEARNED
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Request
from runway_desktop.services.money.pricing import Price

from . import verbs
from .refusals import CallRefused, listed

_INPUTS = (Media.IMAGE, Media.VIDEO, Media.AUDIO)


def models_answer(
    catalog: Catalog, price: Callable[[Request], Price | None], wanted: verbs.ModelsWanted
) -> verbs.ModelsAnswer:
    """Endpoints with their models; with a model named, its fields and price."""
    _one_of(wanted.endpoint, "endpoint", [one.name for one in catalog.endpoints])
    _one_of(wanted.takes, "input", ["text", *(kind.value for kind in _INPUTS)])
    kinds, has_prompt = frozenset(kind for kind in _INPUTS if kind.value == wanted.takes), wanted.takes == "text"
    found = [
        pair
        for pair in catalog.pairs()
        if wanted.endpoint in ("", pair.endpoint)
        and (not wanted.takes or catalog.needs_no_more(pair, kinds, has_prompt=has_prompt))
    ]
    _one_of(wanted.model, "model", list(dict.fromkeys(pair.model for pair in found)))
    shown = [pair for pair in found if wanted.model in ("", pair.model)]
    models = {pair.endpoint: [one.model for one in shown if one.endpoint == pair.endpoint] for pair in shown}
    return verbs.ModelsAnswer(
        endpoints=[
            verbs.EndpointAnswer(endpoint=name, makes=catalog.makes(name), models=of, labels=_own_names(of))
            for name, of in models.items()
        ],
        models=[_in_full(pair, price) for pair in shown] if wanted.model else None,
    )


def _in_full(pair: Pair, price: Callable[[Request], Price | None]) -> verbs.ModelAnswer:
    values = starting_values(pair) | length_left_out(pair)
    known = price(Request(endpoint=pair.endpoint, model=pair.model, values=values))
    return verbs.ModelAnswer(
        endpoint=pair.endpoint, model=pair.model, credits=known.credits if known is not None else None,
        fields=list(map(_field, pair.fields)),
    )  # fmt: skip


def _own_names(models: Sequence[str]) -> list[str] | None:
    return [LEARNED[model] for model in models] if all(model in LEARNED for model in models) else None


def _one_of(word: str, what: str, known: Sequence[str]) -> None:
    if word and word not in known:
        raise CallRefused(f"There is no such {what} here.", f"There are: {listed(known)}.")


def _field(one: Field) -> verbs.FieldAnswer:
    return verbs.FieldAnswer(
        name=one.name, kind=one.kind.value, required=one.required, default=one.default,
        choices=list(one.choices) or None, least=one.minimum, most=one.maximum, longest=one.max_length,
        takes=sorted(kind.value for kind in one.media) or None,
        label=one.label if one.node is not None else "",
        fields=[*_of_item(one), *map(_field, one.fields)] or None,
        forms=[[*_tag(one, form), *map(_field, form.fields)] for form in one.variants] or None,
    )  # fmt: skip


def _of_item(one: Field) -> Iterator[verbs.FieldAnswer]:
    """The members that an input has beside its own fields, where it is an object."""
    if one.uri_key:
        yield verbs.FieldAnswer(name=one.uri_key, kind=FieldKind.ASSET.value, required=True)
    if one.position_key:
        name, positions = one.position_key, list(one.positions)
        yield verbs.FieldAnswer(
            name=name, kind=FieldKind.CHOICE.value, required=one.position_required, choices=positions
        )


def _tag(one: Field, form: Variant) -> Iterator[verbs.FieldAnswer]:
    if one.tag_key:
        yield verbs.FieldAnswer(name=one.tag_key, kind=FieldKind.CHOICE.value, required=True, choices=[form.tag])
