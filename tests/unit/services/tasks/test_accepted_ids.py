"""Ids that Runway gave stand in a file of their own until the database has them, whatever the disk does."""

from __future__ import annotations

import asyncio
import errno
import os
from concurrent.futures import Executor, Future
from pathlib import Path

import pytest

from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.events import TaskChanged, TasksAdded
from runway_desktop.domain.task import RemoteId, Request, State, Task, TaskId
from runway_desktop.services.bus import Bus
from runway_desktop.services.tasks.accepted_ids import (
    PATIENCE,
    REST,
    RETRY,
    SLOT,
    SLOTS,
    AcceptedId,
    AcceptedIds,
    Intent,
)
from runway_desktop.values import replace
from tests.rigs.dying import dies_at, needs_fork
from tests.rigs.engine_rig import AtOnce
from tests.rigs.fake_runway import remote_id
from tests.rigs.fakes import FakeClock, MemoryStore, settle


def an_id(number: int, at: float | None = None) -> AcceptedId:
    return AcceptedId(
        task_id=TaskId(f"{number:032x}"),
        remote_id=remote_id(number),
        at=float(number) if at is None else at,
        credits=25,
    )


async def opened(
    path: Path, bus: Bus | None = None, clock: FakeClock | None = None, store: MemoryStore | None = None
) -> AcceptedIds:
    checkpoint = (store or MemoryStore()).checkpoint
    ids = AcceptedIds(path, AtOnce(), bus or Bus(), clock or FakeClock(), checkpoint)
    await ids.open()
    return ids


async def left_in(path: Path) -> list[int]:
    """Numbers of the ids that the next start finds."""
    return [round(entry.at) for entry in (await opened(path)).left]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "accepted-ids.txt"


async def test_id_file_grows_before_anything_is_sent(path: Path):
    await opened(path)
    assert path.stat().st_size == SLOT * SLOTS
    assert path.stat().st_blocks * 512 >= SLOT * SLOTS
    if os.name == "posix":
        assert path.stat().st_mode & 0o077 == 0


async def test_accepted_id_is_available_at_the_next_start_with_its_details(path: Path):
    ids = await opened(path)
    assert await ids.keep(an_id(1))
    assert ids.left == ()
    assert (await opened(path)).left == (an_id(1),)


async def test_storing_an_id_uses_no_additional_disk_space(path: Path):
    ids = await opened(path)
    for number in range(1, SLOTS + 1):
        await ids.keep(an_id(number))
    assert path.stat().st_size == SLOT * SLOTS


async def test_id_stored_in_the_list_is_freed(path: Path):
    bus, clock = Bus(), FakeClock()
    ids = await opened(path, bus, clock)
    await ids.keep(an_id(1))
    await ids.keep(an_id(2))
    task = Task(
        id=TaskId("t"),
        request=Request(endpoint="", model=""),
        created_at=1.0,
        state=State.PENDING,
        remote_id=remote_id(1),
    )
    bus.tell(TasksAdded((task,)))
    await clock.advance(REST)
    assert await left_in(path) == [2]
    await ids.close()


async def test_id_stays_while_only_the_log_of_the_list_has_it(path: Path):
    store, clock = MemoryStore(), FakeClock()
    ids = await opened(path, clock=clock, store=store)
    store.is_read = True
    await ids.keep(an_id(1))
    ids.free(remote_id(1))
    await clock.advance(5 * REST)
    assert await left_in(path) == [1]
    assert store.checkpoints > 1
    store.is_read = False
    await clock.advance(2 * REST)
    assert await left_in(path) == []
    await ids.close()


async def test_id_freed_during_a_checkpoint_leaves_the_file_at_the_next_one(path: Path):
    clock, store = FakeClock(), MemoryStore()
    gate = asyncio.Event()

    async def checkpoint() -> bool:
        store.checkpoints += 1
        await gate.wait()
        return True

    ids = AcceptedIds(path, AtOnce(), Bus(), clock, checkpoint)
    await ids.open()
    await ids.keep(an_id(1))
    await ids.keep(an_id(2))
    ids.free(remote_id(1))
    await clock.advance(REST)
    ids.free(remote_id(2))
    gate.set()
    await settle()
    assert (store.checkpoints, await left_in(path)) == (1, [2])
    await clock.advance(REST)
    assert (store.checkpoints, await left_in(path)) == (2, [])
    await ids.close()


async def test_id_stored_again_is_not_freed(path: Path):
    clock = FakeClock()
    ids = await opened(path, clock=clock)
    await ids.keep(an_id(1))
    ids.free(remote_id(1))
    await ids.keep(an_id(1))
    await clock.advance(REST)
    assert await left_in(path) == [1]
    await ids.close()


