"""Libraries of tasks for the store's tests, as large as one likes. The same seed gives the same library."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from datetime import timedelta, timezone
from typing import Any

from runway_desktop.domain.library import Filter, GroupBy, LedgerEntry, Listing, SortKey
from runway_desktop.domain.media import Media
from runway_desktop.domain.permissions import ClientRequest
from runway_desktop.domain.task import (
    Batch,
    BatchId,
    Input,
    Output,
    OutputState,
    Pick,
    RemoteId,
    Request,
    State,
    Task,
    TaskId,
)
from runway_desktop.services.ports import Store

Opened = Callable[[], AbstractAsyncContextManager[Store]]
"""Opens a store on disk; see `conftest`."""
KATHMANDU = timezone(timedelta(hours=5, minutes=45))
"""A zone whose days begin where nobody expects it."""
NOON = 1_750_000_000.0
_WORDS = (
    "lighthouse", "keeper", "walks", "into", "the", "storm", "camera", "follows", "sodium", "light", "ice",
    "lagoon",
)  # fmt: skip
_MODELS = ("gen4.5", "veo3.1_fast", "seedance2", "gen4_image")
_MOSTLY_DONE = (*[State.SUCCEEDED] * 30, *State)


def tasks_of_batch(number: int, size: int, seed: int = 0) -> tuple[Batch, list[Task], list[Output]]:
    """`size` tasks, every second of them in the batch and the others single, with outputs where they succeeded."""
    chance = random.Random(f"{seed} {number}")
    batch = Batch(id=BatchId(f"batch-{number}"), name=f"shots {number}.csv", created_at=NOON + number)
    tasks = [_task(chance, f"{number}-{index}", batch if index % 2 else None) for index in range(size)]
    outputs = [_output(chance, task) for task in tasks if task.state is State.SUCCEEDED]
    return batch, tasks, outputs


def batches(total: int, size: int = 1_000, seed: int = 0) -> Iterator[tuple[Batch, list[Task], list[Output]]]:
    for number in range(-(-total // size)):
        yield tasks_of_batch(number, min(size, total - number * size), seed)


async def fill(store: Store, total: int, seed: int = 0, *, with_outputs: bool = True) -> None:
    for batch, tasks, outputs in batches(total, seed=seed):
        entries = [LedgerEntry(task_id=task.id, at=task.created_at, kind="made", detail={}) for task in tasks]
        await store.add(tasks, [], batch, entries)
        if with_outputs:
            await store.save_outputs(outputs)


def a_wish(client: str, task: Task) -> ClientRequest:
    return ClientRequest(
        client=client, request_id=task.id, digest="", task_id=task.id, credits=1.0, at=0.0, request=task.request
    )


def _task(chance: random.Random, name: str, batch: Batch | None) -> Task:
    state = chance.choice(_MOSTLY_DONE)
    made = NOON + chance.random() * 1e7
    sent = None if state is State.QUEUED else made + 1
    return Task(
        id=TaskId(f"{chance.getrandbits(128):032x}"),
        request=Request(
            endpoint=chance.choice(("text_to_video", "image_to_video")),
            model=chance.choice(_MODELS),
            values={"promptText": name, "duration": chance.choice((5, 10)), "ratio": "1280:720"},
            prompt=chance.choice((f"{' '.join(chance.choices(_WORDS, k=14))} {name}", "The same again")),
        ),
        created_at=made,
        state=state,
        batch_id=batch.id if batch else None,
        project=chance.choice(("", "Aurora spot", "Lagoon teaser")),
        position=chance.random() * 1e4,
        remote_id=None if state.is_local else RemoteId(f"{chance.getrandbits(128):032x}"),
        sent_at=sent,
        running_since=sent and sent + 5,
        ended_at=sent and sent + chance.randrange(30, 90) if state.is_final else None,
        estimated_credits=chance.choice((None, 25.0, 50.0)),
        cost_credits=chance.choice((25.0, 60.0)) if state is State.SUCCEEDED else None,
        rating=chance.choice((0, 0, 0, 3, 5)),
        pick=chance.choice((Pick.NONE, Pick.NONE, Pick.PICK, Pick.REJECT)),
        tags=chance.choice(((), (), ("drone",), ("drone", "low key"))),
        shot=chance.choice(("", "010")),
    )


def _output(chance: random.Random, task: Task) -> Output:
    state = chance.choice((*[OutputState.SAVED] * 20, *OutputState))
    return Output(
        task_id=task.id,
        index=0,
        url=f"https://out.example/{task.id}.mp4",
        url_fetched_at=NOON,
        state=state,
        path=f"/films/{task.id}.mp4" if state is OutputState.SAVED else "",
        size=4_200_000,
        duration=chance.choice((0.0, 5.2)),
    )


def a_task(
    name: str = "t1", *, prompt: str = "A lighthouse in the storm", model: str = "gen4.5", **members: Any
) -> Task:
    values = members.pop("values", {"promptText": prompt, "duration": 5, "ratio": "1280:720"})
    request = Request(endpoint="image_to_video", model=model, values=values, prompt=prompt)
    made: dict[str, Any] = {"id": TaskId(name), "request": request, "created_at": NOON}
    return Task(**(made | members))


def an_output(name: str = "t1", index: int = 0, **members: Any) -> Output:
    url = "https://out.example/1"
    made: dict[str, Any] = {"task_id": TaskId(name), "index": index, "url": url, "url_fetched_at": NOON}
    return Output(**(made | members))


def an_input(name: str = "t1", **members: Any) -> Input:
    made: dict[str, Any] = {"task_id": TaskId(name), "field_path": ("promptImage",), "uri": "file:///a.png"}
    return Input(**(made | {"media": Media.IMAGE, "path": "/a.png"} | members))


def a_line(name: str = "t1", kind: str = "made", **detail: Any) -> LedgerEntry:
    return LedgerEntry(task_id=TaskId(name), at=NOON, kind=kind, detail=detail)


def flat(sort: SortKey = SortKey.MADE, *, descending: bool = True, **wanted: Any) -> Listing:
    return Listing(filter=Filter(**wanted), sort=sort, descending=descending, group=GroupBy.NONE)
