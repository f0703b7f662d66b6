"""What clients have asked for, and what they may spend a day. Loop's thread only; raises StoreError.

A grant counts for the list in which it was given: one that was restored or copied has another identity, and every
client only reads again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from runway_desktop.domain.copies import IDENTITY
from runway_desktop.domain.library import ClientRequest
from runway_desktop.domain.moments import local_time
from runway_desktop.domain.task import TaskId

from .ports import Clock, Store
from .settings import Settings

COMMAND_LINE = "command line"
"""How commands are called among the clients."""
GRANTS = "clients.grants"
"""The setting with the credits a day of each client, and the list in which they were granted."""


class ClientRequests:
    def __init__(self, store: Store, settings: Settings, clock: Clock) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock

    async def note(self, asked: ClientRequest) -> ClientRequest:
        """Writes it down, unless the same was said before: then that."""
        return await self._store.note_client_request(asked)

    async def known(self, client: str, request_id: str) -> ClientRequest | None:
        return await self._store.client_request(client, request_id)

    async def latest(self, client: str, digest: str) -> ClientRequest | None:
        """The last wish of this client for just this."""
        return await self._store.latest_client_request(client, digest)

    async def of(self, task_ids: Sequence[TaskId]) -> Mapping[TaskId, ClientRequest]:
        """Who asked for these tasks, of those that a client asked for."""
        return await self._store.client_requests(task_ids) if task_ids else {}

    async def reserved_today(self, client: str) -> float:
        """Credits of what it asked for today, by this machine's clock."""
        midnight = local_time(self._clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
        return await self._store.reserved_since(client, midnight.timestamp())

    def granted(self, client: str) -> float | None:
        """Credits a day; None without a grant. To be asked once this list is known for no copy."""
        grant = self._grants().get(client)
        if not isinstance(grant, Mapping) or grant.get("list") != self._list():
            return None
        credits = grant.get("credits")
        return float(credits) if isinstance(credits, int | float) and credits > 0 else None

    async def grant(self, client: str, credits: float | None) -> None:
        """Credits a day for a client; None takes the grant back."""
        grants = {name: grant for name, grant in self._grants().items() if name != client}
        if credits is not None:
            grants[client] = {"credits": credits, "list": self._list()}
        self._settings.set(GRANTS, grants)
        await self._settings.flush()

    def _grants(self) -> dict[str, Any]:
        found = self._settings.get(GRANTS)
        return dict(found) if isinstance(found, Mapping) else {}

    def _list(self) -> str:
        identity = self._settings.get(IDENTITY)
        return str(identity.get("id", "")) if isinstance(identity, Mapping) else ""
