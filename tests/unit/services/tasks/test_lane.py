"""Which queued task is sent next, and why none is."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.account import NO_KEY, Fingerprint
from runway_desktop.domain.caps import LaneCode
from runway_desktop.domain.errors import KeyRefused, NoCredits, NotReached, NotTaken, ServerTrouble, SlowDown
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.task import Hold, HoldCode, State, Task, TaskId
from runway_desktop.services.settings import PAUSED
from runway_desktop.usecases.words.holds import lane_words
from runway_desktop.values import replace
from tests.rigs import sent
from tests.rigs.engine_rig import Rig, lane, prompts, request, with_picture
from tests.rigs.fake_runway import limited
from tests.rigs.fakes import settle
from tests.rigs.notices import notices


async def test_submitted_task_is_sent_and_its_id_stored():
    async with lane() as rig:
        [task_id] = await rig.submit(request())
        task = await rig.task(task_id)
        assert task.state is State.PENDING
        assert task.remote_id in rig.runway.answers
        assert task.estimated_credits == 25.0
        assert await rig.kinds(task_id) == ["created", "sent", "accepted"]


async def test_engine_without_permission_to_spend_sends_nothing_until_granted():
    async with lane() as rig:
        rig.lane.is_locked = True
        [task_id] = await rig.submit(request())
        await rig.clock.advance(3600)
        assert (await rig.state(task_id), rig.runway.named("create")) == (State.QUEUED, [])
        rig.lane.unlock()
        await settle()
        assert await rig.state(task_id) is State.PENDING


async def test_locked_lane_lets_out_exactly_the_released_task_and_only_once():
    async with lane() as rig:
        rig.lane.is_locked = True
        first, second = await rig.submit(request("first"), request("second"), send_now=False)
        [other] = await rig.submit(request("other"))
        await sent.release(rig, first, second)
        rig.lane.let_out([second])
        assert await kept_here(rig, second) is None, "said at once, before the lane looks"
        await settle()
        assert prompts(rig) == ["second"]
        assert [await kept_here(rig, one) for one in (first, other)] == [LaneCode.LOCKED] * 2
        await rig.clock.advance(3600)
        assert prompts(rig) == ["second"]


@pytest.mark.parametrize(
    ("name", "keeps", "code"),
    [(PAUSED, True, LaneCode.PAUSED), ("sending_cap", 1.0, LaneCode.HELD_BACK), ("day_cap", 1.0, LaneCode.HELD_BACK)],
)
async def test_pause_and_caps_keep_a_task_that_was_let_out_of_a_locked_lane(name: str, keeps: Any, code: LaneCode):
    async with lane() as rig:
        rig.lane.is_locked = True
        await rig.pricing.learn(request(), 25.0)
        rig.settings.set(name, keeps)
        [task_id] = await rig.submit(request())
        rig.lane.let_out([task_id])
        await rig.clock.advance(60)
        assert (prompts(rig), await kept_here(rig, task_id)) == ([], code)
        rig.settings.set(name, None)
        await settle()
        assert len(prompts(rig)) == 1


@pytest.mark.parametrize("changed", ["held", "edited", "removed", "kept for the person"])
async def test_permission_to_leave_a_locked_lane_ends_with_what_was_released(changed: str):
    async with lane() as rig:
        rig.lane.is_locked = True
        rig.settings.set(PAUSED, True)
        [task_id] = await rig.submit(request(), send_now=changed != "kept for the person")
        rig.lane.let_out([task_id])
        if changed == "held":
            await rig.queue_acts.hold([task_id])
        elif changed == "edited":
            await sent.edit(rig, task_id, request("another"))
        elif changed == "removed":
            await rig.ledger.change(task_id, lambda task: replace(task, removed_at=1.0), "removed")
            await rig.ledger.change(task_id, lambda task: replace(task, removed_at=None), "restored")
        if (await rig.task(task_id)).waits_for_person:
            await sent.release(rig, task_id)
        await rig.lane.resume()
        await rig.clock.advance(60)
        assert (prompts(rig), await kept_here(rig, task_id)) == ([], LaneCode.LOCKED)


async def test_task_turned_away_from_a_locked_lane_may_still_leave_and_is_made_once():
    async with lane() as rig:
        rig.lane.is_locked = True
        rig.runway.then("create", SlowDown("Too many.", retry_after=5.0))
        [task_id] = await rig.submit(request())
        rig.lane.let_out([task_id])
        await rig.clock.advance(60)
        assert (await rig.state(task_id), len(rig.runway.named("create"))) == (State.PENDING, 2)


async def kept_here(rig: Rig, task_id: TaskId) -> LaneCode | None:
    kept = rig.lane.keeps(await rig.task(task_id))
    return kept.lane.code if kept is not None and kept.lane is not None else None


async def test_body_of_a_create_is_the_api_json_with_the_model():
    async with lane() as rig:
        await rig.submit(request("Fog", seed=7))
        endpoint, body = rig.runway.named("create")[0].arguments
        assert endpoint == "text_to_video"
        assert body == {"model": "gen4.5", "promptText": "Fog", "ratio": "1280:720", "duration": 5, "seed": 7}


async def test_model_unknown_to_the_catalog_is_sent_unchanged():
    async with lane() as rig:
        await rig.submit(request("Fog", model="gen9"))
        assert rig.runway.named("create")[0].arguments[1]["model"] == "gen9"


async def test_two_tasks_of_a_model_are_sent_while_limits_are_unknown():
    async with lane() as rig:
        await rig.submit(*(request(f"{n}") for n in range(5)))
        assert prompts(rig) == ["0", "1"]
        assert lane_words(rig.lane.reason) == "2 of 2 slots in use"
        assert (rig.lane.slots("gen4.5").in_use, rig.lane.slots("gen4.5").limit) == (2, 2)


async def test_as_many_tasks_are_sent_as_the_organization_allows():
    async with lane(runway=limited(concurrent=3)) as rig:
        await rig.submit(*(request(f"{n}") for n in range(5)))
        assert prompts(rig) == ["0", "1", "2"]


async def test_model_without_a_limit_is_not_held_back():
    async with lane(runway=limited(concurrent=None)) as rig:
        await rig.submit(*(request(f"{n}") for n in range(12)))
        assert len(prompts(rig)) == 12
        assert rig.lane.reason is None


async def test_persons_own_lower_limit_applies():
    async with lane(runway=limited(concurrent=5)) as rig:
        rig.settings.lane_limits = {"gen4.5": 1}
        await rig.submit(*(request(f"{n}") for n in range(3)))
        assert prompts(rig) == ["0"]
        rig.settings.lane_limits = {"gen4.5": 9}
        await settle()
        assert len(prompts(rig)) == 3


async def test_full_model_does_not_block_the_others():
    async with lane() as rig:
        await rig.submit(*(request(f"{n}") for n in range(4)), request("other", model="veo3.1"))
        assert sorted(prompts(rig)) == ["0", "1", "other"]


async def test_next_task_is_sent_when_one_ends():
    async with lane() as rig:
        ids = await rig.submit(*(request(f"{n}") for n in range(3)))
        first = await rig.task(ids[0])
        assert first.remote_id is not None
        rig.runway.finish(first.remote_id, "https://x.example/a.mp4")
        await rig.ledger.answer(ids[0], rig.runway.answers[first.remote_id])
        await settle()
        assert prompts(rig) == ["0", "1", "2"]


async def test_order_can_be_changed_while_tasks_wait():
    async with lane(paused=True) as rig:
        ids = await rig.submit(*(request(f"{n}") for n in range(4)))
        await rig.queue_acts.move([ids[3], ids[2]], before=ids[0])
        await rig.queue_acts.move([ids[0]], before=None)
        await rig.lane.resume()
        await settle()
        assert prompts(rig) == ["3", "2"]
        assert [task.request.prompt for task in rig.ledger.queued()] == ["1", "0"]


async def test_task_submitted_later_stands_behind_tasks_moved_to_the_end():
    async with lane(paused=True) as rig:
        ids = await rig.submit(request("0"), request("1"))
        await rig.queue_acts.move([ids[0]], before=None)
        await rig.submit(request("2"))
        assert [task.request.prompt for task in rig.ledger.queued()] == ["1", "0", "2"]


async def test_many_moves_into_the_same_gap_leave_all_positions_distinct():
    async with lane(paused=True) as rig:
        ids = list(await rig.submit(*(request(f"{n}") for n in range(3))))
        for turn in range(200):
            await rig.queue_acts.move([ids[2 if turn % 2 else 1]], before=ids[1 if turn % 2 else 2])
        positions = [task.position for task in rig.ledger.queued()]
        assert len(set(positions)) == 3


async def test_send_next_moves_to_the_front_and_releases_held_tasks():
    async with lane(paused=True) as rig:
        await rig.submit(request("first"))
        [kept] = await rig.submit(request("kept"), send_now=False)
        await sent.release(rig, kept)
        await rig.lane.resume()
        await settle()
        assert prompts(rig) == ["kept", "first"]


async def test_task_added_without_sending_waits_for_the_person():
    async with lane() as rig:
        await rig.submit(request("kept"), send_now=False)
        assert prompts(rig) == []
        assert rig.lane.reason is None


async def test_nothing_is_sent_without_a_key():
    async with lane(secret=None) as rig:
        [task_id] = await rig.submit(request())
        assert lane_words(rig.lane.reason) == "No key"
        await rig.account.use_key("key_new", remember=False)
        await settle()
        assert await rig.state(task_id) is State.PENDING


async def test_refused_key_stops_the_lane_until_another_is_accepted():
    async with lane() as rig:
        rig.runway.then("create", KeyRefused("The key was refused.", status=401))
        ids = await rig.submit(request("0"), request("1"))
        await rig.clock.advance(600)
        assert [await rig.state(task_id) for task_id in ids] == [State.QUEUED, State.QUEUED]
        assert lane_words(rig.lane.reason) == "Key refused"
        assert len(prompts(rig)) == 1
        await rig.account.use_key("key_new", remember=False)
        await settle()
        # The first one was queued for the key that was refused.
        assert [await rig.state(task_id) for task_id in ids] == [State.QUEUED, State.PENDING]
        await sent.release(rig, ids[0])
        await settle()
        assert await rig.state(ids[0]) is State.PENDING


@pytest.mark.parametrize(
    "error", [SlowDown("Runway asks to slow down.", retry_after=90.0), NotTaken("Runway is busy.", retry_after=90.0)]
)
async def test_rejected_request_is_sent_again_after_the_stated_time(error):
    async with lane(runway=limited()) as rig:
        rig.runway.then("create", error)
        [task_id] = await rig.submit(request())
        task = await rig.task(task_id)
        assert (task.state, task.hold) == (State.QUEUED, Hold(HoldCode.NOT_SENT, cause=error.reason))
        await rig.clock.advance(89)
        assert len(prompts(rig)) == 1
        await rig.clock.advance(3)
        assert await rig.state(task_id) is State.PENDING
        assert len(prompts(rig)) == 2


@pytest.mark.parametrize("error", [SlowDown("Too many requests.", retry_after=60.0), NotTaken("Too many requests.")])
async def test_rejected_model_blocks_no_other(error):
    async with lane(runway=limited()) as rig:
        rig.runway.then("create", error)
        await rig.submit(request("0"))
        await rig.submit(request("1", model="veo3.1"), request("2"))
        await rig.clock.advance(20)
        assert prompts(rig) == ["0", "1"]
        assert lane_words(rig.lane.reason).startswith(("Rate limit until ", "Too many requests."))
        await rig.clock.advance(45)
        assert prompts(rig) == ["0", "1", "0", "2"]


async def test_missing_credits_stop_the_lane_and_fail_no_task():
    async with lane(runway=limited()) as rig:
        rig.runway.always("create", NoCredits("Not enough credits at Runway.", status=400))
        ids = await rig.submit(*[request(str(number)) for number in range(6)])
        await rig.clock.advance(50)
        assert {await rig.state(task_id) for task_id in ids} == {State.QUEUED}
        assert len(prompts(rig)) == 1
        assert lane_words(rig.lane.reason) == "Not enough credits at Runway."
        rig.runway.always("create", ...)
        await rig.clock.advance(60)
        assert {await rig.state(task_id) for task_id in ids} == {State.PENDING}


async def test_task_behind_a_rejected_one_of_its_model_is_not_sent():
    async with lane() as rig:
        gate = rig.runway.hold("create")
        rig.runway.then("create", SlowDown("Too many requests.", retry_after=60.0))
        await rig.submit(request("0"), request("1"))
        gate.open()
        await rig.clock.advance(59)
        assert prompts(rig) == ["0"]
        await rig.clock.advance(3)
        assert prompts(rig) == ["0", "0", "1"]


async def test_unreachable_network_sends_nothing_twice_and_continues_when_back():
    async with Rig(loops=("lane", "account")) as rig:
        rig.runway.always("create", NotReached("There is no network."))
        rig.runway.always("organization", NotReached("There is no network."))
        [task_id] = await rig.submit(request())
        await rig.clock.advance(300)
        assert await rig.state(task_id) is State.QUEUED
        assert lane_words(rig.lane.reason) == "Offline"
        assert len(prompts(rig)) <= 1
        rig.runway.always("create", ...)
        rig.runway.always("organization", ...)
        await rig.clock.advance(65)
        assert await rig.state(task_id) is State.PENDING


async def test_missing_file_holds_only_its_task(tmp_path: Path):
    missing = tmp_path / "gone.png"
    async with lane() as rig:
        [first] = await rig.submit(with_picture(missing.as_uri()))
        [second] = await rig.submit(request("other", model="gen4_turbo"))
        task = await rig.task(first)
        assert task.state is State.QUEUED
        assert (task.hold.code, task.hold.file) == (HoldCode.FILE_MISSING, "gone.png")
        assert await rig.state(second) is State.PENDING
        missing.write_bytes(b"\x89PNG\r\n\x1a\nx")
        await rig.clock.advance(31)
        assert await rig.state(first) is State.PENDING


async def test_small_picture_is_embedded_in_the_request(tmp_path: Path):
    picture = tmp_path / "small.jpg"
    picture.write_bytes(b"\xff\xd8\xffpicture")
    async with lane() as rig:
        [task_id] = await rig.submit(with_picture(picture.as_uri()))
        sent = rig.runway.named("create")[0].arguments[1]["promptImage"]
        assert sent == "data:image/jpeg;base64," + base64.b64encode(picture.read_bytes()).decode()
        [noted] = await rig.store.inputs(task_id)
        assert (noted.size, len(noted.sha256), noted.upload_uri) == (10, 64, "")
        assert rig.runway.named("upload") == []


async def test_large_picture_is_uploaded_once_a_day_for_all_its_tasks(tmp_path: Path):
    picture = tmp_path / "large.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + b"x" * (4 << 20))
    async with lane(runway=limited("gen4_turbo", concurrent=None)) as rig:
        await rig.submit(*(with_picture(picture.as_uri()) for _ in range(3)))
        assert len(rig.runway.named("upload")) == 1
        assert {call.arguments[1]["promptImage"] for call in rig.runway.named("create")} == {"runway://upload-1"}
        await rig.clock.advance(22 * 3_600)
        await rig.submit(with_picture(picture.as_uri()))
        assert len(rig.runway.named("upload")) == 1
        await rig.clock.advance(2 * 3_600)
        await rig.submit(with_picture(picture.as_uri()))
        assert len(rig.runway.named("upload")) == 2


async def test_exception_holds_only_its_tasks_and_each_row_says_so(mistakes, monkeypatch):
    async with lane() as rig:
        prepare = rig.lane._inputs.prepare

        async def stumble(task: Task, key: Fingerprint) -> Mapping[str, Any]:
            if "odd" in task.request.prompt:
                raise ZeroDivisionError("ours")
            return await prepare(task, key)

        monkeypatch.setattr(rig.lane._inputs, "prepare", stumble)
        *odd, _ = await rig.submit(*(request(f"odd {n}") for n in range(17)), request("even"))
        await rig.clock.advance(600)
        assert prompts(rig) == ["even"]
        for task_id in odd:
            task = await rig.task(task_id)
            assert (task.state, task.hold.code) == (State.QUEUED, HoldCode.NOT_PREPARED)
        # Told at the row, and once for all of them by whoever hears of mistakes: not seventeen times.
        assert notices(rig.events) == []
        assert mistakes.take("while preparing a task").count("ZeroDivisionError: ours") == 17
        monkeypatch.setattr(rig.lane._inputs, "prepare", prepare)
        await rig.queue_acts.send_next([odd[0]])
        await settle()
        assert prompts(rig) == ["even", "odd 0"]


async def test_failed_upload_holds_its_task_and_is_retried(tmp_path: Path):
    picture = tmp_path / "large.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + b"x" * (4 << 20))
    async with lane() as rig:
        rig.runway.then("upload", ServerTrouble("Runway is in trouble.", status=502))
        [task_id] = await rig.submit(with_picture(picture.as_uri()))
        assert (await rig.task(task_id)).hold == Hold(
            HoldCode.UPLOAD_FAILED, cause=Reason(ReasonCode.SERVER_TROUBLE, words="Runway is in trouble.")
        )
        assert rig.runway.named("create") == []
        await rig.clock.advance(31)
        assert await rig.state(task_id) is State.PENDING


async def test_removed_task_is_not_sent_until_restored():
    async with lane(paused=True) as rig:
        [task_id] = await rig.submit(request())
        await rig.actions.remove([task_id])
        await rig.lane.resume()
        await settle()
        assert prompts(rig) == []
        await rig.actions.restore([task_id])
        await settle()
        assert prompts(rig) == []
        await sent.release(rig, task_id)
        await settle()
        assert await rig.state(task_id) is State.PENDING


async def test_low_balance_keeps_the_task_queued_until_there_is_enough():
    rig = Rig(loops=("lane", "account"))
    async with rig:
        await rig.submit(request("first"))
        rig.runway.account = type(rig.runway.account)(balance=10.0)
        await rig.clock.advance(60)
        [task_id] = await rig.submit(request("second"))
        assert await rig.state(task_id) is State.QUEUED
        assert lane_words(rig.lane.reason) == "Balance too low: 10 left; the next task costs 25."
        rig.runway.account = type(rig.runway.account)(balance=1_000.0)
        await rig.clock.advance(90)
        assert await rig.state(task_id) is not State.QUEUED


async def test_exhausted_daily_limit_is_shown_and_blocks_no_other_model():
    async with lane(runway=limited(concurrent=5, daily=0)) as rig:
        await rig.account.refresh()
        await rig.submit(request("0"), request("1", model="veo3.1"))
        assert prompts(rig) == ["1"]
        assert lane_words(rig.lane.reason) == "Daily limit reached"


async def test_edit_while_the_account_is_read_sends_the_edited_request():
    async with lane() as rig:
        gate = rig.runway.hold("organization")
        [task_id] = await rig.submit(request("before"))
        await sent.edit(rig, task_id, request("after"))
        gate.open()
        await settle()
        assert prompts(rig) == ["after"]
        assert await rig.state(task_id) is State.PENDING


async def test_closing_during_a_sending_waits_for_the_answer_and_stores_the_id():
    rig = lane()
    async with rig:
        gate = rig.runway.hold("create")
        [task_id] = await rig.submit(request())
        assert await rig.state(task_id) is State.SENDING
        closing = asyncio.create_task(rig.close())
        await settle()
        assert not closing.done()
        gate.open()
        await closing
    assert await rig.state(task_id) is State.PENDING
    assert (await rig.task(task_id)).remote_id is not None


async def test_closing_sends_nothing_more_while_it_waits_for_an_answer():
    async with lane() as rig:
        gate = rig.runway.hold("create")
        await rig.submit(*(request(f"{n}") for n in range(4)))
        closing = asyncio.create_task(rig.lane.settle())
        await settle()
        sent = prompts(rig)
        gate.open()
        await closing
        await rig.clock.advance(60)
        assert prompts(rig) == sent


async def test_closing_does_not_wait_for_evidence_about_an_uncertain_task():
    async with lane() as rig:
        rig.runway.always("create", ServerTrouble("No answer came.", status=504))
        [task_id] = await rig.submit(request())
        assert await rig.state(task_id) is State.UNCERTAIN
        rig.runway.always("organization", NotReached("There is no network."))
        await asyncio.wait_for(rig.lane.settle(), 5)


async def test_forecast_is_a_range_from_own_history_or_nothing():
    async with Rig() as rig:
        assert rig.lane.forecast() is None
        for _ in range(3):
            [task_id] = await rig.submit(request())
            remote = (await rig.task(task_id)).remote_id
            assert remote is not None
            rig.runway.say(remote, "RUNNING", progress=0.5)
            await rig.clock.advance(20)
            rig.runway.finish(remote, "https://x.example/a.mp4")
            await rig.clock.advance(60)
        ids = await rig.submit(*(request(f"{n}") for n in range(6)))
        forecast = rig.lane.forecast()
        assert forecast is not None
        assert 0 < forecast.low < forecast.high
        assert len(ids) == 6


async def test_idle_lane_sends_no_requests():
    async with Rig(loops=("lane",)) as rig:
        await rig.clock.advance(3_600)
        assert rig.runway.calls == []
        assert isinstance(rig.lane.slots("gen4.5").in_use, int)
        assert TaskId("none") not in {task.id for task in rig.ledger.open()}


@pytest.mark.parametrize("code", [HoldCode.WAITS_FOR_PERSON, HoldCode.RESTORED, HoldCode.COPIED, HoldCode.ASK_PERSON])
async def test_held_task_is_sent_by_the_person_alone(code: HoldCode):
    async with lane(paused=True) as rig:
        [task_id] = await rig.submit(request("mine"))
        await rig.ledger.change(task_id, lambda task: replace(task, hold=Hold(code)), "held")
        await rig.lane.resume()
        await rig.clock.advance(600)
        assert prompts(rig) == []
        await sent.release(rig, task_id)
        await settle()
        assert prompts(rig) == ["mine"]


async def test_task_held_for_a_new_reason_since_its_question_stays_held():
    async with lane(paused=True) as rig:
        [task_id] = await rig.submit(request("mine"))
        asked = await rig.task(task_id)
        await rig.ledger.change(task_id, lambda task: replace(task, hold=Hold(HoldCode.COPIED)), "held")
        await rig.queue_acts.release([asked], is_next=True, key=NO_KEY)
        await rig.lane.resume()
        await rig.clock.advance(600)
        assert prompts(rig) == []
        assert (await rig.task(task_id)).hold.code is HoldCode.COPIED
