"""Carries commands for selected tasks out on the services. Each method is named in `table`, and is given the tasks that
its command concerns, at least one, and what was given with the command.

It gives a `Report` of values and shows nothing. What Runway or the disk says of one task of several is in the report;
DomainErrors of a single task (StoreError, NotPossible, DiskError, ApiError) are raised. Loop's thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from runway_desktop.domain.errors import NotSeen, NotThere
from runway_desktop.domain.task import State
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.reasons import why_not_words
from runway_desktop.usecases.words.states import KEEPS_TRYING, canceled_words, ended_words
from runway_desktop.usecases.words.tasks import removed_words
from runway_desktop.values import Struct, field, replace

from . import questions
from .task_command import TaskCommand

if TYPE_CHECKING:
    from runway_desktop.domain.library import Row
    from runway_desktop.domain.task import Output, Task, TaskId
    from runway_desktop.services.engine import Engine
    from runway_desktop.services.results.relinking import Progress, Relinked
    from runway_desktop.services.results.trash import TrashReport
    from runway_desktop.services.tasks.actions import Done
    from runway_desktop.services.tasks.lane_order import Stood
    from runway_desktop.services.tasks.submission import Ask, Prepared
    from runway_desktop.usecases.question import Question
    from runway_desktop.usecases.sending.sending import Sending


class Given(Struct, frozen=True, kw_only=True):
    """What was given with a command, after whatever had to be asked was answered."""

    text: str = ""
    """A typed title or task id."""
    path: Path | None = None
    """The file or the folder that a report wanted."""
    anyway: bool = False
    """The question of a report was answered with yes."""
    prepared: Prepared | None = None
    """Of the question of a command that pays, answered with yes."""
    with_prompt: bool = False
    """Support details with the prompt in them."""
    before: TaskId | None = None
    """The task of the queue before which others are put; None: at its end."""
    progress: Callable[[Progress], None] = lambda _: None
    """Is called while files are looked for."""

    def answering(self, now: Prepared) -> tuple[Prepared, frozenset[Ask]]:
        """What to send, and the answers: what was asked about, if that was the same tasks for the same command; else
        what was prepared `now`, with nothing answered."""
        asked = self.prepared
        return (asked, asked.asks) if asked is not None and asked.origin == now.origin else (now, frozenset())


class Wanted(Struct, frozen=True, kw_only=True):
    """A file, or a folder, that must be named: the command is given again with its path."""

    path: Path
    """Where a missing file was."""
    near: Path | None = None
    """The folder to begin at; None: the nearest that is there."""
    is_folder: bool = False


class Report(Struct, frozen=True, kw_only=True):
    """What came of a command."""

    changed: tuple[TaskId, ...] = ()
    """Tasks, old or new, that the command did its work on."""
    kept: tuple[TaskId, ...] = ()
    """Tasks that had finished in the meantime, and were left alone."""
    failed: Mapping[TaskId, str] = field(default_factory=dict)
    """Of each task with which it could not be done, why."""
    said: str = ""
    """A sentence of what was done; empty where that shows itself."""
    detail: str = ""
    problems: tuple[str, ...] = ()
    """Sentences of what could not be done, each once."""
    show: tuple[TaskId, ...] = ()
    """Tasks to show next."""
    undo: tuple[TaskId, ...] = ()
    """Tasks with which it can be undone."""
    stood: Stood | None = None
    """Where queued tasks stood before, with which it can be undone instead."""
    text: str = ""
    """Words that were asked for."""
    paths: tuple[Path, ...] = ()
    """Files that were asked for and are there."""
    folder: Path | None = None
    """Where the files were, when none is there any more."""
    wants: Wanted | None = None
    asks: Question | None = None
    """Nothing was changed; the command is given again with `anyway` if the answer is yes."""
    offers: TaskCommand | None = None
    """What may be tried next with the same tasks."""


class Doing:
    def __init__(self, engine: Engine, sending: Sending) -> None:
        self._engine = engine
        self._sending = sending
        self._held_at: dict[TaskId, tuple[object, ...]] = {}
        """What sending each task would have meant when the person held it."""

    # Sending. Nothing else here is paid for.

    async def again(self, rows: Sequence[Row], given: Given) -> Report:
        """The same request again, as a new task of each; all of them or none. An uncertain task is dismissed for it."""
        from runway_desktop.services.tasks.submission import Ask

        prepared, answers = given.answering(self._sending.prepare_again([row.task for row in rows]))
        if Ask.REPEAT in prepared.asks:
            name = "Same again" if rows[0].task.state is State.SUCCEEDED else "Retry"
            return Report(said=f"Just sent again. Choose “{name}” once more if you want another.")
        made = await self._sending.send(prepared, answers)
        return Report(changed=made, show=made)

    async def send_next(self, rows: Sequence[Row], given: Given) -> Report:
        """Queued tasks are sent next, those too that wait for the person."""
        return await self._release(rows, given, is_next=True)

    async def release(self, rows: Sequence[Row], given: Given) -> Report:
        """Tasks that wait for the person are sent when it is their turn, where they stand."""
        return await self._release(rows, given, is_next=False)

    async def _release(self, rows: Sequence[Row], given: Given, *, is_next: bool) -> Report:
        from runway_desktop.usecases.words import queue

        stood = self._engine.lane.stood(_ids(rows))
        now = self._sending.prepare_release([row.task for row in rows], is_next=is_next)
        changed = await self._sending.send(*given.answering(now))
        return Report(changed=changed, stood=stood if is_next else replace(stood, places={}), said=queue.released(rows))

    async def release_again(self, task_ids: Sequence[TaskId]) -> Report:
        """Undoes `hold`. Only what would mean the same as before is queued again: its questions were answered then."""
        from runway_desktop.usecases.words import queue

        tasks = [task for i in task_ids if (task := self._engine.ledger.get_open(i)) is not None]
        held = [task for task in tasks if task.state is State.HELD and task.waits_for_person]
        key = self._engine.account.key.fingerprint
        same = [task for task in held if task.is_for(key) and self._held_at.get(task.id) == self._means(task)]
        if same:
            prepared = self._sending.prepare_release(same, is_next=False)
            await self._sending.send(prepared, prepared.asks)
        return Report(changed=tuple(task.id for task in same), said=queue.unheld(len(same), len(held) - len(same)))

    def _means(self, task: Task) -> tuple[object, ...]:
        """What is sent of a task, why it waits, for how much, against which caps, and who pays."""
        engine = self._engine
        price, caps = engine.pricing.price(task.request), engine.budget.caps_of(task.project)
        return task.request, task.hold, price, caps, engine.account.key.fingerprint

    # The order of the queue.

    async def hold(self, rows: Sequence[Row], _: Given) -> Report:
        from runway_desktop.usecases.words import queue

        ledger, ids = self._engine.ledger, _ids(rows)
        if all(task.id in ids or task.waits_for_person for task in ledger.queued()):
            # The whole queue: what Runway turns away does not come back into it to be sent.
            ids += [task.id for task in ledger.open() if task.state is State.SENDING]
        tasks = [task for i in await self._engine.lane.hold(ids) if (task := ledger.get_open(i)) is not None]
        held = sum(task.state is State.HELD for task in tasks)
        self._held_at |= {task.id: self._means(task) for task in tasks}
        changed = tuple(task.id for task in tasks)
        return Report(changed=changed, undo=changed, said=queue.held(held)) if held else Report(said=queue.TOO_LATE)

    async def move_up(self, rows: Sequence[Row], _: Given) -> Report:
        return _moved(rows, await self._engine.lane.step(_ids(rows), up=True))

    async def move_down(self, rows: Sequence[Row], _: Given) -> Report:
        return _moved(rows, await self._engine.lane.step(_ids(rows), up=False))

    async def put_before(self, rows: Sequence[Row], given: Given) -> Report:
        """In the order given, before another task of the queue or at its end."""
        from runway_desktop.usecases.words import queue

        stood = await self._engine.lane.move(_ids(rows), given.before)
        return replace(_moved(rows, stood), said=queue.moved(len(rows)))

    async def stand_back(self, stood: Stood) -> Report:
        """Undoes what moved tasks in the queue, or released them."""
        await self._engine.lane.put_back(stood)
        return Report(changed=tuple(dict.fromkeys((*stood.places, *stood.holds))))

    # Decisions about tasks.

    async def adopt_id(self, rows: Sequence[Row], given: Given) -> Report:
        return Report(changed=((await self._engine.adoption.settle_with(rows[0].task.id, given.text)).id,))

    async def let_go(self, rows: Sequence[Row], _: Given) -> Report:
        return Report(changed=((await self._engine.adoption.let_go(rows[0].task.id)).id,))

    async def rename(self, rows: Sequence[Row], given: Given) -> Report:
        return Report(changed=((await self._engine.actions.rename(rows[0].task.id, given.text)).id,))

    async def cancel(self, rows: Sequence[Row], _: Given) -> Report:
        done = await self._engine.actions.cancel(_ids(rows))
        failed = _why_not(done)
        found = [await self._engine.ledger.task(task_id) for task_id in done.done]
        canceled = canceled_words([task for task in found if task is not None])
        for task_id in failed:
            left = await self._engine.ledger.task(task_id)
            if left is not None and left.is_canceling:
                failed[task_id] += f" {KEEPS_TRYING}"
        return Report(
            changed=tuple(done.done),
            kept=tuple(done.kept),
            failed=failed,
            said=" ".join(filter(None, (canceled, ended_words(len(done.kept), len(done.without_result))))),
            problems=_each_once(failed),
        )

    async def delete_remotely(self, rows: Sequence[Row], _: Given) -> Report:
        done = await self._engine.actions.delete_remotely(_ids(rows))
        failed = _why_not(done)
        return Report(changed=tuple(done.done), failed=failed, problems=_each_once(failed))

    async def remove(self, rows: Sequence[Row], _: Given) -> Report:
        from runway_desktop.usecases.words import queue

        ids = tuple(_ids(rows))
        await self._engine.actions.remove(ids)
        if all(row.task.state is State.HELD for row in rows):
            return Report(changed=ids, undo=ids, said=queue.removed(len(ids)))
        return Report(changed=ids, undo=ids, said=removed_words(len(ids)))

    async def restore(self, task_ids: Sequence[TaskId]) -> Report:
        """Undoes `remove`."""
        await self._engine.actions.restore(task_ids)
        return Report(changed=tuple(task_ids), show=tuple(task_ids))

    # Files that are missing, changed, or in the trash, and results to be fetched.

    async def fetch_again(self, rows: Sequence[Row], _: Given) -> Report:
        return await self._fetch(_ids(rows))

    async def fetch_original(self, rows: Sequence[Row], _: Given) -> Report:
        return await self._fetch(_ids(rows), changed=True)

    async def refresh(self, rows: Sequence[Row], _: Given) -> Report:
        await self._engine.adoption.ask_again(_ids(rows))
        return await self._fetch([row.task.id for row in rows if row.task.state is State.SUCCEEDED])

    async def look_for(self, rows: Sequence[Row], given: Given) -> Report:
        """In the library and where they were; or in that folder alone."""
        ids = _ids(rows)
        return _found(await self._engine.relinking.look_for(ids, given.path, given.progress), ids, given.path)

    async def look_in(self, rows: Sequence[Row], given: Given) -> Report:
        if given.path is not None:
            return await self.look_for(rows, given)
        missing = [one for row in await self._engine.library.rows(_ids(rows)) for one in row.outputs if one.is_missing]
        if not missing:
            return Report()
        near = await self._engine.library.folder_of(missing[0])
        return Report(wants=Wanted(path=Path(missing[0].path), near=near, is_folder=True))

    async def choose_file(self, rows: Sequence[Row], given: Given) -> Report:
        """The first missing file of the task is the one at the path."""
        output = next(output for output in rows[0].outputs if output.is_missing)
        name = Path(output.path).name
        if given.path is None:
            near = await self._engine.library.folder_of(output)
            return Report(wants=Wanted(path=Path(output.path), near=near))
        relinking = self._engine.relinking
        chosen = await relinking.choose(output.task_id, output.index, given.path, anyway=given.anyway)
        if chosen.is_other:
            return Report(asks=questions.other_file(name, given.path.name, is_input=False))
        more = len(chosen.outputs) - 1
        said = f"{given.path.name} is back, and {more:,} more that had moved with it." if more > 0 else ""
        return Report(changed=_tasks_of(chosen.outputs), said=said)

    async def find_file(self, rows: Sequence[Row], given: Given) -> Report:
        """The first input that a queued task misses is the file at the path. Every task that waits for it gets it, and
        its siblings with it."""
        engine, ids = self._engine, _ids(rows)
        missing = await engine.missing_inputs.missing(ids[0])
        if not missing:
            await engine.lane.send_next(ids)
            return Report(changed=tuple(ids), said="The file is there again.")
        if given.path is None:
            return Report(wants=Wanted(path=missing[0]))
        back = await engine.missing_inputs.put_back(missing[0], given.path, anyway=given.anyway)
        if back.is_other:
            return Report(asks=questions.other_file(missing[0].name, given.path.name, is_input=True))
        said = f"Found {units.count(back.files, 'file')} for {units.count(len(back.tasks), 'task')}."
        return Report(changed=back.tasks, said=said)

    async def keep_change(self, rows: Sequence[Row], _: Given) -> Report:
        kept = await self._engine.relinking.keep_changes(_ids(rows))
        return Report(changed=_tasks_of(kept), said=f"{len(kept):,} changes kept." if len(kept) > 1 else "")

    async def delete_files(self, rows: Sequence[Row], _: Given) -> Report:
        done = await self._engine.trash.throw(_ids(rows))
        said = f"{units.count(done.files, 'file')} moved to the trash."
        if not done.can_undo:
            back = units.plural(
                done.files,
                "Put it back from there to have it here again.",
                "Put them back from there to have them here again.",
            )
            said = f"{said} {back}"
        return _of_trash(done, said, can_undo=done.can_undo)

    async def put_back(self, rows: Sequence[Row], _: Given) -> Report:
        return await self.put_files_back(_ids(rows))

    async def put_files_back(self, task_ids: Sequence[TaskId]) -> Report:
        """Undoes `delete_files`."""
        done = await self._engine.trash.put_back(list(task_ids))
        return _of_trash(done, f"{units.count(done.files, 'file')} put back from the trash.", can_undo=False)

    # What is handed on: words and files.

    async def prompts(self, rows: Sequence[Row], _: Given) -> Report:
        return _copied("prompt", [row.task.request.prompt for row in rows])

    async def remote_ids(self, rows: Sequence[Row], _: Given) -> Report:
        return _copied("task id", [row.task.remote_id or "" for row in rows])

    async def files(self, rows: Sequence[Row], _: Given) -> Report:
        """The files that are there. Of the others their folder, and what is wrong."""
        self._engine.integrity.look_at(_ids(rows))
        outputs = [output for row in rows for output in row.outputs if output.is_here]
        gone = await self._engine.library.missing(outputs)
        there = tuple(Path(one.path) for one in outputs if (one.task_id, one.index) not in gone)
        names = [Path(one.path).name for one in outputs if (one.task_id, one.index) in gone]
        problems: tuple[str, ...] = ()
        if len(names) == 1:
            problems = (f"{names[0]} is no longer where it was saved.",)
        elif names:
            problems = (f"{len(names):,} files are no longer where they were saved.",)
        folder = await self._engine.library.folder_of(outputs[0]) if outputs and not there else None
        return Report(paths=there, problems=problems, folder=folder)

    async def paths(self, rows: Sequence[Row], given: Given) -> Report:
        found = await self.files(rows, given)
        return _copied("path", list(map(str, found.paths)), found.problems) if found.paths else found

    async def links(self, rows: Sequence[Row], _: Given) -> Report:
        from runway_desktop.usecases.words.expiry import OPEN_TO_ALL, copied_words

        handed = await self._engine.links.hand_on(_ids(rows))
        if handed.life is None:
            return Report(failed=handed.failed, problems=_each_once(handed.failed))
        return Report(
            failed=handed.failed,
            problems=_each_once(handed.failed),
            text="\n".join(output.url for output in handed.outputs),
            said=copied_words(len(handed.outputs), handed.life, self._engine.clock.now()),
            detail=OPEN_TO_ALL,
        )

    async def support(self, rows: Sequence[Row], given: Given) -> Report:
        """What Runway's support needs, without secret, and without prompt unless that is asked for."""
        from runway_desktop.usecases.words.support import support_details

        texts = []
        for task_id in _ids(rows):
            details = await self._engine.library.details(task_id)
            if details is not None:
                told = support_details(
                    details.row.task,
                    details.ledger,
                    self._engine.private_places,
                    include_prompt=given.with_prompt,
                )
                texts.append(told)
        text = self._engine.secrecy.struck_out("\n\n".join(texts))
        return Report(text=text, said="Support details copied.")

    async def _fetch(self, task_ids: Sequence[TaskId], *, changed: bool = False) -> Report:
        """What Runway keeps no longer is told of together and does not end the fetching of the others; nor does what
        this key cannot see."""
        gone: list[str] = []
        failed: dict[TaskId, str] = {}
        unseen: dict[str, None] = {}
        for task_id in task_ids:
            try:
                await self._engine.downloads.fetch_again(task_id, changed=changed)
            except (NotThere, NotSeen) as error:
                failed[task_id] = error.in_words()
                if isinstance(error, NotThere):
                    gone.append(error.in_words())
                else:
                    unseen[error.in_words()] = None
        if len(gone) > 1:
            gone = [f"Runway does not keep {len(gone):,} of these results any more."]
        fetched = tuple(task_id for task_id in task_ids if task_id not in failed)
        return Report(changed=fetched, failed=failed, problems=(*unseen, *gone))


