"""Settings of the simulated organizations, at the start or while it runs.

One frozen record with defaults. The defaults are those of the demo, where a clip takes 10 to 30 seconds, so that users
see it live. Pure; raises `ValueError` with a message for an unknown knob or an invalid value.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

DAY = 86_400.0


class Knobs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All knobs. Times are seconds, money is credits, rates are 0 to 1; None means no limit (or no fixed value)."""

    speed: float = 1.0
    """Waiting and running times are divided by this. Links and uploads expire in real time."""
    seed: int | None = None
    """Makes durations, failures and task ids reproducible; None: random."""
    concurrency: int | None = 2
    """Tasks of one model that run at once; more of them are THROTTLED."""
    daily_limit: int | None = 200
    """Tasks of one model in 24 hours; one more is refused with 429."""
    balance: int = 10_000
    """Credits of the organization; a create that costs more is refused with 400."""
    failure_rate: float = 0.0
    """The share of tasks that fail."""
    failure_code: str | None = None
    """The code of those failures; None: a random one."""
    link_seconds: float = DAY
    """How long a link to an output works."""
    unknown_seconds: float = 0.0
    """How long a new task is answered with 404, before GET and DELETE know it."""

    def __post_init__(self) -> None:
        if not self.speed > 0:
            raise ValueError("speed has to be above 0")
        if not 0 <= self.failure_rate <= 1:
            raise ValueError("failure_rate has to be from 0 to 1")
        for name in ("concurrency", "daily_limit"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ValueError(f"{name} has to be at least 1")

    def turned(self, changes: Mapping[str, object]) -> Knobs:
        try:
            return msgspec.convert({**msgspec.structs.asdict(self), **changes}, Knobs)
        except msgspec.ValidationError as error:
            raise ValueError(str(error)) from None
