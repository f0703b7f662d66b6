"""The border to Runway: httpx and the wire format. `client` asks the API, `fetcher` reads results from their links.

Neither is imported here: httpx takes a third of a second, so the wiring imports `api.client` and `api.fetcher` after
the first paint. Everything raises the errors of `domain.errors` and lives on the loop's thread.
"""

import sys

# Where click and rich are installed, httpx would import its command line: 80 modules, 140 ms, 5 MB, for nobody here.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
