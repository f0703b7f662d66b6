"""Tests that start programs and wait for windows have a robot with patience."""

from __future__ import annotations

from tests.rigs.patient_bot import qtbot

__all__ = ["qtbot"]
