"""`create --batch`: many rows, one price and one limit for all. Each row's task is printed on stdout as a line of JSON
once it is stored, with `--wait` once it has ended; a row that is refused is a line with its error.

Nothing is stored before all rows were read, validated and priced. A row's `request_id` makes each call repeatable, at
the next engine as in the next run.
"""

from __future__ import annotations

import asyncio
import math
import time
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from runway_desktop.remote.engine_client import EngineClient
from runway_desktop.remote.opening import Ended
from runway_desktop.services.intake.reading import JSON_LINES, TABLES, FileUnreadable, decode
from runway_desktop.usecases.clients.batch import Batch, BatchRow, batch_of
from runway_desktop.usecases.clients.refusals import CallRefused, Code, in_english
from runway_desktop.usecases.clients.verbs import MOST_TASKS

from . import outcomes, printing
from .outcomes import NOT_SENT, agreed_to, exit_code, has_files
from .printing import Answer, say
from .saving import copy_results

MOST_SAID = 20
"""Lines that are named if they cannot be made."""
_LOOK_EVERY = 1.0
"""Seconds between two looks, each at `MOST_TASKS` of the tasks at most: many tasks cost no more than some."""
_ENOUGH = 1e-6
_PIPE = 13
"""The signal that ends a program whose reader is gone."""
_OF_ROW = (Code.INPUT, Code.REFUSED, Code.NOT_FOUND)
"""Refusals that are about the row. After any other the rows behind it would be refused, too."""


def read(content: bytes, source: str, given: Mapping[str, Any], name: str) -> Batch:
    """`given`: members for rows that do not name them. Raises CallRefused."""
    try:
        found = decode(content, "stdin" if source == "-" else source)
    except FileUnreadable as error:
        raise CallRefused(error.said, code=Code.INPUT) from error
    for remark in found.remarks:
        say(in_english(remark))
    ending = PurePath(source).suffix.lower()
    is_json = ending in JSON_LINES or (ending not in TABLES and found.text.lstrip().startswith(("{", "[")))
    batch = batch_of(found.text, is_table=not is_json, given=given, name=name)
    _refuse(batch.problems)
    return batch


def _refuse(found: Mapping[int, str]) -> None:
    if not (problems := {line: problem for line, problem in found.items() if problem}):
        return
    for line in sorted(problems)[:MOST_SAID]:
        say(f"Line {line}: {problems[line]}")
    said = f"{len(problems):,} lines cannot be made." if len(problems) > 1 else "One line cannot be made."
    raise CallRefused(said, code=Code.INPUT, advice="Nothing was sent.")


