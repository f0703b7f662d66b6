"""A library exported from one profile is imported into another as the same tasks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from runway_desktop.domain.account import NO_KEY
from runway_desktop.domain.task import Output, Pick, Request, Task
from runway_desktop.services.disk.disk_space import DiskSpace
from runway_desktop.services.disk.file_locks import FileLocks
from runway_desktop.services.exchange.exchange import Exchange
from runway_desktop.services.exchange.file_export import FileChoice
from runway_desktop.services.exchange.progress import Progress
from runway_desktop.services.intake.intake import Intake
from runway_desktop.services.results.sidecar_keeper import SidecarKeeper
from runway_desktop.services.tasks.judging import Judging
from runway_desktop.values import replace
from tests.rigs import sent
from tests.rigs.engine_rig import CATALOG, Rig, request
from tests.rigs.on_the_simulator import all_tasks, engine, everything_saved, saving, simulated


def exchange_of(rig: Rig, workers: ThreadPoolExecutor) -> Exchange:
    intake = Intake(CATALOG, workers)
    return Exchange(
        rig.ledger, rig.store, rig.adoption, rig.actions, CATALOG, rig.settings, rig.bus, rig.clock, intake, workers,
        DiskSpace(),
    )  # fmt: skip


def as_kept(task: Task) -> Task:
    """What a sidecar can know: times to the millisecond, and nothing of asking, waiting and keys."""

    return replace(
        task,
        created_at=milliseconds(task.created_at) or 0.0,
        sent_at=milliseconds(task.sent_at),
        remote_created_at=milliseconds(task.remote_created_at),
        running_since=milliseconds(task.running_since),
        ended_at=milliseconds(task.ended_at),
        picked_at=milliseconds(task.picked_at),
        asked_at=None,
        progress=None,
        position=0.0,
        remote_status="",
        key=NO_KEY,
    )


async def test_exported_library_imported_into_a_new_profile_is_identical(tmp_path: Path):
    workers = ThreadPoolExecutor(2)
    out = tmp_path / "out"
    async with simulated() as (simulator, clock):
        async with engine(simulator, clock, tmp_path / "old.db") as rig:
            keeper = SidecarKeeper(rig.store, rig.bus, cast(Any, clock), rig.settings, FileLocks(), workers)
            async with saving(rig, clock, tmp_path / "library"):
                rig.settings.embed = True
                still = {"promptText": "Still", "ratio": "1280:720"}
                await sent.submit(rig,
                    [request("Füchse im Schnee", seed=7), request("A gull")],
                    batch_name="Foxes", project="Aurora", shots=("010", "020"),
                )  # fmt: skip
                await sent.submit(
                    rig, [Request(endpoint="text_to_image", model="gen4_image", values=still, prompt="Still")]
                )
                await everything_saved(rig, 3)
            old = await all_tasks(rig)
            judging = Judging(rig.ledger, rig.lane.caps.freed_by, rig.clock.now)
            await judging.rate([old[0].id], 5)
            await judging.pick([old[1].id], Pick.PICK)
            await judging.tag([old[0].id, old[2].id], add=["night", "low key"])
            await judging.set_note([old[2].id], "For the teaser\nand the poster")
            await rig.actions.rename(old[1].id, "Take 3")
            await keeper.settle()
            old = await all_tasks(rig)
            ids = [task.id for task in old]
            before = {row.task.id: row for row in await rig.store.rows(ids)}
            service = exchange_of(rig, workers).files
            choice = FileChoice(folder=out, template="{project}/{prompt}", sidecars=True)
            survey = await service.survey(ids, Progress(), only_picks=False)
            exported = await service.run(ids, choice, survey, Progress())
            assert (exported.copied, exported.failed) == (len([o for row in before.values() for o in row.outputs]), 0)
            batches = await rig.store.batch_names([task.batch_id for task in old if task.batch_id is not None])

        async with engine(simulator, clock, tmp_path / "new.db") as rig:
            folders = exchange_of(rig, workers).folders
            look = await folders.look(out, Progress())
            found = [one.found for one in look.candidates if one.standing.is_worth_taking]
            imported = await folders.take_in(out, found, Progress())
            assert (set(imported.added), imported.changed, imported.failures) == (set(ids), [], [])
            after = {row.task.id: row for row in await rig.store.rows(ids)}
            for task_id, row in before.items():
                # What was imported stands apart in sums: its own profile has counted it.
                assert as_kept(after[task_id].task) == as_kept(replace(row.task, imported=True))
                assert list(map(_bytes, after[task_id].outputs)) == list(map(_bytes, row.outputs))
                assert all(Path(output.path).is_relative_to(out) for output in after[task_id].outputs)
            assert await rig.store.batch_names(list(batches)) == batches
            assert await rig.store.unfinished() == []
    workers.shutdown()


def _bytes(output: Output) -> tuple[Any, ...]:
    return output.index, output.state, output.media, output.size, output.sha256, milliseconds(output.saved_at)


def milliseconds(at: float | None) -> float | None:
    """Cut, not rounded, and the same when it is cut again: 0.244 times 1000 is less than 244."""
    if at is None:
        return None
    return datetime.fromisoformat(datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")).timestamp()
