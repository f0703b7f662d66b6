"""The finding shown at a field: Runway's refusal until the field changes, else a validation error; for a missing value
only after an attempt to send. Also: the values that a field accepts, in words, and the nearest valid value. Pure; never
raises."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from runway_desktop.catalog import (
    Field,
    FieldKind,
    Finding,
    Pair,
    is_left_out,
    number_in_words,
    validate,
    value_from_text,
    value_in_words,
)
from runway_desktop.catalog.assets import any_of
from runway_desktop.catalog.labels import unit_label
from runway_desktop.domain.task import Request
from runway_desktop.services.library import expansion
from runway_desktop.texts import _, ngettext, pgettext
from runway_desktop.values import replace

_MOST_SAID = 8
_SCALARS = (FieldKind.CHOICE, FieldKind.INTEGER, FieldKind.NUMBER)


class FieldFindings:
    def __init__(self) -> None:
        self.attempted = False
        """Whether the user tried to send this request."""
        self._refused: dict[str, str] = {}

    def refuse(self, refusals: Mapping[str, str]) -> None:
        self._refused = dict(refusals)

    def forget(self, name: str) -> None:
        """Drops a refusal, after its field has changed."""
        self._refused.pop(name, None)

    def begin_again(self) -> None:
        """Resets for another request."""
        self._refused, self.attempted = {}, False

    def at(self, name: str, findings: Sequence[Finding], value: Any) -> str:
        """The message for a field with this value; empty if there is none."""
        if name in self._refused:
            return self._refused[name]
        if not self.attempted and is_left_out(value):
            return ""
        return next((found.message for found in findings if found.path[:1] == (name,)), "")


def inside(name: str, findings: Sequence[Finding]) -> dict[tuple[str | int, ...], str]:
    """Findings inside a nested field, by the path within its value."""
    return {found.path[1:]: found.message for found in findings if len(found.path) > 1 and found.path[0] == name}


def requests_of(pair: Pair, request: Request) -> list[Request]:
    """The requests that the prompt's braces expand to."""
    field = pair.prompt_field
    if field is None or not request.prompt:
        return [request]
    return [
        replace(request, values={**request.values, field.name: found.text}, prompt=found.text)
        for found in expansion.expansions(request.prompt)
    ]


def brace_findings(pair: Pair, amount: int, requests: Callable[[], list[Request]]) -> tuple[Finding, ...]:
    """Too many tasks, or one without a required prompt. `requests` is only called if needed."""
    field = pair.prompt_field
    if field is None or amount == 1:
        return ()
    if amount > expansion.MOST:
        said = _("The braces make {n} tasks. At most {most} can be sent at once.", n=amount, most=expansion.MOST)
        return (Finding((field.name,), said),)
    if field.required and not all(request.prompt.strip() for request in requests()):
        return (Finding((field.name,), _("One of the prompts that the braces make is empty.")),)
    return ()


def fits(pair: Pair, field: Field, value: Any) -> bool:
    """Whether the pair accepts this value, independent of its other fields."""
    return not any(finding.path[:1] == (field.name,) for finding in validate(pair, {field.name: value}))


def takes(field: Field) -> str:
    """ "4, 6 or 8 s", "3 to 10 s"; empty if it cannot be said in a few words."""
    if field.kind not in _SCALARS:
        return ""
    words = [value_in_words(choice) for choice in field.choices]
    if field.kind is FieldKind.CHOICE:
        if len(words) <= _MOST_SAID:
            return _with_unit(any_of(words), field)
        example = _with_unit(words[0], field)
        return ngettext("one of {n}, such as {example}", "one of {n}, such as {example}", len(words), example=example)
    low, high = number_in_words(field.minimum), number_in_words(field.maximum)
    if field.minimum is not None and field.maximum is not None:
        words.insert(0, _with_unit(_("{low} to {high}", low=low, high=high), field))
    elif field.minimum is not None:
        words.insert(0, _("{value} or more", value=_with_unit(low, field)))
    elif field.maximum is not None:
        words.insert(0, _("up to {value}", value=_with_unit(high, field)))
    return any_of(words) if words else ""


def _with_unit(words: str, field: Field) -> str:
    return pgettext("amount", "{value} {unit}", value=words, unit=unit_label(field.unit)) if field.unit else words


def sentence(pair: Pair, field: Field) -> str:
    """ "Veo 3.1 Fast takes 4, 6 or 8 s."; empty if it cannot be said in a few words."""
    said = takes(field)
    if not said:
        return ""
    if field.unit == "s":
        return _("{model} takes {values}.", model=pair.label, values=said)
    return _("{field} for {model}: {values}.", field=field.label, model=pair.label, values=said)


def nearest(field: Field, value: Any) -> Any:
    """The valid value nearest to an invalid one; of two equally near the higher. None if there is none."""
    numbers = [choice for choice in field.choices if isinstance(choice, int | float)]
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and (numbers or not field.choices):
        # A number that is not among the choices is still text here.
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
