"""What an editor types during a day, and what must come first: on the real commands, catalog and preferences.

Halves of words, other words for the same thing, two words in any order, a slip of the finger. Return on what comes
first must never destroy or pay by accident.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import pytest

from runway_desktop.app.commands import COMMANDS
from runway_desktop.domain.failures import Failure
from runway_desktop.domain.library import Filter, Page
from runway_desktop.domain.task import State, TaskId
from runway_desktop.rooms.palette.entry import PaletteHost
from runway_desktop.rooms.palette.model import PaletteModel
from runway_desktop.rooms.preferences.model.table import offers
from runway_desktop.usecases.commands.tasks import TASKS
from runway_desktop.usecases.palette.palette import Heading, Offer
from tests.rigs.desktop import Desktop, rest, until
from tests.rigs.rows import saved, task

NOTHING, ONE, THREE, FAILED, QUEUED = (), ("t1",), ("t1", "t2", "t3"), ("t4",), ("t5",)
SELECTIONS = {"nothing": NOTHING, "one": ONE, "three": THREE, "failed": FAILED, "queued": QUEUED}


@asynccontextmanager
async def palette(rig: Desktop, theme, selected: tuple[str, ...], page: Page = Page.ALL) -> AsyncIterator[PaletteModel]:
    """Opened on a list of three saved results, a failed and a queued task, and closed again: a panel would show each
    search."""
    done = [task(number, State.SUCCEEDED) for number in (1, 2, 3)]
    await rig.put(
        *done,
        task(4, State.FAILED, failure=Failure(code="INTERNAL")),
        task(5, State.QUEUED),
        outputs=[saved(one, f"/library/{one.id}.mp4") for one in done],
    )
    rig.rows.refresh()
    await until(lambda: rig.rows.task_count == 5)
    await rig.fetch_rows()
    if page is not Page.ALL:
        rig.filter.open_page(Filter(page=page), "Queue")
    rig.window.view.select([TaskId(one) for one in selected])
    model = PaletteModel(rig.cases, rig.runner, rig.composer, rig.pages, partial(offers, rig.cases), rig.owner)
    host = PaletteHost(model, rig.window, theme)
    host.toggle()
    await until(lambda: host.panel)
    host.toggle()
    await rest()
    yield model


def first(model: PaletteModel, typed: str) -> Offer | None:
    model.search(typed)
    found = [one.offer for group in model.arranged.groups for one in group.shown]
    return next((one for one in found if one.id == model.arranged.best), None)


INTENTS: dict[str, dict[str, str]] = {
    "nothing": {
        "": "command:request.new",
        "refund": "meaning:Credits of failed and canceled tasks",
        "money back": "meaning:Credits of failed and canceled tasks",
        "export csv": "task:export",
        "trash": "task:delete file",
        "move to folder": "setting:library_folder",
        "api key": "setting:Key",
        "mute": "setting:muted",
        "budget": "setting:Money",
        "cap 500": "setting:Money",
        "about": "setting:About",
        "dark": "setting:theme=dark",
        "dark mode": "setting:theme=dark",
        "light": "setting:theme=light",
        "text size": "setting:text_size=90",
        "text size 125": "setting:text_size=125",
        "german": "setting:language",
        "deutsch": "setting:language",
        "wipe": "command:compare.chosen",
        "price": "command:spending",
        "seed": "task:new seed",
        "restore": "command:profile.restore",
        "reduce mot": "setting:reduce_motion",
        "new req": "command:request.new",
        "generate": "command:request.new",
        "setings": "command:preferences",
        "hotkeys": "command:shortcuts",
        "balance": "command:spending",
        "how to": "command:help",
        "sidebar": "command:panes.places",
        "stop send": "command:sending.pause",
        "prompt hist": "command:request.recall",
        "posters larg": "command:grid.in",
        "batch": "command:sheet.new",
        "gen4.5": "model:image_to_video/gen4.5",
        "waiting": "place:waiting here",
        "failed": "place:needs attention",
        "login": "setting:Key",
        "exit": "command:quit",
        "log": "command:log.show",
        "retry": "task:retry",
    },
    "one": {
        "": "task:open",
        "trash": "task:delete file",
        "show in finder": "task:show file",
        "copy li": "task:copy link",
        "link": "task:copy link",
        "variation": "task:new seed",
        "seed": "task:new seed",
        "seed same": "task:new seed",
        "rate 5": "command:judge.rate.5",
        "favorite": "command:judge.pick",
        "move to folder": "command:judge.project",
        "comment": "command:judge.note",
        "titl": "task:rename",
        "renmae": "task:rename",
        "same": "task:new seed",
        "fullscreen": "command:large.open",
        "report a bug": "command:report",
    },
    "three": {
        "re": "command:judge.reject",
        "remove": "task:remove",
        "side by side": "command:compare.chosen",
        "reject": "command:judge.reject",
        "copy prompts": "task:copy prompt",
        "export csv": "task:export",
    },
    "failed": {
        "": "task:edit and send",
        "re": "task:rename",
        "try again": "task:retry",
        "retry": "task:retry",
        "change prompt": "task:edit and send",
        "refund": "meaning:Credits of failed and canceled tasks",
    },
    "queued": {
        "": "task:edit held",
        "hold": "task:hold",
        "sooner": "task:move up",
        "priority": "task:send next",
        "send next": "task:send next",
        "cancel": "task:do not send",
    },
}
"""For each selection: what is typed, and the offer that comes first."""


@pytest.mark.parametrize("selection", INTENTS)
async def test_palette_lists_the_command_an_editor_means_first(tmp_path, theme, qtbot, selection):
    async with Desktop(tmp_path, theme) as rig, palette(rig, theme, SELECTIONS[selection]) as model:
        found = {typed: offer.id if (offer := first(model, typed)) is not None else "" for typed in INTENTS[selection]}
        assert found == INTENTS[selection]


async def test_empty_palette_starts_with_commands_for_the_current_page(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig, palette(rig, theme, NOTHING, Page.WAITING_HERE) as model:
        assert first(model, "").id == "command:sending.pause"


@pytest.mark.parametrize("selection", SELECTIONS)
async def test_word_prefix_never_ranks_a_destructive_or_paid_command_first(tmp_path, theme, qtbot, selection):
    """It comes first only when all that was typed are whole words of its own, or when nothing else that can be done
    fits."""
    records = (*TASKS, *COMMANDS)
    assert sum(one.is_dangerous or one.pays for one in records) > 8
    async with Desktop(tmp_path, theme) as rig, palette(rig, theme, SELECTIONS[selection]) as model:
        names = {name.strip() for one in records for name in (str(one.words), *str(one.synonyms).split(","))}
        for typed in sorted({name[:length] for name in names for length in range(len(name) + 1)}):
            offer = first(model, typed)
            if offer is not None and offer.is_grave and not offer.reason:
                whole = set(typed.casefold().split()) <= set(
                    re.findall(r"\w+", f"{offer.text} {offer.synonyms}".casefold())
                )
                others = [one.offer for group in model.arranged.groups for one in group.shown]
                assert whole or not any(other.may_lead for other in others), (typed, offer.text)


async def test_unavailable_commands_are_listed_last_with_a_reason(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig, palette(rig, theme, NOTHING) as model:
        retry = first(model, "retry")
        assert retry.reason == "Select a task in the list first."
        assert retry.section is Heading.COMMANDS
        for typed in ("e", "re", "s"):
            model.search(typed)
            for group in model.arranged.groups:
                reasons = [bool(found.offer.reason) for found in group.shown]
                assert reasons == sorted(reasons)
