"""The only way to spend money: `prepare` and its siblings validate and price a request, `send` stores it after its
questions were answered. Used by composer, sheet, retry, edit, release, and clients.

Nothing here contacts Runway or blocks. `send` raises `NotPossible` for invalid or already used preparations,
`NotAnswered` if a question is open, StoreError if the disk refuses. Loop's thread only.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import aclosing
from functools import cached_property
from math import inf

from runway_desktop.catalog import Catalog, Finding, Pair, validate
from runway_desktop.domain.caps import Cap
from runway_desktop.domain.errors import NotPossible
from runway_desktop.domain.prices import LikePrices, OpenPrice, PriceSum, price_shape, terms_of
from runway_desktop.domain.task import ITS_TURN, Hold, MemberId, Request, State, Task, TaskId
from runway_desktop.domain.workflows.runs import WORKFLOW
from runway_desktop.services.engine import Engine
from runway_desktop.services.money.pricing import Price
from runway_desktop.services.ports import Clock
from runway_desktop.services.tasks.submission import (
    AT_ONCE,
    Ask,
    Edit,
    Intent,
    NewTask,
    NewTasks,
    Origin,
    Payer,
    Prepared,
    Release,
    SendAgain,
    Stamp,
    TaskSource,
)
from runway_desktop.texts import Text, _
from runway_desktop.usecases.requests.choices import open_price, typical_request
from runway_desktop.usecases.requests.order import KeptInQueue
from runway_desktop.values import replace

TOO_OLD = 600.0
"""Seconds after which a preparation is outdated, because prices, caps and the queue may have changed."""
CHECKED_AT_ONCE = 200
"""Requests for each iteration of the loop: about 5 ms of validating and pricing."""
_ENOUGH = 1e-6


class NotAnswered(NotPossible):
    """Questions are open: those of `prepared`, at present prices."""

    def __init__(self, left: Collection[Ask], prepared: Prepared) -> None:
        said = ", ".join(sorted(ask.value for ask in left))
        super().__init__(
            Text("Nothing was sent: a question isn't answered."),
            advice=Text("To be answered first: {questions}.").with_(questions=said),
        )
        self.left = frozenset(left)
        self.prepared = prepared


class TaskSender:
    """One instance for each engine: `Submission` issues its stamp only once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.guard = RepeatGuard(engine.clock)

    def prepare(self, new: Sequence[NewTask], origin: Origin, *, batch_name: str = "") -> Prepared:
        """New tasks in one batch, in their order; all or none are stored."""
        intent = NewTasks(tasks=tuple(new), batch_name=batch_name)
        return self._prepared(intent, origin, [self._findings(task.request) for task in new])

    def prepare_waiting(self, new: NewTask, origin: Origin, hold: Hold) -> Prepared:
        """A new task that is held for the user, with this reason. Its price is asked about when it is released."""
        return self._prepared(NewTasks(tasks=(new,), hold=hold), origin, [self._findings(new.request)])

    async def prepare_many(
        self, new: Sequence[NewTask], origin: Origin, *, batch_name: str = "", steps: tuple[int, ...] = ()
    ) -> Prepared:
        """The same for thousands of tasks: yields to the loop while validating; stored in transactions of `steps`
        tasks."""
        found: list[tuple[Finding, ...]] = []
        for start in range(0, len(new), CHECKED_AT_ONCE):
            found += [self._findings(task.request) for task in new[start : start + CHECKED_AT_ONCE]]
            await self._engine.clock.sleep(0)
        intent = NewTasks(tasks=tuple(new), batch_name=batch_name, steps=steps)
        return self._prepared(intent, origin, found)

    def prepare_again(self, olds: Sequence[Task]) -> Prepared:
        """The same requests again, each as a new task linked to the old one; all of them or none. NotPossible for a
        task that has not ended, except a single uncertain one, which is dismissed."""
        new = [_again(old) for old in olds]
        findings = [self._findings(old.request) for old in olds]
        origin = Origin(TaskSource.AGAIN, tuple(old.id for old in olds))
        if [old.state for old in olds] == [State.UNCERTAIN]:
            return self._prepared(SendAgain(olds[0], new[0]), origin, findings)
        if not all(old.state.is_final for old in olds):
            raise NotPossible(
                Text("This task is still running."), advice=Text("Cancel it first, or wait until it ends.")
            )
        return self._prepared(NewTasks(tasks=tuple(new)), origin, findings)

    async def prepare_edit(
        self, task_id: TaskId, request: Request, origin: Origin, cast: tuple[MemberId, ...] = ()
    ) -> Prepared:
        """Another request for a held task; `cast`: members that join its own. NotPossible if it is no longer
        in the list."""
        task = await self._engine.ledger.task(task_id)
        if task is None:
            raise NotPossible(Text("This task is no longer in the list."))
        return self._prepared(Edit(task, request, cast), origin, [self._findings(request)])

    def prepare_release(self, tasks: Sequence[Task], *, is_next: bool = True) -> Prepared:
        """Releases held tasks, also those held for the user: to be sent next, or in turn."""
        findings = [self._findings(task.request) if task.waits_for_person else () for task in tasks]
        origin = Origin(TaskSource.RELEASE, (is_next, *(task.id for task in tasks)))
        return self._prepared(Release(tuple(tasks), is_next), origin, findings)

    async def send(self, prepared: Prepared, answers: Collection[Ask] = ()) -> tuple[TaskId, ...]:
        """Stores what was prepared; `answers` are the questions answered with yes. Returns the tasks' ids."""
        return tuple([task_id async for ids in self.portions(prepared, answers) for task_id in ids])

    async def portions(
        self, prepared: Prepared, answers: Collection[Ask] = (), moved: Callable[[], Mapping[str, str]] = dict
    ) -> AsyncGenerator[tuple[TaskId, ...], None]:
        """Like `send`, but yields the ids of each portion once it is stored. `moved`: files moved meanwhile, old URI to
        new."""
        self.check(prepared, answers)
        door, what = prepared.origin.door, prepared.origin.what
        self.guard.note(door, what)
        stored = False
        try:
            async with aclosing(self._engine.submission.carry_out(prepared, moved)) as stores:
                async for ids in stores:
                    stored = True
                    yield ids
        finally:
            if stored:
                self.guard.note(door, what)
            else:
                self.guard.forget(door)

    def kept(self, new: Sequence[NewTask], *, with_freed: bool = False) -> KeptInQueue | None:
        """The new tasks that a cap or the balance would block; None: none. `with_freed`: include what would be sent if
        that cap were raised."""
        return self._kept(NewTasks(tasks=tuple(new)), with_freed=with_freed)

    def sum_of(self, tasks: Iterable[Task]) -> PriceSum:
        """Sum of their requests at present prices."""
        return self._sum((task.request, task.project) for task in tasks)

    def check(self, prepared: Prepared, answers: Collection[Ask]) -> None:
        """Raises if it may not be sent now; the situation may have changed since it was prepared."""
        wrong = next((found for findings in prepared.findings for found in findings), None)
        if wrong is not None:
            raise NotPossible(Text("Nothing was sent."), advice=wrong.message)
        if prepared.is_used:
            raise NotPossible(Text("This was sent already."))
        now = self.anew(prepared)
        left = (now.asks | (prepared.asks & {Ask.REPEAT})) - set(answers)
        is_dearer = now.sum.credits > prepared.sum.credits + _ENOUGH or now.sum.unknown > prepared.sum.unknown
        if is_dearer or now.key != prepared.key or now.made_at - prepared.made_at > TOO_OLD:
            # The situation has changed, so the earlier answers do not count.
            left |= now.asks
        prepared.unpaid |= now.unpaid
        if left:
            raise NotAnswered(left, now)

    def anew(self, prepared: Prepared) -> Prepared:
        """The same intent prepared again, with present prices, caps, key and tasks."""
        return self._prepared(self._now(prepared.intent), prepared.origin, prepared.findings)

    def _now(self, intent: Intent) -> Intent:
        """The intent with the present state of its tasks; one may be held for the user by now."""
        ledger = self._engine.ledger
        match intent:
            case Edit(task):
                return replace(intent, task=ledger.get_open(task.id) or task)
            case Release(tasks, is_next):
                return Release(tuple(ledger.get_open(task.id) or task for task in tasks), is_next)
            case _:
                return intent

    @cached_property
    def _stamp(self) -> Stamp:
        return self._engine.submission.take_stamp()

    def _findings(self, request: Request) -> tuple[Finding, ...]:
        pair = self._engine.catalog.pair(request.endpoint, request.model)
        if pair is not None:
            return validate(pair, request.values)
        if not request.endpoint:
            return (Finding((), _("This task was started elsewhere, so its request isn't known.")),)
        return (Finding(("model",), _("The catalog has no model “{model}” for this.", model=request.model)),)

    def _prepared(self, intent: Intent, origin: Origin, findings: Sequence[tuple[Finding, ...]]) -> Prepared:
        engine = self._engine
        paid = self._paid(intent)
        sum_ = self._sum(paid)
        kept = self._kept(intent) if paid else None
        if origin.what is None:
            origin = Origin(origin.door, tuple((request, project) for request, project in paid))
        key = engine.account.key
        asks = set(_doubts(intent))
        if isinstance(intent, Release) and not all(task.is_for(key.fingerprint) for task in intent.tasks):
            asks.add(Ask.OTHER_KEY)
        above = engine.settings.confirm_above
        if above is not None and sum_.credits > above:
            asks.add(Ask.ABOVE_LIMIT)
        if sum_.unknown:
            asks.add(Ask.PRICE_UNKNOWN)
        if kept is not None:
            asks.add(Ask.LOW_BALANCE if kept.held.limit.cap is Cap.BALANCE else Ask.OVER_CAP)
        # A release is no repeat: a queued task is sent once, however often it is released.
        if not isinstance(intent, Release) and self.guard.is_too_soon(origin.door, origin.what):
            asks.add(Ask.REPEAT)
        return Prepared(
            self._stamp,
            intent,
            tuple(findings),
            sum_,
            frozenset(asks),
            held_back=kept.held if kept is not None else None,
            kept=kept.tasks if kept is not None else 0,
            unpaid=kept.unpaid if kept is not None else frozenset(),
            key=key.fingerprint,
            payer=Payer(engine.profile_name, key.ending),
            made_at=engine.clock.monotonic(),
            origin=origin,
        )

    def _paid(self, intent: Intent) -> list[tuple[Request, str]]:
        """The requests, with projects, whose price was not confirmed before."""
        match intent:
            case NewTasks(tasks=tasks, hold=hold):
                return [] if hold.code.waits_for_person else [(task.request, task.project) for task in tasks]
            case SendAgain(new=new):
                return [(new.request, new.project)]
            case Edit(task, request):
                # A task held for the user is asked about at its release instead.
                is_new = not task.waits_for_person and self._is_dearer(request, task.request)
                return [(request, task.project)] if is_new else []
            case Release(tasks):
                return [(task.request, task.project) for task in tasks if task.waits_for_person]

    def _is_dearer(self, new: Request, old: Request) -> bool:
        price, before = self._engine.pricing.price(new), self._engine.pricing.price(old)
        if price is None:
            return (new.endpoint, new.model) != (old.endpoint, old.model) or before is not None
        return before is None or price.credits > before.credits + _ENOUGH

    def _sum(self, paid: Iterable[tuple[Request, str]]) -> PriceSum:
        pricing, requests = self._engine.pricing, [request for request, _ in paid]
        unknown = [request for request in requests if pricing.price(request) is None]
        has_runs = any(request.endpoint == WORKFLOW for request in unknown)
        # What one workflow costs says nothing about another.
        like = None if has_runs else like_prices(unknown, self._engine.catalog, pricing.price)
        return replace(pricing.sum(requests), between=self._between(unknown), like=like, has_runs=has_runs)

    def _between(self, requests: Sequence[Request]) -> OpenPrice | None:
        """The price range of each request, if all requests are alike."""
        if len({(one.endpoint, one.model, price_shape(one)) for one in requests}) != 1:
            return None
        pair = self._engine.catalog.pair(requests[0].endpoint, requests[0].model)
        return open_price(pair, requests[0], self._engine.pricing.price) if pair is not None else None

    def _kept(self, intent: Intent, *, with_freed: bool = False) -> KeptInQueue | None:
        """The tasks of the intent that would be blocked, given the queue as it would be."""
        caps, own = self._engine.lane.caps, _as_queued(intent)
        ids = {task.id for task in own}
        others = [task for task in self._engine.ledger.queued() if task.id not in ids]
        # Behind all that is queued, even if it is sent before: the balance has to suffice for all of it.
        short = {i: one for i, one in caps.over([*others, *own], ordered=ids).items() if one.limit.cap is Cap.BALANCE}
        unpaid = frozenset(short.keys() & ids)
        queue = sorted((*others, *(one for one in own if one.id not in unpaid)), key=lambda task: task.position)
        over = short | dict(caps.over(queue))
        kept = [over[task.id] for task in own if task.id in over]
        if not kept:
            return None
        first = next((short[task.id] for task in own if task.id in unpaid), kept[0])
        sent = [one for one in own if one.id not in over]
        if unpaid:
            return KeptInQueue(first, len(kept), unpaid, self._sum((one.request, one.project) for one in sent))
        freed = [*caps.freed(first, queue), *sent] if with_freed else []
        sum_ = self._sum((one.request, one.project) for one in freed) if freed else None
        return KeptInQueue(first, len(kept), freed=sum_)


