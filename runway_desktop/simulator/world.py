"""A simulated organization: its tasks, limits and money, and the knobs that set them. Pure: no I/O, no clock, no
asyncio.

Every call takes `now` (Unix seconds) and first processes all events due by then, in order: when a task ends, the next
throttled one of its model starts at that very time. So a test may jump a year ahead, and a poll only looks at a heap.

A task is THROTTLED while its model's slots are taken, then PENDING, then RUNNING, and ends SUCCEEDED or FAILED. Credits
are charged when a task is accepted and refunded when it fails (except for inputs refused by moderation) or is canceled
before it runs.
Raises `UnknownTask`, `DailyLimitReached` and `NotEnoughCredits`; `ValueError` with a message for an invalid knob.
"""

from __future__ import annotations

import heapq
import math
import random
import re
import uuid
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import msgspec

from runway_desktop.values import Struct, replace

from .outputs import FORMATS, Recipe, prompt_of, recipe_of

DAY = 86_400.0


class Knobs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All knobs, at the start or while it runs. Times are seconds, money is credits, rates are 0 to 1; None means no
    limit (or no fixed value). The defaults are those of the demo, where a clip takes 10 to 30 seconds, so that users
    see it live."""

    speed: float = 1.0
    """Waiting and running times are divided by this. Links and uploads expire in real time."""
    seed: int | None = None
    """Makes durations, failures and task ids reproducible; None: random."""
    concurrency: int | None = 2
    """Tasks of one model that run at once; more of them are THROTTLED."""
    daily_limit: int | None = 200
    """Tasks of one model in 24 hours; one more is refused with 429."""
    balance: int = 10_000
    """Credits of the organization; a create that costs more is refused with 400."""
    failure_rate: float = 0.0
    """The share of tasks that fail."""
    failure_code: str | None = None
    """The code of those failures; None: a random one."""
    link_seconds: float = DAY
    """How long a link to an output works."""
    unknown_seconds: float = 0.0
    """How long a new task is answered with 404, before GET and DELETE know it."""
    cost_seconds: float = 20.0
    """How long after the end of a workflow's run its cost is not told."""

    def __post_init__(self) -> None:
        if not self.speed > 0:
            raise ValueError("speed has to be above 0")
        if not 0 <= self.failure_rate <= 1:
            raise ValueError("failure_rate has to be from 0 to 1")
        for name in ("concurrency", "daily_limit"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ValueError(f"{name} has to be at least 1")

    def turned(self, changes: Mapping[str, object]) -> Knobs:
        try:
            return msgspec.convert({**msgspec.structs.asdict(self), **changes}, Knobs)
        except msgspec.ValidationError as error:
            raise ValueError(str(error)) from None


_WORD = re.compile(r"\[(fail|outputs|seconds|stuck|status|as|signed)(?::([^\[\]]*))?\]")
_MOST_OUTPUTS = 10


class Magic(Struct, frozen=True):
    """What the control words ask for; None: not given. An empty `failure` is a failure without a code."""

    failure: str | None = None
    outputs: int | None = None
    seconds: float | None = None
    status_word: str | None = None
    format: str | None = None
    is_signed: bool = False


def read_magic(prompt: str) -> tuple[Magic, str]:
    """Parses the control words of a prompt; returns them and the prompt without them."""
    found: dict[str, Any] = {}
    for word, argument in _WORD.findall(prompt):
        if word == "fail":
            found["failure"] = argument.strip()
        elif word == "outputs" and argument.isdecimal():
            found["outputs"] = min(max(1, int(argument)), _MOST_OUTPUTS)
        elif word == "seconds" and re.fullmatch(r"\d+(\.\d+)?", argument):
            found["seconds"] = float(argument)
        elif word == "stuck":
            found["seconds"] = float("inf")
        elif word == "status" and argument:
            found["status_word"] = argument.strip()
        elif word == "as" and argument in FORMATS:
            found["format"] = argument
        elif word == "signed":
            found["is_signed"] = True
    return Magic(**found), " ".join(_WORD.sub(" ", prompt).split())


FAILURES: Mapping[str, str] = {
    "SAFETY.INPUT.TEXT": "The text of the request was refused by content moderation.",
    "SAFETY.INPUT.IMAGE": "An input image was refused by content moderation.",
    "SAFETY.INPUT.VIDEO": "An input video was refused by content moderation.",
    "SAFETY.INPUT.AUDIO": "An input sound was refused by content moderation.",
    "SAFETY.OUTPUT.IMAGE": "The generated image was refused by content moderation.",
    "SAFETY.OUTPUT.VIDEO": "The generated video was refused by content moderation.",
    "INPUT_PREPROCESSING.SAFETY.TEXT": "The prompt was refused by content moderation.",
    "INPUT_PREPROCESSING.INTERNAL": "The request could not be prepared.",
    "INTERNAL.BAD_OUTPUT.01": "The generation did not reach the quality that we keep.",
    "INTERNAL.BAD_OUTPUT.CODE01": "The generation did not reach the quality that we keep.",
    "ASSET.INVALID": "An input file does not fit the limits of this model.",
    "THIRD_PARTY.UNAVAILABLE": "The provider of this model is unavailable.",
    "INTERNAL": "An unexpected error occurred.",
    "": "An unexpected error occurred.",
}
_NOT_REFUNDED = "SAFETY.INPUT."
_RUNNING_SECONDS = {"sound": (3.0, 8.0), "picture": (5.0, 12.0), "clip": (10.0, 30.0)}
_PENDING_SECONDS = (0.5, 2.0)
_CLIP_PER_SECOND = {
    "gen4.5": 12,
    "gen4_turbo": 5,
    "gen4_aleph": 15,
    "aleph2": 15,
    "act_two": 5,
    "veo3.1": 40,
    "veo3.1_fast": 15,
    "seedance2": 36,
    "seedance2_5": 40,
    "seedance2_fast": 20,
    "seedance2_mini": 8,
    "kling3.0_pro": 14,
    "kling3.0_standard": 9,
    "kling3.0_4k": 28,
    "kling2.5_turbo_pro": 7,
    # 0.9 credits a frame, at 24 frames.
    "magnific_video_upscaler_creative": 21.6,
}
_PICTURE = {
    "gen4_image": 8,
    "gen4_image_turbo": 2,
    "gemini_image3_pro": 20,
    "gemini_2.5_flash": 5,
    "muse_image": 1,
    "gpt_image_2": 12,
}
_RECIPES = {
    "ad_localization": (0, 21),
    "marketing_stock_image": (8, 20),
    "multi_shot_video": (0, 13),
    "product_ad": (56, 36),
    "product_campaign_image": (0, 36),
    "product_swap": (68, 36),
    "product_ugc": (48, 36),
}
"""Recipes: credits a request, and a picture or second; a second in 1080p costs four more."""
_SOUND_PER_SECOND = 1.5
_SPEECH_PER_50_UNITS = 1
_LARGE = 1920 * 1080
"""Invented prices that look like real ones. Other models get one derived from their name."""


class UnknownTask(Exception):
    """The id is unknown (or not known yet), or its task was canceled or deleted."""


class DailyLimitReached(Exception):
    """The model's tasks of the last 24 hours have reached the limit."""


class NotEnoughCredits(Exception):
    """The balance does not cover the estimate."""


class TaskStatus(StrEnum):
    """A task's status on the wire."""

    THROTTLED = "THROTTLED"
    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class Part(Struct, frozen=True, kw_only=True):
    """One output of a workflow's run: id and name of its node, and when it is done, as a share of the running time."""

    node: str
    name: str
    recipe: Recipe
    at: float = 1.0
    failure: str | None = None


class SimulatedTask(Struct):
    """One task, or one run of a workflow, which has `parts`. `placed_at` is when it got a slot of its model; None while
    throttled."""

    id: str
    model: str
    recipe: Recipe
    credits: int
    created_at: float
    pending_seconds: float
    running_seconds: float
    failure: str | None
    status_word: str | None = None
    placed_at: float | None = None
    settled: bool = False
    parts: tuple[Part, ...] = ()

    def recipe_at(self, index: int) -> Recipe:
        """The recipe of this output."""
        return self.parts[index].recipe if self.parts else self.recipe

    def is_made(self, index: int, now: float) -> bool:
        """Whether this output can be downloaded."""
        if not self.parts:
            return self.status(now) is TaskStatus.SUCCEEDED
        return 0 <= index < len(self.parts) and self.parts[index].failure is None and self.is_past(index, now)

    def is_past(self, index: int, now: float) -> bool:
        """Whether this part of a run is over, done or failed."""
        done = math.inf if self.placed_at is None else self.placed_at + self.pending_seconds
        return now >= done + self.running_seconds * self.parts[index].at

    @property
    def ends_at(self) -> float | None:
        """When it ends; None while it has no slot."""
        return None if self.placed_at is None else self.placed_at + self.pending_seconds + self.running_seconds

    def status(self, now: float) -> TaskStatus:
        """The status at `now`, which must not be before the last event processed."""
        if self.placed_at is None:
            return TaskStatus.THROTTLED
        elapsed = now - self.placed_at
        if elapsed < self.pending_seconds:
            return TaskStatus.PENDING
        if elapsed < self.pending_seconds + self.running_seconds:
            return TaskStatus.RUNNING
        return TaskStatus.SUCCEEDED if self.failure is None else TaskStatus.FAILED

    def progress(self, now: float) -> float:
        """Progress of a running task, 0 to 1, in hundredths. One that never ends approaches 0.97."""
        elapsed = now - (self.placed_at or now) - self.pending_seconds
        if math.isinf(self.running_seconds):
            return round(0.97 * (1 - math.exp(-max(0.0, elapsed) / 60)), 2)
        return round(min(max(0.0, elapsed / self.running_seconds), 0.99), 2)

    @property
    def cost(self) -> int:
        """Credits charged for an ended task."""
        if self.parts:
            return sum(price_of(part.recipe) for part in self.parts if not self.failure and not part.failure)
        refunded = self.failure is not None and not self.failure.startswith(_NOT_REFUNDED)
        return 0 if refunded else self.credits


class World:
    """The organization and all of its tasks. A `name` gives it other random numbers and ids than the next one, even
    with the same seed."""

    def __init__(self, knobs: Knobs, models: Iterable[str], name: str = "") -> None:
        self.knobs = knobs
        self._name = name
        self.models = tuple(dict.fromkeys(models))
        self.balance = knobs.balance
        self.ended: dict[str, float] = {}
        self._random = self._chances()
        self._made = 0
        self._tasks: dict[str, SimulatedTask] = {}
        self._endings: list[tuple[float, str]] = []
        self._running: dict[str, int] = {}
        self._waiting: dict[str, deque[str]] = {}
        self._created: dict[str, deque[float]] = {}
        self._spent: dict[tuple[date, str], int] = {}

    def turn(self, changes: Mapping[str, object], now: float) -> Knobs:
        """Changes knobs. A new balance applies at once, as do more slots. Raises `ValueError`."""
        self.advance(now)
        self.knobs = self.knobs.turned(changes)
        if "balance" in changes:
            self.balance = self.knobs.balance
        if "seed" in changes:
            self._random = self._chances()
        for model in self._waiting:
            self._fill(model, now)
        return self.knobs

    def create(
        self, endpoint: str, values: Mapping[str, object], now: float, picture: int | None = None
    ) -> SimulatedTask:
        """Accepts a valid request, charges its price, and gives it a slot or queues it. `picture` as in `Recipe`; by
        default each request has the next number."""
        self.advance(now)
        model = str(values["model"])
        self._refuse_over_daily_limit(model, now)
        magic, words = read_magic(prompt_of(values))
        recipe = recipe_of(endpoint, values, words, magic.outputs, self._random.randrange(2**31))
        self._made += 1
        recipe = replace(
            recipe,
            format=magic.format or recipe.format,
            picture=self._made if picture is None else picture,
            is_signed=magic.is_signed,
        )
        task = self._accepted(model, recipe, (), magic, now)
        self._created.setdefault(model, deque()).append(now)
        return task

    def run(self, version: str, magic: Magic, parts: tuple[Part, ...], now: float) -> SimulatedTask:
        """Accepts a run of this version of a workflow. It fails as a whole if each of its parts does."""
        self.advance(now)
        return self._accepted(version, parts[0].recipe, parts, magic, now)

    def _accepted(self, model: str, recipe: Recipe, parts: tuple[Part, ...], magic: Magic, now: float) -> SimulatedTask:
        recipes, fates = [part.recipe for part in parts] or [recipe], [part.failure for part in parts] or [None]
        credits = sum(map(price_of, recipes))
        if credits > self.balance:
            raise NotEnoughCredits
        task = SimulatedTask(
            id=self._new_id(),
            model=model,
            recipe=recipe,
            credits=credits,
            created_at=now,
            pending_seconds=self._random.uniform(*_PENDING_SECONDS) / self.knobs.speed,
            running_seconds=(2 if parts else 1) * self._running_seconds(recipes[-1], magic.seconds) / self.knobs.speed,
            failure=self._fate(magic.failure if None in fates else fates[0]),
            status_word=magic.status_word,
            parts=parts,
        )
        self._tasks[task.id] = task
        self._pay(recipe.model, credits, now)
        self._waiting.setdefault(model, deque()).append(task.id)
        self._fill(model, now)
        return task

    def _new_id(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def get(self, task_id: str, now: float) -> SimulatedTask:
        """The task, up to date. Raises `UnknownTask`."""
        self.advance(now)
        task = self._tasks.get(task_id)
        if task is None or now < task.created_at + self.knobs.unknown_seconds:
            raise UnknownTask
        return task

    def delete(self, task_id: str, now: float) -> None:
        """Cancels an unfinished task, which refunds its credits unless it is running, or deletes a finished one for
        good."""
        task = self.get(task_id, now)
        del self._tasks[task_id]
        if task.settled:
            return
        if task.status(now) is not TaskStatus.RUNNING:
            self._pay(task.recipe.model, -task.credits, now)
        self.ended[task_id] = now
        if task.placed_at is not None:
            self._running[task.model] -= 1
            self._fill(task.model, now)

    def advance(self, now: float) -> None:
        """Processes all events due by `now`."""
        while self._endings and self._endings[0][0] <= now:
            moment, task_id = heapq.heappop(self._endings)
            task = self._tasks.get(task_id)
            if task is None or task.settled:
                continue
            task.settled = True
            self.ended[task_id] = moment
            self._pay(task.recipe.model, task.cost - task.credits, moment)
            self._running[task.model] -= 1
            self._fill(task.model, moment)

    def is_full(self, model: str) -> bool:
        """Whether the next task of the model would wait for a slot."""
        return self.knobs.concurrency is not None and self._running.get(model, 0) >= self.knobs.concurrency

    def generations_of_the_day(self, model: str, now: float) -> int:
        """How many tasks of a model were accepted in the last 24 hours."""
        times = self._created.get(model)
        if not times:
            return 0
        while times and times[0] <= now - DAY:
            times.popleft()
        return len(times)

    def spent_by_day(self, first: date, before: date) -> Iterator[tuple[date, dict[str, int]]]:
        """Net credits by model for each day that has any, from `first` up to but not including `before`."""
        days: dict[date, dict[str, int]] = {}
        for (day, model), amount in self._spent.items():
            if first <= day < before:
                days.setdefault(day, {})[model] = amount
        yield from sorted(days.items())

    def tasks(self) -> Iterator[SimulatedTask]:
        """Every task that was not canceled or deleted, oldest first."""
        yield from self._tasks.values()

    def unfinished(self) -> int:
        """How many tasks have not ended."""
        return sum(not task.settled for task in self._tasks.values())

    def spent(self) -> Mapping[tuple[date, str], int]:
        """Net credits by day and model, of all time."""
        return dict(self._spent)

    def restore(
        self,
        tasks: Iterable[SimulatedTask],
        balance: int,
        now: float,
        spent: Mapping[tuple[date, str], int] = MappingProxyType({}),
    ) -> None:
        """Loads the state of an earlier run: its tasks continue as if it had never stopped. New ids differ from its
        own, even with a seed. `spent` is the result of `spent`."""
        self.balance = balance
        self._spent.update(spent)
        tasks = list(tasks)
        self._made = len(tasks)
        if self.knobs.seed is not None:
            self._random = random.Random(f"{self.knobs.seed}/{now}")
        for task in sorted(tasks, key=lambda one: one.created_at):
            self._tasks[task.id] = task
            self._created.setdefault(task.model, deque()).append(task.created_at)
            if not task.settled and task.ends_at is not None:
                self._running[task.model] = self._running.get(task.model, 0) + 1
                heapq.heappush(self._endings, (task.ends_at, task.id))
            elif not task.settled:
                self._waiting.setdefault(task.model, deque()).append(task.id)
        self.advance(now)

    def _chances(self) -> random.Random:
        seed = self.knobs.seed
        return random.Random(f"{seed}/{self._name}" if self._name and seed is not None else seed)

    def _refuse_over_daily_limit(self, model: str, now: float) -> None:
        limit = self.knobs.daily_limit
        if limit is not None and self.generations_of_the_day(model, now) >= limit:
            raise DailyLimitReached

    def _fill(self, model: str, now: float) -> None:
        waiting = self._waiting.get(model)
        while waiting and not self.is_full(model):
            task = self._tasks.get(waiting.popleft())
            if task is None:
                continue
            task.placed_at = now
            self._running[model] = self._running.get(model, 0) + 1
            heapq.heappush(self._endings, (now + task.pending_seconds + task.running_seconds, task.id))

    def _fate(self, wished: str | None) -> str | None:
        chance, choice = self._random.random(), self._random.choice(list(FAILURES))
        if wished is not None:
            return wished
        if chance >= self.knobs.failure_rate:
            return None
        return choice if self.knobs.failure_code is None else self.knobs.failure_code

    def _running_seconds(self, recipe: Recipe, wished: float | None) -> float:
        chance = self._random.random()
        if wished is not None:
            return max(wished, 0.001)
        shortest, longest = _RUNNING_SECONDS[recipe.manner]
        usual = random.Random(recipe.model).uniform(shortest, shortest + (longest - shortest) * 0.7)
        return min(longest, max(shortest, usual * (0.85 + 0.4 * chance)))

    def _pay(self, model: str, credits: int, moment: float) -> None:
        self.balance -= credits
        day = datetime.fromtimestamp(moment, UTC).date()
        self._spent[day, model] = self._spent.get((day, model), 0) + credits


def price_of(recipe: Recipe) -> int:
    """Whole credits for all outputs of a task."""
    if recipe.model in _RECIPES:
        whole, each = _RECIPES[recipe.model]
        if recipe.manner == "picture":
            return whole + {"low": 1, "medium": 5}.get(recipe.quality, each) * recipe.count
        return whole + round(recipe.seconds * (each + 4 * (recipe.width * recipe.height >= _LARGE)))
    if recipe.manner == "picture":
        each = _PICTURE.get(recipe.model) or 2 + _spread(recipe.model, 14)
        larger = 2 if recipe.width * recipe.height > 2 * _LARGE else 1
        return each * larger * recipe.count
    if recipe.manner == "sound":
        if recipe.is_speech and recipe.prompt:
            return max(1, -(-len(recipe.prompt) // 50) * _SPEECH_PER_50_UNITS) * recipe.count
        return max(1, round(recipe.seconds * _SOUND_PER_SECOND)) * recipe.count
    per_second = _CLIP_PER_SECOND.get(recipe.model) or 5 + _spread(recipe.model, 20)
    return max(1, round(per_second * recipe.seconds)) * recipe.count


def _spread(model: str, width: int) -> int:
    return zlib.crc32(model.encode()) % width
