"""What is asked before anything is sent, at the borders of each rule, and that an answer holds for what was asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from runway_desktop.catalog import Finding
from runway_desktop.domain.caps import Cap
from runway_desktop.domain.prices import PriceSum
from runway_desktop.domain.task import HoldCode, Request, State
from runway_desktop.services.money.pricing import Price
from runway_desktop.services.tasks.submission import AT_ONCE, Ask, Origin, Payer, Release, TaskSource
from runway_desktop.usecases.sending.questions import question_for
from runway_desktop.usecases.sending.sending import CHECKED_AT_ONCE, MOMENT, TOO_OLD, NotAnswered, RepeatGuard, steps_of
from runway_desktop.values import replace
from tests.rigs.engine_rig import request, with_picture
from tests.rigs.fake_runway import remote_id
from tests.rigs.fakes import FakeClock
from tests.unit.usecases.sending.sending_desk import (
    COSTLY,
    INVALID,
    KNOWN,
    SCRIPT,
    UNKNOWN,
    a_door,
    a_held,
    an_ended,
    new,
    stored,
)

WAITS = HoldCode.RESTORED


async def test_refusal_names_the_remaining_questions(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        rig.settings.confirm_above = 20.0
        with pytest.raises(NotAnswered) as raised:
            await sending.send(sending.prepare(new(KNOWN, UNKNOWN), SCRIPT))
        assert raised.value.in_words() == (
            "Nothing was sent: a question isn't answered. To be answered first: above the limit, price unknown."
        )


async def test_only_a_given_name_becomes_the_batch_name(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        named = sending.prepare(new(KNOWN), SCRIPT, batch_name="Fog")
        many = await sending.prepare_many(new(COSTLY, KNOWN), SCRIPT)
        assert [getattr(one.intent, "batch_name", None) for one in (named, many)] == ["Fog", ""]
        ids = [*await sending.send(named), *await sending.send(many)]
        batches = [(await rig.task(task_id)).batch_id for task_id in ids]
        names = await rig.store.batch_names([one for one in batches if one is not None])
        assert [names[one] for one in batches[:1] if one is not None] == ["Fog"]


async def test_each_of_hundreds_of_requests_is_checked(tmp_path: Path):
    async with a_door(tmp_path) as (_, sending):
        wanted = new(INVALID, *[KNOWN] * (CHECKED_AT_ONCE * 2), INVALID)
        prepared = await sending.prepare_many(wanted, Origin(TaskSource.SHEET, 1))
        assert [at for at, findings in enumerate(prepared.findings) if findings] == [0, len(wanted) - 1]
        assert len(prepared.findings) == len(wanted)


async def test_request_unknown_to_the_catalog_is_not_sent_and_says_why(tmp_path: Path):
    async with a_door(tmp_path) as (_, sending):
        strange = replace(KNOWN, model="of-tomorrow")
        assert sending.prepare(new(strange), SCRIPT).findings == (
            (Finding(("model",), "The catalog has no model “of-tomorrow” for this."),),
        )
        adopted = Request(endpoint="", model="")
        assert sending.prepare(new(adopted), SCRIPT).findings == (
            (Finding((), "This task was started elsewhere, so its request isn't known."),),
        )


async def test_sum_equal_to_the_limit_is_not_questioned(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        rig.settings.confirm_above = 50.0
        assert sending.prepare(new(KNOWN, KNOWN), SCRIPT).asks == frozenset()
        rig.settings.confirm_above = 49.0
        assert sending.prepare(new(KNOWN, KNOWN), SCRIPT).asks == {Ask.ABOVE_LIMIT}


async def test_sum_states_its_certainty_and_the_payer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with a_door(tmp_path) as (rig, sending):
        prepared = sending.prepare(new(KNOWN), SCRIPT)
        assert (prepared.payer, prepared.kept) == (Payer("Test", rig.account.key.ending), 0)
        assert rig.account.key.ending
        prices = {KNOWN.prompt: Price(10.0, exact=True), COSTLY.prompt: Price(20.0, exact=False, at_least=True)}
        monkeypatch.setattr(rig.pricing, "price", lambda wanted: prices[wanted.prompt])
        found = [sending.prepare(new(*wanted), SCRIPT).sum for wanted in ((KNOWN, KNOWN), (KNOWN, COSTLY))]
        assert [(one.credits, one.exact, one.at_least) for one in found] == [(20.0, True, False), (30.0, False, True)]


async def test_consent_is_valid_for_ten_minutes(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        rig.settings.confirm_above = 20.0
        prepared = sending.prepare(new(KNOWN), SCRIPT)
        await rig.clock.advance(TOO_OLD)
        assert await sending.send(prepared, prepared.asks)


async def test_same_retry_is_a_repeat_and_that_of_a_similar_task_is_not(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        first, second = await an_ended(rig, sending), await an_ended(rig, sending, number=2)
        await sending.send(sending.prepare_again([first]))
        assert sending.prepare_again([first]).asks == {Ask.REPEAT}
        assert sending.prepare_again([second]).asks == frozenset()
        assert sending.prepare(new(KNOWN), SCRIPT).asks == frozenset(), "another door"


async def test_same_request_is_a_repeat_from_its_press_until_shortly_after_storing(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        asks: list[frozenset[Ask]] = []

        async def look() -> None:
            asks.append((await sending.prepare_many(new(KNOWN, COSTLY), SCRIPT)).asks)

        rig.store.before = look
        async for _ in sending.portions(await sending.prepare_many(new(KNOWN, COSTLY), SCRIPT, steps=(1, 1))):
            await rig.clock.advance(MOMENT)
        rig.store.before = None
        await look()
        assert [asks[0], asks[-1]] == [frozenset({Ask.REPEAT})] * 2
        await rig.clock.advance(MOMENT)
        assert (await sending.prepare_many(new(KNOWN, COSTLY), SCRIPT)).asks == frozenset()


async def test_files_moved_during_the_question_are_sent_from_their_new_place(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        old, there = (tmp_path / name for name in ("old.png", "there.png"))
        prepared = sending.prepare(new(with_picture(old.as_uri())), SCRIPT)
        moved = {old.as_uri(): there.as_uri()}
        [[made]] = [ids async for ids in sending.portions(prepared, prepared.asks, lambda: moved)]
        assert (await rig.task(made)).request.values["promptImage"] == there.as_uri()


async def test_released_task_goes_first_unless_told_to_stay_in_place(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        first = await a_held(rig, sending)
        waits = await a_held(rig, sending, WAITS)
        for is_next, order in ((False, [first.id, waits.id]), (True, [waits.id, first.id])):
            prepared = sending.prepare_release([await rig.task(waits.id)], is_next=is_next)
            assert sending.anew(prepared).intent == Release((await rig.task(waits.id),), is_next)
            await sending.send(prepared, prepared.asks)
            assert [task.id for task in sorted(await stored(rig), key=lambda task: task.position)] == order
        assert sending.prepare_release([first]).intent == Release((first,), is_next=True)


async def test_queued_task_is_not_checked_or_asked_about_again(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        held = await a_held(rig, sending)
        rig.settings.confirm_above, rig.settings.day_cap = 1.0, 1.0
        prepared = sending.prepare_release([replace(held, request=INVALID)])
        assert (prepared.findings, prepared.asks) == (((),), frozenset())


async def test_release_under_another_key_is_questioned(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        held = await a_held(rig, sending)
        assert sending.prepare_release([held]).asks == frozenset()
        await rig.account.use_key("key_other", remember=False)
        assert sending.prepare_release([held]).asks == {Ask.OTHER_KEY}


async def test_cap_check_counts_a_release_at_its_future_position(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        await a_held(rig, sending)
        waits = await a_held(rig, sending, WAITS)
        rig.settings.day_cap = 40.0
        assert Ask.OVER_CAP not in sending.prepare_release([waits], is_next=True).asks
        assert Ask.OVER_CAP in sending.prepare_release([waits], is_next=False).asks


async def test_cap_check_counts_an_edit_with_its_new_request(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        held = await a_held(rig, sending)
        rig.settings.day_cap = 40.0
        assert (await sending.prepare_edit(held.id, COSTLY, SCRIPT)).asks == {Ask.OVER_CAP}


async def test_edit_is_compared_with_the_current_request_of_the_task(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        rig.settings.confirm_above = 100.0
        held = await a_held(rig, sending, wanted=COSTLY)
        prepared = await sending.prepare_edit(held.id, replace(COSTLY, prompt="As costly"), SCRIPT)
        assert prepared.asks == frozenset(), "no more costly"
        await rig.ledger.change(held.id, lambda task: replace(task, request=KNOWN), "edited")
        with pytest.raises(NotAnswered) as raised:
            await sending.send(prepared)
        assert raised.value.left == {Ask.ABOVE_LIMIT}


@pytest.mark.parametrize(
    ("before", "after", "same_model", "is_asked"),
    [(None, None, True, False), (None, None, False, True), (25.0, None, True, True), (25.0, 25.0, True, False)],
)
async def test_edit_to_an_unknown_price_is_questioned_unless_it_was_unknown_before(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    before: float | None,
    after: float | None,
    *,
    same_model: bool,
    is_asked: bool,
):
    async with a_door(tmp_path) as (rig, sending):
        held = await a_held(rig, sending)
        edited = request("Edited", **({} if same_model else {"model": "kling3.0_pro"}))
        prices = {KNOWN.prompt: before, "Edited": after}

        def price(wanted: Request, _: object = None) -> Price | None:
            credits = prices.get(wanted.prompt)
            return Price(credits, exact=True) if credits is not None else None

        monkeypatch.setattr(rig.pricing, "price", price)
        asks = (await sending.prepare_edit(held.id, edited, SCRIPT)).asks
        assert asks == ({Ask.PRICE_UNKNOWN} if is_asked else frozenset())


async def test_task_over_a_cap_tells_what_raising_the_cap_sends(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        rig.settings.day_cap = 40.0
        assert sending.kept(new(KNOWN)) is None
        await a_held(rig, sending)
        kept = sending.kept(new(KNOWN, KNOWN))
        assert kept is not None
        assert (kept.held.limit.cap, kept.tasks, kept.freed) == (Cap.DAY, 2, None)
        kept = sending.kept(new(KNOWN, KNOWN), with_freed=True)
        assert kept is not None
        assert kept.freed == PriceSum(amount=2, credits=50.0)


async def test_resent_task_takes_project_shot_title_and_batch_of_the_old_one(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        [first] = await sending.send(sending.prepare(new(KNOWN, project="Aurora"), SCRIPT, batch_name="Fog"))
        old = replace(await rig.task(first), state=State.FAILED, shot="010", title="Dawn")
        [made] = await sending.send(sending.prepare_again([old]))
        task = await rig.task(made)
        assert (task.project, task.shot, task.title, task.batch_id) == ("Aurora", "010", "Dawn", old.batch_id)
        assert task.batch_id is not None


async def test_undismissed_gone_task_may_be_paid_twice(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        dismissed = replace(await a_held(rig, sending), state=State.GONE)
        assert dismissed.let_go
        assert sending.prepare_again([dismissed]).asks == frozenset()
        assert sending.prepare_again([replace(dismissed, remote_id=remote_id(1))]).asks == {Ask.MAY_BE_PAID_TWICE}


async def test_task_canceled_only_by_404s_may_be_paid_twice(tmp_path: Path):
    async with a_door(tmp_path) as (rig, sending):
        canceled = replace(await a_held(rig, sending), state=State.CANCELLED, remote_id=remote_id(1))
        missed = replace(canceled, not_found_at=rig.clock.now())
        assert sending.prepare_again([canceled]).asks == frozenset()
        prepared = sending.prepare_again([missed])
        assert prepared.asks == {Ask.MAY_BE_PAID_TWICE}
        question = question_for(prepared, None)
        assert question is not None
        assert question.text.startswith("Runway may have created and charged this task already.")


@pytest.mark.parametrize(
    ("rows", "steps"),
    [
        ((), ()),
        ((AT_ONCE, 1), (AT_ONCE, 1)),
        ((AT_ONCE - 1, 2, 5), (AT_ONCE + 1, 5)),
        ((1, AT_ONCE, 1, 1), (AT_ONCE + 1, 2)),
    ],
)
def test_sheet_rows_are_stored_completely_in_portions_of_about_sixty_tasks(
    rows: tuple[int, ...], steps: tuple[int, ...]
):
    assert steps_of(rows) == steps


async def test_rows_sent_minutes_ago_by_another_sheet_are_a_repeat_once():
    clock = FakeClock()
    guard = RepeatGuard(clock)
    assert guard.repeats(["fog", "rain"], "first") == 0
    guard.note_rows(["fog", "rain"], "first")
    await clock.advance(TOO_OLD / 2)
    guard.note_rows(["snow"], "first")
    assert guard.repeats(["fog", "rain", "snow"], "first") == 0, "the sheet knows what it sent"
    assert guard.repeats(["fog", "rain", "sun"], "second") == 2
    assert guard.repeats(["fog", "rain", "sun"], "second") == 0, "who goes on means it"
    assert guard.repeats(["snow"], "second") == 1
    guard.note_rows(["fog"], "first")
    await clock.advance(TOO_OLD)
    assert guard.repeats(["fog"], "second") == 0
