"""Peaks of a sound, read on a worker or decoded piece by piece."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from runway_desktop.ui.media.kinds.sound import WaveformReader, peaks_of_wav
from runway_desktop.ui.media.workers import Workers
from tests.rigs.clips import SAMPLES, write_wav


@pytest.fixture
def reader(qapp: object) -> Iterator[WaveformReader]:
    workers = Workers()
    yield WaveformReader(workers)
    workers.shutdown()


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize("channels", [1, 2])
def test_peaks_follow_the_loudness_in_every_sample_width(tmp_path: Path, width: int, channels: int) -> None:
    waveform = peaks_of_wav(write_wav(tmp_path / "a.wav", width=width, channels=channels), buckets=100)
    assert waveform is not None
    assert waveform.duration == 2.0
    assert len(waveform.peaks) == 100
    assert max(waveform.peaks[:50]) < 0.02
    assert waveform.peaks[75] == pytest.approx(0.5, abs=0.02)


def test_file_that_is_no_wav_gives_no_waveform(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    for content in (b"", b"RIFF", b"no sound"):
        path.write_bytes(content)
        assert peaks_of_wav(path) is None
    assert peaks_of_wav(tmp_path / "gone.wav") is None


def test_sound_shorter_than_the_buckets_is_read(tmp_path: Path) -> None:
    waveform = peaks_of_wav(write_wav(tmp_path / "a.wav", seconds=0.01))
    assert waveform is not None
    assert len(waveform.peaks) == 80


@pytest.mark.parametrize("name", ["speech-6s.mp3", "speech-6s.ogg", "speech-6s.flac"])
def test_compressed_sound_is_decoded(reader: WaveformReader, name: str, qtbot: QtBot) -> None:
    with qtbot.waitSignal(reader.ready) as caught:
        reader.read(SAMPLES / name)
    _path, waveform = caught.args or [None, None]
    assert waveform.duration == pytest.approx(6.0, abs=0.1)
    assert max(waveform.peaks) > 0.05


def test_broken_sound_fails_with_its_path(reader: WaveformReader, broken: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(reader.failed) as caught:
        reader.read(broken)
    assert caught.args == [broken]


def test_new_waveform_request_drops_the_earlier_one(reader: WaveformReader, sound: Path, qtbot: QtBot) -> None:
    answers: list[Path] = []
    reader.ready.connect(lambda path, _waveform: answers.append(path))
    reader.read(SAMPLES / "speech-6s.mp3")
    reader.read(sound)
    qtbot.waitUntil(lambda: answers != [])
    assert answers == [sound]
