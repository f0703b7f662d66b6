"""Commands for tasks, and where dropped data goes."""

from __future__ import annotations

import pytest

from runway_desktop.domain.account import Link
from runway_desktop.domain.errors import KeyRefused, StoreError
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.inputs import AssetDrop, IntakeFinding
from runway_desktop.domain.library import Row
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import OutputState, Request, State, TaskId
from runway_desktop.services.intake.gathered import Gathered, GatheredDraft
from runway_desktop.services.tasks.accepted_ids import AcceptedId
from runway_desktop.usecases.commands.ending import CANCEL, DELETE_FILE, DO_NOT_SEND, REMOVE
from runway_desktop.usecases.commands.handing_on import COPY_ID, COPY_PROMPT, COPY_SUPPORT
from runway_desktop.usecases.commands.queued import SEND_NEXT
from runway_desktop.usecases.commands.requests import ADOPT_ID, EDIT_AND_SEND, LET_GO, RENAME, RETRY, SAME, SEND_AGAIN
from runway_desktop.usecases.commands.results import REFRESH
from runway_desktop.usecases.commands.task_command import Given
from runway_desktop.usecases.commands.tasks import TASKS
from tests.rigs.desktop import Rig, after, rest, until
from tests.rigs.engine_rig import request as plain_request
from tests.rigs.fake_runway import remote_id
from tests.rigs.rows import saved, task

FINDING = IntakeFinding(source="shots.csv", row=3, field="ratio", said="shots.csv, row 3: no such ratio.")
STILL = AssetDrop(uri="https://media.example.com/still.png", media=Media.IMAGE)
BROKEN = AssetDrop(
    uri="file:///tmp/broken.png",
    media=Media.IMAGE,
    findings=(IntakeFinding(source="broken.png", said="broken.png is no picture."),),
)


def line(text: str, **more) -> GatheredDraft:
    return GatheredDraft(values={"promptText": text}, row=1, **more)


async def receive(rig: Rig, gathered: Gathered) -> list[Gathered]:
    wanted: list[Gathered] = []
    rig.task_commands.sheet_wanted.connect(wanted.append)
    rig.taking_in.receive(gathered)
    await rest()
    return wanted


async def test_one_prompt_fills_the_composer(tmp_path):
    async with Rig(tmp_path) as rig:
        assert await receive(rig, Gathered(drafts=(line("A lighthouse"),))) == []
        assert rig.composer.prompt == "A lighthouse"


async def test_many_prompts_open_a_sheet_before_anything_is_stored(tmp_path):
    async with Rig(tmp_path) as rig:
        gathered = Gathered(drafts=(line("One"), line("Two")))
        assert await receive(rig, gathered) == [gathered]
        assert rig.store.tasks == {}
        assert rig.composer.prompt == ""


@pytest.mark.parametrize(
    "gathered",
    [
        Gathered(drafts=(line("One", findings=(FINDING,)),)),
        Gathered(drafts=(line("One"),), findings=(FINDING,)),
        Gathered(drafts=(line("One", endpoint="text_to_video", model="gen4.5"),)),
        Gathered(drafts=(line("One", project="Harbour"),)),
        Gathered(drafts=(GatheredDraft(values={"ratio": "1280:720", "promptText": "One"}),)),
        Gathered(drafts=(GatheredDraft(values={"ratio": "1280:720"}, endpoint="image_upscale", model="x"),)),
    ],
    ids=["its finding", "a finding", "a model", "a project", "settings", "no prompt"],
)
async def test_single_record_with_more_than_a_prompt_opens_a_sheet(gathered, tmp_path):
    async with Rig(tmp_path) as rig:
        assert await receive(rig, gathered) == [gathered]
        assert rig.composer.prompt == ""


async def test_inputs_go_to_the_composer_and_broken_ones_say_why(tmp_path):
    async with Rig(tmp_path) as rig:
        await receive(rig, Gathered(assets=(STILL, BROKEN)))
        assert [item.uri for item in rig.composer.inputs()] == [STILL.uri]
        assert "broken.png is no picture." in rig.told


