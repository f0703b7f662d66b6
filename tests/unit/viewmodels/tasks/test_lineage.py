"""Relatives of the selected task, and next uses of a result."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from runway_desktop.domain.events import TasksAdded
from runway_desktop.domain.media import Media
from runway_desktop.domain.outputs import Looked, kept_file
from runway_desktop.domain.task import Input, Look, Presence, State, TaskId
from runway_desktop.values import replace
from tests.rigs.desktop import Rig, until
from tests.rigs.rows import saved, task


def png(width: int, height: int) -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(kept, "PNG")
    return kept.getvalue()


async def a_family(rig: Rig) -> None:
    """t1 made a picture, t2 a clip of it, t3 is a take of t2."""
    still, clip, again = (task(n, State.SUCCEEDED, f"Shot {n}") for n in (1, 2, 3))
    uses = [
        Input(task_id=one.id, field_path=("promptImage",), uri="file:///still.png", sha256="aa", media=Media.IMAGE)
        for one in (clip, again)
    ]
    await rig.put(
        still,
        clip,
        again,
        inputs=uses,
        outputs=[
            saved(still, "/library/still.png", media=Media.IMAGE, sha256="aa"),
            saved(clip, "/library/clip.mp4", sha256="bb", poster="/posters/clip.jpg"),
        ],
    )


async def test_relatives_of_the_selected_task_are_listed_in_order(tmp_path: Path) -> None:
    async with Rig(tmp_path) as rig:
        await a_family(rig)
        model = rig.details.lineage
        rig.details.choose([TaskId("t2")])
        await until(lambda: model.family)
        (parent,) = model.family.above[0]
        assert (parent.task_id, parent.picture, parent.title) == (TaskId("t1"), "/library/still.png", "Shot 1")
        assert parent.relation
        assert model.family.this.picture == "/posters/clip.jpg"
        rig.details.choose([TaskId("t1")])
        await until(lambda: model.family)
        assert [node.task_id for node in model.family.below[0]] == [TaskId("t2"), TaskId("t3")]
        assert not model.family.above
        rig.details.choose([TaskId("t1"), TaskId("t2")])
        assert model.family is None


async def test_result_with_a_missing_file_is_shown_by_its_poster(tmp_path: Path) -> None:
    async with Rig(tmp_path) as rig:
        await a_family(rig)
        (clip,) = await rig.store.outputs(TaskId("t2"))
        file = kept_file(clip)
        assert file is not None
        await rig.store.note_looks([Looked(file=file, look=Look(presence=Presence.MISSING, at=1.0))])
        for away in (clip, replace(clip, path="", binned_from=clip.path)):
            await rig.store.save_output(away)
            rig.details.choose([TaskId("t2")])
            await until(lambda: rig.details.lineage.family)
            assert rig.details.lineage.family.this.picture == "/posters/clip.jpg"
            assert rig.details.lineage.family.this.path == ""
            rig.details.choose([])


async def test_new_descendant_appears_automatically(tmp_path: Path) -> None:
    async with Rig(tmp_path) as rig:
        await a_family(rig)
        model = rig.details.lineage
        rig.details.choose([TaskId("t2")])
        await until(lambda: model.family)
        use = Input(
            task_id=task(4).id, field_path=("videoUri",), uri="file:///clip.mp4", sha256="bb", media=Media.VIDEO
        )
        await rig.store.add([task(4)], [use], None, ())
        rig.engine.bus.tell(TasksAdded((task(4),)))
        await until(lambda: model.family.below, "the child is there")


async def test_next_uses_fit_the_media_kind_and_a_clip_offers_its_last_frame_first(tmp_path: Path) -> None:
    async with Rig(tmp_path) as rig:
        use_as_input = rig.task_commands.use_as_input
        clip = use_as_input.ways(Media.VIDEO)
        assert clip[0].last_frame
        assert {way.endpoint for way in clip[1:]} >= {"video_upscale"}
        picture = {way.endpoint for way in use_as_input.ways(Media.IMAGE)}
        assert "image_to_video" in picture
        assert "video_upscale" not in picture
        assert use_as_input.ways(Media.OTHER) == []


async def test_use_as_input_loads_the_result_into_a_suitable_model(tmp_path: Path) -> None:
    async with Rig(tmp_path) as rig:
        picture = tmp_path / "still.png"
        picture.write_bytes(png(1280, 720))
        for way in rig.task_commands.use_as_input.ways(Media.IMAGE):
            rig.composer.clear()
            rig.task_commands.use_as_input.take(way, picture, Media.IMAGE)
            await until(rig.composer.inputs, way.endpoint)
            assert rig.composer.pair.endpoint == way.endpoint
            assert rig.composer.inputs()[0].path == picture


async def test_last_frame_is_decoded_by_the_window_and_becomes_the_first_frame(tmp_path: Path) -> None:
    async with Rig(tmp_path) as rig:
        use_as_input = rig.task_commands.use_as_input
        clip = Path(__file__).parents[4] / "resources" / "samples" / "dusk-16x9-5s.mp4"
        wanted: list[Path] = []
        use_as_input.frame_wanted.connect(wanted.append)
        use_as_input.take(use_as_input.ways(Media.VIDEO)[0], clip, Media.VIDEO)
        assert wanted == [clip]
        use_as_input.keep_last_frame(clip, 1.5, png(1280, 720))
        await until(rig.composer.inputs)
        (item,) = rig.composer.inputs()
        assert rig.composer.pair.endpoint == "image_to_video"
        assert "last frame before 1.500 s" in item.name
        assert item.path is not None
        origin = await rig.engine.input_fixer.origin(item.path)
        assert origin is not None
        assert rig.engine.input_fixer.home_of(origin.sha256) == item.path.parent


async def test_missing_file_is_reported(tmp_path: Path) -> None:
    async with Rig(tmp_path) as rig:
        rig.task_commands.use_as_input.take(
            rig.task_commands.use_as_input.ways(Media.IMAGE)[0], tmp_path / "gone.png", Media.IMAGE
        )
        await until(lambda: rig.told)
        assert not rig.composer.inputs()
