"""What stands in a form, or in a blank cell, before anyone chose: only what a request must have anyway. Pure."""

from __future__ import annotations

from typing import Any

from .model import Field, FieldKind, Pair

_SECONDS = 5
"""How long a clip is where nobody says and the model has no length of its own."""
_TIMED = frozenset({"text_to_video", "image_to_video"})


def starting_values(pair: Pair) -> dict[str, Any]:
    """The value of each required field that is no text and no input: its default, else its first choice or least
    number. Fields of which none can be guessed are left out."""
    found: dict[str, Any] = {}
    for field in pair.fields:
        if field.required and not field.is_asset and field.kind not in (FieldKind.PROMPT, FieldKind.TEXT):
            value = _starting_value(field)
            if value is not None:
                found[field.name] = value
    return found


def length_left_out(pair: Pair) -> dict[str, Any]:
    """How long a clip is made where a request may leave it open and its price hangs on it: the model's default, or,
    where the catalog knows none, the length nearest to the usual one. Empty where the length is no matter of choice."""
    field = pair.field("duration")
    if pair.endpoint not in _TIMED or field is None or field.required:
        return {}
    lengths = [choice for choice in field.choices if isinstance(choice, int | float)]
    if field.default is None and lengths:
        return {field.name: min(lengths, key=lambda length: abs(length - _SECONDS))}
    least = int(max(field.minimum or 0, min(_SECONDS, field.maximum or _SECONDS)))
    return {field.name: field.default if field.default is not None else least}


def _starting_value(field: Field) -> Any:
    if field.default is not None:
        return field.default
    if field.choices:
        return field.choices[0]
    if field.kind is FieldKind.OBJECT and len(field.variants) == 1:
        return _least_variant(field)
    if field.name == "duration":
        return int(max(field.minimum or 0, min(_SECONDS, field.maximum or _SECONDS)))
    if field.kind in (FieldKind.INTEGER, FieldKind.NUMBER):
        return field.minimum
    return False if field.kind is FieldKind.SWITCH else None


def _least_variant(field: Field) -> dict[str, Any]:
    """The only form that a required object has, with the first choice for each of its required members."""
    variant = field.variants[0]
    found: dict[str, Any] = {field.tag_key: variant.tag} if field.tag_key else {}
    for member in variant.fields:
        if member.required and member.choices:
            found[member.name] = member.choices[0]
    return found
