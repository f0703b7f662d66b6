"""How the palette arranges what is offered: the best match first, sections in their order, what was used before the
rest, and what destroys or pays never by accident."""

from __future__ import annotations

import random
import statistics
import time
from pathlib import Path

from runway_desktop.services.bus import Bus
from runway_desktop.services.settings import Settings
from runway_desktop.usecases.palette.palette import Heading, Offer, Searchable, Used
from runway_desktop.usecases.palette.palette import arrange as arrange_searchable
from tests.rigs.fakes import FakeClock, MemoryStore


def settings() -> Settings:
    return Settings(MemoryStore(), Bus(), FakeClock(), default_library=Path("/library"))


def offer(text: str, section: Heading = Heading.COMMANDS, reason: str = "", **more) -> Offer:
    return Offer(id=f"command:{text}", section=section, text=text, reason=reason, **more)


def arrange(offers: list[Offer], typed: str, *more, **others):
    return arrange_searchable([Searchable.of(offer) for offer in offers], typed, *more, **others)


def texts(arranged, section: Heading) -> list[str]:
    return [found.offer.text for group in arranged.groups if group.section is section for found in group.shown]


def sections(arranged) -> list[Heading]:
    return [group.section for group in arranged.groups]


def test_section_of_the_best_match_comes_first_and_others_keep_their_order():
    offers = [offer("Compare takes"), offer("Recraft", Heading.MODELS), offer("Results folder", Heading.SETTINGS)]
    found = arrange(offers, "re")
    assert sections(found) == [Heading.MODELS, Heading.COMMANDS, Heading.SETTINGS]
    assert found.best == "command:Recraft"
    assert sections(arrange(offers, "compare"))[0] is Heading.COMMANDS


def test_impossible_commands_are_ranked_last_with_their_reason():
    offers = [offer("Retry", reason="None of the 3 failed."), offer("Compare takes")]
    found = arrange(offers, "re")
    assert texts(found, Heading.COMMANDS) == ["Compare takes", "Retry"]
    assert found.best == "command:Compare takes"
    assert arrange(offers, "ret").best == "command:Retry"


def test_impossible_command_named_in_full_comes_before_mere_mentions():
    mentions = offer("Write the request into the file, where its format can hold it", Heading.SETTINGS)
    offers = [mentions, offer("Hold", reason="It isn't in the queue.")]
    assert arrange(offers, "hold").best == "command:Hold"
    assert arrange(offers, "hol").best == mentions.id
    assert arrange([*offers, offer("Hold all")], "hold").best == "command:Hold all"


def test_names_are_ranked_before_descriptions():
    offers = [offer("Notify about", also="budget"), offer("A day", Heading.SETTINGS, synonyms="budget, spending limit")]
    assert arrange(offers, "budget").best == "command:A day"
    assert arrange(offers, "limit spend").best == "command:A day"
    assert arrange(offers, "day bud").best == "command:A day"


def test_complete_name_ranks_before_a_longer_one_with_that_prefix():
    offers = [offer("Picks", Heading.PAGES), offer("Picture size"), offer("Pick")]
    assert arrange(offers, "pick").best == "command:Pick"


def test_destructive_or_paid_commands_are_ranked_last_until_typed_out():
    offers = [offer("Remove 3", is_grave=True, synonyms="clear"), offer("Tone", also="removal of noise")]
    assert arrange(offers, "remov").best == "command:Tone"
    assert arrange(offers, "remove").best == "command:Remove 3"
    assert arrange(offers, "clear").best == "command:Remove 3"
    assert arrange(offers, "clea").best == "command:Remove 3", "nothing else fits"


def test_frequent_use_ranks_no_destructive_command_first():
    offers = [offer("Retry", is_grave=True), offer("Rename")]
    used = {"command:Retry": 9.0}
    assert arrange(offers, "re", used).best == "command:Rename"
    assert arrange(offers, "", used).best == "command:Rename"


def test_harmless_command_ranks_before_an_equally_matching_destructive_one():
    offers = [offer("Same again", is_grave=True), offer("Same with another model")]
    assert arrange(offers, "same").best == "command:Same with another model"
    assert arrange(offers, "same again").best == "command:Same again"


def test_corrected_typing_error_does_not_count_as_typed_out():
    offers = [offer("Delete file…", is_grave=True), offer("Preferences"), offer("Delegate")]
    assert arrange(offers, "prefrences").best == "command:Preferences"
    assert arrange(offers, "preefre").best == "command:Preferences"
    assert arrange(offers, "delgate").best == "command:Delegate"
    assert arrange([*offers, offer("Depart", synonyms="delete")], "dleete").best == "command:Depart"


