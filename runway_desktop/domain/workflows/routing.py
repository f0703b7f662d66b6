"""Model routers: what the organization has, what one chose for a task, and its list of requests. Pure values.

Source of all: the API reference and the official SDK's types. Times are Unix seconds by the server's clock, credits
floats.
"""

from __future__ import annotations

from collections.abc import Mapping

from runway_desktop.values import Struct, field

GENERATE: Mapping[str, str] = {"generate_video": "video", "generate_image": "image", "generate_audio": "audio"}
"""The endpoints of which a router chooses the model, with the kind that the router's settings name."""
GONE = "router_config_not_found"
"""Runway's code for a router that does not exist."""
NO_MODEL = "no_eligible_model"
"""Runway's code for a request that no model of the router can make. Nothing is charged."""


class Router(Struct, frozen=True, kw_only=True):
    """`ceilings`: the most credits for each output, by kind. Requests name the slug, which never changes."""

    id: str
    slug: str
    name: str
    ceilings: Mapping[str, float] = field(default_factory=dict)
    is_gone: bool = False
    """Runway has it no more."""


class Routing(Struct, frozen=True, kw_only=True):
    """What a router chose for a task. `skipped`: better models whose places were taken; `all_exhausted`: all were."""

    model: str
    provider: str = ""
    price_ceiling: float | None = None
    skipped: tuple[str, ...] = ()
    all_exhausted: bool = False


class RoutedRequest(Struct, frozen=True, kw_only=True):
    """An entry of a router's list. `remote_id` is empty unless it was routed to a model. Neither who asked nor the
    prompt is told."""

    id: str
    at: float
    remote_id: str = ""
    model: str = ""
    credits: float | None = None


class RequestList(Struct, frozen=True):
    """A router's requests in the server's order. `at`: when it was answered; None if the server told no time.
    `is_whole`: no part of the time that was asked for is missing."""

    at: float | None = None
    requests: tuple[RoutedRequest, ...] = ()
    is_whole: bool = True


class RouterSeen(Struct, frozen=True, kw_only=True):
    """The list before a create, and what was found after it got no answer. `ahead`: seconds by which the server's clock
    is ahead of this one; `known`: entries that were there. None and empty: it could not be read."""

    ahead: float | None = None
    known: tuple[str, ...] = ()
    found: tuple[RoutedRequest, ...] = ()
    """Entries that may be the task."""
    verdict: str = ""
    """A `services.tasks.uncertainty.Lookup`; empty before the list was read again."""