def _as_queued(intent: Intent) -> list[Task]:
    """The tasks of an intent as they would be in the queue: new ones at its end."""
    match intent:
        case NewTasks(tasks=new):
            return list(map(_at_the_end, new))
        case SendAgain(new=new):
            return [_at_the_end(new)]
        case Edit(task, request):
            return [replace(task, request=request)]
        case Release(tasks, is_next):
            waiting = [task for task in tasks if task.waits_for_person]
            return [replace(task, hold=ITS_TURN, position=-inf if is_next else task.position) for task in waiting]


def _at_the_end(new: NewTask) -> Task:
    return Task(id=new.id, request=new.request, created_at=0.0, project=new.project, position=inf)


def _again(old: Task) -> NewTask:
    return NewTask(
        request=old.request,
        project=old.project,
        shot=old.shot,
        title=old.title,
        parent_id=old.id,
        batch_id=old.batch_id,
        cast=old.cast,
        step=old.step,
        made_of=old.made_of,
        again_of=old,
    )


def _doubts(intent: Intent) -> Iterable[Ask]:
    """Whether Runway may have created one of them already."""
    match intent:
        case SendAgain():
            yield Ask.MAY_BE_PAID_TWICE
        case NewTasks(tasks=tasks):
            olds = [task.again_of for task in tasks if task.again_of is not None]
            if any(old.may_be_made or old.is_missed for old in olds):
                yield Ask.MAY_BE_PAID_TWICE
        case Release(tasks):
            if any(task.may_be_sent_already for task in tasks):
                yield Ask.MAY_BE_PAID_TWICE
        case Edit():
            pass


