"""Members of a cast, for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import Image

from runway_desktop.domain.cast import Cast, Member, MemberFile, MemberKind
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import MemberId
from runway_desktop.services.engine import Engine
from runway_desktop.values import replace

_MEDIA = {"png": Media.IMAGE, "mp4": Media.VIDEO, "mp3": Media.AUDIO}


def file(name: str) -> MemberFile:
    """A file that need not exist, of the kind that its ending says."""
    return MemberFile(path=str(Path("/cast") / name), media=_MEDIA[name.rpartition(".")[2]], sha256=name)


def member(name: str, *files: str, voice: str = "", **more: Any) -> Member:
    return Member(
        **{
            "id": MemberId(name.casefold().replace(" ", "-")),
            "kind": MemberKind.CHARACTER,
            "name": name,
            "files": tuple(map(file, files)),
            "voice": file(voice) if voice else None,
            **more,
        }
    )


def cast(*members: Member) -> Cast:
    return Cast(members)


async def with_picture(engine: Engine, folder: Path, name: str = "Maya", **more: Any) -> Member:
    """A member in the cast of the profile, with a picture that exists."""
    path = folder / f"{name.casefold()}.png"
    Image.new("RGB", (640, 640), len(name)).save(path)
    found = replace(member(name, **more), files=(await engine.cast.keep(path, Media.IMAGE),))
    await engine.cast.save(found)
    return found
