"""The request being written: endpoint, model, values, inputs, what is wrong with it and what it will cost.

Everything typed or dropped is a draft that survives a crash. Checks run as one types, against the catalogue and the
inputs' own facts. GUI thread only; nothing here blocks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from PySide6.QtCore import QObject, QTimer, Signal

from runway_desktop.catalog import (
    AssetItem,
    Endpoint,
    Field,
    FieldKind,
    Finding,
    MediaKind,
    Pair,
    asset_items,
    asset_value,
    is_left_out,
    prompt_of,
    validate,
    value_in_words,
)
from runway_desktop.domain.task import Media, Request, State, TaskId
from runway_desktop.services.engine import Engine
from runway_desktop.services.intake import AssetDrop
from runway_desktop.services.media_facts import MediaFacts, check_asset
from runway_desktop.services.pricing import Price

from . import wording
from .bridge import Bridge, Touch
from .runner import Runner

_FIRST = ("text_to_video", "gen4.5")
"""What a new profile starts with."""
_DRAFT = "composer.draft"
_MODELS = "composer.models"


@dataclass(frozen=True, slots=True, kw_only=True)
class InputItem:
    """One input as the composer shows it. `number` counts within its field."""

    field: str
    number: int
    uri: str
    media: Media
    label: str
    """What it is for: "First frame", "Reference"."""
    facts: MediaFacts | None
    problem: str

    @property
    def path(self) -> Path | None:
        return _local(self.uri)

    @property
    def name(self) -> str:
        found = self.path
        return found.name if found else self.uri.rsplit("/", 1)[-1][:60] or self.uri


@dataclass(frozen=True, slots=True)
class Button:
    """What the send button says and may. `reasons` says why not, each a sentence."""

    text: str
    price: str
    reasons: tuple[str, ...]


@dataclass(slots=True)
class _Shelf:
    """What a chosen model does not take: it comes back with the next one that does."""

    prompt: str = ""
    values: dict[str, Any] = dataclass_field(default_factory=dict)
    inputs: list[tuple[str, AssetItem]] = dataclass_field(default_factory=list)


class Composer(QObject):
    structure_changed = Signal()
    """Another endpoint or model: the form must be built again."""
    changed = Signal()
    """Values, findings or the price moved."""
    prompt_changed = Signal()
    """The prompt was set by something else than typing."""
    inputs_changed = Signal()
    said = Signal(str)
    """A sentence about what was dropped or switched."""
    sent = Signal(object)
    """A tuple of task ids, stored in the lane."""
    focus_wanted = Signal(str)
    """Name of the field that needs attention."""

    def __init__(self, engine: Engine, bridge: Bridge, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._runner = runner
        self._pair = self._first_pair()
        self._values: dict[str, Any] = self._preset(self._pair)
        self._assets: dict[str, list[AssetItem]] = {}
        self._facts: dict[str, MediaFacts] = {}
        self._server_findings: dict[str, str] = {}
        self._found: tuple[Finding, ...] | None = None
        """What is wrong, found when first asked for after a change."""
        self._checked: tuple[Finding, ...] | None = None
        self._shelf = _Shelf()
        self._attempted = False
        self._sending = False
        self._editing: TaskId | None = None
        self._parent_task: TaskId | None = None
        self._project = ""
        self._keep = QTimer(self, singleShot=True, interval=250)
        self._keep.timeout.connect(self._store_draft)
        bridge.organization_changed.connect(lambda _: self.changed.emit())
        bridge.key_changed.connect(lambda _: self.changed.emit())
        bridge.tasks_touched.connect(self._price_may_be_known)

    @property
    def pair(self) -> Pair:
        return self._pair

    @property
    def endpoint(self) -> Endpoint:
        return next(found for found in self.endpoints if found.name == self._pair.endpoint)

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        return self._engine.catalog.endpoints

    @property
    def models(self) -> tuple[str, ...]:
        return self.endpoint.models

    def model_label(self, model: str) -> str:
        """The model's own name in words."""
        pair = self._engine.catalog.pair(self._pair.endpoint, model)
        return pair.label if pair is not None else model

    @property
    def prompt(self) -> str:
        return prompt_of(self._pair, self._values)

    @property
    def editing(self) -> TaskId | None:
        """The held task that is being edited, if one is."""
        return self._editing

    @property
    def project(self) -> str:
        return self._project

    def value(self, name: str) -> Any:
        return self._values.get(name)

    def wire_values(self) -> dict[str, Any]:
        """All values with the inputs in their places."""
        values = dict(self._values)
        for name, items in self._assets.items():
            field = self._pair.field(name)
            if field is not None and items:
                values[name] = asset_value(field, items)
        return values

    def request(self) -> Request:
        values = {name: value for name, value in self.wire_values().items() if not is_left_out(value)}
        return Request(
            endpoint=self._pair.endpoint, model=self._pair.model, values=values, prompt=prompt_of(self._pair, values)
        )

    def restore_draft(self) -> None:
        """Takes up what was being written when the program last ended. Call once, after the settings are loaded."""
        draft = self._engine.settings.get(_DRAFT)
        if isinstance(draft, Mapping) and isinstance(draft.get("values"), Mapping):
            self._take(str(draft.get("endpoint", "")), str(draft.get("model", "")), draft["values"])
            self._project = str(draft.get("project", ""))

    def choose_endpoint(self, name: str) -> None:
        """Switches to the endpoint, with the model last used there. What still fits is kept, what does not is said."""
        endpoint = self._engine.catalog.endpoint(name)
        if endpoint is None or name == self._pair.endpoint:
            return
        remembered = self._engine.settings.get(_MODELS, {})
        model = remembered.get(name) if isinstance(remembered, Mapping) else None
        if model not in endpoint.models:
            model = self._pair.model if self._pair.model in endpoint.models else self._first_ready(endpoint)
        self._switch(name, model)

    def choose_model(self, model: str) -> None:
        if model != self._pair.model and model in self.models:
            self._switch(self._pair.endpoint, model)

    def set_project(self, name: str) -> None:
        if name != self._project:
            self._project = name
            self._moved()

    def set_value(self, name: str, value: Any) -> None:
        """One field's wire value as one types; None or "" leaves it out."""
        if self._values.get(name) == value and type(self._values.get(name)) is type(value):
            return
        self._shelf.values.pop(name, None)
        if is_left_out(value):
            self._values.pop(name, None)
        else:
            self._values[name] = value
        self._server_findings.pop(name, None)
        self._moved()

    def set_prompt(self, text: str) -> None:
        """The prompt from elsewhere (a drop, history); the editor is told. A model that takes none gives way to one
        that does."""
        field = self._pair.prompt_field
        if field is None:
            self._switch_for_prompt()
            field = self._pair.prompt_field
        if field is None:
            self._shelf.prompt = text
            self.said.emit(f"{self._pair.label} takes no prompt. It is kept until you choose a model that does.")
            return
        self.set_value(field.name, text)
        self.prompt_changed.emit()

    def inputs(self) -> list[InputItem]:
        found: list[InputItem] = []
        for field in self._pair.asset_fields:
            for number, item in enumerate(self._assets.get(field.name, ())):
                facts = self._facts.get(item.uri)
                found.append(
                    InputItem(
                        field=field.name,
                        number=number,
                        uri=item.uri,
                        media=_media(field, item, facts),
                        label=self._input_label(field, number, item),
                        facts=facts,
                        problem=self._input_problem(field, number, facts),
                    )
                )
        return found

    def add_inputs(self, drops: Sequence[AssetDrop]) -> None:
        """Puts each input where it fits, switching to an endpoint that takes it when the present one does not."""
        for drop in drops:
            if drop.findings:
                self.said.emit(drop.findings[0].message)
                continue
            if drop.facts is not None:
                self._facts[drop.uri] = drop.facts
            field = self._place_for(drop)
            if field is None and not self._switch_for(drop):
                self.said.emit(
                    f"No model takes a {_KIND_WORDS.get(drop.media, 'file')} of this kind together with what is here."
                )
                continue
            field = field or self._place_for(drop)
            if field is not None:
                self._put(field, drop)
        self._moved()
        self.inputs_changed.emit()

    def add_input_to(self, name: str, drop: AssetDrop) -> None:
        """Puts an input into a named field, or says why not."""
        field = self._pair.field(name)
        kind = _kind(drop.media)
        if drop.findings:
            self.said.emit(drop.findings[0].message)
        elif field is None or not field.is_asset or (kind is not None and kind not in field.media):
            self.said.emit(
                f"{field.label if field else name} does not take a {_KIND_WORDS.get(drop.media, 'file of this kind')}."
            )
        else:
            if drop.facts is not None:
                self._facts[drop.uri] = drop.facts
            self._put(field, drop)
            self._moved()
            self.inputs_changed.emit()

    def remove_input(self, field: str, number: int) -> None:
        items = self._assets.get(field, [])
        if 0 <= number < len(items):
            del items[number]
            self._server_findings.pop(field, None)
            self._moved()
            self.inputs_changed.emit()

    def move_input(self, field: str, number: int, to: int) -> None:
        items = self._assets.get(field, [])
        if 0 <= number < len(items) and 0 <= to < len(items) and to != number:
            moved = items.pop(number)
            items.insert(to, moved)
            positions = self._pair.field(field)
            if positions is not None and positions.positions:
                self._assets[field] = [replace(item, position=None) for item in items]
            self._moved()
            self.inputs_changed.emit()

    def load(
        self, request: Request, *, editing: TaskId | None = None, parent: TaskId | None = None, new_seed: bool = False
    ) -> None:
        """Takes a request up: to edit a held task, to send an edited copy of another, or from a sidecar."""
        values = dict(request.values)
        if new_seed:
            values.pop("seed", None)
        if self._engine.catalog.pair(request.endpoint, request.model) is None:
            self.said.emit(
                f"The catalogue does not know {request.model or 'this model'}; only its prompt could be taken."
            )
            self.set_prompt(request.prompt)
            return
        self._take(request.endpoint, request.model, values)
        self._editing, self._parent_task = editing, parent
        self.changed.emit()

    def show_refusals(self, refusals: Mapping[str, str]) -> None:
        """Puts what Runway said of a request's fields at those fields."""
        self._server_findings = dict(refusals)
        self.changed.emit()

    def stop_editing(self) -> None:
        """What was edited stays here, as a request of its own."""
        self._editing = self._parent_task = None
        self.changed.emit()

    def clear(self) -> None:
        """An empty request of the same model."""
        self._values = self._preset(self._pair)
        self._assets.clear()
        self._server_findings.clear()
        self._shelf = _Shelf()
        self._attempted = False
        self._editing = self._parent_task = None
        self._moved()
        self.prompt_changed.emit()
        self.inputs_changed.emit()
        self.structure_changed.emit()

    def findings(self) -> tuple[Finding, ...]:
        """All that is wrong, the inputs' own limits too."""
        if self._found is None:
            found = list(self._checks())
            taken = {finding.path[0] for finding in found if finding.path}
            for item in self.inputs():
                if item.problem and item.field not in taken:
                    found.append(Finding((item.field,), item.problem))
            self._found = tuple(found)
        return self._found

    def _checks(self) -> tuple[Finding, ...]:
        """What the catalogue finds wrong with the whole."""
        if self._checked is None:
            self._checked = validate(self._pair, self.wire_values())
        return self._checked

    def finding_for(self, name: str) -> str:
        """What to say at a field now. What is merely missing is said only after one tried to send."""
        said = self._server_findings.get(name)
        if said:
            return said
        for finding in self.findings():
            if (
                finding.path
                and finding.path[0] == name
                and (self._attempted or not is_left_out(self.wire_values().get(name)))
            ):
                return finding.message
        return ""

    def findings_in(self, name: str) -> dict[tuple[str | int, ...], str]:
        """What is wrong inside a nested field, by the path within its value."""
        return {
            finding.path[1:]: finding.message
            for finding in self.findings()
            if len(finding.path) > 1 and finding.path[0] == name
        }

    def price(self) -> Price | None:
        return self._engine.pricing.price(self.request())

    def button(self) -> Button:
        reasons = tuple(dict.fromkeys(finding.message for finding in self.findings()))
        if self._sending:
            reasons = ("It is being stored.",)
        if self._editing is not None:
            return Button("Save changes", "", reasons)
        return Button("Generate", price_words(self.price()), reasons)

    def send(self) -> None:
        """Stores the request in the lane; it is sent when its turn comes. With something wrong, shows what and
        where."""
        findings = self.findings()
        self._attempted = True
        if self._sending:
            return
        if findings:
            self.changed.emit()
            self.focus_wanted.emit(str(findings[0].path[0]) if findings[0].path else "")
            return
        self._sending = True
        self.changed.emit()
        # Named now: something else may have been taken up before the storing begins.
        self._runner(self._store(self.request(), self._editing, self._parent_task, self._project), "store request")

    async def _store(self, request: Request, editing: TaskId | None, parent: TaskId | None, project: str) -> None:
        try:
            if editing is not None:
                await self._engine.submission.edit_held(editing, request)
                ids: tuple[TaskId, ...] = (editing,)
            else:
                ids = await self._engine.submission.submit([request], project=project, parent_id=parent)
        finally:
            self._sending = False
            self.changed.emit()
        self._attempted = False
        if (self._editing, self._parent_task) == (editing, parent):
            # Else something else was taken up while this one was being stored.
            self._editing = self._parent_task = None
        remembered = self._engine.settings.get(_MODELS, {})
        self._engine.settings.set(
            _MODELS, {**(remembered if isinstance(remembered, Mapping) else {}), request.endpoint: request.model}
        )
        self.changed.emit()
        self.sent.emit(ids)

    def _first_pair(self) -> Pair:
        catalog = self._engine.catalog
        return catalog.pair(*_FIRST) or next(iter(catalog.pairs()))

    def _preset(self, pair: Pair) -> dict[str, Any]:
        """What a required field must have anyway: its default, else its first choice or least number."""
        found: dict[str, Any] = {}
        for field in pair.fields:
            if not field.required or field.is_asset or field.kind in (FieldKind.PROMPT, FieldKind.TEXT):
                continue
            if field.default is not None:
                found[field.name] = field.default
            elif field.choices:
                found[field.name] = field.choices[0]
            elif field.kind is FieldKind.OBJECT and len(field.variants) == 1:
                found[field.name] = _least_variant(field)
            elif field.name == "duration":
                found[field.name] = int(max(field.minimum or 0, min(5, field.maximum or 5)))
            elif field.kind in (FieldKind.INTEGER, FieldKind.NUMBER) and field.minimum is not None:
                found[field.name] = field.minimum
            elif field.kind is FieldKind.SWITCH:
                found[field.name] = False
        return found

    def _take(self, endpoint: str, model: str, values: Mapping[str, Any]) -> None:
        pair = self._engine.catalog.pair(endpoint, model)
        if pair is None:
            return
        self._pair = pair
        self._assets = {}
        kept = {name: value for name, value in values.items() if not is_left_out(value)}
        strange = [name for name in kept if pair.field(name) is None and name != "model"]
        for name in (*strange, "model"):
            # Nothing in the form could take it out again.
            kept.pop(name, None)
        for field in pair.asset_fields:
            items = asset_items(field, kept.pop(field.name, None))
            if items:
                self._assets[field.name] = list(items)
        self._values = self._preset(pair) | kept
        self._server_findings = {}
        self._found = self._checked = None
        self._shelf = _Shelf()
        self._attempted = False
        self._editing = self._parent_task = None
        self._ask_facts()
        self.structure_changed.emit()
        self.prompt_changed.emit()
        self.inputs_changed.emit()
        self._moved()
        if strange:
            self.said.emit(f"{pair.label} does not take: {', '.join(strange)}.")

    def _ask_facts(self) -> None:
        paths = [
            path
            for items in self._assets.values()
            for item in items
            if item.uri not in self._facts and (path := _local(item.uri))
        ]
        if paths:
            self._runner(self._learn_facts(paths), "look at inputs")

    async def _learn_facts(self, paths: Sequence[Path]) -> None:
        gathered = await self._engine.intake.gather(paths=paths)
        for drop in gathered.assets:
            if drop.facts is not None:
                self._facts[drop.uri] = drop.facts
        self._found = self._checked = None
        self.inputs_changed.emit()
        self.changed.emit()

    def _switch(self, endpoint: str, model: str) -> None:
        pair = self._engine.catalog.pair(endpoint, model)
        if pair is None:
            return
        prompt = self.prompt
        old_values, old_assets, old_pair = self._values, self._assets, self._pair
        self._pair = pair
        self._values = self._preset(pair)
        own = {
            name: value
            for name, value in old_values.items()
            if (old_field := old_pair.field(name)) is None or old_field.kind is not FieldKind.PROMPT
        }
        moving = self._shelf.values | own
        # Some settings are only allowed beside others, which may come later: what did not fit is tried once more.
        left = {name: value for name, value in moving.items() if not self._keep_value(name, value)}
        left = {name: value for name, value in left.items() if not self._keep_value(name, value)}
        old_preset = self._preset(old_pair)
        chosen = {name: value for name, value in left.items() if value != old_preset.get(name)}
        self._shelf.values = chosen
        dropped = [
            _in_words(old_field, value)
            for name, value in chosen.items()
            if name in own and (old_field := old_pair.field(name)) is not None
        ]
        dropped += self._move_prompt(prompt)
        dropped += self._move_assets(old_pair, old_assets)
        self._server_findings = {}
        self._found = self._checked = None
        self._attempted = False
        self.structure_changed.emit()
        self.prompt_changed.emit()
        self.inputs_changed.emit()
        self._moved()
        if dropped:
            self.said.emit(f"{pair.label} does not take: {', '.join(dropped)}.")

    def _move_prompt(self, prompt: str) -> list[str]:
        """A model without a prompt gets none, and it is kept for the next one that takes one."""
        field = self._pair.prompt_field
        if field is None:
            if prompt and prompt_of(self._pair, self._values) != prompt:
                self._shelf.prompt = prompt
                return ["the prompt"]
            return []
        prompt, self._shelf.prompt = prompt or self._shelf.prompt, ""
        if prompt:
            self._values[field.name] = prompt
        return []

    def _switch_for_prompt(self) -> None:
        """To an endpoint that takes a prompt and the inputs that are here."""
        kinds = frozenset(kind for item in self.inputs() if (kind := _kind(item.media)) is not None)
        for endpoint in self._engine.catalog.endpoints_taking(kinds, has_prompt=True):
            for model in self._models_first_used(endpoint):
                pair = self._engine.catalog.pair(endpoint.name, model)
                if pair is not None and pair.prompt_field is not None:
                    self._switch(endpoint.name, model)
                    self.said.emit(f"Switched to {endpoint.label} with {pair.label}, which takes a prompt.")
                    return

    def _keep_value(self, name: str, value: Any) -> bool:
        field = self._pair.field(name)
        if field is None or field.is_asset:
            return False
        if any(finding.path[:1] == (name,) for finding in validate(self._pair, {**self._values, name: value})):
            return False
        self._values[name] = value
        return True

    def _move_assets(self, old_pair: Pair, old: Mapping[str, list[AssetItem]]) -> list[str]:
        self._assets = {}
        dropped = []
        shelved, self._shelf.inputs = self._shelf.inputs, []
        moving = [(name, item, False) for name, items in old.items() for item in items]
        for name, item, was_shelved in [*moving, *((name, item, True) for name, item in shelved)]:
            facts = self._facts.get(item.uri)
            old_field = old_pair.field(name)
            media = _media(old_field, item, facts) if old_field else _media_of(item, facts)
            drop = AssetDrop(uri=item.uri, path=_local(item.uri), media=media, facts=facts, findings=())
            same = self._pair.field(name)
            if same is not None and same.is_asset and self._has_room(same, drop):
                field: Field | None = same
            else:
                field = self._place_for(drop)
            if field is None or not self._has_room(field, drop):
                self._shelf.inputs.append((name, replace(item, media=_kind(media))))
                if not was_shelved:
                    dropped.append(f"the {_KIND_WORDS.get(media, 'file')} {_short_name(item.uri)}")
            else:
                self._assets.setdefault(field.name, []).append(
                    replace(item, position=None if field.name != name else item.position)
                )
        return dropped

    def _has_room(self, field: Field, drop: AssetDrop) -> bool:
        kind = _kind(drop.media)
        if kind is not None and kind not in field.media:
            return False
        return len(self._assets.get(field.name, ())) < _capacity(field)

    def _place_for(self, drop: AssetDrop) -> Field | None:
        """Where it goes: a required place before others, a free one before one whose last input it replaces."""
        kind = _kind(drop.media)
        of_kind = [field for field in self._pair.asset_fields if kind is None or kind in field.media]
        fitting = [field for field in of_kind if self._has_room(field, drop)] or of_kind
        return next((field for field in fitting if field.required), fitting[0]) if fitting else None

    def _switch_for(self, drop: AssetDrop) -> bool:
        kinds = {_kind(item.media) for item in self.inputs()} | {_kind(drop.media)}
        wanted = frozenset(kind for kind in kinds if kind is not None)
        fitting = self._engine.catalog.endpoints_taking(wanted, has_prompt=bool(self.prompt.strip()))
        if not fitting:
            only = _kind(drop.media)
            fitting = self._engine.catalog.endpoints_taking(
                frozenset({only}) if only else frozenset(), has_prompt=False
            )
        for endpoint in fitting:
            for model in self._models_first_used(endpoint):
                pair = self._engine.catalog.pair(endpoint.name, model)
                if pair is not None and any(_kind(drop.media) in field.media for field in pair.asset_fields):
                    self._switch(endpoint.name, model)
                    self.said.emit(
                        f"Switched to {endpoint.label} with {pair.label}, which takes a "
                        f"{_KIND_WORDS.get(drop.media, 'file')}."
                    )
                    return True
        return False

    def _first_ready(self, endpoint: Endpoint) -> str:
        """The first model that asks for no input beyond those that are here; else the first."""
        here = {_kind(item.media) for item in self.inputs()}
        for model in endpoint.models:
            pair = self._engine.catalog.pair(endpoint.name, model)
            if pair is not None and all(field.media & here for field in pair.asset_fields if field.required):
                return model
        return endpoint.models[0]

    def _models_first_used(self, endpoint: Endpoint) -> list[str]:
        remembered = self._engine.settings.get(_MODELS, {})
        last = remembered.get(endpoint.name) if isinstance(remembered, Mapping) else None
        preferred = [model for model in (last, self._pair.model, _FIRST[1]) if model in endpoint.models]
        return list(dict.fromkeys([*preferred, *endpoint.models]))

    def _put(self, field: Field, drop: AssetDrop) -> None:
        items = self._assets.setdefault(field.name, [])
        if len(items) >= _capacity(field):
            replaced = items.pop()
            self.said.emit(f"{_short_name(replaced.uri)} was replaced.")
        items.append(AssetItem(uri=drop.uri, media=_kind(drop.media)))
        self._server_findings.pop(field.name, None)

    def _input_label(self, field: Field, number: int, item: AssetItem) -> str:
        position = item.position or (
            field.positions[number] if field.position_required and number < len(field.positions) else None
        )
        if field.positions and position is None and number == 0 and field.bare:
            position = field.positions[0]
        if position:
            return f"{position.replace('_', ' ').capitalize()} frame"
        return field.label if _capacity(field) == 1 else f"{field.label} {number + 1}"

    def _input_problem(self, field: Field, number: int, facts: MediaFacts | None) -> str:
        for finding in self._checks():
            if finding.path[:2] == (field.name, number) or (finding.path == (field.name,) and number == 0):
                return finding.message
        return (check_asset(facts, field, self._pair) or "") if facts is not None else ""

    def _moved(self) -> None:
        self._found = self._checked = None
        self._keep.start()
        self.changed.emit()

    def _price_may_be_known(self, touched: dict[TaskId, Touch]) -> None:
        """What was just sent came back with an estimate."""
        if any(touch.before is not None and touch.before.state is State.SENDING for touch in touched.values()):
            self.changed.emit()

    def _store_draft(self) -> None:
        draft = {
            "endpoint": self._pair.endpoint,
            "model": self._pair.model,
            "values": self.wire_values(),
            "project": self._project,
        }
        self._engine.settings.set(_DRAFT, draft)


