"""A sample of `dev.py faults`: whatever goes wrong, nothing paid is lost or paid twice, by the simulator's journal."""

from __future__ import annotations

import math
import random
from pathlib import Path

import pytest

from tests.reliability import __main__ as suite
from tests.reliability import lives, records
from tests.reliability.scene import Count
from tests.rigs.samples import examples

ROWS = {row.name: row for row in suite.rows(suite.SAMPLE)}
SAMPLE = (
    "nothing goes wrong", "create: connection cut after it was made", "create: answer is broken JSON",
    "question: 502 page of a gateway", "question: 404 page of a gateway",
    "canceled while new tasks are unknown, then closed", "download: cut in the middle",
    "network: refused for a minute, tasks under way", "network: every connection reset for a minute",
    "library: gone for a minute", "database: cut to nothing", "keychain: killed while tasks are under way",
)  # fmt: skip


def assert_nothing_lost_or_doubled(count: Count) -> None:
    assert (count.lost, count.doubled) == (0, 0), count
    assert not math.isinf(count.seconds), "it never got well"


@pytest.mark.parametrize("name", SAMPLE)
async def test_no_task_is_lost_or_doubled_with_one_fault(name: str, tmp_path: Path):
    count = await ROWS[name].work(tmp_path)
    assert_nothing_lost_or_doubled(count)
    assert count.made, "the journal has something to tell"


async def test_no_task_is_lost_or_doubled_with_two_faults_at_once(tmp_path: Path):
    kind = "create: 503 after it was made"
    chosen = random.Random(5).sample([one for one in records.pairs() if kind not in one.name], 3)
    for number, record in enumerate(chosen):
        place = tmp_path / str(number)
        place.mkdir()
        assert_nothing_lost_or_doubled(await records.tried(record, place))


async def test_log_truncated_after_a_sending_without_an_answer_loses_no_task(tmp_path: Path):
    count = await lives.log_cut(tmp_path, random.Random(1), lives.UNANSWERED)
    assert_nothing_lost_or_doubled(count)
    assert count.uncertain, "the kill met some that were under way"


async def test_no_task_is_lost_after_kills_on_the_programs_own_event_loop(tmp_path: Path):
    dice = random.Random(11)
    for number in range(examples(1)):
        place = tmp_path / str(number)
        place.mkdir()
        count = await lives.killed(place, dice, 5)
        assert_nothing_lost_or_doubled(count)
        assert count.made
