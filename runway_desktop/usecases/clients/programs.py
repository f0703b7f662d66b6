"""Client programs as the preferences list them. Loop's thread only; raises StoreError."""

from __future__ import annotations

from collections import Counter

from runway_desktop.domain.permissions import COMMAND_LINE, Client, Permission
from runway_desktop.services.approvals import Clients
from runway_desktop.usecases.words.clients import client_name
from runway_desktop.values import Struct

MOST_READING = 50


class Program(Struct, frozen=True, kw_only=True):
    """`waiting` counts its requests that wait for the user; `today` is what was spent for it today, in credits."""

    client: Client
    waiting: int = 0
    today: float = 0.0
    is_connected: bool = False


async def programs(clients: Clients) -> tuple[Program, ...]:
    """Sorted by name; the command line last, listed even if it was never used. Of clients that may only read, the most
    recent: a script with a new name each time would fill the list."""
    asked = await clients.of([task.id for task in clients.waiting()])
    amounts = Counter(one.client for one in asked.values())
    latest = sorted(await clients.all(), key=lambda client: -client.seen_at)
    left_out = {client.name for client in [one for one in latest if one.permission is Permission.READ][MOST_READING:]}
    known = {client.name: client for client in latest if client.name not in left_out}
    known.setdefault(COMMAND_LINE, Client(name=COMMAND_LINE))
    found = [
        Program(
            client=client,
            waiting=amounts[name],
            today=await clients.reserved_today(name),
            is_connected=bool(clients.connected.get(name)),
        )
        for name, client in known.items()
    ]
    found.sort(key=lambda one: (one.client.name == COMMAND_LINE, client_name(one.client.name).casefold()))
    return tuple(found)
