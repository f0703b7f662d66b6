"""What the person wants to be run when something happens: for which events, how often, and what becomes of failures."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from runway_desktop.domain.copies import IDENTITY
from runway_desktop.domain.errors import NoReply
from runway_desktop.domain.events import DownloadsCounted, Notice, OutputChanged, TasksAdded
from runway_desktop.domain.hooks import Happening, HookFailed
from runway_desktop.domain.task import Hold, HoldCode, Output, OutputState, State, Task, TaskId
from runway_desktop.services.results.downloads import Downloads
from runway_desktop.texts import Text, english
from runway_desktop.usecases import hooks as hooks_module
from runway_desktop.usecases.clients.task_answer import task_answer
from runway_desktop.usecases.hooks import Hooks
from runway_desktop.values import replace
from tests.rigs.copied_lists import a_computer
from tests.rigs.engine_rig import AtOnce, Rig, idle, lane, request
from tests.rigs.engines import engine_of
from tests.rigs.fakes import settle
from tests.rigs.waiting import soon

KEY = "key_" + "ab" * 64
MANY = 20
LINK = "https://x.example/result.png?_jwt=secret"


class Address:
    """Takes events in memory. Fails with `problem` while there is one."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.problem: HookFailed | None = None
        self.limits: list[float] = []
        self.is_free = threading.Event()
        self.is_free.set()
        self.begun = threading.Event()

    def __call__(self, address: str, content: bytes, seconds: float) -> None:
        self.begun.set()
        assert self.is_free.wait(20)
        self.limits.append(seconds)
        if self.problem is not None:
            raise self.problem
        self.taken.append(json.loads(content))

    @property
    def names(self) -> list[str]:
        return [event["event"] for event in self.taken]


def hooks_of(rig: Rig, address: Address, threads: Executor | None = None) -> Hooks:
    engine = engine_of(rig, Path("/library"))
    engine.downloads = cast(Downloads, SimpleNamespace(is_idle=True))
    return Hooks(engine, address, task_answer, threads or AtOnce())


async def hooked(rig: Rig, address: Address, *chosen: Happening, **more: Any) -> Hooks:
    if rig.settings.get(IDENTITY) is None:
        rig.settings.set(IDENTITY, {"id": "ab" * 16})
    hooks = hooks_of(rig, address, **more)
    await hooks.set(["https://told.example/secret"], frozenset(chosen or Happening))
    return hooks


@contextmanager
def freed(address: Address) -> Iterator[ThreadPoolExecutor]:
    """One thread, whose work goes on at the end whatever fails."""
    with ThreadPoolExecutor(1) as threads:
        try:
            yield threads
        finally:
            address.is_free.set()


def said(rig: Rig) -> list[tuple[str, str]]:
    """The notices, in English."""
    with english():
        return [(str(notice.message), str(notice.detail)) for notice in rig.told(Notice)]


async def held(rig: Rig, prompt: str = "A fox") -> Task:
    """A task that waits for approval."""
    [task_id] = await rig.submit(request(prompt), send_now=False)
    await rig.ledger.change_many([task_id], lambda task: replace(task, hold=Hold(HoldCode.APPROVAL)), "held")
    await settle()
    return await rig.task(task_id)


async def made(rig: Rig, *urls: str, prompt: str = "A fox") -> TaskId:
    """A task that succeeded at Runway, and of which nothing is saved yet."""
    [task_id] = await rig.submit(request(prompt))
    rig.runway.finish((await rig.task(task_id)).remote_id, *(urls or (LINK,)))
    await rig.clock.advance(30)
    assert await rig.state(task_id) is State.SUCCEEDED
    return task_id


async def put(rig: Rig, task_id: TaskId, state: OutputState = OutputState.SAVED, **more: Any) -> None:
    """All results of the task, one after the other."""
    for output in await rig.store.outputs(task_id):
        await put_one(rig, replace(output, state=state, **more))


