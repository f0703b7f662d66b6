"""A contact sheet shows each shot of a cut, goes to clients, and is what an agent looks at."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PySide6.QtPdf import QPdfDocument

from runway_desktop.domain.errors import NotPossible
from runway_desktop.domain.media import Media
from runway_desktop.domain.permissions import COMMAND_LINE
from runway_desktop.domain.task import Pick, Trim
from runway_desktop.services.exchange.cut.cut_files import CutForm
from runway_desktop.services.media.contact_sheet import Tile, drawn
from runway_desktop.usecases.cut.cuts import Told, tile_of
from runway_desktop.values import replace
from tests.rigs import film
from tests.rigs.clients_desk import a_desk
from tests.rigs.clips import SAMPLES
from tests.rigs.cut import PROJECT, SILENT, Cutting, cutting
from tests.rigs.film import add_take

RED, BOX = (255, 0, 0), (238, 240, 242)


def texts(pdf: Path) -> list[list[str]]:
    """The lines of each page."""
    document = QPdfDocument()
    assert document.load(str(pdf)) is QPdfDocument.Error.None_
    return [document.getAllText(page).text().split("\r\n") for page in range(document.pageCount())]


def pixel(png: bytes, x: float, y: float) -> Any:
    """At fractions of its width and height."""
    with Image.open(io.BytesIO(png)) as page:
        return page.convert("RGB").getpixel((round(x * page.width), round(y * page.height)))


def red(folder: Path, name: str = "red.png") -> str:
    Image.new("RGB", (160, 90), RED).save(folder / name)
    return str(folder / name)


async def sheet(cut: Cutting, name: str, told: Sequence[Told] = ()) -> list[Path]:
    view = await cut.cuts.open(PROJECT)
    return list((await cut.cuts.export(view, CutForm.CONTACT_SHEET, cut.folder / name, told=told)).paths)


async def test_sheet_of_a_cut_tells_prompt_model_and_cost_only_if_wanted(tmp_path: Path) -> None:
    async with cutting(tmp_path) as cut:
        made = await cut.take(1, cost_credits=25.0)
        await cut.take(2, pick=Pick.NONE)
        [plain] = await sheet(cut, "sheet.pdf")
        [told] = await sheet(cut, "sheet.pdf", tuple(Told))
        [card, _] = (await cut.cuts.open(PROJECT)).cards
    prompt = made.request.prompt
    assert (plain.name, told.name) == ("sheet.pdf", "sheet (2).pdf")
    assert " ".join(texts(plain)[0]).split() == [*PROJECT.split(), "010", "020"]
    [lines] = texts(told)
    assert prompt in lines
    assert "Gen-4.5 · 25 credits" in lines
    without_shot = replace(card, item=replace(card.item, shot="", name=prompt[:60]))
    assert tile_of(without_shot, 7, ()).name == "7"


async def test_script_gets_the_sheet_of_a_cut(tmp_path: Path) -> None:
    async with a_desk(tmp_path) as desk:
        await add_take(desk.rig, desk.folder, 1, shot="010", media=Media.IMAGE, pick=Pick.PICK)
        wish = {"act": "export", "project": film.PROJECT, "contact_sheet": f"{tmp_path}/sheet.pdf", "model": True}
        found = await desk.call(COMMAND_LINE, "cut", **wish)
    assert found["files"] == [str(tmp_path / "sheet.pdf")]
    assert " ".join(texts(tmp_path / "sheet.pdf")[0]).split() == [*film.PROJECT.split(), "010", "Gen-4", "Image"]


async def test_cut_without_a_pick_gives_no_sheet(tmp_path: Path) -> None:
    async with cutting(tmp_path) as cut:
        await cut.take(1, pick=Pick.NONE)
        with pytest.raises(NotPossible, match="Nothing is picked"):
            await sheet(cut, "sheet.pdf")
    assert not (tmp_path / "sheet.pdf").exists()


async def test_pictures_of_several_pages_are_numbered_and_replace_nothing(tmp_path: Path) -> None:
    async with cutting(tmp_path) as cut:
        for number in range(1, 14):
            file = Path(red(tmp_path))
            await cut.take(number, media=Media.IMAGE, file=file)
        (tmp_path / "sheet.png").write_bytes(b"kept")
        paths = await sheet(cut, "sheet.png")
    assert [path.name for path in paths] == ["sheet (2).png", "sheet (2)-02.png"]
    assert (tmp_path / "sheet.png").read_bytes() == b"kept"
    assert pixel(paths[0].read_bytes(), 0.14, 0.2) == RED


def test_400_shots_are_twelve_to_a_page(tmp_path: Path) -> None:
    path = tmp_path / "sheet.pdf"
    pages = drawn("Aurora", [Tile(name=f"{number:03}") for number in range(400)], is_pdf=True)
    path.write_bytes(pages.files[0])
    found = texts(path)
    assert len(found) == 34
    assert found[-1] == ["Aurora 34 / 34", "396 397 398 399"]


def test_names_of_any_script_stand_as_they_are_and_long_ones_end_in_dots(tmp_path: Path) -> None:
    lines = ("カメラが" * 100, "one & two " * 60)
    tiles = [Tile(name="Größe & Straße"), Tile(name="カメラ" * 60), Tile(name="040", lines=lines)]
    path = tmp_path / "sheet.pdf"
    path.write_bytes(drawn("Größe & カメラ " * 40, tiles, is_pdf=True).files[0])
    [[title, names, *rest]] = texts(path)
    assert title.startswith("Größe & カメラ Größe")
    assert title.endswith("…")
    assert names.startswith("Größe & Straße カメラカメラ")
    assert names.endswith("カメ… 040")
    assert sum(line.endswith("…") for line in rest) == 2


def test_frame_is_the_in_point_of_a_trimmed_clip_and_else_its_poster(tmp_path: Path) -> None:
    poster, clip = red(tmp_path), str(SAMPLES / SILENT)
    tiles = [
        Tile(name="010", pictures=(poster,), clip=clip),
        Tile(name="020", pictures=(poster,), clip=clip, at=2.0),
        Tile(name="030", clip=clip),
        Tile(name="040", pictures=(str(tmp_path / "none.png"),)),
    ]
    pages = drawn("", tiles, is_pdf=False)
    assert pages.shown == (True, True, True, False)
    [png] = pages.files
    first, second, third, fourth = (pixel(png, x, y) for y in (0.25, 0.75) for x in (0.25, 0.75))
    assert first == RED
    assert RED not in (second, third)
    assert fourth == BOX


async def test_cut_shows_a_take_at_its_in_point(tmp_path: Path) -> None:
    async with cutting(tmp_path) as cut:
        await cut.take(1, output={"poster": red(tmp_path)}, trims=(Trim(0, 2.0, 4.0),))
        await cut.take(2, output={"poster": red(tmp_path)})
        [png] = await sheet(cut, "sheet.png")
    assert pixel(png.read_bytes(), 0.25, 0.5) != RED
    assert pixel(png.read_bytes(), 0.75, 0.5) == RED


async def test_agent_looks_at_takes_on_one_sheet_and_is_told_those_without_a_picture(tmp_path: Path) -> None:
    pytest.importorskip("mcp.server")
    from runway_desktop.mcp.pictures import LARGEST_PICTURE
    from runway_desktop.mcp.server import answered

    takes: list[dict[str, Any]] = []
    for number in range(1, 10):
        path = tmp_path / f"{number}.png"
        Image.effect_noise((1280, 720), 90).convert("RGB").save(path)
        takes.append({"number": number, "id": f"{number:032x}", "file": {"media": "image", "path": str(path)}})
    (tmp_path / "2.png").write_bytes(b"no picture")
    takes[2]["file"]["is_missing"] = True
    del takes[3]["file"]

    class Line:
        async def call(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
            return {"takes": takes}

    line: Any = Line()
    result: Any = await answered(line, "look", {"ids": ["a"]})
    _, picture = result.content
    shown = [take["number"] for take in result.structured_content["takes"] if take.get("is_shown")]
    assert shown == [1, 5, 6, 7, 8, 9]
    content = base64.b64decode(picture.data)
    assert len(content) <= LARGEST_PICTURE
    with Image.open(io.BytesIO(content)) as found:
        assert (found.format, found.size) == ("JPEG", (1024, 675))
