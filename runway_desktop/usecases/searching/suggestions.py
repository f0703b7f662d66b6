"""Completions for the word at the cursor of the search line: keys, then values with numbers of tasks. Values without
tasks are left out.

Pure: the library's names are a parameter. Nothing raises.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from runway_desktop.catalog.labels import endpoint_label, model_label
from runway_desktop.domain.library import Page, PageCounts, folded
from runway_desktop.domain.task import MOST_STARS
from runway_desktop.texts import number
from runway_desktop.values import Struct

from .language import ALIASES, DAYS, IS, KEYS, ME, PAGES, PIECE, STATES, Term, asker_words


class Suggestion(Struct, frozen=True):
    """`line` and `cursor` are the search line after accepting it."""

    text: str
    detail: str
    line: str
    cursor: int


def suggestions(line: str, cursor: int, known: PageCounts, most: int = 12) -> list[Suggestion]:
    """Completions for the word at the cursor: keys, or after a colon values with counts."""
    start = _start_of_word(line, cursor)
    word = line[start:cursor]
    minus = "-" if word.startswith("-") else ""
    word = word[len(minus) :]
    key, colon, value = word.partition(":")
    key = ALIASES.get(key.lower(), key.lower())
    if not colon:
        if not word and not minus:
            return []
        begun = [(name, words) for name, words in KEYS.items() if name.startswith(word.lower())]
        found = [(f"{name}:", words) for name, words in begun if values_of(name, known)]
        return [_suggested(line, start, cursor, minus + text, "  ".join((text, str(words))), "", space=False)
                for text, words in found][:most]  # fmt: skip
    if key not in KEYS:
        return []
    typed = folded(value.strip('"'))
    values = [
        (text, count)
        for text, count in values_of(key, known)
        if count != 0 and (typed in folded(text) or typed in folded(shown_value(key, text)))
    ]
    values.sort(key=lambda pair: not folded(pair[0]).startswith(typed))
    if any(folded(text) == typed for text, _ in values[:1]):
        return []
    return [
        _suggested(
            line,
            start,
            cursor,
            minus + Term(key, text).word,
            shown_value(key, text),
            number(count) if count is not None else "",
        )
        for text, count in values[:most]
    ]


def shown_value(key: str, value: str) -> str:
    """A value as shown: models and clients have display names."""
    shown = {"model": model_label, "by": asker_words, "endpoint": endpoint_label}.get(key)
    return shown(value) if shown is not None else value


def values_of(key: str, known: PageCounts) -> list[tuple[str, int | None]]:
    """Possible values, with numbers of tasks if known; the most frequent first."""

    def ranked(counts: Iterable[tuple[str, int]]) -> list[tuple[str, int | None]]:
        return [*sorted(((name, amount) for name, amount in counts if name), key=lambda pair: (-pair[1], pair[0]))]

    by_name = {"model": known.models, "endpoint": known.endpoints, "project": known.projects, "tag": known.tags}
    if key in by_name:
        return ranked(by_name[key].items())
    match key:
        case "batch":
            # Batches with the same name are found together; latest first.
            members: Counter[str] = Counter()
            for _, name, amount in known.batches:
                members[name] += amount
            return [*members.items()]
        case "shot":
            return [*sorted(known.shots.items())]
        case "cast":
            return ranked((name, amount) for _, name, amount in known.cast)
        case "by":
            return [(name, None) for name in (ME, *known.clients)] if known.clients else []
        case "state":
            return [(name, sum(known.states.get(one, 0) for one in states)) for name, states in STATES.items()]
        case "rating":
            return [
                (f"{MOST_STARS}", known.ratings.get(MOST_STARS, 0)),
                *((f">={n}", sum(count for stars, count in known.ratings.items() if stars >= n)) for n in (4, 3, 2, 1)),
                ("0", known.ratings.get(0, 0)),
            ]
        case "is":
            return [(name, _how_many(name, known)) for name in IS]
        case _:
            return [(text, None) for text in _EXAMPLES.get(key, ())]


_EXAMPLES = {
    **dict.fromkeys(("date", "before", "after"), DAYS),
    "cost": (">=100", "<=20", "20..60"),
    "length": (">=8", "<=5", "5..10"),
}


def _how_many(name: str, known: PageCounts) -> int | None:
    """Number of tasks that `is:name` finds; None if unknown."""
    if name in STATES:
        return sum(known.states.get(one, 0) for one in STATES[name])
    if name in ("rated", "unrated"):
        return sum(count for stars, count in known.ratings.items() if (stars > 0) is (name == "rated"))
    page = Page.PICKS if name == "pick" else PAGES.get(name)
    return known.pages.get(page, 0) if page is not None else None


def _start_of_word(line: str, cursor: int) -> int:
    """Start of the word at the cursor; blanks inside quotation marks belong to it."""
    start = 0
    for piece in PIECE.finditer(line):
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
