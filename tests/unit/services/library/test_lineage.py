"""Lineage by file content: parents, children, grandparents, copies, takes."""

from __future__ import annotations

import asyncio
from pathlib import Path

from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Input, Output, OutputState, Request, State, Task, TaskId
from runway_desktop.services.library.lineage import Lineage, Tree
from runway_desktop.services.media.input_fixes import FixedFile
from tests.rigs.fakes import MemoryStore


class KnownCopies:
    """Copies that a test names: by path, the bytes of the original."""

    def __init__(self, **origins: str) -> None:
        self.origins = {f"/copies/{sha256}/{name}.png": sha256 for name, sha256 in origins.items()}

    def home_of(self, sha256: str) -> Path:
        return Path("/copies") / sha256

    async def origin(self, copy: Path) -> FixedFile | None:
        sha256 = self.origins.get(str(copy))
        return FixedFile(path=Path("/original"), sha256=sha256) if sha256 else None


class Family:
    def __init__(self) -> None:
        self.store = MemoryStore()
        self.at = 0.0

    async def task(
        self, name: str, made: str = "", used: str = "", path: str = "", parent: str = "", removed: bool = False
    ) -> None:
        """A task whose result has the bytes `made`, made from a file with the bytes `used`."""
        self.at += 1
        task = Task(
            id=TaskId(name),
            request=Request(endpoint="image_to_video", model="gen4.5", prompt=name),
            created_at=self.at,
            state=State.SUCCEEDED,
            parent_id=TaskId(parent) if parent else None,
            removed_at=1.0 if removed else None,
        )
        use = Input(
            task_id=task.id, field_path=("promptImage",), uri="file:///x", sha256=used, path=path, media=Media.IMAGE
        )
        await self.store.add([task], [use] if used or path else [], None, ())
        if made:
            await self.store.save_outputs(
                [Output(task_id=task.id, index=0, url="", url_fetched_at=0, sha256=made, state=OutputState.SAVED)]
            )

    async def around(self, name: str, copies: KnownCopies | None = None) -> Tree:
        tree = await Lineage(self.store).around(TaskId(name), copies or KnownCopies())
        assert tree is not None
        return tree


def names(generations: tuple) -> list[list[str]]:
    return [[tie.row.task.id if tie.row else "" for tie in generation] for generation in generations]


def test_lineage_is_found_by_file_content_in_both_directions():
    async def story() -> None:
        family = Family()
        await family.task("still", made="a")
        await family.task("clip", made="b", used="a")
        await family.task("larger", made="c", used="b")
        await family.task("louder", made="d", used="c")
        tree = await family.around("clip")
        assert names(tree.above) == [["still"]]
        assert names(tree.below) == [["larger"], ["louder"]]
        assert names((await family.around("louder")).above) == [["larger"], ["clip"], ["still"]]
        assert tree.above[0][0].output.sha256 == "a"
        assert tree.takes == ()

    asyncio.run(story())


def test_file_from_elsewhere_is_an_ancestor_without_a_task():
    async def story() -> None:
        family = Family()
        await family.task("clip", made="b", used="z", path="/home/dusk.png")
        tree = await family.around("clip")
        assert names(tree.above) == [[""]]
        assert tree.above[0][0].use.path == "/home/dusk.png"

    asyncio.run(story())


def test_own_copy_counts_as_its_original_in_both_directions():
    async def story() -> None:
        family = Family()
        await family.task("first", made="a")
        await family.task("second", made="b", used="frame", path="/copies/a/last.png")
        copies = KnownCopies(last="a")
        assert names((await family.around("second", copies)).above) == [["first"]]
        below = (await family.around("first", copies)).below
        assert names(below) == [["second"]]
        assert below[0][0].output.task_id == "first"

    asyncio.run(story())


def test_removed_tasks_are_left_out_of_the_lineage():
    async def story() -> None:
        family = Family()
        await family.task("still", made="a", removed=True)
        await family.task("clip", made="b", used="a")
        await family.task("gone", used="b", removed=True)
        tree = await family.around("clip")
        assert names(tree.above) == [[""]]
        assert tree.below == ()

    asyncio.run(story())


def test_first_of_equal_results_is_the_source_and_cycles_end():
    async def story() -> None:
        family = Family()
        await family.task("one", made="a", used="b")
        await family.task("two", made="a")
        await family.task("three", made="b", used="a")
        assert names((await family.around("three")).above) == [["one"], ["three"]]
        assert names((await family.around("three")).below) == [["one"]]

    asyncio.run(story())


def test_takes_include_the_task_itself():
    async def story() -> None:
        family = Family()
        await family.task("one")
        await family.task("two", parent="one")
        await family.task("three", parent="two")
        assert [row.task.id for row in (await family.around("two")).takes] == ["one", "two", "three"]
        assert await Lineage(family.store).around(TaskId("nobody"), KnownCopies()) is None

    asyncio.run(story())
