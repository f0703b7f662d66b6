"""`cut export` for scripts: a person's command, which writes where it is told and says what is missing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.cli.options import read
from runway_desktop.domain.media import Media
from runway_desktop.domain.permissions import COMMAND_LINE
from runway_desktop.domain.task import Pick
from runway_desktop.usecases.clients.refusals import CallRefused, Code
from runway_desktop.usecases.clients.verbs import VERBS
from tests.rigs.clients_desk import AGENT, Desk, a_desk
from tests.rigs.film import PROJECT, add_take


async def export(desk: Desk, client: str = COMMAND_LINE, **more: Any) -> dict[str, Any]:
    return await desk.call(client, "cut", **{"act": "export", "project": PROJECT, **more})


async def test_script_writes_a_cut_and_reads_what_is_missing(tmp_path: Path) -> None:
    async with a_desk(tmp_path) as desk:
        for number in (1, 2, 3):
            pick = Pick.NONE if number == 2 else Pick.PICK
            await add_take(desk.rig, desk.folder, number, shot=f"0{number}0", media=Media.IMAGE, pick=pick)
        target = tmp_path / "cut.otio"
        found = await export(desk, otio=str(target), edl=str(tmp_path / "cut.edl"))
        assert found == {
            "files": [str(target), str(tmp_path / "cut.edl")], "seconds": 9.0, "gaps": ["020: nothing picked yet"],
        }  # fmt: skip
        assert target.is_file()
        assert (await export(desk, otio=str(target)))["files"] == [str(tmp_path / "cut (2).otio")]


@pytest.mark.parametrize(
    ("more", "says", "code"),
    [
        ({}, "No file was named", Code.INPUT),
        ({"otio": "/x", "for": "avid"}, "no editor that is known", Code.INPUT),
        ({"otio": "/x", "project": "Nowhere"}, "no project of this name", Code.NOT_FOUND),
        ({"otio": "/x"}, "Nothing is picked", Code.FAILED),
    ],
)
async def test_what_cannot_be_exported_is_refused_in_a_sentence(
    more: dict[str, Any], says: str, code: Code, tmp_path: Path
) -> None:
    async with a_desk(tmp_path) as desk:
        await add_take(desk.rig, desk.folder, 1, pick=Pick.NONE)
        with pytest.raises(CallRefused, match=says) as refused:
            await export(desk, **more)
        assert refused.value.code is code


async def test_program_cannot_write_files_by_it(tmp_path: Path) -> None:
    assert VERBS["cut"].tool is None
    async with a_desk(tmp_path) as desk:
        await add_take(desk.rig, desk.folder, 1)
        with pytest.raises(CallRefused):
            await export(desk, AGENT, otio=str(tmp_path / "cut.otio"))
        assert not (tmp_path / "cut.otio").exists()


def test_command_takes_files_beside_the_caller() -> None:
    found = read(["cut", "export", "Aurora spot", "--otio", "out/cut.otio", "--for", "premiere", "--json"])
    assert (found.project, vars(found)["for"]) == ("Aurora spot", "premiere")
    assert found.otio == os.path.abspath("out/cut.otio")
    assert found.mp4 == ""
    sheet = read(["cut", "export", "Aurora spot", "--contact-sheet", "sheet.pdf", "--model"])
    assert sheet.contact_sheet == os.path.abspath("sheet.pdf")
    assert (sheet.prompt, sheet.model, sheet.cost) == (False, True, False)
