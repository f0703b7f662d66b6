"""Answers become picks, tags and notes, and never take over what the person or another client decided."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.errors import NotPossible, StoreError
from runway_desktop.domain.library import Document, Filter
from runway_desktop.domain.media import Media
from runway_desktop.domain.review import Answer, Need, Round, Said, SentClip, Settled
from runway_desktop.domain.task import Pick, State, Task, TaskId
from runway_desktop.texts import Text
from runway_desktop.usecases.review.answer import Comment, Decision, Decisions
from runway_desktop.usecases.review.reviews import Read
from runway_desktop.usecases.review.sending import read_rounds
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.values import replace
from tests.rigs.engine_rig import Rig
from tests.rigs.engines import engine_of
from tests.rigs.rows import saved, task

SENT = 1000.0


def hash_of(number: int) -> str:
    return f"{number:064x}"


class Reviewed:
    """A project whose takes 1 to n were sent as the clips 0 to n - 1 of one round."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.cases = UseCases(engine_of(rig, Path("/library")))
        self.reviews = self.cases.reviews

    async def sent(self, *takes: dict[str, Any]) -> None:
        clips = []
        for number, members in enumerate(takes, start=1):
            made = task(number, State.SUCCEEDED, **({"project": "Aurora", "shot": f"0{number}0"} | members))
            await self.rig.store.add([made], [], None, ())
            await self.rig.store.save_outputs(
                [saved(made, f"/library/{number}", media=Media.VIDEO, sha256=hash_of(number))]
            )
            clips.append(SentClip(task_id=made.id, sha256=hash_of(number), shot=made.shot))
        one = Round(id="r1", project="Aurora", number=1, title="Aurora, round 1", sent_at=SENT, clips=tuple(clips))
        await self.reviews.sending.save(one)

    async def read(self, *said: tuple[int, str, str], by: str = "Jonas") -> Read:
        clips = tuple(
            Decision(number=number - 1, sha256=hash_of(number), decision=decision,  # type: ignore[arg-type]
                     comments=(Comment(at=2.1, text=text),) if text else ())
            for number, decision, text in said
        )  # fmt: skip
        return await self.reviews.read(
            Decisions(schema="runway-desktop.review", format=1, round="r1", by=by, clips=clips)
        )

    async def said(self, number: int) -> tuple[Round, Answer, Said]:
        """As stored, of the latest answer."""
        (one,) = await self.reviews.sending.rounds("Aurora")
        return one, one.answers[-1], next(said for said in one.answers[-1].clips if said.number == number - 1)

    def task(self, number: int) -> Task:
        return self.rig.store.tasks[TaskId(f"t{number}")]

    def judged(self) -> list[tuple[Pick, str, tuple[str, ...], list[str]]]:
        found = [self.rig.store.tasks[one] for one in sorted(self.rig.store.tasks)]
        return [(one.pick, one.picked_by, one.tags, [mark.text for mark in one.marks]) for one in found]


async def test_approved_is_picked_rejected_is_rejected_and_change_never_drops_a_pick() -> None:
    async with Rig(loops=()) as rig:
        film = Reviewed(rig)
        await film.sent({}, {"pick": Pick.PICK}, {"pick": Pick.PICK}, {"pick": Pick.PICK})
        came = await film.read((1, "approve", "Lovely"), (2, "reject", ""), (3, "change", "Warmer"), (4, "approve", ""))
        assert film.judged() == [
            (Pick.PICK, "Jonas", (), ["Lovely"]),
            (Pick.REJECT, "Jonas", (), []),
            (Pick.PICK, "", ("change",), ["Warmer"]),
            (Pick.PICK, "", (), []),
        ]
        (mark,) = film.task(3).marks
        assert (mark.at, mark.by, mark.is_done) == (2.1, "Jonas", False)
        assert came.round.open == 0


