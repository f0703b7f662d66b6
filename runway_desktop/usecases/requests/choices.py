"""The model chooser: inputs and outputs, price, usual duration, Runway's limits, new models, and favorites.

Favorites and the pairs of the previous catalog are stored in the settings.

Also the price of a request whose length or size is open: a range, or a price per second.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from functools import cache, partial
from typing import Any, Protocol

from runway_desktop.catalog import Catalog, Field, FieldKind, Pair, starting_values
from runway_desktop.catalog.catalog import all_fields, usual_length
from runway_desktop.catalog.labels import choice_label
from runway_desktop.domain.account import Organization
from runway_desktop.domain.media import INPUTS, Media
from runway_desktop.domain.prices import Measure, OpenPrice
from runway_desktop.domain.task import Request
from runway_desktop.services.money.pricing import Price
from runway_desktop.services.settings import Settings
from runway_desktop.texts import Text, _, enumerated, in_turn, ngettext
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.account import open_words, price_source, priced
from runway_desktop.values import Struct, replace

_FAVORITES = "chooser.favourites"
_KNOWN = "chooser.catalog"

Key = tuple[str, str]
"""Endpoint and model."""


_MAKES = {
    Media.IMAGE: Text("Makes pictures"),
    Media.VIDEO: Text("Makes clips"),
    Media.AUDIO: Text("Makes sound"),
}


class CatalogPart(StrEnum):
    """Parts of the catalog in addition to its endpoints, whose own names are used."""

    ALL = "*all"
    FAVORITES = "*favourites"
    NEW = "*new"
    RECIPES = "*recipes"


class ChooserLine(Struct, frozen=True, kw_only=True):
    """An entry on the chooser's left side. `heading` is shown above it if it begins a group."""

    scope: str
    label: str
    amount: int
    takes: tuple[Media, ...] = ()
    heading: str = ""


class ModelOffer(Struct, frozen=True, kw_only=True):
    """A pair of endpoint and model in the chooser. Unknown values are empty."""

    key: Key
    label: str
    endpoint_label: str
    can: Callable[[], str]
    """Lengths, sizes, and other distinguishing features."""
    says_endpoint: bool
    """Show the endpoint, since the list has several."""
    text: bool
    """Takes a prompt."""
    needs: tuple[Media, ...]
    may_take: tuple[Media, ...]
    makes: Media
    priced: Callable[[], tuple[str, str]]
    """Price and its source. Like `can` worked out when it is shown: for all models that takes 100 ms."""
    usually: str
    limits: str
    is_new: bool
    is_favorite: bool
    is_current: bool

    @property
    def model(self) -> str:
        return self.key[1]

    @property
    def price(self) -> str:
        return self.priced()[0]

    @property
    def facts(self) -> str:
        """The second line."""
        shown = self.endpoint_label if self.says_endpoint else ""
        return " · ".join(part for part in (shown, self.can(), self.usually, self.limits) if part)

    @property
    def in_words(self) -> str:
        """All of it, for screen readers."""
        marks = (
            _("selected") if self.is_current else "",
            _("favorite") if self.is_favorite else "",
            _("new") if self.is_new else "",
        )
        return ", ".join(part for part in (self.label, self.facts.replace(" · ", ", "), self.price, *marks) if part)


class HasPair(Protocol):
    """What has an endpoint and model to choose: the composer, a step. The price of its first request is shown."""

    @property
    def pair(self) -> Pair: ...

    def first_request(self, pair: Pair | None = None) -> Request:
        """`pair`: as it is after choosing that one."""
        ...

    def choose(self, endpoint: str, model: str) -> None: ...

    def choose_endpoint(self, endpoint: str) -> None: ...


