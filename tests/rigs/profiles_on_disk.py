"""A profile on the disk as the program leaves one: its list of tasks, results with sidecars, copies of inputs, posters.

    made = await a_profile(tmp_path)               # closed again: nobody has it open
    pack(made.profile, made.snapshots, tmp_path / "backup.zip", PackOptions(results=True), made.library, NOW, Watch())

`everything` tells of a profile what must be the same after a restore.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from runway_desktop.domain.library import KeptSheet, LedgerEntry
from runway_desktop.domain.media import Media
from runway_desktop.domain.profiles import Color, Profile
from runway_desktop.domain.task import (
    Batch,
    BatchId,
    Input,
    Output,
    OutputState,
    RemoteId,
    Request,
    State,
    Task,
    TaskId,
)
from runway_desktop.services.disk.profile_folders import ProfileFolders
from runway_desktop.store import SqliteStore
from runway_desktop.store.snapshots import SqliteSnapshots
from runway_desktop.values import Struct, replace

NOW = 1_750_000_000.0
KEY = "key_" + "fedcba9876543210" * 8
SIGNATURE = "eyJhbGciOiJIUzI1NiJ9.c2lnbmF0dXJl.abcdef0123456789"
SIGNED = f"https://out.example/a/clip.mp4?_jwt={SIGNATURE}"


class Made(Struct, frozen=True):
    profile: Profile
    folders: ProfileFolders
    snapshots: SqliteSnapshots
    library: Path


def folders(root: Path) -> ProfileFolders:
    main = Profile(
        name="Studio", folder=root / "main", library=root / "Videos", key_name="Default", color=Color.TEAL, is_main=True
    )
    return ProfileFolders(main=main, beside=root / "profiles", libraries=lambda name: root / f"Videos {name}")


async def a_profile(root: Path, *, results: int = 3, at: ProfileFolders | None = None, named: str = "clip") -> Made:
    """With `results` saved ones, the second in a folder elsewhere; one task queued, one being sent, one live."""
    known = at or folders(root)
    profile, library = known.main, known.main.library
    store = await SqliteStore.open(profile.database)
    batch = Batch(id=BatchId("b1"), name="Aurora", created_at=NOW)
    done = [_task(number, State.SUCCEEDED) for number in range(results)]
    copy = profile.inputs / "0a1b" / "harbour.png"
    pasted = library / "Pasted pictures" / "pasted 2026-03-09.png"
    held = _task(100, State.QUEUED, {"promptText": "held", "promptImage": copy.as_uri()})
    others = [held, _task(101, State.SENDING), _task(102, State.RUNNING)]
    given = Input(
        task_id=held.id, field_path=("promptImage",), uri=copy.as_uri(), path=str(copy), upload_uri="runway://x"
    )
    entry = LedgerEntry(task_id=held.id, at=NOW, kind="noted", detail={"link": SIGNED})
    await store.add([*done, *others], [given], batch, [entry])
    outputs = []
    for number, task in enumerate(done):
        folder = root / "elsewhere" if number == 1 else library / "Aurora"
        path = folder / f"{named} {number}.mp4"
        _write(path, b"clip %d " % number * 1_000)
        _write(Path(f"{path}.json"), json.dumps({"inputs": [{"link": SIGNED}]}).encode())
        poster = profile.posters / f"{number}.jpg"
        _write(poster, b"poster %d" % number)
        outputs.append(
            Output(
                task_id=task.id, index=0, url=SIGNED, url_fetched_at=NOW, state=OutputState.SAVED, media=Media.VIDEO,
                path=str(path), size=path.stat().st_size, poster=str(poster),
            )
        )  # fmt: skip
    await store.save_outputs(outputs)
    await store.save_sheet(KeptSheet(id="s1", name="Shots", changed_at=NOW, rows=2, text='{"rows": []}'))
    await store.set_settings(
        {
            "theme": "dark",
            "presets": [{"name": "Dawn"}],
            "search.saved": [{"id": "1", "name": "Good", "line": "rating:>=4"}],
            "composer.draft": {"prompt": f"a draft with {KEY}", "inputs": [str(copy), str(pasted)]},
        }
    )
    await store.close()
    _write(copy, b"a scaled copy")
    _write(pasted, b"a pasted picture")
    _write(profile.accepted_ids, b"ids that Runway gave")
    _write(profile.log, f"sent with {KEY}".encode())
    return Made(profile, known, SqliteSnapshots(), library)


async def everything(profile: Profile) -> dict[str, Any]:
    """What a person would miss."""
    store = await SqliteStore.open(profile.database)
    try:
        ids = [TaskId(f"t{number}") for number in range(200)]
        tasks = {task.id: (task.state, task.request.values, task.batch_id) for task in await store.get_many(ids)}
        outputs = {task_id: await store.outputs(task_id) for task_id in tasks}
        return {
            "tasks": tasks,
            "results": {
                task_id: [(Path(one.path).name, Path(one.path).read_bytes(), one.poster) for one in found if one.path]
                for task_id, found in outputs.items()
            },
            "inputs": {task_id: [one.path for one in await store.inputs(task_id)] for task_id in tasks},
            "settings": await store.settings(),
            "sheets": [sheet.name for sheet in await store.sheets(9)],
            "ledger": {task_id: len(await store.ledger(task_id)) for task_id in tasks},
        }
    finally:
        await store.close()


async def add_a_task(profile: Profile, number: int = 150, state: State = State.QUEUED) -> None:
    """Something happens after a backup was made."""
    store = await SqliteStore.open(profile.database)
    await store.add([_task(number, state)], [], None, [])
    await store.close()


def _task(number: int, state: State, values: dict[str, Any] | None = None) -> Task:
    at = NOW + number
    task = Task(
        id=TaskId(f"t{number}"),
        request=Request(
            endpoint="text_to_video", model="gen4.5", values=values or {"promptText": f"p{number}"}, prompt=f"p{number}"
        ),
        created_at=at,
        state=state,
        position=float(number),
    )
    if state is State.QUEUED:
        return task
    task = replace(task, sent_at=at)
    return task if state is State.SENDING else replace(task, remote_id=RemoteId(f"r{number}"), batch_id=BatchId("b1"))


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
