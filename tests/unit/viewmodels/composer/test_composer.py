"""State of the composer: stored drafts, findings, price, and sending."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from runway_desktop.catalog import AssetItem, FieldKind, Pair, asset_value, build_payload, is_left_out, validate
from runway_desktop.catalog.resource_path import resource
from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.inputs import AssetDrop
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Request, State, TaskId
from runway_desktop.services.intake.reading import Dropped
from runway_desktop.services.money.pricing import read_published
from runway_desktop.usecases.listing.changes import Touch
from runway_desktop.viewmodels.composer.composer import Composer
from tests.rigs import sent
from tests.rigs.desktop import Rig, rest, until
from tests.rigs.engine_rig import CATALOG
from tests.rigs.engine_rig import request as plain_request
from tests.rigs.fakes import MemoryStore
from tests.rigs.rows import task
from tests.rigs.samples_of_requests import fullest, smallest

PAIRS = list(CATALOG.pairs())
NAMES = [f"{pair.endpoint} {pair.model}" for pair in PAIRS]
CHOSEN = (FieldKind.CHOICE, FieldKind.INTEGER, FieldKind.NUMBER, FieldKind.SWITCH)
each_pair = pytest.mark.parametrize("pair", PAIRS, ids=NAMES)


def picture(name: str = "still", media: Media = Media.IMAGE) -> AssetDrop:
    ending = {Media.IMAGE: "png", Media.VIDEO: "mp4", Media.AUDIO: "mp3"}[media]
    return AssetDrop(uri=f"https://media.example.com/{name}.{ending}", media=media)


def go_to(composer: Composer, pair: Pair) -> None:
    composer.choose_endpoint(pair.endpoint)
    composer.choose_model(pair.model)
    assert composer.pair == pair


def without_blanks(values):
    return {name: value for name, value in values.items() if not is_left_out(value)}


def test_catalog_has_ninety_nine_pairs_and_seven_recipes():
    assert len(PAIRS) == 106


@each_pair
async def test_new_form_has_every_required_choice_set(pair, tmp_path):
    async with Rig(tmp_path) as rig:
        go_to(rig.composer, pair)
        open_places = {finding.path[0] for finding in rig.composer.findings()}
        for field in pair.fields:
            if (
                field.required
                and field.name not in ("targetLang", "targetLanguage")
                and field.kind
                in (
                    FieldKind.CHOICE,
                    FieldKind.INTEGER,
                    FieldKind.NUMBER,
                    FieldKind.SWITCH,
                )
            ):
                assert field.name not in open_places, rig.composer.findings()


@each_pair
@pytest.mark.parametrize("make", [smallest, fullest], ids=["smallest", "fullest"])
async def test_request_loaded_into_the_composer_is_unchanged(pair, make, tmp_path):
    wire = without_blanks(make(pair))
    async with Rig(tmp_path) as rig:
        rig.composer.load(Request(endpoint=pair.endpoint, model=pair.model, values=wire))
        made = rig.composer.request()
        assert (made.endpoint, made.model) == (pair.endpoint, pair.model)
        preset = {field.name for field in pair.fields if field.required}
        assert {name: value for name, value in made.values.items() if name in wire or name not in preset} == wire
        assert validate(pair, made.values) == ()
        assert pair.fixed.items() <= build_payload(pair, made.values).items()
        assert rig.composer.button().reasons == ()


@each_pair
async def test_every_field_can_be_set_alone(pair, tmp_path):
    wire = without_blanks(fullest(pair))
    async with Rig(tmp_path) as rig:
        go_to(rig.composer, pair)
        for field in pair.fields:
            if field.name not in wire or field.is_asset:
                continue
            rig.composer.set_value(field.name, wire[field.name])
            assert rig.composer.value(field.name) == wire[field.name]
            if field.name not in {
                finding.path[0] for finding in validate(pair, {**smallest(pair), field.name: wire[field.name]})
            }:
                assert not rig.composer.finding_for(field.name)


@each_pair
async def test_switching_the_model_keeps_fitting_values_and_names_others(pair, tmp_path):
    async with Rig(tmp_path) as rig:
        composer, said = rig.composer, []
        composer.said.connect(said.append)
        composer.load(
            Request(
                endpoint="image_to_video",
                model="gen4.5",
                values={
                    "promptText": "A lighthouse",
                    "promptImage": picture().uri,
                    "ratio": "1280:720",
                    "duration": 8,
                    "seed": 41207,
                },
            )
        )
        go_to(composer, pair)
        told = " ".join(said)
        values = composer.wire_values()
        if pair.prompt_field is not None:
            assert composer.prompt == "A lighthouse"
        elif (pair.endpoint, pair.model) != ("image_to_video", "gen4.5"):
            assert "the prompt" in told
        for name, value in (("ratio", "1280:720"), ("duration", 8), ("seed", 41207)):
            field = pair.field(name)
            fits = field is not None and not [f for f in validate(pair, {name: value}) if f.path == (name,)]
            if fits:
                assert values.get(name) == value
        kept = [item.uri for item in composer.inputs()]
        takes_pictures = any("image" in field.media for field in pair.asset_fields)
        assert kept == [picture().uri] if takes_pictures else "still.png" in told


@each_pair
async def test_switching_models_back_and_forth_loses_no_prompt(pair, tmp_path):
    async with Rig(tmp_path) as rig:
        rig.composer.set_prompt("A lighthouse in the fog")
        go_to(rig.composer, pair)
        go_to(rig.composer, CATALOG.pair("text_to_video", "gen4.5"))
        assert rig.composer.prompt == "A lighthouse in the fog"


@pytest.mark.parametrize("endpoint", ["text_to_image", "text_to_video"])
@pytest.mark.parametrize("media", [Media.IMAGE, Media.VIDEO])
async def test_dropped_input_switches_to_an_endpoint_that_accepts_it(endpoint, media, tmp_path):
    async with Rig(tmp_path) as rig:
        said = []
        rig.composer.said.connect(said.append)
        rig.composer.choose_endpoint(endpoint)
        rig.composer.set_prompt("A lighthouse")
        rig.composer.taking.add([picture(media=media)])
        [item] = rig.composer.inputs()
        assert item.uri == picture(media=media).uri
        assert rig.composer.prompt == "A lighthouse"
        assert not item.problem
        if rig.composer.pair.endpoint != endpoint:
            assert any("Switched to" in words for words in said)


@each_pair
async def test_surplus_input_replaces_one_and_says_so(pair, tmp_path):
    async with Rig(tmp_path) as rig:
        said = []
        rig.composer.said.connect(said.append)
        go_to(rig.composer, pair)
        for field in pair.asset_fields:
            media = Media(sorted(field.media)[0].value)
            for number in range(40):
                rig.composer.taking.add_to(field.name, picture(f"n{number}", media))
            held = [item for item in rig.composer.inputs() if item.field == field.name]
            assert held[-1].uri == picture("n39", media).uri
            assert not [f for f in rig.composer.findings() if f.path == (field.name,) and "up to" in f.message]
            assert any(words.startswith("Replaced ") for words in said)
        assert rig.composer.pair == pair


async def test_full_list_of_inputs_replaces_one_instead_of_changing_the_endpoint(tmp_path):
    async with Rig(tmp_path) as rig:
        go_to(rig.composer, CATALOG.pair("image_to_video", "gen4.5"))
        for number in range(12):
            rig.composer.taking.add([picture(f"n{number}")])
        assert rig.composer.pair.endpoint == "image_to_video"
        assert rig.composer.inputs()[-1].uri == picture("n11").uri


async def test_input_of_a_wrong_kind_names_the_field(tmp_path):
    async with Rig(tmp_path) as rig:
        said = []
        rig.composer.said.connect(said.append)
        go_to(rig.composer, CATALOG.pair("image_to_video", "gen4.5"))
        rig.composer.taking.add_to("promptImage", picture(media=Media.AUDIO))
        assert rig.composer.inputs() == []
        assert "doesn't accept sound" in said[0]


async def test_inputs_can_be_moved_and_removed(tmp_path):
    async with Rig(tmp_path) as rig:
        pair = next(pair for pair in PAIRS if any((field.max_length or 0) >= 3 for field in pair.asset_fields))
        field = next(field for field in pair.asset_fields if (field.max_length or 0) >= 3)
        media = Media(sorted(field.media)[0].value)
        go_to(rig.composer, pair)
        for name in "abc":
            rig.composer.taking.add_to(field.name, picture(name, media))
        rig.composer.taking.move(field.name, 2, 0)
        rig.composer.taking.move(field.name, 0, 9)
        order = [item.name[0] for item in rig.composer.inputs()]
        rig.composer.taking.remove(field.name, 1)
        rig.composer.taking.remove(field.name, 7)
        assert order == ["c", "a", "b"]
        assert [item.name[0] for item in rig.composer.inputs()] == ["c", "b"]


async def test_setting_a_prompt_replaces_a_model_that_accepts_none(tmp_path):
    async with Rig(tmp_path) as rig:
        pair = next(pair for pair in PAIRS if pair.prompt_field is None)
        go_to(rig.composer, pair)
        rig.composer.set_prompt("A lighthouse")
        assert rig.composer.prompt == "A lighthouse"
        assert rig.composer.pair.prompt_field is not None


def after_a_kill(rig: Rig) -> Composer:
    """The composer of the next start: it knows what the settings were handed, and nothing else."""
    composer = Composer(rig.cases, rig.bridge, rig.runner, rig.owner)
    composer.restore_draft()
    return composer


async def kept(rig: Rig) -> None:
    rig.composer.keep_draft()
    await until(lambda: rig.engine.settings.get("composer.draft"))


async def test_draft_survives_the_end_of_the_program(tmp_path):
    async with Rig(tmp_path) as rig:
        go_to(rig.composer, CATALOG.pair("image_to_video", "gen4.5"))
        rig.composer.set_prompt("A lighthouse")
        rig.composer.set_value("seed", 7)
        rig.composer.taking.add([picture()])
        rig.composer.set_project("Harbour")
        await until(lambda: rig.engine.settings.get("composer.draft"))
        other = after_a_kill(rig)
        assert other.request() == rig.composer.request()
        assert other.project == "Harbour"


@each_pair
async def test_draft_of_every_model_survives_a_kill(pair, tmp_path):
    async with Rig(tmp_path) as rig:
        rig.composer.load(Request(endpoint=pair.endpoint, model=pair.model, values=fullest(pair)))
        await kept(rig)
        other = after_a_kill(rig)
        assert other.request() == rig.composer.request()
        assert [(item.field, item.uri, item.label, item.tag) for item in other.inputs()] == [
            (item.field, item.uri, item.label, item.tag) for item in rig.composer.inputs()
        ]


async def test_draft_is_stored_during_continuous_typing(tmp_path):
    async with Rig(tmp_path) as rig:

        def typed_on_and_kept() -> bool:
            rig.composer.set_prompt(rig.composer.prompt + "a")
            return rig.engine.settings.get("composer.draft") is not None

        await until(typed_on_and_kept, "a kill in the middle of a long text costs a moment of it, not all")


async def test_text_typed_in_the_last_moment_is_stored_at_exit(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.composer.set_prompt("A lighthouse")
        assert rig.engine.settings.get("composer.draft") is None
        rig.composer.keep_draft()
        assert after_a_kill(rig).prompt == "A lighthouse"


async def test_values_unused_by_the_model_survive_a_kill(tmp_path):
    async with Rig(tmp_path) as rig:
        go_to(rig.composer, CATALOG.pair("image_to_video", "gen4.5"))
        rig.composer.set_prompt("A lighthouse")
        rig.composer.set_value("seed", 7)
        rig.composer.taking.add([picture()])
        before = rig.composer.request()
        go_to(rig.composer, next(pair for pair in PAIRS if pair.prompt_field is None and not pair.field("seed")))
        await kept(rig)
        other = after_a_kill(rig)
        assert other.prompt == ""
        go_to(other, CATALOG.pair("image_to_video", "gen4.5"))
        assert other.request() == before


async def test_interrupted_edit_of_a_queued_task_continues_as_an_edit(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.add(task(1))
        rig.composer.load(task(1).request, editing=TaskId("t1"))
        rig.composer.set_prompt("Changed")
        await kept(rig)
        other = after_a_kill(rig)
        assert other.button().text == "Save changes"
        other.send()
        await until(lambda: rig.store.tasks["t1"].request.prompt == "Changed")
        assert list(rig.store.tasks) == ["t1"]


async def test_task_sent_before_the_next_start_is_no_longer_edited(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.add(task(1, State.RUNNING))
        rig.composer.load(task(1).request, editing=TaskId("t1"))
        rig.composer.set_prompt("Changed")
        await kept(rig)
        other = Composer(rig.cases, rig.bridge, rig.runner, rig.owner)
        said: list[str] = []
        other.said.connect(said.append)
        other.restore_draft()
        await until(lambda: said)
        assert "is no longer queued" in said[0]
        assert other.editing is None
        assert other.prompt == "Changed"


async def test_generate_button_remembers_the_sent_request_after_a_restart(tmp_path):
    async with Rig(tmp_path) as rig:
        await sent_once(rig)
        other = after_a_kill(rig)
        assert other.button().text == "Generate another"
        other.set_value("duration", 10)
        assert other.button().text == "Generate"


async def test_sending_killed_at_any_step_is_recognized_at_the_next_start(tmp_path):
    lists: list[MemoryStore] = []
    async with Rig(tmp_path) as rig:

        async def look() -> None:
            lists.append(rig.store.copy())

        writing = asyncio.create_task(rig.engine.settings.run())
        rig.store.before = rig.store.after = look
        await sent_once(rig)
        await rig.clock.advance(5)
        rig.store.before = rig.store.after = None
        writing.cancel()
    found = []
    for store in lists:
        async with Rig(tmp_path, store=store) as rig:
            rig.composer.restore_draft()
            await rest()
            found.append((bool(store.tasks), rig.composer.prompt, rig.composer.button().text))
    assert {(False, "A watch", "Generate"), (True, "A watch", "Generate another")} <= set(found)
    assert {text for is_stored, _, text in found if is_stored} == {"Generate another"}
    assert {text for is_stored, _, text in found if not is_stored} == {"Generate"}


async def test_draft_that_may_have_been_sent_counts_as_new_until_the_list_is_read(tmp_path):
    async with Rig(tmp_path) as rig:
        await sent_once(rig)
        draft = {**rig.engine.settings.get("composer.draft"), "sent": False, "task": "never stored"}
        rig.engine.settings.set("composer.draft", draft)
        other = after_a_kill(rig)
        assert other.button().text == "Generate another"
        await until(lambda: other.button().text == "Generate")


@pytest.mark.parametrize("instead", ["another request", "a new request"])
async def test_replaced_draft_can_be_restored(instead, tmp_path):
    async with Rig(tmp_path) as rig:
        offered: list[None] = []
        rig.composer.aside.offered.connect(lambda: offered.append(None))
        go_to(rig.composer, CATALOG.pair("image_to_video", "gen4.5"))
        rig.composer.set_prompt("A lighthouse")
        rig.composer.taking.add([picture()])
        rig.composer.set_project("Harbour")
        before = rig.composer.request()
        if instead == "a new request":
            rig.composer.clear()
            assert not rig.composer.inputs()
        else:
            rig.composer.load(plain_request("Another"))
        assert len(offered) == 1
        rig.composer.aside.bring_back()
        assert rig.composer.request() == before
        assert rig.composer.project == "Harbour"


async def test_empty_or_sent_draft_is_replaced_silently(tmp_path):
    async with Rig(tmp_path) as rig:
        offered: list[None] = []
        rig.composer.aside.offered.connect(lambda: offered.append(None))
        rig.composer.set_value("duration", 10)
        rig.composer.load(plain_request("A watch"))
        rig.composer.load(plain_request("A watch"))
        await sent_once(rig)
        rig.composer.load(plain_request("Another"))
        assert not offered
        rig.composer.aside.bring_back()
        assert rig.composer.prompt == "Another"


async def test_prompt_for_a_removed_model_survives_a_kill(tmp_path):
    async with Rig(tmp_path) as rig:
        draft = {"endpoint": "text_to_video", "model": "gone", "values": {"promptText": "A lighthouse"}}
        rig.engine.settings.set("composer.draft", draft)
        rig.composer.restore_draft()
        assert rig.composer.prompt == "A lighthouse"


@pytest.mark.parametrize(
    "draft",
    [
        "text",
        {},
        {"values": 3},
        {"endpoint": "no_such", "model": "gen4.5", "values": {}},
        {"endpoint": "text_to_video", "model": "gone", "values": {"promptText": "x"}},
        {"endpoint": "text_to_video", "model": "gen4.5", "values": {"ratio": ["odd"], "promptText": {"a": 1}}},
        {"endpoint": "text_to_video", "model": "gen4.5", "values": {}, "shelf": 3, "editing": 7, "sent": "yes"},
        {"endpoint": "text_to_video", "model": "gen4.5", "values": {}, "shelf": {"inputs": [1, {"field": "a"}]}},
    ],
)
async def test_damaged_draft_does_not_stop_the_start(draft, tmp_path):
    async with Rig(tmp_path) as rig:
        rig.engine.settings.set("composer.draft", draft)
        rig.composer.restore_draft()
        rig.composer.findings()
        assert rig.composer.button().text == "Generate"


async def test_values_unknown_to_a_model_are_left_out_and_named(tmp_path):
    async with Rig(tmp_path) as rig:
        said = []
        rig.composer.said.connect(said.append)
        rig.composer.load(plain_request(wonder=3))
        assert "wonder" not in rig.composer.wire_values()
        assert "wonder" in said[0]
        assert rig.composer.button().reasons == ()


async def test_unknown_model_keeps_its_prompt(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.composer.load(Request(endpoint="text_to_video", model="gen99", values={}, prompt="A lighthouse"))
        assert rig.composer.prompt == "A lighthouse"


async def test_wrong_values_are_reported_while_typing(tmp_path):
    async with Rig(tmp_path) as rig:
        composer = rig.composer
        assert composer.finding_for("promptText") == ""
        assert any("empty" in reason for reason in composer.button().reasons)
        composer.set_value("promptText", "x" * 5000)
        assert "5,000 characters" in composer.finding_for("promptText")
        composer.set_value("promptText", "x")
        assert composer.finding_for("promptText") == ""
        assert composer.button().reasons == ()


async def test_missing_values_are_reported_only_after_an_attempt_to_send(tmp_path):
    async with Rig(tmp_path) as rig:
        wanted = []
        rig.composer.focus_wanted.connect(wanted.append)
        rig.composer.send()
        assert rig.composer.finding_for("promptText")
        assert wanted == ["promptText"]
        rig.composer.clear()
        assert rig.composer.finding_for("promptText") == ""


async def test_missing_values_are_reported_from_top_to_bottom(tmp_path):
    async with Rig(tmp_path) as rig:
        go_to(rig.composer, CATALOG.pair("image_to_video", "gen4.5"))
        wanted: list[str] = []
        rig.composer.focus_wanted.connect(wanted.append)
        rig.composer.send()
        assert wanted == ["promptText"]
        assert rig.composer.button().reasons == (
            "The prompt is empty. Gen-4.5 needs it.",
            "Add a picture: Gen-4.5 needs one.",
        )


async def test_message_of_runway_stays_at_its_field_until_the_value_changes(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.composer.load(plain_request())
        rig.composer.show_refusals({"ratio": "Not this ratio."})
        assert rig.composer.finding_for("ratio") == "Not this ratio."
        rig.composer.set_value("ratio", "720:1280")
        assert rig.composer.finding_for("ratio") == ""


async def test_generate_button_shows_the_price(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.composer.load(plain_request())
        assert rig.composer.button().price == "price shown after sending"
        await rig.engine.pricing.learn(plain_request(), 60)
        assert rig.composer.button().price == "60 credits"


async def test_other_model_takes_the_nearest_length_and_says_so_with_its_price(tmp_path):
    async with Rig(tmp_path, prices=read_published()) as rig:
        composer, said = rig.composer, []
        composer.said.connect(said.append)
        assert composer.value("duration") == 5, "what a new request has, whoever chose it"
        composer.choose_model("veo3.1")
        assert said == ["Duration is now 6 s: about 240 credits. Veo 3.1 takes 4, 6 or 8 s."]
        assert composer.button().price == "about 240 credits"
        composer.choose_model("veo3.1_fast")
        assert (composer.value("duration"), len(said)) == (6, 2)
        composer.choose_model("gen4.5")
        assert composer.value("duration") == 5, "the length that was chosen comes back"
        composer.choose_model("veo3.1")
        composer.set_value("duration", 8)
        composer.choose_model("gen4.5")
        assert composer.value("duration") == 8


async def test_length_above_the_maximum_becomes_the_maximum(tmp_path):
    async with Rig(tmp_path) as rig:
        said: list[str] = []
        rig.composer.choose_model("hailuo3")
        rig.composer.set_value("duration", 15)
        rig.composer.said.connect(said.append)
        rig.composer.choose_model("gen4.5")
        assert rig.composer.value("duration") == 10
        assert said == ["Duration is now 10 s. Gen-4.5 takes 2 to 10 s."]


async def test_switching_to_a_model_without_a_length_is_silent(tmp_path):
    async with Rig(tmp_path) as rig:
        said: list[str] = []
        rig.composer.said.connect(said.append)
        rig.composer.choose("text_to_image", "gen4_image")
        assert said == []


async def test_unset_length_has_a_price_range(tmp_path):
    async with Rig(tmp_path, prices=read_published()) as rig:
        rig.composer.choose_model("veo3.1")
        rig.composer.set_value("duration", None)
        assert rig.composer.button().price == "about 160 to 320 credits"
        rig.composer.set_prompt("A {red|blue} door")
        assert rig.composer.button().price == "about 160 to 320 credits each"


async def test_input_clip_determines_the_price(tmp_path):
    async with Rig(tmp_path, prices=read_published()) as rig:
        rig.composer.choose("video_to_hdr", "ruby")
        assert rig.composer.button().price == "about 20 to 40 credits a second"
        dropped = Dropped(paths=(resource("samples") / "dusk-16x9-5s.mp4",))
        rig.composer.taking.add((await rig.engine.intake.gather(dropped)).assets)
        assert rig.composer.button().price == "about 100 credits"


async def test_price_with_only_a_known_minimum_says_so(tmp_path):
    async with Rig(tmp_path, prices=read_published()) as rig:
        rig.composer.choose("text_to_speech", "seed_audio")
        button = rig.composer.button()
        assert button.price == "at least 5 credits"
        assert button.detail.startswith("At least $0.05. Reported by two third parties")


async def test_generate_button_is_updated_after_a_sending_only_if_changed(tmp_path):
    async with Rig(tmp_path, prices=read_published()) as rig:
        rig.composer.load(plain_request())
        told = []
        rig.composer.changed.connect(lambda: told.append(True))
        touch = Touch()
        touch.task, touch.before = task(1, State.PENDING), task(1, State.SENDING)
        came_back = {touch.task.id: touch}
        rig.composer.button()
        rig.bridge.tasks_touched.emit(came_back)
        assert told == []
        rig.composer.set_prompt("A {red|blue} door")
        told.clear()
        rig.bridge.tasks_touched.emit(came_back)
        assert told == [True]


async def test_second_press_while_storing_sends_once(tmp_path):
    async with Rig(tmp_path) as rig:
        sent = []
        rig.composer.sent.connect(sent.append)
        rig.composer.load(plain_request())
        rig.composer.send()
        assert rig.composer.button().reasons == ("Saving the task…",)
        rig.composer.send()
        await until(lambda: sent)
        await rest()
        assert len(sent) == 1
        assert len(rig.store.tasks) == 1
        assert rig.composer.button().reasons == ()


async def sent_once(rig: Rig, **values) -> list[object]:
    sent: list[object] = []
    rig.composer.sent.connect(sent.append)
    rig.composer.load(plain_request("A watch", **values))
    rig.composer.send()
    await until(lambda: sent)
    return sent


async def test_second_press_in_a_row_is_not_paid_and_explained_at_the_button(tmp_path):
    async with Rig(tmp_path) as rig:
        sent = await sent_once(rig)
        for _ in range(3):
            await rig.clock.advance(0.5)
            rig.composer.send()
        await rest()
        assert len(rig.store.tasks) == len(sent) == 1
        assert rig.composer.button().note == "Just sent. Press again for another take."
        await rig.clock.advance(0.5)
        rig.composer.send()
        await until(lambda: len(sent) == 2, "a press after a moment makes another take")
        assert rig.composer.button().note == ""
        assert len(rig.store.tasks) == 2


async def test_different_request_can_be_sent_at_once(tmp_path):
    async with Rig(tmp_path) as rig:
        sent = await sent_once(rig)
        rig.composer.send()
        await until(lambda: rig.composer.button().note)
        rig.composer.set_value("duration", 10)
        assert rig.composer.button().note == ""
        rig.composer.send()
        await until(lambda: len(sent) == 2)


async def test_button_of_a_sent_request_offers_another_until_it_is_edited(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.engine.pricing.learn(plain_request("A watch"), 25)
        await sent_once(rig)
        button = rig.composer.button()
        assert (button.text, button.price) == ("Generate another", "25 credits")
        rig.composer.set_prompt("A watch, at noon")
        assert rig.composer.button().text == "Generate"
        rig.composer.set_prompt("A watch")
        assert rig.composer.button().text == "Generate another"
        rig.composer.set_project("Aurora")
        assert rig.composer.button().text == "Generate"


async def test_several_sent_requests_are_counted_and_a_fixed_seed_is_mentioned(tmp_path):
    async with Rig(tmp_path) as rig:
        sent: list[object] = []
        rig.composer.sent.connect(sent.append)
        rig.composer.load(plain_request("A watch", seed=7))
        rig.composer.set_prompt("A {watch|clock}")
        rig.composer.send()
        await until(lambda: sent)
        rig.composer.send()
        await until(lambda: rig.composer.button().note)
        button = rig.composer.button()
        assert button.text == "Generate 2 more"
        assert button.note == ("Just sent. Press again for 2 more. The same seed gives a similar result.")
        await rest()
        assert len(rig.store.tasks) == 2


async def test_several_stored_requests_count_as_sent_though_their_sheet_could_not_be_stored(tmp_path):
    async with Rig(tmp_path) as rig:

        async def full(_sheet: object) -> None:
            raise StoreError("The disk is full.", advice="Make room.")

        rig.store.save_sheet = full
        sent: list[object] = []
        rig.composer.sent.connect(sent.append)
        rig.composer.load(plain_request("A watch"))
        rig.composer.set_prompt("A {watch|clock}")
        rig.composer.send()
        await until(lambda: sent, "the tasks are shown")
        assert "2 tasks are queued" in rig.told[0]
        assert rig.composer.button().text == "Generate 2 more"


async def test_saved_edit_does_not_become_a_second_task_by_a_second_press(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.add(task(1))
        rig.composer.load(task(1).request, editing=TaskId("t1"))
        rig.composer.set_prompt("Changed")
        sent: list[object] = []
        rig.composer.sent.connect(sent.append)
        rig.composer.send()
        await until(lambda: sent)
        rig.composer.send()
        await rest()
        assert list(rig.store.tasks) == ["t1"]
        assert rig.composer.button().text == "Generate another"


async def test_failed_store_write_keeps_the_draft_and_says_so(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.composer.load(plain_request("A lighthouse", seed=4))
        before = rig.composer.request()
        rig.store.trouble = StoreError("The disk is full.", advice="Make room.")
        rig.composer.send()
        await until(lambda: rig.notices)
        assert "The disk is full." in rig.told[0]
        assert rig.composer.request() == before
        rig.store.trouble = None
        rig.composer.send()
        await until(lambda: rig.store.tasks)


async def test_sent_request_remembers_the_model_for_its_endpoint(tmp_path):
    async with Rig(tmp_path) as rig:
        pair = CATALOG.pair("text_to_video", CATALOG.endpoint("text_to_video").models[-1])
        rig.composer.load(Request(endpoint=pair.endpoint, model=pair.model, values=smallest(pair)))
        rig.composer.send()
        await until(lambda: rig.engine.settings.get("composer.models"))
        rig.composer.choose_endpoint("text_to_image")
        rig.composer.choose_endpoint("text_to_video")
        assert rig.composer.pair.model == pair.model


async def test_editing_a_queued_task_changes_that_task(tmp_path):
    async with Rig(tmp_path) as rig:
        [held] = await sent.submit(rig.engine, [plain_request("Old words")])
        rig.composer.load(plain_request("Old words"), editing=held)
        assert rig.composer.button().text == "Save changes"
        rig.composer.set_prompt("New words")
        rig.composer.send()
        await until(lambda: rig.composer.editing is None)
        assert len(rig.store.tasks) == 1
        assert rig.store.tasks[held].request.prompt == "New words"


async def test_edit_that_comes_too_late_keeps_the_draft(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.put(task(1, State.RUNNING))
        rig.composer.load(plain_request("Old words"), editing=TaskId("t1"))
        rig.composer.set_prompt("New words")
        rig.composer.send()
        await until(lambda: rig.notices)
        assert "already being sent" in rig.told[0]
        assert rig.composer.prompt == "New words"
        assert len(rig.store.tasks) == 1


async def test_draft_started_while_another_is_stored_is_kept(tmp_path):
    async with Rig(tmp_path) as rig:
        [held] = await sent.submit(rig.engine, [plain_request("Held")])
        rig.composer.load(plain_request("First"))
        rig.composer.send()
        rig.composer.load(plain_request("Held"), editing=held)
        await until(lambda: len(rig.store.tasks) == 2)
        await rest()
        assert rig.composer.editing == held


async def test_new_seed_changes_nothing_else(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.composer.load(plain_request("A lighthouse", seed=7), parent=TaskId("t1"), new_seed=True)
        assert "seed" not in rig.composer.wire_values()
        assert rig.composer.prompt == "A lighthouse"


async def test_sides_of_a_local_picture_are_known_at_its_input(tmp_path):
    from PIL import Image

    path: Path = tmp_path / "tiny.png"
    Image.new("RGB", (20, 20)).save(path)
    async with Rig(tmp_path) as rig:
        go_to(rig.composer, CATALOG.pair("image_to_video", "gen4.5"))
        gathered = await rig.engine.intake.gather(Dropped(paths=(path,)))
        rig.composer.taking.add(gathered.assets)
        [item] = rig.composer.inputs()
        assert item.path == path
        assert item.facts is not None
        assert (item.facts.width, item.facts.height) == (20, 20)


async def test_field_for_one_input_writes_a_single_link(tmp_path):
    field = CATALOG.pair("image_to_video", "gen4.5").field("promptImage")
    async with Rig(tmp_path) as rig:
        go_to(rig.composer, CATALOG.pair("image_to_video", "gen4.5"))
        rig.composer.taking.add([picture()])
        assert rig.composer.wire_values()["promptImage"] == asset_value(field, [AssetItem(uri=picture().uri)])


async def test_request_is_validated_once_per_change(tmp_path, monkeypatch):
    from runway_desktop.usecases.requests import draft as room

    async with Rig(tmp_path) as rig:
        checks = []
        honest = validate
        monkeypatch.setattr(room, "validate", lambda *given, **named: checks.append(1) or honest(*given, **named))
        rig.composer.set_value("promptText", "A")
        for field in rig.composer.pair.fields:
            rig.composer.finding_for(field.name)
        rig.composer.button()
        assert len(checks) <= 1 + len(rig.composer.inputs())


async def test_price_reported_by_runway_is_on_the_button_at_once(tmp_path):
    async with Rig(tmp_path, loops=("lane",)) as rig:
        rig.composer.load(plain_request())
        prices = []
        rig.composer.changed.connect(lambda: prices.append(rig.composer.button().price))
        rig.composer.send()
        await until(lambda: prices and prices[-1] == "25 credits")


async def test_model_selected_by_an_input_is_reset_when_the_input_is_removed(tmp_path):
    async with Rig(tmp_path) as rig:
        composer = rig.composer
        start = composer.pair
        composer.taking.add([picture()])
        assert composer.pair.endpoint == "image_to_video", "a picture dropped first"
        [item] = composer.inputs()
        composer.set_prompt("A lighthouse")
        composer.taking.remove(item.field, 0)
        assert composer.pair == start, "only text is left"
        assert composer.prompt == "A lighthouse"


async def test_new_request_returns_to_the_persons_model_choice(tmp_path):
    async with Rig(tmp_path) as rig:
        composer = rig.composer
        start = composer.pair
        composer.taking.add([picture()])
        composer.clear()
        assert (composer.pair, composer.inputs()) == (start, [])
        composer.choose_endpoint("text_to_image")
        chosen = composer.pair
        composer.load(Request(endpoint="image_to_video", model="gen4.5", values={"promptText": "Fog"}))
        composer.clear()
        assert composer.pair == chosen
        composer.choose_endpoint("image_to_video")
        composer.clear()
        assert composer.pair.endpoint == "image_to_video", "the person chose it"


async def test_models_chosen_by_the_person_are_remembered(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.composer.choose_endpoint("text_to_image")
        chosen = rig.composer.pair
        other = Composer(rig.cases, rig.bridge, rig.runner, rig.owner)
        other.load(Request(endpoint="image_to_video", model="gen4.5", values={}))
        other.clear()
        assert other.pair == chosen
