"""Validates a request's values against its pair: at most one finding for each path, as a sentence for people. Also
the cross-field rules of a pair, and which part of a nested value it accepts: for forms, and for switching models.

Values are wire JSON; `None`, blank texts and empty lists and objects count as omitted, since they are not sent. Pure;
any thread; never raises for invalid values.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, MutableMapping, MutableSequence, Sequence, Set
from typing import Any, TypeGuard

from runway_desktop.domain.secrecy import WHOLE_KEY
from runway_desktop.texts import Text, _, pgettext, quoted
from runway_desktop.values import Struct

from . import labels
from .assets import REFERENCE, Path, any_of, copy_of, media_in_words, uri_problem, variant_of
from .labels import choice_label, unit_label
from .model import Field, FieldKind, Pair
from .payload import is_left_out
from .text import LARGEST, number_in_words, two_readings, utf16_length, value_in_words

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


_PATTERN_WORDS = {
    "#[0-9A-Fa-f]{6}": Text("“{value}” isn't a color. Enter # and six hexadecimal digits, such as #1A2B3C."),
    "[A-Za-z][A-Za-z0-9_]*": Text("“{value}” can't be a tag. Use letters, digits and _, and begin with a letter."),
}
_OTHER_PATTERN = Text("“{value}” isn't in the form that Runway needs.")
_MOST_CHOICES_SAID = 8


class Finding(Struct, frozen=True):
    """One problem of a request. `message` is a full sentence."""

    path: Path
    message: str


def validate(pair: Pair, values: Mapping[str, object], *, local_files: bool = True) -> tuple[Finding, ...]:
    """Everything that Runway would refuse as far as the catalog knows, in the order of the fields.

    `local_files`: whether `file:///` URIs are still allowed, as before inputs are uploaded.
    """
    check = _Check(pair.label, local_files)
    found = [
        *check.members(pair.fields, values, (), names=pair.names | pair.fixed.keys()),
        *_conditions(pair, values),
        *_sums(pair, values),
    ]
    for name, only in pair.fixed.items():
        if values.get(name, only) != only:
            said = Text("The request names the {name} {other}, but is for {only}.")
            found.append(Finding((name,), str(said.with_(name=name, other=values[name], only=only))))
    if pair.is_gone:
        found.append(Finding(("model",), _("“{name}” is no longer at Runway. Choose another model.", name=pair.label)))
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
            elif field.required and (field.only_when is None or values.get(field.only_when[0]) in field.only_when[1]):
                yield Finding((*path, field.name), self._missing(field))
        for name, value in values.items():
            if name not in names and value is not None:
                yield Finding((*path, name), _("{model} has no setting named “{name}”.", model=self._model, name=name))

    def _missing(self, field: Field) -> str:
        label, model = field.label, self._model
        match field.kind:
            case FieldKind.PROMPT if field.name in _PROMPTS:
                return _("The prompt is empty. {model} needs it.", model=model)
            case FieldKind.PROMPT | FieldKind.TEXT:
                return _("“{field}” is empty. {model} needs it.", field=label, model=model)
            case FieldKind.ASSET | FieldKind.ASSETS:
                wanted = media_in_words(field.media)
                if label.casefold() == wanted.casefold():
                    return _("Add a {kind}: {model} needs one.", kind=wanted, model=model)
                return _("Add a {kind}: {model} needs one as “{field}”.", kind=wanted, model=model, field=label)
            case FieldKind.CHOICE | FieldKind.OBJECT:
                return _("Choose “{field}”: {model} needs it.", field=label, model=model)
            case _:
                return _("Set “{field}”: {model} needs it.", field=label, model=model)

    def _text(self, field: Field, value: object, path: Path) -> Iterator[Finding]:
        if not isinstance(value, str):
            yield Finding(path, _must_be_text(field))
            return
        length, label = utf16_length(value), field.label
        if WHOLE_KEY.search(value):
            yield Finding(path, _("“{field}” holds an API key. Remove it: it would be sent and stored.", field=label))
        elif field.max_length is not None and length > field.max_length:
            long = _LONG_PROMPT if field.name in _PROMPTS else _LONG
            yield Finding(path, str(long.with_(field=label, n=length, model=self._model, most=field.max_length)))
        elif field.min_length is not None and length < field.min_length:
            short = _(
                "“{field}” is too short; it needs at least {least} characters.", field=label, least=field.min_length
            )
            yield Finding(path, short)
        elif field.pattern is not None and not re.fullmatch(field.pattern, value):
            yield Finding(path, _unlike_pattern(field.pattern, value))

    def _choice(self, field: Field, value: object, path: Path) -> Iterator[Finding]:
        if _among(value, field.choices) or _among(value, field.deprecated):
            return
        if not (field.open and isinstance(value, str)):
            yield Finding(path, self._choices_said(field, value))

    def _choices_said(self, field: Field, value: object) -> str:
        label, model = field.label, self._model
        if len(field.choices) <= _MOST_CHOICES_SAID:
            choices = _measured(field, any_of([value_in_words(choice) for choice in field.choices]))
            return _("{field} for {model} is {choices}.", field=label, model=model, choices=choices)
        some = any_of([value_in_words(choice) for choice in field.choices[:3]])
        return _(
            "{field} for {model} can't be {value}. It is one of {n} values, such as {some}.",
            field=label,
            model=model,
            value=_measured(field, value_in_words(value)) if isinstance(value, str | int | float) else "…",
            n=len(field.choices),
            some=some,
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
            or abs(value) > LARGEST
        ):
            doubt = two_readings(field, value) if isinstance(value, str) else ""
            yield Finding(path, doubt or self._bounds_said(field, value))

    def _bounds_said(self, field: Field, value: object) -> str:
        low, high = field.minimum, field.maximum
        if high is None and isinstance(value, int | float) and value > LARGEST:
            high = LARGEST
        said = _BOUNDS[field.kind is FieldKind.INTEGER, low is not None, high is not None, bool(field.choices)]
        return str(
            said.with_(
                field=field.label,
                model=self._model,
                low=number_in_words(low) if high is not None else _measured(field, number_in_words(low)),
                high=_measured(field, number_in_words(high)),
                word=any_of([quoted(choice) for choice in field.choices]),
            )
        )

    def _switch(self, field: Field, value: object, path: Path) -> Iterator[Finding]:
        if not isinstance(value, bool):
            yield Finding(
                path, _("{field} for {model} is on or off (true or false).", field=field.label, model=self._model)
            )

    def _asset(self, field: Field, value: object, path: Path) -> Iterator[Finding]:
        yield from self._asset_item(field, value, path, bare=field.uri_key is None)

    def _asset_item(self, field: Field, value: object, path: Path, *, bare: bool) -> Iterator[Finding]:
        if isinstance(value, str) and bare:
            if problem := uri_problem(value, field, local_files=self._local_files):
                yield Finding(path, problem)
            return
        if not isinstance(value, Mapping) or field.uri_key is None:
            kind = media_in_words(field.media)
            yield Finding(path, _("“{field}” must hold a {kind}.", field=field.label, kind=kind))
            return
        uri = value.get(field.uri_key)
        here = (*path, field.uri_key)
        if not isinstance(uri, str) or not uri.strip():
            yield Finding(here, _("Empty. Add a {kind}.", kind=media_in_words(field.media)))
        elif problem := uri_problem(uri, field, local_files=self._local_files):
            yield Finding(here, problem)
        known = {field.uri_key}
        if field.tag_key is not None:
            known.add(field.tag_key)
            if not _among(value.get(field.tag_key), tuple(field.tags.values())):
                allowed = any_of([quoted(tag) for tag in field.tags.values()])
                yield Finding((*path, field.tag_key), _("The kind of this input must be {allowed}.", allowed=allowed))
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
            frames = any_of([str(_FRAMES.get(one, one)) for one in field.positions])
            yield Finding(path, _("{model} takes this input only as {frames}.", model=self._model, frames=frames))

    def _assets(self, field: Field, value: object, path: Path) -> Iterator[Finding]:
        if isinstance(value, str) and field.bare:
            yield from self._asset_item(field, value, path, bare=True)
            return
        if not _is_list(value):
            yield Finding(path, _("“{field}” must be a list with one entry for each input.", field=field.label))
            return
        yield from self._count(field, value, path)
        for position, entry in enumerate(value):
            yield from self._asset_item(field, entry, (*path, position), bare=field.uri_key is None)
        if field.position_key is not None:
            yield from self._positions(field, value, path)

    def _positions(self, field: Field, value: Sequence[object], path: Path) -> Iterator[Finding]:
        taken = [entry.get(field.position_key) for entry in value if isinstance(entry, Mapping)]
        for position in field.positions:
            if position != REFERENCE and taken.count(position) > 1:
                yield Finding(path, _("Only one input can be {frame}.", frame=str(_FRAMES.get(position, position))))
        if field.first_needed and "last" in taken and "first" not in taken:
            yield Finding(path, _("{model} needs a first frame when there is a last one.", model=self._model))

    def _object(self, field: Field, value: object, path: Path) -> Iterator[Finding]:
        if not isinstance(value, Mapping):
            yield Finding(path, _("“{field}” must be an object with named members.", field=field.label))
            return
        if not field.variants:
            yield from self.members(field.fields, value, path, {inner.name for inner in field.fields})
            return
        variant = variant_of(field, value)
        if variant is None:
            forms = any_of([quoted(known.tag) for known in field.variants])
            if field.tag_key:
                said = Text("“{field}” has an unknown form; its “{key}” must be {forms}.")
            else:
                said = Text("“{field}” has an unknown form; it must have {forms}.")
            yield Finding(path, str(said.with_(field=field.label, key=field.tag_key, forms=forms)))
            return
        names = {inner.name for inner in variant.fields} | ({field.tag_key} if field.tag_key else set())
        yield from self.members(variant.fields, value, path, names)

    def _objects(self, field: Field, value: object, path: Path) -> Iterator[Finding]:
        if not _is_list(value):
            yield Finding(path, _("“{field}” must be a list.", field=field.label))
            return
        yield from self._count(field, value, path)
        for position, entry in enumerate(value):
            yield from self._object(field, entry, (*path, position))
        low, high = field.total_seconds
        total = _total(value)
        if (low is not None and total < low) or (high is not None and total > high):
            if low:
                said = Text("“{field}” last {total} seconds together; they may last {low} to {high}.")
            else:
                said = Text("“{field}” last {total} seconds together; they may last up to {high}.")
            yield Finding(path, str(said.with_(field=field.label, total=total, low=low, high=high)))

    def _texts(self, field: Field, value: object, path: Path) -> Iterator[Finding]:
        if not _is_list(value):
            yield Finding(path, _("“{field}” must be a list of texts.", field=field.label))
            return
        yield from self._count(field, value, path)
        for position, entry in enumerate(value):
            if not isinstance(entry, str):
                yield Finding((*path, position), _must_be_text(field))
            elif field.pattern is not None and not re.fullmatch(field.pattern, entry):
                yield Finding((*path, position), _unlike_pattern(field.pattern, entry))

    def _json(self, field: Field, value: object, path: Path) -> Iterator[Finding]:
        """Any JSON is valid. A text that begins like an object, a list or a quoted text must be valid JSON."""
        if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "[", '"'):
            return
        try:
            json.loads(value)
        except ValueError as error:
            if isinstance(error, json.JSONDecodeError):
                said = Text("“{field}” isn't complete JSON: line {line}, column {column}.")
                said = said.with_(line=error.lineno, column=error.colno)
            else:
                said = Text("“{field}” isn't complete JSON.")
            yield Finding(path, str(said.with_(field=field.label)))

    def _count(self, field: Field, value: Sequence[object], path: Path) -> Iterator[Finding]:
        if field.max_length is not None and len(value) > field.max_length:
            said = Text("“{field}” takes up to {most} for {model}; there are {there}.")
            said = said.with_(field=field.label, most=field.max_length, model=self._model, there=len(value))
            yield Finding(path, str(said))
        elif field.min_length is not None and len(value) < field.min_length:
            least = field.min_length
            few = Text("“{field}” needs at least {least} for {model}.")
            yield Finding(path, str(few.with_(field=field.label, least=least, model=self._model)))


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
                label, chosen = label_of(pair, other), any_of([choice_label(other, one) for one in allowed])
                only = _(
                    "{field} applies only when “{other}” is {values}.", field=field.label, other=label, values=chosen
                )
                yield Finding((field.name,), only)
        if lacking := [name for name in field.requires if name not in given and values.get(field.name) is not False]:
            needs = any_of([quoted(label_of(pair, name)) for name in lacking])
            yield Finding((field.name,), _("“{field}” works only with {others}.", field=field.label, others=needs))
        if field.alone and len(given) > 1:
            alone = _("“{field}” is sent alone. Remove everything else, or remove this.", field=field.label)
            yield Finding((field.name,), alone)


def _sums(pair: Pair, values: Mapping[str, object]) -> Iterator[Finding]:
    """Findings of lists whose durations do not add up."""
    for field in pair.fields:
        whole, items = pair.field(field.sums_to or ""), values.get(field.name)
        if whole is None or not _is_list(items) or not items:
            continue
        wanted = values.get(whole.name)
        wanted = whole.default if is_left_out(wanted) else wanted
        if (total := _total(items)) != wanted:
            said = Text("“{field}” last {total} seconds together; they must add up to “{other}”, {wanted} seconds.")
            said = said.with_(field=field.label, total=number_in_words(total), other=whole.label, wanted=wanted)
            yield Finding((field.name,), str(said))


def _total(items: Sequence[object]) -> float:
    """The durations of these objects together."""
    lengths = [item.get("duration") for item in items if isinstance(item, Mapping)]
    return sum(length for length in lengths if isinstance(length, int | float))


def label_of(pair: Pair, name: str) -> str:
    field = pair.field(name)
    return field.label if field is not None else name


_LONG = Text("“{field}” is {n} characters long; {model} takes up to {most}.")
_LONG_PROMPT = Text("The prompt is {n} characters long; {model} takes up to {most}.")
_PROMPTS = frozenset({"promptText", "prompt", "userConcept"})
_FRAMES = {"first": Text("the first frame"), "last": Text("the last frame")}
_BOUNDS = {
    (True, True, True, False): Text("{field} for {model} is a whole number from {low} to {high}."),
    (True, True, False, False): Text("{field} for {model} is a whole number, at least {low}."),
    (True, False, True, False): Text("{field} for {model} is a whole number up to {high}."),
    (True, False, False, False): Text("{field} for {model} is a whole number."),
    (False, True, True, False): Text("{field} for {model} is a number from {low} to {high}."),
    (False, True, False, False): Text("{field} for {model} is a number, at least {low}."),
    (False, False, True, False): Text("{field} for {model} is a number up to {high}."),
    (False, False, False, False): Text("{field} for {model} is a number."),
    (True, True, True, True): Text("{field} for {model} is a whole number from {low} to {high}, or {word}."),
    (True, True, False, True): Text("{field} for {model} is a whole number, at least {low}, or {word}."),
    (True, False, True, True): Text("{field} for {model} is a whole number up to {high}, or {word}."),
    (True, False, False, True): Text("{field} for {model} is a whole number, or {word}."),
    (False, True, True, True): Text("{field} for {model} is a number from {low} to {high}, or {word}."),
    (False, True, False, True): Text("{field} for {model} is a number, at least {low}, or {word}."),
    (False, False, True, True): Text("{field} for {model} is a number up to {high}, or {word}."),
    (False, False, False, True): Text("{field} for {model} is a number, or {word}."),
}
"""Whether it is a whole number, has a least and a highest value, and may be a word."""


def _must_be_text(field: Field) -> str:
    return _("“{field}” must be text.", field=field.label)


def _unlike_pattern(pattern: str, value: str) -> str:
    return str(_PATTERN_WORDS.get(pattern, _OTHER_PATTERN).with_(value=value))


def _measured(field: Field, words: str) -> str:
    """An amount, or a choice of amounts, with the field's unit: "5 or 10 seconds"."""
    match field.unit:
        case "":
            return words
        case "s":
            return _("{amount} seconds", amount=words)
        case "×":
            return _("{amount} times", amount=words)
        case unit:
            return pgettext("amount", "{value} {unit}", value=words, unit=unit_label(unit))


def _is_list(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _among(value: object, allowed: Sequence[object]) -> bool:
    """Membership that does not take True for 1."""
    return not isinstance(value, bool) and any(value == known for known in allowed)
