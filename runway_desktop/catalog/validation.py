"""Validates a request's values against its pair: at most one finding for each path, as a sentence for people.

Values are wire JSON; `None`, blank texts and empty lists and objects count as omitted, since they are not sent. Pure;
any thread; never raises for invalid values.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from typing import TypeGuard

from runway_desktop.values import Struct

from .assets import Path, media_in_words, uri_problem, variant_of
from .model import Field, FieldKind, Pair
from .payload import is_left_out
from .text import number_in_words, two_readings, utf16_length, value_in_words

_UNIT_WORDS = {"s": "seconds", "×": "times"}
_PATTERN_WORDS = {
    "#[0-9A-Fa-f]{6}": "is no color. Write # and six hexadecimal digits, such as #1A2B3C.",
    "[A-Za-z][A-Za-z0-9_]*": "cannot be a tag. It must begin with a letter and hold only letters, digits and _.",
}
_MOST_CHOICES_SAID = 8


class Finding(Struct, frozen=True):
    """One problem of a request. `message` is a full sentence."""

    path: Path
    message: str


def validate(pair: Pair, values: Mapping[str, object], *, local_files: bool = True) -> tuple[Finding, ...]:
    """Everything that Runway would refuse as far as the catalog knows, in the order of the fields.

    `local_files`: whether `file:///` URIs are still allowed, as before inputs are uploaded.
    """
    check = _Check(pair.model, local_files)
    found = [*check.members(pair.fields, values, (), names=pair.names | {"model"}), *_conditions(pair, values)]
    if values.get("model", pair.model) != pair.model:
        found.append(Finding(("model",), f"The request names the model {values['model']}, but is for {pair.model}."))
    first: dict[Path, Finding] = {}
    for finding in found:
        first.setdefault(finding.path, finding)
    return tuple(first.values())


class _Check:
    """One validation of one request, with what its checks need."""

    def __init__(self, model: str, local_files: bool) -> None:
        self._model = model
        self._local_files = local_files

    def members(
        self, fields: Sequence[Field], values: Mapping[str, object], path: Path, names: Set[str]
    ) -> Iterator[Finding]:
        """Findings of `fields`, and of members that are not in `names`."""
        for field in fields:
            value = values.get(field.name)
            if not is_left_out(value):
                yield from _BY_KIND[field.kind](self, field, value, (*path, field.name))
            elif field.required:
                yield Finding((*path, field.name), self._missing(field))
        for name, value in values.items():
            if name not in names and value is not None:
                yield Finding((*path, name), f"{self._model} has no setting named “{name}”.")

    def _missing(self, field: Field) -> str:
        thing = _thing(field)
        match field.kind:
            case FieldKind.PROMPT | FieldKind.TEXT:
                return f"{thing} is empty. {self._model} needs it."
            case FieldKind.ASSET | FieldKind.ASSETS:
                wanted = media_in_words(field.media)
                purpose = "" if field.label.casefold() == wanted else f" as “{field.label}”"
                return f"Add a {wanted}: {self._model} needs one{purpose}."
            case FieldKind.CHOICE | FieldKind.OBJECT:
                return f"Choose “{field.label}”: {self._model} needs it."
            case _:
                return f"Set “{field.label}”: {self._model} needs it."

    def _text(self, field: Field, value: object, path: Path) -> Iterator[Finding]:
        if not isinstance(value, str):
            yield Finding(path, f"{_thing(field)} must be text.")
            return
        length = utf16_length(value)
        if field.max_length is not None and length > field.max_length:
            limit = number_in_words(field.max_length)
            yield Finding(path, f"{_thing(field)} is {length:,} characters long; {self._model} takes up to {limit}.")
        elif field.min_length is not None and length < field.min_length:
            yield Finding(path, f"{_thing(field)} is too short; it needs at least {field.min_length} characters.")
        elif field.pattern is not None and not re.fullmatch(field.pattern, value):
            yield Finding(path, _unlike_pattern(field.pattern, value))

    def _choice(self, field: Field, value: object, path: Path) -> Iterator[Finding]:
        if _among(value, field.choices) or _among(value, field.deprecated):
            return
        if not (field.open and isinstance(value, str)):
            yield Finding(path, self._choices_said(field, value))

    def _choices_said(self, field: Field, value: object) -> str:
        unit = _unit(field)
        if len(field.choices) <= _MOST_CHOICES_SAID:
            return f"{field.label} for {self._model} is {any_of([value_in_words(c) for c in field.choices])}{unit}."
        some = ", ".join(value_in_words(choice) for choice in field.choices[:3])
        told = value_in_words(value) if isinstance(value, str | int | float) else "this"
        return (
            f"{field.label} for {self._model} cannot be {told}{unit}. "
            f"It is one of {len(field.choices)} values, such as {some}."
        )

    def _number(self, field: Field, value: object, path: Path) -> Iterator[Finding]:
        if _among(value, field.choices):
            return
        whole = field.kind is FieldKind.INTEGER
        if (
            not isinstance(value, int | float)
            or isinstance(value, bool)
            or (isinstance(value, float) and (not math.isfinite(value) or (whole and not value.is_integer())))
            or (field.minimum is not None and value < field.minimum)
            or (field.maximum is not None and value > field.maximum)
        ):
            doubt = two_readings(field, value) if isinstance(value, str) else ""
            yield Finding(path, doubt or self._bounds_said(field))

    def _bounds_said(self, field: Field) -> str:
        kind = "a whole number" if field.kind is FieldKind.INTEGER else "a number"
        low, high = number_in_words(field.minimum), number_in_words(field.maximum)
        unit = _unit(field)
        if field.minimum is not None and field.maximum is not None:
            bounds = f" from {low} to {high}{unit}"
        elif field.minimum is not None:
            bounds = f", at least {low}{unit}"
        elif field.maximum is not None:
            bounds = f" up to {high}{unit}"
        else:
            bounds = f" of{unit}" if unit else ""
        words = "".join(f", or “{choice}”" for choice in field.choices)
        return f"{field.label} for {self._model} is {kind}{bounds}{words}."

    def _switch(self, field: Field, value: object, path: Path) -> Iterator[Finding]:
        if not isinstance(value, bool):
            yield Finding(path, f"{field.label} for {self._model} is on or off (true or false).")

    def _asset(self, field: Field, value: object, path: Path) -> Iterator[Finding]:
        yield from self._asset_item(field, value, path, bare=field.uri_key is None)

    def _asset_item(self, field: Field, value: object, path: Path, *, bare: bool) -> Iterator[Finding]:
        if isinstance(value, str) and bare:
            if problem := uri_problem(value, field, local_files=self._local_files):
                yield Finding(path, problem)
            return
        if not isinstance(value, Mapping) or field.uri_key is None:
            yield Finding(path, f"“{field.label}” must hold a {media_in_words(field.media)}.")
            return
        uri = value.get(field.uri_key)
        here = (*path, field.uri_key)
        if not isinstance(uri, str) or not uri.strip():
            yield Finding(here, f"Add a {media_in_words(field.media)}: this place is empty.")
        elif problem := uri_problem(uri, field, local_files=self._local_files):
            yield Finding(here, problem)
        known = {field.uri_key}
        if field.tag_key is not None:
            known.add(field.tag_key)
            if not _among(value.get(field.tag_key), tuple(field.tags.values())):
                allowed = any_of([f"“{tag}”" for tag in field.tags.values()])
                yield Finding((*path, field.tag_key), f"The kind of this input must be {allowed}.")
        # The SDK does not declare these items' members, so the catalog only assumes them; the server decides.
        if field.position_key is not None and not field.assumed:
            known.add(field.position_key)
            yield from self._position(field, value.get(field.position_key), (*path, field.position_key))
        if not field.assumed:
            yield from self.members(field.fields, value, path, known | {inner.name for inner in field.fields})

    def _position(self, field: Field, position: object, path: Path) -> Iterator[Finding]:
        if position is None and not field.position_required:
            return
        if not _among(position, field.positions):
            frames = any_of(list(field.positions))
            yield Finding(path, f"{self._model} takes this {media_in_words(field.media)} only as the {frames} frame.")

    def _assets(self, field: Field, value: object, path: Path) -> Iterator[Finding]:
        if isinstance(value, str) and field.bare:
            yield from self._asset_item(field, value, path, bare=True)
            return
        if not _is_list(value):
            yield Finding(path, f"“{field.label}” must be a list, one entry for each {media_in_words(field.media)}.")
            return
        yield from self._count(field, value, path)
        for position, entry in enumerate(value):
            yield from self._asset_item(field, entry, (*path, position), bare=field.uri_key is None)
        if field.position_key is not None:
            yield from self._positions(field, value, path)

    def _positions(self, field: Field, value: Sequence[object], path: Path) -> Iterator[Finding]:
        taken = [entry.get(field.position_key) for entry in value if isinstance(entry, Mapping)]
        for position in field.positions:
            if taken.count(position) > 1:
                yield Finding(path, f"Only one {media_in_words(field.media)} can be the {position} frame.")
        if field.first_needed and "last" in taken and "first" not in taken:
            yield Finding(path, f"{self._model} needs a first frame when there is a last one.")

    def _object(self, field: Field, value: object, path: Path) -> Iterator[Finding]:
        if not isinstance(value, Mapping):
            yield Finding(path, f"“{field.label}” must be an object with named members.")
            return
        if not field.variants:
            yield from self.members(field.fields, value, path, {inner.name for inner in field.fields})
            return
        variant = variant_of(field, value)
        if variant is None:
            forms = any_of([f"“{known.tag}”" for known in field.variants])
            what = f"its “{field.tag_key}” must be" if field.tag_key else "it must have"
            yield Finding(path, f"“{field.label}” has an unknown form; {what} {forms}.")
            return
        names = {inner.name for inner in variant.fields} | ({field.tag_key} if field.tag_key else set())
        yield from self.members(variant.fields, value, path, names)

    def _objects(self, field: Field, value: object, path: Path) -> Iterator[Finding]:
        if not _is_list(value):
            yield Finding(path, f"“{field.label}” must be a list.")
            return
        yield from self._count(field, value, path)
        for position, entry in enumerate(value):
            yield from self._object(field, entry, (*path, position))
        low, high = field.total_seconds
        lengths = [entry.get("duration") for entry in value if isinstance(entry, Mapping)]
        total = sum(length for length in lengths if isinstance(length, int | float))
        if (low is not None and total < low) or (high is not None and total > high):
            bounds = f"{number_in_words(low)} to {number_in_words(high)}" if low else f"up to {number_in_words(high)}"
            yield Finding(
                path, f"“{field.label}” last {number_in_words(total)} seconds together; they may last {bounds}."
            )

    def _texts(self, field: Field, value: object, path: Path) -> Iterator[Finding]:
        if not _is_list(value):
            yield Finding(path, f"“{field.label}” must be a list of texts.")
            return
        yield from self._count(field, value, path)
        for position, entry in enumerate(value):
            if not isinstance(entry, str):
                yield Finding((*path, position), f"{_thing(field)} must be text.")
            elif field.pattern is not None and not re.fullmatch(field.pattern, entry):
                yield Finding((*path, position), _unlike_pattern(field.pattern, entry))

    def _json(self, field: Field, value: object, path: Path) -> Iterator[Finding]:
        """Any JSON is valid. A text that begins like an object, a list or a quoted text must be valid JSON."""
        if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "[", '"'):
            return
        try:
            json.loads(value)
        except ValueError as error:
            where = f" at line {error.lineno}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
            yield Finding(path, f"{_thing(field)} is not complete JSON{where}.")

    def _count(self, field: Field, value: Sequence[object], path: Path) -> Iterator[Finding]:
        if field.max_length is not None and len(value) > field.max_length:
            yield Finding(
                path, f"“{field.label}” takes up to {field.max_length} for {self._model}; there are {len(value)}."
            )
        elif field.min_length is not None and len(value) < field.min_length:
            yield Finding(path, f"“{field.label}” needs at least {field.min_length} for {self._model}.")


_BY_KIND: Mapping[FieldKind, Callable[[_Check, Field, object, Path], Iterator[Finding]]] = {
    FieldKind.PROMPT: _Check._text,
    FieldKind.TEXT: _Check._text,
    FieldKind.CHOICE: _Check._choice,
    FieldKind.INTEGER: _Check._number,
    FieldKind.NUMBER: _Check._number,
    FieldKind.SWITCH: _Check._switch,
    FieldKind.ASSET: _Check._asset,
    FieldKind.ASSETS: _Check._assets,
    FieldKind.OBJECT: _Check._object,
    FieldKind.OBJECTS: _Check._objects,
    FieldKind.TEXTS: _Check._texts,
    FieldKind.UNKNOWN: _Check._json,
}


def _conditions(pair: Pair, values: Mapping[str, object]) -> Iterator[Finding]:
    """Findings of cross-field rules."""
    asking = [field for field in pair.conditional_fields if not is_left_out(values.get(field.name))]
    given = {field.name for field in pair.fields if asking and not is_left_out(values.get(field.name))}
    for field in asking:
        if field.only_when is not None:
            other, allowed = field.only_when
            if values.get(other) not in allowed:
                label = label_of(pair, other)
                yield Finding((field.name,), f"{field.label} counts only when “{label}” is {any_of(list(allowed))}.")
        if lacking := [name for name in field.requires if name not in given and values.get(field.name) is not False]:
            needs = any_of([f"“{label_of(pair, name)}”" for name in lacking])
            yield Finding((field.name,), f"“{field.label}” works only together with {needs}.")
        if field.alone and len(given) > 1:
            yield Finding((field.name,), f"“{field.label}” is sent by itself. Take out everything else, or this.")


def label_of(pair: Pair, name: str) -> str:
    field = pair.field(name)
    return field.label if field is not None else name


def _thing(field: Field) -> str:
    return f"The {field.label.lower()}" if field.kind is FieldKind.PROMPT else f"“{field.label}”"


def _unlike_pattern(pattern: str, value: str) -> str:
    return f"“{value}” {_PATTERN_WORDS.get(pattern, 'is not written in the form that Runway asks for.')}"


def _unit(field: Field) -> str:
    return f" {_UNIT_WORDS.get(field.unit, field.unit)}" if field.unit else ""


def any_of(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}" if words else "nothing"


def _is_list(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _among(value: object, allowed: Sequence[object]) -> bool:
    """Membership that does not take True for 1."""
    return not isinstance(value, bool) and any(value == known for known in allowed)
