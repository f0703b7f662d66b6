"""The words of the search line: `model:gen4.5 rating:>=4 before:2026-10 tag:drone -tag:x "exact words"`. What they mean
as a filter, what they look like as chips, and what could come next as one types.

Pure: what is known of the library and the time are parameters; days are those of this machine. Nothing raises: a word
that is not understood is searched as it stands, and a sentence says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from runway_desktop.domain.library import Filter, Place, PlaceCounts, Span, Without
from runway_desktop.domain.search import clean_tag, folded
from runway_desktop.domain.task import FINAL, LIVE, LOCAL, Pick, State

_PIECE = re.compile(r'(?P<minus>-?)(?:(?P<key>[A-Za-z]+):(?:"(?P<quoted>[^"]*)"?|(?P<plain>\S*))|"[^"]*"?|\S+)')
_RANGE = re.compile(r"(>=|<=|>|<|=)?(\d+(?:\.\d+)?)(?:(?:\.\.|-)(\d+(?:\.\d+)?))?(?:s|cr)?$")

KEYS: Mapping[str, str] = {
    "model": "Model",
    "state": "Status",
    "project": "Project",
    "tag": "Tag",
    "rating": "Rating",
    "is": "Picked, saved, live …",
    "date": "Day, month or year",
    "before": "Made before",
    "after": "Made from",
    "cost": "Credits",
    "length": "Seconds",
    "endpoint": "Kind of request",
    "batch": "Batch",
    "shot": "Shot",
}
"""In the order in which they are offered."""
_ALIASES = {"status": "state", "stars": "rating", "credits": "cost", "seconds": "length", "on": "date", "tags": "tag"}

STATES: Mapping[str, frozenset[State]] = {
    "waiting": LOCAL,
    "live": LIVE,
    "succeeded": frozenset({State.SUCCEEDED}),
    "failed": frozenset({State.FAILED}),
    "uncertain": frozenset({State.UNCERTAIN}),
    "cancelled": frozenset({State.CANCELLED}),
    "gone": frozenset({State.GONE}),
    "ended": FINAL,
}
_PLACES = {
    "saved": Place.SAVED,
    "live": Place.LIVE,
    "waiting": Place.WAITING_HERE,
    "attention": Place.NEEDS_ATTENTION,
    "missing": Place.MISSING,
    "changed": Place.CHANGED,
}
_PICKS = {"pick": Pick.PICK, "picked": Pick.PICK, "reject": Pick.REJECT, "rejected": Pick.REJECT}
_IS = (
    "pick", "reject", "rated", "unrated", "saved", "live", "waiting", "attention", "missing", "changed", "failed",
    "uncertain",
)  # fmt: skip
_IS_WORDS = {
    "pick": "Picks",
    "reject": "Rejected",
    "attention": "Needs attention",
    "missing": "File missing",
    "changed": "Changed outside",
}
_DAYS = ("today", "yesterday", "week", "month", "year")


@dataclass(frozen=True, slots=True)
class Term:
    """One word with a key. `key` is one of KEYS."""

    key: str
    value: str
    negative: bool = False

    @property
    def word(self) -> str:
        """As it stands in the search line."""
        quoted = f'"{self.value}"' if re.search(r"\s", self.value) else self.value
        return f"{'-' if self.negative else ''}{self.key}:{quoted}"

    @property
    def label(self) -> str:
        """As a chip says it: "Tag: drone", "not Tag: drone", "4 stars or more"."""
        said = _spoken(self.key, self.value)
        return f"Not {said[0].lower()}{said[1:]}" if self.negative else said


@dataclass(frozen=True, slots=True)
class Query:
    """A search line taken apart. `text` is what is left of it: plain words, phrases, and words to leave out."""

    terms: tuple[Term, ...] = ()
    text: str = ""

    @property
    def line(self) -> str:
        return " ".join([*(term.word for term in self.terms), *([self.text] if self.text else [])])

    def without(self, term: Term) -> Query:
        return replace(self, terms=tuple(found for found in self.terms if found != term))


@dataclass(frozen=True, slots=True)
class Meaning:
    filter: Filter
    said: tuple[str, ...] = ()
    """Sentences about words that are not understood, or that nothing can match."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`line` and `cursor` are the search line once it is taken."""

    text: str
    detail: str
    line: str
    cursor: int