@dataclass(eq=False, repr=False)
class BatchRun:
    """`advised` adds to a task what happens next; `tell` prints what is no problem."""

    _line: EngineClient
    _chosen: Namespace
    _batch: Batch
    advised: Callable[[Answer], Answer]
    tell: Callable[[str], None]

    def __post_init__(self) -> None:
        self._waits = bool(self._chosen.wait or self._chosen.save is not None)
        self._agreed: float | None = self._chosen.max_credits
        """Credits for all rows that are new."""
        self._costs: dict[str, float] = {}
        """Of each of those, by the task's id."""
        self._left: dict[str, tuple[list[int], Answer]] = {}
        """The lines and the last answer of each task that is not done, by id: those looked at last are at the end."""
        self._codes: set[int] = set()
        """Exit codes of the tasks that are done."""
        self._lacks = False
        """A row was refused, or a result is not saved."""

    async def run(self) -> tuple[int, Answer]:
        """The exit code, and of a rehearsal what it would cost. Raises CallRefused; Ended if nobody reads stdout."""
        priced, prices = await self._priced(self._batch.rows)
        _refuse({row.line: prices[row.request_id]["problem"] for row in self._batch.rows})
        known = sum(bool(price["id"]) for price in prices.values())
        if self._chosen.dry_run:
            return 0, {**priced, "tasks": len(prices) - known, "repeats": known}
        if priced["would"] == "refuse":
            raise CallRefused(priced["because"], code=Code.REFUSED)
        cost = "an unknown price" if priced["credits"] is None else f"{priced['credits']:g} credits"
        self.tell(f"New: {len(prices) - known:,}, for {cost}. Made before: {known:,}.")
        if self._agreed is None and all(price["most"] is not None for price in prices.values()):
            self._agreed = sum(price["most"] for price in prices.values())
        await self._create_all(self._batch.rows, prices)
        await self._follow()
        return self._ended(), {}

    async def _priced(self, rows: Sequence[BatchRow]) -> tuple[dict[str, Any], dict[str, Answer]]:
        """Together, and each by its `request_id`: two rows of one id are one task."""
        wishes = {row.request_id: self._wish(row) for row in rows}
        wanted = {"rows": list(wishes.values()), "max_credits": self._rest}
        found = dict(await self._line.call("estimate_batch", wanted))
        return found, dict(zip(wishes, found.pop("rows"), strict=True))

    def _wish(self, row: BatchRow) -> dict[str, Any]:
        return {**row.wish, "price_up_to": self._chosen.price_up_to}

    @property
    def _rest(self) -> float | None:
        """What is left of the credits that were agreed to."""
        return None if self._agreed is None else max(0.0, self._agreed - sum(self._costs.values()))

    async def _create_all(self, rows: Sequence[BatchRow], prices: dict[str, Answer]) -> None:
        """A price that Runway itself has not named is tried with one row; the others of its kind are made, or not, at
        the price that the answer names."""
        tries, left = True, list(rows)
        while left:
            row = left.pop(0)
            made = await self._create(row, prices[row.request_id]["most"])
            if made is None or made["is_repeat"] or prices[row.request_id]["is_sure"] or not (tries and left):
                continue
            sent = await outcomes.until_sent(self._look, made, outcomes.SENT_WITHIN, is_patient=True)
            tries = sent["state"] not in NOT_SENT
            if not tries or sent["runway_id"] is None:
                continue
            priced, found = await self._priced(left)
            prices |= found
            if priced["would"] == "refuse":
                why = CallRefused(priced["because"].removesuffix(" Nothing was sent."), code=Code.REFUSED)
                fits = self._fitting(left, prices)
                stopped = [row for row in left if row.request_id not in fits]
                left = [row for row in left if row.request_id in fits]
                say(f"Not made: {len(stopped):,}. {why.in_words()}")
                for row in stopped:
                    self._refuse(row, why)

    def _fitting(self, rows: Sequence[BatchRow], prices: Mapping[str, Answer]) -> Collection[str]:
        """The `request_id` of those that go on: what was made before and, in order, what fits into --max-credits."""
        made = {request_id for request_id, price in prices.items() if price["id"]}
        fits: set[str] = set()
        room = (self._rest or 0.0) + _ENOUGH
        for row in rows if self._chosen.max_credits is not None else ():
            if row.request_id not in made | fits:
                most = prices[row.request_id]["most"]
                room -= math.inf if most is None else most
                if room < 0.0:
                    return made | fits
                fits.add(row.request_id)
        # Something else stops them.
        return made

    async def _create(self, row: BatchRow, most: float | None) -> Answer | None:
        """The task, which counts as `most` until Runway says its price; None if it is refused."""
        wish = {**self._wish(row), "max_credits": self._rest}
        try:
            made: Answer = await self._line.call("create", wish, patience=outcomes.HANDED_OVER_WITHIN)
        except CallRefused as refused:
            if refused.code not in _OF_ROW:
                advice = f"{refused.advice} The same command goes on with what is missing.".strip()
                raise CallRefused(refused.message, code=refused.code, advice=advice) from refused
            say(f"Line {row.line}: {refused.in_words()}")
            self._refuse(row, refused)
            return None
        if not made["is_repeat"]:
            self._costs[made["id"]] = most or 0.0
        if not self._waits:
            _print(row.line, self.advised(made))
        if self._is_done(made) and not _is_stuck(made):
            await self._finish(made, [row.line])
        else:
            self._left.setdefault(made["id"], ([], made))[0].append(row.line)
        return made

    def _refuse(self, row: BatchRow, why: CallRefused) -> None:
        self._lacks = True
        said = {"request_id": row.request_id, "error": why.message, "hint": why.advice, "code": why.code.name.lower()}
        _print(row.line, said)

    async def _look(self, ids: Sequence[str], seconds: float, patience: float = math.inf) -> Sequence[Answer]:
        wanted = {"ids": ids, "seconds": seconds, "saved": True}
        found = await self._line.call("wait", wanted, patience=min(outcomes.HANDED_OVER_WITHIN, patience))
        tasks: Sequence[Answer] = found["tasks"]
        for task in tasks:
            if task["id"] in self._costs and task["state"] not in outcomes.UNSENT and "credits" in task:
                self._costs[task["id"]] = task["credits"]
        return tasks

    async def _follow(self) -> None:
        """Until all have ended; without `--wait` until they are sent, which nobody does after this command. Not longer
        than time alone changes anything, unless the person is given a time."""
        now = time.monotonic()
        timeout = self._chosen.timeout if self._waits else outcomes.SENT_WITHIN
        end = math.inf if timeout is None else now + timeout
        stuck: dict[str, float] = {}
        rests_from = math.inf
        while self._left:
            ids = list(self._left)[:MOST_TASKS]
            found = await self._look(ids, 0.0, max(0.0, end - now))
            now = time.monotonic()
            for seen, (lines, made) in [(task, self._left.pop(task["id"])) for task in found]:
                task = {**seen, "is_repeat": made["is_repeat"]}
                since = stuck.setdefault(task["id"], now) if _is_stuck(task) else now
                if now - since >= outcomes.SETTLED_WITHIN if _is_stuck(task) else self._is_done(task):
                    await self._finish(task, lines)
                else:
                    self._left[task["id"]] = lines, task
            left = [task for _, task in self._left.values()]
            rests_from = min(rests_from, now) if outcomes.all_rest(left) else math.inf
            grace = math.inf if self._waits and timeout is not None else _LOOK_EVERY
            if now >= min(end, rests_from + (outcomes.SETTLED_WITHIN if outcomes.wants_key(left) else grace)):
                break
            if self._left:
                await asyncio.sleep(_LOOK_EVERY)

    def _is_done(self, task: Answer) -> bool:
        if not self._waits:
            return task["state"] not in NOT_SENT
        if task["state"] in (*NOT_SENT, *outcomes.AT_RUNWAY):
            return bool(task.get("decision") in outcomes.NOT_ALLOWED)
        return not has_files(task, "waiting", "downloading")

    async def _finish(self, task: Answer, lines: Sequence[int]) -> None:
        each = agreed_to(self._chosen)
        is_over = self._agreed is not None and sum(self._costs.values()) > self._agreed + _ENOUGH
        if task["id"] in self._costs and (is_over or (each is not None and self._costs[task["id"]] > each + _ENOUGH)):
            task = {**task, "over_max_credits": True}
        self._codes.add(exit_code([task]))
        if not self._waits:
            return
        self._lacks |= has_files(task, "failed", "expired")
        if self._chosen.save is not None:
            self._lacks |= not await asyncio.to_thread(copy_results, [task], self._chosen.save, self.tell)
        for line in lines:
            self.tell(f"Line {line}: {task['state']}")
            _print(line, self.advised(task))

    def _ended(self) -> int:
        """The exit code; says what is left."""
        for lines, task in self._left.values():
            for line in lines if self._waits else ():
                _print(line, self.advised(task))
        why = Counter(str(task.get("waits_because", task["state"])).rstrip(".") for _, task in self._left.values())
        for because, amount in why.items():
            say(f"Not {'ended' if self._waits else 'sent'} yet: {amount:,} ({because}).")
        if why:
            say("The same command with --wait goes on and makes nothing twice.")
        code = outcomes.worst(self._codes | ({Code.NOT_YET.value} if self._left else set()))
        return Code.FAILED.value if self._lacks and code in (0, Code.NOT_YET.value) else code


def _is_stuck(task: Answer) -> bool:
    """A disk may come right in a moment."""
    return has_files(task, "failed")


def _print(line: int, found: Answer) -> None:
    try:
        printing.put(printing.as_json({"line": line, **found}), "The same command goes on and makes nothing twice.")
    except BrokenPipeError:
        raise Ended(_PIPE) from None
