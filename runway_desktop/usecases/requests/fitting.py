"""What a field takes, in a few words, and the value nearest to one that does not fit. Pure; never raises."""

from __future__ import annotations

from typing import Any

from runway_desktop.catalog import Field, FieldKind, Pair, number_in_words, validate, value_from_text, value_in_words
from runway_desktop.values import replace

_MOST_SAID = 8
_SCALARS = (FieldKind.CHOICE, FieldKind.INTEGER, FieldKind.NUMBER)


def fits(pair: Pair, field: Field, value: Any) -> bool:
    """Whether the pair takes this value, whatever its other fields hold."""
    return not any(finding.path[:1] == (field.name,) for finding in validate(pair, {field.name: value}))


def takes(field: Field) -> str:
    """ "4, 6 or 8 s", "3 to 10 s"; empty where it cannot be said in a few words."""
    if field.kind not in _SCALARS:
        return ""
    unit = f" {field.unit}" if field.unit else ""
    words = [value_in_words(choice) for choice in field.choices]
    if field.kind is FieldKind.CHOICE:
        if len(words) > _MOST_SAID:
            return f"one of {len(words)}, such as {words[0]}{unit}"
        return f"{_any_of(words)}{unit}"
    low, high = number_in_words(field.minimum), number_in_words(field.maximum)
    if field.minimum is not None and field.maximum is not None:
        words.insert(0, f"{low} to {high}{unit}")
    elif field.minimum is not None:
        words.insert(0, f"{low}{unit} or more")
    elif field.maximum is not None:
        words.insert(0, f"up to {high}{unit}")
    return _any_of(words)


def sentence(pair: Pair, field: Field) -> str:
    """ "Veo 3.1 Fast takes 4, 6 or 8 s."; empty where it cannot be said in a few words."""
    said = takes(field)
    if not said:
        return ""
    return f"{pair.label} takes {said}." if field.unit == "s" else f"{field.label} for {pair.label}: {said}."


def nearest(field: Field, value: Any) -> Any:
    """The value nearest to one that does not fit; of two as near the higher. None where nothing is near."""
    numbers = [choice for choice in field.choices if isinstance(choice, int | float)]
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and (numbers or not field.choices):
        # A number that is none of the choices stays as it was typed.
        value = value_from_text(replace(field, kind=FieldKind.NUMBER, choices=()), value)
    if isinstance(value, int | float):
        if numbers:
            return min(numbers, key=lambda choice: (abs(choice - value), -choice))
        if field.kind in (FieldKind.INTEGER, FieldKind.NUMBER):
            low = field.minimum if field.minimum is not None else value
            high = field.maximum if field.maximum is not None else value
            kept = max(low, min(high, value))
            return round(kept) if field.kind is FieldKind.INTEGER else kept
        return None
    from difflib import get_close_matches

    words = {str(choice): choice for choice in field.choices}
    near = get_close_matches(str(value), words, n=1)
    return words[near[0]] if near else None


def _any_of(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else "".join(words)