class Choices(Struct, frozen=True, kw_only=True):
    """The pairs of a catalog with what the chooser shows."""

    catalog: Catalog
    favorites: Sequence[Key]
    new: frozenset[Key]
    current: Request
    """The request in the composer."""
    chosen: Callable[[Pair], Request]
    """That request, after choosing another pair."""
    usually: Mapping[Key, str]
    """Usual duration of a pair, in words."""
    organization: Organization | None
    price: Callable[..., Price | None]

    def parts(self) -> list[ChooserLine]:
        """The left side: all, favorites, new ones, then the endpoints by what they make."""
        everything = list(self.catalog.pairs())
        found = [ChooserLine(scope=CatalogPart.ALL, label=_("All models"), amount=len(everything))]
        favorites = [key for key in self.favorites if self.catalog.pair(*key) is not None]
        found.append(ChooserLine(scope=CatalogPart.FAVORITES, label=_("Favorites"), amount=len(favorites)))
        if self.new:
            found.append(ChooserLine(scope=CatalogPart.NEW, label=_("New"), amount=len(self.new)))
        recipes = [endpoint for endpoint in self.catalog.endpoints if endpoint.is_recipe]
        found.append(ChooserLine(scope=CatalogPart.RECIPES, label=_("Recipes"), amount=len(recipes)))
        others = [endpoint for endpoint in self.catalog.endpoints if not endpoint.is_recipe]
        for kind in dict.fromkeys(endpoint.makes for endpoint in others):
            made = [endpoint for endpoint in others if endpoint.makes is kind]
            for position, endpoint in enumerate(made):
                found.append(
                    ChooserLine(
                        scope=endpoint.name,
                        label=endpoint.label,
                        amount=len(endpoint.models),
                        takes=self._taken_by(endpoint.name),
                        heading="" if position else str(_MAKES.get(kind, "")),
                    )
                )
        return found

    def offers(self, scope: str, search: str = "", having: frozenset[str] = frozenset()) -> list[ModelOffer]:
        """The pairs of a part; with search words, those of the whole catalog: exact names first, then those that make
        what is searched, then the part's.
        `having` are the available inputs, of "text" and the media kinds: a pair must accept all and require no
        other."""
        words = search.casefold().split()
        ranked = []
        for position, pair in enumerate(self.catalog.pairs()):
            key = (pair.endpoint, pair.model)
            inside = scope in (CatalogPart.ALL, pair.endpoint)
            inside = inside or (scope == CatalogPart.FAVORITES and key in self.favorites)
            inside = inside or (scope == CatalogPart.NEW and key in self.new)
            inside = inside or (scope == CatalogPart.RECIPES and self._is_recipe(pair.endpoint))
            if not (inside or words) or not _fits(pair, having):
                continue
            rank = self._rank(pair, words)
            if rank is not None:
                ranked.append(((min(rank, 2), not inside, rank, key not in self.favorites, position), pair))
        ranked.sort(key=lambda entry: entry[0])
        several = len({pair.endpoint for _, pair in ranked}) > 1
        return [self._offer(pair, several) for _, pair in ranked]

    def _is_recipe(self, name: str) -> bool:
        endpoint = self.catalog.endpoint(name)
        return endpoint is not None and endpoint.is_recipe

    def _taken_by(self, endpoint: str) -> tuple[Media, ...]:
        """The kinds that all models of an endpoint require."""
        pairs = [pair for pair in self.catalog.pairs() if pair.endpoint == endpoint]
        return tuple(kind for kind in INPUTS if all(kind in _needs(pair) for pair in pairs))

    def _rank(self, pair: Pair, words: Sequence[str]) -> int | None:
        """Rank of a pair for the search words: 0 exact name, 1 the kind that it makes, 2 beginning of the name, 3 in
        the name, 4 elsewhere; None if it does not match."""
        if not words:
            return 0
        endpoint = self.catalog.endpoint(pair.endpoint)
        kinds = (*_needs(pair), *_may_take(pair), self.catalog.makes(pair.endpoint))
        name = f"{pair.label} {pair.model}".casefold()
        said = (f"{kind.kind.word} {kind.kind.synonyms}" for kind in kinds)
        label = f"{endpoint.label} {endpoint.kind_label}" if endpoint else ""
        whole = " ".join([name, label, pair.endpoint.replace("_", " "), *said]).casefold()
        if not all(word in whole for word in words):
            return None
        names, asked = (pair.label.casefold(), pair.model.casefold()), " ".join(words)
        if asked in names:
            return 0
        if asked in made_words(self.catalog.makes(pair.endpoint)):
            return 1
        if any(one.startswith(asked) for one in names):
            return 2
        return 3 if all(word in name for word in words) else 4

    def _offer(self, pair: Pair, says_endpoint: bool) -> ModelOffer:
        key = (pair.endpoint, pair.model)
        endpoint = self.catalog.endpoint(pair.endpoint)
        needs = _needs(pair)
        return ModelOffer(
            key=key,
            label=pair.label,
            endpoint_label=endpoint.kind_label if endpoint is not None else pair.endpoint,
            can=partial(_can, pair),
            says_endpoint=says_endpoint,
            text=_takes_text(pair),
            needs=needs,
            may_take=tuple(kind for kind in _may_take(pair) if kind not in needs),
            makes=self.catalog.makes(pair.endpoint),
            priced=cache(partial(self._price, pair)),
            usually=self.usually.get(key, ""),
            limits=self._limits(pair.model),
            is_new=key in self.new,
            is_favorite=key in self.favorites,
            is_current=key == (self.current.endpoint, self.current.model),
        )

    def _price(self, pair: Pair) -> tuple[str, str]:
        """Price of a typical request, of one second or picture if that is more useful; of a recipe, whose first seconds
        cost more than the others, as on the button after choosing it."""
        is_current = (pair.endpoint, pair.model) == (self.current.endpoint, self.current.model)
        is_recipe = self._is_recipe(pair.endpoint)
        request = self.current if is_current else self.chosen(pair) if is_recipe else typical_request(pair)
        amounts = {} if is_recipe else request.values
        length, amount = amounts.get("duration"), amounts.get("outputCount")
        found = self.price(request)
        if found is None:
            between = open_price(pair, request, self.price)
            if between is not None and isinstance(length, int | float) and not between.a_second:
                between = OpenPrice(between.least / length, between.most / length, a_second=True)
            return (open_words(between), "") if between is not None else ("", "")
        if found.at_most:
            # A limit for each result, however long.
            return priced(found.credits, found), price_source(found)
        if isinstance(length, int | float) and not isinstance(length, bool) and length > 0:
            a_second = found.credits / length
            said = _("{price} a second", price=priced(a_second, found))
            whole = _("{price} for {time}.", price=priced(found.credits, found), time=units.length(length))
            return said, str(in_turn(whole, price_source(found)))
        if isinstance(amount, int) and amount > 1:
            return _("{price} each", price=priced(found.credits / amount, found)), price_source(found)
        return priced(found.credits, found), price_source(found)

    def _limits(self, model: str) -> str:
        organization = self.organization
        if organization is None:
            return ""
        at_once, left = organization.concurrent(model), organization.left_today(model)
        parts = [ngettext("{n} at once", "{n} at once", at_once) if at_once is not None else ""]
        if left is not None:
            parts.append(ngettext("{n} left today", "{n} left today", left) if left else _("none left today"))
        return enumerated(parts)


