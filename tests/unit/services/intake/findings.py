"""Collects the findings of gathered data."""

from __future__ import annotations

from runway_desktop.domain.inputs import IntakeFinding
from runway_desktop.services.intake.gathered import Gathered


def all_findings(found: Gathered) -> tuple[IntakeFinding, ...]:
    """Those of the whole, of every draft and of every asset, in that order."""
    of_drafts = [finding for draft in found.drafts for finding in draft.findings]
    return (*found.findings, *of_drafts, *(finding for asset in found.assets for finding in asset.findings))
