"""The request being written: endpoint, model, values, inputs, what is wrong with it and what it will cost.

Everything typed or dropped is a draft that survives a crash. Checks run as one types, against the catalogue and the
inputs' own facts. GUI thread only; nothing here blocks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from runway_desktop.catalog import (
    Endpoint,
    Field,
    Finding,
    Pair,
    idle_reason,
    is_left_out,
)
from runway_desktop.domain.task import Request, State, TaskId
from runway_desktop.services import expansion
from runway_desktop.services.catalog_renewal import IN_USE as CATALOGUE_IN_USE
from runway_desktop.services.engine import Engine
from runway_desktop.services.input_mending import mends_for
from runway_desktop.services.intake import AssetDrop
from runway_desktop.services.pricing import Price

from . import wording
from .bridge import Bridge, Touch
from .chooser import Chooser
from .input_places import InputPlaces
from .money import price_detail, sending_question
from .offers import Question
from .preset_shelf import PresetShelf
from .prompt_history import PromptHistory
from .request_draft import KIND_WORDS, InputItem, RequestDraft, kind_of
from .runner import Runner
from .sheet.keeping import batch_name, keep_as_sheet

_FIRST = ("text_to_video", "gen4.5")
"""What a new profile starts with."""
_DRAFT = "composer.draft"
_MODELS = "composer.models"


@dataclass(frozen=True, slots=True)
class Button:
    """What the send button says and may. `reasons` says why not, each a sentence."""

    text: str
    price: str
    reasons: tuple[str, ...]
    detail: str = ""
    """The price in dollars, and where it comes from."""


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
    question_wanted = Signal(object)
    """A Question to answer before a dear request is stored; the answer is `send_confirmed`."""
    focus_wanted = Signal(str)
    """Name of the field that needs attention."""

    def __init__(self, engine: Engine, bridge: Bridge, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._runner = runner
        self._draft = RequestDraft(self._first_pair())
        self.places = InputPlaces(self._draft, self._inputs_moved)
        """What each input is for, and what the prompt calls it."""
        self.chooser = Chooser(engine, bridge, runner, self, self)
        self.history = PromptHistory(engine, bridge, runner, self)
        self.presets = PresetShelf(engine, bridge, runner, self, self)
        self.history.stepped.connect(self.set_prompt)
        self.presets.said.connect(self.said)
        self._server_findings: dict[str, str] = {}
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
        bridge.settings_changed.connect(lambda names: self._catalogue_renewed() if CATALOGUE_IN_USE in names else None)

    @property
    def pair(self) -> Pair:
        return self._draft.pair

    @property
    def endpoint(self) -> Endpoint:
        return next(found for found in self.endpoints if found.name == self._draft.pair.endpoint)

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        return self._engine.catalog.endpoints

    @property
    def models(self) -> tuple[str, ...]:
        return self.endpoint.models

    def model_label(self, model: str) -> str:
        """The model's own name in words."""
        pair = self._engine.catalog.pair(self._draft.pair.endpoint, model)
        return pair.label if pair is not None else model

    @property
    def prompt(self) -> str:
        return self._draft.prompt

    @property
    def editing(self) -> TaskId | None:
        """The held task that is being edited, if one is."""
        return self._editing

    @property
    def project(self) -> str:
        return self._project

    def value(self, name: str) -> Any:
        return self._draft.values.get(name)

    def wire_values(self) -> dict[str, Any]:
        """All values with the inputs in their places."""
        return self._draft.wire_values()

    def request(self) -> Request:
        return self._draft.request()

    def inputs(self) -> list[InputItem]:
        return self._draft.inputs()

    @property
    def amount(self) -> int:
        """How many tasks it makes: one for each text that the prompt's braces stand for."""
        return 1 if self._editing is not None or self.pair.prompt_field is None else expansion.count(self.prompt)

    @staticmethod
    def braces(text: str) -> tuple[tuple[int, int], ...]:
        """Where the groups of a prompt stand that make several tasks of it."""
        return expansion.groups(text)

    def requests(self) -> list[Request]:
        """One for each text of the prompt."""
        request, field = self.request(), self.pair.prompt_field
        if field is None or self._editing is not None or not request.prompt:
            return [request]
        return [
            replace(request, values={**request.values, field.name: found.text}, prompt=found.text)
            for found in expansion.expansions(request.prompt)
        ]

    def findings(self) -> tuple[Finding, ...]:
        """All that is wrong, the inputs' own limits too."""
        found, field = self._draft.findings(), self.pair.prompt_field
        amount = self.amount
        if field is None or amount == 1:
            return found
        if amount > expansion.MOST:
            said = f"The braces stand for {amount:,} tasks. One sending makes up to {expansion.MOST:,}."
            return (*found, Finding((field.name,), said))
        if field.required and not all(request.prompt.strip() for request in self.requests()):
            return (*found, Finding((field.name,), "One of the prompts that the braces stand for is empty."))
        return found

    def restore_draft(self) -> None:
        """Takes up what was being written when the program last ended. Call once, after the settings are loaded."""
        draft = self._engine.settings.get(_DRAFT)
        if isinstance(draft, Mapping) and isinstance(draft.get("values"), Mapping):
            self._take(str(draft.get("endpoint", "")), str(draft.get("model", "")), draft["values"])
            self._project = str(draft.get("project", ""))

    def choose_endpoint(self, name: str) -> None:
        """Switches to the endpoint, with the model last used there. What still fits is kept, what does not is said."""
        endpoint = self._engine.catalog.endpoint(name)
        if endpoint is None or name == self._draft.pair.endpoint:
            return
        remembered = self._engine.settings.get(_MODELS, {})
        model = remembered.get(name) if isinstance(remembered, Mapping) else None
        if model not in endpoint.models:
            model = self._draft.pair.model if self._draft.pair.model in endpoint.models else self._first_ready(endpoint)
        self._switch(name, model)

    def choose_model(self, model: str) -> None:
        if model != self._draft.pair.model and model in self.models:
            self._switch(self._draft.pair.endpoint, model)

    def choose(self, endpoint: str, model: str) -> None:
        """Switches to the pair. What still fits is kept, what does not is said."""
        if (endpoint, model) != (self._draft.pair.endpoint, self._draft.pair.model):
            self._switch(endpoint, model)

    def set_project(self, name: str) -> None:
        if name != self._project:
            self._project = name
            self._moved()

    def set_value(self, name: str, value: Any) -> None:
        """One field's wire value as one types; None or "" leaves it out."""
        if not self._draft.set_value(name, value):
            return
        self._ask_facts()
        self._server_findings.pop(name, None)
        self._moved()

    def set_prompt(self, text: str) -> None:
        """The prompt from elsewhere (a drop, history); the editor is told. A model that takes none gives way to one
        that does."""
        field = self._draft.pair.prompt_field
        if field is None:
            self._switch_for_prompt()
            field = self._draft.pair.prompt_field
        if field is None:
            self._draft.shelve_prompt(text)
            self.said.emit(f"{self._draft.pair.label} takes no prompt. It is kept until you choose a model that does.")
            return
        self.set_value(field.name, text)
        self.prompt_changed.emit()

    def add_inputs(self, drops: Sequence[AssetDrop]) -> None:
        """Puts each input where it fits, switching to an endpoint that takes it when the present one does not. A file
        that no model takes as it is gets its place all the same: what can be done about it is offered there."""
        for drop in drops:
            if drop.findings and drop.facts is None:
                self.said.emit(drop.findings[0].message)
                continue
            field = self._draft.place_for(drop)
            if field is None and not self._switch_for(drop):
                self.said.emit(
                    f"No model takes a {KIND_WORDS.get(drop.media, 'file')} of this kind together with what is here."
                )
                continue
            field = field or self._draft.place_for(drop)
            if field is not None:
                self._put(field, drop)
        self._moved()
        self.inputs_changed.emit()

    def add_input_to(self, name: str, drop: AssetDrop) -> None:
        """Puts an input into a named field, or says why not."""
        field = self._draft.pair.field(name)
        if drop.findings and drop.facts is None:
            self.said.emit(drop.findings[0].message)
        elif field is None or not _may_hold(field, drop):
            self.said.emit(
                f"{field.label if field else name} does not take a {KIND_WORDS.get(drop.media, 'file of this kind')}."
            )
        else:
            self._put(field, drop)
            self._moved()
            self.inputs_changed.emit()

    def replace_input(self, name: str, number: int, drop: AssetDrop) -> None:
        """Puts an input in the place of another, for the same purpose; or says why not."""
        field = self._draft.pair.field(name)
        if drop.findings and drop.facts is None:
            self.said.emit(drop.findings[0].message)
        elif field is not None and _may_hold(field, drop) and self._draft.put_in_place_of(name, number, drop):
            self._server_findings.pop(name, None)
            self._inputs_moved()
        else:
            # The one that it was meant for is gone, or the place takes no such thing, which is said.
            self.add_input_to(name, drop)

    def remove_input(self, field: str, number: int) -> None:
        if self._draft.remove(field, number):
            self._server_findings.pop(field, None)
            self._moved()
            self.inputs_changed.emit()

    def move_input(self, field: str, number: int, to: int) -> None:
        if self._draft.move(field, number, to):
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
        pair = self._engine.catalog.pair(request.endpoint, request.model)
        field = pair.prompt_field if pair is not None else None
        if field is not None and editing is None and isinstance(values.get(field.name), str):
            # Braces that were sent as they are must not become several tasks now.
            values[field.name] = expansion.literal(values[field.name])
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
        self._draft.clear()
        self._server_findings.clear()
        self._attempted = False
        self._editing = self._parent_task = None
        self._moved()
        self.prompt_changed.emit()
        self.inputs_changed.emit()
        self.structure_changed.emit()

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

    def idle_reason(self, name: str) -> str:
        """Why a field does not count beside the others as they are; empty when it does."""
        field = self._draft.pair.field(name)
        return idle_reason(self._draft.pair, self.wire_values(), field) if field is not None else ""

    def price(self) -> Price | None:
        return self._engine.pricing.price(self.request())

    def button(self) -> Button:
        reasons = tuple(dict.fromkeys(finding.message for finding in self.findings()))
        if self._sending:
            reasons = ("It is being stored.",)
        if self._editing is not None:
            return Button("Save changes", "", reasons)
        amount = self.amount
        text = "Generate" if amount == 1 else f"Generate {amount:,}"
        price = self.price()
        return Button(text, price_words(price, amount), reasons, price_detail(price))

    def send(self) -> None:
        """Stores the request in the lane; it is sent when its turn comes. With something wrong, shows what and
        where. Asks first when it costs more than the person wants to spend without a question."""
        self._send(self._question())

    def send_confirmed(self) -> None:
        """The same after the question."""
        self._send(None)

    def _question(self) -> Question | None:
        price = self.price() if self._editing is None else None
        if price is None:
            return None
        amount = self.amount
        return sending_question(self._engine.settings.confirm_above, amount, price.credits * amount, exact=price.exact)

    def _send(self, question: Question | None) -> None:
        findings = self.findings()
        self._attempted = True
        if self._sending:
            return
        if findings:
            self.changed.emit()
            self.focus_wanted.emit(str(findings[0].path[0]) if findings[0].path else "")
            return
        if question is not None:
            self.question_wanted.emit(question)
            return
        self._sending = True
        self.changed.emit()
        # Named now: something else may have been taken up before the storing begins.
        work = self._store(self.request(), self.requests(), self._editing, self._parent_task, self._project)
        self._runner(work, "store request")

    async def _store(
        self,
        request: Request,
        requests: Sequence[Request],
        editing: TaskId | None,
        parent: TaskId | None,
        project: str,
    ) -> None:
        try:
            if editing is not None:
                await self._engine.submission.edit_held(editing, request)
                ids: tuple[TaskId, ...] = (editing,)
            else:
                name = batch_name(request.prompt) if len(requests) > 1 else ""
                ids = await self._engine.submission.submit(requests, batch_name=name, project=project, parent_id=parent)
                if len(requests) > 1:
                    await keep_as_sheet(self._engine, request, ids, project)
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

    def _take(self, endpoint: str, model: str, values: Mapping[str, Any]) -> None:
        pair = self._engine.catalog.pair(endpoint, model)
        if pair is None:
            return
        strange = self._draft.take(pair, values)
        self._editing = self._parent_task = None
        self._ask_facts()
        self._rebuilt(strange)

    def _switch(self, endpoint: str, model: str) -> None:
        pair = self._engine.catalog.pair(endpoint, model)
        if pair is not None:
            self._rebuilt(self._draft.switch(pair))

    def _rebuilt(self, not_taken: Sequence[str]) -> None:
        """Another request or model stands there: everything is shown anew, and what was left out is said."""
        self._server_findings = {}
        self._attempted = False
        self.structure_changed.emit()
        self.prompt_changed.emit()
        self.inputs_changed.emit()
        self._moved()
        if not_taken:
            self.said.emit(f"{self._draft.pair.label} does not take: {', '.join(not_taken)}.")

    def _catalogue_renewed(self) -> None:
        """The same pair as the new catalogue has it, or the first where it has it no more; what fits is kept."""
        pair = self._engine.catalog.pair(self._draft.pair.endpoint, self._draft.pair.model)
        self._rebuilt(self._draft.switch(pair or self._first_pair()))
        self.chooser.changed.emit()

    def _ask_facts(self) -> None:
        files = self._draft.unknown_files()
        if files:
            self._runner(self._learn_facts(files), "look at inputs")

    async def _learn_facts(self, uris: Sequence[str]) -> None:
        for uri, found in (await self._engine.intake.look(uris)).items():
            if found.facts is not None:
                self._draft.facts[uri] = found.facts
            elif found.problem:
                self._draft.unreadable[uri] = found.problem
        self._draft.touched()
        self.inputs_changed.emit()
        self.changed.emit()

    def _switch_for_prompt(self) -> None:
        """To an endpoint that takes a prompt and the inputs that are here."""
        kinds = frozenset(kind for item in self.inputs() if (kind := kind_of(item.media)) is not None)
        for endpoint in self._engine.catalog.endpoints_taking(kinds, has_prompt=True):
            for model in self._models_first_used(endpoint):
                pair = self._engine.catalog.pair(endpoint.name, model)
                if pair is not None and pair.prompt_field is not None:
                    self._switch(endpoint.name, model)
                    self.said.emit(f"Switched to {endpoint.label} with {pair.label}, which takes a prompt.")
                    return

    def _switch_for(self, drop: AssetDrop) -> bool:
        kinds = {kind_of(item.media) for item in self.inputs()} | {kind_of(drop.media)}
        wanted = frozenset(kind for kind in kinds if kind is not None)
        fitting = self._engine.catalog.endpoints_taking(wanted, has_prompt=bool(self.prompt.strip()))
        if not fitting:
            only = kind_of(drop.media)
            fitting = self._engine.catalog.endpoints_taking(
                frozenset({only}) if only else frozenset(), has_prompt=False
            )
        for endpoint in fitting:
            for model in self._models_first_used(endpoint):
                pair = self._engine.catalog.pair(endpoint.name, model)
                if pair is not None and any(kind_of(drop.media) in field.media for field in pair.asset_fields):
                    self._switch(endpoint.name, model)
                    self.said.emit(
                        f"Switched to {endpoint.label} with {pair.label}, which takes a "
                        f"{KIND_WORDS.get(drop.media, 'file')}."
                    )
                    return True
        return False

    def _first_ready(self, endpoint: Endpoint) -> str:
        """The first model that asks for no input beyond those that are here; else the first."""
        here = {kind_of(item.media) for item in self.inputs()}
        for model in endpoint.models:
            pair = self._engine.catalog.pair(endpoint.name, model)
            if pair is not None and all(field.media & here for field in pair.asset_fields if field.required):
                return model
        return endpoint.models[0]

    def _models_first_used(self, endpoint: Endpoint) -> list[str]:
        remembered = self._engine.settings.get(_MODELS, {})
        last = remembered.get(endpoint.name) if isinstance(remembered, Mapping) else None
        preferred = [model for model in (last, self._draft.pair.model, _FIRST[1]) if model in endpoint.models]
        return list(dict.fromkeys([*preferred, *endpoint.models]))

    def _put(self, field: Field, drop: AssetDrop) -> None:
        replaced = self._draft.put(field, drop)
        self._server_findings.pop(field.name, None)
        if replaced:
            self.said.emit(f"{replaced} was replaced.")

    def _inputs_moved(self) -> None:
        self._moved()
        self.inputs_changed.emit()

    def _moved(self) -> None:
        self._keep.start()
        self.changed.emit()

    def _price_may_be_known(self, touched: dict[TaskId, Touch]) -> None:
        """What was just sent came back with an estimate."""
        waited = (State.HELD, State.SENDING)
        if any(touch.before is not None and touch.before.state in waited for touch in touched.values()):
            self.changed.emit()

    def _store_draft(self) -> None:
        draft = {
            "endpoint": self._draft.pair.endpoint,
            "model": self._draft.pair.model,
            "values": self.wire_values(),
            "project": self._project,
        }
        self._engine.settings.set(_DRAFT, draft)


def _may_hold(field: Field, drop: AssetDrop) -> bool:
    """Whether an input of this kind may stand in the field, as it is or once it is mended."""
    kind = kind_of(drop.media)
    mendable = drop.facts is not None and bool(mends_for(drop.facts, field))
    return field.is_asset and (kind is None or kind in field.media or mendable)


def price_words(price: Price | None, amount: int = 1) -> str:
    """What the button says of money: exact, "about", or that it is not known before."""
    if price is None:
        return "price shown after sending"
    said = wording.credits_in_words(price.credits * amount)
    return said if price.exact else f"about {said}"