@dataclass(slots=True)
class _Sets:
    """What positive or negative terms gather."""

    states: set[State] = field(default_factory=set)
    models: set[str] = field(default_factory=set)
    endpoints: set[str] = field(default_factory=set)
    projects: set[str] = field(default_factory=set)
    batches: set[Any] = field(default_factory=set)
    tags: set[str] = field(default_factory=set)
    picks: set[Pick] = field(default_factory=set)
    shots: set[str] = field(default_factory=set)
    places: set[Place] = field(default_factory=set)

    def frozen(self) -> dict[str, Any]:
        return {name: frozenset(getattr(self, name)) for name in self.__slots__ if getattr(self, name)}


def read(line: str) -> Query:
    """Takes a line apart. A key that nobody knows is a plain word; so is a key without a value yet."""
    terms: list[Term] = []
    rest: list[str] = []
    for piece in _PIECE.finditer(line):
        key = (piece["key"] or "").lower()
        key = _ALIASES.get(key, key)
        value = " ".join((piece["quoted"] if piece["quoted"] is not None else piece["plain"] or "").split())
        if key in KEYS and value.strip('"'):
            terms.append(Term(key, value, bool(piece["minus"])))
        elif key not in KEYS:
            rest.append(piece[0])
    return Query(tuple(dict.fromkeys(terms)), " ".join(rest))


def meaning(query: Query, known: PlaceCounts, now: float, place: Filter | None = None) -> Meaning:
    """The filter of a line within a place. `now` in Unix seconds."""
    reader = _Reader(known, datetime.fromtimestamp(now))
    for term in query.terms:
        reader.take(term)
    for word in query.text.split():
        key = word.lstrip("-").split(":", 1)[0]
        if ":" in word and key.isalpha() and not word.startswith('"') and "//" not in word:
            reader.say(f"“{key}:” is no filter; it is searched as a word.")
    return Meaning(reader.filter(place or Filter(), query.text), tuple(dict.fromkeys(reader.said)))


def suggestions(line: str, cursor: int, known: PlaceCounts, most: int = 12) -> list[Suggestion]:
    """What the word at the cursor could become: keys first, then, behind a colon, values with their counts."""
    start = _start_of_word(line, cursor)
    word = line[start:cursor]
    minus = "-" if word.startswith("-") else ""
    word = word[len(minus) :]
    key, colon, value = word.partition(":")
    key = _ALIASES.get(key.lower(), key.lower())
    if not colon:
        if not word and not minus:
            return []
        found = [(f"{name}:", words) for name, words in KEYS.items() if name.startswith(word.lower())]
        return [_suggested(line, start, cursor, minus + text, f"{text}  {words}", "", space=False)
                for text, words in found][:most]  # fmt: skip
    if key not in KEYS:
        return []
    typed = folded(value.strip('"'))
    values = [(text, count) for text, count in values_of(key, known) if typed in folded(text)]
    values.sort(key=lambda pair: not folded(pair[0]).startswith(typed))
    if any(folded(text) == typed for text, _ in values[:1]):
        return []
    return [
        _suggested(line, start, cursor, minus + Term(key, text).word, text, f"{count:,}" if count is not None else "")
        for text, count in values[:most]
    ]


