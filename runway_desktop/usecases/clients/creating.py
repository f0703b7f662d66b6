"""Create calls of clients: validation, price, permission, idempotency. The task is sent in turn or waits for the user.

What a client may is decided by `domain/permissions.py`. The `request_id` is an idempotency key.
Raises CallRefused. Loop's thread only.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections.abc import Callable, Sequence, Set
from pathlib import Path
from typing import Any
from uuid import uuid4
from weakref import WeakValueDictionary

from runway_desktop.catalog import AssetRef, Finding, Pair, assets_in, prompt_of, validate, with_assets
from runway_desktop.catalog.catalog import starting_values
from runway_desktop.domain import permissions
from runway_desktop.domain.permissions import COMMAND_LINE, WITHOUT_ID, Client, ClientRequest, Priced, Verdict, Why
from runway_desktop.domain.task import Hold, HoldCode, Request, Task, TaskId, parse_remote_id
from runway_desktop.domain.workflows.routing import GENERATE
from runway_desktop.services.engine import Engine
from runway_desktop.services.supervised import Finishing
from runway_desktop.services.tasks.submission import Ask, NewTask, Origin, Prepared, TaskSource
from runway_desktop.texts import english
from runway_desktop.usecases.casting import cast_into
from runway_desktop.usecases.sending.sending import TaskSender
from runway_desktop.usecases.words import approvals, units
from runway_desktop.usecases.words.cast import unknown_words
from runway_desktop.usecases.words.holds import cost_words
from runway_desktop.values import replace

from .input_files import check_files, named_files
from .refusals import CallRefused, Code, listed
from .verbs import BatchPrice, BatchWished, PriceAnswer, RowPrice, TaskWished

LONGEST_ID = 200
REPEATS_FOR = 600.0
"""Seconds within which an identical request without an id counts as a repeat."""
_ENOUGH = 1e-6
_OF_PRICE = frozenset({Ask.ABOVE_LIMIT, Ask.PRICE_UNKNOWN})
Wanted = TaskWished | BatchWished
_SAVING = ("duration", "outputCount", "resolution", "quality", "ratio")
"""Settings that may make a request cheaper, the ones that change least first."""
_ID = re.compile("[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class Creating:
    def __init__(self, engine: Engine, sending: Callable[[], TaskSender]) -> None:
        self._engine = engine
        self._sending = sending
        self.asked_by: dict[TaskId, str] = {}
        """Client of each task that was requested in this run."""
        self.waits_because: dict[TaskId, str] = {}
        """Why tasks that were requested in this run wait for approval."""
        self.rows_made_before: Set[TaskId] = frozenset()
        """Tasks of the batch that was priced last."""
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._finishing = Finishing()

    async def price(self, client: str, wish: TaskWished) -> PriceAnswer:
        """The estimated price, the questions that sending would raise, and what `make` would do now: "would" is send,
        queue (a cap keeps it), wait for approval, repeat (the same was made before) or refuse. Stores nothing."""
        new, made = await self._new_or_made(client, wish)
        prepared = self._sending().prepare([new], Origin(TaskSource.SCRIPT, (client, "price")))
        if made:
            return PriceAnswer(**_priced(prepared), would="repeat", id=made)
        return PriceAnswer(**_priced(prepared), **await self._would(client, wish, [new], prepared))

    async def price_batch(self, client: str, wanted: BatchWished) -> BatchPrice:
        """The same for all rows together: what was made before costs nothing. Stores nothing."""
        rows: list[RowPrice] = []
        new: list[NewTask] = []
        for wish in wanted.rows:
            # There may be thousands, and a window beside them.
            await self._engine.clock.sleep(0)
            try:
                task, made = await self._new_or_made(client, wish)
            except CallRefused as refused:
                rows.append(RowPrice(problem=refused.in_words()))
                continue
            if made:
                rows.append(RowPrice(id=made, most=0.0))
                continue
            price, most = self._engine.pricing.price(task.request), self._engine.pricing.most(task.request)
            if price is None or price.at_least:
                most = wish.price_up_to
            rows.append(RowPrice(most=most, is_sure=price is not None and price.is_of_runway))
            new.append(task)
        self.rows_made_before = {TaskId(row.id) for row in rows if row.id}
        prepared = await self._sending().prepare_many(new, Origin(TaskSource.SCRIPT, (client, "price")))
        booked = [row.most for row in rows if row.most is not None]
        would: dict[str, Any] = {"would": "refuse" if any(row.problem for row in rows) else "repeat"}
        if new and would["would"] == "repeat":
            would = await self._would(client, wanted, new, prepared, sum(booked) if len(booked) == len(rows) else None)
        return BatchPrice(**_priced(prepared), rows=rows, **would)

    async def _new_or_made(self, client: str, wish: TaskWished) -> tuple[NewTask, str]:
        """The task of a request, and the id of the one that was made of it before; empty if there is none."""
        new, digest = await self._wished(client, wish)
        _, known, made = await self._before(client, wish, digest)
        if known is not None and made is not None:
            return replace(new, request=known.request), made.id
        return await self._with_cast(new), ""

    async def _before(
        self, client: str, wish: TaskWished, digest: str
    ) -> tuple[str, ClientRequest | None, Task | None]:
        """The request's id, what was noted by it, and the task that was made of that. Raises CallRefused if the id is
        another request's."""
        request_id = wish.request_id.strip() or await self._repeated(client, digest)
        known = await self._engine.clients.known(client, request_id)
        if known is not None and known.digest != digest:
            advice = "Use a new one for a new wish, or for a file that has changed. Nothing was sent."
            raise CallRefused("This request_id was used for another request.", advice)
        return request_id, known, await self._engine.ledger.task(known.task_id) if known is not None else None

    async def _would(
        self, client: str, wish: Wanted, new: Sequence[NewTask], prepared: Prepared, most: float | None = None
    ) -> dict[str, Any]:
        verdict, because, _ = await self._verdict(client, wish, new, prepared, most)
        if verdict.waits:
            return {"would": "wait for approval", "because": because.message}
        if verdict.why is not None:
            return {"would": "refuse", "because": because.in_words()}
        return {"would": "queue" if Ask.OVER_CAP in prepared.asks else "send"}

    async def make(self, client: str, wish: TaskWished) -> tuple[Task, bool]:
        """The task of a request, and whether it was a repeat."""
        new, digest = await self._wished(client, wish)
        return await self._finishing.run(self._one_by_one(client, digest, new, wish), "make a task")

    async def price_known(
        self, client: str, new: Sequence[NewTask], prepared: Prepared, most: float | None
    ) -> PriceAnswer:
        """What `make_known` of all these would do, for at most `most` credits together."""
        wish = BatchWished(rows=[], max_credits=most)
        return PriceAnswer(**_priced(prepared), **await self._would(client, wish, new, prepared))

    async def make_known(self, client: str, request_id: str, new: NewTask, most: float | None) -> TaskId:
        """Makes a task that is prepared here, once for a `request_id`. `most`: the credits that are agreed to."""
        request, digest = new.request, hashlib.sha256(request_id.encode()).hexdigest()
        wish = TaskWished(endpoint=request.endpoint, model=request.model, request_id=request_id, max_credits=most)
        made = self._one_by_one(client, digest, new, wish)
        return (await self._finishing.run(made, "make a task of a step"))[0].id

    async def _one_by_one(self, client: str, digest: str, new: NewTask, wish: TaskWished) -> tuple[Task, bool]:
        """One request of a client at a time, so that a concurrent repeat finds the first one's record, and each request
        sees what is left of the allowance."""
        async with self._locks.setdefault(client, asyncio.Lock()):
            request_id, known, made = await self._before(client, wish, digest)
            if made is not None:
                return made, True
            new = replace(new, id=known.task_id) if known is not None else new
            return await self._make(client, request_id or f"{WITHOUT_ID}{uuid4().hex}", digest, new, wish)

    async def _make(
        self, client: str, request_id: str, digest: str, new: NewTask, wish: TaskWished
    ) -> tuple[Task, bool]:
        new = await self._with_cast(new)
        engine, task_id = self._engine, new.id
        origin = Origin(TaskSource.SCRIPT, (client, request_id))
        prepared = self._sending().prepare([new], origin)
        verdict, because, booked = await self._verdict(client, wish, [new], prepared)
        if verdict.why is Why.READS_ONLY:
            engine.clients.tell_read_only(client)
        if verdict.why is not None and not verdict.waits:
            raise because
        asked = ClientRequest(
            client=client, request_id=request_id, digest=digest, task_id=task_id,
            credits=prepared.sum.credits if booked is None else booked, at=engine.clock.now(),
            request=new.request, is_within=not verdict.waits,
        )  # fmt: skip
        if verdict.waits:
            prepared = self._sending().prepare_waiting(new, origin, Hold(HoldCode.APPROVAL, client=client))
            self.waits_because[task_id] = because.message if verdict.why is not None else ""
        if (await engine.clients.note(asked)).task_id != task_id:
            raise CallRefused("The same was asked for meanwhile.", code=Code.AGAIN, advice="Ask again: it is there.")
        self.asked_by[task_id] = client
        answers = _agreed(client) if booked is None else _agreed(client) | {Ask.PRICE_UNKNOWN}
        await self._sending().send(prepared, frozenset() if verdict.waits else answers)
        if asked.is_within:
            await engine.clients.look_again(client)
        task = await engine.ledger.task(task_id)
        if task is None:
            raise CallRefused("The task is gone again.", code=Code.FAILED)
        return task, False

    async def _verdict(
        self, name: str, wish: Wanted, new: Sequence[NewTask], prepared: Prepared, most: float | None = None
    ) -> tuple[Verdict, CallRefused, float | None]:
        """Whether the request may be sent, the sentence for a refusal or a wait, and what is booked for a price that
        is not known or open. `most`: of a batch, with what its rows book; None if one without a price books nothing.
        """
        clients, sum_ = self._engine.clients, prepared.sum
        reserved, client = await clients.reserved_today(name), await clients.client(name)
        is_booked = most is not None
        known = sum(self._engine.pricing.most(one.request) or 0.0 for one in new)
        priced = Priced(
            most=known if most is None else most,
            is_known=is_booked or not (sum_.unknown or Ask.PRICE_UNKNOWN in prepared.asks),
            is_open=sum_.at_least and not is_booked, asks_more=bool(prepared.asks - _agreed(name) - _OF_PRICE),
            maximum=wish.max_credits, up_to=wish.price_up_to if isinstance(wish, TaskWished) else None,
        )  # fmt: skip
        verdict = permissions.creation(
            client, priced, is_paused=clients.are_paused, reserved=reserved,
            limit=self._engine.settings.confirm_above, waiting=len(clients.waiting()),
            names_cast=any(one.cast for one in new),
        )  # fmt: skip
        because = self._in_words(verdict.why, client, priced, permissions.left_today(client, reserved), prepared, new)
        return verdict, because, permissions.booked_for(client, priced)

    def _in_words(
        self, why: Why | None, client: Client, priced: Priced, left: float, prepared: Prepared, new: Sequence[NewTask]
    ) -> CallRefused:
        sum_, most, booked = prepared.sum, priced.most, permissions.booked_for(client, priced)
        with english():
            costs = f"It costs {cost_words(sum_)}"
            if booked is not None and most <= booked:
                costs = f"It counts as {units.credits_in_words(booked)}"
            elif most > sum_.credits + _ENOUGH:
                costs += f" and may cost {units.credits_in_words(most)}"
            left_words = units.credits_in_words(left)
        match why:
            case None:
                return _refused("The person approves each request.", "")
            case Why.QUESTIONS:
                asks = ", ".join(sorted(ask.value for ask in prepared.asks - _OF_PRICE))
                return _refused(f"The person has to be asked: {asks}.", "Send it from the window.")
            case Why.OPEN_PRICE:
                return _refused(f"{costs} or more: nobody knows how much before it is sent.", approvals.UNKNOWN_PRICE)
            case Why.NOT_AGREED:
                return _refused(f"{costs}.", f"Say --max-credits {most:g} to agree to that.")
            case Why.ABOVE_UP_TO | Why.ABOVE_MAXIMUM:
                is_booked = why is Why.ABOVE_UP_TO
                flag, agreed = ("price-up-to", priced.up_to) if is_booked else ("max-credits", priced.maximum)
                return _refused(f"{costs}, more than {agreed:g}.", f"Say a higher --{flag} to agree to that.")
            case Why.ABOVE_ALLOWANCE:
                is_command = client.name == COMMAND_LINE
                whose = "what commands may spend today" if is_command else "this program's allowance of today"
                cheaper = self._cheaper(new, left)
                return _refused(f"{costs}; {left_words} are left of {whose}.{cheaper}", "Grant more, or wait.")
            case _:
                return refused(why)

    def _cheaper(self, new: Sequence[NewTask], credits: float) -> str:
        """What would make the request cost at most this: " With duration=5 it costs 40." Empty if no single setting
        does."""
        [one, *others] = new
        pair = self._engine.catalog.pair(one.request.endpoint, one.request.model)
        for name in () if others else _SAVING:
            if pair is None or (found := pair.field(name)) is None:
                continue
            values = found.choices or range(int(found.minimum or 1), int(found.maximum or 0) + 1)
            priced = [
                (most, value)
                for value in values
                if not validate(pair, wanted := {**one.request.values, name: value})
                and (most := self._engine.pricing.most(replace(one.request, values=wanted))) is not None
                and most <= credits
            ]
            if priced:
                most, value = max(priced, key=lambda one: one[0])
                return f" With {name}={value} it costs {most:g}."
        return ""

    async def _wished(self, client: str, wish: TaskWished) -> tuple[NewTask, str]:
        """The task of the request, as asked, and a digest of the whole request."""
        for name, word in (("request_id", wish.request_id.strip()), ("project", wish.project)):
            if len(word) > LONGEST_ID:
                raise CallRefused(f"The {name} is too long.", f"At most {LONGEST_ID} letters.")
        if wish.endpoint in GENERATE:
            # Its ceiling is the price that the allowance is compared with, and may have been raised at Runway.
            await self._engine.routers.refresh()
        pair = self._pair(wish)
        values = {**_needed(pair), **wish.values}
        if wish.prompt:
            if pair.prompt_field is None:
                raise CallRefused(f"{wish.model} takes no prompt for {wish.endpoint}.")
            values[pair.prompt_field.name] = wish.prompt
        unknown = next((name for name in values if pair.field(name) is None), None)
        if unknown is not None:
            said = f"{wish.model} takes no “{unknown[:60]}” for {wish.endpoint}."
            raise CallRefused(said, f"It takes {listed([one.name for one in pair.fields])}.")
        engine = self._engine
        named = assets_in(pair, values)
        results = await self._results(named)
        allowed = permissions.folders_of(await engine.clients.client(client))
        values = with_assets(values, results | named_files(named, may_name_uris=allowed is None))
        files: dict[str, str] = {}
        if assets := assets_in(pair, values):
            folders = {"profile": engine.profile_folder, "library": engine.settings.library}
            own = [asset for asset in assets if asset.path in results]
            others = [asset for asset in assets if asset.path not in results]
            # Results are checked too: their kind may not fit the field.
            files |= await asyncio.to_thread(check_files, own, allowed=None, **folders)
            files |= await asyncio.to_thread(check_files, others, allowed=allowed, **folders)
        request = Request(endpoint=wish.endpoint, model=wish.model, values=values, prompt=prompt_of(pair, values))
        meant = [wish.endpoint, wish.model, values, wish.project, files]
        digest = hashlib.sha256(json.dumps(meant, sort_keys=True).encode()).hexdigest()
        return NewTask(request=request, project=wish.project, files=files), digest

    async def _with_cast(self, new: NewTask) -> NewTask:
        """The task as it is stored, with the cast in it. Its digest is of what was asked, so that a repeat stays one
        after a member changed."""
        engine, request, files = self._engine, new.request, dict(new.files)
        pair = self._pair(request)
        # A step's request has the cast in it already.
        if "@" in request.prompt and new.step is None:
            casting = cast_into(pair, request.values, await engine.cast.load())
            prompt = prompt_of(pair, casting.values)
            request, new = replace(request, values=casting.values, prompt=prompt), replace(new, cast=casting.ids)
            files |= {use.file.path: use.file.sha256 for use in casting.uses}
            if unmeasured := engine.pricing.unmeasured([request]):
                await engine.intake.look(unmeasured)
        with english():
            _refuse_findings(validate(pair, request.values), pair)
        return replace(new, request=request, files=files)

    async def unknown_names(self, client: str, wish: TaskWished) -> str:
        """A sentence about names of the prompt that stay text; empty for a client that may not use the cast."""
        pair = self._pair(wish)
        if pair.prompt_field is None or not permissions.may_name_cast(await self._engine.clients.client(client)):
            return ""
        values = {**wish.values, pair.prompt_field.name: wish.prompt}
        with english():
            return unknown_words(cast_into(pair, values, self._engine.cast.now).unknown)

    def _pair(self, wish: TaskWished | Request) -> Pair:
        catalog = self._engine.catalog
        pair = catalog.pair(wish.endpoint, wish.model)
        if pair is not None:
            return pair
        endpoint = catalog.endpoint(wish.endpoint)
        if endpoint is None:
            known = listed(sorted({one.endpoint for one in catalog.pairs()}))
            raise CallRefused("There is no such endpoint.", f"There are: {known}.")
        raise CallRefused(f"{wish.endpoint} has no such model.", f"It has: {listed(endpoint.models)}.")

    async def _results(self, assets: Sequence[AssetRef]) -> dict[tuple[str | int, ...], str]:
        """The saved file of each input that names a task by its id."""
        found: dict[tuple[str | int, ...], str] = {}
        for asset in assets:
            word = asset.uri.strip()
            if not _ID.fullmatch(word):
                continue
            remote_id = parse_remote_id(word)
            here = await self._engine.library.of_runway([remote_id]) if remote_id is not None else {}
            rows = await self._engine.library.rows([next(iter(here.values()), TaskId(word))])
            paths = [output.path for row in rows for output in row.outputs if output.is_here]
            if not paths:
                said = "An input names a task that has no saved result here."
                raise CallRefused(said, "Wait until it has finished. Nothing was sent.")
            found[asset.path] = Path(paths[0]).as_uri()
        return found

    async def _repeated(self, client: str, digest: str) -> str:
        """The id of the identical earlier request if this one is a repeat; empty otherwise."""
        last = await self._engine.clients.latest(client, digest)
        if last is None:
            return ""
        task = await self._engine.ledger.task(last.task_id)
        is_recent = self._engine.clock.now() - last.at < REPEATS_FOR
        return last.request_id if is_recent or (task is not None and not task.state.is_final) else ""


