"""Converts rows to domain values and back. Every value is restored exactly.

Pure, apart from SQLite's types. Raises ValueError (and similar) for an invalid row, which the store reports as a
damaged file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import convert

from runway_desktop.domain import kept_text
from runway_desktop.domain.account import Fingerprint
from runway_desktop.domain.failures import Failure, Reason, ReasonCode
from runway_desktop.domain.library import LedgerEntry, asked_seconds, heading_of, prompt_key
from runway_desktop.domain.media import Media
from runway_desktop.domain.outputs import KeptFile
from runway_desktop.domain.prices import shape_of
from runway_desktop.domain.task import (
    ITS_TURN,
    NEVER_LOOKED,
    RANKS,
    Batch,
    BatchId,
    Evidence,
    Hold,
    HoldCode,
    Input,
    Look,
    Mark,
    MemberId,
    Output,
    OutputState,
    Pick,
    Presence,
    Refusal,
    RemoteId,
    Request,
    Signs,
    Source,
    State,
    StepId,
    Task,
    TaskId,
    Trim,
)
from runway_desktop.domain.workflows.routing import RouterSeen, Routing
from runway_desktop.domain.workflows.runs import Run
from runway_desktop.values import Struct, as_json

TASK_COLUMNS = (
    "id", "endpoint", "model", "request_values", "prompt", "created_at", "state", "batch_id",
    "project", "parent_id", "position", "remote_id", "remote_status", "sent_at", "remote_created_at", "running_since",
    "ended_at", "asked_at", "progress", "estimated_credits", "cost_credits", "failure", "refusals", "evidence",
    "cancel_asked", "adopted", "deleted_remotely", "hold", "removed_at", "title", "rating", "pick",
    "tags", "shot", "note", "key_used", "hidden_from", "not_found_at", "hold_detail", "imported",
    "picked_by", "picked_at", "cast_members", "step", "made_of", "trims", "marks", "run", "routing",
    # For the list only; never read back into a task.
    "shape", "heading", "credits", "rank", "prompt_key", "asked_seconds",
)  # fmt: skip
OUTPUT_COLUMNS = (
    "task_id", '"index"', "url", "url_fetched_at", "state", "media", "path", "size", "sha256", "saved_at", "problem",
    "poster", "width", "height", "duration", "binned_from",
    # The last file check.
    "presence", "looked_at", "seen_size", "seen_modified",
)  # fmt: skip
LOOK_COLUMNS = OUTPUT_COLUMNS[-4:]
KEPT_COLUMNS = (
    "task_id", '"index"', "path", "binned_from", "size", "sha256", "saved_at", *LOOK_COLUMNS,
)  # fmt: skip
INPUT_COLUMNS = (
    "task_id", "place", "uri", "media", "path", "sha256", "size", "upload_uri", "uploaded_at", "upload_key",
)  # fmt: skip

_STATES = {rank: state for state, rank in RANKS.items()}
_EVIDENCE = tuple(Evidence.__struct_fields__)

_HOLD_DETAIL = ("file", "client", "small_print")
_REASON_DETAIL = {"name": str, "needed": int}

Cell = str | bytes | float | int | None


def to_cell(text: str) -> str | bytes:
    """A text as the database can store it. Invalid Unicode (a lone surrogate, from a file name or JSON) becomes bytes,
    which `to_text` converts back."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
    return text


def to_text(cell: str | bytes) -> str:
    return cell if isinstance(cell, str) else cell.decode("utf-8", "surrogatepass")


