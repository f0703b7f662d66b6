"""Copying texts, files and links, and messages about missing ones."""

from __future__ import annotations

import hashlib

import pytest
from PIL import Image

from runway_desktop.domain.errors import NotReached
from runway_desktop.domain.library import Row
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Output, State
from runway_desktop.usecases.commands.handing_on import (
    COPY_FILE,
    COPY_ID,
    COPY_LINK,
    COPY_PATH,
    COPY_PICTURE,
    COPY_PROMPT,
)
from runway_desktop.usecases.commands.results import SHOW_FILE
from runway_desktop.usecases.commands.tasks import available
from runway_desktop.usecases.words.expiry import OPEN_TO_ALL
from tests.rigs.desktop import Rig, after, rest, until
from tests.rigs.fake_runway import remote_id
from tests.rigs.rows import saved, task

HOUR = 3600.0


async def chosen(rig: Rig, *numbers: int, names: tuple[str, ...] = ()) -> list[Row]:
    """Tasks whose files lie in the folder; those that are not named are missing."""
    tasks = [task(number, State.SUCCEEDED, created_at=rig.clock.now()) for number in numbers]
    outputs: list[Output] = []
    for one in tasks:
        path = rig.folder / f"{one.id}.mp4"
        if not names or path.name in names:
            path.write_bytes(b"clip")
        outputs.append(saved(one, str(path)))
    await rig.shown(*tasks, outputs=outputs)
    return [row for one in tasks if (row := rig.rows.row_of(one.id)) is not None]


async def test_existing_files_and_paths_are_copied_and_missing_ones_reported(tmp_path):
    async with Rig(tmp_path) as rig:
        rows = await chosen(rig, 1, 2, 3, names=("t1.mp4", "t3.mp4"))
        async with after(rig.task_commands.files_copied) as copied:
            rig.task_commands.carry_out(COPY_FILE, rows)
        assert copied == [([tmp_path / "t1.mp4", tmp_path / "t3.mp4"], "Prompt 1\nPrompt 2\nPrompt 3")]
        assert rig.told == ["t2.mp4 is no longer where it was saved."]
        async with after(rig.task_commands.text_copied) as words:
            rig.task_commands.carry_out(COPY_PATH, rows)
        assert words == [(f"{tmp_path / 't1.mp4'}\n{tmp_path / 't3.mp4'}", "2 paths copied.", "")]


async def test_show_in_folder_selects_files_or_opens_their_former_folder(tmp_path):
    async with Rig(tmp_path) as rig:
        rows = await chosen(rig, 1, 2, names=("t1.mp4",))
        async with after(rig.task_commands.selection_wanted) as selected:
            rig.task_commands.carry_out(SHOW_FILE, rows)
        assert selected == [[tmp_path / "t1.mp4"]]
        async with after(rig.task_commands.folder_wanted) as opened:
            rig.task_commands.carry_out(SHOW_FILE, rows[1:])
        assert opened == [tmp_path]


@pytest.mark.parametrize(
    ("command", "count", "sentence"),
    [
        (COPY_PROMPT, 1, "Prompt copied."),
        (COPY_PROMPT, 2, "2 prompts copied."),
        (COPY_ID, 1, "Task ID copied."),
        (COPY_ID, 2, "2 task IDs copied."),
    ],
)
async def test_number_of_copied_words_is_reported(tmp_path, command, count, sentence):
    async with Rig(tmp_path) as rig:
        rows = await chosen(rig, *range(1, count + 1))
        async with after(rig.task_commands.text_copied) as copied:
            rig.task_commands.carry_out(command, rows)
        assert [words[1] for words in copied] == [sentence]


async def test_copied_link_comes_with_its_expiry_and_a_warning(tmp_path):
    async with Rig(tmp_path) as rig:
        rows = await chosen(rig, 1)
        async with after(rig.task_commands.text_copied) as copied:
            rig.task_commands.carry_out(COPY_LINK, rows)
        [(text, sentence, detail)] = copied
        assert text == rows[0].outputs[0].url
        assert sentence.startswith("Link copied. It works until about ")
        assert " – at the latest " in sentence
        assert detail == str(OPEN_TO_ALL)
        assert rig.told == []


async def test_links_of_many_tasks_are_copied_one_per_line_and_old_ones_renewed(tmp_path):
    async with Rig(tmp_path) as rig:
        rows = await chosen(rig, 1, 2)
        rig.clock.jump(5 * HOUR)
        for number in (1, 2):
            rig.runway.finish(remote_id(number), f"https://out.example/fresh{number}.mp4?sig=1")
        async with after(rig.task_commands.text_copied) as copied:
            rig.task_commands.carry_out(COPY_LINK, rows)
        assert copied[0][0].splitlines() == [f"https://out.example/fresh{number}.mp4?sig=1" for number in (1, 2)]
        assert copied[0][1].startswith("2 links copied. They work until about ")


