"""A cut leaves the program as files that other programs read: their own readers are the judges."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import pytest

from runway_desktop.desktop import ffmpeg
from runway_desktop.domain.errors import DiskError, NotPossible
from runway_desktop.domain.film.cut import CutNote, GapMode, GapReason
from runway_desktop.domain.film.timecode import RATES, FrameRate
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Look, Mark, Pick, Presence, State, Trim
from runway_desktop.services.exchange.cut.cut_files import CutForm
from runway_desktop.services.exchange.cut.references import Editor, pathurl, reference
from runway_desktop.services.exchange.progress import Progress
from runway_desktop.values import replace
from tests.rigs.clips import SAMPLES, write_wav
from tests.rigs.cut import PROJECT, SOUNDING, Cutting, cutting

MARK = Mark(id="m", at=2.0, text="Slower | 3 steps", by="Jana", made_at=0.0)
ODD = "a \"b\" & <c> #1 100% 'q' " + "猫" * 40


def judged(path: Path, **more: Any) -> Any:
    """Read by the official library, or by its adapter for this ending."""
    library = pytest.importorskip("opentimelineio", reason="it has no wheel for this Python")
    return library.adapters.read_from_file(str(path), **more)


async def a_film(film: Cutting) -> None:
    """Four shots: trimmed and with a note, with sound, without a pick, a still."""
    await film.take(1, trims=(Trim(0, 1.0, 3.5),), marks=(replace(MARK, at=4.0), MARK))
    await film.take(2, sample=SOUNDING, output={"duration": 4.0})
    await film.take(3, pick=Pick.NONE)
    await film.take(4, media=Media.IMAGE, sample="signed.png")
    await film.cuts.change(PROJECT, lambda cut: replace(cut, notes=(CutNote(id="n", at=3.0, text="5 more frames"),)))


async def written(film: Cutting, form: CutForm, editor: Editor = Editor.RESOLVE, name: str = "cut") -> Sequence[Path]:
    view = await film.cuts.open(PROJECT)
    return (await film.cuts.export(view, form, film.folder / name, editor)).paths


async def at_rate(film: Cutting, rate: FrameRate) -> None:
    await film.cuts.change(PROJECT, lambda cut: replace(cut, rate=rate))


def frames(time: Any) -> int:
    return round(time.value)


@pytest.mark.parametrize("rate", RATES, ids=lambda rate: rate.name)
@pytest.mark.parametrize("editor", Editor)
async def test_otio_is_read_with_clips_gaps_notes_and_sound(tmp_path: Path, editor: Editor, rate: FrameRate) -> None:
    async with cutting(tmp_path) as film:
        await a_film(film)
        await at_rate(film, rate)
        [path] = await written(film, CutForm.OTIO, editor)
    assert path.name == "cut.otio"
    timeline = judged(path)
    pictures, sounds = timeline.tracks
    opentime = pytest.importorskip("opentimelineio").opentime
    begins = timeline.global_start_time
    assert opentime.to_timecode(begins, begins.rate, rate.is_drop)[:8] == "01:00:00"
    assert [clip.name for clip in pictures.find_clips()] == ["010", "020", "040"]
    assert [clip.media_reference.target_url for clip in pictures.find_clips()] == ["1.mp4", "2.mp4", "4.png"]
    trimmed = next(iter(pictures.find_clips()))
    assert frames(trimmed.source_range.start_time) == rate.frames(1.0)
    assert [marker.comment for marker in trimmed.markers] == ["Jana: Slower | 3 steps"]
    assert frames(trimmed.markers[0].marked_range.start_time) == rate.frames(2.0)
    assert [marker.name for marker in timeline.tracks.markers] == ["5 more frames"]
    assert frames(timeline.duration()) == rate.frames(2.5 + 4 + 5 + 3)
    assert timeline.duration().rate == pytest.approx(rate.fps)
    assert [frames(item.source_range.duration) for item in sounds] == [
        frames(item.source_range.duration) for item in pictures
    ]
    assert [clip.name for clip in sounds.find_clips()] == ["020"]


@pytest.mark.parametrize("rate", RATES, ids=lambda rate: rate.name)
@pytest.mark.parametrize("editor", Editor)
async def test_fcp7_xml_is_read_with_clips_gaps_notes_and_sound(
    tmp_path: Path, editor: Editor, rate: FrameRate
) -> None:
    async with cutting(tmp_path) as film:
        await a_film(film)
        await at_rate(film, rate)
        [path] = await written(film, CutForm.FCP7, editor)
    timeline = judged(path)
    assert path.name == "cut.xml"
    pictures = timeline.video_tracks()[0]
    assert [clip.name for clip in pictures.find_clips()] == ["010", "020", "040"]
    assert [clip.media_reference.target_url for clip in pictures.find_clips()] == ["1.mp4", "2.mp4", "4.png"]
    begins = [frames(clip.range_in_parent().start_time) for clip in pictures.find_clips()]
    assert begins == [0, rate.frames(2.5), rate.frames(11.5)]
    assert frames(next(iter(pictures.find_clips())).source_range.start_time) == rate.frames(1.0)
    assert [marker.metadata["fcp_xml"]["comment"] for marker in timeline.tracks.markers] == ["5 more frames"]
    # The reader joins the two tracks that Premiere explodes.
    assert len(timeline.audio_tracks()) == 1
    assert path.read_text("utf-8").count("totalExplodedTrackCount") == (2 if editor is Editor.PREMIERE else 0)
    assert {clip.name for track in timeline.audio_tracks() for clip in track.find_clips()} == {"020"}


@pytest.mark.parametrize("rate", RATES, ids=lambda rate: rate.name)
async def test_edl_is_read_with_reels_of_its_own_and_a_second_list_of_notes(tmp_path: Path, rate: FrameRate) -> None:
    async with cutting(tmp_path) as film:
        await a_film(film)
        await at_rate(film, rate)
        path, notes = await written(film, CutForm.EDL)
    assert (path.name, notes.name) == ("cut.edl", "cut.markers.edl")
    text = path.read_text("utf-8")
    assert ("FCM: DROP FRAME" in text) is rate.is_drop
    assert "001  010      V     C        00:00:01" in text
    assert "003  BL       V     C" in text
    assert re.findall(r"^001 .* (01:00:00[:;]00) ", text, re.MULTILINE)
    timeline = judged(path, rate=rate.fps)
    [track] = timeline.tracks
    assert [clip.name for clip in track.find_clips() if clip.name in ("010", "020", "040")] == ["010", "020", "040"]
    assert frames(timeline.duration()) == rate.frames(14.5)
    assert [line for line in notes.read_text("utf-8").splitlines() if "|C:" in line] == [
        "Slower / 3 steps |C:ResolveColorBlue |M:Jana |D:1",
        "- 5 more frames |C:ResolveColorBlue |M:Note 2 |D:1",
    ]


async def test_nothing_is_overwritten_and_both_lists_get_the_same_number(tmp_path: Path) -> None:
    async with cutting(tmp_path) as film:
        await a_film(film)
        (tmp_path / "cut.markers.edl").write_text("mine")
        first, again = await written(film, CutForm.EDL), await written(film, CutForm.EDL)
        assert [path.name for path in (*first, *again)] == [
            "cut (2).edl", "cut (2).markers.edl", "cut (3).edl", "cut (3).markers.edl",
        ]  # fmt: skip
    assert (tmp_path / "cut.markers.edl").read_text() == "mine"
    assert not list(tmp_path.glob("*.part"))


async def test_folder_with_clips_can_be_moved(tmp_path: Path) -> None:
    async with cutting(tmp_path / "library") as film:
        film.folder.mkdir()
        await a_film(film)
        await film.cuts.set_sound(PROJECT, write_wav(tmp_path / "Wind & rain.wav", seconds=3.0))
        view = await film.cuts.open(PROJECT)
        (tmp_path / "out").mkdir()
        done = await film.cuts.export(view, CutForm.FOLDER, tmp_path / "out")
    folder = done.paths[0].parent
    assert folder.name == "out (2)"
    assert {path.name for path in folder.iterdir()} == {
        "001_010.mp4", "002_020.mp4", "004_040.png", "sound.wav", "out (2).otio", "out (2).xml", "out (2).edl",
        "out (2).markers.edl",
    }  # fmt: skip
    moved = folder.rename(tmp_path / "elsewhere")
    for name in ("out (2).otio", "out (2).xml"):
        clips = list(judged(moved / name).find_clips())
        assert clips
        assert all((moved / clip.media_reference.target_url).is_file() for clip in clips)
    assert (film.folder / "1.mp4").is_file()


async def test_odd_names_reach_each_reader_whole(tmp_path: Path) -> None:
    async with cutting(tmp_path) as film:
        shutil.copyfile(SAMPLES / SOUNDING, file := tmp_path / f"{ODD}.mp4")
        await film.take(1, shot=ODD, file=file)
        (tmp_path / "out").mkdir()
        for editor in Editor:
            [otio] = await written(film, CutForm.OTIO, editor, name=f"out/{editor}")
            [xml] = await written(film, CutForm.FCP7, editor, name=f"out/{editor}")
            for path in (otio, xml):
                [clip, *_] = judged(path).find_clips()
                assert clip.name == ODD
                assert _opened(clip.media_reference.target_url) == file
        [edl] = await written(film, CutForm.EDL)
        [clip, *_] = judged(edl).find_clips()
        assert clip.name == ODD


def _opened(url: str) -> Path:
    """The file that an editor opens."""
    from urllib.parse import unquote, urlsplit

    return Path(unquote(urlsplit(url).path)) if url.startswith("file:") else Path(url)


WINDOWS = PureWindowsPath(r"C:\Users\Jo é\a b#.mp4")


@pytest.mark.parametrize(
    ("path", "editor", "otio", "xml"),
    [
        (WINDOWS, Editor.RESOLVE, "C:/Users/Jo é/a b#.mp4", "C:/Users/Jo é/a b#.mp4"),
        (WINDOWS, Editor.PREMIERE, "file:///C:/Users/Jo%20%C3%A9/a%20b%23.mp4",
         "file://localhost/C%3a/Users/Jo%20%C3%A9/a%20b%23.mp4"),
        (PurePosixPath("/films/a b.mp4"), Editor.KDENLIVE, "file:///films/a%20b.mp4",
         "file://localhost/films/a%20b.mp4"),
        (PurePosixPath("/out/sub/a b.mp4"), Editor.KDENLIVE, "sub/a%20b.mp4", "sub/a b.mp4"),
        (PurePosixPath("/out/a b.mp4"), Editor.RESOLVE, "a b.mp4", "a b.mp4"),
    ],
)  # fmt: skip
def test_paths_have_the_form_that_the_editor_reads(
    path: PurePosixPath | PureWindowsPath, editor: Editor, otio: str, xml: str
) -> None:
    folder = type(path)("/out")
    assert (reference(path, folder, editor), pathurl(path, folder, editor)) == (otio, xml)


async def test_four_hundred_shots_leave_whole_and_each_with_a_reel_of_its_own(tmp_path: Path) -> None:
    clip = shutil.copyfile(SAMPLES / SOUNDING, tmp_path / "clip.mp4")
    async with cutting(tmp_path) as film:
        for number in range(400):
            if number % 2:
                os.link(clip, tmp_path / f"{number}.mp4")
            await film.take(number, f"Lighthouse {number}", sample="")
        [otio], [xml], [edl] = [await written(film, form) for form in (CutForm.OTIO, CutForm.FCP7, CutForm.EDL)]
    assert [len(judged(path).video_tracks()[0].find_clips()) for path in (otio, xml)] == [200, 200]
    assert frames(judged(otio).duration()) == 400 * 120
    reels = [line.split()[1] for line in edl.read_text("utf-8").splitlines() if " V     C " in line]
    assert len(reels) == 400
    assert len({reel for reel in reels if re.fullmatch("[A-Z0-9_]{1,8}", reel)}) == 201, "and BL"


async def test_without_a_pick_nothing_is_written_and_it_says_so(tmp_path: Path) -> None:
    async with cutting(tmp_path) as film:
        await film.take(1, pick=Pick.NONE)
        for form in CutForm:
            with pytest.raises(NotPossible, match="Nothing is picked"):
                await written(film, form)
    assert [path.name for path in tmp_path.iterdir()] == ["1.mp4"]


async def test_missing_file_is_a_gap_and_a_missing_sound_is_said(tmp_path: Path) -> None:
    async with cutting(tmp_path) as film:
        for number in (1, 2):
            await film.take(number)
        view = await film.cuts.open(PROJECT)
        (tmp_path / "2.mp4").unlink()
        done = await film.cuts.export(view, CutForm.OTIO, tmp_path / "cut")
        assert [(item.name, item.gap) for item in done.gaps] == [("020", GapReason.MISSING)]
        assert [clip.name for clip in judged(done.paths[0]).find_clips()] == ["010"]
        await film.cuts.set_sound(PROJECT, sound := write_wav(tmp_path / "wind.wav"))
        sound.unlink()
        with pytest.raises(DiskError, match="wind"):
            await written(film, CutForm.EDL)
        await film.cuts.set_sound(PROJECT, None)
        (tmp_path / "1.mp4").unlink()
        with pytest.raises(NotPossible, match="No file of this cut"):
            await written(film, CutForm.EDL)
    async with cutting(tmp_path) as film:
        await film.take(1, output={"look": Look(presence=Presence.MISSING)})
        with pytest.raises(NotPossible, match="No file of this cut"):
            await written(film, CutForm.OTIO)


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffmpeg is not installed")
@pytest.mark.parametrize("rate", [RATES[0], RATES[-1]], ids=lambda rate: rate.name)
async def test_one_film_is_as_long_in_pictures_as_in_sound(tmp_path: Path, rate: FrameRate) -> None:
    async with cutting(tmp_path) as film:
        await a_film(film)
        await film.take(5, file=tmp_path / "5.mov", sample="dusk-16x9-2s.mov", output={"duration": 2.0})
        await film.take(6, media=Media.IMAGE, file=tmp_path / "100%d.svg", sample="mark.svg")
        await film.take(
            7,
            file=tmp_path / f"{ODD}.mp4",
            sample="night-1x1-10s.mp4",
            trims=(Trim(0, 9.0, 10.0),),
            output={"duration": 10.0},
        )
        await film.cuts.set_sound(PROJECT, write_wav(tmp_path / "wind.wav", seconds=3.0), -6.0)
        await at_rate(film, rate)
        progress = Progress()
        done = await film.cuts.export(
            view := await film.cuts.open(PROJECT), CutForm.MP4, tmp_path / "film", progress=progress
        )
    [path] = done.paths
    found = json.loads(subprocess.check_output([
        "ffprobe", "-v", "error", "-count_frames", "-show_streams", "-show_format", "-of", "json", path,
    ]))  # fmt: skip
    pictures, sound = found["streams"]
    assert int(pictures["nb_read_frames"]) == view.timeline.frames == rate.frames(2.5 + 4 + 5 + 3 + 2 + 3 + 1)
    assert Fraction(pictures["r_frame_rate"]) == Fraction(rate.num, rate.den) == Fraction(pictures["avg_frame_rate"])
    assert float(pictures["duration"]) == pytest.approx(float(sound["duration"]), abs=0.002)
    assert float(pictures["duration"]) == pytest.approx(view.timeline.seconds, abs=0.002)
    assert (pictures["width"], pictures["height"]) == (480, 270)
    assert not {"comment", "description", "title"} & set(found["format"].get("tags", {}))
    assert not list(tmp_path.glob(".film-*"))


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffmpeg is not installed")
@pytest.mark.parametrize("rate", [RATES[0], RATES[1], RATES[-1]], ids=lambda rate: rate.name)
async def test_clip_of_another_rate_keeps_its_seconds_in_each_export(tmp_path: Path, rate: FrameRate) -> None:
    """30 frames a second: white from 1 to 2 seconds, else black."""
    clip = tmp_path / "1.mp4"
    light = "color=white:s=320x180:r=30:d=3,drawbox=t=fill:c=black:enable='lt(t,0.99)+gte(t,1.99)'"
    ffmpeg.run(ffmpeg.found(), ["-f", "lavfi", "-i", light, "-pix_fmt", "yuv420p", str(clip)])
    async with cutting(tmp_path) as film:
        await film.take(1, trims=(Trim(0, 1.0, 2.0),), output={"duration": 3.0, "width": 320, "height": 180})
        await film.take(2)
        await at_rate(film, rate)
        [otio], [xml], [edl, *_], [made] = [
            await written(film, form) for form in (CutForm.OTIO, CutForm.FCP7, CutForm.EDL, CutForm.MP4)
        ]
    second = rate.frames(1.0)
    for timeline in (judged(otio), judged(xml), judged(edl, rate=rate.fps)):
        first, after = list(timeline.find_clips())[:2]
        assert (frames(first.source_range.start_time), frames(first.source_range.duration)) == (second, second)
        assert frames(after.range_in_parent().start_time) == second
        assert frames(after.source_range.start_time) == 0
    grays = subprocess.check_output([
        "ffmpeg", "-v", "error", "-i", made, "-vf", "scale=1:1,format=gray", "-f", "rawvideo", "-",
    ])  # fmt: skip
    assert len(grays) == rate.frames(6.0)
    assert min(grays[:second]) > 200, "the part between in and out, and no frame of black"
    assert max(grays[second:]) < 200, "then the next clip at once"


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
async def test_stopped_film_leaves_nothing(tmp_path: Path) -> None:
    async with cutting(tmp_path) as film:
        await film.take(1)
        progress = Progress()
        progress.stop()
        done = await film.cuts.export(
            await film.cuts.open(PROJECT), CutForm.MP4, tmp_path / "film.mp4", progress=progress
        )
    assert done.paths == ()
    assert [path.name for path in tmp_path.iterdir()] == ["1.mp4"]


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
async def test_film_with_a_damaged_clip_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    async with cutting(tmp_path) as film:
        (tmp_path / "1.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + bytes(500))
        await film.take(1)
        with pytest.raises(NotPossible, match="ffmpeg could not"):
            await written(film, CutForm.MP4)
    assert [path.name for path in tmp_path.iterdir()] == ["1.mp4"]


async def test_film_without_ffmpeg_says_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.fspath(tmp_path))
    async with cutting(tmp_path) as film:
        await film.take(1)
        assert not await film.cuts.can_film()
        with pytest.raises(NotPossible, match="needs ffmpeg"):
            await written(film, CutForm.MP4)


async def test_skipped_gaps_take_no_time_in_any_export(tmp_path: Path) -> None:
    async with cutting(tmp_path) as film:
        await a_film(film)
        await film.cuts.change(PROJECT, lambda cut: replace(cut, gaps=GapMode.SKIP))
        await film.take(8, state=State.FAILED, pick=Pick.NONE)
        [otio], [xml], edl = [await written(film, form) for form in (CutForm.OTIO, CutForm.FCP7, CutForm.EDL)]
    assert [frames(judged(path).duration()) for path in (otio, xml)] == [228, 228]
    assert frames(judged(edl[0], rate=24).duration()) == 228
    assert "BL  " not in edl[0].read_text("utf-8")
