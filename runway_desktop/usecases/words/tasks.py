"""Texts of one task: title, facts, problems, preview, and the user's judgment. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from runway_desktop.catalog import Catalog, settings_line
from runway_desktop.catalog.labels import model_label, node_label
from runway_desktop.domain.account import NO_KEY
from runway_desktop.domain.caps import Kept
from runway_desktop.domain.library import KeptSheet, Row
from runway_desktop.domain.media import Media
from runway_desktop.domain.moments import LinkLife
from runway_desktop.domain.permissions import ClientRequest, Decision, Suggestion, called, decision, was_edited
from runway_desktop.domain.spending_report import doubtful_credits, spent_at
from runway_desktop.domain.task import MOST_STARS, MadeSheet, Output, Pick, Signs, State, Task
from runway_desktop.domain.workflows.routing import Routing
from runway_desktop.services.library.library import Details
from runway_desktop.services.money.pricing import Price
from runway_desktop.services.tasks.judging import Judged
from runway_desktop.texts import Text, _, enumerated, in_turn, listed, ngettext, pgettext
from runway_desktop.usecases.words.failures import sending_words
from runway_desktop.values import Struct

from . import units
from .account import cost_in_words, priced
from .expiry import line_words
from .failures import failure_words, node_words
from .files import binned_words, file_words, first_problem, missing_words, trouble_words
from .holds import kept_words
from .plain import shown
from .states import Tone, canceled_cost
from .uncertain import verdict_words

if TYPE_CHECKING:
    from runway_desktop.services.tasks.outlook import Usual

_UNPICKED: Mapping[Pick | None, Text] = {
    Pick.PICK: Text("Pick undone.", "{n} picks undone."),
    Pick.REJECT: Text("Reject undone.", "{n} rejects undone."),
    Pick.NONE: Text("Judgment restored.", "{n} judgments restored."),
    None: Text("Pick moved back."),
}
_PICKED: Mapping[Pick | None, Text] = {
    Pick.PICK: Text("Picked.", "Picked {n} tasks."),
    Pick.REJECT: Text("Rejected.", "Rejected {n} tasks."),
    Pick.NONE: Text("Pick cleared.", "Cleared {n} picks."),
    None: Text("Picked instead of another take.", "Picked instead of {n} other takes."),
}
_RESTORED = {
    "tags": Text("Tags restored.", "Tags of {n} tasks restored."),
    "shot": Text("Shot restored.", "Shot of {n} tasks restored."),
    "note": Text("Note restored.", "Note of {n} tasks restored."),
    "trims": Text("In and out restored.", "In and out of {n} takes restored."),
    "marks": Text("Notes restored.", "Notes of {n} takes restored."),
}
_LONGEST_NAME = 30
"""Characters of a task's name in a sentence."""
DECISIONS: Mapping[Decision, tuple[Text, Tone]] = {
    Decision.WAITING: (Text("Waiting"), Tone.BUSY),
    Decision.ALLOWANCE: (Text("Within allowance"), Tone.PLAIN),
    Decision.APPROVED: (Text("Approved"), Tone.GOOD),
    Decision.EDITED: (Text("Edited and approved"), Tone.GOOD),
    Decision.REFUSED: (Text("Refused"), Tone.BAD),
    Decision.EXPIRED: (Text("Expired"), Tone.WARN),
    Decision.WITHDRAWN: (Text("Canceled by the program"), Tone.PLAIN),
}


class Fact(Struct, frozen=True):
    """A line of the details."""

    label: str
    text: str
    copyable: bool = False
    tool_tip: str = ""
    is_strong: bool = False


class Showing(Struct, frozen=True):
    """What the preview shows for an output, or instead of one. Without a `path` there is nothing to play, and `text`
    says why ("Running 62 %", or the failure)."""

    path: Path | None
    media: Media
    poster: Path | None = None
    title: str = ""
    text: str = ""
    caption: str = ""
    """Written over a clip."""
    changed: Signs | None = None
    """The signs of a changed file: if they differ, the file must be loaded again."""


def title_words(task: Task, catalog: Catalog) -> str:
    """The title of a task on one line."""
    if task.title or task.request.prompt:
        return " ".join((task.title or task.request.prompt).split())
    if task.adopted:
        return _("Task started elsewhere")
    endpoint = catalog.endpoint(task.request.endpoint)
    return endpoint.label if endpoint else task.request.endpoint


