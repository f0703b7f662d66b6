"""The person's ffmpeg is stopped with what waits for it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from runway_desktop.desktop import ffmpeg


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands for ffmpeg")
def test_program_ends_when_the_one_who_is_told_its_progress_fails(tmp_path: Path) -> None:
    program = tmp_path / "ffmpeg"
    program.write_text("#!/bin/sh\necho out_time_us=N/A\nexec sleep 60\n")
    program.chmod(0o700)

    def fails(_seconds: float) -> bool:
        raise RuntimeError("the loop is closed")

    begun = time.monotonic()
    with pytest.raises(RuntimeError, match="the loop is closed"):
        ffmpeg.run(str(program), [], fails)
    assert time.monotonic() - begun < 30