async def test_approval_takes_the_place_of_the_pick_that_was_sent_beside_it() -> None:
    async with Rig(loops=()) as rig:
        film = Reviewed(rig)
        await film.sent({"shot": "010", "pick": Pick.PICK, "picked_at": SENT - 1}, {"shot": "010"})
        came = await film.read((2, "approve", ""))
        assert [pick for pick, *_ in film.judged()] == [Pick.NONE, Pick.PICK]
        await film.reviews.undo(came.round, came.answer)
        assert (film.task(1).pick, film.task(1).picked_at, film.task(2).pick) == (Pick.PICK, SENT - 1, Pick.NONE)


async def test_comment_on_a_pick_stays_when_the_same_answer_approves_another_take() -> None:
    async with Rig(loops=()) as rig:
        film = Reviewed(rig)
        await film.sent({"shot": "010", "pick": Pick.PICK}, {"shot": "010"})
        before = film.judged()
        came = await film.read((1, "change", "Too dark"), (2, "approve", ""))
        assert film.judged() == [(Pick.NONE, "", ("change",), ["Too dark"]), (Pick.PICK, "Jonas", (), [])]
        await film.reviews.undo(came.round, came.answer)
        assert film.judged() == before


async def test_same_answer_twice_changes_nothing() -> None:
    async with Rig(loops=()) as rig:
        film = Reviewed(rig)
        await film.sent({})
        assert (await film.read((1, "approve", "Lovely"))).is_new
        before = film.judged()
        await film.cases.judging.pick([TaskId("t1")], Pick.NONE)
        assert not (await film.read((1, "approve", "Lovely"))).is_new
        assert film.task(1).pick is Pick.NONE
        assert [marks for *_, marks in film.judged()] == [marks for *_, marks in before]


@pytest.mark.parametrize("takes", [True, False])
async def test_what_the_person_picked_after_sending_waits_for_the_person(takes: bool) -> None:
    async with Rig(loops=()) as rig:
        film = Reviewed(rig)
        await film.sent({"shot": "010"}, {"shot": "010", "pick": Pick.PICK, "picked_at": SENT + 1})
        await film.read((1, "approve", "This one"), (2, "reject", ""))
        one, answer, said = await film.said(1)
        assert (said.need, said.rival, one.open) == (Need.PICKED, 2, 2)
        assert film.judged() == [(Pick.NONE, "", (), ["This one"]), (Pick.PICK, "", (), [])]
        await film.reviews.settle(one, answer, said.number, takes=takes)
        one, _, said = await film.said(1)
        assert (said.settled, one.open) == (Settled.TAKEN if takes else Settled.KEPT, 1)
        assert [pick for pick, *_ in film.judged()] == ([Pick.PICK, Pick.NONE] if takes else [Pick.NONE, Pick.PICK])
        assert film.task(1).picked_by == ("Jonas" if takes else "")


@pytest.mark.parametrize("before", [Pick.NONE, Pick.PICK])
async def test_two_clients_who_disagree_wait_for_the_person(before: Pick) -> None:
    async with Rig(loops=()) as rig:
        film = Reviewed(rig)
        await film.sent({"pick": before})
        await film.read((1, "approve", ""), by="Mara")
        await film.read((1, "reject", "Too dark"), by="Jonas")
        _, _, said = await film.said(1)
        assert (said.need, said.by, film.task(1).pick) == (Need.OTHERS, "Mara", Pick.PICK)


async def test_client_may_revise_an_answer() -> None:
    async with Rig(loops=()) as rig:
        film = Reviewed(rig)
        await film.sent({})
        await film.read((1, "approve", ""))
        await film.read((1, "reject", ""))
        assert film.judged() == [(Pick.REJECT, "Jonas", (), [])]


