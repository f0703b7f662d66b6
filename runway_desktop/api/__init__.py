"""Runway's API over httpx: `client` makes and asks for tasks, `fetcher` downloads results from their links.

All errors are those of `domain.errors`. Loop's thread only. Neither module is imported here: httpx takes a seventh of a
second, so the wiring imports both after the first paint.

To add
- a network setting (proxies, certificates, time-outs): `connections`.
"""

import sys

# Where click, rich and pygments are installed, as the library for agents brings them, httpx imports its command line:
# 6 MB that nothing here needs.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # How Python notes what must not be imported.
