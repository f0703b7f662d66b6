"""Estimates a request's price from estimates of similar requests, and from published or reported prices.

Pure. Credits are floats. The price of a request depends on its settings, its inputs, and an amount: seconds, pictures
or characters. It is never guessed: what cannot be derived has no price.

The shape of a request is a text with everything that its price depends on: "duration=5;ratio=1280:720".
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from runway_desktop.values import Struct, field

from .task import Request

_COUNTED = frozenset({"duration", "outputCount", "characters"})
"""Settings that are amounts, by their wire names; `characters` is our own."""
_PUT_IN = "@"
"""Prefix of the inputs' names in a shape."""
_SECONDS, _FRAMES, _SIDES = ".seconds", ".frames", ".sides"
"""Suffixes of a field's name in a shape: what was measured of its files."""
_SCALE, _USUAL_SCALE = "scaleFactor", 2.0
_SPOKEN = "text_to_speech"
CHARACTERS_AT_ONCE = 50
"""Speech is priced by the length of its text, in steps. Source: Runway's API reference, "1 credit/50 chars"."""
_FIRST = 4
"""Seconds of `Unit.FIRST_SECONDS`."""
SAME = 0.01
"""Prices that differ by less are equal."""


class Unit(StrEnum):
    SECOND = "second"
    """Each started second counts as a whole one."""
    FIRST_SECONDS = "first 4 seconds"
    FURTHER_SECOND = "further second"
    """Each started second after those four."""
    PICTURE = "picture"
    FIFTY_CHARACTERS = "50 characters"
    REQUEST = "request"
    INPUT = "input"
    """Each file in the fields that the price names."""
    INPUT_AND_PICTURE = "input and picture"
    """Each of those files, times the number of pictures made."""
    SECOND_OF_INPUT = "second of input"
    """Total length of those files; a started second counts as a whole one."""
    FRAME_OF_INPUT = "frame of input"
    """The sum is rounded up to whole credits."""


ANY = (0.0, math.inf)


class LikePrices(Struct, frozen=True):
    """Prices of other models of an endpoint for the same amount, in credits."""

    endpoint: str
    least: float
    most: float


class OpenPrice(Struct, frozen=True):
    """Price range of a request whose amount of output is open, in credits; `a_second`: per second."""

    least: float
    most: float
    a_second: bool


class PriceSum(Struct, frozen=True, kw_only=True):
    """Total price of an intent in credits. `unknown` of its `amount` tasks have no known price and are not counted."""

    amount: int = 0
    credits: float = 0.0
    unknown: int = 0
    exact: bool = True
    at_least: bool = False
    """It may be more: for at least one task only a minimum is known."""
    at_most: bool = False
    """It may be less: for at least one task only a maximum is known."""
    between: OpenPrice | None = None
    """Price range of each task without a known price, if all of them ask for the same."""
    has_runs: bool = False
    """Runs of workflows are among those without a known price."""
    like: LikePrices | None = None
    """Prices of other models for tasks without a known price, if all of them ask for the same amount of the same."""


class Measure(Struct, frozen=True, kw_only=True):
    """What is known of an input file: sides in pixels as shown, `duration` in seconds, frames a second."""

    width: int | None = None
    height: int | None = None
    duration: float | None = None
    frame_rate: float | None = None


class PutIn(Struct, frozen=True, kw_only=True):
    """The files in one field: their number, total length in started seconds and in frames, and the sides of the
    largest. None: not measured."""

    files: int
    seconds: int | None = None
    frames: int | None = None
    sides: tuple[int, int] | None = None


class PublishedPrice(Struct, frozen=True, kw_only=True):
    """A price that Runway published, or that third parties report."""

    model: str
    unit: Unit
    credits: float
    endpoints: frozenset[str] = frozenset()
    """Empty: all endpoints of the model."""
    when: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The values of each setting for which it applies; an empty value stands for an omitted setting."""
    inputs: frozenset[str] = frozenset()
    """The fields whose files are counted or measured."""
    each: float = 1.0
    """So many units together cost `credits`: 6 where 6 seconds cost a credit."""
    pixels: tuple[float, float] = ANY
    """Applies to files with more pixels than the first number and at most the second."""
    side: tuple[float, float] = ANY
    """The same for the longer side, times the request's scale factor."""
    without: frozenset[str] = frozenset()
    """Fields that must be empty: what they add to the price is not known."""
    left_out: float | None = None
    """The seconds or pictures that Runway makes if the request doesn't say."""
    minimum: float = 0.0
    """The least that a request costs, in credits."""
    extra: bool = False
    """A surcharge on another price."""
    at_least: bool = False
    """The request may cost more: how much will be made is not known in advance."""
    source: str = ""
    """Where and when it was published, for people."""
    reports: int = 0
    """How many third parties report it, 2 for more than one; 0: published by Runway."""

    @property
    def is_measured(self) -> bool:
        """Whether it depends on more of a file than its length."""
        return self.unit is Unit.FRAME_OF_INPUT or self.pixels != ANY or self.side != ANY


