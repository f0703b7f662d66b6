"""What an organization has and may do: balance, limits of each model, use; and which key is which. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from hashlib import blake2b
from typing import NewType

from runway_desktop.values import Struct, field

Fingerprint = NewType("Fingerprint", str)
"""Tells one key from another, and tells nothing of the key."""
NO_KEY = Fingerprint("")
"""There is no key, or nobody knows which it was."""

DOLLARS_PER_CREDIT = 0.01
"""Source: the API's pricing page."""


class ModelLimits(Struct, frozen=True, kw_only=True):
    """None: no limit."""

    concurrent: int | None = None
    daily: int | None = None


class TimeSpan(Struct, frozen=True):
    """From one moment to a later one, in seconds of the same clock."""

    begin: float
    end: float


class Organization(Struct, frozen=True, kw_only=True):
    """`GET /v1/organization`. `daily_used` counts generations in the rolling day, by model.

    `asked_at` is in Unix seconds. `span` is from the asking to the answer in moments of this run (`clock.Moments`):
    the numbers are those of one moment in it, nobody knows which. None: not asked by this run's account.
    """

    balance: float
    limits: Mapping[str, ModelLimits] = field(default_factory=dict)
    daily_used: Mapping[str, int] = field(default_factory=dict)
    asked_at: float = 0.0
    span: TimeSpan | None = None

    def concurrent(self, model: str) -> int | None:
        """How many tasks of the model run at once; None where Runway names no limit."""
        found = self.limits.get(model)
        return found.concurrent if found else None

    def left_today(self, model: str) -> int | None:
        found = self.limits.get(model)
        if found is None or found.daily is None:
            return None
        return max(0, found.daily - self.daily_used.get(model, 0))


class UsedCredits(Struct, frozen=True, kw_only=True):
    """Credits that Runway booked for one model on one day."""

    day: date
    model: str
    credits: float


class Link(StrEnum):
    """How the program stands with Runway, for the status line."""

    IDLE = "idle"
    """Nothing asked yet."""
    CONNECTED = "connected"
    OFFLINE = "offline"
    TROUBLED = "troubled"
    """Reached, but it answers with errors or asks to slow down."""
    NO_KEY = "no key"
    KEY_REFUSED = "key refused"


class Connectivity(Struct, frozen=True, kw_only=True):
    """How the program stands with Runway. Times in Unix seconds."""

    link: Link = Link.IDLE
    message: str = ""
    """A sentence, empty when all is well."""
    last_answer_at: float | None = None
    next_try_at: float | None = None


class KeySource(StrEnum):
    NONE = "none"
    KEYCHAIN = "keychain"
    MEMORY = "memory"
    """For this session only."""
    ENVIRONMENT = "environment"
    """From RUNWAYML_API_SECRET, as the SDK does it."""
    DEMO = "demo"


class KeyStatus(Struct, frozen=True, kw_only=True):
    """Where the key is. `store_name` names the system's keychain in words ("Secret Service (GNOME Keyring)")."""

    source: KeySource = KeySource.NONE
    store_name: str = ""
    problem: str = ""
    is_awaited: bool = False
    """The keychain has not answered yet."""
    no_keychain: bool = False
    """This computer has none."""
    ending: str = ""
    """The last four characters, for people to tell keys apart. Never more."""
    fingerprint: Fingerprint = NO_KEY
    """Of the key in use."""


def fingerprint_of(secret: str | None) -> Fingerprint:
    """The same for the same secret, always and everywhere; blanks around it do not count.

    One way: 64 bits of a digest, of a secret of 512 random bits. The program's name in it keeps it apart from any
    other digest of the same secret."""
    word = (secret or "").strip()
    if not word:
        return NO_KEY
    return Fingerprint(
        blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8, person=b"runway-desktop").hexdigest()
    )