async def test_undo_of_a_revision_brings_back_nothing_of_an_answer_undone_before_it() -> None:
    async with Rig(loops=()) as rig:
        film = Reviewed(rig)
        await film.sent({})
        first = await film.read((1, "approve", ""))
        revised = await film.read((1, "reject", ""))
        await film.reviews.undo(first.round, first.answer)
        assert film.judged() == [(Pick.REJECT, "Jonas", (), [])]
        await film.reviews.undo(revised.round, revised.answer)
        assert film.judged() == [(Pick.NONE, "", (), [])]


async def test_removed_take_is_restored_or_noted_on_its_shot() -> None:
    async with Rig(loops=()) as rig:
        film = Reviewed(rig)
        await film.sent({"shot": "010", "removed_at": SENT + 5}, {"shot": "010", "note": "Mine"})
        await film.read((1, "approve", "Shorter"))
        one, answer, said = await film.said(1)
        assert (said.need, said.at, film.task(1).marks) == (Need.REMOVED, SENT + 5, ())
        await film.reviews.settle(one, answer, said.number, takes=False)
        assert (film.task(2).note, film.task(1).removed_at) == ("Mine\nJonas: Shorter", SENT + 5)
        await film.read((1, "approve", "Longer"))
        one, answer, said = await film.said(1)
        await film.reviews.settle(one, answer, said.number, takes=True)
        assert (film.task(1).removed_at, film.task(1).pick, len(film.task(1).marks)) == (None, Pick.PICK, 1)


async def test_take_that_was_removed_before_the_person_decided_waits_again() -> None:
    async with Rig(loops=()) as rig:
        film = Reviewed(rig)
        await film.sent({"shot": "010"}, {"shot": "010", "pick": Pick.PICK, "picked_at": SENT + 1})
        await film.read((1, "approve", ""))
        one, answer, said = await film.said(1)
        await rig.actions.remove([TaskId("t1")])
        await film.reviews.settle(one, answer, said.number, takes=True)
        _, _, said = await film.said(1)
        assert (said.need, said.is_open, film.task(1).pick, film.task(2).pick) == (
            Need.REMOVED, True, Pick.NONE, Pick.PICK,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("decisions", "pick", "tags"),
    [
        (("change", "change"), Pick.NONE, ("change",)),
        (("approve", "reject"), Pick.PICK, ()),
        (("reject", "approve"), Pick.PICK, ()),
    ],
)
async def test_decisions_about_two_results_of_a_task_are_one(
    decisions: tuple[str, str], pick: Pick, tags: tuple[str, ...]
) -> None:
    async with Rig(loops=()) as rig:
        film = Reviewed(rig)
        await film.sent({})
        (one,) = await film.reviews.sending.rounds("Aurora")
        second = SentClip(task_id=TaskId("t1"), index=1, sha256=hash_of(2), shot="010")
        await film.reviews.sending.save(replace(one, clips=(*one.clips, second)))
        came = await film.read((1, decisions[0], ""), (2, decisions[1], ""))
        assert (film.task(1).pick, film.task(1).tags) == (pick, tags)
        await film.reviews.undo(came.round, came.answer)
        assert film.judged() == [(Pick.NONE, "", (), [])]


async def test_undo_of_one_take_leaves_the_others_and_what_was_judged_since() -> None:
    async with Rig(loops=()) as rig:
        film = Reviewed(rig)
        await film.sent({}, {}, {"tags": ("change", "dawn")})
        before = film.judged()
        came = await film.read((1, "approve", "a"), (2, "approve", "b"), (3, "change", "c"))
        await film.reviews.undo(came.round, came.answer, [1])
        assert film.judged()[:2] == [(Pick.PICK, "Jonas", (), ["a"]), before[1]]
        one, answer, said = await film.said(2)
        assert said.settled is Settled.UNDONE
        await film.cases.judging.pick([TaskId("t1")], Pick.REJECT)
        await film.reviews.undo(one, answer)
        assert film.judged() == [(Pick.REJECT, "", (), []), *before[1:]]
        (one,) = await film.reviews.sending.rounds("Aurora")
        assert one.answers == ()


