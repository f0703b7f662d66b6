"""An unsuitable input keeps its place, and a fixed copy replaces it."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

from PIL import Image

from runway_desktop.catalog.resource_path import resource
from runway_desktop.domain.events import FilesMoved
from runway_desktop.domain.folders import FileMove
from runway_desktop.domain.inputs import FixKind, FrameAt, InputFix
from runway_desktop.domain.task import HoldCode, State, TaskId
from runway_desktop.usecases.commands.queued import FIND_FILE
from runway_desktop.usecases.commands.task_command import Given
from runway_desktop.usecases.commands.tasks import available
from runway_desktop.usecases.requests.input_item import InputItem
from tests.rigs import sent
from tests.rigs.desktop import Rig, rest, until
from tests.rigs.engine_rig import with_picture

PLACE = "promptImage"


def picture(path: Path, sides: tuple[int, int] = (640, 360), form: str | None = None) -> Path:
    Image.new("RGB", sides, "teal").save(path, form)
    return path


def clip(folder: Path) -> Path:
    return Path(shutil.copy(resource("samples") / "sand-16x9-2s.mp4", folder / "take.mp4"))


async def dropped(rig: Rig, *paths: Path, to: str = PLACE, at: int | None = None) -> list[InputItem]:
    rig.composer.choose_endpoint("image_to_video")
    rig.task_commands.take(paths=paths, to_field=to, at=at)
    await until(lambda: any(item.path == paths[-1] for item in rig.composer.inputs()) or rig.told)
    return rig.composer.inputs()


def offer(rig: Rig, item: InputItem, text: str) -> InputFix:
    inputs = rig.task_commands.inputs
    return next(mend for mend in (*inputs.mends(item), *inputs.copies(item)) if mend.text == text)


async def test_dropped_picture_of_unsupported_format_is_kept_and_can_be_converted(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.composer.choose_endpoint("image_to_video")
        rig.task_commands.take(paths=[picture(tmp_path / "still.gif")])
        await until(rig.composer.inputs)
        [item] = rig.composer.inputs()
        assert "doesn't accept GIF" in item.problem
        assert "doesn't accept GIF" in rig.composer.finding_for(PLACE)
        rig.task_commands.inputs.carry_out(item, offer(rig, item, "Save as PNG"))
        await until(lambda: rig.composer.inputs()[0].name == "still.png")
        [item] = rig.composer.inputs()
        assert item.problem == ""
        assert rig.composer.request().values[PLACE] == item.uri
        assert rig.task_commands.inputs.origin(item) == str(tmp_path / "still.gif")
        assert rig.told == []


async def test_clip_in_a_picture_field_can_be_replaced_by_its_last_frame(tmp_path):
    async with Rig(tmp_path) as rig:
        [item] = await dropped(rig, clip(tmp_path))
        assert "This is a clip" in item.problem
        wanted = []
        rig.task_commands.inputs.frame_wanted.connect(lambda item, at: wanted.append((item.name, at)))
        rig.task_commands.inputs.carry_out(item, offer(rig, item, "Use its last frame"))
        assert wanted == [("take.mp4", FrameAt.LAST)]
        assert rig.task_commands.inputs.busy_words(item) == "Use its last frame"
        png = io.BytesIO()
        Image.new("RGB", (64, 36)).save(png, "PNG")
        rig.task_commands.inputs.keep_frame(item, png.getvalue(), "last frame")
        await until(lambda: rig.composer.inputs()[0].name == "take, last frame.png")
        assert rig.composer.inputs()[0].problem == ""
        assert rig.task_commands.inputs.busy_words(item) == ""


async def test_undecodable_frame_is_reported_at_the_tile_and_the_clip_stays(tmp_path):
    async with Rig(tmp_path) as rig:
        [item] = await dropped(rig, clip(tmp_path))
        rig.task_commands.inputs.carry_out(item, offer(rig, item, "Use its first frame"))
        rig.task_commands.inputs.frame_failed(item, "This computer cannot decode it.")
        assert rig.task_commands.inputs.trouble(item) == "This computer cannot decode it."
        assert rig.task_commands.inputs.busy_words(item) == ""
        assert [one.name for one in rig.composer.inputs()] == ["take.mp4"]


async def test_choosing_a_frame_blocks_nothing(tmp_path):
    async with Rig(tmp_path) as rig:
        [item] = await dropped(rig, clip(tmp_path))
        rig.task_commands.inputs.carry_out(item, offer(rig, item, "Choose a frame…"))
        assert rig.task_commands.inputs.busy_words(item) == ""


async def test_failed_copy_is_reported_and_nothing_is_lost(tmp_path):
    async with Rig(tmp_path) as rig:
        path = picture(tmp_path / "still.gif")
        [item] = await dropped(rig, path)
        path.unlink()
        rig.task_commands.inputs.carry_out(item, offer(rig, item, "Save as PNG"))
        await until(lambda: rig.task_commands.inputs.trouble(item))
        assert "cannot be read" in rig.task_commands.inputs.trouble(item)
        assert [one.name for one in rig.composer.inputs()] == ["still.gif"]


async def test_input_removed_meanwhile_stays_removed(tmp_path):
    async with Rig(tmp_path) as rig:
        [item] = await dropped(rig, picture(tmp_path / "still.gif"))
        rig.task_commands.inputs.carry_out(item, offer(rig, item, "Save as PNG"))
        rig.composer.taking.remove(item.field, item.number)
        await rest()
        assert rig.composer.inputs() == []


async def test_copies_of_a_fitting_picture_are_offered_with_their_sizes(tmp_path):
    async with Rig(tmp_path) as rig:
        [item] = await dropped(rig, picture(tmp_path / "large.png", (2400, 1200)))
        inputs = rig.task_commands.inputs
        assert inputs.mends(item) == ()
        assert [mend.kind for mend in inputs.copies(item)][:2] == [FixKind.SCALE, FixKind.SCALE]
        scaled = offer(rig, item, "Scale to 2048 × 1024")
        assert inputs.size_of(item, scaled) == ""
        inputs.ask_sizes(item)
        await until(lambda: inputs.size_of(item, scaled))
        assert inputs.size_of(item, scaled).startswith("about ")


async def test_file_dropped_on_an_input_replaces_it(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.composer.choose_endpoint("text_to_image")
        rig.composer.choose_model("gpt_image_2")
        paths = [picture(tmp_path / f"{name}.png") for name in "abc"]
        rig.task_commands.take(paths=paths)
        await until(lambda: len(rig.composer.inputs()) == 3)
        new = picture(tmp_path / "new.png")
        rig.task_commands.take(paths=[new], to_field="referenceImages", at=1)
        await until(lambda: rig.composer.inputs()[1].path == new)
        assert [item.name for item in rig.composer.inputs()] == ["a.png", "new.png", "c.png"]


async def test_sound_dropped_on_a_picture_field_is_refused_with_a_reason(tmp_path):
    async with Rig(tmp_path) as rig:
        [item] = await dropped(rig, picture(tmp_path / "still.png"))
        said = []
        rig.composer.said.connect(said.append)
        rig.task_commands.take(paths=[resource("samples") / "effect-4s.mp3"], to_field=PLACE, at=0)
        await until(lambda: said)
        assert "doesn't accept sound" in said[0]
        assert rig.composer.inputs() == [item]


async def test_missing_file_of_a_draft_is_reported_at_its_tile(tmp_path):
    async with Rig(tmp_path) as rig:
        gone = tmp_path / "gone.png"
        rig.composer.load(with_picture(gone.as_uri()))
        await until(lambda: rig.composer.inputs()[0].problem)
        assert "There is no file" in rig.composer.inputs()[0].problem
        assert any("There is no file" in finding.message for finding in rig.composer.findings())


async def test_sounds_too_long_together_are_reported_before_sending(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.composer.choose_endpoint("text_to_video")
        rig.composer.choose_model("seedance2")
        for number in range(3):
            copy = Path(shutil.copy(resource("samples") / "speech-6s.mp3", tmp_path / f"{number}.mp3"))
            rig.task_commands.take(paths=[copy], to_field="referenceAudio")
            await until(lambda: any(item.path == copy for item in rig.composer.inputs()))  # noqa: B023 - awaited here
        assert [bool(item.problem) for item in rig.composer.inputs()] == [False, False, True]
        assert "Together they last 18.1 s" in rig.composer.inputs()[2].problem


async def test_poster_of_an_input_clip_is_requested_once(tmp_path):
    async with Rig(tmp_path) as rig:
        inputs = rig.task_commands.inputs
        [item] = await dropped(rig, clip(tmp_path))
        wanted = []
        inputs.thumbnail_wanted.connect(lambda path, media, target: wanted.append((path, target)))
        assert inputs.thumbnail(item) is None
        assert inputs.thumbnail(item) is None
        [(path, target)] = wanted
        inputs.look_again()
        assert len(wanted) == 2
        inputs.thumbnail_made("/somewhere/else.mp4", "x.jpg")
        inputs.thumbnail_made(str(path), str(target))
        assert inputs.thumbnail(item) == target
        inputs.look_again()
        assert len(wanted) == 2


async def test_missing_file_is_requested_once_for_all_its_tasks(tmp_path):
    async with Rig(tmp_path, loops=("lane",)) as rig:
        olds = [picture(tmp_path / name) for name in ("a.png", "b.png")]
        await rig.engine.lane.pause()
        ids = await sent.submit(rig.engine, [with_picture(path.as_uri()) for path in olds])
        await rig.engine.missing_inputs.note()
        (tmp_path / "new").mkdir()
        news = [old.rename(tmp_path / "new" / old.name) for old in olds]
        await rig.engine.lane.resume()
        await until(lambda: all(rig.engine.ledger.get_open(one).hold.code is HoldCode.FILE_MISSING for one in ids))
        await rig.load()
        await rig.fetch_rows()
        row = rig.rows.row_of(ids[0])
        assert FIND_FILE in available([row])
        rig.details.choose([ids[0]])
        await until(rig.details.next_step)
        assert rig.details.next_step().text == "Find the file…"
        wanted = []
        rig.task_commands.path_wanted.connect(lambda *said: wanted.append(said))
        rig.task_commands.carry_out(FIND_FILE, [row])
        await until(lambda: wanted)
        [(command, rows, what)] = wanted
        assert what.path == olds[0]
        rig.task_commands.carry_out(command, rows, Given(path=news[0]))
        await until(lambda: "Found 2 files for 2 tasks." in rig.told)
        for task_id, new in zip(ids, news, strict=True):
            task = await rig.store.get(TaskId(task_id))
            assert task.request.values[PLACE] == new.as_uri()


async def test_different_file_needs_a_confirmation(tmp_path):
    async with Rig(tmp_path, loops=("lane",)) as rig:
        old = picture(tmp_path / "a.png")
        await rig.engine.lane.pause()
        [task_id] = await sent.submit(rig.engine, [with_picture(old.as_uri())])
        await rig.engine.missing_inputs.note()
        old.unlink()
        other = picture(tmp_path / "other.png", (8, 8))
        await rig.engine.lane.resume()
        await until(lambda: rig.engine.ledger.get_open(task_id).hold.code is HoldCode.FILE_MISSING)
        await rig.engine.lane.pause()
        asked = []
        rig.task_commands.answer_wanted.connect(lambda *said: asked.append(said))
        rig.task_commands.carry_out(FIND_FILE, await rig.store.rows([task_id]), Given(path=other))
        await until(lambda: asked)
        [(command, rows, path, question)] = asked
        assert question.title == "other.png is a different file. Use it anyway?"
        rig.task_commands.carry_out(command, rows, Given(path=path, anyway=True))
        await until(lambda: rig.told)
        task = await rig.store.get(task_id)
        assert (task.state, task.request.values[PLACE]) == (State.QUEUED, other.as_uri())


async def test_returned_file_is_not_requested(tmp_path):
    async with Rig(tmp_path, loops=("lane",)) as rig:
        path = tmp_path / "a.png"
        [task_id] = await sent.submit(rig.engine, [with_picture(path.as_uri())])
        await until(lambda: rig.engine.ledger.get_open(task_id).hold.code is HoldCode.FILE_MISSING)
        picture(path)
        await rig.load()
        await rig.fetch_rows()
        rig.task_commands.carry_out(FIND_FILE, [rig.rows.row_of(task_id)])
        await until(lambda: "The file is there again." in rig.told)
        await until(lambda: rig.engine.ledger.get_open(task_id).state is State.PENDING)


async def test_file_inside_an_object_is_checked_too(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.composer.choose_endpoint("video_to_video")
        rig.composer.choose_model("aleph2")
        place = ("keyframes", 0, "uri")
        for path, said in ((picture(tmp_path / "a.gif"), "doesn't accept GIF"), (tmp_path / "gone.png", "no file")):
            rig.composer.set_value("keyframes", [{"seconds": 1.0, "uri": path.as_uri()}])
            await until(lambda: any(said in one.message for one in rig.composer.findings()))  # noqa: B023
            assert place in {finding.path for finding in rig.composer.findings()}
        rig.composer.set_value("keyframes", [{"seconds": 1.0, "uri": picture(tmp_path / "b.png").as_uri()}])
        await until(lambda: all(finding.path != place for finding in rig.composer.findings()))


async def test_missing_file_is_checked_again_when_dropped(tmp_path):
    async with Rig(tmp_path) as rig:
        path = tmp_path / "a.png"
        rig.composer.load(with_picture(path.as_uri()))
        await until(lambda: rig.composer.inputs()[0].problem)
        rig.task_commands.take(paths=[picture(path)], to_field=PLACE, at=0)
        await until(lambda: not rig.composer.inputs()[0].problem)


async def test_input_moved_with_the_library_is_followed(tmp_path):
    async with Rig(tmp_path) as rig:
        still = picture(tmp_path / "still.png")
        await dropped(rig, still)
        moved = still.rename(tmp_path / "moved.png")
        move = FileMove(task_id=TaskId("t1"), index=0, source=str(still), target=str(moved))
        rig.engine.bus.tell(FilesMoved((move,)))
        [item] = rig.composer.inputs()
        assert (item.path, item.problem) == (moved, "")
        assert rig.composer.request().values[PLACE] == moved.as_uri()
        told: list[object] = []
        rig.composer.inputs_changed.connect(lambda: told.append(None))
        rig.engine.bus.tell(FilesMoved((move,)))
        assert told == [], "what is told again after a kill changes nothing"
