"""Lines of the details that window tests do not cover."""

from __future__ import annotations

from typing import Any

from runway_desktop.catalog import Catalog
from runway_desktop.domain.library import LedgerEntry, Row
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Look, Output, Pick, Presence, State
from runway_desktop.services.library.library import Details
from runway_desktop.usecases.words.tasks import facts_of, showings_of
from runway_desktop.usecases.words.units import moment
from runway_desktop.values import replace
from tests.rigs.rows import saved, task

ONE = task(1, State.SUCCEEDED)


def credentials(*outputs: Output, signed: tuple[int, ...]) -> str | None:
    lines = [
        line("saved", {"index": output.index, **({"credentials": "kept"} if output.index in signed else {})})
        for output in outputs
    ]
    details = Details(row=Row(task=ONE, outputs=outputs), ledger=(line("created", {}), *lines))
    facts = facts_of(details, Catalog.load(), 2_000_000_000.0, price=None, usual=None)
    return next((fact.text for fact in facts if fact.label == "Content credentials"), None)


def line(kind: str, detail: dict[str, Any]) -> LedgerEntry:
    return LedgerEntry(task_id=ONE.id, at=1.0, kind=kind, detail=detail)


def test_details_name_files_that_keep_their_content_credentials() -> None:
    first, second = (saved(ONE, f"/library/{index}.png", index) for index in range(2))
    changed = replace(first, look=Look(presence=Presence.CHANGED, at=2.0))
    assert credentials(first, signed=(0,)) == "kept"
    assert credentials(first, second, signed=(0, 1)) == "kept"
    assert credentials(first, second, signed=(1,)) == "File 2"
    assert credentials(changed, second, signed=(0,)) is None
    assert credentials(first, signed=()) is None


def test_details_say_who_picked_and_when() -> None:
    def said(**members: Any) -> list[tuple[str, str]]:
        row = Row(task=replace(ONE, **members))
        facts = facts_of(Details(row=row), Catalog.load(), 1_750_000_000.0, price=None, usual=None)
        return [(fact.label, fact.text) for fact in facts if fact.label in ("Picked", "Rejected")]

    at = {"picked_at": 1_750_000_000.0}
    time = moment(1_750_000_000.0, 1_750_000_000.0)
    assert said(pick=Pick.PICK, **at) == [("Picked", f"by you, {time}")]
    assert said(pick=Pick.REJECT, picked_by="Ben", **at) == [("Rejected", f"by Ben, {time}")]
    assert said(pick=Pick.PICK) == [], "an older version did not note it"
    assert said() == []


def test_demo_clips_are_marked_as_samples_with_their_prompt() -> None:
    clip, picture = saved(ONE, "/library/1.mp4"), saved(ONE, "/library/2.png", 1, media=Media.IMAGE)
    row = Row(task=ONE, outputs=(clip, picture))
    assert [one.caption for one in showings_of(row, "A fox", "", is_demo=True)] == ["Sample footage: A fox", ""]
    assert [one.caption for one in showings_of(row, "A fox", "")] == ["", ""]


def test_recipe_is_named_once() -> None:
    of = replace(ONE.request, endpoint="product_ad", model="product_ad")
    facts = facts_of(
        Details(row=Row(task=replace(ONE, request=of))), Catalog.load(), 2_000_000_000.0, price=None, usual=None
    )
    assert facts[0].text == "Product ad"