def values_of(key: str, known: PlaceCounts) -> list[tuple[str, int | None]]:
    """Values that make sense, with how many tasks have them where that is known; the most frequent first."""

    def ranked(counts: Iterable[tuple[str, int]]) -> list[tuple[str, int | None]]:
        return [*sorted(((name, amount) for name, amount in counts if name), key=lambda pair: (-pair[1], pair[0]))]

    match key:
        case "model":
            return ranked(known.models.items())
        case "endpoint":
            return ranked(known.endpoints.items())
        case "project":
            return ranked(known.projects.items())
        case "tag":
            return ranked(known.tags.items())
        case "batch":
            return [(name, amount) for _, name, amount in known.batches]
        case "state":
            return [(name, sum(known.states.get(one, 0) for one in states)) for name, states in STATES.items()]
        case "rating":
            return [
                ("5", known.ratings.get(5, 0)),
                *((f">={n}", sum(count for stars, count in known.ratings.items() if stars >= n)) for n in (4, 3, 2, 1)),
                ("0", known.ratings.get(0, 0)),
            ]
        case "is":
            return [(name, None) for name in _IS]
        case "date" | "before" | "after":
            return [(name, None) for name in _DAYS]
        case "cost":
            return [(text, None) for text in (">=100", "<=20", "20..60")]
        case "length":
            return [(text, None) for text in (">=8", "<=5", "5..10")]
        case _:
            return []


class _Reader:
    def __init__(self, known: PlaceCounts, now: datetime) -> None:
        self._known = known
        self._now = now
        self._want, self._leave = _Sets(), _Sets()
        self._spans: dict[str, Span] = {}
        self._since: float | None = None
        self._until: float | None = None
        self.said: list[str] = []

    def say(self, sentence: str) -> None:
        self.said.append(sentence)

    def take(self, term: Term) -> None:
        into = self._leave if term.negative else self._want
        value = term.value
        match term.key:
            case "model":
                into.models |= self._alike(value, self._known.models, "model")
            case "endpoint":
                into.endpoints |= self._alike(value.replace(" ", "_"), self._known.endpoints, "kind of request")
            case "project":
                into.projects |= self._alike(value, self._known.projects, "project")
            case "batch":
                into.batches |= self._batches(value)
            case "tag":
                self._tag(clean_tag(value), into)
            case "shot":
                into.shots.add(value)
            case "state":
                self._state(value, into)
            case "is":
                self._is(folded(value), into)
            case "rating" | "cost" | "length":
                self._span(term)
            case _:
                self._date(term)

    def filter(self, place: Filter, text: str) -> Filter:
        wanted = self._want.frozen()
        for name in ("projects", "batches", "picks"):
            # Inside a project only what is in it, too, is found.
            outer = getattr(place, name)
            if outer and name in wanted:
                wanted[name] = outer & wanted[name] or frozenset({_NOBODYS})
        wanted |= self._spans
        return replace(
            place, text=text, since=self._since, until=self._until, without=Without(**self._leave.frozen()), **wanted
        )

    def _alike(self, value: str, known: Mapping[str, int], what: str) -> set[str]:
        """Those that are called so; else those whose name holds it; else itself, which nothing matches."""
        typed = folded(value)
        exact = {name for name in known if folded(name) == typed}
        near = exact or {name for name in known if name and typed in folded(name)}
        if not near:
            self.say(f"There is no {what} “{value}” here.")
        return near or {value}

    def _batches(self, value: str) -> set[str]:
        typed = folded(value)
        found: set[str] = {batch for batch, name, _ in self._known.batches if typed in folded(name) or batch == value}
        if not found:
            self.say(f"There is no batch “{value}” here.")
        return found or {value}

    def _tag(self, tag: str, into: _Sets) -> None:
        if tag and tag not in self._known.tags:
            self.say(f"There is no tag “{tag}” yet.")
        if tag:
            into.tags.add(tag)

    def _state(self, value: str, into: _Sets) -> None:
        states = STATES.get(folded(value)) or frozenset(state for state in State if state.value == folded(value))
        if not states:
            self.say(f"There is no status “{value}”. Try {', '.join(list(STATES)[:5])}.")
        into.states |= states

    def _is(self, value: str, into: _Sets) -> None:
        if value in _PICKS:
            into.picks.add(_PICKS[value])
        elif value in _PLACES:
            into.places.add(_PLACES[value])
        elif value in STATES:
            into.states |= STATES[value]
        elif value in ("rated", "unrated"):
            rated = (value == "rated") is (into is self._want)
            self._spans["rating"] = Span(least=1) if rated else Span(most=0)
        else:
            self.say(f"“is:{value}” is not understood. Try {', '.join(_IS[:5])}.")

    def _span(self, term: Term) -> None:
        found = _RANGE.match(term.value)
        if found is None or term.negative:
            words = "Say numbers, such as >=4 or 2..3." if found is None else "Turn its sign round instead of a minus."
            self.say(f"“{term.word}” is not understood. {words}")
            return
        sign, first, second = found[1], float(found[2]), found[3]
        # Ratings are whole, prices and lengths are not: the next smaller thing is near enough for both.
        little = 1.0 if term.key == "rating" else 1e-6
        span = {
            ">=": Span(first, None),
            ">": Span(first + little, None),
            "<=": Span(None, first),
            "<": Span(None, first - little),
        }.get(sign or "", Span(first, float(second) if second else first))
        before = self._spans.get(term.key, Span())
        self._spans[term.key] = Span(
            max((end for end in (span.least, before.least) if end is not None), default=None),
            min((end for end in (span.most, before.most) if end is not None), default=None),
        )

    def _date(self, term: Term) -> None:
        found = _period(folded(term.value), self._now)
        if found is None or term.negative:
            self.say(f"“{term.word}” is no date. Try 2026, 2026-10, 2026-10-05, today or yesterday.")
            return
        start, end = (moment.timestamp() for moment in found)
        if term.key != "before":
            self._since = max(start, self._since or start)
        if term.key != "after":
            until = start if term.key == "before" else end
            self._until = min(until, self._until or until)