async def put_one(rig: Rig, output: Output) -> None:
    if output.state is OutputState.SAVED:
        output = replace(output, path=f"/library/{output.index}.png", saved_at=output.saved_at or rig.clock.now())
    await rig.store.save_output(output)
    rig.bus.tell(OutputChanged(output))
    await settle()


async def test_saved_task_is_told_once_with_the_members_of_get_and_without_links_or_keys():
    async with Rig() as rig:
        address = Address()
        await hooked(rig, address, Happening.SAVED)
        task_id = await made(rig, LINK, f"{LINK}2", prompt=f"A fox with {KEY}")
        [first, second] = await rig.store.outputs(task_id)
        await put_one(rig, replace(first, state=OutputState.SAVED))
        assert address.taken == [], "not before the last result"
        await put_one(rig, replace(second, state=OutputState.SAVED))
        [event] = address.taken
        assert event["event"] == "saved"
        assert event["time"].endswith("Z")
        assert event["id"] == task_id
        assert [file["path"] for file in event["files"]] == ["/library/0.png", "/library/1.png"]
        assert "A fox" in event["text"]
        assert not {"url", "output"} & event.keys()
        assert "secret" not in json.dumps(event)
        assert KEY not in json.dumps(event)


async def test_file_that_is_moved_or_found_again_is_no_event():
    async with Rig() as rig:
        address = Address()
        await hooked(rig, address, Happening.SAVED)
        task_id = await made(rig)
        await put(rig, task_id)
        await put(rig, task_id)
        await rig.clock.advance(3_600)
        await put(rig, task_id, saved_at=rig.clock.now() - 3_600)
        assert address.names == ["saved"]


async def test_result_that_is_not_saved_is_a_failure_once_however_often_it_is_tried():
    async with Rig() as rig:
        address = Address()
        await hooked(rig, address, Happening.SAVED, Happening.FAILED)
        task_id = await made(rig)
        for _ in range(3):
            await put(rig, task_id, OutputState.DOWNLOADING)
            await put(rig, task_id, OutputState.FAILED)
        assert address.names == ["failed"]
        await put(rig, task_id)
        assert address.names == ["failed", "saved"]


async def test_failed_task_is_told_with_its_reason():
    async with Rig() as rig:
        address = Address()
        await hooked(rig, address)
        [task_id] = await rig.submit(request())
        rig.runway.fail((await rig.task(task_id)).remote_id, "SAFETY.INPUT.TEXT")
        await rig.clock.advance(30)
        assert address.names == ["failed", "queue_empty"]
        assert address.taken[0]["failureCode"] == "SAFETY.INPUT.TEXT"


async def test_empty_queue_comes_last_and_only_once_all_is_saved():
    async with Rig() as rig:
        address = Address()
        saving = (await hooked(rig, address)).engine.downloads
        saving.is_idle = False  # type: ignore[misc]
        task_id = await made(rig)
        await put(rig, task_id)
        assert address.names == ["saved"]
        saving.is_idle = True  # type: ignore[misc]
        rig.bus.tell(DownloadsCounted(0, 0, 0.0))
        await settle()
        assert address.names == ["saved", "queue_empty"]
        rig.bus.tell(DownloadsCounted(0, 0, 0.0))
        await held(rig)
        assert address.names.count("queue_empty") == 2, "a task that waits for the person does not count"


async def test_task_that_waits_for_approval_needs_the_person_and_one_that_they_hold_does_not():
    async with idle() as rig:
        address = Address()
        await hooked(rig, address, Happening.NEEDS_ME)
        task_id = (await held(rig)).id
        await rig.queue_acts.send_next([task_id])
        await rig.queue_acts.hold([task_id])
        await settle()
        assert [(event["event"], event["waits_for"]) for event in address.taken] == [("needs_me", "the person")]


async def test_uncertain_task_needs_the_person_at_once():
    async with Rig() as rig:
        address = Address()
        await hooked(rig, address, Happening.NEEDS_ME)
        rig.runway.then("create", NoReply("No answer."))
        await rig.submit(request())
        assert [(event["event"], event["state"]) for event in address.taken] == [("needs_me", "uncertain")]


