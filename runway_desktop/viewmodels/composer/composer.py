"""The request being written: endpoint, model, values, inputs, findings and price.

All edits are saved as a draft that survives a crash. Validation runs on each edit, against the catalog and facts of the
inputs. GUI thread only; nothing blocks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from runway_desktop.catalog import (
    Endpoint,
    FieldKind,
    Finding,
    Pair,
    idle_reason,
)
from runway_desktop.domain.cast import Cast, settled_names
from runway_desktop.domain.permissions import waiting
from runway_desktop.domain.task import Request, State, TaskId
from runway_desktop.services.library import expansion
from runway_desktop.services.money.pricing import Price
from runway_desktop.services.supervised import Runner
from runway_desktop.texts import _, in_turn, listed, ngettext, pgettext
from runway_desktop.usecases.casting import Casting, casting_words
from runway_desktop.usecases.listing.changes import Touch
from runway_desktop.usecases.requests.draft import FieldFindings, RequestDraft, brace_findings, inside
from runway_desktop.usecases.requests.input_fields import InputFields
from runway_desktop.usecases.requests.input_item import InputItem
from runway_desktop.usecases.requests.kept_draft import Draft, ParkedValues
from runway_desktop.usecases.requests.order import Button, Order, price_words
from runway_desktop.usecases.requests.pair_choice import PairChoice
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words.cast import unknown_words
from runway_desktop.values import replace
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.model import Model

from .input_taking import InputTaking
from .keeping import ComposerPresets, DraftKeeping, PromptHistory, PutAside
from .sending import ComposerSending

if TYPE_CHECKING:
    from .chooser import Chooser

TEXTS = (FieldKind.PROMPT, FieldKind.TEXT)


class Composer(Model):
    structure_changed = Signal()
    """Endpoint or model changed: rebuild the form."""
    changed = Signal()
    """Values, findings or price changed."""
    prompt_changed = Signal()
    """The prompt was changed other than by typing."""
    inputs_changed = Signal()
    said = Signal(str)
    """A sentence about dropped files or a switch of the model."""
    sent = Signal(object)
    """A tuple of task ids, now stored in the queue."""
    question_wanted = Signal(object, object)
    """A Question to answer before an expensive request is stored, and the callback for yes."""
    projects_listed = Signal(object)
    """Names of projects, to choose one."""
    focus_wanted = Signal(str)
    """Name of the field to focus."""

    def __init__(self, cases: UseCases, bridge: Bridge, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self._choice = PairChoice(cases.catalog, cases.settings)
        self._draft = RequestDraft(self._choice.first())
        self.input_fields = InputFields(self._draft, self._inputs_moved)
        """Purpose of each input, and its name in the prompt."""
        self._bridge = bridge
        self.history = PromptHistory(cases, bridge, runner, self)
        self.presets = ComposerPresets(cases, bridge, runner, self, self)
        self.history.stepped.connect(self.set_prompt)
        self.presets.said.connect(self.said)
        self._field_findings = FieldFindings()
        self.editing: TaskId | None = None
        self._parent_task: TaskId | None = None
        self.project = ""
        self.taking = InputTaking(cases, self._draft, self._choice, self._switch_to, runner, self)
        """Adds, moves and removes inputs."""
        self.taking.said.connect(self.said)
        self.taking.touched.connect(self._field_findings.forget)
        self.taking.moved.connect(self._inputs_moved)
        self.taking.removed.connect(self._input_removed)
        self.taking.learned.connect(self._inputs_known)
        self.aside = PutAside(self._take_draft, self)
        """The draft that was replaced last."""
        self._button: Button | None = None
        """The last content of the send button."""
        self._keeping = DraftKeeping(cases, self._as_it_stands, self)
        self._sending = ComposerSending(cases, bridge, runner, self)
        self._sending.changed.connect(self.changed)
        self._sending.question_wanted.connect(self.question_wanted)
        self._sending.begun.connect(self._keeping.keep)
        self._sending.stored.connect(self._stored)
        self._copies: dict[str, str] = {}
        """Of members' files, by URI: the paths of copies that are used instead."""
        if cases.is_made("cast"):
            self._draft.cast = cases.cast.now
        bridge.cast_changed.connect(self._cast_changed)
        bridge.files_moved.connect(self.taking.follow)
        bridge.organization_changed.connect(lambda _: self.changed.emit())
        bridge.key_changed.connect(lambda _: self.changed.emit())
        bridge.tasks_touched.connect(self._price_may_be_known)

    @cached_property
    def chooser(self) -> Chooser:
        from .chooser import Chooser

        return Chooser(self._cases, self._bridge, self._runner, self, self)

    @property
    def pair(self) -> Pair:
        return self._draft.pair

    @property
    def endpoint(self) -> Endpoint:
        """Of the pair, also if none of its models can be chosen any more."""
        return self._cases.catalog.endpoint(self._draft.pair.endpoint) or self.endpoints[0]

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        return self._cases.catalog.endpoints

    @property
    def prompt(self) -> str:
        return self._draft.prompt

    def value(self, name: str) -> Any:
        return self._draft.values.get(name)

    def wire_values(self) -> dict[str, Any]:
        """All values, including inputs, by field name."""
        return self._draft.wire_values()

    def request(self) -> Request:
        return self._draft.request()

    def for_sheet(self) -> Request:
        """The request, with names that are text written as such."""
        return self._order().for_sheet

    def inputs(self) -> list[InputItem]:
        return self._draft.inputs()

    def casting(self) -> Casting:
        """What the names in the prompt bring: members, their files as inputs, what is left out, unknown names."""
        return self._draft.casting()

    def cast_inputs(self) -> list[InputItem]:
        """The files of members as inputs, in the order of `casting().uses`."""
        return self._draft.cast_inputs()

    def names_of_members(self, text: str) -> list[tuple[int, int]]:
        """Spans of the members' names in a text that is, or becomes, the prompt."""
        return [(found.start, found.end) for found in self._draft.names_in(text) if found.member is not None]

    def names_in_words(self, typed_at: int = -1) -> str:
        """What the names in the prompt fill, what is left out, and which are unknown, but for the one that is being
        typed, which ends at `typed_at`."""
        if self._draft.cast is None or not self._draft.cast.members:
            names = listed([f"@{name}" for name in self.input_fields.unknown_names(self.prompt)[:3]])
            return _("No input is named {names}.", names=names) if names else ""
        found = (one.name for one in self._draft.names_in(self.prompt) if one.member is None and one.end != typed_at)
        unknown = list(dict.fromkeys(found))
        stays = ngettext("It stays text.", "They stay text.", len(unknown)) if unknown else ""
        return str(in_turn(casting_words(self.pair, self.casting()), unknown_words(unknown), stays))

    def use_copy(self, item: InputItem, copy: Path) -> bool:
        """Uses a copy that the model takes in place of a member's file; the member stays as it is. False if the prompt
        does not bring that file."""
        if not any(item.uri == one.uri and item.field == one.field for one in self.cast_inputs()):
            return False
        self._copies[item.uri] = str(copy)
        self._cast_changed(self._cases.cast.now)
        return True

    @property
    def approves(self) -> bool:
        """Whether the edited task is another program's request, which sending approves."""
        return any(one.id == self.editing for one in waiting(self._cases.tasks.all_queued()))

    @property
    def amount(self) -> int:
        """Number of tasks: one per variant of the prompt's braces."""
        return self._order().amount

    @staticmethod
    def braces(text: str) -> tuple[tuple[int, int], ...]:
        """Spans of the variation groups in a prompt."""
        return expansion.groups(text)

    def requests(self) -> list[Request]:
        """One request per variant of the prompt."""
        return self._order().requests()

    def findings(self) -> tuple[Finding, ...]:
        """All findings, including limits of inputs. Those of the prompt come first, as on screen."""
        found = (*self._draft.findings(), *brace_findings(self.pair, self.amount, self.requests))
        prompt = self.pair.prompt_field
        return tuple(sorted(found, key=lambda finding: prompt is None or finding.path[:1] != (prompt.name,)))

    def restore_draft(self) -> None:
        """Restores the draft of the last run. Call once, after settings are loaded."""
        kept = self._keeping.kept()
        if kept is None:
            return
        pair = self._cases.catalog.pair(kept.request.endpoint, kept.request.model)
        if pair is not None:
            self._take_draft(kept)
        elif kept.request.prompt:
            self.load(kept.request)

    def stand_in(self, owner: str, pair: Pair | None = None, *, carries: bool = False) -> None:
        """Changes to the draft of a page, kept under its own name; empty: back to the composer's own. Without a kept
        one, it begins with the texts of `pair`, which then stays whatever the inputs are. `carries`: the present
        request becomes that draft instead."""
        if carries:
            self._keeping.owner = owner
            self._keeping.keep()
        elif owner != self._keeping.owner or (owner and pair != self.pair):
            self._keeping.keep()
            self._keeping.owner = owner
            kept = self._keeping.kept()
            if kept is not None and (pair is None or kept.request.model == pair.model):
                self._take_draft(kept, puts_aside=False)
            elif pair is not None:
                texts = {one.name: one.default for one in pair.fields if one.kind in TEXTS and one.default}
                self._take(pair, texts)
        self._choice.is_fixed = bool(owner)

    def _take_draft(self, draft: Draft, *, puts_aside: bool = True) -> None:
        pair = self._cases.catalog.pair(draft.request.endpoint, draft.request.model)
        if pair is None:
            return
        if puts_aside:
            self._put_aside()
        self.project = draft.project
        self._take(pair, draft.request.values, draft.parked, draft.settled)
        self.editing, self._parent_task = draft.editing, draft.parent
        if draft.was_sent or draft.stored_as is not None:
            self._sending.recall(self.request(), self.project, None if draft.was_sent else draft.stored_as)
        if draft.editing is not None:
            self._runner(self._edit_on(draft.editing), "go on editing")
        self.changed.emit()

    def _put_aside(self) -> None:
        """Keeps the current draft for *Restore*, unless it was sent or holds no work."""
        draft = self._as_it_stands()
        if self._draft.holds_work and not draft.was_sent:
            self.aside.keep(draft)

    def keep_draft(self) -> None:
        self._keeping.keep_what_is_due()

    def choose_endpoint(self, name: str, *, for_input: bool = False) -> None:
        """Switches to an endpoint with its last used model. Values that fit are kept, others are reported. `for_input`:
        until that input is removed."""
        endpoint = self._cases.catalog.endpoint(name)
        if endpoint is not None:
            is_other = name != self._draft.pair.endpoint
            model = self._choice.model_for(endpoint, self.pair, self.inputs()) if is_other else self.pair.model
            self.choose(name, model, for_input=for_input)

    def choose_model(self, model: str) -> None:
        if model in self.endpoint.models:
            self.choose(self._draft.pair.endpoint, model)

    def choose(self, endpoint: str, model: str, *, for_input: bool = False) -> None:
        """Switches to a pair. Values that fit are kept, others are reported. `for_input`: see above."""
        pair = self._cases.catalog.pair(endpoint, model)
        if pair is None:
            return
        if not for_input:
            self._choice.choose(pair)
        if pair != self._draft.pair:
            self._go_to(pair)

    @property
    def is_storing(self) -> bool:
        return self._sending.is_storing

    def list_projects(self) -> None:
        """`projects_listed` follows, with the present project even if no task has it yet."""
        self._runner(self._list_projects(), "list projects")

    async def _list_projects(self) -> None:
        counts = await self._cases.library.counts()
        names = {name for name in (*counts.projects, self.project) if name}
        self.projects_listed.emit(sorted(names, key=str.casefold))

    def set_project(self, name: str) -> None:
        if name != self.project:
            self.project = name
            self._moved()

    def set_value(self, name: str, value: Any) -> None:
        """Sets a field's wire value, also while typing; None or "" omits it."""
        if not self._draft.set_value(name, value):
            return
        self.taking.ask_facts()
        self._field_findings.forget(name)
        self._moved()

    def set_prompt(self, text: str, settled: tuple[str, ...] = ()) -> None:
        """Sets the prompt other than by typing. If the model takes none, switches to one that does. `settled`: names in
        it that are text."""
        self._draft.settled = settled
        self._draft.touched()
        field = self._draft.pair.prompt_field
        if field is None:
            pair = self._choice.taking_prompt(self.pair, self.inputs())
            if pair is not None:
                self._switch_to(pair, _("prompts"))
            field = self._draft.pair.prompt_field
        if field is None:
            self._draft.parked.prompt = text
            self.said.emit(
                _("{model} takes no prompt. Yours is kept for a model that does.", model=self._draft.pair.label)
            )
            return
        self.set_value(field.name, text)
        self.prompt_changed.emit()

    def load(
        self, request: Request, *, editing: TaskId | None = None, parent: TaskId | None = None, new_seed: bool = False
    ) -> None:
        """Loads a request: to edit a queued task, to send an edited copy, or from a sidecar."""
        values = dict(request.values)
        if new_seed:
            values.pop("seed", None)
        pair = self._cases.catalog.pair(request.endpoint, request.model)
        if pair is None:
            self.said.emit(
                _("Unknown model {model}. Only the prompt was used.", model=request.model)
                if request.model
                else _("Unknown model. Only the prompt was used.")
            )
            self.set_prompt(request.prompt, settled_names(request.prompt))
            return
        field = pair.prompt_field
        if field is not None and editing is None and isinstance(values.get(field.name), str):
            # Braces that were sent literally must not create several tasks now.
            values[field.name] = expansion.literal(values[field.name])
        if (self.pair, self.request().values) != (pair, values):
            self._put_aside()
        self._take(pair, values, settled=settled_names(request.prompt))
        self.editing, self._parent_task = editing, parent
        self.changed.emit()

    def show_refusals(self, refusals: Mapping[str, str]) -> None:
        """Shows Runway's errors at the fields of a request."""
        self._field_findings.refuse(refusals)
        self.changed.emit()

    def stop_editing(self) -> None:
        """Detaches from the edited task; its values stay as a new request."""
        self.editing = self._parent_task = None
        self._moved()

    def clear(self) -> None:
        """Clears the request. Keeps the model, unless it was only selected for an input."""
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
        """Error to show at a field. Missing values are errors only after an attempt to send."""
        return self._field_findings.at(name, self.findings(), self.wire_values().get(name))

    def findings_in(self, name: str) -> dict[tuple[str | int, ...], str]:
        """Errors inside a nested field, by path."""
        return inside(name, self.findings())

    def idle_reason(self, name: str) -> str:
        field = self._draft.pair.field(name)
        return idle_reason(self._draft.pair, self.wire_values(), field) if field is not None else ""

    def first_request(self, pair: Pair | None = None) -> Request:
        """With the cast in it; of several the first. Its price is shown. `pair`: as it is after choosing that one."""
        order = self._order()
        return (replace(order, pair=pair, request=self._draft.switched(pair)) if pair is not None else order).first

    def price(self) -> Price | None:
        return self._cases.pricing.price(self.first_request())

    def button(self) -> Button:
        reasons = tuple(dict.fromkeys(finding.message for finding in self.findings()))
        self._button = self._sending.button(self._order(), reasons)
        return self._button

    def raise_cap(self) -> None:
        """Sends, and raises the cap that holds the request back, for all tasks that wait for it."""
        if self._may_send():
            self._sending.raise_and_send(self._order())

    def send(self) -> None:
        """Stores the request in the queue. With errors, shows the first one instead. Asks first if it exceeds the price
        limit for questions. An immediate second press does not send again; the button says so."""
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
            cast=self._draft.cast,
            settled=self._draft.settled,
        )

    def _stored(self, order: Order, ids: tuple[TaskId, ...]) -> None:
        self._field_findings.attempted = False
        if (self.editing, self._parent_task) == (order.editing, order.parent):
            # Otherwise something else was loaded while this was being stored.
            self.editing = self._parent_task = None
        self._choice.remember(order.request)
        self._keeping.keep()
        self.changed.emit()
        self.sent.emit(ids)

    async def _edit_on(self, task_id: TaskId) -> None:
        """Checks whether the edited task is still queued; it may have been sent or removed since the draft was
        saved."""
        task = await self._cases.tasks.task(task_id)
        if self.editing == task_id and (task is None or task.state is not State.QUEUED):
            self.stop_editing()
            self.said.emit(_("The task you were editing is no longer queued. Your changes are now a new request."))

    def _take(
        self,
        pair: Pair,
        values: Mapping[str, Any],
        parked: ParkedValues | None = None,
        settled: tuple[str, ...] = (),
    ) -> None:
        strange = self._draft.take(pair, values, parked, settled)
        self.editing = self._parent_task = None
        self.taking.ask_facts()
        self._rebuilt(strange)

    def _switch_to(self, pair: Pair, taking: str) -> None:
        """Switches the model because of what it takes, and says so."""
        self._go_to(pair)
        self.said.emit(
            _(
                "Switched to {endpoint} with {model}, which accepts {kind}.",
                endpoint=self.endpoint.label,
                model=pair.label,
                kind=taking,
            )
        )

    def _go_to(self, pair: Pair) -> None:
        """Switches the pair, keeps values that fit, and reports those that do not, with the nearest allowed
        duration."""
        not_taken = self._draft.switch(pair)
        (length, why), price = self._draft.other_length, self.price()
        if length and price is not None:
            # Translators: "Duration now 6 s: 90 credits."
            length = _("{change}: {price}", change=length, price=price_words(price))
        self._rebuilt(not_taken, str(in_turn(pgettext("sentence", "{words}.", words=length), why)) if length else "")

    def _rebuilt(self, not_taken: Sequence[str], also: str = "") -> None:
        """Emits all signals after a change of request or model, and reports omitted values."""
        self._field_findings.begin_again()
        if self._copies:
            # They were made for the model, or the request, before.
            self._copies.clear()
            self._cast_changed(self._cases.cast.now)
        self.structure_changed.emit()
        self.prompt_changed.emit()
        self.inputs_changed.emit()
        self._moved()
        lost = ""
        if not_taken:
            lost = _("{model} doesn't use: {settings}.", model=self._draft.pair.label, settings=listed(not_taken))
        if lost or also:
            self.said.emit(str(in_turn(also, lost)))

    def _input_removed(self) -> None:
        """After the last input is removed, returns from a model selected for it."""
        pair = self._choice.without_inputs(self.pair)
        if pair != self.pair and not self.inputs():
            self._go_to(pair)
            self.said.emit(_("Back to {endpoint} with {model}.", endpoint=self.endpoint.label, model=pair.label))

    def _cast_changed(self, cast: Cast) -> None:
        self._draft.cast = cast.with_copies(self._copies) if self._copies else cast
        self._draft.touched()
        self.taking.ask_facts()
        self.inputs_changed.emit()
        self.changed.emit()

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
        """A sent task may bring an estimate, or change what is left of a cap: refreshes the button."""
        waited = (State.QUEUED, State.SENDING)
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
            stored_as=self._sending.stored_as(self.request(), self.project),
            editing=self.editing,
            parent=self._parent_task,
            settled=self._draft.settled,
        )
