"""A round is written whole or not at all, without our request in it, and nothing is overwritten."""

from __future__ import annotations

import re
import shutil
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.desktop import ffmpeg
from runway_desktop.domain.errors import NotPossible, StoreError
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import State, TaskId, Trim
from runway_desktop.services.exchange.progress import Progress
from runway_desktop.services.results import embedding
from runway_desktop.services.results.embedding import EmbeddedNote
from runway_desktop.texts import Text
from runway_desktop.usecases.review import sending
from runway_desktop.usecases.review.page import Wish
from runway_desktop.usecases.review.sending import Sending, Sent, Survey
from runway_desktop.usecases.use_cases import UseCases
from tests.rigs.engine_rig import Rig
from tests.rigs.engines import engine_of
from tests.rigs.rows import saved, task

SAMPLES = Path(__file__).parents[4] / "resources" / "samples"
NOTE = EmbeddedNote(title="t", comment="SECRET PROMPT", date="", document={"request": {"prompt": "SECRET PROMPT"}})


class Going:
    def __init__(self, rig: Rig, folder: Path) -> None:
        self.rig = rig
        self.folder = folder
        self.sending: Sending = UseCases(engine_of(rig, folder)).reviews.sending

    async def take(self, number: int, sample: str, **members: Any) -> TaskId:
        made = task(number, State.SUCCEEDED, **({"project": "Aurora", "shot": f"0{number}0"} | members))
        path = self.folder / f"result-{number}{Path(sample).suffix}"
        shutil.copyfile(SAMPLES / sample, path)
        embedding.embed(path, NOTE)
        await self.rig.store.add([made], [], None, ())
        await self.rig.store.save_outputs([saved(made, str(path), media=Media.VIDEO, duration=2.0)])
        return made.id

    async def send(self, survey: Survey, **values: Any) -> Sent:
        wish = Wish(**{"folder": self.folder / "out", "title": survey.title, **values})
        sent = await self.sending.send(survey, wish, Progress())
        assert sent is not None
        return sent


@pytest.fixture
def without_ffmpeg(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ffmpeg, "found", lambda: "")


def clips_in(page: Path) -> list[bytes]:
    found = re.findall(r'src="data:video/[a-z0-9-]+;base64,([^"]*)"', page.read_text("utf-8"))
    return [b64decode(one) for one in found]


async def test_round_is_one_file_without_our_request(tmp_path: Path, without_ffmpeg: None) -> None:
    async with Rig(loops=()) as rig:
        going = Going(rig, tmp_path)
        ids = [await going.take(2, "sand-16x9-2s.mp4"), await going.take(1, "dusk-16x9-2s.mov")]
        survey = await going.sending.survey(ids)
        assert [(clip.clip.name, clip.plays) for clip in survey.clips] == [("010", False), ("020", True)], "ProRes"
        sent = await going.send(survey, sender="Northlight")
        assert (sent.path.name, sent.left) == ("Aurora, round 1.html", ())
        assert sent.path.stat().st_size == pytest.approx(survey.size, rel=0.1)
        text = sent.path.read_text("utf-8")
        assert not any(b"SECRET" in clip for clip in clips_in(sent.path))
        assert b"SECRET" in (tmp_path / "result-1.mov").read_bytes()
        (one,) = await going.sending.rounds("Aurora")
        assert one.clips == sent.clips
        assert [clip.task_id for clip in one.clips] == ["t1", "t2"]
        assert all(f'"sha256": "{clip.sha256}"' in text for clip in one.clips)
        assert [path.name for path in (tmp_path / "out").iterdir()] == ["Aurora, round 1.html"]


async def test_second_round_has_the_next_number_and_overwrites_nothing(tmp_path: Path, without_ffmpeg: None) -> None:
    async with Rig(loops=()) as rig:
        going = Going(rig, tmp_path)
        ids = [await going.take(1, "sand-16x9-2s.mp4")]
        first = await going.send(await going.sending.survey(ids), title="Clips")
        survey = await going.sending.survey(ids)
        second = await going.send(survey, title="Clips")
        assert survey.title == "Aurora, round 2"
        assert (first.path.name, second.path.name) == ("Clips.html", "Clips (2).html")
        assert [one.number for one in await going.sending.rounds("Aurora")] == [2, 1]


async def test_many_megabytes_become_a_folder(
    tmp_path: Path, without_ffmpeg: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "MOST_INSIDE", 1000)
    async with Rig(loops=()) as rig:
        going = Going(rig, tmp_path)
        ids = [await going.take(1, "sand-16x9-2s.mp4", shot='a "b"/..\\c')]
        sent = await going.send(await going.sending.survey(ids))
        assert (sent.path.parent.name, sent.path.name) == ("Aurora, round 1", "index.html")
        (clip,) = (sent.path.parent / "clips").iterdir()
        assert clip.name.startswith("001 a")
        assert b"SECRET" not in clip.read_bytes()


