"""Builds the JSON body of a create request from its values. Pure; any thread; raises nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .model import Field, FieldKind, Pair


def build_payload(pair: Pair, values: Mapping[str, object]) -> dict[str, object]:
    """The body to send: the pair's fixed members, then the values in the order of its fields.

    Omitted and empty values are not sent, at any depth. Members unknown to the pair are sent unchanged, last:
    validation has reported them, and a request is never changed silently.
    """
    payload: dict[str, Any] = {} if pair.inside else dict(pair.fixed)
    for field in pair.fields:
        value = _sent(field, values.get(field.name))
        if is_left_out(value):
            continue
        if field.node is None:
            payload[field.name] = value
        else:
            node, key = field.node
            payload.setdefault(node, {})[key] = value if field.is_asset else {"type": "primitive", "value": value}
    for name, value in values.items():
        if name not in payload and pair.field(name) is None and not is_left_out(value):
            payload[name] = value
    return {**pair.fixed, pair.inside: payload} if pair.inside else payload


def is_left_out(value: object) -> bool:
    """Whether a value counts as not given: None, a blank text, an empty list or object."""
    if value is None:
        return True
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, int | float):
        # Before the abstract classes, whose `isinstance` is slow.
        return False
    return isinstance(value, Mapping | Sequence) and not value


def _sent(field: Field | None, value: object) -> object:
    if isinstance(value, Mapping):
        inner = {known.name: known for known in _inner_fields(field)}
        members = {name: _sent(inner.get(name), member) for name, member in value.items()}
        return {name: member for name, member in members.items() if not is_left_out(member)}
    if isinstance(value, Sequence) and not isinstance(value, str):
        items = [_sent(field, item) for item in value]
        return [item for item in items if not is_left_out(item)]
    whole = field is not None and field.kind in (FieldKind.INTEGER, FieldKind.CHOICE)
    if whole and isinstance(value, float) and value.is_integer():
        return int(value)  # A number from a table or a slider: the wire wants 5, not 5.0.
    return value


def _inner_fields(field: Field | None) -> list[Field]:
    if field is None:
        return []
    return [*field.fields, *(inner for variant in field.variants for inner in variant.fields)]
