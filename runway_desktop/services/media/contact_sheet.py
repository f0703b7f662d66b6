"""Contact sheets: tiles with a frame, a name and lines of text, on pages of light paper.

A child (this program with `--sheet`, see `ui/media/sheet_child.py`) draws them, so that commands and agents, which have
no window, draw the same. Blocks: call it in a worker.
"""

from __future__ import annotations

import json
import os
import subprocess
from base64 import b64decode
from collections.abc import Sequence

from runway_desktop.domain.errors import NotPossible
from runway_desktop.domain.profiles import own_words
from runway_desktop.texts import Text
from runway_desktop.values import Struct, as_json

WORD = "--sheet"
_PATIENCE = 30.0
"""Seconds before the child is killed."""
_A_TILE_MORE = 3.5
"""Seconds for each tile: a clip without a poster is decoded."""


class Tile(Struct, frozen=True, kw_only=True):
    """`pictures`: paths, of which the first that can be read is shown. `clip`: a path; its frame `at` these seconds is
    shown if the clip does not begin there or has no picture. Without any it is an empty box."""

    name: str
    pictures: tuple[str, ...] = ()
    clip: str = ""
    at: float = 0.0
    lines: tuple[str, ...] = ()


class Pages(Struct, frozen=True):
    """`files`: one PDF, or a PNG for each page. `shown`: whether each tile has a picture."""

    files: tuple[bytes, ...]
    shown: tuple[bool, ...]


def drawn(title: str, tiles: Sequence[Tile], *, is_pdf: bool) -> Pages:
    """A PDF, or pictures, which end below their last tile. Raises NotPossible."""
    wanted = {"title": title, "tiles": list(map(as_json, tiles)), "is_pdf": is_pdf}
    try:
        done = subprocess.run(
            [*own_words(), WORD],
            input=json.dumps(wanted).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE + _A_TILE_MORE * len(tiles),
            check=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            # The child shows no window and must not connect to the display.
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_QPA_OFFSCREEN_NO_GLX": "1"},
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise NotPossible(Text("The contact sheet could not be drawn."), detail=str(error)) from error
    told = json.loads(done.stdout)
    return Pages(tuple(map(b64decode, told["files"])), tuple(told["shown"]))
