"""Agents read English, whatever language the window speaks: each test runs in another one."""

from __future__ import annotations

from tests.rigs.pseudo import window_speaks_another_language

__all__ = ["window_speaks_another_language"]
