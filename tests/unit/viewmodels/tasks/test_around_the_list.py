"""Pages, filter, status, details, posters, and conversion of events to signals."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.account import NO_KEY, Fingerprint, ModelLimits, Organization
from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.events import DownloadProgressed, DownloadsCounted, Notice, TaskChanged, TasksAdded
from runway_desktop.domain.failures import Failure, Reason, ReasonCode
from runway_desktop.domain.library import Filter, GroupBy, Page, SortKey
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Evidence, OutputState, Refusal, State, TaskId
from runway_desktop.usecases.commands.requests import EDIT_AND_SEND, RETRY
from runway_desktop.usecases.commands.results import FETCH_AGAIN, REFRESH
from runway_desktop.usecases.listing.changes import Touch
from runway_desktop.usecases.searching.language import STATES
from runway_desktop.usecases.words.states import STATUSES
from runway_desktop.usecases.words.tasks import small_print
from runway_desktop.values import replace
from runway_desktop.viewmodels.tasks.list_filter import ListFilter
from tests.rigs.desktop import Rig, after, rest, until
from tests.rigs.libraries import a_wish
from tests.rigs.rows import saved, task

# Places


async def test_pages_count_their_tasks(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.put(task(1, State.RUNNING, project="Harbour"), task(2), batch="b1")
        async with after(rig.pages.changed):
            rig.pages.refresh()
        found = {entry.title: entry.count for entry in rig.pages.entries()}
        assert found == {
            "All tasks": 2,
            "Live": 1,
            "Queue": 1,
            "Needs attention": 0,
            "Saved": 0,
            "Picks": 0,
            "Projects": None,
            "Harbour": 1,
            "New project…": None,
            "Batches": None,
            "Batch b1": 2,
        }
        assert len({entry.key for entry in rig.pages.entries()}) == 11


async def test_page_counts_follow_changes(tmp_path):
    async with Rig(tmp_path) as rig:
        async with after(rig.pages.changed):
            await rig.add(task(1))
        assert rig.pages.counts.pages[Page.WAITING_HERE] == 1


async def test_counts_requested_while_counting_run_once_more(tmp_path, monkeypatch):
    async with Rig(tmp_path) as rig:
        counted, count, first = [], rig.store.counts, asyncio.Event()

        async def slowly():
            counted.append(len(counted))
            if len(counted) == 1:
                await first.wait()
            return await count()

        monkeypatch.setattr(rig.store, "counts", slowly)
        rig.pages.refresh()
        await until(lambda: counted)
        await rig.put(task(1))
        for _ in range(10):
            rig.pages.refresh()
        first.set()
        await until(lambda: rig.pages.counts.pages.get(Page.ALL) == 1)
        await rest()
        assert len(counted) == 2


async def test_progress_alone_triggers_no_recount(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.engine.bus.tell(DownloadProgressed(TaskId("t1"), 0, 1, 2))
        rig.bridge.flush()
        running = task(1, State.RUNNING)
        await rig.put(running)
        await rig.change(replace(running, progress=0.5, asked_at=9.0))
        assert not rig.pages._timer.isActive()
        await rig.change(replace(running, progress=0.5, asked_at=9.0, rating=4))
        assert rig.pages._timer.isActive()


# Filter


async def test_filters_are_combined_into_one_query(tmp_path):
    async with Rig(tmp_path) as rig:
        chosen = rig.filter
        chosen.open_page(Filter(page=Page.SAVED), "Saved")
        chosen.toggle("state", "failed")
        chosen.toggle("model", "gen4.5")
        chosen.set_today(True)
        async with after(chosen.changed):
            chosen.search("fog")
        asked = rig.rows.listing.filter
        assert asked.page is Page.SAVED
        assert asked.text == "fog"
        assert asked.states == {State.FAILED}
        assert asked.models == {"gen4.5"}
        assert asked.since is not None
        assert asked.since <= rig.clock.now()
        assert chosen.narrows
        chosen.clear()
        assert rig.rows.listing.filter == Filter(page=Page.SAVED)
        assert not chosen.narrows
        chosen.toggle("state", "failed")
        chosen.toggle("state", "failed")
        assert not chosen.narrows


async def test_typing_triggers_one_query(tmp_path):
    async with Rig(tmp_path) as rig:
        asked = []
        rig.filter.changed.connect(lambda: asked.append(rig.rows.listing.filter.text))
        for text in ("f", "fo", "fog"):
            rig.filter.search(text)
        await until(lambda: asked)
        await rest()
        assert asked == ["fog"]


async def test_typed_search_is_queried_before_the_window_updates(tmp_path, monkeypatch):
    """It is painted anew for it, which takes as long as the answer."""
    async with Rig(tmp_path) as rig:
        found = rig.engine.library.beginning
        order: list[str] = []

        async def beginning(*asked: Any) -> Any:
            order.append("asked")
            return await found(*asked)

        monkeypatch.setattr(rig.engine.library, "beginning", beginning)
        rig.filter.changed.connect(lambda: order.append("shown"))
        rig.filter.search("fog")
        await until(lambda: "shown" in order)
        assert order == ["asked", "shown"]


async def test_search_is_parsed_once_and_day_filters_follow_the_clock(tmp_path):
    async with Rig(tmp_path) as rig:
        chosen = rig.filter
        chosen.search("batch:shots fog")
        asked = chosen.listing.filter
        assert chosen.listing.filter is asked
        chosen.search("batch:shots fo")
        assert chosen.listing.filter.text == "fo"
        chosen.open_page(Filter(page=Page.SAVED), "Saved")
        assert chosen.listing.filter.page is Page.SAVED
        chosen.search("date:today")
        before = chosen.listing.filter.since
        await rig.clock.advance(2 * 86_400.0)
        assert chosen.listing.filter.since > before


async def test_sorting_and_grouping_are_remembered_but_filters_are_not(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.filter.group_by(GroupBy.DAY)
        rig.filter.sort_by(SortKey.COST, descending=False)
        rig.filter.toggle("state", "failed")
        other = ListFilter(rig.cases, rig.rows, rig.owner)
        other.restore()
        listing = other.listing
        assert (listing.group, listing.sort, listing.descending) == (GroupBy.DAY, SortKey.COST, False)
        assert not other.narrows


def test_every_state_belongs_to_exactly_one_filter():
    named = [state for word in STATUSES for state in STATES[word]]
    assert sorted(named) == sorted(State)


# Status


async def test_status_line_shows_running_waiting_and_remaining_today(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.put(task(1, State.RUNNING), task(2))
        async with after(rig.pages.changed):
            rig.pages.refresh()
        rig.engine.account.organization = Organization(
            balance=8412, limits={"gen4.5": ModelLimits(daily=10)}, daily_used={"gen4.5": 4}
        )
        rig.engine.bus.tell(DownloadsCounted(2, 3, 1_500_000))
        status = rig.models.status
        assert status.left_parts() == ["1 live", "1 queued"]
        rig.bridge.tasks_touched.emit({TaskId("t9"): Touch(states=[State.SENDING])})
        # The page counts it as queued, too.
        assert status.left_parts() == ["1 live", "1 being sent"]
        rig.bridge.tasks_touched.emit({TaskId("t9"): Touch(task=task(9, State.RUNNING))})
        assert status.right_parts("gen4.5") == ["6 generations left today for Gen-4.5"]
        assert status.going().text == "Saving 2"
        assert status.balance_words() == "8,412 credits"
        await rig.engine.lane.pause()
        assert "Sending paused" in status.left_parts()


# Bridge and runner


async def test_changes_are_collected_and_the_first_former_value_is_kept(tmp_path):
    async with Rig(tmp_path) as rig:
        told = []
        rig.bridge.tasks_touched.connect(told.append)
        one = task(1, State.PENDING)
        two, three = replace(one, state=State.RUNNING), replace(one, state=State.SUCCEEDED)
        rig.engine.bus.tell(TaskChanged(two, one))
        rig.engine.bus.tell(TaskChanged(three, two))
        await until(lambda: told)
        [touch] = told[0].values()
        assert (touch.before, touch.task, touch.states) == (one, three, [State.RUNNING, State.SUCCEEDED])
        assert len(told) == 1


async def test_global_events_are_passed_on_at_once(tmp_path):
    async with Rig(tmp_path) as rig:
        told = []
        rig.bridge.tasks_added.connect(told.append)
        rig.bridge.notice.connect(told.append)
        rig.engine.bus.tell(TasksAdded((task(1),)))
        rig.engine.bus.tell(Notice("Something."))
        assert len(told) == 2


async def test_environment_errors_are_reported_to_the_person_and_program_errors_logged(tmp_path):
    async with Rig(tmp_path) as rig:

        async def fails(error: Exception) -> None:
            raise error

        rig.runner(fails(StoreError("The disk is full.")), "store")
        heard = []
        rig.runner(fails(StoreError("Twice.")), "store", failed=lambda error: heard.append(str(error)))
        rig.runner(fails(ValueError("a bug")), "bug")
        await until(lambda: rig.notices and heard and rig.bugs)
        assert "The disk is full." in rig.told[0]
        assert [name for name, _ in rig.bugs] == ["bug"]
        rig.bugs.clear()


async def test_work_canceled_before_its_start_ends_silently(tmp_path):
    async with Rig(tmp_path) as rig:
        begun = []

        async def never() -> None:
            begun.append(True)

        work = rig.runner(never(), "never")
        work.cancel()
        await rest()
        assert work.cancelled()
        assert not begun
        assert rig.told == []


# Details


async def show(rig: Rig, one, *outputs):
    await rig.shown(one, outputs=outputs)
    async with after(rig.details.changed):
        rig.details.choose([one.id])
    await until(lambda: rig.details.row is not None)
    await rest()
    return {fact.label: fact.text for fact in rig.details.facts()}


async def test_task_that_was_queued_at_runway_says_for_how_long(tmp_path):
    async with Rig(tmp_path) as rig:
        one = task(1, State.SUCCEEDED, sent_at=1_000.0, running_since=1_012.0, ended_at=1_083.0)
        facts = await show(rig, one, saved(one, "/library/day/clip.mp4"))
        assert facts["Generated in"] == "71 s, queued 12 s before"


async def test_saved_task_shows_all_its_details(tmp_path):
    async with Rig(tmp_path) as rig:
        one = task(1, State.SUCCEEDED, cost_credits=60.0, estimated_credits=70.0, project="Harbour")
        facts = await show(rig, one, saved(one, "/library/day/clip.mp4"))
        assert facts["Model"] == "Gen-4.5 · Text → video"
        assert facts["Cost"] == "60 credits (estimated at most 70) · $0.60"
        assert facts["File"] == "clip.mp4 · 1.2 MB"
        assert facts["Project"] == "Harbour"
        assert facts["Generated in"] == "60 s"
        assert facts["Task ID"] == one.remote_id
        assert facts["Link"].startswith("valid until about")
        assert rig.details.showing[0].path == Path("/library/day/clip.mp4")
        assert rig.details.next_step() is None


async def test_task_with_a_name_still_shows_its_prompt(tmp_path):
    async with Rig(tmp_path) as rig:
        one = task(1, State.SUCCEEDED, "A red fox", title="Shot 7")
        assert (await show(rig, one))["Prompt"] == "A red fox"


THEIRS = Fingerprint("theirs")


@pytest.mark.parametrize(
    ("state", "members", "says"),
    [
        (State.UNCERTAIN, {}, "Runway didn't answer"),
        (
            State.UNCERTAIN,
            {"evidence": Evidence(cause=Reason(ReasonCode.NO_REPLY, words="The connection was cut."))},
            "The connection was cut.",
        ),
        (State.GONE, {}, "Runway no longer knows this task"),
        (State.GONE, {"adopted": True}, "Runway doesn't know this task. It was deleted"),
        (State.RUNNING, {"hidden_from": THEIRS}, "This task was made with another key."),
        (State.RUNNING, {"hidden_from": THEIRS, "key": NO_KEY}, "This key can't see this task."),
        (State.RUNNING, {}, ""),
        (State.CANCELLED, {}, ""),
    ],
)
async def test_problem_of_a_task_is_described_in_words(tmp_path, state, members, says):
    async with Rig(tmp_path) as rig:
        await show(rig, task(1, state, **members))
        assert rig.details.trouble().startswith(says)
        assert bool(rig.details.trouble()) is bool(says)


@pytest.mark.parametrize(("state", "members"), [(State.GONE, {}), (State.RUNNING, {"hidden_from": THEIRS})])
async def test_task_unknown_to_runway_or_this_key_has_a_refresh_button(tmp_path, state, members):
    async with Rig(tmp_path) as rig:
        await show(rig, task(1, state, **members))
        step = rig.details.next_step()
        assert step is not None
        assert (step.command, step.text) == (REFRESH, "Refresh")


async def test_refusal_names_its_field_and_offers_edit_and_send(tmp_path):
    async with Rig(tmp_path) as rig:
        await show(
            rig,
            task(
                1,
                State.FAILED,
                failure=Failure(code="REQUEST.REFUSED", words="Invalid."),
                refusals=(Refusal(path=("ratio",), message="Not this ratio."),),
            ),
        )
        assert "Ratio: Not this ratio." in rig.details.trouble().replace("Shape", "Ratio").replace("Size", "Ratio")
        assert rig.details.next_step().command is EDIT_AND_SEND
        assert "REQUEST.REFUSED" in small_print(rig.details.row.task)


@pytest.mark.parametrize("state", [OutputState.FAILED, OutputState.WAITING])
async def test_reason_why_a_result_is_not_saved_is_shown_once(tmp_path, state):
    async with Rig(tmp_path) as rig:
        problem = "Runway can't be reached. Saving continues automatically."
        one = task(1, State.SUCCEEDED)
        await show(rig, one, saved(one, state=state, problem=Reason(ReasonCode.NOT_REACHED)))
        words = rig.details.state_words()
        assert words is not None
        said = [words.headline, words.detail, rig.details.trouble(), *(fact.text for fact in rig.details.facts())]
        assert [text for text in said if problem in text] == [problem]
        assert words.headline == "Done, not saved yet"


async def test_failure_at_runway_offers_retry_and_an_unsaved_result_offers_saving(tmp_path):
    async with Rig(tmp_path) as rig:
        await show(rig, task(1, State.FAILED, failure=Failure(code="INTERNAL")))
        assert rig.details.next_step().command is RETRY
        two = task(2, State.SUCCEEDED)
        await show(rig, two, saved(two, state=OutputState.FAILED, problem=Reason(ReasonCode.DISK_FULL, "/library")))
        assert rig.details.next_step().command is FETCH_AGAIN
        assert rig.details.trouble().startswith("The disk with “/library” is full.")


async def test_details_follow_the_task_live(tmp_path):
    async with Rig(tmp_path) as rig:
        await show(rig, task(1, State.RUNNING))
        await rig.change(replace(await rig.by_id(1), state=State.SUCCEEDED))
        await rig.output(saved(await rig.by_id(1)))
        await until(lambda: rig.details.showing and rig.details.showing[0].path)


async def test_late_details_of_a_former_selection_are_discarded(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.shown(task(1), task(2))
        rig.details.choose([TaskId("t1")])
        rig.details.choose([TaskId("t2")])
        await rest()
        assert rig.details.row.task.id == "t2"
        rig.details.choose([])
        await rest()
        assert rig.details.row is None
        assert rig.details.facts() == []


async def test_details_name_the_requesting_program_and_its_purpose(tmp_path):
    async with Rig(tmp_path) as rig:
        assert "Requested by" not in await show(rig, task(3, State.SUCCEEDED))
        one = task(1, State.SUCCEEDED)
        asked = replace(a_wish("claude-code", one), request_id="shot-090-take-1")
        await rig.store.note_client_request(asked)
        facts = await show(rig, one)
        assert facts["Requested by"] == "Claude Code (request shot-090-take-1) · Approved"
        assert "Originally" not in facts
        two = task(2, State.SUCCEEDED)
        other = replace(two.request, model="veo3.1", values={"promptText": "A wolf"}, prompt="A wolf")
        await rig.store.note_client_request(replace(a_wish("kiosk", two), request_id="without 0f", request=other))
        facts = await show(rig, two)
        assert facts["Requested by"] == "kiosk · Edited and approved"
        assert facts["Originally"] == "Veo 3.1 · A wolf"


async def test_selected_tasks_are_counted(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.shown(task(1), task(2))
        rig.details.choose([TaskId("t1"), TaskId("t2")])
        assert rig.details.showing[0].text == "2 tasks selected"


async def test_download_progress_does_not_reread_the_store(tmp_path):
    async with Rig(tmp_path) as rig:
        one = task(1, State.SUCCEEDED)
        await show(rig, one, saved(one, state=OutputState.DOWNLOADING))
        asked = rig.details._asked
        moved = []
        rig.details.changed.connect(lambda: moved.append(1))
        rig.engine.bus.tell(DownloadProgressed(one.id, 0, 5, 10))
        rig.bridge.flush()
        assert moved
        assert rig.details._asked == asked


# Posters


async def test_each_saved_result_requests_its_poster_once(tmp_path):
    async with Rig(tmp_path) as rig:
        wanted = []
        rig.models.posters.wanted.connect(lambda path, media, target: wanted.append((path, media, target)))
        one, two = task(1, State.SUCCEEDED), task(2, State.SUCCEEDED)
        await rig.shown(
            one, two, outputs=[saved(one, "/library/a.mp4"), saved(two, "/library/b.zip", media=Media.OTHER)]
        )
        await until(lambda: wanted)
        await rig.output(saved(one, "/library/a.mp4"))
        assert [(path, media) for path, media, _ in wanted] == [(Path("/library/a.mp4"), Media.VIDEO)]
        poster = wanted[0][2]
        assert poster.parent == tmp_path / "posters"
        rig.models.posters.made("/library/a.mp4", str(poster), 1280, 720, 5.0)
        await until(lambda: rig.rows.row_of(one.id).outputs[0].poster == str(poster))


async def test_poster_of_an_unknown_result_is_ignored(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.models.posters.made("/library/else.mp4", "x.jpg", 1, 1, 0)
        await rest()
