"""The engine, in asyncio and without Qt: tasks, results, library, money, backups, account, settings."""
