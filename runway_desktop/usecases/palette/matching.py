"""How well a text fits what was typed, and which of its letters did. Pure.

Every word that was typed must be found. The whole text or a whole synonym comes first, then a text that begins so,
then words at the beginning of its words, then with the help of synonyms, then sentences that have them, then inside of
words, then by initials, and last what is found by its other words alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from enum import IntEnum

from runway_desktop.domain.library import folded, search_words
from runway_desktop.values import Struct

LONGEST_NAME = 6
"""Words of a text that is a name. A longer one is a sentence."""
LEAST_CORRECTED = 4
"""Letters of a word that may hold a slip: a shorter one is too near to many others."""
_ALIKE = 0.75
"""One letter of four is another one."""
_WORD = re.compile(r"[^\W_]+")
_START = re.compile(r"(?<![^\W_])(?=[^\W_])")
_MARK = "\n"
"""Stands before each word where only beginnings of words are looked for."""


class Rank(IntEnum):
    """The better ones first."""

    WHOLE = 0
    BEGINS = 1
    WORDS_BEGIN = 2
    SYNONYM = 3
    SENTENCE = 4
    """At the beginning of its words, of which there are many: it is hardly called by them."""
    INSIDE = 5
    INITIALS = 6
    ELSEWHERE = 7


class SearchText(Struct, frozen=True):
    """The words of one thing, folded once; those that end in `begun` with a mark before each."""

    plain: str
    plain_begun: str
    synonyms: str
    """", one, another,"."""
    own_begun: str
    """The text and its synonyms."""
    own_words: frozenset[str]
    """The same as whole words."""
    all_begun: str
    """Those, and the words of what is said about it."""
    initials: str
    everything: str
    """For a quick no."""


class Typed(Struct, frozen=True):
    words: tuple[str, ...]
    begun: tuple[str, ...]
    phrase: str


def searched(text: str, synonyms: str = "", also: str = "") -> SearchText:
    """`synonyms` are what people call it, separated by commas; `also` is what is said about it. Neither is shown."""
    plain = folded(text)
    listed = f", {', '.join(' '.join(one.split()) for one in folded(synonyms).split(','))},"
    plain_begun = _begun(plain)
    own_begun = plain_begun + _begun(listed)
    all_begun = own_begun + _begun(f" {folded(also)}")
    initials = "".join(word[0] for word in _WORD.findall(plain))
    everything = f"{plain} {listed} {folded(also)} {initials}"
    own_words = frozenset(_WORD.findall(own_begun))
    return SearchText(plain, plain_begun, listed, own_begun, own_words, all_begun, initials, everything)


def typed_words(typed: str) -> Typed:
    return _of_words(search_words(typed))


def rank_of(one: SearchText, typed: Typed) -> Rank | None:
    """How well it fits; None where a word is not found."""
    if not _has_all(one.everything, typed.words):
        return None
    phrase = typed.phrase
    if one.plain.startswith(phrase):
        return Rank.WHOLE if one.plain == phrase else Rank.BEGINS
    if f", {phrase}," in one.synonyms:
        return Rank.WHOLE
    if _has_all(one.own_begun, typed.begun):
        if not _has_all(one.plain_begun, typed.begun):
            return Rank.SYNONYM
        return Rank.WORDS_BEGIN if len(one.initials) <= LONGEST_NAME else Rank.SENTENCE
    if _has_all(one.plain, typed.words):
        return Rank.INSIDE
    if len(typed.words) == 1 and len(phrase) > 1 and one.initials.startswith(phrase):
        return Rank.INITIALS
    # What is not shown is found by the beginnings of its words alone: any two letters stand somewhere.
    pairs = zip(typed.words, typed.begun, strict=True)
    return Rank.ELSEWHERE if all(begun in one.all_begun or word in one.plain for word, begun in pairs) else None


def letters_of(text: str, typed: Typed) -> tuple[tuple[int, int], ...]:
    """Where the letters that were typed begin in a text, and the place after their last; in order, none in another."""
    plain = folded(text)
    if len(plain) != len(text):
        # Folding made it longer, as of a ligature: places in one are not those in the other.
        plain = text.casefold() if len(text.casefold()) == len(text) else text
    spans = [(at, at + len(word)) for word in typed.words if (at := _position(plain, word)) is not None]
    starts = [found.start() for found in _WORD.finditer(plain)][: len(typed.phrase)]
    if not spans and len(starts) > 1 and "".join(plain[at] for at in starts) == typed.phrase:
        spans = [(at, at + 1) for at in starts]
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def corrected(typed: Typed, among: Sequence[SearchText]) -> Typed:
    """With slips of the finger mended in words that begin no known one. Their first letter is taken as meant. An
    amount, as in "cap 500", is left out."""
    named = [word for word in typed.words if not word.isdecimal()]
    return _of_words(tuple(_corrected(word, among) for word in named or typed.words))


def _corrected(word: str, among: Sequence[SearchText]) -> str:
    near = {own[: len(word)] for one in among for own in one.own_words if own[0] == word[0]}
    if len(word) < LEAST_CORRECTED or word in near:
        return word
    return next(iter(get_close_matches(word, near, 1, _ALIKE)), word)


def _has_all(text: str, words: Sequence[str]) -> bool:
    # Asked several times for each offer and letter: `all` with a generator takes three times as long.
    for word in words:  # noqa: SIM110
        if word not in text:
            return False
    return True


def _of_words(words: tuple[str, ...]) -> Typed:
    return Typed(words, tuple(map(_begun, words)), " ".join(words))


def _begun(text: str) -> str:
    return _START.sub(_MARK, text)


def _position(text: str, word: str) -> int | None:
    """The first at the beginning of a word, else the first."""
    at = text.find(word)
    first = at
    while at > 0 and text[at - 1].isalnum():
        at = text.find(word, at + 1)
    found = at if at >= 0 else first
    return found if found >= 0 else None
