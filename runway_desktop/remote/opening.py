"""Opens a line to a profile's engine, for the command line and for servers: which profile, its log, the key of the
environment. Raises CallRefused."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from runway_desktop.domain.secrecy import KnownSecrets
from runway_desktop.services.disk.profile_folders import NoSuchProfile
from runway_desktop.services.disk.profile_lock import Claim
from runway_desktop.usecases.clients.refusals import CallRefused, Code
from runway_desktop.values import Struct
from runway_desktop.wiring import environment

from .line import Line, OwnEngine


class Wanted(Struct, frozen=True, kw_only=True):
    """Which profile, as the command line says it."""

    demo: bool = False
    folder: Path | None = None
    name: str | None = None
    verbose: bool = False


TERMINATED = 143
"""The exit code of a process that was ended politely: 128 and the signal."""


@asynccontextmanager
async def opened(wanted: Wanted, client: str) -> AsyncIterator[Line]:
    secret = environment.clean()
    try:
        profile = environment.profile(demo=wanted.demo, folder=wanted.folder, name=wanted.name)
    except NoSuchProfile as error:
        raise CallRefused(str(error), code=Code.INPUT) from error
    except OSError as error:
        raise CallRefused("The profile's folder cannot be made.", code=Code.FAILED, advice=str(error)) from error
    secrecy = KnownSecrets()
    environment.start_log(profile.log, secrecy, verbose=wanted.verbose)

    async def start(claim: Claim) -> OwnEngine:
        from runway_desktop.wiring.build import Address

        from .headless import Headless

        if wanted.demo:
            from runway_desktop.wiring.demo import DemoWishes

            address = Address(demo=DemoWishes())
        else:
            address = Address(base_url=environment.base_url(), secret=environment.secret_for(profile, secret))
        return await Headless.start(profile, address, claim, state=environment.state_folder(profile), secrecy=secrecy)

    # A polite end finishes what is being sent, as the end of a window does.
    task = asyncio.current_task()
    with suppress(NotImplementedError, RuntimeError):
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: task.cancel() if task else None)
    line = Line(profile.folder, client, start)
    try:
        yield line
    finally:
        await line.close()
