"""The shape of a request: a stable word for the settings that decide what it costs and how long it takes. Pure.

Two requests of one shape differ only in their words, their seed and their inputs, so what Runway said of one is a
fair guess for the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .task import Request

_WORDS_OF_THE_PERSON = frozenset({"prompt", "promptText", "text", "negativePrompt", "previousText", "nextText", "tag"})
_IDENTITIES = frozenset({"seed", "id", "avatarId", "draftTaskId"})
_LONGEST_CHOICE = 32
"""Choices on the wire ("1280:720", "runway-preset") are shorter and have no blanks; a longer text is somebody's
words."""


def shape_of(request: Request) -> str:
    """All scalar settings but prompts, seeds, ids and inputs, by name: "duration=5;ratio=1280:720". Empty when there
    are none.

    Lists are left out: on the wire they hold inputs and prompts.
    """
    return ";".join(f"{name}={word}" for name, word in sorted(_settings(request.values, "")))


def _settings(values: Mapping[str, Any], above: str) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        path = f"{above}{name}"
        if name in _WORDS_OF_THE_PERSON or name in _IDENTITIES:
            continue
        match value:
            case bool():
                yield path, "true" if value else "false"
            case int() | float():
                yield path, f"{value:.10g}"
            case str() if _is_choice(value):
                yield path, value
            case Mapping():
                yield from _settings(value, f"{path}.")
            case _:
                pass


def _is_choice(text: str) -> bool:
    is_link = "://" in text or text.startswith("data:")
    return 0 < len(text) <= _LONGEST_CHOICE and not is_link and not any(map(str.isspace, text))
