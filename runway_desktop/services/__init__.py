"""The engine: asyncio, no Qt. Submission and ledger, poller, downloads, library, account, settings."""
