"""Grants permissions of other programs in a profile that is not in use."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from runway_desktop.domain.permissions import Permission
from runway_desktop.domain.secrecy import KnownSecrets
from runway_desktop.remote.headless import Headless
from runway_desktop.services.disk.profile_lock import claim
from runway_desktop.wiring import environment
from runway_desktop.wiring.build import Address

LIBRARY_CLIENT = "mcp"
"""How the library's own client calls itself."""


async def permit(
    folder: Path, name: str, permission: Permission, credits: float = 0.0, folders: Sequence[str] = ()
) -> None:
    """`folder` is the profile's."""
    profile = environment.profile(demo=False, folder=folder)
    claimed = claim(profile.folder)
    assert claimed is not None, "the profile is in use"
    address = Address(base_url="http://127.0.0.1:9", secret="")
    state = environment.state_folder(profile)
    engine = await Headless.start(profile, address, claimed, state=state, secrecy=KnownSecrets())
    clients = engine._assembly.engine.clients
    await clients.permit(name, permission, credits)
    await clients.allow_folders(name, folders)
    await engine.close()