async def test_inputs_can_be_dropped_on_a_field(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.composer.choose_endpoint("image_to_video")
        rig.taking_in.receive(Gathered(assets=(STILL,)), "promptImage")
        assert [item.field for item in rig.composer.inputs()] == ["promptImage"]


async def test_prompt_and_picture_together_make_one_request(tmp_path):
    async with Rig(tmp_path) as rig:
        await receive(rig, Gathered(drafts=(line("A lighthouse"),), assets=(STILL,)))
        assert rig.composer.prompt == "A lighthouse"
        assert [item.uri for item in rig.composer.inputs()] == [STILL.uri]


async def test_dropped_ids_are_adopted_and_shown(tmp_path):
    async with Rig(tmp_path) as rig:
        async with after(rig.task_commands.show_wanted) as shown:
            rig.taking_in.receive(Gathered(remote_ids=(remote_id(7), remote_id(8), "no-id")))
        assert len(rig.store.tasks) == 2
        assert len(shown[0]) == 2
        assert rig.told[0].startswith("2 tasks added.")
        assert "“no-id” is not a task ID" in rig.told[-1]
        shown.clear()
        rig.taking_in.receive(Gathered(remote_ids=(remote_id(7),)))
        await until(lambda: shown)
        assert "1 task is already in the list." in rig.told


async def test_dropped_sidecar_restores_its_settings(tmp_path):
    async with Rig(tmp_path) as rig:
        await receive(rig, Gathered(restored=plain_request("From a sidecar", seed=9)))
        assert rig.composer.prompt == "From a sidecar"
        assert rig.composer.value("seed") == 9
        assert rig.told


async def test_mixed_drop_loses_nothing(tmp_path):
    async with Rig(tmp_path) as rig:
        gathered = Gathered(
            drafts=(line("One"), line("Two")), assets=(STILL, BROKEN), remote_ids=(remote_id(7),), findings=(FINDING,)
        )
        assert await receive(rig, gathered) == [gathered]
        assert [item.uri for item in rig.composer.inputs()] == [STILL.uri]
        await until(lambda: len(rig.store.tasks) == 1)
        assert "broken.png is no picture." in rig.told


async def test_drop_with_only_findings_lists_the_first_and_counts_the_rest(tmp_path):
    async with Rig(tmp_path) as rig:
        findings = tuple(IntakeFinding(source="a.txt", row=row, said=f"Row {row} is bad.") for row in range(1, 9))
        assert await receive(rig, Gathered(findings=findings)) == []
        assert rig.told == ["Row 1 is bad.", "Row 2 is bad.", "Row 3 is bad.", "5 more could not be used."]
        assert all(notice.is_problem for notice in rig.notices)


async def test_unusable_drop_says_so(tmp_path):
    async with Rig(tmp_path) as rig:
        await receive(rig, Gathered())
        assert rig.told == ["There is nothing to use in it."]


async def test_text_and_files_are_read_by_the_intake(tmp_path):
    async with Rig(tmp_path) as rig:
        prompts = tmp_path / "prompts.txt"
        prompts.write_text("A lighthouse\nA harbour\n", encoding="utf-8")
        async with after(rig.task_commands.sheet_wanted) as wanted:
            rig.task_commands.take(paths=[prompts])
        assert [draft.values["promptText"] for draft in wanted[0].drafts] == ["A lighthouse", "A harbour"]
        rig.task_commands.take(text="One prompt")
        await until(lambda: rig.composer.prompt == "One prompt")


async def chosen(rig: Rig, *tasks, outputs=()) -> list[Row]:
    await rig.put(*tasks, outputs=outputs)
    await rig.engine.ledger.load()
    return list(await rig.store.rows([one.id for one in tasks]))


async def test_edit_and_send_loads_the_request_with_runways_message(tmp_path):
    from runway_desktop.domain.failures import Failure
    from runway_desktop.domain.task import Refusal

    async with Rig(tmp_path) as rig:
        rows = await chosen(
            rig,
            task(
                1,
                State.FAILED,
                prompt="Refused",
                failure=Failure(code="REQUEST.REFUSED"),
                refusals=(Refusal(path=("ratio",), message="Not this ratio."),),
            ),
        )
        rig.task_commands.carry_out(EDIT_AND_SEND, rows)
        await until(lambda: rig.composer.prompt == "Refused")
        assert rig.composer.finding_for("ratio") == "Not this ratio."
        assert rig.composer.editing is None
        rig.composer.set_value("ratio", "720:1280")
        rig.composer.send()
        await until(lambda: len(rig.store.tasks) == 2)
        [new] = [one for one in rig.store.tasks.values() if one.id != "t1"]
        assert new.parent_id == "t1"


async def test_retry_makes_a_linked_task_for_each_it_may_help(tmp_path):
    from runway_desktop.domain.failures import Failure

    async with Rig(tmp_path) as rig:
        rows = await chosen(
            rig,
            task(1, State.FAILED, failure=Failure(code="INTERNAL")),
            task(2, State.FAILED, failure=Failure(code="SAFETY.INPUT.TEXT")),
        )
        async with after(rig.task_commands.show_wanted) as shown:
            rig.task_commands.carry_out(RETRY, rows)
        assert [rig.store.tasks[one].parent_id for one in shown[0]] == ["t1"]


@pytest.mark.parametrize(("command", "state"), [(RETRY, State.CANCELLED), (SAME, State.SUCCEEDED)])
async def test_repeated_press_is_not_paid_twice(command, state, tmp_path):
    async with Rig(tmp_path) as rig:
        rows = await chosen(rig, task(1, state))
        rig.task_commands.carry_out(command, rows)
        rig.task_commands.carry_out(command, rows)
        await until(lambda: len(rig.store.tasks) == 2)
        rig.task_commands.carry_out(command, rows)
        await rest()
        assert len(rig.store.tasks) == 2
        assert "once more." in rig.told[-1]
        await rig.clock.advance(2)
        rig.task_commands.carry_out(command, rows)
        await until(lambda: len(rig.store.tasks) == 3, "a press after a moment is meant")


async def test_retry_refused_by_the_disk_can_be_repeated_and_left_no_task(tmp_path):
    async with Rig(tmp_path) as rig:
        rows = await chosen(rig, task(1, State.CANCELLED), task(2, State.CANCELLED))
        rig.store.trouble = StoreError("The disk is full.", advice="Make room.")
        rig.task_commands.carry_out(RETRY, rows)
        await until(lambda: rig.notices)
        rig.store.trouble = None
        assert len(rig.store.tasks) == 2
        rig.task_commands.carry_out(RETRY, rows)
        await until(lambda: len(rig.store.tasks) == 4)


async def test_costly_retry_asks_like_a_costly_sending(tmp_path):
    async with Rig(tmp_path) as rig:
        rows = await chosen(rig, *(task(number, State.CANCELLED) for number in range(1, 4)))
        await rig.engine.pricing.learn(rows[0].task.request, 60)
        assert rig.task_commands.question(RETRY, rows) is None
        rig.engine.settings.confirm_above = 100
        asked = rig.task_commands.question(RETRY, rows)
        assert asked is not None
        assert asked.title == "Send 3 tasks for 180 credits?"
        assert rig.task_commands.question(RETRY, rows[:1]) is None


async def test_costly_retry_of_a_task_unknown_to_runway_asks_once_about_both(tmp_path):
    async with Rig(tmp_path) as rig:
        rows = await chosen(rig, *(task(number, State.GONE) for number in range(1, 4)))
        await rig.engine.pricing.learn(rows[0].task.request, 60)
        plain = rig.task_commands.question(RETRY, rows)
        assert plain is not None
        assert plain.title == "Send 3 tasks again?"
        rig.engine.settings.confirm_above = 100
        costly = rig.task_commands.question(RETRY, rows)
        assert costly is not None
        assert costly.title == "Send 3 tasks for 180 credits?"
        assert costly.text.startswith(plain.text)


async def test_refresh_asks_runway_for_gone_tasks_and_pays_nothing(tmp_path):
    async with Rig(tmp_path, loops=("poller",)) as rig:
        rows = await chosen(rig, task(1, State.GONE, rating=3))
        rig.runway.say(remote_id(1), "RUNNING", progress=0.5)
        rig.task_commands.carry_out(REFRESH, rows)
        await until(lambda: rig.store.tasks["t1"].state is State.PENDING)
        for _ in range(5):
            await rig.clock.advance(2)
        back = await rig.by_id(1)
        assert (back.state, back.rating) == (State.RUNNING, 3)
        assert rig.runway.named("create") == []


async def test_refresh_finds_a_result_thought_deleted(tmp_path):
    async with Rig(tmp_path) as rig:
        one = task(1, State.SUCCEEDED, deleted_remotely=True)
        await rig.shown(
            one, outputs=[saved(one, "", state=OutputState.EXPIRED, problem=Reason(ReasonCode.KEPT_NO_LONGER))]
        )
        rows = list(await rig.store.rows([one.id]))
        rig.runway.finish(remote_id(1), "https://out.example/1.mp4")
        rig.task_commands.carry_out(REFRESH, rows)
        await until(lambda: rig.store.output(one.id).state is OutputState.WAITING)
        assert not (await rig.by_id(1)).deleted_remotely


async def test_refresh_retries_a_refused_key_at_once(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.engine.account.note_failure(KeyRefused("The key was refused.", status=401))
        assert rig.engine.account.connection.link is Link.KEY_REFUSED
        rig.task_commands.ask_now()
        await until(lambda: rig.engine.account.connection.link is Link.CONNECTED)


async def test_cancel_affects_running_tasks_and_do_not_send_queued_ones(tmp_path):
    async with Rig(tmp_path) as rig:
        rows = await chosen(rig, task(1, State.RUNNING), task(2, State.QUEUED))
        rig.runway.say(remote_id(1), "RUNNING")
        rig.task_commands.carry_out(CANCEL, rows)
        await until(lambda: rig.store.tasks["t1"].state is State.CANCELLED)
        assert rig.store.tasks["t2"].state is State.QUEUED
        rig.task_commands.carry_out(DO_NOT_SEND, rows)
        await until(lambda: rig.store.tasks["t2"].state is State.CANCELLED)
        assert len(rig.runway.named("delete")) == 1


async def test_task_finished_meanwhile_is_kept_and_reported(tmp_path):
    async with Rig(tmp_path) as rig:
        rows = await chosen(rig, task(1, State.RUNNING))
        rig.runway.finish(remote_id(1), "https://out.example/1.mp4")
        rig.task_commands.carry_out(CANCEL, rows)
        await until(lambda: rig.notices)
        assert "already finished" in rig.told[0]
        assert rig.runway.named("delete") == []


async def test_remove_offers_undo_and_undo_restores_the_tasks(tmp_path):
    async with Rig(tmp_path) as rig:
        rows = await chosen(rig, task(1, State.FAILED), task(2, State.RUNNING))
        async with after(rig.task_commands.undo_offered) as offered:
            rig.task_commands.carry_out(REMOVE, rows)
        sentence, command, ids = offered[0]
        assert sentence == "1 task removed. Files stay."
        assert list(ids) == ["t1"]
        rig.task_commands.undo(command, ids)
        await until(lambda: rig.store.tasks["t1"].removed_at is None)


async def test_deleting_files_closes_the_preview_first_and_uses_the_trash(tmp_path):
    async with Rig(tmp_path) as rig:
        clip = tmp_path / "clip.mp4"
        clip.write_bytes(b"clip")
        one = task(1, State.SUCCEEDED)
        rows = await chosen(rig, one, outputs=[saved(one, str(clip))])
        released = []
        rig.task_commands.release_wanted.connect(released.append)
        rig.task_commands.carry_out(DELETE_FILE, rows)
        assert released == [[clip]]
        await until(lambda: rig.parts.bin.thrown)
        assert rig.parts.bin.thrown[0] == clip


@pytest.mark.parametrize(
    ("command", "text"), [(COPY_PROMPT, "Prompt 1\nPrompt 2"), (COPY_ID, f"{remote_id(1)}\n{remote_id(2)}")]
)
async def test_texts_are_copied_one_per_line(tmp_path, command, text):
    async with Rig(tmp_path) as rig:
        rows = await chosen(rig, task(1, State.RUNNING), task(2, State.RUNNING))
        async with after(rig.task_commands.text_copied) as copied:
            rig.task_commands.carry_out(command, rows)
        assert [words for words, *_ in copied] == [text]


async def test_support_details_contain_no_prompt_unless_chosen(tmp_path):
    async with Rig(tmp_path) as rig:
        rows = await chosen(rig, task(1, State.RUNNING, prompt="My secret idea"))
        async with after(rig.task_commands.text_copied) as copied:
            rig.task_commands.carry_out(COPY_SUPPORT, rows)
        assert remote_id(1) in copied[0][0]
        assert "secret idea" not in copied[0][0]
        assert "key_test" not in copied[0][0]


async def test_uncertain_task_has_three_decisions(tmp_path):
    async with Rig(tmp_path) as rig:
        rows = await chosen(rig, *(task(number, State.UNCERTAIN) for number in (1, 2, 3)))
        rig.task_commands.carry_out(ADOPT_ID, rows[:1], Given(text=remote_id(77)))
        rig.task_commands.carry_out(LET_GO, rows[1:2])
        rig.task_commands.carry_out(SEND_AGAIN, rows[2:])
        await until(lambda: any("Nothing was sent" in told for told in rig.told))
        assert rig.store.tasks["t3"].state is State.UNCERTAIN, "nobody was asked"
        asked = rig.task_commands.question(SEND_AGAIN, rows[2:])
        assert asked is not None
        async with after(rig.task_commands.show_wanted) as shown:
            rig.task_commands.carry_out(SEND_AGAIN, rows[2:], Given(prepared=asked.prepared))
        await until(lambda: rig.store.tasks["t2"].let_go)
        assert rig.store.tasks["t1"].remote_id == remote_id(77)
        assert rig.store.tasks["t3"].let_go
        assert rig.store.tasks[shown[0][0]].parent_id == "t3"


async def test_orphaned_ids_are_offered_latest_first(tmp_path):
    async with Rig(tmp_path) as rig:
        rows = await chosen(rig, task(3, State.UNCERTAIN))

        def offered() -> str:
            prompt = rig.task_commands.prompt(ADOPT_ID, rows)
            assert prompt is not None
            return str(prompt.words)

        assert offered() == "The ID from Runway, for example from a log or from support."
        ids = rig.parts.ids
        assert ids is not None
        await ids.open()
        for number in (1, 2):
            await ids.keep(AcceptedId(task_id=TaskId(f"lost {number}"), remote_id=remote_id(number), at=float(number)))
        # As at the next start.
        await ids.open()
        assert offered().endswith(f"aren't in the list:\n{remote_id(2)}\n{remote_id(1)}")
        rig.task_commands.carry_out(ADOPT_ID, rows, Given(text=remote_id(2)))
        await until(lambda: offered().endswith(f"aren't in the list:\n{remote_id(1)}"))
        assert rig.task_commands.prompt(ADOPT_ID, rows).text == remote_id(1)


async def test_rename_pause_and_send_next_reach_the_engine(tmp_path):
    async with Rig(tmp_path) as rig:
        rows = await chosen(rig, task(1), task(2))
        rig.task_commands.carry_out(RENAME, rows[:1], Given(text="Opening shot"))
        await until(lambda: rig.store.tasks["t1"].title == "Opening shot")
        rig.task_commands.carry_out(SEND_NEXT, rows[1:])
        await until(lambda: rig.store.tasks["t2"].position < rig.store.tasks["t1"].position)
        rig.task_commands.pause(True)
        await until(lambda: rig.engine.lane.paused)
        rig.task_commands.pause(False)
        await until(lambda: not rig.engine.lane.paused)


async def test_environment_error_of_a_command_becomes_a_sentence(tmp_path):
    async with Rig(tmp_path) as rig:
        rows = await chosen(rig, task(1, State.UNCERTAIN), task(2, State.RUNNING))
        rig.task_commands.carry_out(ADOPT_ID, rows[:1], Given(text=remote_id(2)))
        await until(lambda: rig.notices)
        assert rig.notices[0].is_problem
        assert rig.told == ["A task with this ID is already in the list."]


async def test_command_without_tasks_does_nothing(tmp_path):
    async with Rig(tmp_path) as rig:
        for command in TASKS:
            rig.task_commands.carry_out(command, [])
        await rest()
        assert rig.notices == []


async def test_request_of_an_unknown_model_gives_its_prompt_to_the_composer(tmp_path):
    async with Rig(tmp_path) as rig:
        await receive(rig, Gathered(restored=Request(endpoint="gone", model="old", values={}, prompt="Words")))
        assert rig.composer.prompt == "Words"
