"""Parser of the search line, `model:gen4.5 rating:>=4 before:2026-10 tag:drone -tag:x "exact words"`: its meaning as a
filter, and its text on chips.

Pure: the library's names and the time are parameters; days are in local time. Nothing raises: a word that is not
understood is searched as text, and a message says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from runway_desktop.catalog.assets import any_of
from runway_desktop.catalog.labels import endpoint_label, model_label
from runway_desktop.domain.library import PERSON, Bounds, Filter, Page, PageCounts, Without, clean_tag, folded
from runway_desktop.domain.permissions import called
from runway_desktop.domain.task import FINAL, MOST_STARS, Pick, State
from runway_desktop.texts import Text, _
from runway_desktop.usecases.words.states import LOOKS, STATUSES
from runway_desktop.values import Struct, field, replace

PIECE = re.compile(r'(?P<minus>-?)(?:(?P<key>[A-Za-z]+):(?:"(?P<quoted>[^"]*)"?|(?P<plain>\S*))|"[^"]*"?|\S+)')
_RANGE = re.compile(r"(>=|<=|>|<|=)?(\d+(?:\.\d+)?)(?:(?:\.\.|-)(\d+(?:\.\d+)?))?(?:s|cr)?$")

KEYS: Mapping[str, Text] = {
    "model": Text("Model"),
    "state": Text("Status"),
    "project": Text("Project"),
    "tag": Text("Tag"),
    "rating": Text("Rating"),
    "is": Text("Picked, saved, live…"),
    "date": Text("Day, month or year"),
    "before": Text("Created before"),
    "after": Text("Created on or after"),
    "cost": Text("Credits"),
    "length": Text("Seconds"),
    "endpoint": Text("Request type"),
    "batch": Text("Batch"),
    "shot": Text("Shot"),
    "cast": Text("Character, prop or style"),
    "by": Text("Requested by a program, or by me"),
}
"""In the order of the suggestions."""
ALIASES = {"status": "state", "stars": "rating", "credits": "cost", "seconds": "length", "on": "date", "tags": "tag"}

STATES: Mapping[str, frozenset[State]] = {
    **{word: frozenset(state for state, look in LOOKS.items() if look.word == word) for word in STATUSES},
    "ended": FINAL,
}
_SPELLINGS = {"cancelled": "canceled"}
PAGES = {
    "saved": Page.SAVED,
    "unsaved": Page.NOT_SAVED,
    "live": Page.LIVE,
    "waiting": Page.WAITING_HERE,
    "attention": Page.NEEDS_ATTENTION,
    "missing": Page.MISSING,
    "changed": Page.CHANGED,
    "suggested": Page.SUGGESTED,
}
_PICKS = {"pick": Pick.PICK, "picked": Pick.PICK, "reject": Pick.REJECT, "rejected": Pick.REJECT}
IS = (
    "pick", "reject", "rated", "unrated", "saved", "unsaved", "live", "waiting", "attention", "missing", "changed",
    "failed", "uncertain", "suggested",
)  # fmt: skip
TITLES: Mapping[Page, Text] = {
    Page.ALL: Text("All tasks"),
    Page.LIVE: STATUSES["live"],
    Page.WAITING_HERE: Text("Queue"),
    Page.NEEDS_ATTENTION: Text("Needs attention"),
    Page.NOT_SAVED: Text("Not saved"),
    Page.SAVED: Text("Saved"),
    Page.PICKS: Text("Picks"),
    Page.MISSING: Text("Missing files"),
    Page.CHANGED: Text("Changed files"),
    Page.SUGGESTED: Text("Suggested"),
}
"""Titles of the fixed pages of the left pane, there and on chips."""
_IS_WORDS: Mapping[str, Text] = {
    **STATUSES,
    **{word: TITLES[page] for word, page in PAGES.items()},
    "pick": TITLES[Page.PICKS],
    "reject": Text("Rejected"),
    "rated": Text("Rated"),
    "unrated": Text("Not rated"),
}
ME, YOU = "me", "you"
"""Values of `by:` for the user."""
DAYS = ("today", "yesterday", "week", "month", "year")
BY_CLOCK = frozenset({"date", "before", "after"})
"""Keys whose meaning depends on the present time."""


class Term(Struct, frozen=True):
    """A word with a key. `key` is one of KEYS."""

    key: str
    value: str
    negative: bool = False

    @property
    def word(self) -> str:
        """Its text in the search line."""
        quoted = f'"{self.value}"' if re.search(r"\s", self.value) else self.value
        return f"{'-' if self.negative else ''}{self.key}:{quoted}"

    @property
    def label(self) -> str:
        """Its text on a chip: "Tag: drone", "Not tag: drone", "4 stars or more"."""
        said = _spoken(self.key, self.value)
        return _("Not {filter}", filter=said) if self.negative else said


class Query(Struct, frozen=True):
    """A parsed search line. `text` is the rest without terms: words, phrases, and excluded words."""

    terms: tuple[Term, ...] = ()
    text: str = ""

    @property
    def line(self) -> str:
        return " ".join([*(term.word for term in self.terms), *([self.text] if self.text else [])])

    def without(self, term: Term) -> Query:
        return replace(self, terms=tuple(found for found in self.terms if found != term))


class Meaning(Struct, frozen=True):
    """The meaning of a search line, as far as it is understood."""

    filter: Filter
    said: tuple[str, ...] = ()
    """Messages about words that are not understood or cannot match."""
    unused: frozenset[Term] = frozenset()
    """Terms that are not understood and therefore ignored."""


class _Sets(Struct):
    """Values collected from positive or negative terms."""

    states: set[State] = field(default_factory=set)
    models: set[str] = field(default_factory=set)
    endpoints: set[str] = field(default_factory=set)
    projects: set[str] = field(default_factory=set)
    batches: set[Any] = field(default_factory=set)
    tags: set[str] = field(default_factory=set)
    picks: set[Pick] = field(default_factory=set)
    shots: set[str] = field(default_factory=set)
    cast: set[Any] = field(default_factory=set)
    clients: set[str] = field(default_factory=set)
    pages: set[Page] = field(default_factory=set)

    def frozen(self) -> dict[str, Any]:
        return {name: frozenset(getattr(self, name)) for name in self.__struct_fields__ if getattr(self, name)}


def read(line: str) -> Query:
    """Parses a line. A word with an unknown key is text; a known key without a value is dropped."""
    terms: list[Term] = []
    rest: list[str] = []
    for piece in PIECE.finditer(line):
        key = (piece["key"] or "").lower()
        key = ALIASES.get(key, key)
        value = " ".join((piece["quoted"] if piece["quoted"] is not None else piece["plain"] or "").split())
        if key in ("state", "is"):
            value = _SPELLINGS.get(folded(value), value)
        if key in KEYS and value.strip('"'):
            terms.append(Term(key, value, bool(piece["minus"])))
        elif key not in KEYS:
            rest.append(piece[0])
    return Query(tuple(dict.fromkeys(terms)), " ".join(rest))


def misread(line: str) -> list[str]:
    """Words of a line that look like filters and are none: an unknown key, or a known one without a value. `meaning`
    searches or ignores them."""
    found = []
    for piece in PIECE.finditer(line):
        key, value = (piece["key"] or "").lower(), piece["quoted"] or piece["plain"] or ""
        if key and not value.startswith("//") and (ALIASES.get(key, key) not in KEYS or not value.strip('" ')):
            found.append(piece[0])
    return found


def meaning(query: Query, known: PageCounts, now: float, page: Filter | None = None) -> Meaning:
    """The filter of a line inside a page. `now` in Unix seconds."""
    reader = _Reader(known, datetime.fromtimestamp(now))
    for term in query.terms:
        reader.take(term)
    for piece in PIECE.finditer(query.text):
        if (key := piece["key"]) and "//" not in piece[0]:
            from difflib import get_close_matches

            meant = get_close_matches(key.lower(), [*KEYS, *ALIASES], 1)
            if meant:
                said = Text("“{key}:” isn't a filter, so it is searched as a word. Did you mean “{meant}:”?")
                reader.say(str(said.with_(key=key, meant=meant[0])))
            else:
                reader.say(_("“{key}:” isn't a filter, so it is searched as a word.", key=key))
    reader.look_for_contradictions()
    found = reader.filter(page or Filter(), query.text)
    return Meaning(found, tuple(dict.fromkeys(reader.said)), frozenset(reader.unused))


def known_names(counts: PageCounts) -> tuple[object, ...]:
    """The names that the meaning of a line depends on."""
    of_batches = [(batch, name) for batch, name, _ in counts.batches]
    kinds = (counts.models, counts.endpoints, counts.projects, counts.tags, counts.shots, counts.clients)
    return (of_batches, [(member, name) for member, name, _ in counts.cast], *(frozenset(names) for names in kinds))


class _BatchNames:
    """Finds batches by name. Caches the folded names of the last library: folding thousands of names takes twenty times
    as long as searching them, and every key press searches."""

    def __init__(self) -> None:
        self._of: Sequence[tuple[str, str, int]] = ()
        self._ids: frozenset[str] = frozenset()
        self._folded: dict[str, str] = {}

    def called(self, value: str, batches: Sequence[tuple[str, str, int]]) -> set[str]:
        """The batch with that id, else all whose names contain the text."""
        if batches is not self._of:
            self._ids = frozenset(batch for batch, _, _ in batches)
            self._folded = {name: folded(name) for name in {name for _, name, _ in batches}}
            self._of = batches
        if value in self._ids:
            return {value}
        typed = folded(value)
        names = {name for name, called in self._folded.items() if typed in called}
        return {batch for batch, name, _ in batches if name in names} if names else set()


_batch_names = _BatchNames()


def asker_words(value: str) -> str:
    """The value of `by:` as shown."""
    return _("you") if folded(value) in (ME, YOU) else called(value)


class _Reader:
    def __init__(self, known: PageCounts, now: datetime) -> None:
        self._known = known
        self._now = now
        self._want, self._leave = _Sets(), _Sets()
        self._spans: dict[str, Bounds] = {}
        self._since: float | None = None
        self._until: float | None = None
        self.said: list[str] = []
        self.unused: set[Term] = set()

    def say(self, sentence: str) -> None:
        self.said.append(sentence)

    def look_for_contradictions(self) -> None:
        """Adds messages about terms that exclude each other. To be called after the last term."""
        for key, span in self._spans.items():
            if span.least is not None and span.most is not None and span.least > span.most:
                self.say(_("Nothing can match all “{key}:” filters at once.", key=key))
        rating = self._spans.get("rating", Bounds())
        if (rating.least or 0) > MOST_STARS or (rating.most is not None and rating.most < 0):
            self.say(_("Ratings go from 0 (not rated) to {most}.", most=MOST_STARS))
        if self._since is not None and self._until is not None and self._since >= self._until:
            self.say(_("There is no day between these dates."))

    def take(self, term: Term) -> None:
        into = self._leave if term.negative else self._want
        value = term.value
        match term.key:
            case "model":
                into.models |= self._alike(value, self._known.models, _NO_MODEL, model_label)
            case "endpoint":
                into.endpoints |= self._alike(value, self._known.endpoints, _NO_ENDPOINT, _endpoint_names)
            case "project":
                into.projects |= self._alike(value, self._known.projects, _NO_PROJECT)
            case "batch":
                into.batches |= self._batches(value)
            case "tag":
                self._tag(clean_tag(value), into)
            case "shot":
                into.shots |= self._alike(value, self._known.shots, _NO_SHOT)
            case "cast":
                found = self._alike(value, {name for _, name, _ in self._known.cast}, _NO_MEMBER)
                into.cast |= {member for member, name, _ in self._known.cast if name in found} or found
            case "by" if folded(value) in (ME, YOU):
                into.clients.add(PERSON)
            case "by":
                into.clients |= self._alike(value, self._known.clients, _NO_PROGRAM, asker_words)
            case "state":
                self._state(term, into)
            case "is":
                self._is(term, into)
            case "rating" | "cost" | "length":
                self._span(term)
            case _:
                self._date(term)

    def filter(self, page: Filter, text: str) -> Filter:
        wanted = self._want.frozen()
        for name in ("projects", "batches", "picks"):
            # On the page of a project, only the project's tasks are found.
            outer = getattr(page, name)
            if outer and name in wanted:
                wanted[name] = outer & wanted[name] or frozenset({_NOBODYS})
        wanted |= self._spans
        return replace(
            page, text=text, since=self._since, until=self._until, without=Without(**self._leave.frozen()), **wanted
        )

    def _alike(self, value: str, known: Iterable[str], none: Text, displayed: Callable[[str], str] = str) -> set[str]:
        """Known names that equal the value; else those that contain it; else the value itself, which matches nothing.
        The name as `displayed` counts as well."""
        typed = folded(value)
        names = {name: (folded(name), folded(displayed(name))) for name in known}
        exact = {name for name, called in names.items() if typed in called}
        near = exact or {name for name, called in names.items() if name and any(typed in one for one in called)}
        if not near:
            self.say(str(none.with_(name=value)))
        return near or {value}

    def _batches(self, value: str) -> set[str]:
        found = _batch_names.called(value, self._known.batches)
        if not found:
            self.say(_("No batch “{name}” here.", name=value))
        return found or {value}

    def _tag(self, tag: str, into: _Sets) -> None:
        if tag and tag not in self._known.tags:
            self.say(_("No tag “{name}” yet.", name=tag))
        if tag:
            into.tags.add(tag)

    def _ignore(self, term: Term, sentence: str) -> None:
        self.unused.add(term)
        self.say(sentence)

    def _state(self, term: Term, into: _Sets) -> None:
        value = term.value
        states = STATES.get(folded(value)) or frozenset(state for state in State if state.name.lower() == folded(value))
        if not states:
            self._ignore(term, _("No status “{name}”. Try {examples}.", name=value, examples=any_of(list(STATES)[:5])))
        into.states |= states

    def _is(self, term: Term, into: _Sets) -> None:
        value = folded(term.value)
        if value in _PICKS:
            into.picks.add(_PICKS[value])
        elif value in PAGES:
            into.pages.add(PAGES[value])
        elif value in STATES:
            into.states |= STATES[value]
        elif value in ("rated", "unrated"):
            rated = (value == "rated") is (into is self._want)
            self._spans["rating"] = Bounds(least=1) if rated else Bounds(most=0)
        else:
            self._ignore(term, _("“is:{word}” isn't a filter. Try {examples}.", word=value, examples=any_of(IS[:5])))

    def _span(self, term: Term) -> None:
        span = _range(term.key, term.value)
        if span is None:
            self._ignore(term, _("“{filter}” isn't understood. Use numbers, such as >=4 or 2..3.", filter=term.word))
            return
        if term.negative:
            rest = _beyond(term.key, span)
            if rest is None:
                less, more = f"{term.key}:<{span.least:g}", f"{term.key}:>{span.most:g}"
                two = _("“{filter}” leaves two ranges. Use {less} or {more}.", filter=term.word, less=less, more=more)
                self._ignore(term, two)
                return
            span = rest
        before = self._spans.get(term.key, Bounds())
        self._spans[term.key] = Bounds(
            max((end for end in (span.least, before.least) if end is not None), default=None),
            min((end for end in (span.most, before.most) if end is not None), default=None),
        )

    def _date(self, term: Term) -> None:
        found = _period(folded(term.value), self._now)
        if found is None:
            self._ignore(
                term, _("“{filter}” isn't a date. Try 2026, 2026-10, 2026-10-05, today or yesterday.", filter=term.word)
            )
            return
        start, end = (moment.timestamp() for moment in found)
        # Nothing was created later than now, so "not today" or "not this year" means before it.
        ends_now = term.key == "date" and end > self._now.timestamp()
        if term.negative and term.key == "date" and not ends_now:
            less, more = f"before:{term.value}", f"after:{found[1]:%Y-%m-%d}"
            two = _("“{filter}” leaves two ranges. Use {less} or {more}.", filter=term.word, less=less, more=more)
            self._ignore(term, two)
            return
        since: float | None = None
        until: float | None = None
        match term.key, term.negative:
            case "date", False:
                since, until = start, end
            case ("before", False) | ("after" | "date", True):
                until = start
            case _:
                since = start
        if since is not None:
            self._since = max(since, self._since or since)
        if until is not None:
            self._until = min(until, self._until or until)


_NOBODYS: Any = "\0"


def _period(word: str, now: datetime) -> tuple[datetime, datetime] | None:
    """Its start, and the start of the next period."""
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
            # Some systems support no local times before 1970.
            return (start, ends(start)) if start.year >= 1970 else None
        except (ValueError, OverflowError):
            continue
    return None


_FORMS: tuple[tuple[str, Callable[[datetime], datetime]], ...] = (
    ("%Y-%m-%d", lambda start: start + timedelta(days=1)),
    ("%Y-%m", lambda start: (start + timedelta(days=31)).replace(day=1)),
    ("%Y", lambda start: start.replace(year=start.year + 1)),
)


def _range(key: str, value: str) -> Bounds | None:
    """The interval of ">=4", "2..3" or "5"; None if it is no number."""
    found = _RANGE.match(value)
    if found is None:
        return None
    sign, first, second = found[1], float(found[2]), found[3]
    little = _step(key)
    last = float(second) if second else first
    return {
        ">=": Bounds(first, None),
        ">": Bounds(first + little, None),
        "<=": Bounds(None, first),
        "<": Bounds(None, first - little),
    }.get(sign or "", Bounds(min(first, last), max(first, last)))


def _beyond(key: str, span: Bounds) -> Bounds | None:
    """The complement of an interval; None if that would be two intervals."""
    least = None if key == "rating" and span.least == 0 else span.least
    most = None if key == "rating" and span.most == MOST_STARS else span.most
    if least is None and most is not None:
        return Bounds(most + _step(key), None)
    return Bounds(None, least - _step(key)) if least is not None and most is None else None


def _step(key: str) -> float:
    """The distance to the next smaller value: 1 for ratings; for prices and lengths a small fraction."""
    return 1.0 if key == "rating" else 1e-6


def _spoken(key: str, value: str) -> str:
    match key:
        case "rating":
            return _("Rating {range}", range=_span_words(value))
        case "cost":
            return _("Credits {range}", range=_span_words(value))
        case "length":
            return _("Length {range} s", range=_span_words(value))
        case "is" | "date":
            return str(_IS_WORDS.get(value) or _DAY_WORDS.get(value) or value)
        case "before":
            return _("Before {day}", day=_day(value))
        case "after" if value in ("week", "month", "year"):
            # Periods that end now.
            return str(_DAY_WORDS[value])
        case "after":
            return _("From {day}", day=_day(value))
        case "by":
            return _("By {program}", program=asker_words(value))
        case "model":
            return model_label(value)
        case "state":
            return str(STATUSES.get(value) or _STATE_WORDS.get(value) or value)
        case "endpoint":
            return endpoint_label(value.replace(" ", "_"))
        case "cast":
            return _("With {member}", member=value)
        case _:
            return _("{filter}: {value}", filter=str(KEYS[key]), value=value)


_DAY_WORDS = {
    "today": Text("Today"),
    "yesterday": Text("Yesterday"),
    "week": Text("Last 7 days"),
    "month": Text("This month"),
    "year": Text("This year"),
}
_STATE_WORDS = {"ended": Text("Ended")}
_NO_MODEL = Text("No model “{name}” here.")
_NO_ENDPOINT = Text("No request type “{name}” here.")
_NO_PROJECT = Text("No project “{name}” here.")
_NO_SHOT = Text("No shot “{name}” here.")
_NO_MEMBER = Text("Nobody called “{name}” is in a task.")
_NO_PROGRAM = Text("No program “{name}” here.")


def _endpoint_names(endpoint: str) -> str:
    return " ".join((endpoint_label(endpoint), endpoint.replace("_", " ")))


def _day(value: str) -> str:
    return str(_DAY_WORDS.get(value, value))


def _span_words(value: str) -> str:
    return value.replace(">=", "≥ ").replace("<=", "≤ ").replace("..", "–")
