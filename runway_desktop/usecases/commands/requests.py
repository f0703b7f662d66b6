"""Commands that send a request again, edit and send it, or settle an uncertain one. Only `again` pays."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from runway_desktop.domain.failures import Advice
from runway_desktop.domain.library import Row
from runway_desktop.domain.permissions import waits_for_approval
from runway_desktop.domain.task import RemoteId, State, parse_remote_id
from runway_desktop.texts import Text, _, ngettext, pgettext
from runway_desktop.usecases.question import Question
from runway_desktop.usecases.words.queue import SENT_INSTEAD

from .command import LIST, Command, Scope
from .task_command import ComposerDraft, Context, Given, Prompt, Report, TaskCommand, is_queued, unless

if TYPE_CHECKING:
    from runway_desktop.services.tasks.submission import Prepared

EDIT_AND_APPROVE = Text("Edit and approve")
_SAMPLE_ID = "17f20503-6c24-4c16-946b-35dbbce2af2f"
MOST_IDS = 8
"""How many known ids are shown at once."""
_UNKNOWN = unless(
    lambda row: bool(row.task.request.endpoint),
    Text("The request isn't known: it was started elsewhere, or the list was damaged."),
)


def _was_sent(row: Row) -> bool:
    return row.task.state is not State.QUEUED


def _has_succeeded(row: Row) -> bool:
    return row.task.state is State.SUCCEEDED


def _prepared(context: Context, rows: Sequence[Row]) -> Prepared:
    return context.sending.prepare_again([row.task for row in rows])


async def again(context: Context, rows: Sequence[Row], given: Given) -> Report:
    """Sends the same requests again, each as a new task; all of them or none. Dismisses an uncertain task."""
    prepared, answers = given.answering(_prepared(context, rows))
    if prepared.is_repeat:
        said = Text("Just sent again. To send another, choose “{command}” once more.")
        name = SAME.name if _has_succeeded(rows[0]) else RETRY.name
        return Report(said=said.with_(command=name))
    made = await context.sending.send(prepared, answers)
    return Report(changed=made, show=made)


async def _adopt(context: Context, rows: Sequence[Row], given: Given) -> Report:
    settled = await context.engine.adoption.settle_with(rows[0].task.id, given.text.strip().lower())
    return Report(changed=(settled.id,))


async def _dismiss(context: Context, rows: Sequence[Row], _: Given) -> Report:
    return Report(changed=((await context.engine.adoption.let_go(rows[0].task.id)).id,))


def _dismissing(rows: Sequence[Row]) -> Question:
    return Question(
        ngettext("Dismiss {n} task?", "Dismiss {n} tasks?", len(rows)),
        _("The program stops asking about it. If Runway created it, you need its ID to find the result again."),
        pgettext("task", "Dismiss"),
    )


async def _rename(context: Context, rows: Sequence[Row], given: Given) -> Report:
    return Report(changed=((await context.engine.actions.rename(rows[0].task.id, given.text.strip())).id,))


def _edit_words(rows: Sequence[Row]) -> Text:
    """ "Edit and approve" for the request of a client: sending the edited request approves it."""
    return EDIT_AND_APPROVE if rows and waits_for_approval(rows[0].task) else EDIT.words


async def _edit_held(_: Context, rows: Sequence[Row], __: Given) -> Report:
    return Report(draft=ComposerDraft(request=rows[0].task.request, editing=rows[0].task.id))


async def _edit(_: Context, rows: Sequence[Row], __: Given, *, new_seed: bool = False, model: bool = False) -> Report:
    """Opens a draft like a task's request. Unless seed or model will change, it has Runway's refusals at their
    fields."""
    task = rows[0].task
    refusals = {} if new_seed or model else {str(said.path[0]): said.message for said in task.refusals if said.path}
    draft = ComposerDraft(request=task.request, parent=task.id, new_seed=new_seed, refusals=refusals, asks_model=model)
    return Report(draft=draft)


def _may_retry(row: Row) -> bool:
    """Whether the same request may succeed now: not after a refusal, not while it runs."""
    task = row.task
    if not task.request.endpoint:
        return False
    if task.state is State.FAILED and task.failure is not None:
        return task.failure.advice is Advice.RETRY_LATER
    return task.state in (State.CANCELLED, State.GONE)


def _id_prompt(context: Context, row: Row) -> Prompt:
    """Asks for an id, and lists the ids that Runway accepted and that are not in the list, latest first: one of them
    may belong to an uncertain task."""
    ids, evidence = context.engine.accepted_ids, row.task.evidence
    known = tuple(entry.remote_id for entry in reversed(ids.left)) if ids is not None else ()
    if evidence is not None and evidence.router is not None:
        known = (*(RemoteId(one.remote_id) for one in evidence.router.found), *known)
    listed = "\n".join(known[:MOST_IDS])
    return Prompt(
        Text("Enter the task's ID"),
        Text("The ID from Runway. These IDs were accepted by Runway and aren't in the list:\n{ids}").with_(ids=listed)
        if known
        else Text("The ID from Runway, for example from a log or from support."),
        known[0] if len(known) == 1 else "",
        lambda text: "" if parse_remote_id(text) else Text("A task ID looks like {example}.").with_(example=_SAMPLE_ID),
    )


def _why_no_retry(rows: Sequence[Row]) -> Text:
    states = {row.task.state for row in rows}
    if states == {State.SUCCEEDED}:
        said = Text("It succeeded. Use “{new_seed}” or “{same}” for another take.")
        return said.with_(new_seed=NEW_SEED.name, same=SAME.name)
    if not any(state.is_final for state in states):
        return Text("It hasn't ended yet.")
    return Text("The same request would fail again. Use “{edit}” instead.").with_(edit=EDIT_AND_SEND.name)


_of_uncertain = partial(TaskCommand, takes_one=True, concerns=lambda row: row.task.state is State.UNCERTAIN)
SEND_AGAIN = _of_uncertain(
    id="send again",
    words=Text("Send again…"),
    synonyms=Text("resubmit"),
    does=again,
    prepares=_prepared,
    instead=SENT_INSTEAD,
    begins=True,
    why_not=_UNKNOWN,
    pays=True,
    is_dangerous=True,
)
ADOPT_ID = _of_uncertain(id="adopt id", words=Text("Enter its ID…"), does=_adopt, prompt=_id_prompt)
LET_GO = _of_uncertain(id="let go", words=Text("Dismiss…"), does=_dismiss, question=_dismissing)
EDIT: Command[Sequence[Row]] = Command(
    id="task.edit",
    words=Text("Edit"),
    section=LIST,
    scopes=frozenset({Scope.LIST}),
    keys=("Ctrl+E",),
    icon="mdi6.pencil-outline",
    begins=True,
    why_not=lambda rows: EDIT_QUEUED.reason(rows) and EDIT_AND_SEND.reason(rows),
)
"""One key for both: a queued task is edited in place."""
_edited = partial(TaskCommand, icon=EDIT.icon, given_by=EDIT, takes_one=True)
EDIT_QUEUED: TaskCommand = _edited(
    id="edit held",
    words=EDIT.words,
    label=_edit_words,
    synonyms=Text("change prompt, modify"),
    does=_edit_held,
    begins=True,
    concerns=is_queued,
)
EDIT_AND_SEND: TaskCommand = _edited(
    id="edit and send",
    words=Text("Edit and send"),
    synonyms=Text("change prompt, modify, tweak"),
    does=_edit,
    concerns=_was_sent,
    why_not=_UNKNOWN,
)
RETRY = TaskCommand(
    id="task.retry",
    stored="retry",
    words=Text("Retry", "Retry {n}"),
    synonyms=Text("try again, rerun"),
    does=again,
    prepares=_prepared,
    pays=True,
    instead=SENT_INSTEAD,
    icon="mdi6.refresh",
    keys=("Ctrl+R",),
    concerns=_may_retry,
    absence=_why_no_retry,
)
_another = partial(TaskCommand, submenu=Text("Create another"), takes_one=True, why_not=_UNKNOWN)
SAME = _another(
    id="same again",
    words=Text("Same again"),
    synonyms=Text("repeat, duplicate, rerun"),
    does=again,
    prepares=_prepared,
    instead=SENT_INSTEAD,
    concerns=_has_succeeded,
    pays=True,
)
NEW_SEED = _another(
    id="task.seed",
    stored="new seed",
    words=Text("Same with a new seed"),
    synonyms=Text("seed, variation, reroll, another take, randomize"),
    does=partial(_edit, new_seed=True),
    tells_price=True,
    icon="mdi6.dice-multiple-outline",
    keys=("Ctrl+Shift+R",),
    concerns=lambda row: _was_sent(row) and ("seed" in row.task.request.values or _has_succeeded(row)),
)
OTHER_MODEL = _another(
    id="task.model",
    stored="other model",
    words=Text("Same with another model"),
    synonyms=Text("switch model, change model"),
    does=partial(_edit, model=True),
    keys=("Ctrl+Alt+M",),
    concerns=_was_sent,
)
RENAME: TaskCommand = TaskCommand(
    id="task.rename",
    stored="rename",
    words=Text("Rename"),
    synonyms=Text("title, name"),
    does=_rename,
    keys=("F2",),
    takes_one=True,
    prompt=lambda _, row: Prompt(
        RENAME.words, Text("Name of this task. Leave it empty to show the prompt."), row.task.title
    ),
)
