"""An organization's balance, model limits and usage, and fingerprints that tell API keys apart. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from hashlib import blake2b
from typing import NewType

from runway_desktop.texts import Text
from runway_desktop.values import Struct, field

Fingerprint = NewType("Fingerprint", str)
"""Identifies a key without revealing anything of it."""
NO_KEY = Fingerprint("")
"""No key, or the key is not known."""

DOLLARS_PER_CREDIT = 0.01
"""Source: the API's pricing page."""
MOST_CREDITS = 100_000_000
"""More than the highest tier may spend in a year."""


class ModelLimits(Struct, frozen=True, kw_only=True):
    """None: no limit."""

    concurrent: int | None = None
    daily: int | None = None


class TimeSpan(Struct, frozen=True):
    """An interval of time, in seconds of one clock."""

    begin: float
    end: float


class Organization(Struct, frozen=True, kw_only=True):
    """Answer of `GET /v1/organization`. `daily_used` counts generations of the last 24 hours, by model.

    `asked_at` is in Unix seconds. `span` lasts from request to answer, in moments of this run (`clock.Moments`); the
    figures are those of some moment inside it. None: not read by this run's account.
    """

    balance: float
    limits: Mapping[str, ModelLimits] = field(default_factory=dict)
    daily_used: Mapping[str, int] = field(default_factory=dict)
    asked_at: float = 0.0
    span: TimeSpan | None = None

    def concurrent(self, model: str) -> int | None:
        """How many tasks of the model may run at once; None: no limit."""
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


def model_listed(name: str) -> str:
    """The model that Runway's lists of prices and usage name: there a recipe is "recipe:product_ad"."""
    return name.removeprefix("recipe:")


class Link(StrEnum):
    """State of the connection to Runway, for the status line."""

    IDLE = "idle"
    """No request was made yet."""
    CONNECTED = "connected"
    OFFLINE = "offline"
    TROUBLED = "troubled"
    """Reachable, but answers with errors or asks to slow down."""
    NO_KEY = "no key"
    KEY_REFUSED = "key refused"


class Connectivity(Struct, frozen=True, kw_only=True):
    """State of the connection to Runway. Times in Unix seconds."""

    link: Link = Link.IDLE
    message: Text | str = ""
    """A sentence for the user; empty when there is no problem."""
    last_answer_at: float | None = None
    next_try_at: float | None = None


class KeySource(StrEnum):
    NONE = "none"
    KEYCHAIN = "keychain"
    MEMORY = "memory"
    """Kept for this session only."""
    ENVIRONMENT = "environment"
    """From the variable RUNWAYML_API_SECRET, as in the SDK."""
    DEMO = "demo"


class KeyStatus(Struct, frozen=True, kw_only=True):
    """Where the key is kept. `store_name` is the keychain's name for people ("Secret Service (GNOME Keyring)")."""

    source: KeySource = KeySource.NONE
    store_name: str = ""
    problem: Text | str = ""
    is_awaited: bool = False
    """The keychain has not answered yet."""
    no_keychain: bool = False
    ending: str = ""
    """The last four characters of the key, so that people can tell keys apart. Never more."""
    fingerprint: Fingerprint = NO_KEY
    """Of the key in use."""


def fingerprint_of(secret: str | None) -> Fingerprint:
    """Fingerprint of a secret: the same on every machine; surrounding blanks are ignored.

    A one-way digest of 64 bits (the secret has 512 random bits). It is personalized with the program's name, so it
    equals no other digest of the same secret.
    """
    word = (secret or "").strip()
    if not word:
        return NO_KEY
    return Fingerprint(
        blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8, person=b"runway-desktop").hexdigest()
    )
