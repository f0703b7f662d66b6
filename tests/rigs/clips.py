"""Small real files, and what Qt's media backend says of a machine without sound and graphics card."""

from __future__ import annotations

import math
import struct
import wave
from pathlib import Path

SAMPLES = Path(__file__).parents[2] / "resources" / "samples"


# What Qt's media backend says on a machine without a sound service or a graphics card, and about files that are broken
# on purpose.
BACKEND_CHATTER = (
    "PulseAudioService",
    "No HW decoder found",
    "Could not open media",
    "No RHI backend",
    "QtMultimedia is not currently supported",
)


def write_wav(path: Path, width: int = 2, channels: int = 1, seconds: float = 2.0, rate: int = 8000) -> Path:
    """Silence in the first half, a tone at half loudness in the second."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        frames = bytearray()
        for index in range(round(seconds * rate)):
            value = 0.5 * math.sin(index * 2 * math.pi * 440 / rate) if index >= seconds * rate / 2 else 0.0
            for _ in range(channels):
                if width == 1:
                    frames += bytes([round(value * 127) + 128])
                else:
                    top = 2 ** (8 * width - 1) - 1
                    frames += struct.pack("<q", round(value * top))[:width]
        file.writeframes(bytes(frames))
    return path
