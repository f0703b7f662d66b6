"""The request being written: endpoint, model, values, inputs, what is wrong with it and what it will cost.

Everything typed or dropped is a draft that survives a crash. Checks run as one types, against the catalog and the
inputs' own facts. GUI thread only; nothing here blocks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from runway_desktop.catalog import (
    Endpoint,
    Finding,
    Pair,
    idle_reason,
)
from runway_desktop.domain.clients import waiting
from runway_desktop.domain.task import Request, State, TaskId
from runway_desktop.services.catalog_renewal import IN_USE as CATALOG_IN_USE
from runway_desktop.services.library import expansion
from runway_desktop.services.money.pricing import Price
from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.listing.changes import Touch
from runway_desktop.usecases.requests.draft import RequestDraft
from runway_desktop.usecases.requests.findings import FieldFindings, brace_findings, inside
from runway_desktop.usecases.requests.input_item import InputItem
from runway_desktop.usecases.requests.input_places import InputPlaces
from runway_desktop.usecases.requests.kept_draft import Draft, ParkedValues
from runway_desktop.usecases.requests.order import Button, Order, price_words
from runway_desktop.usecases.requests.pair_choice import PairChoice
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.composer.draft_keeping import PromptHistory
from runway_desktop.viewmodels.model import Model

from .draft_keeping import DraftKeeping, PutAside
from .input_taking import InputTaking
from .presets import ComposerPresets
from .sending import ComposerSending

if TYPE_CHECKING:
    from .chooser import Chooser


class Composer(Model):
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
    question_wanted = Signal(object, object)
    """A Question to answer before a dear request is stored, and what its answer yes calls."""
    focus_wanted = Signal(str)
    """Name of the field that needs attention."""

    def __init__(self, cases: UseCases, bridge: Bridge, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self._choice = PairChoice(cases.catalog, cases.settings)
        self._draft = RequestDraft(self._choice.first())
        self.places = InputPlaces(self._draft, self._inputs_moved)
        """What each input is for, and what the prompt calls it."""
        self._bridge = bridge
        self.history = PromptHistory(cases, bridge, runner, self)
        self.presets = ComposerPresets(cases, bridge, runner, self, self)
        self.history.stepped.connect(self.set_prompt)
        self.presets.said.connect(self.said)
        self._field_findings = FieldFindings()
        self.editing: TaskId | None = None
        """The held task that is being edited, if one is."""
        self._parent_task: TaskId | None = None
        self.project = ""
        self.taking = InputTaking(cases, self._draft, self._choice, self._switch_to, runner, self)
        """Takes inputs in, moves them and takes them out."""
        self.taking.said.connect(self.said)
        self.taking.touched.connect(self._field_findings.forget)
        self.taking.moved.connect(self._inputs_moved)
        self.taking.removed.connect(self._input_removed)
        self.taking.learned.connect(self._inputs_known)
        self.aside = PutAside(self._take_draft, self)
        """What was being written before something else was taken up."""
        self._button: Button | None = None
        """What the send button said last."""
        self._keeping = DraftKeeping(cases, self._as_it_stands, self)
        self._sending = ComposerSending(cases, bridge, runner, self)
        self._sending.changed.connect(self.changed)
        self._sending.question_wanted.connect(self.question_wanted)
        self._sending.stored.connect(self._stored)
        bridge.files_moved.connect(self.taking.follow)
        bridge.organization_changed.connect(lambda _: self.changed.emit())
        bridge.key_changed.connect(lambda _: self.changed.emit())
        bridge.tasks_touched.connect(self._price_may_be_known)
        bridge.settings_changed.connect(lambda names: self._catalog_renewed() if CATALOG_IN_USE in names else None)

    @cached_property
    def chooser(self) -> Chooser:
        """What can be chosen instead of the present pair; made when somebody looks."""
        from .chooser import Chooser

        return Chooser(self._cases, self._bridge, self._runner, self, self)

    @property
    def pair(self) -> Pair:
        return self._draft.pair

    @property
    def endpoint(self) -> Endpoint:
        return next(found for found in self.endpoints if found.name == self._draft.pair.endpoint)

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        return self._cases.catalog.endpoints

    @property
    def models(self) -> tuple[str, ...]:
        return self.endpoint.models

    @property
    def prompt(self) -> str:
        return self._draft.prompt

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
    def approves(self) -> bool:
        """Whether what is edited is a request of another program, which sending it approves."""
        return self.editing is not None and any(one.id == self.editing for one in waiting(self._cases.tasks.held()))

    @property
    def amount(self) -> int:
        """How many tasks it makes: one for each text that the prompt's braces stand for."""
        return self._order().amount

    @staticmethod
    def braces(text: str) -> tuple[tuple[int, int], ...]:
        """Where the groups of a prompt stand that make several tasks of it."""
        return expansion.groups(text)

    def requests(self) -> list[Request]:
        """One for each text of the prompt."""
        return self._order().requests()

    def findings(self) -> tuple[Finding, ...]:
        """All that is wrong, the inputs' own limits too, in the order of the eye: the prompt stands on top."""
        found = (*self._draft.findings(), *brace_findings(self.pair, self.amount, self.requests))
        prompt = self.pair.prompt_field
        return tuple(sorted(found, key=lambda finding: prompt is None or finding.path[:1] != (prompt.name,)))

    def restore_draft(self) -> None:
        """Takes up what was being written when the program last ended. Call once, after the settings are loaded."""
        kept = self._keeping.kept()
        if kept is None:
            return
        pair = self._cases.catalog.pair(kept.request.endpoint, kept.request.model)
        if pair is not None:
            self._take_draft(kept)
        elif kept.request.prompt:
            self.load(kept.request)

    def _take_draft(self, draft: Draft) -> None:
        pair = self._cases.catalog.pair(draft.request.endpoint, draft.request.model)
        if pair is None:
            return
        self._put_aside()
        self.project = draft.project
        self._take(pair, draft.request.values, draft.parked)
        self.editing, self._parent_task = draft.editing, draft.parent
        if draft.was_sent:
            self._sending.recall(self.request(), self.project)
        if draft.editing is not None:
            self._runner(self._edit_on(draft.editing), "go on editing")
        self.changed.emit()

    def _put_aside(self) -> None:
        """What is being written gives way. What was sent is in the list, and what holds no work is no loss."""
        draft = self._as_it_stands()
        if self._draft.holds_work and not draft.was_sent:
            self.aside.keep(draft)

    def keep_draft(self) -> None:
        """At the end of the program: what was typed a moment ago is handed to the settings."""
        self._keeping.keep_what_is_due()

    def choose_endpoint(self, name: str, *, for_input: bool = False) -> None:
        """Switches to the endpoint, with the model last used there. What still fits is kept, what does not is said.
        `for_input`: only as long as there is the input for which it is."""
        endpoint = self._cases.catalog.endpoint(name)
        if endpoint is not None:
            is_other = name != self._draft.pair.endpoint
            model = self._choice.model_for(endpoint, self.pair, self.inputs()) if is_other else self.pair.model
            self.choose(name, model, for_input=for_input)

    def choose_model(self, model: str) -> None:
        if model in self.models:
            self.choose(self._draft.pair.endpoint, model)

    def choose(self, endpoint: str, model: str, *, for_input: bool = False) -> None:
        """Switches to the pair. What still fits is kept, what does not is said. `for_input`: see above."""
        pair = self._cases.catalog.pair(endpoint, model)
        if pair is None:
            return
        if not for_input:
            self._choice.choose(pair)
        if pair != self._draft.pair:
            self._go_to(pair)

    def set_project(self, name: str) -> None:
        if name != self.project:
            self.project = name
            self._moved()

    def set_value(self, name: str, value: Any) -> None:
        """One field's wire value as one types; None or "" leaves it out."""
        if not self._draft.set_value(name, value):
            return
        self.taking.ask_facts()
        self._field_findings.forget(name)
        self._moved()

    def set_prompt(self, text: str) -> None:
        """The prompt from elsewhere (a drop, history); the editor is told. A model that takes none gives way to one
        that does."""
        field = self._draft.pair.prompt_field
        if field is None:
            pair = self._choice.taking_prompt(self.pair, self.inputs())
            if pair is not None:
                self._switch_to(pair, "a prompt")
            field = self._draft.pair.prompt_field
        if field is None:
            self._draft.shelve_prompt(text)
            self.said.emit(f"{self._draft.pair.label} takes no prompt. It is kept until you choose a model that does.")
            return
        self.set_value(field.name, text)
        self.prompt_changed.emit()

    def load(
        self, request: Request, *, editing: TaskId | None = None, parent: TaskId | None = None, new_seed: bool = False
    ) -> None:
        """Takes a request up: to edit a held task, to send an edited copy of another, or from a sidecar."""
        values = dict(request.values)
        if new_seed:
            values.pop("seed", None)
        pair = self._cases.catalog.pair(request.endpoint, request.model)
        if pair is None:
            self.said.emit(
                f"The catalog does not know {request.model or 'this model'}; only its prompt could be taken."
            )
            self.set_prompt(request.prompt)
            return
        field = pair.prompt_field
        if field is not None and editing is None and isinstance(values.get(field.name), str):
            # Braces that were sent as they are must not become several tasks now.
            values[field.name] = expansion.literal(values[field.name])
        if (self.pair, self.request().values) != (pair, values):
            self._put_aside()
        self._take(pair, values)
        self.editing, self._parent_task = editing, parent
        self.changed.emit()

    def show_refusals(self, refusals: Mapping[str, str]) -> None:
        """Puts what Runway said of a request's fields at those fields."""
        self._field_findings.refuse(refusals)
        self.changed.emit()

    def stop_editing(self) -> None:
        """What was edited stays here, as a request of its own."""
        self.editing = self._parent_task = None
        self._moved()

    def clear(self) -> None:
        """An empty request of the same model; of the one that was chosen before, where the model only came with an
        input."""
        self._put_aside()
        self._draft.clear()
        pair = self._choice.without_inputs(self.pair)
        if pair != self.pair:
            self._draft.switch(pair)
            self._draft.clear()
        self._field_findings.begin_again()
        self.editing = self._parent_task = None
        self._moved()
        self.prompt_changed.emit()
        self.inputs_changed.emit()
        self.structure_changed.emit()

    def finding_for(self, name: str) -> str:
        """What to say at a field now. What is merely missing is said only after one tried to send."""
        return self._field_findings.at(name, self.findings(), self.wire_values().get(name))

    def findings_in(self, name: str) -> dict[tuple[str | int, ...], str]:
        """What is wrong inside a nested field, by the path within its value."""
        return inside(name, self.findings())

    def idle_reason(self, name: str) -> str:
        """Why a field does not count beside the others as they are; empty when it does."""
        field = self._draft.pair.field(name)
        return idle_reason(self._draft.pair, self.wire_values(), field) if field is not None else ""

    def price(self) -> Price | None:
        return self._cases.pricing.price(self.request())

    def button(self) -> Button:
        reasons = tuple(dict.fromkeys(finding.message for finding in self.findings()))
        self._button = self._sending.button(self._order(), reasons)
        return self._button

    def raise_cap(self) -> None:
        """Sends this, and raises the cap that is in the way, for all that waits for it."""
        if self._may_send():
            self._sending.raise_and_send(self._order())

    def send(self) -> None:
        """Stores the request in the lane; it is sent when its turn comes. With something wrong, shows what and
        where. Asks first when it costs more than the person wants to spend without a question. What was sent a moment
        ago is not sent again by a second press in a row, which is said at the button."""
        if self._may_send():
            self._sending.send(self._order())

    def _may_send(self) -> bool:
        if self._sending.is_storing:
            return False
        self._field_findings.attempted = True
        findings = self.findings()
        if findings:
            self.changed.emit()
            self.focus_wanted.emit(str(findings[0].path[0]) if findings[0].path else "")
        return not findings

    def _order(self) -> Order:
        return Order(
            pair=self.pair,
            request=self.request(),
            editing=self.editing,
            approves=self.approves,
            parent=self._parent_task,
            project=self.project,
        )

    def _stored(self, order: Order, ids: tuple[TaskId, ...]) -> None:
        self._field_findings.attempted = False
        if (self.editing, self._parent_task) == (order.editing, order.parent):
            # Else something else was taken up while this one was being stored.
            self.editing = self._parent_task = None
        self._choice.remember(order.request)
        self._keeping.keep()
        self.changed.emit()
        self.sent.emit(ids)

    async def _edit_on(self, task_id: TaskId) -> None:
        """The held task that was being edited may have been sent, or dropped, since this was kept."""
        task = await self._cases.tasks.task(task_id)
        if self.editing == task_id and (task is None or task.state is not State.HELD):
            self.stop_editing()
            self.said.emit("The task that you were editing is no longer queued. Your changes are a new request now.")

    def _take(self, pair: Pair, values: Mapping[str, Any], parked: ParkedValues | None = None) -> None:
        strange = self._draft.take(pair, values, parked)
        self.editing = self._parent_task = None
        self.taking.ask_facts()
        self._rebuilt(strange)

    def _switch_to(self, pair: Pair, taking: str) -> None:
        """Goes to another model because of what it takes, and says so."""
        self._go_to(pair)
        self.said.emit(f"Switched to {self.endpoint.label} with {pair.label}, which takes {taking}.")

    def _go_to(self, pair: Pair) -> None:
        """Keeps what fits, and says what does not, and which length came nearest to one that does not."""
        not_taken = self._draft.switch(pair)
        (length, why), price = self._draft.other_length, self.price()
        cost = f": {price_words(price)}" if price is not None else ""
        self._rebuilt(not_taken, f"{length}{cost}. {why}".strip() if length else "")

    def _rebuilt(self, not_taken: Sequence[str], also: str = "") -> None:
        """Another request or model stands there: everything is shown anew, and what was left out is said."""
        self._field_findings.begin_again()
        self.structure_changed.emit()
        self.prompt_changed.emit()
        self.inputs_changed.emit()
        self._moved()
        lost = f"{self._draft.pair.label} does not take: {', '.join(not_taken)}." if not_taken else ""
        if lost or also:
            self.said.emit(" ".join(said for said in (also, lost) if said))

    def _catalog_renewed(self) -> None:
        """The same pair as the new catalog has it, or the first where it has it no more; what fits is kept."""
        pair = self._cases.catalog.pair(self._draft.pair.endpoint, self._draft.pair.model)
        self._rebuilt(self._draft.switch(pair or self._choice.first()))
        if "chooser" in vars(self):
            self.chooser.changed.emit()

    def _input_removed(self) -> None:
        """With the last input goes the model that came with it."""
        pair = self._choice.without_inputs(self.pair)
        if pair != self.pair and not self.inputs():
            self._go_to(pair)
            self.said.emit(f"Back to {self.endpoint.label} with {pair.label}.")

    def _inputs_moved(self) -> None:
        self._moved()
        self.inputs_changed.emit()

    def _inputs_known(self) -> None:
        self.inputs_changed.emit()
        self.changed.emit()

    def _moved(self) -> None:
        self._sending.drop_note()
        self._keeping.keep_soon()
        self.changed.emit()

    def _price_may_be_known(self, touched: dict[TaskId, Touch]) -> None:
        """What was just sent came back with an estimate, or leaves more or less room below a cap."""
        waited = (State.HELD, State.SENDING)
        if any(touch.before is not None and touch.before.state in waited for touch in touched.values()):
            before = self._button
            if self.button() != before:
                self.changed.emit()

    def _as_it_stands(self) -> Draft:
        pair = self._draft.pair
        return Draft(
            request=Request(endpoint=pair.endpoint, model=pair.model, values=self.wire_values()),
            project=self.project,
            parked=self._draft.parked,
            was_sent=self._sending.is_another(self.request(), self.project),
            editing=self.editing,
            parent=self._parent_task,
        )
