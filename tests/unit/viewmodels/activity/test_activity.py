"""Reports to the activity and their effects: merged and undone acts, running work, read notices."""

from __future__ import annotations

from runway_desktop.domain.advance import Sending
from runway_desktop.domain.events import DownloadsCounted
from runway_desktop.domain.task import Hold, HoldCode, Pick, State, TaskId
from runway_desktop.usecases.activity import LARGE, LEAST_SECONDS
from runway_desktop.usecases.commands.approval import APPROVE
from runway_desktop.usecases.commands.ending import REMOVE
from runway_desktop.usecases.commands.queued import HOLD
from runway_desktop.usecases.words.account import NOTHING_GOES_ON
from runway_desktop.values import replace
from runway_desktop.viewmodels.activity.activity import LINGERS, Activity
from runway_desktop.viewmodels.activity.acts import Acts
from tests.rigs.desktop import Rig, rest, until
from tests.rigs.rows import task


class Watched:
    """An activity of a rig with a clock of its own, and what it says aloud."""

    def __init__(self, rig: Rig) -> None:
        self.time = 100.0
        self.activity = Activity(rig.models.status, rig.owner, now=lambda: self.time)
        self.said: list[str] = []
        self.activity.said.connect(lambda sentence, _: self.said.append(sentence))
        self.acts = Acts(rig.task_commands, rig.rows, self.activity, rig.models.bridge, rig.owner)

    @property
    def text(self) -> str:
        return self.activity.shown.text


async def removed(rig: Rig, *numbers: int) -> None:
    for number in numbers:
        rows = await rig.store.rows([TaskId(f"t{number}")])
        rig.task_commands.carry_out(REMOVE, rows)
        await until(lambda number=number: rig.store.tasks[f"t{number}"].removed_at is not None)  # type: ignore[misc]
        await rest(5)


