"""A cap that is reached is said where one looks: at the row, in the details with one button, in a notice, and below."""

from __future__ import annotations

import pytest

from runway_desktop.domain.account import Organization
from runway_desktop.domain.events import TasksAdded
from runway_desktop.domain.task import State, TaskId
from runway_desktop.usecases.clients.task_answer import task_answer
from runway_desktop.viewmodels.activity.notices import CapNotices
from tests.rigs import engine_rig
from tests.rigs.desktop import Rig, after, rest, until
from tests.rigs.engine_rig import held_by, keeps
from tests.rigs.rows import task


async def full(rig: Rig) -> list[TaskId]:
    """Two tasks of 25 credits each, and a cap that lets one of them go."""
    await rig.engine.pricing.learn(engine_rig.request(), 25.0)
    rig.engine.settings.day_cap = 30.0
    ids = await rig.parts.submit(engine_rig.request("first"), engine_rig.request("second"))
    await until(lambda: held_by(rig.engine, ids[1]) is not None, "the second is held back")
    await rig.load()
    await rig.fetch_rows()
    return list(ids)


COSTS = "; the next task costs 25."
WORDS = f"Daily cap reached: 25 of 30 spent{COSTS}"


async def test_row_names_the_cap_it_waits_for(tmp_path):
    async with Rig(tmp_path, loops=("lane",)) as rig:
        _, waiting = await full(rig)
        words = rig.rows.words(waiting)
        assert words is not None
        assert (words.headline, words.detail) == ("Over cap", "5 credits left today")


async def test_details_offer_to_raise_the_cap_and_the_task_is_sent(tmp_path):
    async with Rig(tmp_path, loops=("lane",)) as rig:
        sent, waiting = await full(rig)
        rig.details.choose([sent])
        await until(lambda: rig.details.row is not None)
        sent_step = rig.details.next_step()
        assert sent_step is None or "cap" not in sent_step.text
        rig.details.choose([waiting])
        await until(lambda: rig.details.row is not None)
        assert rig.details.trouble() == WORDS
        step = rig.details.next_step()
        assert step is not None
        assert (step.command, step.text) == (None, "Raise today's cap to 50 and send 1 · 25 credits")
        rig.details.raise_cap()
        await until(lambda: rig.engine.settings.day_cap == 50.0)
        await until(lambda: held_by(rig.engine, waiting) is None, "the task goes")


@pytest.mark.parametrize(
    ("settings", "row", "said"),
    [
        ({"day_cap": 30.0}, "Over cap (5 credits left today)", WORDS),
        ({"month_cap": 30.0}, "Over cap (5 credits left this month)", WORDS.replace("Daily", "Monthly")),
        ({"sending_cap": 20.0}, "Over cap (at most 20 credits each)", f"Over the cap of 20 for a single task{COSTS}"),
        ({"project_caps": {"Aurora": 30.0}}, "Over cap (5 credits left)", f"Cap of “Aurora” {WORDS[10:]}"),
    ],
)  # fmt: skip
async def test_row_queue_budget_pill_and_programs_describe_a_cap_alike(tmp_path, settings, row, said):
    async with Rig(tmp_path, loops=("lane",)) as rig:
        await rig.engine.pricing.learn(engine_rig.request(), 25.0)
        for name, value in settings.items():
            setattr(rig.engine.settings, name, value)
        ids = await rig.parts.submit(engine_rig.request("first"), engine_rig.request("second"), project="Aurora")
        await until(lambda: held_by(rig.engine, ids[1]) is not None, "the second is kept")
        CapNotices(rig.bridge, rig.task_commands, rig.rows.lane, rig.models.activity, rig.rows)
        await rig.load()
        await rig.fetch_rows()
        kept = keeps(rig.engine, ids[1])
        assert rig.rows.words(ids[1]).spoken == row
        rig.details.choose([ids[1]])
        await until(lambda: rig.details.row is not None)
        program = str(task_answer(rig.details.row, kept=kept).waits_because).replace("its project", "Aurora")
        assert (rig.details.trouble(), program, rig.models.activity.messages()) == (said, said, [said])
        assert rig.rows.lane.budget().kept == kept
        assert [one.held for one in rig.rows.lane.raisable(ids)] == [kept.held]


async def test_cap_whose_raise_failed_is_announced_again(tmp_path, monkeypatch):
    async with Rig(tmp_path, loops=("lane",)) as rig:
        await full(rig)
        CapNotices(rig.bridge, rig.task_commands, rig.rows.lane, rig.models.activity, rig.rows)
        activity = rig.models.activity
        monkeypatch.setattr(rig.task_commands, "raise_cap", lambda _kept: None)
        [told] = activity.listed.waiting
        activity.take(told, told.actions[0])
        assert activity.messages() == []
        rig.bridge.lane_changed.emit(None)
        assert activity.messages() == [WORDS]


async def test_status_line_shows_todays_part_of_the_cap(tmp_path):
    async with Rig(tmp_path, loops=("lane",)) as rig:
        assert not any("Today" in part for part in rig.models.status.left_parts())
        await full(rig)
        await until(lambda: "Today 25 of 30 credits" in rig.models.status.left_parts())
        rig.engine.settings.set("day_cap", None)
        await until(lambda: "Today 50 credits" in rig.models.status.left_parts())


