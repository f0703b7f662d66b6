"""Expands one prompt or row to many: `{fog|clear sky}` in a prompt, and axes such as every ratio with every seed.

Pure, stdlib only, any thread; raises nothing for typed text. Braces nest. `\\{`, `\\|` and `\\}` are escapes. Braces
without a partner, or without a bar between them, are literal.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from runway_desktop.values import Struct

MOST = 1_000
"""Most texts of one prompt, and most combinations of all axes. Each is paid for, so more is a mistake."""
DEEPEST = 12
"""Nesting depth; deeper braces are literal."""

_ESCAPED = frozenset("{|}")
PLACE = "{}"
"""Where the value of an axis goes in a prompt."""


class Expansion(Struct, frozen=True):
    """One text of a prompt. `choices`: the choice of each outermost group, in order."""

    text: str
    choices: tuple[str, ...] = ()


class Axis(Struct, frozen=True):
    """Each task is made once per value of the column `key`. `title`: of the column."""

    key: str
    title: str
    values: tuple[Any, ...]


class _Group(Struct, frozen=True):
    """A group of a prompt, with its choices."""

    start: int
    end: int
    """Position after the closing brace."""
    choices: tuple[_Sequence, ...]


_Sequence = tuple["str | _Group", ...]


def expansions(prompt: str, most: int = MOST) -> tuple[Expansion, ...]:
    """The texts of a prompt, at most `most`; the last group varies fastest. Without a group, the prompt itself."""
    parts = _parse(prompt)
    return tuple(itertools.islice(_texts(parts), most))


def count(prompt: str) -> int:
    """Number of texts, without making them."""
    return _count(_parse(prompt)) if "{" in prompt else 1


def groups(prompt: str) -> tuple[tuple[int, int], ...]:
    """Start and end positions of the outermost groups, for highlighting."""
    if "{" not in prompt:
        return ()
    return tuple((part.start, part.end) for part in _parse(prompt) if isinstance(part, _Group))


def escaped(text: str) -> str:
    """The text with all special characters escaped."""
    return re.sub(r"([{|}])", r"\\\1", text)


def literal(text: str) -> str:
    """The text, escaped only if it would expand or be changed otherwise."""
    return text if expansions(text, 2) == (Expansion(text),) else escaped(text)


def with_added(prompt: str, value: str) -> str:
    """The prompt with a value in each place `{}`, or else at its end."""
    if PLACE in prompt:
        return prompt.replace(PLACE, value)
    if not prompt.strip():
        return value
    begun = prompt.rstrip()
    # No comma after one, nor after a full stop, in any script.
    return f"{begun}{' ' if unicodedata.category(begun[-1]) == 'Po' else ', '}{value}"


def combinations(axes: Sequence[Axis], most: int = MOST) -> list[tuple[Any, ...]]:
    """The Cartesian product of the axes, the last one varies fastest. One empty tuple without axes."""
    return list(itertools.islice(itertools.product(*(axis.values for axis in axes)), most))


def values_from_text(text: str) -> tuple[str, ...]:
    """Values typed by a person: one per line, or one line with commas; `1..4` is a range. Without duplicates, in
    order."""
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
    """For each opening brace of a group: its closing brace and its own bars."""
    found: dict[int, tuple[int, tuple[int, ...]]] = {}
    opened: list[tuple[int, list[int]]] = []
    position = 0
    while position < len(prompt):
        match prompt[position]:
            case "\\" if prompt[position + 1 : position + 2] in _ESCAPED:
                position += 1
            case "{":
                opened.append((position, []))
            case "|" if opened:
                opened[-1][1].append(position)
            case "}" if opened:
                start, bars = opened.pop()
                if bars and len(opened) < DEEPEST:
                    found[start] = (position, tuple(bars))
        position += 1
    return found


def _sequence(prompt: str, start: int, end: int, partners: dict[int, tuple[int, tuple[int, ...]]]) -> _Sequence:
    parts: list[str | _Group] = []
    plain: list[str] = []
    position = start
    while position < end:
        sign = prompt[position]
        if sign == "\\" and position + 1 < end and prompt[position + 1] in _ESCAPED:
            plain.append(prompt[position + 1])
            position += 2
        elif position in partners:
            if plain:
                parts.append("".join(plain))
                plain = []
            close, bars = partners[position]
            edges = (position, *bars, close)
            choices = tuple(_sequence(prompt, left + 1, right, partners) for left, right in itertools.pairwise(edges))
            parts.append(_Group(position, close + 1, choices))
            position = close + 1
        else:
            plain.append(sign)
            position += 1
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
    """Lazy, so that a prompt of a million texts is not expanded for the first thousand."""
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
