"""A project whose takes have files, and a chain of steps for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PIL import Image

from runway_desktop.domain.film.steps import Chain, ChainId, Step, StepInput
from runway_desktop.domain.library import Document
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Pick, Request, State, StepId, Task
from runway_desktop.store import SqliteStore
from runway_desktop.values import Struct, as_json, replace
from runway_desktop.wiring import environment
from tests.rigs.engine_rig import Rig
from tests.rigs.rows import saved, task

PICTURE = Step(id=StepId("s1"), endpoint="text_to_image", model="gen4_image", values={"ratio": "1920:1080"})
CLIP = Step(id=StepId("s2"), endpoint="image_to_video", model="gen4.5", values={"ratio": "1280:720", "duration": 5})
NEXT = replace(CLIP, id=StepId("s3"), input=StepInput.LAST_FRAME, template="{note}")
LARGER = Step(id=StepId("s4"), endpoint="video_upscale", model="magnific_video_upscaler_creative")
SOUND = Step(id=StepId("s5"), endpoint="video_to_audio", model="mirelo_sfx_2_0", template="Wind")
CHAIN = Chain(id=ChainId("c1"), name="Storm", steps=(PICTURE, CLIP, NEXT, LARGER))
PROJECT = "Aurora spot"


class OnDisk(Struct):
    store: SqliteStore


async def with_picks(profile: Path, pictures: Path, amount: int) -> None:
    """A profile that is not in use gets the chain, and so many picked pictures."""
    store = await SqliteStore.open(environment.profile(demo=False, folder=profile).database)
    await store.save_document(Document.CHAIN, CHAIN.id, CHAIN.name, 0.0, json.dumps(as_json(CHAIN)))
    for number in range(1, amount + 1):
        await add_take(OnDisk(store), pictures, number)
    await store.close()


async def add_take(rig: Rig | OnDisk, folder: Path, number: int, *, media: Media = Media.IMAGE, **members: Any) -> Task:
    """A finished picture of the shot 010, picked, unless said otherwise."""
    made = {Media.IMAGE: ("text_to_image", "gen4_image"), Media.VIDEO: ("image_to_video", "gen4.5")}[media]
    path = folder / f"{number}.{'png' if media is Media.IMAGE else 'mp4'}"
    if media is Media.IMAGE:
        Image.new("RGB", (1280, 720), (number % 256, 0, 0)).save(path)
    else:
        path.write_bytes(b"\0\0\0\x18ftypmp42" + bytes(16))
    request = Request(endpoint=made[0], model=made[1], values={}, prompt=f"Keeper {number}")
    usual: dict[str, Any] = {"request": request, "project": PROJECT, "shot": "010", "pick": Pick.PICK}
    one = task(number, State.SUCCEEDED, **(usual | members))
    await rig.store.add([one], (), None, ())
    await rig.store.save_output(saved(one, str(path), media=media, sha256=f"{number:064x}"))
    return one
