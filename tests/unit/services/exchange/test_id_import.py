"""Ids from a log are told apart before anything is done, and adopted with what the log said of them."""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from runway_desktop.domain.task import State
from runway_desktop.services.disk.disk_space import DiskSpace
from runway_desktop.services.exchange.exchange import FEW, Exchange, ResultsFolder, TaskIds
from runway_desktop.services.exchange.id_search import IdsLook, IdStanding
from runway_desktop.services.intake.gathered import Gathered
from runway_desktop.services.intake.intake import Intake
from runway_desktop.services.intake.reading import Dropped
from runway_desktop.values import replace
from tests.rigs.engine_rig import CATALOG, AtOnce, Rig, request
from tests.rigs.exchange_results import Results, a_task
from tests.rigs.fake_runway import remote_id

LINE = '2026-03-09 14:06:01 INFO created task {} (gen4.5) prompt="A red fox {}"'


def log(*numbers: int) -> str:
    return "\n".join(LINE.format(remote_id(number), number) for number in numbers)


@asynccontextmanager
async def a_desk(rig: Rig) -> AsyncIterator[Exchange]:
    async with rig:
        intake = Intake(CATALOG, AtOnce())
        store, actions, bus = rig.store, rig.actions, rig.bus
        yield Exchange(
            rig.ledger, store, rig.adoption, actions, CATALOG, rig.settings, bus, rig.clock, intake, AtOnce(),
            DiskSpace(),
        )  # fmt: skip


def standings(look: IdsLook) -> list[IdStanding]:
    return [entry.standing for entry in look.entries]


async def test_id_preview_distinguishes_new_known_removed_and_invalid_ids(tmp_path):
    rig = Rig(loops=())
    async with a_desk(rig) as exchange:
        await rig.ledger.take_in([a_task(1), a_task(2)], [])
        await rig.actions.remove([a_task(2).id])
        text = log(1, 2, 3) + f"\nhttps://cdn.example.com/{remote_id(4)}/x.mp4\nspan {uuid.uuid1()}"
        look = await exchange.ids.look(Dropped(text=text))
        assert standings(look) == [
            IdStanding.KNOWN, IdStanding.REMOVED, IdStanding.NEW, IdStanding.ELSE, IdStanding.NO_ID,
        ]  # fmt: skip
        assert [entry.standing.is_worth_asking for entry in look.entries] == [False, False, True, False, False]
        assert len(rig.store.tasks) == 2


async def test_id_unknown_to_runway_may_be_tried_again():
    rig = Rig(loops=("poller",))
    async with a_desk(rig) as exchange:
        [gone] = (await rig.adoption.adopt([remote_id(1)])).added
        await rig.clock.advance(60)
        assert await rig.state(gone) is State.GONE
        look = await exchange.ids.look(Dropped(text=log(1)))
        assert standings(look) == [IdStanding.MISSED]
        assert look.entries[0].standing.is_worth_asking
        rig.runway.say(remote_id(1), "RUNNING")
        adoption = await exchange.ids.adopt([entry.found for entry in look.entries])
        assert adoption.known == (gone,)
        await rig.clock.advance(10)
        assert await rig.state(gone) is State.RUNNING


async def test_several_files_are_one_list_and_an_unreadable_one_gets_a_sentence(tmp_path):
    rig = Rig(loops=())
    (tmp_path / "a.log").write_text(log(1, 2), encoding="utf-8")
    (tmp_path / "b.log").write_text(log(2, 3), encoding="utf-8")
    (tmp_path / "film.log").write_bytes(b"\0\1")
    async with a_desk(rig) as exchange:
        paths = [tmp_path / name for name in ("a.log", "b.log", "film.log", "gone.log")]
        look = await exchange.ids.look(Dropped(paths=tuple(paths)))
        assert [entry.found.remote_id for entry in look.entries] == [remote_id(1), remote_id(2), remote_id(3)]
        assert str(look.troubles[0]) == "“film.log” is not a text file."
        assert str(look.troubles[1]).startswith("There is no file “")