def settings_words(task: Task, catalog: Catalog) -> str:
    """ "gen4.5 · 1280:720 · 5 s · seed 41207"."""
    request = task.request
    if task.adopted and not request.model:
        return _("started elsewhere · {id}", id=str(task.remote_id))
    line = settings_line(catalog.pair(request.endpoint, request.model), request.values)
    shot = _shot(task.shot)
    return " · ".join(part for part in (model_label(request.model), line, shot) if part)


def sent_words(task: Task) -> str:
    """ "Sent 9 March 2026, 14:02:11"; "Sent elsewhere" for an adopted task. Empty if it was not sent."""
    at = spent_at(task)
    if task.adopted and not task.sent_at:
        return _("Sent elsewhere {time}", time=units.full_time(at)) if at else _("Sent elsewhere")
    return _("Sent {time}", time=units.full_time(at)) if at else ""


def stars(rating: int) -> str:
    """ "★★★★☆"; empty if not rated."""
    return "★" * rating + "☆" * (MOST_STARS - rating) if rating else ""


_MADE: Mapping[MadeSheet, Text] = {
    MadeSheet.BLANK: Text("New sheet"),
    MadeSheet.PASTED: Text("Pasted rows"),
    MadeSheet.CONTINUED: Text("Continued results"),
}


def output_name(row: Row, index: int) -> str:
    """ "Hero still", as the node of a workflow is called; else "File", or "File 2" of several."""
    numbered = _("File {n}", n=index + 1) if len(row.outputs) > 1 else _("File")
    return node_label(row.task.request.model, row.task.node(index)) or numbered


def sheet_title(name: str) -> str:
    return next((str(words) for made, words in _MADE.items() if made.value == name), name)


def kept_in_words(kept: KeptSheet, said_when: str) -> str:
    """ "shots.csv · 6 rows · today 14:02"."""
    return " · ".join((sheet_title(kept.name), ngettext("{n} row", "{n} rows", kept.rows), said_when))


def marks_of(task: Task) -> str:
    """ "✓ 4★": the judgment in short form for a corner."""
    pick = {Pick.PICK: "✓", Pick.REJECT: "✕"}.get(task.pick, "")
    return " ".join(part for part in (pick, f"{task.rating}★" if task.rating else "") if part)


def rating_words(rating: int) -> str:
    return ngettext("{n} star", "{n} stars", rating) if rating else _("Not rated")


def judgment_words(task: Task) -> str:
    """The judgment for screen readers: "Picked, 4 stars, tags drone, night"."""
    said = {Pick.PICK: _("Picked"), Pick.REJECT: _("Rejected")}.get(task.pick, "")
    rated = rating_words(task.rating) if task.rating else ""
    tags = _("tags {tags}", tags=listed(task.tags)) if task.tags else ""
    return enumerated((said, rated, tags, _("has a note") if task.note else ""))


def facts_of(details: Details, catalog: Catalog, now: float, *, price: Price | None, usual: Usual | None) -> list[Fact]:
    """The lines of the details. `price` is for a task not sent yet, `usual` how long similar tasks took."""
    row, task, request = details.row, details.row.task, details.row.task.request
    pair, endpoint = catalog.pair(request.endpoint, request.model), catalog.endpoint(request.endpoint)
    made = endpoint.label if endpoint is not None else request.endpoint
    found = [
        Fact(
            _("Model"), " · ".join(filter(None, dict.fromkeys((_model_words(task, catalog), made)))) or _("Not known")
        ),
        *_routing_facts(task.routing),
        # The title stands in its place.
        Fact(_("Prompt"), request.prompt if task.title else ""),
        Fact(pgettext("of a task", "Settings"), settings_line(pair, request.values)),
        *(_asked_for(details.asked, task, catalog) if details.asked is not None else ()),
        *(_suggested(one) for one in details.suggested if task.pick is Pick.NONE),
        _picked(task, now),
        Fact(_("Project"), " · ".join(part for part in (task.project, _shot(task.shot)) if part)),
        Fact(_("Cast"), ", ".join(details.cast)),
        Fact(_("Tags"), ", ".join(task.tags)),
        Fact(_("Note"), task.note),
        # Translators: noun, one of several results of the same request.
        Fact(_("Take"), _take(details)),
        Fact(_("Cost"), _cost(task, price)),
        Fact(_("Times"), _times(task)),
        Fact(_("Generated in"), _took(task, usual)),
    ]
    first = first_problem(row)
    for output in row.outputs:
        # Not repeated here, since the problem is shown above.
        is_said = first is not None and output.problem == first.problem and task.state is State.SUCCEEDED
        found.append(Fact(output_name(row, output.index), "" if is_said else file_words(output), tool_tip=output.path))
    found.append(_credentials(details))
    found.append(Fact(_("Link"), _link(row, now)))
    found.append(Fact(_("Task ID"), task.remote_id or "", copyable=True, tool_tip=_("The ID at Runway")))
    return [fact for fact in found if fact.text]


