"""Cross-field rules of a pair, and which part of a nested value a pair accepts: for forms, and for switching models.

Pure; any thread; never raises for invalid values.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, MutableSequence, Sequence
from typing import Any

from runway_desktop.texts import _, quoted

from . import labels
from .assets import Path, any_of, copy_of
from .model import Field, Pair
from .payload import is_left_out
from .validation import Finding, label_of, validate

_MOST_STEPS = 64
"""Give up on a value with more problems than this."""


def idle_reason(pair: Pair, values: Mapping[str, object], field: Field) -> str:
    """Why a field has no effect with the present values, as a sentence; empty if it has an effect."""
    if field.only_when is not None:
        other, allowed = field.only_when
        chosen = values.get(other)
        known = pair.field(other)
        if is_left_out(chosen) and known is not None:
            chosen = known.default
        if chosen not in allowed:
            words = any_of([labels.choice_label(other, choice) for choice in allowed])
            return _("Applies only when “{other}” is {values}.", other=known.label if known else other, values=words)
    lacking = [name for name in field.requires if is_left_out(values.get(name))]
    if lacking:
        return _("Applies only with {others}.", others=any_of([quoted(label_of(pair, name)) for name in lacking]))
    taking_all = next((found for found in pair.fields if found.alone and not is_left_out(values.get(found.name))), None)
    if taking_all is not None and taking_all is not field:
        return _("“{other}” is sent alone.", other=taking_all.label)
    return ""


def kept_part(pair: Pair, values: Mapping[str, object], name: str, value: object) -> tuple[object, tuple[str, ...]]:
    """The part of `value` that the pair accepts as its field `name`, given `values`, and labels of what was removed.

    None if no part is valid. A scalar is accepted as a whole or not at all.
    """
    kept: Any = copy_of(value)
    lost: list[str] = []
    for __ in range(_MOST_STEPS):
        if is_left_out(kept):
            return None, ()
        fault = next(
            (found for found in validate(pair, {**values, name: kept}) if found.path[:1] == (name,)),
            None,
        )
        if fault is None:
            return kept, tuple(dict.fromkeys(lost))
        if not isinstance(kept, Mapping | list):
            return None, ()
        kept = _without(kept, fault, lost)
    return None, ()


def with_what_belongs_together(fields: Sequence[Field]) -> list[Field]:
    """The fields in their order, but each dependent field directly after the field that it depends on."""
    names = {field.name for field in fields}
    leaders: dict[str, list[Field]] = {}
    first: list[Field] = []
    for field in fields:
        needs = [*([field.only_when[0]] if field.only_when else []), *field.requires]
        leader = next((name for name in needs if name in names and name != field.name), None)
        if leader is None:
            first.append(field)
        else:
            leaders.setdefault(leader, []).append(field)
    ordered: list[Field] = []
    for field in first:
        ordered += [field, *leaders.pop(field.name, ())]
    return [*ordered, *(field for rest in leaders.values() for field in rest)]


def _without(value: Any, fault: Finding, lost: list[str]) -> Any:
    """The value without what the finding names; or, if that is missing, without its nearest existing parent."""
    path: Path = fault.path[1:]
    while path:
        holder = value
        for step in path[:-1]:
            holder = holder[step]
        last = path[-1]
        if isinstance(holder, MutableMapping) and last in holder:
            del holder[last]
            lost.append(str(labels.field_words(str(last)).label))
            return value
        if isinstance(holder, MutableSequence) and isinstance(last, int) and last < len(holder):
            del holder[last]
            lost.append(_("one of them"))
            return value
        path = path[:-1]
    return None