async def test_adopted_tasks_keep_log_data_and_get_the_rest_from_runway():
    rig = Rig()
    rig.runway.finish(remote_id(1), "https://x.example/fox.mp4")
    rig.runway.vanish(remote_id(2))
    async with a_desk(rig) as exchange:
        look = await exchange.ids.look(Dropped(text=log(1, 2)))
        adoption = await exchange.ids.adopt([entry.found for entry in look.entries])
        await rig.clock.advance(60)
        found, gone = [await rig.task(task_id) for task_id in adoption.added]
        assert (found.state, found.request.prompt, found.request.model) == (State.SUCCEEDED, "A red fox 1", "gen4.5")
        assert found.adopted
        assert len(await rig.store.outputs(found.id)) == 1
        assert gone.state is State.GONE


async def test_repeated_adoption_duplicates_nothing_and_restores_removed_tasks():
    rig = Rig(loops=())
    async with a_desk(rig) as exchange:
        look = await exchange.ids.look(Dropped(text=log(1, 2)))
        chosen = [entry.found for entry in look.entries]
        first = await exchange.ids.adopt(chosen)
        await rig.actions.remove(first.added)
        second = await exchange.ids.adopt(chosen)
        assert (second.added, second.known) == ((), first.added)
        assert [(await rig.task(one)).removed_at for one in first.added] == [None, None]


async def test_thousands_of_ids_are_adopted_in_pages():
    rig = Rig(loops=())
    async with a_desk(rig) as exchange:
        look = await exchange.ids.look(Dropped(text=log(*range(1, 1201))))
        writes = rig.store.writes
        adoption = await exchange.ids.adopt([entry.found for entry in look.entries])
        assert len(adoption.added) == 1200
        assert rig.store.writes == writes + 3


TABLE = "task id,prompt,model\n" + "\n".join(f"{remote_id(n)},A fox {n},gen4.5" for n in range(3))
PROMPTS = f"A red fox in the snow\nA gull over {remote_id(1)}\nA lighthouse"


@pytest.mark.parametrize(
    ("name", "text", "brought"),
    [
        ("run.log", log(1), TaskIds),
        ("run.log", "nothing of interest", Gathered),
        ("run.txt", log(1, 2) + "\n2026-03-09 14:07:00 DEBUG waiting\n2026-03-09 14:07:05 DEBUG waiting", TaskIds),
        ("prompts.txt", PROMPTS, Gathered),
        ("prompts.txt", f"Show task {remote_id(1)} again, but with more fog", Gathered),
        ("ids.txt", "\n".join(remote_id(n) for n in range(FEW)), Gathered),
        ("ids.txt", "\n".join(remote_id(n) for n in range(FEW + 1)), TaskIds),
        ("shots.csv", "prompt,model\nA fox,gen4.5\nA gull,gen4.5", Gathered),
        ("shots.csv", f"prompt,id\nA fox,\nA gull,\nA cat,\n,{remote_id(1)}", Gathered),
        ("runs.csv", TABLE, TaskIds),
        ("runs.csv", "sep=;\n" + TABLE.replace(",", ";"), TaskIds),
        ("runs.jsonl", "\n".join(json.dumps({"id": remote_id(n), "prompt": "A fox"}) for n in range(3)), TaskIds),
        ("shots.jsonl", "\n".join(json.dumps({"prompt": f"A fox {n}"}) for n in range(3)), Gathered),
        ("runs.json", json.dumps([{"runway_id": remote_id(n), "prompt": "A fox"} for n in range(3)]), TaskIds),
        ("answer.json", json.dumps({"id": remote_id(1), "status": "PENDING"}), Gathered),
        ("clip.mp4", log(1), Gathered),
    ],
)  # fmt: skip
async def test_dropped_file_is_a_log_only_if_it_reads_like_one(tmp_path, name, text, brought):
    rig = Rig(loops=())
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    async with a_desk(rig) as exchange:
        assert isinstance(await exchange.gather(Dropped(paths=(path,))), brought)
        if path.suffix in (".txt", ".json"):
            assert isinstance(await exchange.gather(Dropped(text=text)), brought)