def made_words(media: Media) -> list[str]:
    """All names of a kind, folded: models that make it are found by each."""
    names = f"{media.kind.word}, {media.kind.word.of(2)}, {media.kind.synonyms}".casefold()
    return [name.strip() for name in names.split(",")]


def favorites_of(settings: Settings) -> list[Key]:
    return _keys(settings.get(_FAVORITES, []))


def toggle_favorite(settings: Settings, key: Key) -> None:
    favorites = favorites_of(settings)
    kept = [one for one in favorites if one != key] if key in favorites else [*favorites, key]
    settings.set(_FAVORITES, [list(one) for one in kept])


def new_pairs(catalog: Catalog, settings: Settings) -> frozenset[Key]:
    """Pairs that the previous catalog did not have; none on the first run. Stores this catalog for the next
    comparison."""
    here = [[pair.endpoint, pair.model] for pair in catalog.pairs()]
    known = settings.get(_KNOWN)
    if not isinstance(known, Mapping):
        settings.set(_KNOWN, {"version": catalog.version, "pairs": here, "new": []})
        return frozenset()
    if known.get("version") == catalog.version:
        return frozenset(_keys(known.get("new")))
    before = set(_keys(known.get("pairs")))
    new = [pair for pair in here if (pair[0], pair[1]) not in before]
    settings.set(_KNOWN, {"version": catalog.version, "pairs": here, "new": new})
    return frozenset((pair[0], pair[1]) for pair in new)


