"""Text matching of the palette: rank of a text for a query, and the matching letters. Pure.

Every word of the query must be found. Ranks: the whole text or a whole synonym; the beginning of the text; beginnings
of its words; with the help of synonyms; words of a long sentence; inside of words; initials; only its hidden words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from enum import IntEnum

from runway_desktop.domain.library import folded, search_words
from runway_desktop.values import Struct

LONGEST_NAME = 6
"""A text of more words is a sentence, not a name."""
LEAST_CORRECTED = 4
"""Shorter words are not corrected: too many others are similar."""
_ALIKE = 0.75
"""Similarity for corrections: one letter of four may differ."""
_WORD = re.compile(r"[^\W_]+")
_START = re.compile(r"(?<![^\W_])(?=[^\W_])")
_MARK = "\n"
"""Marks the start of each word in texts that are only searched for beginnings of words."""


class Rank(IntEnum):
    """Best first."""

    WHOLE = 0
    BEGINS = 1
    WORDS_BEGIN = 2
    SYNONYM = 3
    SENTENCE = 4
    """Beginnings of words in a sentence, which is seldom searched for by them."""
    INSIDE = 5
    INITIALS = 6
    ELSEWHERE = 7


class SearchText(Struct, frozen=True):
    """The searchable texts of an entry, folded once; in those that end with `begun`, each word is marked."""

    plain: str
    plain_begun: str
    synonyms: str
    """Format: ", one, another,"."""
    own_begun: str
    """The text and its synonyms."""
    own_words: frozenset[str]
    """The same as whole words."""
    all_begun: str
    """Those, and the words of its description."""
    initials: str
    everything: str
    """All texts, to exclude an entry quickly."""


class Typed(Struct, frozen=True):
    words: tuple[str, ...]
    begun: tuple[str, ...]
    phrase: str


def searched(text: str, synonyms: str = "", also: str = "") -> SearchText:
    """`synonyms` are separated by commas; `also` is a description. Neither is shown."""
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
    """The rank of an entry; None if a word is not found."""
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
    # Hidden texts match only at beginnings of words: any two letters occur somewhere.
    pairs = zip(typed.words, typed.begun, strict=True)
    return Rank.ELSEWHERE if all(begun in one.all_begun or word in one.plain for word, begun in pairs) else None


def letters_of(text: str, typed: Typed) -> tuple[tuple[int, int], ...]:
    """The matching spans of a text (start, end), sorted, without overlaps."""
    plain = folded(text)
    if len(plain) != len(text):
        # Folding has changed the length, as for a ligature, so indexes would not fit.
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
    """Corrects typing errors in words that no known word begins with, except in their first letter. Numbers, as in "cap
    500", are dropped."""
    named = [word for word in typed.words if not word.isdecimal()]
    return _of_words(tuple(_corrected(word, among) for word in named or typed.words))


def _corrected(word: str, among: Sequence[SearchText]) -> str:
    near = {own[: len(word)] for one in among for own in one.own_words if own[0] == word[0]}
    if len(word) < LEAST_CORRECTED or word in near:
        return word
    return next(iter(get_close_matches(word, near, 1, _ALIKE)), word)


def _has_all(text: str, words: Sequence[str]) -> bool:
    # A loop, since this runs several times for each entry and key press: `all` with a generator takes three times as
    # long.
    for word in words:  # noqa: SIM110
        if word not in text:
            return False
    return True


def _of_words(words: tuple[str, ...]) -> Typed:
    return Typed(words, tuple(map(_begun, words)), " ".join(words))


def _begun(text: str) -> str:
    return _START.sub(_MARK, text)


def _position(text: str, word: str) -> int | None:
    """The first occurrence at the beginning of a word, else the first."""
    at = text.find(word)
    first = at
    while at > 0 and text[at - 1].isalnum():
        at = text.find(word, at + 1)
    found = at if at >= 0 else first
    return found if found >= 0 else None
