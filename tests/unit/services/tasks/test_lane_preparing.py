"""The lane and tasks whose files cannot be prepared, or that change meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from runway_desktop.domain.account import Fingerprint, Link
from runway_desktop.domain.advance import CreatedTask, Withdrawn
from runway_desktop.domain.errors import (
    DiskError,
    KeyRefused,
    NotReached,
    RequestRefused,
    ServerTrouble,
    SlowDown,
    StoreError,
)
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.task import ITS_TURN, Hold, HoldCode, State, Task
from runway_desktop.services.tasks.lane import AT_ONCE, LOOK_AGAIN
from runway_desktop.services.tasks.uploads import OtherKeyInUse
from runway_desktop.texts import in_turn
from runway_desktop.values import replace
from tests.rigs.engine_rig import Rig, held_by, lane, prompts, request, with_picture
from tests.rigs.fake_runway import FakeRunway
from tests.rigs.fakes import settle

PNG = b"\x89PNG\r\n\x1a\n"


class OneSlowModel(FakeRunway):
    """Answers to one model do not come until `is_back` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.is_back = asyncio.Event()
        self.limit("gen4.5", concurrent=None)

    async def create(self, endpoint: str, body: Mapping[str, Any]) -> CreatedTask:
        if body["model"] == "gen4.5":
            await self.is_back.wait()
        return await super().create(endpoint, body)


def busy(seconds: float | None = None) -> SlowDown:
    return SlowDown("Too many requests.", retry_after=seconds)


async def test_missing_file_is_searched_every_half_minute(tmp_path):
    missing = tmp_path / "gone.png"
    async with lane() as rig:
        [task_id] = await rig.submit(with_picture(missing.as_uri()))
        assert (await rig.kinds(task_id)).count("waits") == 1
        missing.write_bytes(PNG)
        await rig.clock.advance(LOOK_AGAIN - 1)
        assert await rig.state(task_id) is State.QUEUED
        await rig.clock.advance(1)
        assert await rig.state(task_id) is State.PENDING


async def test_ledger_lines_tell_why_a_task_is_held(tmp_path):
    async with lane() as rig:
        [task_id] = await rig.submit(with_picture((tmp_path / "gone.png").as_uri()))
        line = (await rig.store.ledger(task_id))[-1]
        assert line.kind == "waits"
        assert line.detail["hold"] == HoldCode.FILE_MISSING.value
        assert line.detail["file"] == "gone.png"


@pytest.mark.parametrize("how", ["edit", "send next", "resume"])
async def test_person_can_trigger_the_file_check_at_once(tmp_path, how):
    missing = tmp_path / "gone.png"
    async with lane() as rig:
        [task_id] = await rig.submit(with_picture(missing.as_uri()))
        missing.write_bytes(PNG)
        if how == "edit":
            await rig.ledger.change(
                task_id, lambda task: replace(task, request=replace(task.request, prompt="Fog")), "edited"
            )
        elif how == "send next":
            await rig.queue_acts.send_next([task_id])
        else:
            await rig.lane.resume()
        await settle()
        assert await rig.state(task_id) is State.PENDING
        assert (await rig.task(task_id)).hold == ITS_TURN


class Preparing:
    """What reading a task's files comes to, instead of reading them."""

    def __init__(self, rig: Rig, monkeypatch: pytest.MonkeyPatch, *outcomes: Exception) -> None:
        self.outcomes = list(outcomes)
        self.meanwhile: Callable[[], Awaitable[object]] | None = None
        self.keys: list[Fingerprint] = []
        monkeypatch.setattr(rig.inputs, "prepare", self._prepare)

    async def _prepare(self, task: Task, key: Fingerprint) -> Mapping[str, Any]:
        self.keys.append(key)
        if self.meanwhile is not None:
            await self.meanwhile()
        if self.outcomes:
            raise self.outcomes.pop(0)
        return {"promptText": task.request.prompt}


async def test_files_are_prepared_for_the_sending_key(monkeypatch):
    async with lane() as rig:
        preparing = Preparing(rig, monkeypatch)
        [task_id] = await rig.submit(request())
        assert preparing.keys == [rig.account.key.fingerprint]
        assert (await rig.task(task_id)).key == rig.account.key.fingerprint


async def test_task_whose_key_changed_meanwhile_is_prepared_again(monkeypatch):
    async with lane() as rig:
        preparing = Preparing(rig, monkeypatch, OtherKeyInUse())
        [task_id] = await rig.submit(request())
        assert len(preparing.keys) == 2
        assert await rig.state(task_id) is State.PENDING
        assert "waits" not in await rig.kinds(task_id)


async def test_failing_drive_holds_the_task_with_its_error(monkeypatch):
    async with lane() as rig:
        Preparing(rig, monkeypatch, DiskError("The drive is gone.", advice="Connect it.", detail="errno 5"))
        [task_id] = await rig.submit(request())
        assert (await rig.task(task_id)).hold == Hold(
            HoldCode.FILE_UNREADABLE,
            cause=Reason(ReasonCode.DISK_ERROR, words=in_turn("The drive is gone.", "Connect it.")),
            small_print="errno 5",
        )
        await rig.clock.advance(LOOK_AGAIN)
        assert await rig.state(task_id) is State.PENDING


async def test_failing_database_pauses_everything_briefly(monkeypatch):
    async with lane() as rig:
        Preparing(rig, monkeypatch, StoreError("The disk is full."))
        [task_id] = await rig.submit(request("0"))
        assert rig.lane.reason
        assert (await rig.task(task_id)).hold == ITS_TURN
        await rig.submit(request("1", model="veo3.1"))
        assert prompts(rig) == []
        await rig.clock.advance(2)
        assert sorted(prompts(rig)) == ["0", "1"]