def steps_of(amounts: Iterable[int]) -> tuple[int, ...]:
    """The number of tasks in each transaction: whole rows, at least `AT_ONCE` tasks."""
    steps, some = [], 0
    for amount in amounts:
        some += amount
        if some >= AT_ONCE:
            steps.append(some)
            some = 0
    return (*steps, some) if some else tuple(steps)


MOMENT = 2.0
"""Seconds after sending within which the same request is taken for an accident."""


class RepeatGuard:
    """Detects accidental repeats: stores what was last sent from each front end. `what` must compare equal for equal
    requests."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last: dict[TaskSource, tuple[object, float]] = {}
        self._rows: dict[int, tuple[float, object]] = {}
        """By hash of a row's request: until when it counts as just sent, and from which sheet."""

    def note(self, door: TaskSource, what: object) -> None:
        """Records it as sent now."""
        self._last[door] = (what, self._clock.monotonic() + MOMENT)

    def note_rows(self, rows: Iterable[str], sheet: object) -> None:
        """Records the requests of a sheet's rows as sent now."""
        now = self._clock.monotonic()
        old = {row: sent for row, sent in self._rows.items() if now < sent[0]}
        self._rows = old | dict.fromkeys(map(hash, rows), (now + TOO_OLD, sheet))

    def repeats(self, rows: Iterable[str], sheet: object) -> int:
        """How many of these rows were sent from another sheet within the last minutes. They are reported once; sending
        again means that it is intended."""
        now, gone = self._clock.monotonic(), (0.0, None)
        found = [row for row in map(hash, rows) if now < self._rows.get(row, gone)[0] and self._rows[row][1] != sheet]
        for row in found:
            del self._rows[row]
        return len(found)

    def forget(self, door: TaskSource) -> None:
        """Forgets the last request of `door`, which was not sent after all."""
        self._last.pop(door, None)

    def is_too_soon(self, door: TaskSource, what: object) -> bool:
        """Whether requesting it now is probably an accident."""
        sent, until = self._last.get(door, (None, 0.0))
        return sent is not None and sent == what and self._clock.monotonic() < until