def to_json(value: Any) -> str | bytes:
    return to_cell(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def from_json(cell: str | bytes) -> Any:
    return json.loads(to_text(cell))


def state_of(rank: int) -> State:
    return _STATES[rank]


def task_cells(task: Task) -> tuple[Cell, ...]:
    """In the order of TASK_COLUMNS."""
    request = task.request
    return (
        task.id, to_cell(request.endpoint), to_cell(request.model), to_json(dict(request.values)),
        to_cell(request.prompt), task.created_at, task.state.value,
        task.batch_id, to_cell(task.project), task.parent_id, task.position, task.remote_id,
        to_cell(task.remote_status), task.sent_at, task.remote_created_at, task.running_since, task.ended_at,
        task.asked_at, task.progress, task.estimated_credits, task.cost_credits, _failure_cell(task.failure),
        to_json([[list(refusal.path), refusal.message, refusal.code] for refusal in task.refusals]),
        evidence_cell(task.evidence), int(task.cancel_asked), int(task.adopted), int(task.deleted_remotely),
        task.hold.code.value, task.removed_at, to_cell(task.title), task.rating, task.pick.value,
        ",".join(task.tags), to_cell(task.shot), to_cell(task.note), task.key, task.hidden_from, task.not_found_at,
        hold_detail_cell(task.hold), int(task.imported),
        to_cell(task.picked_by), task.picked_at, ",".join(task.cast), task.step,
        None if task.made_of is None else source_cell(task.made_of), _values_cell(task.trims), _values_cell(task.marks),
        None if task.run is None else to_json(as_json(task.run)),
        None if task.routing is None else to_json(as_json(task.routing)),
        to_cell(shape_of(request)), heading_of(task),
        -1.0 if task.credits is None else task.credits, RANKS[task.state],
        prompt_key(request), asked_seconds(request),
    )  # fmt: skip


def task_of(row: Sequence[Any]) -> Task:
    """From a row in the order of TASK_COLUMNS."""
    (
        task_id, endpoint, model, values, prompt, created_at, state, batch_id, project, parent_id,
        position, remote_id, remote_status, sent_at, remote_created_at, running_since, ended_at, asked_at, progress,
        estimated_credits, cost_credits, failure, refusals, evidence, cancel_asked, adopted, deleted_remotely,
        hold, removed_at, title, rating, pick, tags, shot, note, key, hidden_from, not_found_at, hold_detail,
        imported, picked_by, picked_at, cast, step, made_of, trims, marks, run, routing, *_,
    ) = row  # fmt: skip
    return Task(
        id=TaskId(task_id),
        request=Request(
            endpoint=to_text(endpoint), model=to_text(model), values=from_json(values), prompt=to_text(prompt)
        ),
        created_at=created_at,
        state=State(state),
        batch_id=None if batch_id is None else BatchId(batch_id),
        project=to_text(project),
        parent_id=None if parent_id is None else TaskId(parent_id),
        position=position,
        remote_id=None if remote_id is None else RemoteId(remote_id),
        remote_status=to_text(remote_status),
        sent_at=sent_at,
        remote_created_at=remote_created_at,
        running_since=running_since,
        ended_at=ended_at,
        asked_at=asked_at,
        progress=progress,
        estimated_credits=estimated_credits,
        cost_credits=cost_credits,
        failure=None if failure is None else failure_of(from_json(failure)),
        refusals=() if refusals == "[]" else tuple(_refusal(*parts) for parts in from_json(refusals)),
        evidence=None if evidence is None else evidence_of(from_json(evidence)),
        cancel_asked=bool(cancel_asked),
        adopted=bool(adopted),
        deleted_remotely=bool(deleted_remotely),
        hold=_hold(to_text(hold), hold_detail),
        removed_at=removed_at,
        title=to_text(title),
        rating=rating,
        pick=Pick(pick),
        tags=tuple(tags.split(",")) if tags else (),
        shot=to_text(shot),
        note=to_text(note),
        key=Fingerprint(key),
        hidden_from=Fingerprint(hidden_from),
        not_found_at=not_found_at,
        imported=bool(imported),
        picked_by=to_text(picked_by),
        picked_at=picked_at,
        cast=tuple(map(MemberId, cast.split(","))) if cast else (),
        step=None if step is None else StepId(step),
        made_of=None if made_of is None else _source(made_of),
        trims=() if trims == "[]" else convert(from_json(trims), tuple[Trim, ...]),
        marks=() if marks == "[]" else convert(from_json(marks), tuple[Mark, ...]),
        run=None if run is None else convert(from_json(run), Run),
        routing=None if routing is None else convert(from_json(routing), Routing),
    )


def _values_cell(values: Sequence[Struct]) -> str | bytes:
    return to_json(list(map(as_json, values)))


def source_cell(source: Source) -> str:
    return f"{source.task_id}:{source.index}"


def _source(cell: str) -> Source:
    task_id, _, index = cell.rpartition(":")
    return Source(TaskId(task_id), int(index))


def output_cells(output: Output) -> tuple[Cell, ...]:
    return (
        output.task_id, output.index, to_cell(output.url), output.url_fetched_at, output.state.value,
        output.media.value, to_cell(output.path), output.size, to_cell(output.sha256), output.saved_at,
        problem_cell(output.problem), to_cell(output.poster), output.width, output.height, output.duration,
        to_cell(output.binned_from), *look_cells(output.look),
    )  # fmt: skip


def output_of(row: Sequence[Any]) -> Output:
    (
        task_id, index, url, url_fetched_at, state, media, path, size, sha256, saved_at, problem, poster, width, height,
        duration, binned_from, *look,
    ) = row  # fmt: skip
    return Output(
        task_id=TaskId(task_id),
        index=index,
        url=to_text(url),
        url_fetched_at=url_fetched_at,
        state=OutputState(state),
        media=Media(media),
        path=to_text(path),
        size=size,
        sha256=to_text(sha256),
        saved_at=saved_at,
        problem=_reason(from_json(to_text(problem))) if problem else None,
        poster=to_text(poster),
        width=width,
        height=height,
        duration=duration,
        binned_from=to_text(binned_from),
        look=_look(*look),
    )


def look_cells(look: Look) -> tuple[Cell, ...]:
    """In the order of LOOK_COLUMNS."""
    size, modified = (None, None) if look.signs is None else (look.signs.size, look.signs.modified)
    return ("" if look.presence is Presence.HERE else look.presence.value, look.at, size, modified)


def kept_file_of(row: Sequence[Any]) -> KeptFile:
    """From a row in the order of KEPT_COLUMNS."""
    task_id, index, path, binned_from, size, sha256, saved_at, *look = row
    return KeptFile(
        task_id=TaskId(task_id),
        index=index,
        path=to_text(path or binned_from),
        size=size,
        sha256=to_text(sha256),
        saved_at=saved_at,
        look=_look(*look),
        is_binned=not path,
    )


def input_cells(asset: Input) -> tuple[Cell, ...]:
    return (
        asset.task_id, to_json(list(asset.field_path)), to_cell(asset.uri), asset.media.value, to_cell(asset.path),
        to_cell(asset.sha256), asset.size, to_cell(asset.upload_uri), asset.uploaded_at, asset.upload_key,
    )  # fmt: skip


def input_of(row: Sequence[Any]) -> Input:
    task_id, field_path, uri, media, path, sha256, size, upload_uri, uploaded_at, upload_key = row
    return Input(
        task_id=TaskId(task_id),
        field_path=tuple(from_json(field_path)),
        uri=to_text(uri),
        media=Media(media),
        path=to_text(path),
        sha256=to_text(sha256),
        size=size,
        upload_uri=to_text(upload_uri),
        uploaded_at=uploaded_at,
        upload_key=Fingerprint(upload_key),
    )


def batch_of(row: Sequence[Any]) -> Batch:
    batch_id, name, created_at = row
    return Batch(id=BatchId(batch_id), name=to_text(name), created_at=created_at)


def ledger_cells(entry: LedgerEntry) -> tuple[Cell, ...]:
    return (entry.task_id, entry.at, to_cell(entry.kind), to_json(dict(entry.detail)))


def ledger_entry_of(row: Sequence[Any]) -> LedgerEntry:
    task_id, at, kind, detail = row
    return LedgerEntry(task_id=TaskId(task_id), at=at, kind=to_text(kind), detail=from_json(detail))


def _look(presence: str, at: float | None, size: int | None, modified: int | None) -> Look:
    if not presence and at is None and size is None:
        return NEVER_LOOKED
    signs = None if size is None or modified is None else Signs(size, modified)
    return Look(presence=Presence(presence) if presence else Presence.HERE, at=at, signs=signs)


def hold_detail_cell(hold: Hold) -> str | bytes:
    """The details of a hold as a JSON object, without empty ones."""
    known = {name: text for name in _HOLD_DETAIL if (text := getattr(hold, name))}
    if hold.cause is not None:
        known["cause"] = _reason_members(hold.cause)
    return to_json(known)


def _hold(word: str, detail: str | bytes) -> Hold:
    if not word and detail == "{}":
        return ITS_TURN
    members = from_json(detail)
    known = {name: members[name] for name in _HOLD_DETAIL if name in members}
    if (cause := members.get("cause")) is not None:
        known["cause"] = _reason(cause)
    try:
        code = HoldCode(word)
    except ValueError:
        # A code of a newer version, whose meaning is unknown here.
        code = HoldCode.ASK_PERSON
    return Hold(code, **known)


def problem_cell(problem: Reason | None) -> str | bytes:
    """A JSON object with the code and its details; empty for none."""
    return "" if problem is None else to_json(_reason_members(problem))


def evidence_cell(evidence: Evidence | None) -> str | bytes | None:
    if evidence is None:
        return None
    known = {name: getattr(evidence, name) for name in _EVIDENCE}
    if evidence.cause is not None:
        known["cause"] = _reason_members(evidence.cause)
    if evidence.router is not None:
        known["router"] = as_json(evidence.router)
    return to_json(known)


def _reason_members(reason: Reason) -> dict[str, Any]:
    details = {name: value for name in _REASON_DETAIL if (value := getattr(reason, name))}
    words = {"words": kept_text.kept(reason.words)} if reason.words else {}
    return {"code": reason.code.value, **details, **words}


def _reason(members: Mapping[str, Any]) -> Reason:
    details = {name: members[name] for name, kind in _REASON_DETAIL.items() if isinstance(members.get(name), kind)}
    try:
        code = ReasonCode(members["code"])
    except ValueError:
        # A code of a newer version.
        code = ReasonCode.UNKNOWN
    return Reason(code, **details, words=kept_text.read(members.get("words", "")))


def _failure_cell(failure: Failure | None) -> str | bytes | None:
    return None if failure is None else to_json({"code": failure.code, "words": kept_text.kept(failure.words)})


def failure_of(members: Mapping[str, Any]) -> Failure:
    return Failure(code=members["code"], words=kept_text.read(members["words"]))


def _refusal(path: Sequence[str | int], message: str, code: str) -> Refusal:
    return Refusal(path=tuple(path), message=message, code=code)


def evidence_of(members: Mapping[str, Any]) -> Evidence:
    """From the parsed JSON of an `evidence_cell`."""
    known = {name: members[name] for name in _EVIDENCE if name in members}
    if (cause := known.get("cause")) is not None:
        known["cause"] = _reason(cause)
    if (router := known.get("router")) is not None:
        known["router"] = convert(router, RouterSeen)
    return Evidence(**known)