async def test_impossible_upload_is_not_retried_automatically(monkeypatch):
    async with lane() as rig:
        refused = RequestRefused("Too large.", advice="Make it smaller.", detail="413")
        preparing = Preparing(rig, monkeypatch, refused)
        [task_id] = await rig.submit(request())
        await rig.clock.advance(86_400)
        assert (await rig.task(task_id)).hold == Hold(
            HoldCode.UPLOAD_FAILED,
            cause=Reason(ReasonCode.REFUSED, words=in_turn("Too large.", "Make it smaller.")),
            small_print="413",
        )
        assert len(preparing.keys) == 1


async def test_upload_rejected_by_runway_waits_as_told_and_pauses_everything(monkeypatch):
    async with lane() as rig:
        preparing = Preparing(rig, monkeypatch, busy(60.0))
        [task_id] = await rig.submit(request("0"))
        await rig.submit(request("1", model="veo3.1"))
        await rig.clock.advance(59)
        assert prompts(rig) == []
        assert (await rig.task(task_id)).hold == ITS_TURN
        assert rig.account.connection.link is Link.TROUBLED
        await rig.clock.advance(3)
        assert sorted(prompts(rig)) == ["0", "1"]
        assert len(preparing.keys) == 3


@pytest.mark.parametrize("error", [NotReached("No network."), KeyRefused("The key was refused.")])
async def test_upload_without_network_or_valid_key_stops_the_lane(monkeypatch, error):
    async with lane() as rig:
        preparing = Preparing(rig, monkeypatch, error)
        [task_id] = await rig.submit(request())
        await rig.clock.advance(600)
        assert len(preparing.keys) == 1
        assert (await rig.task(task_id)).hold == ITS_TURN
        assert rig.account.is_offline or not rig.account.can_ask
        assert rig.lane.reason is not None


async def test_upload_refused_for_a_former_key_does_not_refuse_the_present_one(monkeypatch):
    async with lane() as rig:
        preparing = Preparing(rig, monkeypatch, KeyRefused("The key was refused."))

        async def change_key() -> None:
            await rig.lane.pause()
            rig.account.key = replace(rig.account.key, fingerprint=Fingerprint("another"))

        preparing.meanwhile = change_key
        await rig.submit(request())
        assert rig.account.connection.link is not Link.KEY_REFUSED


@pytest.mark.parametrize("how", ["edit", "drop"])
async def test_task_edited_or_dropped_while_its_file_is_read_is_not_held_for_the_old_file(monkeypatch, how):
    async with lane(paused=True) as rig:
        [task_id] = await rig.submit(request("before"))
        preparing = Preparing(rig, monkeypatch, DiskError("The drive is gone."))

        async def change() -> None:
            preparing.meanwhile = None
            if how == "edit":
                await rig.ledger.change(task_id, lambda task: replace(task, request=request("after")), "edited")
            else:
                await rig.ledger.move(task_id, Withdrawn())

        preparing.meanwhile = change
        await rig.lane.resume()
        await settle()
        assert (await rig.task(task_id)).hold == ITS_TURN
        assert "waits" not in await rig.kinds(task_id)


async def test_task_is_not_sent_if_the_lane_is_paused_while_the_account_is_read():
    async with lane() as rig:
        gate = rig.runway.hold("organization")
        [task_id] = await rig.submit(request())
        await rig.lane.pause()
        gate.open()
        await settle()
        assert await rig.state(task_id) is State.QUEUED
        assert prompts(rig) == []


async def test_task_is_not_sent_if_a_cap_is_set_while_the_account_is_read():
    async with lane() as rig:
        await rig.pricing.learn(request(), 25.0)
        gate = rig.runway.hold("organization")
        [task_id] = await rig.submit(request())
        rig.settings.day_cap = 10.0
        gate.open()
        await settle()
        assert await rig.state(task_id) is State.QUEUED
        assert held_by(rig, task_id) is not None


@pytest.mark.parametrize(
    "error", [ServerTrouble("Runway is in trouble.", status=502), ServerTrouble("Busy.", status=503)]
)
async def test_upload_that_may_succeed_later_is_retried_after_half_a_minute(monkeypatch, error):
    async with lane() as rig:
        preparing = Preparing(rig, monkeypatch, error)
        await rig.submit(request())
        await rig.clock.advance(LOOK_AGAIN - 1)
        assert len(preparing.keys) == 1
        await rig.clock.advance(1)
        assert len(preparing.keys) == 2


async def test_task_waiting_for_a_sending_of_its_model_blocks_no_other_model():
    runway = OneSlowModel()
    async with lane(runway=runway) as rig:
        await rig.account.refresh()
        *_, other = await rig.submit(*[request(str(n)) for n in range(12)], request("other", model="veo3.1"))
        assert await rig.state(other) is State.PENDING
        at_once = [task for task in asyncio.all_tasks() if task.get_name().startswith("send ")]
        assert len(at_once) <= AT_ONCE + 1, "their files are not all read at once"
        runway.is_back.set()
        await rig.clock.advance(60)
        assert len(prompts(rig)) == 13


async def test_long_queue_is_not_priced_again_for_each_sending(monkeypatch):
    runway = OneSlowModel()
    async with lane(runway=runway) as rig:
        priced: list[str] = []
        usual = rig.budget.holds_back

        def counted(task: Task, *more: Any) -> Any:
            priced.append(task.request.prompt)
            return usual(task, *more)

        monkeypatch.setattr(rig.budget, "holds_back", counted)
        await rig.account.refresh()
        await rig.submit(*(request(f"{n}") for n in range(40)))
        runway.is_back.set()
        await rig.clock.advance(60)
        assert len(prompts(rig)) == 40
        assert len(priced) <= 4 * 40
