"""Fixes for an unsuitable input file: offers, and copies that keep their promise and the original."""

from __future__ import annotations

import hashlib
import io
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms

from runway_desktop.catalog import Field
from runway_desktop.catalog.input_files import check_asset, copies_of, mends_for
from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.inputs import FixKind, FrameAt, InputFix, MediaFacts
from runway_desktop.domain.media import Media
from runway_desktop.services.disk.disk_words import file_hash
from runway_desktop.services.media.input_fixes import InputFixer
from runway_desktop.services.media.media_facts import probe
from runway_desktop.values import replace
from tests.rigs.engine_rig import CATALOG
from tests.rigs.short_names import refuse_long_names

MB = 1024 * 1024
PAIR = CATALOG.pair("image_to_video", "gen4.5")
assert PAIR is not None
FIELD = PAIR.field("promptImage")
assert FIELD is not None
PICTURE = MediaFacts(media=Media.IMAGE, format="PNG", size=MB, width=4800, height=2400)
CLIP = MediaFacts(media=Media.VIDEO, format="MP4", size=MB, width=1280, height=720, duration=10.0)


def facts_of(path: Path) -> MediaFacts:
    facts = probe(path)
    assert facts is not None
    return facts


def texts(mends: tuple[InputFix, ...]) -> list[str]:
    return [mend.text for mend in mends]


async def carried_out(folder: Path, path: Path, mend: InputFix) -> Path:
    return await InputFixer(folder).mend(path, facts_of(path), mend)


def mend_of(path: Path, form: str, field: Field = FIELD) -> InputFix:
    facts = facts_of(path)
    return next(mend for mend in (*mends_for(facts, field), *copies_of(facts)) if mend.format == form)


def test_fitting_file_gets_no_fixes():
    assert mends_for(PICTURE, FIELD) == ()


async def test_copy_of_a_file_with_a_long_name_is_made_where_the_disk_refuses_it(tmp_path, monkeypatch):
    path = tmp_path / f"{'霧の中の灯台' * 12}.gif"
    Image.new("RGB", (640, 360), "teal").save(path)
    refuse_long_names(monkeypatch, tmp_path / "inputs")
    copy = await carried_out(tmp_path / "inputs", path, mend_of(path, "PNG"))
    assert copy.name.startswith("霧の中の灯台")


@pytest.mark.parametrize("form", ["GIF", "TIFF", "BMP", "AVIF"])
def test_picture_in_an_unsupported_format_is_offered_in_supported_ones(form):
    assert texts(mends_for(replace(PICTURE, format=form), FIELD)) == ["Save as PNG", "Save as JPEG", "Save as WebP"]


@pytest.mark.parametrize("form", ["HEIC", "SVG"])
def test_impossible_fixes_are_not_offered(form):
    assert mends_for(replace(PICTURE, format=form), FIELD) == ()
    assert mends_for(replace(PICTURE, format="GIF", width=40_000, height=40_000), FIELD) == ()
    assert mends_for(replace(PICTURE, format="GIF", width=None), FIELD) == ()


def test_each_fix_says_what_gets_lost():
    moving = replace(PICTURE, format="GIF", moving=True, see_through=True)
    remarks = {mend.format: mend.remark for mend in mends_for(moving, FIELD)}
    assert remarks["PNG"] == "Only its first picture is kept."
    assert remarks["JPEG"] == "Only its first picture is kept. Transparent areas become white."


def test_clip_in_a_picture_field_is_offered_as_a_frame():
    found = mends_for(CLIP, FIELD)
    assert [mend.at for mend in found] == [FrameAt.FIRST, FrameAt.LAST, FrameAt.CHOSEN]
    both = replace(FIELD, media=frozenset({Media.IMAGE, Media.VIDEO}))
    assert mends_for(CLIP, both) == ()
    assert mends_for(PICTURE, replace(FIELD, media=frozenset({Media.VIDEO}))) == ()


def test_oversized_picture_is_offered_smaller():
    huge = replace(PICTURE, size=400 * MB)
    found = mends_for(huge, FIELD)
    assert texts(found)[:2] == ["Save as JPEG", "Save as WebP"]
    assert found[2].kind is FixKind.SCALE
    assert found[2].size is not None
    assert found[2].size[0] * found[2].size[1] < 4800 * 2400 / 2


def test_picture_of_unsupported_shape_is_offered_cropped():
    strict = replace(FIELD, aspect=(0.4, 1.5))
    for sides in ((4800, 2400), (1000, 4000)):
        [mend] = mends_for(replace(PICTURE, width=sides[0], height=sides[1]), strict)
        assert mend.size is not None
        cropped = replace(PICTURE, width=mend.size[0], height=mend.size[1])
        assert check_asset(cropped, strict, PAIR) is None
        assert mend.size[0] == sides[0] or mend.size[1] == sides[1]


