"""A client's wish: one task for one id, no question answered but the price within a grant, no file that is none of its
business."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.copies import IDENTITY
from runway_desktop.domain.errors import NoReply, SecretTrouble
from runway_desktop.domain.media import Media
from runway_desktop.domain.permissions import COMMAND_LINE, ClientRequest, Permission
from runway_desktop.domain.prices import PublishedPrice, Unit
from runway_desktop.domain.task import HoldCode, Output, OutputState, State, TaskId
from runway_desktop.services.money.pricing import read_published
from runway_desktop.services.tasks.submission import Origin, TaskSource
from runway_desktop.usecases.clients import client_cases
from runway_desktop.usecases.clients.creating import REPEATS_FOR
from runway_desktop.usecases.clients.refusals import CallRefused, Code
from runway_desktop.usecases.clients.verbs import ListWanted, Nothing
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.values import as_json, replace
from tests.rigs.clients_desk import AGENT, Desk, a_desk, wish
from tests.rigs.engine_rig import Rig, request
from tests.rigs.engines import engine_of
from tests.rigs.fakes import settle

PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)


def picture(uri: str) -> dict[str, Any]:
    return {"endpoint": "image_to_video", "model": "gen4_turbo", "values": {"promptImage": uri, "duration": 5}}


async def test_price_that_may_be_higher_needs_the_persons_consent(tmp_path: Path):
    async with a_desk(tmp_path, prices=read_published()) as desk:
        sound = {"endpoint": "sound_effect", "model": "seed_audio", "prompt": "Rain", "max_credits": 100.0}
        with pytest.raises(CallRefused, match="5 credits or more") as refused:
            await desk.call(COMMAND_LINE, "create", **sound)
        assert refused.value.code is Code.REFUSED
        await desk.engine.clients.permit(AGENT, Permission.ALLOWANCE, 100.0)
        made = await desk.call(AGENT, "create", **sound)
        assert made["state"] == "waiting_for_approval"


async def test_repeated_request_id_returns_the_same_task(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        first = await desk.create(max_credits=30)
        again = await desk.create(max_credits=30)
        assert (first["id"], False) == (again["id"], first["is_repeat"])
        assert again["is_repeat"]
        assert len(desk.rig.ledger.all_queued()) == 1


async def test_simultaneous_equal_requests_make_one_task(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        made = await asyncio.gather(*(desk.create(max_credits=30) for _ in range(8)))
        assert len({one["id"] for one in made}) == 1
        assert len(desk.rig.ledger.all_queued()) == 1


async def test_request_id_with_another_request_is_an_error(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        await desk.create(max_credits=30)
        with pytest.raises(CallRefused, match="used for another request") as refused:
            await desk.create(prompt="A wolf", max_credits=30)
        assert refused.value.code is Code.INPUT
        assert len(desk.rig.ledger.all_queued()) == 1


async def test_two_clients_may_use_the_same_request_id(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        await desk.create(max_credits=30)
        await desk.create(AGENT)
        assert len(desk.rig.ledger.all_queued()) == 2


async def test_request_recorded_before_a_crash_is_stored_once(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        new, digest = await desk.cases._creating._wished(COMMAND_LINE, wish())
        noted = ClientRequest(
            client=COMMAND_LINE, request_id="one", digest=digest, task_id=TaskId("f0" * 16), credits=25.0, at=1.0,
            request=new.request, is_within=True,
        )  # fmt: skip
        await desk.engine.clients.note(noted)
        made = await desk.create(max_credits=30)
        again = await desk.create(max_credits=30)
        assert made["id"] == again["id"] == noted.task_id
        assert len(desk.rig.ledger.all_queued()) == 1


async def test_equal_request_without_an_id_within_ten_minutes_is_a_repeat(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        first = await desk.create(request_id="", max_credits=30)
        again = await desk.create(request_id="", max_credits=30)
        assert (again["id"], again["is_repeat"]) == (first["id"], True)
        other = await desk.create(request_id="", prompt="A wolf", max_credits=30)
        assert not other["is_repeat"]
        await desk.call(COMMAND_LINE, "cancel", ids=[first["id"]])
        await desk.rig.clock.advance(REPEATS_FOR + 1)
        later = await desk.create(request_id="", max_credits=30)
        assert later["id"] != first["id"]


async def test_equal_unfinished_request_without_an_id_is_always_a_repeat(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        first = await desk.create(AGENT, request_id="")
        await desk.rig.clock.advance(10 * REPEATS_FOR)
        assert (await desk.create(AGENT, request_id=""))["id"] == first["id"]


async def test_client_consents_to_prices_up_to_its_limit(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        unsaid = await desk.refused()
        assert (unsaid.code, unsaid.advice) == (
            Code.REFUSED,
            "Say --max-credits 25 to agree to that. Nothing was sent.",
        )
        assert (await desk.refused(max_credits=24)).code is Code.REFUSED
        assert (await desk.create(max_credits=25))["state"] == "queued"


async def test_consent_covers_the_highest_price_of_differing_sources(tmp_path: Path):
    clip_of = PublishedPrice(model="gen4.5", unit=Unit.SECOND, credits=5.0)
    picture = PublishedPrice(
        model="gen4.5", unit=Unit.INPUT, credits=5.0, inputs=frozenset({"promptImage"}), extra=True
    )
    async with a_desk(tmp_path, prices=(clip_of, picture)) as desk:
        clip: dict[str, Any] = {"endpoint": "image_to_video", "values": {"promptImage": "https://example.com/a.png"}}
        await desk.rig.pricing.learn(request(endpoint="image_to_video", promptImage="https://x.test/b.png"), 25.0)
        refused = await desk.refused(max_credits=25, **clip)
        assert "about 25 credits and may cost 30 credits, more than 25" in refused.message
        assert (await desk.create(max_credits=30, **clip))["state"] == "queued"


async def test_request_above_the_question_limit_without_a_price_limit_is_refused(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        assert (await desk.refused()).message == "It costs 25 credits."
        desk.rig.settings.confirm_above = None
        assert (await desk.create())["state"] == "queued"


async def test_dry_run_reports_what_create_would_do(tmp_path: Path):
    async with a_desk(tmp_path, granted=100.0) as desk:

        async def would(client: str = COMMAND_LINE, **more: Any) -> tuple[str, str]:
            told: list[object] = []
            stop = desk.engine.bus.listen(told.append)
            said = as_json(await desk.cases.price(client, wish(**more)))
            stop()
            assert not told, "a dry run tells nobody"
            return said["would"], said.get("because", "")

        assert await would() == (
            "refuse",
            "It costs 25 credits. Say --max-credits 25 to agree to that. Nothing was sent.",
        )
        assert await would(max_credits=30) == ("send", "")
        assert await would(AGENT) == ("wait for approval", "The person approves each request.")
        assert (await would("stranger"))[0] == "refuse"
        desk.rig.settings.day_cap = 10.0
        assert await would(max_credits=30) == ("queue", "")
        desk.rig.settings.day_cap = None
        await desk.create(max_credits=30)
        assert (await would(max_credits=30))[0] == "repeat"
        with pytest.raises(CallRefused, match="used for another request"):
            await would(prompt="A wolf", max_credits=30)


async def test_agent_is_told_why_it_waits_and_how_to_avoid_it(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        await desk.rig.pricing.learn(request("A fox", duration=10), 50.0)
        await desk.engine.clients.permit(AGENT, Permission.ALLOWANCE, 40.0)
        made = await desk.create(AGENT, values={"duration": 10})
        assert made["state"] == "waiting_for_approval"
        assert made["waits_because"] == (
            "It waits for the person's approval. It costs 50 credits; 40 credits are left of this program's allowance "
            "of today. With duration=8 it costs 40."
        )
        assert (await desk.create(AGENT, values={"duration": 8}, request_id="two"))["state"] == "queued"


@pytest.mark.parametrize(("most", "code"), [(float("nan"), Code.INPUT), (-1.0, Code.INPUT), (0.0, Code.REFUSED)])
async def test_invalid_number_consents_to_no_price(most: float, code: Code, tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        assert (await desk.refused(max_credits=most)).code is code
        with pytest.raises(CallRefused, match="credits"):
            await desk.call(COMMAND_LINE, "grant", credits=float("inf"))
        with pytest.raises(CallRefused, match="credits"):
            await desk.call(COMMAND_LINE, "grant", credits=float("nan"))


async def test_unknown_price_cannot_be_consented_to_by_a_client(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        refused = await desk.refused(model="veo3.1", values={"duration": 4}, max_credits=10_000)
        assert refused.code is Code.REFUSED
        assert "price" in refused.message


async def test_command_books_a_price_that_is_not_known(tmp_path: Path):
    unknown: dict[str, Any] = {"model": "veo3.1", "values": {"duration": 4}, "price_up_to": 60}
    async with a_desk(tmp_path, granted=50.0, loops=("lane",)) as desk:
        assert "counts as 60 credits; 50 credits are left" in (await desk.refused(**unknown)).message
        await desk.call(COMMAND_LINE, "grant", credits=100.0)
        await desk.create(**unknown)
        await settle(50)
        assert len(desk.rig.runway.requests) == 1
        assert await desk.engine.clients.reserved_today(COMMAND_LINE) == 60.0
        await desk.create(model="veo3.1_fast", values={"duration": 8}, price_up_to=20, request_id="two")
        await settle(50)
        assert await desk.engine.clients.reserved_today(COMMAND_LINE) == 85.0, "Runway's own 25, which is higher"


async def test_booking_a_price_agrees_to_nothing_else(tmp_path: Path):
    unknown: dict[str, Any] = {"model": "veo3.1", "values": {"duration": 4}, "price_up_to": 60}
    async with a_desk(tmp_path, loops=("lane",)) as desk:
        assert "more than 50" in (await desk.refused(**unknown, max_credits=50)).message
        assert (await desk.refused(price_up_to=60)).advice.startswith("Say --max-credits 25"), "the price is known"
        assert "more than 24" in (await desk.refused(price_up_to=24)).message
        await desk.create(max_credits=30)
        await settle(50)
        desk.rig.settings.day_cap = 10.0
        assert (await desk.create(**unknown, request_id="two"))["state"] == "queued"
        await settle(50)
        assert len(desk.rig.runway.requests) == 1, "a cap keeps it"
        desk.rig.settings.day_cap = None
        await desk.engine.clients.permit(AGENT, Permission.ALLOWANCE, 100.0)
        assert (await desk.create(AGENT, **unknown))["state"] == "waiting_for_approval"
        assert await desk.engine.clients.reserved_today(AGENT) == 0.0


async def test_command_over_a_cap_is_queued_and_an_agent_waits_for_the_person(tmp_path: Path):
    async with a_desk(tmp_path, loops=("lane",)) as desk:
        desk.rig.settings.day_cap = 10.0
        made = await desk.create(max_credits=1000)
        assert (made["state"], made["waits_for"]) == ("queued", "a cap")
        await desk.engine.clients.permit(AGENT, Permission.ALLOWANCE, 100.0)
        assert (await desk.create(AGENT))["state"] == "waiting_for_approval"
        await settle(50)
        assert not desk.rig.runway.requests


async def test_command_without_a_grant_pays_nothing(tmp_path: Path):
    async with a_desk(tmp_path, granted=0.0) as desk:
        refused = await desk.refused(max_credits=1000)
        assert refused.code is Code.REFUSED
        assert "runway-desktop grant" in refused.advice


async def test_grant_counts_requests_of_today(tmp_path: Path):
    async with a_desk(tmp_path, granted=60.0) as desk:
        for name in ("one", "two"):
            await desk.create(request_id=name, max_credits=30)
        with pytest.raises(CallRefused, match="10 credits are left") as refused:
            await desk.create(request_id="three", max_credits=30)
        assert refused.value.code is Code.REFUSED
        assert len(desk.rig.ledger.all_queued()) == 2
        first = desk.rig.ledger.all_queued()[0]
        await desk.call(COMMAND_LINE, "cancel", ids=[first.id])
        await desk.create(request_id="three", max_credits=30)
        await desk.rig.clock.advance(86_400)
        await desk.create(request_id="four", max_credits=30)


async def test_grant_is_void_in_a_copied_or_restored_list(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        desk.rig.settings.set(IDENTITY, {"id": "ab" * 16})
        assert (await desk.refused(max_credits=30)).code is Code.REFUSED


async def test_revoked_grant_pays_nothing(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        await desk.call(COMMAND_LINE, "grant", credits=0)
        assert (await desk.refused(max_credits=30)).code is Code.REFUSED


async def test_agent_cannot_grant_itself_anything(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        with pytest.raises(CallRefused, match="Only the person"):
            await desk.call(AGENT, "grant", credits=1000)


async def test_agent_request_waits_for_the_person_and_says_so(tmp_path: Path):
    async with a_desk(tmp_path, loops=("lane", "poller")) as desk:
        made = await desk.create(AGENT, max_credits=1000)
        assert (made["state"], made["waits_for"]) == ("waiting_for_approval", "the person")
        await desk.rig.clock.advance(600)
        assert desk.rig.runway.requests == {}
        [task] = desk.rig.ledger.all_queued()
        assert (task.hold.code, task.hold.client) == (HoldCode.APPROVAL, AGENT)
        assert not task.may_be_sent_already


async def test_approved_request_is_sent_at_the_current_price(tmp_path: Path):
    async with a_desk(tmp_path, loops=("lane", "poller")) as desk:
        made = await desk.create(AGENT)
        sending = desk.cases._creating._sending()
        [task] = desk.rig.ledger.all_queued()
        prepared = sending.prepare_release([task])
        assert prepared.sum.credits == 25.0
        await sending.send(prepared, prepared.asks)
        await settle()
        assert len(desk.rig.runway.requests) == 1
        again = await desk.create(AGENT)
        assert (again["id"], again["is_repeat"]) == (made["id"], True)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"endpoint": "text_to_dream"}, "no such endpoint"),
        ({"model": "gen99"}, "no such model"),
        ({"values": {"promptVideo": "https://example.com/a.mp4"}}, "takes no “promptVideo”"),
        ({"values": {"duration": 600}}, "not valid"),
        ({"request_id": "x" * 1000}, "too long"),
        ({"project": "x" * 1000}, "too long"),
    ],
)
async def test_client_error_includes_advice(change: dict[str, Any], said: str, tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        refused = await desk.refused(**{"max_credits": 1000, **change})
        assert refused.code is Code.INPUT
        assert said in refused.message
        assert refused.advice


@pytest.mark.parametrize("link", ["http://example.com/a.png", "https://localhost/a.png", "https://127.0.0.1/a.png"])
async def test_link_into_the_local_network_is_refused(link: str, tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        assert (await desk.refused(max_credits=1000, **picture(link))).code is Code.INPUT


async def test_agent_may_only_use_files_of_its_shared_folders(tmp_path: Path):
    (tmp_path / "cast").mkdir()
    good, other, linked = tmp_path / "cast" / "a.png", tmp_path / "b.png", tmp_path / "cast" / "linked.png"
    good.write_bytes(PNG)
    other.write_bytes(PNG)
    linked.symlink_to(other)
    async with a_desk(tmp_path) as desk:
        assert "may not name the file of promptImage" in (await desk.refused(AGENT, **picture(str(good)))).message
        await desk.engine.clients.allow_folders(AGENT, [str(tmp_path / "cast")])
        for path in (other, linked, tmp_path / "cast" / ".." / "b.png", tmp_path / "none.png"):
            refused = await desk.refused(AGENT, **picture(str(path)))
            assert (refused.code, "may not name" in refused.message) == (Code.INPUT, True)
            assert str(tmp_path / "cast") in refused.advice
        assert "file://" in (await desk.refused(AGENT, **picture(good.as_uri()))).message
        assert (await desk.create(AGENT, **picture(str(good))))["state"] == "waiting_for_approval"


@pytest.mark.parametrize(
    "name",
    ["/etc/passwd", "text.png", ".secret/a.png", "profile/a.png", "linked.png", "folder", "none.png", "empty.png"],
)
async def test_hidden_private_missing_or_other_file_is_refused_as_a_picture(name: str, tmp_path: Path):
    for folder in (".secret", "profile", "folder"):
        (tmp_path / folder).mkdir()
    for good in (".secret/a.png", "profile/a.png"):
        (tmp_path / good).write_bytes(PNG)
    (tmp_path / "text.png").write_text("root:x:0:0")
    (tmp_path / "empty.png").touch()
    (tmp_path / "linked.png").symlink_to(tmp_path / ".secret/a.png")
    async with a_desk(tmp_path) as desk:
        refused = await desk.refused(max_credits=1000, **picture((tmp_path / name).as_uri()))
        assert refused.code is Code.INPUT
        assert "Nothing was sent" in refused.advice


async def test_command_may_use_any_picture_and_results_of_the_library(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        results = tmp_path / "profile" / "library"
        results.mkdir(parents=True)
        for number, path in enumerate((tmp_path / "a.png", results / "b.png")):
            path.write_bytes(PNG)
            made = await desk.create(request_id=f"{number}", max_credits=1000, **picture(path.as_uri()))
            assert made["state"] == "queued"


async def test_cancel_never_deletes_a_finished_task(tmp_path: Path):
    async with a_desk(tmp_path, loops=("lane", "poller")) as desk:
        made = await desk.create(max_credits=1000)
        await desk.rig.clock.advance(1)
        [remote] = desk.rig.runway.requests
        desk.rig.runway.finish(remote, "https://out.example/1.mp4")
        done = await desk.call(COMMAND_LINE, "cancel", ids=[made["id"]])
        assert done["tasks"][0]["state"] == "succeeded"
        assert not [call for call in desk.rig.runway.calls if call.name == "delete"]


async def test_failed_cancel_gives_a_client_its_reason_in_words(tmp_path: Path):
    async with a_desk(tmp_path, loops=("lane",)) as desk:
        desk.rig.runway.then("create", NoReply("The connection was cut."))
        made = await desk.create(max_credits=1000)
        await desk.rig.clock.advance(1)
        done = await desk.call(COMMAND_LINE, "cancel", ids=[made["id"]])
        assert done["problems"][made["id"]].startswith("It's not known whether this task was created.")


async def test_agent_cancels_only_its_own_tasks(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        theirs, own = await desk.create(max_credits=1000), await desk.create(AGENT)
        with pytest.raises(CallRefused, match="not this program's own"):
            await desk.call(AGENT, "cancel", ids=[theirs["id"]])
        done = await desk.call(AGENT, "cancel", ids=[own["id"]])
        assert done["tasks"][0]["state"] == "cancelled"


async def test_abandoned_wait_stops_no_task(tmp_path: Path):
    async with a_desk(tmp_path, loops=("lane", "poller")) as desk:
        made = await desk.create(max_credits=1000)
        waiting = asyncio.create_task(desk.call(COMMAND_LINE, "wait", ids=[made["id"]]))
        await desk.rig.clock.advance(1)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        [task] = desk.rig.ledger.open()
        assert task.state is State.PENDING


async def test_unknown_task_is_adopted_if_runway_has_it(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        created = await desk.rig.runway.create("text_to_video", {"model": "gen4.5", "promptText": "Elsewhere"})
        found = await desk.call(AGENT, "get", id=created.remote_id)
        assert found["runway_id"] == created.remote_id
        assert [task.remote_id for task in desk.rig.ledger.open()] == [created.remote_id]
        with pytest.raises(CallRefused) as refused:
            await desk.call(AGENT, "get", id="17f20503-6c24-4c16-946b-35dbbce2af2f")
        assert refused.value.code is Code.NOT_FOUND
        assert len(desk.rig.ledger.open()) == 1


async def test_file_changed_after_the_request_is_not_sent(tmp_path: Path):
    path = tmp_path / "a.png"
    path.write_bytes(PNG)
    async with a_desk(tmp_path, loops=("lane",)) as desk:
        await desk.rig.lane.pause()
        made = await desk.create(max_credits=1000, **picture(path.as_uri()))
        path.write_bytes(PNG + b"another picture")
        await desk.rig.lane.resume()
        await desk.rig.clock.advance(600)
        task = await desk.rig.task(made["id"])
        assert (task.state, task.hold.code, task.hold.file) == (State.QUEUED, HoldCode.FILE_CHANGED, "a.png")
        assert task.waits_for_person


async def edited_and_approved(desk: Desk, task_id: TaskId) -> None:
    """As a person does in the window: the seed is changed, and the task released."""
    sending = desk.use_cases.sending
    task = await desk.rig.task(task_id)
    values = {**task.request.values, "seed": 7}
    prepared = await sending.prepare_edit(task.id, replace(task.request, values=values), Origin(TaskSource.COMPOSER))
    await sending.send(prepared, prepared.asks)
    prepared = sending.prepare_release([await desk.rig.task(task_id)])
    await sending.send(prepared, prepared.asks)
    await desk.rig.clock.advance(1)


async def test_file_replaced_after_the_request_was_edited_is_not_sent(tmp_path: Path):
    path = tmp_path / "a.png"
    path.write_bytes(PNG)
    async with a_desk(tmp_path, loops=("lane",)) as desk:
        await desk.engine.clients.allow_folders(AGENT, [str(tmp_path)])
        made = await desk.create(AGENT, **picture(str(path)))
        path.write_bytes(PNG + b"another picture")
        await edited_and_approved(desk, TaskId(made["id"]))
        task = await desk.rig.task(made["id"])
        assert (task.hold.code, desk.rig.runway.requests) == (HoldCode.FILE_CHANGED, {})
        # The person was told, and takes the file as it is now.
        await edited_and_approved(desk, TaskId(made["id"]))
        assert [call.name for call in desk.rig.runway.calls if call.name == "create"] == ["create"]


async def test_file_replaced_between_edit_and_sending_is_not_sent(tmp_path: Path):
    path = tmp_path / "a.png"
    path.write_bytes(PNG)
    async with a_desk(tmp_path, loops=("lane",)) as desk:
        await desk.engine.clients.allow_folders(AGENT, [str(tmp_path)])
        made = await desk.create(AGENT, **picture(str(path)))
        path.write_bytes(PNG + b"the person's choice")
        await edited_and_approved(desk, TaskId(made["id"]))
        await desk.rig.lane.pause()
        await edited_and_approved(desk, TaskId(made["id"]))
        path.write_bytes(PNG + b"another picture")
        await desk.rig.lane.resume()
        await desk.rig.clock.advance(600)
        task = await desk.rig.task(made["id"])
        assert (task.hold.code, desk.rig.runway.requests) == (HoldCode.FILE_CHANGED, {})


@pytest.mark.parametrize("address", ["http://[", "file://[", "https://[/a.png"])
async def test_invalid_address_gets_a_sentence(address: str, tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        for client in (AGENT, COMMAND_LINE):
            refused = await desk.refused(client, **picture(address))
            assert (refused.code, "no address" in refused.message) == (Code.INPUT, True)


async def test_folder_replaced_by_a_symbolic_link_is_no_longer_allowed(tmp_path: Path):
    allowed, private = tmp_path / "allowed", tmp_path / "private"
    for folder in (allowed, private):
        folder.mkdir()
        (folder / "a.png").write_bytes(PNG)
    async with a_desk(tmp_path) as desk:
        await desk.engine.clients.allow_folders(AGENT, [str(allowed)])
        await desk.create(AGENT, **picture(str(allowed / "a.png")))
        allowed.rename(tmp_path / "elsewhere")
        allowed.symlink_to(private, target_is_directory=True)
        with pytest.raises(CallRefused, match="may not name the file"):
            await desk.create(AGENT, request_id="two", **picture(str(allowed / "a.png")))


async def test_request_id_with_other_file_content_is_another_request(tmp_path: Path):
    path = tmp_path / "a.png"
    path.write_bytes(PNG)
    async with a_desk(tmp_path) as desk:
        await desk.create(max_credits=1000, **picture(path.as_uri()))
        path.write_bytes(PNG + b"another picture")
        with pytest.raises(CallRefused, match="used for another request"):
            await desk.create(max_credits=1000, **picture(path.as_uri()))


async def test_result_of_a_task_can_be_an_input_by_its_id(tmp_path: Path):
    result = tmp_path / "profile" / "library" / "a.png"
    result.parent.mkdir(parents=True)
    result.write_bytes(PNG)
    async with a_desk(tmp_path) as desk:
        first = await desk.create(request_id="first", max_credits=1000)
        refused = pytest.raises(CallRefused, match="no saved result here")
        with refused:
            await desk.create(AGENT, **picture(first["id"]))
        output = Output(
            task_id=TaskId(first["id"]), index=0, url="", url_fetched_at=0.0, state=OutputState.SAVED,
            media=Media.IMAGE, path=str(result), sha256="f0", size=10,
        )  # fmt: skip
        await desk.rig.store.save_output(output)
        made = await desk.create(AGENT, **picture(first["id"]))
        task = await desk.rig.task(made["id"])
        assert task.request.values["promptImage"] == result.as_uri()
        clip = {"endpoint": "video_upscale", "model": "magnific_video_upscaler_creative"}
        with pytest.raises(CallRefused, match="is no clip"):
            await desk.call(AGENT, "create", **clip, values={"videoUri": first["id"]}, request_id="clip")


async def test_oversized_file_is_refused(tmp_path: Path):
    path = tmp_path / "a.png"
    path.write_bytes(PNG)
    with path.open("r+b") as file:
        file.truncate(201 * 1024 * 1024)
    async with a_desk(tmp_path) as desk:
        refused = await desk.refused(max_credits=1000, **picture(path.as_uri()))
        assert (refused.code, "too large" in refused.message) == (Code.INPUT, True)


@pytest.mark.parametrize(
    ("kind", "said"),
    [(SecretTrouble.LOCKED, "does not answer"), (SecretTrouble.ABSENT, "no keychain")],
    ids=["locked", "absent"],
)
async def test_failing_keychain_is_reported_and_the_list_is_still_read(kind: SecretTrouble, said: str, tmp_path: Path):
    async with Rig(secret=None, loops=()) as rig:
        engine = engine_of(rig, tmp_path / "profile" / "library")
        rig.secrets.trouble = kind
        cases = UseCases(engine).client_cases(rig.account.start)
        with pytest.raises(CallRefused, match=said) as refused:
            await cases.balance(AGENT, Nothing())
        assert refused.value.code is Code.KEY
        assert (await cases.tasks(AGENT, ListWanted())).total == 0


async def test_keychain_waiting_for_the_person_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(client_cases, "KEY_PATIENCE", 0.01)
    async with Rig(secret=None, loops=()) as rig:
        cases = UseCases(engine_of(rig, tmp_path / "profile" / "library")).client_cases(asyncio.Event().wait)
        with pytest.raises(CallRefused) as refused:
            await cases.balance(AGENT, Nothing())
        assert refused.value.code is Code.KEY


@pytest.mark.parametrize("moment", range(1, 30))
async def test_request_abandoned_at_any_moment_and_repeated_is_one_task(moment: int, tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        calls = asyncio.create_task(desk.create(max_credits=30))
        for _ in range(moment):
            await asyncio.sleep(0)
        calls.cancel()
        again = asyncio.create_task(desk.create(max_credits=30))
        await asyncio.gather(calls, again, return_exceptions=True)
        made = await desk.create(max_credits=30)
        assert again.result()["id"] == made["id"]
        assert [task.id for task in desk.rig.ledger.all_queued()] == [made["id"]]


async def test_id_queried_many_times_at_once_is_adopted_once(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        created = await desk.rig.runway.create("text_to_video", {"model": "gen4.5", "promptText": "Elsewhere"})
        calls = [asyncio.create_task(desk.call(AGENT, "get", id=created.remote_id)) for _ in range(6)]
        await asyncio.sleep(0)
        calls[0].cancel()
        await desk.rig.clock.advance(30)
        await asyncio.gather(*calls, return_exceptions=True)
        assert [task.remote_id for task in desk.rig.ledger.open()] == [created.remote_id]


async def test_queued_task_says_why_it_waits(tmp_path: Path):
    async with a_desk(tmp_path, loops=("lane",)) as desk:
        await desk.rig.lane.pause()
        made = await desk.create(max_credits=30)
        assert (made["state"], made["waits_because"]) == ("queued", "Paused")
        theirs = await desk.create(AGENT)
        assert theirs["waits_because"] == "It waits for the person's approval."
