"""Names of the cast in the composer: what is shown, priced, stored and restored."""

from __future__ import annotations

import json
from pathlib import Path

from PIL import Image

from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Output, Task
from runway_desktop.services.intake.reading import Dropped
from runway_desktop.services.results import sidecar
from runway_desktop.usecases.requests.choices import CatalogPart
from runway_desktop.usecases.words.tasks import facts_of
from runway_desktop.values import replace
from runway_desktop.viewmodels.composer.composer import Composer
from runway_desktop.viewmodels.composer.input_actions import InputMending
from tests.rigs.cast import member, with_picture
from tests.rigs.desktop import Rig, rest, until
from tests.rigs.engine_rig import request


async def sent_by(rig: Rig) -> Task:
    before = set(rig.store.tasks)
    rig.composer.send()
    await until(lambda: set(rig.store.tasks) - before)
    [new] = set(rig.store.tasks) - before
    return rig.store.tasks[new]


async def test_member_in_the_prompt_is_an_input_of_the_stored_request(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        maya = await with_picture(rig.engine, tmp_path)
        rig.composer.choose("text_to_image", "gen4_image")
        rig.composer.set_value("promptText", "@maya on a pier")
        [item] = rig.composer.cast_inputs()
        assert (item.uri, item.field, rig.composer.inputs()) == (maya.files[0].uri, "referenceImages", [])
        await until(lambda: rig.composer.cast_inputs()[0].facts)
        task = await sent_by(rig)
        assert task.request.prompt == "@Maya on a pier"
        assert task.request.values["referenceImages"] == [{"uri": maya.files[0].uri, "tag": "Maya"}]
        assert task.cast == (maya.id,)
        details = await rig.engine.library.details(task.id)
        assert details is not None
        facts = facts_of(details, rig.engine.catalog, 0.0, price=None, usual=None)
        assert [fact.text for fact in facts if fact.label == "Cast"] == ["Maya"]
        assert rig.composer.prompt == "@maya on a pier"


async def test_price_counts_the_inputs_that_names_bring(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        await with_picture(rig.engine, tmp_path)
        rig.composer.choose("text_to_image", "gen4_image")
        rig.composer.set_value("promptText", "A pier")
        await rig.engine.pricing.learn(rig.composer.request(), 5)
        rig.composer.set_value("promptText", "@Maya on a pier")
        await rig.engine.pricing.learn(rig.composer.requests()[0], 9)
        assert rig.composer.button().price.endswith("9 credits")
        [offer] = [one for one in rig.composer.chooser.offers(CatalogPart.ALL) if one.is_current]
        assert offer.priced()[0].endswith("9 credits"), "the chooser says the same"
        rig.composer.set_value("promptText", "A pier")
        assert rig.composer.button().price.endswith("5 credits")


async def test_each_variant_of_a_prompt_gets_its_own_members(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        maya = await with_picture(rig.engine, tmp_path)
        await rig.engine.cast.save(member("Ben", words="a sailor"))
        rig.composer.choose("text_to_image", "seedream5_pro")
        rig.composer.set_value("promptText", "{@Maya|@Ben|fog}")
        first, second, third = rig.composer.requests()
        assert first.values["referenceImages"] == [{"uri": maya.files[0].uri}]
        assert [first.prompt, second.prompt, third.prompt] == ["Maya", "Ben (a sailor)", "fog"]
        assert "referenceImages" not in second.values


async def test_restored_sidecar_is_not_expanded_again(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        await with_picture(rig.engine, tmp_path)
        rig.composer.choose("text_to_image", "gen4_image")
        rig.composer.set_value("promptText", "@Maya and @Ben")
        task = await sent_by(rig)
        output = Output(task_id=task.id, index=0, url="", url_fetched_at=0.0)
        document = tmp_path / "result.png.json"
        document.write_text(json.dumps(sidecar.compose(task, output, [])))
        await rig.engine.cast.save(member("Ben", words="a sailor"))
        rig.composer.clear()
        gathered = await rig.engine.intake.gather(Dropped(paths=(document,)))
        rig.composer.load(gathered.restored)
        assert rig.composer.requests() == [task.request]
        copy = await sent_by(rig)
        assert (copy.request, copy.cast) == (task.request, task.cast), "her picture is still in it"
        rig.composer.set_value("promptText", "@Maya and @Ben at dawn")
        assert rig.composer.casting().members == ()
        [name] = rig.composer.input_fields.names_for("be", 9)
        rig.composer.input_fields.take(name)
        assert [one.name for one in rig.composer.casting().members] == ["Ben"]


async def test_picture_that_the_model_refuses_is_told_with_the_copy_that_fits(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        path = tmp_path / "maya.bmp"
        Image.new("RGB", (640, 640)).save(path)
        maya = replace(member("Maya"), files=(await rig.engine.cast.keep(path, Media.IMAGE),))
        await rig.engine.cast.save(maya)
        rig.composer.choose("text_to_image", "seedream5_pro")
        rig.composer.set_value("promptText", "@Maya walks")
        await until(lambda: rig.composer.cast_inputs()[0].facts)
        [item] = rig.composer.cast_inputs()
        assert rig.composer.button().reasons == (item.problem,)
        mending = InputMending(rig.cases, rig.composer, rig.runner, rig.owner)
        mending.carry_out(item, mending.mends(item)[0])
        await until(lambda: rig.composer.cast_inputs()[0].uri != item.uri and rig.composer.cast_inputs()[0].facts)
        assert rig.composer.button().reasons == ()
        task = await sent_by(rig)
        assert task.request.values["referenceImages"] == [{"uri": rig.composer.cast_inputs()[0].uri}]
        assert task.cast == (maya.id,)
        assert rig.engine.cast.now.members == (maya,)
        rig.composer.choose("text_to_image", "gen4_image")
        assert [one.uri for one in rig.composer.cast_inputs()] == [item.uri], "the copy was for the other model"


async def test_missing_file_of_a_member_is_told_before_sending(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        maya = await with_picture(rig.engine, tmp_path)
        Path(maya.files[0].path).unlink()
        rig.composer.choose("text_to_image", "seedream5_pro")
        rig.composer.set_value("promptText", "@Maya walks")
        await until(lambda: rig.composer.button().reasons)
        [reason] = rig.composer.button().reasons
        assert reason.startswith("There is no file")
        rig.composer.send()
        await rest()
        assert not rig.store.tasks


async def test_recalled_prompt_names_the_member_again(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        maya = await with_picture(rig.engine, tmp_path)
        rig.composer.choose("text_to_image", "seedream5_pro")
        rig.composer.set_value("promptText", "@Maya walks")
        await until(lambda: rig.composer.cast_inputs()[0].facts)
        await sent_by(rig)
        rig.composer.load(request("@Maya is text here"))
        rig.composer.history.older("")
        await until(lambda: rig.composer.prompt == '@"Maya" walks')
        assert rig.composer.casting().members == (maya,)


async def test_settled_names_survive_a_restart(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        await with_picture(rig.engine, tmp_path)
        rig.composer.load(request("@Maya"))
        rig.composer.set_value("promptText", "@Maya walks")
        rig.composer.keep_draft()
        other = Composer(rig.cases, rig.bridge, rig.runner, rig.owner)
        other.restore_draft()
        assert (other.prompt, other.casting().members) == ("@Maya walks", ())
        other.clear()
        other.set_value("promptText", "@Maya walks")
        assert [one.name for one in other.casting().members] == ["Maya"]


async def test_edit_of_a_queued_task_adds_the_members_that_it_names(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        await with_picture(rig.engine, tmp_path)
        [queued] = await rig.parts.submit(request("before"))
        rig.composer.load(rig.store.tasks[queued].request, editing=queued)
        rig.composer.set_value("promptText", "@Maya")
        rig.composer.send()
        await until(lambda: rig.store.tasks[queued].cast)
        assert rig.store.tasks[queued].request.prompt == "Maya"


async def test_cap_counts_the_price_of_the_inputs_that_a_name_brings(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        await with_picture(rig.engine, tmp_path)
        await rig.engine.cast.save(member("Ben", words="a sailor"))
        rig.engine.settings.day_cap = 7.0
        rig.composer.choose("text_to_image", "gen4_image")
        rig.composer.set_value("promptText", "@Ben on a pier")
        await rig.engine.pricing.learn(rig.composer.requests()[0], 5)
        assert rig.composer.button().text == "Generate"
        rig.composer.set_value("promptText", "@Maya on a pier")
        await rig.engine.pricing.learn(rig.composer.requests()[0], 9)
        assert rig.composer.button().text == "Queue"