async def test_three_removals_in_a_row_are_one_act_with_one_undo(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.shown(*(task(number, State.FAILED) for number in range(5)))
        watched = Watched(rig)
        await removed(rig, 1, 2, 3)
        assert watched.text == "3 removed"
        assert watched.activity.messages() == ["3 tasks removed. Files stay."]
        watched.time += LEAST_SECONDS
        await removed(rig, 4)
        assert len(watched.activity.messages()) == 2, "a while later it is another act"
        watched.activity.undo()
        watched.activity.undo()
        await until(lambda: all(one.removed_at is None for one in rig.store.tasks.values()))
        assert watched.activity.messages() == []
        watched.activity.undo()


async def test_each_rating_can_be_undone_after_later_ones(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.shown(task(1, State.FAILED), task(2, State.FAILED))
        watched = Watched(rig)
        judging = rig.task_commands.judging
        for act in (
            lambda: judging.rate([TaskId("t1"), TaskId("t2")], 2),
            lambda: judging.rate([TaskId("t1")], 4),
            lambda: judging.pick([TaskId("t1")], Pick.PICK, said="Picked take 3."),
        ):
            told = len(watched.activity.messages())
            act()
            await until(lambda told=told: len(watched.activity.messages()) > told)  # type: ignore[misc]
        assert watched.activity.messages() == ["Rated 2 tasks 2 ★.", "Rated 4 ★.", "Picked take 3."]
        assert watched.text == "Picked take 3"
        first = watched.activity.listed.recent[-1]
        watched.activity.take(first, first.actions[0])
        await until(lambda: "2 ratings undone." in watched.activity.messages())
        assert [(await rig.by_id(number)).rating for number in (1, 2)] == [4, 0]
        assert (await rig.by_id(1)).pick is Pick.PICK
        second = watched.activity.listed.recent[-1]
        assert second.message == "Rated 4 ★."
        watched.activity.take(second, second.actions[0])
        await until(lambda: "Rating undone: “Prompt 1”." in watched.activity.messages())
        assert (await rig.by_id(1)).rating == 0, "as it was before both"


async def test_act_undone_in_another_view_is_removed(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.shown(task(1, State.FAILED))
        watched = Watched(rig)
        rig.task_commands.judging.rate([TaskId("t1")], 2)
        await until(lambda: watched.activity.messages() == ["Rated 2 ★."])
        rig.task_commands.judging.undo({TaskId("t1")})
        await until(lambda: watched.activity.messages() == ["Rating undone: “Prompt 1”."])
        rig.task_commands.judging.redo()
        await until(lambda: watched.text == "Rated 2 ★")
        assert watched.activity.shown.action is not None


async def test_undo_explains_itself_before_reverting_an_older_act(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.shown(task(1, State.QUEUED), task(2, State.FAILED))
        await rig.engine.ledger.load()
        watched = Watched(rig)
        rig.task_commands.judging.rate([TaskId("t2")], 2)
        await until(lambda: watched.activity.messages() == ["Rated 2 ★."])
        rig.task_commands.carry_out(HOLD, rig.task_commands.queued())
        await until(lambda: any(one.waits_for_person for one in rig.engine.ledger.all_queued()))
        await rest()
        watched.activity.undo()
        assert watched.activity.messages()[-1] == "“Hold” has no undo. Choose “Release” to send it."
        assert (await rig.by_id(1)).waits_for_person
        assert (await rig.by_id(2)).rating == 2
        watched.activity.undo()
        await until(lambda: "Rating undone: “Prompt 2”." in watched.activity.messages())


async def test_undo_of_an_approval_ends_once_all_its_tasks_are_sent(tmp_path):
    async with Rig(tmp_path) as rig:
        held = Hold(HoldCode.APPROVAL, client="an agent")
        await rig.shown(*(task(number, State.QUEUED, hold=held) for number in (1, 2)))
        await rig.engine.ledger.load()
        watched = Watched(rig)
        await rig.engine.lane.pause()
        rig.task_commands.carry_out(APPROVE, rig.task_commands.queued())
        await until(lambda: watched.activity.undoable is not None)
        await rig.engine.ledger.move(TaskId("t1"), Sending())
        rig.models.bridge.flush()
        assert watched.activity.undoable is not None, "the other one can still be kept here"
        await rig.engine.ledger.move(TaskId("t2"), Sending())
        rig.models.bridge.flush()
        assert (watched.activity.undoable, watched.activity.shown.action) == (None, None)
        assert watched.activity.messages() == ["2 requests approved."]


async def test_undo_reverts_the_act_of_its_view(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.shown(task(1, State.FAILED))
        watched = Watched(rig)
        watched.activity.enter(LARGE)
        rig.task_commands.judging.rate([TaskId("t1")], 2)
        await until(lambda: watched.activity.messages() == ["Rated 2 ★."])
        watched.activity.enter("requests")
        watched.activity.undo()
        assert watched.text == "Nothing to undo here"
        assert (await rig.by_id(1)).rating == 2
        watched.activity.enter("")
        watched.activity.undo()
        await until(lambda: "Rating undone: “Prompt 1”." in watched.activity.messages())


async def test_running_work_is_shown_slightly_longer_than_it_lasts(tmp_path):
    async with Rig(tmp_path) as rig:
        watched = Watched(rig)
        rig.engine.bus.tell(DownloadsCounted(2, 3, 1_500_000))
        assert (watched.text, watched.activity.shown.hint) == ("Saving 2", "1.5 MB/s")
        watched.time += 1
        rig.engine.bus.tell(DownloadsCounted(0, 0, 0.0))
        assert watched.text == "Saving 2"
        watched.time += LINGERS
        rig.models.status.changed.emit()
        assert watched.text == str(NOTHING_GOES_ON)


async def test_sending_that_ends_at_once_is_still_shown(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.shown(task(1), task(2))
        watched = Watched(rig)
        await rig.change(replace(await rig.by_id(1), state=State.SENDING), flush=False)
        await rig.change(replace(await rig.by_id(1), state=State.PENDING), flush=False)
        await rig.change(replace(await rig.by_id(2), state=State.SENDING))
        assert watched.text == "Sending 2"
        rig.models.status.changed.emit()
        assert watched.text == "Sending 1"
        await rig.change(replace(await rig.by_id(2), state=State.PENDING))
        watched.time += LINGERS
        rig.models.status.changed.emit()
        assert watched.text == str(NOTHING_GOES_ON)


async def test_problem_stays_until_read_or_until_its_button_is_pressed(tmp_path):
    async with Rig(tmp_path) as rig:
        watched = Watched(rig)
        answered: list[str] = []
        watched.activity.tell("It cannot be read.", problem=True)
        watched.activity.tell(
            "The disk is full.", problem=True, action_text="Try again", on_action=lambda: answered.append("again")
        )
        assert watched.activity.shown.waiting == 2
        watched.activity.read()
        [waits] = watched.activity.listed.waiting
        assert waits.message == "The disk is full."
        watched.time += 1_000
        watched.activity.changed.emit()
        watched.activity.take(waits, waits.actions[0])
        assert answered == ["again"]
        assert watched.activity.shown.waiting == 0
        watched.activity.take(waits, waits.actions[0])
        assert answered == ["again"], "an answer is given once"


async def test_running_work_changes_its_text_and_its_starter_reports_the_end(tmp_path):
    async with Rig(tmp_path) as rig:
        watched = Watched(rig)
        number = watched.activity.follow("Looking for missing files…", "Stop", lambda: None)
        watched.activity.say(number, "Looking for 3 files…", "In the library")
        assert watched.activity.messages() == ["Looking for 3 files…"]
        watched.time += 1_000
        rig.models.status.changed.emit()
        assert watched.text == "Looking for 3 files…"
        watched.activity.end(number)
        watched.activity.say(number, "Too late")
        assert watched.activity.messages() == []


async def test_drag_hint_is_announced_once_and_keeps_messages(tmp_path):
    async with Rig(tmp_path) as rig:
        watched = Watched(rig)
        watched.activity.tell("Copied.")
        watched.activity.set_gesture("Moving 2 tasks", "Esc puts them back")
        watched.activity.set_gesture("Moving 2 tasks", "To place 3")
        assert watched.text == "Moving 2 tasks"
        assert watched.said == ["Copied.", "Moving 2 tasks. Esc puts them back"]
        watched.activity.set_gesture("")
        assert watched.text == "Copied"


async def test_message_under_the_pointer_stays_and_then_for_a_while(tmp_path):
    async with Rig(tmp_path) as rig:
        watched = Watched(rig)
        watched.activity.tell("Copied.")
        watched.activity.hold(True)
        watched.time += 1_000
        rig.engine.bus.tell(DownloadsCounted(2, 3, 1_500_000))
        assert watched.text == "Copied"
        watched.activity.hold(False)
        assert watched.text == "Copied"
        watched.time += LEAST_SECONDS
        watched.activity.set_gesture("x")
        watched.activity.set_gesture("")
        assert watched.text == "Saving 2"
