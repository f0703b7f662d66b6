"""A walk through lane, submission, dispatch and poller: anything happens in any order, with kills and restores, and
`tests.rigs.invariants` holds after each step. What was made is counted where it is made, in the Runway of the walk.

    async with a_walk() as walk:
        for _ in range(150):
            await walk.step(dice)
        await walk.end()

Each act is a method that takes dice: `random.Random` for the walks of `dev.py faults`, hypothesis's for the state
machine, which finds the shortest way to a failure.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from runway_desktop.domain.account import ModelLimits, Organization, fingerprint_of
from runway_desktop.domain.advance import Answer, CreatedTask
from runway_desktop.domain.caps import Cap, HeldBack
from runway_desktop.domain.errors import (
    ApiError,
    BadReply,
    Misrouted,
    NoCredits,
    NoReply,
    NotPossible,
    NotReached,
    NotTaken,
    NotThere,
    RequestRefused,
    ServerTrouble,
    SlowDown,
)
from runway_desktop.domain.events import CapRaised, EngineNotice, EngineNoticeCode
from runway_desktop.domain.library import Filter, Row
from runway_desktop.domain.permissions import waits_for_approval
from runway_desktop.domain.task import Hold, HoldCode, Pick, RemoteId, State, Task, TaskId
from runway_desktop.services.clock import LATE
from runway_desktop.services.tasks.after_restore import FRESH
from runway_desktop.services.tasks.judging import Judged, Judging, without
from runway_desktop.services.tasks.submission import Ask, NewTask, Origin, Prepared, Release, SendAgain, TaskSource
from runway_desktop.usecases.commands.approval import APPROVE
from runway_desktop.usecases.commands.commands import Commands
from runway_desktop.usecases.commands.ending import REMOVE
from runway_desktop.usecases.commands.queued import HOLD, MOVE_DOWN, MOVE_UP, PUT_BEFORE, RELEASE, SEND_NEXT
from runway_desktop.usecases.commands.task_command import Given, Report, TaskCommand
from runway_desktop.usecases.searching.pages import PageNames
from runway_desktop.usecases.sending.sending import TaskSender
from runway_desktop.values import replace
from tests.rigs import invariants
from tests.rigs.engine_rig import Rig, held_by, request
from tests.rigs.engines import engine_of
from tests.rigs.fake_runway import FakeRunway, remote_id
from tests.rigs.fakes import FakeClock, MemoryStore, settle

MODELS = ("gen4.5", "kling2.5_turbo_pro", "seedance2")
UNCOUNTED = "seedance2"
"""Of this one Runway tells no counts."""
AT_ONCE = 2
DAY = 86_400.0
KEYS = {"key_test": "ours", "key_twin": "ours", "key_other": "theirs"}
"""Each with its organization."""
PRICE = 25.0
FIRST_CAP = 200.0
PROJECTS = ("", "Aurora", "Borealis")
UNDOABLE = frozenset({APPROVE, RELEASE, SEND_NEXT, MOVE_UP, MOVE_DOWN, PUT_BEFORE, REMOVE})
"""The commands for tasks whose undo is walked. Judgments, renamed projects and raised caps are walked too."""


class Fate:
    """What becomes of a POST: whether the task is made, at once or late, and what is answered; None: its id."""

    def __init__(self, made: bool = True, error: ApiError | None = None, late: float = 0.0) -> None:
        self.made, self.error, self.late = made, error, late


def a_fate(dice: Random) -> Fate:
    """One that is not as it should be."""
    surely_not = dice.random() < 0.3
    if surely_not:
        return Fate(made=False, error=dice.choice(_SURELY_NOT)())
    made = dice.random() < 0.6
    late = dice.uniform(0.1, LATE - 0.5) if made and dice.random() < 0.5 else 0.0
    return Fate(made, dice.choice(_NOBODY_KNOWS)(), late)


_SURELY_NOT: list[Callable[[], ApiError]] = [
    lambda: NotReached("away"),
    lambda: SlowDown("later", retry_after=20.0),
    lambda: RequestRefused("no"),
    lambda: NoCredits("Not enough credits at Runway."),
]
_NOBODY_KNOWS: list[Callable[[], ApiError]] = [
    lambda: NotTaken("Runway is busy."),
    lambda: NotTaken("Runway is busy.", retry_after=5.0),
    lambda: NotTaken("Runway is busy.", retry_after=45.0),
    lambda: NoReply("cut"),
    lambda: ServerTrouble("down", status=503),
    lambda: ServerTrouble("down", status=502),
    lambda: Misrouted("A gateway's page.", status=404),
    lambda: BadReply("<html>"),
]


class WalkedRunway(FakeRunway):
    """Several organizations with counts of a rolling day, POSTs that come to anything, and slow servers. `made` counts
    by prompt."""

    def __init__(self, clock: FakeClock, *, charges_late: bool) -> None:
        super().__init__(estimate=PRICE)
        self._clock = clock
        self._charges_late = charges_late
        self._plan: list[tuple[float, Callable[[], None]]] = []
        self._begun = 0
        self._made_at: defaultdict[str, list[tuple[float, str]]] = defaultdict(list)
        self._balance: defaultdict[str, float] = defaultdict(lambda: 100_000.0)
        self.fates: deque[Fate] = deque()
        self.slow: deque[float] = deque()
        """Seconds that the next answers take."""
        self.made: Counter[str] = Counter()
        self.missed: Counter[str] = Counter()
        """By remote id, how often Runway said in its own words that it does not know it."""
        self.watch: Callable[[str, str, str], None] = lambda prompt, model, secret: None
        """Is told of each POST that arrives."""
        for secret, organization in KEYS.items():
            self.give(secret, organization)

    async def create(self, endpoint: str, body: Mapping[str, Any]) -> CreatedTask:
        secret, fate = self.secret or "", self.fates.popleft() if self.fates else Fate()
        prompt = str(body["promptText"])
        self.watch(prompt, str(body["model"]), secret)
        self._begun += 1
        created = CreatedTask(remote_id=remote_id(self._begun), estimated_credits=self.estimate)

        def make() -> None:
            self._make(created, endpoint, body, secret)

        if fate.made and not fate.late:
            make()
        try:
            await self._clock.sleep(self.slow.popleft() if self.slow else 0.0)
        finally:
            if fate.late:
                self._plan.append((self._clock.monotonic() + fate.late, make))
        if fate.error is not None:
            raise fate.error
        return created

    async def task(self, remote_id: RemoteId) -> Answer:
        self.come_to_pass()
        try:
            return await super().task(remote_id)
        except NotThere:
            self.missed[remote_id] += 1
            raise

    async def organization(self) -> Organization:
        await self._arrive("organization")
        self.come_to_pass()
        now, owner = self._clock.monotonic(), self._organization(self.secret)
        used = Counter(model for at, model in self._made_at[owner] if at > now - DAY and model != UNCOUNTED)
        limits = {model: ModelLimits(concurrent=AT_ONCE) for model in MODELS if model != UNCOUNTED}
        return Organization(balance=self._balance[owner], limits=limits, daily_used=dict(used))

    def come_to_pass(self) -> None:
        now = self._clock.monotonic()
        due = sorted((entry for entry in self._plan if entry[0] <= now), key=lambda entry: entry[0])
        self._plan = [entry for entry in self._plan if entry[0] > now]
        for _, what in due:
            what()

    def end(self, remote: RemoteId, *, works: bool) -> None:
        if works:
            self.finish(remote, f"https://out.example/{remote}.mp4")
        else:
            self.fail(remote, "INTERNAL")
        owner = self._owners[remote]
        if self._charges_late:
            self._balance[owner] -= PRICE if works else 0.0
        else:
            self._balance[owner] += 0.0 if works else PRICE

    @property
    def begun(self) -> list[RemoteId]:
        """The ids of all that it was asked for, made or not."""
        return [remote_id(number) for number in range(1, self._begun + 1)]

    @property
    def going(self) -> list[RemoteId]:
        return [RemoteId(one) for one, answer in self.answers.items() if not answer.state.is_final]

    def _make(self, created: CreatedTask, endpoint: str, body: Mapping[str, Any], secret: str) -> None:
        owner = self._organization(secret)
        self.made[str(body["promptText"])] += 1
        self._remember(created, endpoint, body, secret)
        self._made_at[owner].append((self._clock.monotonic(), str(body["model"])))
        if not self._charges_late:
            self._balance[owner] -= PRICE


class Walk:
    def __init__(self, folder: Path, *, charges_late: bool = False) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.runway = WalkedRunway(self.clock, charges_late=charges_late)
        self.runway.watch = self._sent
        self.rig = self._rig(MemoryStore(), "key_test")
        self.asked = 0
        self.log: list[str] = []
        """What was done, for whoever looks into a failure."""
        self.wrong: list[str] = []
        self.before: dict[TaskId, Task] = {}
        self.released: set[TaskId] = set()
        self.edited: set[TaskId] = set()
        self.by_person: set[TaskId] = set()
        self.payers: defaultdict[str, set[str]] = defaultdict(set)
        """By prompt, the keys that the person agreed to."""
        self.allowed: Counter[str] = Counter()
        """By prompt, how often it may be made."""
        self.retried: set[TaskId] = set()
        self.undoable: list[tuple[str, Callable[[], Coroutine[Any, Any, Any]]]] = []
        """What was done, and how it is undone; any of it may be undone at any time."""
        self.undone: Counter[str] = Counter()
        self.judgments: dict[int, Judged] = {}
        self.judged: set[TaskId] = set()
        self.forgotten: set[RemoteId] = set()
        """What stood in a list that another one was restored over."""
        self.backup: MemoryStore | None = None
        self._errands: set[asyncio.Task[Any]] = set()
        self._others: set[asyncio.Task[Any]] = set()
        """What runs on this loop and is not of the walk."""

    def _rig(self, store: MemoryStore, secret: str) -> Rig:
        loops = ("lane", "poller", "account", "settings")
        ids = self.folder / "accepted-ids.txt"
        return Rig(store=store, runway=self.runway, clock=self.clock, loops=loops, ids=ids, secret=secret)

    async def open(self) -> None:
        await self.rig.__aenter__()
        self.engine = engine = engine_of(self.rig, self.folder / "library")
        self.sending = TaskSender(engine)
        self.commands = Commands(engine, self.sending)
        self.judging = Judging(engine.ledger, engine.lane.caps.freed_by, engine.clock.now)
        self.names = PageNames(engine, self.judging)

    async def begin(self) -> None:
        self._others = asyncio.all_tasks()
        await self.open()
        for model in MODELS:
            await self.rig.pricing.learn(request(model=model), PRICE)
        self.rig.settings.day_cap = FIRST_CAP
        await settle()

    async def close(self) -> None:
        await self._answers_come()
        for errand in self._errands:
            errand.cancel()
        await asyncio.gather(*self._errands, return_exceptions=True)
        await self.rig.close()

    async def step(self, dice: Random) -> None:
        await self.do(dice.choice(ACTS), dice)

    async def do(self, act: Act, dice: Random) -> None:
        self.log.append(act.__name__)
        await act(self, dice)
        await settle()
        self.look()

    async def end(self) -> None:
        """All faults are over and the person stands in no way: nothing waits for ever."""
        runway, rig = self.runway, self.rig
        runway.fates.clear()
        runway.forget()
        await self._answers_come()
        rig.settings.day_cap, rig.settings.project_caps = None, {}
        for secret in KEYS:
            await self._use(secret)
            for _ in range(40):
                if rig.lane.paused:
                    await rig.lane.resume()
                for one in runway.going:
                    runway.end(one, works=True)
                await self.clock.advance(60)
                self.look()
        invariants.nothing_waits(rig.store.tasks.values())

    def look(self) -> None:
        """Compares what is with what was."""
        runway = self.runway
        runway.come_to_pass()
        now = self.rig.store.tasks
        ended = {
            one.id for one in now.values()
            if one.remote_id is not None and (
                one.remote_id not in runway.answers
                or runway.answers[one.remote_id].state.is_final
                or runway.missed[one.remote_id] > 1
            )
        }  # fmt: skip
        invariants.watch(
            self.before, now, released=self.released, ended_by_server=ended, ended_by_person=self.by_person,
            edited=self.edited, judged=self.judged,
        )  # fmt: skip
        self.before = dict(now)
        self.released.clear()
        self.judged.clear()
        assert not self.wrong, self.wrong[0]
        doubled = [prompt for prompt, times in runway.made.items() if times > self.allowed[prompt]]
        assert not doubled, f"1: made too often: {doubled}"
        for notice in self.rig.told(EngineNotice):
            if notice.code is EngineNoticeCode.UNKNOWN_IDS:
                self.forgotten |= {RemoteId(one) for one in notice.names}
        known = {task.remote_id for task in now.values()} | self.forgotten
        told = (State.UNCERTAIN, State.GONE, State.SENDING)
        said = {task.request.prompt for task in now.values() if task.state in told or task.may_be_made}
        lost = [body["promptText"] for one, (_, body) in runway.requests.items() if one not in known]
        assert set(lost) <= said, f"2: an id is lost, and nobody says so: {set(lost) - said}"

    def _sent(self, prompt: str, model: str, secret: str) -> None:
        """A POST arrives: somebody agreed to it, and limits and caps allow it."""
        if secret not in self.payers[prompt]:
            self.wrong.append(f"9: {prompt} is sent with {secret}, and nobody was asked")
        busy = self.rig.ledger.at_runway(model)
        live = [task for task in self.rig.ledger.open() if task.state.is_live and task.request.model == model]
        # Those of another key of the same organization take places once Runway has answered with them.
        is_known = all(task.key == fingerprint_of(secret) for task in live)
        if model != UNCOUNTED and is_known and busy > AT_ONCE:
            self.wrong.append(f"6: {busy} of {model} at once")
        cap = self.rig.settings.day_cap
        if cap is not None and self.rig.budget.spent_today > cap:
            self.wrong.append(f"6: {self.rig.budget.spent_today} credits are spent of {cap}")

    @property
    def secret(self) -> str:
        return self.runway.secret or ""

    def _tasks(self, *states: State) -> list[Task]:
        return [task for task in self.rig.store.tasks.values() if task.state in states]

    def _start(self, work: Coroutine[Any, Any, Any]) -> None:
        errand = asyncio.ensure_future(work)
        self._errands.add(errand)
        errand.add_done_callback(self._errands.discard)

    async def _send(self, prepared: Prepared) -> None:
        """The person answers every question with yes."""
        if not prepared.is_valid:
            # Of a row that was lost only its model and prompt are left.
            return
        self._agree(prepared)
        await self.sending.send(prepared, prepared.asks)

    def _agree(self, prepared: Prepared) -> None:
        match prepared.intent:
            case Release(tasks):
                for task in tasks:
                    if Ask.OTHER_KEY in prepared.asks:
                        self.payers[task.request.prompt].add(self.secret)
                    if task.may_be_sent_already:
                        assert Ask.MAY_BE_PAID_TWICE in prepared.asks
                        self.allowed[task.request.prompt] += 1
                    self.released.add(task.id)
            case SendAgain(old):
                self.payers[old.request.prompt].add(self.secret)
                self.allowed[old.request.prompt] += 1
            case _:
                pass

    # What Runway and the network do.

    async def next_creates_go_wrong(self, dice: Random) -> None:
        self.runway.fates.extend(a_fate(dice) for _ in range(dice.randint(1, 3)))

    async def next_create_is_denied(self, dice: Random) -> None:
        late = dice.choice((0.0, 0.0, 5.0, LATE - 0.5))
        self.runway.fates.append(Fate(dice.random() < 0.5, NotTaken("Runway is busy."), late))

    async def next_question_goes_wrong(self, dice: Random) -> None:
        self.runway.then("task", dice.choice(_NOBODY_KNOWS)())

    async def a_task_is_not_found_for_a_moment(self, _: Random) -> None:
        self.runway.then("task", NotThere("Runway does not know it.", status=404))

    async def next_reading_goes_wrong(self, dice: Random) -> None:
        self.runway.then("organization", *[ServerTrouble("down", status=502)] * dice.randint(1, 2))

    async def next_answers_are_slow(self, dice: Random) -> None:
        self.runway.slow.extend(dice.choice((0.5, 2.0, 10.0, 35.0)) for _ in range(dice.randint(1, 3)))

    async def _answers_come(self) -> None:
        """What is under way comes to its end."""
        self.runway.slow.clear()
        await self.clock.advance(60.0)

    async def time_passes(self, dice: Random) -> None:
        await self.clock.advance(dice.choice((1.0, 3.0, 6.0, 12.0, 25.0, 40.0, 400.0)))

    async def a_night_passes(self, dice: Random) -> None:
        if dice.random() < 0.2:
            await self.clock.advance(30_000.0)

    async def a_task_ends_at_runway(self, dice: Random) -> None:
        if going := self.runway.going:
            self.runway.end(dice.choice(going), works=dice.random() < 0.7)

    # What the person does.

    async def tasks_are_asked_for(self, dice: Random) -> None:
        amount, model = dice.randint(1, 3), dice.choice(MODELS)
        wanted = [request(f"task {self.asked + number}", model=model) for number in range(amount)]
        self.asked += amount
        for one in wanted:
            self.payers[one.prompt].add(self.secret)
            self.allowed[one.prompt] += 1
        new = [NewTask(request=one, project=dice.choice(PROJECTS)) for one in wanted]
        await self._send(self.sending.prepare(new, Origin(TaskSource.SCRIPT)))

    async def a_program_asks(self, dice: Random) -> None:
        wanted = request(f"task {self.asked}", model=dice.choice(MODELS))
        self.asked += 1
        self.payers[wanted.prompt].add(self.secret)
        self.allowed[wanted.prompt] += 1
        new, hold = NewTask(request=wanted, project=dice.choice(PROJECTS)), Hold(HoldCode.APPROVAL, client="an agent")
        await self._send(self.sending.prepare_waiting(new, Origin(TaskSource.SCRIPT), hold))

    async def pauses(self, _: Random) -> None:
        await self.rig.lane.pause()

    async def resumes(self, _: Random) -> None:
        await self.rig.lane.resume()

    async def releases(self, dice: Random) -> None:
        command = dice.choice((RELEASE, SEND_NEXT, APPROVE))
        rows = [
            row for row in self.commands.queued()
            if row.task.waits_for_person and waits_for_approval(row.task) == (command is APPROVE)
        ]  # fmt: skip
        if rows:
            some = dice.choice((rows[:1], rows))
            self._agree(self.sending.prepare_release([row.task for row in some]))
            asked = self.commands.question(command, some)
            await self._do(command, some, Given(prepared=asked.prepared if asked is not None else None))

    async def holds(self, dice: Random) -> None:
        rows = [row for row in self.commands.queued() if not row.task.waits_for_person]
        if rows:
            await self._do(HOLD, dice.choice(([dice.choice(rows)], rows)))

    async def moves(self, dice: Random) -> None:
        rows = self.commands.queued()
        if rows:
            before = dice.choice([*(row.task.id for row in rows), None])
            command = dice.choice((MOVE_UP, MOVE_DOWN, PUT_BEFORE))
            await self._do(command, [dice.choice(rows)], Given(before=before))

    async def judges(self, dice: Random) -> None:
        tasks = self._tasks(State.QUEUED, State.SENDING, State.RUNNING, State.SUCCEEDED)
        if not tasks:
            return
        ids = [task.id for task in dice.choice((tasks[:1], tasks))]
        does = dice.choice((
            lambda: self.judging.set_project(ids, dice.choice(PROJECTS)),
            lambda: self.judging.set_project(ids, dice.choice(PROJECTS)),
            lambda: self.judging.rate(ids, dice.randint(0, 5)),
            lambda: self.judging.pick(ids, dice.choice(list(Pick))),
            lambda: self.judging.tag(ids, ["night"]),
            lambda: self.judging.set_shot(ids, "010"),
            lambda: self.judging.set_note(ids, "Too dark."),
        ))  # fmt: skip
        judged = await does()
        if not len(judged):
            return
        self.judged |= set(judged.after)
        number = max(self.judgments, default=0) + 1
        self.judgments[number] = judged

        async def undo() -> None:
            values, self.judgments = without(self.judgments, number)
            self.judged |= set(values)
            await self.judging.put_back(judged.what, values)

        self.undoable.append((judged.what, undo))

    async def renames_a_project(self, dice: Random) -> None:
        old, new = dice.sample(PROJECTS[1:], 2)
        renamed = await self.names.rename(Filter(projects=frozenset({old})), new)
        if renamed is not None:
            self.undoable.append(("rename", lambda: self.names.undo(renamed)))

    async def undoes(self, dice: Random) -> None:
        if not self.undoable:
            return
        what, undo = self.undoable.pop(dice.randrange(len(self.undoable)))
        key, counts_caps = self.rig.account.key.fingerprint, what in ("project", "rename")
        over = [one for one, held in self._over().items() if held.limit.cap is Cap.PROJECT] if counts_caps else ()
        before = invariants.may_go(self.rig.store.tasks.values(), key, over)
        await undo()
        after = invariants.may_go(self.rig.store.tasks.values(), key, self._over() if counts_caps else ())
        assert after <= before, f"10: undo of “{what}” lets {sorted(after - before)} leave"
        self.undone[what] += 1

    def _over(self) -> Mapping[TaskId, HeldBack]:
        return self.rig.lane.caps.over(self.rig.ledger.queued())

    async def _do(self, command: TaskCommand, rows: list[Row], given: Given | None = None) -> None:
        try:
            report: Report = await self.commands.do(command, rows, given or Given())
        except NotPossible:
            return
        if what := report.undo or report.stood:
            self.undoable.append((command.id, lambda: self.commands.undo(command, what)))

    async def edits(self, dice: Random) -> None:
        held = self._tasks(State.QUEUED)
        if held:
            task = dice.choice(held)
            changed = replace(task.request, model=dice.choice(MODELS))
            self.edited.add(task.id)
            await self._send(await self.sending.prepare_edit(task.id, changed, Origin(TaskSource.SCRIPT, "edit")))

    async def cancels(self, dice: Random) -> None:
        tasks = self._tasks(State.QUEUED, State.SENDING, State.PENDING, State.RUNNING)
        if tasks:
            task = dice.choice(tasks)
            self.by_person.add(task.id)
            self._start(self.rig.actions.cancel([task.id]))

    async def removes_and_restores(self, dice: Random) -> None:
        if held := self._tasks(State.QUEUED):
            task = dice.choice(held)
            if task.removed_at is None:
                await self._do(REMOVE, [Row(task=task)])
            else:
                await self.rig.actions.restore([task.id])

    async def retries(self, dice: Random) -> None:
        ended = [task for task in self._tasks(State.CANCELLED, State.FAILED, State.GONE) if task.request.prompt]
        if ended:
            old = dice.choice(ended)
            prepared = self.sending.prepare_again([old])
            if not prepared.is_valid:
                return
            # Without a question it takes the place of one that was never made, or the person knows that it is another.
            is_known = old.remote_id is not None or old.let_go or old.id in self.retried
            is_second = is_known or Ask.MAY_BE_PAID_TWICE in prepared.asks
            self.retried.add(old.id)
            self.payers[old.request.prompt].add(self.secret)
            self.allowed[old.request.prompt] += is_second
            await self._send(prepared)

    async def decides_about_an_uncertain_one(self, dice: Random) -> None:
        if uncertain := self._tasks(State.UNCERTAIN):
            old = dice.choice(uncertain)
            self.by_person.add(old.id)
            if dice.random() < 0.5:
                await self.rig.adoption.let_go(old.id)
            else:
                await self._send(self.sending.prepare_again([old]))

    async def changes_the_cap(self, dice: Random) -> None:
        self.rig.settings.day_cap = dice.choice((100.0, 200.0, 400.0, 5_000.0, None))
        self.rig.settings.project_caps = dice.choice(({}, {"Aurora": 50.0}, {"Aurora": 400.0, "Borealis": 75.0}))

    async def raises_a_cap(self, _: Random) -> None:
        held = next((held for row in self.commands.queued() if (held := held_by(self.rig, row.task.id))), None)
        if held is not None:
            self.rig.budget.raise_cap(held)
            if raised := self.rig.told(CapRaised):
                self.undoable.append(("raised cap", partial(self._lower, raised[-1])))

    async def _lower(self, raised: CapRaised) -> None:
        self.rig.budget.lower_cap(raised)

    async def changes_the_key(self, dice: Random) -> None:
        await self._use(dice.choice(list(KEYS)))

    async def _use(self, secret: str) -> None:
        if secret != self.secret:
            await self.rig.account.use_key(secret, remember=False)

    # What happens to the program.

    async def is_killed_and_started_again(self, _: Random) -> None:
        await self._start_again(self.rig.store, self.secret)

    async def is_killed_and_its_list_put_back_from_a_backup_of_now(self, dice: Random) -> None:
        if dice.random() < 0.5:
            return
        self.rig.settings.set(FRESH, {"made_at": 1.0})
        await self.rig.settings.flush()
        await self._start_again(self.rig.store, self.secret)
        held = self._tasks(State.QUEUED)
        assert all(task.waits_for_person for task in held), "5: what was restored may be sent by itself"

    async def is_backed_up(self, _: Random) -> None:
        await self.rig.settings.flush()
        self.backup = self.rig.store.copy()

    async def an_older_list_is_put_back(self, dice: Random) -> None:
        if self.backup is None or dice.random() < 0.5:
            return
        older, self.backup = self.backup, None
        await older.set_settings({FRESH: {"made_at": 1.0}})
        # A person does not answer questions faster.
        await self.clock.advance(10.0)
        known = {task.remote_id for task in older.tasks.values()}
        # A slow server may make some of them later.
        self.forgotten = {one for one in self.runway.begun if one not in known}
        self.undoable.clear()
        await self._start_again(older, self.secret)
        # What the file of sendings knows of, which is newer, is uncertain.
        self.before = dict(older.tasks)

    async def _start_again(self, store: MemoryStore, secret: str) -> None:
        for errand in self._errands:
            errand.cancel()
        self.rig.kill(self._others)
        await settle()
        self.rig = self._rig(store, secret)
        await self.open()


Act = Callable[[Walk, Random], Coroutine[Any, Any, None]]
ACTS: tuple[Act, ...] = (
    Walk.tasks_are_asked_for,
    Walk.a_program_asks,
    Walk.time_passes,
    Walk.next_creates_go_wrong,
    Walk.next_create_is_denied,
    Walk.next_question_goes_wrong,
    Walk.a_task_is_not_found_for_a_moment,
    Walk.next_reading_goes_wrong,
    Walk.next_answers_are_slow,
    Walk.a_night_passes,
    Walk.a_task_ends_at_runway,
    Walk.pauses,
    Walk.resumes,
    Walk.releases,
    Walk.holds,
    Walk.moves,
    Walk.judges,
    Walk.renames_a_project,
    Walk.undoes,
    Walk.edits,
    Walk.cancels,
    Walk.removes_and_restores,
    Walk.retries,
    Walk.decides_about_an_uncertain_one,
    Walk.changes_the_cap,
    Walk.raises_a_cap,
    Walk.changes_the_key,
    Walk.is_killed_and_started_again,
    Walk.is_killed_and_its_list_put_back_from_a_backup_of_now,
    Walk.is_backed_up,
    Walk.an_older_list_is_put_back,
)
OFTEN: tuple[Act, ...] = (
    Walk.tasks_are_asked_for,
    Walk.time_passes,
    Walk.resumes,
    Walk.releases,
    Walk.undoes,
    Walk.a_task_ends_at_runway,
)
"""What makes a walk go somewhere."""


@asynccontextmanager
async def a_walk(*, charges_late: bool = False) -> AsyncIterator[Walk]:
    with tempfile.TemporaryDirectory(prefix="runway-desktop-walk-") as folder:
        walk = Walk(Path(folder), charges_late=charges_late)
        await walk.begin()
        try:
            yield walk
        finally:
            await walk.close()


async def walked(seed: int, steps: int) -> Walk:
    """A whole walk. AssertionError with what was done and what it broke."""
    dice = Random(seed)
    async with a_walk(charges_late=bool(seed % 2)) as walk:
        try:
            for _ in range(steps):
                await walk.do(dice.choice((*ACTS, *OFTEN * 4)), dice)
            await walk.end()
        except AssertionError as error:
            raise AssertionError(f"seed {seed}, after {len(walk.log)} steps: {error}") from error
        return walk
