"""Calls of clients: tasks, list, prices, models, balance. Never the key, settings, trash or backups.

Every method that answers a verb takes the client's name and what the verb takes, and returns what it gives. Raises
CallRefused: a sentence, and what to do instead. Loop's thread only.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from contextlib import suppress
from typing import Any

from runway_desktop.catalog.labels import model_label
from runway_desktop.domain import permissions
from runway_desktop.domain.account import NO_KEY, Fingerprint, KeySource, Link
from runway_desktop.domain.advance import Answer
from runway_desktop.domain.errors import ApiError, NotPossible, NotThere
from runway_desktop.domain.events import Event, OutputChanged, TaskChanged
from runway_desktop.domain.library import GroupBy, Listing, Row
from runway_desktop.domain.permissions import COMMAND_LINE, LONGEST_WAIT, Act, ClientRequest, Permission, Why
from runway_desktop.domain.task import Output, RemoteId, State, Task, TaskId, parse_remote_id
from runway_desktop.services.approvals import YOU
from runway_desktop.services.engine import Engine
from runway_desktop.services.supervised import Finishing
from runway_desktop.services.tasks.adoption import Adopting
from runway_desktop.services.tasks.asking import Reply
from runway_desktop.texts import english
from runway_desktop.usecases.deciding import Asking, Choice, Deciding
from runway_desktop.usecases.searching.language import IS, KEYS, STATES, meaning, misread, read
from runway_desktop.usecases.sending.sending import TaskSender
from runway_desktop.usecases.steps import Steps
from runway_desktop.usecases.words.failures import no_link_words, why_not_words
from runway_desktop.values import replace

from . import verbs
from .continuing import Continuing
from .creating import Creating, refused
from .model_answer import models_answer
from .refusals import CallRefused, Code, in_english, refusal_of
from .task_answer import is_settled, task_answer
from .verbs import MOST_LOOKED_AT, MOST_TASKS, TaskAnswer

KEY_PATIENCE = 10.0
"""Seconds to wait for the keychain. Unlocking it takes a user longer; a call does not wait for that."""
LIKE = "Ids look like 17f20503-6c24-4c16-946b-35dbbce2af2f."
_LONGEST_ABOUT = 200
_VALUES = {"is": IS, "state": tuple(STATES)}
"""What two filters of a query may be."""


class ClientCases:
    """`find_key` looks for the key unless that was done, and returns when the search has ended."""

    def __init__(
        self,
        engine: Engine,
        sending: Callable[[], TaskSender],
        find_key: Callable[[], Awaitable[object]],
        address: str = "",
        *,
        has_window: bool = False,
        steps: Callable[[], Steps],
        export_cut: Callable[[verbs.CutWished], Awaitable[verbs.CutAnswer]],
    ) -> None:
        """`address` is Runway's, empty for the demo."""
        self._engine = engine
        self._address = address
        self._has_window = has_window
        self._find_key = find_key
        self._creating = Creating(engine, sending)
        self._continuing = Continuing(engine, self._creating, steps)
        self._deciding = Deciding(engine, sending)
        self._export_cut = export_cut
        self._finishing = Finishing()
        self._adopting = asyncio.Lock()
        self._looking = asyncio.Lock()
        """Runway is asked for one unknown id at a time: a client may invent many."""

    async def let_in(self, client: str, act: Act, wanted: verbs.Wish) -> None:
        """Must be called before each call. Raises CallRefused if the client may not do this."""
        if (why := await self._refusal(client, act)) is not None:
            said = refused(why)
            if why is Why.READS_ONLY:
                self._engine.clients.tell_read_only(client)
            if act is Act.CREATE:
                await self._note_refusal(client, wanted, said)
            raise said
        await self._engine.clients.saw(client)

    async def may_spend(self, client: str) -> bool:
        """Whether the client may make tasks, with or without the person's approval."""
        return await self._refusal(client, Act.CREATE) is None

    async def difference(self, key: Fingerprint, address: str, *, asks: bool) -> CallRefused | None:
        """The refusal of calls that ask Runway or spend, for a client whose environment names another key or address
        than this engine uses; None if it names the same, or none. A call that does not ask (`asks`) is not kept waiting
        for the keychain."""
        window = self._has_window
        runs = "Runway Desktop is open" if window else "Another command or agent runs"
        ends = "Close its window" if window else "Wait until it has ended"
        advice = f"{ends}, leave the variable out, or use another profile."
        if address not in ("", self._address):
            used = self._address or "the demo"
            said = f"{runs} with this profile and uses {used}, not the address of RUNWAYML_BASE_URL."
            return CallRefused(said, advice)
        if key and asks:
            with suppress(CallRefused):
                await self.need_key()
        used_key = self._engine.account.key.fingerprint
        if key in (NO_KEY, used_key) or not (used_key or asks):
            return None
        said = f"{runs} with this profile and does not use the key of RUNWAYML_API_SECRET."
        return CallRefused(said, code=Code.KEY, advice=advice)

    async def kept(self, _: str, wanted: verbs.TaskWanted) -> TaskAnswer | None:
        """State of a task as it is in the list, without asking Runway; None if it is not there."""
        task = await self._known(wanted.id)
        return await self._answer(task.id) if task is not None else None

    async def get(self, client: str, wanted: verbs.TaskWanted) -> TaskAnswer:
        """State of a task. An id that is not in the list is looked up at Runway once; if found, the task is adopted, so
        that its result is saved."""
        known = await self._known(wanted.id)
        # An adopted task was just read; it would be read again only after the minimum gap.
        task, note = await self._up_to_date(known) if known else (await self._adopted(client, wanted.id), "")
        links: Sequence[Output] = ()
        if wanted.links and task.has_results:
            handed = await self._engine.links.hand_on([task.id])
            links = handed.outputs
            if (why := handed.failed.get(task.id)) is not None:
                with english():
                    note = note or no_link_words(why)
        return await self._answer(task.id, links=links, note=note)

    async def wait(self, client: str, wanted: verbs.TasksWanted) -> verbs.WaitAnswer:
        """Waits until all of them have ended, wait for the user, or the time is over. Free and repeatable; canceling
        the wait does not stop the tasks."""
        # Begins before ids that are not known here are looked up at Runway.
        end = asyncio.get_running_loop().time() + (min(wanted.seconds, LONGEST_WAIT) if wanted.seconds > 0 else 0.0)
        ids = [(await self._found(client, word)).id for word in _some(wanted.ids)]
        changed = asyncio.Event()

        def hear(event: Event) -> None:
            if isinstance(event, TaskChanged | OutputChanged):
                changed.set()

        def are_settled(rows: Sequence[Row]) -> bool:
            return all(is_settled(row, saved=wanted.saved) for row in rows)

        stop = self._engine.bus.listen(hear)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(end):
                    while not are_settled(await self._engine.library.rows(ids)):
                        await changed.wait()
                        changed.clear()
        finally:
            stop()
        # Read once for both: the saving of a result that failed may begin again at any moment.
        rows = await self._engine.library.rows(ids)
        return verbs.WaitAnswer(is_over=are_settled(rows), tasks=await self._all_said(rows))

    async def tasks(self, client: str, wanted: verbs.ListWanted) -> verbs.ListAnswer:
        """The list, latest first."""
        library = self._engine.library
        await self._engine.clients.record(client, "list", wanted.query[:_LONGEST_ABOUT])
        counts = await library.counts()
        if words := misread(wanted.query):
            advice = f"Filters: {', '.join(KEYS)}, each with a value. Put other words with a colon in quotes."
            raise CallRefused(f"“{words[0][:80]}” is no filter.", code=Code.INPUT, advice=advice)
        with english():
            found = meaning(read(wanted.query), counts, self._engine.clock.now())
        if found.unused:
            values = next((_VALUES[term.key] for term in found.unused if term.key in _VALUES), ())
            raise CallRefused(found.said[0], code=Code.INPUT, advice=f"All: {', '.join(values)}." if values else "")
        ids, is_whole = await self._page(Listing(filter=found.filter, group=GroupBy.NONE), wanted)
        return verbs.ListAnswer(
            total=await library.amount(found.filter),
            tasks=await self._all_said(await library.rows(ids)),
            next_after=None if is_whole else ids[-1],
            note=" ".join(found.said) or None,
        )

    async def _page(self, listing: Listing, wanted: verbs.ListWanted) -> tuple[Sequence[TaskId], bool]:
        """The ids of a page, and whether it is the last."""
        library, limit, start = self._engine.library, wanted.limit, 0
        if wanted.after:
            last = await self._known(wanted.after)
            if last is None:
                raise CallRefused("There is no task of this id to go on after.", code=Code.INPUT)
            # Those of one batch have the same time. If it was changed, so that the query no longer finds it, they come
            # again.
            until = min(math.nextafter(last.created_at, math.inf), listing.filter.until or math.inf)
            listing = replace(listing, filter=replace(listing.filter, until=until))
        found = await library.list(listing, limit)
        if wanted.after and last is not None:
            while last.id not in found.ids and not found.is_whole:
                limit *= 4
                found = await library.list(listing, limit)
            start = found.ids.index(last.id) + 1 if last.id in found.ids else 0
            found = await library.list(listing, start + wanted.limit)
        return found.ids[start:], found.is_whole

    async def look(self, _: str, wanted: verbs.TakesWanted) -> verbs.LookAnswer:
        """Takes for a contact sheet, a number for each saved result. The client draws it."""
        ids = [(await self._listed(word)).id for word in wanted.ids]
        found: list[verbs.TakeAnswer] = []
        for row in await self._engine.library.rows(ids):
            task = self._said(row, None)
            files = [file for file in task.files or () if file.path]
            found += [
                verbs.TakeAnswer(number=number, id=task.id, state=task.state, file=file, is_shown=False)
                for number, file in enumerate(files or [None], len(found) + 1)
            ]
        if len(found) > MOST_LOOKED_AT:
            raise CallRefused(f"Of {len(found)} results, {MOST_LOOKED_AT} fit on a picture.", "Name fewer tasks.")
        return verbs.LookAnswer(takes=found)

    async def suggest(self, client: str, wanted: verbs.Suggested) -> verbs.SuggestAnswer:
        """Suggests tasks to the person."""
        ids = list(dict.fromkeys([(await self._listed(word)).id for word in _some(wanted.ids)]))
        if not all(row.outputs for row in await self._engine.library.rows(ids)):
            raise CallRefused("A task without a result cannot be suggested.", "Nothing was suggested.")
        await self._engine.clients.suggest(client, ids, " ".join(wanted.reason.split()))
        return verbs.SuggestAnswer(suggested=list(map(str, ids)))

    async def models(self, _: str, wanted: verbs.ModelsWanted) -> verbs.ModelsAnswer:
        """Endpoints with their models; with a model named, its fields and price. Asks for the routers, seldom."""
        await self._engine.routers.refresh()
        return models_answer(self._engine.catalog, self._engine.pricing.price, wanted)

    async def balance(self, _: str, __: verbs.Nothing) -> verbs.BalanceAnswer:
        """The balance, and what remains of each model's limits."""
        await self.need_key()
        account = self._engine.account
        known = account.organization or await account.refresh()
        if known is None:
            said = account.connection.message or "Runway could not be asked."
            if account.connection.link is Link.KEY_REFUSED:
                raise CallRefused(said, code=Code.KEY)
            raise CallRefused(said, code=Code.AGAIN, advice="Try again in a moment.")
        models = {
            model: verbs.LimitsAnswer(
                daily_used=known.daily_used.get(model, 0), daily_limit=limits.daily, at_once=limits.concurrent
            )
            for model, limits in known.limits.items()
        }
        return verbs.BalanceAnswer(credits=known.balance, models=models)

    async def price(self, client: str, wish: verbs.TaskWished) -> verbs.PriceAnswer:
        """The estimated price. Stores nothing."""
        return await self._creating.price(client, wish)

    async def price_batch(self, client: str, wanted: verbs.BatchWished) -> verbs.BatchPrice:
        """The estimated price of all rows. Stores nothing."""
        return await self._creating.price_batch(client, wanted)

    async def create(self, client: str, wish: verbs.TaskWished) -> TaskAnswer:
        """Creates the task of this request, or returns the existing one if the request is a repeat."""
        with suppress(CallRefused):
            # Without a key the task is held as any other; with one, it is queued for that key.
            await self.need_key()
        try:
            task, is_repeat = await self._creating.make(client, wish)
        except CallRefused as refusal:
            await self._note_refusal(client, wish, refusal)
            raise
        if not is_repeat:
            self._engine.clients.changed()
        note = "" if is_repeat else await self._creating.unknown_names(client, wish)
        answer = await self._answer(task.id)
        return replace(answer, is_repeat=is_repeat, note=note or answer.note)

    async def steps(self, client: str, wish: verbs.StepsWished) -> verbs.StepsAnswer:
        """Continues the picks of a project to a step of its chain."""
        if not wish.dry_run:
            await self.need_key()
        try:
            found = await self._continuing.go_on(client, wish)
        except CallRefused as refusal:
            await self._note_refusal(client, wish, refusal)
            raise
        self._engine.clients.changed()
        tasks = await self._all_said(await self._engine.library.rows(found.task_ids))
        return verbs.StepsAnswer(tasks=tasks, price=found.price, left_out=list(found.left_out))

    async def export_cut(self, _: str, wish: verbs.CutWished) -> verbs.CutAnswer:
        """Writes it for the person, to any folder."""
        return await self._export_cut(wish)

    async def adopt(self, client: str, wanted: verbs.TasksNamed) -> verbs.AdoptAnswer:
        """Adds tasks that were started elsewhere to the list, so that their results are saved. One that Runway does not
        know is asked for once more, since a new one may not be readable at once, and then named in `problems`."""
        known: list[RemoteId] = []
        found: dict[RemoteId, Reply] = {}
        asked: list[RemoteId] = []
        for word in _some(wanted.ids):
            task = await self._known(word)
            remote_id = task.remote_id if task is not None else parse_remote_id(word)
            if remote_id is None:
                raise CallRefused(f"“{word[:80]}” is no id of Runway's.", f"{LIKE} Nothing was added.")
            (asked if task is None else known).append(remote_id)
        await self._engine.clients.record(client, "adopt", f"{len(wanted.ids)}")
        await self.need_key()
        for _ in range(2):
            found |= {remote_id: await self._looked_up(remote_id) for remote_id in asked}
            asked = [remote_id for remote_id in asked if isinstance(found[remote_id].said, NotThere)]
        for remote_id in asked:
            del found[remote_id]
        adopted, _ = await self._taken(found, known)
        rows = await self._engine.library.rows([*adopted.added, *adopted.known])
        return verbs.AdoptAnswer(
            tasks=await self._all_said(rows), added=list(adopted.added), known=list(adopted.known),
            problems={str(remote_id): "Runway has no such task for this key." for remote_id in asked},
        )  # fmt: skip

    async def cancel(self, client: str, wanted: verbs.TasksNamed) -> verbs.CancelAnswer:
        """Cancels running and queued tasks; never deletes finished ones. An agent can cancel only its own."""
        tasks = [await self._found(client, word) for word in _some(wanted.ids)]
        asked = await self._engine.clients.of([task.id for task in tasks])
        own = [one for task in tasks if (one := asked.get(task.id)) is not None and one.client == client]
        await self._check(client, Act.CANCEL, is_own=len(own) == len(tasks))
        if any(task.state.is_live for task in tasks):
            await self.need_key()
        await self._engine.clients.record(client, "cancel", f"{len(tasks)}")
        local = {task.id for task in tasks if task.state.is_local}
        await self._engine.clients.withdraw([one.task_id for one in own if one.task_id in local])
        done = await self._engine.actions.cancel([task.id for task in tasks])
        with english():
            problems = {str(task_id): why_not_words(why) for task_id, why in done.failed.items()}
        rows = await self._engine.library.rows([task.id for task in tasks])
        return verbs.CancelAnswer(problems=problems, tasks=await self._all_said(rows))

    async def release(self, client: str, wanted: verbs.TaskReleased) -> verbs.DecisionAnswer:
        """Sends a task that is held for the person, or a program's request, at the price that they agreed to."""
        await self.need_key()
        return await self._decide(client, "release", wanted, Choice.RELEASE)

    async def resolve(self, client: str, wanted: verbs.TaskResolved) -> verbs.DecisionAnswer:
        """Settles an uncertain task as the person decided."""
        ways = {Choice.MADE: bool(wanted.made), Choice.NOT_MADE: wanted.not_made, Choice.DISMISS: wanted.dismiss}
        chosen = [way for way, is_chosen in ways.items() if is_chosen]
        if len(chosen) != 1:
            raise CallRefused("Say either --made RUNWAY_ID, --not-made or --dismiss.", code=Code.INPUT)
        await self.need_key()
        return await self._decide(client, "resolve", wanted, chosen[0], wanted.made.strip().lower())

    async def _decide(
        self, client: str, call: str, wanted: verbs.TaskReleased, what: Choice, text: str = ""
    ) -> verbs.DecisionAnswer:
        task = await self._known(wanted.id)
        if task is None:
            raise CallRefused("There is no task of this id.", code=Code.NOT_FOUND)
        try:
            found = await self._deciding.decide(what, task.id, text, wanted.agreed)
        except NotPossible as why:
            raise CallRefused(why.said, code=Code.INPUT, advice=why.advises) from why
        if isinstance(found, Asking):
            tasks = [await self._answer(task.id)]
            return verbs.DecisionAnswer(tasks=tasks, asks=list(found.lines), yes=found.yes, agreed=found.digest)
        await self._engine.clients.record(client, call, task.id)
        return verbs.DecisionAnswer(tasks=await self._all_said(await self._engine.library.rows(found)))

    async def grant(self, _: str, wanted: verbs.Grant) -> verbs.GrantAnswer:
        """Sets, or only says, what commands may spend a day."""
        clients = self._engine.clients
        client = await clients.client(COMMAND_LINE)
        if wanted.show is (wanted.credits is not None):
            raise CallRefused("Say how many credits a day, or --show.", code=Code.INPUT)
        if wanted.credits is not None:
            if wanted.unattended and wanted.credits:
                await self._check(COMMAND_LINE, Act.DECIDE)
            before, client = client, permissions.granted(client, wanted.credits)
            by = COMMAND_LINE if wanted.unattended else YOU
            await clients.permit(COMMAND_LINE, client.permission, client.credits, by=by)
            if wanted.unattended and wanted.credits and permissions.is_less(client, before.permission, before.credits):
                await clients.keep_untold(granted=wanted.credits)
        today = await clients.reserved_today(COMMAND_LINE)
        is_granted = client.permission is Permission.ALLOWANCE
        return verbs.GrantAnswer(
            credits_a_day=client.credits if is_granted else 0.0, today=today,
            left_today=permissions.left_today(client, today) if is_granted else 0.0,
        )  # fmt: skip

    @property
    def rows_made_before(self) -> Set[TaskId]:
        """Tasks of the batch that was priced last, which an earlier run of it made."""
        return self._creating.rows_made_before

    def under_way(self) -> tuple[str, ...]:
        """What is being sent now, and for which client: "Gen-4.5 (claude)"."""
        sent = [task for task in self._engine.ledger.open() if task.state is State.SENDING]
        clients = [f" ({name})" if (name := self._creating.asked_by.get(task.id)) else "" for task in sent]
        return tuple(f"{model_label(task.request.model)}{of}" for task, of in zip(sent, clients, strict=True))

    async def need_key(self) -> None:
        """Raises CallRefused if there is no key."""
        with suppress(TimeoutError):
            async with asyncio.timeout(KEY_PATIENCE):
                await self._find_key()
        status = self._engine.account.key
        if status.source is KeySource.NONE:
            said, advice = in_english(status.problem), "Open Runway Desktop and see to it there."
            if status.is_awaited:
                said, advice = "The keychain waits to be unlocked.", "Unlock it, then try again."
            elif status.no_keychain:
                said, advice = "This computer has no keychain.", "Set RUNWAYML_API_SECRET to the key."
            raise CallRefused(said or "There is no key yet.", advice, code=Code.KEY)

    async def _note_refusal(self, client: str, wish: verbs.Wish, refusal: CallRefused) -> None:
        await self._engine.clients.record(client, "create", _about(wish), refusal.message)
        if refusal.code is Code.REFUSED and not self._has_window:
            await self._engine.clients.keep_untold(refused=1)

    async def _check(self, client: str, act: Act, *, is_own: bool = True) -> None:
        if (why := await self._refusal(client, act, is_own=is_own)) is not None:
            raise refused(why)

    async def _refusal(self, client: str, act: Act, *, is_own: bool = True) -> Why | None:
        clients = self._engine.clients
        return permissions.refusal(await clients.client(client), act, is_paused=clients.are_paused, is_own=is_own)

    async def _found(self, client: str, word: str) -> Task:
        return await self._known(word) or await self._adopted(client, word)

    async def _listed(self, word: str) -> Task:
        """Raises CallRefused for a task that is not in the list."""
        if (task := await self._known(word)) is None or task.removed_at is not None:
            raise CallRefused("There is no task of this id in the list.", code=Code.NOT_FOUND, advice=word[:80])
        return task

    async def _known(self, word: str) -> Task | None:
        """The task with this id, Runway's or ours; also one that was removed from the list."""
        ledger = self._engine.ledger
        if (found := await ledger.task(TaskId(word.strip()))) is not None:
            return found
        remote_id = parse_remote_id(word)
        here = await self._engine.library.of_runway([remote_id]) if remote_id is not None else {}
        return await ledger.task(next(iter(here.values()))) if here else None

    async def _adopted(self, client: str, word: str) -> Task:
        """Looks the id up at Runway once. Raises CallRefused if Runway does not know it."""
        remote_id = parse_remote_id(word)
        if remote_id is None:
            raise CallRefused("There is no task of this id.", code=Code.NOT_FOUND, advice=LIKE)
        await self._check(client, Act.ADOPT)
        await self.need_key()
        reply = await self._looked_up(remote_id)
        if isinstance(reply.said, NotThere):
            raise refusal_of(reply.said) from reply.said
        await self._engine.clients.record(client, "adopt", remote_id)
        _, [task] = await self._taken({remote_id: reply})
        return task

    async def _looked_up(self, remote_id: RemoteId) -> Reply:
        """Raises CallRefused if Runway neither has the task nor says that it has not."""
        async with self._looking:
            reply = await self._engine.asking.ask(remote_id)
        if not isinstance(reply.said, Answer | NotThere):
            raise refusal_of(reply.said) from reply.said
        return reply

    async def _taken(
        self, found: Mapping[RemoteId, Reply], known: Sequence[RemoteId] = ()
    ) -> tuple[Adopting, Sequence[Task]]:
        """Adopts these; returns also what was found at Runway, as it is there."""
        adopted = await self._finishing.run(self._adopt([*found, *known]), "adopt tasks")
        here = await self._engine.library.of_runway([*found])
        return adopted, [
            await self._engine.ledger.answer(here[remote_id], reply.said, reply.key)
            for remote_id, reply in found.items()
            if isinstance(reply.said, Answer)
        ]

    async def _adopt(self, ids: Sequence[str]) -> Adopting:
        """One call at a time: adopting the same id twice at once would create two tasks."""
        async with self._adopting:
            return await self._engine.adoption.adopt(ids)

    async def _up_to_date(self, task: Task) -> tuple[Task, str]:
        """Polls a live task once, unless the poller runs; returns it and a note on what could not be read."""
        engine = self._engine
        wants_links = task.has_results
        if not (wants_links or task.state.is_live) or engine.is_made("poller"):
            return task, ""
        try:
            await self.need_key()
            if task.state.is_live:
                task, _ = await engine.asking.ask_for(task)
        except (ApiError, CallRefused) as error:
            return await engine.ledger.task(task.id) or task, f"Runway could not be asked: {in_english(error)}"
        return task, ""

    async def _answer(self, task_id: TaskId, **more: Any) -> TaskAnswer:
        [found] = await self._all_said(await self._engine.library.rows([task_id]), **more)
        return found

    async def _all_said(self, rows: Sequence[Row], **more: Any) -> list[TaskAnswer]:
        asked = await self._engine.clients.of([row.task.id for row in rows])
        return [self._said(row, asked.get(row.task.id), **more) for row in rows]

    def _said(self, row: Row, asked: ClientRequest | None, **more: Any) -> TaskAnswer:
        task, engine = row.task, self._engine
        price = engine.pricing.price(task.request) if task.credits is None else None
        kept = engine.lane.keeps(task) if engine.is_made("lane") else None
        credits = price.credits if price is not None else None
        why = self._creating.waits_because.get(task.id, "")
        with english():
            return task_answer(row, asked=asked, price=credits, kept=kept, why=why, has_window=self._has_window, **more)


def _some(ids: Sequence[str]) -> Sequence[str]:
    if not 0 < len(ids) <= MOST_TASKS:
        raise CallRefused(f"Name 1 to {MOST_TASKS} tasks.", code=Code.INPUT)
    return ids


def _about(wanted: verbs.Wish) -> str:
    """What the record of a create says of it."""
    return f"{wanted.endpoint} {wanted.model}"[:_LONGEST_ABOUT] if isinstance(wanted, verbs.TaskWished) else ""