async def test_half_full_slots_trigger_one_checkpoint_that_frees_all(path: Path):
    clock, store = FakeClock(), MemoryStore()
    ids = await opened(path, clock=clock, store=store)
    for number in range(1, SLOTS // 2):
        await ids.keep(an_id(number))
        ids.free(remote_id(number))
    await settle()
    assert store.checkpoints == 0
    await ids.keep(an_id(SLOTS))
    ids.free(remote_id(SLOTS))
    await settle()
    assert store.checkpoints == 1
    assert await left_in(path) == []
    await ids.close()


async def test_sending_waits_for_a_free_id_slot(path: Path):
    clock, store = FakeClock(), MemoryStore()
    ids = await opened(path, clock=clock, store=store)
    store.is_read = True
    for number in range(1, SLOTS + 1):
        await ids.make_way()
        await ids.keep(an_id(number))
        ids.free(remote_id(number))
    sending = asyncio.create_task(ids.make_way())
    await clock.advance(RETRY)
    assert not sending.done()
    store.is_read = False
    await clock.advance(RETRY)
    assert sending.done()
    await ids.keep(an_id(99))
    assert path.stat().st_size == SLOT * SLOTS
    await ids.close()


async def test_constantly_read_list_delays_a_sending_by_seconds_at_most(path: Path):
    clock, store = FakeClock(), MemoryStore()
    ids = await opened(path, clock=clock, store=store)
    store.is_read = True
    for number in range(1, SLOTS + 1):
        await ids.keep(an_id(number))
        ids.free(remote_id(number))
    sending = asyncio.create_task(ids.make_way())
    await clock.advance(PATIENCE)
    assert sending.done()
    assert await ids.keep(an_id(99))
    await ids.close()


async def test_failed_checkpoint_keeps_the_id_and_is_retried(path: Path):
    clock, trouble = FakeClock(), [StoreError("The disk is full.")]

    async def checkpoint() -> bool:
        if trouble:
            raise trouble.pop()
        return True

    ids = AcceptedIds(path, AtOnce(), Bus(), clock, checkpoint)
    await ids.open()
    await ids.keep(an_id(1))
    ids.free(remote_id(1))
    await clock.advance(REST)
    assert await left_in(path) == [1]
    await clock.advance(2 * REST)
    assert await left_in(path) == []
    await ids.close()


async def test_closing_program_requests_no_checkpoint(path: Path):
    clock, store = FakeClock(), MemoryStore()
    ids = await opened(path, clock=clock, store=store)
    await ids.keep(an_id(1))
    await ids.keep(an_id(2))
    ids.free(remote_id(1))
    await ids.close()
    ids.free(remote_id(2))
    await clock.advance(2 * REST)
    assert store.checkpoints == 0
    assert await left_in(path) == [1, 2]


async def test_id_of_another_form_is_stored_too(path: Path):
    odd = replace(an_id(1), remote_id=RemoteId("t_" + "x" * 100))
    assert await (await opened(path)).keep(odd)
    assert (await opened(path)).left == (odd,)


async def test_freed_slots_are_used_again(path: Path):
    clock = FakeClock()
    ids = await opened(path, clock=clock)
    for number in range(1, 10 * SLOTS):
        assert await ids.keep(an_id(number))
        ids.free(remote_id(number))
        await settle()
    await clock.advance(REST)
    assert path.stat().st_size == SLOT * SLOTS
    assert await left_in(path) == []


async def test_file_of_ids_grows_when_all_slots_are_used(path: Path):
    ids = await opened(path)
    for number in range(1, SLOTS + 6):
        assert await ids.keep(an_id(number))
    assert path.stat().st_size == 2 * SLOT * SLOTS
    assert await left_in(path) == list(range(1, SLOTS + 6))


def full(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be synced any more."""

    def refuse(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)


async def test_full_file_of_ids_keeps_old_ids_and_reports_the_new_one(path: Path, monkeypatch):
    ids = await opened(path)
    for number in range(1, SLOTS + 1):
        await ids.keep(an_id(number))
    with monkeypatch.context() as disk:
        full(disk)
        assert not await ids.keep(an_id(99))
    assert path.stat().st_size == SLOT * SLOTS
    assert await left_in(path) == list(range(1, SLOTS + 1))
    assert await ids.keep(an_id(99))
    assert 99 in await left_in(path)


async def test_id_file_that_cannot_be_created_stores_no_id_and_raises_nothing(tmp_path: Path):
    ids = await opened(tmp_path / "no such folder" / "accepted-ids.txt")
    assert not await ids.keep(an_id(1))
    ids.free(remote_id(1))
    await ids.close()


async def test_unreadable_id_file_is_left_unchanged(path: Path, monkeypatch):
    await (await opened(path)).keep(an_id(1))

    def refuse(_path: Path) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as disk:
        disk.setattr(Path, "read_bytes", refuse)
        ids = await opened(path)
        assert not await ids.keep(an_id(2))
    assert await left_in(path) == [1]


@pytest.mark.parametrize(
    "damage", [b"\0" * SLOT, b"x" * SLOT, b" " * 100, b"00000000 {}", b"00000000 null", b"\xff\xfe"]
)
async def test_torn_slot_damages_no_other_slot(path: Path, damage):
    ids = await opened(path)
    for number in (1, 2, 3):
        await ids.keep(an_id(number))
    content = bytearray(path.read_bytes())
    content[SLOT : SLOT + len(damage)] = damage
    path.write_bytes(content)
    assert await left_in(path) == [1, 3]
    ids = await opened(path)
    await ids.keep(an_id(4))
    assert await left_in(path) == [1, 3, 4]


async def test_interrupted_growth_of_the_id_file_loses_no_id(path: Path):
    await (await opened(path)).keep(an_id(1))
    with path.open("ab") as file:
        file.write(b" " * 100)
    ids = await opened(path)
    for number in range(2, SLOTS + 3):
        await ids.keep(an_id(number))
    assert await left_in(path) == list(range(1, SLOTS + 3))
    assert path.stat().st_size == 2 * SLOT * SLOTS


async def test_id_noted_as_told_is_marked_so_at_the_next_start(path: Path):
    await (await opened(path)).keep(an_id(1))
    ids = await opened(path)
    await ids.note_told([entry.remote_id for entry in ids.left])
    [entry] = (await opened(path)).left
    assert entry.is_told


class Hangs(Executor):
    """A disk that never answers."""

    def submit(self, _fn, /, *_arguments, **_more) -> Future:
        return Future()


async def test_hanging_disk_delays_a_sending_by_seconds_at_most(path: Path):
    clock = FakeClock()
    ids = AcceptedIds(path, Hangs(), Bus(), clock, MemoryStore().checkpoint)
    keeping = asyncio.create_task(ids.keep(an_id(1)))
    await settle()
    assert not keeping.done()
    await clock.advance(PATIENCE)
    assert keeping.done()
    assert not await keeping


def a_sending(number: int) -> Intent:
    return Intent(task_id=TaskId(f"{number:032x}"), at=float(number), model="gen4.5", prompt="A fox\n“at dawn” " * 40)


async def test_sending_is_available_at_the_next_start_with_part_of_its_prompt(path: Path):
    ids = await opened(path)
    assert await ids.keep(a_sending(1))
    [found] = (await opened(path)).unanswered
    assert (found.task_id, found.at, found.model) == (a_sending(1).task_id, 1.0, "gen4.5")
    assert a_sending(1).prompt.startswith(found.prompt)
    assert len(found.prompt) > 60
    assert (await opened(path)).left == ()


async def test_accepted_id_replaces_its_sending_in_the_slot(path: Path):
    ids = await opened(path)
    for number in range(1, SLOTS + 1):
        await ids.keep(a_sending(number))
    for number in range(1, SLOTS + 1):
        await ids.keep(an_id(number))
    assert path.stat().st_size == SLOT * SLOTS
    again = await opened(path)
    assert (len(again.left), again.unanswered) == (SLOTS, ())


async def test_sending_slot_is_freed_once_its_outcome_is_in_the_database_file(path: Path):
    bus, clock, store = Bus(), FakeClock(), MemoryStore()
    ids = await opened(path, bus, clock, store)
    await ids.keep(a_sending(1))
    task = Task(id=a_sending(1).task_id, request=Request(endpoint="", model=""), created_at=1.0, state=State.SENDING)
    bus.tell(TaskChanged(replace(task, title="named meanwhile"), task))
    await clock.advance(2 * REST)
    assert len((await opened(path)).unanswered) == 1
    store.is_read = True
    bus.tell(TaskChanged(replace(task, state=State.UNCERTAIN), task))
    await clock.advance(2 * REST)
    assert len((await opened(path)).unanswered) == 1, "the log of the list alone has it"
    store.is_read = False
    await clock.advance(REST)
    assert (await opened(path)).unanswered == ()
    await ids.close()


@needs_fork
def test_kill_while_an_id_replaces_its_sending_keeps_one_of_them(path: Path):
    def work() -> None:
        async def keep() -> None:
            ids = await opened(path)
            for number in range(1, 4):
                await ids.keep(a_sending(number))
                kept.write_text(str(number))
                await ids.keep(an_id(number))

        asyncio.run(keep())

    kept = path.with_name("kept")
    moment, died = 1, True
    while died:
        path.unlink(missing_ok=True)
        kept.write_text("0")
        died = dies_at(moment, work)
        found = asyncio.run(opened(path))
        numbers = {round(entry.at) for entry in found.left} | {round(entry.at) for entry in found.unanswered}
        assert set(range(1, int(kept.read_text() or 0) + 1)) <= numbers
        moment += 1
    assert moment > 10


@needs_fork
def test_id_stored_before_a_kill_is_available(path: Path):
    def work() -> None:
        async def keep() -> None:
            ids = await opened(path)
            for number in range(1, SLOTS + 2):
                await ids.keep(an_id(number))
                kept.write_text(str(number))

        asyncio.run(keep())

    kept = path.with_name("kept")
    moment = 1
    while True:
        path.unlink(missing_ok=True)
        kept.write_text("0")
        died = dies_at(moment, work)
        found = asyncio.run(left_in(path))
        assert set(range(1, int(kept.read_text() or 0) + 1)) <= set(found)
        if not died:
            break
        moment += 23
    assert moment > 100
