"""The cut plays the picks in the order of the shots; what the person changes of it is kept and can be undone."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from runway_desktop.domain.errors import DiskError, NotPossible
from runway_desktop.domain.film.cut import CutNote, GapMode, GapReason
from runway_desktop.domain.film.timecode import RATES, FrameRate
from runway_desktop.domain.library import Filter, KeptSheet
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Look, Mark, OutputState, Pick, Presence, Request, Source, State, TaskId, Trim
from runway_desktop.services.library.sheets import KeptRow, SentTask, SheetContent, write, write_row
from runway_desktop.services.tasks.judging import Judging
from runway_desktop.usecases.cut.playing import CutView, in_order
from runway_desktop.usecases.sheets.columns import PROJECT as COLUMN_PROJECT
from runway_desktop.usecases.sheets.columns import SHOT
from runway_desktop.usecases.words.cuts import gap_words
from runway_desktop.values import replace
from tests.rigs.clips import SAMPLES, write_wav
from tests.rigs.cut import PROJECT, SOUNDING, cutting


def told(view: CutView) -> list[tuple[str, int, int]]:
    """Each card with its first frame and its frames."""
    return [(item.name, item.at, item.frames) for item in view.timeline.items]


def names(view: CutView) -> list[str]:
    return [item.name for item in view.timeline.items]


async def test_a_shot_plays_the_latest_pick_of_its_furthest_step_and_clips_before_pictures(tmp_path: Path) -> None:
    async with cutting(tmp_path) as film:
        first = await film.take(1, "010", media=Media.IMAGE, sample="signed.png")
        clip = await film.take(2, "010", made_of=Source(first.id, 0), picked_at=5.0)
        await film.take(3, "010", made_of=Source(first.id, 0), picked_at=9.0)
        await film.take(4, "010", made_of=Source(clip.id, 0), pick=Pick.NONE)
        await film.take(5, "010", made_of=Source(clip.id, 0), media=Media.IMAGE, sample="signed.png")
        view = await film.cuts.open(PROJECT)
        [card] = view.cards
        assert card.take is not None
        assert (card.take.row.task.id, len(card.takes)) == ("t3", 5)
        trying = view.trying("010", TaskId("t4"))
        assert trying.timeline.items[0].path == tmp_path / "4.mp4"
        assert trying.trying("010", None) == view
        assert (await film.cuts.open(PROJECT)) == view, "nothing is stored by trying"


async def test_gaps_say_why_and_keep_the_length_that_was_asked_for(tmp_path: Path) -> None:
    async with cutting(tmp_path) as film:
        await film.take(1, "010", pick=Pick.NONE)
        await film.take(2, "020", state=State.FAILED, pick=Pick.NONE, output={"state": OutputState.FAILED})
        await film.take(3, "030", output={"look": Look(presence=Presence.MISSING)})
        await film.take(4, "040")
        view = await film.cuts.open(PROJECT)
        assert [card.item.gap for card in view.cards] == [
            GapReason.UNPICKED, GapReason.NOT_MADE, GapReason.MISSING, None,
        ]  # fmt: skip
        assert told(view) == [("010", 0, 120), ("020", 120, 120), ("030", 240, 120), ("040", 360, 120)]
        assert [gap_words(card.item) for card in view.cards if card.item.gap] == [
            "010: nothing picked yet", "020: not made yet", "030: its file is missing",
        ]  # fmt: skip
        await film.cuts.set_length(PROJECT, "020", 1.0)
        assert told(await film.cuts.open(PROJECT))[2] == ("030", 144, 120)
        await film.cuts.change(PROJECT, lambda cut: replace(cut, gaps=GapMode.SKIP))
        view = await film.cuts.open(PROJECT)
        assert (view.timeline.frames, len(view.cards)) == (120, 4)


async def test_shots_of_rows_that_were_not_sent_are_gaps_with_the_length_of_the_sheet(tmp_path: Path) -> None:
    async with cutting(tmp_path) as film:
        await film.take(1, "010")
        await film.take(2, "030", state=State.FAILED, pick=Pick.NONE, output={"state": OutputState.FAILED})
        rows = (
            KeptRow(cells={SHOT: "020", "duration": 4}),
            KeptRow(cells={SHOT: "030", "duration": 8}),
            KeptRow(cells={SHOT: "040"}, sent=(SentTask(TaskId("t9")),)),
            KeptRow(cells={SHOT: "050", COLUMN_PROJECT: "Another"}),
            KeptRow(cells={SHOT: "9"}),
        )
        composed = Request(endpoint="text_to_video", model="gen4.5", values={"duration": 6})
        content = SheetContent(name="shots.csv", composed=composed, rows=rows, project=PROJECT)
        kept = KeptSheet(
            id="s1", name="shots.csv", changed_at=1.0, rows=5, unsent=4, text=write(content, [*map(write_row, rows)])
        )
        await film.rig.store.save_sheet(kept)
        view = await film.cuts.open(PROJECT)
        assert told(view) == [("9", 0, 144), ("010", 144, 120), ("020", 264, 96), ("030", 360, 192)]
        assert [card.sheet_id for card in view.cards] == ["s1", "", "s1", "s1"]
        assert gap_words(view.cards[2].item) == "020: not made yet"
        await film.rig.store.save_sheet(replace(kept, changed_at=2.0, text="no sheet"))
        assert names(await film.cuts.open(PROJECT)) == ["010", "030"]


async def test_in_and_out_stay_with_the_take_and_a_long_cut_does_not_drift(tmp_path: Path) -> None:
    async with cutting(tmp_path) as film:
        judging: Judging = film.cases.judging
        for number in range(1, 8):
            await film.take(number)
        view = await film.cuts.open(PROJECT)
        for card in view.cards:
            await judging.set_trims(card.trims(1.0, 2.01))
        view = await film.cuts.open(PROJECT)
        assert view.timeline.frames == 24 * 7 + 2, "seven times 24.24 frames are 169.68"
        assert {item.start for item in view.timeline.items} == {1.0}
        await judging.set_trims(view.cards[0].trims(0.0, 5.0))
        assert (await film.rig.task(TaskId("t1"))).trims == ()
        await judging.set_trims({TaskId("t2"): (Trim(0, 9.0, 12.0),)})
        assert (await film.cuts.open(PROJECT)).timeline.items[1].frames == 120, "of another length: it is whole"


async def test_clip_without_a_known_length_plays_as_long_as_was_asked_for(tmp_path: Path) -> None:
    async with cutting(tmp_path) as film:
        await film.take(1, output={"duration": 0.0, "width": 0, "height": 0})
        view = await film.cuts.open(PROJECT)
        assert (told(view), view.timeline.size) == ([("010", 0, 120)], (1920, 1080))


async def test_order_is_of_this_cut_and_a_new_shot_follows_the_one_before_it(tmp_path: Path) -> None:
    async with cutting(tmp_path) as film:
        for number in (1, 2, 4):
            await film.take(number)
        before = await film.cuts.move(await film.cuts.open(PROJECT), "040", "010")
        assert names(await film.cuts.open(PROJECT)) == ["040", "010", "020"]
        await film.take(3)
        assert names(await film.cuts.open(PROJECT)) == ["040", "010", "020", "030"]
        await film.cuts.change(PROJECT, lambda _: before)
        assert names(await film.cuts.open(PROJECT)) == ["010", "020", "030", "040"]
        await film.cuts.move(await film.cuts.open(PROJECT), "010", None)
        assert names(await film.cuts.open(PROJECT)) == ["020", "030", "040", "010"]
    assert in_order(["c", "gone", "a"], ["a", "b", "c"]) == ["c", "a", "b"]


async def test_notes_of_the_cut_keep_their_time_and_those_of_a_take_move_with_it(tmp_path: Path) -> None:
    async with cutting(tmp_path) as film:
        mark = Mark(id="m", at=2.0, text="His hand", made_at=0.0)
        await film.take(1, marks=(mark, replace(mark, id="n", at=4.5)), trims=(Trim(0, 1.0, 4.0),))
        await film.take(2)
        await film.cuts.change(PROJECT, lambda cut: replace(cut, notes=(CutNote(id="c", at=1.5, text="Wind"),)))
        view = await film.cuts.open(PROJECT)
        assert view.timeline.told() == [(24, "His hand", ""), (36, "Wind", "")]
        await film.cuts.move(view, "010", None)
        assert (await film.cuts.open(PROJECT)).timeline.told() == [(36, "Wind", ""), (144, "His hand", "")]


async def test_files_from_outside_are_measured_trimmed_and_never_changed(tmp_path: Path) -> None:
    async with cutting(tmp_path) as film:
        await film.take(1)
        await film.take(2)
        view = await film.cuts.open(PROJECT)
        before = await film.cuts.add_files(view, [SAMPLES / SOUNDING, SAMPLES / "mark.svg"], "020")
        view = await film.cuts.open(PROJECT)
        assert told(view) == [("010", 0, 120), (SOUNDING, 120, 96), ("mark.svg", 216, 72), ("020", 288, 120)]
        card = view.cards[1]
        assert card.file is not None
        assert (card.item.has_sound, card.item.size) == (True, (960, 540))
        await film.cuts.trim_file(card, PROJECT, 1.0, 2.0)
        await film.cuts.set_length(PROJECT, view.cards[2].id, 1.0)
        assert [frames for _, _, frames in told(await film.cuts.open(PROJECT))] == [120, 24, 24, 120]
        await film.cuts.remove_file(PROJECT, card.id)
        assert names(await film.cuts.open(PROJECT)) == ["010", "mark.svg", "020"]
        await film.cuts.change(PROJECT, lambda _: before)
        assert names(await film.cuts.open(PROJECT)) == ["010", "020"]


async def test_what_cannot_play_is_refused_in_a_sentence_and_nothing_is_added(tmp_path: Path) -> None:
    text, sound = tmp_path / "notes.txt", write_wav(tmp_path / "wind.wav")
    text.write_text("A fox")
    async with cutting(tmp_path) as film:
        await film.take(1)
        view = await film.cuts.open(PROJECT)
        for path, says in ((text, "is no clip, picture or sound"), (sound, "belongs into the lane of sound")):
            with pytest.raises(NotPossible, match=says):
                await film.cuts.add_files(view, [SAMPLES / SOUNDING, path])
        with pytest.raises(DiskError, match="cannot be read"):
            await film.cuts.add_files(view, [tmp_path / "gone.mp4"])
        with pytest.raises(NotPossible, match="is no sound"):
            await film.cuts.set_sound(PROJECT, SAMPLES / "copper-16x9-5s.mp4")
        assert await film.cuts.open(PROJECT) == view


async def test_one_lane_of_sound_is_set_and_put_back(tmp_path: Path) -> None:
    async with cutting(tmp_path) as film:
        before = await film.cuts.set_sound(PROJECT, write_wav(tmp_path / "wind.wav", seconds=3.0), -6.0)
        sound = (await film.cuts.open(PROJECT)).timeline.sound
        assert sound is not None
        assert (Path(sound.path).name, sound.duration, sound.gain_db, len(sound.sha256)) == ("wind.wav", 3.0, -6.0, 64)
        with_sound = await film.cuts.change(PROJECT, lambda _: before)
        assert (await film.cuts.open(PROJECT)).timeline.sound is None
        await film.cuts.change(PROJECT, lambda _: with_sound)
        await film.cuts.set_sound(PROJECT, None)
        assert (await film.cuts.open(PROJECT)).timeline.sound is None


async def test_credits_of_a_second_are_those_paid_for_what_plays(tmp_path: Path) -> None:
    async with cutting(tmp_path) as film:
        await film.take(1, cost_credits=60.0)
        await film.take(2, cost_credits=20.0, trims=(Trim(0, 0.0, 3.0),))
        await film.take(3, cost_credits=500.0, pick=Pick.NONE)
        view = await film.cuts.open(PROJECT)
        assert view.credits_per_second == 10.0
        assert view.timeline.seconds == 13.0
        assert (await film.cuts.open("Another")).credits_per_second == 0.0


async def test_picks_without_a_shot_are_cards_of_their_own(tmp_path: Path) -> None:
    async with cutting(tmp_path) as film:
        for number in (1, 2):
            await film.take(number, shot="", title=f"Fox {number}" if number == 2 else "")
        await film.take(3, shot="", pick=Pick.NONE)
        assert names(await film.cuts.open(PROJECT)) == ["Prompt 1", "Fox 2"]


@pytest.mark.parametrize("rate", RATES, ids=lambda rate: rate.name)
async def test_rate_changes_frames_and_not_lengths(tmp_path: Path, rate: FrameRate) -> None:
    async with cutting(tmp_path) as film:
        for number in range(1, 4):
            await film.take(number, trims=(Trim(0, 0.0, 3.3),))
        await film.cuts.change(PROJECT, lambda cut: replace(cut, rate=rate))
        view = await film.cuts.open(PROJECT)
        assert view.cut.rate == rate
        assert view.timeline.seconds == pytest.approx(9.9, abs=0.5 / rate.fps)


async def test_four_hundred_shots_open_at_once(tmp_path: Path) -> None:
    async with cutting(tmp_path) as film:
        for number in range(400):
            await film.take(number, f"{number:04}", sample="")
        view = await film.cuts.open(PROJECT)
        begun = time.process_time()
        again = view.trying("0399", None)
        assert time.process_time() - begun < 0.5, "a try is felt at once"
        assert (len(again.cards), again.timeline.frames) == (400, 48_000)


async def test_renamed_project_keeps_its_cut_and_undo_gives_it_back_with_later_changes(tmp_path: Path) -> None:
    async with cutting(tmp_path) as film:
        await film.take(1)
        await film.cuts.change(PROJECT, lambda cut: replace(cut, gaps=GapMode.SKIP))
        renamed = await film.cases.page_names.rename(Filter(projects=frozenset({PROJECT})), "Storm")
        assert renamed is not None
        assert (await film.cuts.open("Storm")).cut.gaps is GapMode.SKIP
        await film.cuts.change("Storm", lambda cut: replace(cut, rate=RATES[1]))
        await film.cases.page_names.undo(renamed)
        cut = (await film.cuts.open(PROJECT)).cut
        assert (cut.project, cut.gaps, cut.rate) == (PROJECT, GapMode.SKIP, RATES[1])


async def test_project_that_is_renamed_to_another_one_does_not_replace_its_cut(tmp_path: Path) -> None:
    async with cutting(tmp_path) as film:
        await film.take(1)
        await film.take(2, project="Storm")
        await film.cuts.change(PROJECT, lambda cut: replace(cut, gaps=GapMode.SKIP))
        await film.cuts.change("Storm", lambda cut: replace(cut, rate=RATES[1]))
        renamed = await film.cases.page_names.rename(Filter(projects=frozenset({PROJECT})), "Storm")
        assert renamed is not None
        kept = (await film.cuts.open("Storm")).cut
        assert (kept.gaps, kept.rate) == (GapMode.CARD, RATES[1])
        await film.cases.page_names.undo(renamed)
        assert (await film.cuts.open(PROJECT)).cut.gaps is GapMode.SKIP
        assert (await film.cuts.open("Storm")).cut == kept
