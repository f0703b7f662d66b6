"""Soft chords as raw audio, in place of a model's speech or music.

Pure functions, standard library only. A chord of integer frequencies is computed for one second, so that it repeats
without a click, and then shaped by an envelope: syllables for speech, one swell for an effect, slow waves for music.
The same seed gives the same samples. A second of audio takes about 10 ms. Any thread.
"""

from __future__ import annotations

import io
import math
import random
import struct
import sys
import wave
from array import array
from enum import Enum

_CHORDS = (
    (131, 196, 247, 330, 392),
    (147, 220, 262, 349, 440),
    (110, 165, 220, 277, 330),
    (123, 185, 247, 294, 370),
    (98, 147, 196, 247, 294),
)
_PEAK = 0.42 * 32767
_STEPS_PER_SECOND = 200


class Shape(Enum):
    """How loudness changes over time, so that the waveform on the screen looks like speech, effect or music."""

    SPEECH = "speech"
    EFFECT = "effect"
    MUSIC = "music"


def pcm(seconds: float, rate: int, seed: int, shape: Shape) -> array[int]:
    """Signed 16-bit mono samples: `seconds` long at `rate` samples a second."""
    source = random.Random(seed)
    chord = source.choice(_CHORDS)
    turn = 2 * math.pi / rate
    weights = [1 / (1 + position * 0.6) for position in range(len(chord))]
    loudest = sum(weights)
    second = [
        sum(weight * math.sin(turn * note * index) for note, weight in zip(chord, weights, strict=True)) / loudest
        for index in range(rate)
    ]
    total = max(1, round(seconds * rate))
    envelope = _envelope(seconds, source, shape)
    samples = array("h", bytes(2 * total))
    steps = len(envelope) - 1
    stretch = steps / total
    for index in range(total):
        at = index * stretch
        step = int(at)
        low = envelope[step]
        level = low + (envelope[min(step + 1, steps)] - low) * (at - step)
        samples[index] = int(second[index % rate] * level * _PEAK)
    return samples


def wav(samples: array[int], rate: int, comment: str = "") -> bytes:
    """A WAV file of the samples; `comment` goes into its INFO list, where players show it."""
    if sys.byteorder == "big":
        samples = array("h", samples)
        samples.byteswap()
    target = io.BytesIO()
    with wave.open(target, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(samples.tobytes())
    body = target.getvalue()
    if not comment:
        return body
    text = comment.encode("utf-8")[:2000] + b"\0"
    text += b"\0" * (len(text) % 2)
    chunk = b"INFOICMT" + struct.pack("<I", len(text)) + text
    listed = b"LIST" + struct.pack("<I", len(chunk)) + chunk
    return body[:4] + struct.pack("<I", len(body) + len(listed) - 8) + body[8:] + listed


def _envelope(seconds: float, source: random.Random, shape: Shape) -> list[float]:
    steps = max(2, int(seconds * _STEPS_PER_SECOND))
    if shape is Shape.SPEECH:
        levels = _syllables(steps, source)
    elif shape is Shape.EFFECT:
        rise = max(1, steps // 6)
        levels = [
            min(1.0, step / rise) * math.exp(-2.2 * max(0, step - rise) / steps) * (0.85 + 0.15 * math.sin(step / 9))
            for step in range(steps + 1)
        ]
    else:
        levels = [0.6 + 0.4 * math.sin(2 * math.pi * step / (_STEPS_PER_SECOND * 4)) for step in range(steps + 1)]
    fade = min(steps // 2, 12)
    for step in range(fade):
        levels[step] *= step / fade
        levels[-1 - step] *= step / fade
    return levels


def _syllables(steps: int, source: random.Random) -> list[float]:
    levels: list[float] = []
    while len(levels) <= steps:
        for _ in range(source.randint(3, 8)):
            length = source.randint(22, 52)
            height = source.uniform(0.45, 1.0)
            levels += [height * math.sin(math.pi * step / length) ** 0.8 for step in range(length)]
        levels += [0.0] * source.randint(18, 60)
    return levels[: steps + 1]
