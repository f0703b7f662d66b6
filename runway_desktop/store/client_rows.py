"""Clients (other programs): their permissions, requests, and the log of their calls. Functions of a connection, on its
thread."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from runway_desktop.domain.permissions import Client, ClientRequest, Permission, RecordLine, Suggestion
from runway_desktop.domain.task import HoldCode, Request, State, TaskId
from runway_desktop.values import as_json

from .reading import pages
from .records import from_json, to_cell, to_json, to_text

MOST_CLIENTS = 200
"""Limit of read-only clients; the ones seen last are kept. Any program of the person can connect under any name."""
LONGEST_RECORD = 10_000
"""Calls; older ones are deleted. Requests are kept."""
MOST_SUGGESTED = 100
"""Tasks that a client suggests; the latest are kept."""
_CLIENT = "name, permission, credits, folders, may_use_cast, list, seen_at"
_WISH = "client, request_id, digest, task_id, credits, at, request, within, reason, expired, withdrawn"


def clients(connection: sqlite3.Connection, identity: str) -> list[Client]:
    """Permissions given in a list of another identity are void."""
    rows = connection.execute(f"SELECT {_CLIENT} FROM clients ORDER BY name")
    return [
        Client(
            name=to_text(name),
            permission=Permission(permission),
            credits=credits,
            folders=tuple(from_json(folders)),
            may_use_cast=bool(may_use_cast),
            seen_at=seen_at,
        )
        if to_text(own) == identity
        else Client(name=to_text(name), seen_at=seen_at)
        for name, permission, credits, folders, may_use_cast, own, seen_at in rows
    ]


def take_void(connection: sqlite3.Connection, identity: str) -> list[str]:
    """Removes the permissions that were given in a list of another identity. Returns whose they were."""
    void = "list <> ? AND permission <> ?"
    which = (to_cell(identity), Permission.READ.value)
    names = [to_text(name) for (name,) in connection.execute(f"SELECT name FROM clients WHERE {void}", which)]
    connection.execute(
        f"UPDATE clients SET permission = ?, credits = 0, folders = '[]', may_use_cast = 0, list = ? WHERE {void}",
        (Permission.READ.value, to_cell(identity), *which),
    )
    return sorted(names)


def save_client(connection: sqlite3.Connection, client: Client, identity: str) -> None:
    connection.execute(
        f"INSERT OR REPLACE INTO clients ({_CLIENT}) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            *(to_cell(client.name), client.permission.value, client.credits, to_json(list(client.folders))),
            *(int(client.may_use_cast), to_cell(identity), client.seen_at),
        ),
    )
    connection.execute(
        """
        DELETE FROM clients
        WHERE permission = ? AND folders = '[]' AND NOT may_use_cast
            AND name NOT IN (SELECT name FROM clients ORDER BY seen_at DESC LIMIT ?)
        """,
        (Permission.READ.value, MOST_CLIENTS),
    )


def note_client_request(connection: sqlite3.Connection, asked: ClientRequest) -> ClientRequest:
    connection.execute(
        f"""
        INSERT INTO client_requests ({_WISH}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (client, request_id) DO UPDATE SET
            credits = excluded.credits, at = excluded.at, within = excluded.within
        WHERE task_id = excluded.task_id AND digest = excluded.digest
        """,
        (
            *(to_cell(asked.client), to_cell(asked.request_id), asked.digest, asked.task_id, asked.credits, asked.at),
            *(to_json(as_json(asked.request)), int(asked.is_within), to_cell(asked.reason), int(asked.is_expired)),
            int(asked.is_withdrawn),
        ),
    )
    found = client_request(connection, asked.client, asked.request_id)
    return found or asked


def note_refusal(
    connection: sqlite3.Connection, task_ids: Sequence[TaskId], reason: str, is_expired: bool, is_withdrawn: bool
) -> None:
    connection.executemany(
        "UPDATE client_requests SET reason = ?, expired = ?, withdrawn = ? WHERE task_id = ?",
        [(to_cell(reason), int(is_expired), int(is_withdrawn), task_id) for task_id in task_ids],
    )


def client_request(connection: sqlite3.Connection, client: str, request_id: str) -> ClientRequest | None:
    query = f"SELECT {_WISH} FROM client_requests WHERE client = ? AND request_id = ?"
    found = connection.execute(query, (to_cell(client), to_cell(request_id))).fetchone()
    return _wish_of(found) if found is not None else None


def latest_client_requests(connection: sqlite3.Connection, client: str, digest: str, limit: int) -> list[ClientRequest]:
    query = f"SELECT {_WISH} FROM client_requests WHERE client = ? AND digest = ? ORDER BY at DESC LIMIT ?"
    return [_wish_of(found) for found in connection.execute(query, (to_cell(client), digest, limit))]


def client_requests(connection: sqlite3.Connection, task_ids: Sequence[TaskId]) -> dict[TaskId, ClientRequest]:
    return {
        found.task_id: found
        for ids, marks in pages(task_ids)
        for found in map(
            _wish_of, connection.execute(f"SELECT {_WISH} FROM client_requests WHERE task_id IN ({marks})", ids)
        )
    }


def reserved_since(connection: sqlite3.Connection, client: str, since: float) -> float:
    """Does not count requests that were never stored, wait for approval, or ended without being sent."""
    query = f"""
        SELECT total(max(client_requests.credits, tasks.credits))
        FROM client_requests JOIN tasks ON tasks.id = client_requests.task_id
        WHERE client = ? AND at >= ?
            AND NOT (tasks.state = '{State.CANCELLED.value}' AND tasks.remote_id IS NULL)
            AND NOT (tasks.state = '{State.QUEUED.value}' AND tasks.hold = '{HoldCode.APPROVAL.value}')
    """
    found: float = connection.execute(query, (to_cell(client), since)).fetchone()[0]
    return found


def suggest(connection: sqlite3.Connection, task_ids: Sequence[TaskId], suggestion: Suggestion) -> None:
    client = to_cell(suggestion.client)
    connection.executemany(
        """
        INSERT INTO suggestions (task_id, client, reason, at) VALUES (?, ?, ?, ?)
        ON CONFLICT (task_id, client) DO UPDATE SET reason = excluded.reason, at = excluded.at
        """,
        [(task_id, client, to_cell(suggestion.reason), suggestion.at) for task_id in task_ids],
    )
    # Clients that only read are forgotten at some time, and their suggestions with them.
    connection.execute(
        """
        DELETE FROM suggestions WHERE client NOT IN (SELECT name FROM clients) OR client = ? AND task_id NOT IN (
            SELECT task_id FROM suggestions WHERE client = ? ORDER BY at DESC LIMIT ?
        )
        """,
        (client, client, MOST_SUGGESTED),
    )


def suggestions(connection: sqlite3.Connection, task_id: TaskId) -> list[Suggestion]:
    query = "SELECT client, reason, at FROM suggestions WHERE task_id = ? ORDER BY at"
    return [
        Suggestion(client=to_text(client), reason=to_text(reason), at=at)
        for client, reason, at in connection.execute(query, (task_id,))
    ]


def record_call(connection: sqlite3.Connection, line: RecordLine) -> None:
    cells = (line.at, to_cell(line.client), line.call, to_cell(line.about), to_cell(line.answer))
    connection.execute("INSERT INTO client_calls (at, client, call, about, answer) VALUES (?, ?, ?, ?, ?)", cells)
    connection.execute(
        f"DELETE FROM client_calls WHERE number <= (SELECT max(number) FROM client_calls) - {LONGEST_RECORD}"
    )


def client_record(connection: sqlite3.Connection, since: float, limit: int) -> list[RecordLine]:
    query = """
        SELECT at, client, call, about, answer, NULL FROM client_calls WHERE at >= ?
        UNION ALL SELECT at, client, 'create', '', '', task_id FROM client_requests WHERE at >= ?
        ORDER BY at DESC LIMIT ?
    """
    return [
        RecordLine(
            at=at,
            client=to_text(client),
            call=call,
            about=to_text(about),
            answer=to_text(answer),
            task_id=None if task_id is None else TaskId(task_id),
        )
        for at, client, call, about, answer, task_id in connection.execute(query, (since, since, limit))
    ]


def _wish_of(row: tuple[Any, ...]) -> ClientRequest:
    client, request_id, digest, task_id, credits, at, request, within, reason, expired, withdrawn = row
    return ClientRequest(
        client=to_text(client),
        request_id=to_text(request_id),
        digest=digest,
        task_id=TaskId(task_id),
        credits=credits,
        at=at,
        request=Request(**from_json(request)),
        is_within=bool(within),
        reason=to_text(reason),
        is_expired=bool(expired),
        is_withdrawn=bool(withdrawn),
    )
