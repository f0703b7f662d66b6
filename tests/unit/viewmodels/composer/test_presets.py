"""Presets, braces and earlier prompts in the composer."""

from __future__ import annotations

from pathlib import Path

from runway_desktop.rooms.sheet.model.sheet import Sheet
from runway_desktop.services.library.sheets import read
from tests.rigs.desktop import Rig, rest, until
from tests.rigs.rows import task


async def test_braces_price_and_send_a_task_for_each_variant(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        composer = rig.composer
        composer.set_prompt("A harbour, {fog|clear sky}")
        await rig.engine.pricing.learn(composer.requests()[0], 60)
        assert (composer.button().text, composer.button().price) == ("Generate 2", "120 credits")
        sent: list[str] = []
        composer.sent.connect(sent.extend)
        composer.send()
        await until(lambda: sent)
        tasks = await rig.store.get_many(sent)
        assert [one.request.prompt for one in tasks] == ["A harbour, fog", "A harbour, clear sky"]
        assert len({one.batch_id for one in tasks}) == 1
        kept = await rig.engine.sheets.of_batch(tasks[0].batch_id)
        assert kept is not None
        sheet = Sheet.of_kept(rig.cases, rig.bridge, rig.runner, kept, read(kept.text), parent=rig.owner)
        assert [task.labels for task in sheet.model.rows[0].sent] == [("fog",), ("clear sky",)]
        sheet.let_go()
        await rest()


async def test_escaped_braces_are_sent_literally(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        rig.composer.set_prompt(r"A sign that says \{a|b\}")
        assert rig.composer.button().text == "Generate"
        assert [one.prompt for one in rig.composer.requests()] == ["A sign that says {a|b}"]


async def test_task_sent_with_literal_braces_is_repeated_as_one_task(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        rig.composer.load(task(1, prompt="{a|b}").request)
        assert rig.composer.amount == 1
        assert [one.prompt for one in rig.composer.requests()] == ["{a|b}"]


async def test_braces_with_too_many_or_no_variants_are_reported(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        rig.composer.set_prompt("{a|b}" * 12)
        assert any("4,096 tasks" in finding.message for finding in rig.composer.findings())
        rig.composer.set_prompt("{a|}")
        assert any("is empty" in finding.message for finding in rig.composer.findings())


async def test_preset_restores_model_and_settings_and_keeps_the_prompt(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        composer = rig.composer
        composer.choose("text_to_video", "veo3.1_fast")
        composer.set_value("duration", 8)
        composer.set_prompt("First")
        composer.presets.save("Short", with_prompt=False, key=2)
        composer.presets.save("All", with_prompt=True, key=3)
        composer.choose("text_to_image", "gen4_image")
        composer.set_prompt("Second")
        composer.presets.take_key(2)
        assert (composer.pair.model, composer.value("duration"), composer.prompt) == ("veo3.1_fast", 8, "Second")
        composer.presets.take_key(3)
        assert composer.prompt == "First"
        said: list[str] = []
        composer.said.connect(said.append)
        composer.presets.take_key(9)
        assert said == ["No preset on key 9 yet. Save one under Presets."]


async def test_presets_are_exported_and_imported_as_a_file(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        shelf = rig.composer.presets
        shelf.save("Short", with_prompt=False, key=1)
        shelf.export(tmp_path / "presets.json")
        await until((tmp_path / "presets.json").exists)
        shelf.remove("Short")
        assert not shelf.all
        shelf.bring_in(tmp_path / "presets.json")
        await until(lambda: [preset.name for preset in shelf.all] == ["Short"])
        (tmp_path / "none.json").write_text("{}")
        shelf.bring_in(tmp_path / "none.json")
        await until(lambda: any("no presets" in words for words in rig.told))


async def test_earlier_prompts_are_recalled_step_by_step(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        await rig.put(task(1, prompt="Oldest"), task(2, prompt="Older"), task(3, prompt="Latest"))
        composer = rig.composer
        composer.set_prompt("Being written")
        for wanted in ("Latest", "Older", "Oldest", "Oldest"):
            composer.history.older(composer.prompt)
            await until(lambda wanted=wanted: composer.prompt == wanted)  # type: ignore[misc]
        for wanted in ("Older", "Latest", "Being written"):
            composer.history.newer(composer.prompt)
            await until(lambda wanted=wanted: composer.prompt == wanted)  # type: ignore[misc]
        composer.history.newer(composer.prompt)
        await rest()
        assert composer.prompt == "Being written"