def typical_request(pair: Pair) -> Request:
    """A request with default values, five seconds long if the length can be chosen."""
    values = starting_values(pair)
    length = pair.field("duration")
    if length is not None and "duration" not in values:
        values["duration"] = usual_length(length)
    return Request(endpoint=pair.endpoint, model=pair.model, values=values)


def _can(pair: Pair) -> str:
    """Features such as "2–10 s, 480p–1080p, sound"."""
    fields = {field.name: field for field in pair.fields}
    parts = [
        _length_words(fields.get("duration")),
        _size_words(fields.get("resolution") or fields.get("ratio")),
        _("sound") if pair.field("audio") is not None and fields["audio"].kind is FieldKind.SWITCH else "",
        _("first and last frame") if any(len(field.positions) > 1 and field.required for field in pair.fields) else "",
        _("several shots") if "providerSettings" in fields else "",
        _("keyframes") if "keyframes" in fields else "",
        next((_many_words(field) for field in pair.fields if field.name in ("references", "referenceImages")), ""),
    ]
    return enumerated(parts)


def _length_words(field: Field | None) -> str:
    if field is None:
        return ""
    numbers = [choice for choice in field.choices if isinstance(choice, int | float)]
    if numbers:
        return _seconds(min(numbers), max(numbers))
    if field.minimum is not None and field.maximum is not None:
        return _seconds(field.minimum, field.maximum)
    return ""


def _seconds(least: float, most: float) -> str:
    low, high = units.number(least), units.number(most)
    return _("{low}–{high} s", low=low, high=high) if least < most else _("{n} s", n=high)


def _size_words(field: Field | None) -> str:
    if field is None or not field.choices:
        return ""
    first, last = (choice_label(field.name, choice) for choice in (field.choices[0], field.choices[-1]))
    if field.name == "resolution":
        return first if first == last else f"{first}–{last}"
    return ngettext("{n} size", "{n} sizes", len(field.choices)) if len(field.choices) > 1 else first


def _many_words(field: Field) -> str:
    if not field.max_length:
        return _("references")
    return ngettext("up to {n} reference", "up to {n} references", field.max_length)


def _keys(stored: Any) -> list[Key]:
    """Valid pairs of endpoint and model in a stored list."""
    entries = stored if isinstance(stored, list | tuple) else []
    return [
        (entry[0], entry[1])
        for entry in entries
        if isinstance(entry, list | tuple) and len(entry) == 2 and all(isinstance(part, str) for part in entry)
    ]


def _fits(pair: Pair, having: frozenset[str]) -> bool:
    if not having:
        return True
    if "text" in having and not _takes_text(pair):
        return False
    media = {Media(kind) for kind in having - {"text"}}
    lacks = any(not (field.media & media) for field in pair.asset_fields if field.required)
    needs_words = pair.prompt_field is not None and pair.prompt_field.required and "text" not in having
    return not lacks and not needs_words and media <= {*_needs(pair), *_may_take(pair)}