async def test_nothing_is_copied_without_a_link_and_the_reason_is_given(tmp_path):
    async with Rig(tmp_path) as rig:
        copied = []
        rig.task_commands.text_copied.connect(lambda *words: copied.append(words))
        rows = await chosen(rig, 1)
        rig.clock.jump(49 * HOUR)
        rig.runway.always("task", NotReached("There is no network."))
        rig.task_commands.carry_out(COPY_LINK, rows)
        await until(lambda: rig.told)
        assert "There is no network." in rig.told[0]
        assert copied == []


async def test_picture_is_copied_by_the_window_that_shows_it(tmp_path):
    async with Rig(tmp_path) as rig:
        rows = await chosen(rig, 1)
        wanted = []
        rig.task_commands.picture_wanted.connect(wanted.append)
        rig.task_commands.carry_out(COPY_PICTURE, rows)
        await until(lambda: wanted == rows)


async def test_missing_files_are_reported_in_one_sentence(tmp_path):
    async with Rig(tmp_path) as rig:
        rows = await chosen(rig, 1, 2, names=("none",))
        copied = []
        rig.task_commands.files_copied.connect(copied.append)
        rig.task_commands.carry_out(COPY_FILE, rows)
        await until(lambda: rig.told)
        await rest()
        assert rig.told == ["2 files are no longer where they were saved."]
        assert copied == []


def test_clip_offers_its_frame_and_a_sound_no_picture():

    def words(media: Media) -> list[str]:
        one = task(1, State.SUCCEEDED)
        row = Row(task=one, outputs=(saved(one, media=media),))
        return [command.text([row]) for command in available([row])]

    assert "Copy this frame" in words(Media.VIDEO)
    assert "Copy picture" in words(Media.IMAGE)
    assert not {"Copy this frame", "Copy picture"} & set(words(Media.AUDIO))


async def test_own_result_dropped_back_is_an_input_without_settings_offer(tmp_path):
    async with Rig(tmp_path, loops=("lane",)) as rig:
        picture, one = tmp_path / "still.png", task(1, State.SUCCEEDED, prompt="A lighthouse in the fog")
        Image.new("RGB", (640, 360), "teal").save(picture)
        digest = hashlib.sha256(picture.read_bytes()).hexdigest()
        await rig.shown(one, outputs=[saved(one, str(picture), media=Media.IMAGE, sha256=digest)])
        offered = []
        rig.task_commands.settings_offered.connect(lambda *words: offered.append(words))
        copy = tmp_path / "renamed copy.png"
        copy.write_bytes(picture.read_bytes())
        rig.task_commands.take(paths=[copy], are_results=True)
        await until(rig.composer.inputs)
        [item] = rig.composer.inputs()
        rig.task_commands.inputs.maker(item)
        await until(lambda: rig.task_commands.inputs.maker(item))
        assert rig.task_commands.inputs.maker(item) == "Result of “A lighthouse in the fog”"
        assert offered == []
        rig.composer.set_prompt("The sea beyond")
        rig.composer.send()
        await until(lambda: len(rig.store.tasks) == 2)
        young = next(found for found in rig.store.tasks.values() if found.id != one.id)
        await until(lambda: rig.runway.named("create"))
        tree = await rig.engine.lineage.around(young.id, rig.engine.input_fixer)
        assert tree is not None
        assert [kin.row.task.id for kin in tree.above[0] if kin.row] == [one.id]


async def test_settings_missing_in_a_file_come_from_the_list(tmp_path):
    async with Rig(tmp_path, loops=("lane",)) as rig:
        picture, one = tmp_path / "still.png", task(1, State.SUCCEEDED, prompt="A lighthouse in the fog")
        Image.new("RGB", (640, 360), "teal").save(picture)
        digest = hashlib.sha256(picture.read_bytes()).hexdigest()
        await rig.shown(one, outputs=[saved(one, str(picture), media=Media.IMAGE, sha256=digest)])
        offered = []
        rig.task_commands.settings_offered.connect(lambda *words: offered.append(words))
        copy, other = tmp_path / "renamed copy.png", tmp_path / "other.png"
        copy.write_bytes(picture.read_bytes())
        Image.new("RGB", (640, 360), "red").save(other)
        rig.task_commands.take(paths=[other])
        await until(lambda: len(rig.composer.inputs()) == 1)
        rig.task_commands.take(paths=[copy])
        await until(lambda: offered)
        assert offered == [("“renamed copy.png” was made with Runway Desktop.", one.request)]
        assert rig.task_commands.carried == {copy: one.request}
