"""Links that are handed on: fresh where they can be, honest where they cannot, and never the cause of a loss."""

from __future__ import annotations

from runway_desktop.domain.errors import NotReached
from runway_desktop.domain.events import OutputChanged
from runway_desktop.domain.failures import WhyNot
from runway_desktop.domain.moments import LinkLife
from runway_desktop.domain.task import OutputState
from runway_desktop.services.results.fresh_links import YOUNG
from runway_desktop.values import replace
from tests.rigs.engine_rig import request
from tests.rigs.fake_runway import remote_id
from tests.unit.services.results.links_bench import HOUR, Bench


async def test_young_result_link_is_returned_unchanged():
    async with Bench() as desk:
        task_id = await desk.succeeded()
        await desk.clock.advance(YOUNG - 1)
        handed = await desk.links.hand_on([task_id])
        assert [output.url for output in handed.outputs] == ["https://out.example/1.mp4?sig=old"]
        assert handed.life == LinkLife(desk.clock.now() - YOUNG + 1)
        assert desk.runway.calls == []


async def test_older_result_link_is_renewed_and_stored():
    async with Bench() as desk:
        task_id = await desk.succeeded()
        await desk.clock.advance(2 * HOUR)
        desk.answer(1, "https://out.example/1.mp4?sig=new")
        handed = await desk.links.hand_on([task_id])
        assert [output.url for output in handed.outputs] == ["https://out.example/1.mp4?sig=new"]
        assert handed.life == LinkLife(desk.clock.now())
        [stored] = await desk.store.outputs(task_id)
        assert (stored.url, stored.url_fetched_at) == ("https://out.example/1.mp4?sig=new", desk.clock.now())
        assert desk.told(OutputChanged)[-1].output == stored


async def test_renewing_a_link_keeps_what_is_known_of_the_saved_result():
    async with Bench() as desk:
        task_id = await desk.succeeded()
        await desk.clock.advance(2 * HOUR)
        [waiting] = await desk.store.outputs(task_id)
        saved = replace(waiting, state=OutputState.SAVED, path="/library/a.mp4", size=7, sha256="ab")
        await desk.store.save_output(saved)
        await desk.links.hand_on([task_id])
        [stored] = await desk.store.outputs(task_id)
        assert replace(stored, url_fetched_at=saved.url_fetched_at) == saved


async def test_links_of_many_tasks_are_returned_in_order_with_all_results():
    async with Bench() as desk:
        first = await desk.succeeded(1, "https://out.example/1a", "https://out.example/1b")
        second = await desk.succeeded(2)
        handed = await desk.links.hand_on([second, first, second])
        assert [(output.task_id, output.index) for output in handed.outputs] == [(second, 0), (first, 0), (first, 1)]
        assert handed.failed == {}


async def test_known_link_is_returned_offline_while_it_may_work():
    async with Bench() as desk:
        task_id = await desk.succeeded()
        desk.runway.always("task", NotReached("There is no network."))
        await desk.clock.advance(47 * HOUR)
        handed = await desk.links.hand_on([task_id])
        assert handed.life == LinkLife(desk.clock.now() - 47 * HOUR)
        await desk.clock.advance(HOUR)
        handed = await desk.links.hand_on([task_id])
        assert handed.outputs == ()
        assert handed.life is None
        assert str(handed.failed[task_id]) == "There is no network."


async def test_404_while_renewing_a_link_deletes_nothing_here():
    async with Bench() as desk:
        task_id = await desk.succeeded()
        await desk.clock.advance(2 * HOUR)
        desk.runway.vanish(remote_id(1))
        handed = await desk.links.hand_on([task_id])
        assert handed.failed == {}
        await desk.clock.advance(HOUR)
        handed = await desk.links.hand_on([task_id])
        assert handed.failed == {task_id: WhyNot.UNKNOWN_HAS_NO_LINK}
        assert (await desk.task(task_id)).deleted_remotely
        [stored] = await desk.store.outputs(task_id)
        assert stored.state is OutputState.WAITING
        again = await desk.links.hand_on([task_id])
        assert again.failed == {task_id: WhyNot.DELETED_HAS_NO_LINK}


async def test_task_never_at_runway_has_no_link():
    async with Bench() as desk:
        [task_id] = await desk.submit(request())
        handed = await desk.links.hand_on([task_id])
        assert handed.failed == {task_id: WhyNot.UNSENT_HAS_NO_LINK}
        assert desk.runway.named("task") == []