def _ids(rows: Sequence[Row]) -> list[TaskId]:
    return [row.task.id for row in rows]


def _moved(rows: Sequence[Row], stood: Stood) -> Report:
    """The rows themselves show it."""
    return Report(changed=tuple(_ids(rows)), stood=stood or None)


def _tasks_of(outputs: Sequence[Output]) -> tuple[TaskId, ...]:
    return tuple(dict.fromkeys(output.task_id for output in outputs))


def _why_not(done: Done) -> dict[TaskId, str]:
    return {task_id: why_not_words(why) for task_id, why in done.failed.items()}


def _each_once(failed: Mapping[TaskId, str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(failed.values()))


def _copied(what: str, words: Sequence[str], problems: tuple[str, ...] = ()) -> Report:
    """A line for each; of several their number is told."""
    lines = [word for word in words if word]
    count = f"{what[:1].upper()}{what[1:]}" if len(lines) == 1 else units.count(len(lines), what)
    return Report(text="\n".join(lines), said=f"{count} copied.", problems=problems)


def _of_trash(done: TrashReport, said: str, *, can_undo: bool) -> Report:
    return Report(
        changed=done.done,
        failed=done.failed,
        said=said if done.files else "",
        problems=_each_once(done.failed),
        undo=done.done if can_undo and done.files else (),
    )


def _found(found: Relinked, task_ids: Sequence[TaskId], folder: Path | None) -> Report:
    asked = set(task_ids)
    of_these = sum(output.task_id in asked for output in found.outputs)
    more = len(found.outputs) - of_these
    along = f", and {more:,} more that had moved {units.plural(of_these, 'with it', 'with them')}" if more else ""
    changed = _tasks_of(found.outputs)
    if not found.missing:
        said = f"Found {units.count(of_these, 'file')}" if of_these else "The files are there again"
        return Report(changed=changed, said=f"{said}{along}.")
    were = "it was" if found.missing == 1 and not of_these else "they were"
    where = f"in {folder}" if folder is not None else f"in the library, nor where {were}"
    if of_these:
        said = f"Found {of_these:,} of {of_these + found.missing:,} files{along}. The others are not {where}."
    elif found.missing == 1:
        said = f"The file was not found {where}."
    else:
        said = f"None of the {found.missing:,} files were found {where}."
    return Report(changed=changed, said=said, offers=TaskCommand.LOOK_IN)
