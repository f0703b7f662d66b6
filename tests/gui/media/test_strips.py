"""Strips of small frames: made by a child process, stored next to the poster, bounded, given up when it hangs."""

from __future__ import annotations

import json
import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from runway_desktop.domain.media import Media
from runway_desktop.ui.media import strips as strips_module
from runway_desktop.ui.media.preview import Preview
from runway_desktop.ui.media.strips import Strips
from runway_desktop.usecases.words.tasks import Showing


@pytest.fixture
def strips(qapp: object) -> Iterator[Strips]:
    made = Strips()
    yield made
    made.shutdown()


def wait_whole(qtbot: QtBot, strips: Strips, *paths: Path) -> None:
    qtbot.waitUntil(lambda: not any(strips.is_coming(str(path)) for path in paths), timeout=30_000)


def test_frame_strip_covers_the_whole_length_of_a_clip(
    strips: Strips, clip: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    strips.want((str(clip), str(tmp_path / "poster.jpg")))
    wait_whole(qtbot, strips, clip)
    frames = [strips.at_fraction(str(clip), part / 10) for part in range(11)]
    assert all(frame is not None and frame.width() == 320 for frame in frames)
    assert len({frame.cacheKey() for frame in frames if frame is not None}) == 11
    assert strips.near(str(clip), 2.5) is not None
    assert strips.near(str(clip), 99.0) is not None, "past the end stands its last frame"


def test_frame_strip_of_a_portrait_clip_keeps_its_shape(strips: Strips, portrait_clip: Path, qtbot: QtBot) -> None:
    strips.want((str(portrait_clip), ""))
    wait_whole(qtbot, strips, portrait_clip)
    frame = strips.at_fraction(str(portrait_clip), 0.5)
    assert frame is not None
    assert (frame.width(), frame.height()) == (180, 320)


def test_frames_arrive_while_the_clip_is_still_being_decoded(strips: Strips, clip: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(strips.grown, timeout=20_000):
        strips.want((str(clip), ""))
    assert strips.at_fraction(str(clip), 0.9) is not None


def test_frame_strip_is_cached_beside_the_poster(clip: Path, tmp_path: Path, qtbot: QtBot) -> None:
    copied = Path(shutil.copy(clip, tmp_path / "clip.mp4"))
    poster = tmp_path / "posters" / "poster.jpg"
    poster.parent.mkdir()
    first = Strips()
    first.want((str(copied), str(poster)))
    qtbot.waitUntil((poster.parent / "poster.strip.jpg").is_file, timeout=20_000)
    before = first.at_fraction(str(copied), 0.5)
    first.shutdown()
    copied.write_bytes(b"")
    second = Strips()
    second.want((str(copied), str(poster)))
    wait_whole(qtbot, second, copied)
    after = second.at_fraction(str(copied), 0.5)
    second.shutdown()
    assert before is not None
    assert after is not None
    assert near_colors(before, after)
    [kept] = poster.parent.iterdir()
    assert kept.name == "poster.strip.jpg"
    if os.name == "posix":
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600, "clips of one person are nobody else's"


def near_colors(one: QImage, other: QImage) -> bool:
    first, second = one.pixelColor(160, 90), other.pixelColor(160, 90)
    return abs(first.red() - second.red()) < 24 and abs(first.blue() - second.blue()) < 24


def test_frame_strips_of_several_clips_are_made_in_parallel(
    strips: Strips, clip: Path, portrait_clip: Path, qtbot: QtBot
) -> None:
    """Whoever drags through a comparison sees none stand still while the others are read."""
    grown: list[str] = []
    strips.grown.connect(grown.append)
    strips.want((str(clip), ""), (str(portrait_clip), ""))
    qtbot.waitUntil(lambda: len(set(grown)) == 2, timeout=20_000)
    assert strips.is_coming(str(clip))
    assert strips.is_coming(str(portrait_clip))
    wait_whole(qtbot, strips, clip, portrait_clip)
    assert strips.at_fraction(str(clip), 0.5) is not None
    assert strips.at_fraction(str(portrait_clip), 0.5) is not None


def test_newer_strip_request_cancels_the_earlier_one(
    strips: Strips, clip: Path, portrait_clip: Path, qtbot: QtBot
) -> None:
    strips.want((str(clip), ""))
    strips.want((str(portrait_clip), ""))
    assert not strips.is_coming(str(clip))
    wait_whole(qtbot, strips, portrait_clip)
    assert strips.at_fraction(str(portrait_clip), 1.0) is not None


def test_newer_strip_request_continues_clips_named_again(
    strips: Strips, clip: Path, portrait_clip: Path, qtbot: QtBot
) -> None:
    strips.want((str(clip), ""))
    qtbot.waitUntil(lambda: strips.at_fraction(str(clip), 0.0) is not None, timeout=20_000)
    strips.want((str(clip), ""), (str(portrait_clip), ""))
    wait_whole(qtbot, strips, clip, portrait_clip)
    assert strips.at_fraction(str(clip), 1.0) is not None
    assert strips.at_fraction(str(portrait_clip), 1.0) is not None


def test_frame_strip_of_a_broken_clip_is_tried_once(strips: Strips, broken: Path, clip: Path, qtbot: QtBot) -> None:
    strips.want((str(broken), ""))
    wait_whole(qtbot, strips, broken)
    strips.want((str(broken), ""))
    assert not strips.is_coming(str(broken))
    strips.want((str(clip), ""))
    wait_whole(qtbot, strips, clip)
    assert strips.at_fraction(str(clip), 0.5) is not None


def test_hanging_decoder_process_is_killed_and_the_next_clip_gets_a_new_one(
    clip: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    note = tmp_path / "started"
    hanging = f"import time; open({str(note)!r}, 'a').write('x'); time.sleep(60)"
    strips = Strips(None, (sys.executable, "-c", hanging), silence_ms=400)
    strips.want((str(clip), ""))
    qtbot.waitUntil(lambda: not strips.is_coming(str(clip)))
    strips.want((str(clip), ""))
    assert not strips.is_coming(str(clip)), "the clip that it hung at is not tried again"
    note.unlink(missing_ok=True)
    strips.want((str(tmp_path / "other.mp4"), ""))
    qtbot.waitUntil(note.exists, timeout=5_000)
    strips.shutdown()


def test_crashed_decoder_process_does_not_stop_other_clips(clip: Path, tmp_path: Path, qtbot: QtBot) -> None:
    note = tmp_path / "asked"
    dying = f"import sys; line = sys.stdin.readline(); open({str(note)!r}, 'a').write(line); sys.exit(3)"
    strips = Strips(None, (sys.executable, "-c", dying))
    strips.want((str(clip), ""), ("/elsewhere.mp4", ""))
    qtbot.waitUntil(lambda: not strips.is_coming("/elsewhere.mp4"), timeout=10_000)
    asked = [[one["path"] for one in json.loads(line)["clips"]] for line in note.read_text().splitlines()]
    assert asked == [[str(clip), "/elsewhere.mp4"], [str(clip)], ["/elsewhere.mp4"]], (
        "one by one, since one of them is it"
    )
    assert not strips.is_coming(str(clip))
    strips.shutdown()


def test_memory_of_frame_strips_is_bounded(
    strips: Strips, clip: Path, portrait_clip: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(strips_module, "MOST_BYTES", 1_000_000)
    for path in (clip, portrait_clip):
        strips.want((str(path), ""))
        wait_whole(qtbot, strips, path)
    assert strips.at_fraction(str(portrait_clip), 0.5) is not None
    assert strips.at_fraction(str(clip), 0.5) is None


def test_changed_file_gets_a_new_frame_strip(strips: Strips, clip: Path, tmp_path: Path, qtbot: QtBot) -> None:
    strips.want((str(clip), str(tmp_path / "one.jpg")))
    wait_whole(qtbot, strips, clip)
    strips.want((str(clip), str(tmp_path / "one-changed.jpg")))
    assert strips.is_coming(str(clip))
    wait_whole(qtbot, strips, clip)


class NotingStrips(Strips):
    """Makes none, and notes which are wanted."""

    def __init__(self) -> None:
        super().__init__()
        self.wanted: list[str] = []

    def want(self, *clips: tuple[str, str]) -> None:
        self.wanted += [path for path, _ in clips]


def test_frame_strip_is_made_for_a_viewed_clip_but_not_for_a_passed_one(
    make_preview: Callable[..., Preview], clip: Path, portrait_clip: Path, qtbot: QtBot
) -> None:
    strips = NotingStrips()
    preview = make_preview(strips=strips)
    for path in (portrait_clip, clip):
        preview.show_outputs([Showing(path, Media.VIDEO)])
    qtbot.waitUntil(lambda: bool(strips.wanted), timeout=10_000)
    assert strips.wanted == [str(clip)]