def test_empty_palette_line_lists_recently_used_commands_first():
    offers = [offer("Alpha"), offer("Beta"), offer("Gamma", reason="Not now."), offer("Delta", Heading.SETTINGS)]
    used = {"command:Delta": 2.0, "command:Gamma": 1.5, "command:Beta": 1.0, "command:Gone": 0.9}
    found = arrange(offers, "", used)
    assert texts(found, Heading.RECENT) == ["Delta", "Beta"]
    assert found.best == "command:Delta"


def test_empty_palette_line_starts_with_harmless_commands_for_selection_and_page():
    offers = [
        offer("Retry", Heading.SELECTION, is_grave=True),
        offer("Edit and send", Heading.SELECTION),
        offer("New request"),
        offer("Pause sending"),
    ]
    found = arrange(offers, "", near={"command:Pause sending"})
    assert texts(found, Heading.SELECTION) == ["Edit and send", "Retry"]
    assert texts(found, Heading.COMMANDS) == ["Pause sending", "New request"]
    assert found.best == "command:Edit and send"
    assert arrange(offers[2:], "", near={"command:Pause sending"}).best == "command:Pause sending"


def test_most_used_of_equal_matches_ranks_first():
    offers = [offer("Rename"), offer("Reject"), offer("A revision")]
    assert texts(arrange(offers, "re", {"command:Reject": 1.0}), Heading.COMMANDS)[0] == "Reject"
    assert texts(arrange(offers, "re", {"command:A revision": 1.0}), Heading.COMMANDS)[0] == "A revision"


def test_section_shows_its_count_and_leaves_space_for_others():
    offers = [offer(f"Red {n}", Heading.MODELS) for n in range(40)] + [offer("Redo"), offer("Red", Heading.SETTINGS)]
    found = arrange(offers, "red", most=6)
    models = next(group for group in found.groups if group.section is Heading.MODELS)
    assert len(models.shown) == 4
    assert models.count_words == "4 of 40"
    assert {group.section for group in found.groups} == {Heading.COMMANDS, Heading.MODELS, Heading.SETTINGS}


def test_tasks_and_their_count_come_from_the_list_search():
    offers = [Offer(id="row:1", section=Heading.TASKS, text="A portrait")]
    found = arrange(offers, "note that only the search knows", totals={Heading.TASKS: 41})
    assert texts(found, Heading.TASKS) == ["A portrait"]
    assert found.groups[0].count_words == "1 of 41"


def test_prompt_with_a_commands_prefix_ranks_after_the_command():
    offers = [Offer(id="row:1", section=Heading.TASKS, text="Export of goods at sunset"), offer("List export")]
    assert arrange(offers, "export").best == "command:List export"


def test_nothing_is_selected_without_a_match():
    assert arrange([offer("Retry")], "xyz").best == ""


def test_keystroke_is_answered_within_milliseconds_among_three_thousand_offers():
    words = [
        "mountain", "export", "delete", "folder", "project", "queue", "motion", "picture", "seed", "search",
        "request", "theme", "preset", "sound",
    ]  # fmt: skip
    rng = random.Random(7)
    offers = [
        Searchable.of(
            offer(" ".join(rng.choices(words, k=4)), rng.choice(list(Heading)[1:]), synonyms=rng.choice(words))
        )
        for _ in range(3000)
    ]
    took = []
    for typed in ("mountain export", "theme", "prset", "zzzz", "seed"):
        for length in range(len(typed) + 1):
            began = time.thread_time()
            arrange_searchable(offers, typed[:length])
            took.append(time.thread_time() - began)
    assert statistics.median(took) < 0.01
    assert max(took) < 0.1, "on a machine that does much else"


def test_frequent_and_recent_use_counts_most():
    used = Used(settings())
    for one in ("often", "often", "often", "lately"):
        used.note(one)
    assert used.weights["often"] > used.weights["lately"]
    for _ in range(3):
        used.note("lately")
    assert used.weights["lately"] > used.weights["often"]


def test_damaged_usage_history_is_ignored():
    kept = settings()
    kept.set("palette.recent", {"no": "list"})
    assert Used(kept).weights == {}
    kept.set("palette.recent", [3, "command:help", None])
    assert list(Used(kept).weights) == ["command:help"]
