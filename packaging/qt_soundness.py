#!/usr/bin/env python3
"""Tells whether the installed PySide6 is sound, so that the pin in pyproject.toml can be lifted when a newer one is.

Two defects hold the pin at 6.10, each of which ends or freezes the program:

* 6.12.0 loses a reference to ``None`` at every call that returns nothing; Pythons before 3.12 abort after thousands.
* 6.11.3 and 6.12.0 freeze when a player with its own audio output is stopped, or given another source, from Python:
  a renderer thread waits for the interpreter while the window's thread holds it and waits for a lock.

Each is tried in a process of its own, since an unsound one does not come back. Run it with the Python of an environment
that holds the version in question. Exit code: 0 sound, 1 not sound, 2 cannot tell.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import wave
from collections.abc import Sequence
from pathlib import Path

CALLS = 10_000
CLIPS = 400
# Short, because it froze when a player was stopped while its threads were starting.
MILLISECONDS_FOR_EACH = 30
SECONDS_FOR_CALLS = 60
SECONDS_FOR_CLIPS = 60

SOUND, UNSOUND, CANNOT_TELL = 0, 1, 2
WORDS = {SOUND: "sound", UNSOUND: "NOT SOUND", CANNOT_TELL: "cannot tell"}


def main(arguments: Sequence[str]) -> int:
    """Tests for both defects, or for one inside its own process. Returns the exit code."""
    if list(arguments[:1]) == ["calls"]:
        return call_what_returns_nothing()
    if list(arguments[:1]) == ["clips"]:
        return play_clips([Path(name) for name in arguments[1:]])
    try:
        import PySide6
    except ImportError:
        print("PySide6 is not installed here: cannot tell.")
        return CANNOT_TELL
    print(f"PySide6 {PySide6.__version__}, Python {sys.version.split()[0]}")
    with tempfile.TemporaryDirectory(prefix="runway-desktop-soundness-") as folder:
        clips = some_clips(Path(folder))
        verdicts = [
            tried("a call that returns nothing", ["calls"], SECONDS_FOR_CALLS),
            tried("players with sound", ["clips", *map(str, clips)], SECONDS_FOR_CLIPS),
        ]
    return UNSOUND if UNSOUND in verdicts else max(verdicts)


def tried(name: str, arguments: list[str], seconds: int) -> int:
    """Runs one test in its own process and prints the result. A crash or a freeze is a failure."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_LOGGING_RULES": "qt.multimedia.*=false"}
    command = [sys.executable, __file__, *arguments]
    try:
        done = subprocess.run(
            command, env=environment, check=False, timeout=seconds, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
    except subprocess.TimeoutExpired:
        print(f"{name}: {WORDS[UNSOUND]}, froze: no end within {seconds} s")
        return UNSOUND
    said = (done.stdout.decode(errors="replace").strip().splitlines() or [""])[-1]
    verdict = done.returncode if done.returncode in WORDS else UNSOUND
    if verdict == UNSOUND and done.returncode != UNSOUND:
        said = f"the process died ({done.returncode}). {said}"
    print(f"{name}: {WORDS[verdict]}, {said}")
    return verdict


def call_what_returns_nothing() -> int:
    """Counts the references to None over many calls. None is immortal from Python 3.12 on."""
    from PySide6.QtCore import QObject

    thing = QObject()
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        thing.blockSignals(True)
        thing.setObjectName("name")
    lost = before - sys.getrefcount(None)
    if lost > CALLS // 10:
        print(f"{lost} references to None lost in {CALLS} calls")
        return UNSOUND
    if sys.version_info >= (3, 12):
        print(f"{CALLS} calls survived; None cannot be lost on this Python, so ask with Python 3.11")
        return CANNOT_TELL
    print(f"{CALLS} calls, no reference lost")
    return SOUND


def play_clips(clips: Sequence[Path]) -> int:
    """Repeats what froze: a new player and audio output for each clip, stopped and given a new source from Python."""
    from PySide6.QtCore import QCoreApplication, QTimer, QUrl
    from PySide6.QtMultimedia import QAudioOutput, QMediaDevices, QMediaPlayer, QVideoSink

    application = QCoreApplication([])
    players: list[QMediaPlayer] = []

    def next_clip() -> None:
        if players:
            players[-1].stop()
            players[-1].setSource(QUrl())
        if len(players) >= CLIPS:
            application.quit()
            return
        player = QMediaPlayer()
        player.setAudioOutput(QAudioOutput(player))
        sink = QVideoSink(player)
        sink.videoFrameChanged.connect(lambda frame: frame.isValid())
        player.setVideoSink(sink)
        player.setSource(QUrl.fromLocalFile(str(clips[len(players) % len(clips)])))
        player.play()
        players.append(player)

    timer = QTimer()
    timer.timeout.connect(next_clip)
    timer.start(MILLISECONDS_FOR_EACH)
    application.exec()
    if not QMediaDevices.audioOutputs():
        print(f"{CLIPS} clips without a freeze, but this machine has no sound device: ask again where one is")
        return CANNOT_TELL
    print(f"{CLIPS} clips without a freeze")
    return SOUND


def some_clips(folder: Path) -> list[Path]:
    """Clips to play: the samples that ship with the program, and a tone."""
    samples = Path(__file__).resolve().parents[1] / "resources" / "samples"
    tone = folder / "tone.wav"
    with wave.open(str(tone), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes((index * 7) % 256 for index in range(2 * 8000)))
    return [tone, *sorted(samples.glob("*.mp4"))[:4]]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