def trouble_of(row: Row, catalog: Catalog, kept: Kept | None) -> str:
    """What went wrong, or why it waits; empty if nothing did. `kept`: of a queued task."""
    task = row.task
    if task.is_hidden:
        return _unseen_words(task)
    match task.state:
        case State.FAILED if task.failure is not None:
            refusals = (_refusal_words(_field_label(task, catalog, r.path), r.message) for r in task.refusals)
            return "\n".join(filter(None, (failure_words(task.failure), *refusals, node_words(task))))
        case State.UNCERTAIN if task.evidence is not None:
            return str(in_turn(sending_words(task.evidence.cause), verdict_words(task.evidence)))
        case State.UNCERTAIN:
            return _("Runway didn't answer. The task may have been created and charged.")
        case State.GONE if not task.let_go:
            return _gone_words(task)
        case State.QUEUED if kept is not None and (kept.is_by_hold or kept.held is not None):
            return kept_words(kept)
        case State.SUCCEEDED:
            return "\n".join(filter(None, (trouble_words(row), node_words(task))))
        case _:
            return node_words(task)


def small_print(task: Task) -> str:
    """Codes and server messages."""
    if task.state is State.QUEUED:
        return task.hold.small_print
    if task.state is State.UNCERTAIN:
        # The support details have more of it.
        return units.shortened(task.evidence.answer, 200) if task.evidence is not None else ""
    if task.failure is None:
        return " · ".join(failure.code for failure in (task.run.failures if task.run else ()) if failure.code)
    words = str(task.failure.words or "")
    # Of a router, the trouble says it already.
    is_said = any(one.message and one.message in words for one in task.refusals)
    return " · ".join(part for part in (task.failure.code, "" if is_said else words) if part)


def showings_of(row: Row, title: str, state: str, *, is_demo: bool = False) -> list[Showing]:
    """The saved results, else those in the trash; `state` is the text if there are neither. A demo's clips are samples,
    and say so."""
    kept = [output for output in row.outputs if output.is_kept]
    shown = kept or [output for output in row.outputs if output.is_binned]
    if not shown:
        return [Showing(None, Media.OTHER, None, title, state)]
    caption = _("Sample footage: {prompt}", prompt=title) if is_demo else ""
    return [_showing(output, title, caption if output.media is Media.VIDEO else "") for output in shown]


def _showing(output: Output, title: str, caption: str) -> Showing:
    poster = Path(output.poster) if output.poster else None
    if output.is_binned:
        return Showing(None, output.media, poster, title, binned_words(output))
    if output.is_missing:
        return Showing(None, output.media, poster, title, missing_words(output))
    changed = output.look.signs if output.is_changed else None
    return Showing(Path(output.path), output.media, poster, title, caption=caption, changed=changed)


def _asked_for(asked: ClientRequest, task: Task, catalog: Catalog) -> list[Fact]:
    """ "Claude Code (request shot-090) · approved, edited", and the original request if it was changed."""
    what = decision(asked, task)
    said = str(DECISIONS[what][0])
    if what is Decision.REFUSED and asked.reason:
        said = _("Refused: {reason}", reason=asked.reason)
    name = called(asked.client)
    if asked.shown_id:
        name = _("{program} (request {id})", program=name, id=asked.shown_id)
    found = [Fact(_("Requested by"), f"{name} · {said}", tool_tip=asked.client)]
    if was_edited(asked, task):
        before = asked.request
        pair = catalog.pair(before.endpoint, before.model)
        line = " · ".join(filter(None, (model_label(before.model), settings_line(pair, before.values), before.prompt)))
        found.append(Fact(_("Originally"), line))
    return found