async def test_cap_that_keeps_tasks_needs_the_person_once():
    async with lane() as rig:
        address = Address()
        rig.settings.day_cap = 1.0
        await hooked(rig, address, Happening.NEEDS_ME)
        await rig.submit(request("one"), request("two"))
        await rig.clock.advance(5)
        assert address.names == ["needs_me"]
        assert "cap" in address.taken[0]["waits_because"]


async def test_burst_runs_one_at_a_time_in_order_and_what_is_too_much_is_told_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(hooks_module, "MOST_WAITING", MANY)
    address = Address()
    address.is_free.clear()
    with freed(address) as threads:
        async with idle() as rig:
            hooks = await hooked(rig, address, Happening.NEEDS_ME, threads=threads)
            for number in range(MANY + 5):
                await held(rig, f"{number}")
            assert said(rig) == [("Too many events at once: some were not run.", "")]
            address.is_free.set()
            await soon(lambda: hooks.amount == 0)
    assert [int(event["prompt"]) for event in address.taken] == list(range(MANY))


async def test_kind_of_failure_is_told_and_recorded_once_until_it_works_again():
    async with idle() as rig:
        address = Address()
        hooks = await hooked(rig, address, Happening.NEEDS_ME)

        async def happen(problem: HookFailed | None) -> None:
            address.problem = problem
            await held(rig)

        ended = Text("“{program}” ended with {code}.").with_(program="told", code=3)
        await happen(HookFailed(ended, detail="no space"))
        await happen(HookFailed(ended.with_(code=4)))
        assert said(rig) == [("“told” ended with 3.", "no space")]
        await happen(None)
        await happen(HookFailed(ended))
        assert len(rig.told(Notice)) == 2
        recorded = await hooks.engine.clients.recorded(0, 100)
        assert sorted((line.client, line.call, line.about) for line in recorded) == [
            ("", "hook", "told.example"), ("told.example", "event", ""), ("told.example", "event", ""),
        ]  # fmt: skip


async def test_copy_of_a_list_and_one_put_back_run_nothing_and_say_so_once(tmp_path: Path):
    computer = await a_computer(tmp_path)
    async with computer.rig(loops=()) as rig:
        await hooked(rig, Address())
        await rig.settings.flush()
    twin = computer.copied("copy")
    async with computer.rig() as rig:
        await rig.submit(request("sent since"))
    for place in ("copy", "put back"):
        if place == "put back":
            computer.put_back(computer.copied("kept", twin))
        async with computer.rig(twin if place == "copy" else None, loops=()) as rig:
            address = Address()
            hooks = hooks_of(rig, address)
            await settle()
            await held(rig)
            assert not hooks.hook.words
            assert address.taken == []
            assert rig.settings.hook == {}
            assert sum("another list" in message for message, _ in said(rig)) == 1


async def test_hook_of_this_list_is_kept_in_its_next_run(tmp_path: Path):
    computer = await a_computer(tmp_path)
    async with computer.rig(loops=()) as rig:
        await hooked(rig, Address(), Happening.NEEDS_ME)
        await rig.settings.flush()
    async with computer.rig(loops=()) as rig:
        address = Address()
        hooks_of(rig, address)
        await held(rig)
        assert address.names == ["needs_me"]


async def test_closing_does_not_wait_and_what_is_left_runs_after_it_within_the_limit():
    address = Address()
    address.is_free.clear()
    with freed(address) as threads:
        async with idle() as rig:
            hooks = await hooked(rig, address, Happening.NEEDS_ME, threads=threads)
            await held(rig, "one")
            await soon(address.begun.is_set)
            rig.bus.tell(TasksAdded(tuple([await held(rig, "two"), await held(rig, "three")])))
            await hooks.settle()
        assert address.taken == []
    assert [event["prompt"] for event in address.taken] == ["one", "two", "three", "two", "three"]
    assert all(0 < seconds <= 30 for seconds in address.limits)
