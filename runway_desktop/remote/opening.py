"""Opens a command's or MCP server's connection to its engine: selects the profile, starts the log, takes the key from
the environment. Raises CallRefused, and Ended if the process is to end."""

from __future__ import annotations

import asyncio
import os
import signal
from argparse import ArgumentParser, Namespace
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from runway_desktop.domain.account import fingerprint_of
from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.domain.secrecy import KnownSecrets
from runway_desktop.services.disk.profile_folders import NoSuchProfile
from runway_desktop.services.disk.profile_lock import Claim
from runway_desktop.texts import ENGLISH, use
from runway_desktop.usecases.clients.refusals import CallRefused, Code
from runway_desktop.wiring import environment

from .engine_client import EngineClient, OwnEngine

INTERRUPTED = 130
"""The exit code after Ctrl-C: 128 plus the signal's number."""


class Ended(Exception):
    """The process was asked to end: by Ctrl-C, SIGTERM, or SIGHUP from its terminal."""

    def __init__(self, number: int) -> None:
        super().__init__(f"signal {number}")
        self.exit_code = 128 + number


def add_flags(parser: ArgumentParser) -> None:
    """Those that `opened` reads, and --quiet."""
    parser.add_argument("--profile", metavar="NAME", help="the profile with this name")
    parser.add_argument("--profile-dir", type=Path, metavar="DIR", help="the profile in this folder")
    parser.add_argument("--demo", action="store_true", help="the demo's profile, which costs nothing")
    parser.add_argument("--quiet", action="store_true", help="say only problems on stderr, no progress")
    parser.add_argument("--verbose", action="store_true", help="say more in the log and on stderr")


@asynccontextmanager
async def opened(chosen: Namespace, client: str) -> AsyncIterator[EngineClient]:
    """`chosen` has the command line's flags that select a profile. From here on the process speaks English."""
    use(ENGLISH)
    secret = environment.clean()
    try:
        profile = environment.profile(demo=chosen.demo, folder=chosen.profile_dir, name=chosen.profile)
    except NoSuchProfile as error:
        raise CallRefused(str(error), code=Code.INPUT) from error
    except OSError as error:
        raise CallRefused("The profile's folder cannot be made.", code=Code.FAILED, advice=str(error)) from error
    secret, named = environment.named_runway(profile, secret)
    secrecy = KnownSecrets()
    environment.start_log(profile.log, secrecy, verbose=chosen.verbose)

    async def start(claim: Claim) -> OwnEngine:
        from runway_desktop.wiring.build import Address

        from .headless import Headless

        if chosen.demo:
            from runway_desktop.wiring.demo import DemoWishes

            address = Address(demo=DemoWishes())
        else:
            try:
                url = environment.checked_base_url()
            except RunwayDesktopError as error:
                claim.release()
                raise CallRefused(f"RUNWAYML_BASE_URL: {error.message}", error.advice) from error
            address = Address(base_url=url, secret=secret)
        return await Headless.start(profile, address, claim, state=environment.state_folder(profile), secrecy=secrecy)

    line = EngineClient(profile.folder, client, start, key=fingerprint_of(secret), address=named)
    with _polite_ends() as ended:
        try:
            yield line
        except asyncio.CancelledError:
            if ended:
                raise Ended(ended[0]) from None
            raise
        finally:
            await line.close()


@contextmanager
def _polite_ends() -> Iterator[list[int]]:
    """The list of received signals. The first one cancels this task: requests being sent are finished, as when a window
    closes. The second one ends the process at once, which the database survives."""
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    ended: list[int] = []

    def end(number: int) -> None:
        ended.append(number)
        if task is None or len(ended) > 1:
            os._exit(128 + number)
        task.cancel()

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # An ignored signal stays ignored, as with nohup.
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            with suppress(NotImplementedError, RuntimeError):
                loop.add_signal_handler(number, end, number)
    yield ended
