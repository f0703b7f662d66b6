"""A cheap HTTP host of results: each link is a clip of the requested size, sent from memory.

    python -m tests.benchmarks.files_child

Says "ready" with its `url`; `/BYTES/name.mp4` is a clip of so many bytes whose description stands before its data, as
Runway's do. Ends with its input.
"""

from __future__ import annotations

import random
import socket
import struct
import sys
import threading
from functools import lru_cache

from runway_desktop.catalog.resource_path import resource
from tests.benchmarks.children import say

_BLOCK = random.Random(7).randbytes(1 << 20)


def main() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        say("ready", url=f"http://127.0.0.1:{server.getsockname()[1]}")
        threading.Thread(target=_accept, args=(server,), daemon=True).start()
        sys.stdin.read()


def _accept(server: socket.socket) -> None:
    while True:
        connection, _ = server.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=_serve, args=(connection,), daemon=True).start()


def _serve(connection: socket.socket) -> None:
    with connection, connection.makefile("rb") as lines:
        while line := lines.readline():
            path = line.split(b" ")[1].decode()
            while lines.readline().strip():
                pass
            _answer(connection, int(path.split("/")[1]))


def _answer(connection: socket.socket, count: int) -> None:
    start = _start(count)
    head = f'HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: {count}\r\nETag: "one"\r\n\r\n'
    connection.sendall(head.encode() + start)
    left = count - len(start)
    while left:
        left -= connection.send(_BLOCK[: min(left, len(_BLOCK))])


@lru_cache
def _start(count: int) -> bytes:
    """What stands before the filling, which is the last part of the media's own data."""
    clip = (resource("samples") / "sand-16x9-2s.mp4").read_bytes()
    boxes: dict[bytes, bytes] = {}
    at = 0
    while at < len(clip):
        length, kind = struct.unpack_from(">I4s", clip, at)
        boxes[kind] = clip[at : at + length]
        at += length
    start = boxes[b"ftyp"] + boxes[b"moov"]
    return start + struct.pack(">I4sQ", 1, b"mdat", count - len(start)) + boxes[b"mdat"][8:]


if __name__ == "__main__":
    main()
