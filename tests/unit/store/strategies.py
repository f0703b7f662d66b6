"""Arbitrary tasks, outputs and inputs, for properties that must hold for all of them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from runway_desktop.domain.account import NO_KEY, Fingerprint
from runway_desktop.domain.failures import Failure, Reason, ReasonCode
from runway_desktop.domain.library import clean_tags
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import (
    ITS_TURN,
    BatchId,
    Evidence,
    Hold,
    HoldCode,
    Input,
    Look,
    Mark,
    Output,
    OutputState,
    Pick,
    Presence,
    Refusal,
    RemoteId,
    Request,
    Signs,
    State,
    Task,
    TaskId,
    Trim,
)
from runway_desktop.domain.workflows.routing import Routing
from runway_desktop.domain.workflows.runs import NodeFailure, Run

# Half a surrogate pair is in: file names that are no UTF-8 look like that, and so does broken JSON.
texts = st.text(st.characters(), max_size=30)
moments = st.floats(0, 4e9)
prices = st.none() | st.floats(0, 1e6)
places = st.lists(texts | st.integers(0, 9), min_size=1, max_size=3).map(tuple)
batch_ids = st.sampled_from([BatchId("batch-1"), BatchId("batch-2")])
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
requests = st.builds(
    Request, endpoint=texts, model=texts, values=st.dictionaries(texts, json_values, max_size=4), prompt=texts
)
fingerprints = st.sampled_from([NO_KEY, Fingerprint("0123456789abcdef"), Fingerprint("fedcba9876543210")])
counts = st.none() | st.integers(0, 10_000)
reasons = st.builds(Reason, st.sampled_from(ReasonCode), name=texts, needed=st.integers(0, 2**62), words=texts)
holds = st.builds(
    Hold, st.sampled_from(HoldCode), file=texts, client=texts, cause=st.none() | reasons, small_print=texts
)
evidences = st.builds(
    Evidence,
    asked_before=st.none() | moments, answered_before=st.none() | moments,
    balance_before=prices, balance_after=prices, daily_before=counts, daily_after=counts,
    accepted_between=st.integers(0, 99), doubtful=st.integers(0, 9), is_balance_doubtful=st.booleans(),
    is_early=st.booleans(), price=prices, cause=st.none() | reasons,
)  # fmt: skip

looks = st.builds(
    Look,
    presence=st.sampled_from(Presence),
    at=st.none() | moments,
    signs=st.none() | st.builds(Signs, size=st.integers(0, 2**62), modified=st.integers(0, 2**62)),
)
marks = st.builds(Mark, id=texts, index=st.integers(0, 3), at=moments, text=texts, by=texts, made_at=moments)
routings = st.builds(
    Routing,
    model=texts,
    provider=texts,
    price_ceiling=st.none() | moments,
    skipped=st.lists(texts, max_size=2).map(tuple),
)

failures = st.builds(NodeFailure, node=texts, message=texts, code=texts, name=texts)
runs = st.builds(
    Run,
    nodes=st.lists(texts, max_size=3).map(tuple),
    failures=st.lists(failures, max_size=2).map(tuple),
    cost_due=st.none() | moments,
)


def tasks(task_id: str) -> st.SearchStrategy[Task]:
    return st.builds(
        Task,
        id=st.just(TaskId(task_id)),
        request=requests,
        created_at=moments,
        state=st.sampled_from(State),
        batch_id=st.none() | batch_ids,
        project=texts,
        parent_id=st.none() | st.sampled_from([TaskId("a"), TaskId("b")]),
        position=st.floats(-1e9, 1e9),
        remote_id=st.none() | st.uuids(version=4).map(lambda value: RemoteId(str(value))),
        remote_status=texts,
        sent_at=st.none() | moments,
        remote_created_at=st.none() | moments,
        running_since=st.none() | moments,
        ended_at=st.none() | moments,
        asked_at=st.none() | moments,
        progress=st.none() | st.floats(0, 1),
        estimated_credits=prices,
        cost_credits=prices,
        failure=st.none() | st.builds(Failure, code=texts, words=texts),
        refusals=st.lists(st.builds(Refusal, path=places, message=texts, code=texts), max_size=2).map(tuple),
        evidence=st.none() | evidences,
        cancel_asked=st.booleans(),
        adopted=st.booleans(),
        imported=st.booleans(),
        deleted_remotely=st.booleans(),
        hold=st.just(ITS_TURN) | holds,
        removed_at=st.none() | moments,
        title=texts,
        rating=st.integers(0, 5),
        pick=st.sampled_from(Pick),
        tags=texts.map(clean_tags),
        shot=texts,
        note=texts,
        key=fingerprints,
        hidden_from=fingerprints,
        not_found_at=st.none() | moments,
        trims=st.lists(st.builds(Trim, st.integers(0, 3), moments, moments), max_size=2).map(tuple),
        routing=st.none() | routings,
        marks=st.lists(marks, max_size=2).map(tuple),
        run=st.none() | runs,
    )


def outputs(task_id: str) -> st.SearchStrategy[Output]:
    return st.builds(
        Output,
        task_id=st.just(TaskId(task_id)),
        index=st.integers(0, 3),
        url=texts,
        url_fetched_at=moments,
        state=st.sampled_from(OutputState),
        media=st.sampled_from(Media),
        path=texts,
        size=st.integers(0, 2**62),
        sha256=texts,
        saved_at=st.none() | moments,
        problem=st.none() | reasons,
        poster=texts,
        width=st.integers(0, 99_999),
        height=st.integers(0, 99_999),
        duration=st.floats(0, 1e5),
        binned_from=texts,
        look=looks,
    )


def inputs(task_id: str) -> st.SearchStrategy[Input]:
    return st.builds(
        Input,
        task_id=st.just(TaskId(task_id)),
        field_path=places,
        uri=texts,
        media=st.sampled_from(Media),
        path=texts,
        sha256=texts,
        size=st.integers(0, 2**62),
        upload_uri=texts,
        uploaded_at=st.none() | moments,
        upload_key=fingerprints,
    )