async def test_program_that_dies_leaves_all_of_an_answer_or_nothing() -> None:
    async with Rig(loops=()) as rig:
        film = Reviewed(rig)
        await film.sent({}, {"pick": Pick.PICK})
        left = []

        async def dies() -> None:
            left.append(rig.store.copy())
            raise StoreError(Text("The program was ended."))

        for moment in ("before", "after"):
            setattr(rig.store, moment, dies)
            with pytest.raises(StoreError):
                await film.read((1, "approve", "Lovely"), (2, "reject", ""))
            setattr(rig.store, moment, None)
        found = [
            (
                [one.pick for one in store.tasks.values()],
                len(read_rounds(await store.documents(Document.ROUND))[0].answers),
            )
            for store in left
        ]
        assert found == [([Pick.NONE, Pick.PICK], 0), ([Pick.PICK, Pick.REJECT], 1)]


async def test_answer_that_an_earlier_run_read_is_taken_back() -> None:
    async with Rig(loops=()) as rig:
        film = Reviewed(rig)
        await film.sent({}, {"pick": Pick.PICK})
        before = film.judged()
        await film.read((1, "approve", "Lovely"), (2, "reject", ""))
        later = UseCases(engine_of(rig, Path("/library"))).reviews
        (one,) = await later.sending.rounds("Aurora")
        await later.undo(one, one.answers[0])
        assert film.judged() == before


@pytest.mark.parametrize(
    ("decisions", "said"),
    [
        ({"round": "r2"}, "This answer is to a review of another profile. Nothing was read."),
        ({"clips": (Decision(number=0, sha256=hash_of(2), decision="reject"),)},
         "This answer names clips that “Aurora, round 1” does not have. Nothing was read."),
        ({"clips": (Decision(number=0, sha256=hash_of(1)), Decision(number=7, sha256=hash_of(1)))},
         "This answer names clips that “Aurora, round 1” does not have. Nothing was read."),
        ({}, "This answer decides nothing. Nothing was read."),
    ],
)  # fmt: skip
async def test_answer_of_another_profile_or_a_forged_one_reads_nothing(decisions: dict[str, Any], said: str) -> None:
    async with Rig(loops=()) as rig:
        film = Reviewed(rig)
        await film.sent({})
        with pytest.raises(NotPossible) as refused:
            await film.reviews.read(
                Decisions(**{"schema": "runway-desktop.review", "format": 1, "round": "r1", **decisions})
            )
        assert refused.value.in_words() == said
        assert film.judged() == [(Pick.NONE, "", (), [])]


async def test_pick_of_a_client_without_a_name_is_not_the_persons() -> None:
    async with Rig(loops=()) as rig:
        film = Reviewed(rig)
        await film.sent({})
        await film.read((1, "approve", ""), by="")
        assert film.task(1).picked_by == "Client"


async def test_rounds_go_along_with_a_renamed_project_and_only_those_come_back() -> None:
    async with Rig(loops=()) as rig:
        reviewed = Reviewed(rig)
        await reviewed.sent({})
        save, rounds = reviewed.reviews.sending.save, reviewed.reviews.sending.rounds
        other = Round(id="r2", project="Storm", number=1, title="Storm, round 1", sent_at=SENT, clips=())
        await save(other)
        came = await reviewed.read((1, "approve", ""))
        renamed = await reviewed.cases.page_names.rename(Filter(projects=frozenset({"Aurora"})), "Storm")
        assert renamed is not None
        assert {(one.id, one.project) for one in await rounds("Storm")} == {("r1", "Storm"), ("r2", "Storm")}
        assert await rounds("Aurora") == []
        await reviewed.reviews.undo(came.round, came.answer)
        assert reviewed.task(1).pick is Pick.NONE
        await reviewed.cases.page_names.undo(renamed)
        assert [(one.id, one.project) for one in await rounds("Aurora")] == [("r1", "Aurora")]
        assert await rounds("Storm") == [other]
