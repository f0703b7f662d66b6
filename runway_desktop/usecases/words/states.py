"""A task's state as text, tone and icon: for the list, the details and screen readers. Pure.

Color is never the only sign of a state: every tone has a text and an icon. Progress is never estimated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import partial

from runway_desktop.domain.caps import Kept, Way
from runway_desktop.domain.failures import Advice
from runway_desktop.domain.library import Row
from runway_desktop.domain.spending_report import doubtful_credits
from runway_desktop.domain.task import Evidence, HoldCode, Output, OutputState, State, Task
from runway_desktop.services.tasks.uncertainty import Likelihood, verdict
from runway_desktop.texts import Text, _, in_turn, ngettext, pgettext
from runway_desktop.usecases.words.failures import saving_words
from runway_desktop.values import Struct, replace

from . import units
from .expiry import until_words, worth_telling
from .failures import failure_headline
from .holds import asker, hold_short, kept_words, left_words
from .queue import SOON, InQueue, earlier_words, start_headline, start_words, turn_words

_OVER, _OFFLINE = "mdi6.cash-lock", "mdi6.cloud-off-outline"


class Tone(StrEnum):
    PLAIN = "text"
    BUSY = "accent"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


class StateWords(Struct, frozen=True, kw_only=True):
    """The state of a task, as its row shows it."""

    headline: str
    detail: str = ""
    tone: Tone = Tone.PLAIN
    icon: str = ""
    progress: float | None = None
    """0 to 1 if the server reported it."""
    moving: bool = False
    """Something is running without known progress."""

    @property
    def spoken(self) -> str:
        return f"{self.headline} ({self.detail})" if self.detail else self.headline


class Around(Struct, frozen=True, kw_only=True):
    """Facts in addition to the task: slots of its model, remaining seconds as a range, bytes of a running
    download, what keeps a queued one."""

    slots_used: int | None = None
    slots: int | None = None
    remaining: tuple[float, float] | None = None
    received: int = 0
    expected: int | None = None
    uploaded: float | None = None
    kept: Kept | None = None
    price: float | None = None
    """The price of a task that was not sent yet, if known."""
    turn: InQueue | None = None
    """Of a queued task."""
    offline: bool = False
    """Runway cannot be reached: saving waits, and states may be out of date."""
    now: float | None = None
    """To tell until when a result can be saved; None: not told."""


class StateLook(Struct, frozen=True):
    """The general look of a state, and its key in `STATUSES`."""

    headline: Text
    icon: str
    word: str
    detail: Text | str = ""
    tone: Tone = Tone.PLAIN
    moving: bool = False


_QUEUED, _FAILED, _CANCELED, _GONE = Text("Queued"), Text("Failed"), Text("Canceled"), Text("Not at Runway")
STATUSES: Mapping[str, Text] = {
    "waiting": _QUEUED,
    "live": Text("Live"),
    "succeeded": Text("Succeeded"),
    "failed": _FAILED,
    "uncertain": Text("Uncertain"),
    "canceled": _CANCELED,
    "gone": _GONE,
}
"""The search words for states, with their names in the status menu and on chips."""
_MOVES = partial(StateLook, tone=Tone.BUSY, moving=True)
LOOKS: Mapping[State, StateLook] = {
    State.QUEUED: StateLook(_QUEUED, "mdi6.tray-full", "waiting", Text("Sent when a slot is free")),
    State.SENDING: _MOVES(Text("Sending"), "mdi6.send", "waiting"),
    State.UNCERTAIN: StateLook(
        Text("Uncertain, maybe charged"), "mdi6.help-circle-outline", "uncertain", tone=Tone.WARN
    ),
    State.PENDING: _MOVES(Text("Queued at Runway"), "mdi6.clock-outline", "live"),
    State.THROTTLED: StateLook(
        Text("Waiting for a slot"),
        "mdi6.timer-sand",
        "live",
        Text("starts automatically"),
        Tone.WARN,
        moving=True,
    ),
    State.RUNNING: _MOVES(Text("Running"), "mdi6.progress-clock", "live"),
    State.OTHER: _MOVES(Text("At Runway"), "mdi6.cloud-question-outline", "live", Text("unknown status")),
    State.SUCCEEDED: _MOVES(Text("Finished"), "mdi6.download", "succeeded", Text("downloading")),
    State.FAILED: StateLook(_FAILED, "mdi6.alert-circle-outline", "failed", tone=Tone.BAD),
    State.CANCELLED: StateLook(_CANCELED, "mdi6.cancel", "canceled"),
    State.GONE: StateLook(_GONE, "mdi6.cloud-off-outline", "gone", Text("deleted, or another key's"), Tone.WARN),
}


_NOT_APPROVED = {HoldCode.REFUSED: Text("Refused by you"), HoldCode.EXPIRED: Text("Request expired")}


def describe(row: Row, around: Around) -> StateWords:
    described = _described(row, around)
    return replace(described, detail=_("canceling")) if row.task.is_canceling else described


def _described(row: Row, around: Around) -> StateWords:
    task = row.task
    unseen = _unseen(row, around)
    if unseen is not None:
        return unseen
    shown = _shown(task.state)
    match task.state:
        case State.QUEUED | State.SENDING if around.uploaded is not None and around.uploaded < 1:
            return StateWords(
                headline=_("Uploading"),
                detail=_percent(around.uploaded),
                tone=Tone.BUSY,
                icon="mdi6.upload",
                progress=around.uploaded,
            )
        case State.QUEUED:
            return _queued(task, around)
        case State.UNCERTAIN:
            return replace(shown, headline=_uncertain_headline(task), detail=_("Decide…"))
        case State.THROTTLED:
            if around.slots is None or around.slots_used is None:
                return shown
            # Tasks that wait for a slot have none, so the number in use is at most the limit.
            return replace(
                shown,
                detail=_("{used} of {limit} in use", used=min(around.slots_used, around.slots), limit=around.slots),
            )
        case State.RUNNING:
            left = units.span(*around.remaining) if around.remaining else ""
            if task.progress is None:
                return replace(shown, detail=left)
            headline = _("Running {percent}", percent=_percent(task.progress))
            return replace(shown, headline=headline, detail=left, progress=task.progress, moving=False)
        case State.OTHER:
            return replace(
                shown, headline=_("At Runway: {status}", status=task.remote_status.replace("_", " ").capitalize())
            )
        case State.SUCCEEDED:
            return _succeeded(row, around)
        case State.FAILED:
            return _failed(task)
        case State.CANCELLED:
            said = _NOT_APPROVED.get(task.hold.code)
            return replace(shown, headline=str(said or shown.headline), detail=canceled_cost(task))
        case State.GONE if task.let_go:
            return StateWords(headline=_("Dismissed"), detail=_("no task was added"), icon="mdi6.link-off")
        case State.SENDING | State.PENDING | State.GONE:
            return shown


def _unseen(row: Row, around: Around) -> StateWords | None:
    """Of a task at Runway that Runway does not show now, so that its last known state may be out of date; None of any
    other."""
    task = row.task
    if task.is_hidden:
        return StateWords(headline=_("Not visible to this key"), tone=Tone.WARN, icon="mdi6.key-alert-outline")
    if around.offline and task.state.is_live:
        known = _described(row, replace(around, offline=False)).headline
        return StateWords(
            headline=_("Offline"), detail=_("Last known: {state}", state=known), tone=Tone.WARN, icon=_OFFLINE
        )
    if task.is_sought:
        missed = _("not found yet") if task.not_found_at is not None else ""
        return StateWords(headline=_("Looking for it"), detail=missed, tone=Tone.BUSY, icon="mdi6.magnify", moving=True)
    return None


def _shown(state: State) -> StateWords:
    look = LOOKS[state]
    headline, detail = str(look.headline), str(look.detail)
    return StateWords(headline=headline, detail=detail, tone=look.tone, icon=look.icon, moving=look.moving)


def _percent(part: float) -> str:
    """Rounded down, so that 100 % means done."""
    return pgettext("percent", "{n} %", n=int(max(0.0, min(1.0, part)) * 100 + 1e-9))


def canceled_cost(task: Task) -> str:
    """What is known of the cost of a canceled task. Source: the API's SDK, on deleting a task: if the server sees it
    running, a cancel refunds nothing; if not, a refund is not guaranteed."""
    if task.cost_credits is not None:
        if not task.cost_credits:
            return _("nothing charged")
        return _("{credits} charged", credits=units.credits_in_words(task.cost_credits))
    if task.was_denied:
        return _("may be charged, although Runway refused it")
    if task.remote_id is None:
        return _("may be charged") if task.may_be_made else _("never sent")
    if task.running_since is not None:
        return _("running, so no refund")
    return _("refund not guaranteed")


_CANCELED_SOME = Text(
    "1 task canceled: {cost}.",
    "{n} tasks canceled. Runway doesn't refund running tasks and doesn't guarantee refunds for others.",
)
_HAD_FINISHED = Text(
    "1 task had already finished. Its result is kept.", "{n} tasks had already finished. Their results are kept."
)
_HAD_FAILED = Text("1 task had already failed.", "{n} tasks had already failed.")


def canceled_words(tasks: Sequence[Task]) -> Text | str:
    """Message that sent tasks were canceled, with the cost; empty if none was sent."""
    there = [task for task in tasks if task.remote_id is not None or task.may_be_made]
    return _CANCELED_SOME.of(len(there)).with_(cost=canceled_cost(there[0])) if there else ""


def ended_words(kept: int, without_result: int) -> Text | str:
    """Message that tasks had ended before they could be canceled; empty if none had."""
    finished = _HAD_FINISHED.of(kept) if kept else ""
    return in_turn(finished, _HAD_FAILED.of(without_result) if without_result else "")


KEEPS_TRYING = Text("Retrying automatically.")
"""Appended to the reason why a cancel failed, if it is retried."""


_STOPS = frozenset({Way.RESUME, Way.KEY, Way.RETRY})
"""While the lane waits for one of these, an estimated start would be wrong."""


def _queued(task: Task, around: Around) -> StateWords:
    shown, kept, turn = _shown(State.QUEUED), around.kept or Kept(hold=task.hold), around.turn
    if kept.hold.code is HoldCode.APPROVAL:
        icon = "mdi6.hand-back-right-outline"
        return replace(shown, headline=_("Needs your approval"), detail=asker(task.hold), tone=Tone.BUSY, icon=icon)
    if kept.hold.code is HoldCode.CREDITS:
        said, until = hold_short(kept.hold), _("until released")
        return replace(shown, headline=said, detail=until, tone=Tone.WARN, icon=_OVER)
    if kept.way is Way.PERSON:
        return replace(shown, headline=_("Held"), detail=hold_short(kept.hold), tone=Tone.WARN, icon="mdi6.pause")
    if kept.is_by_hold:
        return replace(shown, detail=hold_short(kept.hold), tone=Tone.WARN)
    if kept.held is not None:
        headline = _("Balance too low") if kept.way is Way.CREDITS else _("Over cap")
        return replace(shown, headline=headline, detail=left_words(kept.held), tone=Tone.WARN, icon=_OVER)
    tone, said = Tone.WARN if kept.hold.is_by_connection else shown.tone, kept_words(kept)
    if turn is None or kept.hold.is_by_connection:
        return replace(shown, detail=said or shown.detail, tone=tone)
    if turn.is_moving and turn.start is not None:
        was = earlier_words(turn.before or (0.0, 0.0))
        return replace(shown, headline=start_headline(turn.start), detail=was, tone=Tone.BUSY)
    if kept.way in _STOPS:
        return replace(shown, detail=said, tone=tone)
    if around.offline:
        # The lane may not have noticed: it waits for a slot.
        return replace(shown, detail=_("Offline"), tone=Tone.WARN)
    turn_said = turn_words(turn.position) if turn.position is not None else ""
    if turn.start is not None and turn.is_queue:
        return replace(shown, headline=start_headline(turn.start), detail=turn_said, tone=tone)
    if turn.start is not None and turn.start[1] >= SOON:
        return replace(shown, detail=start_words(turn.start), tone=tone)
    return replace(shown, detail=(turn_said if turn.is_queue else "") or said or shown.detail, tone=tone)


def _uncertain_headline(task: Task) -> str:
    match verdict(task.evidence or Evidence()).likelihood:
        case Likelihood.MADE:
            return _("Probably charged")
        case Likelihood.NOT_MADE:
            return _("Probably not charged")
        case Likelihood.UNKNOWN:
            return str(LOOKS[State.UNCERTAIN].headline)


def _succeeded(row: Row, around: Around) -> StateWords:
    outputs = row.outputs
    saved = [output for output in outputs if output.state is OutputState.SAVED]
    failed = len(row.task.run.failures) if row.task.run is not None else 0
    if outputs and len(saved) == len(outputs):
        kept = _kept(saved)
        if failed and kept.tone is Tone.GOOD:
            headline = _("{n} saved, {failed} failed", n=len(saved), failed=failed)
            return replace(kept, headline=headline, tone=Tone.WARN, icon="mdi6.alert-circle-outline")
        return kept
    if any(output.state is OutputState.EXPIRED for output in outputs):
        return StateWords(
            headline=_("Done, but expired"),
            detail=_("Runway no longer keeps it"),
            tone=Tone.BAD,
            icon="mdi6.clock-alert-outline",
        )
    trouble = next((output for output in outputs if output.state is OutputState.FAILED), None)
    if trouble is not None:
        return StateWords(
            headline=_("Done, not saved yet"),
            detail=_until(outputs, around, saving_words(trouble)),
            tone=Tone.BAD,
            icon="mdi6.content-save-alert-outline",
        )
    if not outputs:
        return StateWords(headline=_("Done, no result"), tone=Tone.WARN, icon="mdi6.file-question-outline")
    if any(output.state is OutputState.DOWNLOADING for output in outputs) and not around.offline:
        return being_saved(around.received, around.expected)
    waiting = (output for output in outputs if output.state is OutputState.WAITING and output.problem)
    waits = saving_words(held_up) if (held_up := next(waiting, None)) is not None else ""
    if around.offline or waits:
        # Nothing happens until the next retry.
        return StateWords(
            headline=_("Done, not saved yet"),
            detail=_until(outputs, around, waits or _("Saves when back online")),
            tone=Tone.WARN,
            icon=_OFFLINE if around.offline else "mdi6.content-save-alert-outline",
        )
    shown = _shown(State.SUCCEEDED)
    is_late = around.now is not None and worth_telling(_unsaved(outputs), around.now)
    return replace(shown, detail=_until(outputs, around, shown.detail)) if is_late else shown


def _unsaved(outputs: Sequence[Output]) -> list[Output]:
    return [output for output in outputs if output.state is not OutputState.SAVED]


def _until(outputs: Sequence[Output], around: Around, reason: str) -> str:
    """Why results are not saved, after the time until which they can be."""
    if around.now is None:
        return reason
    return " · ".join(filter(None, (until_words(_unsaved(outputs), around.now), reason)))


def _kept(outputs: list[Output]) -> StateWords:
    """The state of saved files."""
    missing, changed = sum(o.is_missing for o in outputs), sum(o.is_changed for o in outputs)
    several = len(outputs) > 1
    if missing:
        return StateWords(
            headline=_("{n} of {total} files missing", n=missing, total=len(outputs)) if several else _("File missing"),
            detail=ngettext("not where it was saved", "not where they were saved", missing),
            tone=Tone.WARN,
            icon="mdi6.file-question-outline",
        )
    if all(output.is_binned for output in outputs):
        return StateWords(headline=_("Done"), detail=_("file in the trash"), icon="mdi6.delete-outline")
    if changed:
        times = [output.look.modified_at for output in outputs if output.is_changed]
        latest = max((at for at in times if at is not None), default=None)
        return StateWords(
            headline=_("{n} of {total} files changed", n=changed, total=len(outputs)) if several else _("File changed"),
            detail=_("on {day}", day=units.day_and_time(latest)) if latest is not None else "",
            tone=Tone.WARN,
            icon="mdi6.file-edit-outline",
        )
    total = units.size(sum(output.size for output in outputs if output.is_here))
    return StateWords(headline=_("Saved"), detail=total, tone=Tone.GOOD, icon="mdi6.check")


def being_saved(received: int, total: int | None) -> StateWords:
    """Of a running download, in bytes."""
    size = units.size(received) if received or total else ""
    return StateWords(
        headline=_("Saving"),
        detail=_("{size} of {total}", size=size, total=units.size(total)) if total else size,
        tone=Tone.BUSY,
        icon="mdi6.download",
        progress=min(1.0, received / total) if total else None,
        moving=not total,
    )


_NEXT_STEP = {
    Advice.RETRY_LATER: Text("Retry later"),
    Advice.CHANGE_PROMPT: Text("Edit the prompt"),
    Advice.CHANGE_INPUT: Text("Change the input"),
    Advice.FIX_REQUEST: Text("Edit the request"),
}


def _failed(task: Task) -> StateWords:
    shown = _shown(State.FAILED)
    if task.failure is None:
        return shown
    detail = task.refusals[0].message if task.refusals else str(_NEXT_STEP[task.failure.advice])
    icon = "mdi6.shield-alert-outline" if task.failure.is_moderation else shown.icon
    return replace(shown, headline=failure_headline(task.failure), detail=detail, icon=icon)


def badge(row: Row) -> str:
    """The short text on the poster: a clip's length, or the number of results."""
    if len(row.outputs) > 1:
        return f"×{units.number(len(row.outputs))}"
    if row.outputs and not row.outputs[0].media.kind.is_timed:
        return ""
    if row.outputs and row.outputs[0].duration:
        return units.length(row.outputs[0].duration)
    length = row.task.request.values.get("duration")
    return units.length(length) if isinstance(length, int | float) and not isinstance(length, bool) else ""