def _suggested(one: Suggestion) -> Fact:
    """ "Claude Code · the sharpest of them": words of the program."""
    said = " · ".join(filter(None, (called(one.client), shown(one.reason))))
    return Fact(_("Suggested by"), said, tool_tip=_("Not a pick: you decide. These are listed under “Suggested”."))


def _picked(task: Task, now: float) -> Fact:
    """By whom and when, as far as known."""
    if task.pick is Pick.NONE or task.picked_at is None:
        return Fact("", "")
    label = _("Picked") if task.pick is Pick.PICK else _("Rejected")
    time = units.moment(task.picked_at, now)
    by = _("by {name}, {time}", name=shown(called(task.picked_by)), time=time)
    return Fact(label, by if task.picked_by else _("by you, {time}", time=time), tool_tip=task.picked_by)


def _credentials(details: Details) -> Fact:
    """Which files are still as their maker signed them."""
    outputs = details.row.outputs
    saved = {entry.detail.get("index"): entry.detail for entry in details.ledger if entry.kind == "saved"}
    signed = [
        output
        for output in outputs
        if output.is_here and not output.is_changed and saved.get(output.index, {}).get("credentials")
    ]
    named = listed([output_name(details.row, one.index) for one in signed])
    said = _("kept") if len(signed) == len(outputs) else named
    tool_tip = _("Signed by its maker (C2PA). The file stays as it came; its request is next to it and in the list.")
    return Fact(_("Content credentials"), said if signed else "", tool_tip=tool_tip)


def _take(details: Details) -> str:
    takes = details.takes
    if len(takes.ids) < 2:
        return ""
    return _("{n} of {total}", n=takes.number(details.row.task.id), total=len(takes.ids))


def _cost(task: Task, price: Price | None) -> str:
    if task.cost_credits is not None:
        return cost_in_words(task)
    estimated = task.estimated_credits
    most = _("at most {credits}", credits=units.credits_in_words(estimated)) if estimated is not None else ""
    if task.state is State.CANCELLED:
        return " · ".join((most or _("not known"), canceled_cost(task)))
    if most:
        return f"{most} · {units.dollars(estimated or 0.0)}"
    if doubtful := doubtful_credits(task):
        said = _("{credits}, if it was created", credits=units.credits_in_words(doubtful))
        return f"{said} · {units.dollars(doubtful)}"
    if task.state is not State.QUEUED or price is None:
        return ""
    return f"{priced(price.credits, price)} · {units.dollars(price.credits)}"


LEAST_QUEUED = 2.0
"""Shorter queueing times at Runway are not shown."""


def _took(task: Task, usual: Usual | None) -> str:
    if task.state is not State.SUCCEEDED or task.ended_at is None:
        return ""
    since = task.running_since or task.remote_created_at or task.sent_at
    if since is None:
        return ""
    said = units.duration(max(0.0, task.ended_at - since))
    queued = since - task.sent_at if task.sent_at is not None else 0.0
    if queued >= LEAST_QUEUED:
        # Explains the difference from the times above.
        said = _("{time}, queued {queued} before", time=said, queued=units.duration(queued))
    ran = usual.ran if usual is not None else None
    usually = _("usually {time}", time=units.span(ran.low, ran.high)) if ran is not None else ""
    return " · ".join(filter(None, (said, usually)))


def _link(row: Row, now: float) -> str:
    """Until when Runway's link works; how long Runway keeps the result itself is not known."""
    if row.task.deleted_remotely:
        return _("none: Runway no longer keeps the result")
    lives = [LinkLife(output.url_fetched_at) for output in row.outputs if output.url]
    return line_words(min(lives), now) if lives else ""


def _model_words(task: Task, catalog: Catalog) -> str:
    pair = catalog.pair(task.request.endpoint, task.request.model)
    return pair.label if pair is not None else model_label(task.request.model)


def _routing_facts(routing: Routing | None) -> list[Fact]:
    """What a router chose, and what bounded it."""
    if routing is None:
        return []
    most = routing.price_ceiling
    parts = (
        model_label(routing.model),
        routing.provider,
        _("up to {credits} allowed", credits=units.credits_in_words(most)) if most is not None else "",
        _("busy: {models}", models=listed([model_label(one) for one in routing.skipped])) if routing.skipped else "",
        _("all models were busy") if routing.all_exhausted else "",
    )
    return [Fact(_("Chosen"), " · ".join(part for part in parts if part))]


