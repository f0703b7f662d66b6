"""The request in the composer: values, inputs, and findings. Pure.

Values that a model does not accept are parked for the next model that does. Facts of files are supplied by the caller;
there is no disk access. A field shows Runway's refusal until it changes, else a validation error; for a missing value
only after an attempt to send. Nothing raises.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from typing import Any

from runway_desktop.catalog import (
    AssetItem,
    Field,
    FieldKind,
    Finding,
    Pair,
    asset_items,
    asset_value,
    assets_in,
    is_left_out,
    kept_part,
    number_in_words,
    prompt_of,
    starting_values,
    validate,
    value_from_text,
    value_in_words,
)
from runway_desktop.catalog.assets import any_of, capacity
from runway_desktop.catalog.input_files import check_asset, check_together
from runway_desktop.catalog.labels import unit_label
from runway_desktop.domain.cast import Cast, Mention, name_key
from runway_desktop.domain.inputs import AssetDrop, MediaFacts, with_moved_files
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Request
from runway_desktop.services.library import expansion
from runway_desktop.texts import _, ngettext, pgettext
from runway_desktop.usecases.casting import Casting, cast_into, names_in
from runway_desktop.usecases.words import units
from runway_desktop.values import replace

from .input_item import InputItem, label_of, local_path, media_in, short_name
from .kept_draft import ParkedValues

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


def first_of(pair: Pair, request: Request) -> Request:
    """The first of them. Without braces, the request itself."""
    if "{" not in request.prompt and "\\" not in request.prompt:
        return request
    field = pair.prompt_field
    if field is None:
        return request
    [found] = expansion.expansions(request.prompt, 1)
    return replace(request, values={**request.values, field.name: found.text}, prompt=found.text)


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


_LENGTH = "duration"
_WORK = frozenset(
    {FieldKind.PROMPT, FieldKind.TEXT, FieldKind.TEXTS, FieldKind.OBJECT, FieldKind.OBJECTS, FieldKind.UNKNOWN}
)


class RequestDraft:
    def __init__(self, pair: Pair) -> None:
        self.pair = pair
        self.values: dict[str, Any] = starting_values(pair)
        """Without the inputs."""
        self.assets: dict[str, list[AssetItem]] = {}
        self.facts: dict[str, MediaFacts] = {}
        """By URI, of every file that was read."""
        self.unreadable: dict[str, str] = {}
        """By URI, of every file that could not be read: why, in a sentence."""
        self.parked = ParkedValues()
        """Values that the model does not accept."""
        self.cast: Cast | None = None
        """The members that the prompt can name; None before they were read."""
        self.settled: tuple[str, ...] = ()
        """What follows an @ in the prompt and is text, as in `domain.cast.mentions`."""
        self._casting: Casting | None = None
        self._found: tuple[Finding, ...] | None = None
        self._checked: tuple[Finding, ...] | None = None

    @property
    def prompt(self) -> str:
        return prompt_of(self.pair, self.values)

    @property
    def holds_work(self) -> bool:
        """Whether it has, or has parked, anything that took more than a click: text, inputs, nested values."""
        start = starting_values(self.pair)
        texts = (
            field.name
            for field in self.pair.fields
            if field.kind in _WORK and self.values.get(field.name) != start.get(field.name)
        )
        return any(self.assets.values()) or any(texts) or bool(self.parked.prompt or self.parked.inputs)

    def wire_values(self) -> dict[str, Any]:
        """All values, inputs included."""
        values = dict(self.values)
        for name, items in self.assets.items():
            field = self.pair.field(name)
            if field is not None and items:
                values[name] = asset_value(field, items)
        return values

    def request(self) -> Request:
        values = {name: value for name, value in self.wire_values().items() if not is_left_out(value)}
        return Request(
            endpoint=self.pair.endpoint, model=self.pair.model, values=values, prompt=prompt_of(self.pair, values)
        )

    def casting(self) -> Casting:
        """The request with the cast in it; of several requests that the prompt makes, the first."""
        if self._casting is None:
            request = first_of(self.pair, self.request())
            self._casting = cast_into(self.pair, request.values, self.cast, self.settled)
        return self._casting

    def names_in(self, prompt: str) -> list[Mention]:
        """The names in a text that is, or becomes, the prompt: in all requests that it makes."""
        field = self.pair.prompt_field
        values = {**self.wire_values(), field.name: prompt} if field is not None else {}
        return names_in(self.pair, values, self.cast, self.settled)

    def name_member(self, name: str) -> None:
        """The name is this member from now on, also where it was text."""
        self.settled = tuple(one for one in self.settled if not one.startswith(name_key(name)))
        self.touched()

    def cast_inputs(self) -> list[InputItem]:
        """The files of the cast as inputs, in the order of `casting().uses`."""
        found = []
        for use in self.casting().uses:
            field = self.pair.field(use.field)
            if field is not None:
                item = self._input(field, use.number, AssetItem(uri=use.file.uri, media=use.file.media))
                found.append(replace(item, tag=use.member.name, member=use.member.id))
        return found

    def inputs(self) -> list[InputItem]:
        """Those that were added, without the cast's."""
        found: list[InputItem] = []
        for field in self.pair.asset_fields:
            for number, item in enumerate(self.assets.get(field.name, ())):
                found.append(self._input(field, number, item))
        return found

    def _input(self, field: Field, number: int, item: AssetItem) -> InputItem:
        facts = self.facts.get(item.uri)
        return InputItem(
            field=field.name,
            number=number,
            uri=item.uri,
            media=media_in(field, item, facts),
            label=label_of(field, number, item),
            facts=facts,
            problem=self._input_problem(field, number, item.uri),
            tag=str(item.extra.get("tag") or ""),
        )

    def findings(self) -> tuple[Finding, ...]:
        """All problems, those of input files included."""
        if self._found is None:
            found = list(self._checks())
            taken = {finding.path[0] for finding in found if finding.path}
            for item in (*self.inputs(), *self.cast_inputs()):
                if item.problem and item.field not in taken:
                    found.append(Finding((item.field,), item.problem))
            found += self._problems_inside({finding.path for finding in found})
            self._found = tuple(found)
        return self._found

    def _problems_inside(self, said: set[tuple[str | int, ...]]) -> list[Finding]:
        found = []
        for asset in assets_in(self.pair, self.values):
            facts = self.facts.get(asset.uri)
            own = check_asset(facts, asset.field, self.pair) if facts is not None else None
            problem = self.unreadable.get(asset.uri) or own
            if problem and asset.path not in said:
                found.append(Finding(asset.path, problem))
        return found

    def _checks(self) -> tuple[Finding, ...]:
        """The catalog's findings for the whole request."""
        if self._checked is None:
            has_cast = self.cast is not None and "@" in self.prompt
            self._checked = validate(self.pair, self.casting().values if has_cast else self.wire_values())
        return self._checked

    def touched(self) -> None:
        """To be called after a change from outside: findings are computed again."""
        self._found = self._checked = self._casting = None

    def set_value(self, name: str, value: Any) -> bool:
        """Returns False if nothing changed. None or "" removes the field."""
        if self.values.get(name) == value and type(self.values.get(name)) is type(value):
            return False
        self.parked.values.pop(name, None)
        if is_left_out(value):
            self.values.pop(name, None)
        else:
            self.values[name] = value
        self.touched()
        return True

    def clear(self) -> None:
        self.values = starting_values(self.pair)
        self.assets.clear()
        self.parked = ParkedValues()
        self.settled = ()
        self.touched()

    def put(self, field: Field, drop: AssetDrop) -> str:
        """Adds an input. If the field is full, it replaces the last one and returns its name."""
        if drop.facts is not None:
            self.facts[drop.uri] = drop.facts
            self.unreadable.pop(drop.uri, None)
        items = self.assets.setdefault(field.name, [])
        replaced = short_name(items.pop().uri) if len(items) >= capacity(field) else ""
        items.append(AssetItem(uri=drop.uri, media=drop.media))
        self.touched()
        return replaced

    def put_in_place_of(self, field: str, number: int, drop: AssetDrop) -> str:
        """Replaces an input, keeping position and tag. Returns the name of the old one, "" if there was none."""
        items = self.assets.get(field, [])
        if not 0 <= number < len(items):
            return ""
        if drop.facts is not None:
            self.facts[drop.uri] = drop.facts
            self.unreadable.pop(drop.uri, None)
        before, items[number] = items[number], replace(items[number], uri=drop.uri, media=drop.media)
        self.touched()
        return short_name(before.uri)

    def follow(self, moved: Mapping[str, str]) -> bool:
        """Updates the URIs of moved files, old to new. Returns whether any of them is an input here."""
        before = (self.values, self.assets, self.parked)
        self.values = dict(with_moved_files(self.values, moved))
        self.assets = {
            name: [replace(item, uri=moved.get(item.uri, item.uri)) for item in items]
            for name, items in self.assets.items()
        }
        self.parked = replace(
            self.parked,
            values=dict(with_moved_files(self.parked.values, moved)),
            inputs=[(name, replace(item, uri=moved.get(item.uri, item.uri))) for name, item in self.parked.inputs],
        )
        self.facts |= {moved[uri]: facts for uri, facts in self.facts.items() if uri in moved}
        self.unreadable = {uri: why for uri, why in self.unreadable.items() if uri not in moved}
        if (self.values, self.assets, self.parked) == before:
            return False
        self.touched()
        return True

    def remove(self, field: str, number: int) -> bool:
        items = self.assets.get(field, [])
        if not 0 <= number < len(items):
            return False
        del items[number]
        self.touched()
        return True

    def move(self, field: str, number: int, to: int) -> bool:
        items = self.assets.get(field, [])
        if not (0 <= number < len(items) and 0 <= to < len(items) and to != number):
            return False
        items.insert(to, items.pop(number))
        known = self.pair.field(field)
        if known is not None and known.positions:
            self.assets[field] = [replace(item, position=None) for item in items]
        self.touched()
        return True

    def unknown_files(self) -> list[str]:
        """The URIs of input files that were not read yet."""
        uris = [item.uri for found in self.assets.values() for item in found]
        uris += [asset.uri for asset in assets_in(self.pair, self.values)]
        uris += [use.file.uri for use in self.casting().uses]
        # Errors of inputs that were removed are dropped, so that they are read again when they come back.
        self.unreadable = {uri: why for uri, why in self.unreadable.items() if uri in uris}
        known = self.facts.keys() | self.unreadable.keys()
        return [uri for uri in dict.fromkeys(uris) if uri not in known and local_path(uri) is not None]

    def take(
        self,
        pair: Pair,
        values: Mapping[str, Any],
        parked: ParkedValues | None = None,
        settled: tuple[str, ...] = (),
    ) -> list[str]:
        """Replaces the content by this request with its parked values. Returns the names that the model does not know,
        which are dropped."""
        self.pair, self.settled = pair, settled
        self.assets = {}
        kept = {name: value for name, value in values.items() if not is_left_out(value)}
        strange = [name for name in kept if pair.field(name) is None and name != "model"]
        for name in (*strange, "model"):
            # The form could not remove it.
            kept.pop(name, None)
        for field in pair.asset_fields:
            items = asset_items(field, kept.pop(field.name, None))
            if items:
                self.assets[field.name] = list(items)
        self.values = starting_values(pair) | kept
        self.parked = parked or ParkedValues()
        self.touched()
        return strange

    def switch(self, pair: Pair) -> list[str]:
        """Changes to another model with everything that it accepts. Returns what it does not accept, in words."""
        prompt = self.prompt
        old_values, old_assets, old_pair = self.values, self.assets, self.pair
        self.pair = pair
        self.values = starting_values(pair)
        own = {
            name: value
            for name, value in old_values.items()
            if (old_field := old_pair.field(name)) is None or old_field.kind is not FieldKind.PROMPT
        }
        if _LENGTH in self.parked.values:
            # The present length only replaced the parked one, which is tried again.
            own.pop(_LENGTH, None)
        moving = self.parked.values | own
        parts_lost: list[str] = []
        # Some settings are only valid with others that may be set later, so rejected ones are tried a second time.
        left = {name: value for name, value in moving.items() if not self._keep_value(name, value, parts_lost)}
        left = {name: value for name, value in left.items() if not self._keep_value(name, value, parts_lost)}
        old_start = starting_values(old_pair)
        chosen = {name: value for name, value in left.items() if value != old_start.get(name)}
        if _LENGTH in left and pair.field(_LENGTH) is not None:
            chosen[_LENGTH] = left[_LENGTH]
        self.parked.values = chosen
        self._take_nearest_length()
        dropped = [
            _in_words(old_field, value)
            for name, value in chosen.items()
            if name in own and (old_field := old_pair.field(name)) is not None and not (name == _LENGTH in self.values)
        ]
        dropped += parts_lost
        dropped += self._move_prompt(prompt)
        dropped += self._move_assets(old_pair, old_assets)
        self.touched()
        return dropped

    def switched(self, pair: Pair) -> Request:
        """The request that `switch` would leave."""
        twin = copy(self)
        twin.parked = copy(self.parked)
        twin.switch(pair)
        return twin.request()

    def _take_nearest_length(self) -> None:
        field, wanted = self.pair.field(_LENGTH), self.parked.values.get(_LENGTH)
        near = nearest(field, wanted) if field is not None and wanted is not None else None
        if field is not None and near is not None and fits(self.pair, field, near):
            self.values[_LENGTH] = near

    @property
    def other_length(self) -> tuple[str, str]:
        """The length that replaces a parked one, and why: "Duration is now 6 s" and "Veo 3.1 takes 4, 6 or 8 s." Empty
        if there is none."""
        field = self.pair.field(_LENGTH)
        if field is None or _LENGTH not in self.parked.values or _LENGTH not in self.values:
            return "", ""
        length = units.length(self.values[_LENGTH])
        return _("{field} is now {value}", field=field.label, value=length), sentence(self.pair, field)

    def _keep_value(self, name: str, value: Any, parts_lost: list[str]) -> bool:
        """Keeps the part of a value that the model accepts; adds labels of the rest to `parts_lost`."""
        field = self.pair.field(name)
        if field is None or field.is_asset:
            return False
        kept, lost = kept_part(self.pair, self.values, name, value)
        if kept is None:
            return False
        self.values[name] = kept
        parts_lost += [_("{field}: {part}", field=field.label, part=part) for part in lost]
        return True

    def _move_assets(self, old_pair: Pair, old: Mapping[str, list[AssetItem]]) -> list[str]:
        self.assets = {}
        dropped = []
        parked, self.parked.inputs = self.parked.inputs, []
        moving = [(name, item, False) for name, items in old.items() for item in items]
        for name, item, was_parked in [*moving, *((name, item, True) for name, item in parked)]:
            facts = self.facts.get(item.uri)
            old_field = old_pair.field(name)
            media = media_in(old_field, item, facts)
            drop = AssetDrop(uri=item.uri, path=local_path(item.uri), media=media, facts=facts, findings=())
            same = self.pair.field(name)
            if same is not None and same.is_asset and self.has_room(same, drop):
                field: Field | None = same
            else:
                field = self.field_for(drop)
            if field is None or not self.has_room(field, drop):
                self.parked.inputs.append((name, replace(item, media=media)))
                if not was_parked:
                    dropped.append(short_name(item.uri))
            else:
                self.assets.setdefault(field.name, []).append(
                    replace(item, position=None if field.name != name else item.position)
                )
        return dropped

    def has_room(self, field: Field, drop: AssetDrop) -> bool:
        """Whether one more input of this kind fits into the field."""
        if drop.media not in (Media.OTHER, *field.media):
            return False
        return len(self.assets.get(field.name, ())) < capacity(field)

    def field_for(self, drop: AssetDrop) -> Field | None:
        """The field for an input: required ones first, lists before single ones, and fields with room before those
        whose last input is replaced."""
        of_kind = [field for field in self.pair.asset_fields if drop.media in (Media.OTHER, *field.media)]
        fitting = [field for field in of_kind if self.has_room(field, drop)] or of_kind
        # An optional single input, such as a mask, is rarely meant by a drop.
        fitting.sort(key=lambda field: (not field.required, field.kind is FieldKind.ASSET))
        return fitting[0] if fitting else None

    def _move_prompt(self, prompt: str) -> list[str]:
        """If the model has no prompt, the prompt is parked for the next one that has."""
        field = self.pair.prompt_field
        if field is None:
            if prompt and prompt_of(self.pair, self.values) != prompt:
                self.parked.prompt = prompt
                return [_("the prompt")]
            return []
        prompt, self.parked.prompt = prompt or self.parked.prompt, ""
        if prompt:
            self.values[field.name] = prompt
        return []

    def _input_problem(self, field: Field, number: int, uri: str) -> str:
        for finding in self._checks():
            if finding.path[:2] == (field.name, number) or (finding.path == (field.name,) and number == 0):
                return finding.message
        if uri in self.unreadable:
            return self.unreadable[uri]
        facts = self.facts.get(uri)
        own = check_asset(facts, field, self.pair) if facts is not None else None
        uris = [item.uri for item in self.assets.get(field.name, ())]
        uris += [use.file.uri for use in self.casting().uses if use.field == field.name]
        if own is None and number == len(uris) - 1:
            # Reported once, at the last input.
            own = check_together(list(map(self.facts.get, uris)), field, self.pair)
        return own or ""


def _in_words(field: Field, value: Any) -> str:
    return f"{field.label} {value_in_words(value)}" if isinstance(value, str | int | float) else field.label


MOST_LETTERS = 100_000
"""More characters than the prompt of any model takes. A longer text would only make its editor slow."""


def separate_prompts(text: str) -> tuple[str, ...]:
    """The lines of a text that may be separate prompts: several lines without a blank one between them, which would
    make paragraphs. Empty otherwise."""
    lines = [line.strip() for line in text.strip().splitlines()]
    return tuple(lines) if len(lines) > 1 and all(lines) else ()