def cost_words(task: Task, price: float | None = None) -> str:
    """60 actual, ~120 estimated, ~60 by its price before it is sent, 60? if it may not be charged, ? unknown for a sent
    one, – nothing yet."""
    if task.cost_credits is not None:
        return units.number(task.cost_credits)
    if task.estimated_credits is not None:
        return units.about_number(task.estimated_credits)
    if task.state is State.QUEUED and price is not None:
        return units.about_number(price)
    if doubtful := doubtful_credits(task):
        # Translators: the cost of a task that may never have been created.
        unsure = _("{credits}?", credits=units.number(doubtful))
        return unsure if task.state is State.UNCERTAIN else units.about_number(doubtful)
    may_be_charged = task.state in (State.UNCERTAIN, State.SENDING) or task.state.is_live
    was_sent = task.remote_id is not None or task.may_be_made
    return "?" if may_be_charged or (task.state is State.CANCELLED and was_sent) else units.DASH


MOST_ADDED_UP = 500
"""For more selected tasks the rows are not loaded; only their number is shown."""


def several_words(chosen: int, rows: Sequence[Row]) -> str:
    """The number of selected tasks, and below it their cost and files. `rows` are empty while they are being loaded."""
    outputs = [output for row in rows for output in row.outputs]
    here = [output for output in outputs if output.is_here]
    missing = sum(output.is_missing for output in outputs)
    doubtful = sum(doubtful_credits(row.task) for row in rows)
    cost, size = (
        sum(row.task.credits or 0.0 for row in rows) + doubtful,
        units.size(sum(output.size for output in here)),
    )
    sums = (
        units.credits_in_words(cost) if cost else "",
        units.uncertain(doubtful),
        ngettext("{n} file, {size}", "{n} files, {size}", len(here), size=size) if here else "",
        ngettext("{n} missing", "{n} missing", missing) if missing else "",
    )
    selected = ngettext("{n} task selected", "{n} tasks selected", chosen)
    return "\n".join(filter(None, (selected, " · ".join(filter(None, sums)))))
