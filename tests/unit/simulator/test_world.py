"""The simulated organization: durations, slots, limits and money. Time is a number here."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from runway_desktop.simulator.organizations import Uploads, keep, take_up
from runway_desktop.simulator.world import (
    DAY,
    FAILURES,
    DailyLimitReached,
    Knobs,
    NotEnoughCredits,
    SimulatedTask,
    TaskStatus,
    UnknownTask,
    World,
)

NOW = 1_780_000_000.0  # a morning in May 2026
CLIP: Mapping[str, object] = {"model": "gen4.5", "ratio": "1280:720", "duration": 5}


def world_with(**knobs: object) -> World:
    return World(Knobs(seed=1).turned(knobs), ["gen4.5", "gen4_image"])


def clip(world: World, words: str = "A lighthouse", now: float = NOW) -> SimulatedTask:
    return world.create("text_to_video", {**CLIP, "promptText": words}, now)


def test_simulated_task_passes_its_states_in_order() -> None:
    world = world_with()
    task = clip(world)
    seen = [world.get(task.id, NOW + tenth / 10).status(NOW + tenth / 10) for tenth in range(400)]
    assert list(dict.fromkeys(seen)) == [TaskStatus.PENDING, TaskStatus.RUNNING, TaskStatus.SUCCEEDED]
    assert uuid.UUID(task.id).version == 4


def test_simulated_progress_only_grows_and_stays_below_one_while_running() -> None:
    world = world_with()
    task = clip(world)
    moments = [NOW + tenth / 10 for tenth in range(400)]
    running = [task.progress(moment) for moment in moments if task.status(moment) is TaskStatus.RUNNING]
    assert running == sorted(running)
    assert 0 <= running[0] < 0.05
    assert 0.9 < running[-1] < 1


def test_demo_clips_take_ten_to_thirty_seconds() -> None:
    world = world_with(concurrency=None)
    tasks = [clip(world, f"take {number}") for number in range(40)]
    assert all(10 <= task.running_seconds <= 30 for task in tasks)
    assert len({round(task.running_seconds) for task in tasks}) > 3


def test_speed_setting_divides_the_duration_of_a_task() -> None:
    slow, fast = clip(world_with()), clip(world_with(speed=10))
    assert fast.running_seconds == pytest.approx(slow.running_seconds / 10)


def test_third_task_of_a_model_is_throttled_until_one_ends() -> None:
    world = world_with(concurrency=2)
    first, second, third = (clip(world, f"[seconds:{seconds}]") for seconds in (10, 20, 5))
    assert third.status(NOW) is TaskStatus.THROTTLED
    free = first.ends_at
    assert free is not None
    assert world.get(third.id, free - 0.01).status(free - 0.01) is TaskStatus.THROTTLED
    world.advance(free + 100)
    assert third.placed_at == free
    assert world.ended[third.id] == third.ends_at
    assert second.settled


def test_throttled_task_of_one_model_blocks_no_other_model() -> None:
    world = world_with(concurrency=1)
    clip(world)
    other = world.create("text_to_image", {"model": "gen4_image", "promptText": "x", "ratio": "1280:720"}, NOW)
    assert other.status(NOW) is TaskStatus.PENDING


def test_canceling_frees_the_slot_and_refunds_credits_before_it_runs() -> None:
    world = world_with(concurrency=1)
    first, second = clip(world), clip(world)
    world.delete(first.id, NOW)
    assert second.placed_at == NOW
    assert world.balance == 10_000 - second.credits
    with pytest.raises(UnknownTask):
        world.get(first.id, NOW)


def test_canceling_a_running_task_refunds_nothing() -> None:
    world = world_with()
    task = clip(world)
    world.delete(task.id, NOW + 3)
    assert world.balance == 10_000 - task.credits


def test_canceling_a_throttled_task_frees_no_slot() -> None:
    world = world_with(concurrency=1)
    first, second, third = clip(world), clip(world), clip(world)
    world.delete(second.id, NOW + 1)
    world.advance(NOW + 1_000)
    assert third.placed_at == first.ends_at


def test_deleting_a_finished_task_refunds_nothing() -> None:
    world = world_with()
    task = clip(world)
    world.delete(task.id, NOW + 100)
    assert world.balance == 10_000 - task.credits


@pytest.mark.parametrize("code", FAILURES)
def test_each_failure_code_can_be_triggered(code: str) -> None:
    world = world_with()
    task = clip(world, f"Rain [fail:{code}]")
    world.advance(NOW + 100)
    assert task.status(NOW + 100) is TaskStatus.FAILED
    assert task.failure == code
    kept = task.credits if code.startswith("SAFETY.INPUT.") else 0
    assert (task.cost, world.balance) == (kept, 10_000 - kept)


def test_failure_rate_fails_about_that_share_of_tasks() -> None:
    world = world_with(failure_rate=0.3, failure_code="INTERNAL", concurrency=None, balance=1_000_000)
    tasks = [clip(world) for _ in range(200)]
    assert 40 <= sum(task.failure == "INTERNAL" for task in tasks) <= 80


def test_same_seed_gives_the_same_ids_and_durations() -> None:
    def facts(task: SimulatedTask) -> object:
        return task.id, task.running_seconds, task.recipe.seed

    assert facts(clip(world_with())) == facts(clip(world_with()))
    assert facts(clip(world_with())) != facts(clip(World(Knobs(seed=2), ["gen4.5"])))


def test_daily_limit_counts_the_last_24_hours() -> None:
    world = world_with(daily_limit=2)
    clip(world, now=NOW)
    clip(world, now=NOW + 100)
    with pytest.raises(DailyLimitReached):
        clip(world, now=NOW + 200)
    assert world.generations_of_the_day("gen4.5", NOW + 200) == 2
    clip(world, now=NOW + DAY + 1)


def test_deleting_a_task_does_not_lower_the_daily_count() -> None:
    world = world_with()
    world.delete(clip(world).id, NOW + 1)
    assert world.generations_of_the_day("gen4.5", NOW + 1) == 1


def test_create_above_the_balance_is_refused_and_costs_nothing() -> None:
    world = world_with(balance=59)
    with pytest.raises(NotEnoughCredits):
        clip(world)
    assert world.balance == 59
    assert world.generations_of_the_day("gen4.5", NOW) == 0


def test_usage_is_reduced_by_refunds() -> None:
    world = world_with()
    clip(world)
    clip(world, "[fail:INTERNAL]")
    world.advance(NOW + 100)
    assert list(world.spent_by_day(date(2026, 5, 1), date(2026, 6, 1))) == [(date(2026, 5, 28), {"gen4.5": 60})]
    assert list(world.spent_by_day(date(2026, 5, 1), date(2026, 5, 28))) == []


def test_raising_the_concurrency_starts_throttled_tasks() -> None:
    world = world_with(concurrency=1)
    clip(world)
    waiting = clip(world)
    world.turn({"concurrency": 2}, NOW + 5)
    assert waiting.placed_at == NOW + 5


def test_stuck_task_never_ends_or_claims_completion() -> None:
    world = world_with()
    task = clip(world, "[stuck]")
    later = NOW + 10 * DAY
    assert world.get(task.id, later).status(later) is TaskStatus.RUNNING
    assert task.progress(later) < 1


def test_organization_continues_from_its_file(tmp_path: Path) -> None:
    world, uploads = world_with(concurrency=1), Uploads()
    running, waiting = clip(world, "[seconds:20]"), clip(world, "[stuck]")
    slot = uploads.open("still.png", NOW)
    uploads.arrived(slot, NOW + DAY)
    keep(world, uploads, tmp_path / "world.json")

    later, files = world_with(concurrency=1), Uploads()
    assert take_up(later, files, tmp_path / "world.json", NOW + 3_600)

    assert later.get(running.id, NOW + 3_600).status(NOW + 3_600) is TaskStatus.SUCCEEDED
    assert later.get(waiting.id, NOW + 3_600).placed_at == running.ends_at
    assert later.get(running.id, NOW + 3_600).recipe == running.recipe
    assert later.balance == 10_000 - running.credits - waiting.credits
    assert later.spent() == {(date(2026, 5, 28), running.model): running.credits + waiting.credits}
    assert files.is_known(slot.uri, NOW + 3_600)
    assert clip(later, now=NOW + 3_600).id not in {running.id, waiting.id}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"make": 99}', '{"make": 1, "tasks": [{}]}'])
def test_damaged_file_starts_a_new_organization(tmp_path: Path, content: str) -> None:
    path = tmp_path / "world.json"
    path.write_text(content, encoding="utf-8")
    assert not take_up(world_with(), Uploads(), path, NOW)
    assert not take_up(world_with(), Uploads(), tmp_path / "missing.json", NOW)
