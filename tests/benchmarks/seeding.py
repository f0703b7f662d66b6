"""Profiles with a past: thousands of stored tasks, real posters and results for some, tasks that are open at the
simulator.

Everything goes in through the store's own door, in bulk, so that a profile is as the program itself would have left it.
The same seed makes the same past. Coroutines on any loop; StoreError passes through.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw

from runway_desktop.catalog.resource_path import resource
from runway_desktop.domain.failures import Failure
from runway_desktop.domain.library import LedgerEntry
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import (
    Batch,
    BatchId,
    Output,
    OutputState,
    RemoteId,
    Request,
    State,
    Task,
    TaskId,
    new_batch_id,
)
from runway_desktop.store import SqliteStore

ENDPOINT, MODEL, RATIO, SECONDS = "text_to_video", "gen4.5", "1280:720", 5
AT_ONCE = 1000
PICTURES = 120
"""Different posters and results; more than any window shows at once."""
POSTERS = 6000
"""Names of posters, ten times what is kept decoded: whoever scrolls comes to files that were not opened before."""
BATCH = 25

_NOUNS = (
    "lighthouse", "fox", "steam train", "clay bowl", "market street", "wheat field", "spider web", "cliff", "gull",
    "glass greenhouse", "ferry", "old tailor", "red bicycle", "paper lantern", "motorway bridge", "chess player",
    "harbour crane", "swimmer", "violin", "tram", "snow leopard", "bakery window", "satellite dish", "orchard",
)  # fmt: skip
_SIGHTS = (
    "in fog at dawn", "under neon rain", "through moss and ferns", "at golden hour", "in a storm", "among lanterns",
    "behind frosted glass", "beside a frozen canal", "in dust and low sun", "over wet cobbles", "in falling snow",
    "reflected in a puddle", "as the power comes back", "between concrete pillars", "while curtains move",
)  # fmt: skip
_SHOTS = (
    "slow push in", "handheld, close", "aerial, drifting left", "macro, shallow focus", "tracking shot, low",
    "static wide, 35 mm", "dolly zoom", "whip pan to the right", "over the shoulder", "crane up, revealing",
)  # fmt: skip
_LOOKS = (
    "teal and orange, soft grain", "black and white, hard shadows", "pastel, overexposed", "sodium light, halation",
    "overcast, muted greens", "tungsten inside, blue outside", "high key, product on white", "16 mm, light leaks",
)  # fmt: skip
_ELSEWHERE = (
    "夜明けの灯台、霧の中をゆっくり近づくカメラ", "雨のネオン街を歩く猫、手持ち、接写",
    "雪の京都、赤い傘、静かな固定ショット",
    "El faro en la niebla, cámara lenta hacia la luz", "Ein Fuchs im Moos, Gegenlicht, Körnung wie 16-mm-Film",
)  # fmt: skip
_NAMES = ("Zephyrine", "Quillon", "Marrakesh", "Ytterby", "Oxbow", "Kvarken", "Brindisi", "Haruki", "Wexcombe")
"""One task in some hundreds has one of these."""
_MODELS = (MODEL, MODEL, MODEL, "gen4_turbo", "veo3.1", "veo3.1_fast")


@dataclass(frozen=True, slots=True)
class Open:
    """A task that Runway has and that has not ended, as an earlier run left it; or one that has, with its links."""

    remote_id: RemoteId
    request: Request
    links: tuple[str, ...] = ()
    """Not empty: it succeeded, and nothing of it has been saved."""


def request(prompt: str) -> Request:
    """A clip of the usual kind."""
    values = {"promptText": prompt, "ratio": RATIO, "duration": SECONDS}
    return Request(endpoint=ENDPOINT, model=MODEL, values=values, prompt=prompt)


def prompt(dice: random.Random, *, seconds: float | None = None) -> str:
    """Some words, as people write them; with `seconds` the simulator takes so long for it."""
    if seconds is None and dice.random() < 0.04:
        return f"{dice.choice(_ELSEWHERE)} {dice.randint(1, 400)}"
    scenes = (f"a {dice.choice(_NOUNS)} {dice.choice(_SIGHTS)}" for _ in range(dice.randint(1, 7)))
    words = f"{', then '.join(scenes).capitalize()}. {dice.choice(_SHOTS).capitalize()}. {dice.choice(_LOOKS)}."
    if dice.random() < 0.02:
        words += f" For {dice.choice(_NAMES)}, take {dice.randint(1, 90)}."
    return words if seconds is None else f"{words} [seconds:{seconds:.3f}]"


async def fill(
    folder: Path, *, finished: int = 0, open_tasks: Sequence[Open] = (), runs: Sequence[float] = (), seed: int = 1
) -> None:
    """Makes the profile in `folder`: `finished` tasks of the last months, then `open_tasks`, the newest last.

    `runs` are further finished ones that ran so many seconds each: the history that forecasts are made of.
    """
    dice = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    posters, results = _media(folder, finished)
    now = time.time()
    store = await SqliteStore.open(folder / "profile.db")
    try:
        past = list(_past(dice, finished, now, posters, results))
        for start in range(0, len(past), AT_ONCE):
            await _add(store, past[start : start + AT_ONCE])
        await _add(store, [(_ran(index, seconds, now), ()) for index, seconds in enumerate(runs)])
        await _add(store, [_opened(index, one, now) for index, one in enumerate(open_tasks)])
    finally:
        await store.close()


Kept = tuple[Task, tuple[Output, ...]]


async def _add(store: SqliteStore, kept: Sequence[Kept]) -> None:
    if not kept:
        return
    batches: dict[BatchId, Batch] = {}
    for task, _ in kept:
        if task.batch_id is not None:
            name = f"Batch of {time.strftime('%d %B', time.gmtime(task.created_at))}"
            batches.setdefault(task.batch_id, Batch(id=task.batch_id, name=name, created_at=task.created_at))
    await asyncio.gather(*(store.add((), (), batch, ()) for batch in batches.values()))
    tasks = [task for task, _ in kept]
    entries = [
        LedgerEntry(task_id=task.id, at=task.created_at, kind=kind, detail={})
        for task in tasks
        for kind in ("created", "sent", "accepted", "state")
    ]
    await store.add(tasks, (), None, entries, [output for _, outputs in kept for output in outputs])


def _past(
    dice: random.Random, count: int, now: float, posters: Sequence[Path], results: Sequence[Path]
) -> Iterator[Kept]:
    batch = BatchId(new_batch_id())
    for index in range(count):
        if index % BATCH == 0:
            batch = BatchId(new_batch_id())
        state = dice.choices(
            (State.SUCCEEDED, State.FAILED, State.CANCELLED, State.GONE), weights=(90, 6, 3, 1)
        )[0]  # fmt: skip
        sent = now - (count - index) * 600.0
        ran = dice.uniform(15.0, 90.0)
        wish = request(prompt(dice))
        task = Task(
            id=TaskId(f"{dice.getrandbits(128):032x}"),
            request=Request(endpoint=wish.endpoint, model=dice.choice(_MODELS), values=wish.values, prompt=wish.prompt),
            created_at=sent - 5.0,
            state=state,
            batch_id=batch,
            project=dice.choice(("", "", "Coast", "Autumn campaign")),
            rating=dice.choice((0, 0, 0, 0, 2, 4, 5)),
            tags=dice.choice(((), (), (), ("drone",), ("night", "drone"))),
            remote_id=_remote_id(dice),
            sent_at=sent,
            remote_created_at=sent,
            running_since=sent + 2.0,
            ended_at=sent + 2.0 + ran,
            asked_at=sent + 2.0 + ran,
            estimated_credits=60.0,
            cost_credits=60.0 if state is State.SUCCEEDED else 0.0,
            failure=Failure(code="INTERNAL", words="An unexpected error occurred.") if state is State.FAILED else None,
        )
        outputs: tuple[Output, ...] = ()
        if state is State.SUCCEEDED:
            outputs = (_saved(task, posters[index % len(posters)], results[index % len(results)]),)
        yield task, outputs


def _saved(task: Task, poster: Path, result: Path) -> Output:
    ended = task.ended_at or task.created_at
    return Output(
        task_id=task.id, index=0, url="https://example.com/expired.mp4", url_fetched_at=ended,
        state=OutputState.SAVED, media=Media.VIDEO, path=str(result), size=result.stat().st_size,
        saved_at=ended + 2.0, poster=str(poster), width=1280, height=720, duration=5.0,
    )  # fmt: skip


def _ran(index: int, seconds: float, now: float) -> Task:
    # One after the other, as the lane sends them: of those sent at once, the last to end would be the slow ones.
    sent = now - 86_400.0 + index * 20.0
    return Task(
        id=TaskId(f"ran{index:029d}"), request=request("One of those before"), created_at=sent, state=State.SUCCEEDED,
        remote_id=_remote_id(random.Random(index)), sent_at=sent, running_since=sent + 1.5,
        ended_at=sent + 1.5 + seconds, cost_credits=60.0,
    )  # fmt: skip


def _opened(index: int, one: Open, now: float) -> Kept:
    task = Task(
        id=TaskId(f"open{index:028d}"), request=one.request, created_at=now - 30.0 + index * 1e-3,
        remote_id=one.remote_id, sent_at=now - 20.0, estimated_credits=60.0,
        state=State.SUCCEEDED if one.links else State.PENDING, ended_at=now if one.links else None,
    )  # fmt: skip
    return task, tuple(
        Output(task_id=task.id, index=place, url=link, url_fetched_at=now, media=Media.VIDEO)
        for place, link in enumerate(one.links)
    )


def _remote_id(dice: random.Random) -> RemoteId:
    digits = f"{dice.getrandbits(128):032x}"
    return RemoteId(f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}")


def _media(folder: Path, finished: int) -> tuple[list[Path], list[Path]]:
    """Posters as the program makes them, where it keeps them, and real results. There are few pictures, but as many
    names as there are tasks to show, up to `POSTERS`: each name is opened and decoded like any other file."""
    posters, results = folder / "posters", folder / "results"
    for place in (posters, results) if finished else ():
        place.mkdir(exist_ok=True)
    made: tuple[list[Path], list[Path]] = ([], [])
    clip = resource("samples") / "sand-16x9-2s.mp4"
    for index in range(min(finished, PICTURES)):
        picture, result = posters / f"picture-{index}.jpg", results / f"result-{index}.mp4"
        _poster(index).save(picture, quality=88)
        shutil.copyfile(clip, result)
        made[1].append(result)
    for index in range(min(finished, POSTERS)):
        poster = posters / f"poster-{index}.jpg"
        _link(posters / f"picture-{index % PICTURES}.jpg", poster)
        made[0].append(poster)
    return made


def _poster(index: int) -> Image.Image:
    """Of 512 pixels, with large and small things in it: about as many bytes as a photograph's."""
    width, height = ((512, 288), (512, 288), (288, 512), (512, 512))[index % 4]
    large = [Image.effect_noise((width // 64, height // 64), 140) for _ in range(3)]
    picture = Image.merge("RGB", [band.resize((width, height), Image.Resampling.BICUBIC) for band in large])
    grain = Image.merge("RGB", [Image.effect_noise((width // 2, height // 2), 60)] * 3).resize((width, height))
    picture = Image.blend(picture, grain, 0.25)
    ImageDraw.Draw(picture).rectangle((index, 20, index + 60, 80), fill=(index * 7 % 256, index * 13 % 256, 90))
    return picture


def _link(picture: Path, name: Path) -> None:
    try:
        os.link(picture, name)
    except OSError:
        shutil.copyfile(picture, name)