class Terms(Struct, frozen=True):
    """A parsed shape: the settings and the amounts."""

    settings: tuple[tuple[str, str], ...]
    amounts: tuple[tuple[str, float], ...]

    @property
    def amount(self) -> float:
        found = 1.0
        for _, value in self.amounts:
            found *= value
        return found

    def is_like(self, other: Terms) -> bool:
        """Equal except for the amounts."""
        return self.settings == other.settings and self.counted == other.counted

    @property
    def counted(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.amounts)

    @property
    def put_in(self) -> tuple[tuple[str, str], ...]:
        return tuple(setting for setting in self.settings if setting[0].startswith(_PUT_IN))


def price_shape(request: Request, measures: Mapping[str, Measure] = {}, *, by_size: bool = False) -> str:
    """The shape of a request, its inputs included. `measures` of files by their URIs; `by_size`: with the sides and
    frames of inputs."""
    parts = [_PUT_IN, shape_of(request)]
    if request.endpoint == _SPOKEN:
        length = len(str(request.values.get("promptText") or request.prompt))
        steps = max(1, -(-length // CHARACTERS_AT_ONCE))
        parts.append(f"characters={steps * CHARACTERS_AT_ONCE}")
    for name, put_in in sorted(inputs_of(request, measures).items()):
        parts += _written(name, put_in, by_size=by_size)
    return ";".join(part for part in parts if part)


def terms_of(shape: str) -> Terms:
    settings: list[tuple[str, str]] = []
    amounts: list[tuple[str, float]] = []
    parts = [part.partition("=") for part in shape.split(";")] if shape else []
    # If the request has no duration of its own, that of its input is the amount.
    lengths = [name for name, _, _ in parts if name == "duration" or name.endswith(_SECONDS)]
    counted = _COUNTED.union(lengths if len(lengths) == 1 else ())
    for name, _, word in parts:
        number = _number(word) if name in counted else None
        if number is not None and number > 0:
            amounts.append((name, number))
        else:
            settings.append((name, _upright(word) if name == "ratio" else word))
    return Terms(tuple(sorted(settings)), tuple(sorted(amounts)))


def derived(known: Mapping[str, float], shape: str) -> float | None:
    """Credits for a shape, derived from those of other shapes of the same endpoint and model; None if they do not
    suffice.

    Shapes that differ only in amount count first: one gives a price per unit, two give the line through them. Without
    one, the price per unit of all other shapes with the same inputs is used if they agree. It does not extend to a
    setting that was the same in all of them and differs here.
    """
    wanted = terms_of(shape)
    points = [(terms_of(other), credits) for other, credits in known.items()]
    like = {terms.amount: credits for terms, credits in points if terms.is_like(wanted)}
    if like:
        return _along(like, wanted.amount)
    others = [(terms, credits) for terms, credits in points if terms.put_in == wanted.put_in]
    rates = [credits / terms.amount for terms, credits in others]
    is_counted_alike = {terms.counted for terms, _ in others} == {wanted.counted}
    several = len({terms.settings for terms, _ in others}) > 1 and is_counted_alike
    if several and max(rates) - min(rates) <= SAME and not _is_new(wanted, [terms for terms, _ in others]):
        return _rounded(rates[0] * wanted.amount)
    return None


def inputs_of(request: Request, measures: Mapping[str, Measure] = {}) -> dict[str, PutIn]:
    """The inputs in each field of a request; a draft to be finished counts as one file."""
    named = ((name, value) for name, value in request.values.items() if name not in _WORDS_OF_THE_PERSON)
    fields = ((name, list(addresses_in(value))) for name, value in named if not isinstance(value, int | float))
    # Other names, as in an imported request, could be mistaken for parts of a shape.
    found = {name: _put_in(files, measures) for name, files in fields if files and name.isidentifier()}
    return found | {_DRAFT: PutIn(files=1)} if request.values.get(_DRAFT) else found


def addresses_in(value: Any) -> Iterator[str]:
    """The files and links in a value of a request."""
    match value:
        case str() if value.startswith("data:") or "://" in value:
            yield value
        case Mapping():
            for name, inner in value.items():
                yield from addresses_in(inner) if name not in _WORDS_OF_THE_PERSON else ()
        case list() | tuple():
            for inner in value:
                yield from addresses_in(inner)


def inputs_in(shape: str) -> dict[str, PutIn]:
    """The inputs in a shape. Invalid parts are dropped: a restored list may contain anything."""
    found: dict[str, dict[str, Any]] = {}
    for part in shape.split(";"):
        name, _, word = part.partition("=")
        field, dot, what = name.removeprefix(_PUT_IN).partition(".")
        numbers = [int(one[:15]) for one in word.split("x") if one.isdecimal()]
        is_known = f"{dot}{what}" in ("", _SECONDS, _FRAMES, _SIDES) and len(numbers) == 1 + (f".{what}" == _SIDES)
        if name.startswith(_PUT_IN) and is_known:
            found.setdefault(field, {})[what or "files"] = tuple(numbers) if len(numbers) > 1 else numbers[0]
    return {field: PutIn(**facts) for field, facts in found.items() if "files" in facts}


def published(
    prices: Sequence[PublishedPrice], endpoint: str, model: str, shape: str, inputs: Mapping[str, PutIn]
) -> tuple[float, tuple[PublishedPrice, ...]] | None:
    """Credits by published prices, and the prices used; None if no price applies, more than one does, or an amount is
    not known. `inputs`: what each field contains."""
    terms = terms_of(shape)
    amounts = dict(terms.amounts)
    words = dict(terms.settings) | {name: f"{amount:g}" for name, amount in terms.amounts}
    scale = _number(words.get(_SCALE, "")) or _USUAL_SCALE
    found = [
        (price, _cost(price, amounts, inputs, scale))
        for price in prices
        if price.model == model
        and (not price.endpoints or endpoint in price.endpoints)
        and not price.without & inputs.keys()
        and all(_holds(words.get(name, ""), choices, name) for name, choices in price.when.items())
        and _is_sized(price, inputs, scale) is not False
    ]
    holding = [(price, cost) for price, cost in found if cost is not None]
    bases = [price for price, _ in holding if not price.extra]
    if len(bases) != 1 or any(price.extra and cost is None for price, cost in found):
        return None
    total = sum(cost for _, cost in holding)
    counted = tuple(price for price, cost in holding if cost)
    return _rounded(max(total, bases[0].minimum)), counted


def contradicted(
    prices: Sequence[PublishedPrice], endpoint: str, model: str, known: Mapping[str, float]
) -> list[tuple[PublishedPrice, ...]]:
    """The groups of published prices whose sum differs from Runway's own estimates for this endpoint and model. A sum
    that includes such a group is wrong too."""
    found = []
    for shape, credits in known.items():
        said = published(prices, endpoint, model, shape, inputs_in(shape))
        may_be_more = said is not None and any(price.at_least for price in said[1])
        if said is not None and (credits < said[0] - SAME or (credits > said[0] + SAME and not may_be_more)):
            found.append(said[1])
    return found


def _along(points: Mapping[float, float], amount: float) -> float | None:
    """The credits of an amount, on the line through the two nearest known ones, or through the origin if only one is
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


def _is_new(wanted: Terms, others: Sequence[Terms]) -> bool:
    """Whether it has a setting with a new value, where all others have the same one."""
    mine, theirs = dict(wanted.settings), [dict(terms.settings) for terms in others]
    names = mine.keys() | {name for settings in theirs for name in settings}
    seen = {name: {settings.get(name) for settings in theirs} for name in names}
    return any(len(words) == 1 and mine.get(name) not in words for name, words in seen.items())


def _put_in(addresses: Sequence[str], measures: Mapping[str, Measure]) -> PutIn:
    files = [measures.get(address, Measure()) for address in addresses]
    lengths = [one.duration for one in files if one.duration is not None]
    frames = [one.duration * one.frame_rate for one in files if one.duration and one.frame_rate]
    sides = [(one.width, one.height) for one in files if one.width and one.height]
    return PutIn(
        files=len(files),
        seconds=_begun(sum(lengths)) if len(lengths) == len(files) else None,
        frames=_begun(sum(frames)) if len(frames) == len(files) else None,
        sides=max(sides, key=lambda both: both[0] * both[1]) if len(sides) == len(files) else None,
    )


def _written(name: str, put_in: PutIn, *, by_size: bool) -> list[str]:
    sides = "x".join(map(str, put_in.sides or ()))
    facts = {"": put_in.files, _SECONDS: put_in.seconds, _FRAMES: by_size and put_in.frames, _SIDES: by_size and sides}
    return [f"{_PUT_IN}{name}{what}={word}" for what, word in facts.items() if word]


def _cost(
    price: PublishedPrice, amounts: Mapping[str, float], inputs: Mapping[str, PutIn], scale: float
) -> float | None:
    """None if the amount is not known."""
    files = [inputs[name] for name in price.inputs if name in inputs]
    pictures, seconds = amounts.get("outputCount", 1.0), amounts.get("duration", price.left_out)
    amount: float | None
    match price.unit:
        case Unit.SECOND:
            amount = math.ceil(seconds) * pictures if seconds is not None else None
        case Unit.FIRST_SECONDS:
            amount = 1.0
        case Unit.FURTHER_SECOND:
            amount = max(0, math.ceil(seconds) - _FIRST) if seconds is not None else None
        case Unit.PICTURE:
            amount = amounts.get("outputCount", price.left_out or 1.0)
        case Unit.FIFTY_CHARACTERS:
            amount = amounts["characters"] / CHARACTERS_AT_ONCE if "characters" in amounts else None
        case Unit.REQUEST:
            amount = 1.0
        case Unit.INPUT:
            amount = sum(one.files for one in files)
        case Unit.INPUT_AND_PICTURE:
            amount = sum(one.files for one in files) * pictures
        case Unit.SECOND_OF_INPUT:
            lengths = [one.seconds for one in files]
            amount = sum(filter(None, lengths)) if None not in lengths and (files or price.extra) else None
        case Unit.FRAME_OF_INPUT:
            frames = [one.frames for one in files]
            return _begun(sum(filter(None, frames)) * price.credits) if frames and None not in frames else None
    if amount is None or _is_sized(price, inputs, scale) is None:
        return None
    return price.credits * math.ceil(amount / price.each)


def _is_sized(price: PublishedPrice, inputs: Mapping[str, PutIn], scale: float) -> bool | None:
    """Whether the inputs have the size that a price is for; None if not measured."""
    if ANY == price.pixels == price.side:
        return True
    sides = [inputs[name].sides for name in price.inputs if name in inputs]
    known = [both for both in sides if both is not None]
    if not known or len(known) < len(sides):
        return None
    pixels, side = max(width * height for width, height in known), max(map(max, known)) * scale
    return price.pixels[0] < pixels <= price.pixels[1] and price.side[0] < side <= price.side[1]


def _begun(amount: float) -> int:
    """Rounds up, tolerating binary rounding errors."""
    return math.ceil(round(amount, 6))


def _holds(word: str, choices: frozenset[str], name: str) -> bool:
    return word in ({_upright(choice) for choice in choices} if name == "ratio" else choices)


def _upright(ratio: str) -> str:
    """1280:720 and 720:1280 have the same number of pixels and the same price."""
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


def _rounded(credits: float) -> float:
    return round(credits, 2)


_WORDS_OF_THE_PERSON = frozenset(
    {"prompt", "promptText", "text", "negativePrompt", "previousText", "nextText", "tag", "productInfo", "userConcept"}
)
_DRAFT = "draftTaskId"
_IDENTITIES = frozenset({"seed", "id", "avatarId", _DRAFT})
_LONGEST_CHOICE = 32
"""Choices on the wire ("1280:720", "runway-preset") are shorter and have no blanks; a longer text is the user's own."""


def shape_of(request: Request) -> str:
    """The scalar settings except prompts, seeds, ids and inputs, by name: "duration=5;ratio=1280:720". Empty if there
    are none.

    Lists are left out: on the wire they contain inputs and prompts.
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


def _is_choice(text: str) -> bool:
    is_link = "://" in text or text.startswith("data:")
    return 0 < len(text) <= _LONGEST_CHOICE and not is_link and not any(map(str.isspace, text))
