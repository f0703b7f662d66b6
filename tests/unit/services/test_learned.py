"""Workflows are read from Runway once for each version, kept in the list, and told to the catalog."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from runway_desktop.catalog import Catalog
from runway_desktop.domain.errors import NotReached, NotThere
from runway_desktop.domain.library import Document
from runway_desktop.domain.workflows.routing import Router
from runway_desktop.domain.workflows.runs import WORKFLOW
from runway_desktop.services.learned import Routers, Workflows
from runway_desktop.simulator.workflows import DEMO_WORKFLOWS, Workflow
from runway_desktop.values import as_json
from tests.rigs.fake_runway import FakeRunway
from tests.rigs.fakes import FakeClock, MemoryStore

NEW, OLD, PLATE = DEMO_WORKFLOWS


class Published:
    def __init__(self) -> None:
        self.workers = ThreadPoolExecutor(1)
        self.store, self.runway, self.catalog = MemoryStore(), FakeRunway(), Catalog.load()
        self.workflows = Workflows(self.store, self.runway, self.catalog, FakeClock(), self.workers)

    def say(self, *versions: Workflow) -> None:
        self.runway.always("workflows", [[one.id] for one in versions])
        self.runway.always("workflow", lambda asked: json.dumps(next(v for v in versions if v.id == asked).as_json()))

    def asked(self) -> list[str]:
        return [call.arguments[0] for call in self.runway.calls if call.name == "workflow"]

    def offered(self) -> tuple[str, ...]:
        found = self.catalog.endpoint(WORKFLOW)
        assert found is not None
        return found.models


@pytest.fixture
def published() -> Iterator[Published]:
    made = Published()
    yield made
    made.workers.shutdown()


async def test_each_version_is_read_once_and_kept(published: Published):
    published.say(NEW, OLD, PLATE)
    await published.workflows.refresh()
    await published.workflows.refresh()
    assert published.asked() == [NEW.id, OLD.id, PLATE.id]
    assert len(await published.store.documents(Document.WORKFLOW)) == 3
    assert [(one.name, [v.number for v in one.versions]) for one in published.workflows.all()] == [
        ("Plate to clip", [2]), ("Product turntable", [4, 3]),
    ]  # fmt: skip


async def test_version_that_is_gone_stays_known_and_is_not_offered_until_it_is_back(published: Published):
    published.say(NEW, PLATE)
    await published.workflows.refresh()
    published.say(PLATE)
    await published.workflows.refresh()
    pair = published.catalog.pair(WORKFLOW, NEW.id)
    assert pair is not None
    assert pair.is_gone
    assert published.offered() == (PLATE.id,)
    assert [one.name for one in published.workflows.all()] == ["Plate to clip", "Product turntable"]

    published.say(NEW, PLATE)
    await published.workflows.refresh()
    assert set(published.offered()) == {NEW.id, PLATE.id}


async def test_failure_keeps_what_was_read_before_it(published: Published):
    published.say(NEW, OLD)
    published.runway.then("workflow", json.dumps(NEW.as_json()), NotReached("Runway can't be reached."))
    with pytest.raises(NotReached):
        await published.workflows.refresh()
    assert published.offered() == (NEW.id,)
    await published.workflows.refresh()
    assert published.asked() == [NEW.id, OLD.id, OLD.id]


@pytest.mark.parametrize("answer", [NotThere("There is none."), "{}", json.dumps(PLATE.as_json())])
async def test_version_that_cannot_be_read_costs_no_other_one(published: Published, answer: object):
    published.say(NEW, OLD)
    published.runway.then("workflow", answer)
    await published.workflows.refresh()
    assert published.offered() == (OLD.id,)


async def test_old_versions_of_a_workflow_are_not_read(published: Published):
    versions = tuple(f"{NEW.id[:-3]}{number:03}" for number in range(300, 0, -1))
    published.runway.always("workflows", [versions])
    published.runway.always("workflow", lambda asked: json.dumps({**NEW.as_json(), "id": asked}))
    await published.workflows.refresh()
    assert published.asked() == list(versions[:5])
    assert published.offered() == versions[:5]


async def test_stored_router_that_cannot_be_read_keeps_no_one_from_starting():
    catalog = Catalog.load()
    routers = Routers(MemoryStore(), FakeRunway(), catalog, FakeClock())
    everyday = json.dumps(as_json(Router(id="17f2", slug="everyday", name="Everyday")))
    routers.learn(["{", "[]", '{"router": {}, "is_gone": false}', everyday])
    assert [pair.model for pair in catalog.pairs() if pair.endpoint == "generate_audio"] == ["everyday"]