async def test_sidecar_is_no_log_and_a_log_beside_a_picture_neither(tmp_path):
    rig = Rig(loops=())
    results = Results(tmp_path / "old")
    [output] = await results.put(a_task(1))
    (tmp_path / "run.log").write_text(log(1), encoding="utf-8")
    async with a_desk(rig) as exchange:
        assert isinstance(await exchange.gather(Dropped(paths=(Path(f"{output.path}.json"),))), Gathered)
        assert isinstance(await exchange.gather(Dropped(paths=(tmp_path / "run.log", Path(output.path)))), Gathered)
        assert isinstance(await exchange.gather(Dropped(paths=(tmp_path / "gone.log",))), Gathered)


async def test_folder_with_new_results_is_imported_and_one_of_known_results_is_inputs(tmp_path):
    rig = Rig(loops=())
    results = Results(tmp_path / "old")
    outputs = await results.put(a_task(1))
    async with a_desk(rig) as exchange:
        assert isinstance(await exchange.gather(Dropped(paths=(results.folder,))), ResultsFolder)
        await rig.ledger.take_in([a_task(1)], outputs)
        assert isinstance(await exchange.gather(Dropped(paths=(results.folder,))), Gathered)
        await rig.actions.remove([a_task(1).id])
        assert isinstance(await exchange.gather(Dropped(paths=(results.folder,))), ResultsFolder)
        (tmp_path / "pictures").mkdir()
        assert isinstance(await exchange.gather(Dropped(paths=(tmp_path / "pictures",))), Gathered)


async def test_adopted_task_of_a_known_model_has_neither_endpoint_nor_settings():
    rig = Rig(loops=())
    async with a_desk(rig) as exchange:
        look = await exchange.ids.look(Dropped(text=log(1)))
        [task_id] = (await exchange.ids.adopt([look.entries[0].found])).added
        assert (await rig.task(task_id)).request == replace(
            request("A red fox 1", endpoint="", model="gen4.5"), values={}
        )


@dataclass
class Opened:
    """Which files were opened, as the interpreter tells it. A hook cannot be taken away again: it is switched off."""

    paths: list[str] = field(default_factory=list)
    is_on: bool = True

    def hear(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.is_on and event == "open":
            self.paths.append(str(arguments[0]))


@pytest.fixture
def opened() -> Iterator[Opened]:
    hearing = Opened()
    sys.addaudithook(hearing.hear)
    yield hearing
    hearing.is_on = False


@pytest.mark.parametrize(
    ("name", "text", "brought"),
    [
        ("run.log", log(1, 2), TaskIds),
        ("runs.csv", TABLE, TaskIds),
        ("prompts.txt", PROMPTS, Gathered),
        ("shots.json", json.dumps([{"prompt": "A fox"}, {"prompt": "A gull"}]), Gathered),
        ("shots.csv", "prompt,model\nA fox,gen4.5", Gathered),
    ],
)
async def test_dropped_text_file_is_opened_once(tmp_path, opened, name, text, brought):
    rig = Rig(loops=())
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    opened.paths.clear()
    async with a_desk(rig) as exchange:
        assert isinstance(await exchange.gather(Dropped(paths=(path,))), brought)
    assert opened.paths.count(str(path)) == 1


async def test_dropped_log_is_imported_or_used_as_prompts_without_reopening(tmp_path, opened):
    rig = Rig(loops=())
    path = tmp_path / "run.txt"
    path.write_text(log(1, 2), encoding="utf-8")
    opened.paths.clear()
    async with a_desk(rig) as exchange:
        ids = await exchange.gather(Dropped(paths=(path,)))
        assert isinstance(ids, TaskIds)
        look = await exchange.ids.look(ids.dropped, ids.searches)
        assert [entry.found.remote_id for entry in look.entries] == [remote_id(1), remote_id(2)]
        otherwise = await exchange.gather(ids.dropped, for_import=False)
        assert isinstance(otherwise, Gathered)
        assert len(otherwise.drafts) == 2
    assert opened.paths.count(str(path)) == 1
