"""Runway's API over httpx: `client` makes and asks for tasks, `fetcher` downloads results from their links.

All errors are those of `domain.errors`. Loop's thread only. Neither module is imported here: httpx takes a seventh of a
second, so the wiring imports both after the first paint.

To add
- a network setting (proxies, certificates, time-outs): `connections`.
"""
