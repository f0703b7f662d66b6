"""What a request will probably cost, from what like requests were estimated at, and from prices that were published or
reported.

Pure. Credits are floats. A request's price follows its settings, what is put in, and an amount: seconds, pictures,
characters. Nothing is made up: what cannot be derived has no price.
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
_PUT_IN = "@"
"""What is put in stands in a shape under names that begin so."""
_SECONDS, _FRAMES, _SIDES = ".seconds", ".frames", ".sides"
"""Behind the name of a field: what its files measure."""
_SCALE, _USUAL_SCALE = "scaleFactor", 2.0
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
    SECOND_OF_INPUT = "second of input"
    """Of those files together; one that was begun counts whole."""
    FRAME_OF_INPUT = "frame of input"
    """The sum is rounded up to whole credits."""


ANY = (0.0, math.inf)


class Measure(Struct, frozen=True, kw_only=True):
    """What is known of a file that is put in: sides in pixels as shown, `duration` in seconds, frames a second."""

    width: int | None = None
    height: int | None = None
    duration: float | None = None
    frame_rate: float | None = None


class PutIn(Struct, frozen=True, kw_only=True):
    """The files in one field: their number, their length together in begun seconds and in frames, and the sides of the
    largest. None for what nobody measured."""

    files: int
    seconds: int | None = None
    frames: int | None = None
    sides: tuple[int, int] | None = None


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
    """The fields whose files are counted or measured."""
    each: float = 1.0
    """So many units cost the credits together: 6 where 6 seconds are a credit."""
    pixels: tuple[float, float] = ANY
    """It holds for files of more pixels than the first, and no more than the second."""
    side: tuple[float, float] = ANY
    """The same for the longer side, times the factor that the request scales by."""
    without: frozenset[str] = frozenset()
    """Fields that it does not hold for as soon as one is filled: nobody says what they add."""
    minimum: float = 0.0
    """The least that a request costs, in credits."""
    extra: bool = False
    """Added to the price that it comes on top of."""
    at_least: bool = False
    """The request may cost more: how much is made is not known before."""
    source: str = ""
    """Where and when it was published, in words."""
    reports: int = 0
    """How many third parties report it, 2 for more; 0: Runway has published it."""

    @property
    def is_measured(self) -> bool:
        """It follows more of a file than its length in seconds."""
        return self.unit is Unit.FRAME_OF_INPUT or self.pixels != ANY or self.side != ANY


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

    @property
    def put_in(self) -> tuple[tuple[str, str], ...]:
        return tuple(setting for setting in self.settings if setting[0].startswith(_PUT_IN))


def price_shape(request: Request, measures: Mapping[str, Measure] = {}, *, by_size: bool = False) -> str:
    """The shape of a request as far as money goes: what is put in belongs to it, and for speech the length of the text.
    `measures` of files by their URIs; `by_size`: their sides and frames belong to it too."""
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
    # Where a request has no length of its own, that of what is put in says how much is made.
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
    """Credits for a shape from those of other shapes of the same endpoint and model; None where they say nothing of
    it.

    Like requests count first: one gives a price per second or picture, two give the line through them. Where no like
    one is known but all others with as much put in cost the same per second or picture, so probably does this one. Of a
    setting that was the same in all of them they say nothing.
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
    """What each field of a request holds; a draft that is to be finished counts as one file."""
    fields = ((name, list(addresses_in({name: value}))) for name, value in request.values.items())
    # Another name, as an imported request may have, could be read as what it is not.
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
        case _:
            pass


def inputs_in(shape: str) -> dict[str, PutIn]:
    """What a shape says of what is put in. What makes no sense in it is left out: a restored list may hold
    anything."""
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
    """Credits by published prices, and those that they come from; None where none holds, more than one does, or how
    much is made or put in is not said. `inputs`: what each field holds."""
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
    """The published prices that, taken together, differ from what Runway itself estimated for this endpoint and model.
    A sum that holds all of such a group is as wrong."""
    found = []
    for shape, credits in known.items():
        said = published(prices, endpoint, model, shape, inputs_in(shape))
        may_be_more = said is not None and any(price.at_least for price in said[1])
        if said is not None and (credits < said[0] - SAME or (credits > said[0] + SAME and not may_be_more)):
            found.append(said[1])
    return found


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


def _is_new(wanted: Terms, others: Sequence[Terms]) -> bool:
    """Whether it has a setting that none of the others has, which is the same in all of them."""
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
    """None where it is not known how much of what is paid for there is."""
    files = [inputs[name] for name in price.inputs if name in inputs]
    pictures = amounts.get("outputCount", 1.0)
    amount: float | None
    match price.unit:
        case Unit.SECOND:
            amount = math.ceil(amounts["duration"]) * pictures if "duration" in amounts else None
        case Unit.PICTURE:
            amount = pictures
        case Unit.FIFTY_CHARACTERS:
            amount = amounts["characters"] / CHARACTERS_AT_ONCE if "characters" in amounts else None
        case Unit.REQUEST:
            amount = 1.0
        case Unit.INPUT:
            amount = sum(one.files for one in files)
        case Unit.INPUT_AND_PICTURE:
            amount = sum(one.files for one in files) * pictures
        case Unit.SECOND_OF_INPUT:
            seconds = [one.seconds for one in files]
            amount = sum(filter(None, seconds)) if None not in seconds and (files or price.extra) else None
        case Unit.FRAME_OF_INPUT:
            frames = [one.frames for one in files]
            return _begun(sum(filter(None, frames)) * price.credits) if frames and None not in frames else None
    if amount is None or _is_sized(price, inputs, scale) is None:
        return None
    return price.credits * math.ceil(amount / price.each)


def _is_sized(price: PublishedPrice, inputs: Mapping[str, PutIn], scale: float) -> bool | None:
    """Whether what is put in is of the size that a price is for; None where nobody measured it."""
    if ANY == price.pixels == price.side:
        return True
    sides = [inputs[name].sides for name in price.inputs if name in inputs]
    known = [both for both in sides if both is not None]
    if not known or len(known) < len(sides):
        return None
    pixels, side = max(width * height for width, height in known), max(map(max, known)) * scale
    return price.pixels[0] < pixels <= price.pixels[1] and price.side[0] < side <= price.side[1]


def _begun(amount: float) -> int:
    """Rounded up, but for what is merely not exact in binary."""
    return math.ceil(round(amount, 6))


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
