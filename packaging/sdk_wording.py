"""Reads bounds, lengths and defaults out of the wording that the official SDK's field descriptions keep to.

Pure functions from one description (white space already collapsed) to facts. A wording that is not known yields
nothing: a missing bound only means that the server is the first to object. Raises nothing. Used by
`update_catalog.py` at development time, never by the program.
"""

from __future__ import annotations

import re
from typing import Any

NUMBER_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
_NUMBER = r"-?\d+(?:\.\d+)?"
_COUNT = r"(\d+|" + "|".join(NUMBER_WORDS) + ")"
_COUNTED = r"(?:images?|videos?|clips?|keyframes?|reference audio clips?|audio clips?|reference images?)"

_RANGES = (
    re.compile(rf"(?:integer|number) from ({_NUMBER}) to ({_NUMBER})"),
    re.compile(rf"between ({_NUMBER}) and ({_NUMBER})(?: seconds| \(inclusive\))"),
    re.compile(rf"\(({_NUMBER})\s*[-\u2013]\s*({_NUMBER})\)"),
    re.compile(rf"from ({_NUMBER})(?: \([^)]*\))? to ({_NUMBER})"),
    re.compile(rf"fraction \[({_NUMBER}), ({_NUMBER})\]"),
    re.compile(rf"\b({_NUMBER}) gives the model .*?\b({_NUMBER}) makes it"),
)
_DEFAULTS = (
    re.compile(r"Defaults to [`\"]([^`\"]+)[`\"]"),
    re.compile(rf"Defaults to ({_NUMBER}\b|\w+)"),
    re.compile(r"`([^`]+)` \((?:the )?default\)"),
    re.compile(r"\b(\w+) \((?:the )?default\)"),
    re.compile(rf"\b({_NUMBER}) is (?:default|normal|unchanged)"),
    re.compile(r"Default (true|false) "),
)


def number_bounds(text: str) -> tuple[float | int | None, float | int | None]:
    """The smallest and largest allowed number, each None when the text does not say."""
    for pattern in _RANGES:
        if found := pattern.search(text):
            return _number(found[1]), _number(found[2])
    return None, None


def text_lengths(text: str) -> tuple[int | None, int | None]:
    """The shortest and longest allowed text in UTF-16 code units."""
    if found := re.search(r"(\d+)-(\d+) characters", text):
        return int(found[1]), int(found[2])
    longest = re.search(r"up to ([\d,]+) characters", text)
    shortest = 1 if re.search(r"[Nn]on-empty", text) else None
    return shortest, int(longest[1].replace(",", "")) if longest else None


def text_pattern(text: str) -> str | None:
    """A regular expression that the whole text must match."""
    if "start with a letter, and use only letters, digits, and underscores" in text:
        return "[A-Za-z][A-Za-z0-9_]*"
    if "six-digit hex" in text:
        return "#[0-9A-Fa-f]{6}"
    return None


def item_counts(text: str) -> tuple[int | None, int | None]:
    """The least and greatest number of items of a list."""
    if found := re.search(rf"(?i)\b{_COUNT} to {_COUNT} {_COUNTED}", text) or re.search(
        r"\((\d+)-(\d+)(?: shots)?\)", text
    ):
        return _count(found[1]), _count(found[2])
    if found := re.search(rf"(?i)\bup to {_COUNT} {_COUNTED}", text) or re.search(rf"\(up to {_COUNT}\)", text):
        return None, _count(found[1])
    return None, None


def default_value(text: str, kind: str, choices: list[Any]) -> Any:
    """The server's default for a missing field; None if the text names none, or only under a condition."""
    if re.search(r"Defaults to \S+ (?:\([^)]*\) )?when", text):
        return None
    for word in (found[1] for pattern in _DEFAULTS for found in pattern.finditer(text)):
        for choice in choices:
            if str(choice) == word:
                return choice
        if kind == "switch" and word in ("true", "false"):
            return word == "true"
        if kind in ("integer", "number") and re.fullmatch(_NUMBER, word):
            return _number(word)
    return None


def deprecated_choices(text: str) -> list[str]:
    """Deprecated choices, which the server still accepts."""
    return re.findall(r"`([^`]+)` - Deprecated:", text)


def media_kinds(text: str) -> list[str]:
    """Kinds of media of an asset, if the text describes an asset's URI."""
    return sorted(set(re.findall(r"containing an encoded (image|video|audio)", text)))


def data_uri_megabytes(text: str) -> int | None:
    found = re.search(r"data:[^`]*`, up to (\d+)MB", text)
    return int(found[1]) if found else None


def media_facts(text: str) -> dict[str, Any]:
    """Bounds of the media by a field's description: lengths in seconds, sides in pixels, aspect ratio."""
    facts: dict[str, Any] = {}
    if found := re.search(
        rf"(?:must be|Total duration across all segments must be) between ({_NUMBER}) and ({_NUMBER}) seconds", text
    ):
        key = "total_seconds" if "Total duration" in found[0] else "seconds"
        facts[key] = [_number(found[1]), _number(found[2])]
    if found := re.search(rf"(?:must not exceed|must be less than|together at most) ({_NUMBER}) seconds", text):
        facts["total_seconds"] = [None, _number(found[1])]
    if found := re.search(rf"at least ({_NUMBER}) pixels on both sides", text):
        facts["least_side"] = _number(found[1])
    if found := re.search(rf"\(width / height\) must be between ({_NUMBER}) and ({_NUMBER})", text):
        facts["aspect"] = [_number(found[1]), _number(found[2])]
    return facts


def conditions(text: str) -> dict[str, Any]:
    """Conditions under which a field depends on others of the request."""
    facts: dict[str, Any] = {}
    if found := re.search(r"Only valid when `(\w+)` is ((?:`[^`]+`(?:, or |, | or )?)+)", text):
        facts["only_when"] = {"field": found[1], "values": re.findall(r"`([^`]+)`", found[2])}
    if re.search(r"Requires at least one reference image", text):
        facts["requires"] = ["referenceImages"]
    if re.search(r"require at least one image reference", text):
        facts["requires"] = ["references"]
    if re.search(r"require a text prompt", text):
        facts["requires"] = ["promptText"]
    if found := re.search(r"must sum to `(\w+)`", text):
        facts["sums_to"] = found[1]
    if "no other generation fields may be provided" in text:
        facts["alone"] = True
    if re.search(r"not support generating with only a last frame|A last frame requires a first frame", text):
        facts["first_needed"] = True
    return facts


def _number(word: str) -> float | int:
    return float(word) if "." in word else int(word)


def _count(word: str) -> int:
    return NUMBER_WORDS.get(word.lower()) or int(word)
