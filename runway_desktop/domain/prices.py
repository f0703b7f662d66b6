"""What a request will probably cost, from what like requests were estimated at, and from prices that were published or
reported.

Pure. Credits are floats. A request's price follows its settings and an amount: seconds, pictures, characters. Nothing
is made up: what cannot be derived has no price.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from runway_desktop.values import Struct, field

from .task import Request

_COUNTED = frozenset({"duration", "outputCount", "characters"})
"""Settings that say how much is made, by their names on the wire; `characters` is our own."""
_SPOKEN = "text_to_speech"
CHARACTERS_AT_ONCE = 50
"""Speech is priced by the length of its text, in steps. Source: Runway's API reference, "1 credit/50 chars"."""
SAME = 0.01
"""Prices that differ by less are the same."""


class Unit(StrEnum):
    SECOND = "second"
    """A second that was begun counts whole."""
    PICTURE = "picture"
    FIFTY_CHARACTERS = "50 characters"
    REQUEST = "request"
    INPUT = "input"
    """Each file in the fields that the price names."""
    INPUT_AND_PICTURE = "input and picture"
    """Each of those files, once for each picture that is made."""


class PublishedPrice(Struct, frozen=True, kw_only=True):
    """A price in words that Runway published, or that others report."""

    model: str
    unit: Unit
    credits: float
    endpoints: frozenset[str] = frozenset()
    """Empty: all that the model has."""
    when: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The choices of each setting that it holds for; an empty one stands for a setting that is left out."""
    inputs: frozenset[str] = frozenset()
    """The fields whose files are counted, for the units that count them."""
    without: frozenset[str] = frozenset()
    """Fields that it does not hold for as soon as one is filled: nobody says what they add."""
    minimum: float = 0.0
    """The least that a request costs, in credits."""
    extra: bool = False
    """Added to the price that it comes on top of."""
    source: str = ""
    """Where and when it was published, in words."""
    reports: int = 0
    """How many third parties report it, 2 for more; 0: Runway has published it."""


class Terms(Struct, frozen=True):
    """A shape, taken apart: what is asked for, and how much of it."""

    settings: tuple[tuple[str, str], ...]
    amounts: tuple[tuple[str, float], ...]

    @property
    def amount(self) -> float:
        found = 1.0
        for _, value in self.amounts:
            found *= value
        return found

    def is_like(self, other: Terms) -> bool:
        """The same but for how much is made."""
        return self.settings == other.settings and self.counted == other.counted

    @property
    def counted(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.amounts)


def price_shape(request: Request) -> str:
    """The shape of a request as far as money goes: for speech the length of the text belongs to it."""
    shape = shape_of(request)
    if request.endpoint != _SPOKEN:
        return shape
    length = len(str(request.values.get("promptText") or request.prompt))
    steps = max(1, -(-length // CHARACTERS_AT_ONCE))
    return ";".join(part for part in (shape, f"characters={steps * CHARACTERS_AT_ONCE}") if part)


def terms_of(shape: str) -> Terms:
    settings: list[tuple[str, str]] = []
    amounts: list[tuple[str, float]] = []
    for part in shape.split(";") if shape else ():
        name, _, word = part.partition("=")
        number = _number(word) if name in _COUNTED else None
        if number is not None and number > 0:
            amounts.append((name, number))
        else:
            settings.append((name, _upright(word) if name == "ratio" else word))
    return Terms(tuple(sorted(settings)), tuple(sorted(amounts)))


def follows_inputs(request: Request) -> bool:
    """How much is made hangs on files that are not settings: a clip's own length, a picture's size. Such a request's
    price is never exact."""
    timed = isinstance(request.values.get("duration"), int | float)
    made_from_words = request.endpoint.startswith("text_to_")
    return not timed and not made_from_words and _links(request.values) > 0


def derived(known: Mapping[str, float], shape: str) -> float | None:
    """Credits for a shape from those of other shapes of the same endpoint and model; None where they say nothing of
    it.

    Like requests count first: one gives a price per second or picture, two give the line through them. Where no like
    one is known but all others cost the same per second or picture, so probably does this one.
    """
    wanted = terms_of(shape)
    points = [(terms_of(other), credits) for other, credits in known.items()]
    like = {terms.amount: credits for terms, credits in points if terms.is_like(wanted)}
    if like:
        return _along(like, wanted.amount)
    others = [(terms, credits) for terms, credits in points if terms.counted == wanted.counted]
    rates = [credits / terms.amount for terms, credits in others]
    several = len({terms.settings for terms, _ in others}) > 1 and len(others) == len(points)
    if several and max(rates) - min(rates) <= SAME:
        return _rounded(rates[0] * wanted.amount)
    return None


def inputs_of(request: Request) -> dict[str, int]:
    """How many files each field of a request holds; a draft that is to be finished counts as one."""
    found = {name: 1 if name == _DRAFT else _links(value) for name, value in request.values.items()}
    return {name: amount for name, amount in found.items() if amount}


def published(
    prices: Sequence[PublishedPrice], endpoint: str, model: str, shape: str, inputs: Mapping[str, int]
) -> tuple[float, tuple[PublishedPrice, ...]] | None:
    """Credits by published prices, and those that they come from; None where none holds, more than one does, or how
    much is made is not said. `inputs`: the number of files by field."""
    terms = terms_of(shape)
    amounts = dict(terms.amounts)
    words = dict(terms.settings) | {name: f"{amount:g}" for name, amount in terms.amounts}
    found = [
        (price, _amount(price, amounts, inputs))
        for price in prices
        if price.model == model
        and (not price.endpoints or endpoint in price.endpoints)
        and not price.without & inputs.keys()
        and all(_holds(words.get(name, ""), choices, name) for name, choices in price.when.items())
    ]
    holding = [(price, amount) for price, amount in found if amount is not None]
    bases = [price for price, _ in holding if not price.extra]
    if len(bases) != 1 or any(price.extra and amount is None for price, amount in found):
        return None
    total = sum(price.credits * amount for price, amount in holding)
    counted = tuple(price for price, amount in holding if amount)
    return _rounded(max(total, bases[0].minimum)), counted


def contradicted(prices: Sequence[PublishedPrice], endpoint: str, model: str, known: Mapping[str, float]) -> bool:
    """Whether Runway's own estimates of this pair differ from what was published. A shape does not know its inputs:
    where they are paid for too, more than the price without them is no contradiction."""
    may_be_more = any(price.inputs or price.without for price in prices)
    for shape, credits in known.items():
        said = published(prices, endpoint, model, shape, {})
        if said is not None and (credits < said[0] - SAME or (credits > said[0] + SAME and not may_be_more)):
            return True
    return False


def _along(points: Mapping[float, float], amount: float) -> float | None:
    """The credits of an amount, on the line through the two nearest known ones; through nothing where only one is
    known."""
    if amount in points:
        return points[amount]
    near = sorted(points, key=lambda known: abs(known - amount))[:2]
    if len(near) == 1:
        return _rounded(points[near[0]] / near[0] * amount)
    first, second = near
    slope = (points[second] - points[first]) / (second - first)
    credits = points[first] + slope * (amount - first)
    return _rounded(credits) if slope >= 0 and credits > 0 else None


def _amount(price: PublishedPrice, amounts: Mapping[str, float], inputs: Mapping[str, int]) -> float | None:
    pictures = amounts.get("outputCount", 1.0)
    files = float(sum(inputs.get(name, 0) for name in price.inputs))
    match price.unit:
        case Unit.SECOND:
            return math.ceil(amounts["duration"]) * pictures if "duration" in amounts else None
        case Unit.PICTURE:
            return pictures
        case Unit.FIFTY_CHARACTERS:
            return amounts["characters"] / CHARACTERS_AT_ONCE if "characters" in amounts else None
        case Unit.REQUEST:
            return 1.0
        case Unit.INPUT:
            return files
        case Unit.INPUT_AND_PICTURE:
            return files * pictures


def _holds(word: str, choices: frozenset[str], name: str) -> bool:
    return word in ({_upright(choice) for choice in choices} if name == "ratio" else choices)


def _upright(ratio: str) -> str:
    """1280:720 and 720:1280 are as many pixels, and cost the same."""
    first, colon, second = ratio.partition(":")
    if not (colon and first.isdecimal() and second.isdecimal()):
        return ratio
    return f"{max(int(first), int(second))}:{min(int(first), int(second))}"


def _number(word: str) -> float | None:
    try:
        found = float(word)
    except ValueError:
        return None
    return found if found < float("inf") else None


def _links(value: Any) -> int:
    match value:
        case str():
            return int(value.startswith("data:") or "://" in value)
        case Mapping():
            return sum(map(_links, value.values()))
        case list() | tuple():
            return sum(map(_links, value))
        case _:
            return 0


def _rounded(credits: float) -> float:
    return round(credits, 2)


_WORDS_OF_THE_PERSON = frozenset({"prompt", "promptText", "text", "negativePrompt", "previousText", "nextText", "tag"})
_DRAFT = "draftTaskId"
_IDENTITIES = frozenset({"seed", "id", "avatarId", _DRAFT})
_LONGEST_CHOICE = 32
"""Choices on the wire ("1280:720", "runway-preset") are shorter and have no blanks; a longer text is somebody's
words."""


def shape_of(request: Request) -> str:
    """All scalar settings but prompts, seeds, ids and inputs, by name: "duration=5;ratio=1280:720". Empty when there
    are none.

    Lists are left out: on the wire they hold inputs and prompts.
    """
    return ";".join(f"{name}={word}" for name, word in sorted(_settings(request.values, "")))


def _settings(values: Mapping[str, Any], above: str) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        path = f"{above}{name}"
        if name in _WORDS_OF_THE_PERSON or name in _IDENTITIES:
            continue
        match value:
            case bool():
                yield path, "true" if value else "false"
            case int() | float():
                yield path, f"{value:.10g}"
            case str() if _is_choice(value):
                yield path, value
            case Mapping():
                yield from _settings(value, f"{path}.")
            case _:
                pass


def _is_choice(text: str) -> bool:
    is_link = "://" in text or text.startswith("data:")
    return 0 < len(text) <= _LONGEST_CHOICE and not is_link and not any(map(str.isspace, text))