def test_undersized_picture_is_offered_scaled_up_with_a_warning():
    [mend] = mends_for(replace(PICTURE, width=200, height=100), replace(FIELD, least_side=256))
    assert mend.size == (512, 256)
    assert "not sharper" in mend.remark


def test_large_fitting_pictures_are_offered_smaller():
    assert texts(copies_of(PICTURE)) == [
        "Scale to 4096 × 2048", "Scale to 2048 × 1024", "Scale to 1024 × 512", "Save as JPEG", "Save as WebP",
    ]  # fmt: skip
    assert copies_of(CLIP) == ()


@pytest.mark.parametrize(("form", "ending"), [("GIF", "gif"), ("TIFF", "tif"), ("BMP", "bmp"), ("AVIF", "avif")])
@pytest.mark.parametrize("into", ["PNG", "JPEG", "WebP"])
async def test_converted_copy_is_accepted_by_runway(tmp_path, form, ending, into):
    path = tmp_path / f"Füchse.{ending}"
    Image.new("RGB", (64, 48), "teal").save(path, form)
    copy = await carried_out(tmp_path / "inputs", path, mend_of(path, into))
    assert copy.stem == "Füchse"
    facts = facts_of(copy)
    assert (facts.format, facts.width, facts.height) == (into, 64, 48)
    assert check_asset(facts, FIELD, PAIR) is None
    assert path.is_file(), "the original is left alone"


async def test_original_of_a_copy_is_recorded_by_path_and_hash(tmp_path):
    path = tmp_path / "still.gif"
    Image.new("RGB", (8, 8)).save(path)
    mender = InputFixer(tmp_path / "inputs")
    copy = await mender.mend(path, facts_of(path), mend_of(path, "PNG"))
    origin = await mender.origin(copy)
    assert origin is not None
    assert (origin.path, origin.sha256) == (path, hashlib.sha256(path.read_bytes()).hexdigest())
    assert await mender.origin(path) is None


async def test_equal_copy_is_made_once_per_original(tmp_path):
    first, second = tmp_path / "a" / "still.bmp", tmp_path / "b" / "still.bmp"
    for path, color in ((first, "red"), (second, "blue")):
        path.parent.mkdir()
        Image.new("RGB", (8, 8), color).save(path)
    copies = [await carried_out(tmp_path / "inputs", path, mend_of(path, "PNG")) for path in (first, second, first)]
    assert copies[0] == copies[2] != copies[1]
    assert [path.name for path in copies[:2]] == ["still.png", "still.png"]


async def test_scaled_copy_has_the_announced_size_in_its_name(tmp_path):
    path = tmp_path / "wide.png"
    Image.new("RGB", (3000, 1500)).save(path)
    copy = await carried_out(tmp_path / "inputs", path, copies_of(facts_of(path))[0])
    assert copy.name == "wide, 2048x1024.png"
    assert facts_of(copy).width == 2048


async def test_cropped_copy_keeps_the_center(tmp_path):
    path = tmp_path / "stripes.png"
    picture = Image.new("RGB", (300, 100), "black")
    picture.paste("white", (100, 0, 200, 100))
    picture.save(path)
    [mend] = mends_for(facts_of(path), replace(FIELD, aspect=(0.4, 1.0)))
    copy = await carried_out(tmp_path / "inputs", path, mend)
    with Image.open(copy) as found:
        assert found.size == (100, 100)
        assert found.getextrema() == ((255, 255),) * 3


async def test_phone_picture_is_rotated_upright_and_keeps_its_colors(tmp_path):
    path = tmp_path / "phone.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.new("RGB", (64, 48)).save(path, "JPEG", exif=exif, icc_profile=profile)
    copy = await carried_out(tmp_path / "inputs", path, mend_of(path, "PNG"))
    with Image.open(copy) as found:
        assert found.size == (48, 64)
        assert found.info["icc_profile"] == profile
        assert found.getexif().get(0x0112, 1) == 1


async def test_transparency_becomes_white_only_where_the_format_has_none(tmp_path):
    path = tmp_path / "glass.gif"
    picture = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    picture.putpixel((0, 0), (255, 0, 0, 255))
    picture.save(path)
    flat = await carried_out(tmp_path / "inputs", path, mend_of(path, "JPEG"))
    clear = await carried_out(tmp_path / "inputs", path, mend_of(path, "PNG"))
    with Image.open(flat) as found:
        white: Any = found.getpixel((7, 7))
        assert min(white) > 245
    with Image.open(clear) as found:
        glass: Any = found.convert("RGBA").getpixel((7, 7))
        assert glass[3] == 0


