"""What is put into members of the cast: files, results, frames; and its undo."""

from __future__ import annotations

import shutil
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PIL import Image

from runway_desktop.catalog.resource_path import resource
from runway_desktop.domain.cast import Cast, MemberKind
from runway_desktop.domain.errors import NotPossible
from runway_desktop.domain.library import Row
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import State
from runway_desktop.usecases.cast_members import new_member
from runway_desktop.usecases.commands.handing_on import ADD_TO_CAST
from runway_desktop.usecases.commands.task_command import Given
from runway_desktop.usecases.use_cases import UseCases
from tests.rigs.cast import cast, member
from tests.rigs.clips import write_wav
from tests.rigs.engine_rig import Rig
from tests.rigs.engines import engine_of
from tests.rigs.rows import saved, task


@asynccontextmanager
async def profile(folder: Path) -> AsyncIterator[UseCases]:
    rig = Rig(loops=())
    cases = UseCases(engine_of(rig, folder / "library"))
    async with rig:
        yield cases


def picture(folder: Path, name: str = "front.png", color: str = "teal") -> Path:
    path = folder / name
    Image.new("RGB", (640, 640), color).save(path)
    return path


def sound(folder: Path) -> Path:
    path = folder / "voice.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\0\0" * 8000)
    return path


async def test_files_are_appended_once_and_a_sound_is_the_voice(tmp_path: Path):
    async with profile(tmp_path) as cases:
        files, keeper = cases.cast_files, cases.cast
        clip = Path(shutil.copy(resource("samples") / "sand-16x9-2s.mp4", tmp_path / "walk.mp4"))
        text = tmp_path / "notes.txt"
        text.write_text("no picture")
        put = await files.put_under("@Maya", [picture(tmp_path), clip, sound(tmp_path), text])
        assert str(put.said) == "Added to @Maya: 1 picture, 1 clip and the voice."
        assert len(put.problems) == 1
        maya = keeper.now.named("maya")
        assert [one.media for one in maya.all_files] == [Media.IMAGE, Media.VIDEO, Media.AUDIO]
        again = await files.put_under("Maya", [picture(tmp_path, "copy.png")])
        assert (str(again.said), again.before) == ("@Maya has that already.", None)
        more = await files.put_under("Maya", [picture(tmp_path, "left.png", "red")])
        assert len(more.member.files) == 3
        await keeper.save(more.before)
        assert len(keeper.now.named("Maya").files) == 2
        await keeper.save(put.before)
        assert keeper.now.named("Maya") is None


async def test_sound_that_is_too_long_for_a_voice_is_cut_and_one_that_is_too_short_is_told(tmp_path: Path):
    async with profile(tmp_path) as cases:
        files, long = cases.cast_files, write_wav(tmp_path / "memo.wav", seconds=40)
        put = await files.put_under("Maya", [long, write_wav(tmp_path / "click.wav", seconds=0.2)])
        assert [str(one) for one in put.problems] == [
            "“click.wav” is too short for a voice, which has half a second at least."
        ]
        sound = put.long
        assert sound is not None
        assert str(sound.words) == "“memo.wav” is 40 s long, and a voice has at most 30 s."
        assert [sound.start(text) for text in ("7,5", "39.5", "40", "-1", "x", "nan")] == [7.5, 39.5, *[None] * 4]
        part = await files.put_part(put.member, sound, 7.5, b"RIFF")
        assert Path(cases.cast.now.named("Maya").voice.path).name == "memo 7.5 s.wav"
        assert str(part.said) == "Added to @Maya: the voice."
        await cases.cast.save(part.before)
        assert cases.cast.now.named("Maya") is None
        done = task(1, State.SUCCEEDED)
        rows = [Row(task=done, outputs=(saved(done, str(long), media=Media.AUDIO),))]
        report = await cases.commands.do(ADD_TO_CAST, rows, Given(text="Ben"))
        assert str(report.problems[-1]).endswith("The page Cast offers to cut it.")


async def test_command_adds_results_and_undo_takes_them_back(tmp_path: Path):
    async with profile(tmp_path) as cases:
        done = task(1, State.SUCCEEDED)
        rows = [Row(task=done, outputs=(saved(done, str(picture(tmp_path))),))]
        keeper, commands = cases.cast, cases.commands
        await keeper.save(member("Maya"))
        prompt = commands.prompt(ADD_TO_CAST, rows)
        assert (prompt.offers, str(prompt.problem(" "))) == (("Maya",), "Enter a name.")
        report = await commands.do(ADD_TO_CAST, rows, Given(text="maya"))
        assert str(report.said) == "Added to @Maya: 1 picture."
        await commands.undo(ADD_TO_CAST, report.before)
        assert keeper.now.named("Maya").files == ()


async def test_too_long_a_name_adds_nothing(tmp_path: Path):
    async with profile(tmp_path) as cases:
        with pytest.raises(NotPossible, match="at most 60 letters"):
            await cases.cast_files.put_under("x" * 61, [picture(tmp_path)])
        assert cases.cast.now.members == ()


def test_new_member_without_a_name_is_numbered():
    assert new_member(Cast(), MemberKind.PROP).name == "Prop"
    assert new_member(cast(member("prop"), member("Prop 2")), MemberKind.PROP).name == "Prop 3"
