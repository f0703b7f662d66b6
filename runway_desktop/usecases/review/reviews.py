"""Answers to rounds of review: which picks, tags and notes they make, what waits for the person, and their undo.

What the person judged after sending is not changed, nor what another client decided. Each answer is one transaction of
tasks, and reading it again changes nothing. Loop's thread; StoreError and NotPossible pass.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from functools import partial

from runway_desktop.domain.errors import NotPossible
from runway_desktop.domain.library import Document
from runway_desktop.domain.review import CHANGE_TAG, Answer, Need, Remark, Round, Said, SentClip, Settled, WasPicked
from runway_desktop.domain.task import Mark, Pick, Task, TaskId
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.engine import Engine
from runway_desktop.services.tasks.judging import Judging
from runway_desktop.texts import Text, _
from runway_desktop.usecases.shots import Shots, ShotTake
from runway_desktop.values import Struct, replace

from .answer import Decisions, decisions_in
from .sending import Sending, read_rounds

_PICKS = {"approve": Pick.PICK, "reject": Pick.REJECT}
_AGAINST = {"approve": Pick.REJECT, "reject": Pick.PICK}
"""Judgments of the take itself that stand against a decision."""


class Read(Struct, frozen=True):
    """`is_new`: False if the same decisions were read before, which changed nothing now."""

    round: Round
    answer: Answer
    is_new: bool


class Reviews:
    def __init__(self, engine: Engine, judging: Judging, shots: Shots) -> None:
        self._engine = engine
        self._judging = judging
        self._shots = shots
        self.sending = Sending(engine, shots)
        self._one_by_one = asyncio.Lock()
        """Two answers at once would each store the round without the other."""

    async def read_text(self, content: str, name: str) -> Read:
        """Of the file `name`; see `decisions_in` and `read`."""
        told = await in_worker(None, decisions_in, content, name)
        async with self._one_by_one:
            return await self.read(told)

    async def read(self, told: Decisions) -> Read:
        """Applies an answer. NotPossible, with nothing read, if it is not about a round of this profile."""
        if (one := await self._stored(told.round)) is None:
            raise NotPossible(Text("This answer is to a review of another profile. Nothing was read."))
        hashes = dict(enumerate(clip.sha256 for clip in one.clips))
        if any(hashes.get(clip.number) != clip.sha256 for clip in told.clips):
            said = Text("This answer names clips that “{title}” does not have. Nothing was read.")
            raise NotPossible(said.with_(title=one.title))
        if (known := next((answer for answer in one.answers if answer.digest == told.digest), None)) is not None:
            return Read(one, known, is_new=False)
        if not told.clips and not told.comment:
            raise NotPossible(Text("This answer decides nothing. Nothing was read."))
        # A pick without a name would be the person's own.
        by = told.by or _("Client")
        clips = tuple(
            Said(number=it.number, decision=it.decision, comments=tuple(Remark(a.at, a.text) for a in it.comments))
            for it in told.clips
        )
        now = self._engine.clock.now()
        answer = Answer(digest=told.digest, by=by, read_at=now, comment=told.comment, clips=clips)
        one, answer = await self._apply(one, answer, clips)
        return Read(one, answer, is_new=True)

    async def settle(self, sent: Round, read: Answer, number: int, *, takes: bool) -> None:
        """The person's decision about a clip that waited: the client's, or what stands. Of a removed take: it is
        restored, or the comments become a note on its shot."""
        async with self._as_stored(sent, read) as (one, answer):
            clip, said = one.clips[number], next(said for said in answer.clips if said.number == number)
            if not said.is_open:
                return
            if not takes:
                edits = await self._note_on_shot(one, clip, answer, said) if said.need is Need.REMOVED else {}
                kept, _answer = _with_said(one, answer, [replace(said, settled=Settled.KEPT)])
                await self._judging.change(edits, "note", self.sending.filed(kept))
            elif said.need is Need.REMOVED:
                await self._engine.actions.restore([clip.task_id])
                await self._apply(one, answer, [said])
            else:
                await self._apply(one, answer, [said], is_sure=True)

    async def undo(self, sent: Round, read: Answer, numbers: Collection[int] | None = None) -> None:
        """Takes back what an answer did to these clips, as far as it still stands; None: all of it, and the answer can
        be read again."""
        async with self._as_stored(sent, read) as (one, answer):
            chosen = [said for said in answer.clips if numbers is None or said.number in numbers]
            edits: defaultdict[TaskId, list[Callable[[Task], Task]]] = defaultdict(list)
            for said in chosen:
                clip = one.clips[said.number]
                for task_id in {clip.task_id, *said.before}:
                    edits[task_id].append(partial(without, said=said, clip=clip, answer=answer))
            at = one.answers.index(answer)
            later = [_before_both(other, chosen, one, answer) for other in one.answers[at + 1 :]]
            left = replace(one, answers=(*one.answers[:at], *later))
            if numbers is not None:
                undone = [replace(said, settled=Settled.UNDONE, before={}, is_tagged=False) for said in chosen]
                left, _answer = _with_said(left, answer, undone)
            await self._judging.change(edits, "answer taken back", self.sending.filed(left))

    async def _stored(self, round_id: str) -> Round | None:
        """Of any project: that may have been renamed since."""
        rounds = await in_worker(None, read_rounds, await self._engine.library.documents(Document.ROUND))
        return next((found for found in rounds if found.id == round_id), None)

    @asynccontextmanager
    async def _as_stored(self, one: Round, answer: Answer) -> AsyncIterator[tuple[Round, Answer]]:
        """The round and the answer as they are stored now; NotPossible if they are not any more."""
        async with self._one_by_one:
            now = await self._stored(one.id)
            known = next((it for it in (now.answers if now is not None else ()) if it.digest == answer.digest), None)
            if now is None or known is None:
                raise NotPossible(Text("This answer was undone before."))
            yield now, known

    async def _apply(
        self, one: Round, answer: Answer, told: Sequence[Said], *, is_sure: bool = False
    ) -> tuple[Round, Answer]:
        """`is_sure`: the person decided for it. A take is approved if one of its results is, whatever is rejected."""
        ids = [one.clips[said.number].task_id for said in told]
        rows = {row.task.id: row.task for row in await self._engine.library.rows(ids)}
        approved = [one.clips[said.number].task_id for said in told if said.decision == "approve"]
        rivals = await self._shots.rivals([task_id for task_id in approved if task_id in rows])
        edits: defaultdict[TaskId, list[Callable[[Task], Task]]] = defaultdict(list)
        done, at = [], self._engine.clock.now()
        for said in sorted(told, key=lambda said: said.decision == "approve"):
            clip = one.clips[said.number]
            task = rows.get(clip.task_id)
            others = rivals.get(clip.task_id, ()) if said.decision == "approve" else ()
            now = replace(said, need=Need.NOTHING, settled=Settled.NOT)
            if is_sure and task is not None and task.removed_at is None:
                now = replace(now, settled=Settled.TAKEN)
            else:
                now = _checked(now, task, others, one, answer)
            if task is not None and now.need is not Need.REMOVED:
                pick = _PICKS.get(said.decision) if now.need is Need.NOTHING else None
                changed = [] if pick in (None, task.pick) else [task, *(other.row.task for other in others)]
                tags = said.decision == "change" and CHANGE_TAG not in task.tags
                before = {it.id: WasPicked(it.pick, it.picked_by, it.picked_at) for it in changed}
                now = replace(now, before=before, is_tagged=said.is_tagged or tags)
                for rival in changed[1:]:
                    edits[rival.id].append(partial(_with, pick=WasPicked(Pick.NONE)))
                mine = WasPicked(pick, answer.by, at) if pick is not None and changed else None
                edits[task.id].append(partial(_with, pick=mine, marks=_marks(answer, now, clip, at), tags=tags))
            done.append(now)
        one, answer = _with_said(one, answer, done)
        await self._judging.change(edits, "answer of a review", self.sending.filed(one))
        return one, answer

    async def _note_on_shot(
        self, one: Round, clip: SentClip, answer: Answer, said: Said
    ) -> dict[TaskId, list[Callable[[Task], Task]]]:
        """To the note of the take that stands for the shot: its pick, else its latest."""
        shots = await self._shots.of_project(one.project)
        takes = [take for shot in shots if shot.name == clip.shot for take in shot.takes]
        if not takes:
            raise NotPossible(Text("Shot {shot} has no take left. Restore this one.").with_(shot=clip.shot))
        task = next((take.row.task for take in reversed(takes) if take.is_picked), takes[-1].row.task)
        lines = [f"{answer.by}: {remark.text}" for remark in said.comments]
        return {task.id: [lambda now: replace(now, note="\n".join(filter(None, [now.note, *lines])).strip())]}


def _with_said(one: Round, answer: Answer, changed: Sequence[Said]) -> tuple[Round, Answer]:
    """The round with these clips of an answer, which may be new."""
    of = {said.number: said for said in changed}
    answer = replace(answer, clips=tuple(of.get(said.number, said) for said in answer.clips))
    others = [other for other in one.answers if other.digest != answer.digest]
    return replace(one, answers=tuple(sorted([*others, answer], key=lambda it: it.read_at))), answer


def _checked(said: Said, task: Task | None, rivals: Sequence[ShotTake], one: Round, answer: Answer) -> Said:
    """With what it needs, if something stands against it."""
    if task is None or task.removed_at is not None:
        return replace(said, need=Need.REMOVED, at=task.removed_at if task is not None else None)
    against: list[tuple[int | None, Task]] = [(None, task)] if task.pick is _AGAINST.get(said.decision) else []
    for number, standing in [*against, *((it.number if task.shot else 0, it.row.task) for it in rivals)]:
        others = _decided_by_others(standing, one, answer)
        if others is not None:
            return replace(said, need=Need.OTHERS, rival=number, by=others[0], at=others[1])
        if not standing.picked_by and (standing.picked_at or 0.0) > one.sent_at:
            need = Need.PICKED if standing.pick is Pick.PICK else Need.REJECTED
            return replace(said, need=need, rival=number, at=standing.picked_at)
    return said


def _decided_by_others(standing: Task, one: Round, answer: Answer) -> tuple[str, float | None] | None:
    """The other client who decided what stands, and when; also where it stood before."""
    if standing.picked_by not in ("", answer.by):
        return standing.picked_by, standing.picked_at
    for other in one.answers:
        for said in other.clips:
            is_same = one.clips[said.number].task_id == standing.id and _PICKS.get(said.decision) is standing.pick
            if is_same and other.by != answer.by and said.settled is not Settled.UNDONE and not said.is_open:
                return other.by, other.read_at
    return None


def _marks(answer: Answer, said: Said, clip: SentClip, at: float) -> list[Mark]:
    """The notes of an answer. The same answer gives the same ids."""
    return [
        Mark(id=f"{answer.marks_of(said)}{number}", index=clip.index, at=it.at, text=it.text, by=answer.by, made_at=at)
        for number, it in enumerate(said.comments)
    ]


def _with(task: Task, *, pick: WasPicked | None, marks: Sequence[Mark] = (), tags: bool = False) -> Task:
    known = {mark.id for mark in task.marks}
    new = tuple(mark for mark in marks if mark.id not in known)
    # Several results of a task may each ask for the tag.
    new_tags = (CHANGE_TAG,) if tags and CHANGE_TAG not in task.tags else ()
    task = replace(task, marks=(*task.marks, *new), tags=(*task.tags, *new_tags))
    return task if pick is None else replace(task, pick=pick.pick, picked_by=pick.by, picked_at=pick.at)


def without(task: Task, *, said: Said, clip: SentClip, answer: Answer) -> Task:
    """The task as it was before the answer, as far as what that did still stands."""
    if task.id == clip.task_id:
        tags = tuple(tag for tag in task.tags if not said.is_tagged or tag != CHANGE_TAG)
        marks = tuple(mark for mark in task.marks if not mark.id.startswith(answer.marks_of(said)))
        task = replace(task, tags=tags, marks=marks)
    before = said.before.get(task.id)
    if before is not None and (task.pick, task.picked_by) == _made(task.id, said, clip, answer):
        return replace(task, pick=before.pick, picked_by=before.by, picked_at=before.at)
    return task


def _made(task_id: TaskId, said: Said, clip: SentClip, answer: Answer) -> tuple[Pick | None, str]:
    """The pick of a task after an answer, and by whom: the approved take's, or none of the one that lost it."""
    return (_PICKS.get(said.decision), answer.by) if task_id == clip.task_id else (Pick.NONE, "")


def _before_both(other: Answer, undone: Sequence[Said], one: Round, answer: Answer) -> Answer:
    """A later answer, whose undo then does not bring back what the undone one made."""

    def before(task_id: TaskId, was: WasPicked) -> WasPicked:
        made = (
            said.before[task_id]
            for said in undone
            if task_id in said.before and (was.pick, was.by) == _made(task_id, said, one.clips[said.number], answer)
        )
        return next(made, was)

    clips = [replace(said, before={key: before(key, was) for key, was in said.before.items()}) for said in other.clips]
    return replace(other, clips=tuple(clips))
