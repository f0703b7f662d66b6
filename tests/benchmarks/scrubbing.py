"""What is seen while the scrubber is dragged, and how long a click takes to a first frame, beside a bare player.

    python -m tests.benchmarks scrub

Clips of eight seconds, H.264 with a key frame every ten seconds, as most that come from Runway. They are made by
`ffmpeg` where it is installed. What counts is a frame, read from the pixels, within a quarter second of the pointer.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.children import Child, NotToldHere, screens
from tests.benchmarks.limits import COMPARED_FRAMES_A_SECOND, DRAGGED_FRAMES_A_SECOND
from tests.benchmarks.scrub_child import BITS, FPS
from tests.benchmarks.table import Figure

NAME = "Scrub: frames near the pointer while it is dragged"


@dataclass(frozen=True, slots=True)
class Size:
    height: int = 1080
    length: int = 8
    """Seconds, of a clip."""
    drag: float = 4.0
    """Seconds, from one end to the other."""
    rounds: int = 3


def measure(folder: Path, size: Size) -> list[Figure]:
    """Figures for each kind of screen. Blocking."""
    if shutil.which("ffmpeg") is None:
        raise NotToldHere
    figures = []
    clips = [make_clip(folder / f"{letter}.mp4", size.height, size.length) for letter in "abcd"]
    for screen, variables in screens():
        setting = f"{size.height}p, {size.length} s dragged through in {size.drag:g} s, {screen}"
        heard: dict[str, list[dict[str, Any]]] = {}
        for _ in range(size.rounds):
            for which in ("preview", "compare", "bare"):
                words = (which, str(size.drag), *map(str, clips))
                with Child("scrub_child", *words, variables=variables) as child:
                    heard.setdefault(which, []).append(child.hear("dragged", 120.0))
        figures += _figures(setting, heard)
    return figures


def _figures(setting: str, heard: dict[str, list[dict[str, Any]]]) -> list[Figure]:
    def middle(which: str, what: str) -> float:
        values = sorted(float(found[what]) for found in heard[which])
        return values[len(values) // 2]

    figures = [
        Figure(
            benchmark=NAME, setting=setting, name=f"{words}, {place}", value=middle(which, what), unit="a second",
            reference=middle("bare", what), reference_name="bare player",
            at_least=COMPARED_FRAMES_A_SECOND if (which, what) == ("compare", "first") else DRAGGED_FRAMES_A_SECOND,
        )
        for which, place in (("preview", "one clip"), ("compare", "four clips in compare"))
        for what, words in (("first", "the first drag ever"), ("again", "each later drag"))
    ]  # fmt: skip
    return [
        *figures,
        Figure(
            benchmark=NAME, setting=setting, name="release to the exact frame", value=middle("preview", "exact"),
            unit="ms", reference=middle("bare", "exact"), reference_name="bare player",
        ),
        Figure(
            benchmark=NAME, setting=setting, name="hover to a first frame", value=middle("preview", "hover"),
            unit="ms", at_most=150.0,
        ),
        Figure(
            benchmark=NAME, setting=setting, name="hover to a first frame, the first of a run",
            value=middle("preview", "hover_cold"), unit="ms", at_most=150.0,
        ),
        Figure(
            benchmark=NAME, setting=setting, name="the same, where the list begins with the poster",
            value=middle("preview", "hover_straight"), unit="ms",
        ),
        Figure(
            benchmark=NAME, setting=setting, name="click to the first frame", value=middle("preview", "click"),
            unit="ms", reference=middle("bare", "click"), reference_name="bare player",
            ratio_at_most=1.1,
        ),
    ]  # fmt: skip


def make_clip(path: Path, height: int, seconds: int) -> Path:
    """A busy picture with grain, its number in bars at the top: bit by bit, white for one."""
    width = height * 16 // 9 // 2 * 2
    bars = [f"drawbox=0:0:{width}:{height // 8}:black:fill"]
    for bit in range(BITS):
        is_on = f"mod(floor(n/{1 << bit}),2)"
        bars.append(f"drawbox={width * bit // BITS}:0:{width // BITS}:{height // 8}:white:fill:enable='{is_on}'")
    source = f"testsrc2=size={width}x{height}:rate={FPS}:duration={seconds},noise=alls=6:allf=t,{','.join(bars)}"
    codec = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-g", "240", "-pix_fmt", "yuv420p")
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", source, *codec, str(path)], check=True)
    return path