def _needed(pair: Pair) -> dict[str, Any]:
    """Required fields with a single possible value."""
    return {
        name: value
        for name, value in starting_values(pair).items()
        if (found := pair.field(name)) is not None and found.required and len(found.choices) == 1
    }


def _priced(prepared: Prepared) -> dict[str, Any]:
    sum_ = prepared.sum
    return {
        "credits": None if sum_.unknown else sum_.credits,
        "is_exact": sum_.exact and not (sum_.unknown or sum_.at_least),
        "asks": sorted(ask.value for ask in prepared.asks),
    }


def _agreed(client: str) -> frozenset[Ask]:
    """The questions that its limit answers. Of a command, a cap keeps the task in the queue."""
    return frozenset({Ask.ABOVE_LIMIT, Ask.OVER_CAP} if client == COMMAND_LINE else {Ask.ABOVE_LIMIT})


def _refuse_findings(found: Sequence[Finding], pair: Pair) -> None:
    if found:
        said = " ".join(
            f"{'.'.join(map(str, one.path))}: {one.message}{_allowed(pair, one)}" if one.path else one.message
            for one in found[:5]
        )
        raise CallRefused("The request is not valid.", said)


def _allowed(pair: Pair, finding: Finding) -> str:
    """The values of a field that has choices, unless the finding names them."""
    fields, choices = pair.fields, tuple[object, ...]()
    for name in finding.path:
        if isinstance(name, str) and (one := next((one for one in fields if one.name == name), None)) is not None:
            fields = (*one.fields, *(inner for form in one.variants for inner in form.fields))
            choices = one.choices
    is_named = not choices or all(str(one) in finding.message for one in choices)
    return "" if is_named else f" Values: {listed(choices)}."


def refused(why: Why) -> CallRefused:
    """A refusal that is about the client, not about a price."""
    said, advice = approvals.REFUSALS[why]
    return CallRefused(said, code=Code.INPUT if why is Why.NAMELESS else Code.REFUSED, advice=advice)


def _refused(message: str, advice: str) -> CallRefused:
    return CallRefused(message, code=Code.REFUSED, advice=f"{advice} Nothing was sent.")
