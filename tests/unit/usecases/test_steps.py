"""Steps of a project: which picks go on, what *Continue* makes of them, and that nothing is made twice."""

from __future__ import annotations

import base64
import hashlib
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.account import ModelLimits
from runway_desktop.domain.errors import NotPossible
from runway_desktop.domain.film.steps import Chain, ChainId, StepInput
from runway_desktop.domain.inputs import last_frame
from runway_desktop.domain.library import Filter
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Input, Look, Pick, Presence, Request, Source, State, StepId, Task, TaskId, Trim
from runway_desktop.services.intake.found_inputs import path_of
from runway_desktop.services.tasks.submission import Ask
from runway_desktop.store.sqlite_store import SqliteStore
from runway_desktop.usecases.sending.sending import NotAnswered
from runway_desktop.usecases.steps import NEEDS_WINDOW, Board, Steps, problems_of, question_of, whose_words
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.values import replace
from tests.rigs.cast import with_picture
from tests.rigs.engine_rig import CATALOG, Rig
from tests.rigs.engines import Unasked, engine_of
from tests.rigs.film import CHAIN, CLIP, LARGER, NEXT, PICTURE, PROJECT, SOUND, add_take
from tests.rigs.rows import saved, task


class Film:
    """A project with its pictures on disk."""

    def __init__(self, rig: Rig, folder: Path) -> None:
        self.rig = rig
        self.folder = folder
        self.cases = UseCases(engine_of(rig, folder / "library"))
        self.cases.sending = Unasked(self.cases._engine)
        self.steps: Steps = self.cases.steps

    async def add(self, number: int, **more: Any) -> Task:
        return await add_take(self.rig, self.folder, number, **more)

    async def board(self, chain: Chain = CHAIN) -> Board:
        return await self.steps.board(PROJECT, chain)

    async def sent(self) -> list[dict[str, Any]]:
        """The bodies that Runway got, in order."""
        await self.rig.clock.advance(60)
        return [dict(call.arguments[1]) for call in self.rig.runway.named("create")]


@asynccontextmanager
async def a_film(folder: Path, **more: Any) -> AsyncIterator[Film]:
    rig = Rig(loops=("lane",), **more)
    rig.runway.account = replace(rig.runway.account, limits={"gen4.5": ModelLimits(concurrent=9, daily=100)})
    async with rig:
        await rig.account.start()
        yield Film(rig, folder)


async def test_picks_alone_go_on_with_the_shots_prompt_as_first_frames_of_clips(tmp_path: Path):
    async with a_film(tmp_path) as film:
        await film.add(1)
        await film.add(2)
        await film.add(3, pick=Pick.NONE)
        await film.add(4, shot="020", pick=Pick.REJECT)
        board = await film.board()
        assert [(row.name, len(row.cells[0].takes), len(row.cells[1].coming)) for row in board.rows] == [
            ("010", 3, 2),
            ("020", 1, 0),
        ]
        bill = await film.steps.bill(board.ready())
        assert await film.sent() == []
        ids = await film.steps.send(bill)
        bodies = await film.sent()
        assert [body["promptText"] for body in bodies] == ["Keeper 1", "Keeper 2"]
        content = [base64.b64decode(body["promptImage"].partition(",")[2]) for body in bodies]
        assert content == [(tmp_path / f"{n}.png").read_bytes() for n in (1, 2)]
        made = [await film.rig.task(task_id) for task_id in ids]
        assert [(one.step, one.made_of, one.project, one.shot) for one in made] == [
            (CLIP.id, Source(TaskId(f"t{n}"), 0), PROJECT, "010") for n in (1, 2)
        ]
        assert (await film.board()).ready() == ()


async def test_pick_continued_before_is_asked_about_whatever_its_seed(tmp_path: Path):
    async with a_film(tmp_path) as film:
        await film.add(1)
        [ready] = (await film.board()).ready()
        await film.steps.send(await film.steps.bill([ready]))
        await film.rig.clock.advance(3600)
        other = replace(CHAIN, steps=(PICTURE, replace(CLIP, values={**CLIP.values, "seed": 7}), *CHAIN.steps[2:]))
        board = await film.board(other)
        [again] = board.rows[0].cells[1].done
        bill = await film.steps.bill([again])
        assert bill.again == 1
        question = question_of(bill, None)
        assert question is not None
        assert question.title == "Continue 1 pick again?"
        with pytest.raises(NotAnswered) as refused:
            await film.steps.send(bill)
        assert refused.value.left == {Ask.REPEAT}
        assert len(await film.sent()) == 1
        await film.steps.send(await film.steps.bill([again]), {Ask.REPEAT})
        assert len(await film.sent()) == 2


