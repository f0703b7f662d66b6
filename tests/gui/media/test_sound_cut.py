"""Parts of sounds, as files for voices."""

from __future__ import annotations

import wave
from io import BytesIO
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from runway_desktop.ui.media.sound_cut import SoundCut
from tests.rigs.clips import SAMPLES, write_wav


@pytest.mark.parametrize("width", [1, 2, 4])
def test_part_of_a_recording_begins_and_ends_where_it_was_asked(tmp_path: Path, qtbot: QtBot, width: int):
    recording = write_wav(tmp_path / "memo.wav", width, channels=2, seconds=4.0)
    cut = SoundCut(recording, 1.5, 1.0)
    with qtbot.waitSignal(cut.made, timeout=20_000) as caught:
        pass
    with wave.open(BytesIO(caught.args[0])) as sound:
        assert (sound.getnchannels(), sound.getsampwidth()) == (2, 2)
        rate, frames = sound.getframerate(), sound.getnframes()
        samples = memoryview(sound.readframes(frames)).cast("h")[::2].tolist()
    assert frames / rate == pytest.approx(1.0, abs=0.01)
    half = len(samples) // 2
    assert max(map(abs, samples[: half - rate // 50])) < 500, "silence until the half of the recording"
    assert max(map(abs, samples[half:])) == pytest.approx(16384, rel=0.1)


def test_part_of_a_compressed_sound_is_cut_and_a_damaged_one_is_told(tmp_path: Path, qtbot: QtBot):
    cut = SoundCut(SAMPLES / "speech-6s.mp3", 2.0, 30.0)
    with qtbot.waitSignal(cut.made, timeout=20_000) as caught:
        pass
    with wave.open(BytesIO(caught.args[0])) as sound:
        assert sound.getnframes() / sound.getframerate() == pytest.approx(4.0, abs=0.3)
    damaged = tmp_path / "memo.mp3"
    damaged.write_bytes(b"no sound" * 99)
    broken = SoundCut(damaged, 0.0, 30.0)
    with qtbot.waitSignal(broken.failed, timeout=20_000):
        pass