async def test_balance_read_before_a_sending_is_marked_as_old(tmp_path):
    async with Rig(tmp_path) as rig:
        status, account = rig.models.status, rig.engine.account
        account.organization = Organization(balance=1_000, asked_at=100.0)
        assert status.balance_words() == "1,000 credits"
        made = task(1, State.SUCCEEDED, cost_credits=25.0, sent_at=rig.engine.clock.now())
        rig.engine.bus.tell(TasksAdded((made,)))
        assert status.balance_words() == "about 975 credits"
        account.organization = Organization(balance=974, asked_at=rig.engine.clock.now() + 1)
        assert status.balance_words() == "974 credits"


async def test_costly_request_is_questioned_before_it_is_stored(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.engine.pricing.learn(engine_rig.request(), 25.0)
        rig.composer.load(engine_rig.request())
        rig.engine.settings.confirm_above = 20.0
        async with after(rig.composer.question_wanted) as asked:
            rig.composer.send()
        [(question, yes)] = asked
        assert question.title == "Send 1 task for 25 credits?"
        await rest()
        assert rig.engine.ledger.all_queued() == ()
        async with after(rig.composer.sent):
            yes()
        assert len(rig.engine.ledger.all_queued()) == 1


async def test_consent_stores_its_own_request_whatever_was_asked_since(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.engine.settings.confirm_above = 20.0
        await rig.engine.pricing.learn(engine_rig.request(), 25.0)
        answers = []
        for prompt in ("first", "second"):
            rig.composer.load(engine_rig.request(prompt))
            async with after(rig.composer.question_wanted) as asked:
                rig.composer.send()
            answers += [yes for _, yes in asked]
        async with after(rig.composer.sent):
            answers[0]()
        assert [task.request.prompt for task in rig.engine.ledger.all_queued()] == ["first"]


async def test_request_below_the_limit_is_sent_without_a_question(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.engine.pricing.learn(engine_rig.request(), 25.0)
        rig.composer.load(engine_rig.request())
        rig.engine.settings.confirm_above = 25.0
        async with after(rig.composer.sent) as sent:
            rig.composer.send()
        assert len(sent) == 1


async def test_generate_button_announces_the_effect_of_a_cap_and_can_raise_it(tmp_path):
    async with Rig(tmp_path, loops=("lane",)) as rig:
        await full(rig)
        rig.composer.load(engine_rig.request("third"))
        button = rig.composer.button()
        assert (button.text, button.price) == ("Queue", "25 credits")
        assert button.note == "20 over today's cap of 30. It stays in the queue."
        assert button.raising == "Raise today's cap to 80 and send 2 · 50 credits"
        async with after(rig.composer.sent):
            rig.composer.raise_cap()
        assert rig.engine.settings.day_cap == 80.0
        assert rig.engine.lane.outlook().over == {}, "both go when a slot is free"


async def test_cap_is_raised_only_after_a_yes_to_the_question(tmp_path):
    async with Rig(tmp_path, loops=("lane",)) as rig:
        await full(rig)
        rig.engine.settings.confirm_above = 20.0
        rig.composer.load(engine_rig.request("third"))
        assert rig.composer.button().raising
        async with after(rig.composer.question_wanted) as asked:
            rig.composer.raise_cap()
        [(question, yes)] = asked
        assert (question.yes, "cap" in question.text) == ("Send 1 task", False)
        assert rig.engine.settings.day_cap == 30.0
        async with after(rig.composer.sent):
            yes()
        assert rig.engine.settings.day_cap == 80.0


async def test_price_on_the_button_is_not_questioned_again(tmp_path):
    async with Rig(tmp_path, loops=("lane",)) as rig:
        await full(rig)
        rig.composer.load(engine_rig.request("third"))
        assert rig.composer.button().text == "Queue"
        asked: list[object] = []
        rig.composer.question_wanted.connect(asked.append)
        async with after(rig.composer.sent):
            rig.composer.send()
        assert asked == []
        assert len(rig.engine.ledger.all_queued()) == 2


async def test_generate_button_follows_queue_and_caps(tmp_path):
    async with Rig(tmp_path, loops=("lane",)) as rig:
        await full(rig)
        rig.composer.load(engine_rig.request("third"))
        assert rig.composer.button().text == "Queue"
        rig.engine.settings.day_cap = 500.0
        await until(lambda: rig.composer.button().text == "Generate", "the cap is no longer in the way")


async def test_more_expensive_edit_is_questioned_whatever_the_button_said(tmp_path):
    async with Rig(tmp_path, loops=("lane",)) as rig:
        _, waiting = await full(rig)
        await rig.engine.pricing.learn(engine_rig.request(duration=10), 50.0)
        rig.composer.load(engine_rig.request("third"))
        assert rig.composer.button().text == "Queue"
        rig.composer.load(engine_rig.request("second"), editing=waiting)
        rig.composer.set_value("duration", 10)
        assert rig.composer.button().text == "Save changes"
        async with after(rig.composer.question_wanted) as asked:
            rig.composer.send()
        assert "daily cap reached: 25 of 30 spent" in asked[0][0].text.lower()


async def test_raise_button_counts_tasks_that_would_be_sent_anyway(tmp_path):
    async with Rig(tmp_path, loops=("lane",)) as rig:
        await rig.engine.pricing.learn(engine_rig.request(), 25.0)
        rig.engine.settings.day_cap = 60.0
        rig.composer.load(engine_rig.request())
        rig.composer.set_prompt("fog {1|2|3}")
        button = rig.composer.button()
        assert button.text == "Send 2, queue 1"
        assert button.note == "Over today's cap of 60. 1 of 3 tasks stay in the queue."
        assert button.raising == "Raise today's cap to 80 and send 3 · 75 credits"