@pytest.mark.parametrize("mode", ["1", "L", "I;16", "F", "CMYK", "P", "LAB"])
async def test_unusual_color_modes_are_converted(tmp_path, mode):
    path = tmp_path / "odd.tif"
    gray = Image.linear_gradient("L")
    if mode == "I;16":
        picture = Image.frombytes("I;16", (2, 1), (0).to_bytes(2, "little") + (65_535).to_bytes(2, "little"))
    elif mode in ("CMYK", "LAB"):
        picture = Image.new(mode, (8, 8))
    else:
        picture = gray.convert(mode)
    picture.save(path, "TIFF")
    for form in ("PNG", "JPEG", "WebP"):
        copy = await carried_out(tmp_path / "inputs", path, mend_of(path, form))
        with Image.open(copy) as found:
            assert found.mode in ("L", "RGB")
            if mode in ("I;16", "F", "L"):
                brightest: Any = found.convert("L").getextrema()[1]
                assert brightest > 245


async def test_damaged_picture_is_reported_as_damaged(tmp_path):
    path = tmp_path / "torn.bmp"
    Image.effect_noise((64, 64), 50).convert("RGB").save(path)
    facts = facts_of(path)
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(DiskError, match=r"torn\.bmp” cannot be decoded"):
        await InputFixer(tmp_path / "inputs").mend(path, facts, mends_for(facts, FIELD)[0])


async def test_missing_file_is_reported_as_missing(tmp_path):
    facts = replace(PICTURE, format="GIF")
    with pytest.raises(DiskError, match=r"gone\.gif” cannot be read"):
        await InputFixer(tmp_path / "inputs").mend(tmp_path / "gone.gif", facts, mends_for(facts, FIELD)[0])


async def test_unwritable_folder_for_copies_is_reported(tmp_path):
    path = tmp_path / "still.gif"
    Image.new("RGB", (8, 8)).save(path)
    (tmp_path / "inputs").write_bytes(b"a file stands in the way")
    with pytest.raises(DiskError, match="cannot be written"):
        await carried_out(tmp_path / "inputs", path, mend_of(path, "PNG"))


async def test_announced_copy_sizes_are_about_right(tmp_path):
    path = tmp_path / "noise.png"
    Image.effect_noise((1200, 800), 60).convert("RGB").save(path)
    facts = facts_of(path)
    mends = copies_of(facts)
    mender = InputFixer(tmp_path / "inputs")
    sizes = await mender.sizes(path, facts, mends)
    for mend in mends:
        made = await mender.mend(path, facts, mend)
        assert sizes[mend] == pytest.approx(made.stat().st_size, rel=0.3)


async def test_undecodable_picture_gets_no_announced_size(tmp_path):
    path = tmp_path / "torn.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n")
    assert await InputFixer(tmp_path).sizes(path, PICTURE, copies_of(PICTURE)) == {}


async def test_frame_of_a_clip_is_named_after_the_clip(tmp_path):
    clip = tmp_path / "take 4.mp4"
    clip.write_bytes(b"clip")
    png = io.BytesIO()
    Image.new("RGB", (8, 8)).save(png, "PNG")
    mender = InputFixer(tmp_path / "inputs")
    kept = await mender.keep_frame(clip, png.getvalue(), "last frame")
    assert kept.name == "take 4, last frame.png"
    assert facts_of(kept).format == "PNG"
    origin = await mender.origin(kept)
    assert origin is not None
    assert origin.path == clip


async def test_damaged_note_is_ignored(tmp_path):
    home = tmp_path / "inputs" / "abc"
    home.mkdir(parents=True)
    for text in ("", "[]", json.dumps({"path": "x"})):
        (home / "original.json").write_text(text)
        assert await InputFixer(tmp_path / "inputs").origin(home / "x.png") is None


async def test_decoding_runs_in_the_given_worker(tmp_path):
    path = tmp_path / "still.gif"
    Image.new("RGB", (8, 8)).save(path)
    used: list[str] = []
    with ThreadPoolExecutor(1, initializer=used.append, initargs=("worker",)) as worker:
        copy = await InputFixer(tmp_path / "inputs", worker).mend(path, facts_of(path), mend_of(path, "PNG"))
    assert used == ["worker"]
    assert copy.is_file()


def test_hash_covers_the_whole_file(tmp_path):
    path = tmp_path / "large.bin"
    content = bytes(3 * MB) + b"end"
    path.write_bytes(content)
    assert file_hash(path) == hashlib.sha256(content).hexdigest()
