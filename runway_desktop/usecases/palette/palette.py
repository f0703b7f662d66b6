"""The palette as a value: what is offered, in sections, the best match, and what was used lately. Pure.

Sections keep their order and what fits best is selected wherever it stands, so that nothing changes its place while one
types on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from runway_desktop.services.settings import Settings
from runway_desktop.usecases.words.states import Tone
from runway_desktop.values import Struct

from .matching import Match, Rank, match

MOST = 15
"""Offers shown at once, of all sections."""
LEAST_EACH = 2
"""So many of a section are shown before any other has more."""
MOST_RECENT = 5
_RECENT = "palette.recent"
_REMEMBERED = 24


class Section(StrEnum):
    RECENT = "Recent"
    SELECTION = "For the selection"
    COMMANDS = "Commands"
    TASKS = "Tasks"
    MODELS = "Models"
    PRESETS = "Presets"
    PLACES = "Projects and places"
    SETTINGS = "Settings"
    HELP = "Help"


class Offer(Struct, frozen=True, kw_only=True):
    """One line. `id` is the same at every opening; its part before the colon says what kind of thing it is."""

    id: str
    section: Section
    text: str
    detail: str = ""
    """Beside the text: a price, a model, where a setting stands."""
    reason: str = ""
    """Why it cannot be done now; empty when it can."""
    aside: str = ""
    """At the right: a state, a price, a value."""
    tone: Tone = Tone.PLAIN
    """Of what stands at the right."""
    key: str = ""
    """The command of the table of keys that does the same."""
    icon: str = ""
    picture: str = ""
    """Path of a small picture in place of the icon."""
    also: str = ""
    """Other words that it is found by."""

    @property
    def kind(self) -> str:
        return self.id.partition(":")[0]

    @property
    def what(self) -> str:
        return self.id.partition(":")[2]

    @property
    def in_words(self) -> str:
        """For those who do not see it."""
        return ", ".join(part for part in (self.text, self.reason or self.detail, self.aside) if part)


class Found(Struct, frozen=True):
    offer: Offer
    letters: tuple[tuple[int, int], ...] = ()
    """Which letters of its text were typed."""


class Group(Struct, frozen=True):
    section: Section
    shown: tuple[Found, ...]
    total: int

    @property
    def count_words(self) -> str:
        """ "2 of 41"; empty where all are shown."""
        return f"{len(self.shown):,} of {self.total:,}" if self.total > len(self.shown) else ""


class Arranged(Struct, frozen=True):
    groups: tuple[Group, ...] = ()
    best: str = ""
    """The id of the offer that fits best; empty where nothing fits."""


def arrange(
    offers: Sequence[Offer],
    typed: str,
    recent: Sequence[str] = (),
    totals: Mapping[Section, int] | None = None,
    most: int = MOST,
) -> Arranged:
    """What is shown for what was typed. Offers of tasks were found by the search of the list already, of which `totals`
    tells how many there are."""
    used = {one: place for place, one in enumerate(recent)}
    fitting: dict[Section, list[tuple[tuple[Any, ...], Found]]] = {section: [] for section in Section}
    for place, offer in enumerate(offers):
        fits = _fits(offer, typed)
        if fits is not None:
            key = (bool(offer.reason), fits.rank, used.get(offer.id, len(used)), place)
            fitting[offer.section].append((key, Found(offer, fits.letters)))
    if not typed.strip():
        by_id = {found.offer.id: found for entries in fitting.values() for _, found in entries}
        again = [by_id[one] for one in recent if one in by_id and not by_id[one].offer.reason][:MOST_RECENT]
        fitting[Section.RECENT] = [((False, place), found) for place, found in enumerate(again)]
    for entries in fitting.values():
        entries.sort(key=lambda entry: entry[0])
    amounts = _shares({section: len(entries) for section, entries in fitting.items()}, most)
    groups = tuple(
        Group(
            section,
            tuple(found for _, found in entries[: amounts[section]]),
            max(len(entries), (totals or {}).get(section, 0)),
        )
        for section, entries in fitting.items()
        if amounts[section]
    )
    order = list(Section)
    best = min(
        ((key, order.index(section), found.offer.id) for section, es in fitting.items() for key, found in es[:1]),
        # An empty line has no better match than what comes first.
        key=(lambda entry: (*entry[0][:3], entry[1])) if typed.strip() else (lambda entry: entry[1]),
        default=None,
    )
    return Arranged(groups, best[2] if best is not None else "")


def _fits(offer: Offer, typed: str) -> Match | None:
    found = match(offer.text, f"{offer.detail} {offer.also} {offer.section}", typed)
    if found is None and offer.section is Section.TASKS:
        return Match(Rank.ELSEWHERE)
    return found


def _shares(there: Mapping[Section, int], most: int) -> dict[Section, int]:
    """How many of each section are shown: a few of each, then one more of each in turn while there is room. What is
    recent, and what concerns the selection, is shown in any case, a handful of it."""
    first = {Section.RECENT: MOST_RECENT, Section.SELECTION: MOST_RECENT}
    shown = {section: min(amount, first.get(section, LEAST_EACH)) for section, amount in there.items()}
    while sum(shown.values()) < most:
        short = [section for section, amount in there.items() if shown[section] < amount]
        if not short:
            break
        for section in short[: most - sum(shown.values())]:
            shown[section] += 1
    return shown


class Recent:
    """What was used lately, latest first, kept in the settings. Reading never raises for what they hold."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def ids(self) -> tuple[str, ...]:
        stored = self._settings.get(_RECENT, [])
        return tuple(one for one in stored if isinstance(one, str)) if isinstance(stored, list) else ()

    def note(self, offer_id: str) -> None:
        kept = [one for one in self.ids if one != offer_id]
        self._settings.set(_RECENT, [offer_id, *kept][:_REMEMBERED])