async def test_what_is_above_the_most_clips_is_counted_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "MOST_CLIPS", 1)
    async with Rig(loops=()) as rig:
        going = Going(rig, tmp_path)
        survey = await going.sending.survey([await going.take(n, "sand-16x9-2s.mp4") for n in (1, 2, 3)])
        assert (len(survey.clips), survey.left_out, survey.missing) == (1, 2, 0)


async def test_takes_of_one_shot_are_told_apart_and_bring_in_and_out(tmp_path: Path, without_ffmpeg: None) -> None:
    async with Rig(loops=()) as rig:
        going = Going(rig, tmp_path)
        await going.take(1, "sand-16x9-2s.mp4", shot="010")
        trims = (Trim(0, 0.5, 1.5),)
        ids = [await going.take(n, "sand-16x9-2s.mp4", shot="010", trims=trims) for n in (2, 3)]
        sent = await going.send(await going.sending.survey(ids))
        text = sent.path.read_text("utf-8")
        assert ">Shot 010, take 2<" in text
        assert ">Shot 010, take 3<" in text
        assert '"start": 0.5, "end": 1.5' in text


async def test_signature_of_a_maker_stays_in_what_is_taken_as_it_is(tmp_path: Path, without_ffmpeg: None) -> None:
    async with Rig(loops=()) as rig:
        going = Going(rig, tmp_path)
        survey = await going.sending.survey([await going.take(1, "signed.mp4")])
        assert survey.clips[0].is_signed
        sent = await going.send(survey)
        assert clips_in(sent.path) == [(SAMPLES / "signed.mp4").read_bytes()]


async def test_round_is_of_one_project_and_of_files_that_are_there(tmp_path: Path) -> None:
    async with Rig(loops=()) as rig:
        going = Going(rig, tmp_path)
        ids = [await going.take(1, "sand-16x9-2s.mp4"), await going.take(2, "sand-16x9-2s.mp4", project="Lagoon")]
        with pytest.raises(NotPossible, match="one project"):
            await going.sending.survey(ids)
        with pytest.raises(NotPossible, match="one project"):
            await going.sending.survey([await going.take(3, "sand-16x9-2s.mp4", project="")])


async def test_round_that_is_stopped_leaves_nothing(tmp_path: Path, without_ffmpeg: None) -> None:
    async with Rig(loops=()) as rig:
        going = Going(rig, tmp_path)
        survey = await going.sending.survey([await going.take(1, "sand-16x9-2s.mp4")])
        stopped = Progress()
        stopped.stop()
        assert await going.sending.send(survey, Wish(folder=tmp_path / "out", title="Clips"), stopped) is None
        assert list((tmp_path / "out").iterdir()) == []
        assert await going.sending.rounds("Aurora") == []


@pytest.mark.skipif(not ffmpeg.found(), reason="ffmpeg is not installed")
async def test_page_of_a_round_that_could_not_be_kept_is_not_left(
    tmp_path: Path, without_ffmpeg: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Rig(loops=()) as rig:
        going = Going(rig, tmp_path)
        survey = await going.sending.survey([await going.take(1, "sand-16x9-2s.mp4")])

        async def full(*_: object) -> None:
            raise StoreError(Text("The disk is full."))

        monkeypatch.setattr(rig.store, "save_document", full)
        with pytest.raises(StoreError):
            await going.send(survey)
        assert list((tmp_path / "out").iterdir()) == []


async def test_copies_are_made_smaller_by_the_persons_ffmpeg(tmp_path: Path) -> None:
    async with Rig(loops=()) as rig:
        going = Going(rig, tmp_path)
        large = tmp_path / "large.mov"
        ffmpeg.run(ffmpeg.found(), ["-f", "lavfi", "-i", "testsrc2=s=1081x1921:d=0.5", "-c:v", "prores", str(large)])
        task_id = await going.take(1, "dusk-16x9-2s.mov")
        shutil.copyfile(large, tmp_path / "result-1.mov")
        survey = await going.sending.survey([task_id])
        assert (survey.can_shrink, survey.clips[0].plays) == (True, False)
        sent = await going.send(survey)
        (clip,) = clips_in(sent.path)
        assert b"ftyp" in clip[:16]
        assert len(clip) < large.stat().st_size
        assert sent.left == ()


@pytest.mark.skipif(not ffmpeg.found(), reason="ffmpeg is not installed")
def test_ffmpeg_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(NotPossible) as failed:
        ffmpeg.run(ffmpeg.found(), ["-i", str(tmp_path / "none.mp4"), str(tmp_path / "out.mp4")])
    assert "No such file" in failed.value.detail
