"""How well a text fits what was typed, and which of its letters did. Pure.

Every word that was typed must be found. What begins so comes first, then what has the words at the beginning of its
own words, then inside of them, then by its initials, then what is found by its other words alone.
"""

from __future__ import annotations

from enum import IntEnum

from runway_desktop.domain.search import folded, search_words
from runway_desktop.values import Struct


class Rank(IntEnum):
    """The better ones first."""

    BEGINS = 0
    WORDS_BEGIN = 1
    INSIDE = 2
    INITIALS = 3
    ELSEWHERE = 4


class Match(Struct, frozen=True):
    rank: Rank
    letters: tuple[tuple[int, int], ...] = ()
    """Where the letters that were found begin, and the place after their last; in order, none in another."""


def match(text: str, also: str, typed: str) -> Match | None:
    """None where a word is not found. `also` holds other words of the same thing, which are not shown."""
    words = search_words(typed)
    plain, other = folded(text), folded(also)
    if len(plain) != len(text):
        # Folding made it longer, as of a ligature: places in one are not those in the other.
        plain = text.casefold() if len(text.casefold()) == len(text) else text
    found = [_place(plain, word) for word in words]
    letters = _joined([(at, at + len(word)) for at, word in zip(found, words, strict=True) if at is not None])
    if None not in found:
        if plain.startswith(" ".join(words)):
            return Match(Rank.BEGINS, letters)
        begins = all(_begins_word(plain, at) for at in found if at is not None)
        return Match(Rank.WORDS_BEGIN if begins else Rank.INSIDE, letters)
    if len(words) == 1 and (initials := _initials(plain, words[0])):
        return Match(Rank.INITIALS, initials)
    missing = [word for word, at in zip(words, found, strict=True) if at is None]
    begun = [_place(other, word) for word in missing]
    # What is not shown is found by the beginnings of its words alone: any two letters stand somewhere.
    if all(at is not None and _begins_word(other, at) for at in begun):
        return Match(Rank.ELSEWHERE, letters)
    return None


def _place(text: str, word: str) -> int | None:
    """The first at the beginning of a word, else the first."""
    at = text.find(word)
    first = at
    while at >= 0 and not _begins_word(text, at):
        at = text.find(word, at + 1)
    found = at if at >= 0 else first
    return found if found >= 0 else None


def _begins_word(text: str, at: int) -> bool:
    return at == 0 or not text[at - 1].isalnum()


def _initials(text: str, letters: str) -> tuple[tuple[int, int], ...]:
    """ "nr" is "New request": the first letters of its words, in their order, from the first on."""
    starts = [at for at, sign in enumerate(text) if sign.isalnum() and _begins_word(text, at)]
    if len(letters) < 2 or "".join(text[at] for at in starts[: len(letters)]) != letters:
        return ()
    return tuple((at, at + 1) for at in starts[: len(letters)])


def _joined(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)