def _field_label(task: Task, catalog: Catalog, path: tuple[str | int, ...]) -> str:
    pair = catalog.pair(task.request.endpoint, task.request.model)
    field = pair.field(str(path[0])) if pair is not None and path else None
    return field.label if field is not None else ".".join(map(str, path))


def _times(task: Task) -> str:
    sent = sent_words(task) or _("Queued {time}", time=units.full_time(task.created_at))
    if not (task.ended_at and spent_at(task)):
        return sent
    return " · ".join((sent, _("ended {time}", time=units.exact_time(task.ended_at))))


def _refusal_words(label: str, message: str) -> str:
    return f"{label}: {message}" if label else message


def _unseen_words(task: Task) -> str:
    """For a task that the present key cannot see."""
    if task.key != NO_KEY:
        return _("This task was made with another key. Switch back to that key to follow it. Nothing is lost.")
    return _("This key can't see this task. If it was made with another key, switch back to that key to follow it.")


def _gone_words(task: Task) -> str:
    if task.adopted:
        said = _("Runway doesn't know this task. It was deleted, or belongs to another organization.")
    else:
        said = _("Runway no longer knows this task. It was deleted, or belongs to another organization.")
    return str(in_turn(said, _("If it turns up within a day, it is followed again.")))


def _shot(shot: str) -> str:
    return pgettext("number of a shot", "shot {shot}", shot=shot) if shot else ""


def removed_words(amount: int) -> Text:
    return Text("1 task removed. Files stay.", "{n} tasks removed. Files stay.").of(amount)


def removed_short(amount: int) -> str:
    return ngettext("{n} removed", "{n} removed", amount)


def undone_words(judgment: Judged, tasks: tuple[Task, ...] = (), act: str = "") -> str:
    """ "Reject undone: “A fox at dusk”.", "Moved 3 tasks back.". `tasks`: those changed back; a single one is named.
    `act`: the caller's own sentence about the judgment, which names the take."""
    if act:
        return _("Undone: {act}", act=act)
    match judgment.what:
        case "rating":
            said = Text("Rating undone.", "{n} ratings undone.")
        case "pick":
            said = _UNPICKED[_pick_in(judgment)]
        case "project":
            said = Text("Moved {n} task back.", "Moved {n} tasks back.")
        case what:
            said = _RESTORED[what]
    told = str(said.of(len(judgment)))
    name = (tasks[0].title or tasks[0].request.prompt) if len(judgment) == len(tasks) == 1 else ""
    if not name:
        return told
    # In one sentence: the activity shows the first one.
    return _("{undone}: “{name}”.", undone=told.rstrip(".。"), name=units.shortened(name, _LONGEST_NAME))


def done_words(judgment: Judged) -> str:
    """ "Rated 4 ★.", "Moved 3 to Aurora.": short enough for the pill."""
    value = next(iter(judgment.after.values()))
    match judgment.what:
        case "rating":
            rated = Text("Rated {stars} ★.", "Rated {n} tasks {stars} ★.").with_(stars=value)
            said = rated if value else Text("Rating cleared.", "Cleared {n} ratings.")
        case "pick":
            pick = _pick_in(judgment)
            others = [one for one in judgment.after.values() if one.pick is Pick.NONE]
            return str(_PICKED[pick].of(len(judgment if pick is not None else others)))
        case "tags":
            said = Text("Tags changed.", "Tagged {n} tasks.")
        case "project" if value:
            said = Text("Moved to {project}.", "Moved {n} to {project}.").with_(project=value)
        case "project":
            said = Text("Moved out of its project.", "Moved {n} out of their projects.")
        case "shot":
            said = Text("Shot changed.", "Shot of {n} tasks changed.")
        case "trims":
            said = Text("In and out changed.", "In and out of {n} takes changed.")
        case "marks":
            said = Text("Notes changed.", "Notes of {n} takes changed.")
        case _:
            said = Text("Note changed.", "Note of {n} tasks changed.")
    return str(said.of(len(judgment)))


def _pick_in(judgment: Judged) -> Pick | None:
    """None if picks were moved to other takes."""
    picks = {picked.pick for picked in judgment.after.values()}
    return picks.pop() if len(picks) == 1 else None
