"""Names of the cast in the prompts of other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from runway_desktop.domain.copies import IDENTITY
from runway_desktop.domain.permissions import COMMAND_LINE, Permission
from runway_desktop.domain.task import Task, TaskId
from runway_desktop.usecases.clients.refusals import Code
from runway_desktop.values import replace
from tests.rigs.cast import with_picture
from tests.rigs.clients_desk import AGENT, Desk, Person, a_desk

ON_A_PIER: dict[str, Any] = {
    "endpoint": "text_to_image", "model": "gen4_image", "prompt": "@maya on a pier", "values": {"duration": None},
}  # fmt: skip


async def made_by(desk: Desk, client: str, **more: Any) -> tuple[dict[str, Any], Task]:
    given = {**ON_A_PIER, "values": {"ratio": "1280:720"}, "request_id": "one", "price_up_to": 10, **more}
    answer = await desk.call(client, "create", **given)
    [task] = await desk.rig.store.get_many([TaskId(answer["id"])])
    return answer, task


async def test_command_line_may_name_members(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        maya = await with_picture(desk.engine, tmp_path)
        _, task = await made_by(desk, COMMAND_LINE)
        assert (task.request.prompt, task.cast) == ("@Maya on a pier", (maya.id,))
        assert task.request.values["referenceImages"] == [{"uri": maya.files[0].uri, "tag": "Maya"}]
        [inp] = await desk.rig.store.inputs(task.id)
        assert (inp.path, inp.sha256) == (maya.files[0].path, maya.files[0].sha256)


async def test_unknown_name_stays_text_and_is_told_to_those_who_may_use_the_cast(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        await with_picture(desk.engine, tmp_path)
        answer, task = await made_by(desk, COMMAND_LINE, prompt="@Maya and @Ben")
        assert (answer["note"], task.request.prompt) == ("@Ben is not in the cast.", "@Maya and @Ben")
        answer, task = await made_by(desk, AGENT, prompt="Only @Ben")
        assert ("note" in answer, task.request.prompt) == (False, "Only @Ben")


async def test_request_with_a_member_stays_a_repeat_after_the_member_changed(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        maya = await with_picture(desk.engine, tmp_path)
        first, task = await made_by(desk, COMMAND_LINE)
        other = await with_picture(desk.engine, tmp_path, "Other")
        await desk.engine.cast.save(replace(maya, files=other.files, words="black hair"))
        again, same = await made_by(desk, COMMAND_LINE)
        assert (again["id"], again["is_repeat"], same) == (first["id"], True, task)
        priced = await desk.call(
            COMMAND_LINE, "estimate", **{**ON_A_PIER, "values": {"ratio": "1280:720"}, "request_id": "one"}
        )
        assert (priced["would"], priced["id"]) == ("repeat", first["id"])
        await desk.engine.cast.remove(maya.id)
        assert (await made_by(desk, COMMAND_LINE))[0]["is_repeat"]
        _, new = await made_by(desk, COMMAND_LINE, request_id="two")
        assert (new.request.prompt, new.cast) == ("@maya on a pier", ())


async def test_agent_names_members_only_with_that_permission(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        maya = await with_picture(desk.engine, tmp_path)
        refused = await desk.refused(AGENT, "@Maya walks")
        assert (refused.code, refused.message) == (Code.REFUSED, "This program may not use the cast.")
        assert "preferences" in refused.advice
        await desk.create(AGENT, "@Nobody walks, says a@maya.com", request_id="text")
        await desk.engine.clients.allow_cast(AGENT, allowed=True)
        answer, task = await made_by(desk, AGENT)
        assert (answer["state"], task.cast) == ("waiting_for_approval", (maya.id,))
        await Person(desk).approve(task.id)
        approved = await desk.rig.task(task.id)
        assert not approved.waits_for_person
        assert approved.request == task.request


async def test_client_that_may_only_read_is_told_that_first(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        await with_picture(desk.engine, tmp_path)
        await desk.engine.clients.permit(AGENT, Permission.READ)
        assert (await desk.refused(AGENT, "@Maya walks")).message == "This program may only read."


async def test_permission_for_the_cast_is_void_in_another_list(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        await desk.engine.clients.allow_cast(AGENT, allowed=True)
        stored = desk.engine.settings.get(IDENTITY, "")
        [kept] = [one for one in await desk.rig.store.clients(stored) if one.name == AGENT]
        [void] = [one for one in await desk.rig.store.clients("another list") if one.name == AGENT]
        assert (kept.may_use_cast, void.may_use_cast) == (True, False)


async def test_batch_expands_and_prices_each_row(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        await with_picture(desk.engine, tmp_path)
        rows = [
            {"endpoint": "text_to_image", "model": "gen4_image", "prompt": prompt, "values": {"ratio": "1280:720"}}
            for prompt in ("@Maya on a pier", "A pier")
        ]
        _, task = await made_by(desk, COMMAND_LINE)
        await desk.rig.pricing.learn(task.request, 9.0)
        await desk.rig.pricing.learn(replace(task.request, values={"promptText": "x", "ratio": "1280:720"}), 5.0)
        priced = await desk.call(COMMAND_LINE, "estimate_batch", rows=rows)
        assert priced["credits"] == 14.0
