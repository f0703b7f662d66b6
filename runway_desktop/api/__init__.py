"""The border to Runway: httpx and the wire format. `client` asks the API, `fetcher` reads results from their links.

Neither is imported here: httpx takes a seventh of a second, so the wiring imports `api.client` and `api.fetcher` after
the first paint. Everything raises the errors of `domain.errors` and lives on the loop's thread.
"""
