"""The process of a command or agent server uses plain English, whatever the system's language."""

from __future__ import annotations

import logging
from argparse import Namespace
from pathlib import Path

from runway_desktop.remote.opening import opened
from runway_desktop.texts import Text


async def test_names_in_error_sentences_are_shown_literally(tmp_path: Path):
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    chosen = Namespace(demo=False, profile_dir=tmp_path / "profile", profile=None, verbose=False)
    try:
        async with opened(chosen, "command line"):
            assert str(Text("“{file}” is empty.").with_(file="قطة.mp4")) == "“قطة.mp4” is empty."
    finally:
        for handler in [one for one in root.handlers if one not in before]:
            root.removeHandler(handler)
            handler.close()
        root.setLevel(level)
