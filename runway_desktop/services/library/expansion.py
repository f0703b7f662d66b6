"""One prompt or row that stands for many: `{fog|clear sky}` in a prompt, and axes such as every ratio with every seed.

Pure, stdlib only, any thread; raises nothing for what was typed. Braces nest. `\\{`, `\\|` and `\\}` are the signs
themselves, and so are braces that have no partner or no bar between them.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Any

from runway_desktop.values import Struct

MOST = 1_000
"""Texts of one prompt, and combinations of all axes. Each is paid for; nobody means more."""
DEEPEST = 12
"""Braces inside braces; deeper ones are taken as written."""

_ESCAPED = frozenset("{|}")


class Expansion(Struct, frozen=True):
    """One text that a prompt stands for. `choices`: what was taken of each outermost group, in their order."""

    text: str
    choices: tuple[str, ...] = ()


class Axis(Struct, frozen=True):
    """Every task is made once for each of `values`, which are cells of the column `key`. `title` is the column's."""

    key: str
    title: str
    values: tuple[Any, ...]


class _Group(Struct, frozen=True):
    """Braces of a prompt, with what they choose from."""

    start: int
    end: int
    """Behind the closing brace."""
    choices: tuple[_Sequence, ...]


_Sequence = tuple["str | _Group", ...]


def expansions(prompt: str, most: int = MOST) -> tuple[Expansion, ...]:
    """Every text that the prompt stands for, the last group moving fastest; itself where it has no group. At most
    `most` of them."""
    parts = _parse(prompt)
    return tuple(itertools.islice(_texts(parts), most))


def count(prompt: str) -> int:
    """How many texts the prompt stands for, without making them."""
    return _count(_parse(prompt)) if "{" in prompt else 1


def groups(prompt: str) -> tuple[tuple[int, int], ...]:
    """Where the outermost groups stand: first position, and the one behind the last. For highlighting."""
    if "{" not in prompt:
        return ()
    return tuple((part.start, part.end) for part in _parse(prompt) if isinstance(part, _Group))


def escaped(text: str) -> str:
    """The text written so that it stands for itself alone."""
    return re.sub(r"([{|}])", r"\\\1", text)


def literal(text: str) -> str:
    """The text, written so that it stands for itself, where it would not anyway."""
    return text if expansions(text, 2) == (Expansion(text),) else escaped(text)


def combinations(axes: Sequence[Axis], most: int = MOST) -> list[tuple[Any, ...]]:
    """A value of each axis, in every way, the last axis moving fastest. A lone empty one without axes."""
    return list(itertools.islice(itertools.product(*(axis.values for axis in axes)), most))


def values_from_text(text: str) -> tuple[str, ...]:
    """The values that a person lists: a line each, or in one line apart by commas; `1..4` are all from 1 to 4. Each
    once, in order."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if len(lines) == 1:
        lines = [part.strip() for part in lines[0].split(",") if part.strip()]
    found: dict[str, None] = {}
    for line in lines:
        span = re.fullmatch(r"(\d{1,10})\s*(?:\.\.|…|–|-)\s*(\d{1,10})", line)
        if span is None:
            found[line] = None
            continue
        first, last = int(span.group(1)), int(span.group(2))
        found |= dict.fromkeys(str(value) for value in range(first, min(last, first + MOST - 1) + 1))
    return tuple(found)[:MOST]


def _parse(prompt: str) -> _Sequence:
    return _sequence(prompt, 0, len(prompt), _partners(prompt))


def _partners(prompt: str) -> dict[int, tuple[int, tuple[int, ...]]]:
    """For each opening brace of a group: where it closes, and where its own bars are."""
    found: dict[int, tuple[int, tuple[int, ...]]] = {}
    opened: list[tuple[int, list[int]]] = []
    place = 0
    while place < len(prompt):
        match prompt[place]:
            case "\\" if prompt[place + 1 : place + 2] in _ESCAPED:
                place += 1
            case "{":
                opened.append((place, []))
            case "|" if opened:
                opened[-1][1].append(place)
            case "}" if opened:
                start, bars = opened.pop()
                if bars and len(opened) < DEEPEST:
                    found[start] = (place, tuple(bars))
        place += 1
    return found


def _sequence(prompt: str, start: int, end: int, partners: dict[int, tuple[int, tuple[int, ...]]]) -> _Sequence:
    parts: list[str | _Group] = []
    plain: list[str] = []
    place = start
    while place < end:
        sign = prompt[place]
        if sign == "\\" and place + 1 < end and prompt[place + 1] in _ESCAPED:
            plain.append(prompt[place + 1])
            place += 2
        elif place in partners:
            if plain:
                parts.append("".join(plain))
                plain = []
            close, bars = partners[place]
            edges = (place, *bars, close)
            choices = tuple(_sequence(prompt, left + 1, right, partners) for left, right in itertools.pairwise(edges))
            parts.append(_Group(place, close + 1, choices))
            place = close + 1
        else:
            plain.append(sign)
            place += 1
    if plain:
        parts.append("".join(plain))
    return tuple(parts)


def _count(parts: _Sequence) -> int:
    total = 1
    for part in parts:
        if isinstance(part, _Group):
            total *= sum(map(_count, part.choices))
    return total


def _texts(parts: _Sequence) -> Iterator[Expansion]:
    """Lazily, so that a prompt of a million texts is not made for the first thousand."""
    if not parts:
        yield Expansion("")
        return
    *before, last = parts
    if isinstance(last, str):
        for found in _texts(tuple(before)):
            yield Expansion(found.text + last, found.choices)
        return
    for found in _texts(tuple(before)):
        for choice in last.choices:
            for inner in _texts(choice):
                yield Expansion(found.text + inner.text, (*found.choices, inner.text))