def _takes_text(pair: Pair) -> bool:
    return any(field.kind is FieldKind.PROMPT for field in all_fields(pair.fields))


def _needs(pair: Pair) -> tuple[Media, ...]:
    """The kind of each required input, pictures first; of several allowed kinds, the first."""
    kinds = {min(field.media, key=list(Media).index) for field in pair.asset_fields if field.required and field.media}
    return tuple(kind for kind in Media if kind in kinds)


def _may_take(pair: Pair) -> tuple[Media, ...]:
    kinds = {kind for field in all_fields(pair.fields) if field.is_asset for kind in field.media}
    return tuple(kind for kind in Media if kind in kinds)


PriceOf = Callable[[Request, Measure | None], Price | None]
_LENGTH = "duration"
_SIZES = ("resolution", "ratio", "quality")
"""Settings that the price depends on. If omitted, it is not known which value Runway uses."""
_PLACEHOLDER = "file:///"
_MINUTE = 60
_MOSTLY = 1.05
"""A few credits for an input picture are negligible compared with the seconds."""
_SIDES = (1, 1 << 16)
"""Smaller and larger than any size at which a price changes."""


def open_price(pair: Pair, request: Request, price: PriceOf) -> OpenPrice | None:
    """For a request without a known price, since its length or size is open or its inputs are not measured. None if the
    price depends on more than that."""
    left = [field for name in _SIZES if (field := pair.field(name)) is not None and name not in request.values]
    ways: list[list[dict[str, Any]]] = [[{}], *([{field.name: choice} for choice in field.choices] for field in left)]
    for way in ways:
        found = [_at_size(pair, replace(request, values={**request.values, **chosen}), price) for chosen in way]
        known = [one for one in found if one is not None]
        if known and len(known) == len(found):
            return OpenPrice(min(one.least for one in known), max(one.most for one in known), known[0].a_second)
    return None


def _at_size(pair: Pair, request: Request, price: PriceOf) -> OpenPrice | None:
    lacking = {one.name: _PLACEHOLDER for one in pair.asset_fields if one.required}

    def cost(values: Mapping[str, Any], measure: Measure | None = None) -> float | None:
        found = price(replace(request, values={**lacking, **request.values, **values}), measure)
        return found.credits if found is not None else None

    if (left_out := cost({})) is not None:
        return _between([left_out])
    field = pair.field(_LENGTH)
    if field is not None and not isinstance(request.values.get(_LENGTH), int | float):
        numbers = [choice for choice in field.choices if isinstance(choice, int | float)]
        least, most = min(numbers, default=field.minimum), max(numbers, default=field.maximum)
        if least is not None and most is not None:
            return _between([cost({_LENGTH: least}), cost({_LENGTH: most})])
        return _a_second([(cost({_LENGTH: _MINUTE}), cost({_LENGTH: 2 * _MINUTE}))])
    sizes = [[Measure(width=side, height=side, duration=times * _MINUTE) for times in (1, 2)] for side in _SIDES]
    costs = [(cost({}, short), cost({}, long)) for short, long in sizes]
    return _a_second(costs) or (_between([short for short, _ in costs]) if costs[0][0] == costs[0][1] else None)


def _a_second(costs: Sequence[tuple[float | None, float | None]]) -> OpenPrice | None:
    """From the prices of one minute and of two; None if the price is not roughly proportional to the length."""
    known = [(short, long - short) for short, long in costs if short is not None and long is not None]
    if len(known) < len(costs) or any(short > _MOSTLY * more for short, more in known):
        return None
    rates = [more / _MINUTE for _, more in known]
    return OpenPrice(min(rates), max(rates), a_second=True)


def _between(costs: Sequence[float | None]) -> OpenPrice | None:
    known = [cost for cost in costs if cost is not None]
    return OpenPrice(min(known), max(known), a_second=False) if len(known) == len(costs) else None
