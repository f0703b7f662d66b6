"""What can be set about the simulated organizations, at the start or while it runs.

One frozen record with a default for everything: the defaults are the demo, where a clip takes 10 to 30 seconds so that
one sees it live. Pure; raises `ValueError` in words for a knob that does not exist or has a value that it cannot have.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Knobs:
    """All knobs. Times are seconds, money is credits, rates are 0 to 1; None means no limit (or no choice)."""

    speed: float = 1.0
    """Waiting and running times are divided by this. Links and uploads expire in real time."""
    seed: int | None = None
    """Makes lengths, failures and task ids the same on every run; None: different ones."""
    concurrency: int | None = 2
    """Tasks of one model that run at once; more of them are THROTTLED."""
    daily_limit: int | None = 200
    """Tasks of one model in 24 hours; one more is refused with 429."""
    balance: int = 10_000
    """Credits of the organization; a create that costs more is refused with 400."""
    monthly_limit: int = 10_000
    """What the organization says it may buy in a month. Said only, never applied."""
    failure_rate: float = 0.0
    """The share of tasks that fail."""
    failure_code: str | None = None
    """The code with which those fail; None: any of those that exist."""
    link_seconds: float = DAY
    """How long a link to an output works."""
    upload_seconds: float = DAY
    """How long an uploaded file can be named in a request."""
    secret: str | None = None
    """A secret that is accepted although it has not the form of one."""

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
        """These knobs with some of them changed, as they come from JSON."""
        accepted = {knob.name: typing.get_type_hints(Knobs)[knob.name] for knob in fields(Knobs)}
        values: dict[str, typing.Any] = {}
        for name, value in changes.items():
            if name not in accepted:
                raise ValueError(f"there is no knob called {name!r}; there are {', '.join(accepted)}")
            values[name] = _fitted(name, value, accepted[name])
        return replace(self, **values)


def _fitted(name: str, value: object, kind: object) -> object:
    allowed = typing.get_args(kind) if isinstance(kind, types.UnionType) else (kind,)
    if type(value) is int and float in allowed:
        return float(value)
    if type(value) not in allowed:
        raise ValueError(f"{name} cannot be {value!r}")
    return value
