"""A cut leaves the program as files that other programs read: their own readers are the judges."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runway_desktop.services.exchange.cut.cut_files import CutForm
from tests.rigs.cut import PROJECT, cutting


def judged(path: Path, **more: Any) -> Any:
    """Read by the official library."""
    return pytest.importorskip("opentimelineio", reason="it has no wheel for this Python").adapters.read_from_file(
        str(path), **more
    )


async def test_three_picks_are_read_as_three_clips_in_the_order_of_the_shots(tmp_path: Path) -> None:
    async with cutting(tmp_path) as film:
        for number in (3, 1, 2):
            await film.take(number)
        done = await film.cuts.export(await film.cuts.open(PROJECT), CutForm.OTIO, tmp_path / "cut.otio")
    assert [path.name for path in done.paths] == ["cut.otio"]
    timeline = judged(done.paths[0])
    assert [clip.name for clip in timeline.find_clips()] == ["010", "020", "030"]
    assert [clip.media_reference.target_url for clip in timeline.find_clips()] == ["1.mp4", "2.mp4", "3.mp4"]
