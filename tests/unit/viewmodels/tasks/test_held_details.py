"""Details of a queued task that waits."""

from __future__ import annotations

import pytest

from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.task import Hold, HoldCode, State
from runway_desktop.usecases.commands.queued import RELEASE
from runway_desktop.usecases.words.tasks import small_print
from tests.rigs.desktop import Rig, after, until
from tests.rigs.rows import task


async def show(rig: Rig, hold: Hold) -> None:
    one = task(1, State.QUEUED, hold=hold)
    await rig.shown(one)
    async with after(rig.details.changed):
        rig.details.choose([one.id])
    await until(lambda: rig.details.row is not None)


async def test_hold_reason_is_a_sentence_and_the_servers_message_small_print(tmp_path):
    async with Rig(tmp_path) as rig:
        await show(
            rig,
            Hold(
                HoldCode.NOT_SENT,
                cause=Reason(ReasonCode.OTHER_ERROR, words="Runway is busy."),
                small_print="HTTP 503 · try later",
            ),
        )
        assert (rig.details.trouble(), small_print(rig.details.row.task)) == ("Runway is busy.", "HTTP 503 · try later")


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (HoldCode.WAITS_FOR_PERSON, "Release · price not known"),
        (HoldCode.RESTORED, "Release · price not known…"),
        (HoldCode.COPIED, "Release · price not known…"),
        (HoldCode.ASK_PERSON, "Release · price not known…"),
    ],
)
async def test_task_waiting_for_the_person_has_a_send_button_that_may_ask(tmp_path, code, text):
    async with Rig(tmp_path) as rig:
        await show(rig, Hold(code))
        step = rig.details.next_step()
        assert step is not None
        assert (step.command, step.text) == (RELEASE, text)
        assert small_print(rig.details.row.task) == ""