_NOBODYS: Any = "\0"


def _period(word: str, now: datetime) -> tuple[datetime, datetime] | None:
    """Its beginning, and the beginning of what follows."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow = today + timedelta(days=1)
    match word:
        case "today":
            return today, tomorrow
        case "yesterday":
            return today - timedelta(days=1), today
        case "week":
            return today - timedelta(days=6), tomorrow
        case "month":
            return today.replace(day=1), tomorrow
        case "year":
            return today.replace(month=1, day=1), tomorrow
    for form, ends in _FORMS:
        try:
            start = datetime.strptime(word, form)
            return start, ends(start)
        except (ValueError, OverflowError):
            continue
    return None


_FORMS: tuple[tuple[str, Callable[[datetime], datetime]], ...] = (
    ("%Y-%m-%d", lambda start: start + timedelta(days=1)),
    ("%Y-%m", lambda start: (start + timedelta(days=31)).replace(day=1)),
    ("%Y", lambda start: start.replace(year=start.year + 1)),
)


def _spoken(key: str, value: str) -> str:
    match key:
        case "rating":
            return f"Rating {_span_words(value)}"
        case "cost":
            return f"Credits {_span_words(value)}"
        case "length":
            return f"Length {_span_words(value)} s"
        case "is" | "date":
            return _IS_WORDS.get(value, value.capitalize())
        case "before" | "after":
            return f"{'Before' if key == 'before' else 'From'} {value}"
        case "model":
            return value
        case "state":
            return value.capitalize()
        case _:
            return f"{KEYS[key]}: {value}"


def _span_words(value: str) -> str:
    return value.replace(">=", "≥ ").replace("<=", "≤ ").replace("..", "–")


def _start_of_word(line: str, cursor: int) -> int:
    """Where the word at the cursor begins; blanks inside quotation marks are part of it."""
    start = 0
    for piece in _PIECE.finditer(line):
        if piece.start() <= cursor <= piece.end():
            return piece.start()
        start = cursor
    return start


def _suggested(
    line: str, start: int, cursor: int, word: str, text: str, detail: str, *, space: bool = True
) -> Suggestion:
    behind = line[cursor:]
    glue = " " if space and not behind.startswith(" ") else ""
    return Suggestion(text, detail, f"{line[:start]}{word}{glue}{behind}", start + len(word) + (1 if space else 0))
