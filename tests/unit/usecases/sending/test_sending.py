"""The one way to spend: validation, price and questions before anything enters the queue, for every caller."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from runway_desktop.catalog.resource_path import resource
from runway_desktop.domain.account import NO_KEY
from runway_desktop.domain.advance import NoAnswer, Withdrawn, advance
from runway_desktop.domain.advance import Sending as SendingBegan
from runway_desktop.domain.errors import NotPossible, StoreError
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.prices import LikePrices, OpenPrice, PriceSum
from runway_desktop.domain.task import Evidence, HoldCode, Request, State, Task, TaskId
from runway_desktop.services.money.pricing import Price, read_published
from runway_desktop.services.tasks.submission import Ask, NewTasks, Origin, Prepared, Stamp, TaskSource
from runway_desktop.usecases.sending.questions import question_for
from runway_desktop.usecases.sending.sending import MOMENT, TOO_OLD, NotAnswered, TaskSender
from runway_desktop.values import replace
from tests.rigs.engine_rig import Rig, request
from tests.rigs.engines import engine_of
from tests.rigs.fake_runway import remote_id
from tests.unit.usecases.sending.sending_desk import (
    COSTLY,
    INVALID,
    KNOWN,
    SCRIPT,
    UNKNOWN,
    _held_for,
    a_door,
    a_held,
    an_ended,
    new,
    stored,
)


async def an_uncertain(rig: Rig, sending: TaskSender) -> Task:
    task = await a_held(rig, sending)
    await rig.ledger.move(task.id, SendingBegan())
    return await rig.ledger.move(task.id, NoAnswer(Evidence()))


async def test_request_of_known_price_below_the_limit_is_stored_without_a_question(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        prepared = sending.prepare(new(KNOWN), SCRIPT)
        assert (prepared.asks, prepared.sum) == (frozenset(), PriceSum(amount=1, credits=25.0))
        [task_id] = await sending.send(prepared)
        assert await rig.state(task_id) is State.QUEUED


async def test_invalid_request_is_refused_from_every_view_and_names_the_wrong_field(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        held, ended = await a_held(rig, sending), await an_ended(rig, sending)
        waits = await a_held(rig, sending, HoldCode.WAITS_FOR_PERSON)
        await rig.ledger.change(waits.id, lambda task: _asking(task, INVALID), "edited")
        broken = _asking(ended, INVALID)
        for prepared in (
            sending.prepare(new(KNOWN, INVALID), SCRIPT),
            await sending.prepare_many(new(INVALID), Origin(TaskSource.SHEET, 1)),
            sending.prepare_again([broken]),
            await sending.prepare_edit(held.id, INVALID, Origin(TaskSource.SCRIPT, "edit")),
            sending.prepare_release([await rig.task(waits.id)]),
        ):
            before = await stored(rig)
            assert [finding.path for findings in prepared.findings for finding in findings] == [("duration",)]
            with pytest.raises(NotPossible, match="Nothing was sent"):
                await sending.send(prepared, set(Ask))
            assert await stored(rig) == before


def _asking(task: Task, wanted: Request) -> Task:
    return replace(task, request=wanted)


async def test_unknown_price_is_questioned_from_every_view(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        held = await a_held(rig, sending)
        ended = await an_ended(rig, sending, wanted=UNKNOWN)
        waits = await a_held(rig, sending, HoldCode.WAITS_FOR_PERSON, UNKNOWN)
        for prepared in (
            sending.prepare(new(KNOWN, UNKNOWN), SCRIPT),
            await sending.prepare_many(new(UNKNOWN), Origin(TaskSource.SHEET, 1)),
            sending.prepare_again([ended]),
            await sending.prepare_edit(held.id, UNKNOWN, Origin(TaskSource.SCRIPT, "edit")),
            sending.prepare_release([waits]),
        ):
            assert Ask.PRICE_UNKNOWN in prepared.asks
            question = question_for(prepared, None)
            assert question is not None
            before = await stored(rig)
            with pytest.raises(NotAnswered):
                await sending.send(prepared)
            assert await stored(rig) == before
            assert await sending.send(prepared, prepared.asks)


async def test_unknown_price_shows_what_other_models_cost(tmp_path: Path):
    async with a_door(tmp_path) as (_, sending):
        prepared = sending.prepare(new(KNOWN, request(model="kling3.0_pro")), SCRIPT)
        assert prepared.sum.like == LikePrices("text_to_video", 25.0, 25.0)
        assert sending.prepare(new(KNOWN), SCRIPT).sum.like is None


async def test_request_of_unset_length_has_a_price_range(tmp_path: Path):
    async with Rig(loops=(), prices=read_published()) as rig:
        sending = TaskSender(engine_of(rig, tmp_path / "library"))
        veo = Request(endpoint="text_to_video", model="veo3.1", values={"promptText": "A door", "ratio": "1280:720"})
        assert sending.prepare(new(veo, veo), SCRIPT).sum.between == OpenPrice(160.0, 320.0, a_second=False)
        silent = replace(veo, values={**veo.values, "audio": False})
        assert sending.prepare(new(veo, silent), SCRIPT).sum.between is None, "they ask for different things"


async def test_queued_task_of_an_earlier_run_is_priced_once_its_clip_is_measured(tmp_path: Path):
    clip = (resource("samples") / "dusk-16x9-5s.mp4").as_uri()
    hdr = Request(endpoint="video_to_hdr", model="ruby", values={"videoUri": clip})
    async with Rig(loops=(), prices=read_published()) as rig:
        engine = engine_of(rig, tmp_path / "library")
        prepared = (sending := TaskSender(engine)).prepare(new(hdr), SCRIPT)
        await sending.send(prepared, prepared.asks)
        assert rig.pricing.price(hdr) is None
        await engine.measure_queue()
        assert rig.pricing.price(hdr) == Price(100.0, exact=False)


async def test_sum_above_the_limit_is_questioned_from_every_view(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        held, ended = await a_held(rig, sending), await an_ended(rig, sending, wanted=COSTLY)
        waits = await a_held(rig, sending, HoldCode.RESTORED, COSTLY)
        rig.settings.confirm_above = 500.0
        for prepared in (
            sending.prepare(new(COSTLY), SCRIPT),
            await sending.prepare_many(new(COSTLY), Origin(TaskSource.SHEET, 1)),
            sending.prepare_again([ended]),
            await sending.prepare_edit(held.id, COSTLY, Origin(TaskSource.SCRIPT, "edit")),
            sending.prepare_release([waits]),
        ):
            assert Ask.ABOVE_LIMIT in prepared.asks
            with pytest.raises(NotAnswered) as raised:
                await sending.send(prepared, prepared.asks - {Ask.ABOVE_LIMIT})
            assert raised.value.left == {Ask.ABOVE_LIMIT}
            assert await sending.send(prepared, prepared.asks)


async def test_edit_that_is_not_more_expensive_is_not_questioned_again(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        held = await a_held(rig, sending, wanted=COSTLY)
        rig.settings.confirm_above = 10.0
        prepared = await sending.prepare_edit(held.id, KNOWN, Origin(TaskSource.SCRIPT, "edit"))
        assert prepared.asks == frozenset()
        assert await sending.send(prepared) == (held.id,)
        assert (await rig.task(held.id)).request == KNOWN


@pytest.mark.parametrize("code", [HoldCode.RESTORED, HoldCode.COPIED, HoldCode.ASK_PERSON])
async def test_task_that_may_be_paid_already_is_not_released_without_a_question(tmp_path: Path, code: HoldCode):
    async with a_door(tmp_path) as (rig, sending):
        held = await a_held(rig, sending, code)
        prepared = sending.prepare_release([held])
        assert prepared.asks == {Ask.MAY_BE_PAID_TWICE}
        canceled = advance(held, Withdrawn(), 9.0)
        assert sending.prepare_again([canceled]).asks == {Ask.MAY_BE_PAID_TWICE}, "nor once it was canceled"
        assert canceled.cost_credits is None
        with pytest.raises(NotAnswered):
            await sending.send(prepared)
        await rig.queue_acts.send_next([held.id])
        assert (await rig.task(held.id)).hold.code is code, "the lane alone releases nothing"
        await sending.send(prepared, {Ask.MAY_BE_PAID_TWICE})
        assert (await rig.task(held.id)).hold.code is HoldCode.ITS_TURN


async def test_task_held_for_the_person_meanwhile_is_not_released_without_a_question(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        held = await a_held(rig, sending)
        prepared = sending.prepare_release([held])
        assert prepared.asks == frozenset()
        await rig.ledger.change(held.id, lambda task: _held_for(task, HoldCode.COPIED), "waits")
        with pytest.raises(NotAnswered) as raised:
            await sending.send(prepared)
        assert raised.value.left == {Ask.MAY_BE_PAID_TWICE}
        assert (await rig.task(held.id)).hold.code is HoldCode.COPIED


async def test_canceled_task_that_may_have_been_made_is_not_resent_without_consent(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        held = await a_held(rig, sending)
        canceled = replace(held, state=State.CANCELLED)
        denied = replace(canceled, evidence=Evidence(cause=Reason(ReasonCode.SERVER_TROUBLE)))
        assert sending.prepare_again([canceled]).asks == frozenset()
        assert sending.prepare_again([denied]).asks == {Ask.MAY_BE_PAID_TWICE}


async def test_single_tasks_that_are_sent_again_form_no_batch(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        olds = [await an_ended(rig, sending, number=number) for number in (1, 2)]
        made = await sending.send(sending.prepare_again(olds))
        assert [(await rig.task(task_id)).batch_id for task_id in made] == [None, None]


async def test_uncertain_task_is_resent_only_with_consent_and_then_dismissed(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        old = await an_uncertain(rig, sending)
        prepared = sending.prepare_again([old])
        with pytest.raises(NotAnswered):
            await sending.send(prepared)
        [made] = await sending.send(prepared, {Ask.MAY_BE_PAID_TWICE})
        assert (await rig.task(old.id)).let_go
        assert (await rig.task(made)).parent_id == old.id
        with pytest.raises(NotPossible):
            await sending.send(prepared, {Ask.MAY_BE_PAID_TWICE})


async def test_uncertain_task_found_meanwhile_is_not_resent(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        old = await an_uncertain(rig, sending)
        prepared = sending.prepare_again([old])
        await rig.adoption.settle_with(old.id, remote_id(7))
        with pytest.raises(NotPossible):
            await sending.send(prepared, prepared.asks)
        assert await stored(rig) == []


async def test_retry_is_a_new_linked_task_and_never_of_a_running_one(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        old = await an_ended(rig, sending)
        [made] = await sending.send(sending.prepare_again([old]))
        assert (await rig.task(made)).parent_id == old.id
        assert (await rig.task(old.id)).state is State.FAILED
        with pytest.raises(NotPossible):
            sending.prepare_again([await rig.task(made)])


async def test_same_press_twice_sends_once(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        await sending.send(sending.prepare(new(KNOWN), SCRIPT))
        again = sending.prepare(new(KNOWN), SCRIPT)
        assert again.asks == {Ask.REPEAT}
        with pytest.raises(NotAnswered):
            await sending.send(again)
        assert sending.prepare(new(COSTLY), SCRIPT).asks == frozenset()
        await rig.clock.advance(MOMENT)
        assert sending.prepare(new(KNOWN), SCRIPT).asks == frozenset()


async def test_second_of_two_equal_prepared_requests_needs_consent(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        first, second = sending.prepare(new(KNOWN), SCRIPT), sending.prepare(new(KNOWN), SCRIPT)
        await sending.send(first)
        with pytest.raises(NotAnswered):
            await sending.send(second)
        assert len(await stored(rig)) == 1


async def test_request_that_was_not_stored_may_be_sent_again_at_once(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        add = rig.store.add

        async def refuse(*_: object, **__: object) -> None:
            raise StoreError("The disk is full.")

        rig.store.add = refuse  # type: ignore[method-assign]
        with pytest.raises(StoreError):
            await sending.send(sending.prepare(new(KNOWN), SCRIPT))
        rig.store.add = add  # type: ignore[method-assign]
        assert await sending.send(sending.prepare(new(KNOWN), SCRIPT))


async def test_prepared_request_is_sent_once(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        prepared = sending.prepare(new(KNOWN), SCRIPT)
        await sending.send(prepared)
        await rig.clock.advance(MOMENT)
        with pytest.raises(NotPossible, match="already"):
            await sending.send(prepared, set(Ask))
        assert len(await stored(rig)) == 1


async def test_cap_and_balance_are_mentioned_before_tasks_wait_for_them(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        rig.settings.day_cap, rig.settings.confirm_above = 40.0, None
        one, two = sending.prepare(new(KNOWN), SCRIPT), sending.prepare(new(KNOWN, KNOWN), SCRIPT)
        assert one.asks == frozenset()
        assert two.asks == {Ask.OVER_CAP}
        question = question_for(two, None)
        assert question is not None
        assert (question.title, question.yes) == ("Send 1 task and queue 1?", "Send 1, queue 1")
        assert question.text.startswith(
            "Daily cap too low: 0 of 40 spent, 25 queued before; the next task costs 25."
        ), "what is not sent yet is not spent"
        rig.settings.day_cap = 10.0
        question = question_for(sending.prepare(new(KNOWN, KNOWN), SCRIPT), None)
        assert question is not None
        assert question.yes == "Queue 2 tasks"
        rig.settings.day_cap = 40.0
        await sending.send(one)
        assert Ask.OVER_CAP in sending.prepare(new(KNOWN), Origin(TaskSource.COMPOSER)).asks, "the queue counts"
        rig.settings.day_cap = None
        await rig.account.refresh()
        assert sending.prepare(new(COSTLY, COSTLY), SCRIPT).asks == {Ask.LOW_BALANCE}, "the balance is 1,000"


async def test_project_over_its_cap_is_found_among_others(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        rig.settings.project_caps = {"Aurora": 30.0}
        await rig.budget.catch_up()
        wanted = [*new(KNOWN, KNOWN, project="Aurora"), *new(KNOWN, project="Lagoon")]
        assert sending.prepare(wanted, SCRIPT).asks == {Ask.OVER_CAP}
        assert sending.prepare(wanted[1:], SCRIPT).asks == frozenset()


async def test_price_raised_before_the_answer_is_questioned_again(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        rig.settings.confirm_above = 20.0
        prepared = sending.prepare(new(KNOWN), SCRIPT)
        await rig.pricing.learn(KNOWN, 90.0)
        with pytest.raises(NotAnswered) as raised:
            await sending.send(prepared, prepared.asks)
        again = raised.value.prepared
        assert again.sum.credits == 90.0
        assert await sending.send(again, again.asks)


async def test_consent_expires_after_ten_minutes(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        rig.settings.confirm_above = 20.0
        prepared = sending.prepare(new(KNOWN), SCRIPT)
        await rig.clock.advance(TOO_OLD + 1)
        with pytest.raises(NotAnswered):
            await sending.send(prepared, prepared.asks)


async def test_consent_given_under_another_key_is_void(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        rig.settings.confirm_above = 20.0
        prepared = sending.prepare(new(KNOWN), SCRIPT)
        await rig.account.use_key("key_other", remember=False)
        with pytest.raises(NotAnswered):
            await sending.send(prepared, prepared.asks)


async def test_only_requests_prepared_here_enter_the_lane(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        sending.prepare(new(KNOWN), SCRIPT)
        with pytest.raises(RuntimeError):
            rig.submission.take_stamp()
        forged = Prepared(
            Stamp(), NewTasks(tasks=tuple(new(KNOWN))), (), PriceSum(), frozenset(),
            held_back=None, key=NO_KEY, made_at=0.0, origin=SCRIPT,
        )  # fmt: skip
        with pytest.raises(RuntimeError):
            [ids async for ids in rig.submission.carry_out(forged)]
        assert await stored(rig) == []


async def test_sheet_rows_are_stored_in_steps_as_one_ordered_batch(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        tasks = [*new(*(request(f"{n}") for n in range(5)), project="B"), *new(request("5"), project="A")]
        prepared = await sending.prepare_many(tasks, Origin(TaskSource.SHEET, 1), batch_name="Foxes", steps=(2, 2, 2))
        portions: list[Sequence[TaskId]] = [ids async for ids in sending.portions(prepared, prepared.asks)]
        assert [len(ids) for ids in portions] == [2, 2, 2]
        made = sorted(await stored(rig), key=lambda task: task.position)
        assert [task.request.prompt for task in made] == ["0", "1", "2", "3", "4", "5"]
        assert len({task.batch_id for task in made}) == 1
        assert [task.id for task in made] == [task.id for task in tasks], "the ids that were reserved"


async def test_task_restored_to_the_list_is_not_sent_automatically(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        held = await a_held(rig, sending)
        await rig.actions.remove([held.id])
        await rig.actions.restore([held.id])
        back = await rig.task(held.id)
        assert (back.removed_at, back.hold.code) == (None, HoldCode.WAITS_FOR_PERSON)
        await sending.send(sending.prepare_release([back]))
        assert (await rig.task(held.id)).hold.code is HoldCode.ITS_TURN
