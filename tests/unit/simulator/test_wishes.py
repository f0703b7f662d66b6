"""Requests to the simulator: settings, control words in prompts, faults on the command line; and prices."""

from __future__ import annotations

import pytest

from runway_desktop.catalog import Catalog
from runway_desktop.simulator.faults import Fault, Faults, Harm
from runway_desktop.simulator.outputs import FORMATS, recipe_of
from runway_desktop.simulator.world import Knobs, Magic, price_of, read_magic
from tests.rigs.samples_of_requests import fullest, smallest


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sped": 2}, "unknown field `sped`"),
        ({"speed": 0}, "above 0"),
        ({"speed": "fast"}, "got `str` - at `\\$.speed`"),
        ({"concurrency": 0}, "at least 1"),
        ({"concurrency": True}, "got `bool` - at `\\$.concurrency`"),
        ({"failure_rate": 1.5}, "from 0 to 1"),
        ({"balance": None}, "got `null` - at `\\$.balance`"),
    ],
)
def test_invalid_simulator_setting_is_refused_with_a_sentence(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Knobs().turned(changes)


def test_simulator_settings_accept_whole_numbers_and_none_for_no_limit() -> None:
    assert Knobs().turned({"speed": 3, "concurrency": None}) == Knobs(speed=3.0, concurrency=None)


@pytest.mark.parametrize(
    ("prompt", "magic", "left"),
    [
        ("A lighthouse", Magic(), "A lighthouse"),
        ("Rain [fail:SAFETY.INPUT.TEXT] falls", Magic(failure="SAFETY.INPUT.TEXT"), "Rain falls"),
        ("[fail:]x", Magic(failure=""), "x"),
        ("[outputs:4] [seconds:2.5]", Magic(outputs=4, seconds=2.5), ""),
        ("[outputs:99]", Magic(outputs=10), ""),
        ("[outputs:many] [seconds:-1]", Magic(), ""),
        ("[stuck]", Magic(seconds=float("inf")), ""),
        ("[status:FINALIZING]", Magic(status_word="FINALIZING"), ""),
        ("A fox [as:glb]", Magic(format="glb"), "A fox"),
        ("A fox [as:hologram]", Magic(), "A fox"),
        ("[fails] [ratio:1]", Magic(), "[fails] [ratio:1]"),
    ],
)
def test_control_words_in_a_prompt_are_obeyed_and_removed(prompt: str, magic: Magic, left: str) -> None:
    assert read_magic(prompt) == (magic, left)


def test_fault_is_parsed_from_the_command_line() -> None:
    fault = Fault.parse("create:cut,accepted=true,every=5,path=gen4")
    assert (fault.route, fault.harm, fault.accepted, fault.every, fault.path) == ("create", Harm.CUT, True, 5, "gen4")
    assert Fault.parse("*:status,status=429,retry_after=2.5").retry_after == 2.5


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("get:explode", "Invalid enum value 'explode'"),
        ("gat:cut", "no route 'gat'"),
        ("get:cut,often=3", "unknown field `often`"),
        ("get:cut,times=some", "at `\\$.times`"),
        ("get:latency,seconds=-1", "`float` >= 0.0 - at `\\$.seconds`"),
        ("cut", "Invalid enum value ''"),
    ],
)
def test_invalid_fault_is_refused_with_a_sentence(words: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Fault.parse(words)


@pytest.mark.parametrize(
    ("words", "hits"),
    [
        ("get:cut", [1, 2, 3, 4, 5, 6]),
        ("get:cut,times=2", [1, 2]),
        ("get:cut,after=2,times=2", [3, 4]),
        ("get:cut,every=3", [3, 6]),
        ("get:cut,after=1,every=2,times=1", [3]),
        ("get:cut,path=/other", []),
        ("delete:cut", []),
        ("*:cut,probability=0", []),
        ("*:cut,probability=1", [1, 2, 3, 4, 5, 6]),
    ],
)
def test_fault_applies_to_its_route_and_number_of_requests(words: str, hits: list[int]) -> None:
    faults = Faults(seed=3, faults=[Fault.parse(words)])
    struck = [number for number in range(1, 7) if faults.next_for("get", "/v1/tasks/one")]
    assert struck == hits


@pytest.mark.parametrize(
    ("endpoint", "values", "credits"),
    [
        ("text_to_video", {"model": "gen4.5", "duration": 5}, 60),
        ("text_to_video", {"model": "veo3.1_fast", "duration": 8}, 120),
        ("text_to_image", {"model": "gen4_image", "ratio": "1280:720"}, 8),
        ("text_to_image", {"model": "gemini_image3_pro", "ratio": "1024:1024", "outputCount": 4}, 80),
    ],
)
def test_prices_equal_those_shown_in_the_demo(endpoint: str, values: dict[str, object], credits: int) -> None:
    assert price_of(recipe_of(endpoint, values, "x", None, 1)) == credits


@pytest.mark.parametrize("form", [None, 0, 1, 2])
def test_every_valid_request_has_an_output_recipe_and_a_price(form: int | None) -> None:
    for pair in Catalog.load().pairs():
        values = smallest(pair) if form is None else fullest(pair, form)
        made = recipe_of(pair.endpoint, {**values, "model": pair.model}, "x", None, 1)
        assert made.format in FORMATS, (pair.endpoint, pair.model)
        assert 1 <= made.count <= 10
        assert 16 <= min(made.width, made.height) <= max(made.width, made.height) <= 4096
        assert 1 <= price_of(made) < 10_000, (pair.endpoint, pair.model, made)
