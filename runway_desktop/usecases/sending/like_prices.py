"""What other models cost for a request whose own price is not known. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from runway_desktop.catalog import Catalog, Pair, validate
from runway_desktop.domain.prices import price_shape, terms_of
from runway_desktop.domain.task import Request
from runway_desktop.services.money.pricing import LikePrices, Price
from runway_desktop.usecases.requests.choices import typical_request

_DURATION, _COUNT = "duration", "outputCount"


def like_prices(
    requests: Sequence[Request], catalog: Catalog, price: Callable[[Request], Price | None]
) -> LikePrices | None:
    """The range of what the other models of their endpoint cost for one of the requests; None where the requests
    differ in endpoint or amount, or where no model that can make as much has a known price."""
    # A sheet asks for the same few shapes thousands of times.
    shapes = {(request.endpoint, price_shape(request)) for request in requests}
    if len({(endpoint, terms_of(shape).amounts) for endpoint, shape in shapes}) != 1:
        return None
    wanted = requests[0]
    own = catalog.pair(wanted.endpoint, wanted.model)
    endpoint = catalog.endpoint(wanted.endpoint)
    if own is None or endpoint is None:
        return None
    wanted = replace(wanted, values=_with_amounts(wanted, own))
    others = [catalog.pair(endpoint.name, model) for model in endpoint.models if model != wanted.model]
    alike = [request for pair in others if pair is not None and (request := _same_of(wanted, pair)) is not None]
    credits = [found.credits for request in alike if (found := price(request)) is not None]
    return LikePrices(endpoint.name, min(credits), max(credits)) if credits else None


def _with_amounts(request: Request, pair: Pair) -> dict[str, object]:
    """Its values, with the length that the model chooses where none is said."""
    length = pair.field(_DURATION)
    defaults = {_DURATION: length.default} if length is not None and length.default is not None else {}
    return defaults | dict(request.values)


def _same_of(wanted: Request, pair: Pair) -> Request | None:
    """The same of another model: what a typical request of it has, and of `wanted` all that it takes. None where it
    cannot make as much."""
    typical = typical_request(pair)
    shared = {name: value for name, value in wanted.values.items() if pair.field(name) is not None}
    refused = {str(finding.path[0]) for finding in validate(pair, {**typical.values, **shared}) if finding.path}
    values = {**typical.values, **{name: value for name, value in shared.items() if name not in refused}}
    is_as_long = values.get(_DURATION) == wanted.values.get(_DURATION)
    is_as_many = values.get(_COUNT, 1) == wanted.values.get(_COUNT, 1)
    return replace(typical, values=values, prompt=wanted.prompt) if is_as_long and is_as_many else None
