"""Downloads with the real client, the real database and real threads, from a simulator that misbehaves over real
HTTP."""

from __future__ import annotations

import asyncio
import hashlib
import json
from pathlib import Path

import pytest

from runway_desktop.domain.media import Media
from runway_desktop.domain.task import OutputState, Request
from runway_desktop.services.disk.disk_space import DiskSpace
from runway_desktop.services.exchange.file_export import FileChoice, FileExport
from runway_desktop.services.exchange.progress import Progress
from runway_desktop.services.media.media_facts import probe
from runway_desktop.simulator.faults import Fault, Harm
from tests.rigs.engine_rig import AtOnce, request
from tests.rigs.on_the_simulator import all_tasks, engine, everything_saved, saving, simulated

TROUBLES = {
    "nothing": (),
    "cuts": (Fault(Harm.CUT, "output", accepted=True, times=3),),
    "cuts in the middle": (Fault(Harm.CUT_BODY, "output", times=5),),
    "wrong lengths": (Fault(Harm.WRONG_LENGTH, "output", times=3),),
    "halves that say they are whole": (Fault(Harm.SHORT_BODY, "output", times=2),),
    "pages": (Fault(Harm.HTML, "output", times=2), Fault(Harm.STATUS, "output", status=503, after=2, times=2)),
    "expired links": (Fault(Harm.EXPIRED, "output", times=3),),
}


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_every_result_is_saved_whole_after_random_faults(trouble: str, tmp_path: Path):
    library = tmp_path / "library"
    async with simulated(*TROUBLES[trouble]) as (simulator, clock), engine(simulator, clock, tmp_path / "db") as rig:
        async with saving(rig, clock, library):
            wishes = [request(f"Fox {number}") for number in range(3)]
            still = {"promptText": "Still", "ratio": "1280:720"}
            wishes.append(Request(endpoint="text_to_image", model="gen4_image", values=still, prompt="Still"))
            for wish in wishes:
                await rig.submit(wish)
            paths = await everything_saved(rig, len(wishes))
        assert len(set(paths)) == len(wishes)
        for path in paths:
            facts = probe(path)
            assert facts is not None
            assert facts.media in (Media.VIDEO, Media.IMAGE)
            kept = json.loads(path.with_name(path.name + ".json").read_text(encoding="utf-8"))
            assert kept["output"]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert not [path for path in library.rglob("*") if ".part" in path.name]


@pytest.mark.parametrize("ending", ["glb", "bin"])
async def test_result_of_unknown_media_kind_is_kept_and_never_treated_as_a_clip(ending: str, tmp_path: Path):
    """Its endpoint makes clips, and its link ends as a program's may: it gets the ending that no system runs."""
    library = tmp_path / "library"
    async with simulated() as (simulator, clock), engine(simulator, clock, tmp_path / "db") as rig:
        async with saving(rig, clock, library):
            await rig.submit(request(f"Fox [as:{ending}]"))
            (path,) = await everything_saved(rig, 1)
        (task,) = await all_tasks(rig)
        (output,) = await rig.store.outputs(task.id)
        handed, choice = (
            FileExport(rig.store, AtOnce(), DiskSpace()),
            FileChoice(folder=tmp_path / "out", template="{prompt}"),
        )
        survey = await handed.survey((task.id,), Progress(), only_picks=False)
        await handed.run((task.id,), choice, survey, Progress())
    (copy,) = (tmp_path / "out").rglob("*.bin")
    assert copy.read_bytes() == path.read_bytes()
    assert output.media is Media.OTHER
    assert path.suffix == ".bin"
    assert "Fox" in path.name
    assert path.read_bytes().startswith(b"glTF")
    kept = json.loads(path.with_name(path.name + ".json").read_text(encoding="utf-8"))
    assert kept["output"]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert kept["output"]["media"] == "other"


async def test_download_interrupted_by_closing_continues_at_the_next_start(tmp_path: Path):
    library = tmp_path / "library"
    hung = Fault(Harm.HOLD, "output", seconds=600)
    async with simulated(hung) as (simulator, clock):
        async with engine(simulator, clock, tmp_path / "db") as rig, saving(rig, clock, library) as downloads:
            await rig.submit(request("Fox"))
            async with asyncio.timeout(60):
                while not downloads.running:
                    await asyncio.sleep(0.02)
        simulator.faults.clear()
        async with engine(simulator, clock, tmp_path / "db") as rig, saving(rig, clock, library):
            [path] = await everything_saved(rig, 1)
            [task] = await all_tasks(rig)
            [output] = await rig.store.outputs(task.id)
        assert output.state is OutputState.SAVED
        assert path.stat().st_size == output.size