_KIND_WORDS = {Media.IMAGE: "picture", Media.VIDEO: "clip", Media.AUDIO: "sound"}


def price_words(price: Price | None, amount: int = 1) -> str:
    """What the button says of money: exact, "about", or that it is not known before."""
    if price is None:
        return "price shown after sending"
    said = wording.credits_in_words(price.credits * amount)
    return said if price.exact else f"about {said}"


def _in_words(field: Field, value: Any) -> str:
    return f"{field.label} {value_in_words(value)}" if isinstance(value, str | int | float) else field.label


def _kind(media: Media) -> MediaKind | None:
    return MediaKind(media.value) if media is not Media.OTHER else None


def _least_variant(field: Field) -> dict[str, Any]:
    """The only form that a required object has, with the first choice for each of its required members."""
    variant = field.variants[0]
    found: dict[str, Any] = {field.tag_key: variant.tag} if field.tag_key else {}
    for member in variant.fields:
        if member.required and member.choices:
            found[member.name] = member.choices[0]
    return found


def _capacity(field: Field) -> int:
    if field.kind is FieldKind.ASSET:
        return 1
    if field.max_length is not None:
        return field.max_length
    return len(field.positions) if field.positions else 16


def _media(field: Field, item: AssetItem, facts: MediaFacts | None) -> Media:
    known = _media_of(item, facts)
    return Media(next(iter(field.media)).value) if known is Media.OTHER and len(field.media) == 1 else known


def _media_of(item: AssetItem, facts: MediaFacts | None) -> Media:
    if facts is not None:
        return facts.media
    return Media(item.media.value) if item.media is not None else Media.OTHER


def _local(uri: str) -> Path | None:
    parts = urlsplit(uri)
    return Path(url2pathname(parts.path)) if parts.scheme == "file" else None


def _short_name(uri: str) -> str:
    path = _local(uri)
    return path.name if path else uri.rsplit("/", 1)[-1][:40]
