"""Frame rates, and frames and seconds as timecode. Pure; raises nothing.

Drop-frame timecode (SMPTE ST 12-1) leaves out numbers, not frames: the first `rate.left_out` of each minute but every
tenth, so that it agrees with the clock at 29.97 and 59.94 frames a second. At 23.976 there is none.
"""

from __future__ import annotations

from fractions import Fraction

from runway_desktop.values import Struct

_DENOMINATOR = 1001
_NEAR = 0.01
"""How far a measured rate may be from a usual one, in frames a second."""


class FrameRate(Struct, frozen=True):
    """`num` / `den` frames a second."""

    num: int
    den: int = 1
    is_drop: bool = False

    @property
    def base(self) -> int:
        """Numbers of frames in a second of timecode."""
        return max(1, round(self.num / self.den))

    @property
    def left_out(self) -> int:
        return self.base // 15 if self.is_drop else 0

    @property
    def hour(self) -> int:
        """The frame at 01:00:00:00, where exported cuts begin."""
        return 3600 * self.base - 54 * self.left_out

    @property
    def fps(self) -> float:
        return self.num / self.den

    @property
    def name(self) -> str:
        """ "24", "23.976"."""
        return f"{self.fps:.3f}".rstrip("0").rstrip(".")

    def frames(self, seconds: float) -> int:
        """The nearest frame."""
        return round(seconds * self.num / self.den)

    def seconds(self, frames: int) -> float:
        return frames * self.den / self.num


RATES = (
    FrameRate(24), FrameRate(25), FrameRate(30), FrameRate(24_000, 1001), FrameRate(30_000, 1001, is_drop=True),
)  # fmt: skip
"""Those of a cut, the usual one first."""
_USUAL = (*RATES, FrameRate(60_000, 1001, is_drop=True))


def rate_of(fps: float) -> FrameRate:
    """The rate of a file that measures so many frames a second; the first of `RATES` if it is not known."""
    if not 0 < fps < 1e4:
        return RATES[0]
    found = next((rate for rate in _USUAL if abs(rate.fps - fps) < _NEAR), None)
    exact = Fraction(fps).limit_denominator(_DENOMINATOR)
    return found or (FrameRate(exact.numerator, exact.denominator) if exact > 0 else RATES[0])


def timecode(frame: int, rate: FrameRate) -> str:
    """ "01:02:03:04", with ";" before the frames if numbers are left out. `frame`: from 0."""
    base, dropped, number = rate.base, rate.left_out, frame
    if dropped:
        tens, rest = divmod(frame, 600 * base - 9 * dropped)
        number += 9 * dropped * tens
        if rest >= dropped:
            number += dropped * ((rest - dropped) // (60 * base - dropped))
    seconds, frames = divmod(number, base)
    separator = ";" if dropped else ":"
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{separator}{frames:02}"