async def test_two_faces_that_continue_at_once_make_one_clip(tmp_path: Path):
    async with a_film(tmp_path) as film:
        await film.add(1)
        board = await film.board()
        first, second = await film.steps.bill(board.ready()), await film.steps.bill(board.ready())
        await film.steps.send(first)
        with pytest.raises(NotAnswered):
            await film.steps.send(second)
        assert len(await film.sent()) == 1


async def test_pick_withdrawn_before_sending_leaves_the_bill_and_later_results_stay(tmp_path: Path):
    async with a_film(tmp_path) as film:
        first = await film.add(1)
        await film.add(2)
        await film.add(3, media=Media.VIDEO, step=CLIP.id, made_of=Source(first.id, 0), pick=Pick.NONE)
        await film.rig.store.save(replace(first, pick=Pick.NONE))
        board = await film.board()
        assert [one.take.row.task.id for one in board.ready()] == ["t2"]
        assert [take.row.task.id for take in board.rows[0].cells[1].takes] == ["t3"]


async def test_withdrawn_request_can_be_continued_again_and_a_failed_one_asks(tmp_path: Path):
    async with a_film(tmp_path) as film:
        picture, other = await film.add(1), await film.add(2)
        withdrawn = task(3, State.CANCELLED, remote_id=None, step=CLIP.id, made_of=Source(picture.id, 0))
        failed = task(4, State.FAILED, step=CLIP.id, made_of=Source(other.id, 0), removed_at=1.0)
        await film.rig.store.add([withdrawn, failed], (), None, ())
        board = await film.board()
        assert [one.take.row.task.id for one in board.ready()] == ["t1"]
        assert [one.take.row.task.id for one in board.rows[0].cells[1].done] == ["t2"]


