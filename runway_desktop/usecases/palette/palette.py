"""Contents of the palette: entries in sections, the best match, and usage history. Pure.

Entries that are not possible now come last, with the reason. Entries that destroy or pay come after all other possible
ones, unless each typed word is a whole word of theirs. Then rank, usage, and relevance to the page in front count. The
section of the best match comes first; the others keep their order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence, Set
from enum import Enum, IntEnum
from operator import itemgetter
from typing import Any

from runway_desktop.services.settings import Settings
from runway_desktop.texts import Text, _, enumerated
from runway_desktop.usecases.commands.command import Command
from runway_desktop.usecases.words.states import Tone
from runway_desktop.values import Struct, replace

from .matching import Rank, SearchText, Typed, corrected, letters_of, rank_of, searched, typed_words

MOST = 15
"""Entries shown at once, in all sections."""
LEAST_EACH = 2
"""Minimum number of shown entries of each section."""
MOST_RECENT = 5
_USED = "palette.recent"
_REMEMBERED = 64
_FADES = 0.9
"""Weight of a use relative to the next one: three earlier uses count more than a single recent one."""


class Heading(Enum):
    RECENT = Text("Recent")
    SELECTION = Text("For the selection")
    COMMANDS = Text("Commands")
    TASKS = Text("Tasks")
    MODELS = Text("Models")
    PRESETS = Text("Presets")
    PAGES = Text("Projects and views")
    SETTINGS = Text("Settings")
    HELP = Text("Help")


class Offer(Struct, frozen=True, kw_only=True):
    """One entry. `id` is stable; its part before the colon is the kind of entry."""

    id: str
    section: Heading
    text: str
    detail: str = ""
    """Next to the text: a price, a model, the location of a setting."""
    reason: str = ""
    """Why it is not possible now; empty if it is."""
    aside: str = ""
    """At the right: a state, a price, a value."""
    priced: Callable[[], tuple[str, str]] | None = None
    """The price that stands there in a match."""
    tone: Tone = Tone.PLAIN
    """Tone of `aside`."""
    keyed: Command[Any] | None = None
    """The record whose shortcut does the same."""
    icon: str = ""
    picture: str = ""
    """Path of a small picture, shown instead of the icon."""
    synonyms: str = ""
    """Separated by commas."""
    also: str = ""
    """Other words to find it by."""
    is_grave: bool = False
    """It destroys or pays."""
    sets: Callable[[], tuple[str, Callable[[], None]]] | None = None
    """Changes a value at once; returns a sentence about it and its undo."""
    says: str = ""
    """What selecting it does, if not its text; for a switch, the new state."""
    does: Callable[[], object] | None = None
    """Executes a command."""

    @property
    def may_lead(self) -> bool:
        """Whether it may be preselected: possible, and harmless if executed by mistake."""
        return not self.reason and not self.is_grave

    @property
    def kind(self) -> str:
        return self.id.partition(":")[0]

    @property
    def what(self) -> str:
        return self.id.partition(":")[2]

    @property
    def act(self) -> str:
        """What selecting it does."""
        return self.says or self.text

    @property
    def in_words(self) -> str:
        """For screen readers."""
        return enumerated((self.text, self.reason or self.detail, self.aside))


class Match(Struct, frozen=True):
    offer: Offer
    letters: tuple[tuple[int, int], ...] = ()
    """The matching spans of its text."""


class OfferGroup(Struct, frozen=True):
    section: Heading
    shown: tuple[Match, ...]
    total: int

    @property
    def count_words(self) -> str:
        """ "2 of 41"; empty if all are shown."""
        return _("{shown} of {all}", shown=len(self.shown), all=self.total) if self.total > len(self.shown) else ""


class Arranged(Struct, frozen=True):
    groups: tuple[OfferGroup, ...] = ()
    best: str = ""
    """The id of the best match; empty if there is none."""


class Searchable(Struct, frozen=True):
    """An entry with its prepared search texts."""

    offer: Offer
    words: SearchText

    @classmethod
    def of(cls, offer: Offer) -> Searchable:
        return cls(offer, searched(offer.text, offer.synonyms, f"{offer.detail} {offer.also}"))


class _Stage(IntEnum):
    """Best first."""

    POSSIBLE = 0
    NAMED = 1
    """Not possible, but its whole name was typed: its reason is shown before entries that do not have the word."""
    BEGUN = 2
    """Possible, but what was typed names another: it only begins its words, or a model's name, as "seed" does."""
    MENTIONED = 3
    IMPOSSIBLE = 4


