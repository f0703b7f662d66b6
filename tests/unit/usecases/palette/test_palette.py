"""How the palette arranges what is offered: sections that keep their order, the best match, recent ones first."""

from __future__ import annotations

from runway_desktop.usecases.palette.palette import Offer, Section, arrange


def offer(text: str, section: Section = Section.COMMANDS, reason: str = "") -> Offer:
    return Offer(id=f"command:{text}", section=section, text=text, reason=reason)


def texts(arranged, section: Section) -> list[str]:
    return [found.offer.text for group in arranged.groups if group.section is section for found in group.shown]


def test_sections_keep_their_order_and_the_best_match_is_selected_wherever_it_stands():
    offers = [offer("Compare takes"), offer("Recraft", Section.MODELS), offer("Results folder", Section.SETTINGS)]
    found = arrange(offers, "rec")
    assert found.best == "command:Recraft"
    found = arrange(offers, "re")
    assert [group.section for group in found.groups] == [Section.COMMANDS, Section.MODELS, Section.SETTINGS]
    assert found.best == "command:Recraft"


def test_what_cannot_be_done_now_comes_last_with_its_reason_and_is_never_the_best_while_another_fits():
    offers = [offer("Retry", reason="None of the 3 failed."), offer("Compare takes")]
    found = arrange(offers, "re")
    assert texts(found, Section.COMMANDS) == ["Compare takes", "Retry"]
    assert found.best == "command:Compare takes"
    assert arrange(offers, "ret").best == "command:Retry"


def test_with_nothing_typed_what_was_used_lately_comes_first_in_a_section_of_its_own():
    offers = [offer("Alpha"), offer("Beta"), offer("Gamma", reason="Not now."), offer("Delta", Section.SETTINGS)]
    found = arrange(offers, "", recent=["command:Delta", "command:Gamma", "command:Beta", "command:Gone"])
    assert texts(found, Section.RECENT) == ["Delta", "Beta"]
    assert found.best == "command:Delta"


def test_of_what_fits_as_well_the_one_used_lately_comes_first():
    offers = [offer("Rename"), offer("Reject")]
    assert texts(arrange(offers, "re", recent=["command:Reject"]), Section.COMMANDS) == ["Reject", "Rename"]


def test_a_section_tells_how_many_there_are_and_leaves_room_for_the_others():
    offers = [offer(f"Red {n}", Section.MODELS) for n in range(40)] + [offer("Redo"), offer("Red", Section.SETTINGS)]
    found = arrange(offers, "red", most=6)
    models = next(group for group in found.groups if group.section is Section.MODELS)
    assert len(models.shown) == 4
    assert models.count_words == "4 of 40"
    assert {group.section for group in found.groups} == {Section.COMMANDS, Section.MODELS, Section.SETTINGS}


def test_tasks_were_found_by_the_search_already_and_their_number_is_the_searchs():
    offers = [Offer(id="row:1", section=Section.TASKS, text="A portrait")]
    found = arrange(offers, "note that only the search knows", totals={Section.TASKS: 41})
    assert texts(found, Section.TASKS) == ["A portrait"]
    assert found.groups[0].count_words == "1 of 41"


def test_where_nothing_fits_nothing_is_selected():
    assert arrange([offer("Retry")], "xyz").best == ""
