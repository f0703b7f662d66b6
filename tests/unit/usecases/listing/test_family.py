"""A task's relatives as thumbnails, every field written out: of a family with each kind of relation."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.media import Media
from runway_desktop.domain.outputs import Looked, kept_file
from runway_desktop.domain.task import Input, Look, Output, Presence, Request, State, Task, TaskId
from runway_desktop.usecases.listing.takes import Family, Node, family_of
from runway_desktop.values import replace
from tests.rigs import engine_rig
from tests.rigs.engines import engine_of
from tests.rigs.rows import saved, task

LINK = "https://a.example/" + "x" * 80


def made(number: int, endpoint: str, model: str, prompt: str = "", values: Any = None, **members: Any) -> Task:
    request = Request(endpoint=endpoint, model=model, values=values or {}, prompt=prompt)
    return task(number, State.SUCCEEDED, request=request, **members)


def use(of: Task, *place: str | int, **members: Any) -> Input:
    return Input(**({"task_id": of.id, "field_path": place, "uri": "file:///x", "media": Media.IMAGE} | members))


STILL = made(1, "text_to_image", "gen4_image", " A  fox ")
FRAMES = [{"uri": "file:///x", "position": "last"}]
CLIP = made(2, "image_to_video", "gen4.5", "Fog", {"promptImage": FRAMES}, title="Dusk")
AGAIN = made(3, "image_to_video", "gen4.5", "y" * 80, parent_id=CLIP.id)
BIG = made(4, "video_upscale", "upscale_v1")
ODD = made(5, "unknown_endpoint", "unknown_model")
USES = (
    use(STILL, "referenceImages", 0, "uri", path="/in/face.png"),
    use(STILL, "referenceImages", 1, "uri", uri=LINK, media=Media.VIDEO),
    use(STILL, path="/in/voice.mp3", media=Media.AUDIO),
    use(CLIP, "promptImage", 0, "uri", sha256="aa"),
    use(AGAIN, "promptImage", sha256="aa"),
    use(BIG, "videoUri", sha256="bb", media=Media.VIDEO),
    use(ODD, "oddThing", sha256="bb", media=Media.VIDEO),
)
OUTPUTS = (
    saved(STILL, "/library/still.png", media=Media.IMAGE, sha256="aa"),
    saved(CLIP, sha256="bb", poster="/posters/clip.jpg"),
)
"""t1 made a picture of two references and a voice, t2 and t3 a clip of it each, t4 and t5 something of t2's clip."""

FOX = Node(STILL.id, "/library/still.png", Media.IMAGE, "A fox", "/library/still.png")
DUSK = Node(CLIP.id, "/posters/clip.jpg", Media.VIDEO, "Dusk", "/library/clip.mp4")
LONG = Node(AGAIN.id, "", Media.OTHER, "y" * 59 + "…")
UPSCALED = Node(BIG.id, "", Media.OTHER, "Upscale v1")
STRANGE = Node(ODD.id, "", Media.OTHER, "Unknown model")


def as_(relation: str, node: Node) -> Node:
    return replace(node, relation=relation)


TAKES = (as_("Take 1", DUSK), as_("Take 2", LONG))
FAMILIES = {
    STILL.id: Family(
        this=FOX,
        above=(
            (
                Node(None, "/in/face.png", Media.IMAGE, "face.png", "/in/face.png", "Reference pictures 1"),
                Node(None, "", Media.VIDEO, LINK[:60], "", "Reference pictures 2"),
                Node(None, "", Media.AUDIO, "voice.mp3", "/in/voice.mp3", ""),
            ),
        ),
        below=(
            (as_("Image → video", DUSK), as_("Image → video", LONG)),
            (as_("Video upscale", UPSCALED), as_("unknown_endpoint", STRANGE)),
        ),
        takes=(),
    ),
    CLIP.id: Family(
        this=DUSK,
        above=((as_("Last frame", FOX),),),
        below=((as_("Video upscale", UPSCALED), as_("unknown_endpoint", STRANGE)),),
        takes=TAKES,
    ),
    AGAIN.id: Family(this=LONG, above=((as_("First frame", FOX),),), below=(), takes=TAKES),
    BIG.id: Family(this=UPSCALED, above=((as_("Last frame", FOX),), (as_("Clip", DUSK),)), below=(), takes=()),
    ODD.id: Family(this=STRANGE, above=((as_("Last frame", FOX),), (as_("Odd thing", DUSK),)), below=(), takes=()),
}
Families = Callable[[TaskId], Coroutine[Any, Any, Family | None]]


@asynccontextmanager
async def families(folder: Path, *looks: Output) -> AsyncIterator[Families]:
    """What `family_of` says; the files of `looks` are missing."""
    async with engine_rig.Rig() as parts:
        engine = engine_of(parts, folder / "library")
        await parts.store.add([STILL, CLIP, AGAIN, BIG, ODD], list(USES), None, ())
        await parts.store.save_outputs(OUTPUTS)
        for output in looks:
            file = kept_file(output)
            assert file is not None
            await parts.store.note_looks([Looked(file=file, look=Look(presence=Presence.MISSING, at=1.0))])
        yield lambda task_id: family_of(task_id, engine)


@pytest.mark.parametrize("of", FAMILIES)
async def test_task_has_these_relatives(tmp_path: Path, of: TaskId) -> None:
    async with families(tmp_path) as told:
        assert await told(of) == FAMILIES[of]


async def test_unknown_task_has_no_family(tmp_path: Path) -> None:
    async with families(tmp_path) as told:
        assert await told(TaskId("t9")) is None


async def test_missing_clip_is_shown_by_its_poster_and_a_missing_picture_not_at_all(tmp_path: Path) -> None:
    async with families(tmp_path, *OUTPUTS) as told:
        family = await told(CLIP.id)
        assert family is not None
        assert family.this == replace(DUSK, path="")
        assert family.above[0][0] == as_("Last frame", replace(FOX, picture="", path=""))


def test_family_contains_its_task_relatives_and_takes() -> None:
    kin = {of: {one for one in FAMILIES if one in family} for of, family in FAMILIES.items()}
    assert kin == {
        "t1": {"t1", "t2", "t3", "t4", "t5"},
        "t2": {"t1", "t2", "t3", "t4", "t5"},
        "t3": {"t1", "t2", "t3"},
        "t4": {"t1", "t2", "t4"},
        "t5": {"t1", "t2", "t5"},
    }