def arrange(
    offers: Sequence[Searchable],
    typed: str,
    used: Mapping[str, float] | None = None,
    near: Set[str] = frozenset(),
    totals: Mapping[Heading, int] | None = None,
    most: int = MOST,
) -> Arranged:
    """What is shown for a query. `used` has the usage of entries, `near` the ids relevant to the page in front. Entries
    of tasks were already found by the list's search, whose number of hits is in `totals`."""
    words, used = typed_words(typed), used or {}
    shown_by = words
    fitting = _fitting(offers, words, words, used, near)
    if not fitting:
        shown_by = corrected(words, [one.words for one in offers])
        fitting = _fitting(offers, shown_by, words, used, near)
    sections: dict[Heading, list[Offer]] = {section: [] for section in Heading}
    recent = {} if words.words else _recent(fitting, used)
    for offer in fitting:
        sections[recent.get(offer.id, offer.section)].append(offer)
    if words.words:
        lead, best = (fitting[0].section, fitting[0]) if fitting else (None, None)
    else:
        sections[Heading.RECENT].sort(key=lambda offer: -used[offer.id])
        lead, best = _harmless(sections)
        if lead is not None and best is not None:
            sections[lead] = [best, *(offer for offer in sections[lead] if offer is not best)]
    amounts = _shares({section: len(entries) for section, entries in sections.items()}, most)
    groups = [
        OfferGroup(
            section,
            tuple(Match(_priced(offer), letters_of(offer.text, shown_by)) for offer in entries[: amounts[section]]),
            max(len(entries), (totals or {}).get(section, 0)),
        )
        for section, entries in sections.items()
        if amounts[section]
    ]
    groups.sort(key=lambda group: group.section is not lead)
    return Arranged(tuple(groups), best.id if best is not None else "")


def _priced(offer: Offer) -> Offer:
    return offer if offer.priced is None else replace(offer, aside=offer.priced()[0])


def _fitting(
    offers: Sequence[Searchable], words: Typed, typed: Typed, used: Mapping[str, float], near: Set[str]
) -> list[Offer]:
    """The matching entries, best first. `typed` are the words before corrections."""
    ranked = []
    is_named = any(one.offer.reason and rank_of(one.words, words) is Rank.WHOLE for one in offers)
    for one in offers:
        rank, offer = rank_of(one.words, words), one.offer
        if offer.section is Heading.TASKS:
            # A prompt may begin with any word, also the name of a command.
            rank = Rank.ELSEWHERE if rank is None else max(rank, Rank.SYNONYM)
        if rank is None:
            continue
        uses = used.get(offer.id, 0.0)
        if uses and rank <= Rank.SYNONYM:
            rank = min(rank, Rank.BEGINS)
        is_grave = offer.is_grave and bool(typed.words)
        is_held_back = is_grave and not one.words.own_words.issuperset(typed.words)
        if offer.reason:
            stage = _Stage.NAMED if rank is Rank.WHOLE else _Stage.IMPOSSIBLE
        elif is_held_back or rank > Rank.SYNONYM:
            stage = _Stage.MENTIONED
        else:
            is_other = offer.section is Heading.MODELS or not one.words.own_words.issuperset(typed.words)
            stage = _Stage.BEGUN if is_named and is_other and not uses and rank > Rank.WHOLE else _Stage.POSSIBLE
        # Of names that begin so, "Reject" is nearer than "Reset thumbnail size".
        goes_on = bool(words.words) and rank is Rank.BEGINS and len(one.words.initials) > 1
        ranked.append(((stage, is_held_back, rank, is_grave, -uses, offer.id not in near, goes_on), offer))
    ranked.sort(key=itemgetter(0))
    return [offer for __, offer in ranked]


def _recent(fitting: Sequence[Offer], used: Mapping[str, float]) -> dict[str, Heading]:
    """The most used entries that are possible and harmless."""
    again = sorted((-used[offer.id], offer.id) for offer in fitting if offer.id in used and offer.may_lead)
    return {offer_id: Heading.RECENT for _, offer_id in again[:MOST_RECENT]}


def _harmless(sections: Mapping[Heading, Sequence[Offer]]) -> tuple[Heading, Offer] | tuple[None, None]:
    """The preselected entry for an empty query: the first that is possible and harmless, with its section."""
    found = ((section, offer) for section, entries in sections.items() for offer in entries if offer.may_lead)
    return next(found, (None, None))


def _shares(there: Mapping[Heading, int], most: int) -> dict[Heading, int]:
    """How many entries of each section are shown: a minimum of each, then one more of each in turn while there is room.
    Recent entries and those for the selection get up to `MOST_RECENT` in any case."""
    first = {Heading.RECENT: MOST_RECENT, Heading.SELECTION: MOST_RECENT}
    shown = {section: min(amount, first.get(section, LEAST_EACH)) for section, amount in there.items()}
    while sum(shown.values()) < most:
        short = [section for section, amount in there.items() if shown[section] < amount]
        if not short:
            break
        for section in short[: most - sum(shown.values())]:
            shown[section] += 1
    return shown


class Used:
    """Usage history of the palette, latest first, stored in the settings. Reading never raises for invalid data."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def weights(self) -> Mapping[str, float]:
        """Usage of each entry by its id: frequent and recent uses count most."""
        found: dict[str, float] = defaultdict(float)
        for ago, offer_id in enumerate(self._ids()):
            found[offer_id] += _FADES**ago
        return dict(found)

    def note(self, offer_id: str) -> None:
        self._settings.set(_USED, [offer_id, *self._ids()][:_REMEMBERED])

    def _ids(self) -> list[str]:
        stored = self._settings.get(_USED, [])
        return [one for one in stored if isinstance(one, str)] if isinstance(stored, list) else []