_DURATION, _COUNT = "duration", "outputCount"


def like_prices(
    requests: Sequence[Request], catalog: Catalog, price: Callable[[Request], Price | None]
) -> LikePrices | None:
    """Price range of the endpoint's other models for one of the requests; None if the requests differ in endpoint or
    amount, or no comparable model has a known price."""
    # A sheet has thousands of requests of few shapes.
    shapes = {(request.endpoint, price_shape(request)) for request in requests}
    if len({(endpoint, terms_of(shape).amounts) for endpoint, shape in shapes}) != 1:
        return None
    wanted = requests[0]
    own = catalog.pair(wanted.endpoint, wanted.model)
    endpoint = catalog.endpoint(wanted.endpoint)
    if own is None or endpoint is None:
        return None
    wanted = replace(wanted, values=_with_amounts(wanted, own))
    others = [catalog.pair(endpoint.name, model) for model in endpoint.models if model != wanted.model]
    alike = [request for pair in others if pair is not None and (request := _same_of(wanted, pair)) is not None]
    credits = [found.credits for request in alike if (found := price(request)) is not None]
    return LikePrices(endpoint.name, min(credits), max(credits)) if credits else None


def _with_amounts(request: Request, pair: Pair) -> dict[str, object]:
    """Its values, with the model's default length if none is given."""
    length = pair.field(_DURATION)
    defaults = {_DURATION: length.default} if length is not None and length.default is not None else {}
    return defaults | dict(request.values)


def _same_of(wanted: Request, pair: Pair) -> Request | None:
    """The same request for another model: its typical values, plus those of `wanted` that it accepts. None if it cannot
    make the same amount."""
    typical = typical_request(pair)
    shared = {name: value for name, value in wanted.values.items() if pair.field(name) is not None}
    refused = {str(finding.path[0]) for finding in validate(pair, {**typical.values, **shared}) if finding.path}
    values = {**typical.values, **{name: value for name, value in shared.items() if name not in refused}}
    is_as_long = values.get(_DURATION) == wanted.values.get(_DURATION)
    is_as_many = values.get(_COUNT, 1) == wanted.values.get(_COUNT, 1)
    return replace(typical, values=values, prompt=wanted.prompt) if is_as_long and is_as_many else None