async def test_last_frame_comes_from_the_window_once_and_is_kept(tmp_path: Path):
    async with a_film(tmp_path) as film:
        picture = await film.add(1)
        made = {"media": Media.VIDEO, "step": CLIP.id, "made_of": Source(picture.id, 0)}
        clip = await film.add(2, **made, note="She turns", trims=(Trim(0, 0.0, 1.5),))
        path = tmp_path / "2.mp4"
        await film.rig.store.save_output(
            saved(clip, str(path), media=Media.VIDEO, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
        )
        ready = (await film.board()).ready(NEXT.id)
        without = await film.steps.bill(ready)
        assert without.prepared is None
        assert [str(one) for one in without.left_out] == [f"010: {NEEDS_WINDOW.with_(name='2.mp4')}"]
        picture_bytes = (tmp_path / "1.png").read_bytes()
        await film.cases.input_fixer.keep_frame(path, b"the end of the file", last_frame(None))
        assert (await film.steps.bill(ready)).prepared is None, "the frame of another out is no substitute"

        async def frame(of: Path, out: float | None) -> Path:
            assert out == 1.5
            return await film.cases.input_fixer.keep_frame(of, picture_bytes, last_frame(out))

        assert (await film.steps.bill(ready, frame)).prepared is not None
        bill = await film.steps.bill(ready)
        assert not bill.left_out, "a script can go on from a frame that is kept"
        await film.cases.judging.set_trims({clip.id: ()})
        [kept] = [path_of(one.request.values["promptImage"]) for one in bill.ready]
        assert kept is not None
        assert kept.read_bytes() == picture_bytes, "the bill shows what is sent, also if out changes meanwhile"
        await film.steps.send(bill)
        [body] = await film.sent()
        assert body["promptText"] == "She turns"
        assert base64.b64decode(body["promptImage"].partition(",")[2]) == picture_bytes


async def test_missing_file_is_one_sentence_and_the_others_go_on(tmp_path: Path):
    async with a_film(tmp_path) as film:
        gone, lost = await film.add(1), await film.add(2, shot="020")
        await film.add(3, shot="030")
        output = saved(gone, str(tmp_path / "1.png"), media=Media.IMAGE, look=Look(presence=Presence.MISSING, at=1.0))
        await film.rig.store.save_output(replace(output, sha256="0" * 64))
        (tmp_path / "2.png").unlink()
        board = await film.board()
        assert [list(map(str, row.cells[1].problems)) for row in board.rows] == [
            ["1.png is no longer where it was saved."], [], []
        ]  # fmt: skip
        bill = await film.steps.bill(board.ready())
        [said] = map(str, bill.left_out)
        assert re.fullmatch("020: There is no file “.*/2.png”.", said)
        await film.steps.send(bill)
        assert [body["promptText"] for body in await film.sent()] == ["Keeper 3"]
        assert lost.pick is Pick.PICK


async def test_takes_of_other_chains_stand_by_generation_and_kind(tmp_path: Path):
    async with a_film(tmp_path) as film:
        picture = await film.add(1, pick=Pick.NONE)
        clip = await film.add(2, media=Media.VIDEO, made_of=Source(picture.id, 0), pick=Pick.NONE)
        await film.add(3, media=Media.VIDEO, made_of=Source(clip.id, 0), pick=Pick.NONE)
        await film.add(4, media=Media.VIDEO, shot="", pick=Pick.NONE)
        board = await film.board()
        found = [[[take.row.task.id for take in cell.takes] for cell in row.cells] for row in board.rows]
        assert found == [[["t1"], ["t2"], ["t3"], []], [[], ["t4"], [], []]]
        only_clips = replace(CHAIN, steps=(PICTURE, SOUND))
        assert [len(row.others) for row in (await film.board(only_clips)).rows] == [2, 1]


async def test_chains_are_kept_by_name_chosen_by_project_and_come_back(tmp_path: Path):
    async with a_film(tmp_path) as film:
        assert await film.steps.save(CHAIN) is None
        assert await film.steps.chain_of(PROJECT) == CHAIN
        other = replace(CHAIN, id=ChainId("c2"), name="Calm")
        await film.steps.save(other)
        assert [chain.name for chain in await film.steps.chains()] == ["Calm", "Storm"]
        assert await film.steps.chain_of(PROJECT) is None
        film.steps.show(PROJECT, CHAIN.id)
        film.steps.show("Lagoon", other.id)
        assert await film.steps.chain_of(PROJECT) == CHAIN
        before = await film.steps.save(replace(CHAIN, name="Gale"))
        assert before == CHAIN
        assert (await film.steps.save(before)).name == "Gale"
        removed = await film.steps.remove(CHAIN.id)
        assert removed == CHAIN
        assert await film.steps.chain_of(PROJECT) == other, "it is the only one"
        await film.steps.save(removed)
        assert await film.steps.chain_of(PROJECT) == CHAIN


async def test_renamed_project_keeps_its_chain(tmp_path: Path):
    async with a_film(tmp_path) as film:
        await film.add(1)
        await film.steps.save(CHAIN)
        await film.steps.save(replace(CHAIN, id=ChainId("c2")))
        film.steps.show(PROJECT, CHAIN.id)
        renamed = await film.cases.page_names.rename(Filter(projects=frozenset({PROJECT})), "Storm")
        assert renamed is not None
        assert await film.steps.chain_of("Storm") == CHAIN
        await film.cases.page_names.undo(renamed)
        assert await film.steps.chain_of(PROJECT) == CHAIN


def test_problems_of_a_chain_are_told_while_it_is_built():
    gone = replace(CLIP, model="gen9")
    unfit = replace(LARGER, id=StepId("s6"))
    wrong = replace(CLIP, values={"ratio": "1:1000"})
    chain = replace(CHAIN, steps=(PICTURE, CLIP, CLIP, gone, replace(SOUND, id=StepId("s7")), unfit))
    assert [str(one) for one in problems_of(replace(chain, steps=(PICTURE, unfit)), CATALOG)][1] == (
        "Magnific Creative takes no picture."
    )
    assert [bool(one) for one in problems_of(chain, CATALOG)] == [False, False, True, True, False, True]
    assert problems_of(CHAIN, CATALOG) == ["", "", "", ""]
    assert problems_of(replace(CHAIN, steps=(CLIP,)), CATALOG)[0], "there is no picture before it"
    assert problems_of(replace(CHAIN, steps=(PICTURE, wrong)), CATALOG)[1]
    last = replace(NEXT, id=StepId("s8"))
    said = problems_of(replace(CHAIN, steps=(PICTURE, last)), CATALOG)[1]
    assert str(said) == "“Text → image” makes no clip, so there is no last frame."


async def test_model_that_left_the_catalog_sends_nothing_and_keeps_all(tmp_path: Path):
    async with a_film(tmp_path) as film:
        await film.add(1)
        chain = replace(CHAIN, steps=(PICTURE, replace(CLIP, model="gen9")))
        await film.steps.save(chain)
        board = await film.board(await film.steps.chain_of(PROJECT))
        assert str(board.columns[1].problem) == "The catalog has no model “Gen9” for this."
        assert board.ready() == ()
        assert board.rows[0].cells[0].takes
        with pytest.raises(NotPossible):
            await film.steps.send(await film.steps.bill(board.ready()))


async def test_sound_is_made_of_the_clip_or_of_the_prompt_alone(tmp_path: Path):
    async with a_film(tmp_path) as film:
        picture = await film.add(1, pick=Pick.NONE)
        clip = await film.add(2, media=Media.VIDEO, made_of=Source(picture.id, 0))
        effect = replace(SOUND, endpoint="sound_effect", model="eleven_text_to_sound_v2", input=StepInput.NOTHING)
        for sound, inputs in ((SOUND, {"videoUri"}), (effect, set[str]())):
            [ready] = (await film.board(replace(CHAIN, steps=(PICTURE, CLIP, sound)))).ready()
            assert (ready.request.prompt, ready.mark[0]) == ("Wind", Source(clip.id, 0))
            assert {"videoUri"} & ready.request.values.keys() == inputs


async def test_several_takes_of_a_pick_differ_in_their_seeds(tmp_path: Path):
    async with a_film(tmp_path) as film:
        await film.add(1)
        clip = replace(CLIP, amount=2, values={**CLIP.values, "seed": 7})
        await film.steps.send(await film.steps.bill((await film.board(replace(CHAIN, steps=(PICTURE, clip)))).ready()))
        assert ["seed" in body for body in await film.sent()] == [False, False]


async def test_bill_says_whose_picks_they_are(tmp_path: Path):
    async with a_film(tmp_path) as film:
        await film.add(1)
        await film.add(2)
        assert whose_words((await film.board()).ready()) == "Your 2 picks"
        await film.add(3, picked_by="Jana")
        assert whose_words((await film.board()).ready()) == "2 yours and 1 of Jana"


async def test_members_of_the_shots_prompt_are_carried_and_the_templates_join(tmp_path: Path):
    async with a_film(tmp_path) as film:
        maya = await with_picture(film.cases._engine, tmp_path, words="red hair")
        await with_picture(film.cases._engine, tmp_path, "Ben")
        request = Request(endpoint="text_to_image", model="seedream5_pro", values={}, prompt="Maya turns to @Eve")
        await film.add(1, request=request, cast=(maya.id,))
        clip = replace(CLIP, model="klingO3_pro", values={}, template="{prompt}, with @Ben, @Nobody")
        [ready] = (await film.board(replace(CHAIN, steps=(PICTURE, clip)))).ready()
        assert ready.cast == ("maya", "ben")
        assert ready.unknown == ("Nobody",), "a name that was text stays text"
        assert ready.request.values["promptImage"] == (tmp_path / "1.png").as_uri()
        assert len(ready.request.values["references"]) == 2
        [made] = await film.steps.send(await film.steps.bill([ready]))
        assert (await film.rig.task(made)).cast == ("maya", "ben")


async def test_board_of_200_shots_with_2000_takes_is_read_within_200_ms(tmp_path: Path):
    """Of the processor: that of the database's threads too."""
    store = await SqliteStore.open(tmp_path / "a.db")
    try:
        async with a_film(tmp_path, store=store) as film:
            tasks = [
                task(n, State.SUCCEEDED, project=PROJECT, shot=f"{n // 10:03}", pick=Pick.NONE if n % 10 else Pick.PICK)
                for n in range(2_000)
            ]
            results = [saved(one, str(tmp_path / f"{one.id}.png"), media=Media.IMAGE, sha256=one.id) for one in tasks]
            inputs = [Input(task_id=one.id, field_path=("x",), uri="file:///x", path="/x/y.png") for one in tasks]
            await store.add(tasks, inputs, None, (), results)
            took = []
            for _ in range(3):
                begun = time.process_time()
                board = await film.board()
                took.append(time.process_time() - begun)
            assert (len(board.rows), len(board.ready())) == (200, 200)
            assert min(took) < 0.2, took
    finally:
        await store.close()
